"""The authorization of calls, once their input is known to be valid and before they change anything.

Root users that no policy can deny are not evaluated at all, so that permissions cost nothing where they are not used.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from artifact_emulator.aws.authorization.evaluated_request import EvaluatedRequest
from artifact_emulator.aws.authorization.evaluation_requests import evaluation_requests
from artifact_emulator.aws.authorization.messages import denial_error
from artifact_emulator.aws.authorization.request import AuthorizationRequest
from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.service_model import Service
from artifact_state import arns, catalog
from artifact_state.authority import is_open_to
from artifact_state.errors import RoleNotFound
from artifact_state.iam.roles import role_of
from artifact_state.policy_evaluation.collect import ResourceWithPolicy, applicable_policies, organization_with_policy
from artifact_state.policy_evaluation.decision import decide, is_allowed_by_resource
from artifact_state.policy_evaluation.policies import ApplicablePolicies, Decision, PolicyKind
from artifact_state.policy_syntax.policy import EvaluationRequest, NamedPolicy

IamMode = Literal["enforce", "audit", "off"]
"""Whether permissions are enforced, only recorded in the decision log, or ignored."""
# "No permissions are required to perform this operation": https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
# "You cannot use policies to control authentication operations": https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getsessiontoken.html
OPERATIONS_WITHOUT_PERMISSION = {"sts:GetCallerIdentity", "sts:GetScopedCredentials", "sts:GetSessionToken"}


_NOT_DELEGATED = Decision(allowed=False, kind=PolicyKind.RESOURCE)


def authorize(service: Service, request: AuthorizationRequest) -> None:
    """Refuse a call that its policies deny.

    Raises AwsError.
    """
    for evaluated in evaluate(request) if request.enforced else ():
        if evaluated.decision.kind is PolicyKind.TRUST and not evaluated.decision.allowed:
            return  # The rule of AssumeRole itself evaluates the trust policy, and refuses there.
        if not evaluated.decision.allowed:
            raise denial_error(service, request, evaluated.request, _reported_decision(request, evaluated.decision))


def account_denial(service: Service, request: AuthorizationRequest) -> AwsError:
    """Return the error of a caller whose account may not make a call: no resource policy allows it."""
    return denial_error(service, request, next(evaluation_requests(request)), _NOT_DELEGATED)


def is_delegated(request: AuthorizationRequest) -> bool:
    """Return whether the resource policy of the caller's organization allows all actions and resources of a call."""
    organization = organization_with_policy(request.state, request.caller, request.now)
    if organization is None or f"{request.service}:{request.operation}" not in catalog.delegable_actions():
        return False
    policies = applicable_policies(request.state, request.caller, request.now, organization)
    return all(is_allowed_by_resource(named, policies) for named in _named_requests(request, policies))


def evaluate(request: AuthorizationRequest) -> Iterator[EvaluatedRequest]:
    """Yield the decision on each action and resource of a call, all of which have to be allowed."""
    if request.foreign is not None:
        # Imported here: few emulators have a backend.
        from artifact_emulator.aws.authorization.foreign_requests import evaluate_parts

        yield from evaluate_parts(request, request.foreign)
        return
    if f"{request.service}:{request.operation}" in OPERATIONS_WITHOUT_PERMISSION:
        return
    policies = applicable_policies(request.state, request.caller, request.now, resource_with_policy(request))
    for named in _named_requests(request, policies):
        yield EvaluatedRequest(named, policies, decide(named, policies))


def evaluate_all(request: AuthorizationRequest) -> tuple[EvaluatedRequest, ...]:
    """Return the decision on each action and resource of a call, with the refusal of the caller's account."""
    results = tuple(evaluate(request))
    if not results or _is_decided_by_policies(request, results[0].decision):
        return results
    # The resource is the organization, whose resource policy would have to delegate the action.
    policies = replace(results[0].policies, same_account=False, resource_must_allow=True)
    return tuple(_with_resource_check(evaluated, policies) for evaluated in results)


def _with_resource_check(evaluated: EvaluatedRequest, policies: ApplicablePolicies) -> EvaluatedRequest:
    """Return an evaluation with the policies by which the organization has to allow the request."""
    request, decision = evaluated.request, evaluated.decision
    if not request.action.startswith("organizations:"):
        return evaluated
    if not is_allowed_by_resource(request, policies) and (decision.allowed or _is_implicit(decision)):
        decision = _NOT_DELEGATED
    return EvaluatedRequest(request, policies, decision)


def _is_decided_by_policies(request: AuthorizationRequest, decision: Decision) -> bool:
    if decision.allowed:
        return not request.is_refused
    return _reported_decision(request, decision) is not _NOT_DELEGATED


def _named_requests(request: AuthorizationRequest, policies: ApplicablePolicies) -> Iterator[EvaluationRequest]:
    """Yield the evaluation requests of a call, with the names of the caller if a resource has a policy."""
    # In RCPs and in Deny statements a star means every principal, including services, which no star trusts.
    names = frozenset({"*"}).union(*policies.principal_names.values()) if policies.principal_names else None
    for unnamed in evaluation_requests(request):
        yield unnamed if names is None else unnamed._replace(principals=names)


def resource_with_policy(request: AuthorizationRequest) -> ResourceWithPolicy | None:
    """Return the resource of a call that has a resource-based policy."""
    if request.foreign is not None:
        return None
    if request.operation == "AssumeRole":
        return _assumed_role(request)
    if request.service == "organizations":
        return organization_with_policy(request.state, request.caller, request.now)
    return None


def _reported_decision(request: AuthorizationRequest, decision: Decision) -> Decision:
    """Return the denial that AWS reports: that of the caller's account comes before that of its own policies."""
    return _NOT_DELEGATED if _is_implicit(decision) and _is_refused(request) else decision


def _is_implicit(decision: Decision) -> bool:
    """Return whether no policy of the caller allows a request, and none denies it."""
    return not decision.allowed and decision.kind is PolicyKind.IDENTITY and decision.statement is None


def _is_refused(request: AuthorizationRequest) -> bool:
    """Return whether an operation of AWS Organizations is neither open nor delegated to the caller's account."""
    if request.is_refused or request.service != "organizations":
        return request.is_refused
    action = f"organizations:{request.operation}"
    return not is_open_to(request.state, request.caller.account_id, action, request.now) and not is_delegated(request)


def _assumed_role(request: AuthorizationRequest) -> ResourceWithPolicy | None:
    """Return the role that an AssumeRole call names, with its trust policy."""
    parts = str(request.members.get("RoleArn", "")).split(":")
    if len(parts) != 6:
        return None
    try:
        role = role_of(request.state, parts[4], parts[5].rpartition("/")[2], request.now)
    except RoleNotFound:
        return None
    return ResourceWithPolicy(
        account_id=role.account_id,
        arn=arns.role(parts[1], role.account_id, role.path, role.name),
        policy=NamedPolicy(role.name, role.trust_policy),
        is_trust_policy=True,
        is_linked=role.linked_service is not None,
    )
