from urllib.parse import urlsplit

import pytest
from botocore.credentials import Credentials

from artifact_emulator.app import App
from artifact_emulator.http import Request
from tests.wire.botocore_wire import ENDPOINT, Client

REPORT = "report-03gcEjsQxIs2dEXq"


def client(core: App, world: str, credentials: Credentials | None = None) -> Client:
    """Give the client of an account in a world."""
    return Client(core, endpoint=f"{ENDPOINT}/worlds/{world}", credentials=credentials)


class TestWorlds:
    """Endpoints below `/worlds/`."""

    def test_are_apart(self, core: App) -> None:
        """An organization of one world is in no other, the default one included."""
        client(core, "one").does("organizations", "CreateOrganization")
        assert client(core, "one").call("organizations", "DescribeOrganization").status == 200
        for stranger in (client(core, "two"), Client(core)):
            got = stranger.call("organizations", "DescribeOrganization")
            assert got.code == "AWSOrganizationsNotInUseException"

    @pytest.mark.parametrize("slash", ["", "/"])
    def test_answer_every_protocol(self, core: App, slash: str) -> None:
        """JSON, REST-JSON and Query have their paths below the world's, whether it ends with a slash or not."""
        one = Client(core, endpoint=f"{ENDPOINT}/worlds/one{slash}")
        assert one.does("organizations", "ListHandshakesForAccount") == {"Handshakes": []}
        assert one.does("artifact", "ListCustomerAgreements") == {"customerAgreements": []}
        assert one.does("sts", "GetCallerIdentity")["Account"] == one.account

    def test_verify_signatures_made_for_their_path(self, core: App) -> None:
        """Temporary credentials are good in the world that gave them, and nowhere else."""
        one = client(core, "one")
        one.does("organizations", "CreateOrganization")
        created = one.does("organizations", "CreateAccount", AccountName="A", Email="a@example.com")
        status = one.does(
            "organizations",
            "DescribeCreateAccountStatus",
            CreateAccountRequestId=created["CreateAccountStatus"]["Id"],
        )
        account = status["CreateAccountStatus"]["AccountId"]
        role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
        given = one.does("sts", "AssumeRole", RoleArn=role, RoleSessionName="session")["Credentials"]
        minted = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
        assert client(core, "one", minted).does("sts", "GetCallerIdentity")["Account"] == account
        assert client(core, "one", minted).call("organizations", "DescribeOrganization").status == 200
        assert client(core, "two", minted).call("sts", "GetCallerIdentity").code == "InvalidClientTokenId"

    def test_link_documents_below_their_own_path(self, core: App) -> None:
        """A document's link leads back into its world."""
        one = client(core, "one")
        url = urlsplit(one.does("artifact", "GetTermForReport", reportId=REPORT)["documentPresignedUrl"])
        assert url.path.startswith("/worlds/one/_documents/")
        got = core.handle(Request("GET", url.path, url.query, {"host": url.netloc}, b""))
        assert (got.status, got.body[:5]) == (200, b"%PDF-")
        elsewhere = Request("GET", url.path.replace("one", "two"), url.query, {"host": url.netloc}, b"")
        assert b"<Code>SignatureDoesNotMatch</Code>" in core.handle(elsewhere).body

    def test_reset_one_by_one(self, core: App) -> None:
        """A world's own control API is below its path."""
        for world in ("one", "two"):
            client(core, world).does("organizations", "CreateOrganization")
        reply = core.handle(Request("POST", "/worlds/one/_emulator/reset", "", {"host": "localhost"}, b""))
        assert reply.status == 204
        assert not core.worlds.get("one").state.organizations
        assert core.worlds.get("two").state.organizations

    @pytest.mark.parametrize("name", ["", "-", "a%20b", "%2e%2e", "x" * 129])
    def test_have_names(self, core: App, name: str) -> None:
        """What is no name is a 400, and makes no world."""
        for path in (f"/worlds/{name}", f"/worlds/{name}/", f"/worlds/{name}/_emulator/health"):
            reply = core.handle(Request("POST", path, "", {"host": "localhost"}, b"{}"))
            assert reply.status == 400
            assert dict(reply.headers)["Content-Type"] == "application/problem+json"
        assert [world.name for world in core.worlds] == ["default"]
