"""Lessons in the console, without scripts: steps, and a fresh world for each start."""

import re
from html import unescape

import pytest

from artifact_emulator import lessons
from artifact_emulator.access_tokens import AccessTokens
from artifact_emulator.app import App
from artifact_emulator.console import classroom
from artifact_emulator.scenarios.files import load_file
from artifact_emulator.storage.store import Store
from artifact_emulator.world_management import create_world, empty_world, reset_world
from artifact_emulator.world_runtime import runtime_of, start_lesson
from tests.support.control_api import control_result
from tests.support.visitor import Visitor
from tests.support.wire_client import Client


@pytest.fixture
def visitor() -> Visitor:
    """Return a visitor of an empty world."""
    return Visitor(App())


class TestStart:
    """The start of a lesson."""

    def test_lesson_starts_in_a_new_world(self, visitor: Visitor) -> None:
        """Each start creates an empty world and opens the lesson there; the present world stays as it is."""
        Client(visitor.app).do("organizations", "CreateOrganization")
        before = visitor.app.world.state
        assert "Start in a new world" in visitor.get("/lessons/story").text
        for number in (1, 2):
            response = visitor.post("/lessons/story/start")
            assert response.headers["Location"] == f"/worlds/story-{number}/console/lessons/story"
            world = visitor.app.worlds.find(f"story-{number}")
            assert not world.state.organizations
        assert visitor.app.world.state is before

    @pytest.mark.parametrize("path", ["/lessons/none", "/lessons/none/start"])
    def test_unknown_lesson_is_not_found(self, visitor: Visitor, path: str) -> None:
        """A lesson that does not exist starts nothing, and the page lists the lessons."""
        response = visitor.get(path)
        assert response.status_code == 404
        assert "confused-deputy" in response.text
        assert visitor.post("/lessons/none/start").status_code == 404
        assert [world.name for world in visitor.app.worlds] == ["default"]

    def test_student_starts_in_its_own_world(self) -> None:
        """A visitor who may not create worlds is asked before its own is emptied."""
        visitor = Visitor(App(access=AccessTokens("a-token-of-the-teacher")), base="/worlds/ann")
        create_world(visitor.app.worlds, "ann", contents=load_file("organization"))
        assert "Start in a new world" not in visitor.get("/lessons/story").text
        assert "is emptied first" in visitor.get("/lessons/story/start").text
        assert visitor.app.worlds.find("ann").state.organizations
        visitor.post("/lessons/story/start")
        assert not visitor.app.worlds.find("ann").state.organizations
        assert [world.name for world in visitor.app.worlds] == ["default", "ann"]

    @pytest.mark.parametrize("path", ["/world", "/world/clock"])
    def test_student_is_not_led_to_pages_of_the_teacher(self, path: str) -> None:
        """The pages of a student's world lead neither to the list of worlds nor to the deletion of the own one."""
        visitor = Visitor(App(access=AccessTokens("a-token-of-the-teacher")), base="/worlds/ann")
        create_world(visitor.app.worlds, "ann")
        assert "/console/worlds" not in visitor.get(path).text


