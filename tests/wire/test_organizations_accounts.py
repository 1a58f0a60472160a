"""Member accounts on the wire: their life from request to disappearance, and the errors that their operations have."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from artifact_state import catalog
from artifact_state.model import CreationFailure
from artifact_state.organizations import accounts
from artifact_state.principals import root_user
from tests.support.organizations import SERVICE
from tests.wire.botocore_wire import Client
from tests.wire.conftest import NOW

NOBODY = "000000000000"
STRANGER = "999988887777"
MINUTE = timedelta(minutes=1)
GOVCLOUD = "us-gov-west-1"


def seconds(instant: datetime) -> datetime:
    """Give an instant as the JSON protocol carries it: in milliseconds."""
    return datetime.fromtimestamp(round(instant.timestamp(), 3), UTC)


def switch(client: Client, **options: Any) -> None:
    """Give the world other options."""
    world = client.core.world
    world.options = replace(world.options, **options)


def limit(client: Client, **changed: Any) -> None:
    """Give the world other quotas."""
    switch(client, quotas=replace(catalog.quotas(), **changed))


def ask(client: Client, name: str = "member", operation: str = "CreateAccount", **parameters: Any) -> dict[str, Any]:
    """Ask for an account; give the answer's status."""
    asked = client.does(SERVICE, operation, **{"AccountName": name, "Email": f"{name}@example.com"} | parameters)
    status: dict[str, Any] = asked["CreateAccountStatus"]
    return status


def told(client: Client, request_id: str) -> dict[str, Any]:
    """Tell how a request stands."""
    status: dict[str, Any] = client.does(SERVICE, "DescribeCreateAccountStatus", CreateAccountRequestId=request_id)[
        "CreateAccountStatus"
    ]
    return status


def account(client: Client, name: str = "member", **parameters: Any) -> str:
    """Create a member account; give its id."""
    account_id: str = told(client, ask(client, name, **parameters)["Id"])["AccountId"]
    return account_id


def life(client: Client, account_id: str) -> tuple[str, str]:
    """Tell the state and the old status of an account."""
    found = client.does(SERVICE, "DescribeAccount", AccountId=account_id)["Account"]
    return found["State"], found["Status"]


class TestCreateAccount:
    """CreateAccount and DescribeCreateAccountStatus."""

    def test_takes_its_time(self, management: Client) -> None:
        """A request is under way until it completes; then it tells the account and when."""
        switch(management, creation_delay=MINUTE)
        asked = ask(management)
        under_way = {
            "Id": asked["Id"],
            "AccountName": "member",
            "State": "IN_PROGRESS",
            "RequestedTimestamp": asked["RequestedTimestamp"],
        }
        assert asked == told(management, asked["Id"]) == under_way
        management.core.world.clock.advance(MINUTE)
        ended = told(management, asked["Id"])
        assert ended == under_way | {
            "State": "SUCCEEDED",
            "CompletedTimestamp": seconds(NOW + MINUTE),
            "AccountId": ended["AccountId"],
        }

    @pytest.mark.parametrize("failure", CreationFailure)
    def test_failures(self, management: Client, failure: CreationFailure) -> None:
        """A request that fails tells AWS's reason, and no account."""
        switch(management, creation_failure=failure)
        asked = ask(management)
        assert asked["State"] == "IN_PROGRESS"
        ended = told(management, asked["Id"])
        assert (ended["State"], ended["FailureReason"]) == ("FAILED", failure.value)
        assert "AccountId" not in ended

    def test_invalid_email(self, management: Client) -> None:
        """An address that the pattern lets through may still be against the rules: that fails the request."""
        asked = ask(management, Email="a%b@example.com")
        assert told(management, asked["Id"])["FailureReason"] == "INVALID_EMAIL"

    @pytest.mark.parametrize(
        ("constraint", "options"),
        [
            ("ACCOUNT_NUMBER_LIMIT_EXCEEDED", {"quotas": {"accounts_per_organization": 1}}),
            ("ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED", {"quotas": {"concurrent_account_creations": 0}}),
        ],
    )
    @pytest.mark.parametrize("operation", ["CreateAccount", "CreateGovCloudAccount"])
    def test_constraints(
        self, management: Client, operation: str, constraint: str, options: dict[str, dict[str, int]]
    ) -> None:
        """The quotas are constraints with their reasons."""
        limit(management, **options["quotas"])
        got = management.is_refused(SERVICE, operation, AccountName="x", Email="x@example.com")
        assert (got.code, got.data["Reason"]) == ("ConstraintViolationException", constraint)


