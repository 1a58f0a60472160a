import json
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from tests.support.management_policies import Document, archive, assign, assigned, complete_plan, plan, rule, schedule
from tests.support.policy_calls import TAG_POLICY, attach_policy, create_policy, enable_policy_type
from tests.support.wire_client import Client
from tests.support.wire_organizations import SERVICE, root_id
from tests.wire.conftest import NOW

BACKUP = "BACKUP_POLICY"
DESCRIBE, VALIDATE = "DescribeEffectivePolicy", "ListEffectivePolicyValidationErrors"
INVALID_TYPE = "You specified an invalid policy type."
VAULT = {"target_backup_vault_name": {"@@assign": "vault"}}
RULES = complete_plan()
RULES["plans"]["daily"]["rules"] = {f"r{number}": VAULT for number in range(11)}
"""A backup policy with more rules than a plan may have."""
DOCUMENTS: dict[str, Any] = {TAG_POLICY: {"tags": {"a": {"tag_key": {"@@assign": "A"}}}}, BACKUP: RULES}


class Case(NamedTuple):
    """Two policies, of the root and of the account, and the error that they have together."""

    above: Document
    own: Document
    code: str
    message: str
    path: str


OPTED_IN = "opt_in_to_archive_for_supported_resources=true"
CASES = [
    Case(
        rule(target_backup_vault_name=assign("vault")),
        plan(regions=assign(["us-east-1"])),
        "KEY_REQUIRED",
        "'selections' is missing",
        "plans/daily",
    ),
    Case(
        complete_plan(),
        plan(regions=assign([])),
        "ELEMENTS_TOO_FEW",
        "'regions' is less than the allowed minimum limit 1",
        "plans/daily/regions",
    ),
    Case(
        complete_plan(enable_continuous_backup=assign("true"), lifecycle=assigned(delete_after_days="35")),
        rule(lifecycle=assigned(delete_after_days="45")),
        "CROSS_ATTRIBUTE_VALIDATION",
        (
            "Dependent fields enable_continuous_backup=true,delete_after_days=45 in policy block daily are invalid "
            "when used together"
        ),
        "plans/daily/rules/daily",
    ),
    Case(
        complete_plan(schedule_expression=assign("cron(0 5 1 * ? *)"), lifecycle=archive()),
        schedule("0 5 ? * * *"),
        "CROSS_ATTRIBUTE_VALIDATION",
        (
            f"Dependent fields {OPTED_IN},schedule_expression=cron(0 5 ? * * *) in policy block daily are invalid "
            "when used together"
        ),
        "plans/daily/rules/daily",
    ),
    Case(
        {"tags": {f"tag-{n}": {"report_required_tag_for": assign(["ec2:instance"])} for n in range(30)}},
        {"tags": {f"tag-{n}": {"report_required_tag_for": assign(["ec2:instance"])} for n in range(30, 55)}},
        "ELEMENTS_TOO_MANY",
        (
            "Resource type 'ec2:instance' has 55 tags for 'report_required_tag_for', which exceeds the maximum "
            "limit of 50. Contributing tag keys include: tag-0, tag-1, tag-10, tag-11, tag-12 and 50 more"
        ),
        "tags",
    ),
]


def attach_to_root(client: Client, policy_type: str = TAG_POLICY, content: str = "") -> str:
    """Enable a policy type, create a policy, attach it to the root, and return its id."""
    enable_policy_type(client, policy_type)
    content = content or json.dumps(DOCUMENTS[policy_type])
    policy_id = create_policy(client, "A", Type=policy_type, Content=content)
    attach_policy(client, policy_id, root_id(client))
    return policy_id


