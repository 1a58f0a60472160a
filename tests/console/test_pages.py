"""The console without a browser: what holds for every page, and what a forged or mistaken request meets."""

import re
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from artifact_emulator.app import App
from artifact_emulator.console import snippets
from artifact_emulator.console.app import create_app
from artifact_emulator.world_runtime import runtime_of
from tests.wire.botocore_wire import Client

MANAGEMENT, STRANGER = "111122223333", "999988887777"


class Visitor:
    """Somebody with a browser that keeps cookies, and no script."""

    def __init__(self, core: App) -> None:
        self.core = core
        self._client: FlaskClient = create_app(core).test_client()

    def get(self, path: str, **headers: str) -> TestResponse:
        """Open a page."""
        got = self._client.get(f"/console{path}", headers={"Host": "localhost", **headers})
        got.get_data()
        got.close()
        return got

    def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> TestResponse:
        """Send a form as the page has it, with its token."""
        token = re.search(r'name="csrf" value="([^"]+)"', self.get("/sign-in").text)
        assert token
        return self.send(path, {"csrf": token[1], **(form or {})}, **headers)

    def send(self, path: str, form: dict[str, str], **headers: str) -> TestResponse:
        """Send a form as somebody else wrote it."""
        return self._client.post(f"/console{path}", data=form, headers={"Host": "localhost", **headers})

    def sign_in(self, account: str, **form: str) -> TestResponse:
        """Sign in."""
        return self.post("/sign-in", {"account": account, "region": "us-east-1", **form})


@pytest.fixture
def visitor() -> Visitor:
    """Give a visitor of an empty world."""
    return Visitor(App())


@pytest.fixture
def manager(visitor: Visitor) -> Visitor:
    """Give the root user of a management account, who made an organization."""
    visitor.sign_in(MANAGEMENT)
    visitor.post("/organizations/create", {"features": "ALL"})
    return visitor


class TestForgery:
    """Forms that the console did not write."""

    @pytest.mark.parametrize("form", [{}, {"csrf": ""}, {"csrf": "guessed"}, {"csrf": "é"}])
    def test_without_the_token(self, manager: Visitor, form: dict[str, str]) -> None:
        """A form without its token is refused, and nothing happens."""
        before = manager.core.world.state
        assert manager.send("/organizations/settings/delete", form).status_code == 403
        assert manager.send("/sign-out", form).status_code == 403
        assert manager.core.world.state is before
        assert "Root user" in manager.get("/").text

    def test_token_of_another_session(self, manager: Visitor) -> None:
        """A token is good for the cookie that it was made for."""
        stranger = Visitor(manager.core)
        token = re.search(r'name="csrf" value="([^"]+)"', stranger.get("/sign-in").text)
        assert token
        assert manager.send("/organizations/leave", {"csrf": token[1]}).status_code == 403

    @pytest.mark.parametrize(
        "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Host": "evil.example.com"}]
    )
    def test_other_sites(self, manager: Visitor, headers: dict[str, str]) -> None:
        """Neither a page of another site nor a name that leads here by trickery gets anything."""
        assert manager.get("/", **headers).status_code == 403
        assert manager.send("/sign-out", {}, **headers).status_code == 403

    def test_headers(self, visitor: Visitor) -> None:
        """Every answer forbids foreign scripts, frames and guesses of types; the cookie stays with the site."""
        for path in ("/", "/sign-in", "/static/console.css", "/nowhere"):
            got = visitor.get(path)
            policy = got.headers["Content-Security-Policy"]
            assert "default-src 'self'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert got.headers["X-Frame-Options"] == "DENY"
            assert got.headers["X-Content-Type-Options"] == "nosniff"
        cookie = visitor.get("/sign-in").headers.get("Set-Cookie", "")
        signed_in = visitor.sign_in(STRANGER).headers["Set-Cookie"]
        assert all("HttpOnly" in one and "SameSite=Strict" in one for one in (cookie or signed_in, signed_in))

    def test_nothing_inline(self, manager: Visitor) -> None:
        """No page has a script or a style of its own."""
        for path in ("/", "/organizations", "/live", "/lessons/story"):
            text = manager.get(path).text
            assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=", text)
            assert not re.search(r'(src|href|action)="(https?:)?//(?!docs\.aws\.amazon\.com)', text)
            assert "http://" not in text.replace("http://www.w3.org/2000/svg", "").replace("=http://localhost<", "")

    def test_goes_on_within_the_console_only(self, visitor: Visitor) -> None:
        """After signing in nobody is sent to another site."""
        for target in ("https://evil.example.com/", "//evil.example.com/console/", "javascript:alert(1)"):
            assert visitor.sign_in(STRANGER, next=target).headers["Location"] == "/console/"
        assert visitor.sign_in(STRANGER, next="/console/lessons?a=b").headers["Location"] == "/console/lessons?a=b"


