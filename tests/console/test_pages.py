"""The console without a browser: request forgery, signing in, refusals, pagination and snippets."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest

from artifact_emulator.app import App
from artifact_emulator.console import snippets
from artifact_emulator.world_runtime import runtime_of
from tests.support.iam_users import create_user, policy_document
from tests.support.visitor import Visitor
from tests.support.wire_client import Client

MANAGEMENT, STANDALONE = "111122223333", "999988887777"


@pytest.fixture
def visitor() -> Visitor:
    """Return a visitor of an empty world."""
    return Visitor(App())


@pytest.fixture
def manager(visitor: Visitor) -> Visitor:
    """Return a visitor signed in as the root user of a management account."""
    visitor.sign_in(MANAGEMENT)
    visitor.post("/organizations/create", {"features": "ALL"})
    return visitor


class TestRequestForgery:
    """Forms and requests from other sites."""

    @pytest.mark.parametrize("form", [{}, {"csrf": ""}, {"csrf": "guessed"}, {"csrf": "é"}])
    def test_form_without_csrf_token_is_refused(self, manager: Visitor, form: dict[str, str]) -> None:
        """A form without the token of its session is refused and changes nothing."""
        before = manager.app.world.state
        assert manager.send("/organizations/settings/delete", form).status_code == 403
        assert manager.send("/sign-out", form).status_code == 403
        assert manager.app.world.state is before
        assert "Root user" in manager.get("/").text

    def test_csrf_token_of_another_session_is_refused(self, manager: Visitor) -> None:
        """A token is valid only with the cookie of its session."""
        other = Visitor(manager.app)
        token = re.search(r'name="csrf" value="([^"]+)"', other.get("/sign-in").text)
        assert token
        assert manager.send("/organizations/leave", {"csrf": token[1]}).status_code == 403

    @pytest.mark.parametrize(
        "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Host": "evil.example.com"}]
    )
    def test_request_from_another_site_is_refused(self, manager: Visitor, headers: dict[str, str]) -> None:
        """Requests from pages of another site, or to an unknown host name (DNS rebinding), are refused."""
        assert manager.get("/", **headers).status_code == 403
        assert manager.send("/sign-out", {}, **headers).status_code == 403

    def test_responses_have_security_headers(self, visitor: Visitor) -> None:
        """Responses forbid foreign scripts, framing and MIME sniffing; the cookie is HttpOnly and SameSite."""
        for path in ("/", "/sign-in", "/static/console.css", "/nowhere"):
            response = visitor.get(path)
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'self'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert response.headers["X-Frame-Options"] == "DENY"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
        cookie = visitor.get("/sign-in").headers.get("Set-Cookie", "")
        signed_in = visitor.sign_in(STANDALONE).headers["Set-Cookie"]
        assert all("HttpOnly" in header and "SameSite=Strict" in header for header in (cookie or signed_in, signed_in))

    def test_pages_have_no_inline_script_or_style(self, manager: Visitor) -> None:
        """Pages load scripts and styles only from the console's own files."""
        for path in ("/", "/organizations", "/activity", "/lessons/story"):
            text = manager.get(path).text
            assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=", text)
            assert not re.search(r'(src|href|action)="(https?:)?//(?!docs\.aws\.amazon\.com)', text)
            assert "http://" not in text.replace("http://www.w3.org/2000/svg", "").replace("=http://localhost<", "")

    def test_sign_in_redirects_only_to_console_pages(self, visitor: Visitor) -> None:
        """Signing in never redirects to another site."""
        for target in ("https://evil.example.com/", "//evil.example.com/console/", "javascript:alert(1)"):
            assert visitor.sign_in(STANDALONE, next=target).headers["Location"] == "/console/"
        assert visitor.sign_in(STANDALONE, next="/console/lessons?a=b").headers["Location"] == "/console/lessons?a=b"


