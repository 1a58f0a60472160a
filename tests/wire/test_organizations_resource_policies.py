from tests.support.policy_calls import NO_TAGS, TAG_POLICY, delegation_document
from tests.support.wire_client import Client
from tests.support.wire_organizations import NO_PERMISSION, SERVICE, STANDALONE, describe_organization


class TestResourcePolicy:
    """PutResourcePolicy, DescribeResourcePolicy and DeleteResourcePolicy."""

    def test_resource_policy_is_put_described_and_deleted(self, management: Client) -> None:
        """Putting and describing reply with id, ARN and content; deleting has an empty reply."""
        content = delegation_document(STANDALONE, "ListPolicies")
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
        assert management.expect_error(SERVICE, "DescribeResourcePolicy").code == "ResourcePolicyNotFoundException"

    def test_member_may_call_only_delegated_operations(self, management: Client, member: Client) -> None:
        """A member may call the delegated operations; for others it is refused with AWS's usual message."""
        content = delegation_document(member.account, "ListPolicies", "CreatePolicy")
        management.do(SERVICE, "PutResourcePolicy", Content=content)
        parameters = {"Type": TAG_POLICY, "Name": "A", "Description": "", "Content": NO_TAGS}
        summary = member.do(SERVICE, "CreatePolicy", **parameters)["Policy"]["PolicySummary"]
        listed = member.do(SERVICE, "ListPolicies", Filter=TAG_POLICY)["Policies"]
        assert [policy["Id"] for policy in listed] == [summary["Id"]]
        assert summary["Arn"].startswith(f"arn:aws:organizations::{management.account}:policy/")
        answer = member.expect_error(SERVICE, "DeletePolicy", PolicyId=summary["Id"])
        assert (answer.code, answer.message) == ("AccessDeniedException", NO_PERMISSION)
