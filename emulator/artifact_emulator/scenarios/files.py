"""Scenario files: YAML, of which JSON is a part, read so that every error tells its line.

An account's id is text however it is written, with quotes or without.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from artifact_state.scenarios.load import Place, ScenarioError, load
from artifact_state.scenarios.schema import Scenario
from artifact_state.world import Options, World

_FOLDER = Path(__file__).parent
_SUFFIXES = (".yaml", ".yml", ".json")
_DEEPEST = 50
_MOST = 500_000
"""How many values a file may stand for: a few aliases of aliases stand for more than any memory holds."""
_ACCOUNT_ID = re.compile(r"\d{12}")


# In the words of a scenario's author what pydantic says in those of a programmer.
_CURES = {
    "string_type": "should be text: put it in quotes",
    "model_type": "should be keys with their values",
    "dict_type": "should be keys with their values",
    "list_type": "should be a list",
    "missing": "is missing",
    "timezone_aware": "should tell its zone, as 2026-01-01T00:00:00Z does",
}


class UnreadableScenario(ValueError):
    """A scenario that is none: what is wrong, each error with its file and line."""


def built_in() -> dict[str, str]:
    """Give the scenarios that come with the emulator: what each describes, by name."""
    return {path.stem: _read(path)[0].description for path in sorted(_FOLDER.glob("*.yaml"))}


def text_of(name: str) -> str:
    """Give the text of a built-in scenario, or of a file.

    Raises UnreadableScenario.
    """
    return _path(name).read_text("utf-8")


def scenario_at(name: str) -> Scenario:
    """Read a built-in scenario by its name, or a file.

    Raises UnreadableScenario.
    """
    return _read(_path(name))[0]


def world_at(name: str, options: Options | None = None) -> World:
    """Make the world of a built-in scenario or of a file.

    Raises UnreadableScenario.
    """
    path = _path(name)
    scenario, written = _read(path)
    try:
        return load(scenario, options)
    except ScenarioError as error:
        raise UnreadableScenario(f"{_where(str(path), written, error.place)}: {error.why}") from None


def world_of(content: Mapping[str, Any], options: Options | None = None) -> World:
    """Make the world of a scenario that came without a file, as by the control API.

    Raises UnreadableScenario.
    """
    try:
        return load(Scenario.model_validate(content), options)
    except ValidationError as error:
        raise UnreadableScenario("; ".join(_told("scenario", None, error))) from None
    except ScenarioError as error:
        raise UnreadableScenario(f"{_where('scenario', None, error.place)}: {error.why}") from None


def written(scenario: Scenario) -> str:
    """Write a scenario as YAML, without what goes without saying."""
    content = scenario.model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump({"scenario": scenario.scenario, **content}, sort_keys=False, allow_unicode=True, width=120)


def _path(name: str) -> Path:
    known = {path.stem: path for path in _FOLDER.glob("*.yaml")}
    if name in known:
        return known[name]
    path = Path(name)
    if not path.is_file():
        close = get_close_matches(name, known, n=1)
        hint = f"; did you mean {close[0]}?" if close else f"; built in are {', '.join(sorted(known))}"
        if path.suffix in _SUFFIXES or "/" in name:
            hint = ""
        raise UnreadableScenario(f"{name} is no scenario and no file{hint}")
    return path


def _read(path: Path) -> tuple[Scenario, Node]:
    try:
        root = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
        content = {} if root is None else _value(root, _Counted())
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UnreadableScenario(f"{path}:{line}: {error.problem}") from None
    except UnicodeDecodeError:
        raise UnreadableScenario(f"{path} is no text in UTF-8") from None
    except (OSError, yaml.YAMLError) as error:
        raise UnreadableScenario(f"{path}: {error}") from None
    except RecursionError:
        raise UnreadableScenario(f"{path}: what is here is nested deeper than any scenario is") from None
    node = root or ScalarNode("", "")
    try:
        return Scenario.model_validate(content), node
    except ValidationError as error:
        raise UnreadableScenario("\n".join(_told(str(path), node, error))) from None


class _Counted:
    """The values that were read of a file so far."""

    number = 0


def _value(node: Node, counted: _Counted, above: tuple[Node, ...] = ()) -> Any:
    counted.number += 1
    if problem := _obstacle(node, counted, above):
        raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
    above = (*above, node)
    if isinstance(node, MappingNode):
        content: dict[str, Any] = {}
        for key, value in node.value:
            if key.value in content:
                raise yaml.MarkedYAMLError(problem=f"{key.value} is there twice", problem_mark=key.start_mark)
            content[str(key.value)] = _value(value, counted, above)
        return content
    if isinstance(node, SequenceNode):
        return [_value(one, counted, above) for one in node.value]
    if _ACCOUNT_ID.fullmatch(node.value) or node.tag == "tag:yaml.org,2002:timestamp":
        return node.value
    return yaml.SafeLoader("").construct_object(node)


def _obstacle(node: Node, counted: _Counted, above: tuple[Node, ...]) -> str:
    if node in above:
        # An alias can stand within what it stands for.
        return "what begins here contains itself"
    if len(above) > _DEEPEST:
        return f"what begins here is nested deeper than {_DEEPEST} levels"
    return (
        f"this file stands for more than {_MOST:,} values; write it with fewer aliases"
        if counted.number > _MOST
        else ""
    )


def _told(name: str, root: Node | None, error: ValidationError) -> Iterator[str]:
    for one in error.errors(include_url=False):
        where, place = _where(name, root, one["loc"]), one["loc"]
        if one["type"] == "extra_forbidden":
            keys = _keys_at(place[:-1])
            close = get_close_matches(str(place[-1]), keys, n=1)
            cure = f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(keys))}"
            yield f"{where}: {place[-1]} is no key of a scenario here; {cure}"
        else:
            why = _CURES.get(one["type"]) or one["msg"].removeprefix("Value error, ")
            yield f"{where}: {'.'.join(map(str, place)) or 'a scenario'}: {why}"


def _keys_at(place: Place) -> list[str]:
    """Tell the keys that a scenario may have at a place."""
    form: Any = Scenario
    for at in place:
        if isinstance(at, str) and at in form.model_fields:
            form = next(_forms_in(form.model_fields[at].annotation), form)
    return list(form.model_fields)


def _forms_in(annotation: Any) -> Iterator[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _forms_in(inner)


def _where(name: str, root: Node | None, place: Place) -> str:
    """Tell the file and the line of a place; without a file, the place itself."""
    if root is None:
        return f"{name}.{'.'.join(map(str, place))}" if place else name
    node = root
    line = node.start_mark.line if node.start_mark else 0
    for step in place:
        found = _inside(node, step)
        if found is None:
            break
        line, node = found
    return f"{name}:{line + 1}"


def _inside(node: Node, step: str | int) -> tuple[int, Node] | None:
    if isinstance(node, MappingNode):
        return next(((key.start_mark.line, value) for key, value in node.value if key.value == step), None)
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line, node.value[step]
    return None
