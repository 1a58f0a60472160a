"""The mission document's console steps, followed word for word in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.console.signed import MANAGEMENT, STRANGER, Console

pytestmark = pytest.mark.xdist_group("browser")  # One browser is enough.

ARTIFACT, ROLE = "artifact.amazonaws.com", "AWSServiceRoleForArtifact"
BAA = "AWS Organizations Business Associate Addendum"


def enable(console: Console) -> None:
    """Enable trusted access as the document says."""
    console.open("/")
    console.follow("Services")
    console.follow("AWS Artifact")
    console.press("Enable trusted access")
    dialog = console.page.get_by_role("dialog")
    dialog.get_by_label("Show the option to enable trusted access").check()
    dialog.get_by_label("To confirm, enter enable in the box").fill("enable")
    dialog.get_by_role("button", name="Enable trusted access").click()
    console.page.get_by_text("You enabled trusted access").wait_for()


def disable(console: Console) -> None:
    """Disable trusted access as the document says."""
    console.open("/")
    console.follow("Services")
    console.follow("AWS Artifact")
    console.press("Disable trusted access")
    dialog = console.page.get_by_role("dialog")
    dialog.get_by_label("To confirm, enter disable in the box").fill("disable")
    dialog.get_by_role("button", name="Disable trusted access").click()
    console.page.get_by_text("You disabled trusted access").wait_for()


def accept(console: Console, name: str, tab: str = "Organization agreements") -> None:
    """Accept an agreement by its three dialogs."""
    console.open("/")
    console.follow("Agreements")
    console.follow(tab)
    console.page.get_by_role("radio", name=name, exact=True).check()
    console.press("Accept agreement")
    console.page.get_by_label("I have read and agree to all the terms of the NDA.").check()
    console.press("Accept NDA and download")
    console.page.get_by_label("I agree to all of these terms and conditions").check()
    console.press("Accept agreement")
    console.press("Accept")
    console.page.get_by_text("You accepted").wait_for()


class TestEnable:
    """To enable trusted service access using the Organizations console."""

    def test_word_for_word(self, console: Console) -> None:
        """Services, AWS Artifact, Enable trusted access, the option, `enable`; then the advice."""
        console.organization()
        console.sign_in(MANAGEMENT)
        enable(console)
        assert "You enabled trusted access for AWS Artifact." in console.told
        assert "tell the administrator of AWS Artifact that they can now enable that service" in console.told
        assert f"Service-linked role {ROLE}: exists in this account" in console.told
        assert "Organization agreements: can be accepted" in console.told
        assert console.trusted() == [ARTIFACT]
        console.client("iam").get_role(RoleName=ROLE)

    def test_shows_the_same_by_other_means(self, console: Console) -> None:
        """The command of the mission document is what the page says that it did."""
        console.organization()
        console.sign_in(MANAGEMENT)
        enable(console)
        console.page.locator("summary").click()
        command = f"aws organizations enable-aws-service-access --service-principal {ARTIFACT}"
        expect(console.page.get_by_text(command)).to_be_visible()

    def test_not_before_the_option_is_shown(self, console: Console) -> None:
        """The box appears with the option, and nothing is done without the word."""
        console.organization()
        console.sign_in(MANAGEMENT)
        console.open("/organizations/services/artifact/enable")
        box = console.page.get_by_label("To confirm, enter enable in the box")
        expect(box).to_be_hidden()
        console.page.get_by_label("Show the option to enable trusted access").check()
        expect(box).to_be_visible()
        box.fill("Enable, please")
        console.press("Enable trusted access")
        expect(console.page.get_by_role("dialog")).to_be_visible()
        assert console.trusted() == []

    def test_by_keyboard_alone(self, console: Console) -> None:
        """Tab, space, letters and enter are enough."""
        console.organization()
        console.sign_in(MANAGEMENT)
        console.open("/organizations/services/artifact")
        keyboard = console.page.keyboard

        def reach(name: str, role: str) -> None:
            for _ in range(60):
                keyboard.press("Tab")
                focused = console.page.locator(":focus")
                found = console.page.get_by_role(role, name=name)  # type: ignore[arg-type]
                if focused.count() and found.count() and found.first.evaluate("one => one === document.activeElement"):
                    return
            pytest.fail(f"{name} is not reached")

        reach("Enable trusted access", "button")
        keyboard.press("Enter")
        console.page.get_by_role("dialog").wait_for()
        reach("Show the option to enable trusted access", "checkbox")
        keyboard.press("Space")
        reach("To confirm, enter enable in the box", "textbox")
        keyboard.type("enable")
        keyboard.press("Enter")
        assert "You enabled trusted access for AWS Artifact." in console.told

    def test_member(self, console: Console) -> None:
        """A member is refused, in AWS's words."""
        member = console.organization()
        console.sign_in(member)
        console.open("/organizations/services/artifact/enable")
        assert "You don't have permissions to access this resource." in console.told

    def test_stranger(self, console: Console) -> None:
        """An account in no organization is told so."""
        console.sign_in(STRANGER)
        console.open("/organizations/services")
        assert "AWSOrganizationsNotInUseException" in console.told


