"""The enabling of all features on the wire, from EnableAllFeatures to the acceptance of the process.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/manage-begin-all-features-standard-migration.html
"""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.wire_client import Client
from tests.support.wire_organizations import (
    SERVICE,
    STANDALONE,
    as_account,
    create_account,
    create_billing_organization,
    describe_organization,
    error_of,
    handshake_after,
    party,
)


@pytest.fixture
def billing(stranger: Client) -> Client:
    """Return the management account of an organization with consolidated billing only and one invited member."""
    return create_billing_organization(stranger)


def request_of(member: Client, process: dict[str, Any]) -> dict[str, Any]:
    """Return the only handshake of a process that a member received."""
    filters = {"ParentHandshakeId": process["Id"]}
    (request,) = member.do(SERVICE, "ListHandshakesForAccount", Filter=filters)["Handshakes"]
    return dict(request)


class TestEnableAllFeatures:
    """EnableAllFeatures and the handshakes of its process."""

    def test_process_is_handshake_of_organization_alone(self, billing: Client) -> None:
        """As in AWS's user guide, the only party is the organization; the handshake is valid for ninety days."""
        organization = describe_organization(billing)
        process = billing.do(SERVICE, "EnableAllFeatures")["Handshake"]
        prefix = f"arn:aws:organizations::{billing.account}:handshake/{organization['Id']}"
        assert process == {
            "Id": process["Id"],
            "Arn": f"{prefix}/enable_all_features/{process['Id']}",
            "Parties": [{"Id": organization["Id"].removeprefix("o-"), "Type": "ORGANIZATION"}],
            "State": "REQUESTED",
            "RequestedTimestamp": process["RequestedTimestamp"],
            "ExpirationTimestamp": process["RequestedTimestamp"] + timedelta(days=90),
            "Action": "ENABLE_ALL_FEATURES",
            "Resources": [{"Type": "ORGANIZATION", "Value": organization["Id"]}],
        }

    def test_member_receives_request_with_process_as_resource(self, billing: Client, stranger: Client) -> None:
        """As in AWS's user guide, the resources are the process, the organization and the account."""
        organization = describe_organization(billing)["Id"]
        process = billing.do(SERVICE, "EnableAllFeatures")["Handshake"]
        request = request_of(stranger, process)
        prefix = f"arn:aws:organizations::{billing.account}:handshake/{organization}"
        assert request == {
            "Id": request["Id"],
            "Arn": f"{prefix}/approve_all_features/{request['Id']}",
            "Parties": [
                {"Id": organization.removeprefix("o-"), "Type": "ORGANIZATION"},
                {"Id": STANDALONE, "Type": "ACCOUNT"},
            ],
            "State": "OPEN",
            "RequestedTimestamp": process["RequestedTimestamp"],
            "ExpirationTimestamp": process["ExpirationTimestamp"],
            "Action": "APPROVE_ALL_FEATURES",
            "Resources": [
                {"Type": "PARENT_HANDSHAKE", "Value": process["Id"].removeprefix("h-")},
                {"Type": "ORGANIZATION", "Value": organization},
                {"Type": "ACCOUNT", "Value": STANDALONE},
            ],
        }

    def test_approved_process_enables_all_features(self, billing: Client, stranger: Client) -> None:
        """The member approves, the process becomes open, the management account accepts: all features are enabled."""
        process = billing.do(SERVICE, "EnableAllFeatures")["Handshake"]
        request = request_of(stranger, process)
        assert handshake_after(stranger, "AcceptHandshake", request["Id"])["State"] == "ACCEPTED"
        assert handshake_after(billing, "DescribeHandshake", process["Id"])["State"] == "OPEN"
        assert handshake_after(billing, "AcceptHandshake", process["Id"])["State"] == "ACCEPTED"
        organization = describe_organization(billing)
        assert organization["FeatureSet"] == "ALL"
        assert organization["AvailablePolicyTypes"] == [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]
        assert billing.do(SERVICE, "ListRoots")["Roots"][0]["PolicyTypes"] == []
        billing.do(SERVICE, "EnableAWSServiceAccess", ServicePrincipal="artifact.amazonaws.com")

    def test_created_account_without_linked_role_is_asked_to_recreate_it(self, billing: Client) -> None:
        """A created account that deleted the role of Organizations accepts a handshake that creates it again."""
        member = as_account(billing, create_account(billing))
        role = {"RoleName": "AWSServiceRoleForOrganizations"}
        member.do("iam", "DeleteServiceLinkedRole", **role)
        assert member.expect_error("iam", "GetRole", **role).code == "NoSuchEntity"
        billing.do(SERVICE, "EnableAllFeatures")
        (handshake,) = member.do(SERVICE, "ListHandshakesForAccount")["Handshakes"]
        assert handshake["Action"] == "ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE"
        # AWS's pattern allows 32 characters for the action.
        assert "/add_organizations_service_linked/" in handshake["Arn"]
        handshake_after(member, "AcceptHandshake", handshake["Id"])
        assert member.do("iam", "GetRole", **role)["Role"]["RoleName"] == role["RoleName"]

    def test_organization_of_all_features_cannot_enable_them_again(self, management: Client) -> None:
        """An organization that has all features is refused with its reason."""
        answer = management.expect_error(SERVICE, "EnableAllFeatures")
        assert error_of(answer) == ("HandshakeConstraintViolationException", "ORGANIZATION_ALREADY_HAS_ALL_FEATURES")

    def test_second_process_is_refused(self, billing: Client) -> None:
        """A second process is refused while the first is in progress."""
        billing.do(SERVICE, "EnableAllFeatures")
        answer = billing.expect_error(SERVICE, "EnableAllFeatures")
        assert error_of(answer) == (
            "HandshakeConstraintViolationException",
            "ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION",
        )

    def test_accounts_cannot_be_invited_during_process(self, billing: Client) -> None:
        """An invitation is refused with its reason while a process is in progress."""
        billing.do(SERVICE, "EnableAllFeatures")
        answer = billing.expect_error(SERVICE, "InviteAccountToOrganization", Target=party("444455556666"))
        assert error_of(answer) == (
            "HandshakeConstraintViolationException",
            "INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES",
        )
