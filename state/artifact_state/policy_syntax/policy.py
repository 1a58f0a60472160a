"""Policy documents, parsed once and matched against requests.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from artifact_state.policy_syntax.arn_patterns import ArnPattern, arn_pattern, matches_parts, parts_of
from artifact_state.policy_syntax.conditions import CALL_RULES, Condition, Rules
from artifact_state.policy_syntax.wildcards import ANY, Keys, Matcher, Pattern, matcher
from artifact_state.record import Record

ANYTHING = "*"
_MAX_ACTIONS_KEPT = 4096


class NamedPolicy(Record, kw_only=False):
    """A policy document and its name: the ARN of a managed policy, the name of an inline policy."""

    arn_or_name: str
    document: str


class EvaluationRequest(NamedTuple):
    """One action on one resource, in the terms of policies."""

    action: str
    resource: str
    """An ARN, or `*` for an action that has no resource."""
    keys: Keys
    """The condition keys, in lower case."""
    principals: frozenset[str] = frozenset()
    """The names by which a resource-based policy may mean the caller: ARNs, account ids, services, `*`."""
    allowed_principals: frozenset[str] | None = None
    """The names that `Principal` may match; None for any. `NotPrincipal` excludes the caller by every name."""
    rules: Rules = CALL_RULES
    """The meaning of values that condition operators cannot read, which is another one in simulations."""


class Statement(Record):
    """One statement of a policy, parsed."""

    number: int
    """The position in the document, from 1."""
    sid: str
    allows: bool
    actions: tuple[Matcher, ...]
    not_actions: bool
    resources: tuple[Pattern, ...]
    not_resources: bool
    principals: frozenset[str] | None
    """The principals of a resource-based policy; None in an identity-based policy."""
    not_principals: bool
    conditions: tuple[Condition, ...]
    any_resource: bool
    """Whether it covers every resource, as most statements do."""

    @property
    def is_unconditional(self) -> bool:
        """Whether it applies to every request for its actions."""
        return self.any_resource and self.principals is None and not self.conditions

    def matches_action(self, action: str) -> bool:
        """Return whether the statement covers an action, given in lower case."""
        return any(matches(action) for matches in self.actions) != self.not_actions

    def applies_to(self, request: EvaluationRequest) -> bool:
        """Return whether the statement applies to a request for an action that it covers."""
        if (self.principals is not None and not self.matches_principal(request)) or not self.matches_resource(request):
            return False
        for condition in self.conditions:
            is_met = condition.is_met(request.keys, request.rules)
            # A condition that cannot be decided lets a statement deny, but not allow.
            if not is_met and (is_met is False or self.allows):
                return False
        return True

    def matches_principal(self, request: EvaluationRequest) -> bool:
        """Return whether the statement's principals include the caller."""
        if self.principals is None:
            return True
        if self.not_principals:
            return self.principals.isdisjoint(request.principals)
        return not self.principals.isdisjoint(request.allowed_principals or request.principals)

    def matches_resource(self, request: EvaluationRequest) -> bool:
        """Return whether the statement covers the resource of a request."""
        if self.any_resource:
            return True
        matches = any(_matches(pattern, request) for pattern in self.resources)
        return matches != self.not_resources

    def covers(self, resource: str) -> bool | None:
        """Return whether the statement covers a resource; None if that depends on policy variables."""
        if self.any_resource:
            return True
        results = [_matches_always(pattern, resource) for pattern in self.resources]
        matches = True if True in results else None if None in results else False
        return matches if matches is None else matches != self.not_resources

    def applicability(self, resource: str) -> bool | None:
        """Return whether the statement applies to every request for a resource; None if that depends on the request."""
        covers = self.covers(resource)
        return None if covers and (self.principals is not None or self.conditions) else covers


_Statements = tuple[Statement, ...]


