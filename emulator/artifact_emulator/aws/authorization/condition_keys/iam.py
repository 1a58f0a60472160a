"""The resources and condition keys of IAM.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from artifact_emulator.aws.authorization.request import Keys, Members, Resources, TransactionView, resource_tags
from artifact_state import arns, catalog, name_index
from artifact_state.iam.identity_providers import provider_of
from artifact_state.iam.initial_roles import roles_in
from artifact_state.iam.policy_references import arn_of_reference
from artifact_state.model import CallerKind, Role
from artifact_state.model.identities import Group, IdentityProvider, User
from artifact_state.policy_syntax.wildcards import Multivalued

if TYPE_CHECKING:
    from artifact_state.model.iam_settings import InstanceProfile

_IDENTITY_MEMBERS = {
    "UserName": "user",
    "GroupName": "group",
    "RoleName": "role",
    "InstanceProfileName": "instance-profile",
}
_CREATIONS = {
    "CreateUser": "user",
    "CreateGroup": "group",
    "CreateRole": "role",
    "CreateInstanceProfile": "instance-profile",
}
_ARN_MEMBERS = {
    "PolicyArn": "policy",
    "OpenIDConnectProviderArn": "oidc-provider",
    "SAMLProviderArn": "saml-provider",
    "SerialNumber": "mfa",
    "TemplateArn": "role-template",
}
_TAGGED_TABLES = {
    "policy": "customer_policies",
    "instance-profile": "instance_profiles",
    "saml-provider": "saml_providers",
}
_PROPERTY_NAMESPACE = "RoleManager"
_IDENTITY_ARN_MEMBERS = ("PolicySourceArn", "Arn")
_KEYS = {
    "PolicyArn": "iam:PolicyARN",
    "PermissionsBoundary": "iam:PermissionsBoundary",
    "AWSServiceName": "iam:AWSServiceName",
    "OrganizationsPolicyId": "iam:OrganizationsPolicyId",
}


def resources(tx: TransactionView, operation: str, members: Members) -> Resources:
    """Yield the type and the ARN of each resource of a call."""
    names_identity = False
    for member, kind in _IDENTITY_MEMBERS.items():
        if member in members:
            names_identity, name = True, members[member]
            is_new = _CREATIONS.get(operation) == kind
            yield kind, _arn(tx, kind, members.get("Path", "/"), name) if is_new else _stored_arn(tx, kind, name)
    if arn := next((members[member] for member in _IDENTITY_ARN_MEMBERS if member in members), None):
        kind, _, name = arn.rpartition(":")[2].partition("/")
        # Only the name counts, not the path.
        is_own = arn.split(":")[4:5] == [tx.caller.account_id] and kind in _IDENTITY_MEMBERS.values()
        yield kind, _stored_arn(tx, kind, name.rpartition("/")[2]) if is_own else arn
    elif not names_identity and not members.get("AllUsers"):
        yield from _implied_identity(tx, members)
    if "EntityPath" in members:
        yield "access-report", _arn(tx, "access-report", "/", members["EntityPath"])
    yield from ((kind, members[member]) for member, kind in _ARN_MEMBERS.items() if member in members)
    yield from _created(tx, operation, members)


def _created(tx: TransactionView, operation: str, members: Members) -> Resources:
    """Yield the resource that a call creates, if its name alone does not tell its kind."""
    if operation == "CreatePolicy":
        yield "policy", _arn(tx, "policy", members.get("Path", "/"), members["PolicyName"])
    if operation == "CreateOpenIDConnectProvider":
        name = str(members["Url"]).partition("://")[2]
        yield "oidc-provider", arns.identity_provider(tx.caller.partition, tx.caller.account_id, name)
    if operation == "CreateSAMLProvider":
        yield "saml-provider", arns.saml_provider(tx.caller.partition, tx.caller.account_id, members["Name"])
    if operation == "CreateVirtualMFADevice":
        yield "mfa", _arn(tx, "mfa", members.get("Path", "/"), members["VirtualMFADeviceName"])
    if operation == "CreateServiceLinkedRole":
        yield "role", _linked_role_arn(tx, members["AWSServiceName"], members.get("CustomSuffix"))


def _linked_role_arn(tx: TransactionView, service: str, suffix: str | None) -> str:
    linked = catalog.linked_role_of(service, tx.added_services)
    # Unverified: the role of a service that has none.
    return _arn(tx, "role", f"/aws-service-role/{service}/", linked.name_with(suffix) if linked else "*")


def _implied_identity(tx: TransactionView, members: Members) -> Resources:
    """Yield the identity that a call implies: the owner of an access key, the role of a task, or the caller."""
    owner = tx.state.access_keys.get(members.get("AccessKeyId", ""))
    if owner is not None and owner.user_name:
        yield "user", _stored_arn(tx, "user", owner.user_name)
    elif "DeletionTaskId" in members:
        # task/aws-service-role/<service>/<role>/<id>
        yield "role", _arn(tx, "role", "/", members["DeletionTaskId"].removeprefix("task/").rpartition("/")[0])
    elif tx.caller.kind in (CallerKind.USER, CallerKind.ROOT):
        yield "user", tx.caller.arn


def service_keys(tx: TransactionView, operation: str, members: Members) -> Keys:
    """Return the service's own condition keys."""
    keys: Keys = {key: (members[name],) for name, key in _KEYS.items() if name in members}
    if operation in ("GetAccountProperties", "PutAccountProperties"):
        # Unverified: a call that reads all properties has the namespace of all that there are.
        properties = members.get("Properties", (_PROPERTY_NAMESPACE,))
        keys["iam:AccountPropertyNamespaces"] = tuple(sorted({name.partition("/")[0] for name in properties}))
    if operation in ("CreateOpenIDConnectProvider", "UpdateOpenIDConnectProvider"):
        keys |= _propagation_keys(members)
    return keys


