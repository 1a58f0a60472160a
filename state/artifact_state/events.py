"""What can happen in a world: one record per thing, in the order in which they happened.

Events are told, not stored facts: no rule reads them. They feed the service events of CloudTrail
and the list of "what changed just now".
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened, and when."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationCreated(Event):
    """An account made itself the management account of a new organization."""

    organization_id: str
    management_account_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationDeleted(Event):
    """An organization is gone; its management account stands alone again."""

    organization_id: str
    management_account_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCreationRequested(Event):
    """A management account asked for a new account; how that ends is known from then on."""

    organization_id: str
    management_account_id: str
    creation_id: str
    account_name: str
    completes_at: datetime
    account_id: str | None
    """The account, unless none is created; it joins when the request is completed."""
    govcloud_account_id: str | None
    failure: str | None
    """Why none is created."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountJoined(Event):
    """An account became a member of an organization: it was invited, or created there."""

    organization_id: str
    management_account_id: str
    account_id: str
    invited: bool


class DepartureMethod(Enum):
    """How an account ceased to be a member; a closed one is cleaned up after 90 days."""

    LEFT = "LEFT"
    REMOVED = "REMOVED"
    CLEANED = "CLEANED"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDeparted(Event):
    """An account is no longer a member."""

    organization_id: str
    management_account_id: str
    account_id: str
    method: DepartureMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMoved(Event):
    """An account was moved to another root or organizational unit."""

    organization_id: str
    account_id: str
    parent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClosureRequested(Event):
    """A management account asked for the closing of a member account."""

    organization_id: str
    management_account_id: str
    account_id: str
    completes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSuspensionChanged(Event):
    """AWS suspended an account, or let it be used again."""

    account_id: str
    suspended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChanged(Event):
    """An organizational unit was made, renamed or deleted."""

    organization_id: str
    unit_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TagsChanged(Event):
    """The tags of something of an organization were changed."""

    organization_id: str
    resource_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChanged(Event):
    """A policy was made, changed or deleted."""

    organization_id: str
    policy_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentChanged(Event):
    """A policy was attached to something, or detached from it."""

    organization_id: str
    policy_id: str
    target_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyTypeChanged(Event):
    """An organization enabled or disabled a type of policies."""

    organization_id: str
    policy_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcePolicyChanged(Event):
    """An organization put or deleted its resource policy."""

    organization_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandshakeChanged(Event):
    """A handshake was made or answered."""

    organization_id: str
    handshake_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AllFeaturesEnabled(Event):
    """An organization went from consolidated billing to all features."""

    organization_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferAccepted(Event):
    """An organization lets another pay its bills; all management accounts that this concerns are told."""

    transfer_id: str
    account_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferTerminated(Event):
    """A responsibility transfer was withdrawn; all management accounts that this concerns are told."""

    transfer_id: str
    account_ids: tuple[str, ...]
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAccessEnabled(Event):
    """An organization trusts a service."""

    organization_id: str
    principal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAccessDisabled(Event):
    """An organization no longer trusts a service."""

    organization_id: str
    principal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RootAccessChanged(Event):
    """A feature of centralized root access was switched on or off."""

    organization_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationChanged(Event):
    """A member was registered or deregistered as a delegated administrator."""

    organization_id: str
    account_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleCreated(Event):
    """A role was made in an account."""

    account_id: str
    role_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChanged(Event):
    """A role's description, tags or session length were changed."""

    account_id: str
    role_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDeletionRequested(Event):
    """The deletion of a role was asked for; the task tells how it ends."""

    account_id: str
    role_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityChanged(Event):
    """A user, a group, a policy, an access key or an alias of an account was made, changed or deleted."""

    account_id: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAssumed(Event):
    """Temporary credentials of a role were handed out."""

    account_id: str
    role_name: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RootAssumed(Event):
    """Temporary credentials of a member's root user were handed out, for a task."""

    account_id: str
    task: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementAccepted(Event):
    """An agreement was accepted, for an account or for its organization."""

    account_id: str
    customer_agreement_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementTerminated(Event):
    """An accepted agreement was ended."""

    account_id: str
    customer_agreement_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPublished(Event):
    """A version of a report came into being, published or not."""

    report_id: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportChanged(Event):
    """A version of a report was changed: withdrawn, published again, or its document came."""

    report_id: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryChanged(Event):
    """A compliance inquiry was made, or rated."""

    account_id: str
    inquiry_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationsChanged(Event):
    """An account subscribed to the notifications of AWS Artifact, or ended that."""

    account_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenIssued(Event):
    """A token of AWS Artifact was handed out, or used."""

    account_id: str
    subject: str