class TestDescribeEffectivePolicy:
    """DescribeEffectivePolicy."""

    def test_effective_policy_of_the_caller_has_no_operators(self, management: Client, member: Client) -> None:
        """The document has no operators; without a target it is that of the caller."""
        attach_to_root(management)
        for caller in (management, member):
            assert caller.do(SERVICE, "DescribeEffectivePolicy", PolicyType=TAG_POLICY)["EffectivePolicy"] == {
                "PolicyContent": '{"tags":{"a":{"tag_key":"A","tag_value":["*"]}}}',
                "LastUpdatedTimestamp": NOW.replace(microsecond=123000),
                "TargetId": caller.account,
                "PolicyType": TAG_POLICY,
            }

    def test_type_that_is_not_enabled_is_refused(self, management: Client) -> None:
        """A type that is not enabled has no effective policy; an enabled type without policies has an empty one."""
        error = management.expect_error(SERVICE, "DescribeEffectivePolicy", PolicyType=TAG_POLICY)
        assert error.code == "EffectivePolicyNotFoundException"
        assert error.message.startswith("The specified policy type is not enabled. Enable that policy type on your")
        enable_policy_type(management, TAG_POLICY)
        reply = management.do(SERVICE, "DescribeEffectivePolicy", PolicyType=TAG_POLICY)
        assert reply["EffectivePolicy"]["PolicyContent"] == "{}"

    def test_root_is_not_supported(self, management: Client) -> None:
        """The root has no effective policy, whether its type is enabled or not."""
        error = management.expect_error(
            SERVICE, "DescribeEffectivePolicy", PolicyType=TAG_POLICY, TargetId=root_id(management)
        )
        assert (error.code, error.data["Reason"], error.message) == (
            "InvalidInputException",
            "TARGET_NOT_SUPPORTED",
            "You specified a target that is not currently supported.",
        )


class TestInputs:
    """The inputs that the operations on effective policies refuse."""

    @pytest.mark.parametrize(
        ("operation", "policy_type", "reason", "message"),
        [
            (DESCRIBE, "SERVICE_CONTROL_POLICY", "INVALID_ENUM_POLICY_TYPE", INVALID_TYPE),
            (DESCRIBE, "RESOURCE_CONTROL_POLICY", "INVALID_ENUM:POLICY_TYPE", "You specified an invalid value."),
            (DESCRIBE, "wrong", "INVALID_ENUM:POLICY_TYPE", "You specified an invalid value."),
            (VALIDATE, "SERVICE_CONTROL_POLICY", "INVALID_ENUM_POLICY_TYPE", INVALID_TYPE),
            (VALIDATE, "RESOURCE_CONTROL_POLICY", "INVALID_ENUM_POLICY_TYPE", INVALID_TYPE),
            (VALIDATE, "WRONG", "INVALID_ENUM_POLICY_TYPE", INVALID_TYPE),
        ],
    )
    def test_type_without_effective_policies_is_refused(
        self, management: Client, operation: str, policy_type: str, reason: str, message: str
    ) -> None:
        """A type without effective policies is refused, by each operation in its way."""
        account = {"AccountId": management.account} if operation == VALIDATE else {}
        error = management.expect_error(SERVICE, operation, PolicyType=policy_type, **account)
        assert (error.code, error.data["Reason"], error.message) == ("InvalidInputException", reason, message)

    def test_validation_needs_an_account(self, management: Client) -> None:
        """No account, and a root in its place, are targets that are not supported."""
        for target in ({}, {"AccountId": root_id(management)}):
            error = management.expect_error(SERVICE, VALIDATE, PolicyType=TAG_POLICY, **target)
            assert (error.code, error.data["Reason"], error.message) == (
                "InvalidInputException",
                "TARGET_NOT_SUPPORTED",
                "You specified a target that is not currently supported.",
            )