class TestDisable:
    """To disable trusted service access using the Organizations console."""

    def test_word_for_word(self, console: Console) -> None:
        """Services, AWS Artifact, Disable trusted access, `disable`; then the advice."""
        console.organization()
        console.client("organizations").enable_aws_service_access(ServicePrincipal=ARTIFACT)
        console.sign_in(MANAGEMENT)
        disable(console)
        assert "tell the administrator of AWS Artifact that they can now disable that service" in console.told
        assert console.trusted() == []
        console.client("iam").get_role(RoleName=ROLE)


class TestAgreements:
    """Agreements for all accounts of an organization."""

    def test_accepted_seen_downloaded_terminated(self, console: Console) -> None:
        """The management account accepts, a member sees and downloads, the management account terminates."""
        member = console.organization()
        console.sign_in(MANAGEMENT)
        enable(console)
        accept(console, BAA)
        assert "for all existing and future accounts in your organization" in console.told

        console.sign_in(member)
        console.open("/artifact/agreements?tab=organization")
        expect(console.page.get_by_role("row", name=BAA)).to_contain_text("Active")
        console.page.get_by_role("radio", name=BAA, exact=True).check()
        with console.page.expect_download() as arriving:
            console.press("Download agreement")
        assert arriving.value.path().read_bytes().startswith(b"%PDF-")

        console.sign_in(MANAGEMENT)
        console.open("/artifact/agreements?tab=organization")
        console.page.get_by_role("radio", name=BAA, exact=True).check()
        console.press("Terminate agreement")
        for box in console.page.get_by_role("checkbox").all():
            box.check()
        console.press("Terminate")
        console.press("Terminate")
        assert "You terminated" in console.told

    def test_out_of_reach_while_disabled(self, console: Console) -> None:
        """Agreements remain, and are there again when trusted access is."""
        member = console.organization()
        console.sign_in(MANAGEMENT)
        enable(console)
        accept(console, BAA)
        disable(console)
        assert "Organization agreements: 1 in force, cannot be accessed" in console.told
        assert console.client("artifact", member).list_customer_agreements()["customerAgreements"] == []
        console.open("/artifact/agreements?tab=organization")
        assert "By continuing, you grant AWS permissions to create an IAM role" in console.told
        console.follow("Get started")
        console.press("Enable trusted access")
        enable(console)
        console.open("/artifact/agreements?tab=organization")
        expect(console.page.get_by_role("row", name=BAA)).to_contain_text("Active")

    def test_messages(self, console: Console) -> None:
        """Who is in no organization, and whose organization accepted nothing, is told what AWS tells."""
        console.sign_in(STRANGER)
        console.open("/artifact/agreements?tab=organization")
        assert "Your account isn't in an organization." in console.told
        member = console.organization()
        console.sign_in(member)
        console.open("/artifact/agreements?tab=organization")
        assert "Your organization isn't using AWS Artifact to accept agreements" in console.told

    def test_messages_to_who_lacks_permissions(self, console: Console) -> None:
        """Who may not describe the organization, or not download, is told which permission AWS says is missing."""
        console.organization()
        console.sign_in(MANAGEMENT)
        enable(console)
        accept(console, BAA)
        console.sign_in_user(MANAGEMENT, "Alice", "artifact:*")
        console.open("/artifact/agreements?tab=organization")
        assert "You don't have the permissions to retrieve information about your AWS account's" in console.told
        reading = ("organizations:Describe*", "organizations:List*", "iam:GetRole")
        console.sign_in_user(MANAGEMENT, "Bob", "artifact:List*", *reading)
        console.open("/artifact/agreements?tab=organization")
        console.page.get_by_role("radio", name=BAA, exact=True).check()
        console.press("Download agreement")
        assert "You don't have the permissions to download the agreement." in console.told

    def test_account_agreement(self, console: Console) -> None:
        """An account accepts for itself, without any organization."""
        console.sign_in(STRANGER)
        accept(console, "AWS Business Associate Addendum", "Account agreements")
        assert "for your account" in console.told


