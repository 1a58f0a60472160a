import json
from datetime import timedelta
from typing import Any

from tests.support.error_table import SERVICE, ErrorTable, Provocation
from tests.wire.botocore_wire import Answer, Client
from tests.wire.conftest import NOW

TAGS = "TAG_POLICY"
RULES = {"plans": {"A": {"rules": {f"r{at}": {"lifecycle": {"@@assign": "1"}} for at in range(11)}}}}
DOCUMENTS: dict[str, Any] = {TAGS: {"tags": {"a": {"tag_key": {"@@assign": "A"}}}}, "BACKUP_POLICY": RULES}
OPERATIONS: dict[str, dict[str, Any]] = {
    "DescribeEffectivePolicy": {"PolicyType": TAGS},
    "ListAccountsWithInvalidEffectivePolicy": {"PolicyType": TAGS},
    "ListEffectivePolicyValidationErrors": {"PolicyType": TAGS, "AccountId": "111122223333"},
}


def attach(client: Client, policy_type: str = TAGS) -> str:
    """Enable a type, make a policy and attach it to the root; give its id."""
    root = client.does(SERVICE, "ListRoots")["Roots"][0]["Id"]
    client.does(SERVICE, "EnablePolicyType", RootId=root, PolicyType=policy_type)
    content = json.dumps(DOCUMENTS[policy_type])
    made = client.does(SERVICE, "CreatePolicy", Type=policy_type, Name="A", Description="", Content=content)
    policy_id: str = made["Policy"]["PolicySummary"]["Id"]
    client.does(SERVICE, "AttachPolicy", PolicyId=policy_id, TargetId=root)
    return policy_id


class TestEffectivePolicies:
    """The three operations."""

    def test_describe(self, management: Client, member: Client) -> None:
        """The document has no operators; who asks without a target asks for itself."""
        attach(management)
        for asking in (management, member):
            assert asking.does(SERVICE, "DescribeEffectivePolicy", PolicyType=TAGS)["EffectivePolicy"] == {
                "PolicyContent": '{"tags":{"a":{"tag_key":"A"}}}',
                "LastUpdatedTimestamp": NOW.replace(microsecond=123000),
                "TargetId": asking.account,
                "PolicyType": TAGS,
            }

    def test_problems(self, management: Client, member: Client) -> None:
        """Every account with a problem is listed as it is elsewhere, and its problem by code, place and policy."""
        policy_id = attach(management, "BACKUP_POLICY")
        management.core.world.clock.advance(timedelta(hours=1))
        asked = {"PolicyType": "BACKUP_POLICY"}
        listed = management.does(SERVICE, "ListAccountsWithInvalidEffectivePolicy", **asked)
        assert listed["Accounts"] == management.does(SERVICE, "ListAccounts")["Accounts"]
        assert listed["PolicyType"] == "BACKUP_POLICY"
        errors = management.does(SERVICE, "ListEffectivePolicyValidationErrors", AccountId=member.account, **asked)
        # When the policy came to be, in whole milliseconds; not when it is asked for.
        assert errors["EvaluationTimestamp"] == NOW.replace(microsecond=123000)
        assert errors["Path"] == listed["Accounts"][1]["Paths"][0]
        assert errors["EffectivePolicyValidationErrors"] == [
            {
                "ErrorCode": "ELEMENTS_TOO_MANY",
                "ErrorMessage": "'rules' exceeds the allowed maximum limit 10",
                "PathToError": "plans/A/rules",
                "ContributingPolicies": [policy_id],
            }
        ]

    def test_deeply_nested(self, management: Client) -> None:
        """A document nested almost as deep as JSON is read is merged and shown too."""
        kind, deep = "UPGRADE_ROLLOUT_POLICY", '{"a":' * 800 + '"x"' + "}" * 800
        root = management.does(SERVICE, "ListRoots")["Roots"][0]["Id"]
        management.does(SERVICE, "EnablePolicyType", RootId=root, PolicyType=kind)
        made = management.does(SERVICE, "CreatePolicy", Type=kind, Name="A", Description="", Content=deep)
        management.does(SERVICE, "AttachPolicy", PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=root)
        found = management.does(SERVICE, "DescribeEffectivePolicy", PolicyType=kind)
        assert found["EffectivePolicy"]["PolicyContent"] == deep

    def test_pages(self, management: Client, member: Client) -> None:
        """A page holds as many accounts as are asked for; the last one has no token."""
        attach(management, "BACKUP_POLICY")
        asked = {"PolicyType": "BACKUP_POLICY", "MaxResults": 1}
        first = management.does(SERVICE, "ListAccountsWithInvalidEffectivePolicy", **asked)
        second = management.does(
            SERVICE, "ListAccountsWithInvalidEffectivePolicy", NextToken=first["NextToken"], **asked
        )
        assert [one["Id"] for page in (first, second) for one in page["Accounts"]] == [
            management.account,
            member.account,
        ]
        assert "NextToken" not in second


def calling(operation: str, **changes: Any) -> Provocation:
    """Let the management account call, with something changed."""
    return lambda client: client.is_refused(SERVICE, operation, **OPERATIONS[operation] | changes)


def by(account: str, operation: str) -> Provocation:
    """Let another account call."""

    def provoke(client: Client) -> Answer:
        if account == "member":
            client.does(SERVICE, "CreateAccount", AccountName="A", Email="a@example.com")
            caller = client.does(SERVICE, "ListAccounts")["Accounts"][-1]["Id"]
        else:
            caller = "999988887777"
        asked = OPERATIONS[operation]
        if operation == "DescribeEffectivePolicy":
            asked = asked | {"TargetId": client.account}
        return Client(client.core, caller).is_refused(SERVICE, operation, **asked)

    return provoke


PROVOKED: dict[str, dict[str, Provocation]] = {
    operation: {
        "AccessDeniedException": by("member", operation),
        "AWSOrganizationsNotInUseException": by("stranger", operation),
        "EffectivePolicyNotFoundException": calling(operation),
        "InvalidInputException": calling(operation, PolicyType="SERVICE_CONTROL_POLICY"),
    }
    for operation in OPERATIONS
}
PROVOKED["DescribeEffectivePolicy"]["TargetNotFoundException"] = calling(
    "DescribeEffectivePolicy", TargetId="999988887777"
)
PROVOKED["ListEffectivePolicyValidationErrors"]["AccountNotFoundException"] = calling(
    "ListEffectivePolicyValidationErrors", AccountId="999988887777"
)
UNREACHABLE = {
    (operation, error): reason
    for operation in OPERATIONS
    for error, reason in {
        "ConstraintViolationException": "AWS does not say which constraint",
        "UnsupportedAPIEndpointException": "every partition here has policies",
    }.items()
}
TABLE = ErrorTable(provoked=PROVOKED, unreachable=UNREACHABLE)
