import json
from typing import Any

from tests.support.error_table import SERVICE, ErrorTable, Provocation
from tests.wire.botocore_wire import Answer, Client


def content(account: str, *actions: str) -> str:
    """Write a resource policy that lets an account do something."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": [f"organizations:{one}" for one in actions],
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class TestResourcePolicy:
    """The three operations, and what they let members do."""

    def test_answer(self, management: Client) -> None:
        """Put and describe answer id, ARN and content; delete answers nothing."""
        text = content("999988887777", "ListPolicies")
        put = management.does(SERVICE, "PutResourcePolicy", Content=text, Tags=[{"Key": "a", "Value": "1"}])
        summary = put["ResourcePolicy"]["ResourcePolicySummary"]
        organization = management.does(SERVICE, "DescribeOrganization")["Organization"]["Id"]
        assert summary["Arn"] == (
            f"arn:aws:organizations::{management.account}:resourcepolicy/{organization}/{summary['Id']}"
        )
        assert put["ResourcePolicy"]["Content"] == text
        assert management.does(SERVICE, "DescribeResourcePolicy") == put
        tags = management.does(SERVICE, "ListTagsForResource", ResourceId=summary["Id"])["Tags"]
        assert tags == [{"Key": "a", "Value": "1"}]
        assert management.does(SERVICE, "DeleteResourcePolicy") == {}
        assert management.is_refused(SERVICE, "DescribeResourcePolicy").code == "ResourcePolicyNotFoundException"

    def test_delegates(self, management: Client, member: Client) -> None:
        """A member does what it is told it may, and is refused the rest in the words of any member."""
        text = content(member.account, "ListPolicies", "CreatePolicy")
        management.does(SERVICE, "PutResourcePolicy", Content=text)
        asked = {"Type": "TAG_POLICY", "Name": "A", "Description": "", "Content": '{"tags": {}}'}
        made = member.does(SERVICE, "CreatePolicy", **asked)["Policy"]["PolicySummary"]
        listed = member.does(SERVICE, "ListPolicies", Filter="TAG_POLICY")["Policies"]
        assert [one["Id"] for one in listed] == [made["Id"]]
        assert made["Arn"].startswith(f"arn:aws:organizations::{management.account}:policy/")
        got = member.is_refused(SERVICE, "DeletePolicy", PolicyId=made["Id"])
        assert (got.code, got.message) == (
            "AccessDeniedException",
            "You don't have permissions to access this resource.",
        )


OPERATIONS: dict[str, dict[str, Any]] = {
    "PutResourcePolicy": {"Content": content("999988887777", "ListPolicies")},
    "DescribeResourcePolicy": {},
    "DeleteResourcePolicy": {},
}


def by_member(operation: str) -> Provocation:
    """Let a member call."""

    def provoke(client: Client) -> Answer:
        client.does(SERVICE, "CreateAccount", AccountName="A", Email="a@example.com")
        account = client.does(SERVICE, "ListAccounts")["Accounts"][-1]["Id"]
        return Client(client.core, account).is_refused(SERVICE, operation, **OPERATIONS[operation])

    return provoke


def by_stranger(operation: str) -> Provocation:
    """Let a standalone account call."""
    return lambda client: Client(client.core, "999988887777").is_refused(SERVICE, operation, **OPERATIONS[operation])


def _put_nonsense(client: Client) -> Answer:
    return client.is_refused(SERVICE, "PutResourcePolicy", Content="{}")


def _put_too_many_tags(client: Client) -> Answer:
    tags = [{"Key": str(at), "Value": ""} for at in range(51)]
    return client.is_refused(SERVICE, "PutResourcePolicy", **OPERATIONS["PutResourcePolicy"], Tags=tags)


def missing(operation: str) -> Provocation:
    """Call where there is none."""
    return lambda client: client.is_refused(SERVICE, operation)


PROVOKED: dict[str, dict[str, Provocation]] = {
    operation: {
        "AccessDeniedException": by_member(operation),
        "AWSOrganizationsNotInUseException": by_stranger(operation),
    }
    for operation in OPERATIONS
}
PROVOKED["PutResourcePolicy"] |= {
    "InvalidInputException": _put_nonsense,
    "ConstraintViolationException": _put_too_many_tags,
}
for one in ("DescribeResourcePolicy", "DeleteResourcePolicy"):
    PROVOKED[one]["ResourcePolicyNotFoundException"] = missing(one)
UNREACHABLE = {
    **{(one, "UnsupportedAPIEndpointException"): "every partition here has it" for one in OPERATIONS},
    ("DescribeResourcePolicy", "ConstraintViolationException"): "AWS does not say which constraint",
    ("DeleteResourcePolicy", "ConstraintViolationException"): "AWS does not say which constraint",
}
TABLE = ErrorTable(provoked=PROVOKED, unreachable=UNREACHABLE)