class TestSignIn:
    """Signing in, role switching and worlds."""

    @pytest.mark.parametrize("account", ["", "12", "abcdefghijkl", "1234567890123", "\uff11" * 12])
    def test_invalid_account_id_cannot_sign_in(self, visitor: Visitor, account: str) -> None:
        """An account id that is not 12 digits is refused."""
        visitor.sign_in(account)
        assert "An account ID has 12 digits." in visitor.get("/sign-in").text

    def test_page_that_calls_aws_redirects_to_sign_in(self, visitor: Visitor) -> None:
        """A page that calls AWS redirects to the sign-in page, with the way back."""
        assert visitor.get("/artifact/reports?tab=aws").headers["Location"].startswith("/console/sign-in?next=")

    def test_switch_role_signs_in_as_role_session(self, manager: Visitor) -> None:
        """Switching roles signs in as a session of the role, or shows AWS's refusal."""
        manager.post("/organizations/accounts/create", {"name": "Member", "email": "member@example.com"})
        member = next(key for key in manager.app.world.state.memberships if key != MANAGEMENT)
        manager.post("/switch-role", {"account": member, "role": "OrganizationAccountAccessRole"})
        assert "assumed-role/OrganizationAccountAccessRole/console" in manager.get("/").text
        manager.post("/switch-role", {"account": MANAGEMENT, "role": "OrganizationAccountAccessRole"})
        assert "AccessDenied" in manager.get("/sign-in").text

    def test_role_session_expires_by_world_clock(self, manager: Visitor) -> None:
        """A role session expires by the clock of its world."""
        self.test_switch_role_signs_in_as_role_session(manager)
        manager.app.world.clock.advance(timedelta(hours=2))
        assert "Not signed in" in manager.get("/").text
        manager.get("/iam/roles")
        assert "Your session has expired" in manager.get("/sign-in").text

    def test_header_switches_between_worlds(self, visitor: Visitor) -> None:
        """The menu in the header leads to the console of an existing world only."""
        visitor.app.worlds.get("other")
        visitor.sign_in(MANAGEMENT)
        assert visitor.get("/enter?world=other").headers["Location"] == "/worlds/other/console/"
        assert visitor.get("/enter?world=none").status_code == 404


