"""Strict mode: short pages, throttling, concurrent modifications and eventual consistency."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest

from artifact_emulator.activity.call_log import is_read_only
from artifact_emulator.app import App
from artifact_emulator.services import bindings
from artifact_state.clock import Clock
from artifact_state.model import State
from artifact_state.world import Options, World
from tests.support.control_api import control_refusal, control_result
from tests.support.wire_client import Client
from tests.wire.conftest import NOW

STRICT = "/_emulator/strict-client"
MANAGEMENT = "111122223333"
UNITS = ["A", "B", "C", "D", "E"]
SEEDS = ["0", "1", "2", "3", "4", "5", "6", "7"]


def enable_strict_mode(app: App, seed: str = "7") -> None:
    """Enable strict mode."""
    assert control_result(app, "PUT", STRICT, {"enabled": True, "seed": seed}) == {"enabled": True, "seed": seed}


def call_until_done(client: Client, service: str, operation: str, /, **members: Any) -> tuple[Any, list[str]]:
    """Call an operation until it succeeds, and return its output and the errors before."""
    errors: list[str] = []
    while (answer := client.call(service, operation, **members)).code:
        errors.append(answer.code)
        assert len(errors) < 5, errors
    return answer.data, errors


def pages(client: Client, service: str, operation: str, token: str, /, **members: Any) -> Iterator[dict[str, Any]]:
    """Yield the pages of a list, and check that no token is repeated."""
    start: dict[str, Any] = {}
    for _ in range(200):
        page = client.do(service, operation, **members, **start)
        yield page
        next_token = page.get(token) if token != "Marker" or page["IsTruncated"] else None
        if not next_token:
            return
        assert next_token not in start.values()
        start = {token: next_token}
    pytest.fail("the list does not end")


@pytest.fixture
def root(management: Client) -> str:
    """Return the root of an organization with five organizational units."""
    root_id: str = management.do("organizations", "ListRoots")["Roots"][0]["Id"]
    for name in UNITS:
        management.do("organizations", "CreateOrganizationalUnit", ParentId=root_id, Name=name)
    return root_id


def names(client: Client, root: str) -> list[list[str]]:
    """Return the names of the units on each page."""
    listed_pages = pages(client, "organizations", "ListOrganizationalUnitsForParent", "NextToken", ParentId=root)
    return [[unit["Name"] for unit in page["OrganizationalUnits"]] for page in listed_pages]


class TestPages:
    """Lists with short and empty pages."""

    @pytest.mark.parametrize("seed", SEEDS)
    def test_short_pages_together_are_complete(self, management: Client, root: str, seed: str) -> None:
        """A client that follows every token gets every entry once and in order."""
        enable_strict_mode(management.app, seed)
        unit_names = names(management, root)
        assert list(chain(*unit_names)) == UNITS
        assert len(unit_names) > 1

    def test_pages_may_be_empty_with_more_to_come(self, management: Client, root: str) -> None:
        """The first page or one in the middle may be empty with more entries to come."""
        empties = []
        for seed in range(30):
            enable_strict_mode(management.app, str(seed))
            empties += [place for place, page in enumerate(names(management, root)) if not page]
        assert {0, 1, 2} <= set(empties)

    def test_pages_of_iam_are_truncated_anywhere(self, management: Client) -> None:
        """IAM's lists may be truncated at any entry, or before the first."""
        for name in UNITS:
            management.do("iam", "CreateUser", UserName=name)
        lengths = set()
        for seed in range(20):
            enable_strict_mode(management.app, str(seed))
            user_names = [
                [user["UserName"] for user in page["Users"]] for page in pages(management, "iam", "ListUsers", "Marker")
            ]
            assert list(chain(*user_names)) == UNITS
            lengths |= {len(page) for page in user_names}
        assert lengths >= {0, 1, 2, 3}

    def test_pages_of_artifact_and_cloudtrail_lose_nothing(self, management: Client) -> None:
        """The lists of AWS Artifact and AWS CloudTrail have short pages too, and lose no entry."""
        report_ids = [report["id"] for report in management.do("artifact", "ListReports", maxResults=300)["reports"]]
        enable_strict_mode(management.app)
        report_pages = list(pages(management, "artifact", "ListReports", "nextToken"))
        assert [report["id"] for page in report_pages for report in page["reports"]] == report_ids
        assert max(len(page["reports"]) for page in report_pages) <= 3
        events = list(pages(management, "cloudtrail", "LookupEvents", "NextToken", EndTime=NOW))
        assert sum(len(page["Events"]) for page in events) >= len(report_pages)

    def test_page_is_not_larger_than_requested(self, management: Client, root: str) -> None:
        """A page never has more entries than requested."""
        enable_strict_mode(management.app)
        listed_pages = pages(
            management, "organizations", "ListOrganizationalUnitsForParent", "NextToken", ParentId=root, MaxResults=1
        )
        assert {len(page["OrganizationalUnits"]) for page in listed_pages} == {0, 1}


