"""The errors of IAM."""

from artifact_emulator.aws.errors.rows import TAG_RULE_MESSAGES, Row, Rows, fixed_row
from artifact_state import errors
from artifact_state.errors import ArnProblem, DeletionObstacle, Entity, IdentityQuota, PropertyProblem, ProviderProblem
from artifact_state.model import Caller

# Observed on AWS, except those of aliases and policy versions.
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
    Entity.MFA_DEVICE: "VirtualMFADevice with serial number {} doesn't exist.",
    Entity.USER_MFA_DEVICE: "MFA Device invalid for user.",
    Entity.IDENTITY_PROVIDER: "OpenIDConnect Provider not found for arn {}",
    Entity.SAML_PROVIDER: "Manifest not found for arn {}",
    Entity.ALIAS: "The account alias with name {} cannot be found.",
    Entity.ARN: "ARN {} does not exist.",
    Entity.JOB: "Job {} does not exist.",
    Entity.INSTANCE_PROFILE: "Instance Profile {} cannot be found.",
    Entity.PASSWORD_POLICY: "The Password Policy with domain name {} cannot be found.",
}
_NAME_TAKEN = "The name {} already exists."
_NAME_TAKEN_MESSAGES = {
    Entity.USER: "User with name {} already exists.",
    Entity.GROUP: "Group with name {} already exists.",
    Entity.ROLE: "Role with name {} already exists.",
    Entity.POLICY: "A policy called {} already exists. Duplicate names are not allowed.",
    Entity.LOGIN: "Login Profile for user {} already exists.",
    Entity.INSTANCE_PROFILE: "Instance Profile {} already exists.",
    Entity.MFA_DEVICE: "MFA device already exists.",
    Entity.IDENTITY_PROVIDER: "Provider with url {} already exists.",
    # Unverified.
    Entity.SAML_PROVIDER: "A provider named {} already exists.",
    Entity.ALIAS: "The account alias {} already exists.",
}
# Observed on AWS, except the last two.
_OBSTACLE_MESSAGES = {
    DeletionObstacle.ATTACHED_POLICIES: "Cannot delete entity, must detach all policies first.",
    DeletionObstacle.INLINE_POLICIES: "Cannot delete entity, must delete policies first.",
    DeletionObstacle.ACCESS_KEYS: "Cannot delete entity, must delete access keys first.",
    DeletionObstacle.GROUP_MEMBERSHIP: "Cannot delete entity, must remove users from group first.",
    DeletionObstacle.LOGIN: "Cannot delete entity, must delete login profile first.",
    DeletionObstacle.MFA_DEVICES: "Cannot delete entity, must remove tokens from principal first.",
    DeletionObstacle.DEVICE_USER: "MFA VirtualDevice in use. Must deactivate first.",
    DeletionObstacle.ROLE_IN_PROFILE: "Cannot delete entity, must remove roles from instance profile first.",
    DeletionObstacle.ATTACHMENTS: "Cannot delete a policy attached to entities.",
    DeletionObstacle.VERSIONS: "This policy has more than one version. Before you delete a policy, you must delete the "
    "policy's versions. The default version is deleted with the policy.",
    DeletionObstacle.DEFAULT_VERSION: "Cannot delete the default version of a policy.",
}
_ARN_PROBLEMS = {
    ArnProblem.PARTITION: ("ValidationError", "Invalid ARN partition"),
    ArnProblem.SERVICE: ("ValidationError", "Invalid service in ARN"),
    ArnProblem.UNSUPPORTED: ("InvalidInputException", "Invalid Entity Arn: {} is not supported."),
    ArnProblem.NO_ENTITY: ("InvalidInputException", "Could not extract entity from ARN : {}"),
}
# AWS's message about a credential report that cannot be read.
_NO_REPORT = "Unknown"
_PROPERTY_PROBLEMS = {
    PropertyProblem.FORMAT: "Property key must be in format Namespace/PropertyName: {}",
    PropertyProblem.NAMESPACE: "Unsupported namespace: {}",
    PropertyProblem.SEVERAL_NAMESPACES: "All properties must belong to the same namespace",
    PropertyProblem.ENABLED_MISSING: "RoleManager namespace requires Enabled property",
    PropertyProblem.ENABLED_VALUE: "Enabled must be 'true' or 'false'",
}
_SIZE_QUOTA_OWNERS = {
    IdentityQuota.USER_POLICY_SIZE: "user",
    IdentityQuota.GROUP_POLICY_SIZE: "group",
    IdentityQuota.ROLE_POLICY_SIZE: "role",
}

