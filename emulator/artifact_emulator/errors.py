"""From the domain's refusals to AWS's errors: one table a service, and nothing else maps them.

A row names the error's shape, whose code and status the generated bindings know, and its message.
Messages marked [V] in the facts were seen in AWS's own output; others are the model's words or ours.
"""

from collections.abc import Callable, Mapping
from typing import Any

from artifact_emulator.failures import Failure
from artifact_emulator.operation import Service
from artifact_state import arns, errors
from artifact_state.errors import (
    Constraint,
    Denial,
    Entity,
    HandshakeConstraint,
    IdentityQuota,
    InputReason,
    Obstacle,
    Refused,
    TagFault,
)
from artifact_state.model import Caller

Row = tuple[str, str] | tuple[str, str, Mapping[str, Any]]
Rows = Mapping[type[Refused], Callable[[Any, Caller], Row]]


def failure_of(service: Service, refusal: Refused, caller: Caller) -> Failure:
    """Give the error with which a service words a refusal."""
    row = _TABLES[service.name][type(refusal)](refusal, caller)
    shape, message = row[0], row[1]
    members = row[2] if len(row) > 2 else {}
    declared = service.errors.get(shape)
    if declared is None:
        code, status = _COMMON[shape]
        return Failure(code, message, status, members=members)
    return Failure(declared.code, message, declared.status, members=members)


# Errors that every operation may give and that AWS's models therefore do not declare.
_COMMON = {
    "AccessDenied": ("AccessDenied", 403),
    "InvalidParameterValue": ("InvalidParameterValue", 400),
    "ValidationError": ("ValidationError", 400),
}


def _says(shape: str, message: str) -> Callable[[Any, Caller], Row]:
    return lambda refusal, caller: (shape, message)


