"""Handshakes, and the billing transfers that some of them propose."""

from datetime import datetime
from enum import Enum

from artifact_state.model.organizations import FeatureSet
from artifact_state.record import Record


class HandshakeAction(Enum):
    """The purpose of a handshake."""

    INVITE = "INVITE"
    ENABLE_ALL_FEATURES = "ENABLE_ALL_FEATURES"
    APPROVE_ALL_FEATURES = "APPROVE_ALL_FEATURES"
    ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE = "ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE"
    TRANSFER_RESPONSIBILITY = "TRANSFER_RESPONSIBILITY"


class HandshakeState(Enum):
    """The state of a handshake; ACCEPTED, DECLINED and CANCELED are stored, the others are derived."""

    REQUESTED = "REQUESTED"
    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"


class PartyKind(Enum):
    """How a handshake names a party; an invitation is addressed to an account, never to an organization."""

    ACCOUNT = "ACCOUNT"
    EMAIL = "EMAIL"
    ORGANIZATION = "ORGANIZATION"


class Handshake(Record):
    """An organization's proposal to an account or to itself, and the response to it."""

    id: str
    serial: int
    action: HandshakeAction
    organization_id: str
    management_account_id: str
    recipient_kind: PartyKind
    recipient: str
    """An account id, an e-mail address or the organization's own id, depending on `recipient_kind`."""
    requested_at: datetime
    expires_at: datetime
    notes: str | None = None
    promised: FeatureSet | None = None
    """The feature set that an invitation states."""
    tags: tuple[tuple[str, str], ...] = ()
    """The tags that the invited account, or the transfer, gets on acceptance."""
    process_id: str | None = None
    """The ENABLE_ALL_FEATURES handshake whose process this handshake belongs to, or during which it was sent."""
    transfer_id: str | None = None
    settled: HandshakeState | None = None
    settled_at: datetime | None = None
    accepted_by: str | None = None
    """The account that accepted it, which may have been invited by its e-mail address."""


class TransferStatus(Enum):
    """The state of a billing transfer."""

    REQUESTED = "REQUESTED"
    DECLINED = "DECLINED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    ACCEPTED = "ACCEPTED"
    WITHDRAWN = "WITHDRAWN"


class Transfer(Record):
    """A billing transfer: one organization pays the bills of another from an instant on, until it is withdrawn."""

    id: str
    serial: int
    handshake_id: str
    organization_id: str
    """The organization that pays the bills; it named and tagged the transfer."""
    management_account_id: str
    source_organization_id: str
    source_account_id: str
    name: str
    starts_at: datetime
    ends_at: datetime | None = None
