"""The decisions of policies on simulated requests.

Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/simulation.json
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from artifact_state.policy_evaluation.policies import Level
from artifact_state.policy_evaluation.simulation.input import (
    RESOURCE_POLICY,
    SimulatedPolicies,
    SimulationSettings,
    account_in_arn,
    principal_names,
)
from artifact_state.policy_evaluation.simulation.resources import is_applicable
from artifact_state.policy_syntax.conditions import SIMULATION_RULES
from artifact_state.policy_syntax.policy import ANYTHING, EvaluationRequest, NamedPolicy, Statement, parse_policy
from artifact_state.policy_syntax.referenced_keys import keys_in_document
from artifact_state.record import Record, field

IDENTITY, RESOURCE, BOUNDARY = "IAM Policy", "Resource Policy", "Permissions Boundary Policy"
"""AWS's names of the kinds of policies in the results of simulations."""
ALLOWED, IMPLICIT, EXPLICIT = "allowed", "implicitDeny", "explicitDeny"
"""AWS's names of the outcomes."""
_MOST_RESTRICTIVE_FIRST = (EXPLICIT, IMPLICIT, ALLOWED)
# The simulator evaluates no role trust policy. Observed: https://github.com/aws/aws-cli/issues/10314
_WITHOUT_RESOURCE_POLICY = "sts:assume"


class MatchedStatement(NamedTuple):
    """A statement that led to an outcome."""

    kind: str
    """AWS's name of the kind of its policy."""
    policy: NamedPolicy
    number: int
    """The position of the statement in the policy, from 1."""


class SimulationResult(Record):
    """The decision on one action and one resource."""

    resource: str
    outcome: str
    """AWS's name of the outcome."""
    matched_statements: Sequence[MatchedStatement] = ()
    """The statements that led to the outcome, without those of service control policies."""
    missing_keys: Sequence[str] = ()
    """The condition keys that the policies refer to and the input lacks, if nothing allowed or denied the request."""
    allowed_by_organization: bool | None = None
    """Whether the service control policies allow the request; None without any."""
    allowed_by_boundary: bool | None = None
    """Whether the permissions boundary allows the request, regardless of other policies; None without one."""
    outcome_by_kind: Mapping[str, str] = field(default_factory=dict)
    """The outcome of each kind of policy across accounts."""


class _KindDecision(NamedTuple):
    """The outcome of the policies of one kind, and the statements that led to it."""

    outcome: str
    statements: Sequence[tuple[NamedPolicy, Statement]] = ()


def simulate(
    policies: SimulatedPolicies, action: str, resources: Sequence[str], settings: SimulationSettings
) -> list[SimulationResult]:
    """Return the decision on an action for each resource, or for `*` if there are none."""
    return [_simulate(policies, action, resource, settings) for resource in resources or (ANYTHING,)]


def most_restrictive(outcomes: Iterable[str]) -> str:
    """Return the most restrictive of several outcomes."""
    return min(outcomes, key=_MOST_RESTRICTIVE_FIRST.index)


def context_keys_of(policies: SimulatedPolicies) -> list[str]:
    """Return the condition keys that the identity-based policies and the boundary refer to, once for each policy."""
    boundary = [policies.boundary] if policies.boundary else []
    return [key for policy in (*policies.identity, *boundary) for key in keys_in_document(policy.document)]


