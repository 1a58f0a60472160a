"""Handshakes, and the responsibility transfers that some of them are about."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from artifact_state.model.organizations import FeatureSet


class HandshakeAction(Enum):
    """What a handshake is about."""

    INVITE = "INVITE"
    ENABLE_ALL_FEATURES = "ENABLE_ALL_FEATURES"
    APPROVE_ALL_FEATURES = "APPROVE_ALL_FEATURES"
    ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE = "ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE"
    TRANSFER_RESPONSIBILITY = "TRANSFER_RESPONSIBILITY"


class HandshakeState(Enum):
    """Where a handshake stands; an answer makes it ACCEPTED, DECLINED or CANCELED, the rest is derived."""

    REQUESTED = "REQUESTED"
    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"


class PartyKind(Enum):
    """How a handshake names a party; an invitation goes to an account, never to an organization."""

    ACCOUNT = "ACCOUNT"
    EMAIL = "EMAIL"
    ORGANIZATION = "ORGANIZATION"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handshake:
    """An organization's proposal to an account or to itself, and how it was answered."""

    id: str
    serial: int
    action: HandshakeAction
    organization_id: str
    management_account_id: str
    recipient_kind: PartyKind
    recipient: str
    """An account id, an e-mail address or the organization's own id, as `recipient_kind` says."""
    requested_at: datetime
    expires_at: datetime
    notes: str | None = None
    promised: FeatureSet | None = None
    """The features that an invitation tells its recipient of."""
    tags: tuple[tuple[str, str], ...] = ()
    """What an invited account, or a transfer, is tagged with once it is accepted."""
    process_id: str | None = None
    """The ENABLE_ALL_FEATURES handshake whose process this one is part of, or was sent during."""
    transfer_id: str | None = None
    settled: HandshakeState | None = None
    settled_at: datetime | None = None


class TransferStatus(Enum):
    """Where a responsibility transfer stands."""

    REQUESTED = "REQUESTED"
    DECLINED = "DECLINED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    ACCEPTED = "ACCEPTED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """That one organization is to pay another's bills, from when on, and until when once it is withdrawn."""

    id: str
    serial: int
    handshake_id: str
    organization_id: str
    """The organization that takes over, and that gave the transfer its name and its tags."""
    management_account_id: str
    source_organization_id: str
    source_account_id: str
    name: str
    starts_at: datetime
    ends_at: datetime | None = None
