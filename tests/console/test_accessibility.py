"""Accessibility: axe-core finds no serious violations, and pages fit the screen of a phone."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from artifact_emulator.app import App
from artifact_emulator.console.app import create_app
from tests.support.console import Console
from tests.support.console_pages import PAGES, fill_world

WITHOUT_PAGE = {
    "activity.calls_after",
    "activity.details_of_id",
    "activity.diagram",
    "activity.live",
    "agreements.download",
    "home.enter",
    "join.join",
    "static",
    "world.export",
    "world.export_snapshot",
}
"""Endpoints for GET that redirect, or return data or a file."""

SAME_QUESTION = {
    "accounts.confirm_leaving",
    "accounts.confirm_removal",
    "accounts.confirm_unit_deletion",
    "credentials.confirm_password_deletion",
    "invitations.confirm_response",
    "permissions.confirm_deletion",
    "policies.confirm_deletion",
    "policies.confirm_disable",
}
"""Endpoints whose pages differ from `/world/reset` in their words only."""


@pytest.fixture
def pages(console: Console) -> list[str]:
    """Sign in to a world in which every page has content; return the paths of all pages."""
    return fill_world(console, scenario="agreement-accepted")


CUT_PARTS = """() => {
  const parts = [...document.querySelectorAll("html, .scroll:not(.diagram-box), .principal, .button")];
  const isBroken = (part) => part.matches(".button") && part.offsetHeight > 48;
  return parts.filter((part) => part.scrollWidth > part.clientWidth || isBroken(part)).map((part) => part.innerText);
}"""
"""Returns the texts of the parts that are wider than their space, and of buttons of several lines."""


class TestPages:
    """The list of pages."""

    def test_accessibility_checks_cover_every_page(self) -> None:
        """Each endpoint that shows a page is in the list."""
        urls = create_app(App()).url_map
        adapter = urls.bind("localhost")
        checked = {adapter.match(f"/console{path.partition('?')[0]}")[0] for path in PAGES}
        assert {
            rule.endpoint for rule in urls.iter_rules() if "GET" in (rule.methods or ())
        } == checked | WITHOUT_PAGE | SAME_QUESTION


@pytest.mark.xdist_group("browser")  # One browser is enough.
class TestAccessibility:
    """Every page of the console."""

    @pytest.mark.parametrize("width", [360, 1280])
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_pages_have_no_serious_axe_violations(
        self, console: Console, pages: list[str], scheme: Any, width: int
    ) -> None:
        """Labels, names, landmarks and contrast pass axe-core in light and dark mode, on a phone and a desktop."""
        console.page.emulate_media(color_scheme=scheme)
        console.page.set_viewport_size({"width": width, "height": 800})
        axe, failures = Axe(), {}
        for path in pages:
            console.open(path)
            violations = axe.run(console.page).response["violations"]
            serious = [violation for violation in violations if violation["impact"] in ("serious", "critical")]
            if serious:
                failures[path] = [(violation["id"], violation["nodes"][0]["html"]) for violation in serious]
        assert failures == {}

    @pytest.mark.parametrize("width", [768, 1024, 1280, 1920])
    def test_nothing_is_cut_at_usual_widths(self, console: Console, pages: list[str], width: int) -> None:
        """Tables and the header fit their space, and no label of a button breaks; only diagrams scroll."""
        console.page.set_viewport_size({"width": width, "height": 800})
        cut = {path: parts for path in pages if (parts := self.cut_parts(console, path))}
        assert cut == {}

    def cut_parts(self, console: Console, path: str) -> list[str]:
        """Return the texts of the parts of a page that are wider than their space, or higher than one line."""
        console.open(path)
        parts: list[str] = console.page.evaluate(CUT_PARTS)
        return parts

    def test_print_has_no_controls(self, console: Console, pages: list[str]) -> None:
        """A printed page has its contents, and no menu, buttons or fields."""
        assert pages
        console.page.emulate_media(media="print")
        for path in ("/artifact/agreements", "/activity", "/lessons/story", "/worlds"):
            console.open(path)
            assert console.page.get_by_role("heading").first.is_visible()
            controls = console.page.locator("nav.side, button, input, select, label.check, .actions")
            assert [control.inner_text() for control in controls.all() if control.is_visible()] == [], path
        console.open("/lessons/story")
        assert console.page.get_by_text("In the console: ").first.is_visible()

    def test_pages_fit_a_narrow_screen(self, console: Console, pages: list[str]) -> None:
        """No page scrolls sideways at a width of 360 pixels."""
        console.page.set_viewport_size({"width": 360, "height": 740})
        for path in pages:
            console.open(path)
            console.page.evaluate("document.querySelectorAll('details').forEach((element) => element.open = true)")
            width = console.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert width <= 0, path
