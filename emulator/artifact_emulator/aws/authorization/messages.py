"""AWS's messages for calls that lack a permission.

AWS Organizations mostly answers with a short message. CloudTrail records the long one in any case.
Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
https://github.com/radkawar/stackd/tree/9dc356f5/testdata/aws/iam (organizations_resource_policy.json,
organizations_delegation_authority.json and organizations_delegation_writes.json)
"""

from collections.abc import Iterable

from artifact_emulator.aws.authorization.authorization_id import authorization_id_of
from artifact_emulator.aws.authorization.request import TOOLBOX_OPERATIONS, AuthorizationRequest
from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.errors.organizations import NO_PERMISSION
from artifact_emulator.aws.service_model import Service
from artifact_state.policy_evaluation.policies import Decision, PolicyKind
from artifact_state.policy_syntax.policy import ANYTHING, EvaluationRequest

_CODES = {
    "query": ("AccessDenied", 403),
    "rest-json": ("AccessDeniedException", 403),
    "json": ("AccessDeniedException", 400),
}
_CONSOLE = "https://us-east-1.console.aws.amazon.com/iam/home?region=us-east-1"
_CREATE_LINKED_ROLE = "iam:CreateServiceLinkedRole"
_DEPENDENCY_REASON = "ACCESS_DENIED_DURING_CREATE_SERVICE_LINKED_ROLE"
# The error's description in AWS's model.
_DEPENDENCY_MESSAGE = (
    "The operation that you attempted requires you to have the iam:CreateServiceLinkedRole for "
    "organizations.amazonaws.com permission so that AWS Organizations can create the required service-linked role. "
    "You don't have that permission."
)
# Unverified for service control policies and permissions boundaries.
_EXPLAINED_TO_OWNERS = {PolicyKind.IDENTITY, PolicyKind.BOUNDARY}
# Most of IAM's messages name an identity by its kind and name; those of these actions have its ARN.
_IDENTITIES = {"user", "role", "group"}
_BY_ARN = {
    "iam:CreateUser", "iam:CreateRole", "iam:CreateGroup", "iam:CreateServiceLinkedRole", "iam:SimulatePrincipalPolicy",
    "iam:TagUser", "iam:TagRole", "iam:TagPolicy", "iam:UntagUser", "iam:UntagRole", "iam:UntagPolicy",
}  # fmt: skip
_WITHOUT_REASON = {"sts:AssumeRoot"}
# AWS supports "most APIs in IAM". Observed for the first three, unverified for the others.
_WITHOUT_DETAILS = {
    *(f"iam:{operation}" for operation in TOOLBOX_OPERATIONS),
    "iam:ListOrganizationsFeatures",
    "iam:EnableOrganizationsRootCredentialsManagement",
    "iam:EnableOrganizationsRootSessions",
    "iam:DisableOrganizationsRootCredentialsManagement",
    "iam:DisableOrganizationsRootSessions",
}
_LIST_PATHS = {"iam:ListUsers": "user/", "iam:ListRoles": "role/", "iam:ListGroups": "group/"}
_LIST_NAMES = {"iam:ListPolicies": "policy path /"}
_ARTICLES = {PolicyKind.IDENTITY: "an", PolicyKind.TRUST: "the"}
# For these kinds AWS's message contains the ARN of the policy.
_KINDS_WITH_ARN = {
    PolicyKind.SERVICE_CONTROL,
    PolicyKind.RESOURCE_CONTROL,
    PolicyKind.IDENTITY,
    PolicyKind.BOUNDARY,
    PolicyKind.SESSION,
}


def denial_error(
    service: Service, call: AuthorizationRequest, request: EvaluationRequest, decision: Decision
) -> AwsError:
    """Return a service's error for a denied request of a call."""
    if service.name == "organizations" and request.action == _CREATE_LINKED_ROLE:
        members = {"Reason": _DEPENDENCY_REASON}
        return AwsError("AccessDeniedForDependencyException", _DEPENDENCY_MESSAGE, 400, members=members)
    code, status = _CODES[service.protocol]
    message = denial_message(call, request, decision)
    if service.name == "organizations" and not _is_explained(call, request, decision):
        return AwsError(code, NO_PERMISSION, status, recorded_message=message)
    return AwsError(code, message, status)


