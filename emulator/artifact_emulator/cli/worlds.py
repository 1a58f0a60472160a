"""The commands `worlds` and `reset`: what worlds there are, made, dropped, begun again."""

import argparse

from artifact_emulator.cli.options import add_json, add_world, asked_world, explained, say, say_json
from artifact_emulator.cli.parser import teach

_VERBS = {
    "list": "list the worlds, and what is in them",
    "make": "make a world, in place of one of that name, and print its endpoint",
    "drop": "drop a world; the default one begins again",
}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to the others."""
    parser = teach(
        commands,
        "worlds",
        "list, make, fork and drop worlds: each is apart from all others, at an endpoint of its own",
        "worlds list",
        "worlds make mine --fork default",
        "worlds drop mine",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, told in _VERBS.items():
        one = teach(verbs, verb, told)
        if verb != "list":
            one.add_argument("name", metavar="NAME")
        if verb == "make":
            one.add_argument("--fork", metavar="WORLD", help="make it a copy of another one")
        add_world(one)
        add_json(one)
    begun = teach(
        commands,
        "reset",
        "let a world begin again: empty, or with the scenario that it began with",
        "reset",
        "reset --world mine",
    )
    add_world(begun)
    add_json(begun)


def run(options: argparse.Namespace) -> int:
    """Carry the command out; give the exit status.

    Raises CannotDo.
    """
    with explained():
        world = asked_world(options)
        if options.command == "reset":
            world.reset()
            _done(options, f"{world.name} has begun again", {"reset": world.name})
        elif options.verb == "list":
            worlds = world.emulator.ask("GET", "/_emulator/worlds")["worlds"]
            told = "\n".join(
                f"{one['name']}  {one['organizations']} organizations  {one['accounts']} accounts" for one in worlds
            )
            _done(options, told, {"worlds": worlds})
        elif options.verb == "make":
            body = {"fork": options.fork} if options.fork else {}
            made = world.emulator.ask("PUT", f"/_emulator/worlds/{options.name}", body)
            _done(options, f"{world.emulator.endpoint}{made['path']}", made)
        else:
            world.emulator.ask("DELETE", f"/_emulator/worlds/{options.name}")
            _done(options, f"{options.name} is dropped", {"dropped": options.name})
    return 0


def _done(options: argparse.Namespace, text: str, content: object) -> None:
    if options.json:
        say_json(content)
    else:
        say(text)
