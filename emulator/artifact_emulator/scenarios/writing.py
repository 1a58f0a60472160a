"""Scenarios as text: plain data and YAML without default values, item by item, since a scenario can be large."""

from collections.abc import Collection, Iterator
from typing import Any

import yaml
from pydantic import BaseModel

from artifact_state.scenarios.omissions import Omission
from artifact_state.scenarios.schema import OrganizationScenario, Scenario
from artifact_state.steps import drained

_WIDTH = 120


def to_yaml(scenario: Scenario, omitted: Collection[Omission] = ()) -> str:
    """Return a scenario as YAML, after a comment that lists what the scenario omits."""
    return "".join(yaml_pieces(scenario.model_copy(deep=True), omitted))


def yaml_pieces(scenario: Scenario, omitted: Collection[Omission] = ()) -> Iterator[str]:
    """Yield what `to_yaml` returns, in pieces; the lists of the scenario are empty afterwards."""
    yield _comment(omitted)
    yield from _yaml({"scenario": scenario.scenario, **content_of(scenario)}, "")


def content_of(model: Scenario | OrganizationScenario) -> dict[str, Any]:
    """Return the plain data of a scenario, with iterators for lists of models; these lists are empty afterwards."""
    content = {}
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if value == field.get_default(call_default_factory=True):
            continue
        is_list = isinstance(value, list) and value and isinstance(value[0], BaseModel)
        content[name] = map(_plain, drained(value)) if is_list else _plain_member(model, name)
    return content


def _plain(model: BaseModel) -> dict[str, Any]:
    if isinstance(model, OrganizationScenario):
        return content_of(model)
    return model.model_dump(mode="json", exclude_defaults=True)


def _plain_member(model: BaseModel, name: str) -> Any:
    return model.model_dump(mode="json", include={name}, exclude_defaults=True)[name]


def _yaml(content: dict[str, Any], indent: str) -> Iterator[str]:
    for key, value in content.items():
        if not isinstance(value, Iterator):
            yield _indented({key: value}, indent)
            continue
        yield f"{indent}{key}:\n"
        for item in value:
            text = "".join(_yaml(item, indent + "  "))
            yield f"{indent}- {text[len(indent) + 2 :]}"


def _indented(value: Any, indent: str) -> str:
    text = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=_WIDTH - len(indent))
    return "".join(indent + line if line.strip() else line for line in text.splitlines(keepends=True))


def _comment(omitted: Collection[Omission]) -> str:
    if not omitted:
        return ""
    names = "".join(f"#   {omission.name}: {omission.count}\n" for omission in omitted)
    return f"# A scenario cannot describe the following contents of the world, which a snapshot contains:\n{names}"
