"""Access tokens: a student reaches one world, the teacher all of them, and a stranger none."""

import re
from urllib.parse import urlencode

import pytest
from botocore.credentials import Credentials

from artifact_emulator import access_tokens
from artifact_emulator.access_tokens import AccessTokens, world_token
from artifact_emulator.app import App
from artifact_emulator.console.app import create_app as create_console
from artifact_emulator.gateway.forward import Forwarder
from artifact_emulator.gateway.gateway import Gateway
from artifact_emulator.http import Reply, Request
from tests.support.control_api import control_reply
from tests.support.wire_client import ENDPOINT, Client

TEACHER = "a-token-of-the-teacher"
ANN, BEN = world_token(TEACHER, "ann"), world_token(TEACHER, "ben")
WORLD_COOKIE, TEACHER_COOKIE = AccessTokens(TEACHER).world_cookie, AccessTokens(TEACHER).teacher_cookie
CALLERS = {"teacher": TEACHER, "student": ANN, "other student": BEN, "guesser": "x" * 32, "stranger": None}


@pytest.fixture
def classroom() -> App:
    """Return an application with access tokens and the worlds of two students."""
    app = App(access=AccessTokens(TEACHER))
    for name in ("ann", "ben"):
        app.worlds.get(name)
    return app


def client(app: App, secret: str, world: str = "ann", key: str = "111122223333") -> Client:
    """Return a client of a world that signs with a secret."""
    return Client(app, credentials=Credentials(key, secret), endpoint=f"{ENDPOINT}/worlds/{world}")


def statuses(app: App, method: str, path: str, body: object = None) -> dict[str, int]:
    """Return the status of the reply to each caller, who sends a token in the Authorization header."""
    return {
        name: control_reply(
            app, method, path, body, **({} if token is None else {"authorization": f"Bearer {token}"})
        ).status
        for name, token in CALLERS.items()
    }


def expected(teacher: int, student: int, others: int, stranger: int) -> dict[str, int]:
    """Return the statuses by caller."""
    return dict(zip(CALLERS, (teacher, student, others, others, stranger), strict=True))


