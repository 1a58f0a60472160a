"""The checks of a decision: every requirement of AWS's flow chart with its own outcome, for an explanation.

A decision names the first policy that denies; the checks say of each requirement whether it is met. They are computed
when an explanation is asked for, not when a call is authorized.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import NamedTuple

from artifact_state.policy_evaluation.decision import allowed_by_resource
from artifact_state.policy_evaluation.policies import (
    ApplicablePolicies,
    Level,
    PolicyKind,
    PrincipalMatch,
    policies_in_order,
)
from artifact_state.policy_syntax.conditions import Condition
from artifact_state.policy_syntax.policy import EvaluationRequest, NamedPolicy, Statement, parse_policy


class CheckEffect(Enum):
    """The outcome of a check."""

    ALLOW = "allow"
    NO_IMPACT = "no impact"
    """No statement matched, and none needed to."""
    IMPLICIT_DENY = "implicit deny"
    EXPLICIT_DENY = "explicit deny"


class MatchedPolicy(NamedTuple):
    """A policy and its statements that apply to a request."""

    policy: NamedPolicy
    statements: tuple[Statement, ...]


class Check(NamedTuple):
    """One requirement, its outcome and the policies with statements that apply to the request."""

    kind: PolicyKind
    level: int | None
    """The level of the organization, where 0 is its root."""
    effect: CheckEffect
    matched: tuple[MatchedPolicy, ...] = ()


Applies = Callable[[Statement, EvaluationRequest], bool]


def checks_of(
    request: EvaluationRequest, policies: ApplicablePolicies, applies: Applies = Statement.applies_to
) -> tuple[Check, ...]:
    """Return the checks in AWS's order: RCPs and SCPs from the root down, resource, principal, boundary, session."""
    return tuple(_checks(request, policies, applies))


def effect_of(checks: Iterable[Check]) -> CheckEffect:
    """Return the effect of all checks together: an explicit denial counts more than an implicit one."""
    effects = {check.effect for check in checks}
    denials = (effect for effect in (CheckEffect.EXPLICIT_DENY, CheckEffect.IMPLICIT_DENY) if effect in effects)
    return next(denials, CheckEffect.ALLOW)


def _checks(request: EvaluationRequest, policies: ApplicablePolicies, applies: Applies) -> Iterator[Check]:
    def matched(level: Level) -> tuple[MatchedPolicy, ...]:
        return _matched(request, level, applies)

    for kind, levels in (
        (PolicyKind.RESOURCE_CONTROL, policies.resource_control),
        (PolicyKind.SERVICE_CONTROL, policies.service_control),
    ):
        for number, level in enumerate(levels):
            yield _check(kind, matched(level), number)
    if policies.resource is not None or not policies.same_account:
        yield _resource_check(request, policies)
    # The closer a resource-based policy of the same account names the caller, the less else has to allow.
    match = allowed_by_resource(request, policies)[1] if policies.same_account else None
    is_needed = match not in (PrincipalMatch.EXACT, PrincipalMatch.ROLE) and not policies.needs_no_identity_policy
    principal = _check(PolicyKind.IDENTITY, matched(policies.identity), is_needed=is_needed)
    # Unverified: root users and services, which need no policy, are allowed by none.
    is_allowed = policies.needs_no_identity_policy and principal.effect is CheckEffect.NO_IMPACT
    yield principal._replace(effect=CheckEffect.ALLOW) if is_allowed else principal
    is_limited = match is not PrincipalMatch.EXACT
    if policies.boundary is not None:
        yield _check(PolicyKind.BOUNDARY, matched((policies.boundary,)), is_needed=is_limited)
    if policies.session is not None:
        is_needed = is_limited and not policies.session_only_denies
        yield _check(PolicyKind.SESSION, matched(policies.session), is_needed=is_needed)
    for policy in policies.scope_down:
        yield _check(PolicyKind.SESSION, matched((policy,)), is_needed=is_limited)


def _resource_check(request: EvaluationRequest, policies: ApplicablePolicies) -> Check:
    # Unverified: a policy that need not allow, since the resource is in the caller's account, has a check too.
    kind = PolicyKind.TRUST if policies.is_trust_policy else PolicyKind.RESOURCE
    is_needed = policies.is_trust_policy or (not policies.same_account and policies.resource_must_allow)
    names = policies.principal_names
    allowed = None if names is None else request._replace(allowed_principals=frozenset[str]().union(*names.values()))
    level = () if policies.resource is None else (policies.resource,)
    return _check(kind, _matched(request, level, Statement.applies_to, allowed), is_needed=is_needed)


def _check(
    kind: PolicyKind, matched: tuple[MatchedPolicy, ...], level: int | None = None, *, is_needed: bool = True
) -> Check:
    """Return the check of policies of which none may deny, and one must allow if that is needed."""
    allows = {statement.allows for match in matched for statement in match.statements}
    if False in allows:
        effect = CheckEffect.EXPLICIT_DENY
    elif True in allows:
        effect = CheckEffect.ALLOW
    else:
        effect = CheckEffect.IMPLICIT_DENY if is_needed else CheckEffect.NO_IMPACT
    return Check(kind, level, effect, matched)


def _matched(
    request: EvaluationRequest, policies: Level, applies: Applies, allowed: EvaluationRequest | None = None
) -> tuple[MatchedPolicy, ...]:
    """Return the policies with statements that apply; `allowed` has the names by which a statement may allow."""
    matches = (
        MatchedPolicy(
            policy,
            tuple(
                statement
                for statement in parse_policy(policy.document).statements_about(request.action)
                if applies(statement, (allowed or request) if statement.allows else request)
            ),
        )
        for policy in policies
    )
    return tuple(match for match in matches if match.statements)


def unmet_conditions(
    request: EvaluationRequest, policies: ApplicablePolicies, check: Check
) -> Iterator[tuple[NamedPolicy, Statement, Condition]]:
    """Yield the conditions for want of which statements of a check do not allow a request that they are about."""
    for kind, level, policy in policies_in_order(policies):
        if (kind, level) != (check.kind, check.level):
            continue
        for statement in parse_policy(policy.document).allow_statements(request.action):
            if statement.matches_resource(request) and statement.matches_principal(request):
                for condition in statement.conditions:
                    if not condition.is_met(request.keys, request.rules):
                        yield policy, statement, condition
