"""Lessons in the console, without scripts: steps, and a fresh world for each start."""

import re

import pytest

from artifact_emulator.access_tokens import AccessTokens
from artifact_emulator.app import App
from artifact_emulator.scenarios.files import load_file
from artifact_emulator.storage.store import Store
from artifact_emulator.world_management import create_world, empty_world, reset_world
from artifact_emulator.world_runtime import runtime_of
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
        store.close()
        again = Store(directory, "process")
        kept = App(storage=again).worlds.find("ann")
        assert not kept.state.memberships
        assert runtime_of(kept).call_log.calls() == []
        reset_world(kept)
        assert len(kept.state.memberships) == initial
        again.close()


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
