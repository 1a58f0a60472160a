"""Organizations: their trees, the services that they trust, and the order of what belongs to them."""

from __future__ import annotations  # HashTrieMap takes no parameters at run time.

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from rpds import HashTrieMap as Map

from artifact_state.model.accounts import Creation
from artifact_state.model.policies import PolicyType, TypePolicies
from artifact_state.ordered_map import OrderedMap


class FeatureSet(Enum):
    """What an organization may use."""

    ALL = "ALL"
    CONSOLIDATED_BILLING = "CONSOLIDATED_BILLING"


class RootFeature(Enum):
    """What an organization lets be done for the root users of its members. Values are AWS's names."""

    CREDENTIALS_MANAGEMENT = "RootCredentialsManagement"
    SESSIONS = "RootSessions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A root or an organizational unit, and what is directly below it."""

    id: str
    organization_id: str
    parent_id: str | None
    name: str
    serial: int
    accounts: OrderedMap[str] = OrderedMap()
    units: OrderedMap[str] = OrderedMap()
    names: Map[str, str] = Map()
    """The units directly below, by name: no two siblings have the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """That an organization lets a service principal work with it, and since when."""

    principal: str
    serial: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """That a member runs a trusted service for its organization, and since when."""

    account_id: str
    principal: str
    serial: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A key and a value on something of an organization."""

    key: str
    value: str
    serial: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfers:
    """The responsibility transfers of an organization in one direction."""

    every: OrderedMap[str] = OrderedMap()
    accepted: OrderedMap[str] = OrderedMap()
    """Those that were accepted and not withdrawn."""
    pending: Map[str, OrderedMap[str]] = Map()
    """Those that wait for an answer, by the instant at which they expire: there are few such instants."""
    until: datetime | None = None
    """When the last of the withdrawn ones ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """An organization, the services that it trusts, and the order of what belongs to it."""

    id: str
    partition: str
    management_account_id: str
    root_id: str
    feature_set: FeatureSet
    created_at: datetime
    trusted_services: Map[str, Trust] = Map()
    """By service principal, exactly as it was enabled."""
    delegations: Map[str, tuple[Delegation, ...]] = Map()
    """By account, in the order of registration: whoever is in here is a delegated administrator."""
    root_features: frozenset[RootFeature] = frozenset()
    """As they were switched on: they are in force while IAM is trusted."""
    enabled_policy_types: tuple[PolicyType, ...] = ()
    resource_policy_id: str | None = None
    policies: Map[str, TypePolicies] = Map()
    """By type; a type without an entry never had a policy and was never disabled."""
    members: OrderedMap[str] = OrderedMap()
    """All accounts: those that are still being created and those that are gone since the last change included."""
    units: OrderedMap[str] = OrderedMap()
    fulfilled_creations: OrderedMap[Creation] = OrderedMap()
    failed_creations: OrderedMap[Creation] = OrderedMap()
    creating: tuple[Creation, ...] = ()
    """The requests that were under way when the last one was made."""
    closures: OrderedMap[str] = OrderedMap()
    """The closed accounts that are still members, the longest closed first."""
    recent_closures: OrderedMap[str] = OrderedMap()
    """Those of them that counted against the quota when the last one was made."""
    closing: tuple[str, ...] = ()
    """The accounts that were being closed when the last closing was asked for."""
    handshakes: Map[str, OrderedMap[str]] = Map()
    """Those that it sent and that are not forgotten, by action."""
    latest_handshakes: Map[str, str] = Map()
    """The latest of each action and recipient, by both."""
    recent_invitations: OrderedMap[str] = OrderedMap()
    """Those that count against the quota of a day, and some that no longer do; never more than the quota."""
    inbound: Transfers = Transfers()
    outbound: Transfers = Transfers()
