"""The dictionary of the domain: every record that a world holds, and the state that holds them.

Records are facts. What follows from facts (is this handshake open, does this agreement cover that
account) is asked of pure functions elsewhere, never stored. Instants are aware, in UTC.
"""

from __future__ import annotations  # HashTrieMap takes no parameters at run time.

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from rpds import HashTrieMap as Map

from artifact_state.model.accounts import (
    Account,
    AccountState,
    Closure,
    Creation,
    CreationFailure,
    CreationState,
    JoinedMethod,
    Membership,
)
from artifact_state.model.artifact import Acceptance, NotificationSubscription, TerminatedBy, Token, TokenPurpose
from artifact_state.model.handshakes import (
    Handshake,
    HandshakeAction,
    HandshakeState,
    PartyKind,
    Transfer,
    TransferStatus,
)
from artifact_state.model.iam import (
    AccessReport,
    Caller,
    CallerKind,
    DeletionTask,
    Role,
    RoleUsage,
    ServiceAccess,
    Session,
)
from artifact_state.model.inquiries import Feedback, Inquiry, InquiryFailure, InquirySource, InquiryStatus, QueryStatus
from artifact_state.model.organizations import (
    Delegation,
    FeatureSet,
    Organization,
    RootFeature,
    Tag,
    Transfers,
    Trust,
    Unit,
)
from artifact_state.model.policies import Attachment, Policy, PolicyType, ResourcePolicy, TypePolicies
from artifact_state.ordered_map import OrderedMap

if TYPE_CHECKING:
    from artifact_state.catalog import Report
    from artifact_state.model.identities import AccessKey, CustomerPolicy, Group, User

__all__ = [
    "SHELVES",
    "Acceptance",
    "AccessReport",
    "Account",
    "AccountState",
    "Attachment",
    "Caller",
    "CallerKind",
    "Closure",
    "Creation",
    "CreationFailure",
    "CreationState",
    "Delegation",
    "DeletionTask",
    "FeatureSet",
    "Feedback",
    "Handshake",
    "HandshakeAction",
    "HandshakeState",
    "Inquiry",
    "InquiryFailure",
    "InquirySource",
    "InquiryStatus",
    "JoinedMethod",
    "Map",
    "Membership",
    "NotificationSubscription",
    "Organization",
    "PartyKind",
    "Policy",
    "PolicyType",
    "QueryStatus",
    "ResourcePolicy",
    "Role",
    "RoleUsage",
    "RootFeature",
    "ServiceAccess",
    "Session",
    "State",
    "Tag",
    "TerminatedBy",
    "Token",
    "TokenPurpose",
    "Transfer",
    "TransferStatus",
    "Transfers",
    "Trust",
    "TypePolicies",
    "Unit",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A whole world as one value: equal histories from equal seeds give equal states."""

    seed: str = ""
    serial: int = 0
    organizations: Map[str, Organization] = Map()
    accounts: Map[str, Account] = Map()
    emails: Map[str, str] = Map()
    """The account of each e-mail address, in lower case, that an account record has."""
    memberships: Map[str, Membership] = Map()
    units: Map[str, Unit] = Map()
    closures: Map[str, Closure] = Map()
    govcloud_accounts: Map[str, str] = Map()
    """The account in AWS GovCloud (US) of each account that was created with one."""
    tags: Map[str, tuple[Tag, ...]] = Map()
    """The tags of a root, an organizational unit, an account or whatever else has an id, in their order."""
    policies: Map[str, Policy] = Map()
    resource_policies: Map[str, ResourcePolicy] = Map()
    attachments: Map[str, tuple[Attachment, ...]] = Map()
    """By what they are on, in the order of attaching; that AWS attaches its own policies everywhere is not kept."""
    handshakes: Map[str, Handshake] = Map()
    received_handshakes: Map[str, Map[str, OrderedMap[str]]] = Map()
    """Those of each recipient, an account id or an e-mail address in lower case, by action."""
    process_handshakes: Map[str, OrderedMap[str]] = Map()
    """Those that each process of enabling all features consists of, by the id of the one that began it."""
    awaited_handshakes: Map[str, OrderedMap[str]] = Map()
    """Those of them that were not accepted."""
    transfers: Map[str, Transfer] = Map()
    roles: Map[str, tuple[Role, ...]] = Map()
    """The roles of each account, in the order of their names in lower case: IAM keeps names apart without regard to
    case. A map for each account would take as much memory as its roles."""
    users: Map[str, tuple[User, ...]] = Map()
    """The IAM users of each account, as its roles are kept; so are groups and policies."""
    groups: Map[str, tuple[Group, ...]] = Map()
    customer_policies: Map[str, tuple[CustomerPolicy, ...]] = Map()
    access_keys: Map[str, AccessKey] = Map()
    root_access_keys: Map[str, tuple[str, ...]] = Map()
    """The ids of the access keys of each account's root user, the oldest first."""
    root_logins: Map[str, datetime | None] = Map()
    """Since when root users have a password again, and None for those who have none: every other always had one."""
    account_aliases: Map[str, str] = Map()
    alias_accounts: Map[str, str] = Map()
    """The account of each alias: no two accounts have the same."""
    deletion_tasks: Map[str, DeletionTask] = Map()
    access_reports: Map[str, AccessReport] = Map()
    sessions: Map[str, Session] = Map()
    session_order: OrderedMap[str] = OrderedMap()
    acceptances: Map[str, Acceptance] = Map()
    accepted_by: Map[str, OrderedMap[str]] = Map()
    """The acceptances of each owner: an account's own under its id, an organization's under its id."""
    tokens: Map[str, Token] = Map()
    token_order: OrderedMap[str] = OrderedMap()
    reports: Map[str, Report] = Map()
    """Those that were published or changed in this world, each with all its versions: the catalogue has the others."""
    report_order: OrderedMap[str] = OrderedMap()
    """Those of them that the catalogue does not have, in the order of their first publication."""
    inquiries: Map[str, Inquiry] = Map()
    inquiry_order: Map[str, OrderedMap[str]] = Map()
    """Those of each account."""
    inquiry_tokens: Map[str, str] = Map()
    """The inquiry of each account's client tokens."""
    notification_subscriptions: Map[str, NotificationSubscription] = Map()
    """What accounts chose: most have said nothing."""


TABLES: dict[type, tuple[str, Callable[[Any], str]]] = {
    Organization: ("organizations", attrgetter("id")),
    Account: ("accounts", attrgetter("id")),
    Membership: ("memberships", attrgetter("account_id")),
    Unit: ("units", attrgetter("id")),
    Closure: ("closures", attrgetter("account_id")),
    Policy: ("policies", attrgetter("id")),
    ResourcePolicy: ("resource_policies", attrgetter("id")),
    Handshake: ("handshakes", attrgetter("id")),
    Transfer: ("transfers", attrgetter("id")),
    DeletionTask: ("deletion_tasks", attrgetter("id")),
    AccessReport: ("access_reports", attrgetter("id")),
    Session: ("sessions", attrgetter("access_key_id")),
    Acceptance: ("acceptances", attrgetter("id")),
    Token: ("tokens", attrgetter("id")),
    Inquiry: ("inquiries", attrgetter("id")),
}
"""Where each record is kept: the map of the state, and the key within it."""