class TestSignIn:
    """Who is signed in."""

    @pytest.mark.parametrize("account", ["", "12", "abcdefghijkl", "1234567890123", "\uff11" * 12])
    def test_no_account(self, visitor: Visitor, account: str) -> None:
        """What is no account's id is refused."""
        visitor.sign_in(account)
        assert "An account has an id of 12 digits." in visitor.get("/sign-in").text

    def test_is_needed(self, visitor: Visitor) -> None:
        """A page that asks AWS leads to signing in, and back."""
        assert visitor.get("/artifact/reports?tab=aws").headers["Location"].startswith("/console/sign-in?next=")

    def test_role(self, manager: Visitor) -> None:
        """A role of a member is assumed by whoever may."""
        manager.post("/organizations/accounts/create", {"name": "Member", "email": "member@example.com"})
        member = next(one for one in manager.core.world.state.memberships if one != MANAGEMENT)
        manager.post("/switch-role", {"account": member, "role": "OrganizationAccountAccessRole"})
        assert "assumed-role/OrganizationAccountAccessRole/console" in manager.get("/").text
        manager.post("/switch-role", {"account": MANAGEMENT, "role": "OrganizationAccountAccessRole"})
        assert "AccessDenied" in manager.get("/sign-in").text

    def test_lapsed_session(self, manager: Visitor) -> None:
        """A role's session ends by the world's clock."""
        self.test_role(manager)
        manager.core.world.clock.advance(timedelta(hours=2))
        assert "Nobody is signed in" in manager.get("/").text
        manager.get("/iam/roles")
        assert "Your session has expired" in manager.get("/sign-in").text

    def test_worlds_are_apart(self, visitor: Visitor) -> None:
        """Who is signed in to one world is nobody in another; the header leads from one to another."""
        visitor.core.worlds.get("other")
        visitor.sign_in(MANAGEMENT)
        assert visitor.get("/enter?world=other").headers["Location"] == "/worlds/other/console/"
        assert visitor.get("/enter?world=none").status_code == 404


