"""Accounts on the wire: their description, their states, their closure and their departure."""

from datetime import timedelta
from typing import Any

import pytest

from artifact_state.organizations import accounts
from artifact_state.principals import root_user
from tests.support.wire_client import Client
from tests.support.wire_organizations import (
    SERVICE,
    create_account,
    describe_organization,
    error_of,
    request_account,
    root_id,
    set_options,
    set_quotas,
)
from tests.wire.conftest import NOW

MINUTE = timedelta(minutes=1)


def state_and_status(client: Client, account_id: str) -> tuple[str, str]:
    """Return the State of an account and its older Status."""
    account = client.do(SERVICE, "DescribeAccount", AccountId=account_id)["Account"]
    return account["State"], account["Status"]


class TestDescribeAccount:
    """DescribeAccount."""

    def test_created_account_is_described_in_full(self, management: Client, member: Client) -> None:
        """The reply has both State and Status, and the ARN names the management account."""
        organization, root = describe_organization(management)["Id"], root_id(management)
        assert management.do(SERVICE, "DescribeAccount", AccountId=member.account)["Account"] == {
            "Id": member.account,
            "Arn": f"arn:aws:organizations::{management.account}:account/{organization}/{member.account}",
            "Email": "member@example.com",
            "Name": "Member",
            "Status": "ACTIVE",
            "State": "ACTIVE",
            "Paths": [f"{organization}/{root}/{member.account}/"],
            "JoinedMethod": "CREATED",
            "JoinedTimestamp": NOW.replace(microsecond=NOW.microsecond // 1000 * 1000),
        }

    def test_management_account_is_described_as_invited(self, management: Client) -> None:
        """The management account is listed as invited, and its path leads from the root."""
        account = management.do(SERVICE, "DescribeAccount", AccountId=management.account)["Account"]
        assert (account["State"], account["Status"], account["JoinedMethod"]) == ("ACTIVE", "ACTIVE", "INVITED")
        organization = describe_organization(management)["Id"]
        assert account["Paths"] == [f"{organization}/{root_id(management)}/{management.account}/"]

    def test_account_outside_organization_is_not_found(self, management: Client, stranger: Client) -> None:
        """An account of no organization, or of another, is not found."""
        answer = management.expect_error(SERVICE, "DescribeAccount", AccountId=stranger.account)
        assert error_of(answer) == ("AccountNotFoundException", None)

    @pytest.mark.parametrize("account_id", ["abc", "11112222333", "1111222233334", "11112222333x", " 11112222333"])
    def test_malformed_account_id_is_refused(self, management: Client, account_id: str) -> None:
        """A malformed id violates the pattern or the length; botocore sends it all the same."""
        answer = management.expect_error(SERVICE, "DescribeAccount", AccountId=account_id)
        assert answer.code == "InvalidInputException"
        assert answer.data["Reason"] in ("INVALID_PATTERN:ACCOUNT_ID", "MAX_LENGTH_EXCEEDED:ACCOUNT_ID")


class TestListAccounts:
    """ListAccounts."""

    def test_management_account_is_listed_first(self, management: Client, member: Client) -> None:
        """The management account comes first, as an invited one."""
        listed = management.do(SERVICE, "ListAccounts")["Accounts"]
        assert [(account["Id"], account["JoinedMethod"]) for account in listed] == [
            (management.account, "INVITED"),
            (member.account, "CREATED"),
        ]

    def test_closed_account_is_listed_as_closed(self, management: Client) -> None:
        """A closed account stays in the list, with its state."""
        account_id = create_account(management)
        management.do(SERVICE, "CloseAccount", AccountId=account_id)
        listed = management.do(SERVICE, "ListAccounts")["Accounts"]
        assert [(account["Id"], account["State"]) for account in listed] == [
            (management.account, "ACTIVE"),
            (account_id, "CLOSED"),
        ]

    def test_pages_of_one_account_make_up_list(self, management: Client, member: Client) -> None:
        """With one account a page, the pages make up the whole list."""
        first = management.do(SERVICE, "ListAccounts", MaxResults=1)
        second = management.do(SERVICE, "ListAccounts", MaxResults=1, NextToken=first["NextToken"])
        ids = [first["Accounts"][0]["Id"], second["Accounts"][0]["Id"]]
        assert ids == [management.account, member.account]
        assert "NextToken" not in second

    @pytest.mark.parametrize("size", [0, 21, -1])
    def test_page_size_out_of_range_is_refused(self, management: Client, size: int) -> None:
        """A page has 1 to 20 accounts."""
        answer = management.expect_error(SERVICE, "ListAccounts", MaxResults=size)
        reason = "MIN_VALUE_EXCEEDED" if size < 1 else "MAX_VALUE_EXCEEDED"
        assert error_of(answer) == ("InvalidInputException", reason)

    @pytest.mark.parametrize("token", ["x", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "é", "\U0001f600", "=" * 100])
    def test_invalid_token_is_refused(self, management: Client, token: str) -> None:
        """A token that the operation did not return is refused with its reason."""
        answer = management.expect_error(SERVICE, "ListAccounts", NextToken=token)
        assert error_of(answer) == ("InvalidInputException", "INVALID_NEXT_TOKEN")

    @pytest.mark.usefixtures("member")
    def test_token_of_another_operation_is_refused(self, management: Client) -> None:
        """A token of another operation is invalid here."""
        request_account(management, "b")
        token = management.do(SERVICE, "ListCreateAccountStatus", MaxResults=1)["NextToken"]
        answer = management.expect_error(SERVICE, "ListAccounts", NextToken=token)
        assert error_of(answer) == ("InvalidInputException", "INVALID_NEXT_TOKEN")


class TestAccountStates:
    """State and Status of an account, from its creation to the end of its closure."""

    def test_created_account_passes_through_every_state(self, management: Client) -> None:
        """Pending activation, active, suspended by AWS, pending closure, closed, and after 90 days not found."""
        set_options(management, activation_delay=MINUTE, closure_delay=MINUTE)
        clock = management.app.world.clock
        account_id = create_account(management)
        assert state_and_status(management, account_id) == ("PENDING_ACTIVATION", "SUSPENDED")
        clock.advance(MINUTE)
        assert state_and_status(management, account_id) == ("ACTIVE", "ACTIVE")
        with management.app.world.transaction(root_user(management.account)) as tx:
            accounts.suspend_account(tx, account_id)
        assert state_and_status(management, account_id) == ("SUSPENDED", "SUSPENDED")
        assert management.do(SERVICE, "CloseAccount", AccountId=account_id) == {}
        assert state_and_status(management, account_id) == ("PENDING_CLOSURE", "PENDING_CLOSURE")
        clock.advance(MINUTE)
        assert state_and_status(management, account_id) == ("CLOSED", "SUSPENDED")
        clock.advance(timedelta(days=90))
        answer = management.expect_error(SERVICE, "DescribeAccount", AccountId=account_id)
        assert answer.code == "AccountNotFoundException"


class TestCloseAccount:
    """CloseAccount."""

    def test_each_constraint_of_closure_has_its_reason(self, management: Client) -> None:
        """The management account, the quota of concurrent closures and that of thirty days have their reasons."""
        first, second = create_account(management, "first"), create_account(management, "second")

        def reason(account_id: str) -> str:
            answer = management.expect_error(SERVICE, "CloseAccount", AccountId=account_id)
            assert answer.code == "ConstraintViolationException"
            return str(answer.data["Reason"])

        assert reason(management.account) == "CANNOT_CLOSE_MANAGEMENT_ACCOUNT"
        set_quotas(management, closures_in_small_organization=1)
        set_options(management, closure_delay=MINUTE)
        management.do(SERVICE, "CloseAccount", AccountId=first)
        assert reason(second) == "CLOSE_ACCOUNT_QUOTA_EXCEEDED"
        set_quotas(management, concurrent_account_closures=1)
        assert reason(second) == "CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED"

    def test_organization_with_consolidated_billing_cannot_close_accounts(self, stranger: Client) -> None:
        """An organization with consolidated billing only cannot close accounts."""
        stranger.do(SERVICE, "CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")
        answer = stranger.expect_error(SERVICE, "CloseAccount", AccountId=create_account(stranger))
        assert error_of(answer) == ("ConstraintViolationException", "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE")


class TestDeparture:
    """RemoveAccountFromOrganization and LeaveOrganization."""

    def test_removed_account_is_no_longer_member(self, management: Client, member: Client) -> None:
        """The call has no output, and the account is in no organization."""
        assert management.do(SERVICE, "RemoveAccountFromOrganization", AccountId=member.account) == {}
        assert member.expect_error(SERVICE, "DescribeOrganization").code == "AWSOrganizationsNotInUseException"

    def test_member_leaves_organization(self, member: Client) -> None:
        """The call has no output, and the account is in no organization."""
        assert member.do(SERVICE, "LeaveOrganization") == {}
        assert member.expect_error(SERVICE, "DescribeOrganization").code == "AWSOrganizationsNotInUseException"

    def test_management_account_cannot_depart(self, management: Client) -> None:
        """The management account can neither be removed nor leave."""
        removal = management.expect_error(SERVICE, "RemoveAccountFromOrganization", AccountId=management.account)
        leave = management.expect_error(SERVICE, "LeaveOrganization")
        assert error_of(removal) == error_of(leave) == ("MasterCannotLeaveOrganizationException", None)

    def test_account_outside_organization_cannot_be_removed(self, management: Client, stranger: Client) -> None:
        """An account that is not a member is not found."""
        answer = management.expect_error(SERVICE, "RemoveAccountFromOrganization", AccountId=stranger.account)
        assert error_of(answer) == ("AccountNotFoundException", None)

    @pytest.mark.parametrize(
        ("options", "reason", "message"),
        [
            (
                {"leave_wait_period": timedelta(days=4)},
                "WAIT_PERIOD_ACTIVE",
                "This operation requires a wait period.  Try again later.",
            ),
            (
                {"standalone_prerequisites": True},
                "MEMBER_ACCOUNT_PAYMENT_INSTRUMENT_REQUIRED",
                "The member account must be configured with a valid payment method, such as a credit card.",
            ),
        ],
    )
    def test_options_can_forbid_departure_of_created_account(
        self, management: Client, member: Client, options: dict[str, Any], reason: str, message: str
    ) -> None:
        """A created account can neither leave nor be removed if the world's options enforce AWS's prerequisites."""
        set_options(management, **options)
        removal = management.expect_error(SERVICE, "RemoveAccountFromOrganization", AccountId=member.account)
        leave = member.expect_error(SERVICE, "LeaveOrganization")
        assert error_of(removal) == error_of(leave) == ("ConstraintViolationException", reason)
        assert removal.data["Message"] == leave.data["Message"] == message
