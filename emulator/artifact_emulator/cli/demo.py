"""The command `demo`: what AWS documents about AWS Artifact and AWS Organizations, step by step, as calls.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-artifact.html
"""

import argparse
import sys
import time
from typing import TYPE_CHECKING

from artifact_emulator.cli.options import add_json, translated_errors, world_of
from artifact_emulator.cli.output import write, write_json
from artifact_emulator.cli.parser import add_command
from artifact_emulator.cli.terminal import progress_bar, styled

if TYPE_CHECKING:
    from artifact_emulator.cli.demo_steps import DemoStep
    from artifact_emulator.testing.client import RemoteWorld

_PAUSE_SECONDS = 1.2
_STEPS = 13
_WORLD = "demo"


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "demo",
        "demonstrate how AWS Artifact works with AWS Organizations, step by step, with the calls of each step",
        "demo",
        "demo --fast --json",
        "demo --endpoint http://127.0.0.1:4700     # in a running emulator, to look at the result in its console",
    )
    parser.set_defaults(run=run)
    parser.add_argument("--fast", action="store_true", help="do not pause between the steps")
    parser.add_argument("--endpoint", metavar="URL", help="use a running emulator, and leave the world in it")
    parser.add_argument("--world", metavar="NAME", help=f"the world of that emulator to recreate (default: {_WORLD})")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Run the demo in a world of its own and return the exit status.

    Raises CommandFailed if a step does not end as AWS documents it.
    """
    # Imported here: they are the emulator's client and server.
    from artifact_emulator.cli.aws_client import HttpCaller, InProcessCaller
    from artifact_emulator.cli.demo_steps import demo_steps

    steps = []
    with translated_errors():
        world = _new_world(options) if options.endpoint or options.world else None
        for step in demo_steps(HttpCaller(world) if world else InProcessCaller()):
            steps.append(step)
            if not options.json:
                _write_step(step, len(steps), fast=options.fast)
    if options.json:
        write_json([step._asdict() for step in steps])
    elif world:
        write(f"See the result in the console: {world.endpoint}/console/")
    return 0


def _new_world(options: argparse.Namespace) -> "RemoteWorld":
    world = world_of(options, options.world or _WORLD)
    world.emulator.request("PUT", f"/_emulator/worlds/{world.name}", {})
    return world


def _write_step(step: "DemoStep", number: int, *, fast: bool) -> None:
    if sys.stdout.isatty():
        write(styled(progress_bar(number, _STEPS), "dim"))
    heading = styled(f"# {step.why}", "bold")
    write(f"{heading}\n{styled(f'[{step.account}]', 'dim')} $ {styled(step.command, 'green')}\n{step.answer}\n")
    if not fast and sys.stdout.isatty():
        time.sleep(_PAUSE_SECONDS)
