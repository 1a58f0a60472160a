"""Every way in which the domain refuses, on one page.

    Refused
    ├── Denied                      the caller may not
    │   ├── NotInOrganization       his account is in no organization
    │   ├── WrongAccount            his account is the wrong one: a member's, or another party's
    │   ├── NotManagementAccount    his account administers, and another must: the management account
    │   ├── NotTrusted              the role does not trust him
    │   ├── RootAssumesNoRole       root users assume no roles
    │   ├── MultiFactorIncomplete   he tells a device without a code, or a code without its device
    │   ├── SourceIdentitySet       his session has a source identity, which stays
    │   ├── RootNotAssumable        he may not become this account's root user
    │   ├── AgreementDenied         the agreement is not his to accept or to terminate (why: a Denial)
    │   ├── RegionInactive          temporary credentials are not given in this region
    │   ├── EmailNotVerified        his e-mail address is not verified
    │   ├── NotOwned                it is not his account's
    │   └── NotParty                he is no party to the handshake
    ├── NotFound                    what he names does not exist
    │   ├── AccountNotFound  CreationNotFound  HandshakeNotFound
    │   ├── UnitNotFound  ParentNotFound  SourceParentNotFound  DestinationParentNotFound
    │   ├── ChildNotFound  TargetNotFound  RootNotFound
    │   ├── PolicyNotFound  EffectivePolicyNotFound  ResourcePolicyNotFound
    │   ├── RoleNotFound  DeletionTaskNotFound  LinkedServiceNotFound  AccessReportNotFound
    │   ├── InquiryNotFound  EntityNotFound
    │   └── AgreementNotFound  CustomerAgreementNotFound  ReportNotFound  TransferNotFound
    ├── Conflict                    what he asks does not fit what is there
    │   ├── AlreadyInOrganization  OrganizationNotEmpty  ManagementAccountCannotLeave
    │   ├── OrganizationFinalizing  UnitNameTaken  UnitNotEmpty  AccountAlreadyThere
    │   ├── AccountAlreadyClosed  AccountBeingClosed
    │   ├── AccountAlreadyRegistered  AccountNotRegistered
    │   ├── PolicyNameTaken  PolicyInUse  PolicyAlreadyAttached  PolicyNotAttached
    │   ├── PolicyTypeEnabledAlready  PolicyTypeNotEnabled  PolicyTypeNotAvailable
    │   ├── DuplicateHandshake  HandshakeAlreadyInState  HandshakeTransitionInvalid
    │   ├── TransferAlreadyInStatus  TransferTransitionInvalid
    │   ├── ReportNotReady  InquiryConflict  TooManyAgreements
    │   ├── RoleNameTaken  RoleProtected  SuffixNotAllowed
    │   ├── NotAllFeatures  ServiceNotTrusted
    │   ├── EntityNameTaken  EntityInUse (why: an Obstacle)  QuotaExceeded  PolicyOfService
    │   └── LoginUnderWay  TooManyAccessReports
    ├── PolicyArnInvalid            what should be a policy's ARN is none, or one of another partition
    ├── DeletionTaskIdInvalid       what should be the id of a deletion task is none
    ├── InvalidInput                a value that no shape can refuse (why: an InputReason)
    ├── ConstraintViolated          a limit or a precondition (why: a Constraint)
    ├── HandshakeConstraintViolated the same, of a handshake (why: a HandshakeConstraint)
    ├── MalformedPolicyDocument     the policy is no policy of its type
    ├── UnsupportedHere             the partition does not have the operation
    ├── UserNameNeeded              the caller is no user, and names none
    ├── TagKeysInvalid              a key of a tag is reserved, or comes twice (why: a TagFault)
    ├── PasswordTooWeak             the password is not what the account asks of passwords
    ├── PolicyNotReadable           what is to be simulated is no policy
    ├── CannotSimulate              what is asked of a simulation does not fit together
    ├── SessionTooLong              the role does not allow sessions of this length
    ├── RoleArnInvalid              what should be the ARN of a role is none
    ├── SessionTagsInvalid          the tags of a session do not fit each other (why: a TagFault)
    ├── TooManySessionPolicies      more managed policies than a session may have
    ├── InvalidTask                 the policy is not that of a task of a root user
    ├── InvalidIdentityToken        another's word is not to be relied on
    ├── NoOutboundFederation        the account gives nobody its word
    ├── TradeInTokenExpired         the token is good no longer
    ├── InvalidAccessKey            what should be an access key is none
    ├── InvalidAuthorizationMessage the message was never given
    ├── SessionTooLarge             its policies and tags do not find room in the credentials
    ├── InvalidMember               a member of the request does not fit what is there
    └── InvalidToken                a token of another purpose, account or time

A refusal carries facts, never wire text: codes, statuses and messages stand in one table of the
emulator. Raising one inside a transaction leaves the world's state the same object.
"""