class TestEmptyWorld:
    """A world that a lesson emptied."""

    def test_reset_returns_to_the_scenario(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        """An emptied world has neither contents nor calls, also after a restart; a reset restores its scenario."""
        directory = tmp_path_factory.mktemp("data")
        store = Store(directory, "process")
        app = App(storage=store)
        world = create_world(app.worlds, "ann", contents=load_file("organization"))
        client = Client(app, endpoint="http://127.0.0.1:4700/worlds/ann")
        client.do("organizations", "DescribeOrganization")
        initial = len(world.state.memberships)
        empty_world(world)
        assert not world.state.memberships
        assert runtime_of(world).call_log.calls() == []
        start_lesson(world, "story")
        store.close()
        again = Store(directory, "process")
        kept = App(storage=again).worlds.find("ann")
        assert not kept.state.memberships
        assert runtime_of(kept).call_log.calls() == []
        assert runtime_of(kept).lesson == "story"
        reset_world(kept)
        assert len(kept.state.memberships) == initial
        again.close()
        last = Store(directory, "process")
        assert runtime_of(App(storage=last).worlds.find("ann")).lesson == ""
        last.close()


class TestPage:
    """The page of a lesson."""

    def test_steps_that_are_due_are_told_from_later_ones(self, visitor: Visitor) -> None:
        """Done steps, those that can be done now and later ones have different marks."""
        client = Client(visitor.app)
        client.do("organizations", "CreateOrganization")
        client.do("organizations", "EnableAWSServiceAccess", ServicePrincipal="artifact.amazonaws.com")
        page = visitor.get("/lessons/story").text
        marks = re.findall(r'<li class="(done|now|later)"', page)
        assert marks == ["done", "now", "later", "done", "now", "now", "later"]
        assert page.count('aria-current="step"') == 1

    def test_page_of_the_class_names_the_lesson_that_was_started(self, visitor: Visitor) -> None:
        """Calls that are steps of several lessons count for the started one, until a reset ends it."""
        visitor.post("/lessons/removed-member/start")
        world = visitor.app.worlds.find("removed-member-1")
        assert "Remove a member account" in visitor.get("/classroom").text
        client = Client(visitor.app, endpoint="http://127.0.0.1:4700/worlds/removed-member-1")
        client.do("organizations", "CreateOrganization")
        row = visitor.get("/classroom").text
        assert "1 of 8 steps" in row
        assert "Remove a member account" in row
        reset_world(world)
        assert "not started" in visitor.get("/classroom").text


class TestClicks:
    """Lessons in the console alone: forms and links, without a command."""

    def test_page_says_whether_a_command_line_is_needed(self, visitor: Visitor) -> None:
        """The page of a lesson names the steps that the console does not make."""
        assert "no command line is needed" in visitor.get("/lessons/removed-member").text
        assert "Step 6 needs a command line." in visitor.get("/lessons/who-may-enable").text
        assert "This lesson needs a command line." in visitor.get("/lessons/confused-deputy").text

    @pytest.mark.parametrize("name", ["story", "who-may-enable", "disable-and-enable-again", "removed-member"])
    def test_lesson_is_completed_by_clicks(self, visitor: Visitor, name: str) -> None:
        """Each step leads to a page as its account, whose form or content makes the call."""
        for number, step in enumerate(lessons.lesson(name).steps):
            if not step.clicks:
                continue
            page = visitor.get(f"/lessons/{name}").text
            current = re.findall(r'<li class="(?:done|now|later)".*?</li>', page, re.DOTALL)[number]
            opened = re.search(
                r'name="account" value="(\d+)"><input type="hidden" name="next" value="([^"]+)"', current
            )
            if opened:
                location = visitor.sign_in(opened[1], next=unescape(opened[2])).headers["Location"]
            else:
                link = re.search(r'href="([^"]+)">Open the page', current)
                assert link
                location = unescape(link[1])
            shown = visitor.get(location.removeprefix("/console"))
            submit(visitor, step, shown.text)
            done = control_result(visitor.app, "GET", f"/_emulator/lessons/{name}")["steps"]
            assert done[number]["done_at"], (step.id, shown.text)

    def test_page_of_the_class_keeps_the_started_lesson_once_it_is_complete(
        self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Later calls, which are steps of another lesson, do not replace it."""
        monkeypatch.setattr(classroom, "DEFAULT", "another")  # The page then shows the world of the visitor.
        start_lesson(visitor.app.world, "removed-member")
        self.test_lesson_is_completed_by_clicks(visitor, "removed-member")
        Client(visitor.app).do("organizations", "DisableAWSServiceAccess", ServicePrincipal="artifact.amazonaws.com")
        row = visitor.get("/classroom").text
        assert "Remove a member account</a>, complete" in row
        assert "8 of 8 steps" in row


def submit(visitor: Visitor, step: lessons.Step, page: str) -> None:
    """Submit the form that a step names, on the page to which the step leads; a page without a form is enough."""
    member, base = lessons.DEFAULT_ACCOUNTS["member"], "/organizations"
    match step.operation:
        case "CreateOrganization":
            assert "Create an organization" in page
            visitor.post(f"{base}/create", {"features": "ALL"})
        case "InviteAccountToOrganization":
            assert "Invite an existing AWS account" in page
            visitor.post(f"{base}/accounts/invite", {"target": member})
        case "AcceptHandshake":
            action = re.search(r'action="/console([^"]+)"[^>]*>(?:(?!</form>).)*Accept', page, re.DOTALL)
            assert action
            visitor.post(action[1], {"response": "accept"})
        case "EnableAWSServiceAccess" | "DisableAWSServiceAccess":
            word = step.operation.partition("AWS")[0].lower()
            assert f"<kbd>{word}</kbd>" in page
            visitor.post(f"{base}/services/artifact/{word}", {"shown": "on", "confirmation": word})
        case "AcceptAgreement":
            agreement = re.search(r'name="agreement" value="([^"]+)"', page)
            assert agreement
            accept_in_console(visitor, agreement[1])
        case "RemoveAccountFromOrganization":
            assert "Remove from organization" in page
            visitor.post(f"{base}/accounts/{member}/remove", {"confirmation": member})
        case "GetCustomerAgreement" if not step.error:
            agreement = re.search(r'name="agreement" value="([^"]+)"', page)
            assert agreement
            visitor.get(
                visitor.post("/artifact/agreements", {"agreement": agreement[1], "action": "download"})
                .headers["Location"]
                .removeprefix("/console")
            )


def accept_in_console(visitor: Visitor, agreement: str) -> None:
    """Accept an agreement through its dialogs."""
    path = f"/artifact/agreements/{agreement}"
    nda = hidden_fields(visitor.get(f"{path}/nda?next=accept").text)
    terms = hidden_fields(visitor.post(f"{path}/nda", {**nda, "agreed": "on"}).text)
    visitor.post(f"{path}/accept", {**terms, "agreed": "on", "confirmed": "on"})


def hidden_fields(page: str) -> dict[str, str]:
    """Return the hidden fields of a page."""
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in pairs}
