"""The command `artifact-emulator`: its subcommands, and the exit status when one of them fails."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper

from artifact_emulator.cli.options import CommandFailed
from artifact_emulator.cli.parser import Parser
from artifact_emulator.version import __version__

_TRACEBACKS = "ARTIFACT_EMULATOR_TRACEBACKS"
"""The environment variable that lets an internal error end with its traceback."""
_MODULES = {
    "serve": "serve",
    "health": "health",
    "wait": "health",
    "models": "models",
    "worlds": "worlds",
    "reset": "worlds",
    "scenario": "scenario",
    "snapshot": "snapshot",
    "clock": "clock",
    "faults": "faults",
    "events": "events",
    "env": "environment",
    "profiles": "environment",
    "policy": "policy",
    "lesson": "lessons",
    "classroom": "classroom",
    "mcp": "mcp",
    "data": "data",
    "doctor": "doctor",
    "completion": "completion",
    "demo": "demo",
}
"""The module of each command, in the order of the help."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    try:
        if isinstance(sys.stdout, TextIOWrapper):
            # A pipe of Windows has an old code page. Escapes are better than an error.
            sys.stdout.reconfigure(errors="backslashreplace")
        arguments = sys.argv[1:] if arguments is None else arguments
        if list(arguments) == ["version"]:  # The command of other programs.
            arguments = ["--version"]
        parser = create_parser(arguments[0] if arguments else None)
        options = parser.parse_args(arguments)
        if options.command is None:
            parser.print_help(sys.stderr)
            return 2
        return int(options.run(options))
    except CommandFailed as error:
        print(f"artifact-emulator: {error}", file=sys.stderr)
        return error.status
    except BrokenPipeError:
        # The reader closed the pipe, as `head` does; without this, Python would report the failed flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    except Exception as error:
        if os.environ.get(_TRACEBACKS):
            raise
        message = f"internal error, {type(error).__name__}: {error}; set {_TRACEBACKS}=1 for a traceback"
        print(f"artifact-emulator: {' '.join(message.split())}", file=sys.stderr)
        return 70


def create_parser(command: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of a command and those of its module, or of all commands.

    Importing the modules of the other commands would take as long as the start of the server.
    """
    parser = Parser(
        prog="artifact-emulator",
        description="A local emulator of AWS Artifact's integration with AWS Organizations.",
        examples=("demo", "serve", "serve --scenario agreement-accepted", "doctor", "events --follow"),
    )
    parser.add_argument("--version", action="version", version=f"artifact-emulator {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    modules = [_MODULES[command]] if command in _MODULES else dict.fromkeys(_MODULES.values())
    for module in modules:
        import_module(f"artifact_emulator.cli.{module}").add(commands)
    parser.set_defaults(create_parser=create_parser)
    return parser
