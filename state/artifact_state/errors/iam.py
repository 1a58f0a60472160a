"""Refusals about users, groups, roles, managed policies and their parts."""

from enum import Enum

from artifact_state.errors.base import Conflict, Denied, NotFound, Refused


class Entity(Enum):
    """The kinds of IAM resource that can be missing or a duplicate."""

    USER = "user"
    GROUP = "group"
    ROLE = "role"
    POLICY = "policy"
    POLICY_VERSION = "version of a policy"
    ATTACHABLE_POLICY = "policy that can be attached"
    BOUNDARY = "policy that can be a boundary"
    USER_POLICY = "inline policy of a user"
    GROUP_POLICY = "inline policy of a group"
    ROLE_POLICY = "inline policy of a role"
    ACCESS_KEY = "access key"
    LOGIN = "login profile"
    MFA_DEVICE = "MFA device"
    IDENTITY_PROVIDER = "OpenID Connect provider"
    SAML_PROVIDER = "SAML provider"
    USER_MFA_DEVICE = "MFA device of a user"
    ALIAS = "account alias"
    ARN = "resource of an ARN"
    JOB = "report that was requested"
    INSTANCE_PROFILE = "instance profile"
    PASSWORD_POLICY = "password policy of an account"  # noqa: S105 - a kind of resource, not a password.


class DeletionObstacle(Enum):
    """What must be removed before an IAM resource can be deleted."""

    ATTACHED_POLICIES = "it has managed policies"
    INLINE_POLICIES = "it has inline policies"
    ACCESS_KEYS = "the user has access keys"
    GROUP_MEMBERSHIP = "the user is in a group, or the group has users"
    LOGIN = "the user has a login profile"
    ROLE_IN_PROFILE = "an instance profile contains the role"
    MFA_DEVICES = "the user has MFA devices"
    DEVICE_USER = "the MFA device has a user"
    ATTACHMENTS = "the policy is attached, or is a permissions boundary"
    VERSIONS = "the policy has versions besides the default one"
    DEFAULT_VERSION = "it is the default version of its policy"


class IdentityQuota(Enum):
    """The quotas of IAM. The values are AWS's names."""

    USERS_PER_ACCOUNT = "UsersPerAccount"
    GROUPS_PER_ACCOUNT = "GroupsPerAccount"
    ROLES_PER_ACCOUNT = "RolesPerAccount"
    POLICIES_PER_ACCOUNT = "PoliciesPerAccount"
    GROUPS_PER_USER = "GroupsPerUser"
    ACCESS_KEYS_PER_USER = "AccessKeysPerUser"
    POLICIES_PER_USER = "PoliciesPerUser"
    POLICIES_PER_GROUP = "PoliciesPerGroup"
    POLICIES_PER_ROLE = "PoliciesPerRole"
    VERSIONS_PER_POLICY = "VersionsPerPolicy"
    POLICY_SIZE = "PolicySize"
    USER_POLICY_SIZE = "UserPolicySize"
    GROUP_POLICY_SIZE = "GroupPolicySize"
    ROLE_POLICY_SIZE = "RolePolicySize"
    TRUST_POLICY_SIZE = "ACLSizePerRole"
    TAGS_PER_USER = "TagsPerUser"
    TAGS_PER_ROLE = "TagsPerRole"
    TAGS_PER_POLICY = "TagsPerPolicy"
    TAGS_PER_INSTANCE_PROFILE = "TagsPerInstanceProfile"
    INSTANCE_PROFILES_PER_ACCOUNT = "InstanceProfilesPerAccount"
    ROLES_PER_INSTANCE_PROFILE = "InstanceSessionsPerInstanceProfile"
    TAGS_PER_MFA_DEVICE = "TagsPerVirtualMFADevice"
    MFA_DEVICES_PER_USER = "MFADevicesPerUser"
    PROVIDERS_PER_ACCOUNT = "OpenIdConnectProvidersPerAccount"
    CLIENT_IDS_PER_PROVIDER = "ClientIdsPerOpenIdConnectProvider"
    TAGS_PER_PROVIDER = "TagsPerOpenIdConnectProvider"
    SAML_PROVIDERS_PER_ACCOUNT = "SamlProvidersPerAccount"
    TAGS_PER_SAML_PROVIDER = "TagsPerSamlProvider"


class ProviderProblem(Enum):
    """What is wrong with an OpenID Connect provider."""

    URL = "the URL does not begin with https, or has a query"
    THUMBPRINT = "a thumbprint is not a digest"
    TOO_MANY_THUMBPRINTS = "there are more than five thumbprints"
    SET_AND_REMOVED = "a setting is set and removed at once"
    TWO_CHANGES = "the context provider and the instance change at once"
    INSTANCE_ARN = "the instance of IAM Identity Center is not named by its ARN"
    INSTANCE_WITHOUT_CONTEXT = "the instance of IAM Identity Center has no context provider"
    TWO_SUBJECT_TYPES = "the type of the subject has a value and a claim"
    CONTEXT_KEY = "a context key has other characters than AWS takes"


class TagRule(Enum):
    """Which rule about tags is violated, of a resource or of a session."""

    EMPTY = "there are no tags"
    RESERVED = "a key is reserved"
    DUPLICATE = "two keys differ at most in case"
    EXACT_DUPLICATE = "two keys are equal"
    NOT_PASSED = "a transitive key is not the key of a passed tag"
    INHERITED = "a key is that of a transitive tag of the calling session"


