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


def vex(app: App, seed: str = "7") -> None:
    """Let clients meet all that AWS permits."""
    assert control_result(app, "PUT", STRICT, {"enabled": True, "seed": seed}) == {"enabled": True, "seed": seed}


def persist(client: Client, service: str, operation: str, /, **members: Any) -> tuple[Any, list[str]]:
    """Call until it is done, as a client does that knows AWS; give the answer, and the errors met before."""
    met: list[str] = []
    while (got := client.call(service, operation, **members)).code:
        met.append(got.code)
        assert len(met) < 5, met
    return got.data, met


def pages(client: Client, service: str, operation: str, token: str, /, **members: Any) -> Iterator[dict[str, Any]]:
    """Page through a listing; no token comes twice running."""
    asked: dict[str, Any] = {}
    for _ in range(200):
        page = client.do(service, operation, **members, **asked)
        yield page
        following = page.get(token) if token != "Marker" or page["IsTruncated"] else None
        if not following:
            return
        assert following not in asked.values()
        asked = {token: following}
    pytest.fail("the listing has no end")


@pytest.fixture
def root(management: Client) -> str:
    """Give the root of an organization with some organizational units."""
    found: str = management.do("organizations", "ListRoots")["Roots"][0]["Id"]
    for name in UNITS:
        management.do("organizations", "CreateOrganizationalUnit", ParentId=found, Name=name)
    return found


def names(client: Client, root: str) -> list[list[str]]:
    """Name the units of each page."""
    listed = pages(client, "organizations", "ListOrganizationalUnitsForParent", "NextToken", ParentId=root)
    return [[one["Name"] for one in page["OrganizationalUnits"]] for page in listed]


class TestPages:
    """Listings that come by and by."""

    @pytest.mark.parametrize("seed", SEEDS)
    def test_are_short_and_whole(self, management: Client, root: str, seed: str) -> None:
        """Whoever goes on as long as there is a token has everything, once and in order."""
        vex(management.app, seed)
        found = names(management, root)
        assert list(chain(*found)) == UNITS
        assert len(found) > 1

    def test_are_empty_at_times(self, management: Client, root: str) -> None:
        """With some seed the first page is empty, with some one in the middle, and there is more all the same."""
        empties = []
        for seed in range(30):
            vex(management.app, str(seed))
            empties += [place for place, page in enumerate(names(management, root)) if not page]
        assert {0, 1, 2} <= set(empties)

    def test_of_names(self, management: Client) -> None:
        """IAM's listings too are truncated at any place, or before the first."""
        for name in UNITS:
            management.do("iam", "CreateUser", UserName=name)
        lengths = set()
        for seed in range(20):
            vex(management.app, str(seed))
            found = [
                [one["UserName"] for one in page["Users"]] for page in pages(management, "iam", "ListUsers", "Marker")
            ]
            assert list(chain(*found)) == UNITS
            lengths |= {len(page) for page in found}
        assert lengths >= {0, 1, 2, 3}

    def test_of_reports_and_events(self, management: Client) -> None:
        """AWS Artifact's and AWS CloudTrail's listings are cut too, and lose nothing."""
        every = [one["id"] for one in management.do("artifact", "ListReports", maxResults=300)["reports"]]
        vex(management.app)
        found = list(pages(management, "artifact", "ListReports", "nextToken"))
        assert [one["id"] for page in found for one in page["reports"]] == every
        assert max(len(page["reports"]) for page in found) <= 3
        events = list(pages(management, "cloudtrail", "LookupEvents", "NextToken", EndTime=NOW))
        assert sum(len(page["Events"]) for page in events) >= len(found)

    def test_of_a_size(self, management: Client, root: str) -> None:
        """Never are there more than were asked for."""
        vex(management.app)
        listed = pages(
            management, "organizations", "ListOrganizationalUnitsForParent", "NextToken", ParentId=root, MaxResults=1
        )
        assert {len(page["OrganizationalUnits"]) for page in listed} == {0, 1}


class TestRefusals:
    """Mutating operations that are refused once or twice."""

    @pytest.mark.parametrize("seed", SEEDS)
    def test_one_throttle_and_one_change(self, management: Client, root: str, seed: str) -> None:
        """Each operation is throttled once and meets another change once, within an account's first calls."""
        vex(management.app, seed)
        met: list[str] = []
        for number in range(4):
            asked = {"ParentId": root, "Name": str(number)}
            met += persist(management, "organizations", "CreateOrganizationalUnit", **asked)[1]
        assert sorted(met) == ["ConcurrentModificationException", "TooManyRequestsException"]

    def test_only_what_is_declared(self, management: Client) -> None:
        """An operation that declares no concurrent modification is throttled, and no more."""
        assert not any("ConcurrentModification" in one for one in bindings("iam").operations["CreateGroup"].errors)
        vex(management.app)
        met = [code for n in range(4) for code in persist(management, "iam", "CreateGroup", GroupName=str(n))[1]]
        assert met == ["Throttling"]
        met = [code for n in range(4) for code in persist(management, "iam", "CreateUser", UserName=str(n))[1]]
        assert sorted(met) == ["ConcurrentModification", "Throttling"]

    def test_change_nothing(self, management: Client, root: str) -> None:
        """A refused call leaves the state as it is."""
        vex(management.app)
        for number in range(4):
            before = management.app.world.state
            asked = {"ParentId": root, "Name": f"N{number}"}
            got = management.call("organizations", "CreateOrganizationalUnit", **asked)
            assert (management.app.world.state is before) == bool(got.code)

    def test_reads_are_not_refused(self, management: Client) -> None:
        """What only reads is answered."""
        vex(management.app)
        assert is_read_only("DescribeOrganization")
        for _ in range(10):
            management.do("organizations", "DescribeOrganization")


