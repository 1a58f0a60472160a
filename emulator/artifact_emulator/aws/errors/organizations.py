"""The errors of AWS Organizations.

Source: https://docs.aws.amazon.com/organizations/latest/APIReference/CommonErrors.html and the model of each error.
"""

from artifact_emulator.aws.errors.rows import Row, Rows, fixed_row
from artifact_state import errors
from artifact_state.errors import Constraint, HandshakeConstraint, InputReason
from artifact_state.model import Caller

NO_PERMISSION = "You don't have permissions to access this resource."
INPUT_MESSAGES = {
    InputReason.UNRECOGNIZED_SERVICE_PRINCIPAL: "You specified an unrecognized service principal.",
    InputReason.INVALID_NEXT_TOKEN: "You specified an invalid value for nextToken. You must get the value "
    "from the response to a previous call to the API.",
    InputReason.TARGET_NOT_SUPPORTED: "You specified a target that is not currently supported.",
    InputReason.INVALID_PATTERN: "You provided a value that does not match the required pattern.",
    InputReason.INVALID_EMAIL_ADDRESS_TARGET: "You specified an invalid email address for the invited account owner.",
    InputReason.INVALID_PARTY_TYPE_TARGET: "You specified an invalid party type as the target parameter.",
    InputReason.MAX_LIMIT_EXCEEDED_FILTER: "You specified too many filter parameters.",
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
    InputReason.DUPLICATE_TAG_KEY: "Your request includes duplicate tag keys.",
    InputReason.IMMUTABLE_POLICY: "You specified a policy that is managed by AWS and can't be modified.",
    InputReason.INVALID_RESOURCE_POLICY_JSON: "This resource-based policy contains invalid JSON.",
    InputReason.UNSUPPORTED_ACTION_IN_RESOURCE_POLICY: "{value} is not a supported action for this resource-based "
    "policy.",
    # Unverified: by analogy with actions.
    InputReason.UNSUPPORTED_RESOURCE_IN_RESOURCE_POLICY: "{value} is not a supported resource for this resource-based "
    "policy.",
    InputReason.UNSUPPORTED_POLICY_TYPE_IN_RESOURCE_POLICY: "{value} is not a supported policy type for this "
    "resource-based policy.",
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
    # Observed on AWS: https://github.com/org-formation/org-formation-cli/issues/368
    Constraint.OU_DEPTH_LIMIT_EXCEEDED: "You cannot add an organizational unit to the specified parent because it "
    "would exceed the max depth allowed.",
    Constraint.CANNOT_CLOSE_MANAGEMENT_ACCOUNT: "You attempted to close the management account.",
    Constraint.CLOSE_ACCOUNT_QUOTA_EXCEEDED: "You have exceeded close account quota for the past 30 days.",
    Constraint.CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED: "You attempted to exceed the number of accounts that you can "
    "close at a time.",
    Constraint.ACCOUNT_CANNOT_LEAVE_ORGANIZATION: "You can't remove a closed account from the organization.",
    Constraint.MAX_TAG_LIMIT_EXCEEDED: "You have exceeded the number of tags allowed on this resource.",
    Constraint.UPDATE_EXISTING_RESOURCE_POLICY_WITH_TAGS_NOT_SUPPORTED: "Adding tags on updating an existing "
    "resource-based policy is not supported.",
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
    # Observed on AWS: https://github.com/hashicorp/terraform-provider-aws/issues/26999
    Constraint.MEMBER_ACCOUNT_PAYMENT_INSTRUMENT_REQUIRED: "The member account must be configured with a valid "
    "payment method, such as a credit card.",
    Constraint.CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR: "You cannot register management account/yourself as "
    "delegated administrator for your organization.",
    Constraint.SERVICE_ACCESS_NOT_ENABLED: "You must enable service access before you delegate an administrator for "
    "this service. Call the AWS API EnableAWSServiceAccess first.",
    Constraint.POLICY_TYPE_ENABLED_FOR_THIS_SERVICE: "You attempted to disable service access before you disabled the "
    "policy type.",
    Constraint.POLICY_NUMBER_LIMIT_EXCEEDED: "You attempted to exceed the number of policies that you can have in an "
    "organization.",
    Constraint.POLICY_CONTENT_LIMIT_EXCEEDED: "You have exceeded the maximum policy size.",
    # Observed on AWS: https://github.com/hashicorp/terraform-provider-aws/issues/41493
    Constraint.MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED: "You have attached the maximum number of policies to the "
    "specified target.",
    Constraint.MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED: "You cannot remove the last policy attached to the specified "
    "target. You must have at least one attached at all times.",
    Constraint.CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG: "You cannot remove an account that is a delegated "
    "administrator. Deregister it first.",
}
_HANDSHAKE_MESSAGES = {
    HandshakeConstraint.ALREADY_IN_AN_ORGANIZATION: "The AWS account is already a member of an organization.",
    HandshakeConstraint.ACCOUNT_NUMBER_LIMIT_EXCEEDED: "You have exceeded the allowed number of AWS accounts.",
    HandshakeConstraint.HANDSHAKE_RATE_LIMIT_EXCEEDED: "You attempted to exceed the number of handshakes that you can "
    "send in one day.",
    HandshakeConstraint.INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES: "You can't issue new invitations to join an "
    "organization while it's in the process of enabling all features.",
    # Observed on AWS.
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
    message = INPUT_MESSAGES.get(refusal.reason, "You specified an invalid value.")
    return "InvalidInputException", message.format(value=refusal.value), {"Reason": refusal.reason.value}


def _constraint(refusal: errors.ConstraintViolated, caller: Caller) -> Row:
    message = _CONSTRAINT_MESSAGES.get(refusal.reason, "The request would exceed a limit of your organization.")
    return "ConstraintViolationException", message, {"Reason": refusal.reason.value}


def _handshake_constraint(refusal: errors.HandshakeConstraintViolated, caller: Caller) -> Row:
    message = _HANDSHAKE_MESSAGES.get(refusal.reason, "The handshake request is invalid.")
    return "HandshakeConstraintViolationException", message, {"Reason": refusal.reason.value}


ROWS: Rows = {
    errors.NotInOrganization: fixed_row(
        "AWSOrganizationsNotInUseException", "Your account is not a member of an organization."
    ),
    errors.WrongAccount: fixed_row("AccessDeniedException", NO_PERMISSION),
    errors.NotParty: fixed_row("AccessDeniedException", NO_PERMISSION),
    errors.EmailNotVerified: fixed_row(
        "AccountOwnerNotVerifiedException",
        "You can't invite an existing account to your organization until you verify that you own the email address "
        "associated with the management account.",
    ),
    errors.AccountNotFound: fixed_row("AccountNotFoundException", "You specified an account that doesn't exist."),
    errors.AccountCreationNotFound: fixed_row(
        "CreateAccountStatusNotFoundException", "You specified a create account request that doesn't exist."
    ),
    errors.HandshakeNotFound: fixed_row("HandshakeNotFoundException", "You specified a handshake that doesn't exist."),
    errors.UnitNotFound: fixed_row(
        "OrganizationalUnitNotFoundException", "You specified an organizational unit that doesn't exist."
    ),
    errors.ParentNotFound: fixed_row("ParentNotFoundException", "You specified parent that doesn't exist."),
    errors.SourceParentNotFound: fixed_row(
        "SourceParentNotFoundException", "We can't find a source root or OU with the ParentId that you specified."
    ),
    errors.DestinationParentNotFound: fixed_row(
        "DestinationParentNotFoundException",
        "We can't find the destination container (a root or OU) with the ParentId that you specified.",
    ),
    errors.ChildNotFound: fixed_row(
        "ChildNotFoundException", "We can't find an organizational unit (OU) or account with the ChildId you specified."
    ),
    errors.RootNotFound: fixed_row("RootNotFoundException", "You specified a root that doesn't exist."),
    errors.PolicyNotFound: fixed_row("PolicyNotFoundException", "You specified a policy that doesn't exist."),
    errors.EffectivePolicyNotFound: fixed_row(
        "EffectivePolicyNotFoundException",
        "The specified policy type is not enabled. Enable that policy type on your organization root and then retry.",
    ),
    errors.ResourcePolicyNotFound: fixed_row("ResourcePolicyNotFoundException", "No resource-based policy found."),
    errors.PolicyNameTaken: fixed_row(
        "DuplicatePolicyException", "A policy with the specified name and type already exists."
    ),
    errors.PolicyInUse: fixed_row("PolicyInUseException", "The specified policy is in use and cannot be deleted."),
    errors.PolicyAlreadyAttached: fixed_row(
        "DuplicatePolicyAttachmentException", "The selected policy is already attached to the specified target."
    ),
    errors.PolicyNotAttached: fixed_row(
        "PolicyNotAttachedException", "The policy isn't attached to the specified target in the specified root."
    ),
    errors.PolicyTypeAlreadyEnabled: fixed_row(
        "PolicyTypeAlreadyEnabledException", "The specified policy type is already enabled."
    ),
    errors.PolicyTypeNotEnabled: fixed_row(
        "PolicyTypeNotEnabledException", "This operation can be performed only for enabled policy types."
    ),
    errors.PolicyTypeNotAvailable: fixed_row(
        "PolicyTypeNotAvailableForOrganizationException",
        "You can't use the specified policy type with the feature set currently enabled for this organization.",
    ),
    errors.MalformedPolicyDocument: fixed_row(
        "MalformedPolicyDocumentException",
        "The provided policy document does not meet the requirements of the specified policy type.",
    ),
    errors.TargetNotFound: fixed_row("TargetNotFoundException", "You specified a target that doesn't exist."),
    errors.OrganizationFinalizing: fixed_row(
        "FinalizingOrganizationException",
        "AWS Organizations could not finalize the creation of your organization. Try again later. "
        "If this persists, contact AWS customer support.",
    ),
    errors.UnitNameTaken: fixed_row("DuplicateOrganizationalUnitException", "An OU with the same name already exists."),
    errors.UnitNotEmpty: fixed_row(
        "OrganizationalUnitNotEmptyException",
        "The specified OU is not empty. Move all accounts to another root or to other OUs, remove all child OUs, "
        "and try the operation again.",
    ),
    errors.AccountAlreadyInParent: fixed_row(
        "DuplicateAccountException", "That account is already present in the specified destination."
    ),
    errors.AccountAlreadyClosed: fixed_row(
        "AccountAlreadyClosedException", "You attempted to close an account that is already closed."
    ),
    errors.AccountBeingClosed: fixed_row(
        "ConflictException",
        "The request failed because it conflicts with the current state of the specified resource.",
    ),
    errors.UnsupportedInPartition: fixed_row(
        "UnsupportedAPIEndpointException", "This action isn't available in the current AWS Region."
    ),
    errors.AlreadyInOrganization: fixed_row(
        "AlreadyInOrganizationException", "The AWS account is already a member of an organization."
    ),
    errors.OrganizationNotEmpty: fixed_row(
        "OrganizationNotEmptyException",
        "To delete an organization you must first remove all member accounts (except the master).",
    ),
    errors.ManagementAccountCannotLeave: fixed_row(
        "MasterCannotLeaveOrganizationException",
        "You can't remove a management account from an organization. Delete the organization instead.",
    ),
    errors.AccountAlreadyRegistered: fixed_row(
        "AccountAlreadyRegisteredException",
        "The provided account is already a delegated administrator for your organization.",
    ),
    errors.AccountNotRegistered: fixed_row(
        "AccountNotRegisteredException",
        "The provided account is not a registered delegated administrator for your organization.",
    ),
    errors.AcceptedByMember: lambda refusal, caller: _handshake_constraint(
        errors.HandshakeConstraintViolated(HandshakeConstraint.ALREADY_IN_AN_ORGANIZATION), caller
    ),
    errors.DuplicateHandshake: fixed_row(
        "DuplicateHandshakeException",
        "A handshake with the specified type and parameters already exists for the given parties.",
    ),
    errors.HandshakeAlreadyInState: fixed_row(
        "HandshakeAlreadyInStateException", "The handshake is already in the requested state."
    ),
    errors.InvalidHandshakeTransition: fixed_row(
        "InvalidHandshakeTransitionException",
        "You cannot perform this operation on a handshake in its current state, such as attempting to cancel a "
        "handshake that was previously accepted or attempting to accept a handshake that was declined.",
    ),
    errors.TransferNotFound: fixed_row(
        "ResponsibilityTransferNotFoundException", "We can't find a transfer that you specified."
    ),
    errors.TransferAlreadyInStatus: fixed_row(
        "ResponsibilityTransferAlreadyInStatusException",
        "The responsibility transfer is already in the status that you specified.",
    ),
    errors.InvalidTransferTransition: fixed_row(
        "InvalidResponsibilityTransferTransitionException",
        "The responsibility transfer can't transition to the requested state because it's not in a valid state for "
        "this operation.",
    ),
    errors.InvalidInput: _input,
    errors.ConstraintViolated: _constraint,
    errors.HandshakeConstraintViolated: _handshake_constraint,
}
