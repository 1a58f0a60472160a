"""The schema of scenarios, as pydantic models from which the JSON Schema for editors is generated."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from artifact_state.catalog import Publication, TermAcceptance, Upload
from artifact_state.model import PolicyType, TerminatedBy
from artifact_state.organizations.account_creation import DEFAULT_ACCESS_ROLE


def _account_id(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch("[0-9]{12}", value):
        raise ValueError(f"{value!r} is not an account id, which has twelve digits, such as '111122223333'")
    return value


AccountId = Annotated[str, BeforeValidator(_account_id), StringConstraints(pattern=r"^\d{12}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=128)]
Reference = Annotated[str, StringConstraints(min_length=1)]
Path = Annotated[str, StringConstraints(pattern=r"^/(.*/)?$")]
ReportId = Annotated[str, StringConstraints(pattern=r"^report-[A-Za-z0-9]{16}$")]
Document = dict[str, Any] | str
Partition = Literal["aws", "aws-cn", "aws-us-gov"]
MaxSignin = Annotated[int | None, Field(description="How long a sign-in lasts at most. Default: AWS's usual time.")]
AccountReference = Annotated[Reference, Field(description="The name or id of the account.")]


class _Part(BaseModel):
    """A part of a scenario; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid")


class EndedAgreement(_Part):
    """An agreement that was accepted and has been terminated."""

    agreement: Reference
    terminated: TerminatedBy


Accepted = Annotated[
    list[Reference | EndedAgreement],
    Field(description="By id or name, the oldest first; terminated agreements with the party that did it."),
]


class PasswordPolicyScenario(_Part):
    """The rules for the passwords of an account's users."""

    min_length: int = Field(6, ge=6, le=128)
    requires_symbols: bool = False
    requires_numbers: bool = False
    requires_uppercase: bool = False
    requires_lowercase: bool = False
    users_may_change: bool = Field(False, description="Whether all users may change their own passwords.")
    max_age_days: int | None = Field(None, ge=1, le=1095)
    reuse_prevention: int | None = Field(None, ge=1, le=24, description="How many former passwords are refused.")
    hard_expiry: bool | None = Field(None, description="Whether only an administrator can replace expired passwords.")


class IamSettingsScenario(_Part):
    """The settings of IAM for an account."""

    alias: str | None = Field(default=None, pattern="^[a-z0-9]+(-[a-z0-9]+)*$", min_length=3, max_length=63)
    password_policy: PasswordPolicyScenario | None = None
    token_version: int = Field(
        default=1, ge=1, le=2, description="The version of the session tokens of the global endpoint."
    )
    role_manager: bool = Field(default=False, description="Whether services may create roles from AWS's templates.")
    outbound_federation: bool | None = Field(
        default=None, description="Whether the account issues tokens; false if it did. Default: it never did."
    )
    root_password: bool = Field(default=True, description="Whether the root user has a password.")


class _Account(_Part):
    """What can be stated of any account."""

    email: str | None = None
    iam: IamSettingsScenario = Field(default_factory=IamSettingsScenario)
    agreements: Accepted = []
    notifications: bool | None = Field(
        default=None, description="Whether the account is subscribed to AWS Artifact's notifications."
    )


class KnownAccount(_Account):
    """An account with a given id."""

    id: AccountId
    name: Name | None = None
    state: Literal["active", "suspended"] = "active"


class StandaloneAccount(KnownAccount):
    """An account that is not in an organization."""

    partition: Partition = "aws"


class ManagementAccount(KnownAccount):
    """The management account of an organization."""

    unit: Reference | None = Field(None, description="The organizational unit of the account.")
    tags: dict[str, str] = {}


