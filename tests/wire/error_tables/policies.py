"""The declared errors of policies, their targets and policy types."""

from collections.abc import Callable
from typing import Any

from tests.support.error_table import ErrorTable, Provocation
from tests.support.policy_calls import (
    DENY,
    FULL_ACCESS,
    NO_TAGS,
    SCP,
    TAG_POLICY,
    attach_policy,
    create_policy,
    enable_scps,
    set_scp_limits,
)
from tests.support.wire_client import Answer, Client
from tests.support.wire_organizations import SERVICE, STANDALONE, as_account, create_account, root_id

MISSING_POLICY = "p-00000000"
MISSING_ACCOUNT = "000000000000"
MISSING_ROOT = "r-0000"
LONG = DENY + " " * 10_240
PARAMETERS: dict[str, dict[str, Any]] = {
    "CreatePolicy": {"Name": "Name", "Description": "", "Content": DENY, "Type": SCP},
    "UpdatePolicy": {"PolicyId": MISSING_POLICY},
    "DeletePolicy": {"PolicyId": MISSING_POLICY},
    "DescribePolicy": {"PolicyId": MISSING_POLICY},
    "ListPolicies": {"Filter": SCP},
    "AttachPolicy": {"PolicyId": MISSING_POLICY, "TargetId": MISSING_ACCOUNT},
    "DetachPolicy": {"PolicyId": MISSING_POLICY, "TargetId": MISSING_ACCOUNT},
    "ListPoliciesForTarget": {"TargetId": MISSING_ACCOUNT, "Filter": SCP},
    "ListTargetsForPolicy": {"PolicyId": MISSING_POLICY},
    "EnablePolicyType": {"RootId": MISSING_ROOT, "PolicyType": TAG_POLICY},
    "DisablePolicyType": {"RootId": MISSING_ROOT, "PolicyType": TAG_POLICY},
}
"""Valid parameters of each operation; the resources that they name do not exist."""


def by_account(account_of: Callable[[Client], str], operation: str) -> Provocation:
    """Return a call of another account."""
    return lambda client: as_account(client, account_of(client)).expect_error(
        SERVICE, operation, **PARAMETERS[operation]
    )


def by_management(operation: str, **changed: Any) -> Provocation:
    """Return a call of the management account, with some parameters changed."""
    return lambda client: client.expect_error(SERVICE, operation, **PARAMETERS[operation] | changed)


def on_new_policy(operation: str, reason: str = "", **changed: Any) -> Provocation:
    """Return a call of the management account on a new policy without targets."""

    def provoke(client: Client) -> Answer:
        members = PARAMETERS[operation] | {"PolicyId": create_policy(client)} | changed
        return _refused_with(reason, client.expect_error(SERVICE, operation, **members))

    return provoke


def on_own_account(operation: str, policy_id: str, reason: str = "") -> Provocation:
    """Return a call of the management account on a policy and its own account."""
    return lambda client: _refused_with(
        reason, client.expect_error(SERVICE, operation, PolicyId=policy_id, TargetId=client.account)
    )


def on_root(operation: str, policy_type: str, reason: str = "") -> Provocation:
    """Return a call of the management account on a policy type and its own root."""
    return lambda client: _refused_with(
        reason, client.expect_error(SERVICE, operation, RootId=root_id(client), PolicyType=policy_type)
    )


def by_consolidated_billing(provoke: Provocation) -> Provocation:
    """Return a call of the management account of an organization with consolidated billing only."""

    def provoke_as_other(client: Client) -> Answer:
        other = as_account(client, STANDALONE)
        other.do(SERVICE, "CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")
        return provoke(other)

    return provoke_as_other


def _refused_with(reason: str, answer: Answer) -> Answer:
    assert answer.data.get("Reason", "") == reason
    return answer


def _rename_to_duplicate(client: Client) -> Answer:
    create_policy(client, "Taken")
    return client.expect_error(SERVICE, "UpdatePolicy", PolicyId=create_policy(client, "Other"), Name="Taken")


def _create_too_long(client: Client) -> Answer:
    answer = client.expect_error(SERVICE, "CreatePolicy", **PARAMETERS["CreatePolicy"] | {"Content": LONG})
    return _refused_with("POLICY_CONTENT_LIMIT_EXCEEDED", answer)


def _delete_attached(client: Client) -> Answer:
    policy_id = create_policy(client)
    attach_policy(client, policy_id, root_id(client))
    return client.expect_error(SERVICE, "DeletePolicy", PolicyId=policy_id)


def _attach_too_many(client: Client) -> Answer:
    set_scp_limits(client, max_attached=1)
    reason = "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"
    return on_new_policy("AttachPolicy", reason, TargetId=client.account)(client)


def _attach_of_disabled_type(client: Client) -> Answer:
    policy_id = create_policy(client, Type=TAG_POLICY, Content=NO_TAGS)
    return client.expect_error(SERVICE, "AttachPolicy", PolicyId=policy_id, TargetId=client.account)