class TestAccounts:
    """Accounts that are not there at once."""

    def test_are_in_progress_first(self, management: Client) -> None:
        """A created account is IN_PROGRESS when it is first looked at, and there within three seconds."""
        vex(management.app)
        asked = {"AccountName": "A", "Email": "a@example.com"}
        told_first, _ = persist(management, "organizations", "CreateAccount", **asked)
        request_id = told_first["CreateAccountStatus"]["Id"]

        def state() -> str:
            got = management.do("organizations", "DescribeCreateAccountStatus", CreateAccountRequestId=request_id)
            found: str = got["CreateAccountStatus"]["State"]
            return found

        assert [state() for _ in range(3)] == ["IN_PROGRESS"] * 3
        management.app.world.clock.advance(timedelta(seconds=3))
        assert state() == "SUCCEEDED"


class TestLateReads:
    """Reads that do not know the latest change."""

    def looks(self, client: Client, name: str, calls: int = 4) -> list[bool]:
        """Make an account trust a service, and tell for each of some looks whether it is seen."""
        persist(client, "organizations", "EnableAWSServiceAccess", ServicePrincipal=name)
        seen = []
        for _ in range(calls):
            listed = pages(client, "organizations", "ListAWSServiceAccessForOrganization", "NextToken")
            found = [one["ServicePrincipal"] for page in listed for one in page["EnabledServicePrincipals"]]
            seen.append(name in found)
        return seen

    def test_see_it_in_the_end(self, management: Client) -> None:
        """A change may be unseen at first, with a clock that stands still too, and is seen after two looks."""
        seen = []
        for seed in range(12):
            control_result(management.app, "PUT", f"/_emulator/worlds/{seed}", {"fork": "default"})
            control_result(management.app, "PUT", f"/worlds/{seed}{STRICT}", {"enabled": True, "seed": str(seed)})
            app = App(management.app.worlds.get(str(seed)))
            seen.append(self.looks(Client(app, MANAGEMENT), "artifact.amazonaws.com"))
        assert any(not one[0] for one in seen)
        assert any(one[0] for one in seen)
        assert all(one[2:] == [True, True] and one == sorted(one) for one in seen)

    def test_a_late_read_changes_nothing(self, management: Client) -> None:
        """Whoever reads the past does not bring it back."""
        vex(management.app)
        persist(management, "organizations", "EnableAWSServiceAccess", ServicePrincipal="artifact.amazonaws.com")
        before = management.app.world.state
        for _ in range(6):
            management.do("organizations", "ListAWSServiceAccessForOrganization")
            assert management.app.world.state is before

    def test_time_settles(self, management: Client) -> None:
        """After two seconds nothing is late."""
        for seed in range(8):
            vex(management.app, str(seed))
            persist(management, "iam", "CreateUser", UserName=f"U{seed}")
            management.app.world.clock.advance(timedelta(seconds=2))
            assert management.call("iam", "GetUser", UserName=f"U{seed}").code == ""

    def test_nobody_reads_what_was_before_a_reset(self, management: Client) -> None:
        """A world that was put back has no past."""
        vex(management.app)
        for seed in range(8):
            vex(management.app, str(seed))
            persist(management, "iam", "CreateUser", UserName="U")
            management.app.world.reset()
            assert management.call("iam", "GetUser", UserName="U").code == "NoSuchEntity"


def story(seed: str) -> list[tuple[str, object]]:
    """Tell what a client meets in a world of its own."""
    app = App(World(clock=Clock(frozen_at=NOW), state=State(seed="s"), options=Options(strict_client=seed)))
    client = Client(app, MANAGEMENT)
    found: list[tuple[str, object]] = []
    for operation, members in [
        *[("CreateOrganization", {})] * 4,
        *[("EnableAWSServiceAccess", {"ServicePrincipal": "artifact.amazonaws.com"})] * 4,
        *[("ListAWSServiceAccessForOrganization", {})] * 5,
    ]:
        got = client.call("organizations", operation, **members)
        found.append((got.code, len(got.data.get("EnabledServicePrincipals", ()))))
    return found


class TestSeed:
    """The same again, when it is asked for."""

    def test_equal_seeds(self) -> None:
        """Equal seeds and equal calls meet the same; others meet something else."""
        assert story("a") == story("a")
        assert len({tuple(story(str(seed))) for seed in range(8)}) > 4

    def test_beginning_again(self, management: Client) -> None:
        """To set it once more is to begin again."""
        met = []
        for _ in range(2):
            vex(management.app)
            asked = {"UserName": "U"}
            management.call("iam", "DeleteUser", **asked)
            met.append([management.call("iam", "DeleteUser", **asked).code for _ in range(4)])
        assert met[0] == met[1]

    def test_off(self, management: Client, root: str) -> None:
        """Nobody is vexed by default, or after it is switched off."""
        off = {"enabled": False, "seed": None}
        assert control_result(management.app, "GET", STRICT) == off
        vex(management.app)
        assert control_result(management.app, "PUT", STRICT, {"enabled": False}) == off
        assert names(management, root) == [UNITS]

    @pytest.mark.parametrize("body", [{}, {"enabled": "maybe"}, {"enabled": False, "seed": "7"}, {"seed": "7"}])
    def test_nonsense(self, app: App, body: dict[str, object]) -> None:
        """What says nothing is refused."""
        assert control_refusal(app, "PUT", STRICT, body)[0] == 400
