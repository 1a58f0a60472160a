"""The decisions of policies on simulated requests.

Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from artifact_state.policy_evaluation.decision import decide
from artifact_state.policy_evaluation.policies import ApplicablePolicies, Decision, Level, PolicyKind, PrincipalMatch
from artifact_state.policy_evaluation.simulation.input import (
    RESOURCE_POLICY,
    SimulationSettings,
    account_in_arn,
    principal_names,
)
from artifact_state.policy_syntax.conditions import SIMULATION_RULES
from artifact_state.policy_syntax.policy import ANYTHING, EvaluationRequest, NamedPolicy, Statement, parse_policy
from artifact_state.policy_syntax.referenced_keys import referenced_keys
from artifact_state.policy_syntax.wildcards import Keys

IDENTITY, RESOURCE, BOUNDARY = "IAM Policy", "Resource Policy", "Permissions Boundary Policy"
"""AWS's names of the kinds of policies in the results of simulations."""
ALLOWED, IMPLICIT, EXPLICIT = "allowed", "implicitDeny", "explicitDeny"
"""AWS's names of the outcomes."""
_MOST_RESTRICTIVE_FIRST = (EXPLICIT, IMPLICIT, ALLOWED)


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """The decision on one action and one resource."""

    request: EvaluationRequest
    policies: ApplicablePolicies
    decision: Decision
    given_keys: Keys
    """The condition keys of the simulation's input, in lower case."""

    @property
    def outcome(self) -> str:
        """AWS's name of the outcome."""
        return _outcome(self.decision)

    @property
    def matched_statements(self) -> list[tuple[str, NamedPolicy, Statement]]:
        """The statements that led to the outcome, without those of SCPs, with the kinds of their policies."""
        if self.outcome == IMPLICIT or not self.allowed_by_organization:
            return []
        return [
            (kind, policy, statement)
            for kind, policies in _reported_policies(self.policies).items()
            # A permissions boundary grants nothing by itself.
            if kind != BOUNDARY or not self.decision.allowed
            for policy in policies
            for statement in parse_policy(policy.document).statements_about(self.request.action)
            if statement.allows == self.decision.allowed and statement.applies_to(self.request)
        ]

    @property
    def missing_keys(self) -> list[str]:
        """The condition keys that the policies refer to and the input lacks, if no statement allowed the request.

        AWS then reports the missing keys of all policies except SCPs.
        """
        if self.outcome != IMPLICIT or not self.allowed_by_organization:
            return []
        return [name for name in context_keys_of(self.policies) if name.lower() not in self.given_keys]

    @property
    def allowed_by_organization(self) -> bool:
        """Whether the service control policies allow the request."""
        return self.decision.allowed or self.decision.kind is not PolicyKind.SERVICE_CONTROL

    @property
    def allowed_by_boundary(self) -> bool:
        """Whether the permissions boundary allows the request, regardless of other policies."""
        boundary = self.policies.boundary
        return boundary is None or _outcome_of((boundary,), self.request) == ALLOWED

    @property
    def outcome_by_kind(self) -> dict[str, str] | None:
        """The outcome of each kind of policy; empty within one account, None if AWS does not report it."""
        if not self.allowed_by_organization or self.request.resource == ANYTHING:
            return None
        if self.policies.same_account:
            return {}
        return {kind: _outcome_of(level, self.request) for kind, level in _reported_policies(self.policies).items()}


def simulate(
    policies: ApplicablePolicies, action: str, resources: Sequence[str], settings: SimulationSettings
) -> list[SimulationResult]:
    """Return the decision on an action for each resource, or for `*` if there are none."""
    names = principal_names(settings.caller_arn) if settings.caller_arn else {}
    keys = {**settings.default_keys, **settings.given_keys}
    principals = frozenset[str]().union(*names.values())
    results = []
    for resource in resources or (ANYTHING,):
        request = EvaluationRequest(
            action=action, resource=resource, keys=keys, principals=principals, rules=SIMULATION_RULES
        )
        applicable = _with_resource_policy(policies, names, resource, settings)
        results.append(SimulationResult(request, applicable, _decide(request, applicable), settings.given_keys))
    return results


def most_restrictive(outcomes: Sequence[str]) -> str:
    """Return the most restrictive of several outcomes."""
    return min(outcomes, key=_MOST_RESTRICTIVE_FIRST.index)


def context_keys_of(policies: ApplicablePolicies) -> list[str]:
    """Return the condition keys that policies refer to, without those of SCPs."""
    return referenced_keys(policy.document for level in _reported_policies(policies).values() for policy in level)


def _decide(request: EvaluationRequest, policies: ApplicablePolicies) -> Decision:
    """Decide as for a call, except that a simulation ends where the SCPs do not allow the request."""
    if policies.service_control:
        by_organization = decide(
            request, ApplicablePolicies(needs_no_identity_policy=True, service_control=policies.service_control)
        )
        if not by_organization.allowed:
            return by_organization
    return decide(request, policies)


def _with_resource_policy(
    policies: ApplicablePolicies,
    names: Mapping[PrincipalMatch, frozenset[str]],
    resource: str,
    settings: SimulationSettings,
) -> ApplicablePolicies:
    """Return the policies with the resource-based policy, if there is one; only then does the owner matter."""
    if settings.resource_policy is None or settings.caller_arn is None:
        return policies
    caller = account_in_arn(settings.caller_arn)
    owner = account_in_arn(resource) or account_in_arn(settings.resource_owner or "") or caller
    return replace(
        policies,
        resource=NamedPolicy(RESOURCE_POLICY, settings.resource_policy),
        same_account=owner == caller,
        principal_names=dict(names),
    )


def _reported_policies(policies: ApplicablePolicies) -> dict[str, Level]:
    """Return the policies that AWS reports on, by AWS's names of their kinds."""
    return dict(_kinds(policies))


def _kinds(policies: ApplicablePolicies) -> Iterator[tuple[str, Level]]:
    yield IDENTITY, policies.identity
    if policies.resource is not None:
        yield RESOURCE, (policies.resource,)
    if policies.boundary is not None:
        yield BOUNDARY, (policies.boundary,)


def _outcome_of(policies: Level, request: EvaluationRequest) -> str:
    """Return the outcome if no other policies applied."""
    return _outcome(decide(request, ApplicablePolicies(identity=policies)))


def _outcome(decision: Decision) -> str:
    return ALLOWED if decision.allowed else EXPLICIT if decision.is_explicit_denial else IMPLICIT