class TestControlApi:
    """The control API."""

    @pytest.mark.parametrize("path", ["clock", "faults", "lessons", "events", "scenario", "snapshots", "capabilities"])
    def test_world_is_open_to_its_student_and_the_teacher(self, classroom: App, path: str) -> None:
        """Another student is refused with 403, and a client without a token with 401."""
        assert statuses(classroom, "GET", f"/worlds/ann/_emulator/{path}") == expected(200, 200, 403, 401)

    def test_refused_request_changes_nothing(self, classroom: App) -> None:
        """A clock is changed and a world is reset only by those who may."""
        ann = classroom.worlds.find("ann")
        client(classroom, ANN).do("organizations", "CreateOrganization")
        before = ann.state
        for token in ("", f"Bearer {BEN}", f"Basic {ANN}", f"Bearer {ANN}x", "Bearer é"):
            reply = control_reply(classroom, "POST", "/worlds/ann/_emulator/reset", authorization=token)
            assert reply.status in (401, 403)
            assert ann.state is before
        assert (
            control_reply(classroom, "POST", "/worlds/ann/_emulator/reset", authorization=f"bearer {ANN}").status == 204
        )
        assert ann.state is not before

    @pytest.mark.parametrize("base", ["", "/worlds/ann"])
    def test_only_the_teacher_lists_worlds(self, classroom: App, base: str) -> None:
        """The list is for the teacher, below a world's endpoint too, and however its path is encoded."""
        for path in ("/_emulator/worlds", "/_emulator/%77orlds", "/_emulator/worlds/ben", "/%5femulator/worlds"):
            for token in (ANN, BEN):
                reply = control_reply(classroom, "GET", base + path, authorization=f"Bearer {token}")
                assert reply.status in (403, 404), path
        assert statuses(classroom, "GET", f"{base}/_emulator/worlds")["teacher"] == 200

    def test_only_the_teacher_creates_and_deletes_worlds(self, classroom: App) -> None:
        """A student can neither create, replace, fork nor delete a world, its own among them."""
        for method, body in (("PUT", {"fork": "ben"}), ("PUT", {}), ("DELETE", None)):
            for path in ("/_emulator/worlds/ann", "/worlds/ann/_emulator/worlds/ann", "/_emulator/worlds/new"):
                reply = control_reply(classroom, method, path, body, authorization=f"Bearer {ANN}")
                assert reply.status == 403
        assert [world.name for world in classroom.worlds] == ["default", "ann", "ben"]
        reply = control_reply(classroom, "PUT", "/_emulator/worlds/new", {}, authorization=f"Bearer {TEACHER}")
        assert (reply.status, classroom.worlds.existing("new") is None) == (200, False)

    def test_student_may_describe_its_own_world(self, classroom: App) -> None:
        """The commands read the description of the world that they are about."""
        path = "/worlds/ann/_emulator/worlds/ann"
        assert statuses(classroom, "GET", path) == expected(200, 200, 403, 401)

    def test_event_stream_needs_the_token(self, classroom: App) -> None:
        """A stream of another world is refused before it begins."""
        reply = control_reply(classroom, "GET", "/worlds/ann/_emulator/events", accept="text/event-stream")
        assert (reply.status, reply.stream) == (401, None)

    def test_refusal_asks_for_a_token(self, classroom: App) -> None:
        """The refusal is a problem that names the scheme."""
        reply = control_reply(classroom, "GET", "/worlds/ann/_emulator/clock")
        assert dict(reply.headers)["WWW-Authenticate"].startswith("Bearer")
        assert b"Authorization: Bearer TOKEN" in reply.body

    @pytest.mark.parametrize("path", ["/_emulator/health", "/worlds/ann/_emulator/health", "/_localstack/health"])
    def test_health_needs_no_token(self, classroom: App, path: str) -> None:
        """Probes have no token."""
        assert control_reply(classroom, "GET", path).status == 200

    def test_cookie_is_as_good_as_the_header(self, classroom: App) -> None:
        """The scripts of the console call the control API of their world."""
        path = "/worlds/ann/_emulator/lessons"
        assert control_reply(classroom, "GET", path, cookie=f"{WORLD_COOKIE}={ANN}").status == 200
        assert control_reply(classroom, "GET", path, cookie=f"{TEACHER_COOKIE}={TEACHER}").status == 200
        assert control_reply(classroom, "GET", path, cookie=f"{WORLD_COOKIE}={BEN}").status == 403


class Browser:
    """A browser with the cookies of one world."""

    def __init__(self, app: App, base: str = "/worlds/ann") -> None:
        self.app, self.base = app, base
        self.cookies: dict[str, str] = {}

    def get(self, path: str, base: str | None = None) -> Reply:
        """Open a page of the console."""
        return self._send("GET", f"{self.base if base is None else base}/console{path}", b"")

    def enter(self, token: str) -> Reply:
        """Hand in a token."""
        csrf = re.search(rb'name="csrf" value="([^"]+)"', self.get("/join").body)
        assert csrf
        form = urlencode({"csrf": csrf[1].decode(), "token": token}).encode()
        return self._send("POST", f"{self.base}/console/join", form)

    def _send(self, method: str, path: str, body: bytes) -> Reply:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"content_type": "application/x-www-form-urlencoded", **({"cookie": cookie} if cookie else {})}
        reply = control_reply(self.app, method, path, body, **headers)
        for name, value in reply.headers:
            if name == "Set-Cookie":
                key, _, text = value.partition(";")[0].partition("=")
                self.cookies[key] = text
        return reply


def location(reply: Reply) -> str:
    """Return where a reply leads."""
    return dict(reply.headers).get("Location", "")


