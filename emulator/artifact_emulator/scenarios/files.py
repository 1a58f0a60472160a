"""Scenario files, built in or of users: read, validated with errors that name the line, and loaded."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from artifact_emulator.scenarios.yaml_source import InvalidYaml, Source, parse_yaml, read_yaml
from artifact_state.closest_name import closest
from artifact_state.scenarios.load import Place, ScenarioError, load_scenario
from artifact_state.scenarios.schema import Scenario
from artifact_state.steps import drained
from artifact_state.world import Options, World

_FOLDER = Path(__file__).parent
_SUFFIXES = (".yaml", ".yml", ".json")

# Messages for authors of scenarios in place of pydantic's, which address programmers.
_MESSAGES = {
    "string_type": "must be text: put it in quotes",
    "model_type": "must be a mapping of keys to values",
    "dict_type": "must be a mapping of keys to values",
    "list_type": "must be a list",
    "missing": "is missing",
    "timezone_aware": "must have a time zone, such as 2026-01-01T00:00:00Z",
}


class InvalidScenario(ValueError):
    """A scenario that cannot be read or loaded; the text has one line for each error, with its file and line."""


class UnknownScenario(LookupError):
    """No built-in scenario has this name."""


def built_in_scenarios() -> dict[str, str]:
    """Return the descriptions of the built-in scenarios by name."""
    return {name: _read(path)[1].description for name, path in _built_in_paths().items()}


def require_built_in(name: str) -> None:
    """Check that a name is that of a built-in scenario, where files of the server may not be read.

    Raises UnknownScenario.
    """
    names = _built_in_paths()
    if name not in names:
        raise UnknownScenario(f"There is no scenario {name!r}{_hint(name)}")


def scenario_text(name: str) -> str:
    """Return the text of a built-in scenario or of a file.

    Raises InvalidScenario.
    """
    return _path_of(name).read_text("utf-8")


def read_scenario(name: str) -> Scenario:
    """Return a built-in scenario or the scenario in a file.

    Raises InvalidScenario.
    """
    return _read(_path_of(name))[1]


def load_file(
    name: str,
    options: Options | None = None,
    report: Callable[[int, int], None] | None = None,
    *,
    at: datetime | None = None,
) -> World:
    """Create the world of a built-in scenario or of a file; `report` is told the progress.

    The clock of the world is frozen at the instant `at`, if there is one. Raises InvalidScenario.
    """
    return _load(*_read(_path_of(name)), options, report, at)


def load_text(name: str, text: bytes, options: Options | None = None, *, at: datetime | None = None) -> World:
    """Create the world of the scenario in the contents of a file, as `load_file` does.

    Raises InvalidScenario.
    """
    try:
        source = parse_yaml(name, text)
    except InvalidYaml as error:
        raise InvalidScenario(str(error)) from None
    return _load(source, _validate(source, separator="; "), options, at=at)


def load_content(content: Mapping[str, Any], options: Options | None = None, *, at: datetime | None = None) -> World:
    """Create the world of a scenario that is given as plain data, as `load_file` does.

    Raises InvalidScenario.
    """
    source = Source("scenario", content)
    return _load(source, _validate(source, separator="; "), options, at=at)


def _path_of(name: str) -> Path:
    built_in = _built_in_paths()
    if name in built_in:
        return built_in[name]
    path = Path(name)
    if not path.is_file():
        hint = "" if path.suffix in _SUFFIXES or "/" in name else _hint(name)
        raise InvalidScenario(f"{name} is neither a built-in scenario nor a file{hint}")
    return path


def _built_in_paths() -> dict[str, Path]:
    return {path.stem: path for path in sorted(_FOLDER.glob("*.yaml"))}


def _hint(name: str) -> str:
    names = _built_in_paths()
    return closest(name, names) or f"; the built-in scenarios are {', '.join(names)}."


def _read(path: Path) -> tuple[Source, Scenario]:
    try:
        source = read_yaml(path)
    except InvalidYaml as error:
        raise InvalidScenario(str(error)) from None
    return source, _validate(source, separator="\n")


def _validate(source: Source, *, separator: str) -> Scenario:
    try:
        return Scenario.model_validate(source.content)
    except ValidationError as error:
        raise InvalidScenario(separator.join(_messages(source, error))) from None


def _load(
    source: Source,
    scenario: Scenario,
    options: Options | None,
    report: Callable[[int, int], None] | None = None,
    at: datetime | None = None,
) -> World:
    if at is not None:
        scenario = scenario.model_copy(update={"clock": at})
    try:
        world = load_scenario(scenario, options, report)
    except ScenarioError as error:
        raise InvalidScenario(f"{source.location(error.place)}: {error.why}") from None
    for organization in scenario.organizations:
        # No other thread runs while a long list is freed as a whole.
        deque(drained(organization.accounts), maxlen=0)
    return world


def _messages(source: Source, error: ValidationError) -> Iterator[str]:
    for details in error.errors(include_url=False):
        place = details["loc"]
        location = source.location(place)
        if details["type"] == "extra_forbidden":
            known = _keys_at(place[:-1])
            hint = closest(str(place[-1]), known) or f"; the keys here are {', '.join(sorted(known))}"
            yield f"{location}: unknown key {place[-1]}{hint}"
        else:
            message = _MESSAGES.get(details["type"]) or details["msg"].removeprefix("Value error, ")
            yield f"{location}: {'.'.join(map(str, place)) or 'a scenario'}: {message}"


def _keys_at(place: Place) -> list[str]:
    """Return the keys that a scenario can have at a place."""
    model: Any = Scenario
    for step in place:
        if isinstance(step, str) and step in model.model_fields:
            model = next(_models_in(model.model_fields[step].annotation), model)
    return list(model.model_fields)


def _models_in(annotation: Any) -> Iterator[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