_INPUT_MESSAGES = {
    InputReason.UNRECOGNIZED_SERVICE_PRINCIPAL: "You specified an unrecognized service principal.",
    InputReason.INVALID_NEXT_TOKEN: "You specified an invalid value for NextToken.",
    InputReason.INVALID_PATTERN_TARGET_ID: "You provided a value that does not match the required pattern.",
    InputReason.INVALID_EMAIL_ADDRESS_TARGET: "You specified an invalid email address for the invited account owner.",
    InputReason.INVALID_PARTY_TYPE_TARGET: "You specified the wrong type of entity (account, organization, or email) "
    "as a party.",
    InputReason.MAX_LIMIT_EXCEEDED_FILTER: "You can specify only one filter parameter for the operation.",
    InputReason.START_DATE_NOT_BEGINNING_OF_MONTH: "You provided an invalid start date. The start date must be the "
    "first day of the month.",
    InputReason.START_DATE_NOT_BEGINNING_OF_DAY: "You provided an invalid start date. The start date must be the "
    "beginning of the day (00:00:00.000).",
    InputReason.START_DATE_TOO_EARLY: "You provided an invalid start date. The start date is too early.",
    InputReason.START_DATE_TOO_LATE: "You provided an invalid start date. The start date is too late.",
    InputReason.END_DATE_NOT_END_OF_MONTH: "You provided an invalid end date. The end date must be the end of the last "
    "day of the month (23.59.59.999).",
    InputReason.END_DATE_TOO_EARLY: "You provided an invalid end date. The end date is too early.",
    InputReason.END_DATE_TOO_LATE: "You provided an invalid end date. The end date is too late.",
    InputReason.INVALID_SYSTEM_TAGS_PARAMETER: "You specified a tag key that is a system tag.",
    InputReason.DUPLICATE_TAG_KEY: "Tag keys must be unique among the tags attached to the same entity.",
    InputReason.IMMUTABLE_POLICY: "You specified a policy that is managed by AWS and can't be modified.",
    InputReason.INVALID_LIST_MEMBER: "You provided a list to a parameter that contains at least one invalid value.",
    InputReason.INVALID_RESOURCE_POLICY_JSON: "The resource policy is not valid JSON, or no policy.",
    InputReason.INVALID_PRINCIPAL: "You specified an invalid principal element in the policy.",
    InputReason.UNSUPPORTED_ACTION_IN_RESOURCE_POLICY: "The resource policy has an action that can't be delegated.",
    InputReason.UNSUPPORTED_RESOURCE_IN_RESOURCE_POLICY: "The resource policy has a resource that isn't supported.",
    InputReason.UNSUPPORTED_POLICY_TYPE_IN_RESOURCE_POLICY: "The resource policy has a policy type that isn't "
    "supported.",
    InputReason.NON_DETACHABLE_POLICY: "You can't detach this policy.",
    InputReason.INVALID_ROLE_NAME: "You provided a role name that isn't valid. "
    "A role name can't begin with the reserved prefix AWSServiceRoleFor.",
}
_CONSTRAINT_MESSAGES = {
    Constraint.ORGANIZATION_NOT_IN_ALL_FEATURES_MODE: "This operation requires the organization to have all features "
    "enabled.",
    Constraint.ACCOUNT_NUMBER_LIMIT_EXCEEDED: "You have exceeded the allowed number of AWS accounts.",
    Constraint.ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED: "You attempted to exceed the number of accounts that you can "
    "create at a time.",
    Constraint.ACCOUNT_CREATION_NOT_COMPLETE: "Your account setup isn't complete or your account isn't fully active.",
    Constraint.CREATE_ORGANIZATION_IN_BILLING_MODE_UNSUPPORTED_REGION: "To create an organization in the specified "
    "region, you must enable all features mode.",
    Constraint.MASTER_ACCOUNT_NOT_GOVCLOUD_ENABLED: "To complete this operation, the management account must be "
    "associated with an account in the AWS GovCloud (US) Region.",
    Constraint.OU_NUMBER_LIMIT_EXCEEDED: "You attempted to exceed the number of OUs that you can have in an "
    "organization.",
    Constraint.OU_DEPTH_LIMIT_EXCEEDED: "You attempted to create an OU tree that is too many levels deep.",
    Constraint.CANNOT_CLOSE_MANAGEMENT_ACCOUNT: "You attempted to close the management account.",
    Constraint.CLOSE_ACCOUNT_QUOTA_EXCEEDED: "You have exceeded close account quota for the past 30 days.",
    Constraint.CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED: "You attempted to exceed the number of accounts that you can "
    "close at a time.",
    Constraint.ACCOUNT_CANNOT_LEAVE_ORGANIZATION: "You can't remove a closed account from the organization.",
    Constraint.MAX_TAG_LIMIT_EXCEEDED: "You have exceeded the number of tags allowed on this resource.",
    Constraint.ALL_FEATURES_MIGRATION_ORGANIZATION_SIZE_LIMIT_EXCEEDED: "Your organization is too large for the "
    "standard migration process. Use the assisted migration process to enable all features mode.",
    Constraint.ACCOUNT_NOT_ACTIVE_FOR_TRANSFER_RESPONSIBILITY: "Your account setup isn't complete or your account "
    "isn't fully active to invite or accept a Billing Transfer invitation.",
    Constraint.ACTIVE_RESPONSIBILITY_TRANSFER_PROCESS: "You cannot delete organization due to an ongoing "
    "responsibility transfer process.",
    Constraint.RESPONSIBILITY_TRANSFER_MAX_INBOUND_QUOTA_VIOLATION: "You have exceeded your inbound transfers limit.",
    Constraint.RESPONSIBILITY_TRANSFER_MAX_OUTBOUND_QUOTA_VIOLATION: "You have exceeded your outbound transfers limit.",
    Constraint.RESPONSIBILITY_TRANSFER_MAX_LEVEL_VIOLATION: "You have exceeded the maximum length of your transfer "
    "chain.",
    Constraint.RESPONSIBILITY_TRANSFER_MAX_TRANSFERS_QUOTA_VIOLATION: "You have exceeded the maximum number of inbound "
    "transfers allowed in a transfer chain.",
    Constraint.TRANSFER_RESPONSIBILITY_UPDATE_NOT_ALLOWED: "You cannot update this transfer because it is no longer "
    "active.",
    Constraint.WAIT_PERIOD_ACTIVE: "This operation requires a wait period.  Try again later.",
    Constraint.MEMBER_ACCOUNT_PAYMENT_INSTRUMENT_REQUIRED: "The member account is missing one or more of the "
    "prerequisites required to operate as a standalone account. To add what is missing, sign-in to the member account "
    "using the AWS Organizations console, then select to leave the organization. You will then be prompted to enter "
    "any missing information.",
    Constraint.CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR: "You cannot register management account/yourself as "
    "delegated administrator for your organization.",
    Constraint.SERVICE_ACCESS_NOT_ENABLED: "You must enable service access before you delegate an administrator for "
    "this service. Call the AWS API EnableAWSServiceAccess first.",
    Constraint.POLICY_TYPE_ENABLED_FOR_THIS_SERVICE: "You attempted to disable service access before you disabled the "
    "policy type.",
    Constraint.POLICY_NUMBER_LIMIT_EXCEEDED: "You attempted to exceed the number of policies that you can have in an "
    "organization.",
    Constraint.POLICY_CONTENT_LIMIT_EXCEEDED: "You attempted to create a policy that is larger than the maximum size.",
    # Both seen in AWS's own output (facts: organizations 2.3).
    Constraint.MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED: "You have attached the maximum number of policies to the "
    "specified target.",
    Constraint.MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED: "You cannot remove the last policy attached to the specified "
    "target. You must have at least one attached at all times.",
    Constraint.CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG: "You cannot remove an account that is a delegated "
    "administrator. Deregister it first.",
}
_HANDSHAKE_MESSAGES = {
    HandshakeConstraint.ALREADY_IN_AN_ORGANIZATION: "The handshake request is invalid because the account is already "
    "a member of an organization.",
    HandshakeConstraint.ACCOUNT_NUMBER_LIMIT_EXCEEDED: "You attempted to exceed the limit on the number of accounts in "
    "an organization.",
    HandshakeConstraint.HANDSHAKE_RATE_LIMIT_EXCEEDED: "You attempted to exceed the number of handshakes that you can "
    "send in one day.",
    HandshakeConstraint.INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES: "You can't issue new invitations to join an "
    "organization while it's in the process of enabling all features.",
    # Seen in AWS's own output (facts: organizations 2.3).
    HandshakeConstraint.ORGANIZATION_ALREADY_HAS_ALL_FEATURES: "All features are already enabled on this organization.",
    HandshakeConstraint.ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION: "The handshake request is invalid "
    "because the organization has already started the process to enable all features.",
    HandshakeConstraint.ORGANIZATION_FROM_DIFFERENT_SELLER_OF_RECORD: "You can only join an organization that operates "
    "in the same AWS partition as your account.",
    HandshakeConstraint.RESPONSIBILITY_TRANSFER_ALREADY_EXISTS: "You cannot perform this operation with the current "
    "transfer.",
    HandshakeConstraint.SOURCE_AND_TARGET_CANNOT_MATCH: "The sender and the recipient of a transfer invitation can't "
    "be the same account.",
    HandshakeConstraint.TARGET_ACCOUNT_VALIDATION_FAILURE: "Billing transfer is not available for the invited account: "
    "it isn't the management account of an organization.",
}


