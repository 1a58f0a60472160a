import json
from datetime import timedelta
from typing import Any

import pytest
from openapi_spec_validator import validate

from artifact_emulator.app import App
from artifact_emulator.http import Request
from tests.support.control_api import control_done, control_refusal, control_reply, control_result
from tests.support.wire_client import Client
from tests.wire.conftest import NOW


class TestWorlds:
    """`/_emulator/worlds`."""

    def test_are_listed(self, management: Client) -> None:
        """Each world is listed with what is in it and where it is."""
        control_result(management.app, "PUT", "/_emulator/worlds/mine", {})
        assert control_result(management.app, "GET", "/_emulator/worlds") == {
            "worlds": [
                {"name": "default", "path": "", "organizations": 1, "accounts": 1},
                {"name": "mine", "path": "/worlds/mine", "organizations": 0, "accounts": 0},
            ]
        }

    def test_are_forked(self, management: Client) -> None:
        """A fork has what its model has."""
        assert (
            control_result(management.app, "PUT", "/_emulator/worlds/fork", {"fork": "default"})["organizations"] == 1
        )
        assert control_result(management.app, "GET", "/_emulator/worlds/fork")["accounts"] == 1
        management.do("organizations", "DeleteOrganization")
        assert control_result(management.app, "GET", "/_emulator/worlds/fork")["organizations"] == 1

    def test_are_dropped(self, management: Client) -> None:
        """A dropped world is gone; the default one begins again."""
        control_result(management.app, "PUT", "/_emulator/worlds/mine", {})
        control_done(management.app, "DELETE", "/_emulator/worlds/mine")
        control_done(management.app, "DELETE", "/_emulator/worlds/default")
        assert [
            one["organizations"] for one in control_result(management.app, "GET", "/_emulator/worlds")["worlds"]
        ] == [0]

    @pytest.mark.parametrize(
        ("method", "name", "body", "status"),
        [
            ("GET", "nowhere", None, 404),
            ("DELETE", "nowhere", None, 404),
            ("PUT", "mine", {"fork": "nowhere"}, 404),
            ("PUT", "-", {}, 400),
            ("PUT", "a%20b", {}, 400),
            ("PUT", "mine", {"knife": "default"}, 400),
            ("PUT", "mine", {"fork": 1}, 400),
            ("PUT", "mine", b"{", 400),
            ("PUT", "mine", b"[]", 400),
            ("PUT", "mine", b"\xff", 400),
            ("PUT", "mine", {"fork": "default", "scenario": "organization"}, 400),
            ("PUT", "mine/", {}, 404),
        ],
    )
    def test_refuse(self, management: Client, method: str, name: str, body: Any, status: int) -> None:
        """What is not there, is no name or is no body is told so."""
        assert control_refusal(management.app, method, f"/_emulator/worlds/{name}", body)[0] == status

    def test_need_no_body(self, app: App) -> None:
        """Who says nothing of a new world gets an empty one."""
        reply = control_reply(app, "PUT", "/_emulator/worlds/mine", content_type="")
        assert (reply.status, json.loads(reply.body)["organizations"]) == (200, 0)

    def test_default_made_anew(self, management: Client) -> None:
        """What was set up in the default world, and what was called there, goes when it is made anew."""
        control_result(management.app, "POST", "/_emulator/faults", {"service": "iam", "reset": True})
        control_result(management.app, "PUT", "/_emulator/worlds/default", {})
        assert control_result(management.app, "GET", "/_emulator/faults") == {"faults": []}
        assert control_result(management.app, "GET", "/_emulator/events")["events"] == []


class TestReset:
    """`/_emulator/reset`."""

    def test_begins_again(self, management: Client) -> None:
        """State, clock, faults and events are as they were at first."""
        app = management.app
        control_result(app, "POST", "/_emulator/clock", {"advance_seconds": 5})
        control_result(app, "POST", "/_emulator/faults", {"service": "iam", "reset": True})
        control_done(app, "POST", "/_emulator/reset")
        assert control_result(app, "GET", "/_emulator/worlds")["worlds"][0]["organizations"] == 0
        assert app.world.clock.now() == NOW
        assert control_result(app, "GET", "/_emulator/faults") == {"faults": []}
        assert control_result(app, "GET", "/_emulator/events")["events"] == []

    def test_of_a_scenario_with_a_clock(self, app: App) -> None:
        """A world goes back to the instant of the scenario that it began with."""
        scenario = {"clock": "2030-01-01T00:00:00Z"}
        control_result(app, "PUT", "/_emulator/worlds/mine", {"scenario": scenario})
        for change in ({"resume": True}, {"freeze": "2031-01-01T00:00:00Z"}):
            control_result(app, "POST", "/worlds/mine/_emulator/clock", change)
            control_done(app, "POST", "/worlds/mine/_emulator/reset")
            now = {"now": "2030-01-01T00:00:00Z", "frozen": True}
            assert control_result(app, "GET", "/worlds/mine/_emulator/clock") == now


