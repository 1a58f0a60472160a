"""The language of policies: a document is read once, and asked of each call what it says of it.

Knows nothing of where a policy is attached: what its word counts for is the decision's.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from artifact_state.policy_syntax.conditions import Condition
from artifact_state.policy_syntax.wildcards import (ANY, Keys, Matcher, Pattern, matcher)

ANYTHING = "*"
_MOST_ACTIONS = 4096


@dataclass(frozen=True, slots=True)
class NamedPolicy:
    """A policy, and what it is called: the ARN of a managed policy, the name of an inline one."""

    arn_or_name: str
    document: str


class Question(NamedTuple):
    """One call in the words of policies: who wants to do what, with what, under which circumstances."""

    action: str
    resource: str
    """An ARN; `*` for an action that is about nothing in particular."""
    keys: Keys
    """In lower case."""
    principals: frozenset[str] = frozenset()
    """By what a resource's policy may name the caller: ARNs, account ids, services, `*`."""
    as_whom: frozenset[str] | None = None
    """Which of these names is asked about; None for any of them. Who is left out is left out under every name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement, ready to be asked."""

    place: int
    """Its place in the document, from 1."""
    sid: str
    allows: bool
    actions: tuple[Matcher, ...]
    not_actions: bool
    resources: tuple[Pattern, ...]
    not_resources: bool
    principals: frozenset[str] | None
    """Whom a resource's policy names; None in a policy that is attached to its principal."""
    not_principals: bool
    conditions: tuple[Condition, ...]
    of_anything: bool
    """Whether it speaks of whatever a call is about: most statements do."""

    @property
    def always(self) -> bool:
        """Tell whether it speaks of every call of its actions."""
        return self.of_anything and self.principals is None and not self.conditions

    def is_about(self, action: str) -> bool:
        """Tell whether it speaks of an action, which is in lower case."""
        return any(fits(action) for fits in self.actions) != self.not_actions

    def applies(self, question: Question) -> bool:
        """Tell whether it speaks of a call, of whose action it does."""
        if (self.principals is not None and not self.names(question)) or not self.covers(question):
            return False
        for one in self.conditions:  # noqa: SIM110 - on the way of every call, where a generator is half of the cost.
            if not one.holds(question.keys):
                return False
        return True

    def names(self, question: Question) -> bool:
        """Tell whether it means the caller."""
        if self.principals is None:
            return True
        if self.not_principals:
            return self.principals.isdisjoint(question.principals)
        return not self.principals.isdisjoint(question.as_whom or question.principals)

    def covers(self, question: Question) -> bool:
        """Tell whether it speaks of what a call is about."""
        if self.of_anything:
            return True
        covers = any(_covers(one, question) for one in self.resources)
        return covers != self.not_resources

    def reaches(self, resource: str) -> bool | None:
        """Tell whether it speaks of a resource, whoever asks; None where his call's variables decide."""
        if self.of_anything:
            return True
        reached = [_reaches(one, resource) for one in self.resources]
        covers = True if True in reached else None if None in reached else False
        return covers if covers is None else covers != self.not_resources

    def speaks_of(self, resource: str) -> bool | None:
        """Tell whether it applies to every call about a resource; None where it depends on the call, and its caller."""
        reached = self.reaches(resource)
        return None if reached and (self.principals is not None or self.conditions) else reached


_Statements = tuple[Statement, ...]


@dataclass(slots=True)
class Policy:
    """A document that was read."""

    statements: _Statements
    _by_action: dict[str, tuple[_Statements, _Statements]] = field(default_factory=dict)
    """What denies each action that was asked for, and what allows it."""

    def about(self, action: str) -> _Statements:
        """Give the statements that speak of an action."""
        denials, allowances = self._parted(action)
        return tuple(sorted((*denials, *allowances), key=lambda one: one.place))

    def denials(self, action: str) -> _Statements:
        """Give the statements that deny an action under some circumstances."""
        return self._parted(action)[0]

    def allowances(self, action: str) -> _Statements:
        """Give the statements that allow an action under some circumstances."""
        return self._parted(action)[1]

    def denying(self, question: Question) -> Statement | None:
        """Give the first statement that denies a call."""
        for one in self._parted(question.action)[0]:
            if one.applies(question):
                return one
        return None

    def allowing(self, question: Question) -> Statement | None:
        """Give the first statement that allows a call, whatever others deny."""
        for one in self._parted(question.action)[1]:
            if one.applies(question):
                return one
        return None

    def _parted(self, action: str) -> tuple[_Statements, _Statements]:
        found = self._by_action.get(action)
        if found is None:
            lowered = action.lower()
            about = [one for one in self.statements if one.is_about(lowered)]
            found = tuple(one for one in about if not one.allows), tuple(one for one in about if one.allows)
            if len(self._by_action) < _MOST_ACTIONS:
                self._by_action[action] = found
        return found