def _input(refusal: errors.InvalidInput, caller: Caller) -> Row:
    message = _INPUT_MESSAGES.get(refusal.reason, "You specified an invalid value.")
    return "InvalidInputException", message, {"Reason": refusal.reason.value}


def _constraint(refusal: errors.ConstraintViolated, caller: Caller) -> Row:
    message = _CONSTRAINT_MESSAGES.get(refusal.reason, "The request would exceed a limit of your organization.")
    return "ConstraintViolationException", message, {"Reason": refusal.reason.value}


def _handshake_constraint(refusal: errors.HandshakeConstraintViolated, caller: Caller) -> Row:
    message = _HANDSHAKE_MESSAGES.get(refusal.reason, "The handshake request is invalid.")
    return "HandshakeConstraintViolationException", message, {"Reason": refusal.reason.value}


_ORGANIZATIONS: Rows = {
    errors.NotInOrganization: _says(
        "AWSOrganizationsNotInUseException", "Your account is not a member of an organization."
    ),
    errors.WrongAccount: _says("AccessDeniedException", "You don't have permissions to access this resource."),
    errors.NotParty: _says("AccessDeniedException", "You don't have permissions to access this resource."),
    errors.EmailNotVerified: _says(
        "AccountOwnerNotVerifiedException",
        "You can't invite an existing account to your organization until you verify that you own the email address "
        "associated with the management account.",
    ),
    errors.AccountNotFound: _says("AccountNotFoundException", "You specified an account that doesn't exist."),
    errors.CreationNotFound: _says(
        "CreateAccountStatusNotFoundException", "You specified a create account request that doesn't exist."
    ),
    errors.HandshakeNotFound: _says("HandshakeNotFoundException", "You specified a handshake that doesn't exist."),
    errors.UnitNotFound: _says(
        "OrganizationalUnitNotFoundException", "You specified an organizational unit that doesn't exist."
    ),
    errors.ParentNotFound: _says("ParentNotFoundException", "You specified parent that doesn't exist."),
    errors.SourceParentNotFound: _says(
        "SourceParentNotFoundException", "We can't find a source root or OU with the ParentId that you specified."
    ),
    errors.DestinationParentNotFound: _says(
        "DestinationParentNotFoundException",
        "We can't find the destination container (a root or OU) with the ParentId that you specified.",
    ),
    errors.ChildNotFound: _says(
        "ChildNotFoundException", "We can't find an organizational unit (OU) or account with the ChildId you specified."
    ),
    errors.RootNotFound: _says("RootNotFoundException", "You specified a root that doesn't exist."),
    errors.PolicyNotFound: _says("PolicyNotFoundException", "You specified a policy that doesn't exist."),
    errors.EffectivePolicyNotFound: _says(
        "EffectivePolicyNotFoundException",
        "If you ran this action on the management account, this policy type is not enabled. If you ran the action on a "
        "member account, the account doesn't have an effective policy of this type. Contact the administrator of your "
        "organization about attaching a policy of this type to the account.",
    ),
    errors.ResourcePolicyNotFound: _says(
        "ResourcePolicyNotFoundException",
        "We can't find a resource policy request with the parameter that you specified.",
    ),
    errors.PolicyNameTaken: _says(
        "DuplicatePolicyException", "A policy with the specified name and type already exists."
    ),
    errors.PolicyInUse: _says(
        "PolicyInUseException",
        "The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts before "
        "performing this operation.",
    ),
    errors.PolicyAlreadyAttached: _says(
        "DuplicatePolicyAttachmentException", "The selected policy is already attached to the specified target."
    ),
    errors.PolicyNotAttached: _says(
        "PolicyNotAttachedException", "The policy isn't attached to the specified target in the specified root."
    ),
    errors.PolicyTypeEnabledAlready: _says(
        "PolicyTypeAlreadyEnabledException", "The specified policy type is already enabled."
    ),
    errors.PolicyTypeNotEnabled: _says(
        "PolicyTypeNotEnabledException", "This operation can be performed only for enabled policy types."
    ),
    errors.PolicyTypeNotAvailable: _says(
        "PolicyTypeNotAvailableForOrganizationException",
        "You can't use the specified policy type with the feature set currently enabled for this organization.",
    ),
    errors.MalformedPolicyDocument: _says(
        "MalformedPolicyDocumentException",
        "The provided policy document does not meet the requirements of the specified policy type.",
    ),
    errors.TargetNotFound: _says("TargetNotFoundException", "You specified a target that doesn't exist."),
    errors.OrganizationFinalizing: _says(
        "FinalizingOrganizationException",
        "AWS Organizations could not finalize the creation of your organization. Try again later. "
        "If this persists, contact AWS customer support.",
    ),
    errors.UnitNameTaken: _says("DuplicateOrganizationalUnitException", "An OU with the same name already exists."),
    errors.UnitNotEmpty: _says(
        "OrganizationalUnitNotEmptyException",
        "The specified OU is not empty. Move all accounts to another root or to other OUs, remove all child OUs, "
        "and try the operation again.",
    ),
    errors.AccountAlreadyThere: _says(
        "DuplicateAccountException", "That account is already present in the specified destination."
    ),
    errors.AccountAlreadyClosed: _says(
        "AccountAlreadyClosedException", "You attempted to close an account that is already closed."
    ),
    errors.AccountBeingClosed: _says(
        "ConflictException",
        "The request failed because it conflicts with the current state of the specified resource.",
    ),
    errors.UnsupportedHere: _says(
        "UnsupportedAPIEndpointException", "This action isn't available in the current AWS Region."
    ),
    errors.AlreadyInOrganization: _says(
        "AlreadyInOrganizationException", "The AWS account is already a member of an organization."
    ),
    errors.OrganizationNotEmpty: _says(
        "OrganizationNotEmptyException",
        "To delete an organization you must first remove all member accounts (except the master).",
    ),
    errors.ManagementAccountCannotLeave: _says(
        "MasterCannotLeaveOrganizationException",
        "You can't remove a management account from an organization. Delete the organization instead.",
    ),
    errors.AccountAlreadyRegistered: _says(
        "AccountAlreadyRegisteredException",
        "The provided account is already a delegated administrator for your organization.",
    ),
    errors.AccountNotRegistered: _says(
        "AccountNotRegisteredException",
        "The provided account is not a registered delegated administrator for your organization.",
    ),
    errors.DuplicateHandshake: _says(
        "DuplicateHandshakeException", "A handshake with the same action and target already exists."
    ),
    errors.HandshakeAlreadyInState: _says(
        "HandshakeAlreadyInStateException", "The specified handshake is already in the requested state."
    ),
    errors.HandshakeTransitionInvalid: _says(
        "InvalidHandshakeTransitionException", "You can't perform the operation on the handshake in its current state."
    ),
    errors.TransferNotFound: _says(
        "ResponsibilityTransferNotFoundException", "We can't find a transfer that you specified."
    ),
    errors.TransferAlreadyInStatus: _says(
        "ResponsibilityTransferAlreadyInStatusException",
        "The responsibility transfer is already in the status that you specified.",
    ),
    errors.TransferTransitionInvalid: _says(
        "InvalidResponsibilityTransferTransitionException",
        "The responsibility transfer can't transition to the requested state because it's not in a valid state for "
        "this operation.",
    ),
    errors.InvalidInput: _input,
    errors.ConstraintViolated: _constraint,
    errors.HandshakeConstraintViolated: _handshake_constraint,
}