class TestSnapshots:
    """`/_emulator/snapshots`."""

    def test_bring_a_world_back(self, management: Client) -> None:
        """A world is again what it was, its clock included, as often as one likes."""
        app = management.app
        control_done(app, "PUT", "/_emulator/snapshots/before")
        for _ in range(2):
            before = app.world.state
            management.do("organizations", "DeleteOrganization")
            app.world.clock.advance(timedelta(days=1))
            control_done(app, "POST", "/_emulator/snapshots/before/restore")
            assert app.world.state is before
            assert app.world.clock.now() == NOW

    def test_are_a_worlds_own(self, app: App) -> None:
        """Each world has its own, below its path; they are listed in the order of saving, and can be forgotten."""
        for name in ("b", "a", "b"):
            control_done(app, "PUT", f"/worlds/mine/_emulator/snapshots/{name}")
        assert control_result(app, "GET", "/worlds/mine/_emulator/snapshots") == {"snapshots": ["a", "b"]}
        assert control_result(app, "GET", "/_emulator/snapshots") == {"snapshots": []}
        control_done(app, "DELETE", "/worlds/mine/_emulator/snapshots/a")
        assert control_result(app, "GET", "/worlds/mine/_emulator/snapshots") == {"snapshots": ["b"]}

    def test_refuse(self, app: App) -> None:
        """A snapshot that is not there, and a name that is none."""
        assert control_refusal(app, "POST", "/_emulator/snapshots/nothing/restore")[0] == 404
        assert control_refusal(app, "DELETE", "/_emulator/snapshots/nothing")[0] == 404
        assert control_refusal(app, "PUT", "/_emulator/snapshots/a b")[0] == 400


class TestClock:
    """`/_emulator/clock`."""

    def test_is_turned(self, app: App) -> None:
        """It is frozen at an instant, in whatever zone it is given, moved ahead, and runs again."""
        frozen = control_result(app, "POST", "/_emulator/clock", {"freeze": "2026-01-01T01:00:00+01:00"})
        assert frozen == {"now": "2026-01-01T00:00:00Z", "frozen": True}
        moved = control_result(app, "POST", "/_emulator/clock", {"advance_seconds": 86400})
        assert moved == {"now": "2026-01-02T00:00:00Z", "frozen": True}
        assert control_result(app, "POST", "/_emulator/clock", {"resume": True})["frozen"] is False
        assert control_result(app, "GET", "/_emulator/clock")["frozen"] is False

    def test_lets_invitations_expire(self, management: Client) -> None:
        """Fifteen days pass in a test of a moment."""
        target = {"Id": "999988887777", "Type": "ACCOUNT"}
        sent = management.do("organizations", "InviteAccountToOrganization", Target=target)["Handshake"]
        control_result(management.app, "POST", "/_emulator/clock", {"advance_seconds": 15 * 86400})
        found = management.do("organizations", "DescribeHandshake", HandshakeId=sent["Id"])["Handshake"]
        assert (sent["State"], found["State"]) == ("OPEN", "EXPIRED")

    def test_is_a_worlds_own(self, app: App) -> None:
        """Another world's clock shows what it did."""
        control_result(app, "POST", "/worlds/mine/_emulator/clock", {"freeze": "2030-01-01T00:00:00Z"})
        assert app.world.clock.now() == NOW

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"freeze": "2026-01-01T00:00:00"},
            {"freeze": "tomorrow"},
            {"advance_seconds": -1},
            {"advance_seconds": 1e300},
            {"advance_seconds": "soon"},
            {"resume": False},
            {"freeze": None},
            {"resume": True, "advance_seconds": 1},
            {"stop": True},
            {"freeze": "9999-12-31T23:59:59Z"},
            {"freeze": "0001-01-01T00:00:00Z"},
        ],
    )
    def test_refuse(self, app: App, body: Any) -> None:
        """A change that is none, two at once, or to an instant that is none here."""
        assert control_refusal(app, "POST", "/_emulator/clock", body)[0] == 400
        assert app.world.clock.now() == NOW

    @pytest.mark.parametrize("first", [{"freeze": "9000-01-01T00:00:00Z"}, {"resume": True}])
    def test_ends(self, app: App, first: Any) -> None:
        """It goes no further than what is reckoned from it: at its end everything still answers."""
        control_result(app, "POST", "/_emulator/clock", first)
        while control_reply(app, "POST", "/_emulator/clock", {"advance_seconds": 3_000_000_000}).status == 200:
            assert not first.get("freeze")
        assert control_refusal(app, "POST", "/_emulator/clock", {"advance_seconds": 3_000_000_000})[0] == 400
        Client(app, "111122223333").do("organizations", "CreateOrganization")
        target = {"Id": "999988887777", "Type": "ACCOUNT"}
        Client(app, "111122223333").do("organizations", "InviteAccountToOrganization", Target=target)