class TestRefusals:
    """Refused calls and failed requests."""

    def test_refused_form_shows_aws_error_on_its_page(self, manager: Visitor) -> None:
        """The page of a refused form shows AWS's error code and message."""
        page = "http://localhost/console/organizations/settings"
        response = manager.post("/organizations/settings/delegates", {"account": "1", "principal": "x"}, Referer=page)
        assert response.headers["Location"] == "/console/organizations/settings"
        assert "InvalidInputException" in manager.get("/organizations/settings").text

    def test_refusal_links_to_its_explanation(self, manager: Visitor) -> None:
        """A refused page and a refused form link to the explanation of the refusal."""
        member = Visitor(manager.app)
        manager.post("/organizations/accounts/create", {"name": "Member", "email": "member@example.com"})
        member.sign_in(next(key for key in manager.app.world.state.memberships if key != MANAGEMENT))
        before = manager.app.world.state
        refused = member.get("/organizations/services")
        member.post("/organizations/settings/delete", {"confirmation": "o-none"})
        member.post("/organizations/settings/features", Referer="http://localhost/console/organizations/settings")
        settings = member.get("/organizations/settings").text
        assert manager.app.world.state is before
        for text in (refused.text, settings):
            link = re.search(r'href="/console(/decisions/[^"]+)">Why', text)
            assert link
            assert "Policy of the resource" in member.get(link[1]).text

    def test_member_sees_management_forms(self, manager: Visitor) -> None:
        """Forms that only the management account may submit are visible to a member."""
        manager.post("/organizations/accounts/create", {"name": "Member", "email": "member@example.com"})
        member = Visitor(manager.app)
        member.sign_in(next(key for key in manager.app.world.state.memberships if key != MANAGEMENT))
        assert "Delete organization" in member.get("/organizations/settings").text

    def test_unexpected_error_shows_page_without_details(
        self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An unexpected error shows an error page without its details."""

        def fails(*_: object) -> None:
            raise RuntimeError("secret")

        monkeypatch.setattr("artifact_emulator.console.activity.diagram_of", fails)
        response = visitor.get("/activity")
        assert response.status_code == 500
        assert "Back to the home page" in response.text
        assert "secret" not in response.text

    def test_refused_form_does_not_redirect_to_another_site(self, manager: Visitor) -> None:
        """A form with a referrer of another site leads to the home page."""
        response = manager.post("/organizations/create", {}, Referer="https://evil.example.com/console/")
        assert response.headers["Location"] == "/console/"

    def test_console_calls_are_in_the_call_log(self, manager: Visitor) -> None:
        """Calls of the console are in the call log like calls of any other client."""
        calls = runtime_of(manager.app.world).call_log.calls()
        assert [call.operation for call in calls][:1] == ["CreateOrganization"]
        assert {call.user_agent for call in calls} == {"artifact-emulator console"}

    def test_unknown_page_is_404(self, manager: Visitor) -> None:
        """An unknown page, service, policy type or lesson is a 404."""
        for path in ("/nowhere", "/organizations/services/none", "/organizations/policies/NONE", "/lessons/none"):
            assert manager.get(path).status_code == 404, path


class TestPages:
    """Lists and names of accounts."""

    def test_account_list_is_paginated(self, manager: Visitor) -> None:
        """The account list has several pages, which together show each account once."""
        for number in range(45):
            manager.post("/organizations/accounts/create", {"name": f"A{number}", "email": f"a{number}@example.com"})
        seen: list[str] = []
        path: str | None = "/organizations?view=list"
        while path:
            text = manager.get(path).text
            seen += re.findall(r'<tr><th scope="row"><a href="/console/organizations/accounts/(\d+)"', text)
            following = re.search(r'href="/console([^"]+)">Next page', text)
            path = unescape(following[1]) if following else None
        assert len(seen) == len(set(seen)) == 46

    def test_account_name_is_escaped_on_every_page(self, manager: Visitor) -> None:
        """The name of an account is escaped on every page and in the diagram."""
        name = "<script>alert(1)</script>"
        manager.post("/organizations/accounts/create", {"name": name, "email": "hostile@example.com"})
        for path in ("/organizations", "/sign-in", "/activity"):
            assert name not in manager.get(path).text
            assert "&lt;script&gt;" in manager.get(path).text


class TestSnippets:
    """Calls as AWS CLI commands and boto3 expressions."""

    def test_cli_command_is_quoted_for_the_shell(self) -> None:
        """Text is quoted, lists become several words and structures become JSON."""
        members = {
            "Name": "it's",
            "Ids": ["a", "b c"],
            "Target": {"Id": "1", "Type": "ACCOUNT"},
            "Yes": True,
            "No": False,
        }
        assert snippets.cli("organizations", "InviteAccountToOrganization", members) == (
            "aws organizations invite-account-to-organization --name 'it'\"'\"'s' --ids a 'b c' "
            """--target '{"Id": "1", "Type": "ACCOUNT"}' --yes --no-no"""
        )

    @pytest.mark.parametrize(
        ("value", "written"),
        [
            ("-x", "--name=-x"),
            ("--help me", "--name='--help me'"),
            ("file:///etc/passwd", """--cli-input-json '{"Name": "file:///etc/passwd"}'"""),
        ],
    )
    def test_cli_command_keeps_values_that_look_like_options_or_files(self, value: str, written: str) -> None:
        """A value that looks like an option or a file URL is passed as it is."""
        assert snippets.cli("iam", "CreateUser", {"Name": value}) == f"aws iam create-user {written}"

    def test_boto3_expression_has_arguments(self) -> None:
        """The expression calls a client method with keyword arguments."""
        written = snippets.boto3("organizations", "EnableAWSServiceAccess", {"ServicePrincipal": "a.amazonaws.com"})
        assert written == (
            "boto3.client(\"organizations\").enable_aws_service_access(ServicePrincipal='a.amazonaws.com')"
        )


class TestDecisions:
    """Explanations of decisions."""

    def test_denied_user_sees_how_to_allow_the_call(self, manager: Visitor) -> None:
        """An IAM user sees AWS's denial, and the explanation says how to allow the call."""
        app = manager.app
        client = Client(app, MANAGEMENT)
        client.do("iam", "CreateUser", UserName="Alice")
        client.do("iam", "CreateLoginProfile", UserName="Alice", Password="Secret-123")
        alice = Visitor(app)
        alice.sign_in(MANAGEMENT, user="Alice", password="wrong")
        assert "Your authentication information is incorrect." in alice.get("/sign-in").text
        alice.sign_in(MANAGEMENT, user="Alice", password="Secret-123")
        refused = alice.get("/organizations/services")
        assert refused.status_code == 403
        assert "is not authorized to perform: organizations:ListAWSServiceAccessForOrganization" in refused.text
        link = re.search(r'href="/console(/decisions/[^"]+)">Why', alice.get("/activity").text)
        assert link
        page = alice.get(link[1]).text
        assert "How to allow it" in page
        assert "Policies of the principal" in page
        assert "does not allow" in page
        assert "organizations:ListAWSServiceAccessForOrganization" in page

    def test_authorization_id_or_message_leads_to_the_explanation(self, manager: Visitor) -> None:
        """The form takes AWS's message; the deciding statement is marked in its document."""
        client = Client(manager.app, MANAGEMENT)
        denying = {"Sid": "NoUsers", "Effect": "Deny", "Action": "iam:ListUsers", "Resource": "*"}
        message = create_user(client, policy_document(denying)).expect_error("iam", "ListUsers").message
        assert 'name="id"' in manager.get("/authorization-details").text
        by_message = manager.get(f"/authorization-details?{urlencode({'id': message})}")
        by_id = manager.get(f"/authorization-details/{message.rpartition(' ')[2]}")
        assert by_message.headers["Location"] == by_id.headers["Location"]
        page = manager.get(by_id.headers["Location"].removeprefix("/console")).text
        (marked,) = re.findall("<mark>(.*?)</mark>", page, re.DOTALL)
        assert "NoUsers" in marked
        assert "aws:PrincipalArn" in page

    def test_page_says_when_no_policy_was_evaluated(self, manager: Visitor) -> None:
        """The explanation says when no policy was evaluated."""
        assert "No policy was evaluated" in manager.get("/decisions/none").text
