"""The dictionary of the domain: every record that a world holds, and the state that holds them.

Records are facts. What follows from facts (is this handshake open, does this agreement cover that
account) is asked of pure functions elsewhere, never stored. Instants are aware, in UTC.
"""

from __future__ import annotations  # HashTrieMap takes no parameters at run time.

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from rpds import HashTrieMap

from artifact_state.ordered import Ordered

if TYPE_CHECKING:
    from artifact_state.catalog import Report

Map = HashTrieMap


class FeatureSet(Enum):
    """What an organization may use."""

    ALL = "ALL"
    CONSOLIDATED_BILLING = "CONSOLIDATED_BILLING"


class JoinedMethod(Enum):
    """How an account came into its organization."""

    INVITED = "INVITED"
    CREATED = "CREATED"


class AccountState(Enum):
    """Where an account of an organization stands in its life."""

    PENDING_ACTIVATION = "PENDING_ACTIVATION"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    PENDING_CLOSURE = "PENDING_CLOSURE"
    CLOSED = "CLOSED"


class CallerKind(Enum):
    """Who signs a call."""

    ROOT = "root"
    ROLE = "role"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An AWS account that has something to tell: any other 12-digit id is a standalone account too."""

    id: str
    name: str
    email: str
    suspended: bool = False
    """Whether AWS keeps its owner from using it."""
    activated_at: datetime | None = None
    """When its sign-up is completed; None for an account that did not wait for that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """That a member account was closed: its instants are settled when the closing is asked for."""

    account_id: str
    requested_at: datetime
    closed_at: datetime
    gone_at: datetime
    """When the account is no member any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """That an account is in an organization, since when, and where in its tree."""

    account_id: str
    organization_id: str
    parent_id: str
    serial: int
    """The place in every listing of accounts: AWS lists in the order of creation."""
    joined_at: datetime
    """An account that is still being created joins in the future."""
    method: JoinedMethod
    ends_at: datetime | None = None
    """When a closed account is gone for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A root or an organizational unit, and what is directly below it."""

    id: str
    organization_id: str
    parent_id: str | None
    name: str
    serial: int
    accounts: Ordered[str] = Ordered()
    units: Ordered[str] = Ordered()
    names: Map[str, str] = Map()
    """The units directly below, by name: no two siblings have the same."""


class PolicyType(Enum):
    """The kinds of policies that an organization can have."""

    SERVICE_CONTROL_POLICY = "SERVICE_CONTROL_POLICY"
    RESOURCE_CONTROL_POLICY = "RESOURCE_CONTROL_POLICY"
    TAG_POLICY = "TAG_POLICY"
    BACKUP_POLICY = "BACKUP_POLICY"
    AISERVICES_OPT_OUT_POLICY = "AISERVICES_OPT_OUT_POLICY"
    CHATBOT_POLICY = "CHATBOT_POLICY"
    DECLARATIVE_POLICY_EC2 = "DECLARATIVE_POLICY_EC2"
    SECURITYHUB_POLICY = "SECURITYHUB_POLICY"
    SECURITYHUB_CSPM_POLICY = "SECURITYHUB_CSPM_POLICY"
    INSPECTOR_POLICY = "INSPECTOR_POLICY"
    UPGRADE_ROLLOUT_POLICY = "UPGRADE_ROLLOUT_POLICY"
    BEDROCK_POLICY = "BEDROCK_POLICY"
    S3_POLICY = "S3_POLICY"
    NETWORK_SECURITY_DIRECTOR_POLICY = "NETWORK_SECURITY_DIRECTOR_POLICY"
    GUARDDUTY_POLICY = "GUARDDUTY_POLICY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy of an organization; those that AWS manages are made of the catalogue, not kept."""

    id: str
    organization_id: str
    """The organization that has it; "" for one that AWS manages."""
    type: PolicyType
    name: str
    description: str
    content: str
    """The document, as it was given."""
    serial: int
    changed_at: datetime
    targets: Ordered[str] = Ordered()
    """What it was attached to, in that order: also what a disabled and enabled type has let go since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """That a policy is attached to a root, a unit or an account; or that the one which AWS attaches is not."""

    policy_id: str
    type: PolicyType
    serial: int
    since: datetime
    detached: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TypePolicies:
    """The policies of one type that an organization has."""

    by_creation: Ordered[str] = Ordered()
    names: Map[str, str] = Map()
    """Their ids, by name: no two of a type have the same."""
    enabled_at: int = 0
    """The serial at which the type was last enabled: whatever was attached before then no longer is."""
    changed_at: datetime | None = None
    """When the type was last enabled, after it had been disabled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcePolicy:
    """The policy with which an organization delegates actions to its members."""

    id: str
    organization_id: str
    content: str


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