class MemberAccount(_Account):
    """A member account of an organization."""

    name: Name | None = Field(None, description="Required for an account that was created.")
    id: AccountId | None = Field(None, description="Default: an id drawn from the seed.")
    email: str | None = Field(None, description="Default: an address made from the name.")
    unit: Reference | None = Field(None, description="The organizational unit, such as `Workloads/Production`.")
    joined: Literal["created", "invited"] = "created"
    state: Literal["active", "suspended", "closed"] = "active"
    tags: dict[str, str] = {}
    access_role: Name | None = Field(
        DEFAULT_ACCESS_ROLE,
        description="The role with which the management account accesses an account that it created; null for none.",
    )


class Unit(_Part):
    """An organizational unit with the units below it."""

    name: Name
    units: list["Unit"] = []
    tags: dict[str, str] = {}


class DelegatedAdministrator(_Part):
    """A member account that administers a trusted service."""

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
    """An AWS managed policy that is not attached everywhere."""

    policy: Reference = Field(description="The name or id of the policy, such as `FullAWSAccess`.")
    targets: list[Reference] = Field(description="Where it is not attached, in the form of `attach`.")


class ResourcePolicy(_Part):
    """The policy with which an organization delegates actions to its members."""

    content: Document
    tags: dict[str, str] = {}


class Invitation(_Part):
    """An invitation that awaits a response."""

    account: AccountId | None = None
    email: str | None = Field(None, description="Instead of the account's id.")
    notes: str | None = None
    tags: dict[str, str] = {}

    @model_validator(mode="after")
    def _require_one_recipient(self) -> Self:
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
    former_accounts: list[MemberAccount] = Field(
        default=[], description="Accounts that were members and have been removed."
    )
    trusted_services: list[Reference] = Field([], description="Service principals with trusted access.")
    linked_role: bool | None = Field(
        None,
        description="Whether the management account has the service-linked role of AWS Artifact. Default: if AWS "
        "Artifact has trusted access, or an agreement was accepted for the organization.",
    )
    agreements: Accepted = Field(
        [],
        description="Organization agreements that were accepted, by id or name. If AWS Artifact is not among the "
        "trusted services, it had trusted access when they were accepted and lost it since.",
    )
    root_access: list[Literal["RootCredentialsManagement", "RootSessions"]] = Field(
        [],
        description="The enabled features of centralized root access. If iam.amazonaws.com is not among the trusted "
        "services, it had trusted access when they were enabled and lost it since.",
    )
    delegated_administrators: list[DelegatedAdministrator] = []
    service_control_policies: bool = Field(
        True, description="Whether service control policies are enabled, in an organization with all features."
    )
    policy_types: list[PolicyType] = Field(
        [], description="The types that are enabled besides service control policies and those of attached policies."
    )
    policies: list[OrganizationPolicy] = []
    detached: list[DetachedPolicy] = []
    resource_policy: ResourcePolicy | None = None
    invitations: list[Invitation] = []


class _AccountPart(_Part):
    """An IAM resource: its account, name and path."""

    account: AccountReference
    name: Name
    path: Path = "/"


class CustomerPolicyScenario(_AccountPart):
    """A customer managed policy."""

    document: Document
    description: str = ""
    tags: dict[str, str] = {}


class IdentityScenario(_AccountPart):
    """An identity with policies."""

    policies: list[Reference] = Field([], description="ARNs of managed policies.")
    inline: dict[str, Document] = {}


class GroupScenario(IdentityScenario):
    """A group of IAM users."""


class BoundedScenario(IdentityScenario):
    """A user or a role."""

    boundary: Reference | None = Field(None, description="The ARN of the permissions boundary.")
    tags: dict[str, str] = {}


class LoginScenario(_Part):
    """The console password of a user."""

    password: str | None = None
    password_hashes: list[str] = Field(
        [], description="Instead of the password: its hash, then those of former ones, as an export writes them."
    )
    must_be_changed: bool = Field(False, description="Whether the user has to change it at the next sign-in.")
    max_signin_seconds: MaxSignin = None

    @model_validator(mode="after")
    def _require_one_source(self) -> Self:
        if (self.password is None) == (not self.password_hashes):
            raise ValueError("a login has a password or the hashes of one: give one of the two")
        return self


