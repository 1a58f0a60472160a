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
    """Hold callers to AWS's rates."""
    assert control_result(app, "PUT", THROTTLING, {"mode": "aws"}) == {"mode": "aws"}


def codes(client: Client, calls: int, operation: str, /, service: str = "organizations", **members: Any) -> list[str]:
    """Call an operation some times; give the code of each answer, "" for a success."""
    return [client.call(service, operation, **members).code for _ in range(calls)]


def create(client: Client, number: int, operation: str = "CreateAccount") -> str:
    """Ask for an account; give the code of the answer."""
    return client.call("organizations", operation, AccountName="A", Email=f"a{number}@example.com").code


class TestRates:
    """Worlds that are throttled as AWS is."""

    def test_off_by_default(self, management: Client) -> None:
        """Nobody is refused who did not ask for it, and no bucket is made."""
        assert control_result(management.app, "GET", THROTTLING) == {"mode": "off"}
        assert codes(management, 50, "DescribeOrganization") == [""] * 50
        assert "throttle" not in vars(runtime_of(management.app.world))

    def test_of_an_account(self, management: Client) -> None:
        """DescribeOrganization is answered twice at once and then once a second, by the world's clock."""
        throttle(management.app)
        assert codes(management, 4, "DescribeOrganization") == ["", "", TOO_MANY, TOO_MANY]
        management.app.world.clock.advance(timedelta(seconds=1))
        assert codes(management, 2, "DescribeOrganization") == ["", TOO_MANY]
        management.app.world.clock.advance(timedelta(hours=1))
        assert codes(management, 3, "DescribeOrganization") == ["", "", TOO_MANY]

    def test_each_operation_has_its_own(self, management: Client) -> None:
        """Who may not describe may still list."""
        throttle(management.app)
        assert codes(management, 3, "DescribeOrganization")[-1] == TOO_MANY
        assert codes(management, 1, "ListRoots") == [""]

    def test_each_account_has_its_own(self, management: Client, member: Client) -> None:
        """What one account asks costs another one nothing, where the organization has no rate."""
        throttle(management.app)
        assert codes(management, 3, "DescribeOrganization")[-1] == TOO_MANY
        assert codes(member, 2, "DescribeOrganization") == ["", ""]

    def test_of_an_organization(self, management: Client, member: Client) -> None:
        """Three requests to describe an organizational unit are all that an organization's accounts have together."""
        app = management.app
        root = management.do("organizations", "ListRoots")["Roots"][0]["Id"]
        made = management.do("organizations", "CreateOrganizationalUnit", ParentId=root, Name="A")
        unit = made["OrganizationalUnit"]["Id"]
        throttle(app)
        asked = {"OrganizationalUnitId": unit}
        assert codes(management, 3, "DescribeOrganizationalUnit", **asked) == ["", "", TOO_MANY]
        # A member may not describe, but may ask: the first time it is told so.
        got = codes(member, 2, "DescribeOrganizationalUnit", **asked)
        assert got == ["AccessDeniedException", TOO_MANY]

    def test_two_operations_share_one(self, management: Client) -> None:
        """Accounts of both kinds are created three at once, and then one every ten seconds."""
        throttle(management.app)
        assert [create(management, 1), create(management, 2, "CreateGovCloudAccount"), create(management, 3)] == [
            ""
        ] * 3
        assert create(management, 4) == TOO_MANY
        assert create(management, 4, "CreateGovCloudAccount") == TOO_MANY
        management.app.world.clock.advance(timedelta(seconds=10))
        assert create(management, 4) == ""

    def test_a_refused_call_changes_nothing(self, management: Client) -> None:
        """What is throttled is refused before anything happens, and is in the trail."""
        throttle(management.app)
        for number in range(3):
            create(management, number)
        before = management.app.world.state
        got = management.expect_error("organizations", "CreateAccount", AccountName="A", Email="a9@example.com")
        assert (got.status, got.code) == (400, TOO_MANY)
        assert got.message == "You have sent too many requests in too short a period of time. Try again later."
        assert management.app.world.state is before
        events = control_result(management.app, "GET", f"/_emulator/events?error={TOO_MANY}")["events"]
        assert [one["eventName"] for one in events] == ["CreateAccount"]

    def test_in_the_words_of_artifact(self, stranger: Client) -> None:
        """AWS Artifact answers 429, and tells the seconds to wait in a header."""
        throttle(stranger.app)
        request = stranger.request("artifact", "ListReports")
        replies = [stranger.app.handle(request) for _ in range(21)]
        assert [one.status for one in replies] == [200] * 20 + [429]
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
    def test_in_the_words_of_the_others(
        self, stranger: Client, service: str, operation: str, burst: int, code: str
    ) -> None:
        """Each service says "Rate exceeded" by its own code."""
        throttle(stranger.app)
        request = stranger.request(service, operation)
        assert {stranger.app.handle(request).status for _ in range(burst)} == {200}
        reply = stranger.app.handle(request)
        assert (reply.status, code.encode() in reply.body, b"Rate exceeded" in reply.body) == (400, True, True)

    def test_worlds_do_not_share(self, management: Client) -> None:
        """Another world is throttled only if it is asked for, and a fork has what its model was asked for."""
        app = management.app
        throttle(app)
        control_result(app, "PUT", "/_emulator/worlds/fork", {"fork": "default"})
        assert control_result(app, "GET", f"/worlds/fork{THROTTLING}") == {"mode": "aws"}
        assert control_result(app, "PUT", f"/worlds/fork{THROTTLING}", {"mode": "off"}) == {"mode": "off"}
        assert control_result(app, "GET", THROTTLING) == {"mode": "aws"}
        assert codes(Client(app, "111122223333"), 3, "DescribeOrganization")[-1] == TOO_MANY

    def test_a_reset_fills_the_buckets(self, stranger: Client) -> None:
        """After a reset everybody may begin again."""
        throttle(stranger.app)
        before = codes(stranger, 3, "DescribeOrganization")
        stranger.app.handle(stranger.request("organizations", "DescribeOrganization"))
        assert before[-1] == TOO_MANY
        stranger.app.world.reset()
        runtime_of(stranger.app.world).clear()
        assert codes(stranger, 3, "DescribeOrganization") == before

    @pytest.mark.parametrize("body", [{"mode": "on"}, {}, {"mode": "aws", "rate": 3}])
    def test_other_modes(self, app: App, body: dict[str, object]) -> None:
        """There are two modes and nothing else to say."""
        assert control_refusal(app, "PUT", THROTTLING, body)[0] == 400


