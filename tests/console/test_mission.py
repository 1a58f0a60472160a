"""The documented console steps of trusted access and agreements, followed in a real browser."""

import json

import pytest
from playwright.sync_api import expect

from tests.support.console import MANAGEMENT, STANDALONE, Console

pytestmark = pytest.mark.xdist_group("browser")  # One browser is enough.

MEMBER = "222233334444"
ARTIFACT, ROLE = "artifact.amazonaws.com", "AWSServiceRoleForArtifact"
BAA = "AWS Organizations Business Associate Addendum"


def enable(console: Console) -> None:
    """Enable trusted access by the documented steps."""
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
    """Disable trusted access by the documented steps."""
    console.open("/")
    console.follow("Services")
    console.follow("AWS Artifact")
    console.press("Disable trusted access")
    dialog = console.page.get_by_role("dialog")
    dialog.get_by_label("To confirm, enter disable in the box").fill("disable")
    dialog.get_by_role("button", name="Disable trusted access").click()
    console.page.get_by_text("You disabled trusted access").wait_for()


def accept(console: Console, name: str, tab: str = "Organization agreements") -> None:
    """Accept an agreement through its three dialogs."""
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
    """Enable trusted access in the Organizations console.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services.html
    """

    def test_documented_steps_enable_trusted_access(self, console: Console) -> None:
        """The documented steps enable trusted access, create the role and show AWS's advice."""
        console.create_organization()
        console.sign_in(MANAGEMENT)
        enable(console)
        assert "You enabled trusted access for AWS Artifact." in console.messages
        assert "tell the administrator of AWS Artifact that they can now enable that service" in console.messages
        assert f"Service-linked role {ROLE}: exists in this account" in console.messages
        assert "Organization agreements: can be accepted" in console.messages
        assert console.trusted_principals() == [ARTIFACT]
        console.client("iam").get_role(RoleName=ROLE)

    def test_page_shows_documented_cli_command(self, console: Console) -> None:
        """The page shows its call as the documented CLI command."""
        console.create_organization()
        console.sign_in(MANAGEMENT)
        enable(console)
        console.page.locator("summary").click()
        command = f"aws organizations enable-aws-service-access --service-principal {ARTIFACT}"
        expect(console.page.get_by_text(command)).to_be_visible()

    def test_trusted_access_needs_option_and_confirmation(self, console: Console) -> None:
        """The confirmation field appears with the option, and any other text than `enable` has no effect."""
        console.create_organization()
        console.sign_in(MANAGEMENT)
        console.open("/organizations/services/artifact/enable")
        box = console.page.get_by_label("To confirm, enter enable in the box")
        expect(box).to_be_hidden()
        console.page.get_by_label("Show the option to enable trusted access").check()
        expect(box).to_be_visible()
        box.fill("Enable, please")
        console.press("Enable trusted access")
        expect(console.page.get_by_role("dialog")).to_be_visible()
        assert console.trusted_principals() == []

    def test_trusted_access_can_be_enabled_by_keyboard(self, console: Console) -> None:
        """Tab, Space, letters and Enter are enough to enable trusted access."""
        console.create_organization()
        console.sign_in(MANAGEMENT)
        console.open("/organizations/services/artifact")
        keyboard = console.page.keyboard

        def reach(name: str, role: str) -> None:
            for _ in range(60):
                keyboard.press("Tab")
                focused = console.page.locator(":focus")
                target = console.page.get_by_role(role, name=name)  # type: ignore[arg-type]
                is_focused = "element => element === document.activeElement"
                if focused.count() and target.count() and target.first.evaluate(is_focused):
                    return
            pytest.fail(f"Tab does not reach {name}.")

        reach("Enable trusted access", "button")
        keyboard.press("Enter")
        console.page.get_by_role("dialog").wait_for()
        reach("Show the option to enable trusted access", "checkbox")
        keyboard.press("Space")
        reach("To confirm, enter enable in the box", "textbox")
        keyboard.type("enable")
        keyboard.press("Enter")
        assert "You enabled trusted access for AWS Artifact." in console.messages

    def test_member_cannot_enable_trusted_access(self, console: Console) -> None:
        """The form that enables trusted access shows a member account AWS's refusal."""
        member = console.create_organization()
        console.sign_in(member)
        console.open("/organizations/services/artifact/enable")
        console.page.get_by_label("Show the option to enable trusted access").check()
        console.page.get_by_label("To confirm, enter enable in the box").fill("enable")
        console.press("Enable trusted access")
        assert "You don't have permissions to access this resource." in console.messages

    def test_standalone_account_sees_organizations_not_in_use(self, console: Console) -> None:
        """An account in no organization sees AWSOrganizationsNotInUseException."""
        console.sign_in(STANDALONE)
        console.open("/organizations/services")
        assert "AWSOrganizationsNotInUseException" in console.messages


