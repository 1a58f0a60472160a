"""The records of the domain, and the state that holds them.

A record is a fact. What follows from facts, such as whether a handshake is open or an agreement covers an account,
is computed by pure functions elsewhere and never stored. Instants are aware and in UTC.
"""

from __future__ import annotations  # HashTrieMap takes no parameters at run time.

from collections.abc import Callable
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
    InitialRoles,
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
from artifact_state.record import Record

if TYPE_CHECKING:
    from artifact_state.catalog import Report
    from artifact_state.model.iam_reports import CredentialReport, ServiceReport
    from artifact_state.model.iam_settings import IamSettings, InstanceProfile
    from artifact_state.model.identities import (
        AccessKey,
        CustomerPolicy,
        Group,
        IdentityProvider,
        MfaDevice,
        SamlProvider,
        User,
    )

__all__ = [
    "TABLES",
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
    "InitialRoles",
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


class State(Record):
    """The complete contents of a world as one value: equal histories from equal seeds have equal states."""

    seed: str = ""
    serial: int = 0
    organizations: Map[str, Organization] = Map()
    accounts: Map[str, Account] = Map()
    emails: Map[str, str] = Map()
    """The account that has an e-mail address, by the address in lower case."""
    memberships: Map[str, Membership] = Map()
    units: Map[str, Unit] = Map()
    closures: Map[str, Closure] = Map()
    govcloud_accounts: Map[str, str] = Map()
    """The paired account in AWS GovCloud (US), by the account that was created with it."""
    tags: Map[str, tuple[Tag, ...]] = Map()
    """The tags of a resource in their order, by its id."""
    policies: Map[str, Policy] = Map()
    resource_policies: Map[str, ResourcePolicy] = Map()
    attachments: Map[str, tuple[Attachment, ...]] = Map()
    """The attachments of a target in their order; the default attachments of AWS's own policies are not stored."""
    handshakes: Map[str, Handshake] = Map()
    received_handshakes: Map[str, Map[str, OrderedMap[str]]] = Map()
    """The handshakes by recipient, which is an account id or an e-mail address in lower case, and by action."""
    process_handshakes: Map[str, OrderedMap[str]] = Map()
    """The handshakes of a process that enables all features, by the id of the handshake that began it."""
    awaited_handshakes: Map[str, OrderedMap[str]] = Map()
    """The handshakes of such a process that have not been accepted."""
    transfers: Map[str, Transfer] = Map()
    roles: Map[str, tuple[Role, ...]] = Map()
    """The roles of an account, in the order of their names in lower case, since IAM compares names without regard to
    case; an account without an entry has its initial roles (`iam.initial_roles`). They are a tuple because a map for
    each account would take as much memory as its roles."""
    users: Map[str, tuple[User, ...]] = Map()
    """The IAM users of an account, ordered as its roles are; so are its groups and policies."""
    groups: Map[str, tuple[Group, ...]] = Map()
    customer_policies: Map[str, tuple[CustomerPolicy, ...]] = Map()
    mfa_devices: Map[str, tuple[MfaDevice, ...]] = Map()
    identity_providers: Map[str, tuple[IdentityProvider, ...]] = Map()
    """The OpenID Connect providers of an account, the oldest first."""
    saml_providers: Map[str, tuple[SamlProvider, ...]] = Map()
    issuer_keys: Map[str, str] = Map()
    """The public keys of an issuer outside AWS as a JSON Web Key Set, by its URL."""
    outbound_federation: Map[str, bool] = Map()
    """Whether an account issues tokens, for accounts that ever enabled it."""
    access_keys: Map[str, AccessKey] = Map()
    root_access_keys: Map[str, tuple[str, ...]] = Map()
    """The ids of the access keys of an account's root user, the oldest first."""
    root_logins: Map[str, datetime | None] = Map()
    """When a root user's password was restored, or None if it was deleted. Root users not listed have a password."""
    account_aliases: Map[str, str] = Map()
    alias_accounts: Map[str, str] = Map()
    """The account that has an alias."""
    instance_profiles: Map[str, tuple[InstanceProfile, ...]] = Map()
    iam_settings: Map[str, IamSettings] = Map()
    """The settings of accounts that changed them."""
    deletion_tasks: Map[str, DeletionTask] = Map()
    access_reports: Map[str, AccessReport] = Map()
    service_reports: Map[str, ServiceReport] = Map()
    credential_reports: Map[str, CredentialReport] = Map()
    """The latest report of an account."""
    sessions: Map[str, Session] = Map()
    session_order: OrderedMap[str] = OrderedMap()
    acceptances: Map[str, Acceptance] = Map()
    accepted_by: Map[str, OrderedMap[str]] = Map()
    """The acceptances of an owner, by the id of the account or of the organization."""
    tokens: Map[str, Token] = Map()
    token_order: OrderedMap[str] = OrderedMap()
    reports: Map[str, Report] = Map()
    """The reports that were published or changed in this world, with all versions; the catalog has the others."""
    report_order: OrderedMap[str] = OrderedMap()
    """The reports that are not in the catalog, in the order of their first publication."""
    inquiries: Map[str, Inquiry] = Map()
    inquiry_order: Map[str, OrderedMap[str]] = Map()
    """The inquiries of an account."""
    inquiry_tokens: Map[str, str] = Map()
    """The inquiry that was created with a client token, by account and token."""
    notification_subscriptions: Map[str, NotificationSubscription] = Map()
    """The subscription to notifications, for accounts that changed it."""


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
"""The table of each type of record, and the function that returns a record's key in it."""