class TestCreateGovCloudAccount:
    """CreateGovCloudAccount."""

    def test_answers_two_accounts(self, management: Client) -> None:
        """A request that succeeds tells the account and the one in AWS GovCloud (US)."""
        asked = ask(management, operation="CreateGovCloudAccount")
        assert asked["State"] == "IN_PROGRESS"
        ended = told(management, asked["Id"])
        assert ended["State"] == "SUCCEEDED"
        assert len({ended["AccountId"], ended["GovCloudAccountId"], management.account}) == 3
        listed = management.does(SERVICE, "ListAccounts")["Accounts"]
        assert [one["Id"] for one in listed] == [management.account, ended["AccountId"]]

    def test_not_enabled(self, management: Client) -> None:
        """A management account that is not paired is told so."""
        switch(management, govcloud_enabled=False)
        got = management.is_refused(SERVICE, "CreateGovCloudAccount", AccountName="x", Email="x@example.com")
        assert (got.code, got.data["Reason"]) == ("ConstraintViolationException", "MASTER_ACCOUNT_NOT_GOVCLOUD_ENABLED")


class TestListCreateAccountStatus:
    """ListCreateAccountStatus."""

    def test_states_and_pages(self, management: Client) -> None:
        """Requests are listed in their order, by state, and a page holds as many as are asked for."""
        limit(management, accounts_per_organization=100)
        good = [ask(management, f"good-{at}")["Id"] for at in range(3)]
        bad = ask(management, "good-0")["Id"]
        switch(management, creation_delay=MINUTE)
        coming = ask(management, "coming")["Id"]

        def listed(**parameters: Any) -> list[str]:
            found, token = [], None
            while True:
                given = parameters | ({"NextToken": token} if token else {})
                reply = management.does(SERVICE, "ListCreateAccountStatus", **given)
                found += [one["Id"] for one in reply["CreateAccountStatuses"]]
                token = reply.get("NextToken")
                if token is None:
                    return found

        for size in ({}, {"MaxResults": 1}, {"MaxResults": 2}):
            assert listed(**size) == [*good, bad, coming]
            assert listed(States=["SUCCEEDED"], **size) == good
            assert listed(States=["FAILED"], **size) == [bad]
            assert listed(States=["IN_PROGRESS"], **size) == [coming]
            assert listed(States=["IN_PROGRESS", "FAILED", "FAILED"], **size) == [bad, coming]


