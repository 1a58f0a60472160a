"""The pages that manage worlds, without scripts: forms, mistakes, downloads and equivalent commands."""

import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html import unescape

import pytest

from artifact_emulator.app import App
from artifact_emulator.faults.kinds import KINDS
from artifact_emulator.http import Request
from artifact_emulator.limits import DEFAULT_LIMITS
from artifact_emulator.world_runtime import runtime_of
from tests.support.visitor import Visitor
from tests.support.wire_client import Client

SCENARIO = b"""
scenario: 1
organizations:
  - management: {id: "111122223333", name: Management, email: management@example.com}
"""
HIDDEN = r'<input type="hidden" name="([^"]+)" value="([^"]*)">'


@pytest.fixture
def visitor() -> Visitor:
    """Return a visitor of an empty world."""
    return Visitor(App())


def text_of(page: str) -> str:
    """Return the text of a page without its tags."""
    return unescape(" ".join(re.sub("<[^>]+>", " ", page).split()))


def refusal(visitor: Visitor, path: str, form: Mapping[str, object]) -> str:
    """Submit a form that is refused, and return the message on the page that answers it."""
    response = visitor.post(path, form)
    assert response.status_code == 400
    message = re.search(r'role="alert">(.*?)</div>', response.text, re.DOTALL)
    assert message
    return text_of(message[1])


def success(visitor: Visitor, path: str, form: Mapping[str, object], page: str) -> str:
    """Submit a form, and return the status on the page that follows."""
    assert visitor.post(path, form).headers["Location"] == f"/console{page}"
    message = re.search(r'role="status">(.*?)</div>', visitor.get(page).text, re.DOTALL)
    assert message
    return text_of(message[1])


def file(content: bytes, name: str) -> tuple[io.BytesIO, str]:
    """Return a file to upload."""
    return io.BytesIO(content), name


