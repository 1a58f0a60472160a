"""Throttling: AWS's request rates, enforced by worlds that ask for them."""

from datetime import timedelta
from typing import Any

import pytest

from artifact_emulator.app import App
from artifact_emulator.faults.throttling import Throttle
from artifact_emulator.world_runtime import runtime_of
from artifact_state.catalog import RequestRate
from tests.support.control_api import control_refusal, control_result
from tests.support.wire_client import Client
from tests.wire.conftest import NOW

THROTTLING = "/_emulator/throttling"
KEY = ("organizations", "ListRoots", "111122223333")
TOO_MANY = "TooManyRequestsException"


def throttle(app: App) -> None:
    """Enforce AWS's request rates."""
    assert control_result(app, "PUT", THROTTLING, {"mode": "aws"}) == {"mode": "aws"}


def codes(client: Client, calls: int, operation: str, /, service: str = "organizations", **members: Any) -> list[str]:
    """Call an operation several times and return the code of each error, "" for a success."""
    return [client.call(service, operation, **members).code for _ in range(calls)]


def create(client: Client, number: int, operation: str = "CreateAccount") -> str:
    """Create an account and return the code of the error, "" for a success."""
    return client.call("organizations", operation, AccountName="A", Email=f"a{number}@example.com").code


class TestRates:
    """Worlds that enforce AWS's request rates."""

    def test_throttling_is_off_by_default(self, management: Client) -> None:
        """No call is throttled by default, and no token bucket exists."""
        assert control_result(management.app, "GET", THROTTLING) == {"mode": "off"}
        assert codes(management, 50, "DescribeOrganization") == [""] * 50
        assert "throttle" not in vars(runtime_of(management.app.world))

    def test_account_has_burst_and_rate_by_the_worlds_clock(self, management: Client) -> None:
        """DescribeOrganization may be called twice at once and then once per second by the world's clock."""
        throttle(management.app)
        assert codes(management, 4, "DescribeOrganization") == ["", "", TOO_MANY, TOO_MANY]
        management.app.world.clock.advance(timedelta(seconds=1))
        assert codes(management, 2, "DescribeOrganization") == ["", TOO_MANY]
        management.app.world.clock.advance(timedelta(hours=1))
        assert codes(management, 3, "DescribeOrganization") == ["", "", TOO_MANY]

    def test_each_operation_has_its_own_rate(self, management: Client) -> None:
        """The calls of one operation do not use the rate of another."""
        throttle(management.app)
        assert codes(management, 3, "DescribeOrganization")[-1] == TOO_MANY
        assert codes(management, 1, "ListRoots") == [""]

    def test_each_account_has_its_own_rate(self, management: Client, member: Client) -> None:
        """The calls of one account do not use the rate of another, unless the organization has a rate."""
        throttle(management.app)
        assert codes(management, 3, "DescribeOrganization")[-1] == TOO_MANY
        assert codes(member, 2, "DescribeOrganization") == ["", ""]

    def test_accounts_of_an_organization_share_its_rate(self, management: Client, member: Client) -> None:
        """The accounts of an organization may describe organizational units three times together."""
        app = management.app
        root = management.do("organizations", "ListRoots")["Roots"][0]["Id"]
        created = management.do("organizations", "CreateOrganizationalUnit", ParentId=root, Name="A")
        unit = created["OrganizationalUnit"]["Id"]
        throttle(app)
        members = {"OrganizationalUnitId": unit}
        assert codes(management, 3, "DescribeOrganizationalUnit", **members) == ["", "", TOO_MANY]
        # A member may not describe the unit; its first call is refused for that reason.
        error = codes(member, 2, "DescribeOrganizationalUnit", **members)
        assert error == ["AccessDeniedException", TOO_MANY]

    def test_operations_that_create_accounts_share_a_rate(self, management: Client) -> None:
        """Accounts of both kinds may be created three at once, and then one every ten seconds."""
        throttle(management.app)
        assert [create(management, 1), create(management, 2, "CreateGovCloudAccount"), create(management, 3)] == [
            ""
        ] * 3
        assert create(management, 4) == TOO_MANY
        assert create(management, 4, "CreateGovCloudAccount") == TOO_MANY
        management.app.world.clock.advance(timedelta(seconds=10))
        assert create(management, 4) == ""

    def test_throttled_call_changes_nothing_and_is_recorded(self, management: Client) -> None:
        """A throttled call changes nothing, and is in the call log."""
        throttle(management.app)
        for number in range(3):
            create(management, number)
        before = management.app.world.state
        error = management.expect_error("organizations", "CreateAccount", AccountName="A", Email="a9@example.com")
        assert (error.status, error.code) == (400, TOO_MANY)
        assert error.message == "You have sent too many requests in too short a period of time. Try again later."
        assert management.app.world.state is before
        events = control_result(management.app, "GET", f"/_emulator/events?error={TOO_MANY}")["events"]
        assert [event["eventName"] for event in events] == ["CreateAccount"]

    def test_artifact_answers_429_with_retry_after(self, stranger: Client) -> None:
        """AWS Artifact answers 429 with the seconds to wait in a header."""
        throttle(stranger.app)
        request = stranger.request("artifact", "ListReports")
        replies = [stranger.app.handle(request) for _ in range(21)]
        assert [reply.status for reply in replies] == [200] * 20 + [429]
        assert dict(replies[-1].headers)["Retry-After"] == "1"
        assert dict(replies[-1].headers)["x-amzn-errortype"] == "ThrottlingException"
        assert stranger.expect_error("artifact", "ListReports").message == "Rate exceeded"

    @pytest.mark.parametrize(
        ("service", "operation", "burst", "code"),
        [
            ("iam", "ListRoles", 100, "Throttling"),
            ("sts", "GetCallerIdentity", 600, "Throttling"),
            ("cloudtrail", "LookupEvents", 2, "ThrottlingException"),
        ],
    )
    def test_other_services_answer_rate_exceeded(
        self, stranger: Client, service: str, operation: str, burst: int, code: str
    ) -> None:
        """The other services answer "Rate exceeded" with their own codes."""
        throttle(stranger.app)
        request = stranger.request(service, operation)
        assert {stranger.app.handle(request).status for _ in range(burst)} == {200}
        reply = stranger.app.handle(request)
        assert (reply.status, code.encode() in reply.body, b"Rate exceeded" in reply.body) == (400, True, True)

    def test_throttling_belongs_to_one_world(self, management: Client) -> None:
        """Throttling is an option of a world; a fork takes over the options of its model."""
        app = management.app
        throttle(app)
        control_result(app, "PUT", "/_emulator/worlds/fork", {"fork": "default"})
        assert control_result(app, "GET", f"/worlds/fork{THROTTLING}") == {"mode": "aws"}
        assert control_result(app, "PUT", f"/worlds/fork{THROTTLING}", {"mode": "off"}) == {"mode": "off"}
        assert control_result(app, "GET", THROTTLING) == {"mode": "aws"}
        assert codes(Client(app, "111122223333"), 3, "DescribeOrganization")[-1] == TOO_MANY

    def test_reset_fills_the_token_buckets(self, stranger: Client) -> None:
        """After a reset every account has its burst again."""
        throttle(stranger.app)
        before = codes(stranger, 3, "DescribeOrganization")
        stranger.app.handle(stranger.request("organizations", "DescribeOrganization"))
        assert before[-1] == TOO_MANY
        stranger.app.world.reset()
        runtime_of(stranger.app.world).clear()
        assert codes(stranger, 3, "DescribeOrganization") == before

    @pytest.mark.parametrize("body", [{"mode": "on"}, {}, {"mode": "aws", "rate": 3}])
    def test_unknown_mode_is_refused(self, app: App, body: dict[str, object]) -> None:
        """A mode other than aws and off, or another member, is refused."""
        assert control_refusal(app, "PUT", THROTTLING, body)[0] == 400