from enum import Enum


class InputReason(Enum):
    """Why an input is refused although its shape is right. Values are AWS's reasons."""

    UNRECOGNIZED_SERVICE_PRINCIPAL = "UNRECOGNIZED_SERVICE_PRINCIPAL"
    INVALID_NEXT_TOKEN = "INVALID_NEXT_TOKEN"  # noqa: S105 - a reason, not a password
    INVALID_PARTY_TYPE_TARGET = "INVALID_PARTY_TYPE_TARGET"
    INVALID_PATTERN_TARGET_ID = "INVALID_PATTERN_TARGET_ID"
    INVALID_EMAIL_ADDRESS_TARGET = "INVALID_EMAIL_ADDRESS_TARGET"
    MAX_LIMIT_EXCEEDED_FILTER = "MAX_LIMIT_EXCEEDED_FILTER"
    START_DATE_NOT_BEGINNING_OF_MONTH = "START_DATE_NOT_BEGINNING_OF_MONTH"
    START_DATE_NOT_BEGINNING_OF_DAY = "START_DATE_NOT_BEGINNING_OF_DAY"
    START_DATE_TOO_EARLY = "START_DATE_TOO_EARLY"
    START_DATE_TOO_LATE = "START_DATE_TOO_LATE"
    END_DATE_NOT_END_OF_MONTH = "END_DATE_NOT_END_OF_MONTH"
    END_DATE_TOO_EARLY = "END_DATE_TOO_EARLY"
    END_DATE_TOO_LATE = "END_DATE_TOO_LATE"
    INVALID_ROLE_NAME = "INVALID_ROLE_NAME"
    INVALID_SYSTEM_TAGS_PARAMETER = "INVALID_SYSTEM_TAGS_PARAMETER"
    DUPLICATE_TAG_KEY = "DUPLICATE_TAG_KEY"
    IMMUTABLE_POLICY = "IMMUTABLE_POLICY"
    NON_DETACHABLE_POLICY = "NON_DETACHABLE_POLICY"
    INVALID_LIST_MEMBER = "INVALID_LIST_MEMBER"
    INVALID_RESOURCE_POLICY_JSON = "INVALID_RESOURCE_POLICY_JSON"
    INVALID_PRINCIPAL = "INVALID_PRINCIPAL"
    UNSUPPORTED_ACTION_IN_RESOURCE_POLICY = "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY"
    UNSUPPORTED_RESOURCE_IN_RESOURCE_POLICY = "UNSUPPORTED_RESOURCE_IN_RESOURCE_POLICY"
    UNSUPPORTED_POLICY_TYPE_IN_RESOURCE_POLICY = "UNSUPPORTED_POLICY_TYPE_IN_RESOURCE_POLICY"