class TestDisable:
    """Disable trusted access in the Organizations console.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services.html
    """

    def test_documented_steps_disable_trusted_access(self, console: Console) -> None:
        """The documented steps disable trusted access, keep the role and show AWS's advice."""
        console.create_organization()
        console.client("organizations").enable_aws_service_access(ServicePrincipal=ARTIFACT)
        console.sign_in(MANAGEMENT)
        disable(console)
        assert "tell the administrator of AWS Artifact that they can now disable that service" in console.messages
        assert console.trusted_principals() == []
        console.client("iam").get_role(RoleName=ROLE)


class TestAgreements:
    """Agreements of an organization and of an account."""

    def test_organization_agreement_is_accepted_downloaded_and_terminated(self, console: Console) -> None:
        """The management account accepts an agreement, a member downloads it, the management account terminates it."""
        member = console.create_organization()
        console.sign_in(MANAGEMENT)
        enable(console)
        accept(console, BAA)
        assert "for all existing and future accounts in your organization" in console.messages

        console.sign_in(member)
        console.open("/artifact/agreements?tab=organization")
        expect(console.page.get_by_role("row", name=BAA)).to_contain_text("Active")
        console.page.get_by_role("radio", name=BAA, exact=True).check()
        with console.page.expect_download() as download:
            console.press("Download agreement")
        assert download.value.path().read_bytes().startswith(b"%PDF-")

        console.sign_in(MANAGEMENT)
        console.open("/artifact/agreements?tab=organization")
        console.page.get_by_role("radio", name=BAA, exact=True).check()
        console.press("Terminate agreement")
        for box in console.page.get_by_role("checkbox").all():
            box.check()
        console.press("Terminate")
        console.press("Terminate")
        assert "You terminated" in console.messages

    def test_agreements_are_inaccessible_while_trusted_access_is_disabled(self, console: Console) -> None:
        """Agreements remain in force while trusted access is disabled, and are accessible once it is enabled again."""
        member = console.create_organization()
        console.sign_in(MANAGEMENT)
        enable(console)
        accept(console, BAA)
        disable(console)
        assert "Organization agreements: 1 in force, cannot be accessed" in console.messages
        assert console.client("artifact", member).list_customer_agreements()["customerAgreements"] == []
        console.open("/artifact/agreements?tab=organization")
        assert "By continuing, you grant AWS permissions to create an IAM role" in console.messages
        console.follow("Enable trusted access for AWS Artifact")
        console.page.locator("dialog[open]").get_by_role("link", name="Cancel").click()
        console.follow("Get started")
        console.press("Enable trusted access")
        enable(console)
        console.open("/artifact/agreements?tab=organization")
        expect(console.page.get_by_role("row", name=BAA)).to_contain_text("Active")

    def test_organization_tab_shows_aws_message_for_account_status(self, console: Console) -> None:
        """A standalone account and a member of an organization without agreements see the messages of AWS's console."""
        console.sign_in(STANDALONE)
        console.open("/artifact/agreements?tab=organization")
        assert "Your account isn't in an organization." in console.messages
        member = console.create_organization()
        console.sign_in(member)
        console.open("/artifact/agreements?tab=organization")
        assert "Your organization isn't using AWS Artifact to accept agreements" in console.messages

    def test_missing_permissions_show_aws_messages(self, console: Console) -> None:
        """Users who may not describe the organization or download the agreement see the messages of AWS's console."""
        console.create_organization()
        console.sign_in(MANAGEMENT)
        enable(console)
        accept(console, BAA)
        console.sign_in_user(MANAGEMENT, "Alice", "artifact:*")
        console.open("/artifact/agreements?tab=organization")
        assert "You don't have the permissions to retrieve information about your AWS account's" in console.messages
        reading = ("organizations:Describe*", "organizations:List*", "iam:GetRole")
        console.sign_in_user(MANAGEMENT, "Bob", "artifact:List*", *reading)
        console.open("/artifact/agreements?tab=organization")
        console.page.get_by_role("radio", name=BAA, exact=True).check()
        console.press("Download agreement")
        assert "You don't have the permissions to download the agreement." in console.messages

    def test_standalone_account_accepts_account_agreement(self, console: Console) -> None:
        """An account in no organization accepts an account agreement."""
        console.sign_in(STANDALONE)
        accept(console, "AWS Business Associate Addendum", "Account agreements")
        assert "for your account" in console.messages