def _not_trusted(refusal: errors.NotTrusted, caller: Caller) -> Row:
    action = f"User: {caller.arn} is not authorized to perform: sts:AssumeRole on resource: {refusal.role_arn}"
    return "AccessDenied", action


def _root_not_assumable(refusal: errors.RootNotAssumable, caller: Caller) -> Row:
    arn = arns.root_user(caller.partition, refusal.account_id) if refusal.account_id.isdecimal() else refusal.account_id
    return "AccessDenied", f"User: {caller.arn} is not authorized to perform: sts:AssumeRoot on resource: {arn}"


def _too_long(refusal: errors.SessionTooLong, caller: Caller) -> Row:
    if refusal.chained:
        return (
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        )
    return "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."


# Seen in AWS's own output.
_POLICY_TOO_LARGE = "Packed policy consumes {}% of allotted space, please use smaller policy."
_TAGS_TOO_LARGE = "Packed size of session tags consumes {}% of allotted space."
_REGION_INACTIVE = (
    "STS is not activated in this region for account:{}. Your account administrator can activate STS in this region "
    "using the IAM Console."
)
# Seen in AWS's own output, but for the first.
_TAG_FAULTS = {
    TagFault.RESERVED: "Tag keys that begin with aws: are reserved for internal use by AWS.",
    TagFault.TWICE: "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    TagFault.TWICE_EXACTLY: "Duplicate tag keys found.",
    TagFault.NOT_PASSED: "The specified transitive tag key must be included in the requested tags.",
    TagFault.INHERITED: "One of the specified transitive tag keys can't be set because it conflicts with a transitive "
    "tag key from the calling session.",
}
_STS: Rows = {
    errors.NotTrusted: _not_trusted,
    errors.RootAssumesNoRole: _says("AccessDenied", "Roles may not be assumed by root accounts."),
    errors.MultiFactorIncomplete: _says(
        "AccessDenied",
        "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
    ),
    # Unverified: the code, and the rest of the message.
    errors.SourceIdentitySet: _says("AccessDenied", "The source identity is already set, and cannot be changed."),
    errors.RoleArnInvalid: lambda refusal, caller: ("ValidationError", f"{refusal.arn} is invalid"),
    errors.SessionTagsInvalid: lambda refusal, caller: ("InvalidParameterValue", _TAG_FAULTS[refusal.why]),
    # Unverified: AWS's text.
    errors.TooManySessionPolicies: lambda refusal, caller: (
        "ValidationError",
        f"The number of managed session policies exceeds the limit of {refusal.limit}.",
    ),
    errors.RootNotAssumable: _root_not_assumable,
    errors.InvalidTask: lambda refusal, caller: (
        "ValidationError",
        f"{refusal.arn} is not the policy of a task that a root session can be for.",
    ),
    errors.SessionTooLong: _too_long,
    errors.InvalidIdentityToken: lambda refusal, caller: ("InvalidIdentityTokenException", refusal.why),
    errors.NoOutboundFederation: _says(
        "OutboundWebIdentityFederationDisabledException",
        "The outbound web identity federation feature is not enabled for this account.",
    ),
    errors.TradeInTokenExpired: _says(
        "ExpiredTradeInTokenException", "The trade-in token provided in the request has expired."
    ),
    errors.InvalidAccessKey: _says("ValidationError", "The access key ID is not valid."),
    errors.InvalidAuthorizationMessage: _says(
        "InvalidAuthorizationMessageException", "The encoded authorization message is not valid."
    ),
    errors.SessionTooLarge: lambda refusal, caller: (
        "PackedPolicyTooLargeException",
        (_TAGS_TOO_LARGE if refusal.tags_alone else _POLICY_TOO_LARGE).format(refusal.share),
    ),
    errors.RegionInactive: lambda refusal, caller: (
        "RegionDisabledException",
        _REGION_INACTIVE.format(refusal.account_id),
    ),
    errors.MalformedPolicyDocument: lambda refusal, caller: ("MalformedPolicyDocumentException", refusal.why),
    errors.EntityNotFound: lambda refusal, caller: ("ValidationError", f"Policy {refusal.args[0]} does not exist."),
}


