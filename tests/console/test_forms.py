"""Forms of the console: questions before something is lost, what was entered after a mistake, and lost ways."""

import re
from html import unescape
from typing import Any

import pytest

from artifact_emulator.app import App
from artifact_emulator.http import Reply, Request
from tests.support.visitor import Visitor

MANAGEMENT, MEMBER_NAME = "111122223333", "Member"
BROWSER = {"accept": "text/html,*/*", "accept-language": "en", "host": "127.0.0.1:4700"}


@pytest.fixture
def manager() -> Visitor:
    """Return a visitor signed in as the root user of a management account with a member account."""
    visitor = Visitor(App())
    visitor.sign_in(MANAGEMENT)
    visitor.post("/organizations/create", {"features": "ALL"})
    visitor.post("/organizations/accounts/create", {"name": MEMBER_NAME, "email": "member@example.com"})
    return visitor


def member_of(manager: Visitor) -> str:
    """Return the id of the member account."""
    return next(key for key in manager.app.world.state.memberships if key != MANAGEMENT)


def refused(visitor: Visitor, page: str, path: str, form: dict[str, Any]) -> str:
    """Submit a form of a page, and return the page that follows."""
    response = visitor.post(path, form, Referer=f"http://localhost/console{page}")
    return unescape(visitor.get(response.headers["Location"].removeprefix("/console")).text)


class TestQuestions:
    """Deletions and removals."""

    def test_leaving_and_removal_are_asked_about(self, manager: Visitor) -> None:
        """The buttons lead to a question, which changes nothing; its answer does."""
        account = member_of(manager)
        member = Visitor(manager.app)
        member.sign_in(account)
        removal = f"/organizations/accounts/{account}/remove"
        assert 'href="/console/organizations/leave" data-dialog' in member.get("/organizations").text
        page = manager.get(f"/organizations/accounts/{account}").text
        assert f'href="/console{removal}" data-dialog' in page
        before = manager.app.world.state
        assert "Leave this organization?" in member.get("/organizations/leave").text
        assert f"Remove account {account} from organization?" in manager.get(removal).text
        assert manager.app.world.state is before
        manager.post(removal)
        assert account not in manager.app.world.state.memberships

    def test_deletions_are_asked_about(self, manager: Visitor) -> None:
        """No page has a button that deletes a unit, a policy, a password or an inline policy at once."""
        root = next(iter(manager.app.world.state.organizations.values())).root_id
        manager.post("/organizations/units", {"parent": root, "name": "Lab"})
        unit = next(unit.id for unit in manager.app.world.state.units.values() if unit.name == "Lab")
        scps = "/organizations/policies/SERVICE_CONTROL_POLICY"
        document = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
        manager.post(f"{scps}/status", {"root": root, "enable": "yes"})
        policy = manager.post(f"{scps}/new", {"name": "None", "content": document}).headers["Location"]
        manager.post("/iam/users", {"name": "ann"})
        manager.post("/iam/users/ann/password", {"password": "Pass-word-1"})
        manager.post("/iam/users/ann/policies/inline", {"policy": "own", "document": document})
        manager.post("/iam/groups", {"name": "Staff"})
        pages = {
            f"/organizations?parent={unit}": "Delete organizational unit Lab?",
            policy.removeprefix("/console"): "Delete policy None?",
            "/organizations/policies": "Disable Service control policies?",
            "/iam/users/ann": "Delete the password of ann?",
            "/iam/users/ann#permissions": "Delete inline policy own?",
            "/iam/groups/Staff": "Delete user group Staff?",
        }
        for page, question in pages.items():
            text = manager.get(page).text
            links = [unescape(link) for link in re.findall(r'href="/console([^"]+)" data-dialog', text)]
            assert any(question in unescape(manager.get(link).text) for link in links), question
            assert "/delete" not in "".join(re.findall(r'<form[^>]* action="([^"]+)"', text))

    def test_question_submits_the_values_of_its_link(self, manager: Visitor) -> None:
        """The answer names what the link was about."""
        text = manager.get("/organizations/invitations/h-abcdefgh?response=cancel").text
        assert "Cancel invitation h-abcdefgh?" in text
        assert '<input type="hidden" name="response" value="cancel">' in text

    def test_box_takes_only_the_word_that_confirms(self, manager: Visitor) -> None:
        """The browser checks the word, so that the dialog stays open; signs of names are no pattern."""
        manager.post("/iam/users", {"name": "a.b+c"})
        text = manager.get("/iam/users/a.b+c/delete").text
        assert 'pattern="a[.]b[+]c"' in text
        assert 'title="Enter a.b+c, exactly as it is shown."' in text
        page = refused(manager, "/organizations", "/organizations/services/artifact/enable", {"shown": "on"})
        assert 'pattern="enable"' in page
        assert re.search(r'name="shown" required checked', page)


