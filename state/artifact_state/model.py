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
from typing import Any

from rpds import HashTrieMap

from artifact_state.ordered import Ordered

Map = HashTrieMap


class FeatureSet(Enum):
    """What an organization may use."""

    ALL = "ALL"
    CONSOLIDATED_BILLING = "CONSOLIDATED_BILLING"


class JoinedMethod(Enum):
    """How an account came into its organization."""

    INVITED = "INVITED"
    CREATED = "CREATED"


class CallerKind(Enum):
    """Who signs a call."""

    ROOT = "root"
    ROLE = "role"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The principal of one call, and where it called from."""

    account_id: str
    arn: str
    user_id: str
    kind: CallerKind = CallerKind.ROOT
    partition: str = "aws"
    region: str = "us-east-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An AWS account that has something to tell: any other 12-digit id is a standalone account too."""

    id: str
    name: str
    email: str
    closed_at: datetime | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A root or an organizational unit, and what is directly below it."""

    id: str
    organization_id: str
    parent_id: str | None
    name: str
    accounts: Ordered[str] = Ordered()
    units: Ordered[str] = Ordered()


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
class Trust:
    """That an organization lets a service principal work with it, and since when."""

    principal: str
    serial: int
    since: datetime


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
    enabled_policy_types: tuple[PolicyType, ...] = ()
    members: Ordered[str] = Ordered()
    creations: Ordered[str] = Ordered()
    handshakes: Ordered[str] = Ordered()


class CreationFailure(Enum):
    """Why an account could not be created."""

    ACCOUNT_LIMIT_EXCEEDED = "ACCOUNT_LIMIT_EXCEEDED"
    EMAIL_ALREADY_EXISTS = "EMAIL_ALREADY_EXISTS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation:
    """A request to create an account: when it ends, and how, is settled when it is made."""

    id: str
    organization_id: str
    account_name: str
    requested_at: datetime
    completes_at: datetime
    account_id: str | None = None
    failure: CreationFailure | None = None


class HandshakeAction(Enum):
    """What a handshake is about."""

    INVITE = "INVITE"
    ENABLE_ALL_FEATURES = "ENABLE_ALL_FEATURES"
    APPROVE_ALL_FEATURES = "APPROVE_ALL_FEATURES"
    ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE = "ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE"
    TRANSFER_RESPONSIBILITY = "TRANSFER_RESPONSIBILITY"


class HandshakeState(Enum):
    """Where a handshake stands; EXPIRED follows from the time alone."""

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
    """An organization's proposal to an account, and how it was settled."""

    id: str
    serial: int
    action: HandshakeAction
    organization_id: str
    management_account_id: str
    recipient_kind: PartyKind
    recipient: str
    """An account id or an e-mail address, as `recipient_kind` says."""
    notes: str | None
    requested_at: datetime
    expires_at: datetime
    settled: HandshakeState | None = None
    settled_at: datetime | None = None


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
    creations: Map[str, Creation] = Map()
    handshakes: Map[str, Handshake] = Map()
    invitations: Map[str, Ordered[str]] = Map()
    """The handshakes of each recipient: an account id or an e-mail address in lower case."""
    roles: Map[str, Map[str, Role]] = Map()
    """The roles of each account, by name in lower case: IAM keeps names apart without regard to case."""
    deletion_tasks: Map[str, DeletionTask] = Map()
    sessions: Map[str, Session] = Map()
    session_order: Ordered[str] = Ordered()
    acceptances: Map[str, Acceptance] = Map()
    accepted_by: Map[str, Ordered[str]] = Map()
    """The acceptances of each owner: an account's own under its id, an organization's under its id."""
    tokens: Map[str, Token] = Map()
    token_order: Ordered[str] = Ordered()


SHELVES: dict[type, tuple[str, Callable[[Any], str]]] = {
    Organization: ("organizations", attrgetter("id")),
    Account: ("accounts", attrgetter("id")),
    Membership: ("memberships", attrgetter("account_id")),
    Unit: ("units", attrgetter("id")),
    Creation: ("creations", attrgetter("id")),
    Handshake: ("handshakes", attrgetter("id")),
    DeletionTask: ("deletion_tasks", attrgetter("id")),
    Session: ("sessions", attrgetter("access_key_id")),
    Acceptance: ("acceptances", attrgetter("id")),
    Token: ("tokens", attrgetter("id")),
}
"""Where each record is kept: the map of the state, and the key within it."""
