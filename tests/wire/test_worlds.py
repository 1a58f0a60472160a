from urllib.parse import urlsplit

import pytest
from botocore.credentials import Credentials

from artifact_emulator.app import App
from artifact_emulator.http import Request
from tests.support.wire_client import ENDPOINT, Client

REPORT = "report-03gcEjsQxIs2dEXq"


def client(app: App, world: str, credentials: Credentials | None = None) -> Client:
    """Give the client of an account in a world."""
    return Client(app, endpoint=f"{ENDPOINT}/worlds/{world}", credentials=credentials)


class TestWorlds:
    """Endpoints below `/worlds/`."""

    def test_are_apart(self, app: App) -> None:
        """An organization of one world is in no other, the default one included."""
        client(app, "one").do("organizations", "CreateOrganization")
        assert client(app, "one").call("organizations", "DescribeOrganization").status == 200
        for stranger in (client(app, "two"), Client(app)):
            got = stranger.call("organizations", "DescribeOrganization")
            assert got.code == "AWSOrganizationsNotInUseException"

    @pytest.mark.parametrize("slash", ["", "/"])
    def test_answer_every_protocol(self, app: App, slash: str) -> None:
        """JSON, REST-JSON and Query have their paths below the world's, whether it ends with a slash or not."""
        one = Client(app, endpoint=f"{ENDPOINT}/worlds/one{slash}")
        assert one.do("organizations", "ListHandshakesForAccount") == {"Handshakes": []}
        assert one.do("artifact", "ListCustomerAgreements") == {"customerAgreements": []}
        assert one.do("sts", "GetCallerIdentity")["Account"] == one.account

    def test_verify_signatures_made_for_their_path(self, app: App) -> None:
        """Temporary credentials are good in the world that gave them, and nowhere else."""
        one = client(app, "one")
        one.do("organizations", "CreateOrganization")
        created = one.do("organizations", "CreateAccount", AccountName="A", Email="a@example.com")
        status = one.do(
            "organizations",
            "DescribeCreateAccountStatus",
            CreateAccountRequestId=created["CreateAccountStatus"]["Id"],
        )
        account = status["CreateAccountStatus"]["AccountId"]
        role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
        given = one.do("sts", "AssumeRole", RoleArn=role, RoleSessionName="session")["Credentials"]
        minted = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
        assert client(app, "one", minted).do("sts", "GetCallerIdentity")["Account"] == account
        assert client(app, "one", minted).call("organizations", "DescribeOrganization").status == 200
        assert client(app, "two", minted).call("sts", "GetCallerIdentity").code == "InvalidClientTokenId"

    def test_link_documents_below_their_own_path(self, app: App) -> None:
        """A document's link leads back into its world."""
        one = client(app, "one")
        url = urlsplit(one.do("artifact", "GetTermForReport", reportId=REPORT)["documentPresignedUrl"])
        assert url.path.startswith("/worlds/one/_documents/")
        got = app.handle(Request("GET", url.path, url.query, {"host": url.netloc}, b""))
        assert (got.status, got.body[:5]) == (200, b"%PDF-")
        elsewhere = Request("GET", url.path.replace("one", "two"), url.query, {"host": url.netloc}, b"")
        assert b"<Code>SignatureDoesNotMatch</Code>" in app.handle(elsewhere).body

    def test_reset_one_by_one(self, app: App) -> None:
        """A world's own control API is below its path."""
        for world in ("one", "two"):
            client(app, world).do("organizations", "CreateOrganization")
        reply = app.handle(Request("POST", "/worlds/one/_emulator/reset", "", {"host": "localhost"}, b""))
        assert reply.status == 204
        assert not app.worlds.get("one").state.organizations
        assert app.worlds.get("two").state.organizations

    @pytest.mark.parametrize("name", ["", "-", "a%20b", "%2e%2e", "x" * 129])
    def test_have_names(self, app: App, name: str) -> None:
        """What is no name is a 400, and makes no world."""
        for path in (f"/worlds/{name}", f"/worlds/{name}/", f"/worlds/{name}/_emulator/health"):
            reply = app.handle(Request("POST", path, "", {"host": "localhost"}, b"{}"))
            assert reply.status == 400
            assert dict(reply.headers)["Content-Type"] == "application/problem+json"
        assert [world.name for world in app.worlds] == ["default"]