@lru_cache(maxsize=4096)
def policy_of(document: str) -> Policy:
    """Read a document that is known to be a policy."""
    content = json.loads(document)
    # Documents of the older version know no variables: "${" is text to them.
    variables = content.get("Version") == "2012-10-17"
    statements = content["Statement"]
    written = statements if isinstance(statements, list) else [statements]
    return Policy(tuple(_statement(one, place, variables=variables) for place, one in enumerate(written, 1)))


def _statement(written: dict[str, Any], place: int, *, variables: bool) -> Statement:
    principal = written.get("Principal", written.get("NotPrincipal"))
    resources = tuple(Pattern(one, variables=variables) for one in _resources(written))
    conditions = tuple(
        Condition(operator, key.lower(), tuple(Pattern(_text(one), variables=variables) for one in listed(wanted)))
        for operator, keys in written.get("Condition", {}).items()
        for key, wanted in keys.items()
    )
    anything = "NotResource" not in written and any(one.text == ANYTHING for one in resources)
    return Statement(
        place=place,
        sid=written.get("Sid", ""),
        allows=written["Effect"] == "Allow",
        actions=tuple(_action(one) for one in listed(written.get("Action", written.get("NotAction")))),
        not_actions="NotAction" in written,
        # A trust policy says nothing of resources: it is attached to the one that it is about.
        resources=resources,
        not_resources="NotResource" in written,
        principals=None if principal is None else frozenset(_principals(principal)),
        not_principals="NotPrincipal" in written,
        conditions=conditions,
        of_anything=anything,
    )


def _resources(written: dict[str, Any]) -> list[str]:
    return listed(written.get("Resource", written.get("NotResource", ANYTHING)))


def _action(written: str) -> Matcher:
    filled = Pattern(written.lower(), variables=False).filled({})
    return matcher(filled or "")


def _principals(written: Any) -> Iterator[str]:
    if written == ANYTHING:
        yield ANYTHING
        return
    for kind, names in written.items():
        yield from (name if kind == "AWS" else f"{kind}:{name}" for name in listed(names))


def _covers(pattern: Pattern, question: Question) -> bool:
    """Tell whether a pattern covers what a call is about; one that lacks parts of an ARN is completed by stars."""
    reached = _reaches(pattern, question.resource)
    if reached is not None:
        return reached  # Without a look at the keys of the call.
    filled = pattern.filled(question.keys)
    return filled is not None and _fits(filled, question.resource)


def _reaches(pattern: Pattern, resource: str) -> bool | None:
    """Tell whether a pattern covers a resource; None where variables decide."""
    if pattern.fixed is not None:
        return _fits(pattern.fixed, resource)
    return False if pattern.outline is not None and not _fits(pattern.outline, resource) else None


def _fits(filled: str, resource: str) -> bool:
    wanted = _parts(filled)
    if wanted is None:
        return True
    parts = resource.split(":", 5)
    return len(parts) == len(wanted) and all(fits(part) for fits, part in zip(wanted, parts, strict=True))


@lru_cache(maxsize=8192)
def _parts(filled: str) -> tuple[Matcher, ...] | None:
    """Part a pattern as an ARN is; None for stars alone, which cover everything."""
    if filled and not filled.strip(ANY):
        return None
    wanted = filled.split(":", 5)
    return tuple(map(matcher, (*wanted, *[ANY] * (6 - len(wanted)))))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def listed(value: Any) -> list[Any]:
    """Give what a document has one or several of."""
    return value if isinstance(value, list) else [value]