class TestValidationErrors:
    """ListAccountsWithInvalidEffectivePolicy and ListEffectivePolicyValidationErrors."""

    def test_validation_error_names_code_path_and_policies(self, management: Client, member: Client) -> None:
        """Accounts with an invalid policy are listed like accounts; an error has its code, path and policies."""
        policy_id = attach_to_root(management, BACKUP)
        management.app.world.clock.advance(timedelta(hours=1))
        accounts = management.do(SERVICE, "ListAccountsWithInvalidEffectivePolicy", PolicyType=BACKUP)
        assert accounts["Accounts"] == management.do(SERVICE, "ListAccounts")["Accounts"]
        assert accounts["PolicyType"] == BACKUP
        errors = management.do(
            SERVICE, "ListEffectivePolicyValidationErrors", AccountId=member.account, PolicyType=BACKUP
        )
        # The time of the last change of the policy in whole milliseconds, not that of the call.
        assert errors["EvaluationTimestamp"] == NOW.replace(microsecond=123000)
        assert errors["Path"] == accounts["Accounts"][1]["Paths"][0]
        assert errors["EffectivePolicyValidationErrors"] == [
            {
                "ErrorCode": "ELEMENTS_TOO_MANY",
                "ErrorMessage": "'rules' exceeds the allowed maximum limit 10",
                "PathToError": "plans/daily/rules",
                "ContributingPolicies": [policy_id],
            }
        ]

    def test_answer_without_errors_has_three_members(self, management: Client) -> None:
        """Without errors AWS returns neither the path nor the time."""
        enable_policy_type(management, BACKUP)
        reply = management.do(
            SERVICE, "ListEffectivePolicyValidationErrors", AccountId=management.account, PolicyType=BACKUP
        )
        assert reply == {
            "AccountId": management.account,
            "PolicyType": BACKUP,
            "EffectivePolicyValidationErrors": [],
        }

    @pytest.mark.parametrize("case", CASES, ids=lambda case: case.message[:60])
    def test_error_has_the_code_message_and_path_of_aws(self, management: Client, case: Case) -> None:
        """Each error has AWS's code, message and path, and the policies of both levels."""
        policy_type = BACKUP if "plans" in case.above else TAG_POLICY
        enable_policy_type(management, policy_type)
        policy_ids = []
        levels = (("A", case.above, root_id(management)), ("B", case.own, management.account))
        for name, document, target in levels:
            policy_ids.append(create_policy(management, name, Type=policy_type, Content=json.dumps(document)))
            attach_policy(management, policy_ids[-1], target)
        reply = management.do(
            SERVICE, "ListEffectivePolicyValidationErrors", AccountId=management.account, PolicyType=policy_type
        )
        assert reply["EffectivePolicyValidationErrors"] == [
            {
                "ErrorCode": case.code,
                "ErrorMessage": case.message,
                "PathToError": case.path,
                "ContributingPolicies": policy_ids,
            }
        ]

    def test_size_of_the_effective_policy_is_in_bytes(self, management: Client) -> None:
        """A policy that is too large has its size in the message, and no policy in particular."""
        enable_policy_type(management, TAG_POLICY)
        for first in range(0, 9_000, 900):
            document: Document = {"tags": {f"{n:05}": {} for n in range(first, first + 900)}}
            content = json.dumps(document, separators=(",", ":"))
            policy_id = create_policy(management, f"{first}", Type=TAG_POLICY, Content=content)
            attach_policy(management, policy_id, management.account)
        reply = management.do(
            SERVICE, "ListEffectivePolicyValidationErrors", AccountId=management.account, PolicyType=TAG_POLICY
        )
        assert reply["EffectivePolicyValidationErrors"] == [
            {
                "ErrorCode": "ELEMENTS_TOO_MANY",
                "ErrorMessage": (
                    "Effective policy size is 414010 bytes, which exceeds the maximum limit of 395000 bytes"
                ),
                "PathToError": "tags",
                "ContributingPolicies": [],
            }
        ]

    def test_accounts_with_an_invalid_policy_are_listed_in_pages(self, management: Client, member: Client) -> None:
        """A page has as many accounts as MaxResults; the last page has no token."""
        attach_to_root(management, BACKUP)
        operation, parameters = "ListAccountsWithInvalidEffectivePolicy", {"PolicyType": BACKUP, "MaxResults": 1}
        first = management.do(SERVICE, operation, **parameters)
        second = management.do(SERVICE, operation, NextToken=first["NextToken"], **parameters)
        listed = [account["Id"] for page in (first, second) for account in page["Accounts"]]
        assert listed == [management.account, member.account]
        assert "NextToken" not in second