class TestBodies:
    """What is sent to the control API, and how."""

    @pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", ""])
    def test_of_another_type(self, app: App, kind: str) -> None:
        """Only JSON that says so is taken: a page of another site can send forms and plain text without being asked."""
        status, detail = control_refusal(app, "POST", "/_emulator/clock", {"advance_seconds": 1}, content_type=kind)
        assert (status, "application/json" in detail) == (415, True)

    def test_that_are_no_json(self, app: App) -> None:
        """The refusal tells where JSON ends."""
        status, detail = control_refusal(app, "POST", "/_emulator/clock", b'{"advance_seconds": 1')
        assert (status, "line 1 column" in detail) == (400, True)

    @pytest.mark.parametrize("body", [None, [], b"null", b'"{}"', b"1"])
    def test_that_are_no_object(self, app: App, body: Any) -> None:
        """The refusal says what is wanted."""
        status, detail = control_refusal(app, "POST", "/_emulator/clock", body)
        assert status == 400
        assert "expected a JSON object" in detail or "give one of" in detail

    @pytest.mark.parametrize("path", ["/_emulator/clock", "/worlds/mine/_emulator/clock"])
    def test_that_are_too_large(self, app: App, path: str) -> None:
        """The server tells of it in the form of the control API."""
        reply = app.refuse_size(Request("POST", path, "", {"host": "localhost"}, b""), 5)
        assert dict(reply.headers)["Content-Type"] == "application/problem+json"
        assert (reply.status, json.loads(reply.body)["status"]) == (413, 413)

    def test_another_method(self, app: App) -> None:
        """The refusal names what a path takes, as RFC 9110 wants it."""
        reply = control_reply(app, "PATCH", "/_emulator/clock")
        assert reply.status == 405
        assert {"GET", "POST"} <= set(dict(reply.headers)["Allow"].split(", "))

    def test_another_path(self, app: App) -> None:
        """The refusal tells where the paths are described."""
        assert "openapi.json" in control_refusal(app, "GET", "/_emulator/nothing")[1]