class TestReports:
    """Reports."""

    def test_terms_then_download(self, console: Console) -> None:
        """A report is found, its terms are accepted, and it arrives."""
        console.sign_in(STRANGER)
        console.open("/artifact")
        console.follow("View reports")
        console.page.get_by_label("Search reports").fill("Series : SOC")
        console.press("Search")
        rows = console.page.locator("tbody tr")
        assert rows.count() > 0
        assert all("SOC" in text for text in rows.locator("td:nth-child(3)").all_inner_texts())
        rows.get_by_role("link").first.click()
        console.follow("Download report")
        dialog = console.page.get_by_role("dialog", name="Accept terms to download report")
        dialog.get_by_label("I have read and agree to the terms").check()
        with console.page.expect_download() as arriving:
            dialog.get_by_role("button", name="Accept terms and download report").click()
        assert arriving.value.path().read_bytes().startswith(b"%PDF-")

    def test_third_parties(self, console: Console) -> None:
        """Reports of third parties are in a tab of their own."""
        console.sign_in(STRANGER)
        console.open("/artifact/reports")
        ours = {one.get_attribute("href") for one in console.page.locator("tbody th a").all()}
        console.follow("Third-party reports")
        expect(console.page.get_by_role("link", name="Third-party reports")).to_have_attribute("aria-current", "page")
        theirs = {one.get_attribute("href") for one in console.page.locator("tbody th a").all()}
        assert theirs
        assert not ours & theirs


class TestRole:
    """The service-linked role."""

    def test_not_deleted_while_trusted(self, console: Console) -> None:
        """The task fails and says why; once trusted access is disabled, the role goes."""
        console.organization()
        console.sign_in(MANAGEMENT)
        enable(console)
        for outcome in ("Deletion FAILED", f"The deletion of {ROLE}: SUCCEEDED."):
            console.open("/iam/roles")
            console.follow(ROLE)
            console.page.get_by_label(f"To confirm, enter {ROLE}").fill(ROLE)
            console.press("Delete")
            console.page.get_by_text(outcome).wait_for()
            if "FAILED" in outcome:
                disable(console)


class TestAssuranceAssistant:
    """Compliance inquiries."""

    def test_asked_exported_rated(self, console: Console) -> None:
        """A question is asked, its response shown, downloaded and rated."""
        console.sign_in(STRANGER)
        console.follow("Assurance Assistant")
        console.follow("Create inquiry")
        console.page.get_by_label("Inquiry name").fill("Encryption")
        console.page.get_by_label("Question", exact=True).fill("Which reports cover encryption?")
        console.press("Create inquiry")
        expect(console.page.get_by_role("heading", name="1. Which reports cover encryption?")).to_be_visible()
        with console.page.expect_download() as arriving:
            console.press("Export responses")
        assert arriving.value.path().stat().st_size
        console.page.get_by_text("Give feedback on response 1").click()
        console.press("Helpful")
        assert "you gave feedback" in console.told

    def test_file(self, console: Console) -> None:
        """A file has a question a line."""
        console.sign_in(STRANGER)
        console.open("/artifact/assurance-assistant/new")
        console.page.get_by_label("Inquiry name").fill("Two")
        console.page.get_by_label("Or a file of questions").set_input_files(
            {"name": "questions.txt", "mimeType": "text/plain", "buffer": b"Is there a SOC 2 report?\nAnd C5?\n"}
        )
        console.press("Create inquiry")
        expect(console.page.get_by_role("heading", name="2. And C5?")).to_be_visible()


