"""Organizations: their trees, trusted services and delegations, and the order of what belongs to them."""

from __future__ import annotations  # HashTrieMap takes no parameters at run time.

from datetime import datetime
from enum import Enum

from rpds import HashTrieMap as Map

from artifact_state.model.accounts import Creation
from artifact_state.model.policies import PolicyType, TypePolicies
from artifact_state.ordered_map import OrderedMap
from artifact_state.record import Record


class FeatureSet(Enum):
    """The feature set of an organization."""

    ALL = "ALL"
    CONSOLIDATED_BILLING = "CONSOLIDATED_BILLING"


class RootFeature(Enum):
    """A feature of centralized root access; the values are AWS's names."""

    CREDENTIALS_MANAGEMENT = "RootCredentialsManagement"
    SESSIONS = "RootSessions"


class Unit(Record):
    """A root or an organizational unit, with what is directly below it."""

    id: str
    organization_id: str
    parent_id: str | None
    name: str
    serial: int
    accounts: OrderedMap[str] = OrderedMap()
    units: OrderedMap[str] = OrderedMap()
    names: Map[str, str] = Map()
    """The ids of the units directly below, by name; siblings have different names."""


class Trust(Record):
    """Trusted access of a service principal, and since when it is enabled."""

    principal: str
    serial: int
    since: datetime


class Delegation(Record):
    """The registration of a member as delegated administrator for a service, and since when."""

    account_id: str
    principal: str
    serial: int
    since: datetime


class Tag(Record):
    """A tag of a resource."""

    key: str
    value: str
    serial: int


class Transfers(Record):
    """The billing transfers of an organization in one direction."""

    every: OrderedMap[str] = OrderedMap()
    accepted: OrderedMap[str] = OrderedMap()
    """The transfers that were accepted and not withdrawn."""
    pending: Map[str, OrderedMap[str]] = Map()
    """The transfers that await a response, by the instant at which they expire; such instants are few."""
    until: datetime | None = None
    """When the last of the withdrawn transfers ends."""


class Organization(Record):
    """An organization, its trusted services, and the order of what belongs to it."""

    id: str
    partition: str
    management_account_id: str
    root_id: str
    feature_set: FeatureSet
    created_at: datetime
    trusted_services: Map[str, Trust] = Map()
    """By service principal, spelled as it was enabled."""
    delegations: Map[str, tuple[Delegation, ...]] = Map()
    """By account, in the order of registration; these accounts are the delegated administrators."""
    root_features: frozenset[RootFeature] = frozenset()
    """The enabled features of centralized root access, which are in force while IAM has trusted access."""
    enabled_policy_types: tuple[PolicyType, ...] = ()
    resource_policy_id: str | None = None
    policies: Map[str, TypePolicies] = Map()
    """By type. A type without an entry has never had a policy and has never been disabled."""
    members: OrderedMap[str] = OrderedMap()
    """All accounts, including those still being created and those that left since the last change."""
    units: OrderedMap[str] = OrderedMap()
    fulfilled_creations: OrderedMap[Creation] = OrderedMap()
    failed_creations: OrderedMap[Creation] = OrderedMap()
    creating: tuple[Creation, ...] = ()
    """The requests that were in progress when the latest request was made."""
    closures: OrderedMap[str] = OrderedMap()
    """The closed accounts that are still members, in the order of closure."""
    recent_closures: OrderedMap[str] = OrderedMap()
    """The closures that counted against the quota when the latest was made."""
    closing: tuple[str, ...] = ()
    """The accounts that were being closed when the latest closure was requested."""
    handshakes: Map[str, OrderedMap[str]] = Map()
    """The handshakes that it sent and that have not been purged, by action."""
    latest_handshakes: Map[str, str] = Map()
    """The latest handshake by action and recipient."""
    open_invitations: OrderedMap[str] = OrderedMap()
    """The invitations that count against the quota of accounts, and older ones that ended without a response."""
    recent_invitations: OrderedMap[str] = OrderedMap()
    """The invitations that count against the daily quota, and some that no longer do; never more than the quota."""
    inbound: Transfers = Transfers()
    outbound: Transfers = Transfers()
