import pytest

from tests.support.policy_calls import delegation_document
from tests.support.wire_client import Client
from tests.support.wire_organizations import SERVICE, describe_organization


class TestResourcePolicy:
    """PutResourcePolicy, DescribeResourcePolicy and DeleteResourcePolicy."""

    def test_resource_policy_is_put_described_and_deleted(self, management: Client) -> None:
        """Putting and describing reply with id, ARN and content; deleting has an empty reply."""
        content = delegation_document(management.account, "ListPolicies").replace(": ", ":").replace(", ", ",")
        put = management.do(SERVICE, "PutResourcePolicy", Content=content, Tags=[{"Key": "a", "Value": "1"}])
        summary = put["ResourcePolicy"]["ResourcePolicySummary"]
        organization_id = describe_organization(management)["Id"]
        assert summary["Arn"] == (
            f"arn:aws:organizations::{management.account}:resourcepolicy/{organization_id}/{summary['Id']}"
        )
        assert put["ResourcePolicy"]["Content"] == content
        assert management.do(SERVICE, "DescribeResourcePolicy") == put
        tags = management.do(SERVICE, "ListTagsForResource", ResourceId=summary["Id"])["Tags"]
        assert tags == [{"Key": "a", "Value": "1"}]
        assert management.do(SERVICE, "DeleteResourcePolicy") == {}
        for operation in ("DescribeResourcePolicy", "DeleteResourcePolicy"):
            error = management.expect_error(SERVICE, operation)
            assert error.code == "ResourcePolicyNotFoundException"
            assert error.message == "No resource-based policy found."
        error = management.expect_error(SERVICE, "ListTagsForResource", ResourceId=summary["Id"])
        assert error.code == "TargetNotFoundException"

    def test_tags_of_an_existing_policy_are_refused(self, management: Client) -> None:
        """Tags come with a new policy only; an empty list of tags is accepted."""
        content = delegation_document(management.account, "ListPolicies")
        tags = [{"Key": "a", "Value": "1"}]
        management.do(SERVICE, "PutResourcePolicy", Content=content)
        management.do(SERVICE, "PutResourcePolicy", Content=content, Tags=[])
        error = management.expect_error(SERVICE, "PutResourcePolicy", Content=content, Tags=tags)
        assert error.code == "ConstraintViolationException"
        assert error.data["Reason"] == "UPDATE_EXISTING_RESOURCE_POLICY_WITH_TAGS_NOT_SUPPORTED"
        assert error.message == "Adding tags on updating an existing resource-based policy is not supported."

    @pytest.mark.parametrize(
        ("action", "element", "reason", "message"),
        [
            (
                "CreateAccount",
                "",
                "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY",
                "organizations:CreateAccount is not a supported action for this resource-based policy.",
            ),
            (
                "*",
                "",
                "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY",
                "organizations:* is not a supported action for this resource-based policy.",
            ),
            (
                "ListRoots",
                '"Sid": "a", "NotPrincipal": "*", ',
                "INVALID_RESOURCE_POLICY_JSON",
                "This resource-based policy contains invalid JSON.",
            ),
        ],
    )
    def test_invalid_policy_is_refused(
        self, management: Client, action: str, element: str, reason: str, message: str
    ) -> None:
        """An invalid policy is refused with a reason and a message, which names an unsupported action."""
        content = delegation_document(management.account, action).replace('"Effect"', f'{element}"Effect"')
        error = management.expect_error(SERVICE, "PutResourcePolicy", Content=content)
        assert (error.code, error.data["Reason"]) == ("InvalidInputException", reason)
        assert error.message == message