# Seen in AWS's own output, but for aliases and versions of policies.
_NOT_FOUND_MESSAGES = {
    Entity.USER: "The user with name {} cannot be found.",
    Entity.GROUP: "The group with name {} cannot be found.",
    Entity.ROLE: "The role with name {} cannot be found.",
    Entity.POLICY: "Policy {} was not found.",
    Entity.POLICY_VERSION: "Policy {} does not exist or is not attachable.",
    Entity.ATTACHABLE_POLICY: "Policy {} does not exist or is not attachable.",
    Entity.BOUNDARY: "Scope ARN: {} does not exist or is not attachable.",
    Entity.USER_POLICY: "The user policy with name {} cannot be found.",
    Entity.GROUP_POLICY: "The group policy with name {} cannot be found.",
    Entity.ROLE_POLICY: "The role policy with name {} cannot be found.",
    Entity.ACCESS_KEY: "The Access Key with id {} cannot be found.",
    Entity.LOGIN: "Login Profile for User {} cannot be found.",
    Entity.ALIAS: "The account alias with name {} cannot be found.",
    Entity.PASSWORD_POLICY: "The Password Policy with domain name {} cannot be found.",
}
_NAME_TAKEN = "The name {} already exists."
_NAME_TAKEN_MESSAGES = {
    Entity.USER: "User with name {} already exists.",
    Entity.GROUP: "Group with name {} already exists.",
    Entity.ROLE: "Role with name {} already exists.",
    Entity.POLICY: "A policy called {} already exists. Duplicate names are not allowed.",
    Entity.LOGIN: "Login Profile for user {} already exists.",
    Entity.ALIAS: "The account alias {} already exists.",
}
# Seen in AWS's own output, but for the last two.
_OBSTACLE_MESSAGES = {
    Obstacle.ATTACHED_POLICIES: "Cannot delete entity, must detach all policies first.",
    Obstacle.INLINE_POLICIES: "Cannot delete entity, must delete policies first.",
    Obstacle.ACCESS_KEYS: "Cannot delete entity, must delete access keys first.",
    Obstacle.GROUP_MEMBERSHIP: "Cannot delete entity, must remove users from group first.",
    Obstacle.LOGIN: "Cannot delete entity, must delete login profile first.",
    Obstacle.ATTACHMENTS: "Cannot delete a policy attached to entities.",
    Obstacle.VERSIONS: "This policy has more than one version. Before you delete a policy, you must delete the "
    "policy's versions. The default version is deleted with the policy.",
    Obstacle.DEFAULT_VERSION: "Cannot delete the default version of a policy.",
}
_SIZES = {
    IdentityQuota.USER_POLICY_SIZE: "user",
    IdentityQuota.GROUP_POLICY_SIZE: "group",
    IdentityQuota.ROLE_POLICY_SIZE: "role",
}


