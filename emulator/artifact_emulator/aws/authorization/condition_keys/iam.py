"""What calls of IAM are about.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
"""

from collections.abc import Mapping

from artifact_emulator.aws.authorization.request import Keys, Members, Resources, TransactionView, resource_tags
from artifact_state import catalog, name_index
from artifact_state.iam.policy_references import arn_of_reference
from artifact_state.model import CallerKind, Role
from artifact_state.model.identities import Group, User

_NAMING = {"UserName": "user", "GroupName": "group", "RoleName": "role"}
"""The members that name an identity; `PolicyArn` names what is attached to it, unless a call names no identity."""
_MAKING = {"CreateUser": "user", "CreateGroup": "group", "CreateRole": "role"}
_KEYS = {
    "PolicyArn": "iam:PolicyARN",
    "PermissionsBoundary": "iam:PermissionsBoundary",
    "AWSServiceName": "iam:AWSServiceName",
    "OrganizationsPolicyId": "iam:OrganizationsPolicyId",
}


def resources(tx: TransactionView, operation: str, members: Members) -> Resources:
    """Name what a call is about: each resource's type and its ARN."""
    is_named = False
    for member, kind in _NAMING.items():
        if member in members:
            is_named, name = True, members[member]
            is_made = _MAKING.get(operation) == kind
            yield kind, _arn(tx, kind, members.get("Path", "/") if is_made else _path_of(tx, kind, name), name)
    if "PolicySourceArn" in members:
        arn = members["PolicySourceArn"]
        yield arn.rpartition(":")[2].partition("/")[0], arn
    elif not is_named:
        yield from _unnamed(tx, members)
    if "EntityPath" in members:
        yield "access-report", _arn(tx, "access-report", "/", members["EntityPath"])
    if "PolicyArn" in members:
        yield "policy", members["PolicyArn"]
    if operation == "CreatePolicy":
        yield "policy", _arn(tx, "policy", members.get("Path", "/"), members["PolicyName"])
    if operation == "CreateServiceLinkedRole":
        service = members["AWSServiceName"]
        linked = catalog.linked_role_of(service)
        yield "role", _arn(tx, "role", f"/aws-service-role/{service}/", linked.name if linked else "*")


def _unnamed(tx: TransactionView, members: Members) -> Resources:
    """Tell what a call is about that names nobody: whose access key it names, the role of a task, or the caller."""
    owner = tx.state.access_keys.get(members.get("AccessKeyId", ""))
    if owner is not None and owner.user_name:
        yield "user", _arn(tx, "user", _path_of(tx, "user", owner.user_name), owner.user_name)
    elif "DeletionTaskId" in members:
        # task/aws-service-role/<service>/<role>/<id>
        yield "role", _arn(tx, "role", "/", members["DeletionTaskId"].removeprefix("task/").rpartition("/")[0])
    elif tx.caller.kind in (CallerKind.USER, CallerKind.ROOT):
        yield "user", tx.caller.arn


def context(tx: TransactionView, operation: str, members: Members) -> Keys:
    """Give the condition keys of the service itself."""
    return {key: (members[name],) for name, key in _KEYS.items() if name in members}


def about(tx: TransactionView, arn: str) -> Keys:
    """Give the condition keys of a resource: its tags, of users and roles under either of two names, and its boundary.

    A call that is to change the boundary has the new one.
    """
    account_id, name = arn.split(":")[4], arn.rpartition("/")[2]
    kind = arn.rpartition(":")[2].partition("/")[0]
    if kind == "policy":
        policy = name_index.find(tx.state.customer_policies.get(account_id, ()), name)
        return resource_tags(policy.tags.items()) if policy else {}
    held: User | Role | None = None
    if kind == "user":
        held = name_index.find(tx.state.users.get(account_id, ()), name)
    elif kind == "role":
        held = name_index.find(tx.state.roles.get(account_id, ()), name)
    if held is None:
        return {}
    keys: Keys = {
        f"{service}:ResourceTag/{key}": (value,) for key, value in held.tags.items() for service in ("aws", "iam")
    }
    if held.boundary is not None:
        keys["iam:PermissionsBoundary"] = (arn_of_reference(tx.state, tx.caller.partition, held.account_id, held.boundary),)
    return keys


def _path_of(tx: TransactionView, kind: str, name: str) -> str:
    shelf: Mapping[str, tuple[User | Group | Role, ...]] = getattr(tx.state, f"{kind}s")
    held = name_index.find(shelf.get(tx.caller.account_id, ()), name)
    return held.path if held else "/"


def _arn(tx: TransactionView, kind: str, path: str, name: str) -> str:
    return f"arn:{tx.caller.partition}:iam::{tx.caller.account_id}:{kind}{path}{name}"
