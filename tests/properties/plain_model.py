"""A second implementation of the rules of the mission document, with which the life cycles are compared.

It uses mutable dictionaries, one for each kind of record, and none of the domain's code but its errors.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from artifact_state import errors
from artifact_state.errors import AgreementDenial, Constraint, HandshakeConstraint, Refused

ARTIFACT_PRINCIPALS = {"artifact.amazonaws.com", "aws-artifact-account-sync.amazonaws.com"}
ARTIFACT_ROLE = "AWSServiceRoleForArtifact"
INVITATION_LIFETIME = timedelta(days=15)
SETTLED_HANDSHAKE_VISIBILITY = timedelta(days=30)
CLOSED_ACCOUNT_RETENTION = timedelta(days=90)

CREATION_INCOMPLETE = errors.ConstraintViolated(Constraint.ACCOUNT_CREATION_NOT_COMPLETE)


@dataclass
class PlainOrganization:
    """An organization with its trusted services and its members in the order of joining."""

    id: str
    management: str
    all_features: bool
    trusted: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    """Including accounts that are still being created and accounts whose closing is over."""

    def trusts_artifact(self) -> bool:
        """Return whether a principal of AWS Artifact is enabled."""
        return not ARTIFACT_PRINCIPALS.isdisjoint(self.trusted)


@dataclass
class PlainAgreement:
    """An accepted agreement of an account, or of an organization if one is named."""

    id: str
    agreement: str
    account: str
    organization: str | None
    ended: bool = False


@dataclass
class PlainInvitation:
    """An invitation of an account to an organization."""

    id: str
    organization: str
    management: str
    recipient: str
    sent_at: datetime
    accepted_at: datetime | None = None


@dataclass
class PlainModel:
    """The state of all accounts, and the expected result of each read and each change."""

    now: datetime
    accounts: list[str]
    organizations: dict[str, PlainOrganization] = field(default_factory=dict)
    agreements: dict[str, PlainAgreement] = field(default_factory=dict)
    invitations: dict[str, PlainInvitation] = field(default_factory=dict)
    artifact_roles: dict[str, str] = field(default_factory=dict)
    emails: dict[str, str] = field(default_factory=dict)
    created_at: dict[str, datetime] = field(default_factory=dict)
    closed_at: dict[str, datetime] = field(default_factory=dict)

    def exists(self, account: str) -> bool:
        """Return whether an account can be used: it is created, and its closing is not over."""
        return self._is_created(account) and not self._is_removed(account)

    def members(self, organization: PlainOrganization) -> list[str]:
        """Return the accounts that are in an organization now, closed ones included."""
        return [account for account in organization.members if self.exists(account)]

    def organization_of(self, account: str) -> PlainOrganization | None:
        """Return the organization that an account is in, or None."""
        containing = (
            organization for organization in self.organizations.values() if account in self.members(organization)
        )
        return next(containing, None)

    def management_accounts(self) -> list[str]:
        """Return the management accounts."""
        return [organization.management for organization in self.organizations.values()]

    def visible_agreements(self, account: str) -> list[str]:
        """Return the accepted agreements that an account can read; organization agreements need trusted access."""
        return [agreement.id for agreement in self.agreements.values() if self._is_visible(agreement, account)]

    def agreements_in_force(self) -> list[str]:
        """Return the accepted agreements that are not terminated."""
        return [agreement.id for agreement in self.agreements.values() if not agreement.ended]

    def accepted_id(self, account: str, agreement_id: str) -> str | None:
        """Return the id of an accepted agreement of an account that is in force, readable or not, or None."""
        organization = self.organization_of(account)
        organization_ids = {None, organization.id if organization else None}
        accepted = (
            agreement.id
            for agreement in self.agreements.values()
            if (agreement.account, agreement.agreement) == (account, agreement_id)
            and agreement.organization in organization_ids
            and not agreement.ended
        )
        return next(accepted, None)

    def is_role_used(self, account: str) -> bool:
        """Return whether AWS Artifact uses its role in an account."""
        organization = self.organization_of(account)
        return organization is not None and organization.trusts_artifact()

    def refusal_of_management(self, caller: str) -> Refused | None:
        """Return the refusal of an operation that only a management account may use, or None."""
        organization = self.organization_of(caller)
        if organization is None:
            return errors.NotInOrganization()
        return None if organization.management == caller else errors.WrongAccount()

    def refusal_of_trusted_access(self, caller: str) -> Refused | None:
        """Return the refusal of a change of trusted access, or None."""
        if refusal := self.refusal_of_management(caller):
            return refusal
        if not self._own(caller).all_features:
            return errors.ConstraintViolated(Constraint.ORGANIZATION_NOT_IN_ALL_FEATURES_MODE)
        return None

    def refusal_of_new_organization(self, caller: str) -> Refused | None:
        """Return the refusal of the creation of an organization, or None."""
        return (
            errors.AlreadyInOrganization(caller) if self.organization_of(caller) else self._refusal_of_departure(caller)
        )

    def refusal_of_deletion(self, caller: str) -> Refused | None:
        """Return the refusal of the deletion of the caller's organization, or None."""
        if refusal := self.refusal_of_management(caller):
            return refusal
        organization = self._own(caller)
        others = [account for account in organization.members if account != caller and not self._is_removed(account)]
        return errors.OrganizationNotEmpty(organization.id) if others else None

    def refusal_of_acceptance(self, caller: str, *, for_organization: bool) -> Refused | None:
        """Return the refusal of the acceptance of an agreement, or None."""
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

    def refusal_of_reading(self, caller: str, agreement_id: str) -> Refused | None:
        """Return the refusal of reading an accepted agreement, or None."""
        agreement = self.agreements[agreement_id]
        if self._is_visible(agreement, caller):
            return None
        organization = self.organization_of(caller)
        is_member = organization is not None and organization.id == agreement.organization
        if is_member and not agreement.ended and caller not in self.closed_at:
            return errors.AgreementDenied(AgreementDenial.TRUSTED_ACCESS_DISABLED)
        return errors.CustomerAgreementNotFound(agreement_id)

    def refusal_of_termination(self, caller: str, agreement_id: str) -> Refused | None:
        """Return the refusal of the termination of an accepted agreement, or None."""
        if refusal := self.refusal_of_reading(caller, agreement_id):
            return refusal
        is_own = self.agreements[agreement_id].account == caller
        return None if is_own else errors.AgreementDenied(AgreementDenial.NOT_MANAGEMENT_ACCOUNT)

    def refusal_of_invitation(self, caller: str, recipient: str) -> Refused | None:
        """Return the refusal of an invitation, or None."""
        if refusal := self.refusal_of_management(caller):
            return refusal
        organization = self._own(caller)
        if recipient in self.members(organization):
            return errors.HandshakeConstraintViolated(HandshakeConstraint.ALREADY_IN_AN_ORGANIZATION)
        for invitation in self.invitations.values():
            parties = (invitation.organization, invitation.recipient)
            if parties == (organization.id, recipient) and self._is_open(invitation):
                return errors.DuplicateHandshake(invitation.id)
        return None

    def refusal_of_joining(self, caller: str, invitation_id: str) -> Refused | None:
        """Return the refusal of the acceptance of an invitation, or None."""
        invitation = self.invitations.get(invitation_id)
        if invitation is None or not self._is_listed(invitation, caller):
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
        return self._refusal_of_departure(caller)

    def refusal_of_removal(self, caller: str, account: str) -> Refused | None:
        """Return the refusal of the removal of a member, or None."""
        if refusal := self.refusal_of_management(caller):
            return refusal
        if account not in self.members(self._own(caller)):
            return errors.AccountNotFound(account)
        return self._refusal_of_departure(account)

    def refusal_of_leaving(self, caller: str) -> Refused | None:
        """Return the refusal of leaving an organization, or None."""
        return self._refusal_of_departure(caller) if self.organization_of(caller) else errors.NotInOrganization()

    def refusal_of_closing(self, caller: str, account: str) -> Refused | None:
        """Return the refusal of the closing of a member, or None."""
        if refusal := self.refusal_of_management(caller):
            return refusal
        organization = self._own(caller)
        if account not in self.members(organization):
            return errors.AccountNotFound(account)
        if account == caller:
            return errors.ConstraintViolated(Constraint.CANNOT_CLOSE_MANAGEMENT_ACCOUNT)
        if not organization.all_features:
            return errors.ConstraintViolated(Constraint.ORGANIZATION_NOT_IN_ALL_FEATURES_MODE)
        return errors.AccountAlreadyClosed(account) if account in self.closed_at else None

    def remove_member(self, account: str) -> None:
        """Remove an account from its organization."""
        organization = self.organization_of(account)
        assert organization
        organization.members.remove(account)

    def delete_organization(self, organization: PlainOrganization) -> None:
        """Delete an organization and its invitations; its accepted agreements apply to no account."""
        del self.organizations[organization.id]
        self.invitations = {
            invitation.id: invitation
            for invitation in self.invitations.values()
            if invitation.organization != organization.id
        }

    def _own(self, caller: str) -> PlainOrganization:
        organization = self.organization_of(caller)
        assert organization
        return organization

    def _refusal_of_departure(self, account: str) -> Refused | None:
        if not self.exists(account):
            return CREATION_INCOMPLETE
        if account in self.management_accounts():
            return errors.ManagementAccountCannotLeave()
        if account in self.closed_at:
            return errors.ConstraintViolated(Constraint.ACCOUNT_CANNOT_LEAVE_ORGANIZATION)
        return None

    def _is_created(self, account: str) -> bool:
        return account not in self.created_at or self.now >= self.created_at[account]

    def _is_removed(self, account: str) -> bool:
        return account in self.closed_at and self.now >= self.closed_at[account] + CLOSED_ACCOUNT_RETENTION

    def _is_visible(self, agreement: PlainAgreement, account: str) -> bool:
        if agreement.ended:
            return False
        if agreement.organization is None:
            return agreement.account == account
        organization = self.organization_of(account)
        if organization is None or organization.id != agreement.organization:
            return False
        return organization.trusts_artifact() and account not in self.closed_at

    def _is_listed(self, invitation: PlainInvitation, account: str) -> bool:
        settled_at = invitation.accepted_at or invitation.sent_at + INVITATION_LIFETIME
        return (
            account in {invitation.recipient, invitation.management}
            and self.now < settled_at + SETTLED_HANDSHAKE_VISIBILITY
        )

    def _is_open(self, invitation: PlainInvitation) -> bool:
        return invitation.accepted_at is None and self.now < invitation.sent_at + INVITATION_LIFETIME
