"""Worlds below `/worlds/`: isolated from each other, each with its own paths."""

from urllib.parse import urlsplit

import pytest
from botocore.credentials import Credentials

from artifact_emulator.app import App
from artifact_emulator.http import Request
from tests.support.wire_client import ENDPOINT, Client

REPORT = "report-03gcEjsQxIs2dEXq"


def client(app: App, world: str, credentials: Credentials | None = None) -> Client:
    """Return a client of an account in a world."""
    return Client(app, endpoint=f"{ENDPOINT}/worlds/{world}", credentials=credentials)


class TestWorlds:
    """Endpoints below `/worlds/`."""

    def test_worlds_are_isolated(self, app: App) -> None:
        """An organization of one world exists in no other world, nor in the default one."""
        client(app, "one").do("organizations", "CreateOrganization")
        assert client(app, "one").call("organizations", "DescribeOrganization").status == 200
        for other_client in (client(app, "two"), Client(app)):
            reply = other_client.call("organizations", "DescribeOrganization")
            assert reply.code == "AWSOrganizationsNotInUseException"

    @pytest.mark.parametrize("slash", ["", "/"])
    def test_world_answers_every_protocol(self, app: App, slash: str) -> None:
        """JSON, REST JSON and Query work below the path of a world, with or without a trailing slash."""
        client_of_one = Client(app, endpoint=f"{ENDPOINT}/worlds/one{slash}")
        assert client_of_one.do("organizations", "ListHandshakesForAccount") == {"Handshakes": []}
        assert client_of_one.do("artifact", "ListCustomerAgreements") == {"customerAgreements": []}
        assert client_of_one.do("sts", "GetCallerIdentity")["Account"] == client_of_one.account

    def test_session_credentials_are_valid_in_their_world_only(self, app: App) -> None:
        """Session credentials are valid in the world that issued them, and in no other."""
        client_of_one = client(app, "one")
        client_of_one.do("organizations", "CreateOrganization")
        created = client_of_one.do("organizations", "CreateAccount", AccountName="A", Email="a@example.com")
        status = client_of_one.do(
            "organizations",
            "DescribeCreateAccountStatus",
            CreateAccountRequestId=created["CreateAccountStatus"]["Id"],
        )
        account = status["CreateAccountStatus"]["AccountId"]
        role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
        keys = client_of_one.do("sts", "AssumeRole", RoleArn=role, RoleSessionName="session")["Credentials"]
        session_credentials = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        assert client(app, "one", session_credentials).do("sts", "GetCallerIdentity")["Account"] == account
        assert client(app, "one", session_credentials).call("organizations", "DescribeOrganization").status == 200
        assert client(app, "two", session_credentials).call("sts", "GetCallerIdentity").code == "InvalidClientTokenId"

    def test_document_links_lead_to_their_world(self, app: App) -> None:
        """The link of a document has the path of its world, and is invalid in another."""
        client_of_one = client(app, "one")
        url = urlsplit(client_of_one.do("artifact", "GetTermForReport", reportId=REPORT)["documentPresignedUrl"])
        assert url.path.startswith("/worlds/one/_documents/")
        reply = app.handle(Request("GET", url.path, url.query, {"host": url.netloc}, b""))
        assert (reply.status, reply.body[:5]) == (200, b"%PDF-")
        elsewhere = Request("GET", url.path.replace("one", "two"), url.query, {"host": url.netloc}, b"")
        assert b"<Code>SignatureDoesNotMatch</Code>" in app.handle(elsewhere).body

    def test_reset_affects_one_world(self, app: App) -> None:
        """The control API below the path of a world resets that world only."""
        for world in ("one", "two"):
            client(app, world).do("organizations", "CreateOrganization")
        reply = app.handle(Request("POST", "/worlds/one/_emulator/reset", "", {"host": "localhost"}, b""))
        assert reply.status == 204
        assert not app.worlds.get("one").state.organizations
        assert app.worlds.get("two").state.organizations

    @pytest.mark.parametrize("name", ["", "-", "a%20b", "%2e%2e", "x" * 129])
    def test_invalid_world_name_is_refused(self, app: App, name: str) -> None:
        """An invalid name is answered with status 400, and no world is created."""
        for path in (f"/worlds/{name}", f"/worlds/{name}/", f"/worlds/{name}/_emulator/health"):
            reply = app.handle(Request("POST", path, "", {"host": "localhost"}, b"{}"))
            assert reply.status == 400
            assert dict(reply.headers)["Content-Type"] == "application/problem+json"
        assert [world.name for world in app.worlds] == ["default"]