class Constraint(Enum):
    """Which limit or precondition stands in the way. Values are AWS's reasons."""

    ORGANIZATION_NOT_IN_ALL_FEATURES_MODE = "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE"
    ACCOUNT_NUMBER_LIMIT_EXCEEDED = "ACCOUNT_NUMBER_LIMIT_EXCEEDED"
    ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED = "ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED"
    ACCOUNT_CREATION_NOT_COMPLETE = "ACCOUNT_CREATION_NOT_COMPLETE"
    CREATE_ORGANIZATION_IN_BILLING_MODE_UNSUPPORTED_REGION = "CREATE_ORGANIZATION_IN_BILLING_MODE_UNSUPPORTED_REGION"
    MASTER_ACCOUNT_NOT_GOVCLOUD_ENABLED = "MASTER_ACCOUNT_NOT_GOVCLOUD_ENABLED"
    OU_NUMBER_LIMIT_EXCEEDED = "OU_NUMBER_LIMIT_EXCEEDED"
    OU_DEPTH_LIMIT_EXCEEDED = "OU_DEPTH_LIMIT_EXCEEDED"
    CANNOT_CLOSE_MANAGEMENT_ACCOUNT = "CANNOT_CLOSE_MANAGEMENT_ACCOUNT"
    CLOSE_ACCOUNT_QUOTA_EXCEEDED = "CLOSE_ACCOUNT_QUOTA_EXCEEDED"
    CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED = "CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED"
    ACCOUNT_CANNOT_LEAVE_ORGANIZATION = "ACCOUNT_CANNOT_LEAVE_ORGANIZATION"
    CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG = "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG"
    CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR = "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR"
    CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR = (
        "CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR"
    )
    MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED = "MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED"
    SERVICE_ACCESS_NOT_ENABLED = "SERVICE_ACCESS_NOT_ENABLED"
    POLICY_TYPE_ENABLED_FOR_THIS_SERVICE = "POLICY_TYPE_ENABLED_FOR_THIS_SERVICE"
    POLICY_NUMBER_LIMIT_EXCEEDED = "POLICY_NUMBER_LIMIT_EXCEEDED"
    POLICY_CONTENT_LIMIT_EXCEEDED = "POLICY_CONTENT_LIMIT_EXCEEDED"
    MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED = "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"
    MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED = "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"
    WAIT_PERIOD_ACTIVE = "WAIT_PERIOD_ACTIVE"
    MEMBER_ACCOUNT_PAYMENT_INSTRUMENT_REQUIRED = "MEMBER_ACCOUNT_PAYMENT_INSTRUMENT_REQUIRED"
    MAX_TAG_LIMIT_EXCEEDED = "MAX_TAG_LIMIT_EXCEEDED"
    ALL_FEATURES_MIGRATION_ORGANIZATION_SIZE_LIMIT_EXCEEDED = "ALL_FEATURES_MIGRATION_ORGANIZATION_SIZE_LIMIT_EXCEEDED"
    ACCOUNT_NOT_ACTIVE_FOR_TRANSFER_RESPONSIBILITY = "ACCOUNT_NOT_ACTIVE_FOR_TRANSFER_RESPONSIBILITY"
    ACTIVE_RESPONSIBILITY_TRANSFER_PROCESS = "ACTIVE_RESPONSIBILITY_TRANSFER_PROCESS"
    RESPONSIBILITY_TRANSFER_MAX_INBOUND_QUOTA_VIOLATION = "RESPONSIBILITY_TRANSFER_MAX_INBOUND_QUOTA_VIOLATION"
    RESPONSIBILITY_TRANSFER_MAX_OUTBOUND_QUOTA_VIOLATION = "RESPONSIBILITY_TRANSFER_MAX_OUTBOUND_QUOTA_VIOLATION"
    RESPONSIBILITY_TRANSFER_MAX_LEVEL_VIOLATION = "RESPONSIBILITY_TRANSFER_MAX_LEVEL_VIOLATION"
    RESPONSIBILITY_TRANSFER_MAX_TRANSFERS_QUOTA_VIOLATION = "RESPONSIBILITY_TRANSFER_MAX_TRANSFERS_QUOTA_VIOLATION"
    TRANSFER_RESPONSIBILITY_UPDATE_NOT_ALLOWED = "TRANSFER_RESPONSIBILITY_UPDATE_NOT_ALLOWED"