class NotOwned(Denied):
    """The resource belongs to AWS or to another account, or does not exist."""

    def __init__(self, action: str, kind: Entity, name: str) -> None:
        super().__init__(action, kind, name)
        self.action = action
        self.kind = kind
        self.name = name


class AccessReportsDenied(Denied):
    """Only the management account of an organization may request the organization's access reports."""


class ForeignEntityPath(Denied):
    """The path of the entity names another organization."""


class EntityNotFound(NotFound):
    """The account has no such user, group, policy or part of one."""

    def __init__(self, kind: Entity, name: str, *, version: str = "") -> None:
        super().__init__(name)
        self.kind = kind
        self.version = version


class EntityNameTaken(Conflict):
    """The account already has a resource of this kind and name."""

    def __init__(self, kind: Entity, name: str) -> None:
        super().__init__(name)
        self.kind = kind


class EntityInUse(Conflict):
    """Something must be removed before the resource can be deleted."""

    def __init__(self, reason: DeletionObstacle) -> None:
        super().__init__()
        self.reason = reason


class QuotaExceeded(Conflict):
    """The account, or one of its resources, would exceed a quota."""

    def __init__(self, quota: IdentityQuota, limit: int, owner: str = "") -> None:
        super().__init__(owner)
        self.quota = quota
        self.limit = limit


class RoleNotFound(NotFound):
    """The account has no role of this name."""


class SimulatedIdentityNotFound(NotFound):
    """The account has no user, group or role with the name in the ARN whose policies are to be simulated."""


class RoleNameTaken(Conflict):
    """The account already has a role of this name."""


class RoleProtected(Conflict):
    """The role is service-linked: only its service can change it."""


class PathReserved(Refused):
    """The path is reserved for service-linked roles."""

    def __init__(self, prefix: str) -> None:
        super().__init__(prefix)
        self.prefix = prefix


class SuffixNotAllowed(Conflict):
    """The service does not allow a custom suffix in the name of its service-linked role."""


class LinkedServiceNotFound(NotFound):
    """No service of this name has a service-linked role."""


class DeletionTaskNotFound(NotFound):
    """The account has no such deletion task."""


class InvalidDeletionTaskId(Refused):
    """The id is not a valid id of a deletion task."""

    def __init__(self, task_id: str) -> None:
        super().__init__(task_id)
        self.task_id = task_id


class AccessReportNotFound(NotFound):
    """The account has no such access report."""


class TooManyAccessReports(Conflict):
    """The account has reached the limit of access reports that are generated at the same time."""


class InvalidPolicyArn(Refused):
    """The ARN is not a valid ARN of a policy, or names another partition."""

    def __init__(self, arn: str, *, foreign: bool) -> None:
        super().__init__(arn)
        self.arn = arn
        self.foreign = foreign


class ServicePolicyNotAttachable(Conflict):
    """The policy can be attached only to a service-linked role."""


class LoginBeingCreated(Conflict):
    """The user's login profile is still being created and cannot be changed yet."""

    def __init__(self, user_name: str) -> None:
        super().__init__(user_name)
        self.user_name = user_name


class MultiFactorRequired(Denied):
    """A user that has an MFA device may not change its own devices with credentials that were made without one."""


class MfaDeviceTaken(Conflict):
    """The MFA device belongs to this user already, or to another one, in which case the name is ""."""


class MfaCodesInvalid(Refused):
    """The two codes do not follow each other, or do not fit the time of the device."""


class InvalidProvider(Refused):
    """The URL, the thumbprints or the identity propagation of an OpenID Connect provider are not valid."""

    def __init__(self, reason: ProviderProblem) -> None:
        super().__init__(reason)
        self.reason = reason


class OutboundFederationAlreadyEnabled(Conflict):
    """The account, whose id is the name, issues tokens about its principals already."""


class OutboundFederationAlreadyDisabled(NotFound):
    """The account, whose id is the name, does not issue tokens about its principals anyway."""


class UserNameRequired(Refused):
    """The caller is not an IAM user, so the request must name one."""


class PropertyProblem(Enum):
    """Why properties of an account cannot be changed as requested."""

    FORMAT = "the key has no namespace"
    NAMESPACE = "the namespace is unknown"
    SEVERAL_NAMESPACES = "the keys are of several namespaces"
    ENABLED_MISSING = "the property Enabled is missing"
    ENABLED_VALUE = "the value of Enabled is neither true nor false"


class InvalidProperty(Refused):
    """A property of the account cannot be changed as requested."""

    def __init__(self, reason: PropertyProblem, name: str = "") -> None:
        super().__init__(reason, name)
        self.reason = reason
        self.name = name


class NotUser(Refused):
    """The caller is not an IAM user, which alone can change its own password."""


class WrongPassword(Denied):
    """The old password is not that of the user."""


class PasswordTooWeak(Refused):
    """The password does not conform to the account's password policy."""


class InvalidTagKeys(Refused):
    """A tag key is reserved or a duplicate, or there are no tags."""

    def __init__(self, reason: TagRule) -> None:
        super().__init__(reason)
        self.reason = reason