class TestConsole:
    """The console, and the page that a sign-in link opens."""

    @pytest.mark.parametrize("path", ["/", "/sign-in", "/activity", "/lessons", "/world", "/worlds", "/nothing"])
    def test_stranger_is_led_to_the_page_that_asks_for_a_token(self, classroom: App, path: str) -> None:
        """Every page leads there, so that nothing of the world is shown."""
        reply = Browser(classroom).get(path)
        assert (reply.status, location(reply), reply.body) == (303, "/worlds/ann/console/join", b"")

    def test_token_opens_its_world_only(self, classroom: App) -> None:
        """A student sees its console, without the list of worlds, and no page of another world."""
        browser = Browser(classroom)
        assert location(browser.enter(ANN)) == "/worlds/ann/console/"
        home = browser.get("/")
        assert home.status == 200
        assert b"ben" not in home.body
        assert b"/console/worlds" not in home.body
        assert location(browser.get("/", base="/worlds/ben")) == "/worlds/ben/console/join"
        assert location(browser.get("/", base="")) == "/console/join"

    def test_student_reaches_no_page_about_other_worlds(self, classroom: App) -> None:
        """The list, its forms, the teacher's page and the way into another world are forbidden."""
        browser = Browser(classroom)
        browser.enter(ANN)
        for path in ("/worlds", "/worlds/ben/reset", "/%77orlds", "/classroom", "/classroom/ben/reset", "/enter"):
            assert browser.get(path).status == 403, path

    def test_every_route_about_worlds_by_name_is_the_teachers(self, classroom: App) -> None:
        """No route of the console with the name of a world is open to a student."""
        routes = [rule.rule for rule in create_console(classroom).url_map.iter_rules()]
        about_worlds = [route for route in routes if re.search(r"worlds|classroom|enter", route)]
        assert len(about_worlds) >= 8
        assert all(access_tokens._OF_ALL_WORLDS.fullmatch(route) for route in about_worlds)

    @pytest.mark.parametrize("token", [BEN, "", "x", "é" * 30])
    def test_wrong_token_opens_nothing(self, classroom: App, token: str) -> None:
        """The page says so, sets no cookie with a token, and creates no world."""
        browser = Browser(classroom, "/worlds/new")
        assert location(browser.enter(token)) == "/worlds/new/console/join"
        assert b"does not open this world" in browser.get("/join").body
        assert browser.cookies.keys() == {"artifact-emulator-console"}
        assert classroom.worlds.existing("new") is None

    def test_teacher_sees_progress_and_enters_every_world(self, classroom: App) -> None:
        """The teacher's link opens the page of progress, and all worlds."""
        browser = Browser(classroom, "")
        assert location(browser.enter(TEACHER)) == "/console/classroom"
        page = browser.get("/classroom").body
        assert b"/worlds/ann/console/" in page
        assert b"/worlds/ben/console/" in page
        for base in ("", "/worlds/ann", "/worlds/ben"):
            assert browser.get("/", base=base).status == 200

    def test_cookie_is_kept_from_scripts_other_sites_and_other_worlds(self, classroom: App) -> None:
        """The cookie is for the paths of the world only."""
        reply = Browser(classroom).enter(ANN)
        cookie = next(value for name, value in reply.headers if name == "Set-Cookie" and ANN in value)
        assert {"HttpOnly", "SameSite=Strict", "Path=/worlds/ann"} <= set(cookie.split("; "))

    def test_form_of_another_site_cannot_hand_in_a_token(self, classroom: App) -> None:
        """A token without the form's CSRF token is refused."""
        body = urlencode({"token": ANN}).encode()
        headers = {"content_type": "application/x-www-form-urlencoded"}
        reply = control_reply(classroom, "POST", "/worlds/ann/console/join", body, **headers)
        assert reply.status == 403
        assert not any(ANN in value for _, value in reply.headers)

    def test_page_for_programs_shows_the_token_to_its_owner(self, classroom: App) -> None:
        """A student copies the settings of programs from the page."""
        browser = Browser(classroom)
        browser.enter(ANN)
        assert f"AWS_SECRET_ACCESS_KEY={ANN}" in browser.get("/connect").body.decode()