class HandshakeConstraint(Enum):
    """Which limit or precondition of a handshake stands in the way. Values are AWS's reasons."""

    ALREADY_IN_AN_ORGANIZATION = "ALREADY_IN_AN_ORGANIZATION"
    ACCOUNT_NUMBER_LIMIT_EXCEEDED = "ACCOUNT_NUMBER_LIMIT_EXCEEDED"
    HANDSHAKE_RATE_LIMIT_EXCEEDED = "HANDSHAKE_RATE_LIMIT_EXCEEDED"
    INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES = "INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES"
    ORGANIZATION_ALREADY_HAS_ALL_FEATURES = "ORGANIZATION_ALREADY_HAS_ALL_FEATURES"
    ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION = "ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION"
    ORGANIZATION_FROM_DIFFERENT_SELLER_OF_RECORD = "ORGANIZATION_FROM_DIFFERENT_SELLER_OF_RECORD"
    RESPONSIBILITY_TRANSFER_ALREADY_EXISTS = "RESPONSIBILITY_TRANSFER_ALREADY_EXISTS"
    SOURCE_AND_TARGET_CANNOT_MATCH = "SOURCE_AND_TARGET_CANNOT_MATCH"
    TARGET_ACCOUNT_VALIDATION_FAILURE = "TARGET_ACCOUNT_VALIDATION_FAILURE"


class Denial(Enum):
    """Why an agreement is out of the caller's reach."""

    NO_ORGANIZATION = "the account is not in an organization"
    NOT_MANAGEMENT_ACCOUNT = "only the organization's management account may do this"
    ALL_FEATURES_REQUIRED = "the organization has only the consolidated billing features"
    TRUSTED_ACCESS_DISABLED = "trusted access for AWS Artifact is not enabled in the organization"
    OFFLINE_AGREEMENT = "the agreement was signed outside AWS Artifact"


class TagFault(Enum):
    """What is wrong with tags that are to be set, or that a session is to have."""

    RESERVED = "a key is reserved"
    TWICE = "a key comes twice, in whatever case"
    TWICE_EXACTLY = "a key comes twice"
    NOT_PASSED = "a key is to be handed on, and no such tag is passed"
    INHERITED = "a key is that of a tag that the calling session hands on"


class Entity(Enum):
    """What IAM keeps for an account, as far as it can be missing or be there already."""

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
    ALIAS = "account alias"
    PASSWORD_POLICY = "password policy of an account"  # noqa: S105 - a kind of thing, and no password.


class Obstacle(Enum):
    """What has to go before something of IAM can be deleted."""

    ATTACHED_POLICIES = "it has managed policies"
    INLINE_POLICIES = "it has inline policies"
    ACCESS_KEYS = "the user has access keys"
    GROUP_MEMBERSHIP = "the user is in a group, or the group has users"
    LOGIN = "the user has a login profile"
    ATTACHMENTS = "the policy is attached, or bounds somebody"
    VERSIONS = "the policy has versions besides the default one"
    DEFAULT_VERSION = "it is the default version of its policy"


class IdentityQuota(Enum):
    """What AWS limits in IAM. Values are AWS's names."""

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


class Refused(Exception):
    """The operation is refused and nothing has changed."""


class Denied(Refused):
    """The caller may not do this."""


class NotInOrganization(Denied):
    """The caller's account is not a member of an organization."""


class WrongAccount(Denied):
    """The caller's account is not the kind of account that may do this."""


class NotManagementAccount(Denied):
    """The caller's account is a delegated administrator, and the management account alone may do this."""


class AccessReportsDenied(Denied):
    """Reports on the use of services are for an organization's management account alone."""