class UserScenario(BoundedScenario):
    """An IAM user."""

    groups: list[Name] = []
    login: LoginScenario | None = None


class RoleScenario(BoundedScenario):
    """An IAM role that is not linked to a service."""

    trust: Document
    description: str = ""
    max_session_seconds: int = Field(3600, ge=3600, le=43200)
    max_signin_seconds: MaxSignin = None
    template: Reference | None = Field(None, description="The ARN of AWS's template from which it was created.")


class InstanceProfileScenario(_AccountPart):
    """An instance profile."""

    role: Name | None = None
    tags: dict[str, str] = {}


class MfaDeviceScenario(_AccountPart):
    """A virtual MFA device."""

    seed: str | None = Field(
        None,
        pattern=r"^[A-Z2-7]{16,}$",
        description="The secret in Base32 from which codes are computed. Default: drawn from the scenario's seed.",
    )
    user: Name | None = Field(None, description="The user for whom it is enabled.")
    tags: dict[str, str] = {}


class IdentityProviderScenario(_Part):
    """An OpenID Connect provider."""

    account: AccountReference
    url: Reference
    client_ids: list[Reference] = []
    thumbprints: list[str] = []
    tags: dict[str, str] = {}


class SamlProviderScenario(_Part):
    """A SAML provider: the metadata of its identity provider, and what they say."""

    account: AccountReference
    name: Name
    issuer: Reference = Field(description="The entity id, which is the issuer of its assertions.")
    certificates: list[str] = Field(min_length=1, description="Of the keys that sign its responses, as DER in Base64.")
    metadata: Reference
    valid_until: AwareDatetime | None = Field(None, description="Default: in a hundred years.")
    tags: dict[str, str] = {}


class JsonWebKeySet(_Part):
    """The public keys of an issuer, as it publishes them."""

    keys: list[dict[str, Any]] = Field(min_length=1)


class TokenIssuerScenario(_Part):
    """The public keys of an issuer of tokens outside AWS."""

    issuer: str = Field(pattern=r"^https://[^?#]+$", description="The claim `iss` of its tokens.")
    jwks: JsonWebKeySet


class LinkedRoleScenario(_Part):
    """A service-linked role, in addition to those that trusted access or membership implies."""

    account: AccountReference
    service: Reference = Field(description="The service principal.")
    suffix: str | None = Field(None, description="The custom suffix of the role's name.")


class ReportVersionScenario(_Part):
    """A version of a report; a missing key has the value of the previous version or a default."""

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
    """A report that was published or changed, in addition to the reports of the catalog."""

    id: ReportId | None = Field(None, description="Default: a new report with an id drawn from the seed.")
    name: str | None = Field(None, description="Required for a new report.")
    description: str | None = None
    series: str | None = Field(None, description="Required for a new report.")
    category: str | None = None
    company_name: str | None = None
    product_name: str | None = None
    versions: list[ReportVersionScenario] = Field([ReportVersionScenario()], min_length=1)


class Scenario(_Part):
    """A description of a world."""

    scenario: Literal[1] = Field(1, description="The version of this schema.")
    description: str = ""
    seed: str = Field("", description="Equal seeds produce equal ids.")
    clock: AwareDatetime | None = Field(
        None, description="The instant, with its time zone, at which the clock is frozen. Default: the real time."
    )
    accounts: list[StandaloneAccount] = Field([], description="Accounts that are not in an organization.")
    organizations: list[OrganizationScenario] = []
    customer_policies: list[CustomerPolicyScenario] = []
    groups: list[GroupScenario] = []
    users: list[UserScenario] = []
    roles: list[RoleScenario] = []
    instance_profiles: list[InstanceProfileScenario] = []
    mfa_devices: list[MfaDeviceScenario] = []
    identity_providers: list[IdentityProviderScenario] = []
    saml_providers: list[SamlProviderScenario] = []
    token_issuers: list[TokenIssuerScenario] = []
    linked_roles: list[LinkedRoleScenario] = []
    reports: list[ReportScenario] = []