@dataclass(slots=True)
class Policy:
    """A parsed policy document."""

    statements: _Statements
    _by_action: dict[str, tuple[_Statements, _Statements]] = field(default_factory=dict)
    """The Deny and the Allow statements that cover an action, for the actions requested so far."""

    def statements_about(self, action: str) -> _Statements:
        """Return the statements that cover an action."""
        denying, allowing = self._by_effect(action)
        return tuple(sorted((*denying, *allowing), key=lambda statement: statement.number))

    def deny_statements(self, action: str) -> _Statements:
        """Return the Deny statements that cover an action."""
        return self._by_effect(action)[0]

    def allow_statements(self, action: str) -> _Statements:
        """Return the Allow statements that cover an action."""
        return self._by_effect(action)[1]

    def first_denying(self, request: EvaluationRequest) -> Statement | None:
        """Return the first Deny statement that applies to a request, or None."""
        for statement in self._by_effect(request.action)[0]:
            if statement.applies_to(request):
                return statement
        return None

    def first_allowing(self, request: EvaluationRequest) -> Statement | None:
        """Return the first Allow statement that applies to a request, or None; Deny statements do not matter."""
        for statement in self._by_effect(request.action)[1]:
            if statement.applies_to(request):
                return statement
        return None

    def _by_effect(self, action: str) -> tuple[_Statements, _Statements]:
        parts = self._by_action.get(action)
        if parts is None:
            lowered = action.lower()
            matching = [statement for statement in self.statements if statement.matches_action(lowered)]
            denying = tuple(statement for statement in matching if not statement.allows)
            allowing = tuple(statement for statement in matching if statement.allows)
            parts = denying, allowing
            if len(self._by_action) < _MAX_ACTIONS_KEPT:
                self._by_action[action] = parts
        return parts


@lru_cache(maxsize=4096)
def parse_policy(document: str) -> Policy:
    """Return the policy of a document that is known to be valid."""
    content = json.loads(document, parse_int=str, parse_float=str)  # The operators read numbers exactly.
    # Policy variables exist only in the newer version; in the older one "${" is plain text.
    variables = content.get("Version") == "2012-10-17"
    statements = as_list(content["Statement"])
    return Policy(tuple(_parse(element, number, variables=variables) for number, element in enumerate(statements, 1)))


def as_list(value: Any) -> list[Any]:
    """Return the values of an element that may be one value or a list."""
    return value if isinstance(value, list) else [value]


def value_text(value: Any) -> str:
    """Return the text of a value of a condition, which may be a number or a boolean."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _parse(element: dict[str, Any], number: int, *, variables: bool) -> Statement:
    principal = element.get("Principal", element.get("NotPrincipal"))
    # A trust policy has no Resource element: it applies to the role that has it.
    texts = as_list(element.get("Resource", element.get("NotResource", ANYTHING)))
    resources = tuple(Pattern(text, variables=variables) for text in texts)
    conditions = tuple(
        Condition(
            operator, key.lower(), tuple(Pattern(value_text(value), variables=variables) for value in as_list(values))
        )
        for operator, keys in element.get("Condition", {}).items()
        for key, values in keys.items()
    )
    return Statement(
        number=number,
        sid=element.get("Sid", ""),
        allows=element["Effect"].lower() == "allow",
        actions=tuple(_action_matcher(action) for action in as_list(element.get("Action", element.get("NotAction")))),
        not_actions="NotAction" in element,
        resources=resources,
        not_resources="NotResource" in element,
        principals=None if principal is None else frozenset(_principals(principal)),
        not_principals="NotPrincipal" in element,
        conditions=conditions,
        any_resource="NotResource" not in element and any(pattern.text == ANYTHING for pattern in resources),
    )


def _action_matcher(action: str) -> Matcher:
    return matcher(Pattern(action.lower(), variables=False).resolve({}) or "")


def _principals(element: Any) -> Iterator[str]:
    if element == ANYTHING:
        yield ANYTHING
        return
    for kind, names in element.items():
        yield from (name if kind == "AWS" else f"{kind}:{name}" for name in as_list(names))


def _matches(pattern: Pattern, request: EvaluationRequest) -> bool:
    """Return whether a pattern matches the resource of a request."""
    always = _matches_always(pattern, request.resource)
    if always is not None:
        return always  # Decided without computing the request's condition keys.
    resolved = pattern.resolve(request.keys)
    return resolved is not None and matches_arn(resolved, request.resource)


def _matches_always(pattern: Pattern, resource: str) -> bool | None:
    """Return whether a pattern matches a resource; None if that depends on policy variables."""
    if pattern.fixed is not None:
        return matches_arn(pattern.fixed, resource)
    return False if pattern.outline is not None and not matches_arn(pattern.outline, resource) else None


def matches_arn(resolved: str, resource: str) -> bool:
    """Return whether a resolved pattern matches a resource."""
    pattern = _resource_pattern(resolved)
    return pattern is None or matches_parts(pattern, parts_of(resource))


@lru_cache(maxsize=8192)
def _resource_pattern(resolved: str) -> ArnPattern | None:
    """Return the pattern of an ARN; None for a pattern of stars alone, which also matches what is not an ARN."""
    return arn_pattern(resolved) if not resolved or resolved.strip(ANY) else None