class RootNotAssumable(Denied):
    """The account is no member that the caller may be the root user of, or root sessions are switched off."""

    def __init__(self, account_id: str) -> None:
        super().__init__(account_id)
        self.account_id = account_id


class NotTrusted(Denied):
    """No trust policy lets the caller assume the role, or there is no such role."""

    def __init__(self, role_arn: str) -> None:
        super().__init__(role_arn)
        self.role_arn = role_arn


class RootAssumesNoRole(Denied):
    """A root user is to assume a role."""


class MultiFactorIncomplete(Denied):
    """A device is told without a code, or a code without the device."""


class SourceIdentitySet(Denied):
    """The calling session has a source identity, and another is to be set."""


class AgreementDenied(Denied):
    """The agreement is not the caller's to accept, to read or to terminate."""

    def __init__(self, why: Denial) -> None:
        super().__init__(why)
        self.why = why


class RegionInactive(Denied):
    """Temporary credentials are not given in this region for the account."""

    def __init__(self, account_id: str) -> None:
        super().__init__(account_id)
        self.account_id = account_id


class EmailNotVerified(Denied):
    """The owner of the management account has not shown that its e-mail address is his."""


class NotParty(Denied):
    """The caller's account is not the party of the handshake that may do this."""


class NotOwned(Denied):
    """What the caller means belongs to AWS or to another account, or to nobody."""

    def __init__(self, action: str, kind: Entity, name: str) -> None:
        super().__init__(action, kind, name)
        self.action = action
        self.kind = kind
        self.name = name


class NotFound(Refused):
    """What the caller names does not exist, or not for him."""

    def __init__(self, name: str = "") -> None:
        super().__init__(name)
        self.name = name


class AccountNotFound(NotFound):
    """No such account in the organization."""


class CreationNotFound(NotFound):
    """No such request to create an account in the organization."""


class HandshakeNotFound(NotFound):
    """No such handshake, or the caller is no party to it."""


class UnitNotFound(NotFound):
    """No such organizational unit in the organization."""


class ParentNotFound(NotFound):
    """No such root or organizational unit in the organization."""


class SourceParentNotFound(NotFound):
    """No such root or organizational unit to move from, or the account is not in it."""


class DestinationParentNotFound(NotFound):
    """No such root or organizational unit to move to."""


class ChildNotFound(NotFound):
    """No such account or organizational unit in the organization."""


class TargetNotFound(NotFound):
    """Nothing of this id in the organization."""


class RoleNotFound(NotFound):
    """No role of this name in the account."""


class EntityNotFound(NotFound):
    """No such user, group, policy or part of one in the account."""

    def __init__(self, kind: Entity, name: str) -> None:
        super().__init__(name)
        self.kind = kind


class DeletionTaskNotFound(NotFound):
    """No such deletion task in the account."""


class AccessReportNotFound(NotFound):
    """No such report on the use of services in the account."""


class LinkedServiceNotFound(NotFound):
    """No service of this name has a service-linked role."""


class AgreementNotFound(NotFound):
    """No such agreement in the catalogue of the caller's partition."""


class RootNotFound(NotFound):
    """No such root in the organization."""


class PolicyNotFound(NotFound):
    """No such policy in the organization."""


class EffectivePolicyNotFound(NotFound):
    """The type of policies is not enabled, or there is none from the root down to the account."""


class ResourcePolicyNotFound(NotFound):
    """The organization has no resource policy."""


class CustomerAgreementNotFound(NotFound):
    """No accepted agreement of this id that the caller can reach."""


class InquiryNotFound(NotFound):
    """No such compliance inquiry in the caller's account."""


class ReportNotFound(NotFound):
    """No such report, or no such version of it."""


class TransferNotFound(NotFound):
    """No such responsibility transfer, or it is none of the caller's organization."""


class Conflict(Refused):
    """What the caller asks does not fit what is there."""

    def __init__(self, name: str = "") -> None:
        super().__init__(name)
        self.name = name