def denial_message(call: AuthorizationRequest, request: EvaluationRequest, decision: Decision) -> str:
    """Return the message of a denial: the caller, the action, the resource and the kind of policy that denied."""
    arn = call.caller.arn
    resource, reason = _resource(request, arn), f" {_reason(call, request, decision)}"
    if request.action in _WITHOUT_REASON:
        reason = ""
    message = f"User: {arn} is not authorized to perform: {request.action} on resource: {resource}{reason}"
    return message + _link_to_details(call, request.action)


def undecided_message(caller_arn: str, action: str, resource: str, open_parts: Iterable[str]) -> str:
    """Return the message for a call that is refused because too little is known of it.

    No service would say so: nobody should take the refusal for AWS's.
    """
    return (
        f"User: {caller_arn} is not authorized to perform: {action} on resource: {resource}: the policies depend on "
        f"what artifact-emulator does not know: {', '.join(open_parts)}"
    )


def _link_to_details(call: AuthorizationRequest, action: str) -> str:
    """Return the end of IAM's messages, which leads to the details of the denial.

    Unverified: that other partitions have none.
    Observed: https://github.com/radkawar/stackd/tree/9dc356f5/testdata/aws/iam (last_access.json and
    role_acquisition.json)
    """
    has_details = call.service == "iam" and action not in _WITHOUT_DETAILS and call.caller.partition == "aws"
    if not has_details or not call.request_id:
        return ""
    identifier = authorization_id_of(call.request_id)
    return (
        f". Go to {_CONSOLE}#/authorization-details/{identifier} for complete details, or call the "
        f"GetRequestAuthorizationDetails API with the following authorization id: {identifier}"
    )


def _is_explained(call: AuthorizationRequest, request: EvaluationRequest, decision: Decision) -> bool:
    """Return whether AWS Organizations says which policy denied a request.

    Users of management accounts report that it does where their own policies decide. It was recorded not to do so for
    members, for session policies, and where the permission to tag a new resource is missing.
    """
    if decision.kind is PolicyKind.SERVICE_CONTROL:
        return True
    owns_resource = request.keys.get("aws:resourceaccount") == (call.caller.account_id,)
    is_main_action = request.action == f"{call.service}:{call.operation}"
    return decision.kind in _EXPLAINED_TO_OWNERS and owns_resource and is_main_action


def _resource(request: EvaluationRequest, caller_arn: str) -> str:
    """Return the resource as the service's messages name it."""
    action, resource = request.action, request.resource
    if not action.startswith("iam:") or action in _BY_ARN:
        return resource
    if resource == ANYTHING:
        partition, account_id = caller_arn.split(":")[1:5:3]
        path = _LIST_PATHS.get(action)
        return f"arn:{partition}:iam::{account_id}:{path}" if path else _LIST_NAMES.get(action, ANYTHING)
    kind, _, name = resource.rpartition(":")[2].partition("/")
    if action == "iam:CreatePolicy":
        return f"policy {name.rpartition('/')[2]}"
    if kind == "policy":
        return f"policy {resource}"
    return f"{kind} {name.rpartition('/')[2]}" if kind in _IDENTITIES else resource


def _reason(call: AuthorizationRequest, request: EvaluationRequest, decision: Decision) -> str:
    kind, policy = decision.kind, decision.policy
    if not decision.is_explicit_denial:
        return f"because no {kind.value} allows the {request.action} action"
    has_arn = policy is not None and kind in _KINDS_WITH_ARN and policy.arn_or_name.startswith("arn:")
    has_arn = has_arn and _is_within_organization(call, request)
    arn = f": {policy.arn_or_name}" if policy and has_arn else ""
    return f"with an explicit deny in {_ARTICLES.get(kind, 'a')} {kind.value}{arn}"


def _is_within_organization(call: AuthorizationRequest, request: EvaluationRequest) -> bool:
    """Return whether the resource is in the account or the organization of the caller: others see no policy's ARN.

    Source: https://aws.amazon.com/blogs/security/enhanced-access-denied-error-messages-with-policy-arns
    """
    keys = request.keys
    if keys.get("aws:resourceaccount", (call.caller.account_id,)) == (call.caller.account_id,):
        return True
    return "aws:principalorgid" in keys and keys["aws:principalorgid"] == keys.get("aws:resourceorgid")
