"""The command `lesson`: list, show and follow lessons, which check themselves against the call log."""

import argparse
import json
import sys
import time
from typing import Any

from artifact_emulator.cli.options import add_json, add_world, translated_errors, world_of
from artifact_emulator.cli.output import write, write_result
from artifact_emulator.cli.parser import add_command
from artifact_emulator.cli.terminal import progress_bar, styled

_POLL_SECONDS = 0.5


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "lesson",
        "learn by doing: lessons that check your calls from any SDK, the AWS CLI or the console",
        "lesson list",
        "lesson start story",
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    listing = add_command(verbs, "list", "list the lessons and their progress")
    listing.set_defaults(run=_list)
    showing = add_command(verbs, "show", "show a lesson and its progress", "lesson show story")
    showing.set_defaults(run=_show)
    starting = add_command(
        verbs, "start", "follow a lesson: print each step once the previous one is done", "lesson start story"
    )
    starting.set_defaults(run=_start)
    for verb in (showing, starting):
        verb.add_argument("name", metavar="NAME")
    for verb in (listing, showing, starting):
        add_world(verb)
        add_json(verb)


def _list(options: argparse.Namespace) -> int:
    with translated_errors():
        lessons = world_of(options).request("GET", "lessons")["lessons"]
    lines = (f"{lesson['name']:28} {lesson['done']}/{len(lesson['steps'])}  {lesson['title']}" for lesson in lessons)
    write_result(options, "\n".join(lines), {"lessons": lessons})
    return 0


def _show(options: argparse.Namespace) -> int:
    with translated_errors():
        lesson = world_of(options).request("GET", f"lessons/{options.name}")
    write_result(options, "\n".join([lesson["title"], "", *map(_line, lesson["steps"])]), lesson)
    return 0


def _start(options: argparse.Namespace) -> int:
    done: list[bool] = []
    try:
        with translated_errors():
            world = world_of(options)
            while True:
                lesson = world.request("GET", f"lessons/{options.name}")
                before, done = done, [step["done_at"] is not None for step in lesson["steps"]]
                if before != done:
                    _write_progress(options, lesson["steps"], before or [False] * len(done))
                if all(done):
                    return 0
                time.sleep(_POLL_SECONDS)
    except KeyboardInterrupt:
        sys.stderr.write("\n")
    return 0


def _write_progress(options: argparse.Namespace, steps: list[dict[str, Any]], before: list[bool]) -> None:
    """Write the steps that were completed since the last time and the next one; as JSON only the completed ones."""
    for step, was_done in zip(steps, before, strict=True):
        if step["done_at"] is None or was_done:
            continue
        text = f"{styled('✓', 'green')} {step['learn'] or 'Done.'}\n"
        write(json.dumps(step, ensure_ascii=False) if options.json else text)
    if options.json:
        return
    following = next(((number, step) for number, step in enumerate(steps, 1) if step["is_next"]), None)
    if following is None:
        write("Lesson complete.")
        return
    if sys.stdout.isatty():
        write(progress_bar(sum(step["done_at"] is not None for step in steps), len(steps)))
    number, step = following
    lines = "\n     $ ".join(styled(line, "bold") for line in step["command"].splitlines())
    write(f"{number}/{len(steps)}  {step['text']}\n     $ {lines}")


def _line(step: dict[str, Any]) -> str:
    lines = "\n    $ ".join(step["command"].splitlines())
    return f"{'✓' if step['done_at'] else '·'} {step['text']}\n    $ {lines}"