class AlreadyInOrganization(Conflict):
    """The account is a member of an organization already."""


class OrganizationNotEmpty(Conflict):
    """The organization still has member accounts."""


class ManagementAccountCannotLeave(Conflict):
    """The management account can leave only by deleting the organization."""


class OrganizationFinalizing(Conflict):
    """The organization was made so lately that it cannot take accounts yet."""


class UnitNameTaken(Conflict):
    """A sibling of this name exists."""


class UnitNotEmpty(Conflict):
    """The organizational unit still has accounts or organizational units."""


class AccountAlreadyThere(Conflict):
    """The account is in the root or organizational unit that it is to be moved to."""


class AccountAlreadyClosed(Conflict):
    """The account is closed."""


class AccountBeingClosed(Conflict):
    """The account is being closed."""


class AccountAlreadyRegistered(Conflict):
    """The account is a delegated administrator of the service."""


class AccountNotRegistered(Conflict):
    """The account is no delegated administrator of the service, or of any."""


class PolicyNameTaken(Conflict):
    """A policy of this name and type exists."""


class PolicyInUse(Conflict):
    """The policy is attached to something."""


class PolicyAlreadyAttached(Conflict):
    """The policy is attached to the target already."""


class PolicyNotAttached(Conflict):
    """The policy is not attached to the target."""


class PolicyTypeEnabledAlready(Conflict):
    """The organization has this type of policies enabled."""


class PolicyTypeNotEnabled(Conflict):
    """The organization does not have this type of policies enabled."""


class PolicyTypeNotAvailable(Conflict):
    """An organization for consolidated billing has no policies."""


class DuplicateHandshake(Conflict):
    """A handshake of this organization with the same action and recipient awaits its answer."""


class HandshakeAlreadyInState(Conflict):
    """The handshake is in the wanted state already."""


class HandshakeTransitionInvalid(Conflict):
    """The handshake's state does not lead to the wanted one."""


class TransferAlreadyInStatus(Conflict):
    """The responsibility transfer is withdrawn already."""


class TransferTransitionInvalid(Conflict):
    """The responsibility transfer was never accepted, so it cannot be withdrawn."""


class InquiryConflict(Conflict):
    """The inquiry is still worked on, or its client token was used for another request."""

    def __init__(self, name: str, *, in_progress: bool = False) -> None:
        super().__init__(name)
        self.name = name
        self.in_progress = in_progress


class ReportNotReady(Conflict):
    """The version of the report is published, but its document is not there."""


class NotAllFeatures(Conflict):
    """The organization has not all features, and centralized root access is one of them."""


class ServiceNotTrusted(Conflict):
    """The organization does not trust the service that is asked."""


class TooManyAgreements(Conflict):
    """So many agreements are in force for the account or the organization that one more is too many."""


class RoleNameTaken(Conflict):
    """A role of this name exists in the account."""


class RoleProtected(Conflict):
    """The role is service-linked: only its service changes it."""


class EntityNameTaken(Conflict):
    """A user, a group or whatever else of this name exists."""

    def __init__(self, kind: Entity, name: str) -> None:
        super().__init__(name)
        self.kind = kind


class EntityInUse(Conflict):
    """Something has to go before it can be deleted."""

    def __init__(self, why: Obstacle) -> None:
        super().__init__()
        self.why = why


class QuotaExceeded(Conflict):
    """The account, or something of it, would have more than AWS's quota."""

    def __init__(self, quota: IdentityQuota, limit: int, owner: str = "") -> None:
        super().__init__(owner)
        self.quota = quota
        self.limit = limit


class PolicyOfService(Conflict):
    """The policy is for a service's own role, and can be attached to nothing else."""


class LoginUnderWay(Conflict):
    """The user's login is still being made, and cannot be changed until it is."""

    def __init__(self, user_name: str) -> None:
        super().__init__(user_name)
        self.user_name = user_name