class TestStrangers:
    """Who may not call."""

    @pytest.mark.parametrize("host", ["evil.example", "evil.example:4700", "127.0.0.1.evil.example", "[::1", ""])
    def test_by_another_name(self, app: App, host: str) -> None:
        """A name that resolves to this machine is not one of its own; the refusal tells the cure."""
        status, detail = control_refusal(app, "POST", "/_emulator/reset", host=host)
        assert (status, "--allow-host" in detail) == (403, True)

    @pytest.mark.parametrize(
        "headers",
        [
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"origin": "https://evil.example"},
            {"origin": "null"},
            {"origin": "http://localhost:3000"},
            {"origin": "https://evil.example", "sec-fetch-site": "none"},
        ],
    )
    @pytest.mark.parametrize("path", ["/_emulator/reset", "/worlds/mine/_emulator/reset"])
    def test_pages_of_other_sites(self, app: App, path: str, headers: dict[str, str]) -> None:
        """Browsers name the page that sends; where they leave Sec-Fetch-Site out, they have Origin."""
        control_reply(app, "GET", "/worlds/mine/_emulator/clock")
        assert control_refusal(app, "POST", path, None, **headers)[0] == 403

    @pytest.mark.parametrize(
        "headers",
        [
            {"sec-fetch-site": "same-origin"},
            {"sec-fetch-site": "none"},
            {"origin": "http://localhost:4700"},
            # Behind a proxy that changes Host.
            {"origin": "https://me.proxy.example", "sec-fetch-site": "same-origin"},
        ],
    )
    def test_its_own_pages(self, app: App, headers: dict[str, str]) -> None:
        """The console's own pages may call, and who types an address."""
        assert control_reply(app, "POST", "/_emulator/reset", None, **headers).status == 204

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1:4700", "[::1]:4700", "10.0.0.7", "me.localhost", "box"])
    def test_local_and_allowed(self, host: str) -> None:
        """Local names, addresses, and the names that were allowed."""
        app = App(allowed_hosts=["box"])
        assert control_reply(app, "GET", "/_emulator/clock", host=host).status == 200

    def test_aws_calls_take_any_host(self, app: App) -> None:
        """An AWS call is signed; where it was sent does not matter."""
        request = Client(app).request("sts", "GetCallerIdentity")
        assert isinstance(request.headers, dict)
        request.headers["host"] = "anything.example"
        assert app.handle(request).status == 200


class TestDescription:
    """`/_emulator/openapi.json`."""

    def test_names_every_path(self, app: App) -> None:
        """OpenAPI 3.1, with every path and the shape of every body."""
        document = control_result(app, "GET", "/_emulator/openapi.json")
        assert document["openapi"].startswith("3.1")
        assert {"/_emulator/reset", "/_emulator/clock", "/_emulator/worlds/{name}"} <= document["paths"].keys()
        assert "ClockChange" in document["components"]["schemas"]

    def test_is_valid(self, app: App) -> None:
        """It is OpenAPI 3.1 by the letter."""
        validate(control_result(app, "GET", "/_emulator/openapi.json"))

    def test_tells_of_every_answer(self, app: App) -> None:
        """Each call has an answer that is described, and refusals as problems; worlds are servers."""
        document = control_result(app, "GET", "/_emulator/openapi.json")
        calls = [one for path in document["paths"].values() for one in path.values()]
        assert len(calls) > 35
        for one in calls:
            done, refused = one["responses"].items()
            assert done[0] in ("200", "204")
            assert refused[0] == "default"
            assert refused[1]["content"].keys() == {"application/problem+json"}
        assert [one["url"] for one in document["servers"]] == ["/", "/worlds/{world}"]

    def test_has_examples_that_work(self, app: App) -> None:
        """What it shows as a body is taken as one."""
        document = control_result(app, "GET", "/_emulator/openapi.json")
        tried = 0
        for path, methods in document["paths"].items():
            for method, one in methods.items():
                schema = one.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
                shape = document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {})
                for example in shape.get("examples", ()):
                    assert control_reply(app, method.upper(), path.replace("{name}", "mine"), example).status == 200, (
                        example
                    )
                    tried += 1
        assert tried >= 15


class TestDelays:
    """`/_emulator/delays`."""

    def test_are_told_and_changed(self, stranger: Client) -> None:
        """What is begun takes its time by the world's clock, in its world alone."""
        app, asked = stranger.app, {"name": "Mine", "inquiryContent": {"fileContent": {"content": b"Penguins?"}}}
        before = control_result(app, "GET", "/_emulator/delays")["delays"]
        assert set(before.values()) == {0}
        changes = {"inquiry": 60, "review": 3600.5}
        assert control_result(app, "PATCH", "/_emulator/delays", changes)["delays"] == before | changes
        made = stranger.do("artifact", "CreateComplianceInquiry", supportMode="FULL_SUPPORT", **asked)
        inquiry_id, found = made["complianceInquirySummary"]["id"], []
        for passes in (59, 1, 3600, 1):
            app.world.clock.advance(timedelta(seconds=passes))
            shown = stranger.do("artifact", "GetComplianceInquiryMetadata", complianceInquiryId=inquiry_id)
            found.append(shown["complianceInquiryDetail"]["status"])
        assert found == ["PROCESSING", "HUMAN_REVIEW", "HUMAN_REVIEW", "COMPLETED"]
        control_result(app, "PATCH", "/worlds/mine/_emulator/delays", {"creation": 1})
        assert control_result(app, "GET", "/_emulator/delays")["delays"]["creation"] == 0

    @pytest.mark.parametrize("changes", [{"colour": 1}, {"inquiry": -1}, {"inquiry": 10**12}, {"review": "long"}, []])
    def test_refuse(self, app: App, changes: Any) -> None:
        """What is no delay is refused, and changes none."""
        before = control_result(app, "GET", "/_emulator/delays")
        assert control_refusal(app, "PATCH", "/_emulator/delays", changes)[0] == 400
        assert control_result(app, "GET", "/_emulator/delays") == before