class TestRefusedForms:
    """What was entered stays."""

    @pytest.mark.parametrize(
        ("page", "path", "form"),
        [
            ("/organizations/accounts/add", "/organizations/accounts/invite", {"target": "44445555666", "notes": "Hi"}),
            ("/organizations/accounts/add", "/organizations/accounts/create", {"name": "New", "email": "wrong"}),
            ("/organizations/settings", "/organizations/settings/delegates", {"account": "12", "principal": "x.y"}),
            ("/iam/users", "/iam/users", {"name": "no spaces"}),
            ("/iam/groups", "/iam/groups", {"name": "no spaces"}),
            ("/artifact/assurance-assistant/new", "/artifact/assurance-assistant/new", {"name": "Encryption"}),
            ("/sign-in", "/sign-in", {"account": "12345", "region": "us-east-1"}),
            ("/sign-in", "/switch-role", {"account": MANAGEMENT, "role": "Nobody", "region": "eu-central-1"}),
            (
                "/organizations/policies/SERVICE_CONTROL_POLICY/new",
                "/organizations/policies/SERVICE_CONTROL_POLICY/new",
                {"name": "Wrong", "description": "None", "content": "{"},
            ),
        ],
    )
    def test_refused_form_keeps_what_was_entered(
        self, manager: Visitor, page: str, path: str, form: dict[str, str]
    ) -> None:
        """The page after a refusal has the values that were entered, once."""
        text = refused(manager, page, path, form)
        assert 'class="flash error"' in text
        for value in form.values():
            assert re.search(rf'value="{re.escape(value)}"( selected)?|>{re.escape(value)}</textarea>', text), value
        if "notes" in form:
            assert form["target"] not in manager.get(page).text

    def test_refusal_names_the_reason(self, manager: Visitor) -> None:
        """AWS's reason is shown with its message, which often does not name the field."""
        page = "/organizations/settings"
        text = refused(manager, page, f"{page}/delegates", {"account": "12", "principal": "x.y"})
        assert re.search(r"InvalidInputException</strong>: .*\(INVALID_PATTERN:ACCOUNT_ID\)", text)

    def test_password_is_not_kept(self, manager: Visitor) -> None:
        """A password that was entered is on no page."""
        form = {"account": MANAGEMENT, "user": "ann", "password": "Secret-123", "region": "us-east-1"}
        text = refused(manager, "/sign-in", "/sign-in", form)
        assert 'value="ann"' in text
        assert "Secret-123" not in text

    def test_form_is_kept_for_its_own_page_and_browser(self, manager: Visitor) -> None:
        """Another page and another browser do not show it."""
        form = {"name": "no spaces"}
        manager.post("/iam/users", form, Referer="http://localhost/console/iam/users")
        other = Visitor(manager.app)
        other.sign_in(MANAGEMENT)
        assert "no spaces" not in other.get("/iam/users").text
        assert 'value="no spaces"' not in manager.get("/iam/groups").text


