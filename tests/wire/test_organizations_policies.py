"""Policies and policy types on the wire: the reply of each operation."""

import json

import pytest

from tests.support.policy_calls import (
    DENY,
    FULL_ACCESS,
    NO_TAGS,
    PAGES_OF_23,
    RCP,
    SCP,
    TAG_POLICY,
    attach_policy,
    create_policy,
    enable_policy_type,
    enable_scps,
    set_scp_limits,
)
from tests.support.wire_client import Client
from tests.support.wire_organizations import SERVICE, describe_organization, pages, root_id


@pytest.fixture
def management(management: Client) -> Client:
    """Return the client of the management account, whose service control policies are enabled."""
    return enable_scps(management)


class TestPolicies:
    """CreatePolicy, UpdatePolicy, DescribePolicy and DeletePolicy."""

    def test_created_policy_is_described_alike(self, management: Client) -> None:
        """A policy has a summary and a document, the same when it is created and when it is described."""
        organization_id = describe_organization(management)["Id"]
        content = f"\n {DENY}\t"
        policy = management.do(
            SERVICE, "CreatePolicy", Name="Deny é", Description="Why <&>", Content=content, Type=SCP
        )["Policy"]
        policy_id = policy["PolicySummary"]["Id"]
        arn = f"arn:aws:organizations::{management.account}:policy/{organization_id}/service_control_policy/{policy_id}"
        assert policy_id.startswith("p-")
        assert policy == {
            "PolicySummary": {
                "Id": policy_id,
                "Arn": arn,
                "Name": "Deny é",
                "Description": "Why <&>",
                "Type": SCP,
                "AwsManaged": False,
            },
            "Content": content,
        }
        assert management.do(SERVICE, "DescribePolicy", PolicyId=policy_id) == {"Policy": policy}

    def test_arn_of_a_policy_names_its_type(self, management: Client) -> None:
        """The ARN of a policy names the type of the policy."""
        organization_id = describe_organization(management)["Id"]
        policy_id = create_policy(management, Type=TAG_POLICY, Content=NO_TAGS)
        summary = management.do(SERVICE, "DescribePolicy", PolicyId=policy_id)["Policy"]["PolicySummary"]
        arn = f"arn:aws:organizations::{management.account}:policy/{organization_id}/tag_policy/{policy_id}"
        assert (summary["Arn"], summary["Type"]) == (arn, TAG_POLICY)

    def test_aws_managed_policy_has_no_account_in_its_arn(self, management: Client) -> None:
        """AWS's own policy belongs to no account and allows everything."""
        policy = management.do(SERVICE, "DescribePolicy", PolicyId=FULL_ACCESS)["Policy"]
        summary = policy["PolicySummary"]
        assert (summary["Id"], summary["Name"], summary["Type"]) == (FULL_ACCESS, "FullAWSAccess", SCP)
        assert summary["Arn"] == "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"
        assert summary["AwsManaged"] is True
        statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        assert json.loads(policy["Content"])["Statement"] in (statement, [statement])

    @pytest.mark.parametrize(
        "sent", [{}, {"Content": DENY}, {"Name": "New"}, {"Description": ""}, {"Name": "New", "Description": "Because"}]
    )
    def test_update_returns_the_name_and_description_that_were_sent(
        self, management: Client, sent: dict[str, str]
    ) -> None:
        """An update returns the content, and the name and description if they were sent; empty, it changes nothing."""
        policy_id = create_policy(management, Description="Why")
        before = management.do(SERVICE, "DescribePolicy", PolicyId=policy_id)["Policy"]
        unnamed = {name: before["PolicySummary"][name] for name in ("Id", "Arn", "Type", "AwsManaged")}
        texts = {name: text for name, text in sent.items() if name != "Content"}
        updated = management.do(SERVICE, "UpdatePolicy", PolicyId=policy_id, **sent)["Policy"]
        assert updated == {"PolicySummary": unnamed | texts, "Content": DENY}
        changed = {name: text for name, text in texts.items() if text}
        described = management.do(SERVICE, "DescribePolicy", PolicyId=policy_id)["Policy"]
        assert described == {"PolicySummary": before["PolicySummary"] | changed, "Content": DENY}

    def test_deletion_replies_nothing(self, management: Client) -> None:
        """A deletion has an empty reply, and the policy no longer exists."""
        policy_id = create_policy(management)
        assert management.do(SERVICE, "DeletePolicy", PolicyId=policy_id) == {}
        assert management.expect_error(SERVICE, "DescribePolicy", PolicyId=policy_id).code == "PolicyNotFoundException"

    def test_new_policy_has_the_tags_of_the_request(self, management: Client) -> None:
        """A policy can be tagged when it is created."""
        tags = [{"Key": "team", "Value": "blue"}]
        policy_id = create_policy(management, Tags=tags)
        assert management.do(SERVICE, "ListTagsForResource", ResourceId=policy_id) == {"Tags": tags}

    @pytest.mark.parametrize("operation", ["UpdatePolicy", "DeletePolicy"])
    def test_aws_managed_policy_is_immutable(self, management: Client, operation: str) -> None:
        """A policy that AWS manages can neither be updated nor deleted."""
        answer = management.expect_error(SERVICE, operation, PolicyId=FULL_ACCESS)
        assert (answer.code, answer.data["Reason"]) == ("InvalidInputException", "IMMUTABLE_POLICY")

    def test_policies_beyond_the_quota_are_refused(self, management: Client) -> None:
        """A policy beyond the quota is refused with a reason of its own."""
        set_scp_limits(management, max_per_organization=1)
        create_policy(management)
        answer = management.expect_error(SERVICE, "CreatePolicy", Name="Name", Description="", Content=DENY, Type=SCP)
        assert (answer.code, answer.data["Reason"]) == ("ConstraintViolationException", "POLICY_NUMBER_LIMIT_EXCEEDED")


