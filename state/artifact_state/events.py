"""Events: one record for each change of a world, in the order of the changes.

No rule reads them. CloudTrail's service events and the event feed are derived from them.
"""

from datetime import datetime
from enum import Enum

from artifact_state.record import Record


class Event(Record):
    """A change of a world, and its instant."""

    at: datetime


class OrganizationCreated(Event):
    """An account created an organization and became its management account."""

    organization_id: str
    management_account_id: str


class OrganizationDeleted(Event):
    """An organization was deleted; its management account is a standalone account again."""

    organization_id: str
    management_account_id: str


class AccountCreationRequested(Event):
    """A management account requested a new account; the outcome is known from the start."""

    organization_id: str
    management_account_id: str
    creation_id: str
    account_name: str
    completes_at: datetime
    account_id: str | None
    """The account, which joins when the request completes; None if the request fails."""
    govcloud_account_id: str | None
    failure: str | None
    """The reason for which the request fails."""


class AccountJoined(Event):
    """An account became a member of an organization, by invitation or by creation."""

    organization_id: str
    management_account_id: str
    account_id: str
    invited: bool


class DepartureMethod(Enum):
    """How an account ceased to be a member; a closed account is cleaned up after 90 days."""

    LEFT = "LEFT"
    REMOVED = "REMOVED"
    CLEANED = "CLEANED"


class AccountDeparted(Event):
    """An account ceased to be a member of its organization."""

    organization_id: str
    management_account_id: str
    account_id: str
    method: DepartureMethod


class AccountMoved(Event):
    """An account was moved to another root or organizational unit."""

    organization_id: str
    account_id: str
    parent_id: str


class AccountClosureRequested(Event):
    """A management account requested the closure of a member account."""

    organization_id: str
    management_account_id: str
    account_id: str
    completes_at: datetime


class AccountSuspensionChanged(Event):
    """AWS suspended an account or reinstated it."""

    account_id: str
    suspended: bool


class UnitChanged(Event):
    """An organizational unit was created, renamed or deleted."""

    organization_id: str
    unit_id: str


class TagsChanged(Event):
    """The tags of a resource of an organization changed."""

    organization_id: str
    resource_id: str


class PolicyChanged(Event):
    """A policy was created, updated or deleted."""

    organization_id: str
    policy_id: str


class AttachmentChanged(Event):
    """A policy was attached to a target or detached from it."""

    organization_id: str
    policy_id: str
    target_id: str


class PolicyTypeChanged(Event):
    """An organization enabled or disabled a policy type."""

    organization_id: str
    policy_type: str


class ResourcePolicyChanged(Event):
    """An organization put or deleted its resource policy."""

    organization_id: str


class HandshakeChanged(Event):
    """A handshake was created, or accepted, declined or canceled."""

    organization_id: str
    handshake_id: str


class AllFeaturesEnabled(Event):
    """An organization changed from consolidated billing to all features."""

    organization_id: str


class TransferAccepted(Event):
    """A billing transfer was accepted; `account_ids` are the management accounts that it concerns."""

    transfer_id: str
    account_ids: tuple[str, ...]


class TransferTerminated(Event):
    """A billing transfer was withdrawn; `account_ids` are the management accounts that it concerns."""

    transfer_id: str
    account_ids: tuple[str, ...]
    ends_at: datetime


class ServiceAccessEnabled(Event):
    """An organization enabled trusted access for a service."""

    organization_id: str
    principal: str


class ServiceAccessDisabled(Event):
    """An organization disabled trusted access for a service."""

    organization_id: str
    principal: str


class RootAccessChanged(Event):
    """An organization enabled or disabled a feature of centralized root access."""

    organization_id: str


class DelegationChanged(Event):
    """A member was registered or deregistered as a delegated administrator."""

    organization_id: str
    account_id: str


class RoleCreated(Event):
    """A role was created in an account."""

    account_id: str
    role_name: str


class RoleChanged(Event):
    """The description, the tags or the session length of a role changed."""

    account_id: str
    role_name: str


class RoleDeletionRequested(Event):
    """The deletion of a service-linked role was requested; its deletion task has the outcome."""

    account_id: str
    role_name: str


class IdentityChanged(Event):
    """A user, group, policy, access key or alias of an account was created, changed or deleted."""

    account_id: str
    kind: str
    name: str


class RoleAssumed(Event):
    """STS issued session credentials of a role."""

    account_id: str
    role_name: str
    by: str


class RootAssumed(Event):
    """STS issued session credentials of a member's root user for a task."""

    account_id: str
    task: str
    by: str


class AgreementAccepted(Event):
    """An agreement was accepted for an account or for its organization."""

    account_id: str
    customer_agreement_id: str


class AgreementTerminated(Event):
    """An accepted agreement was terminated."""

    account_id: str
    customer_agreement_id: str


class ReportPublished(Event):
    """A version of a report was added, published or unpublished."""

    report_id: str
    version: int


class ReportChanged(Event):
    """A version of a report was withdrawn, published again, or otherwise changed."""

    report_id: str
    version: int


class InquiryChanged(Event):
    """A compliance inquiry was created, or received feedback."""

    account_id: str
    inquiry_id: str


class NotificationsChanged(Event):
    """An account subscribed to the notifications of AWS Artifact or unsubscribed."""

    account_id: str


class TokenIssued(Event):
    """A token of AWS Artifact was issued."""

    account_id: str
    subject: str
