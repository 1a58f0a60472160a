"""A story in the browser: a teacher creates a world, saves it, changes its clock, injects a fault, and cleans up."""

from pathlib import Path
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from botocore.exceptions import ClientError
from playwright.sync_api import Browser

from tests.support.console import MANAGEMENT, Console


@pytest.mark.xdist_group("browser")  # One browser is enough.
class TestStory:
    """Managing worlds in the browser."""

    def test_world_is_managed_from_creation_to_deletion(self, console: Console) -> None:
        """Each step says what it has done, and clients of the world see its effect."""
        console = Console(console.server, f"{console.world}-new", console.page)
        page, name = console.page, console.world
        page.goto(f"{console.server}/console/")
        console.follow("Worlds")
        page.get_by_label("Name").fill(name)
        page.get_by_label("A built-in scenario").check()
        page.get_by_role("combobox", name="Scenario").select_option("organization")
        console.press("Create world")
        assert f"World {name} created." in console.messages
        assert f"artifact-emulator worlds create {name} --scenario organization" in console.messages
        page.get_by_role("link", name=f"Manage {name}").click()

        console.follow("Snapshots")
        page.get_by_label("Name", exact=True).fill("before")
        console.press("Save snapshot")
        assert "Snapshot before saved." in console.messages

        console.follow("Clock")
        page.get_by_label("Instant in UTC").fill("2031-02-03T04:05:06")
        console.press("Freeze clock")
        assert "Clock frozen at 2031-02-03T04:05:06Z." in console.messages
        clock = requests.get(f"{console.endpoint}/_emulator/clock", timeout=15).json()
        assert clock == {"now": "2031-02-03T04:05:06Z", "frozen": True}

        console.follow("Faults")
        page.get_by_label("Operation").fill("ListRoots")
        page.get_by_label("Error code").fill("Throttling")
        console.press("Set fault")
        assert "Fault fault-1 set." in console.messages
        with pytest.raises(ClientError, match="TooManyRequestsException"):
            console.client("organizations").list_roots()
        page.get_by_role("button", name="Remove fault-1").click()
        assert "Fault fault-1 removed." in console.messages
        console.client("organizations").list_roots()

        console.client("organizations").create_account(AccountName="Late", Email="late@example.com")
        console.follow("Snapshots")
        page.get_by_role("link", name="Restore before").click()
        page.get_by_role("dialog").get_by_role("button", name="Restore").click()
        assert "Snapshot before restored." in console.messages
        assert len(console.client("organizations").list_accounts()["Accounts"]) == 3

        console.follow("Contents")
        page.get_by_role("link", name="Delete").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        assert f"World {name} deleted." in console.messages
        worlds = requests.get(f"{console.server}/_emulator/worlds", timeout=15).json()["worlds"]
        assert name not in [world["name"] for world in worlds]

    def test_dialog_is_modal_and_can_be_left(self, console: Console) -> None:
        """The confirmation is a dialog with a name, which Escape and Cancel close without any change."""
        console.client("organizations").create_organization()
        console.open("/world")
        dialog = console.page.get_by_role("dialog")
        for leave in ("Escape", "Cancel"):
            console.page.get_by_role("link", name="Reset").click()
            dialog.wait_for()
            assert dialog.evaluate("element => element.matches('dialog:modal')")
            console.page.keyboard.press(leave) if leave == "Escape" else dialog.get_by_text(leave).click()
            dialog.wait_for(state="detached")
        assert console.client("organizations").describe_organization()

    def test_copy_button_copies_the_endpoint(self, console: Console) -> None:
        """The button beside an endpoint copies it, and screen readers hear so."""
        console.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        console.open("/world")
        console.press("Copy the endpoint")
        console.page.get_by_role("status").get_by_text("Copied").wait_for(state="attached")
        assert console.page.evaluate("navigator.clipboard.readText()") == console.endpoint

    def test_files_go_from_one_world_to_another(self, console: Console, tmp_path: Path) -> None:
        """A scenario and a snapshot that were downloaded are uploaded into another world."""
        console.create_organization()
        console.open("/world")
        scenario, snapshot = tmp_path / "scenario.yaml", tmp_path / "saved.json"
        with console.page.expect_download() as download:
            console.follow("Download scenario")
        download.value.save_as(scenario)
        console.open("/world/snapshots")
        console.page.get_by_label("Name", exact=True).fill("saved")
        console.press("Save snapshot")
        with console.page.expect_download() as download:
            console.page.get_by_role("link", name="Download saved").click()
        download.value.save_as(snapshot)

        other = Console(console.server, f"{console.world}-other", console.page)
        requests.put(f"{console.server}/_emulator/worlds/{other.world}", timeout=15).raise_for_status()
        other.open("/world")
        console.page.get_by_label("File, YAML or JSON").set_input_files(scenario)
        console.press("Load file")
        console.page.get_by_role("dialog").get_by_role("button", name="Load scenario").click()
        assert "Scenario scenario.yaml loaded." in console.messages
        assert len(other.client("organizations").list_accounts()["Accounts"]) == 2
        console.follow("Snapshots")
        console.page.get_by_label("Snapshot file").set_input_files(snapshot)
        console.press("Import snapshot")
        assert "Snapshot saved imported." in console.messages

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("width", [360, 1280])
    def test_mistakes_are_accessible(self, console: Console, scheme: Any, width: int) -> None:
        """A page with an error, an open dialog or chosen options passes axe-core, and fits the screen."""
        console.page.emulate_media(color_scheme=scheme)
        console.page.set_viewport_size({"width": width, "height": 740})
        console.open("/world/clock")
        console.page.get_by_label("Duration").fill("soon")
        console.press("Advance clock")
        assert "'soon' is not a duration" in console.messages
        self._check(console)
        console.open("/world/faults")
        console.page.get_by_label("Start to create an account").check()
        console.page.locator("summary", has_text="Limits").click()
        console.page.locator(".calls summary").click()
        self._check(console)
        console.open("/world")
        console.page.get_by_role("link", name="Reset").click()
        console.page.get_by_role("dialog").wait_for()
        self._check(console)

    def _check(self, console: Console) -> None:
        violations = Axe().run(console.page).response["violations"]
        assert [violation["id"] for violation in violations if violation["impact"] in ("serious", "critical")] == []
        assert console.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0

    def test_world_is_reset_without_scripts(self, console: Console, browser: Browser) -> None:
        """Without JavaScript the link leads to a page that asks, and the copy buttons are absent."""
        console.client("organizations", MANAGEMENT).create_organization()
        context = browser.new_context(java_script_enabled=False)
        plain = Console(console.server, console.world, context.new_page())
        plain.open("/world")
        assert plain.page.get_by_role("button", name="Copy the endpoint").count() == 0
        plain.follow("Reset")
        plain.page.get_by_role("button", name="Reset").click()
        assert f"World {console.world} reset." in plain.messages
        with pytest.raises(ClientError, match="AWSOrganizationsNotInUse"):
            console.client("organizations").describe_organization()
        context.close()