def _propagation_keys(members: Members) -> Keys:
    """Return the keys of a request about trusted identity propagation. Unverified: they are false if it sets neither.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
    """
    instance = members.get("IdentityCenterInstanceArn")
    keys: Keys = {
        "iam:EnableIdentityPropagation": ("true" if "ContextProvider" in members else "false",),
        "iam:EnableIdentityCenterAssociation": ("true" if instance else "false",),
    }
    if instance:
        keys["iam:RequestIdentityCenterInstanceArn"] = (instance,)
    if "Url" in members:
        keys["iam:RequestIdentityProviderIssuers"] = Multivalued((members["Url"],))
    return keys


def resource_keys(tx: TransactionView, arn: str) -> Keys:
    """Return the condition keys of a resource: its tags and its permissions boundary.

    The tags of users and roles have two names each. A call that changes the boundary overrides it with the new one.
    """
    account_id, name = arn.split(":")[4], arn.rpartition("/")[2]
    kind = arn.rpartition(":")[2].partition("/")[0]
    if kind == "oidc-provider":
        provider = provider_of(tx.state, account_id, arn.partition(":oidc-provider/")[2])
        return _provider_keys(provider) if provider else {}
    if kind == "mfa":
        device = name_index.find(tx.state.mfa_devices.get(account_id, ()), arn.partition(":mfa/")[2])
        return resource_tags(device.tags.items()) if device else {}
    if kind in _TAGGED_TABLES:
        record = name_index.find(getattr(tx.state, _TAGGED_TABLES[kind]).get(account_id, ()), name)
        return resource_tags(record.tags.items()) if record else {}
    identity: User | Role | None = None
    if kind == "user":
        identity = name_index.find(tx.state.users.get(account_id, ()), name)
    elif kind == "role":
        identity = name_index.find(roles_in(tx.state, account_id), name)
    if identity is None:
        return {}
    keys: Keys = {
        f"{service}:ResourceTag/{key}": (value,) for key, value in identity.tags.items() for service in ("aws", "iam")
    }
    if identity.boundary is not None:
        keys["iam:PermissionsBoundary"] = (
            arn_of_reference(tx.state, tx.caller.partition, identity.account_id, identity.boundary),
        )
    return keys


def _provider_keys(provider: IdentityProvider) -> Keys:
    keys = resource_tags(provider.tags.items())
    keys["iam:ResourceIdentityProviderIssuers"] = Multivalued((f"https://{provider.name}",))
    if provider.identity_center_arn:
        keys["iam:ResourceIdentityCenterInstanceArn"] = (provider.identity_center_arn,)
    return keys


def _stored_arn(tx: TransactionView, kind: str, name: str) -> str:
    """Return the ARN of an identity as it is stored, whatever the case in which a call names it."""
    state, account_id = tx.state, tx.caller.account_id
    identities: Mapping[str, tuple[User | Group | Role | InstanceProfile, ...]] = {
        "user": state.users.get(account_id, ()),
        "group": state.groups.get(account_id, ()),
        "role": roles_in(state, account_id),
        "instance-profile": state.instance_profiles.get(account_id, ()),
    }
    identity = name_index.find(identities[kind], name)
    return _arn(tx, kind, identity.path, identity.name) if identity else _arn(tx, kind, "/", name)


def _arn(tx: TransactionView, kind: str, path: str, name: str) -> str:
    return f"arn:{tx.caller.partition}:iam::{tx.caller.account_id}:{kind}{path}{name}"
