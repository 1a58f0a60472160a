"""Invite existing accounts to an organization, and add those that accept.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_invites.html
"""

from datetime import timedelta

from artifact_state.authority import membership_of, require_management
from artifact_state.errors import AcceptedByMember, EmailNotVerified, HandshakeConstraint, HandshakeConstraintViolated
from artifact_state.model import (
    FeatureSet,
    Handshake,
    HandshakeAction,
    HandshakeState,
    JoinedMethod,
    Organization,
    PartyKind,
)
from artifact_state.organizations.account_closure import remove_closed_accounts
from artifact_state.organizations.accounts import add_member, check_can_leave, check_finalized, end_membership
from artifact_state.organizations.handshakes.lifecycle import (
    all_features_process,
    check_duplicate,
    check_target,
    create_handshake,
    open_invitations,
    record_response,
)
from artifact_state.organizations.tags import check_tags
from artifact_state.record import replace
from artifact_state.resource_tags import TagPairs, attach_tags
from artifact_state.world import Transaction

# Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html: within 24 hours.
_QUOTA_WINDOW = timedelta(hours=24)


def invite_account(
    tx: Transaction, kind: PartyKind, target: str, *, notes: str | None = None, tags: TagPairs = ()
) -> Handshake:
    """Invite an account, by its id or its e-mail address, to join the organization.

    Raises NotInOrganization, WrongAccount, InvalidInput, ConstraintViolated, OrganizationFinalizing, EmailNotVerified,
    HandshakeConstraintViolated, DuplicateHandshake.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_InviteAccountToOrganization.html
    """
    organization = require_management(tx)
    check_target(kind, target)
    check_tags(tx, tags)
    check_finalized(tx, organization)
    if not tx.options.email_verified:
        raise EmailNotVerified
    process = all_features_process(tx, organization)
    if process and not tx.options.invitations_during_migration:
        raise HandshakeConstraintViolated(HandshakeConstraint.INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES)
    # Observed: an e-mail address is not looked up, so that a member can be invited by its own.
    if kind is PartyKind.ACCOUNT and _is_member(tx, organization, target):
        raise HandshakeConstraintViolated(HandshakeConstraint.ALREADY_IN_AN_ORGANIZATION)
    check_duplicate(tx, organization, HandshakeAction.INVITE, target)
    awaited = open_invitations(tx, organization)
    _check_account_quota(tx, organization, len(awaited))
    _check_daily_quota(tx, organization)
    expires_at = tx.now + tx.quotas.invitation_lifetime
    invitation = replace(
        create_handshake(tx, organization.id, HandshakeAction.INVITE, (kind, target), expires_at),
        notes=notes,
        # Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_org_support-all-features.html
        promised=FeatureSet.ALL if process else organization.feature_set,
        tags=tags,
        process_id=process.id if process else None,
    )
    tx.put(invitation)
    sender = tx.state.organizations[organization.id]
    tx.put(
        replace(
            sender,
            open_invitations=awaited.set(invitation.serial, invitation.id),
            recent_invitations=sender.recent_invitations.set(invitation.serial, invitation.id),
        )
    )
    return invitation


def accept_invitation(tx: Transaction, invitation: Handshake) -> None:
    """Add the caller's account to the inviting organization, with the tags of the invitation.

    A member of another organization leaves that one first, if it may.
    Raises AcceptedByMember, HandshakeConstraintViolated, ManagementAccountCannotLeave, ConstraintViolated.
    Observed: https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/organizations_handshakes.json
    """
    account_id = tx.caller.account_id
    inviting = tx.state.organizations[invitation.organization_id]
    if inviting.partition != tx.caller.partition:
        raise HandshakeConstraintViolated(HandshakeConstraint.ORGANIZATION_FROM_DIFFERENT_SELLER_OF_RECORD)
    membership = membership_of(tx.state, account_id, tx.now)
    if membership and membership.organization_id == inviting.id:
        record_response(tx, invitation, HandshakeState.ACCEPTED)
        raise AcceptedByMember
    if membership:
        check_can_leave(tx, membership)
    _check_account_quota(tx, inviting)
    if membership:
        end_membership(tx, membership)
    inviting = tx.state.organizations[inviting.id]
    # An accepted invitation does not count against the daily quota.
    accepted = replace(inviting, recent_invitations=inviting.recent_invitations.delete(invitation.serial))
    add_member(tx, accepted, account_id, JoinedMethod.INVITED, at=tx.now)
    attach_tags(tx, account_id, invitation.tags)


def _is_member(tx: Transaction, organization: Organization, account_id: str) -> bool:
    membership = membership_of(tx.state, account_id, tx.now)
    return membership is not None and membership.organization_id == organization.id


def _check_account_quota(tx: Transaction, organization: Organization, invited: int = 0) -> None:
    if len(remove_closed_accounts(tx, organization).members) + invited >= tx.quotas.accounts_per_organization:
        raise HandshakeConstraintViolated(HandshakeConstraint.ACCOUNT_NUMBER_LIMIT_EXCEEDED)


def _check_daily_quota(tx: Transaction, organization: Organization) -> None:
    """Refuse an invitation above the quota of 24 hours; stop counting older ones as far as that is necessary."""
    sender = tx.state.organizations[organization.id]
    recent = sender.recent_invitations
    for serial, invitation_id in recent.after(-1):
        if len(recent) < tx.quotas.invitations_allowed():
            break
        invitation = tx.state.handshakes.get(invitation_id)
        if invitation and tx.now < invitation.requested_at + _QUOTA_WINDOW:
            raise HandshakeConstraintViolated(HandshakeConstraint.HANDSHAKE_RATE_LIMIT_EXCEEDED)
        recent = recent.delete(serial)
    tx.put(replace(sender, recent_invitations=recent))
