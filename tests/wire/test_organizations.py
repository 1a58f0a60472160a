"""The organization on the wire: create, describe and delete it, and list its root."""

import pytest

from tests.support.iam_users import create_user, policy_allowing
from tests.support.wire_client import Client
from tests.support.wire_organizations import NO_PERMISSION, SERVICE, describe_organization, error_of

# Source: https://github.com/hashicorp/terraform-provider-aws/pull/9195
NOT_IN_USE = "Your account is not a member of an organization."


class TestCreateOrganization:
    """CreateOrganization."""

    def test_create_organization_replies_with_organization_of_all_features(self, stranger: Client) -> None:
        """All features are the default, service control policies are available, and the ARNs name the caller."""
        organization = stranger.do(SERVICE, "CreateOrganization")["Organization"]
        arn = f"arn:aws:organizations::{stranger.account}"
        assert organization == {
            "Id": organization["Id"],
            "Arn": f"{arn}:organization/{organization['Id']}",
            "FeatureSet": "ALL",
            "MasterAccountArn": f"{arn}:account/{organization['Id']}/{stranger.account}",
            "MasterAccountId": stranger.account,
            "MasterAccountEmail": organization["MasterAccountEmail"],
            "AvailablePolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}],
        }

    def test_organization_with_consolidated_billing_has_no_policy_types(self, stranger: Client) -> None:
        """An organization with consolidated billing only has an empty list of policy types."""
        organization = stranger.do(SERVICE, "CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")["Organization"]
        assert organization["FeatureSet"] == "CONSOLIDATED_BILLING"
        assert organization["AvailablePolicyTypes"] == []

    def test_member_of_organization_cannot_create_another(self, management: Client) -> None:
        """A member of an organization is refused with AWS's message."""
        answer = management.expect_error(SERVICE, "CreateOrganization")
        assert error_of(answer) == ("AlreadyInOrganizationException", None)
        assert answer.message == "The AWS account is already a member of an organization."

    def test_unknown_feature_set_is_refused(self, stranger: Client) -> None:
        """A value outside the enum is refused with its reason."""
        answer = stranger.expect_error(SERVICE, "CreateOrganization", FeatureSet="SOME")
        assert error_of(answer) == ("InvalidInputException", "INVALID_ENUM")

    def test_organization_in_govcloud_needs_all_features(self, stranger: Client) -> None:
        """In AWS GovCloud (US) an organization cannot have consolidated billing only."""
        client = Client(stranger.app, stranger.account, "us-gov-west-1")
        answer = client.expect_error(SERVICE, "CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")
        assert error_of(answer) == (
            "ConstraintViolationException",
            "CREATE_ORGANIZATION_IN_BILLING_MODE_UNSUPPORTED_REGION",
        )
        organization = client.do(SERVICE, "CreateOrganization")["Organization"]
        assert organization["Arn"].startswith("arn:aws-us-gov:organizations::")


class TestPermissionForLinkedRole:
    """The permission to create the service-linked role of Organizations, which CreateOrganization needs."""

    def test_user_with_permission_for_linked_role_creates_organization(self, stranger: Client) -> None:
        """A user that may create the role may create the organization."""
        user = create_user(stranger, policy_allowing("organizations:CreateOrganization", "iam:CreateServiceLinkedRole"))
        assert user.do(SERVICE, "CreateOrganization")["Organization"]["MasterAccountId"] == stranger.account

    def test_managed_policy_allows_creating_organization(self, stranger: Client) -> None:
        """AWSOrganizationsFullAccess allows to create the role under a condition that the call meets."""
        user = create_user(stranger, "arn:aws:iam::aws:policy/AWSOrganizationsFullAccess")
        user.do(SERVICE, "CreateOrganization")

    def test_account_with_linked_role_needs_no_permission_for_it(self, stranger: Client) -> None:
        """In an account that already has the role, a user needs no permission to create it."""
        stranger.do("iam", "CreateServiceLinkedRole", AWSServiceName="organizations.amazonaws.com")
        user = create_user(stranger, policy_allowing("organizations:CreateOrganization"))
        user.do(SERVICE, "CreateOrganization")

    def test_user_without_permission_for_linked_role_creates_nothing(self, stranger: Client) -> None:
        """Without the permission the call is refused, and nothing is created."""
        user = create_user(stranger, policy_allowing("organizations:*"))
        before = stranger.app.world.state
        assert user.expect_error(SERVICE, "CreateOrganization").code == "AccessDeniedForDependencyException"
        assert stranger.app.world.state is before


class TestDescribeOrganization:
    """DescribeOrganization."""

    def test_member_sees_same_organization_as_management_account(self, management: Client, member: Client) -> None:
        """A member gets the same reply as the management account."""
        assert describe_organization(member) == describe_organization(management)

    def test_standalone_account_has_no_organization_to_describe(self, stranger: Client) -> None:
        """A standalone account is refused with AWS's message."""
        answer = stranger.expect_error(SERVICE, "DescribeOrganization")
        assert error_of(answer) == ("AWSOrganizationsNotInUseException", None)
        assert answer.message == NOT_IN_USE


class TestDeleteOrganization:
    """DeleteOrganization."""

    def test_delete_organization_has_no_output(self, management: Client) -> None:
        """Success has no output, and the organization no longer exists."""
        assert management.do(SERVICE, "DeleteOrganization") == {}
        assert management.expect_error(SERVICE, "DescribeOrganization").code == "AWSOrganizationsNotInUseException"

    @pytest.mark.usefixtures("member")
    def test_organization_with_members_cannot_be_deleted(self, management: Client) -> None:
        """An organization with other accounts cannot be deleted."""
        answer = management.expect_error(SERVICE, "DeleteOrganization")
        assert error_of(answer) == ("OrganizationNotEmptyException", None)

    def test_member_cannot_delete_organization(self, member: Client) -> None:
        """Any account but the management account is refused with AWS's message."""
        answer = member.expect_error(SERVICE, "DeleteOrganization")
        assert error_of(answer) == ("AccessDeniedException", None)
        assert answer.message == NO_PERMISSION


class TestListRoots:
    """ListRoots."""

    def test_list_roots_replies_with_only_root(self, management: Client) -> None:
        """The new root is named Root, has no policy type, and its ARN contains the organization's id."""
        reply = management.do(SERVICE, "ListRoots")
        organization = describe_organization(management)
        (root,) = reply["Roots"]
        assert root["Name"] == "Root"
        assert root["Arn"] == f"arn:aws:organizations::{management.account}:root/{organization['Id']}/{root['Id']}"
        assert root["PolicyTypes"] == []
        assert "NextToken" not in reply
