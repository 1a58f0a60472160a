"""The creation of accounts on the wire: requests, their states, their failures and their listing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from artifact_state.model import CreationFailure
from tests.support.wire_client import Client
from tests.support.wire_organizations import (
    SERVICE,
    error_of,
    pages,
    request_account,
    request_status,
    set_options,
    set_quotas,
)
from tests.wire.conftest import NOW

MINUTE = timedelta(minutes=1)
both_operations = pytest.mark.parametrize("operation", ["CreateAccount", "CreateGovCloudAccount"])


def in_milliseconds(instant: datetime) -> datetime:
    """Return an instant as the JSON protocol carries it."""
    return datetime.fromtimestamp(round(instant.timestamp(), 3), UTC)


class TestCreateAccount:
    """CreateAccount and DescribeCreateAccountStatus."""

    def test_create_account_replies_that_request_is_in_progress(self, management: Client) -> None:
        """The reply is always IN_PROGRESS, without an account id."""
        status = request_account(management, "A")
        assert status == {
            "Id": status["Id"],
            "AccountName": "A",
            "State": "IN_PROGRESS",
            "RequestedTimestamp": in_milliseconds(NOW),
        }

    def test_request_without_delay_succeeds_at_once(self, management: Client) -> None:
        """The next DescribeCreateAccountStatus names the account, which has the e-mail address of the request."""
        status = request_status(management, request_account(management, "a")["Id"])
        assert (status["State"], status["CompletedTimestamp"]) == ("SUCCEEDED", in_milliseconds(NOW))
        account = management.do(SERVICE, "DescribeAccount", AccountId=status["AccountId"])["Account"]
        assert account["Email"] == "a@example.com"

    def test_request_with_delay_is_in_progress_until_it_completes(self, management: Client) -> None:
        """A request stays in progress until it completes; then its status has the account and the instant."""
        set_options(management, creation_delay=MINUTE)
        requested = request_account(management)
        assert request_status(management, requested["Id"]) == requested
        management.app.world.clock.advance(MINUTE)
        completed = request_status(management, requested["Id"])
        assert completed == requested | {
            "State": "SUCCEEDED",
            "CompletedTimestamp": in_milliseconds(NOW + MINUTE),
            "AccountId": completed["AccountId"],
        }

    @pytest.mark.parametrize("failure", CreationFailure)
    def test_failed_request_has_reason_and_no_account(self, management: Client, failure: CreationFailure) -> None:
        """A failed request has AWS's reason, and no account id."""
        set_options(management, creation_failure=failure)
        requested = request_account(management)
        assert requested["State"] == "IN_PROGRESS"
        completed = request_status(management, requested["Id"])
        assert (completed["State"], completed["FailureReason"]) == ("FAILED", failure.value)
        assert "AccountId" not in completed

    def test_duplicate_email_fails_request_and_not_call(self, management: Client) -> None:
        """The call succeeds, and the request fails with EMAIL_ALREADY_EXISTS."""
        request_account(management, "a")
        status = request_status(management, request_account(management, "Second", Email="a@example.com")["Id"])
        assert (status["State"], status["FailureReason"]) == ("FAILED", "EMAIL_ALREADY_EXISTS")
        assert "AccountId" not in status

    def test_invalid_email_that_matches_pattern_fails_request(self, management: Client) -> None:
        """An address that the shape's pattern allows may still be invalid: then the request fails."""
        status = request_status(management, request_account(management, Email="a%b@example.com")["Id"])
        assert status["FailureReason"] == "INVALID_EMAIL"

    def test_reserved_role_name_is_refused(self, management: Client) -> None:
        """A role name reserved for service-linked roles refuses the call."""
        answer = management.expect_error(
            SERVICE, "CreateAccount", AccountName="A", Email="a@example.com", RoleName="AWSServiceRoleForMe"
        )
        assert error_of(answer) == ("InvalidInputException", "INVALID_ROLE_NAME")

    def test_member_cannot_create_account(self, member: Client) -> None:
        """Any account but the management account is refused."""
        answer = member.expect_error(SERVICE, "CreateAccount", AccountName="A", Email="a@example.com")
        assert error_of(answer) == ("AccessDeniedException", None)

    @pytest.mark.parametrize(
        ("quota", "reason"),
        [
            ({"accounts_per_organization": 1}, "ACCOUNT_NUMBER_LIMIT_EXCEEDED"),
            ({"concurrent_account_creations": 0}, "ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED"),
        ],
    )
    @both_operations
    def test_account_creation_above_quota_is_refused(
        self, management: Client, operation: str, reason: str, quota: dict[str, int]
    ) -> None:
        """Each quota is a constraint with its own reason."""
        set_quotas(management, **quota)
        answer = management.expect_error(SERVICE, operation, AccountName="x", Email="x@example.com")
        assert error_of(answer) == ("ConstraintViolationException", reason)

    def test_unknown_request_is_not_found(self, management: Client) -> None:
        """An unknown request is CreateAccountStatusNotFoundException."""
        unknown = "car-" + "0" * 32
        answer = management.expect_error(SERVICE, "DescribeCreateAccountStatus", CreateAccountRequestId=unknown)
        assert error_of(answer) == ("CreateAccountStatusNotFoundException", None)


class TestCreateGovCloudAccount:
    """CreateGovCloudAccount."""

    def test_govcloud_request_creates_two_accounts(self, management: Client) -> None:
        """A request that succeeds names the account and the one in AWS GovCloud (US)."""
        requested = request_account(management, operation="CreateGovCloudAccount")
        assert requested["State"] == "IN_PROGRESS"
        completed = request_status(management, requested["Id"])
        assert completed["State"] == "SUCCEEDED"
        assert len({completed["AccountId"], completed["GovCloudAccountId"], management.account}) == 3
        accounts = management.do(SERVICE, "ListAccounts")["Accounts"]
        assert [account["Id"] for account in accounts] == [management.account, completed["AccountId"]]

    def test_unpaired_management_account_is_refused(self, management: Client) -> None:
        """A management account without a pair in AWS GovCloud (US) is refused with its reason."""
        set_options(management, govcloud_enabled=False)
        answer = management.expect_error(SERVICE, "CreateGovCloudAccount", AccountName="x", Email="x@example.com")
        assert error_of(answer) == ("ConstraintViolationException", "MASTER_ACCOUNT_NOT_GOVCLOUD_ENABLED")


class TestListCreateAccountStatus:
    """ListCreateAccountStatus."""

    @pytest.mark.parametrize("size", [{}, {"MaxResults": 1}, {"MaxResults": 2}])
    def test_requests_are_listed_by_state_and_page(self, management: Client, size: dict[str, int]) -> None:
        """Requests are listed in their order, filtered by state, on pages of any size."""
        set_quotas(management, accounts_per_organization=100)
        succeeded = [request_account(management, f"good-{number}")["Id"] for number in range(3)]
        failed = [request_account(management, "good-0")["Id"]]
        set_options(management, creation_delay=MINUTE)
        in_progress = [request_account(management, "coming")["Id"]]

        def listed(**parameters: Any) -> list[str]:
            walk = pages(management, "ListCreateAccountStatus", "CreateAccountStatuses", **parameters, **size)
            return [status["Id"] for page in walk for status in page]

        assert listed() == [*succeeded, *failed, *in_progress]
        assert listed(States=["SUCCEEDED"]) == succeeded
        assert listed(States=["FAILED"]) == failed
        assert listed(States=["IN_PROGRESS"]) == in_progress
        assert listed(States=["IN_PROGRESS", "FAILED", "FAILED"]) == [*failed, *in_progress]
