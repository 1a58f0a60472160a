"""The command `scenario`: ready-made worlds as files, shown, checked, compared, loaded, and written of worlds."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artifact_emulator.cli.options import (
    CommandFailed,
    add_json,
    add_world,
    asked_world,
    explained,
    say,
    say_json,
    write_file,
)
from artifact_emulator.cli.parser import teach
from artifact_emulator.cli.terminal import under_way

if TYPE_CHECKING:
    from artifact_state.scenarios.schema import Scenario

_OF_A_WORLD = "world:"


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the others."""
    parser = teach(
        commands,
        "scenario",
        "show, check, compare, load and export scenarios: worlds described in YAML or JSON, built in or files",
        "scenario list",
        "scenario show landing-zone >mine.yaml",
        "scenario validate mine.yaml",
        "scenario load mine.yaml --world mine",
        "scenario diff mine.yaml world:mine",
        "scenario export --world mine --output now.yaml",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listed = teach(verbs, "list", "list the built-in scenarios")
    add_json(listed)
    shown = teach(verbs, "show", "print a scenario", "scenario show organization")
    shown.add_argument("scenario", metavar="SCENARIO")
    add_json(shown)
    checked = teach(
        verbs, "validate", "check a file: its errors tell line and cure, and the exit status is 1 if there are any"
    )
    checked.add_argument("scenario", metavar="FILE")
    add_json(checked)
    compared = teach(
        verbs,
        "diff",
        "compare two scenarios, or worlds as `world:NAME`; the exit status is 1 if they differ, 2 for trouble",
        "scenario diff artifact-enabled world:default",
    )
    compared.add_argument("before", metavar="A")
    compared.add_argument("after", metavar="B")
    loaded = teach(
        verbs, "load", "let a world begin with a scenario; a reset leads back to it", "scenario load landing-zone"
    )
    loaded.add_argument("scenario", metavar="SCENARIO")
    exported = teach(verbs, "export", "write the present world as a scenario", "scenario export -o now.yaml")
    exported.add_argument("--output", "-o", metavar="FILE", type=Path, help="write there, not on standard output")
    for one in (compared, loaded, exported):
        add_world(one)
        add_json(one)
    add_json(teach(verbs, "schema", "print the JSON Schema of scenarios, for editors"))


def run(options: argparse.Namespace) -> int:
    """Carry the command out; give the exit status.

    Raises CannotDo.
    """
    # Imported here: `--help` reads no YAML.
    from artifact_emulator.scenarios.files import UnreadableScenario

    try:
        return _VERBS[options.verb](options)
    except UnreadableScenario as error:
        raise CommandFailed(str(error)) from None


def _list(options: argparse.Namespace) -> int:
    from artifact_emulator.scenarios.files import built_in

    told = built_in()
    if options.json:
        say_json([{"name": name, "description": described} for name, described in told.items()])
        return 0
    width = max(map(len, told))
    say("\n".join(f"{name:{width}}  {described}" for name, described in told.items()))
    return 0


def _show(options: argparse.Namespace) -> int:
    from artifact_emulator.scenarios.files import scenario_at, text_of

    scenario = scenario_at(options.scenario)
    if options.json:
        say_json(_content(scenario))
    else:
        say(text_of(options.scenario))
    return 0


def _validate(options: argparse.Namespace) -> int:
    from artifact_emulator.scenarios.files import UnreadableScenario, world_at

    try:
        with under_way(f"checking {options.scenario}"):
            state = world_at(options.scenario).state
    except UnreadableScenario as error:
        if not options.json:
            raise
        say_json({"valid": False, "errors": str(error).splitlines()})
        return 1
    organizations, accounts = len(state.organizations), len(state.memberships)
    if options.json:
        say_json({"valid": True, "organizations": organizations, "accounts": accounts})
    else:
        say(f"{options.scenario} is a scenario: {organizations} organizations, {accounts} accounts in them")
    return 0


def _diff(options: argparse.Namespace) -> int:
    from artifact_emulator.scenarios.comparison import differences
    from artifact_emulator.scenarios.files import UnreadableScenario

    try:
        with under_way("comparing"):
            found = differences(_described(options, options.before), _described(options, options.after))
    except (UnreadableScenario, CommandFailed) as error:
        # As diff(1) has it: 1 is for differences, 2 for trouble.
        raise CommandFailed(str(error), 2) from None
    if options.json:
        say_json([{"place": one.place, "before": one.before, "after": one.after} for one in found])
    elif found:
        say(f"--- {options.before}\n+++ {options.after}")
    for one in found if not options.json else ():
        for sign, said in (("-", one.before), ("+", one.after)):
            if said is not None:
                say(f"{sign} {one.place}: {said}")
    return 1 if found else 0


def _described(options: argparse.Namespace, name: str) -> dict[str, Any]:
    """Give what a scenario or a world says, in the one form that makes equal worlds equal."""
    from artifact_emulator.scenarios.files import world_at
    from artifact_state.scenarios.export import describe

    if name.startswith(_OF_A_WORLD):
        with explained():
            return asked_world(options, name.removeprefix(_OF_A_WORLD)).scenario()
    return _content(describe(world_at(name)))


def _load(options: argparse.Namespace) -> int:
    from artifact_emulator.scenarios.files import scenario_at, world_at

    with explained(), under_way(f"loading {options.scenario}"):
        # Made here first, so that an error tells its line.
        world_at(options.scenario)
        world = asked_world(options)
        world.begin(_content(scenario_at(options.scenario)))
    if options.json:
        say_json({"world": world.name, "endpoint": world.endpoint})
    else:
        say(f"The world {world.name} begins with {options.scenario}: {world.endpoint}")
    return 0


def _export(options: argparse.Namespace) -> int:
    from artifact_emulator.scenarios.files import written
    from artifact_state.scenarios.schema import Scenario

    as_json = options.json or (options.output is not None and options.output.suffix == ".json")
    with explained(), under_way("writing down the world"):
        content = asked_world(options).scenario()
        text = _as_json(content) if as_json else written(Scenario.model_validate(content))
    if options.output is None:
        say(text)
    else:
        write_file(options.output, text)
    return 0


def _as_json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False)


def _schema(options: argparse.Namespace) -> int:
    from artifact_state.scenarios.schema import Scenario

    say_json(Scenario.model_json_schema())
    return 0


def _content(scenario: "Scenario") -> dict[str, Any]:
    return scenario.model_dump(mode="json", exclude_defaults=True)


_VERBS = {
    "list": _list,
    "show": _show,
    "validate": _validate,
    "diff": _diff,
    "load": _load,
    "export": _export,
    "schema": _schema,
}