class TestReports:
    """Reports."""

    def test_report_is_downloaded_after_its_terms_are_accepted(self, console: Console) -> None:
        """A report can be searched and, after its terms are accepted, downloaded."""
        console.sign_in(STANDALONE)
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
        with console.page.expect_download() as download:
            dialog.get_by_role("button", name="Accept terms and download report").click()
        assert download.value.path().read_bytes().startswith(b"%PDF-")

    def test_third_party_reports_have_their_own_tab(self, console: Console) -> None:
        """Third-party reports are in a separate tab."""
        console.sign_in(STANDALONE)
        console.open("/artifact/reports")
        aws_reports = {link.get_attribute("href") for link in console.page.locator("tbody th a").all()}
        console.follow("Third-party reports")
        expect(console.page.get_by_role("link", name="Third-party reports")).to_have_attribute("aria-current", "page")
        third_party_reports = {link.get_attribute("href") for link in console.page.locator("tbody th a").all()}
        assert third_party_reports
        assert not aws_reports & third_party_reports


class TestRole:
    """The service-linked role."""

    def test_linked_role_is_deleted_only_after_trusted_access_is_disabled(self, console: Console) -> None:
        """The deletion task fails with a reason; it succeeds once trusted access is disabled."""
        console.create_organization()
        console.sign_in(MANAGEMENT)
        enable(console)
        for outcome in ("Deletion FAILED", f"Deletion of {ROLE}: SUCCEEDED."):
            console.open("/iam/roles")
            console.follow(ROLE)
            console.follow("Delete role")
            console.page.get_by_label(f"To confirm, enter {ROLE}").fill(ROLE)
            console.press("Delete role")
            console.page.get_by_text(outcome).wait_for()
            if "FAILED" in outcome:
                disable(console)


class TestAssuranceAssistant:
    """Compliance inquiries."""

    def test_inquiry_is_created_exported_and_rated(self, console: Console) -> None:
        """An inquiry shows its response, which can be exported and rated."""
        console.sign_in(STANDALONE)
        console.follow("Assurance Assistant")
        console.follow("Create inquiry")
        console.page.get_by_label("Inquiry name").fill("Encryption")
        console.page.get_by_label("Question", exact=True).fill("Which reports cover encryption?")
        console.press("Create inquiry")
        expect(console.page.get_by_role("heading", name="1. Which reports cover encryption?")).to_be_visible()
        with console.page.expect_download() as download:
            console.press("Export responses")
        assert download.value.path().stat().st_size
        console.page.get_by_text("Give feedback on response 1").click()
        console.press("Helpful")
        assert "Thank you for your feedback." in console.messages

    def test_file_creates_one_question_per_line(self, console: Console) -> None:
        """Each line of a file is a question."""
        console.sign_in(STANDALONE)
        console.open("/artifact/assurance-assistant/new")
        console.page.get_by_label("Inquiry name").fill("Two")
        console.page.get_by_label("Or a file with one question per line").set_input_files(
            {"name": "questions.txt", "mimeType": "text/plain", "buffer": b"Is there a SOC 2 report?\nAnd C5?\n"}
        )
        console.press("Create inquiry")
        expect(console.page.get_by_role("heading", name="2. And C5?")).to_be_visible()