class CreationState(Enum):
    """How a request to create an account stands."""

    IN_PROGRESS = "IN_PROGRESS"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class CreationFailure(Enum):
    """Why an account could not be created. Values are AWS's reasons."""

    ACCOUNT_LIMIT_EXCEEDED = "ACCOUNT_LIMIT_EXCEEDED"
    EMAIL_ALREADY_EXISTS = "EMAIL_ALREADY_EXISTS"
    INVALID_ADDRESS = "INVALID_ADDRESS"
    INVALID_EMAIL = "INVALID_EMAIL"
    CONCURRENT_ACCOUNT_MODIFICATION = "CONCURRENT_ACCOUNT_MODIFICATION"
    INTERNAL_FAILURE = "INTERNAL_FAILURE"
    GOVCLOUD_ACCOUNT_ALREADY_EXISTS = "GOVCLOUD_ACCOUNT_ALREADY_EXISTS"
    MISSING_BUSINESS_VALIDATION = "MISSING_BUSINESS_VALIDATION"
    FAILED_BUSINESS_VALIDATION = "FAILED_BUSINESS_VALIDATION"
    PENDING_BUSINESS_VALIDATION = "PENDING_BUSINESS_VALIDATION"
    INVALID_IDENTITY_FOR_BUSINESS_VALIDATION = "INVALID_IDENTITY_FOR_BUSINESS_VALIDATION"
    UNKNOWN_BUSINESS_VALIDATION = "UNKNOWN_BUSINESS_VALIDATION"
    MISSING_PAYMENT_INSTRUMENT = "MISSING_PAYMENT_INSTRUMENT"
    INVALID_PAYMENT_INSTRUMENT = "INVALID_PAYMENT_INSTRUMENT"
    UPDATE_EXISTING_RESOURCE_POLICY_WITH_TAGS_NOT_SUPPORTED = "UPDATE_EXISTING_RESOURCE_POLICY_WITH_TAGS_NOT_SUPPORTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation:
    """A request to create an account: when it ends, and how, is settled when it is made."""

    id: str
    serial: int
    account_name: str
    requested_at: datetime
    completes_at: datetime
    account_id: str | None = None
    govcloud_account_id: str | None = None
    failure: CreationFailure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A key and a value on something of an organization."""

    key: str
    value: str
    serial: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfers:
    """The responsibility transfers of an organization in one direction."""

    every: Ordered[str] = Ordered()
    accepted: Ordered[str] = Ordered()
    """Those that were accepted and not withdrawn."""
    pending: Map[str, Ordered[str]] = Map()
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
    enabled_policy_types: tuple[PolicyType, ...] = ()
    resource_policy_id: str | None = None
    policies: Map[str, TypePolicies] = Map()
    """By type; a type without an entry never had a policy and was never disabled."""
    members: Ordered[str] = Ordered()
    """All accounts: those that are still being created and those that are gone since the last change included."""
    units: Ordered[str] = Ordered()
    fulfilled_creations: Ordered[Creation] = Ordered()
    failed_creations: Ordered[Creation] = Ordered()
    creating: tuple[Creation, ...] = ()
    """The requests that were under way when the last one was made."""
    closures: Ordered[str] = Ordered()
    """The closed accounts that are still members, the longest closed first."""
    recent_closures: Ordered[str] = Ordered()
    """Those of them that counted against the quota when the last one was made."""
    closing: tuple[str, ...] = ()
    """The accounts that were being closed when the last closing was asked for."""
    handshakes: Map[str, Ordered[str]] = Map()
    """Those that it sent and that are not forgotten, by action."""
    latest_handshakes: Map[str, str] = Map()
    """The latest of each action and recipient, by both."""
    recent_invitations: Ordered[str] = Ordered()
    """Those that count against the quota of a day, and some that no longer do; never more than the quota."""
    inbound: Transfers = Transfers()
    outbound: Transfers = Transfers()


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
    """Paths and names of AWS managed policies, such as `aws-service-role/AWSArtifactServiceRolePolicy`."""
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
class Session:
    """Temporary credentials of a role."""

    access_key_id: str
    secret: str
    token: str
    account_id: str
    role_name: str
    role_id: str
    name: str
    serial: int
    expires_at: datetime


class TerminatedBy(Enum):
    """Who ended an accepted agreement."""

    CUSTOMER = "customer"
    AWS = "aws"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """That an account accepted an agreement, for itself or for its organization.

    Whom it covers is not in here: ask `agreements.covers`.
    """

    id: str
    serial: int
    agreement_id: str
    partition: str
    account_id: str
    organization_id: str | None
    effective_start: datetime
    effective_end: datetime | None = None
    terminated_by: TerminatedBy | None = None


class TokenPurpose(Enum):
    """The one call that a token opens."""

    ACCEPT_NDA = "accept the NDA"
    GET_AGREEMENT = "get the agreement"
    ACCEPT_TERMS = "agree to the terms"
    EXECUTE_AGREEMENT = "execute the agreement"
    TERMINATE_AGREEMENT = "terminate the agreement"
    GET_REPORT = "get the report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token of one purpose, one account and one subject, good once and for a while."""

    id: str
    serial: int
    purpose: TokenPurpose
    account_id: str
    subject: str
    """The id of the agreement, the accepted agreement, or the report and its version."""
    issued_at: datetime


