"""The rules of the mission document once more, in plain dictionaries: what the life cycles are compared with.

It keeps one dictionary a noun, asks no question of the domain's code, and knows no immutable value.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from artifact_state import errors
from artifact_state.errors import AgreementDenial, Constraint, HandshakeConstraint, Refused

ARTIFACT_PRINCIPALS = {"artifact.amazonaws.com", "aws-artifact-account-sync.amazonaws.com"}
ARTIFACT_ROLE = "AWSServiceRoleForArtifact"
INVITATION_LIFETIME = timedelta(days=15)
SETTLED_VISIBLE_FOR = timedelta(days=30)
CLOSED_LISTED_FOR = timedelta(days=90)

NOT_THERE = errors.ConstraintViolated(Constraint.ACCOUNT_CREATION_NOT_COMPLETE)


@dataclass
class PlainOrganization:
    """An organization: who manages it, whom it trusts, who came into it in the order of joining."""

    id: str
    management: str
    all_features: bool
    trusted: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    """Those who are still being created, and those who were closed long ago, included."""

    def trusts_artifact(self) -> bool:
        """Tell whether one of Artifact's principals is enabled."""
        return not ARTIFACT_PRINCIPALS.isdisjoint(self.trusted)


@dataclass
class PlainAgreement:
    """An accepted agreement: who accepted what, for which organization if for one."""

    id: str
    agreement: str
    account: str
    organization: str | None
    ended: bool = False


@dataclass
class PlainInvitation:
    """An invitation: from which organization, to whom, when, and when it was accepted."""

    id: str
    organization: str
    management: str
    recipient: str
    sent_at: datetime
    accepted_at: datetime | None = None