def _not_owned(refusal: errors.NotOwned, caller: Caller) -> Row:
    resource = f"{refusal.kind.value} {refusal.name}"
    # Of access keys AWS says it without the colon: its own answer, as LocalStack has recorded it.
    perform = "perform" if refusal.kind is Entity.ACCESS_KEY else "perform:"
    return "AccessDenied", f"User: {caller.arn} is not authorized to {perform} {refusal.action} on resource: {resource}"


def _no_policy_arn(refusal: errors.PolicyArnInvalid, caller: Caller) -> Row:
    """What is no ARN at all is told so in another way than one of something else."""
    if refusal.foreign:
        return "ValidationError", "Invalid ARN partition"
    shape = "InvalidInputException" if refusal.arn.startswith("arn:") else "ValidationError"
    return shape, f"ARN {refusal.arn} is not valid."


def _over_quota(refusal: errors.QuotaExceeded, caller: Caller) -> Row:
    limit = refusal.limit
    if refusal.quota is IdentityQuota.VERSIONS_PER_POLICY:
        message = (
            f"A managed policy can have up to {limit} versions. Before you create a new version, you must delete an "
            "existing version."
        )
    elif refusal.quota in _SIZES:
        kind = _SIZES[refusal.quota]
        message = f"Maximum policy size of {limit} bytes exceeded for {kind} {refusal.name}"
    else:
        message = f"Cannot exceed quota for {refusal.quota.value}: {limit}"
    return "LimitExceededException", message