class TestActivity:
    """The activity page and lessons."""

    def test_new_calls_update_table_and_diagram(self, console: Console) -> None:
        """A call from another client is added to the table and changes the diagram."""
        console.sign_in(MANAGEMENT)
        console.open("/activity")
        console.client("organizations").create_organization()
        expect(console.page.locator("#call-table tbody")).to_contain_text("organizations:CreateOrganization")
        expect(console.page.locator("svg.diagram")).to_contain_text("trusted access disabled")
        console.client("organizations").enable_aws_service_access(ServicePrincipal=ARTIFACT)
        expect(console.page.locator("svg.diagram .trusted")).to_contain_text("trusted access enabled")

    def test_activity_page_sends_no_requests_without_events(self, console: Console) -> None:
        """The page listens to the event stream and sends no requests while there are no events."""
        requests: list[str] = []
        console.page.on("request", lambda request: requests.append(request.url.removeprefix(console.endpoint)))
        console.open("/activity")
        expect(console.page.locator("#connection")).to_have_text("Live")
        console.page.wait_for_timeout(500)
        before = list(requests)
        assert "/_emulator/events" in before
        console.page.wait_for_timeout(2_500)
        assert requests == before
        console.client("organizations").create_organization()
        expect(console.page.locator("#call-table tbody")).to_contain_text("organizations:CreateOrganization")

    def test_activity_page_polls_without_event_stream(self, console: Console) -> None:
        """Without an event stream the page polls, and says so."""
        console.page.route("**/_emulator/events", lambda route: route.fulfill(status=204))
        console.open("/activity")
        expect(console.page.locator("#connection")).to_have_text("Updating every two seconds")
        console.client("organizations").create_organization()
        expect(console.page.locator("#call-table tbody")).to_contain_text("organizations:CreateOrganization")

    def test_read_only_calls_can_be_hidden_unless_refused(self, console: Console) -> None:
        """Read-only calls can be hidden, except refused ones."""
        organizations = console.client("organizations")
        organizations.create_organization()
        organizations.list_roots()
        with pytest.raises(organizations.exceptions.ClientError):
            organizations.describe_account(AccountId=STANDALONE)
        console.open("/activity")
        console.page.get_by_label("Hide read-only calls").check()
        expect(console.page.get_by_role("cell", name="organizations:ListRoots")).to_be_hidden()
        expect(console.page.get_by_role("cell", name="organizations:DescribeAccount")).to_be_visible()
        console.page.get_by_role("link", name="Why?").click()
        expect(console.page.get_by_text("A rule of the service refused this call")).to_be_visible()

    def test_lesson_page_updates_after_a_call(self, console: Console) -> None:
        """A step that another client completes is completed on the page."""
        console.open("/lessons/story")
        console.client("organizations").create_organization()
        expect(console.page.get_by_text("1 of 7 steps done")).to_be_visible()

    def test_denied_step_of_lesson_links_to_its_explanation(self, console: Console) -> None:
        """The member's denied call is explained by the check of the resource, and by who may call instead."""
        enabling = {"ServicePrincipal": ARTIFACT}
        management, member = console.client("organizations"), console.client("organizations", MEMBER)
        with pytest.raises(management.exceptions.AWSOrganizationsNotInUseException):
            console.client("organizations", STANDALONE).enable_aws_service_access(**enabling)
        management.create_organization()
        invitation = management.invite_account_to_organization(Target={"Id": MEMBER, "Type": "ACCOUNT"})
        member.accept_handshake(HandshakeId=invitation["Handshake"]["Id"])
        with pytest.raises(management.exceptions.AccessDeniedException):
            member.enable_aws_service_access(**enabling)
        console.open("/lessons/who-may-enable")
        console.follow("Why was this call denied?")
        expect(console.page.get_by_role("heading", name="Denied")).to_be_visible()
        check = console.page.get_by_role("listitem").filter(has_text="Policy of the resource")
        expect(check).to_contain_text("does not allow")
        expect(console.page.get_by_text("Call from an account that may use the operation")).to_be_visible()

    def test_message_of_denial_is_explained(self, console: Console) -> None:
        """Pasting the whole message of a denial leads to the statement that decided, in its document."""
        iam = console.client("iam")
        iam.create_user(UserName="alice")
        statement = {"Sid": "NoUsers", "Effect": "Deny", "Action": "iam:ListUsers", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
        iam.put_user_policy(UserName="alice", PolicyName="some", PolicyDocument=policy)
        key = iam.create_access_key(UserName="alice")["AccessKey"]
        alice = console.client("iam", key["AccessKeyId"], key["SecretAccessKey"])
        with pytest.raises(iam.exceptions.ClientError) as denial:
            alice.list_users()
        console.open("/authorization-details")
        console.page.get_by_label("Authorization id").fill(denial.value.response["Error"]["Message"])
        console.press("Explain")
        expect(console.page.locator("mark")).to_contain_text("NoUsers")
        expect(console.page.get_by_role("heading", name="How to allow it")).to_be_visible()


class TestHostileNames:
    """Names that contain markup."""

    def test_script_in_account_name_does_not_run(self, console: Console) -> None:
        """A script in the name of an account is shown as text."""
        console.create_organization()
        name = "<script>document.title='injected'</script>"
        console.client("organizations").create_account(AccountName=name, Email="hostile@example.com")
        console.sign_in(MANAGEMENT)
        for path in ("/organizations", "/organizations?view=list", "/activity", "/sign-in"):
            console.open(path)
            console.page.wait_for_load_state("networkidle") if path != "/activity" else None
            assert "injected" not in console.page.title()
        console.open("/organizations")
        expect(console.page.get_by_role("link", name=name)).to_be_visible()