class TestAwsCalls:
    """Calls of SDKs, which sign with the token as the secret of an account's placeholder key."""

    @pytest.mark.parametrize("secret", [TEACHER, ANN])
    def test_call_with_a_token_of_the_world_is_answered(self, classroom: App, secret: str) -> None:
        """The token of the world and the teacher's are secrets of every account."""
        assert client(classroom, secret).do("sts", "GetCallerIdentity")["Account"]

    @pytest.mark.parametrize("secret", [BEN, "x", TEACHER + "x"])
    @pytest.mark.parametrize("key", ["111122223333", "placeholder"])
    def test_call_with_another_secret_is_refused(self, classroom: App, key: str, secret: str) -> None:
        """A call signed with the token of another world fails as on AWS, and changes nothing."""
        before = classroom.worlds.find("ann").state
        answer = client(classroom, secret, key=key).expect_error("organizations", "CreateOrganization")
        assert answer.code == "InvalidSignatureException"
        assert classroom.worlds.find("ann").state is before

    def test_keys_that_the_world_issued_are_valid(self, classroom: App) -> None:
        """A student's IAM users and roles sign with their own secrets, in that world only."""
        root = client(classroom, ANN)
        root.do("iam", "CreateUser", UserName="ann")
        key = root.do("iam", "CreateAccessKey", UserName="ann")["AccessKey"]
        keys = key["SecretAccessKey"], key["AccessKeyId"]
        own, foreign = client(classroom, keys[0], "ann", keys[1]), client(classroom, keys[0], "ben", keys[1])
        assert own.do("sts", "GetCallerIdentity")["Arn"].endswith("user/ann")
        assert foreign.expect_error("sts", "GetCallerIdentity").code == "InvalidClientTokenId"

    def test_no_world_is_created_on_first_use(self, classroom: App) -> None:
        """Worlds are created by the teacher, not by calls."""
        client(classroom, TEACHER, "new").do("organizations", "CreateOrganization")
        assert classroom.worlds.existing("new") is None


class TestOtherServices:
    """Calls of services that are not emulated, in front of another emulator."""

    def test_only_calls_with_a_token_of_the_world_are_passed(self) -> None:
        """A call passes the gate if it is signed as any other call to the world has to be."""
        app = App(access=AccessTokens(TEACHER), behind=Gateway(Forwarder("http://127.0.0.1:1", None, seconds=1)))
        replies = {
            name: app.handle(client(app, token or "test").request("ssm", "GetParameter", Name="/a"))
            for name, token in CALLERS.items()
        }
        assert [name for name, reply in replies.items() if reply.pending] == ["teacher", "student"]
        assert {reply.status for reply in replies.values() if not reply.pending} == {400}
        assert not app.handle(Request("GET", "/worlds/ann/bucket/key", "", {"host": "localhost"}, b"")).pending


class TestTokens:
    """The tokens themselves."""

    def test_tokens_of_worlds_differ_and_follow_from_the_teachers(self) -> None:
        """Equal names have equal tokens after a restart; another teacher or world has another one."""
        assert world_token(TEACHER, "ann") == ANN
        assert len({ANN, BEN, world_token(f"{TEACHER}x", "ann"), TEACHER}) == 4

    def test_new_tokens_are_valid_and_differ(self) -> None:
        """A new token has the form of one."""
        first, second = access_tokens.new_token(), access_tokens.new_token()
        assert access_tokens.is_token(first)
        assert access_tokens.is_token(ANN)
        assert first != second

    def test_without_tokens_everything_is_open(self) -> None:
        """An emulator without a control token asks nobody."""
        app = App()
        assert set(statuses(app, "GET", "/_emulator/worlds").values()) == {200}
        assert Client(app).do("sts", "GetCallerIdentity")
        assert Browser(app, "").get("/join").status == 302
