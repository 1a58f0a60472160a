"""How the policies above an account become one: the inheritance operators of management policies.

From the root down each level may change what it inherits, as far as the levels above allow. Policies
of one level are taken in the order in which they were attached: the first that sets a value keeps it.
This module knows operators and places; which names mean something is the business of each type.
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
Documents = Sequence[tuple[str, Mapping[str, Any]]]
"""The policies of one level, in the order of their attachment: the id and the document of each."""
_EVERYTHING = frozenset(VALUE_OPERATORS)
_ADDING = frozenset((ASSIGN, APPEND))


@dataclass(slots=True)
class _Place:
    """A place of the merged policy, which holds a value or has members."""

    value: Any = None
    set_at: int = -1
    """The last level that changed the value, counted from the root."""
    sources: list[str] = field(default_factory=list)
    limits: dict[int, frozenset[str]] = field(default_factory=dict)
    """What each level allows those below it to do here."""
    members: dict[str, "_Place"] = field(default_factory=dict)

    def permitted(self, level: int) -> frozenset[str]:
        """Tell what all levels above one allow it to do: no level undoes a limit."""
        above = (named for limited_at, named in self.limits.items() if limited_at < level)
        return _EVERYTHING.intersection(*above)


@dataclass(frozen=True, slots=True)
class MergedPolicy:
    """What several policies come to."""

    top: _Place

    @property
    def document(self) -> dict[str, Any]:
        """Give the policy as AWS shows it: without operators, and without what has no value."""
        return _document(self.top) or {}

    def sources_below(self, path: Path) -> list[str]:
        """Name the policies that set anything at a path or below it, each once."""
        place = self.top
        for name in path:
            if name not in place.members:
                return []
            place = place.members[name]
        return list(dict.fromkeys(_sources(place)))


def merge_policies(levels: Sequence[Documents], lower_case: Sequence[Path] = ()) -> MergedPolicy:
    """Merge the policies of each level, from the root down to the account.

    Names at the paths in lower case, `*` for any name, are the same however they are written.
    """
    top = _Place()
    for level, documents in enumerate(levels):
        for policy_id, document in documents:
            _merge(top, document, level, policy_id, lower_case)
    return MergedPolicy(top)


def _merge(place: _Place, document: Mapping[str, Any], level: int, policy_id: str, lower_case: Sequence[Path]) -> None:
    permitted = place.permitted(level)
    if CHILD_OPERATORS in document:
        place.limits[level] = place.limits.get(level, _EVERYTHING) & _named(document[CHILD_OPERATORS])
    for operator in VALUE_OPERATORS:
        if operator in document and operator in permitted:
            _apply(place, operator, document[operator], level, policy_id)
    # Unverified: a name where a value stands. AWS's own types have one or the other, and here the first stays.
    members = document.items() if place.value is None else ()
    for name, settings in members:
        if name.startswith("@@"):
            continue
        below = [one[1:] for one in lower_case if one[0] in (ANY_NAME, name)]
        key = name.lower() if () in below else name
        member = place.members.get(key)
        # A limit on what has members keeps new ones out. Those that are there have limits of their own:
        # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_ai-opt-out_syntax.html
        if member is None and not permitted & _ADDING:
            continue
        member = place.members.setdefault(key, member or _Place())
        # A value without an operator is assigned: some pages of AWS write lists so.
        inner = settings if isinstance(settings, Mapping) else {ASSIGN: settings}
        _merge(member, inner, level, policy_id, [one for one in below if one])


def _named(operators: Sequence[str]) -> frozenset[str]:
    if "@@all" in operators:
        return _EVERYTHING
    return frozenset(operators) & _EVERYTHING


def _apply(place: _Place, operator: str, value: Any, level: int, policy_id: str) -> None:
    if place.members or (operator == ASSIGN and place.set_at == level):
        return
    if operator == ASSIGN:
        place.value, place.sources = value, [policy_id]
    elif not isinstance(place.value, list | None):
        return  # What AWS calls multi-valued settings are lists.
    elif operator == APPEND:
        held = place.value or []
        place.value = held + [one for one in value if one not in held]
        place.sources = [*place.sources, policy_id]
    elif operator == REMOVE and place.value:
        # What has lost its last value is gone: AWS's third example.
        place.value = [one for one in place.value if one not in value] or None
        place.sources = [*place.sources, policy_id]
    place.set_at = level


def _document(place: _Place) -> Any:
    if not place.members:
        return place.value
    shown = {}
    for name, member in place.members.items():
        value = _document(member)
        if value is not None:
            shown[name] = value
    return shown or None


def _sources(place: _Place) -> Iterator[str]:
    if place.value is not None:
        yield from place.sources
    for member in place.members.values():
        yield from _sources(member)
