"""Enable all features of an organization that has only consolidated billing, with the approval of its members.

The process is a handshake of the organization with itself, and one with each account that has to approve. It can be
completed once no approval is missing, and it ends when its own handshake ends.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/manage-begin-all-features-standard-migration.html
"""

from artifact_state import catalog
from artifact_state.authority import is_member, require_management, require_organization
from artifact_state.errors import (
    Constraint,
    ConstraintViolated,
    HandshakeConstraint,
    HandshakeConstraintViolated,
    InvalidHandshakeTransition,
    NotParty,
    RoleNotFound,
)
from artifact_state.events import AllFeaturesEnabled
from artifact_state.iam.initial_roles import ORGANIZATIONS_PRINCIPAL
from artifact_state.iam.linked_roles import ensure_linked_role
from artifact_state.iam.roles import role_of
from artifact_state.model import (
    FeatureSet,
    Handshake,
    HandshakeAction,
    HandshakeState,
    JoinedMethod,
    Membership,
    Organization,
    PartyKind,
)
from artifact_state.ordered_map import OrderedMap
from artifact_state.organizations.account_closure import remove_closed_accounts
from artifact_state.organizations.handshakes.lifecycle import all_features_process, create_handshake, handshake_state
from artifact_state.record import replace
from artifact_state.world import Transaction


def enable_all_features(tx: Transaction) -> Handshake:
    """Begin to enable all features and return the handshake of the process.

    Invited accounts are asked to approve, created accounts only if they deleted the service-linked role of
    Organizations. Open invitations end.
    Raises NotInOrganization, WrongAccount, HandshakeConstraintViolated, ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_EnableAllFeatures.html
    """
    organization = remove_closed_accounts(tx, require_management(tx))
    if organization.feature_set is FeatureSet.ALL:
        raise HandshakeConstraintViolated(HandshakeConstraint.ORGANIZATION_ALREADY_HAS_ALL_FEATURES)
    if all_features_process(tx, organization):
        raise HandshakeConstraintViolated(HandshakeConstraint.ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION)
    if len(organization.members) > tx.quotas.accounts_in_all_features_migration:
        raise ConstraintViolated(Constraint.ALL_FEATURES_MIGRATION_ORGANIZATION_SIZE_LIMIT_EXCEEDED)
    expires_at = tx.now + tx.quotas.all_features_lifetime
    itself = (PartyKind.ORGANIZATION, organization.id)
    process = create_handshake(tx, organization.id, HandshakeAction.ENABLE_ALL_FEATURES, itself, expires_at)
    requests: OrderedMap[str] = OrderedMap()
    for membership in map(tx.state.memberships.__getitem__, organization.members):
        action = _required_action(tx, organization, membership)
        if action is not None:
            member = (PartyKind.ACCOUNT, membership.account_id)
            handshake = create_handshake(tx, organization.id, action, member, expires_at)
            tx.put(replace(handshake, process_id=process.id))
            requests = requests.set(handshake.serial, handshake.id)
    tx.insert("process_handshakes", process.id, requests)
    tx.insert("awaited_handshakes", process.id, requests)
    return process


def approve_all_features(tx: Transaction, request: Handshake) -> None:
    """Approve as a member, and create the service-linked role of Organizations if it is missing.

    Raises NotInOrganization, NotParty.
    """
    if require_organization(tx).id != request.organization_id:
        raise NotParty
    ensure_linked_role(tx, request.recipient, ORGANIZATIONS_PRINCIPAL)
    process_id = str(request.process_id)
    tx.insert("awaited_handshakes", process_id, tx.state.awaited_handshakes[process_id].delete(request.serial))


def complete_all_features(tx: Transaction, process: Handshake) -> None:
    """Enable all features as the management account; policy types are enabled separately.

    Raises InvalidHandshakeTransition.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_EnableAllFeatures.html
    """
    if handshake_state(tx.state, process, tx.now) is not HandshakeState.OPEN:
        raise InvalidHandshakeTransition(process.id)
    organization = tx.state.organizations[process.organization_id]
    ensure_linked_role(tx, organization.management_account_id, ORGANIZATIONS_PRINCIPAL)
    tx.put(replace(organization, feature_set=FeatureSet.ALL))
    tx.record(AllFeaturesEnabled(at=tx.now, organization_id=organization.id))


def _required_action(tx: Transaction, organization: Organization, membership: Membership) -> HandshakeAction | None:
    """Return the action that a member has to accept, if any; a closed account could not accept it."""
    account_id = membership.account_id
    if account_id == organization.management_account_id or account_id in tx.state.closures:
        return None
    if not is_member(membership, tx.now):
        return None
    if membership.method is JoinedMethod.INVITED:
        return HandshakeAction.APPROVE_ALL_FEATURES
    return None if _has_linked_role(tx, account_id) else HandshakeAction.ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE


def _has_linked_role(tx: Transaction, account_id: str) -> bool:
    linked = catalog.linked_role_of(ORGANIZATIONS_PRINCIPAL)
    try:
        return linked is not None and role_of(tx.state, account_id, linked.name, tx.now).linked_service is not None
    except RoleNotFound:
        return False