class TooManyAccessReports(Conflict):
    """As many reports of the account are being made as may be at a time."""


class SuffixNotAllowed(Conflict):
    """The service's role takes no custom suffix."""


class PolicyArnInvalid(Refused):
    """What should be the ARN of a policy is none, or names another partition."""

    def __init__(self, arn: str, *, foreign: bool) -> None:
        super().__init__(arn)
        self.arn = arn
        self.foreign = foreign


class DeletionTaskIdInvalid(Refused):
    """What should be the id of a deletion task is none."""

    def __init__(self, task_id: str) -> None:
        super().__init__(task_id)
        self.task_id = task_id


class InvalidInput(Refused):
    """A value that no shape can refuse."""

    def __init__(self, reason: InputReason) -> None:
        super().__init__(reason)
        self.reason = reason


class ConstraintViolated(Refused):
    """A limit or a precondition of the organization stands in the way."""

    def __init__(self, reason: Constraint) -> None:
        super().__init__(reason)
        self.reason = reason


class HandshakeConstraintViolated(Refused):
    """A limit or a precondition of the handshake stands in the way."""

    def __init__(self, reason: HandshakeConstraint) -> None:
        super().__init__(reason)
        self.reason = reason


class MalformedPolicyDocument(Refused):
    """The document is no policy of its type."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class UnsupportedHere(Refused):
    """The caller's partition does not have the operation."""


class UserNameNeeded(Refused):
    """The caller is no user, so that it must be said whom he means."""


class TagKeysInvalid(Refused):
    """A key of a tag is reserved for AWS, or there are two alike."""

    def __init__(self, why: TagFault) -> None:
        super().__init__(why)
        self.why = why


class PasswordTooWeak(Refused):
    """The password is not what the account asks of passwords."""


class PolicyNotReadable(Refused):
    """What is to be simulated is no policy."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class CannotSimulate(Refused):
    """What is asked of a simulation does not fit together, or is nobody and nothing."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class RoleArnInvalid(Refused):
    """What should be the ARN of a role is none."""

    def __init__(self, arn: str) -> None:
        super().__init__(arn)
        self.arn = arn


class SessionTagsInvalid(Refused):
    """The tags of a session do not fit each other, or those that the calling session hands on."""

    def __init__(self, why: TagFault) -> None:
        super().__init__(why)
        self.why = why


class TooManySessionPolicies(Refused):
    """A session is to have more managed policies than it may."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class InvalidTask(Refused):
    """What should be the policy of a root user's task is none."""

    def __init__(self, arn: str) -> None:
        super().__init__(arn)
        self.arn = arn


class SessionTooLong(Refused):
    """The role does not allow sessions of this length, or role chaining does not."""

    def __init__(self, *, chained: bool) -> None:
        super().__init__()
        self.chained = chained


class InvalidIdentityToken(Refused):
    """The word of an identity provider is not to be relied on."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NoOutboundFederation(Refused):
    """The account has not switched on that it gives others its word."""


class TradeInTokenExpired(Refused):
    """The token that is to be traded in is good no longer."""


class InvalidAccessKey(Refused):
    """What should be the id of an access key has no account in it."""


class InvalidAuthorizationMessage(Refused):
    """No refusal has said this in code."""


class SessionTooLarge(Refused):
    """The policies and the tags of a session do not find room in its credentials."""

    def __init__(self, share: int, *, tags_alone: bool) -> None:
        super().__init__(share)
        self.share = share
        """Of the room, in percent."""
        self.tags_alone = tags_alone


class InvalidMember(Refused):
    """A member of the request does not fit what is there."""

    def __init__(self, member: str, why: str) -> None:
        super().__init__(member, why)
        self.member = member
        self.why = why


class InvalidToken(Refused):
    """The token is unknown, used, stale, or was issued for something else."""

    def __init__(self, member: str) -> None:
        super().__init__(member)
        self.member = member