class TestAgreements:
    """The page that follows the dialogs of agreements."""

    def test_refused_termination_returns_to_its_tab(self) -> None:
        """A member that may not terminate an agreement returns to its tab, with the agreement selected."""
        visitor = Visitor(App())
        visitor.post("/world/load", {"scenario": "agreement-accepted", "confirmed": "yes"})
        (organization,) = visitor.app.world.state.organizations.values()
        account = next(key for key in organization.members if key != organization.management_account_id)
        visitor.sign_in(account)
        page = visitor.get("/artifact/agreements?tab=organization").text
        agreement = re.search(r'name="agreement" value="([^"]+)"', page)
        assert agreement
        form = {"tab": "organization", "agreement": agreement[1], "action": "terminate"}
        dialog = visitor.post("/artifact/agreements", form).headers["Location"].removeprefix("/console")
        location = visitor.get(dialog).headers["Location"].removeprefix("/console")
        page = visitor.get(location).text
        assert "tab=organization" in location
        assert "You can&#39;t terminate this agreement." in page
        assert re.search(rf'id="{agreement[1]}" checked', page)

    def test_nda_of_an_agreement_is_not_that_of_a_report(self, manager: Visitor) -> None:
        """The title of the dialog names what is accepted."""
        page = manager.get("/artifact/agreements").text
        agreement = re.search(r'name="agreement" value="([^"]+)"', page)
        assert agreement
        text = manager.get(f"/artifact/agreements/{agreement[1]}/nda").text
        assert "Accept NDA to download agreement" in text
        assert "non-disclosure agreement (NDA)" in text

    def test_role_in_use_names_the_trusted_access_to_disable(self) -> None:
        """The failed deletion of a service-linked role says what needs the role, with a link to its page."""
        visitor = Visitor(App())
        visitor.post("/world/load", {"scenario": "agreement-accepted", "confirmed": "yes"})
        (organization,) = visitor.app.world.state.organizations.values()
        visitor.sign_in(organization.management_account_id)
        form = {"confirmation": "AWSServiceRoleForArtifact"}
        task = visitor.post("/iam/roles/AWSServiceRoleForArtifact/delete", form).headers["Location"]
        text = visitor.get(task.removeprefix("/console")).text
        assert '<a href="/console/organizations/services/artifact">Disable trusted access for AWS Artifact</a>' in text


class TestLostWays:
    """Wrong addresses, and those of forms."""

    @pytest.mark.parametrize(
        ("path", "page"),
        [
            ("/organizations/", "/console/organizations"),
            ("/artifact/reports/", "/console/artifact/reports"),
            ("/world/clock/freeze", "/console/world/clock"),
            ("/world/upload", "/console/world"),
            ("/organizations/accounts/invite", "/console/organizations/accounts"),
            ("/iam/users/ann/access-keys", "/console/iam/users/ann"),
            ("/sign-out", "/console"),
        ],
    )
    def test_slash_or_address_of_a_form_leads_to_its_page(self, manager: Visitor, path: str, page: str) -> None:
        """The address of a page with a slash, and that of a form, are redirected."""
        assert manager.get(path).headers["Location"] == page

    @pytest.mark.parametrize("path", ["/nowhere/", "/lessons/none", "/organizations/services/none"])
    def test_wrong_address_is_an_error_page(self, manager: Visitor, path: str) -> None:
        """An address that no page has is not redirected."""
        response = manager.get(path)
        assert response.status_code == 404
        assert "Back to the home page" in response.text

    @pytest.mark.parametrize("path", ["/nothing", "/worlds/de%20mo/console/", "/worlds/nope/nothing"])
    def test_browser_reads_a_page_instead_of_json(self, path: str) -> None:
        """A browser gets a page with a way back to the console, and a program the error in its own format."""
        app = App()
        shown, sent = reply_to(app, path, BROWSER), reply_to(app, path, {"host": "127.0.0.1:4700"})
        assert shown.status == sent.status >= 400
        assert '<a href="/console/">Back to the console</a>' in shown.body.decode()
        assert sent.body.startswith(b"{")

    def test_too_large_upload_is_answered_with_a_page(self) -> None:
        """The page names the limit and leads back to the console of the world."""
        app = App()
        app.worlds.get("mine")
        head = Request("POST", "/worlds/mine/console/world/upload", "", BROWSER, b"")
        page = app.refuse_size(head, 1000).body.decode()
        assert "larger than the 1000 bytes" in page
        assert '<a href="/worlds/mine/console/">' in page
        program = Request("POST", "/worlds/mine/console/world/upload", "", {}, b"")
        assert app.refuse_size(program, 1000).body.startswith(b"{")

    def test_page_escapes_the_address(self) -> None:
        """A page of an error carries no markup of its address."""
        page = reply_to(App(), "/<script>alert(1)</script>", BROWSER).body.decode()
        assert "<script>" not in page


def reply_to(app: App, path: str, headers: dict[str, str]) -> Reply:
    """Return the reply to a GET request."""
    return app.handle(Request("GET", path, "", headers, b""))