class TestThrottle:
    """Token buckets."""

    def test_bucket_refills_after_the_clock_is_set_back(self) -> None:
        """A bucket stays empty when the clock is set back, and refills from there."""
        throttle = Throttle()
        rates = {KEY: RequestRate(per_second=1, burst=2)}
        assert [throttle.take(rates, NOW) for _ in range(3)] == [0, 0, pytest.approx(1)]
        earlier = NOW - timedelta(days=1)
        assert throttle.take(rates, earlier) == pytest.approx(1)
        assert throttle.take(rates, earlier + timedelta(seconds=1)) == 0

    def test_call_takes_a_token_from_every_bucket_or_from_none(self) -> None:
        """A call that one bucket refuses takes no token from another."""
        throttle = Throttle()
        own, shared = {KEY: RequestRate(per_second=1, burst=5)}, (KEY[0], KEY[1], "o-1")
        both = own | {shared: RequestRate(per_second=1, burst=1)}
        assert throttle.take(both, NOW) == 0
        assert [throttle.take(both, NOW) for _ in range(9)] == [pytest.approx(1)] * 9
        assert [throttle.take(own, NOW) for _ in range(5)] == [0] * 4 + [pytest.approx(1)]

    def test_full_buckets_use_no_memory(self) -> None:
        """Accounts whose buckets are full again use no memory."""
        throttle, rate = Throttle(), RequestRate(per_second=100, burst=100)
        for number in range(20_000):
            throttle.take({("iam", "", str(number)): rate}, NOW + timedelta(seconds=number))
        assert len(throttle._full_at) <= 4_097