_IAM: Rows = {
    errors.RoleNotFound: lambda refusal, caller: (
        "NoSuchEntityException", f"The role with name {refusal.name} cannot be found."
    ),
    errors.DeletionTaskNotFound: lambda refusal, caller: (
        "NoSuchEntityException", f"The deletion task {refusal.name} cannot be found."
    ),
    errors.AccessReportNotFound: lambda refusal, caller: (
        "NoSuchEntityException", f"The job {refusal.name} cannot be found."
    ),
    # Unverified: AWS's text for who is no management account.
    errors.AccessReportsDenied: _says(
        "AccessDenied", "Access reports of an organization are for its management account."
    ),
    errors.LinkedServiceNotFound: lambda refusal, caller: (
        "NoSuchEntityException", f"The service {refusal.name} has no service-linked role."
    ),
    errors.RoleNameTaken: lambda refusal, caller: (
        "InvalidInputException",
        f"Service role name {refusal.name} has been taken in this account, please try a different suffix.",
    ),
    errors.SuffixNotAllowed: lambda refusal, caller: (
        "InvalidInputException", f"Custom suffix is not allowed for {refusal.name}"
    ),
    errors.RoleProtected: lambda refusal, caller: (
        "UnmodifiableEntityException",
        f"Cannot perform the operation on the protected role '{refusal.name}' - this role is only modifiable by AWS",
    ),
    errors.EntityNotFound: lambda refusal, caller: (
        "NoSuchEntityException", _NOT_FOUND_MESSAGES[refusal.kind].format(refusal.name)
    ),
    errors.EntityNameTaken: lambda refusal, caller: (
        "EntityAlreadyExistsException", _NAME_TAKEN_MESSAGES.get(refusal.kind, _NAME_TAKEN).format(refusal.name)
    ),
    errors.EntityInUse: lambda refusal, caller: ("DeleteConflictException", _OBSTACLE_MESSAGES[refusal.why]),
    errors.QuotaExceeded: _over_quota,
    errors.PolicyOfService: _says(
        "PolicyNotAttachableException", "Cannot attach a Service Role Policy to a Customer Role."
    ),
    errors.NotOwned: _not_owned,
    errors.NotInOrganization: _says(
        "OrganizationNotFoundException",
        "The request was rejected because no organization is associated with your account.",
    ),
    errors.WrongAccount: _says(
        "AccountNotManagementOrDelegatedAdministratorException",
        "The request was rejected because the account making the request is not the management account or delegated "
        "administrator account for centralized root access.",
    ),
    errors.NotManagementAccount: _says(
        "CallerIsNotManagementAccountException",
        "The request was rejected because the account making the request is not the management account for the "
        "organization.",
    ),
    errors.NotAllFeatures: _says(
        "OrganizationNotInAllFeaturesModeException",
        "The request was rejected because your organization does not have All features enabled.",
    ),
    errors.ServiceNotTrusted: _says(
        "ServiceAccessNotEnabledException",
        "The request was rejected because trusted access is not enabled for IAM in AWS Organizations.",
    ),
    errors.UserNameNeeded: _says(
        "ValidationError", "Must specify userName when calling with non-User credentials"
    ),
    errors.TagKeysInvalid: lambda refusal, caller: (
        "InvalidInputException", _TAG_FAULTS[refusal.why]
    ),
    errors.PasswordTooWeak: _says(
        "PasswordPolicyViolationException", "Password does not conform to the account password policy."
    ),
    errors.PolicyNotReadable: lambda refusal, caller: ("InvalidInputException", refusal.why),
    # Unverified: AWS's texts.
    errors.CannotSimulate: lambda refusal, caller: ("InvalidInputException", refusal.why),
    errors.MalformedPolicyDocument: lambda refusal, caller: ("MalformedPolicyDocumentException", refusal.why),
    errors.PolicyArnInvalid: _no_policy_arn,
    # Unverified: AWS's text.
    errors.DeletionTaskIdInvalid: lambda refusal, caller: (
        "InvalidInputException", f"The deletion task ID {refusal.task_id} is not valid."
    ),
    errors.LoginUnderWay: lambda refusal, caller: (
        "EntityTemporarilyUnmodifiableException",
        f"Login Profile for User {refusal.user_name} cannot be modified while login profile is being created.",
    ),
    # The description of the error in AWS's model; its text on the wire is unverified.
    errors.TooManyAccessReports: _says(
        "ReportGenerationLimitExceededException",
        "The request failed because the maximum number of concurrent requests for this account are already running.",
    ),
    errors.InvalidInput: _says("ValidationError", "Invalid Marker."),
}  # fmt: skip