class TestLife:
    """State and Status, from creation to the end."""

    def test_of_a_created_account(self, management: Client) -> None:
        """Waiting for its sign-up, active, suspended by AWS, closing, closed, and after 90 days not found."""
        switch(management, activation_delay=MINUTE, closure_delay=MINUTE)
        clock = management.core.world.clock
        account_id = account(management)
        assert life(management, account_id) == ("PENDING_ACTIVATION", "SUSPENDED")
        clock.advance(MINUTE)
        assert life(management, account_id) == ("ACTIVE", "ACTIVE")
        with management.core.world.transaction(root_user(management.account)) as tx:
            accounts.suspend_account(tx, account_id)
        assert life(management, account_id) == ("SUSPENDED", "SUSPENDED")
        assert management.does(SERVICE, "CloseAccount", AccountId=account_id) == {}
        assert life(management, account_id) == ("PENDING_CLOSURE", "PENDING_CLOSURE")
        clock.advance(MINUTE)
        assert life(management, account_id) == ("CLOSED", "SUSPENDED")
        clock.advance(timedelta(days=90))
        got = management.is_refused(SERVICE, "DescribeAccount", AccountId=account_id)
        assert got.code == "AccountNotFoundException"

    def test_of_the_management_account(self, management: Client) -> None:
        """The management account is listed as invited, and its path leads to the root."""
        found = management.does(SERVICE, "DescribeAccount", AccountId=management.account)["Account"]
        assert (found["State"], found["Status"], found["JoinedMethod"]) == ("ACTIVE", "ACTIVE", "INVITED")
        root = management.does(SERVICE, "ListRoots")["Roots"][0]["Id"]
        organization = management.does(SERVICE, "DescribeOrganization")["Organization"]["Id"]
        assert found["Paths"] == [f"{organization}/{root}/{management.account}/"]

    def test_closed_accounts_are_listed(self, management: Client) -> None:
        """A closed account is in the list, with the state in which it can no longer be used."""
        account_id = account(management)
        management.does(SERVICE, "CloseAccount", AccountId=account_id)
        listed = management.does(SERVICE, "ListAccounts")["Accounts"]
        assert [(one["Id"], one["State"]) for one in listed] == [(management.account, "ACTIVE"), (account_id, "CLOSED")]


class TestConstraints:
    """The reasons of constraints."""

    def close(self, client: Client, account_id: str) -> str:
        """Have a closing refused; give the reason."""
        got = client.is_refused(SERVICE, "CloseAccount", AccountId=account_id)
        assert got.code == "ConstraintViolationException"
        reason: str = got.data["Reason"]
        return reason

    def test_of_close_account(self, management: Client) -> None:
        """Closing has a limit at a time, a quota of thirty days, and spares the management account."""
        first, second = account(management, "first"), account(management, "second")
        assert self.close(management, management.account) == "CANNOT_CLOSE_MANAGEMENT_ACCOUNT"
        limit(management, closures_in_small_organization=1)
        switch(management, closure_delay=MINUTE)
        management.does(SERVICE, "CloseAccount", AccountId=first)
        assert self.close(management, second) == "CLOSE_ACCOUNT_QUOTA_EXCEEDED"
        limit(management, concurrent_account_closures=1)
        assert self.close(management, second) == "CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED"

    def test_of_billing_organizations(self, stranger: Client) -> None:
        """An organization for billing alone closes no accounts."""
        stranger.does(SERVICE, "CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")
        assert self.close(stranger, account(stranger)) == "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE"

    @pytest.mark.parametrize(
        ("options", "reason"),
        [
            ({"leave_wait_period": timedelta(days=4)}, "WAIT_PERIOD_ACTIVE"),
            ({"standalone_prerequisites": True}, "MEMBER_ACCOUNT_PAYMENT_INSTRUMENT_REQUIRED"),
        ],
    )
    def test_of_departure(self, management: Client, member: Client, options: dict[str, Any], reason: str) -> None:
        """A created account may neither leave nor be removed at AWS's strictest."""
        switch(management, **options)
        removed = management.is_refused(SERVICE, "RemoveAccountFromOrganization", AccountId=member.account)
        left = member.is_refused(SERVICE, "LeaveOrganization")
        for got in (removed, left):
            assert (got.code, got.data["Reason"]) == ("ConstraintViolationException", reason)

    def test_of_govcloud(self, core: Any) -> None:
        """In AWS GovCloud (US) an organization has all features."""
        client = Client(core, STRANGER, GOVCLOUD)
        got = client.is_refused(SERVICE, "CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")
        assert (got.code, got.data["Reason"]) == (
            "ConstraintViolationException",
            "CREATE_ORGANIZATION_IN_BILLING_MODE_UNSUPPORTED_REGION",
        )
        made = client.does(SERVICE, "CreateOrganization")["Organization"]
        assert made["Arn"].startswith("arn:aws-us-gov:organizations::")
