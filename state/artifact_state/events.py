"""What can happen in a world: one record per thing, in the order in which they happened.

Events are told, not stored facts: no rule reads them. They feed the service events of CloudTrail
and the list of "what changed just now".
"""

from dataclasses import dataclass
from datetime import datetime


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
    """A management account asked for a new account."""

    organization_id: str
    creation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountJoined(Event):
    """An account became a member of an organization."""

    organization_id: str
    account_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDeparted(Event):
    """An account is no longer a member: it left, or was removed."""

    organization_id: str
    account_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandshakeChanged(Event):
    """A handshake was made or settled."""

    organization_id: str
    handshake_id: str


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
class RoleAssumed(Event):
    """Temporary credentials of a role were handed out."""

    account_id: str
    role_name: str
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
class TokenIssued(Event):
    """A token of AWS Artifact was handed out, or used."""

    account_id: str
    subject: str
