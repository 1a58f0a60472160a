"""What calls of IAM are about.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
"""

from artifact_emulator.questions.terms import Keys, Members, Resources, resource_tags
from artifact_state import by_name, catalog
from artifact_state.model import CallerKind, Role
from artifact_state.model.identities import Group, User
from artifact_state.world import Transaction

_NAMING = {"UserName": "user", "GroupName": "group", "RoleName": "role"}
"""The members that name an identity; `PolicyArn` names what is attached to it, unless a call names no identity."""
_MAKING = {"CreateUser": "user", "CreateGroup": "group", "CreateRole": "role"}
_KEYS = {
    "PolicyArn": "iam:PolicyARN",
    "PermissionsBoundary": "iam:PermissionsBoundary",
    "AWSServiceName": "iam:AWSServiceName",
}


def resources(tx: Transaction, operation: str, members: Members) -> Resources:
    """Name what a call is about: each resource's type and its ARN."""
    making = _MAKING.get(operation)
    named = {kind: members[name] for name, kind in _NAMING.items() if name in members}
    for kind, name in named.items():
        yield kind, _arn(tx, kind, members.get("Path", "/") if kind == making else _path_of(tx, kind, name), name)
    if not named and tx.caller.kind is CallerKind.USER:
        yield "user", tx.caller.arn  # What names no user is about the caller.
    if "PolicyArn" in members:
        yield "policy", members["PolicyArn"]
    if operation == "CreatePolicy":
        yield "policy", _arn(tx, "policy", members.get("Path", "/"), members["PolicyName"])
    if operation == "CreateServiceLinkedRole":
        service = members["AWSServiceName"]
        linked = catalog.linked_role_of(service)
        yield "role", _arn(tx, "role", f"/aws-service-role/{service}/", linked.name if linked else "*")


def context(tx: Transaction, operation: str, members: Members) -> Keys:
    """Give the condition keys of the service itself."""
    keys: Keys = {key: (members[name],) for name, key in _KEYS.items() if name in members}
    for name, kind in _NAMING.items():
        held = _found(tx, kind, members.get(name, ""))
        if held is not None and not isinstance(held, Group):
            keys |= resource_tags(held.tags.items())
            keys |= {f"iam:ResourceTag/{key}": (value,) for key, value in held.tags.items()}
    return keys


def _path_of(tx: Transaction, kind: str, name: str) -> str:
    held = _found(tx, kind, name)
    return held.path if held else "/"


def _found(tx: Transaction, kind: str, name: str) -> User | Group | Role | None:
    account_id = tx.caller.account_id
    if kind == "user":
        return by_name.find(tx.state.users.get(account_id, ()), name)
    if kind == "group":
        return by_name.find(tx.state.groups.get(account_id, ()), name)
    return by_name.find(tx.state.roles.get(account_id, ()), name)


def _arn(tx: Transaction, kind: str, path: str, name: str) -> str:
    return f"arn:{tx.caller.partition}:iam::{tx.caller.account_id}:{kind}{path}{name}"