class TestWorlds:
    """The list of worlds, and the forms that create, reset and delete them."""

    def test_every_page_leads_to_the_worlds(self, visitor: Visitor) -> None:
        """The navigation of every page, the home page among them, has a link to the list of worlds."""
        for path in ("/", "/sign-in", "/lessons", "/world/clock"):
            assert 'href="/console/worlds"' in visitor.get(path).text

    def test_world_is_created_empty(self, visitor: Visitor) -> None:
        """A new world is listed with its console and its endpoint, and the page shows the equivalent command."""
        shown = success(visitor, "/worlds", {"name": "mine"}, "/worlds")
        assert shown.startswith("World mine created.")
        assert "artifact-emulator worlds create mine" in shown
        listed = visitor.get("/worlds").text
        assert 'href="/worlds/mine/console/"' in listed
        assert "http://localhost/worlds/mine<" in listed

    def test_world_is_created_with_built_in_scenario(self, visitor: Visitor) -> None:
        """A world is created with a built-in scenario, and a reset returns to it."""
        success(visitor, "/worlds", {"name": "mine", "contents": "scenario", "scenario": "organization"}, "/worlds")
        world = visitor.app.worlds.find("mine")
        initial = world.state
        assert world.state.organizations
        success(visitor, "/worlds/mine/reset", {}, "/worlds")
        assert world.state is initial

    def test_world_is_created_with_uploaded_scenario(self, visitor: Visitor) -> None:
        """A world is created with the scenario in a file."""
        form = {"name": "mine", "contents": "file", "file": file(SCENARIO, "class.yaml")}
        assert "--scenario class.yaml" in success(visitor, "/worlds", form, "/worlds")
        assert len(visitor.app.worlds.find("mine").state.organizations) == 1

    def test_world_is_created_as_copy(self, visitor: Visitor) -> None:
        """A copy has the state of its original."""
        success(visitor, "/worlds", {"name": "a", "contents": "scenario", "scenario": "organization"}, "/worlds")
        success(visitor, "/worlds", {"name": "b", "contents": "fork", "fork": "a"}, "/worlds")
        assert visitor.app.worlds.find("b").state == visitor.app.worlds.find("a").state

    @pytest.mark.parametrize("contents", ["empty", "scenario"])
    def test_world_begins_at_an_instant(self, visitor: Visitor, contents: str) -> None:
        """The clock of a new world is frozen at the instant that was entered, before any of its contents."""
        form = {"name": "mine", "contents": contents, "scenario": "organization", "at": "2020-01-02T03:04"}
        assert "--at 2020-01-02T03:04:00Z" in success(visitor, "/worlds", form, "/worlds")
        assert visitor.app.worlds.find("mine").clock.frozen_at == datetime(2020, 1, 2, 3, 4, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("form", "message"),
        [
            ({"name": "x", "at": "noon"}, "'noon' is not an instant"),
            ({"name": "x", "contents": "fork", "fork": "default", "at": "2020-01-01"}, "A copy has the clock"),
            ({"name": ""}, "is not a valid name"),
            ({"name": "a b"}, "is not a valid name"),
            ({"name": "default"}, "There is already a world default."),
            ({"name": "x", "contents": "fork", "fork": "defalt"}, "There is no world 'defalt'; did you mean default?"),
            ({"name": "x", "contents": "scenario", "scenario": "organisation"}, "did you mean organization?"),
            ({"name": "x", "contents": "file"}, "Choose a file."),
            ({"name": "x", "contents": "file", "content": b"\xff"}, "a.yaml is not UTF-8 text"),
            ({"name": "x", "contents": "file", "content": b"a: ["}, "a.yaml:"),
            (
                {"name": "x", "contents": "file", "content": b"organisations: []"},
                "did you mean organizations?",
            ),
        ],
    )
    def test_mistake_creates_no_world(self, visitor: Visitor, form: dict[str, object], message: str) -> None:
        """A mistake is answered with a sentence on the page, which keeps the name, and creates no world."""
        if "content" in form:
            form = {**form, "file": file(form["content"], "a.yaml")}  # type: ignore[arg-type]
        before = visitor.app.world.state
        assert message in refusal(visitor, "/worlds", form)
        assert [world.name for world in visitor.app.worlds] == ["default"]
        assert visitor.app.world.state is before

    def test_deletion_is_confirmed(self, visitor: Visitor) -> None:
        """Without scripts, the link leads to a page that asks; its form deletes the world."""
        success(visitor, "/worlds", {"name": "mine"}, "/worlds")
        assert "Delete the world mine" in visitor.get("/worlds/mine/delete").text
        assert visitor.app.worlds.existing("mine") is not None
        success(visitor, "/worlds/mine/delete", {}, "/worlds")
        assert visitor.app.worlds.existing("mine") is None

    @pytest.mark.parametrize("action", ["reset", "delete"])
    def test_misspelled_world_is_neither_reset_nor_deleted(self, visitor: Visitor, action: str) -> None:
        """A form about a world that does not exist names the closest."""
        visitor.app.worlds.get("mine")
        assert visitor.get(f"/worlds/mime/{action}").status_code == 400
        assert "did you mean mine?" in refusal(visitor, f"/worlds/mime/{action}", {})

    def test_default_world_is_not_deleted(self, visitor: Visitor) -> None:
        """The default world cannot be deleted, and its row offers no deletion."""
        assert "/worlds/default/delete" not in visitor.get("/worlds").text
        assert refusal(visitor, "/worlds/default/delete", {}) == "The default world always exists. Reset it instead."

    def test_world_deleted_from_its_own_console_is_announced_in_the_default_one(self, visitor: Visitor) -> None:
        """The console of the default world says that the world was deleted, and never so of an existing world."""
        visitor.app.worlds.get("mine")
        assert "World gone deleted." in visitor.get("/worlds?deleted=gone").text
        assert "World mine deleted." not in visitor.get("/worlds?deleted=mine").text

    def test_pages_of_worlds_are_linked(self, visitor: Visitor) -> None:
        """A hundred worlds fit on a page; the rest follow."""
        for number in range(100):
            visitor.app.worlds.get(f"world-{number}")
        last = 'href="/worlds/world-99/console/"'
        assert last not in visitor.get("/worlds").text
        assert 'href="/console/worlds?page=2"' in visitor.get("/worlds").text
        assert last in visitor.get("/worlds?page=2").text


