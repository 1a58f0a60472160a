"""Inheritance of management policies: merge the policies of each level, from the root down to an account.

Each level may change what it inherits as far as the levels above allow. Of the policies of one level, all assignments
apply before all values that are appended, and these before all that are removed; the policy attached first wins an
assignment. This module knows operators and the structure of documents; names and defaults come from the grammar.
Sources: https://docs.aws.amazon.com/organizations/latest/userguide/policy-operators.html
https://docs.aws.amazon.com/organizations/latest/userguide/inheritance-examples.html
https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/organizations_effective_policy.json
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from artifact_state.catalog.policy_grammar_records import FreeGrammar, GrammarNode, ObjectGrammar, SettingGrammar
from artifact_state.organizations.policies.operators import (
    ALL,
    APPEND,
    ASSIGN,
    CHILD_OPERATORS,
    VALUE_OPERATORS,
    text_of,
)
from artifact_state.record import Record

Path = tuple[str, ...]
LevelPolicies = Sequence[tuple[str, Mapping[str, Any]]]
"""The policies of one level in the order of their attachment: the id and the document of each."""
_ALL_OPERATORS = frozenset(VALUE_OPERATORS)
_ADDING_OPERATORS = frozenset((ASSIGN, APPEND))


@dataclass(slots=True)
class _Node:
    """A node of the merged policy: a setting with a value, or an object with members."""

    name: str
    grammar: GrammarNode
    value: Any = None
    assigned_at: int = -1
    """The last level that assigned a value, counted from the root."""
    sources: list[str] = field(default_factory=list)
    """The ids of the policies that contributed to the value."""
    limits: dict[int, frozenset[str]] = field(default_factory=dict)
    """The operators that each level allows to the levels below it."""
    members: dict[str, "_Node"] = field(default_factory=dict)
    """The members by name in lower case."""

    def allowed_operators(self, level: int) -> frozenset[str]:
        """Return the operators that all levels above allow to a level: no level can undo a limit."""
        above = (allowed for limiting_level, allowed in self.limits.items() if limiting_level < level)
        return _ALL_OPERATORS.intersection(*above)


class _Change(NamedTuple):
    """A value operator of a document, and the setting that it applies to."""

    node: _Node
    operator: str
    operand: Any
    policy_id: str


class MergedPolicy(Record, kw_only=False):
    """The result of merging several policies."""

    root: _Node

    @property
    def document(self) -> dict[str, Any]:
        """Return the policy as AWS shows it: without operators, with defaults, and without empty objects."""
        return _document(self.root, "") or {}

    def sources_below(self, path: Path) -> list[str]:
        """Return the ids of the policies that contributed to any value at a path or below it, without duplicates."""
        node = self.root
        for name in path:
            if name.lower() not in node.members:
                return []
            node = node.members[name.lower()]
        return list(dict.fromkeys(_sources(node)))


def merge_policies(grammar: ObjectGrammar, levels: Sequence[LevelPolicies]) -> MergedPolicy:
    """Merge the policies of each level, from the root down to the account."""
    root = _Node("", grammar)
    for level, policies in enumerate(levels):
        changes = [change for policy_id, document in policies for change in _changes(root, document, level, policy_id)]
        for operator in VALUE_OPERATORS:
            for change in changes:
                if change.operator == operator:
                    _apply(change, level)
    return MergedPolicy(root)


def _changes(node: _Node, document: Mapping[str, Any], level: int, policy_id: str) -> Iterator[_Change]:
    """Yield the changes of a document to a node and the nodes below it, adding those that it may add."""
    allowed = node.allowed_operators(level)
    members = {name.lower(): (name, value) for name, value in document.items()}
    if CHILD_OPERATORS in members:
        limit = _operators_in(members[CHILD_OPERATORS][1])
        node.limits[level] = node.limits.get(level, _ALL_OPERATORS) & limit
    is_object = isinstance(node.grammar, ObjectGrammar)
    for lower, (name, value) in members.items():
        if lower in VALUE_OPERATORS:
            # On an object, which AWS accepts at the top of a document alone, a value operator has no effect.
            if not is_object and lower in allowed:
                yield _Change(node, lower, value, policy_id)
        elif lower != CHILD_OPERATORS:
            member = node.members.get(lower)
            # A limit on an object prevents new members. Existing members have limits of their own:
            # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_ai-opt-out_syntax.html
            if member is None and allowed & _ADDING_OPERATORS:
                member = _new_member(node.grammar, name)
            if member is not None and isinstance(value, Mapping):
                node.members[lower] = member
                yield from _changes(member, value, level, policy_id)


def _new_member(grammar: GrammarNode, name: str) -> _Node | None:
    """Return a node for a member with AWS's spelling of its name, or None if the grammar does not have the member."""
    if isinstance(grammar, FreeGrammar):
        return _Node(name, grammar)
    if isinstance(grammar, SettingGrammar):
        return None
    if name.lower() in grammar.members:
        return _Node(*grammar.members[name.lower()])
    return _Node(name.lower() if grammar.lower_names else name, grammar.each) if grammar.each else None


def _operators_in(values: Sequence[str]) -> frozenset[str]:
    operators = {value.lower() for value in values}
    return _ALL_OPERATORS if ALL in operators else _ALL_OPERATORS & operators


def _apply(change: _Change, level: int) -> None:
    node, operand = change.node, change.operand
    values = [text_of(item) for item in operand] if isinstance(operand, list) else text_of(operand)
    if change.operator == ASSIGN:
        if node.assigned_at == level:
            return
        node.value, node.assigned_at = values, level
    elif not isinstance(node.value, list | None):
        return  # Only lists are what AWS calls multi-valued settings.
    elif change.operator == APPEND:
        current = node.value or []
        node.value = current + [item for item in values if item not in current]
    elif node.value is not None:
        node.value = [item for item in node.value if item not in values]
    node.sources.append(change.policy_id)


def _document(node: _Node, owner: str) -> Any:
    """Return the value of a setting, or the members of an object that have a value, or None if there is none."""
    grammar = node.grammar
    if isinstance(grammar, SettingGrammar) and node.value is None:
        return owner if grammar.is_name else list(grammar.when_unset) if grammar.when_unset else None
    if not isinstance(grammar, ObjectGrammar) and not node.members:
        return node.value
    values = {member.name: _document(member, node.name) for member in node.members.values()}
    if isinstance(grammar, ObjectGrammar):
        values |= {
            name: _document(_Node(name, member), node.name)
            for lower, (name, member) in grammar.members.items()
            if lower not in node.members and isinstance(member, SettingGrammar)
        }
    return {name: value for name, value in values.items() if value is not None} or None


def _sources(node: _Node) -> Iterator[str]:
    yield from node.sources
    for member in node.members.values():
        yield from _sources(member)
