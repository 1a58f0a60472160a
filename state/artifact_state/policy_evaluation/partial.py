"""The decision on a request that is not wholly known: a part of its resource, or values of condition keys, are missing.

A statement then applies, does not apply, or may apply. More statements that deny allow less, and more that allow allow
more. So two decisions bound all others: a strict one, in which every Deny statement that may apply does and no Allow
statement that only may, and a lenient one, in which it is the other way round. If both agree on the outcome, the
unknown part does not matter. Requests for a resource that has a resource-based policy are not decided here.
"""

from collections.abc import Callable
from typing import NamedTuple

from artifact_state.policy_evaluation.decision import decide_by
from artifact_state.policy_evaluation.policies import (
    ApplicablePolicies,
    Decision,
    PolicyKind,
    policies_in_order,
    statements_that,
)
from artifact_state.policy_syntax.conditions import Condition
from artifact_state.policy_syntax.policy import EvaluationRequest, Statement, matches_arn, parse_policy
from artifact_state.policy_syntax.wildcards import ANY, ONE, Pattern, matcher, variables_in

UNKNOWN = "\ue002"
"""An unknown part of a resource: a private-use character, which neither ARNs nor patterns contain."""
_NOTHING = "\ue003"
"""A character that no resource contains."""
_PARTS = 6


class PartialRequest(NamedTuple):
    """A request of which a part is not known."""

    request: EvaluationRequest
    """The known part: its resource has UNKNOWN for each text that is not known, which is within one part of an ARN, and
    an action that is not known is UNKNOWN after the prefix of its service."""
    is_open: Callable[[str], bool]
    """Return whether a condition key, in lower case, that the request does not have may have values nevertheless."""

    def is_unknown(self, key: str) -> bool:
        """Return whether the values of a condition key are not known."""
        return self.is_open(key) and key not in self.request.keys


class PartialDecision(NamedTuple):
    """The decisions between which that on the whole request is."""

    strict: Decision
    lenient: Decision

    @property
    def allowed(self) -> bool | None:
        """Whether the request is allowed; None if that depends on the unknown part."""
        return self.strict.allowed if self.strict.allowed == self.lenient.allowed else None


def decide_partial(partial: PartialRequest, policies: ApplicablePolicies) -> PartialDecision:
    """Return the decisions that bound all decisions on a request."""
    request, results = partial.request, set[bool | None]()

    def applies(statement: Statement) -> bool:
        results.add(result := applicability(statement, partial))
        return not statement.allows if result is None else result

    strict = decide_by(request, policies, statements_that(applies, policies, request.action))
    bounds = PartialDecision(strict, strict)
    if None in results:
        lenient = statements_that(lambda statement: applies_leniently(statement, partial), policies, request.action)
        bounds = PartialDecision(strict, decide_by(request, policies, lenient))
    return _for_any_action(bounds, policies) if UNKNOWN in request.action else bounds


def _for_any_action(bounds: PartialDecision, policies: ApplicablePolicies) -> PartialDecision:
    """Return the bounds for an unknown action: only statements about all actions of its service are sure to apply."""
    if bounds.lenient.is_explicit_denial or (bounds.strict.allowed and not _any_denies(policies)):
        return bounds
    open_decision = Decision(allowed=False, kind=PolicyKind.IDENTITY)
    strict = open_decision if bounds.strict.allowed else bounds.strict
    return PartialDecision(strict, open_decision._replace(allowed=True))


def _any_denies(policies: ApplicablePolicies) -> bool:
    return any(
        not statement.allows
        for _, _, policy in policies_in_order(policies)
        for statement in parse_policy(policy.document).statements
    )


def applies_strictly(statement: Statement, partial: PartialRequest) -> bool:
    """Return whether a statement applies, where one that may apply does so if it denies."""
    applies = applicability(statement, partial)
    return not statement.allows if applies is None else applies


def applies_leniently(statement: Statement, partial: PartialRequest) -> bool:
    """Return whether a statement applies, where one that may apply does so if it allows."""
    applies = applicability(statement, partial)
    return statement.allows if applies is None else applies


def applicability(statement: Statement, partial: PartialRequest) -> bool | None:
    """Return whether a statement applies to a request for an action that it covers; None if it may."""
    if not statement.matches_principal(partial.request):
        return False
    is_known = UNKNOWN not in partial.request.action or not statement.not_actions
    covers = _covers(statement, partial)
    if covers is False:
        return False
    is_known = is_known and covers is True
    for condition in statement.conditions:
        is_met = _is_met(condition, partial, allows=statement.allows)
        if is_met is False:
            return False
        is_known = is_known and is_met is True
    return True if is_known else None


def unknown_keys(statement: Statement, partial: PartialRequest) -> tuple[str, ...]:
    """Return the condition keys, unknown in a request, that a statement depends on."""
    keys = (key for condition in statement.conditions for key in _keys_of(condition))
    variables = (variable for pattern in statement.resources for variable in _variables(pattern))
    return tuple(dict.fromkeys(key for key in (*keys, *variables) if partial.is_unknown(key)))


def _is_met(condition: Condition, partial: PartialRequest, *, allows: bool) -> bool | None:
    if any(map(partial.is_unknown, _keys_of(condition))):
        return None
    is_met = condition.is_met(partial.request.keys, partial.request.rules)
    # A condition that cannot be decided lets a statement deny, but not allow.
    return not allows if is_met is None else is_met


def _keys_of(condition: Condition) -> tuple[str, ...]:
    return condition.key, *(variable for value in condition.values for variable in _variables(value))


def _variables(pattern: Pattern) -> tuple[str, ...]:
    return () if pattern.fixed is not None else tuple(name.lower() for name in variables_in(pattern.text))


def _covers(statement: Statement, partial: PartialRequest) -> bool | None:
    if statement.any_resource:
        return True
    results = [_matches(pattern, partial) for pattern in statement.resources]
    matches = True if True in results else None if None in results else False
    return matches if matches is None else matches != statement.not_resources


def _matches(pattern: Pattern, partial: PartialRequest) -> bool | None:
    """Return whether a pattern matches the resource of a request; None if it may."""
    request = partial.request
    if any(map(partial.is_unknown, _variables(pattern))):
        outline = pattern.outline
        return None if outline is None or _may_match(outline, request.resource) else False
    resolved = pattern.resolve(request.keys)
    if resolved is None:
        return False
    if UNKNOWN not in request.resource:
        return matches_arn(resolved, request.resource)
    # Only a star matches the unknown part here, and so whatever is in its place.
    if matches_arn(resolved.replace(ONE, _NOTHING), request.resource):
        return True
    return None if _may_match(resolved, request.resource) else False


def _may_match(resolved: str, resource: str) -> bool:
    """Return whether a pattern may match a resource; a pattern that cannot may be taken for one that does."""
    if resource == UNKNOWN or not resolved.strip(ANY):
        return True
    patterns, parts = resolved.split(":", _PARTS - 1), resource.split(":", _PARTS - 1)
    return len(parts) == _PARTS and all(map(_part_may_match, patterns, parts))


def _part_may_match(pattern: str, part: str) -> bool:
    if UNKNOWN not in part:
        return matcher(pattern)(part)
    if ANY not in pattern and ONE not in pattern:
        return matcher(part.replace(UNKNOWN, ANY))(pattern)
    pattern, first = pattern.replace(ONE, ANY), part.partition(UNKNOWN)[0]
    last = part.rpartition(UNKNOWN)[2]
    start, end = pattern.partition(ANY)[0], pattern.rpartition(ANY)[2]
    return (start.startswith(first) or first.startswith(start)) and (end.endswith(last) or last.endswith(end))