class TestContents:
    """Scenarios and snapshots of a world."""

    def test_scenario_replaces_contents(self, visitor: Visitor) -> None:
        """A built-in scenario and one in a file replace the contents of the world."""
        success(visitor, "/world/load", {"scenario": "landing-zone", "confirmed": "yes"}, "/world")
        assert len(visitor.app.world.state.memberships) > 1
        success(visitor, "/world/upload", {"file": file(SCENARIO, "one.yaml"), "confirmed": "yes"}, "/world")
        assert len(visitor.app.world.state.memberships) == 1

    @pytest.mark.parametrize(
        ("path", "form"),
        [("/world/load", {"scenario": "organization"}), ("/world/upload", {"file": file(SCENARIO, "one.yaml")})],
    )
    def test_scenario_is_loaded_once_this_is_confirmed(
        self, visitor: Visitor, path: str, form: dict[str, object]
    ) -> None:
        """Loading asks first; the answer carries the name of the scenario, or the file."""
        before = visitor.app.world.state
        question = visitor.post(path, form)
        assert "into the world default?" in question.text
        assert visitor.app.world.state is before
        entries = {name: unescape(value) for name, value in re.findall(HIDDEN, question.text) if name != "csrf"}
        success(visitor, path, entries, "/world")
        assert visitor.app.world.state is not before

    def test_reset_returns_to_scenario(self, visitor: Visitor) -> None:
        """The world is reset from its own pages, after a question, to the scenario that was loaded."""
        success(visitor, "/world/load", {"scenario": "organization", "confirmed": "yes"}, "/world")
        initial = visitor.app.world.state
        visitor.sign_in("111122223333")
        visitor.post("/organizations/accounts/create", {"name": "Late", "email": "late@example.com"})
        assert visitor.app.world.state is not initial
        assert "Reset the world default" in visitor.get("/world/reset").text
        success(visitor, "/world/reset", {}, "/world")
        assert visitor.app.world.state is initial

    def test_mistaken_scenario_changes_nothing(self, visitor: Visitor) -> None:
        """A scenario that cannot be loaded leaves the world as it was."""
        before = visitor.app.world.state
        assert "did you mean landing-zone?" in refusal(visitor, "/world/load", {"scenario": "landingzone"})
        assert "a.yaml:1" in refusal(visitor, "/world/upload", {"file": file(b"nothing: 1", "a.yaml")})
        assert visitor.app.world.state is before

    def test_exported_scenario_can_be_loaded(self, visitor: Visitor) -> None:
        """The downloaded scenario describes the world."""
        success(visitor, "/world/load", {"scenario": "organization", "confirmed": "yes"}, "/world")
        accounts = len(visitor.app.world.state.memberships)
        exported = visitor.get("/world/scenario.yaml")
        assert exported.headers["Content-Disposition"] == 'attachment; filename="default.yaml"'
        success(visitor, "/world/upload", {"file": file(exported.data, "again.yaml"), "confirmed": "yes"}, "/world")
        assert len(visitor.app.world.state.memberships) == accounts

    def test_snapshot_is_saved_restored_and_deleted(self, visitor: Visitor) -> None:
        """A restored world has the state that was saved; each step shows its command."""
        before = visitor.app.world.state
        assert "artifact-emulator snapshot save first" in success(
            visitor, "/world/snapshots", {"name": "first"}, "/world/snapshots"
        )
        success(visitor, "/world/load", {"scenario": "organization", "confirmed": "yes"}, "/world")
        assert "Restore the snapshot first" in visitor.get("/world/snapshots/first/restore").text
        success(visitor, "/world/snapshots/first/restore", {}, "/world/snapshots")
        assert visitor.app.world.state == before
        assert "Delete the snapshot first" in visitor.get("/world/snapshots/first/delete").text
        success(visitor, "/world/snapshots/first/delete", {}, "/world/snapshots")
        assert visitor.app.worlds.snapshot_names("default") == []

    def test_snapshot_file_is_exported_and_imported(self, visitor: Visitor) -> None:
        """A downloaded snapshot is imported under the name of its file, or under a given one."""
        success(visitor, "/world/snapshots", {"name": "first"}, "/world/snapshots")
        exported = visitor.get("/world/snapshots/first/export").data
        success(visitor, "/world/snapshots/import", {"file": file(exported, "second.json")}, "/world/snapshots")
        form = {"file": file(exported, "second.json"), "import_name": "third"}
        success(visitor, "/world/snapshots/import", form, "/world/snapshots")
        assert visitor.app.worlds.snapshot_names("default") == ["first", "second", "third"]

    @pytest.mark.parametrize("path", ["/world/snapshots/frist/restore", "/world/snapshots/frist/delete"])
    def test_misspelled_snapshot_names_the_closest(self, visitor: Visitor, path: str) -> None:
        """A form about a snapshot that does not exist names the closest."""
        success(visitor, "/world/snapshots", {"name": "first"}, "/world/snapshots")
        assert refusal(visitor, path, {}) == "The world 'default' has no snapshot 'frist'; did you mean first?"

    def test_file_that_is_no_snapshot_is_refused(self, visitor: Visitor) -> None:
        """A file that is not a snapshot is refused with a sentence, and adds none."""
        assert refusal(visitor, "/world/snapshots/import", {"file": file(b"[]", "a.json")})
        assert refusal(visitor, "/world/snapshots/import", {}) == "Choose a file."
        assert visitor.app.worlds.snapshot_names("default") == []

    def test_forms_take_files_as_large_as_the_control_api(self) -> None:
        """A snapshot or a scenario may be uploaded up to the limit of imports; other forms have the usual limit."""
        app = App()
        for path in ("/console/worlds", "/worlds/a/console/world/snapshots/import", "/console/world/upload"):
            assert app.body_limit(Request("POST", path, "", {}, b"")) == DEFAULT_LIMITS.import_bytes
        assert app.body_limit(Request("POST", "/console/sign-in", "", {}, b"")) == DEFAULT_LIMITS.body_bytes


