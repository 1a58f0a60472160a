"""Read the grammars of management and declarative policies from the files in `policy_grammars`."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from artifact_state.catalog.policy_grammar_records import (
    Dependency,
    FreeGrammar,
    GrammarNode,
    ObjectGrammar,
    SettingGrammar,
    ValueRule,
)

Entry = Mapping[str, Any]
_TYPES: Mapping[str, frozenset[type]] = {
    "string": frozenset({str}),
    "number": frozenset({int, float}),
    "boolean": frozenset({bool}),
}
_CONDITIONS = ("maximum", "absent", "days_between_runs", "difference", "equals")


def read_grammar(content: Entry, lists: Mapping[str, Sequence[str]]) -> ObjectGrammar:
    """Return the grammar that a file describes; `lists` are the lists that `values_from` can name."""
    grammar = _Reader(content.get("definitions", {}), lists).node(content["document"])
    if not isinstance(grammar, ObjectGrammar):
        raise TypeError("A grammar must describe an object.")
    return grammar


class _Reader:
    """Reads nodes; the definitions of a file are read once, where they are first used."""

    def __init__(self, definitions: Entry, lists: Mapping[str, Sequence[str]]) -> None:
        self._definitions = definitions
        self._lists = lists
        self._read: dict[str, GrammarNode] = {}

    def node(self, entry: Entry) -> GrammarNode:
        if "use" in entry:
            name = entry["use"]
            if name not in self._read:
                self._read[name] = self.node(self._definitions[name])
            return self._read[name]
        if "free" in entry:
            return FreeGrammar()
        return self._setting(entry) if "setting" in entry else self._object(entry)

    def _object(self, entry: Entry) -> ObjectGrammar:
        members = {name.lower(): (name, self.node(member)) for name, member in entry.get("members", {}).items()}
        names = entry.get("names")
        return ObjectGrammar(
            members=MappingProxyType(members),
            names=self._rule(names) if names else None,
            lower_names=bool(names and names.get("lower")),
            each=self.node(entry["each"]) if "each" in entry else None,
            required=tuple(entry.get("required", ())),
            required_when_merged=tuple(entry.get("required_when_merged", ())),
            maximum_when_merged=entry.get("maximum_when_merged"),
            maximum_bytes=entry.get("maximum_bytes"),
            maximum_sharing=MappingProxyType(entry.get("maximum_sharing", {})),
            dependencies=tuple(map(_dependency, entry.get("dependencies", ()))),
        )

    def _setting(self, entry: Entry) -> SettingGrammar:
        return SettingGrammar(
            rule=self._rule(entry),
            is_list=entry["setting"] == "list",
            is_name=entry.get("is_name", False),
            when_unset=tuple(entry["when_unset"]) if "when_unset" in entry else None,
            minimum=entry.get("minimum", 0),
            minimum_when_merged=entry.get("minimum_when_merged", 0),
            maximum_when_merged=entry.get("maximum_when_merged"),
        )

    def _rule(self, entry: Entry) -> ValueRule:
        numbers = entry.get("whole_number")
        schedule = entry.get("schedule")
        return ValueRule(
            values=frozenset((*entry.get("values", ()), *self._lists.get(entry.get("values_from", ""), ()))),
            pattern=re.compile(entry["pattern"], re.DOTALL) if "pattern" in entry else None,
            whole_numbers=(numbers["minimum"], numbers.get("maximum")) if numbers else None,
            minutes_between_runs=schedule["minutes_between_runs"] if schedule else None,
            types=frozenset().union(*(_TYPES[name] for name in entry.get("types", ("string",)))),
        )


def _dependency(entry: Entry) -> Dependency:
    condition = next(name for name in _CONDITIONS if name in entry)
    ((name, value),) = entry["when"].items()
    return Dependency(
        blocks=tuple(tuple(path.split("/")) for path in entry["blocks"]),
        when=(name, value),
        fields=tuple(entry["fields"]),
        condition=condition,
        limit=entry[condition],
        within_one_document=entry.get("within_one_document", False),
    )