class TestRefusals:
    """Mutating operations, which are refused once or twice."""

    @pytest.mark.parametrize("seed", SEEDS)
    def test_operation_is_throttled_once_and_meets_one_concurrent_modification(
        self, management: Client, root: str, seed: str
    ) -> None:
        """An account's first calls of an operation meet throttling once and a concurrent modification once."""
        enable_strict_mode(management.app, seed)
        errors: list[str] = []
        for number in range(4):
            members = {"ParentId": root, "Name": str(number)}
            errors += call_until_done(management, "organizations", "CreateOrganizationalUnit", **members)[1]
        assert sorted(errors) == ["ConcurrentModificationException", "TooManyRequestsException"]

    def test_operation_meets_only_declared_errors(self, management: Client) -> None:
        """An operation that does not declare a concurrent modification is only throttled."""
        assert not any("ConcurrentModification" in error for error in bindings("iam").operations["CreateGroup"].errors)
        enable_strict_mode(management.app)
        errors = [
            code for n in range(4) for code in call_until_done(management, "iam", "CreateGroup", GroupName=str(n))[1]
        ]
        assert errors == ["Throttling"]
        errors = [
            code for n in range(4) for code in call_until_done(management, "iam", "CreateUser", UserName=str(n))[1]
        ]
        assert sorted(errors) == ["ConcurrentModification", "Throttling"]

    def test_refused_call_changes_nothing(self, management: Client, root: str) -> None:
        """A refused call does not change the state."""
        enable_strict_mode(management.app)
        for number in range(4):
            before = management.app.world.state
            members = {"ParentId": root, "Name": f"N{number}"}
            answer = management.call("organizations", "CreateOrganizationalUnit", **members)
            assert (management.app.world.state is before) == bool(answer.code)

    def test_reads_lack_the_retired_status_of_accounts(self, management: Client) -> None:
        """Accounts have the State alone, without the Status that AWS retires."""
        described = management.do("organizations", "DescribeAccount", AccountId=MANAGEMENT)["Account"]
        assert (described["State"], described["Status"]) == ("ACTIVE", "ACTIVE")
        enable_strict_mode(management.app)
        strict = management.do("organizations", "DescribeAccount", AccountId=MANAGEMENT)["Account"]
        assert strict == {name: value for name, value in described.items() if name != "Status"}

    def test_reads_are_not_refused(self, management: Client) -> None:
        """An operation that only reads is never refused."""
        enable_strict_mode(management.app)
        assert is_read_only("DescribeOrganization")
        for _ in range(10):
            management.do("organizations", "DescribeOrganization")


class TestAccounts:
    """Accounts, whose creation takes time."""

    def test_created_account_is_in_progress_at_first(self, management: Client) -> None:
        """The creation of an account is IN_PROGRESS at first, and has succeeded within three seconds."""
        enable_strict_mode(management.app)
        members = {"AccountName": "A", "Email": "a@example.com"}
        creation, _ = call_until_done(management, "organizations", "CreateAccount", **members)
        request_id = creation["CreateAccountStatus"]["Id"]

        def state() -> str:
            answer = management.do("organizations", "DescribeCreateAccountStatus", CreateAccountRequestId=request_id)
            value: str = answer["CreateAccountStatus"]["State"]
            return value

        assert [state() for _ in range(3)] == ["IN_PROGRESS"] * 3
        management.app.world.clock.advance(timedelta(seconds=3))
        assert state() == "SUCCEEDED"