class TestBlackboard:
    """What is happening, and lessons."""

    def test_calls_and_picture_follow(self, console: Console) -> None:
        """A call of any client appears, and changes the picture."""
        console.sign_in(MANAGEMENT)
        console.open("/live")
        console.client("organizations").create_organization()
        expect(console.page.locator("#live tbody")).to_contain_text("organizations:CreateOrganization")
        expect(console.page.locator("svg.picture")).to_contain_text("trusted access disabled")
        console.client("organizations").enable_aws_service_access(ServicePrincipal=ARTIFACT)
        expect(console.page.locator("svg.picture .trusted")).to_contain_text("trusted access enabled")

    def test_told_by_the_stream(self, console: Console) -> None:
        """The page listens to the stream of events, and asks for nothing while nothing happens."""
        asked: list[str] = []
        console.page.on("request", lambda one: asked.append(one.url.removeprefix(console.endpoint)))
        console.open("/live")
        expect(console.page.locator("#heard")).to_have_text("Live")
        console.page.wait_for_timeout(500)
        before = list(asked)
        assert "/_emulator/events" in before
        console.page.wait_for_timeout(2_500)
        assert asked == before
        console.client("organizations").create_organization()
        expect(console.page.locator("#live tbody")).to_contain_text("organizations:CreateOrganization")

    def test_without_a_stream(self, console: Console) -> None:
        """Where there is no stream the page looks for itself, and says so."""
        console.page.route("**/_emulator/events", lambda route: route.fulfill(status=204))
        console.open("/live")
        expect(console.page.locator("#heard")).to_have_text("Looking every two seconds")
        console.client("organizations").create_organization()
        expect(console.page.locator("#live tbody")).to_contain_text("organizations:CreateOrganization")

    def test_calls_that_only_read(self, console: Console) -> None:
        """Calls that only read can be hidden, but for those that were refused."""
        organizations = console.client("organizations")
        organizations.create_organization()
        organizations.list_roots()
        with pytest.raises(organizations.exceptions.ClientError):
            organizations.describe_account(AccountId=STRANGER)
        console.open("/live")
        console.page.get_by_label("Hide calls that only read").check()
        expect(console.page.get_by_role("cell", name="organizations:ListRoots")).to_be_hidden()
        expect(console.page.get_by_role("cell", name="organizations:DescribeAccount")).to_be_visible()
        console.page.get_by_role("link", name="Why?").click()
        expect(console.page.get_by_text("a rule of the service itself did")).to_be_visible()

    def test_lesson_goes_on_by_itself(self, console: Console) -> None:
        """A step that is done somewhere else is done on the page."""
        console.open("/lessons/story")
        console.client("organizations").create_organization()
        expect(console.page.get_by_text("1 of 7 steps done")).to_be_visible()


class TestHostileNames:
    """Names are what their owners choose."""

    def test_script_in_a_name(self, console: Console) -> None:
        """A script in an account's name is text, on every page that shows it."""
        console.organization()
        name = "<script>document.title='taken'</script>"
        console.client("organizations").create_account(AccountName=name, Email="hostile@example.com")
        console.sign_in(MANAGEMENT)
        for path in ("/organizations", "/organizations?view=list", "/live", "/sign-in"):
            console.open(path)
            console.page.wait_for_load_state("networkidle") if path != "/live" else None
            assert "taken" not in console.page.title()
        console.open("/organizations")
        expect(console.page.get_by_role("link", name=name)).to_be_visible()