@dataclass
class PlainModel:
    """Everything that is so, and for each question or change what the answer should be."""

    now: datetime
    everybody: list[str]
    organizations: dict[str, PlainOrganization] = field(default_factory=dict)
    agreements: dict[str, PlainAgreement] = field(default_factory=dict)
    invitations: dict[str, PlainInvitation] = field(default_factory=dict)
    artifact_roles: dict[str, str] = field(default_factory=dict)
    emails: dict[str, str] = field(default_factory=dict)
    born_at: dict[str, datetime] = field(default_factory=dict)
    closed_at: dict[str, datetime] = field(default_factory=dict)

    def is_there(self, account: str) -> bool:
        """Tell whether an account can be used: created by now, and not closed for good."""
        return self._is_born(account) and not self._is_gone(account)

    def members(self, organization: PlainOrganization) -> list[str]:
        """List the accounts that are in an organization now, closed ones too."""
        return [one for one in organization.members if self.is_there(one)]

    def organization_of(self, account: str) -> PlainOrganization | None:
        """Tell which organization an account is in."""
        return next((one for one in self.organizations.values() if account in self.members(one)), None)

    def managers(self) -> list[str]:
        """List the management accounts."""
        return [one.management for one in self.organizations.values()]

    def sees(self, account: str) -> list[str]:
        """List the accepted agreements that an account sees: its own, and its organization's while that trusts."""
        return [one.id for one in self.agreements.values() if self._is_seen(one, account)]

    def all_in_force(self) -> list[str]:
        """List the accepted agreements that nobody terminated."""
        return [one.id for one in self.agreements.values() if not one.ended]

    def in_force(self, account: str, agreement: str) -> str | None:
        """Tell the id under which an agreement that an account accepted is in force, seen or not."""
        organization = self.organization_of(account)
        owners = {None, organization.id if organization else None}
        return next(
            (
                one.id
                for one in self.agreements.values()
                if (one.account, one.agreement) == (account, agreement) and one.organization in owners and not one.ended
            ),
            None,
        )

    def role_in_use(self, account: str) -> bool:
        """Tell whether Artifact uses its role in an account."""
        organization = self.organization_of(account)
        return organization is not None and organization.trusts_artifact()

    def refuses_management(self, caller: str) -> Refused | None:
        """Tell how what only a management account may do is refused."""
        organization = self.organization_of(caller)
        if organization is None:
            return errors.NotInOrganization()
        return None if organization.management == caller else errors.WrongAccount()

    def refuses_trusted_access(self, caller: str) -> Refused | None:
        """Tell how a change of trusted access is refused."""
        if refusal := self.refuses_management(caller):
            return refusal
        if not self._own(caller).all_features:
            return errors.ConstraintViolated(Constraint.ORGANIZATION_NOT_IN_ALL_FEATURES_MODE)
        return None

    def refuses_new_organization(self, caller: str) -> Refused | None:
        """Tell how the making of an organization is refused."""
        return errors.AlreadyInOrganization(caller) if self.organization_of(caller) else self._refuses_going(caller)

    def refuses_deletion(self, caller: str) -> Refused | None:
        """Tell how the deletion of the caller's organization is refused."""
        if refusal := self.refuses_management(caller):
            return refusal
        organization = self._own(caller)
        others = [one for one in organization.members if one != caller and not self._is_gone(one)]
        return errors.OrganizationNotEmpty(organization.id) if others else None

    def refuses_acceptance(self, caller: str, *, for_organization: bool) -> Refused | None:
        """Tell how the acceptance of an agreement is refused."""
        if not for_organization:
            return None
        organization = self.organization_of(caller)
        if organization is None:
            return errors.AgreementDenied(AgreementDenial.NO_ORGANIZATION)
        if organization.management != caller:
            return errors.AgreementDenied(AgreementDenial.NOT_MANAGEMENT_ACCOUNT)
        if not organization.all_features:
            return errors.AgreementDenied(AgreementDenial.ALL_FEATURES_REQUIRED)
        if not organization.trusts_artifact():
            return errors.AgreementDenied(AgreementDenial.TRUSTED_ACCESS_DISABLED)
        return None

    def refuses_reading(self, caller: str, agreement_id: str) -> Refused | None:
        """Tell how the reading of an accepted agreement is refused."""
        agreement = self.agreements[agreement_id]
        if self._is_seen(agreement, caller):
            return None
        organization = self.organization_of(caller)
        within = organization is not None and organization.id == agreement.organization
        if within and not agreement.ended and caller not in self.closed_at:
            return errors.AgreementDenied(AgreementDenial.TRUSTED_ACCESS_DISABLED)
        return errors.CustomerAgreementNotFound(agreement_id)

    def refuses_termination(self, caller: str, agreement_id: str) -> Refused | None:
        """Tell how the termination of an accepted agreement is refused."""
        if refusal := self.refuses_reading(caller, agreement_id):
            return refusal
        own = self.agreements[agreement_id].account == caller
        return None if own else errors.AgreementDenied(AgreementDenial.NOT_MANAGEMENT_ACCOUNT)

    def refuses_invitation(self, caller: str, recipient: str) -> Refused | None:
        """Tell how an invitation is refused."""
        if refusal := self.refuses_management(caller):
            return refusal
        organization = self._own(caller)
        if recipient in self.members(organization):
            return errors.HandshakeConstraintViolated(HandshakeConstraint.ALREADY_IN_AN_ORGANIZATION)
        for one in self.invitations.values():
            if (one.organization, one.recipient) == (organization.id, recipient) and self._is_open(one):
                return errors.DuplicateHandshake(one.id)
        return None

    def refuses_joining(self, caller: str, invitation_id: str) -> Refused | None:
        """Tell how the acceptance of an invitation is refused."""
        invitation = self.invitations.get(invitation_id)
        if invitation is None or not self._is_shown(invitation, caller):
            return errors.HandshakeNotFound(invitation_id)
        if caller != invitation.recipient:
            return errors.NotParty()
        if invitation.accepted_at:
            return errors.HandshakeAlreadyInState(invitation_id)
        if not self._is_open(invitation):
            return errors.InvalidHandshakeTransition(invitation_id)
        organization = self.organization_of(caller)
        if organization and organization.id == invitation.organization:
            return errors.HandshakeConstraintViolated(HandshakeConstraint.ALREADY_IN_AN_ORGANIZATION)
        return self._refuses_going(caller)

    def refuses_removal(self, caller: str, account: str) -> Refused | None:
        """Tell how the removal of a member is refused."""
        if refusal := self.refuses_management(caller):
            return refusal
        if account not in self.members(self._own(caller)):
            return errors.AccountNotFound(account)
        return self._refuses_going(account)

    def refuses_leaving(self, caller: str) -> Refused | None:
        """Tell how a departure is refused."""
        return self._refuses_going(caller) if self.organization_of(caller) else errors.NotInOrganization()

    def refuses_closing(self, caller: str, account: str) -> Refused | None:
        """Tell how the closing of a member is refused."""
        if refusal := self.refuses_management(caller):
            return refusal
        organization = self._own(caller)
        if account not in self.members(organization):
            return errors.AccountNotFound(account)
        if account == caller:
            return errors.ConstraintViolated(Constraint.CANNOT_CLOSE_MANAGEMENT_ACCOUNT)
        if not organization.all_features:
            return errors.ConstraintViolated(Constraint.ORGANIZATION_NOT_IN_ALL_FEATURES_MODE)
        return errors.AccountAlreadyClosed(account) if account in self.closed_at else None

    def depart(self, account: str) -> None:
        """Take an account out of its organization."""
        organization = self.organization_of(account)
        assert organization
        organization.members.remove(account)

    def delete(self, organization: PlainOrganization) -> None:
        """Forget an organization and its invitations; what was accepted for it covers nobody."""
        del self.organizations[organization.id]
        self.invitations = {id_: one for id_, one in self.invitations.items() if one.organization != organization.id}

    def _own(self, caller: str) -> PlainOrganization:
        organization = self.organization_of(caller)
        assert organization
        return organization

    def _refuses_going(self, account: str) -> Refused | None:
        if not self.is_there(account):
            return NOT_THERE
        if account in self.managers():
            return errors.ManagementAccountCannotLeave()
        if account in self.closed_at:
            return errors.ConstraintViolated(Constraint.ACCOUNT_CANNOT_LEAVE_ORGANIZATION)
        return None

    def _is_born(self, account: str) -> bool:
        return account not in self.born_at or self.now >= self.born_at[account]

    def _is_gone(self, account: str) -> bool:
        return account in self.closed_at and self.now >= self.closed_at[account] + CLOSED_LISTED_FOR

    def _is_seen(self, agreement: PlainAgreement, account: str) -> bool:
        if agreement.ended:
            return False
        if agreement.organization is None:
            return agreement.account == account
        organization = self.organization_of(account)
        if organization is None or organization.id != agreement.organization:
            return False
        return organization.trusts_artifact() and account not in self.closed_at

    def _is_shown(self, invitation: PlainInvitation, account: str) -> bool:
        ended = invitation.accepted_at or invitation.sent_at + INVITATION_LIFETIME
        return account in {invitation.recipient, invitation.management} and self.now < ended + SETTLED_VISIBLE_FOR

    def _is_open(self, invitation: PlainInvitation) -> bool:
        return invitation.accepted_at is None and self.now < invitation.sent_at + INVITATION_LIFETIME
