"""The targets of policies on the wire: the reply of each operation."""

import pytest

from tests.support.policy_calls import (
    FULL_ACCESS,
    PAGES_OF_23,
    RCP,
    SCP,
    TAG_POLICY,
    attach_policy,
    create_policy,
    detach_policy,
    enable_policy_type,
    enable_scps,
    set_scp_limits,
)
from tests.support.wire_client import Client
from tests.support.wire_organizations import (
    SERVICE,
    create_account,
    create_unit,
    describe_organization,
    pages,
    root_id,
)


@pytest.fixture
def management(management: Client) -> Client:
    """Return the client of the management account, whose service control policies are enabled."""
    return enable_scps(management)


def attached_ids(client: Client, target_id: str) -> list[str]:
    """Return the ids of the service control policies that are attached to a target."""
    reply = client.do(SERVICE, "ListPoliciesForTarget", TargetId=target_id, Filter=SCP)
    return [policy["Id"] for policy in reply["Policies"]]


class TestAttachAndDetach:
    """AttachPolicy and DetachPolicy."""

    def test_attached_policy_is_listed_from_both_sides(self, management: Client) -> None:
        """An attached policy is listed for its target, and the target for the policy, until it is detached."""
        policy_id, member = create_policy(management), create_account(management)
        target_ids = [root_id(management), create_unit(management), member]
        for target_id in target_ids:
            attach_policy(management, policy_id, target_id)
            assert attached_ids(management, target_id) == [FULL_ACCESS, policy_id]
        reply = management.do(SERVICE, "ListTargetsForPolicy", PolicyId=policy_id)
        assert [target["TargetId"] for target in reply["Targets"]] == target_ids
        for target_id in target_ids:
            detach_policy(management, policy_id, target_id)
        assert management.do(SERVICE, "ListTargetsForPolicy", PolicyId=policy_id) == {"Targets": []}
        assert management.do(SERVICE, "DeletePolicy", PolicyId=policy_id) == {}

    def test_aws_managed_policy_can_be_replaced(self, management: Client) -> None:
        """AWS's own policy can be detached once another is attached, and attached again."""
        policy_id, member = create_policy(management), create_account(management)
        attach_policy(management, policy_id, member)
        detach_policy(management, FULL_ACCESS, member)
        assert attached_ids(management, member) == [policy_id]
        attach_policy(management, FULL_ACCESS, member)
        assert attached_ids(management, member) == [FULL_ACCESS, policy_id]

    def test_rcp_full_access_cannot_be_detached(self, management: Client) -> None:
        """AWS's own resource control policy cannot be detached."""
        enable_policy_type(management, RCP)
        answer = management.expect_error(
            SERVICE, "DetachPolicy", PolicyId="p-RCPFullAWSAccess", TargetId=root_id(management)
        )
        assert (answer.code, answer.data["Reason"]) == ("InvalidInputException", "NON_DETACHABLE_POLICY")


class TestListings:
    """ListPoliciesForTarget and ListTargetsForPolicy."""

    def test_policies_of_a_target_are_listed_in_order_of_attachment(self, management: Client) -> None:
        """The policies of a target are listed in pages, AWS's own first, the others in the order of attachment."""
        set_scp_limits(management, max_attached=30)
        policy_ids = [create_policy(management, f"Policy {number}") for number in range(22)][::-1]
        for policy_id in policy_ids:
            attach_policy(management, policy_id, management.account)
        target = {"TargetId": management.account, "Filter": SCP}
        for sizes, parameters in PAGES_OF_23:
            listed = list(pages(management, "ListPoliciesForTarget", "Policies", **target, **parameters))
            assert [len(page) for page in listed] == sizes
            assert [policy["Id"] for page in listed for policy in page] == [FULL_ACCESS, *policy_ids]

    def test_target_has_the_arn_and_name_of_its_resource(self, management: Client) -> None:
        """A target is a root, a unit or an account, with the ARN and the name that it has elsewhere."""
        policy_id, root = create_policy(management), root_id(management)
        unit, member = create_unit(management), create_account(management, "Member")
        for target_id in (root, unit, member):
            attach_policy(management, policy_id, target_id)
        prefix = f"arn:aws:organizations::{management.account}:"
        organization_id = describe_organization(management)["Id"]
        assert management.do(SERVICE, "ListTargetsForPolicy", PolicyId=policy_id) == {
            "Targets": [
                {"TargetId": root, "Arn": f"{prefix}root/{organization_id}/{root}", "Name": "Root", "Type": "ROOT"},
                {
                    "TargetId": unit,
                    "Arn": f"{prefix}ou/{organization_id}/{unit}",
                    "Name": "Unit",
                    "Type": "ORGANIZATIONAL_UNIT",
                },
                {
                    "TargetId": member,
                    "Arn": f"{prefix}account/{organization_id}/{member}",
                    "Name": "Member",
                    "Type": "ACCOUNT",
                },
            ]
        }

    @pytest.mark.parametrize("managed", [True, False])
    def test_targets_of_a_policy_are_listed_in_pages(self, management: Client, managed: bool) -> None:  # noqa: FBT001
        """The targets of AWS's own policy and of another one are listed in pages."""
        units = [create_unit(management, f"Unit {number}") for number in range(21)]
        target_ids = [root_id(management), management.account, *units]
        policy_id = FULL_ACCESS if managed else create_policy(management)
        if not managed:
            target_ids.reverse()
            for target_id in target_ids:
                attach_policy(management, policy_id, target_id)
        for sizes, parameters in PAGES_OF_23:
            listed = list(pages(management, "ListTargetsForPolicy", "Targets", PolicyId=policy_id, **parameters))
            assert [len(page) for page in listed] == sizes
            assert [target["TargetId"] for page in listed for target in page] == target_ids

    def test_next_token_of_another_listing_is_refused(self, management: Client) -> None:
        """A next token is not valid for another type, target or policy."""
        first, second = (create_policy(management, name) for name in ("First", "Second"))
        root = root_id(management)
        for policy_id in (first, second):
            attach_policy(management, policy_id, root)
            attach_policy(management, policy_id, management.account)
        for operation, parameters, changed in (
            ("ListPolicies", {"Filter": SCP}, {"Filter": TAG_POLICY}),
            ("ListPoliciesForTarget", {"TargetId": root, "Filter": SCP}, {"TargetId": management.account}),
            ("ListPoliciesForTarget", {"TargetId": root, "Filter": SCP}, {"Filter": TAG_POLICY}),
            ("ListTargetsForPolicy", {"PolicyId": first}, {"PolicyId": second}),
        ):
            token = management.do(SERVICE, operation, MaxResults=1, **parameters)["NextToken"]
            answer = management.expect_error(SERVICE, operation, NextToken=token, **parameters | changed)
            assert (answer.code, answer.data["Reason"]) == ("InvalidInputException", "INVALID_NEXT_TOKEN")