# Unverified: all after the second, and the codes.
_PROVIDER_PROBLEMS = {
    ProviderProblem.URL: ("ValidationError", "Invalid Open ID Connect Provider URL"),
    ProviderProblem.TOO_MANY_THUMBPRINTS: (
        "InvalidInputException", "Thumbprint list must contain fewer than 5 entries."
    ),
    ProviderProblem.THUMBPRINT: ("InvalidInputException", "Invalid thumbprint."),
    ProviderProblem.SET_AND_REMOVED: (
        "InvalidInputException", "A configuration and its Remove flag cannot be specified in the same request."
    ),
    ProviderProblem.TWO_CHANGES: (
        "InvalidInputException",
        "A single request can change either the context provider or the IAM Identity Center association, but not both.",
    ),
    ProviderProblem.INSTANCE_ARN: ("InvalidInputException", "Invalid IAM Identity Center instance ARN."),
    ProviderProblem.INSTANCE_WITHOUT_CONTEXT: (
        "InvalidInputException", "An IAM Identity Center association requires a context provider."
    ),
    ProviderProblem.TWO_SUBJECT_TYPES: (
        "InvalidInputException", "SubjectTypeValue and SubjectTypeSourceKey are mutually exclusive."
    ),
    ProviderProblem.CONTEXT_KEY: ("InvalidInputException", "Invalid context provider key."),
}  # fmt: skip


def _not_owned(refusal: errors.NotOwned, caller: Caller) -> Row:
    resource = f"{refusal.kind.value} {refusal.name}"
    # The message about access keys has no colon, as recorded on AWS by
    # https://github.com/localstack/localstack/blob/main/tests/aws/services/iam/test_iam.snapshot.json
    perform = "perform" if refusal.kind is Entity.ACCESS_KEY else "perform:"
    return "AccessDenied", f"User: {caller.arn} is not authorized to {perform} {refusal.action} on resource: {resource}"


