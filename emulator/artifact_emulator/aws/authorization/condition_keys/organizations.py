"""The resources and condition keys of AWS Organizations.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html
"""

from artifact_emulator.aws.authorization.request import Keys, Members, Resources, TransactionView, resource_tags
from artifact_state import arns, catalog, name_index
from artifact_state.authority import organization_of
from artifact_state.iam.initial_roles import ORGANIZATIONS_PRINCIPAL, roles_in
from artifact_state.model import HandshakeAction, Organization, Policy, Transfer
from artifact_state.organizations.policies.attachments import aws_managed_policy_by_id

_ID_MEMBERS = (
    "AccountId",
    "ChildId",
    "DestinationParentId",
    "HandshakeId",
    "Id",
    "OrganizationalUnitId",
    "ParentId",
    "PolicyId",
    "ResourceId",
    "RootId",
    "SourceParentId",
    "TargetId",
)
"""The members that hold the id of a resource of an organization."""
_TYPES = {
    "p-": "policy",
    "rp-": "resourcepolicy",
    "rt-": "responsibilitytransfer",
    "r-": "root",
    "ou-": "organizationalunit",
}
_DIRECTIONS = {
    "InviteOrganizationToTransferResponsibility": "INBOUND",
    "ListInboundResponsibilityTransfers": "INBOUND",
    "ListOutboundResponsibilityTransfers": "OUTBOUND",
}
_ARN_KINDS = {"organizationalunit": "ou"}
CREATED_TYPES = {"CreatePolicy": frozenset({"policy"}), "PutResourcePolicy": frozenset({"resourcepolicy"})}
"""The types of the resources that calls create, which the permission to tag them has to cover.

Unverified: accounts, organizational units and transfers have no ARN that a statement could name before they exist.
"""


def resources(tx: TransactionView, operation: str, members: Members) -> Resources:
    """Yield the type and the ARN of each resource of a call."""
    if not members:
        return
    organization = organization_of(tx.state, tx.caller.account_id, tx.now)
    ids = [members[name] for name in _ID_MEMBERS if isinstance(members.get(name), str)]
    if operation == "DescribeEffectivePolicy" and not ids:
        ids.append(tx.caller.account_id)
    target = members.get("Target")
    if isinstance(target, dict) and target.get("Type") == "ACCOUNT":
        ids.append(target["Id"])
    if operation == "PutResourcePolicy" and organization is not None:
        ids.append(organization.resource_policy_id or "rp-*")
    if operation == "CreatePolicy" and organization is not None:
        # AWS's examples delegate the creation of policies of a type by the pattern of their ARNs.
        owner, new = organization.management_account_id, (members["Type"].lower(), "p-*")
        yield "policy", arns.organizations(organization.partition, owner, "policy", organization.id, *new)
    for resource_id in ids:
        if resource_id.startswith("h-"):
            yield from _handshake(tx, resource_id)
        elif organization is not None:
            yield _resource(tx, organization, resource_id)


def resource_account(tx: TransactionView, arn: str) -> str:
    """Return the account of a resource: the management account, also of AWS's policies and of calls without a resource.

    Source: https://github.com/radkawar/stackd/tree/9dc356f5/testdata/aws/iam (organizations_delegation_authority.json)
    """
    owner = arn.split(":", 5)[4] if arn.startswith("arn:") else ""
    if owner.isdecimal():
        return owner
    organization = organization_of(tx.state, tx.caller.account_id, tx.now)
    return organization.management_account_id if organization else tx.caller.account_id


def creates_linked_role(tx: TransactionView, operation: str, members: Members) -> bool:
    """Return whether a call creates the service-linked role of AWS Organizations, for which it needs permission.

    Sources: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganization.html
    https://docs.aws.amazon.com/organizations/latest/APIReference/API_AcceptHandshake.html
    """
    if operation == "AcceptHandshake":
        handshake = tx.state.handshakes.get(members.get("HandshakeId", ""))
        if handshake is None or handshake.action is not HandshakeAction.INVITE:
            return False
    elif operation != "CreateOrganization":
        return False
    linked = catalog.linked_role_of(ORGANIZATIONS_PRINCIPAL)
    roles = roles_in(tx.state, tx.caller.account_id)
    return linked is not None and name_index.find(roles, linked.name) is None


def service_keys(tx: TransactionView, operation: str, members: Members) -> Keys:
    """Return the service's own condition keys."""
    if not members:
        return {}
    transfer = tx.state.transfers.get(members.get("Id") or members.get("ResourceId") or "")
    concerns_transfer = transfer is not None or "Responsibility" in operation
    values = {
        "organizations:ServicePrincipal": members.get("ServicePrincipal"),
        "organizations:PolicyType": _policy_type(tx, members),
        "organizations:TransferType": (members.get("Type") or "BILLING") if concerns_transfer else None,
        "organizations:TransferDirection": _direction(tx, operation, transfer),
    }
    return {key: (value,) for key, value in values.items() if value}


def resource_keys(tx: TransactionView, arn: str) -> Keys:
    """Return the condition keys of a resource: its tags."""
    return resource_tags((tag.key, tag.value) for tag in tx.state.tags.get(arn.rpartition("/")[2], ()))


def _policy_type(tx: TransactionView, members: Members) -> str | None:
    policy = _policy(tx, members.get("PolicyId") or members.get("ResourceId") or "")
    if policy is not None:
        return policy.type.value
    policy_type = members.get("PolicyType") or members.get("Filter")
    return policy_type if isinstance(policy_type, str) else members.get("Type") if "Content" in members else None


def _policy(tx: TransactionView, policy_id: str) -> Policy | None:
    return tx.state.policies.get(policy_id) or aws_managed_policy_by_id(policy_id)


def _direction(tx: TransactionView, operation: str, transfer: Transfer | None) -> str | None:
    """Return the direction of a transfer from the caller's side: the inviting organization receives the bills."""
    if transfer is not None:
        return "INBOUND" if transfer.management_account_id == resource_account(tx, "*") else "OUTBOUND"
    return _DIRECTIONS.get(operation)


def _resource(tx: TransactionView, organization: Organization, resource_id: str) -> tuple[str, str]:
    kind = next((kind for prefix, kind in _TYPES.items() if resource_id.startswith(prefix)), "account")
    owner, policy = organization.management_account_id, _policy(tx, resource_id)
    if policy is not None and not policy.organization_id:
        return kind, arns.organizations_policy(organization.partition, policy.type.value.lower(), policy.id)
    transfer = tx.state.transfers.get(resource_id)
    if transfer is not None:
        direction = str(_direction(tx, "", transfer)).lower()
        return kind, arns.transfer(organization.partition, owner, organization.id, direction, transfer.id)
    ids = (policy.type.value.lower(), resource_id) if policy else (resource_id,)
    return kind, arns.organizations(organization.partition, owner, _ARN_KINDS.get(kind, kind), organization.id, *ids)


def _handshake(tx: TransactionView, handshake_id: str) -> Resources:
    handshake = tx.state.handshakes.get(handshake_id)
    if handshake is not None:
        action = handshake.action.value.lower()
        owner = handshake.management_account_id
        yield (
            "handshake",
            arns.organizations(
                tx.caller.partition, owner, "handshake", handshake.organization_id, action, handshake_id
            ),
        )