class TestRefusals:
    """What AWS refuses."""

    def test_of_a_form(self, manager: Visitor) -> None:
        """A refusal is told on the page that the form was on, with AWS's code and text."""
        page = "http://localhost/console/organizations/settings"
        got = manager.post("/organizations/settings/delegates", {"account": "1", "principal": "x"}, Referer=page)
        assert got.headers["Location"] == "/console/organizations/settings"
        assert "InvalidInputException" in manager.get("/organizations/settings").text

    def test_leads_to_the_explanation(self, manager: Visitor) -> None:
        """What is refused leads to why: on a page of its own, and where a form was."""
        member = Visitor(manager.core)
        manager.post("/organizations/accounts/create", {"name": "Member", "email": "member@example.com"})
        member.sign_in(next(one for one in manager.core.world.state.memberships if one != MANAGEMENT))
        before = manager.core.world.state
        refused = member.get("/organizations/services")
        member.post("/organizations/settings/delete", {"confirmation": "o-none"})
        member.post("/organizations/settings/features", Referer="http://localhost/console/organizations/settings")
        told = member.get("/organizations/settings").text
        assert manager.core.world.state is before
        for text in (refused.text, told):
            link = re.search(r'href="/console(/decisions/[^"]+)">Why', text)
            assert link
            assert "a rule of the service itself did" in member.get(link[1]).text

    def test_of_a_member_is_shown(self, manager: Visitor) -> None:
        """What only the management account may do is not hidden from a member."""
        manager.post("/organizations/accounts/create", {"name": "Member", "email": "member@example.com"})
        member = Visitor(manager.core)
        member.sign_in(next(one for one in manager.core.world.state.memberships if one != MANAGEMENT))
        assert "Delete organization" in member.get("/organizations/settings").text

    def test_unforeseen(self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        """What nobody foresaw is answered with a page, which tells no secrets."""

        def fails(*_: object) -> None:
            raise RuntimeError("secret")

        monkeypatch.setattr("artifact_emulator.console.activity.scene_of", fails)
        got = visitor.get("/live")
        assert got.status_code == 500
        assert "To the first page" in got.text
        assert "secret" not in got.text

    def test_of_another_sites_form(self, manager: Visitor) -> None:
        """Nobody is sent back to where he did not come from."""
        got = manager.post("/organizations/create", {}, Referer="https://evil.example.com/console/")
        assert got.headers["Location"] == "/console/"

    def test_is_recorded(self, manager: Visitor) -> None:
        """What is done in the console is in the trail, as what any other client does."""
        calls = runtime_of(manager.core.world).trail.calls()
        assert [one.operation for one in calls][:1] == ["CreateOrganization"]
        assert {one.user_agent for one in calls} == {"artifact-emulator console"}

    def test_nowhere(self, manager: Visitor) -> None:
        """A page, a service, a type of policies and a lesson that there are not are 404."""
        for path in ("/nowhere", "/organizations/services/none", "/organizations/policies/NONE", "/lessons/none"):
            assert manager.get(path).status_code == 404, path


class TestPages:
    """Pages of large organizations."""

    def test_accounts_page_on_the_server(self, manager: Visitor) -> None:
        """However many accounts there are, a page shows few."""
        for at in range(45):
            manager.post("/organizations/accounts/create", {"name": f"A{at}", "email": f"a{at}@example.com"})
        seen: list[str] = []
        path: str | None = "/organizations?view=list"
        while path:
            text = manager.get(path).text
            seen += re.findall(r'<tr><th scope="row"><a href="/console/organizations/accounts/(\d+)"', text)
            following = re.search(r'href="/console([^"]+)">Next page', text)
            path = unescape(following[1]) if following else None
        assert len(seen) == len(set(seen)) == 46

    def test_hostile_names(self, manager: Visitor) -> None:
        """A name is text wherever it is shown, in the picture too."""
        name = "<script>alert(1)</script>"
        manager.post("/organizations/accounts/create", {"name": name, "email": "hostile@example.com"})
        for path in ("/organizations", "/sign-in", "/live"):
            assert name not in manager.get(path).text
            assert "&lt;script&gt;" in manager.get(path).text


class TestEquivalents:
    """The same call by other means."""

    def test_cli(self) -> None:
        """Texts are quoted for the shell, lists spread, structures written as JSON."""
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
    def test_cli_takes_names_for_nothing_else(self, value: str, written: str) -> None:
        """A name that looks like an option or a file stays a name."""
        assert snippets.cli("iam", "CreateUser", {"Name": value}) == f"aws iam create-user {written}"

    def test_boto3(self) -> None:
        """A method of a client, with its arguments."""
        written = snippets.boto3("organizations", "EnableAWSServiceAccess", {"ServicePrincipal": "a.amazonaws.com"})
        assert written == (
            "boto3.client(\"organizations\").enable_aws_service_access(ServicePrincipal='a.amazonaws.com')"
        )


class TestDecisions:
    """Why a call was refused."""

    def test_of_a_user(self, manager: Visitor) -> None:
        """An IAM user signs in, is refused in AWS's words, and the page says what would let him through."""
        core = manager.core
        client = Client(core, MANAGEMENT)
        client.does("iam", "CreateUser", UserName="Alice")
        client.does("iam", "CreateLoginProfile", UserName="Alice", Password="Secret-123")
        alice = Visitor(core)
        alice.sign_in(MANAGEMENT, user="Alice", password="wrong")
        assert "Your authentication information is incorrect." in alice.get("/sign-in").text
        alice.sign_in(MANAGEMENT, user="Alice", password="Secret-123")
        refused = alice.get("/organizations/services")
        assert refused.status_code == 403
        assert "is not authorized to perform: organizations:ListAWSServiceAccessForOrganization" in refused.text
        link = re.search(r'href="/console(/decisions/[^"]+)">Why', alice.get("/live").text)
        assert link
        page = alice.get(link[1]).text
        assert "What would let it through" in page
        assert "organizations:ListAWSServiceAccessForOrganization" in page

    def test_of_none(self, manager: Visitor) -> None:
        """Where no policy was asked, the page says so."""
        assert "No policy decided" in manager.get("/decisions/none").text
