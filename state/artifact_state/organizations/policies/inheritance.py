"""Inheritance of management policies: merge the policies of each level, from the root down to an account.

Each level may change what it inherits as far as the levels above allow. Policies of one level apply in the order of
their attachment: the first one that assigns a value wins. This module knows operators and the structure of documents;
the meaning of names belongs to each policy type.
Sources: https://docs.aws.amazon.com/organizations/latest/userguide/policy-operators.html
https://docs.aws.amazon.com/organizations/latest/userguide/inheritance-examples.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from artifact_state.organizations.policies.management_grammar import (
    ANY_NAME,
    APPEND,
    ASSIGN,
    CHILD_OPERATORS,
    REMOVE,
    VALUE_OPERATORS,
)

Path = tuple[str, ...]
LevelPolicies = Sequence[tuple[str, Mapping[str, Any]]]
"""The policies of one level in the order of their attachment: the id and the document of each."""
_ALL_OPERATORS = frozenset(VALUE_OPERATORS)
_ADDING_OPERATORS = frozenset((ASSIGN, APPEND))


@dataclass(slots=True)
class _Node:
    """A node of the merged policy: a setting with a value, or an object with members."""

    value: Any = None
    set_at: int = -1
    """The last level that changed the value, counted from the root."""
    sources: list[str] = field(default_factory=list)
    """The ids of the policies that contributed to the value."""
    limits: dict[int, frozenset[str]] = field(default_factory=dict)
    """The operators that each level allows to the levels below it."""
    members: dict[str, "_Node"] = field(default_factory=dict)

    def allowed_operators(self, level: int) -> frozenset[str]:
        """Return the operators that all levels above allow to a level: no level can undo a limit."""
        above = (allowed for limiting_level, allowed in self.limits.items() if limiting_level < level)
        return _ALL_OPERATORS.intersection(*above)


@dataclass(frozen=True, slots=True)
class MergedPolicy:
    """The result of merging several policies."""

    root: _Node

    @property
    def document(self) -> dict[str, Any]:
        """Return the policy as AWS shows it: without operators, and without settings that have no value."""
        return _document(self.root) or {}

    def sources_below(self, path: Path) -> list[str]:
        """Return the ids of the policies that contributed to any value at a path or below it, without duplicates."""
        node = self.root
        for name in path:
            if name not in node.members:
                return []
            node = node.members[name]
        return list(dict.fromkeys(_sources(node)))


def merge_policies(levels: Sequence[LevelPolicies], case_insensitive: Sequence[Path] = ()) -> MergedPolicy:
    """Merge the policies of each level, from the root down to the account.

    Names at the case-insensitive paths, in which `*` stands for any name, are merged in lower case.
    """
    root = _Node()
    for level, policies in enumerate(levels):
        for policy_id, document in policies:
            _merge(root, document, level, policy_id, case_insensitive)
    return MergedPolicy(root)


def _merge(
    node: _Node, document: Mapping[str, Any], level: int, policy_id: str, case_insensitive: Sequence[Path]
) -> None:
    allowed = node.allowed_operators(level)
    if CHILD_OPERATORS in document:
        node.limits[level] = node.limits.get(level, _ALL_OPERATORS) & _operators_in(document[CHILD_OPERATORS])
    for operator in VALUE_OPERATORS:
        if operator in document and operator in allowed:
            _apply(node, operator, document[operator], level, policy_id)
    # Unverified: a member of a node that has a value. In AWS's own types a node has one or the other; here the value
    # that came first stays.
    members = document.items() if node.value is None else ()
    for name, settings in members:
        if name.startswith("@@"):
            continue
        remaining = [path[1:] for path in case_insensitive if path[0] in (ANY_NAME, name)]
        key = name.lower() if () in remaining else name
        member = node.members.get(key)
        # A limit on an object prevents new members. Existing members have limits of their own:
        # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_ai-opt-out_syntax.html
        if member is None and not allowed & _ADDING_OPERATORS:
            continue
        member = node.members.setdefault(key, member or _Node())
        # A value without an operator is assigned: some of AWS's pages write lists like this.
        inner = settings if isinstance(settings, Mapping) else {ASSIGN: settings}
        _merge(member, inner, level, policy_id, [path for path in remaining if path])


def _operators_in(values: Sequence[str]) -> frozenset[str]:
    if "@@all" in values:
        return _ALL_OPERATORS
    return frozenset(values) & _ALL_OPERATORS


def _apply(node: _Node, operator: str, value: Any, level: int, policy_id: str) -> None:
    if node.members or (operator == ASSIGN and node.set_at == level):
        return
    if operator == ASSIGN:
        node.value, node.sources = value, [policy_id]
    elif not isinstance(node.value, list | None):
        return  # Only lists are what AWS calls multi-valued settings.
    elif operator == APPEND:
        current = node.value or []
        node.value = current + [item for item in value if item not in current]
        node.sources = [*node.sources, policy_id]
    elif operator == REMOVE and node.value:
        # A setting that lost its last value is gone, as in AWS's third example.
        node.value = [item for item in node.value if item not in value] or None
        node.sources = [*node.sources, policy_id]
    node.set_at = level


def _document(node: _Node) -> Any:
    if not node.members:
        return node.value
    members = {}
    for name, member in node.members.items():
        value = _document(member)
        if value is not None:
            members[name] = value
    return members or None


def _sources(node: _Node) -> Iterator[str]:
    if node.value is not None:
        yield from node.sources
    for member in node.members.values():
        yield from _sources(member)
