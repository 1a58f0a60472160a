"""The decision on a request, in the order of AWS's flow chart.

A pure function of the request and the applicable policies.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

from collections.abc import Iterator

from artifact_state.policy_evaluation.policies import (
    ApplicablePolicies,
    Decision,
    PolicyKind,
    PrincipalMatch,
    RelevantStatements,
    policies_in_order,
)
from artifact_state.policy_syntax.policy import EvaluationRequest, NamedPolicy, Statement, parse_policy


def decide(request: EvaluationRequest, policies: ApplicablePolicies) -> Decision:
    """Return the decision: no policy may deny, every limiting policy must allow, and at least one other must allow."""
    relevant = policies.relevant_statements(request.action, request.resource)
    decision = relevant.decision or decide_by(request, policies, relevant)
    if relevant.is_constant:
        relevant.decision = decision
    return decision


def is_allowed_by_resource(request: EvaluationRequest, policies: ApplicablePolicies) -> bool:
    """Return whether the resource-based policy allows a request and does not deny it, whatever other policies do."""
    if policies.resource is None or parse_policy(policies.resource.document).first_denying(request) is not None:
        return False
    return allowed_by_resource(request, policies)[0] is not None


def evaluated_policies(
    request: EvaluationRequest, policies: ApplicablePolicies
) -> Iterator[tuple[PolicyKind, int | None, NamedPolicy, Statement | None]]:
    """Yield the kind and level of every applicable policy, and its statement that applies to the request, if any."""
    for kind, level, policy in policies_in_order(policies):
        parsed = parse_policy(policy.document)
        yield kind, level, policy, parsed.first_denying(request) or parsed.first_allowing(request)


def decide_by(request: EvaluationRequest, policies: ApplicablePolicies, relevant: RelevantStatements) -> Decision:
    """Return the decision by the statements of the policies that may apply to a request."""
    if relevant.denying or relevant.levels:  # Most requests have neither.
        denial = _explicit_denial(request, relevant) or _denial_by_level(request, relevant)
        if denial is not None:
            return denial
    by_resource, match = allowed_by_resource(request, policies) if policies.resource is not None else (None, None)
    if by_resource is None and policies.is_trust_policy:
        return Decision(allowed=False, kind=PolicyKind.TRUST)
    if by_resource is not None and policies.same_account and match is PrincipalMatch.EXACT:
        return by_resource
    decision = _decide_by_identity(request, policies, relevant)
    if not decision.allowed:
        if by_resource is None or not policies.same_account or match is not PrincipalMatch.ROLE:
            return decision
        decision = by_resource
    elif not policies.same_account and policies.resource_must_allow and by_resource is None:
        return Decision(allowed=False, kind=PolicyKind.RESOURCE)
    return _denial_by_limit(request, policies, relevant) or decision


def _explicit_denial(request: EvaluationRequest, relevant: RelevantStatements) -> Decision | None:
    for kind, level, policy, statement in relevant.denying:
        if statement.applies_to(request):
            return Decision(allowed=False, kind=kind, policy=policy, statement=statement, level=level)
    return None


def _denial_by_level(request: EvaluationRequest, relevant: RelevantStatements) -> Decision | None:
    """Return the denial by the first level that does not allow the request: RCPs first, then SCPs."""
    for kind, number, allowing in relevant.levels:
        if not any(statement.applies_to(request) for statement in allowing):
            return Decision(allowed=False, kind=kind, level=number)
    return None


def allowed_by_resource(
    request: EvaluationRequest, policies: ApplicablePolicies
) -> tuple[Decision | None, PrincipalMatch | None]:
    """Return the decision of the resource-based policy if it allows, and the closest match of the caller."""
    if policies.resource is None:
        return None, None
    kind = PolicyKind.TRUST if policies.is_trust_policy else PolicyKind.RESOURCE
    policy = parse_policy(policies.resource.document)
    for match, names in (policies.principal_names or {PrincipalMatch.ACCOUNT: request.principals}).items():
        statement = policy.first_allowing(request._replace(allowed_principals=names))
        if statement is not None:
            return Decision(allowed=True, kind=kind, policy=policies.resource, statement=statement), match
    return None, None


def _decide_by_identity(
    request: EvaluationRequest, policies: ApplicablePolicies, relevant: RelevantStatements
) -> Decision:
    if policies.needs_no_identity_policy:
        return Decision(allowed=True, kind=PolicyKind.IDENTITY)
    for policy, statement in relevant.identity:
        if statement.applies_to(request):
            return Decision(allowed=True, kind=PolicyKind.IDENTITY, policy=policy, statement=statement)
    return Decision(allowed=False, kind=PolicyKind.IDENTITY)


def _denial_by_limit(
    request: EvaluationRequest, policies: ApplicablePolicies, relevant: RelevantStatements
) -> Decision | None:
    """Return the denial by the permissions boundary or the session policies, if they do not allow the request."""
    if policies.boundary is not None and not any(statement.applies_to(request) for statement in relevant.boundary):
        return Decision(allowed=False, kind=PolicyKind.BOUNDARY)
    if (
        policies.session is not None
        and not policies.session_only_denies
        and not any(statement.applies_to(request) for statement in relevant.session)
    ):
        return Decision(allowed=False, kind=PolicyKind.SESSION)
    for allowing in relevant.scope_down:
        if not any(statement.applies_to(request) for statement in allowing):
            return Decision(allowed=False, kind=PolicyKind.SESSION)
    return None
