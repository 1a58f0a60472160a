"""Invitations: an organization asks an account that exists to become its member.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_invites.html
"""

from dataclasses import replace
from datetime import timedelta

from artifact_state.authority import membership_of, require_management
from artifact_state.errors import EmailNotVerified, HandshakeConstraint, HandshakeConstraintViolated
from artifact_state.model import FeatureSet, Handshake, HandshakeAction, JoinedMethod, Organization, PartyKind
from artifact_state.organizations.account_closure import forget_gone
from artifact_state.organizations.accounts import account_with_email, check_departure, check_finalized, depart, join
from artifact_state.organizations.handshakes.lifecycle import check_duplicate, check_target, process_of, propose
from artifact_state.organizations.tags import check_tags
from artifact_state.resource_tags import TagPairs, attach_tags
from artifact_state.world import Transaction

# Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html: within 24 hours.
_DAY = timedelta(hours=24)


def invite_account(
    tx: Transaction, kind: PartyKind, target: str, *, notes: str | None = None, tags: TagPairs = ()
) -> Handshake:
    """Invite an account, by its id or by its e-mail address, to join the organization.

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
    process = process_of(tx, organization)
    if process and not tx.options.invitations_during_migration:
        raise HandshakeConstraintViolated(HandshakeConstraint.INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES)
    _check_outside(tx, organization, target if kind is PartyKind.ACCOUNT else account_with_email(tx.state, target))
    check_duplicate(tx, organization, HandshakeAction.INVITE, target)
    _check_room(tx, organization)
    _make_room_today(tx, organization)
    expires_at = tx.now + tx.quotas.invitation_lifetime
    invitation = replace(
        propose(tx, organization.id, HandshakeAction.INVITE, (kind, target), expires_at),
        notes=notes,
        # Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_org_support-all-features.html
        promised=FeatureSet.ALL if process else organization.feature_set,
        tags=tags,
        process_id=process.id if process else None,
    )
    tx.put(invitation)
    sender = tx.state.organizations[organization.id]
    recent = sender.recent_invitations.set(invitation.serial, invitation.id)
    tx.put(replace(sender, recent_invitations=recent))
    return invitation


def join_as_invited(tx: Transaction, invitation: Handshake) -> None:
    """Make the caller's account, to which an invitation was sent, a member with the tags that were meant for it.

    A member of another organization leaves that one first, if it may.
    Raises HandshakeConstraintViolated, ManagementAccountCannotLeave, ConstraintViolated.
    """
    account_id = tx.caller.account_id
    inviting = tx.state.organizations[invitation.organization_id]
    if inviting.partition != tx.caller.partition:
        raise HandshakeConstraintViolated(HandshakeConstraint.ORGANIZATION_FROM_DIFFERENT_SELLER_OF_RECORD)
    _check_outside(tx, inviting, account_id)
    membership = membership_of(tx.state, account_id, tx.now)
    if membership:
        check_departure(tx, membership)
    _check_room(tx, inviting)
    if membership:
        depart(tx, membership)
    inviting = tx.state.organizations[inviting.id]
    # An invitation that was accepted does not count against the quota of its day.
    accepted = replace(inviting, recent_invitations=inviting.recent_invitations.delete(invitation.serial))
    join(tx, accepted, account_id, JoinedMethod.INVITED, at=tx.now)
    attach_tags(tx, account_id, invitation.tags)


def _check_outside(tx: Transaction, organization: Organization, account_id: str | None) -> None:
    membership = membership_of(tx.state, account_id, tx.now) if account_id else None
    if membership and membership.organization_id == organization.id:
        raise HandshakeConstraintViolated(HandshakeConstraint.ALREADY_IN_AN_ORGANIZATION)


def _check_room(tx: Transaction, organization: Organization) -> None:
    # Unverified: AWS may count invitations that are still open, too; then its quota of invitations a day, which is
    # never below that of accounts, could hardly be reached.
    if len(forget_gone(tx, organization).members) >= tx.quotas.accounts_per_organization:
        raise HandshakeConstraintViolated(HandshakeConstraint.ACCOUNT_NUMBER_LIMIT_EXCEEDED)


def _make_room_today(tx: Transaction, organization: Organization) -> None:
    """Forget what was sent before the last 24 hours, as far as a new invitation needs the room."""
    sender = tx.state.organizations[organization.id]
    recent = sender.recent_invitations
    for serial, invitation_id in recent.after(-1):
        if len(recent) < tx.quotas.invitations_allowed():
            break
        invitation = tx.state.handshakes.get(invitation_id)
        if invitation and tx.now < invitation.requested_at + _DAY:
            raise HandshakeConstraintViolated(HandshakeConstraint.HANDSHAKE_RATE_LIMIT_EXCEEDED)
        recent = recent.delete(serial)
    tx.put(replace(sender, recent_invitations=recent))
