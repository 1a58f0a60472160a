import asyncio
import io
import json
import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ClientError
from botocore.httpsession import URLLib3Session
from moto import mock_aws

import artifact_emulator
from artifact_emulator import emulate
from artifact_emulator.sdk_models import MODELS
from artifact_emulator.testing import in_process
from artifact_emulator.testing.client import ControlError
from tests.support.sdk_accounts import ORGANIZATIONS_BAA

MANAGEMENT = "111122223333"
SEND = URLLib3Session.send


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
        monkeypatch.setenv("AWS_DATA_PATH", "/models/of/mine")
        before = dict(os.environ)
        with emulate():
            assert os.environ["AWS_DATA_PATH"] == f"{MODELS}{os.pathsep}/models/of/mine"
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

    @pytest.mark.parametrize("service", ["s3", "route53", "cloudfront"])
    def test_lets_nothing_out_that_speaks_xml(self, service: str) -> None:
        """Clients that read XML alone read the refusal, too."""
        ask = {"s3": "list_buckets", "route53": "list_hosted_zones", "cloudfront": "list_distributions"}[service]
        with emulate(), pytest.raises(ClientError, match=f"artifact-emulator does not emulate {service}:GET"):
            getattr(a_client(service), ask)()

    def test_lets_out_what_it_is_told_to(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A service that is to pass goes where it would go, its body unread; no other does."""
        passed = []

        def send(_: object, request: AWSPreparedRequest) -> AWSResponse:
            passed.append((urlsplit(request.url).hostname, b"content" in request.body.read()))
            return AWSResponse(request.url, 200, {}, in_process._Raw(b""))

        monkeypatch.setattr(URLLib3Session, "send", send)
        with emulate(passing=["s3"]):
            a_client("s3").put_object(Bucket="mine", Key="key", Body=io.BytesIO(b"content"), ChecksumAlgorithm="SHA256")
            with pytest.raises(ClientError, match="does not emulate"):
                a_client("dynamodb").list_tables()
        assert passed == [("mine.s3.amazonaws.com", True)]

    def test_refuses_a_spoilt_link(self) -> None:
        """A link that was altered opens nothing."""
        with emulate() as emulation:
            url = emulation.client("artifact").get_term_for_report(reportId="report-03gcEjsQxIs2dEXq")
            with pytest.raises(PermissionError, match="SignatureDoesNotMatch"):
                emulation.download(url["documentPresignedUrl"].replace("Expires=300", "Expires=900"))

    def test_begins_with_a_scenario_as_an_account(self, tmp_path: Path) -> None:
        """A built-in one, a file, what one says; code under test calls as the account that is named."""
        with emulate(scenario="agreement-accepted", account="222233334444") as emulation:
            assert boto3.client("sts").get_caller_identity()["Account"] == "222233334444"
            assert len(boto3.client("artifact").list_customer_agreements()["customerAgreements"]) == 1
            emulation.reset()
            assert len(boto3.client("artifact").list_customer_agreements()["customerAgreements"]) == 1
        content = {"accounts": [{"id": "000011112222", "name": "Zero", "email": "zero@example.com"}]}
        (tmp_path / "mine.json").write_text(json.dumps(content))
        for scenario in (content, tmp_path / "mine.json"):
            with emulate(scenario=scenario) as emulation:
                assert emulation.scenario() == content
        with pytest.raises(ValueError, match="did you mean landing-zone"), emulate(scenario="landing-zon"):
            pytest.fail("it began")
        assert URLLib3Session.send is SEND

    def test_turns_the_clock_and_sets_faults(self) -> None:
        """What can be done to a world of a server, can be done here: clock, faults, snapshots, limits, events."""
        with emulate(scenario="organization", account=MANAGEMENT) as emulation:
            emulation.freeze(datetime(2100, 1, 1, tzinfo=UTC))
            emulation.advance(timedelta(days=1))
            assert emulation.now() == datetime(2100, 1, 2, tzinfo=UTC)
            emulation.set_fault("organizations", "ListRoots", error={"code": "AccessDeniedException"}, times=1)
            organizations = boto3.client("organizations")
            with pytest.raises(ClientError, match="AccessDeniedException"):
                organizations.list_roots()
            emulation.assert_called("ListRoots", account=MANAGEMENT, error="AccessDeniedException")
            with pytest.raises(AssertionError, match=r"ListRoots by arn:aws:iam::\d+:root: AccessDenied"):
                emulation.assert_called("ListRoots", error="")
            emulation.save_snapshot("before")
            organizations.create_account(Email="new@example.com", AccountName="New")
            emulation.restore_snapshot("before")
            assert len(organizations.list_accounts()["Accounts"]) == 3
            with pytest.raises(ControlError, match="no_such_quota"):
                emulation.set_quotas({"no_such_quota": 1})
            emulation.throttle()
            assert emulation.request("GET", "throttling") == {"mode": "aws"}

    def test_gives_sessions(self) -> None:
        """Of an account's root user, and of a role that another account assumes; resources come from them, too."""
        with emulate(scenario="artifact-enabled") as emulation:
            role = emulation.session(MANAGEMENT).resource("iam").Role("AWSServiceRoleForArtifact")
            assert role.path == "/aws-service-role/artifact.amazonaws.com/"
            session = emulation.session("222233334444", role="OrganizationAccountAccessRole", by=MANAGEMENT)
            arn = session.client("sts").get_caller_identity()["Arn"]
            assert arn == "arn:aws:sts::222233334444:assumed-role/OrganizationAccountAccessRole/test"

    def test_lets_code_call_as_another(self) -> None:
        """For a while, and then as before; boto3's default session does not remember."""
        with emulate() as emulation:
            assert boto3.client("sts").get_caller_identity()["Account"] == "123456789012"
            with emulation.as_account(MANAGEMENT):
                assert boto3.client("sts").get_caller_identity()["Account"] == MANAGEMENT
            assert boto3.client("sts").get_caller_identity()["Account"] == "123456789012"

    def test_forgets_the_default_session(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Real credentials that boto3's default session has read are of no use inside, nor placeholders afterwards."""
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIAREALREALREALREAL")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
        monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
        boto3.client("sts", region_name="us-east-1")
        before = boto3.DEFAULT_SESSION
        with emulate():
            assert boto3.client("sts").get_caller_identity()["Account"] == "123456789012"
        assert boto3.DEFAULT_SESSION is before

    def test_decorates_functions(self) -> None:
        """Each call finds an empty world of its own; one of asyncio is answered until it ends."""

        @emulate(account=MANAGEMENT)
        def create() -> str:
            made: str = boto3.client("organizations").create_organization()["Organization"]["MasterAccountId"]
            return made

        @emulate()
        async def create_in_a_thread() -> str:
            return await asyncio.to_thread(create)

        assert create() == create() == MANAGEMENT
        assert asyncio.run(create_in_a_thread()) == MANAGEMENT

    def test_decorates_nothing_that_is_left_too_early(self) -> None:
        """The calls of a generator or of a class's methods would go to AWS: the decorator says what to write."""

        def fixture() -> Iterator[None]:
            yield

        with pytest.raises(TypeError, match="with emulate"):
            emulate()(fixture)
        with pytest.raises(TypeError, match="enterContext"):
            emulate()(TestEmulate)

    def test_beside_moto(self) -> None:
        """Moto lets pass what is emulated here, and answers the rest."""
        services = ["organizations", "iam", "sts", "cloudtrail"]
        moto = mock_aws(config={"core": {"passthrough": {"services": services, "urls": [r"https?://artifact\..*"]}}})
        with moto, emulate():
            boto3.client("s3").create_bucket(Bucket="bucket")
            boto3.client("organizations").create_organization()
            boto3.client("organizations").enable_aws_service_access(ServicePrincipal="artifact.amazonaws.com")
            boto3.client("iam").get_role(RoleName="AWSServiceRoleForArtifact")
            assert boto3.client("artifact").list_reports()["reports"]
            assert boto3.client("artifact").list_agreements()["agreements"]


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
