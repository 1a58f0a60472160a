"""How the policies above an account become one: the inheritance operators of management policies.

From the root down each level may change what it inherits, as far as the levels above allow. Policies
of one level are taken in the order in which they were attached: the first that sets a value keeps it.
Sources: https://docs.aws.amazon.com/organizations/latest/userguide/policy-operators.html
https://docs.aws.amazon.com/organizations/latest/userguide/inheritance-examples.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from artifact_state.management_policies import APPEND, ASSIGN, CONTROL, REMOVE, VALUE_OPERATORS

Path = tuple[str, ...]
Documents = Sequence[tuple[str, Mapping[str, Any]]]
"""The policies of one level, in the order of their attachment: the id and the document of each."""
_EVERYTHING = frozenset(VALUE_OPERATORS)


@dataclass(slots=True)
class _Setting:
    value: Any
    sources: list[str]


@dataclass(slots=True)
class Effective:
    """What several policies come to: their settings, by path."""

    settings: dict[Path, _Setting] = field(default_factory=dict)

    @property
    def document(self) -> dict[str, Any]:
        """Give the policy as AWS shows it: without operators, and without what has no value."""
        document: dict[str, Any] = {}
        for path, setting in self.settings.items():
            node = document
            for step in path[:-1]:
                node = node.setdefault(step, {})
            node[path[-1]] = setting.value
        return document

    def sources_below(self, path: Path) -> list[str]:
        """Name the policies that set anything at a path or below it, each once."""
        found = (setting.sources for at, setting in self.settings.items() if at[: len(path)] == path)
        return list(dict.fromkeys(one for sources in found for one in sources))


def merged(levels: Sequence[Documents]) -> Effective:
    """Merge the policies of each level, from the root down to the account."""
    effective = Effective()
    allowed: dict[Path, frozenset[str]] = {}
    for level in levels:
        _merge_level(effective.settings, allowed, level)
    return effective


def _merge_level(settings: dict[Path, _Setting], allowed: dict[Path, frozenset[str]], level: Documents) -> None:
    set_here: set[Path] = set()
    controls: dict[Path, frozenset[str]] = {}
    for policy_id, document in level:
        for path, operators in _operations(document, ()):
            if CONTROL in operators:
                controls[path] = controls.get(path, _EVERYTHING) & _named(operators[CONTROL])
            permitted = _permitted(allowed, path)
            for operator in (ASSIGN, APPEND, REMOVE):
                if operator not in operators or operator not in permitted:
                    continue
                if operator == ASSIGN and path in set_here:
                    continue
                _apply(settings, path, operator, operators[operator], policy_id)
                set_here.add(path)
    for path, named in controls.items():
        allowed[path] = allowed.get(path, _EVERYTHING) & named


def _operations(node: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Go through the places of a document where operators stand; a value without one is assigned."""
    if any(name in node for name in (*VALUE_OPERATORS, CONTROL)):
        yield path, node
    for name, value in node.items():
        if name.startswith("@@"):
            continue
        if isinstance(value, Mapping):
            yield from _operations(value, (*path, name))
        else:
            yield (*path, name), {ASSIGN: value}


def _permitted(allowed: Mapping[Path, frozenset[str]], path: Path) -> frozenset[str]:
    """Tell what the levels above allow at a path: a limit counts for all that is below it."""
    permitted = _EVERYTHING
    for length in range(len(path) + 1):
        permitted &= allowed.get(path[:length], _EVERYTHING)
    return permitted


def _named(operators: Sequence[str]) -> frozenset[str]:
    if "@@all" in operators:
        return _EVERYTHING
    return frozenset(operators) & _EVERYTHING


def _apply(settings: dict[Path, _Setting], path: Path, operator: str, value: Any, policy_id: str) -> None:
    inherited = settings.get(path)
    if operator == ASSIGN:
        settings[path] = _Setting(value, [policy_id])
        return
    held = list(inherited.value) if inherited and isinstance(inherited.value, list) else []
    sources = inherited.sources if inherited else []
    if operator == APPEND:
        held += [one for one in value if one not in held]
    else:
        held = [one for one in held if one not in value]
    if held:
        settings[path] = _Setting(held, [*sources, policy_id])
    else:
        settings.pop(path, None)
