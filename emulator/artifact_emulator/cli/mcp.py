"""The command `mcp`: the emulator as tools of an agent."""

import argparse
import os
from contextlib import nullcontext

from artifact_emulator.cli.options import CommandFailed, world_of
from artifact_emulator.cli.parser import add_command


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "mcp",
        "serve the emulator's tools to an agent over the Model Context Protocol, on standard input and output",
        "mcp",
        "mcp --endpoint http://127.0.0.1:4700",
    )
    parser.set_defaults(run=_mcp, world=None)
    parser.add_argument(
        "--endpoint", metavar="URL", help="the emulator (default: $AWS_ENDPOINT_URL, or one of its own)"
    )


def _mcp(options: argparse.Namespace) -> int:
    # Imported here: it is an extra, and other commands do not need it.
    try:
        from artifact_emulator.agents.mcp_server import mcp_server
    except ModuleNotFoundError as missing:
        raise CommandFailed(
            f"{missing.name} is not installed: python -m pip install boto3 mcp (the extra artifact-emulator[mcp])"
        ) from None
    from artifact_emulator.testing.subprocess_server import run_server

    named = options.endpoint or os.environ.get("AWS_ENDPOINT_URL")
    with nullcontext(world_of(options).emulator) if named else run_server() as emulator:
        mcp_server(emulator).run()
    return 0
