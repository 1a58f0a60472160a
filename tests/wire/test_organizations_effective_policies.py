import json
from datetime import timedelta
from typing import Any

from tests.support.policy_calls import TAG_POLICY, attach_policy, create_policy, enable_policy_type
from tests.support.wire_client import Client
from tests.support.wire_organizations import SERVICE, root_id
from tests.wire.conftest import NOW

BACKUP = "BACKUP_POLICY"
RULES = {"plans": {"A": {"rules": {f"r{number}": {"lifecycle": {"@@assign": "1"}} for number in range(11)}}}}
"""A backup policy with more rules than a plan may have."""
DOCUMENTS: dict[str, Any] = {TAG_POLICY: {"tags": {"a": {"tag_key": {"@@assign": "A"}}}}, BACKUP: RULES}


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
                "PolicyContent": '{"tags":{"a":{"tag_key":"A"}}}',
                "LastUpdatedTimestamp": NOW.replace(microsecond=123000),
                "TargetId": caller.account,
                "PolicyType": TAG_POLICY,
            }

    def test_deeply_nested_document_is_merged(self, management: Client) -> None:
        """A document nested almost as deeply as JSON can be read is merged and returned."""
        document = '{"a":' * 800 + '"x"' + "}" * 800
        attach_to_root(management, "UPGRADE_ROLLOUT_POLICY", document)
        reply = management.do(SERVICE, "DescribeEffectivePolicy", PolicyType="UPGRADE_ROLLOUT_POLICY")
        assert reply["EffectivePolicy"]["PolicyContent"] == document


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
                "PathToError": "plans/A/rules",
                "ContributingPolicies": [policy_id],
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
