"""The actions, resources and condition keys that policies are evaluated for when a call is authorized.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Iterator

from artifact_emulator.aws.authorization.condition_keys import artifact, iam, organizations, sts
from artifact_emulator.aws.authorization.foreign_parts import shown
from artifact_emulator.aws.authorization.request import AuthorizationRequest, Keys, LazyKeys, region_of, request_tags
from artifact_state import catalog
from artifact_state.iam.initial_roles import ORGANIZATIONS_PRINCIPAL
from artifact_state.policy_evaluation.global_condition_keys import account_keys, principal_keys
from artifact_state.policy_syntax.policy import ANYTHING, EvaluationRequest

_TEMPLATE_ARNS, _TEMPLATE_ACCOUNT = "arn:aws:iam::aws:role-template/", "639982225848"

_TAGGING_ACTIONS = {
    "iam:CreateUser": "iam:TagUser",
    "iam:CreateRole": "iam:TagRole",
    "iam:CreatePolicy": "iam:TagPolicy",
    "iam:CreateVirtualMFADevice": "iam:TagMFADevice",
    "iam:CreateOpenIDConnectProvider": "iam:TagOpenIDConnectProvider",
    "sts:AssumeRole": "sts:TagSession",
    "sts:GetFederationToken": "sts:TagSession",
    "sts:GetWebIdentityToken": "sts:TagGetWebIdentityToken",
}
_TAG_RESOURCE = "organizations:TagResource"
_SERVICES = {"artifact": artifact, "iam": iam, "organizations": organizations, "sts": sts}


def evaluation_requests(request: AuthorizationRequest) -> Iterator[EvaluationRequest]:
    """Yield a request for each action and resource of a call; all of them must be allowed."""
    if request.foreign is not None:
        for part in request.foreign.actions:
            yield EvaluationRequest(shown(part.action), shown(part.resource), part.keys)
        return
    service = _SERVICES.get(request.service)
    resources: list[tuple[str, str]] | None = None
    for action in _actions(request):
        types = catalog.resource_types(action)
        if action == _TAG_RESOURCE and request.operation != "TagResource":
            types = organizations.CREATED_TYPES.get(request.operation, frozenset())
        if not types or service is None:
            yield _evaluation_request(request, action, ANYTHING)
            continue
        if resources is None:
            resources = list(service.resources(request, request.operation, request.members))
        matching = [arn for kind, arn in resources if kind in types]
        for resource in dict.fromkeys(matching) if matching else (ANYTHING,):
            yield _evaluation_request(request, action, resource)
    if request.service == "organizations" and organizations.creates_linked_role(
        request, request.operation, request.members
    ):
        role = {"AWSServiceName": ORGANIZATIONS_PRINCIPAL}
        yield from evaluation_requests(
            request._replace(service="iam", operation="CreateServiceLinkedRole", members=role)
        )


def _evaluation_request(request: AuthorizationRequest, action: str, resource: str) -> EvaluationRequest:
    return EvaluationRequest(action, resource, LazyKeys(request, resource, region_of(request), _keys))


def _keys(request: AuthorizationRequest, resource: str, region: str) -> Keys:
    """Return all condition keys of a call for one of its resources."""
    service, members = _SERVICES.get(request.service), request.members
    keys = {**_resource_account_keys(request, resource)}
    if service is not None and resource != ANYTHING:
        keys |= _lowered(service.resource_keys(request, resource))
    keys |= principal_keys(request.state, request.caller, request.now, region)
    keys |= {**request.extra_keys, **_lowered(request_tags(members))}
    return keys | _lowered(service.service_keys(request, request.operation, members)) if service is not None else keys


def _actions(request: AuthorizationRequest) -> tuple[str, ...]:
    """Return the actions of a call: setting tags and setting a source identity are actions of their own.

    Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
    https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
    """
    members, action = request.members, f"{request.service}:{request.operation}"
    further: tuple[str, ...] = ("sts:SetSourceIdentity",) if _sets_source_identity(request) else ()
    if not members.get("Tags"):
        return (action, *further)
    tagging = _TAGGING_ACTIONS.get(action)
    if tagging is None and request.service == "organizations" and request.operation != "TagResource":
        tagging = _TAG_RESOURCE
    return (action, tagging, *further) if tagging else (action, *further)


def _sets_source_identity(request: AuthorizationRequest) -> bool:
    """Return whether a call gives a new session a source identity: that of the calling session is passed on.

    Observed: https://github.com/MaterializeInc/materialize/pull/37427
    """
    if request.operation != "AssumeRole":
        return bool(request.members.get("SourceIdentity"))
    session = request.state.sessions.get(request.caller.access_key_id)
    return bool(request.members.get("SourceIdentity") or (session and session.source_identity))


def _resource_account_keys(tx: AuthorizationRequest, arn: str) -> Keys:
    """Return the keys of the resource's account.

    Role templates of AWS have an account:
    https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/template_account.json
    Unverified: an action of AWS Artifact, IAM or STS without a resource has those of the caller's account, and
    other resources that AWS owns have none.
    """
    if tx.service == "organizations":
        return account_keys(tx.state, organizations.resource_account(tx, arn), tx.now)
    if arn == ANYTHING:
        return account_keys(tx.state, tx.caller.account_id, tx.now)
    if arn.startswith(_TEMPLATE_ARNS):
        return account_keys(tx.state, _TEMPLATE_ACCOUNT, tx.now)
    parts = arn.split(":", 5)
    return account_keys(tx.state, parts[4], tx.now) if len(parts) == 6 and parts[4].isdecimal() else {}


def _lowered(keys: Keys) -> Keys:
    return {key.lower(): values for key, values in keys.items()} if keys else keys
