"""Callers, roles and their session credentials."""

from __future__ import annotations  # HashTrieMap takes no parameters at run time.

from datetime import datetime, timedelta
from enum import Enum

from rpds import HashTrieMap as Map

from artifact_state.record import Record


class CallerKind(Enum):
    """The kind of principal that signed a call."""

    ROOT = "root"
    USER = "user"
    ROLE = "role"
    FEDERATED = "federated"
    SERVICE = "service"


class Caller(Record):
    """The principal of one call, and the partition and region that it called."""

    account_id: str
    arn: str
    user_id: str
    kind: CallerKind = CallerKind.ROOT
    partition: str = "aws"
    region: str = "us-east-1"
    access_key_id: str = ""
    """The access key that signed the call."""
    assumed_root: bool = False
    """Whether the caller is a root user for one task, from a call to AssumeRoot."""
    issued_at: datetime | None = None
    """When its session credentials were issued; None for an access key."""
    multi_factor: bool = False
    """Whether they were requested with an MFA code."""
    source_identity: str = ""
    role_path: str = "/"
    """The path of the role whose session it is."""


class Role(Record, gc=False):
    """An IAM role; `linked_service` is the service principal of a service-linked role."""

    id: str
    account_id: str
    name: str
    path: str
    trust_policy: str
    """The document as IAM stores it, with unique ids of users and roles in place of their ARNs."""
    description: str
    created_at: datetime
    linked_service: str | None = None
    managed_policies: tuple[str, ...] = ()
    """References to policies in the order of attachment; see `policy_references`."""
    inline_policies: Map[str, str] = Map()
    """Policy documents by policy name."""
    boundary: str | None = None
    """A reference to the permissions boundary."""
    tags: Map[str, str] = Map()
    max_session: timedelta = timedelta(hours=1)
    max_signin: timedelta | None = None
    """How long those who sign in with the role stay signed in at most; None for AWS's usual time."""
    trusted_principals: Map[str, str] = Map()
    """The unique ids in the trust policy, each with the ARN that its principal had."""
    gone_at: datetime | None = None
    """When its deletion takes effect."""
    template_arn: str = ""
    """The template of AWS from which it was created; "" for other roles."""
    template_minor_version: int = 0


class RoleUsage(Record):
    """Resources in a region for which a service still uses its linked role."""

    region: str
    resources: tuple[str, ...]


class DeletionTask(Record):
    """A request to delete a service-linked role; it fails if the service still uses the role."""

    id: str
    account_id: str
    role_name: str
    requested_at: datetime
    completes_at: datetime
    usages: tuple[RoleUsage, ...] = ()


class ServiceAccess(Record):
    """The use of one service by some accounts: the number of accounts, and the latest attempt."""

    service: str
    accounts: int = 0
    entity_path: str = ""
    """The path of the account that made the latest attempt."""
    region: str = ""
    at: datetime | None = None


class AccessReport(Record):
    """A report on the use of services in an organization, or the reason for which it failed."""

    id: str
    account_id: str
    owner: str = ""
    """The principal that requested it."""
    question: tuple[str, str] = ("", "")
    """The path of the entity, and the id of the policy if the report is on one."""
    created_at: datetime
    completes_at: datetime
    failure: str = ""
    """AWS's code of the reason for which it failed, if it did."""
    services: tuple[ServiceAccess, ...] = ()
    """The services that policies allow, in the order of their names."""


class Session(Record):
    """Session credentials of a role, of a user, or of a federated user."""

    access_key_id: str
    secret: str
    token: str
    account_id: str
    serial: int
    expires_at: datetime
    role_name: str = ""
    role_id: str = ""
    role_path: str = "/"
    """The path of the role; "/" in old snapshots, which did not contain it."""
    name: str = ""
    """The name of a role session."""
    user_name: str = ""
    """The user that requested the credentials; "" for the root user."""
    user_id: str = ""
    """Its unique id; "" in old snapshots, which did not contain it."""
    federated: str = ""
    """The name of a federated user."""
    identity_provider: str = ""
    """The ARN of the identity provider whose token the role was assumed with."""
    policies: tuple[tuple[str, str], ...] = ()
    """The inline session policies, each with its name and its document; in old snapshots also managed ones."""
    managed_policies: tuple[str, ...] = ()
    """The ARNs of the managed session policies, whose documents are read at each call."""
    scope_down_policies: tuple[str, ...] = ()
    """The documents with which the session was scoped down, each of which must allow a request."""
    tags: tuple[tuple[str, str], ...] = ()
    transitive_tags: frozenset[str] = frozenset()
    """The keys of the tags that role sessions assumed from this one inherit."""
    issued_at: datetime | None = None
    """When the credentials were issued; None in old snapshots, which did not contain it."""
    multi_factor: bool = False
    """Whether a user requested the credentials with an MFA code; sessions of roles have no MFA information."""
    source_identity: str = ""
    assumed_root: bool = False
    """Whether these are credentials of a member's root user for one task; the task's policy denies everything else."""
