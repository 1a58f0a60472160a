"""AWS calls from browsers: pages of this machine may call, pages of other sites may not."""

import json

import pytest

from artifact_emulator.app import App
from artifact_emulator.http import Reply, Request
from tests.support.http_connection import authorization

LOCAL = "localhost:4700"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def list_users(app: App, path: str = "/", **headers: str) -> Reply:
    """Return the reply to ListUsers with further headers."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"host": LOCAL, "authorization": authorization("iam"), **FORM, **named}
    return app.handle(Request("POST", path, "", sent, b"Action=ListUsers&Version=2010-05-08"))


class TestForeignPages:
    """Pages of other sites."""

    @pytest.mark.parametrize(
        "headers",
        [
            {"origin": "http://evil.example"},
            {"origin": "null"},
            {"origin": "http://203.0.113.7"},
            {"origin": "http://localhost.evil.example"},
            {"origin": "http://[::1"},
            {"sec_fetch_site": "cross-site"},
            {"sec_fetch_site": "same-site"},
            {"host": "evil.example", "origin": "http://evil.example"},
            {"host": "evil.example", "accept_language": "en"},
        ],
        ids=str,
    )
    def test_call_of_a_foreign_page_is_refused(self, app: App, headers: dict[str, str]) -> None:
        """A foreign Origin, an image of another site and a rebound name are refused, and create no world."""
        before = app.world.state
        reply = list_users(app, "/worlds/mine/", **headers)
        assert reply.status == 403
        assert b"<Code>AccessDeniedException</Code>" in reply.body
        assert app.world.state is before
        assert [world.name for world in app.worlds] == ["default"]

    def test_refusal_has_the_form_of_the_protocol(self, app: App) -> None:
        """A JSON service refuses in JSON."""
        target = {"x-amz-target": "AWSOrganizationsV20161128.ListRoots", "content-type": "application/x-amz-json-1.1"}
        sent = {"host": LOCAL, "origin": "http://evil.example", **target}
        reply = app.handle(Request("POST", "/", "", sent, b"{}"))
        assert (reply.status, json.loads(reply.body)["__type"]) == (403, "AccessDeniedException")


class TestAllowedHosts:
    """Names of `--allow-host`."""

    @pytest.mark.parametrize("host", ["lab.school.example", "room-7.lab.school.example", "named.example"])
    def test_pattern_allows_all_names_below_it(self, host: str) -> None:
        """`*.school.example` stands for the names of a network, for AWS calls, the control API and the console."""
        app = App(allowed_hosts=["*.school.example", "named.example"])
        assert list_users(app, host=f"{host}:4700", origin=f"http://{host}:4700").status == 200
        assert list_users(app, host=f"{host}:4700", accept_language="en").status == 200
        for path in ("/_emulator/clock", "/console/"):
            assert app.handle(Request("GET", path, "", {"host": f"{host}:4700"}, b"")).status == 200

    @pytest.mark.parametrize(
        "host", ["school.example", "evilschool.example", "school.example.evil.example", "b.named.example"]
    )
    def test_pattern_allows_no_other_name(self, host: str) -> None:
        """A pattern covers neither its own domain nor names that only end alike."""
        app = App(allowed_hosts=["*.school.example", "named.example"])
        assert list_users(app, host=f"{host}:4700", accept_language="en").status == 403
        for path in ("/_emulator/clock", "/console/"):
            assert app.handle(Request("GET", path, "", {"host": f"{host}:4700"}, b"")).status == 403


class TestLocalPages:
    """Pages of this machine, and programs that are no browsers."""

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"host": "emulator:4700"},
            {"origin": "http://localhost:3000", "sec_fetch_site": "same-site"},
            {"origin": "http://127.0.0.1:5173", "sec_fetch_site": "cross-site"},
            {"origin": "http://app.localhost"},
            {"origin": f"http://{LOCAL}"},
            {"sec_fetch_site": "none", "accept_language": "en"},
        ],
        ids=str,
    )
    def test_call_of_a_local_page_is_answered(self, app: App, headers: dict[str, str]) -> None:
        """A page of this machine may call, whatever its port."""
        assert list_users(app, **headers).status == 200

    def test_allowed_host_may_call(self) -> None:
        """A host that `--allow-host` names may call and be called."""
        app = App(allowed_hosts=["emulator.test"])
        assert list_users(app, host="emulator.test", origin="https://emulator.test").status == 200

    def test_reply_can_be_read_by_its_page(self, app: App) -> None:
        """The reply names the page's origin, which the browser requires."""
        origin = "http://localhost:3000"
        assert dict(list_users(app, origin=origin).headers)["Access-Control-Allow-Origin"] == origin

    def test_preflight_is_answered(self, app: App) -> None:
        """The browser's question before a signed call permits the headers that it asks for."""
        asked = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,x-amz-date"}
        reply = app.handle(
            Request("OPTIONS", "/", "", {"host": LOCAL, "origin": "http://localhost:3000", **asked}, b"")
        )
        assert reply.status == 204
        assert dict(reply.headers)["Access-Control-Allow-Headers"] == "authorization,x-amz-date"