class TestClock:
    """The clock of a world."""

    def test_clock_is_frozen_advanced_and_resumed(self, visitor: Visitor) -> None:
        """The clock shows the instant that was entered, moves forward, and runs again."""
        world = visitor.app.world
        form = {"instant": "2030-01-02T03:04"}
        assert "clock freeze 2030-01-02T03:04:00Z" in success(visitor, "/world/clock/freeze", form, "/world/clock")
        assert world.clock.now() == datetime(2030, 1, 2, 3, 4, tzinfo=UTC)
        success(visitor, "/world/clock/advance", {"span": "1d2h"}, "/world/clock")
        assert world.clock.now() == datetime(2030, 1, 3, 5, 4, tzinfo=UTC)
        success(visitor, "/world/clock/resume", {}, "/world/clock")
        assert not world.clock.is_frozen
        success(visitor, "/world/clock/advance", {"span": "15d"}, "/world/clock")
        assert "ahead of the real time by 15 days " in text_of(visitor.get("/world/clock").text)

    def test_clock_does_not_go_back_before_the_latest_change(self, visitor: Visitor) -> None:
        """An instant at which the contents would not exist yet is refused."""
        success(visitor, "/world/load", {"scenario": "organization", "confirmed": "yes"}, "/world")
        message = refusal(visitor, "/world/clock/freeze", {"instant": "2020-01-01T00:00"})
        assert message.startswith("The clock cannot go back before 20")
        assert "create a world on the page Worlds" in message

    @pytest.mark.parametrize(
        ("path", "form", "message"),
        [
            ("freeze", {"instant": "tomorrow"}, "'tomorrow' is not an instant, such as 2026-01-01T00:00:00Z"),
            ("freeze", {"instant": "0001-01-01"}, "A clock supports instants from 1970-01-01 to 9000-01-01."),
            ("advance", {"span": "soon"}, "'soon' is not a duration, such as 15d, 2h30m, 90s or 90"),
            ("advance", {"span": ""}, "'' is not a duration, such as 15d, 2h30m, 90s or 90"),
            ("advance", {"span": "99999999d"}, "A clock supports instants from 1970-01-01 to 9000-01-01."),
        ],
    )
    def test_mistake_leaves_the_clock(self, visitor: Visitor, path: str, form: dict[str, object], message: str) -> None:
        """A mistake is answered with a sentence, and the clock stays as it was."""
        assert refusal(visitor, f"/world/clock/{path}", form) == message
        assert not visitor.app.world.clock.is_frozen


