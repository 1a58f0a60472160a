"""The command `scenario`: list, show, validate, compare, load and export scenarios."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artifact_emulator.cli.options import (
    CommandFailed,
    add_json,
    add_world,
    existing_world_of,
    translated_errors,
    world_of,
)
from artifact_emulator.cli.output import warn, write, write_file, write_json, write_result
from artifact_emulator.cli.parser import add_command
from artifact_emulator.cli.terminal import progress
from artifact_emulator.counts import counted

if TYPE_CHECKING:
    from artifact_state.scenarios.schema import Scenario

_WORLD_PREFIX = "world:"


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "scenario",
        "show, validate, compare, load and export scenarios: descriptions of worlds in YAML or JSON, built in or files",
        "scenario list",
        "scenario show landing-zone > mine.yaml",
        "scenario validate mine.yaml",
        "scenario load mine.yaml --world mine",
        "scenario diff mine.yaml world:mine",
        "scenario export --world mine --output now.yaml",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    parser.set_defaults(run=run)
    listing = add_command(verbs, "list", "list the built-in scenarios")
    showing = add_command(verbs, "show", "print a scenario", "scenario show organization")
    showing.add_argument("scenario", metavar="SCENARIO")
    validation = add_command(
        verbs, "validate", "check a file and print each error with its line; the exit status is 1 if there is an error"
    )
    validation.add_argument("scenario", metavar="FILE")
    comparison = add_command(
        verbs,
        "diff",
        "compare two scenarios, or worlds given as `world:NAME`; the exit status is 1 if they differ, 2 for an error",
        "scenario diff artifact-enabled world:default",
    )
    comparison.add_argument("before", metavar="A")
    comparison.add_argument("after", metavar="B")
    loading = add_command(
        verbs, "load", "load a scenario into a world; a reset returns to it", "scenario load landing-zone"
    )
    loading.add_argument("scenario", metavar="SCENARIO")
    export = add_command(verbs, "export", "write a world as a scenario", "scenario export -o now.yaml")
    export.add_argument("--output", "-o", metavar="FILE", type=Path, help="write to FILE (default: standard output)")
    schema = add_command(verbs, "schema", "print the JSON Schema of scenarios, for editors")
    for verb in (comparison, loading, export):
        add_world(verb)
    for verb in (listing, showing, validation, comparison, loading, export, schema):
        add_json(verb)


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit status.

    Raises CommandFailed.
    """
    # Imported here: `--help` needs no YAML.
    from artifact_emulator.scenarios.files import InvalidScenario

    try:
        return _VERBS[options.verb](options)
    except InvalidScenario as error:
        raise CommandFailed(str(error)) from None


def _list(options: argparse.Namespace) -> int:
    from artifact_emulator.scenarios.files import built_in_scenarios

    descriptions = built_in_scenarios()
    width = max(map(len, descriptions))
    write_result(
        options,
        "\n".join(f"{name:{width}}  {description}" for name, description in descriptions.items()),
        [{"name": name, "description": description} for name, description in descriptions.items()],
    )
    return 0


def _show(options: argparse.Namespace) -> int:
    from artifact_emulator.scenarios.files import read_scenario, scenario_text

    scenario = read_scenario(options.scenario)
    write_result(options, scenario_text(options.scenario), _content(scenario))
    return 0


def _validate(options: argparse.Namespace) -> int:
    from artifact_emulator.scenarios.files import InvalidScenario, load_file

    try:
        with progress(f"checking {options.scenario}") as checking:
            state = load_file(options.scenario, report=checking.report).state
    except InvalidScenario as error:
        if not options.json:
            raise
        write_json({"valid": False, "errors": str(error).splitlines()})
        return 1
    organizations, accounts = len(state.organizations), len(state.memberships)
    contents = f"{counted(organizations, 'organization')} with {counted(accounts, 'account')}"
    text = f"{options.scenario} is valid: {contents}"
    write_result(options, text, {"valid": True, "organizations": organizations, "accounts": accounts})
    return 0


def _diff(options: argparse.Namespace) -> int:
    from artifact_emulator.scenarios.comparison import differences
    from artifact_emulator.scenarios.files import InvalidScenario

    try:
        with progress("comparing"):
            changes = differences(_canonical(options, options.before), _canonical(options, options.after))
    except (InvalidScenario, CommandFailed) as error:
        # As in diff(1), 1 stands for differences and 2 for an error.
        raise CommandFailed(str(error), 2) from None
    lines = [f"--- {options.before}", f"+++ {options.after}"] if changes else []
    for change in changes:
        for sign, value in (("-", change.before), ("+", change.after)):
            if value is not None:
                lines.append(f"{sign} {change.place}: {value}")
    content = [{"place": change.place, "before": change.before, "after": change.after} for change in changes]
    write_result(options, "\n".join(lines), content)
    return 1 if changes else 0


def _canonical(options: argparse.Namespace, name: str) -> dict[str, Any]:
    """Return a scenario or a world as a scenario in canonical form, in which equal worlds are equal."""
    from artifact_emulator.scenarios.files import load_file
    from artifact_state.scenarios.export import export_scenario

    if name.startswith(_WORLD_PREFIX):
        with translated_errors():
            return existing_world_of(options, name.removeprefix(_WORLD_PREFIX)).scenario()
    return _content(export_scenario(load_file(name)))


def _load(options: argparse.Namespace) -> int:
    from artifact_emulator.scenarios.files import load_file, read_scenario

    with translated_errors(), progress(f"loading {options.scenario}") as loading:
        # Loaded here first, so that an error names its line.
        load_file(options.scenario, report=loading.report)
        world = world_of(options)
        world.load_scenario(_content(read_scenario(options.scenario)))
    text = f"loaded {options.scenario} into the world {world.name}: {world.endpoint}"
    write_result(options, text, {"world": world.name, "endpoint": world.endpoint})
    return 0


def _export(options: argparse.Namespace) -> int:
    from artifact_emulator.scenarios.writing import to_yaml
    from artifact_state.scenarios.omissions import Omission
    from artifact_state.scenarios.schema import Scenario

    as_json = options.json or (options.output is not None and options.output.suffix == ".json")
    with translated_errors(), progress("exporting the world"):
        world = existing_world_of(options)
        content = world.scenario()
        omitted = [Omission(name=name, count=count) for name, count in world.scenario_omissions().items()]
        text = _as_json(content) if as_json else to_yaml(Scenario.model_validate(content), omitted)
    if options.output is None:
        write(text)
    else:
        write_file(options.output, text)
    if omitted:
        names = ", ".join(f"{omission.name} ({omission.count})" for omission in omitted)
        warn(f"a scenario cannot describe {names}; a snapshot contains them")
    return 0


def _as_json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False)


def _schema(options: argparse.Namespace) -> int:
    from artifact_state.scenarios.schema import Scenario

    write_json(Scenario.model_json_schema())
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
