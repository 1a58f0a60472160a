"""What IAM says when it refuses."""

from artifact_emulator.aws.errors.words import TAG_RULE_MESSAGES, Row, Rows, says
from artifact_state import errors
from artifact_state.errors import DeletionObstacle, Entity, IdentityQuota
from artifact_state.model import Caller

# Seen in AWS's own output, but for aliases and versions of policies.
_NOT_FOUND_MESSAGES = {
    Entity.USER: "The user with name {} cannot be found.",
    Entity.GROUP: "The group with name {} cannot be found.",
    Entity.ROLE: "The role with name {} cannot be found.",
    Entity.POLICY: "Policy {} was not found.",
    Entity.POLICY_VERSION: "Policy {} version {} does not exist or is not attachable.",
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
_DELETION_OBSTACLE_MESSAGES = {
    DeletionObstacle.ATTACHED_POLICIES: "Cannot delete entity, must detach all policies first.",
    DeletionObstacle.INLINE_POLICIES: "Cannot delete entity, must delete policies first.",
    DeletionObstacle.ACCESS_KEYS: "Cannot delete entity, must delete access keys first.",
    DeletionObstacle.GROUP_MEMBERSHIP: "Cannot delete entity, must remove users from group first.",
    DeletionObstacle.LOGIN: "Cannot delete entity, must delete login profile first.",
    DeletionObstacle.ATTACHMENTS: "Cannot delete a policy attached to entities.",
    DeletionObstacle.VERSIONS: "This policy has more than one version. Before you delete a policy, you must delete the "
    "policy's versions. The default version is deleted with the policy.",
    DeletionObstacle.DEFAULT_VERSION: "Cannot delete the default version of a policy.",
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


def _no_policy_arn(refusal: errors.InvalidPolicyArn, caller: Caller) -> Row:
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


ROWS: Rows = {
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
    errors.AccessReportsDenied: says(
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
        "NoSuchEntityException", _NOT_FOUND_MESSAGES[refusal.kind].format(refusal.name, refusal.version)
    ),
    errors.EntityNameTaken: lambda refusal, caller: (
        "EntityAlreadyExistsException", _NAME_TAKEN_MESSAGES.get(refusal.kind, _NAME_TAKEN).format(refusal.name)
    ),
    errors.EntityInUse: lambda refusal, caller: ("DeleteConflictException", _DELETION_OBSTACLE_MESSAGES[refusal.reason]),
    errors.QuotaExceeded: _over_quota,
    errors.ServicePolicyNotAttachable: says(
        "PolicyNotAttachableException", "Cannot attach a Service Role Policy to a Customer Role."
    ),
    errors.NotOwned: _not_owned,
    errors.NotInOrganization: says(
        "OrganizationNotFoundException",
        "The request was rejected because no organization is associated with your account.",
    ),
    errors.WrongAccount: says(
        "AccountNotManagementOrDelegatedAdministratorException",
        "The request was rejected because the account making the request is not the management account or delegated "
        "administrator account for centralized root access.",
    ),
    errors.NotManagementAccount: says(
        "CallerIsNotManagementAccountException",
        "The request was rejected because the account making the request is not the management account for the "
        "organization.",
    ),
    errors.AllFeaturesRequired: says(
        "OrganizationNotInAllFeaturesModeException",
        "The request was rejected because your organization does not have All features enabled.",
    ),
    errors.TrustedAccessDisabled: says(
        "ServiceAccessNotEnabledException",
        "The request was rejected because trusted access is not enabled for IAM in AWS Organizations.",
    ),
    errors.UserNameRequired: says(
        "ValidationError", "Must specify userName when calling with non-User credentials"
    ),
    errors.InvalidTagKeys: lambda refusal, caller: (
        "InvalidInputException", TAG_RULE_MESSAGES[refusal.reason]
    ),
    errors.PasswordTooWeak: says(
        "PasswordPolicyViolationException", "Password does not conform to the account password policy."
    ),
    errors.InvalidPolicyInput: lambda refusal, caller: ("InvalidInputException", refusal.message),
    # Unverified: AWS's texts.
    errors.InvalidSimulationInput: lambda refusal, caller: ("InvalidInputException", refusal.message),
    errors.MalformedPolicyDocument: lambda refusal, caller: ("MalformedPolicyDocumentException", refusal.message),
    errors.InvalidPolicyArn: _no_policy_arn,
    # Unverified: AWS's text.
    errors.InvalidDeletionTaskId: lambda refusal, caller: (
        "InvalidInputException", f"The deletion task ID {refusal.task_id} is not valid."
    ),
    errors.LoginBeingCreated: lambda refusal, caller: (
        "EntityTemporarilyUnmodifiableException",
        f"Login Profile for User {refusal.user_name} cannot be modified while login profile is being created.",
    ),
    # The description of the error in AWS's model; its text on the wire is unverified.
    errors.TooManyAccessReports: says(
        "ReportGenerationLimitExceededException",
        "The request failed because the maximum number of concurrent requests for this account are already running.",
    ),
    errors.InvalidInput: says("ValidationError", "Invalid Marker."),
}  # fmt: skip