class TestQuotas:
    """`/_emulator/quotas`."""

    def test_are_told_and_changed(self, management: Client) -> None:
        """A limit counts from the next call on, in its world alone."""
        app = management.app
        before = control_result(app, "GET", "/_emulator/quotas")["quotas"]
        assert before["policies.SERVICE_CONTROL_POLICY.max_attached"] == 10
        assert before["artifact_token_lifetime"] == 15 * 60
        changes = {
            "accounts_per_organization": 1,
            "artifact_token_lifetime": 60,
            "policies.SERVICE_CONTROL_POLICY.max_attached": 1,
            "iam.GroupsPerAccount": 0,
        }
        after = control_result(app, "PATCH", "/_emulator/quotas", changes)["quotas"]
        assert after == before | changes
        got = management.expect_error("organizations", "CreateAccount", AccountName="A", Email="a@example.com")
        assert got.data["Reason"] == "ACCOUNT_NUMBER_LIMIT_EXCEEDED"
        got = management.expect_error("iam", "CreateGroup", GroupName="Admins")
        assert got.message == "Cannot exceed quota for GroupsPerAccount: 0"
        assert control_result(app, "GET", "/worlds/mine/_emulator/quotas")["quotas"]["artifact_token_lifetime"] == 60
        control_result(app, "PATCH", "/worlds/mine/_emulator/quotas", {"artifact_token_lifetime": 1})
        assert control_result(app, "GET", "/_emulator/quotas")["quotas"]["artifact_token_lifetime"] == 60

    @pytest.mark.parametrize(("operation", "listed"), [("ListAgreements", "agreements"), ("ListReports", "reports")])
    def test_size_of_pages(self, stranger: Client, operation: str, listed: str) -> None:
        """AWS Artifact's pages are as large as a world has them, unless a call says otherwise."""
        control_result(stranger.app, "PATCH", "/_emulator/quotas", {"artifact_page_size": 3})
        page = stranger.do("artifact", operation)
        assert (len(page[listed]), "nextToken" in page) == (3, True)
        assert len(stranger.do("artifact", operation, maxResults=4)[listed]) == 4

    def test_size_of_pages_of_organizations(self, management: Client) -> None:
        """The pages of AWS Organizations too, those of trusted access among them."""
        control_result(management.app, "PATCH", "/_emulator/quotas", {"organizations_page_size": 1})
        for service in ("artifact.amazonaws.com", "sso.amazonaws.com"):
            management.do("organizations", "EnableAWSServiceAccess", ServicePrincipal=service)
        page = management.do("organizations", "ListAWSServiceAccessForOrganization")
        assert (len(page["EnabledServicePrincipals"]), "NextToken" in page) == (1, True)

    @pytest.mark.parametrize(
        "changes",
        [
            {"accounts": 1},
            {"accounts_per_organization": -1},
            {"accounts_per_organization": 10**12},
            {"accounts_per_organization": "many"},
            {"policies.SERVICE_CONTROL_POLICY.colour": 1},
            {"policies": 1},
            {"iam": 1},
            {"iam.Colours": 1},
            {"request_rates": 1},
            {"organizations_page_size": 0},
            {"artifact_page_size": 0},
            {"roots_per_organization": 2},
            [],
        ],
    )
    def test_refuse(self, app: App, changes: Any) -> None:
        """What is no limit is refused, and changes none."""
        before = control_result(app, "GET", "/_emulator/quotas")
        assert control_refusal(app, "PATCH", "/_emulator/quotas", changes)[0] == 400
        assert control_result(app, "GET", "/_emulator/quotas") == before