class TestStaleReads:
    """Reads that do not see the latest change yet."""

    def observe(self, client: Client, name: str, calls: int = 4) -> list[bool]:
        """Enable trusted access of a service, and return for each of several reads whether it is listed."""
        call_until_done(client, "organizations", "EnableAWSServiceAccess", ServicePrincipal=name)
        observations = []
        for _ in range(calls):
            listed_pages = pages(client, "organizations", "ListAWSServiceAccessForOrganization", "NextToken")
            principals = [
                service["ServicePrincipal"] for page in listed_pages for service in page["EnabledServicePrincipals"]
            ]
            observations.append(name in principals)
        return observations

    def test_stale_reads_see_the_change_after_two_reads(self, management: Client) -> None:
        """A change may be unseen by two reads, even if the clock is frozen, and is seen by the third."""
        observations = []
        for seed in range(12):
            control_result(management.app, "PUT", f"/_emulator/worlds/{seed}", {"fork": "default"})
            control_result(management.app, "PUT", f"/worlds/{seed}{STRICT}", {"enabled": True, "seed": str(seed)})
            app = App(management.app.worlds.get(str(seed)))
            observations.append(self.observe(Client(app, MANAGEMENT), "artifact.amazonaws.com"))
        assert any(not seen[0] for seen in observations)
        assert any(seen[0] for seen in observations)
        assert all(seen[2:] == [True, True] and seen == sorted(seen) for seen in observations)

    def test_stale_read_changes_nothing(self, management: Client) -> None:
        """A stale read does not restore the earlier state."""
        enable_strict_mode(management.app)
        call_until_done(
            management, "organizations", "EnableAWSServiceAccess", ServicePrincipal="artifact.amazonaws.com"
        )
        before = management.app.world.state
        for _ in range(6):
            management.do("organizations", "ListAWSServiceAccessForOrganization")
            assert management.app.world.state is before

    def test_reads_are_current_after_two_seconds(self, management: Client) -> None:
        """Two seconds after a change, every read sees it."""
        for seed in range(8):
            enable_strict_mode(management.app, str(seed))
            call_until_done(management, "iam", "CreateUser", UserName=f"U{seed}")
            management.app.world.clock.advance(timedelta(seconds=2))
            assert management.call("iam", "GetUser", UserName=f"U{seed}").code == ""

    def test_reads_after_a_reset_are_current(self, management: Client) -> None:
        """After a reset, no read sees the state before it."""
        enable_strict_mode(management.app)
        for seed in range(8):
            enable_strict_mode(management.app, str(seed))
            call_until_done(management, "iam", "CreateUser", UserName="U")
            management.app.world.reset()
            assert management.call("iam", "GetUser", UserName="U").code == "NoSuchEntity"


def effects(seed: str) -> list[tuple[str, object]]:
    """Return the errors and page sizes that a client meets in a new world."""
    app = App(World(clock=Clock(frozen_at=NOW), state=State(seed="s"), options=Options(strict_client=seed)))
    client = Client(app, MANAGEMENT)
    answers: list[tuple[str, object]] = []
    for operation, members in [
        *[("CreateOrganization", {})] * 4,
        *[("EnableAWSServiceAccess", {"ServicePrincipal": "artifact.amazonaws.com"})] * 4,
        *[("ListAWSServiceAccessForOrganization", {})] * 5,
    ]:
        answer = client.call("organizations", operation, **members)
        answers.append((answer.code, len(answer.data.get("EnabledServicePrincipals", ()))))
    return answers


class TestSeed:
    """The seed of strict mode."""

    def test_equal_seeds_give_equal_effects(self) -> None:
        """Equal seeds and equal calls have equal effects; other seeds have others."""
        assert effects("a") == effects("a")
        assert len({tuple(effects(str(seed))) for seed in range(8)}) > 4

    def test_enabling_strict_mode_again_restarts_it(self, management: Client) -> None:
        """Enabling strict mode again restarts it with the same effects."""
        errors = []
        for _ in range(2):
            enable_strict_mode(management.app)
            members = {"UserName": "U"}
            management.call("iam", "DeleteUser", **members)
            errors.append([management.call("iam", "DeleteUser", **members).code for _ in range(4)])
        assert errors[0] == errors[1]

    def test_strict_mode_is_off_by_default_and_can_be_disabled(self, management: Client, root: str) -> None:
        """Pages are complete by default, and after strict mode was disabled."""
        off = {"enabled": False, "seed": None}
        assert control_result(management.app, "GET", STRICT) == off
        enable_strict_mode(management.app)
        assert control_result(management.app, "PUT", STRICT, {"enabled": False}) == off
        assert names(management, root) == [UNITS]

    @pytest.mark.parametrize("body", [{}, {"enabled": "maybe"}, {"enabled": False, "seed": "7"}, {"seed": "7"}])
    def test_invalid_body_is_refused(self, app: App, body: dict[str, object]) -> None:
        """A body without a decision, or with a seed for disabled strict mode, is refused."""
        assert control_refusal(app, "PUT", STRICT, body)[0] == 400