_DENIAL_MESSAGES = {
    Denial.NO_ORGANIZATION: "Your account isn't in an organization.",
    Denial.NOT_MANAGEMENT_ACCOUNT: "Only the organization's management account can accept or terminate its agreements.",
    Denial.ALL_FEATURES_REQUIRED: "Organization agreements require an organization with all features enabled.",
    Denial.TRUSTED_ACCESS_DISABLED: "Trusted access for AWS Artifact is not enabled in your organization.",
    Denial.OFFLINE_AGREEMENT: "An agreement that was signed offline can't be terminated in AWS Artifact.",
}


def _missing(kind: str) -> Callable[[Any, Caller], Row]:
    return lambda refusal, caller: (
        "ResourceNotFoundException",
        f"The {kind} {refusal.name} does not exist.",
        {"resourceId": refusal.name, "resourceType": kind},
    )


def _not_ready(refusal: errors.ReportNotReady, caller: Caller) -> Row:
    message = f"The document of the report {refusal.name} is not available."
    return "ConflictException", message, {"resourceId": refusal.name, "resourceType": "report"}


def _too_many_agreements(refusal: errors.TooManyAgreements, caller: Caller) -> Row:
    message = f"{refusal.name} has as many agreements in force as there may be."
    members = {
        "resourceId": refusal.name,
        "resourceType": "customer-agreement",
        "serviceCode": "artifact",
        "quotaCode": "customer_agreements_in_force",
    }
    return "ServiceQuotaExceededException", message, members


def _inquiry_conflict(refusal: errors.InquiryConflict, caller: Caller) -> Row:
    why = "is in progress" if refusal.in_progress else "knows the client token from another request"
    message = f"The compliance inquiry {refusal.name} {why}."
    return "ConflictException", message, {"resourceId": refusal.name, "resourceType": "compliance-inquiry"}


def _invalid_member(refusal: errors.InvalidMember, caller: Caller) -> Row:
    message = f"{refusal.member} is not valid for this request. {refusal.why}"
    fields = [{"name": refusal.member, "message": message}]
    return "ValidationException", message, {"reason": "fieldValidationFailed", "fieldList": fields}


def _invalid_token(refusal: errors.InvalidToken, caller: Caller) -> Row:
    message = f"{refusal.member} is not valid for this request."
    fields = [{"name": refusal.member, "message": message}]
    return "ValidationException", message, {"reason": "invalidToken", "fieldList": fields}


def _invalid_next_token(refusal: errors.InvalidInput, caller: Caller) -> Row:
    message = "nextToken is not valid for this request."
    fields = [{"name": "nextToken", "message": message}]
    return "ValidationException", message, {"reason": "fieldValidationFailed", "fieldList": fields}


_ARTIFACT: Rows = {
    errors.AgreementDenied: lambda refusal, caller: ("AccessDeniedException", _DENIAL_MESSAGES[refusal.why]),
    errors.AgreementNotFound: _missing("agreement"),
    errors.CustomerAgreementNotFound: _missing("customer-agreement"),
    errors.ReportNotFound: _missing("report"),
    errors.TooManyAgreements: _too_many_agreements,
    errors.ReportNotReady: _not_ready,
    errors.InquiryNotFound: _missing("compliance-inquiry"),
    errors.InquiryConflict: _inquiry_conflict,
    errors.InvalidMember: _invalid_member,
    errors.InvalidToken: _invalid_token,
    errors.InvalidInput: _invalid_next_token,
}

_CLOUDTRAIL: Rows = {
    errors.InvalidInput: _says("InvalidNextTokenException", "The NextToken is not valid for this request."),
}

_TABLES: Mapping[str, Rows] = {
    "organizations": _ORGANIZATIONS,
    "sts": _STS,
    "iam": _IAM,
    "artifact": _ARTIFACT,
    "cloudtrail": _CLOUDTRAIL,
}
