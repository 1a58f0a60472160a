"""What calls of AWS Organizations are about.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html
"""

from artifact_emulator.questions.terms import Keys, Members, Resources, resource_tags
from artifact_state import arns
from artifact_state.authority import organization_of
from artifact_state.model import Organization
from artifact_state.world import Transaction

_NAMING = (
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
"""The members that name something of an organization by its id."""
_TYPES = {
    "p-": "policy",
    "rp-": "resourcepolicy",
    "rt-": "responsibilitytransfer",
    "r-": "root",
    "ou-": "organizationalunit",
}
_IN_ARNS = {"organizationalunit": "ou"}


def resources(tx: Transaction, operation: str, members: Members) -> Resources:
    """Name what a call is about: each resource's type and its ARN."""
    organization = organization_of(tx.state, tx.caller.account_id, tx.now)
    named = [members[name] for name in _NAMING if isinstance(members.get(name), str)]
    target = members.get("Target")
    if isinstance(target, dict) and target.get("Type") == "ACCOUNT":
        named.append(target["Id"])
    for one in named:
        if one.startswith("h-"):
            yield from _handshake(tx, one)
        elif organization is not None:
            yield _resource(tx, organization, one)


def context(tx: Transaction, operation: str, members: Members) -> Keys:
    """Give the condition keys of the service itself."""
    found = {
        "organizations:ServicePrincipal": members.get("ServicePrincipal"),
        "organizations:PolicyType": _policy_type(tx, members),
        "organizations:TransferType": members.get("Type") if "Responsibility" in operation else None,
        "organizations:TransferDirection": _direction(operation),
    }
    keys: Keys = {key: (value,) for key, value in found.items() if value}
    resource_id = members.get("ResourceId") or members.get("AccountId") or members.get("PolicyId") or ""
    return keys | resource_tags((tag.key, tag.value) for tag in tx.state.tags.get(resource_id, ()))


def _policy_type(tx: Transaction, members: Members) -> str | None:
    policy = tx.state.policies.get(members.get("PolicyId") or members.get("ResourceId") or "")
    if policy is not None:
        return policy.type.value
    named = members.get("PolicyType") or members.get("Filter")
    return named if isinstance(named, str) else members.get("Type") if "Content" in members else None


def _direction(operation: str) -> str | None:
    directions = {"ListInboundResponsibilityTransfers": "INBOUND", "ListOutboundResponsibilityTransfers": "OUTBOUND"}
    return directions.get(operation)


def _resource(tx: Transaction, organization: Organization, resource_id: str) -> tuple[str, str]:
    kind = next((kind for prefix, kind in _TYPES.items() if resource_id.startswith(prefix)), "account")
    policy = tx.state.policies.get(resource_id)
    ids = (policy.type.value.lower(), resource_id) if policy else (resource_id,)
    spelled = _IN_ARNS.get(kind, kind)
    owner = organization.management_account_id
    return kind, arns.organizations(organization.partition, owner, spelled, organization.id, *ids)


def _handshake(tx: Transaction, handshake_id: str) -> Resources:
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
