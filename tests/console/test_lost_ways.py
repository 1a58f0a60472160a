"""Addresses and forms that lead nowhere in the console: worlds that do not exist, and forms of an earlier sign-in."""

import re

import pytest

from artifact_emulator.access_tokens import AccessTokens
from artifact_emulator.app import App
from tests.support.console import MANAGEMENT, STANDALONE
from tests.support.visitor import Visitor


@pytest.fixture
def visitor() -> Visitor:
    """Return a visitor of an empty world."""
    return Visitor(App())


class TestAbsentWorld:
    """The console of a world that does not exist."""

    def test_page_of_deleted_world_says_so(self) -> None:
        """The page neither shows an empty world nor creates one, and signs out."""
        app = App()
        visitor = Visitor(app, "/worlds/gone")
        app.worlds.get("gone")
        visitor.sign_in(MANAGEMENT)
        app.worlds.delete("gone")
        response = visitor.get("/organizations")
        assert response.status_code == 404
        assert "It was deleted" in response.text
        assert "Not signed in" in response.text
        assert app.worlds.existing("gone") is None
        assert "It was deleted" not in visitor.get("/").text

    def test_mistyped_address_names_the_closest_world_and_creates_none(self) -> None:
        """Neither a page nor signing in creates the world; its box shows the name in the address."""
        app = App()
        app.worlds.get("story-1")
        visitor = Visitor(app, "/worlds/stroy-1")
        for path in ("/", "/sign-in", "/lessons/story", "/worlds"):
            response = visitor.get(path)
            assert response.status_code == 404
            assert "There is no world stroy-1; did you mean story-1?" in response.text
            assert "<option selected>stroy-1</option>" in response.text
        assert visitor.sign_in(MANAGEMENT).status_code == 404
        assert app.worlds.existing("stroy-1") is None

    def test_button_creates_the_world(self) -> None:
        """The world is created empty, and its console opened."""
        app = App()
        visitor = Visitor(app, "/worlds/new")
        assert visitor.post("/create").headers["Location"] == "/worlds/new/console/"
        assert "Console of the world new" in visitor.get("/").text
        assert app.worlds.existing("new") is not None

    def test_student_is_not_offered_to_create_a_world(self) -> None:
        """Without the teacher's token, the page offers no button and no other world's name, and the form is refused."""
        app = App(access=AccessTokens("a-token-of-the-teacher"))
        app.worlds.get("ann")
        visitor = Visitor(app, "/worlds/anna")
        page = visitor.get("/").text
        assert "There is no world anna." in page
        assert "/create" not in page
        token = re.search(r'name="csrf" value="([^"]+)"', visitor.get("/join").text)
        assert token
        response = visitor.send("/create", {"csrf": token[1]})
        assert (response.status_code, "teacher" in response.text) == (403, True)
        assert app.worlds.existing("anna") is None


class TestOutdatedForm:
    """A form of a page that was opened before somebody else signed in."""

    def test_page_names_the_present_principal(self, visitor: Visitor) -> None:
        """The form changes nothing; the page says who is signed in now, and leads back to where the form was."""
        visitor.sign_in(MANAGEMENT)
        (token,) = set(re.findall(r'name="csrf" value="([^"]+)"', visitor.get("/organizations").text))
        visitor.sign_in(STANDALONE)
        referrer = "http://localhost/console/organizations?view=list"
        response = visitor.send("/organizations/create", {"csrf": token}, Referer=referrer)
        assert response.status_code == 403
        assert f"as Root user in {STANDALONE}" in response.text
        assert 'href="/console/organizations?view=list"' in response.text
        assert "private window" in response.text
        assert not visitor.app.world.state.organizations

    @pytest.mark.parametrize("referrer", ["http://elsewhere.example/x", "", "http://localhost/other"])
    def test_page_leads_only_to_the_console(self, visitor: Visitor, referrer: str) -> None:
        """A form from elsewhere leads to the home page."""
        response = visitor.send("/organizations/create", {}, Referer=referrer)
        assert "does not come from this console" in response.text
        assert 'href="/console/">Open the console' in response.text