class TestListPolicies:
    """ListPolicies."""

    def test_policies_of_a_type_are_listed_in_pages(self, management: Client) -> None:
        """The policies of a type are listed, AWS's own first, twenty a page unless MaxResults is smaller."""
        policy_ids = [FULL_ACCESS, *(create_policy(management, f"Policy {number}") for number in range(22))]
        create_policy(management, Type=TAG_POLICY, Content=NO_TAGS)
        for sizes, parameters in PAGES_OF_23:
            listed = list(pages(management, "ListPolicies", "Policies", Filter=SCP, **parameters))
            assert [len(page) for page in listed] == sizes
            assert [policy["Id"] for page in listed for policy in page] == policy_ids

    def test_listed_summaries_equal_described_ones(self, management: Client) -> None:
        """A listing has the summary of a description, without the document."""
        policy_id = create_policy(management)
        attach_policy(management, policy_id, management.account)
        summaries = [
            management.do(SERVICE, "DescribePolicy", PolicyId=listed_id)["Policy"]["PolicySummary"]
            for listed_id in (FULL_ACCESS, policy_id)
        ]
        assert management.do(SERVICE, "ListPolicies", Filter=SCP) == {"Policies": summaries}
        reply = management.do(SERVICE, "ListPoliciesForTarget", TargetId=management.account, Filter=SCP)
        assert reply == {"Policies": summaries}

    def test_type_without_policies_has_an_empty_page(self, management: Client) -> None:
        """A type without policies has an empty page."""
        assert management.do(SERVICE, "ListPolicies", Filter=TAG_POLICY) == {"Policies": []}
        reply = management.do(SERVICE, "ListPoliciesForTarget", TargetId=management.account, Filter=TAG_POLICY)
        assert reply == {"Policies": []}

    def test_listing_is_stable_while_policies_are_created_and_deleted(self, management: Client) -> None:
        """A listing neither loses nor repeats the policies that stay, while others are deleted and created."""
        policy_ids = [create_policy(management, f"Policy {number}") for number in range(6)]
        remaining_pages = pages(management, "ListPolicies", "Policies", Filter=SCP, MaxResults=3)
        listed = [policy["Id"] for policy in next(remaining_pages)]
        for index in (1, 3):
            management.do(SERVICE, "DeletePolicy", PolicyId=policy_ids[index])
        policy_ids.append(create_policy(management, "Late"))
        listed += [policy["Id"] for page in remaining_pages for policy in page]
        assert listed == [FULL_ACCESS, *(policy_ids[index] for index in (0, 1, 2, 4, 5, 6))]


