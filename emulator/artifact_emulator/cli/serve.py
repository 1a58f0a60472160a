"""The command `serve`: run the emulator as an HTTP server."""

import argparse
import errno
import json
import os
import sys
from textwrap import dedent
from typing import TYPE_CHECKING

from artifact_emulator.cli.options import CommandFailed
from artifact_emulator.cli.output import write
from artifact_emulator.cli.parser import add_command
from artifact_emulator.cli.serve_options import add_options, world_from
from artifact_emulator.version import __version__
from artifact_state.record import replace

if TYPE_CHECKING:
    from socket import socket


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "serve",
        "serve AWS Organizations, AWS Artifact, and the parts of IAM, STS and CloudTrail that they need",
    )
    parser.set_defaults(run=run)
    parser.epilog = dedent(
        """\
        Point any AWS SDK or the AWS CLI at it:

          export AWS_ENDPOINT_URL=http://127.0.0.1:4700
          export AWS_ACCESS_KEY_ID=111122223333 AWS_SECRET_ACCESS_KEY=x AWS_DEFAULT_REGION=us-east-1
          aws organizations create-organization

        A 12-digit access key id stands for the root user of that account; every account exists.
        The state is kept in memory: it starts empty, or with --scenario, and ends with the server."""
    )
    add_options(parser)


def run(options: argparse.Namespace) -> int:
    """Serve until a signal, or the end of standard input, and return the exit status.

    Raises CommandFailed.
    """
    # Pydantic's search for plugins reads the metadata of every installed package; the shapes use none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Imported here: `--help` and `models` need no server.
    from artifact_emulator.app import App
    from artifact_emulator.limits import DEFAULT_LIMITS
    from artifact_emulator.server.server import serve

    app = App(
        world_from(options),
        credentials=options.credentials,
        allowed_hosts=options.allow_host,
        iam=options.iam,
        explain=options.explain,
        limits=replace(DEFAULT_LIMITS, **dict(options.limit)),
    )
    sockets = _listen(options.host, options.port)
    address = f"http://{_url_host(options.host)}:{sockets[0].getsockname()[1]}"
    ready = f"artifact-emulator {__version__} ready on {address} (stop with Ctrl+C)"
    if options.json:
        ready = json.dumps({"version": __version__, "endpoint": address, "pid": os.getpid()})
    ends_with = sys.stdin.fileno() if options.end_with_stdin else None
    serve(app, sockets, ready=lambda: write(ready), grace=options.grace, ends_with=ends_with)
    return 0


def _listen(host: str, port: int) -> "list[socket]":
    from artifact_emulator.server.server import LOOPBACK, listen

    try:
        return listen(LOOPBACK if host == "localhost" else [host], port)
    except OSError as error:
        hint = "; --port 0 uses a free port" if error.errno == errno.EADDRINUSE else ""
        raise CommandFailed(f"cannot listen on {host}, port {port}: {error.strerror}{hint}") from None


def _url_host(host: str) -> str:
    host = "127.0.0.1" if host == "localhost" else host
    return f"[{host}]" if ":" in host else host
