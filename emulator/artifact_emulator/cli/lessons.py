"""The command `lesson`: exercises that check themselves by what is called."""

import argparse
import json
import sys
import time
from typing import Any

from artifact_emulator.cli.options import add_json, add_world, asked_world, explained, say, say_json
from artifact_emulator.cli.parser import teach
from artifact_emulator.cli.terminal import bar, painted

_PAUSE = 0.5


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the others."""
    parser = teach(
        commands,
        "lesson",
        "learn by doing: lessons that check themselves by what you call, from any SDK, the AWS CLI or the console",
        "lesson list",
        "lesson start story",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listed = teach(verbs, "list", "list the lessons, and how far each is")
    shown = teach(verbs, "show", "show a lesson, and how far it is", "lesson show story")
    begun = teach(
        verbs, "start", "go through a lesson: each step is told when the one before is done", "lesson start story"
    )
    for one in (shown, begun):
        one.add_argument("name", metavar="NAME")
    for one in (listed, shown, begun):
        add_world(one)
        add_json(one)


def run(options: argparse.Namespace) -> int:
    """Carry the command out; give the exit status.

    Raises CannotDo.
    """
    with explained():
        world = asked_world(options)
        if options.verb == "list":
            found = world.ask("GET", "lessons")["lessons"]
            told = "\n".join(f"{one['name']:28} {one['done']}/{len(one['steps'])}  {one['title']}" for one in found)
            _done(options, told, {"lessons": found})
        elif options.verb == "show":
            found = world.ask("GET", f"lessons/{options.name}")
            _done(options, "\n".join([found["title"], "", *map(_line, found["steps"])]), found)
        else:
            _go_through(options)
    return 0


def _go_through(options: argparse.Namespace) -> None:
    world = asked_world(options)
    told = -1
    try:
        while True:
            found = world.ask("GET", f"lessons/{options.name}")
            steps, done = found["steps"], found["done"]
            if done != told:
                _tell_progress(options, steps, max(told, 0), done)
            if done == len(steps):
                return
            told = done
            time.sleep(_PAUSE)
    except KeyboardInterrupt:
        sys.stderr.write("\n")


def _tell_progress(options: argparse.Namespace, steps: list[dict[str, Any]], before: int, done: int) -> None:
    """Tell what was done meanwhile, and what is to be done next; in JSON a line for each step that is done."""
    for step in steps[before:done]:
        learnt = f"{painted('✓', 'green')} {step['learn'] or 'Done.'}\n"
        say(json.dumps(step, ensure_ascii=False) if options.json else learnt)
    if options.json:
        return
    if done == len(steps):
        say("You are through.")
        return
    if sys.stdout.isatty():
        say(bar(done, len(steps)))
    step = steps[done]
    say(f"{done + 1}/{len(steps)}  {step['text']}\n     $ {painted(step['command'], 'bold')}")


def _line(step: dict[str, Any]) -> str:
    return f"{'✓' if step['done_at'] else '·'} {step['text']}\n    $ {step['command']}"


def _done(options: argparse.Namespace, text: str, content: object) -> None:
    if options.json:
        say_json(content)
    else:
        say(text)