def _simulate(
    policies: SimulatedPolicies, action: str, resource: str, settings: SimulationSettings
) -> SimulationResult:
    request = EvaluationRequest(
        action=action,
        resource=resource,
        keys={**settings.default_keys, **settings.given_keys},
        principals=principal_names(settings.caller_arn),
        rules=SIMULATION_RULES,
    )
    by_organization = _decide_by_organization(policies, request)
    if by_organization not in (None, ALLOWED):  # The simulation ends here.
        return SimulationResult(resource=resource, outcome=by_organization, allowed_by_organization=False)
    # Unverified: no policy applies to a resource that the action does not take, not even one that denies.
    is_taken = is_applicable(action, resource)
    kinds = {
        kind: _decide_by_kind(level if is_taken else (), request) for kind, level in _levels(policies, action, settings)
    }
    is_same_account = RESOURCE not in kinds or _is_callers_own(resource, settings)
    outcome = _combine(kinds, is_same_account=is_same_account)
    boundary = kinds.get(BOUNDARY)
    return SimulationResult(
        resource=resource,
        outcome=outcome,
        matched_statements=list(_leading_to(outcome, kinds)),
        missing_keys=list(_missing_keys(policies, settings)) if outcome == IMPLICIT else (),
        allowed_by_organization=None if by_organization is None else True,
        allowed_by_boundary=None if boundary is None else boundary.outcome == ALLOWED,
        outcome_by_kind={} if is_same_account else {kind: decision.outcome for kind, decision in kinds.items()},
    )


def _decide_by_organization(policies: SimulatedPolicies, request: EvaluationRequest) -> str | None:
    """Return the outcome of the service control policies, of which every level has to allow; None without any."""
    if policies.organization is None:
        return None
    return most_restrictive([ALLOWED, *(_decide_by_kind(level, request).outcome for level in policies.organization)])


def _levels(policies: SimulatedPolicies, action: str, settings: SimulationSettings) -> Iterator[tuple[str, Level]]:
    """Yield the policies that AWS reports on, by AWS's names of their kinds."""
    yield IDENTITY, policies.identity
    if settings.resource_policy is not None and not action.lower().startswith(_WITHOUT_RESOURCE_POLICY):
        yield RESOURCE, (NamedPolicy(RESOURCE_POLICY, settings.resource_policy),)
    if policies.boundary is not None:
        yield BOUNDARY, (policies.boundary,)


def _decide_by_kind(policies: Level, request: EvaluationRequest) -> _KindDecision:
    """Return the outcome if no other policies applied, and the statements that led to it."""
    applying = [
        (policy, statement)
        for policy in policies
        for statement in parse_policy(policy.document).statements_about(request.action)
        if statement.applies_to(request)
    ]
    denying = [(policy, statement) for policy, statement in applying if not statement.allows]
    return _KindDecision(EXPLICIT if denying else ALLOWED if applying else IMPLICIT, denying or applying)


def _combine(kinds: Mapping[str, _KindDecision], *, is_same_account: bool) -> str:
    """Return the outcome of all policies; within an account a resource-based policy is enough, whatever it names."""
    outcomes = {kind: decision.outcome for kind, decision in kinds.items()}
    strictest = most_restrictive(outcomes.values())
    if strictest == IMPLICIT and is_same_account:
        by_resource = outcomes.pop(RESOURCE, IMPLICIT)
        return ALLOWED if by_resource == ALLOWED else most_restrictive(outcomes.values())
    return strictest


def _leading_to(outcome: str, kinds: Mapping[str, _KindDecision]) -> Iterator[MatchedStatement]:
    """Yield the statements that led to an outcome; a permissions boundary grants nothing by itself."""
    for kind, decision in kinds.items():
        if decision.outcome == outcome and (kind != BOUNDARY or outcome == EXPLICIT):
            for policy, statement in decision.statements:
                yield MatchedStatement(kind, policy, statement.number)


def _missing_keys(policies: SimulatedPolicies, settings: SimulationSettings) -> Iterator[str]:
    """Yield the keys that the policies refer to and the input lacks, even if AWS fills them in."""
    return (key for key in dict.fromkeys(context_keys_of(policies)) if key.lower() not in settings.given_keys)


def _is_callers_own(resource: str, settings: SimulationSettings) -> bool:
    """Return whether a resource belongs to the caller's account, as it does if nothing names its owner."""
    caller = account_in_arn(settings.caller_arn or "")
    return (account_in_arn(resource) or account_in_arn(settings.resource_owner or "") or caller) == caller
