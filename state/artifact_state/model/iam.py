"""Callers, roles and their temporary credentials."""

from __future__ import annotations  # HashTrieMap takes no parameters at run time.

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from rpds import HashTrieMap as Map


class CallerKind(Enum):
    """Who signs a call."""

    ROOT = "root"
    USER = "user"
    ROLE = "role"
    FEDERATED = "federated"
    SERVICE = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The principal of one call, and where it called from."""

    account_id: str
    arn: str
    user_id: str
    kind: CallerKind = CallerKind.ROOT
    partition: str = "aws"
    region: str = "us-east-1"
    access_key_id: str = ""
    """The key by which he signed."""
    assumed_root: bool = False
    """Whether he is a root user for one task: another account's principal called AssumeRoot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """An IAM role; linked to a service when `linked_service` names its principal."""

    id: str
    account_id: str
    name: str
    path: str
    trust_policy: str
    description: str
    created_at: datetime
    linked_service: str | None = None
    managed_policies: tuple[str, ...] = ()
    """References to policies, in the order of attaching: see `policy_references`."""
    inline_policies: Map[str, str] = Map()
    """Documents by the names of the policies."""
    boundary: str | None = None
    """A reference to the policy that bounds its permissions."""
    tags: Map[str, str] = Map()
    max_session: timedelta = timedelta(hours=1)
    gone_at: datetime | None = None
    """When its deletion takes effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleUsage:
    """Where a service still uses a linked role."""

    region: str
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionTask:
    """A request to delete a service-linked role; it fails when the service still uses the role."""

    id: str
    account_id: str
    role_name: str
    requested_at: datetime
    completes_at: datetime
    usages: tuple[RoleUsage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAccess:
    """How some accounts use one service: how many of them tried, and the latest attempt."""

    service: str
    accounts: int = 0
    entity_path: str = ""
    """Where in the organization the account is that tried last."""
    region: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessReport:
    """What was found when a management account asked how services are used, or why nothing was."""

    id: str
    account_id: str
    created_at: datetime
    completes_at: datetime
    failure: str = ""
    services: tuple[ServiceAccess, ...] = ()
    """Those that may be used, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Temporary credentials: of a role, of a user, or of somebody whom a user vouches for."""

    access_key_id: str
    secret: str
    token: str
    account_id: str
    serial: int
    expires_at: datetime
    role_name: str = ""
    role_id: str = ""
    name: str = ""
    """What the session of a role is called."""
    user_name: str = ""
    """The user to whom, or on whose word, they were given; "" for the root user."""
    federated: str = ""
    """How the one is called whom the user vouches for."""
    policies: tuple[tuple[str, str], ...] = ()
    """The policies that bound it, each by its name and its document."""
    tags: tuple[tuple[str, str], ...] = ()
    transitive_tags: frozenset[str] = frozenset()
    """The keys of the tags that the sessions assumed from this one have too."""
    issued_at: datetime | None = None
    """When they were given; None where it was not written down, as in snapshots of old."""
    multi_factor: bool = False
    """Whether a code of a device was told when they were asked for."""
    source_identity: str = ""
    assumed_root: bool = False
    """Whether they are a member's root user's, for one task: its policy denies everything else."""
