"""The command `serve`: run the emulator as an HTTP server."""

import argparse
import errno
import gc
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

from artifact_emulator.cli.behind import behind_from
from artifact_emulator.cli.options import CommandFailed
from artifact_emulator.cli.output import warn, write, write_file, write_result
from artifact_emulator.cli.parser import add_command
from artifact_emulator.cli.serve_options import SETTINGS, access_from, store_from, unused_settings, world_from
from artifact_emulator.cli.settings import Setting, add_switches, apply, resolve, shown
from artifact_emulator.cli.variables import warnings
from artifact_emulator.console import PREFIX
from artifact_emulator.version import __version__

if TYPE_CHECKING:
    from socket import socket

    from artifact_emulator.app import App
    from artifact_emulator.gateway.gateway import Gateway
    from artifact_emulator.limits import Limits

_LOOPBACK = {"localhost": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with.
"""The address of this machine where the server listens on several."""
_OPEN = "the server listens on %s without --control-token: everybody who reaches it may change and delete all worlds"


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
        The state is kept in memory: it starts empty, or with --scenario, and ends with the server, unless --data-dir
        names a directory that keeps it."""
    )
    add_switches(parser, SETTINGS)


def run(options: argparse.Namespace) -> int:
    """Serve until a signal, or the end of standard input, and return the exit status.

    Raises CommandFailed.
    """
    if configure(options, SETTINGS):
        return 0
    return serve_with(options, prepare=lambda _: None, announce=lambda _: None)


def configure(options: argparse.Namespace, table: Sequence[Setting]) -> bool:
    """Read the settings of a table into the options; return whether they were only to be printed, with --show-config.

    Raises CommandFailed.
    """
    settings = resolve(table, options)
    apply(settings, options)
    # Logged when it is known how.
    options.warnings = list(warnings((setting.variable for setting in table), os.environ))
    if options.show_config:
        for text in options.warnings:
            warn(text)
        write_result(
            options, shown(settings), {name: {"value": s.text, "origin": s.origin} for name, s in settings.items()}
        )
    return bool(options.show_config)


def serve_with(
    options: argparse.Namespace, *, prepare: "Callable[[App], None]", announce: Callable[[str], None]
) -> int:
    """Serve as `run` does; `prepare` fills the worlds before the server listens, and `announce` gets its address.

    Raises CommandFailed.
    """
    # Nothing becomes garbage while modules are imported, but collections would take a tenth of the time.
    gc.disable()
    try:
        return _serve(options, prepare, announce)
    finally:
        gc.enable()


def _serve(options: argparse.Namespace, prepare: "Callable[[App], None]", announce: Callable[[str], None]) -> int:
    # Imported here: `--help` needs no server.
    from artifact_emulator.limits import DEFAULT_LIMITS
    from artifact_state.record import replace

    limits = replace(DEFAULT_LIMITS, **dict(options.limit))
    with behind_from(options, limits) as behind:
        is_complete = _serve_until_end(options, limits, behind, prepare, announce)
    if not is_complete:
        # Python would wait for the threads that execute what was not finished.
        sys.stdout.flush()
        os._exit(0)
    return 0


def _serve_until_end(
    options: argparse.Namespace,
    limits: "Limits",
    behind: "Gateway | None",
    prepare: "Callable[[App], None]",
    announce: Callable[[str], None],
) -> bool:
    """Serve, and return whether all calls came to an end."""
    # Pydantic's search for plugins reads the metadata of every installed package; the shapes use none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from artifact_emulator import logs
    from artifact_emulator.app import App
    from artifact_emulator.server.server import serve
    from artifact_state.world_registry import DEFAULT

    level = "info" if options.request_log and options.log_level == "warning" else options.log_level
    logs.configure(level, as_json=options.log_format == "json")
    for text in options.warnings:
        logs.log.warning(text)
    store = store_from(options)
    is_kept = store is not None and DEFAULT in store.worlds
    if is_kept and (unused := unused_settings(options)):
        logs.log.warning("%s already has worlds, so these settings have no effect: %s", options.data_dir, unused)
    app = App(
        None if is_kept else world_from(options),
        credentials=options.credentials,
        allowed_hosts=options.allow_host,
        iam=options.iam,
        explain=options.explain,
        limits=limits,
        log_requests=options.request_log,
        storage=store,
        access=access_from(options),
        behind=behind,
    )
    prepare(app)
    sockets = _listen(options.host, options.port)
    if app.access is None and not _is_local(sockets):
        logs.log.warning(_OPEN, options.host)
    address = f"http://{_url_host(options.host)}:{sockets[0].getsockname()[1]}"
    ends_with = sys.stdin.fileno() if options.end_with_stdin else None

    def report() -> None:
        _report_ready(options, address)
        announce(address)

    try:
        is_complete = serve(app, sockets, ready=report, grace=options.grace, ends_with=ends_with)
    finally:
        if store is not None:
            store.close()
    if options.ready_file:
        Path(options.ready_file).unlink(missing_ok=True)
    return is_complete


def _report_ready(options: argparse.Namespace, address: str) -> None:
    gc.freeze()  # Modules and what is loaded stay, so later collections leave them out.
    gc.enable()
    fields = {"version": __version__, "endpoint": address, "console": f"{address}{PREFIX}/", "pid": os.getpid()}
    if options.ready_file:
        from artifact_emulator.logs import log

        try:
            write_file(Path(options.ready_file), json.dumps(fields))
        except CommandFailed as failure:
            # A container may have a read-only file system, in which the server still serves.
            log.warning("the ready file is not written: %s", failure)
    if options.json:
        write(json.dumps(fields))
    else:
        write(f"artifact-emulator {__version__} ready on {address} (console: {address}{PREFIX}/; stop with Ctrl+C)")


def _listen(host: str, port: int) -> "list[socket]":
    from artifact_emulator.server.server import LOOPBACK, listen

    try:
        return listen(LOOPBACK if host == "localhost" else [host], port)
    except OSError as error:
        hint = "; --port 0 uses a free port" if error.errno == errno.EADDRINUSE else ""
        raise CommandFailed(f"cannot listen on {host}, port {port}: {error.strerror}{hint}") from None


def _is_local(sockets: "list[socket]") -> bool:
    """Return whether only this machine reaches the server."""
    addresses = (listening.getsockname()[0] for listening in sockets)
    return all(address == "::1" or address.startswith("127.") for address in addresses)


def _url_host(host: str) -> str:
    """Return the host of an address that works from this machine."""
    host = _LOOPBACK.get(host, host)
    return f"[{host}]" if ":" in host else host