def _invalid_policy_arn(refusal: errors.InvalidPolicyArn, caller: Caller) -> Row:
    """Return different errors for a text that is not an ARN and for the ARN of another kind of resource."""
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
    elif refusal.quota in _SIZE_QUOTA_OWNERS:
        kind = _SIZE_QUOTA_OWNERS[refusal.quota]
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
    errors.ForeignEntity: lambda refusal, caller: (
        "AccessDenied", f"User: {caller.arn} is not authorized to perform the operation on {refusal.arn}"
    ),
    errors.InvalidEntityArn: lambda refusal, caller: (
        _ARN_PROBLEMS[refusal.reason][0], _ARN_PROBLEMS[refusal.reason][1].format(refusal.arn)
    ),
    errors.InvalidServiceNamespaces: lambda refusal, caller: (
        "InvalidInputException", f"Invalid service namespace: [{refusal.namespaces}]"
    ),
    # AWS's spelling.
    errors.ServiceNotReported: lambda refusal, caller: (
        "InvalidInputException", f"Service namepace {refusal.namespace} is either invalid or unsupported."
    ),
    errors.CredentialReportNotFound: fixed_row("CredentialReportNotPresentException", _NO_REPORT),
    errors.CredentialReportNotReady: fixed_row("CredentialReportNotReadyException", _NO_REPORT),
    # Unverified: the message.
    errors.CredentialReportExpired: fixed_row("CredentialReportExpiredException", _NO_REPORT),
    errors.AccessReportNotFound: lambda refusal, caller: (
        "NoSuchEntityException", f"Job {refusal.name} does not exist."
    ),
    # Unverified: AWS's message for other accounts.
    errors.AccessReportsDenied: fixed_row(
        "AccessDenied", "Access reports of an organization are for its management account."
    ),
    errors.ForeignEntityPath: fixed_row(
        "AccessDenied", "The organization ID in the specified entity path is different than your organization ID."
    ),
    errors.LinkedServiceNotFound: lambda refusal, caller: (
        "AccessDenied", f"Cannot find Service Linked Role template for {refusal.name}"
    ),
    errors.RoleTemplateNotFound: lambda refusal, caller: (
        "NoSuchEntityException", f"Role template not found in repository: {refusal.name}"
    ),
    errors.RoleTemplateParameterUnknown: lambda refusal, caller: (
        "InvalidInputException", f"Failed to render template: Unrecognized parameter: {refusal.name}"
    ),
    errors.RoleTemplateParameterMissing: lambda refusal, caller: (
        "InvalidInputException", f"Failed to render template: Parameter '{refusal.name}' not found."
    ),
    errors.RoleTemplateValueNotSingle: lambda refusal, caller: (
        "ValidationError",
        f"{refusal.name} replacement value must contain exactly one value, got {refusal.number}",
    ),
    errors.RoleModified: lambda refusal, caller: (
        "RoleModifiedException",
        f"Role {refusal.name} has been modified since it was created and is no longer managed.",
    ),
    # Unverified: the message.
    errors.UnmanagedRoleExists: lambda refusal, caller: (
        "NameConflictException", f"Role {refusal.name} already exists and is not managed by the template."
    ),
    errors.RoleNameTaken: lambda refusal, caller: (
        "InvalidInputException",
        f"Service role name {refusal.name} has been taken in this account, please try a different suffix.",
    ),
    errors.SuffixNotAllowed: lambda refusal, caller: (
        "InvalidInputException", f"Custom suffix is not allowed for {refusal.name}"
    ),
    errors.PathReserved: lambda refusal, caller: (
        "InvalidInputException",
        f"Path prefix '{refusal.prefix}' can only be used for AWS Service linked Roles",
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
    errors.EntityInUse: lambda refusal, caller: ("DeleteConflictException", _OBSTACLE_MESSAGES[refusal.reason]),
    errors.QuotaExceeded: _over_quota,
    errors.ServicePolicyNotAttachable: fixed_row(
        "PolicyNotAttachableException", "Cannot attach a Service Role Policy to a Customer Role."
    ),
    errors.NotOwned: _not_owned,
    errors.NotInOrganization: fixed_row(
        "OrganizationNotFoundException",
        "The request was rejected because no organization is associated with your account.",
    ),
    errors.WrongAccount: fixed_row(
        "AccountNotManagementOrDelegatedAdministratorException",
        "The request was rejected because the account making the request is not the management account or delegated "
        "administrator account for centralized root access.",
    ),
    errors.NotManagementAccount: fixed_row(
        "CallerIsNotManagementAccountException",
        "The request was rejected because the account making the request is not the management account for the "
        "organization.",
    ),
    errors.AllFeaturesRequired: fixed_row(
        "OrganizationNotInAllFeaturesModeException",
        "The request was rejected because your organization does not have All features enabled.",
    ),
    errors.TrustedAccessDisabled: lambda refusal, caller: (
        "ServiceAccessNotEnabledException",
        f"Trusted Access for IAM not enabled by organization of input account {caller.account_id}.",
    ),
    errors.UserNameRequired: fixed_row(
        "ValidationError", "Must specify userName when calling with non-User credentials"
    ),
    errors.MultiFactorRequired: fixed_row(
        "AccessDenied",
        "To complete this action, please ensure that you are authenticated with an MFA device that is enabled for "
        "this user.",
    ),
    errors.MfaDeviceTaken: lambda refusal, caller: (
        "EntityAlreadyExistsException",
        f"MFA Device for user {refusal.name} already exists." if refusal.name else "MFA Device is already in use.",
    ),
    errors.MfaCodesInvalid: fixed_row(
        "InvalidAuthenticationCodeException", "Authentication code for device is not valid."
    ),
    errors.InvalidProvider: lambda refusal, caller: _PROVIDER_PROBLEMS[refusal.reason],
    errors.OutboundFederationDisabled: lambda refusal, caller: (
        "FeatureDisabledException", f"Outbound identity federation is disabled for account {refusal.account_id}"
    ),
    errors.OutboundFederationAlreadyDisabled: lambda refusal, caller: (
        "FeatureDisabledException", f"Outbound identity federation is already disabled for account {refusal.name}"
    ),
    errors.OutboundFederationAlreadyEnabled: lambda refusal, caller: (
        "FeatureEnabledException", f"Outbound identity federation is already enabled for account {refusal.name}"
    ),
    errors.InvalidTagKeys: lambda refusal, caller: (
        "InvalidInputException", TAG_RULE_MESSAGES[refusal.reason]
    ),
    errors.InvalidProperty: lambda refusal, caller: (
        "InvalidInputException", _PROPERTY_PROBLEMS[refusal.reason].format(refusal.name)
    ),
    # Unverified: both messages, and the code of the second.
    errors.NotUser: fixed_row("InvalidUserTypeException", "Only IAM Users can change their own password"),
    errors.WrongPassword: fixed_row("AccessDenied", "The old password was incorrect."),
    errors.PasswordTooWeak: fixed_row(
        "PasswordPolicyViolationException", "Password does not conform to the account password policy."
    ),
    errors.InvalidPolicyInput: lambda refusal, caller: ("InvalidInputException", refusal.message),
    errors.SimulatedIdentityNotFound: fixed_row("NoSuchEntityException", "Unable to retrieve specified IAM entity."),
    errors.InvalidSimulationInput: lambda refusal, caller: ("InvalidInputException", refusal.message),
    errors.MalformedPolicyDocument: lambda refusal, caller: ("MalformedPolicyDocumentException", refusal.message),
    errors.InvalidPolicyArn: _invalid_policy_arn,
    # Unverified: AWS's message.
    errors.InvalidDeletionTaskId: lambda refusal, caller: (
        "InvalidInputException", f"The deletion task ID {refusal.task_id} is not valid."
    ),
    errors.LoginBeingCreated: lambda refusal, caller: (
        "EntityTemporarilyUnmodifiableException",
        f"Login Profile for User {refusal.user_name} cannot be modified while login profile is being created.",
    ),
    # Unverified: the message is the error's description in AWS's model.
    errors.TooManyAccessReports: fixed_row(
        "ReportGenerationLimitExceededException",
        "Maximum number of concurrent jobs exceeded",
    ),
    errors.InvalidInput: fixed_row("ValidationError", "Invalid Marker."),
}  # fmt: skip
