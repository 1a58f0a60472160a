"""Refusals about membership, accounts, organizational units and delegated administrators."""

from artifact_state.errors.base import Conflict, Denied, NotFound, Refused


class UnsupportedInPartition(Refused):
    """The operation does not exist in the caller's partition."""


class NotInOrganization(Denied):
    """The caller's account is not a member of an organization."""


class WrongAccount(Denied):
    """The caller's account is not of the kind that may do this, such as a member in place of the management account."""


class EmailNotVerified(Denied):
    """The email address of the management account is not verified."""


class AlreadyInOrganization(Conflict):
    """The account is already a member of an organization."""


class OrganizationNotEmpty(Conflict):
    """The organization still has member accounts."""


class OrganizationFinalizing(Conflict):
    """The organization was created too recently to accept accounts."""


class ManagementAccountCannotLeave(Conflict):
    """The management account leaves its organization only when the organization is deleted."""


class AccountNotFound(NotFound):
    """The organization has no such account."""


class AccountCreationNotFound(NotFound):
    """The organization has no such request to create an account."""


class AccountAlreadyInParent(Conflict):
    """The account is already in the destination root or organizational unit."""


class AccountAlreadyClosed(Conflict):
    """The account is already closed."""


class AccountBeingClosed(Conflict):
    """The account is being closed."""


class AccountAlreadyRegistered(Conflict):
    """The account is already a delegated administrator of the service."""


class AccountNotRegistered(Conflict):
    """The account is not a delegated administrator of the service, or of any service."""


class UnitNotFound(NotFound):
    """The organization has no such organizational unit."""


class UnitNameTaken(Conflict):
    """The parent already has an organizational unit of this name."""


class UnitNotEmpty(Conflict):
    """The organizational unit still has accounts or organizational units."""


class ParentNotFound(NotFound):
    """The organization has no such root or organizational unit."""


class SourceParentNotFound(NotFound):
    """The root or organizational unit to move from does not exist, or does not contain the account."""


class DestinationParentNotFound(NotFound):
    """The root or organizational unit to move to does not exist."""


class ChildNotFound(NotFound):
    """The organization has no such account or organizational unit."""


class TargetNotFound(NotFound):
    """The organization has no resource of this id."""


class RootNotFound(NotFound):
    """The organization has no such root."""
