"""The commands `health` and `wait`: whether an emulator answers, and the wait until it does."""

import argparse
import time
from collections.abc import Mapping
from typing import Any

from artifact_emulator.cli.options import CommandFailed, add_json, add_world, translated_errors, world_of
from artifact_emulator.cli.output import write_result
from artifact_emulator.cli.parser import add_command

_PAUSE = 0.05
"""Seconds between attempts."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands."""
    health = add_command(
        commands, "health", "print the version of the running emulator; fail if none answers", "health"
    )
    health.set_defaults(run=_health)
    wait = add_command(commands, "wait", "wait until an emulator answers", "wait", "wait --timeout 60")
    wait.set_defaults(run=_wait)
    wait.add_argument("--timeout", type=_seconds, default=30.0, metavar="SECONDS", help="(default: 30)")
    for parser in (health, wait):
        add_world(parser)
        add_json(parser)


def _health(options: argparse.Namespace) -> int:
    emulator = world_of(options).emulator
    with translated_errors():
        _report(options, emulator.endpoint, emulator.health())
    return 0


def _wait(options: argparse.Namespace) -> int:
    end = time.monotonic() + options.timeout
    while True:
        # Each time anew: the server writes its ready file only when it listens.
        emulator = world_of(options).emulator
        try:
            with translated_errors():
                health = emulator.health()
        except CommandFailed as failure:
            if time.monotonic() > end:
                raise CommandFailed(f"no emulator answered in {options.timeout:g} seconds: {failure}") from None
            time.sleep(_PAUSE)
        else:
            _report(options, emulator.endpoint, health)
            return 0


def _report(options: argparse.Namespace, endpoint: str, health: Mapping[str, Any]) -> None:
    reply = {"endpoint": endpoint, **health}
    write_result(options, f"artifact-emulator {health['version']} answers at {endpoint}", reply)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return seconds
