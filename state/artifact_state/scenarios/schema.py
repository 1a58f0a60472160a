"""What can be written in a scenario: pydantic's models, of which the JSON Schema for editors is made."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from artifact_state.catalog import Publication, TermAcceptance, Upload
from artifact_state.model import PolicyType, TerminatedBy
from artifact_state.organizations.account_creation import DEFAULT_ACCESS_ROLE


def _account_id(given: object) -> object:
    if not isinstance(given, str) or not re.fullmatch("[0-9]{12}", given):
        raise ValueError(f"{given!r} is no account's id: that is twelve digits, such as '111122223333'")
    return given


AccountId = Annotated[str, BeforeValidator(_account_id), StringConstraints(pattern=r"^\d{12}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=128)]
Reference = Annotated[str, StringConstraints(min_length=1)]
Path = Annotated[str, StringConstraints(pattern=r"^/(.*/)?$")]
ReportId = Annotated[str, StringConstraints(pattern=r"^report-[A-Za-z0-9]{16}$")]
Document = dict[str, Any] | str
Partition = Literal["aws", "aws-cn", "aws-us-gov"]
AccountReference = Annotated[Reference, Field(description="The name or id of the account.")]


class _Part(BaseModel):
    """Part of a scenario: a key that is not known is an error."""

    model_config = ConfigDict(extra="forbid")


class EndedAgreement(_Part):
    """An agreement that was accepted and ended since."""

    agreement: Reference
    terminated: TerminatedBy


Accepted = Annotated[
    list[Reference | EndedAgreement], Field(description="By id or name, the oldest first; ended ones with who did it.")
]


class _Account(_Part):
    """What is known of any account."""

    email: str | None = None
    agreements: Accepted = []
    notifications: bool | None = Field(
        default=None, description="Whether it is subscribed to AWS Artifact's notifications."
    )


class KnownAccount(_Account):
    """An account, by its id."""

    id: AccountId
    name: Name | None = None
    state: Literal["active", "suspended"] = "active"


class StandaloneAccount(KnownAccount):
    """An account that is in no organization."""

    partition: Partition = "aws"


class ManagementAccount(KnownAccount):
    """The management account of an organization."""

    unit: Reference | None = Field(None, description="The organizational unit that it was moved to.")
    tags: dict[str, str] = {}


class MemberAccount(_Account):
    """A member account of an organization."""

    name: Name | None = Field(None, description="An account that was created needs one.")
    id: AccountId | None = Field(None, description="Without one, the account gets an id that the seed decides.")
    email: str | None = Field(None, description="Without one, an address is made of the name.")
    unit: Reference | None = Field(None, description="The organizational unit, such as `Workloads/Production`.")
    joined: Literal["created", "invited"] = "created"
    state: Literal["active", "suspended", "closed"] = "active"
    tags: dict[str, str] = {}
    access_role: Name | None = Field(
        DEFAULT_ACCESS_ROLE,
        description="The role by which the management account reaches an account that it created; null for none.",
    )


class Unit(_Part):
    """An organizational unit, and those below it."""

    name: Name
    units: list["Unit"] = []
    tags: dict[str, str] = {}


class DelegatedAdministrator(_Part):
    """A member that runs a trusted service."""

    account: AccountReference
    service: Reference = Field(description="The service principal.")


class OrganizationPolicy(_Part):
    """A policy of an organization."""

    name: Name
    type: PolicyType = PolicyType.SERVICE_CONTROL_POLICY
    description: str = ""
    content: Document
    attach: list[Reference] = Field([], description="`root`, organizational units, names or ids of accounts.")
    tags: dict[str, str] = {}


class DetachedPolicy(_Part):
    """A policy of AWS that is not attached everywhere."""

    policy: Reference = Field(description="Its name or id, such as `FullAWSAccess`.")
    targets: list[Reference] = Field(description="Where it is not attached: as `attach` of a policy.")


class ResourcePolicy(_Part):
    """The policy with which an organization delegates actions to its members."""

    content: Document
    tags: dict[str, str] = {}


class Invitation(_Part):
    """An invitation that waits for an answer."""

    account: AccountId | None = None
    email: str | None = Field(None, description="Instead of the account's id.")
    notes: str | None = None
    tags: dict[str, str] = {}

    @model_validator(mode="after")
    def _to_one(self) -> Self:
        if (self.account is None) == (self.email is None):
            raise ValueError("an invitation is sent to an account or to an e-mail address: give one of the two")
        return self


class OrganizationScenario(_Part):
    """An organization."""

    management: ManagementAccount
    partition: Partition = "aws"
    features: Literal["ALL", "CONSOLIDATED_BILLING"] = "ALL"
    tags: dict[str, str] = Field({}, description="The tags of the root.")
    units: list[Unit] = []
    accounts: list[MemberAccount] = []
    former_accounts: list[MemberAccount] = Field(default=[], description="Accounts that were members and were removed.")
    trusted_services: list[Reference] = Field([], description="Service principals with trusted access.")
    linked_role: bool | None = Field(
        None,
        description="Whether the management account has AWS Artifact's role. Without: if AWS Artifact is trusted, or "
        "an agreement was accepted for the organization.",
    )
    agreements: Accepted = Field(
        [],
        description="Organization agreements that were accepted, by id or name. If AWS Artifact is not among the "
        "trusted services, it was while they were accepted, and is no longer.",
    )
    root_access: list[Literal["RootCredentialsManagement", "RootSessions"]] = Field(
        [],
        description="The features of centralized root access that are switched on. If iam.amazonaws.com is not among "
        "the trusted services, it was while they were, and is no longer.",
    )
    delegated_administrators: list[DelegatedAdministrator] = []
    service_control_policies: bool = Field(True, description="Whether they are enabled, where all features are.")
    policy_types: list[PolicyType] = Field([], description="Enabled besides service control policies.")
    policies: list[OrganizationPolicy] = []
    detached: list[DetachedPolicy] = []
    resource_policy: ResourcePolicy | None = None
    invitations: list[Invitation] = []


class _OfAccount(_Part):
    """Something of IAM: whose, and what it is called."""

    account: AccountReference
    name: Name
    path: Path = "/"


class CustomerPolicyScenario(_OfAccount):
    """A policy that an account manages itself."""

    document: Document
    description: str = ""
    tags: dict[str, str] = {}


class IdentityScenario(_OfAccount):
    """What may be allowed something."""

    policies: list[Reference] = Field([], description="ARNs of managed policies.")
    inline: dict[str, Document] = {}


class GroupScenario(IdentityScenario):
    """A group of IAM users."""


class BoundedScenario(IdentityScenario):
    """A user or a role."""

    boundary: Reference | None = Field(None, description="The ARN of the policy that bounds the permissions.")
    tags: dict[str, str] = {}


class UserScenario(BoundedScenario):
    """An IAM user."""

    groups: list[Name] = []


class RoleScenario(BoundedScenario):
    """An IAM role that belongs to no service."""

    trust: Document
    description: str = ""
    max_session_seconds: int = Field(3600, ge=3600, le=43200)


class LinkedRoleScenario(_Part):
    """A role of a service, besides those that its trusted access, or being a member, brings."""

    account: AccountReference
    service: Reference = Field(description="The service principal.")


class ReportVersionScenario(_Part):
    """A version of a report; what is left out is as in the version before, or the usual."""

    version: int | None = Field(default=None, ge=1)
    state: Publication = Publication.PUBLISHED
    upload_state: Upload = Upload.COMPLETE
    status_message: str = ""
    period_start: AwareDatetime | None = None
    period_end: AwareDatetime | None = None
    created_at: AwareDatetime | None = None
    last_modified_at: AwareDatetime | None = None
    deleted_at: AwareDatetime | None = None
    acceptance_type: TermAcceptance | None = None
    sequence_number: int = Field(default=1, ge=1)


class ReportScenario(_Part):
    """A report that was published or changed, besides those that there always are."""

    id: ReportId | None = Field(None, description="Without one, a new report with an id that the seed decides.")
    name: str | None = Field(None, description="A new report needs one.")
    description: str | None = None
    series: str | None = Field(None, description="A new report needs one.")
    category: str | None = None
    company_name: str | None = None
    product_name: str | None = None
    versions: list[ReportVersionScenario] = Field([ReportVersionScenario()], min_length=1)


class Scenario(_Part):
    """A world."""

    scenario: Literal[1] = Field(1, description="The version of this form.")
    description: str = ""
    seed: str = Field("", description="Equal seeds give equal ids.")
    clock: AwareDatetime | None = Field(
        None, description="Where the clock stands still, with its zone; without, it shows the real time."
    )
    accounts: list[StandaloneAccount] = Field([], description="Accounts that are in no organization.")
    organizations: list[OrganizationScenario] = []
    customer_policies: list[CustomerPolicyScenario] = []
    groups: list[GroupScenario] = []
    users: list[UserScenario] = []
    roles: list[RoleScenario] = []
    linked_roles: list[LinkedRoleScenario] = []
    reports: list[ReportScenario] = []
