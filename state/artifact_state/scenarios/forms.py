"""What can be written in a scenario: pydantic's models, of which the JSON Schema for editors is made."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from artifact_state.model import PolicyType

AccountId = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=128)]
Reference = Annotated[str, StringConstraints(min_length=1)]


class _Part(BaseModel):
    """Part of a scenario: a key that is not known is an error."""

    model_config = ConfigDict(extra="forbid")


class KnownAccount(_Part):
    """An account, by its id."""

    id: AccountId
    name: Name | None = None
    email: str | None = None


class MemberAccount(_Part):
    """A member account of an organization."""

    name: Name
    id: AccountId | None = Field(None, description="Without one, the account gets an id that the seed decides.")
    email: str | None = Field(None, description="Without one, an address is made of the name.")
    unit: Reference | None = Field(None, description="The organizational unit, such as `Workloads/Production`.")
    joined: Literal["created", "invited"] = "created"
    state: Literal["active", "suspended", "closed"] = "active"
    tags: dict[str, str] = {}
    agreements: list[Reference] = Field([], description="Account agreements that it accepted, by id or name.")
    notifications: bool | None = Field(None, description="Whether it is subscribed to AWS Artifact's notifications.")


class Unit(_Part):
    """An organizational unit, and those below it."""

    name: Name
    units: list["Unit"] = []
    tags: dict[str, str] = {}


class DelegatedAdministrator(_Part):
    """A member that runs a trusted service."""

    account: Reference = Field(description="The name or id of the account.")
    service: Reference = Field(description="The service principal.")


class OrganizationPolicy(_Part):
    """A policy of an organization."""

    name: Name
    type: PolicyType = PolicyType.SERVICE_CONTROL_POLICY
    description: str = ""
    content: dict[str, Any] | str
    attach: list[Reference] = Field([], description="`root`, organizational units, names or ids of accounts.")


class Invitation(_Part):
    """An invitation that waits for an answer."""

    account: AccountId
    notes: str | None = None


class OrganizationScenario(_Part):
    """An organization."""

    management: KnownAccount
    features: Literal["ALL", "CONSOLIDATED_BILLING"] = "ALL"
    units: list[Unit] = []
    accounts: list[MemberAccount] = []
    former_accounts: list[MemberAccount] = Field([], description="Accounts that were members and were removed.")
    trusted_services: list[Reference] = Field([], description="Service principals with trusted access.")
    agreements: list[Reference] = Field(
        [],
        description="Organization agreements that were accepted, by id or name. If AWS Artifact is not among the "
        "trusted services, it was while they were accepted, and is no longer.",
    )
    delegated_administrators: list[DelegatedAdministrator] = []
    policy_types: list[PolicyType] = Field([], description="Enabled besides service control policies.")
    policies: list[OrganizationPolicy] = []
    invitations: list[Invitation] = []


class IdentityScenario(_Part):
    """An IAM user."""

    account: Reference = Field(description="The name or id of the account.")
    name: Name
    path: str = "/"
    policies: list[Reference] = Field([], description="ARNs of managed policies.")
    inline: dict[str, dict[str, Any] | str] = {}


class RoleScenario(IdentityScenario):
    """An IAM role."""

    trust: dict[str, Any] | str
    description: str = ""


class Scenario(_Part):
    """A world."""

    scenario: Literal[1] = Field(1, description="The version of this form.")
    description: str = ""
    seed: str = Field("", description="Equal seeds give equal ids.")
    clock: datetime | None = Field(None, description="Where the clock stands still; without, it shows the real time.")
    accounts: list[KnownAccount] = Field([], description="Accounts that are in no organization.")
    organizations: list[OrganizationScenario] = []
    users: list[IdentityScenario] = []
    roles: list[RoleScenario] = []