def _detach_not_attached(client: Client) -> Answer:
    return client.expect_error(SERVICE, "DetachPolicy", PolicyId=create_policy(client), TargetId=client.account)


PROVOKED: dict[str, dict[str, Provocation]] = {
    "CreatePolicy": {
        "ConstraintViolationException": _create_too_long,
        "DuplicatePolicyException": by_management("CreatePolicy", Name="FullAWSAccess"),
        "InvalidInputException": by_management("CreatePolicy", Name="x" * 129),
        "MalformedPolicyDocumentException": by_management("CreatePolicy", Content="{}"),
        "PolicyTypeNotAvailableForOrganizationException": by_consolidated_billing(by_management("CreatePolicy")),
    },
    "UpdatePolicy": {
        "ConstraintViolationException": on_new_policy("UpdatePolicy", "POLICY_CONTENT_LIMIT_EXCEEDED", Content=LONG),
        "DuplicatePolicyException": _rename_to_duplicate,
        "InvalidInputException": by_management("UpdatePolicy", PolicyId="1"),
        "MalformedPolicyDocumentException": on_new_policy("UpdatePolicy", Content=NO_TAGS),
        "PolicyNotFoundException": by_management("UpdatePolicy"),
    },
    "DeletePolicy": {
        "InvalidInputException": by_management("DeletePolicy", PolicyId="1"),
        "PolicyInUseException": _delete_attached,
        "PolicyNotFoundException": by_management("DeletePolicy"),
    },
    "DescribePolicy": {
        "InvalidInputException": by_management("DescribePolicy", PolicyId="1"),
        "PolicyNotFoundException": by_management("DescribePolicy"),
    },
    "ListPolicies": {"InvalidInputException": by_management("ListPolicies", Filter="POLICY")},
    "AttachPolicy": {
        "ConstraintViolationException": _attach_too_many,
        "DuplicatePolicyAttachmentException": on_own_account("AttachPolicy", FULL_ACCESS),
        "InvalidInputException": by_management("AttachPolicy", TargetId="1"),
        "PolicyNotFoundException": by_management("AttachPolicy"),
        "PolicyTypeNotEnabledException": _attach_of_disabled_type,
        "TargetNotFoundException": by_management("AttachPolicy", PolicyId=FULL_ACCESS),
    },
    "DetachPolicy": {
        "ConstraintViolationException": on_own_account(
            "DetachPolicy", FULL_ACCESS, "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"
        ),
        "InvalidInputException": by_management("DetachPolicy", TargetId="1"),
        "PolicyNotAttachedException": _detach_not_attached,
        "PolicyNotFoundException": by_management("DetachPolicy"),
        "TargetNotFoundException": by_management("DetachPolicy", PolicyId=FULL_ACCESS),
    },
    "ListPoliciesForTarget": {
        "InvalidInputException": by_management("ListPoliciesForTarget", MaxResults=21),
        "TargetNotFoundException": by_management("ListPoliciesForTarget"),
    },
    "ListTargetsForPolicy": {
        "InvalidInputException": by_management("ListTargetsForPolicy", PolicyId=FULL_ACCESS, NextToken="another"),
        "PolicyNotFoundException": by_management("ListTargetsForPolicy"),
    },
    "EnablePolicyType": {
        "ConstraintViolationException": on_root("EnablePolicyType", "SECURITYHUB_POLICY", "SERVICE_ACCESS_NOT_ENABLED"),
        "InvalidInputException": by_management("EnablePolicyType", RootId="1"),
        "PolicyTypeAlreadyEnabledException": on_root("EnablePolicyType", SCP),
        "PolicyTypeNotAvailableForOrganizationException": by_consolidated_billing(on_root("EnablePolicyType", SCP)),
        "RootNotFoundException": by_management("EnablePolicyType"),
    },
    "DisablePolicyType": {
        "InvalidInputException": by_management("DisablePolicyType", PolicyType="POLICY"),
        "PolicyTypeNotEnabledException": on_root("DisablePolicyType", TAG_POLICY),
        "RootNotFoundException": by_management("DisablePolicyType"),
    },
}
for operation, errors in PROVOKED.items():
    errors["AccessDeniedException"] = by_account(create_account, operation)
    errors["AWSOrganizationsNotInUseException"] = by_account(lambda _: STANDALONE, operation)
CHANGING_OPERATIONS = ("UpdatePolicy", "AttachPolicy", "DetachPolicy", "EnablePolicyType", "DisablePolicyType")
UNREACHABLE = {
    **{
        (operation, "PolicyChangesInProgressException"): "changes take effect immediately"
        for operation in CHANGING_OPERATIONS
    },
    **{
        (operation, "UnsupportedAPIEndpointException"): "every emulated partition has policies"
        for operation in PARAMETERS
    },
    ("DisablePolicyType", "ConstraintViolationException"): "disabling a policy type exceeds no quota",
}
TABLE = ErrorTable(provoked=PROVOKED, unreachable=UNREACHABLE, prepare=enable_scps)