class InquirySource(Enum):
    """How the questions of an inquiry came."""

    TEXT = "TEXT"
    FILE = "FILE"


class InquiryFailure(Enum):
    """Why the file of an inquiry could not be worked on."""

    MALWARE = "malware"
    INTERNAL = "internal"


class InquiryStatus(Enum):
    """How an inquiry stands."""

    PROCESSING = "PROCESSING"
    HUMAN_REVIEW = "HUMAN_REVIEW"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class QueryStatus(Enum):
    """How one question of an inquiry stands."""

    PROCESSING = "PROCESSING"
    HUMAN_REVIEW = "HUMAN_REVIEW"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What somebody says that an answer was worth."""

    rating: str
    query: int | None
    revision: int | None
    reasons: tuple[str, ...]
    comment: str | None
    submitted_at: datetime
    token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """Questions about compliance, and when they will have been worked on."""

    id: str
    serial: int
    account_id: str
    partition: str
    region: str
    name: str
    source: InquirySource
    queries: tuple[str, ...]
    ai_only: bool
    """Whether no people are to look at it."""
    created_at: datetime
    completes_at: datetime
    reviewed_at: datetime
    """When people will have looked at what no report answers."""
    failure: InquiryFailure | None
    asked: str
    """A fingerprint of the request, to know it again by."""
    feedback: tuple[Feedback, ...] = ()


class NotificationSubscription(Enum):
    """Whether an account is told of news in AWS Artifact."""

    SUBSCRIBED = "SUBSCRIBED"
    NOT_SUBSCRIBED = "NOT_SUBSCRIBED"


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
    received_handshakes: Map[str, Map[str, Ordered[str]]] = Map()
    """Those of each recipient, an account id or an e-mail address in lower case, by action."""
    process_handshakes: Map[str, Ordered[str]] = Map()
    """Those that each process of enabling all features consists of, by the id of the one that began it."""
    awaited_handshakes: Map[str, Ordered[str]] = Map()
    """Those of them that were not accepted."""
    transfers: Map[str, Transfer] = Map()
    roles: Map[str, tuple[Role, ...]] = Map()
    """The roles of each account, in the order of their names in lower case: IAM keeps names apart without regard to
    case. A map for each account would take as much memory as its roles."""
    deletion_tasks: Map[str, DeletionTask] = Map()
    sessions: Map[str, Session] = Map()
    session_order: Ordered[str] = Ordered()
    acceptances: Map[str, Acceptance] = Map()
    accepted_by: Map[str, Ordered[str]] = Map()
    """The acceptances of each owner: an account's own under its id, an organization's under its id."""
    tokens: Map[str, Token] = Map()
    token_order: Ordered[str] = Ordered()
    reports: Map[str, Report] = Map()
    """Those that were published or changed in this world, each with all its versions: the catalogue has the others."""
    report_order: Ordered[str] = Ordered()
    """Those of them that the catalogue does not have, in the order of their first publication."""
    inquiries: Map[str, Inquiry] = Map()
    inquiry_order: Map[str, Ordered[str]] = Map()
    """Those of each account."""
    inquiry_tokens: Map[str, str] = Map()
    """The inquiry of each account's client tokens."""
    notification_subscriptions: Map[str, NotificationSubscription] = Map()
    """What accounts chose: most have said nothing."""


SHELVES: dict[type, tuple[str, Callable[[Any], str]]] = {
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
    Session: ("sessions", attrgetter("access_key_id")),
    Acceptance: ("acceptances", attrgetter("id")),
    Token: ("tokens", attrgetter("id")),
    Inquiry: ("inquiries", attrgetter("id")),
}
"""Where each record is kept: the map of the state, and the key within it."""