class TestFaults:
    """The faults of a world."""

    def test_form_suggests_the_error_codes_of_each_service(self, visitor: Visitor) -> None:
        """The codes that a service may return are suggested with its name."""
        page = visitor.get("/world/faults").text
        assert '<option value="ConcurrentModificationException">AWS Organizations</option>' in page
        assert '<option value="EntityAlreadyExists">IAM</option>' in page

    def test_fault_is_set_and_removed(self, visitor: Visitor) -> None:
        """A fault is listed with what it matches; the page shows the command that sets the same."""
        form: dict[str, object] = {
            "service": "organizations",
            "operation": "CreateAccount",
            "kind": "error",
            "error": "Throttling",
            "times": "2",
        }
        shown = success(visitor, "/world/faults", form, "/world/faults")
        assert "faults set organizations CreateAccount --error Throttling --times 2" in shown
        (active,) = runtime_of(visitor.app.world).faults.rules()
        assert (active.rule.operation, active.rule.times) == ("CreateAccount", 2)
        shown = text_of(visitor.get("/world/faults").text)
        assert "CreateAccount of AWS Organizations" in shown
        assert "at most 2 calls" in shown
        success(visitor, "/world/faults/remove", {"id": active.id}, "/world/faults")
        assert runtime_of(visitor.app.world).faults.rules() == []
        success(visitor, "/world/faults", {**form, "times": "1"}, "/world/faults")
        assert "at most 1 call " in text_of(visitor.get("/world/faults").text)

    @pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
    def test_fault_of_each_kind_is_set(self, visitor: Visitor, kind: object) -> None:
        """The form sets a fault of each kind in the table; all are removed at once."""
        name, operations, choices = kind.name, kind.operations, kind.choices  # type: ignore[attr-defined]
        services = {"DeleteServiceLinkedRole": "iam", "CreateComplianceInquiry": "artifact"}
        operation = operations[0] if operations else "ListRoots"
        value = choices[0] if choices else {"error": "Throttling", "latency_ms": "min=1,max=2"}.get(name, "")
        form = {"service": services.get(operation, "organizations"), "operation": operation, "kind": name, name: value}
        success(visitor, "/world/faults", form, "/world/faults")
        (active,) = runtime_of(visitor.app.world).faults.rules()
        assert type(active.rule.action) is kind.action  # type: ignore[attr-defined]
        success(visitor, "/world/faults/remove", {}, "/world/faults")
        assert runtime_of(visitor.app.world).faults.rules() == []

    @pytest.mark.parametrize(
        ("form", "message"),
        [
            ({"kind": ""}, "Choose a kind of fault."),
            ({"error": ""}, "Enter an error code."),
            ({"operation": "CreateAcount"}, "did you mean CreateAccount?"),
            ({"error": "TooManyRequestException"}, "did you mean TooManyRequestsException?"),
            ({"times": "0"}, "times: "),
            ({"account": "12"}, "account: "),
            ({"kind": "latency_ms", "latency_ms": "slow"}, "'slow' is not a latency"),
            ({"kind": "latency_ms", "latency_ms": "min=2,max=1"}, "min exceeds max"),
            ({"kind": "deletion_fails"}, "and fail later” is only for DeleteServiceLinkedRole."),
        ],
    )
    def test_mistake_sets_no_fault(self, visitor: Visitor, form: dict[str, object], message: str) -> None:
        """A mistake is answered with a sentence on the page, and sets no fault."""
        valid = {"service": "organizations", "operation": "CreateAccount", "kind": "error", "error": "Throttling"}
        assert message in refusal(visitor, "/world/faults", {**valid, **form})
        assert runtime_of(visitor.app.world).faults.rules() == []

    def test_explanation_names_the_fault(self, visitor: Visitor) -> None:
        """The explanation of an injected error names the fault, and does not speak of the service's rules."""
        visitor.post(
            "/world/faults", {"service": "organizations", "kind": "error", "error": "Throttling", "times": "1"}
        )
        client = Client(visitor.app)
        client.expect_error("organizations", "CreateOrganization")
        client.expect_error("organizations", "ListRoots")
        injected, refused = runtime_of(visitor.app.world).call_log.calls()
        page = text_of(visitor.get(f"/decisions/{injected.request_id}").text)
        assert "The fault fault-1 of this world answered" in page
        assert "rule of the service" not in page
        assert "A rule of the service refused" in text_of(visitor.get(f"/decisions/{refused.request_id}").text)

    def test_unknown_fault_is_not_removed(self, visitor: Visitor) -> None:
        """A fault that was removed meanwhile is named."""
        assert refusal(visitor, "/world/faults/remove", {"id": "fault-9"}) == "There is no fault fault-9."


def test_command_names_the_emulator_and_the_world() -> None:
    """The command of another world at another port names both."""
    app = App()
    app.worlds.get("my.world")
    visitor = Visitor(app, base="/worlds/my.world", host="127.0.0.1:4711")
    shown = text_of(visitor.get("/world/clock").text)
    assert "artifact-emulator clock resume --world my.world --endpoint http://127.0.0.1:4711" in shown
    default = Visitor(App(), host="127.0.0.1:4700")
    assert "artifact-emulator clock resume " in text_of(default.get("/world/clock").text)
    assert "--endpoint" not in text_of(default.get("/world/clock").text)