class TestPolicyTypes:
    """EnablePolicyType and DisablePolicyType."""

    def test_reply_is_the_root_with_its_enabled_types(self, management: Client) -> None:
        """Both operations reply with the root and its enabled types in alphabetical order, as ListRoots does."""
        (root,) = management.do(SERVICE, "ListRoots")["Roots"]
        scp, tag_policy = ({"Type": policy_type, "Status": "ENABLED"} for policy_type in (SCP, TAG_POLICY))
        backup_policy = {"Type": "BACKUP_POLICY", "Status": "ENABLED"}
        assert root["PolicyTypes"] == [scp]
        for operation, policy_type, enabled in (
            ("EnablePolicyType", TAG_POLICY, [scp, tag_policy]),
            ("EnablePolicyType", "BACKUP_POLICY", [backup_policy, scp, tag_policy]),
            ("DisablePolicyType", SCP, [backup_policy, tag_policy]),
            ("DisablePolicyType", TAG_POLICY, [backup_policy]),
        ):
            reply = management.do(SERVICE, operation, RootId=root["Id"], PolicyType=policy_type)
            assert reply == {"Root": root | {"PolicyTypes": enabled}}
            assert management.do(SERVICE, "ListRoots") == {"Roots": [reply["Root"]]}

    def test_resource_control_policies_are_pending_in_the_reply_only(self, management: Client) -> None:
        """The reply that enables resource control policies reports them as pending, every later one as enabled."""
        (root,) = management.do(SERVICE, "ListRoots")["Roots"]
        reply = management.do(SERVICE, "EnablePolicyType", RootId=root["Id"], PolicyType=RCP)
        scp = {"Type": SCP, "Status": "ENABLED"}
        assert reply["Root"]["PolicyTypes"] == [{"Type": RCP, "Status": "PENDING_ENABLE"}, scp]
        (root,) = management.do(SERVICE, "ListRoots")["Roots"]
        assert root["PolicyTypes"] == [{"Type": RCP, "Status": "ENABLED"}, scp]

    def test_available_policy_types_do_not_depend_on_enabled_ones(self, management: Client) -> None:
        """DescribeOrganization names service control policies alone, whatever is enabled in the root."""
        available = [{"Type": SCP, "Status": "ENABLED"}]
        enable_policy_type(management, TAG_POLICY)
        assert describe_organization(management)["AvailablePolicyTypes"] == available
        management.do(SERVICE, "DisablePolicyType", RootId=root_id(management), PolicyType=SCP)
        assert describe_organization(management)["AvailablePolicyTypes"] == available

    def test_disabling_a_type_detaches_its_policies(self, management: Client) -> None:
        """A disabled type has no attachments; enabled again, only AWS's own policy is attached."""
        policy_id, root = create_policy(management), root_id(management)
        attach_policy(management, policy_id, root)
        management.do(SERVICE, "DisablePolicyType", RootId=root, PolicyType=SCP)
        assert management.do(SERVICE, "ListPoliciesForTarget", TargetId=root, Filter=SCP) == {"Policies": []}
        for detached_id in (FULL_ACCESS, policy_id):
            assert management.do(SERVICE, "ListTargetsForPolicy", PolicyId=detached_id) == {"Targets": []}
        management.do(SERVICE, "EnablePolicyType", RootId=root, PolicyType=SCP)
        reply = management.do(SERVICE, "ListPoliciesForTarget", TargetId=root, Filter=SCP)
        assert [policy["Id"] for policy in reply["Policies"]] == [FULL_ACCESS]