class TestThrottle:
    """Token buckets."""

    def test_time_that_is_turned_back(self) -> None:
        """A clock that goes back leaves a bucket empty, and it fills again from there."""
        throttle = Throttle()
        rates = {KEY: RequestRate(per_second=1, burst=2)}
        assert [throttle.take(rates, NOW) for _ in range(3)] == [0, 0, pytest.approx(1)]
        earlier = NOW - timedelta(days=1)
        assert throttle.take(rates, earlier) == pytest.approx(1)
        assert throttle.take(rates, earlier + timedelta(seconds=1)) == 0

    def test_all_or_none(self) -> None:
        """A call that one bucket refuses takes from no other."""
        throttle = Throttle()
        own, shared = {KEY: RequestRate(per_second=1, burst=5)}, (KEY[0], KEY[1], "o-1")
        both = own | {shared: RequestRate(per_second=1, burst=1)}
        assert throttle.take(both, NOW) == 0
        assert [throttle.take(both, NOW) for _ in range(9)] == [pytest.approx(1)] * 9
        assert [throttle.take(own, NOW) for _ in range(5)] == [0] * 4 + [pytest.approx(1)]

    def test_full_buckets_are_forgotten(self) -> None:
        """Accounts that called long ago cost no memory."""
        throttle, rate = Throttle(), RequestRate(per_second=100, burst=100)
        for number in range(20_000):
            throttle.take({("iam", "", str(number)): rate}, NOW + timedelta(seconds=number))
        assert len(throttle._full_at) <= 4_097
