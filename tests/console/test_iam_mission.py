"""The documented console steps as an IAM user that is created in the console too, in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.console.test_mission import ARTIFACT, BAA, accept, disable, enable
from tests.support.console import MANAGEMENT, Console

pytestmark = pytest.mark.xdist_group("browser")  # One browser is enough.

PASSWORD = "Secret-123"
POLICIES = ("AWSOrganizationsFullAccess", "AWSArtifactAgreementsFullAccess", "IAMFullAccess")


def create_administrator(console: Console) -> None:
    """Create the user Alice with a password and managed policies, on the pages of IAM."""
    console.follow("Users")
    console.page.get_by_label("Name of a new user").fill("Alice")
    console.press("Create user")
    console.page.get_by_label("Password", exact=True).fill(PASSWORD)
    console.press("Create password")
    for policy in POLICIES:
        console.follow("Attach policy")
        console.page.get_by_label("Policy name").fill(policy)
        console.press("Search")
        console.page.get_by_role("button", name=f"Attach {policy}", exact=True).click()
        console.page.get_by_text("You attached").wait_for()


class TestUserOfTheConsole:
    """An IAM user that was created without the command line."""

    def test_user_enables_and_disables_trusted_access(self, console: Console) -> None:
        """Root creates a user, who signs in and follows the documented steps; the calls have the user's name."""
        console.sign_in(MANAGEMENT)
        console.open("/organizations/services")
        console.press("Create an organization")
        create_administrator(console)
        console.follow("Sign in as Alice")
        form = console.page.locator("#iam-user")
        form.get_by_label("Password").fill(PASSWORD)
        form.get_by_role("button", name="Sign in as IAM user").click()
        expect(console.page.get_by_role("banner")).to_contain_text("IAM user Alice")
        enable(console)
        assert "tell the administrator of AWS Artifact" in console.messages
        assert console.trusted_principals() == [ARTIFACT]
        accept(console, BAA)
        disable(console)
        assert console.trusted_principals() == []
        console.open("/activity")
        row = console.page.get_by_role("row", name="EnableAWSServiceAccess")
        expect(row).to_contain_text("user/Alice")

    def test_wrong_word_is_answered_in_the_dialog(self, console: Console) -> None:
        """The dialog opens on the service's page; with a wrong word it stays open, and Cancel closes it."""
        console.create_organization()
        console.sign_in(MANAGEMENT)
        console.open("/organizations/services/artifact")
        console.press("Enable trusted access")
        dialog = console.page.locator("dialog[open]")
        dialog.get_by_label("Show the option to enable trusted access").check()
        box = dialog.get_by_label("To confirm, enter enable in the box")
        box.fill("yes")
        dialog.get_by_role("button", name="Enable trusted access").click()
        expect(box).to_be_focused()
        assert box.evaluate("box => box.validity.patternMismatch")
        expect(box).to_have_value("yes")
        assert console.trusted_principals() == []
        dialog.get_by_role("link", name="Cancel").click()
        expect(dialog).to_have_count(0)
        assert console.page.url.endswith("/organizations/services/artifact")

    def test_access_key_is_copied(self, console: Console) -> None:
        """The secret of a new access key has a button that copies it."""
        console.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        console.client("iam").create_user(UserName="Alice")
        console.sign_in(MANAGEMENT)
        console.open("/iam/users/Alice")
        console.press("Create access key")
        secret = console.page.locator("dd").nth(1).inner_text().split()[0]
        console.press("Copy secret access key")
        expect(console.page.locator("#announcement")).to_have_text("Copied")
        assert console.page.evaluate("navigator.clipboard.readText()") == secret

    def test_download_is_announced(self, console: Console) -> None:
        """After a download the page says that it has started, and offers it again."""
        console.sign_in(MANAGEMENT)
        console.open("/artifact/reports")
        console.page.locator("tbody th a").first.click()
        console.follow("Download report")
        console.page.get_by_label("I have read and agree to the terms").check()
        with console.page.expect_download():
            console.press("Accept terms and download report")
        assert "has started." in console.messages
        with console.page.expect_download():
            console.follow("Download again")
