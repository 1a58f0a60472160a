"""The records of the catalog that a start needs: services and their roles, and agreements."""

from collections.abc import Mapping
from enum import Enum
from typing import Literal

from artifact_state.record import Record


class Certainty(Enum):
    """Whether a fact is documented by AWS or was observed, or is unverified."""

    CONFIRMED = "confirmed"
    UNVERIFIED = "unverified"


class LinkedRole(Record):
    """A service-linked role as its service defines it."""

    name: str
    principal: str
    """The service principal that the role trusts, and by whose name it is created."""
    policy_name: str
    """The AWS managed policy below `/aws-service-role/` that is attached to the role."""
    created_in: Literal["management", "members", "delegated administrator", "every account"] | None
    """The accounts in which the role is created according to the service's page, or None if it does not say."""
    description: str = ""
    """The description of a role that the service itself creates."""
    certainty: Certainty = Certainty.CONFIRMED
    suffix: Literal["none", "optional", "required"] = "none"
    """Whether a custom suffix is part of the role's name."""

    @property
    def path(self) -> str:
        """The path of the role, which all roles of the service share."""
        return f"/aws-service-role/{self.principal}/"

    def name_with(self, suffix: str | None) -> str:
        """Return the name of the role with a custom suffix, or without one."""
        return f"{self.name}_{suffix}" if suffix else self.name


class TrustedService(Record):
    """A service that AWS Organizations integrates with."""

    name: str
    principals: tuple[str, ...]
    supports_trusted_access: bool
    supports_delegated_administrator: bool
    roles: tuple[LinkedRole, ...]
    evidence: Mapping[str, str]
    """The document that names each principal, where documents disagree."""
    note: str = ""
    certainty: Certainty = Certainty.CONFIRMED


class Subject(Enum):
    """Whether an agreement applies to an account or to all accounts of an organization."""

    ACCOUNT = "ACCOUNT"
    ORGANIZATION = "ORGANIZATION"


class Agreement(Record):
    """An agreement that AWS Artifact offers or shows."""

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
    """Whether the agreement is signed outside AWS Artifact, which only shows it."""

    @property
    def for_organization(self) -> bool:
        """Whether the agreement applies to all accounts of an organization."""
        return self.subject is Subject.ORGANIZATION
