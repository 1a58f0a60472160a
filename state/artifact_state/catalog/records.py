"""The records of the catalogue: what AWS offers everyone, apart from what a world holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Literal


class Certainty(Enum):
    """How sure a fact is: written by AWS or seen at work, or neither."""

    CONFIRMED = "confirmed"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedRole:
    """A service-linked role as a service defines it."""

    name: str
    principal: str
    """The service principal that the role trusts, and the name by which it is created."""
    policy_name: str
    """The AWS managed policy below `/aws-service-role/` that the role carries."""
    created_in: Literal["management", "members", "delegated administrator", "every account"] | None
    """Where the service's page says that the role appears; None where it says nothing."""
    description: str = ""
    certainty: Certainty = Certainty.CONFIRMED

    @property
    def path(self) -> str:
        """Give the path that every role of the service has."""
        return f"/aws-service-role/{self.principal}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedService:
    """A service that AWS Organizations integrates with."""

    name: str
    principals: tuple[str, ...]
    supports_trusted_access: bool
    supports_delegated_administrator: bool
    roles: tuple[LinkedRole, ...]
    evidence: Mapping[str, str]
    """The document that asks for each principal, where documents disagree."""
    note: str = ""
    certainty: Certainty = Certainty.CONFIRMED


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersion:
    """One version of a managed policy."""

    version_id: str
    created_at: datetime
    document: str
    """The policy as JSON text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedPolicy:
    """A policy that AWS manages."""

    name: str
    path: str
    policy_id: str
    description: str
    created_at: datetime
    updated_at: datetime
    default_version_id: str
    versions: tuple[PolicyVersion, ...]
    """The versions that are known, the newest first."""
    policy_id_certainty: Certainty = Certainty.CONFIRMED

    @property
    def document(self) -> str:
        """Give the text of the version in force."""
        return next(one.document for one in self.versions if one.version_id == self.default_version_id)


class Subject(Enum):
    """For whom an agreement is accepted."""

    ACCOUNT = "ACCOUNT"
    ORGANIZATION = "ORGANIZATION"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """An agreement of AWS Artifact's catalogue."""

    id: str
    partition: str
    name: str
    subject: Subject
    description: str
    revision_id: str
    nda_revision_id: str
    acceptance_terms: tuple[str, ...]
    terminate_terms: tuple[str, ...]
    offline: bool = False
    """Whether it is signed outside AWS Artifact, which then only shows it."""

    @property
    def for_organization(self) -> bool:
        """Tell whether it is accepted for every account of an organization."""
        return self.subject is Subject.ORGANIZATION
