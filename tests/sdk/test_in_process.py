import os
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.httpsession import URLLib3Session

import artifact_emulator
from artifact_emulator import emulate
from tests.sdk.emulator import ORGANIZATIONS_BAA

MANAGEMENT = "111122223333"


@pytest.fixture(autouse=True)
def no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no connection be made."""

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a connection was made")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


def a_client(service: str, account: str = MANAGEMENT) -> Any:
    """Make a client that knows of no emulator."""
    return boto3.client(service, region_name="us-east-1", aws_access_key_id=account, aws_secret_access_key="x")


class TestEmulate:
    """`with artifact_emulator.emulate():`."""

    def test_answers_clients_that_are_there_and_to_come(self) -> None:
        """A client made before is answered, and so is one made inside."""
        before = a_client("organizations")
        with emulate() as emulation:
            made = before.create_organization()["Organization"]
            assert a_client("organizations").describe_organization()["Organization"]["Id"] == made["Id"]
            assert list(emulation.world.state.organizations) == [made["Id"]]

    def test_tells_the_missions_story(self) -> None:
        """All protocols, roles, documents and the agreement operations that no SDK has."""
        with emulate() as emulation:
            emulation.client("organizations", MANAGEMENT).create_organization()
            emulation.client("organizations", MANAGEMENT).enable_aws_service_access(
                ServicePrincipal="artifact.amazonaws.com"
            )
            role = emulation.client("iam", MANAGEMENT).get_role(RoleName="AWSServiceRoleForArtifact")["Role"]
            assert role["Path"] == "/aws-service-role/artifact.amazonaws.com/"
            artifact = emulation.client("artifact", MANAGEMENT)
            nda = artifact.get_nda_for_agreement(agreementId=ORGANIZATIONS_BAA)
            assert emulation.download(nda["documentPresignedUrl"]).startswith(b"%PDF-")

    def test_uses_no_credentials_of_the_user(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Keys, profiles and endpoints of the environment are hidden, and are there again afterwards."""
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREALREALREALREAL")
        monkeypatch.setenv("AWS_PROFILE", "production")
        monkeypatch.setenv("AWS_ENDPOINT_URL", "https://example.com")
        before = dict(os.environ)
        with emulate():
            assert boto3.Session().client("sts").get_caller_identity()["Account"] == "123456789012"
        assert dict(os.environ) == before

    def test_is_left_without_a_trace(self) -> None:
        """After the block botocore sends by itself again, also after a failure in it."""
        send = URLLib3Session.send
        with pytest.raises(ZeroDivisionError), emulate():
            raise ZeroDivisionError
        assert URLLib3Session.send is send

    def test_is_nested(self) -> None:
        """The inner one answers while it lasts; each has a world of its own."""
        client = a_client("organizations")
        with emulate():
            client.create_organization()
            with emulate(), pytest.raises(ClientError, match="AWSOrganizationsNotInUseException"):
                client.describe_organization()
            client.describe_organization()

    def test_serves_threads(self) -> None:
        """Calls of many threads are answered, each once."""
        with emulate() as emulation, ThreadPoolExecutor(8) as pool:
            client = emulation.client("organizations", MANAGEMENT)
            client.create_organization()

            def create(number: int) -> None:
                client.create_account(Email=f"a{number}@example.com", AccountName=str(number))

            list(pool.map(create, range(40)))
            assert len(emulation.world.state.memberships) == 41

    def test_lets_nothing_out(self) -> None:
        """A service that is not emulated is refused by name, not called."""
        with emulate(), pytest.raises(ClientError, match=r"dynamodb|DynamoDB") as refused:
            a_client("dynamodb").list_tables()
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501

    def test_refuses_a_spoilt_link(self) -> None:
        """A link that was altered opens nothing."""
        with emulate() as emulation:
            url = emulation.client("artifact").get_term_for_report(reportId="report-03gcEjsQxIs2dEXq")
            with pytest.raises(PermissionError, match="SignatureDoesNotMatch"):
                emulation.download(url["documentPresignedUrl"].replace("Expires=300", "Expires=900"))


class TestAcceptAgreement:
    """`artifact_emulator.accept_agreement(client, agreement_id)`."""

    def test_in_one_call(self) -> None:
        """The chain of calls in one: what is accepted is in force, for every account."""
        with emulate() as emulation:
            organizations = emulation.client("organizations", MANAGEMENT)
            organizations.create_organization()
            organizations.enable_aws_service_access(ServicePrincipal="artifact.amazonaws.com")
            accepted = artifact_emulator.accept_agreement(emulation.client("artifact", MANAGEMENT), ORGANIZATIONS_BAA)
            [listed] = emulation.client("artifact", MANAGEMENT).list_customer_agreements()["customerAgreements"]
            assert (listed["id"], listed["state"]) == (accepted, "ACTIVE")

    def test_is_refused(self) -> None:
        """What the operations refuse, it refuses."""
        with emulate() as emulation, pytest.raises(ClientError, match="AccessDeniedException"):
            artifact_emulator.accept_agreement(emulation.client("artifact", MANAGEMENT), ORGANIZATIONS_BAA)


class TestPackage:
    """What the package offers by itself."""

    def test_names_what_is_not_there(self) -> None:
        """A name that it does not have is an AttributeError, as of any module."""
        with pytest.raises(AttributeError, match="nothing"):
            artifact_emulator.nothing  # noqa: B018
