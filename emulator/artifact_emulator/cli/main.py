"""The command `artifact-emulator`: its own commands put together, and how it ends when one of them fails."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence

from artifact_emulator.cli import (
    clock,
    demo,
    doctor,
    environment,
    events,
    faults,
    lessons,
    models,
    policy,
    scenario,
    serve,
    snapshot,
    worlds,
)
from artifact_emulator.cli.options import CommandFailed
from artifact_emulator.cli.parser import Parser
from artifact_emulator.version import __version__

_TRACEBACKS = "ARTIFACT_EMULATOR_TRACEBACKS"
"""The variable that shows where the command itself is mistaken."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; give the exit status."""
    try:
        parser = _parser()
        options = parser.parse_args(arguments)
        if options.command is None:
            parser.print_help(sys.stderr)
            return 2
        return _COMMANDS[options.command](options)
    except CommandFailed as error:
        print(f"artifact-emulator: {error}", file=sys.stderr)
        return error.status
    except BrokenPipeError:
        # Whoever read the output has enough of it, as `head` has; Python would complain when it flushes the rest.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    except Exception as error:
        if os.environ.get(_TRACEBACKS):
            raise
        told = f"a mistake of its own, {type(error).__name__}: {error}; {_TRACEBACKS}=1 shows where"
        print(f"artifact-emulator: {' '.join(told.split())}", file=sys.stderr)
        return 70


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="artifact-emulator",
        description="A local emulator of AWS Artifact's integration with AWS Organizations.",
        examples=("demo", "serve", "serve --scenario agreement-accepted", "doctor", "events --follow"),
    )
    parser.add_argument("--version", action="version", version=f"artifact-emulator {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for part in _PARTS:
        part.add(commands)
    return parser


_PARTS = (serve, models, worlds, scenario, snapshot, clock, faults, events, environment, policy, lessons, doctor, demo)
_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "serve": serve.run,
    "models": models.run,
    "worlds": worlds.run,
    "reset": worlds.run,
    "scenario": scenario.run,
    "snapshot": snapshot.run,
    "clock": clock.run,
    "faults": faults.run,
    "events": events.run,
    "env": environment.run,
    "profiles": environment.run,
    "policy": policy.run,
    "lesson": lessons.run,
    "doctor": doctor.run,
    "demo": demo.run,
}
