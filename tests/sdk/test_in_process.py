"""`emulate()`: the emulator in the process of its clients."""

import asyncio
import io
import json
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from unittest import IsolatedAsyncioTestCase, TestCase
from urllib.parse import urlsplit

import boto3
import pytest
from botocore import xform_name
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ClientError
from botocore.httpsession import URLLib3Session

import artifact_emulator
from artifact_emulator import Emulation, EmulationMixin, emulate
from artifact_emulator.sdk_models import MODELS
from artifact_emulator.testing import transports
from artifact_emulator.testing.client import ControlError
from tests.support.sdk_accounts import ORGANIZATIONS_BAA

MANAGEMENT = "111122223333"
SEND = URLLib3Session.send


@pytest.fixture(autouse=True)
def no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection."""

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a connection was made")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


def new_client(service: str, account: str = MANAGEMENT) -> Any:
    """Return a client that does not know the emulator."""
    return boto3.client(service, region_name="us-east-1", aws_access_key_id=account, aws_secret_access_key="x")


class TestEmulate:
    """`with artifact_emulator.emulate():`."""

    def test_earlier_and_later_clients_are_answered(self) -> None:
        """Clients created before the block and inside it are answered by the same world."""
        before = new_client("organizations")
        with emulate() as emulation:
            organization = before.create_organization()["Organization"]
            assert new_client("organizations").describe_organization()["Organization"]["Id"] == organization["Id"]
            assert list(emulation.world.state.organizations) == [organization["Id"]]

    def test_all_protocols_and_documents_work(self) -> None:
        """All protocols, the service-linked role, agreement operations and documents work without a server."""
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

    def test_own_settings_are_hidden_and_restored(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Keys, profiles and endpoints of the environment are hidden inside the block and restored after it."""
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREALREALREALREAL")
        monkeypatch.setenv("AWS_PROFILE", "production")
        monkeypatch.setenv("AWS_ENDPOINT_URL", "https://example.com")
        monkeypatch.setenv("AWS_DATA_PATH", "/models/of/mine")
        before = dict(os.environ)
        with emulate():
            assert os.environ["AWS_DATA_PATH"] == f"{MODELS}{os.pathsep}/models/of/mine"
            assert boto3.Session().client("sts").get_caller_identity()["Account"] == "123456789012"
        assert dict(os.environ) == before

    def test_botocore_is_restored_after_error(self) -> None:
        """After the block, even if it raised an exception, botocore sends requests itself."""
        send = URLLib3Session.send
        with pytest.raises(ZeroDivisionError), emulate():
            raise ZeroDivisionError
        assert URLLib3Session.send is send

    def test_nested_block_has_its_own_world(self) -> None:
        """The inner block answers while it lasts, and each block has its own world."""
        client = new_client("organizations")
        with emulate():
            client.create_organization()
            with emulate(), pytest.raises(ClientError, match="AWSOrganizationsNotInUseException"):
                client.describe_organization()
            client.describe_organization()

    def test_calls_of_threads_are_answered(self) -> None:
        """The calls of many threads are answered, each once."""
        with emulate() as emulation, ThreadPoolExecutor(8) as pool:
            client = emulation.client("organizations", MANAGEMENT)
            client.create_organization()

            def create(number: int) -> None:
                client.create_account(Email=f"a{number}@example.com", AccountName=str(number))

            list(pool.map(create, range(40)))
            assert len(emulation.world.state.memberships) == 41

    def test_other_service_is_refused(self) -> None:
        """A call to a service that is not emulated is refused with its name and leaves no process."""
        with emulate(), pytest.raises(ClientError, match=r"dynamodb|DynamoDB") as error:
            new_client("dynamodb").list_tables()
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
        assert '@pytest.mark.artifact_others("moto") or emulate(others="moto")' in str(error.value)

    @pytest.mark.parametrize("service", ["s3", "route53", "cloudfront"])
    def test_other_service_in_xml_is_refused(self, service: str) -> None:
        """Clients of XML protocols can read the refusal."""
        operation = {"s3": "ListBuckets", "route53": "ListHostedZones", "cloudfront": "ListDistributions"}[service]
        with emulate(), pytest.raises(ClientError, match=f"artifact-emulator does not emulate {service}:{operation}"):
            getattr(new_client(service), xform_name(operation))()

    def test_passing_service_reaches_its_endpoint(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Calls to a listed service go to its own endpoint with an unread body; calls to others do not."""
        passed = []

        def send(_: object, request: AWSPreparedRequest) -> AWSResponse:
            passed.append((urlsplit(request.url).hostname, b"content" in request.body.read()))
            return AWSResponse(request.url, 200, {}, transports._Raw(b""))

        monkeypatch.setattr(URLLib3Session, "send", send)
        with emulate(passing=["s3"]):
            new_client("s3").put_object(
                Bucket="mine", Key="key", Body=io.BytesIO(b"content"), ChecksumAlgorithm="SHA256"
            )
            with pytest.raises(ClientError, match="does not emulate"):
                new_client("dynamodb").list_tables()
        assert passed == [("mine.s3.amazonaws.com", True)]

    def test_altered_url_is_refused(self) -> None:
        """A presigned URL that was altered is refused."""
        with emulate() as emulation:
            url = emulation.client("artifact").get_term_for_report(reportId="report-03gcEjsQxIs2dEXq")
            with pytest.raises(PermissionError, match="SignatureDoesNotMatch"):
                emulation.download(url["documentPresignedUrl"].replace("Expires=300", "Expires=900"))

    def test_scenario_and_account_are_arguments(self, tmp_path: Path) -> None:
        """The scenario is a built-in one, a file or a mapping; code under test calls as the given account."""
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
            pytest.fail("it started")
        assert URLLib3Session.send is SEND

    def test_world_is_controlled_by_methods(self) -> None:
        """Clock, faults, snapshots, quotas and events have the same methods as with a server."""
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

    def test_sessions_call_as_accounts_and_roles(self) -> None:
        """A session calls as the root user or as an assumed role, and creates resources."""
        with emulate(scenario="artifact-enabled") as emulation:
            role = emulation.session(MANAGEMENT).resource("iam").Role("AWSServiceRoleForArtifact")
            assert role.path == "/aws-service-role/artifact.amazonaws.com/"
            session = emulation.session("222233334444", role="OrganizationAccountAccessRole", by=MANAGEMENT)
            arn = session.client("sts").get_caller_identity()["Arn"]
            assert arn == "arn:aws:sts::222233334444:assumed-role/OrganizationAccountAccessRole/test"

    def test_block_changes_calling_account(self) -> None:
        """`as_account` changes the caller for its block only, also for boto3's default session."""
        with emulate() as emulation:
            assert boto3.client("sts").get_caller_identity()["Account"] == "123456789012"
            with emulation.as_account(MANAGEMENT):
                assert boto3.client("sts").get_caller_identity()["Account"] == MANAGEMENT
            assert boto3.client("sts").get_caller_identity()["Account"] == "123456789012"

    def test_default_session_is_replaced(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Real credentials of boto3's default session are not used inside the block, nor placeholders after it."""
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIAREALREALREALREAL")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
        monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
        boto3.client("sts", region_name="us-east-1")
        before = boto3.DEFAULT_SESSION
        with emulate():
            assert boto3.client("sts").get_caller_identity()["Account"] == "123456789012"
        assert boto3.DEFAULT_SESSION is before

    def test_decorated_function_has_its_own_world(self) -> None:
        """Each call of a decorated function or coroutine has its own empty world until it ends."""

        @emulate(account=MANAGEMENT)
        def create() -> str:
            account: str = boto3.client("organizations").create_organization()["Organization"]["MasterAccountId"]
            return account

        @emulate()
        async def create_in_a_thread() -> str:
            return await asyncio.to_thread(create)

        assert create() == create() == MANAGEMENT
        assert asyncio.run(create_in_a_thread()) == MANAGEMENT

    def test_generator_cannot_be_decorated(self) -> None:
        """A generator is refused with what to write instead, since its calls would go to AWS."""

        def fixture() -> Iterator[None]:
            yield

        with pytest.raises(TypeError, match="with emulate"):
            emulate()(fixture)

    @pytest.mark.parametrize("name", ["setUp", "asyncSetUp", "setUpClass", "setup_method", "setup_module"])
    def test_set_up_cannot_be_decorated(self, name: str) -> None:
        """A set-up method is refused, since the calls of the test would go to AWS."""

        def method(_: object) -> None: ...

        method.__name__ = name
        with pytest.raises(TypeError, match=f"would end with {name}, before the test: decorate the class"):
            emulate()(method)

    def test_missing_parentheses_are_refused(self) -> None:
        """`@emulate` without parentheses is refused, since no test runner would find what it returns."""

        def test() -> None: ...

        for decorated in (test, type("TestIt", (), {})):
            with pytest.raises(TypeError, match=r"write @emulate\(\), with parentheses"):
                emulate(decorated)  # type: ignore[arg-type]

    def test_scenario_is_no_positional_argument(self) -> None:
        """The name of a scenario in place of a world is refused with what to write."""
        with pytest.raises(TypeError, match=r"write emulate\(scenario='organization'\)"):
            emulate("organization")  # type: ignore[arg-type]

    def test_default_caller_is_management_account(self) -> None:
        """With a scenario, code under test and the emulation's own clients call as the management account."""
        with emulate(scenario="organization") as emulation:
            assert boto3.client("sts").get_caller_identity()["Account"] == MANAGEMENT
            assert emulation.client("sts").get_caller_identity()["Account"] == MANAGEMENT
            assert emulation.session().client("sts").get_caller_identity()["Account"] == MANAGEMENT
        with emulate(scenario="organization", account="222233334444"):
            assert boto3.client("sts").get_caller_identity()["Account"] == "222233334444"


@emulate(scenario="organization")
class TestDecoratedClass:
    """A class of pytest's that `emulate()` decorates."""

    emulation: Emulation
    created: list[str]

    def setup_method(self) -> None:
        """Use the emulation before each test."""
        self.created = [
            boto3.client("organizations").create_account(Email="new@example.com", AccountName="New")[
                "CreateAccountStatus"
            ]["Id"]
        ]

    @pytest.mark.parametrize("number", range(2))
    def test_each_test_has_a_world(self, number: int) -> None:
        """The set-up method and the test use one world, which no other test has changed."""
        assert len(boto3.client("organizations").list_accounts()["Accounts"]) == 4, number
        self.emulation.assert_called("CreateAccount", error="")

    def teardown_method(self, method: Callable[..., None]) -> None:
        """Use the emulation after each test."""
        assert method.__name__ == "test_each_test_has_a_world"
        assert boto3.client("organizations").describe_create_account_status(CreateAccountRequestId=self.created[0])


@emulate(scenario="organization")
class TestDecoratedTestCase(TestCase):
    """A TestCase that `emulate()` decorates."""

    emulation: Emulation

    def setUp(self) -> None:
        """Use the emulation before each test."""
        self.accounts = boto3.client("organizations").list_accounts()["Accounts"]

    def test_emulation_is_an_attribute(self) -> None:
        """The test finds the world that its set-up used."""
        assert len(self.accounts) == 3
        self.emulation.assert_called("ListAccounts")


class TestMixin(EmulationMixin, IsolatedAsyncioTestCase):
    """A TestCase with the mixin."""

    emulation_options: ClassVar[Mapping[str, Any]] = {"scenario": "organization", "account": "222233334444"}

    async def test_options_are_used(self) -> None:
        """The world has the scenario, and calls come from the account."""
        assert boto3.client("sts").get_caller_identity()["Account"] == "222233334444"
        assert self.emulation.default_account == MANAGEMENT


class SetUpWithoutBase:
    """A set-up method that does not call the one of its base."""

    emulation: Emulation

    def setUp(self) -> None:
        """Call AWS."""
        self.accounts = boto3.client("organizations").list_accounts()["Accounts"]

    def test_set_up_used_the_emulation(self) -> None:
        """Set-up method and test use one world."""
        assert len(self.accounts) == 3
        assert boto3.client("organizations").describe_organization()
        self.emulation.assert_called("ListAccounts")


class TestMixinWithoutBase(SetUpWithoutBase, EmulationMixin):
    """The mixin with a `setUp` that does not call the one of its base."""

    emulation_options: ClassVar[Mapping[str, Any]] = {"scenario": "organization"}


@emulate(scenario="organization")
class DecoratedBase(TestCase):
    """A decorated base."""


class TestSubclassOfDecorated(SetUpWithoutBase, DecoratedBase):
    """A subclass whose `setUp` does not call that of the decorated base."""


@emulate(scenario="organization")
class PlainBase:
    """A decorated base of pytest's."""

    emulation: Emulation

    def setup_method(self) -> None:
        """Call AWS."""
        boto3.client("organizations").describe_organization()


class TestSubclassOfPlain(PlainBase):
    """A subclass with methods of its own, the first of which does not call that of its base."""

    def setup_method(self) -> None:
        """Call AWS."""
        boto3.client("organizations").list_accounts()

    def teardown_method(self) -> None:
        """The emulation is still there."""
        boto3.client("organizations").describe_organization()

    def test_set_up_used_the_emulation(self) -> None:
        """Set-up method and test use one world."""
        self.emulation.assert_called("ListAccounts")
        self.emulation.assert_called("DescribeOrganization", times=0)


class TestSubclassThatCallsPlain(PlainBase):
    """A subclass whose set-up method calls that of its base."""

    def setup_method(self) -> None:
        """Call AWS before and after."""
        boto3.client("organizations").list_accounts()
        super().setup_method()

    def test_set_up_used_one_emulation(self) -> None:
        """Both set-up methods and the test use one world."""
        self.emulation.assert_called("ListAccounts")
        self.emulation.assert_called("DescribeOrganization")


class TestClassesEnd:
    """What remains after a class of tests."""

    def test_failing_setup_leaves_nothing(self) -> None:
        """An emulation ends even if the set-up of a test fails."""

        @emulate()
        class Failing:
            def setup_method(self) -> None:
                raise KeyError

        with pytest.raises(KeyError):
            Failing().setup_method(None)  # type: ignore[call-arg]
        assert URLLib3Session.send is SEND

    def test_public_names_are_listed(self) -> None:
        """`dir` lists the names that are imported on first use."""
        assert {"emulate", "EmulationMixin", "Emulator"} <= set(dir(artifact_emulator))


class TestAcceptAgreement:
    """`artifact_emulator.accept_agreement(client, agreement_id)`."""

    def test_agreement_is_accepted_in_one_call(self) -> None:
        """One call accepts the agreement, and the customer agreement is active."""
        with emulate() as emulation:
            organizations = emulation.client("organizations", MANAGEMENT)
            organizations.create_organization()
            organizations.enable_aws_service_access(ServicePrincipal="artifact.amazonaws.com")
            agreement_id = artifact_emulator.accept_agreement(
                emulation.client("artifact", MANAGEMENT), ORGANIZATIONS_BAA
            )
            [agreement] = emulation.client("artifact", MANAGEMENT).list_customer_agreements()["customerAgreements"]
            assert (agreement["id"], agreement["state"]) == (agreement_id, "ACTIVE")

    def test_client_without_models_suffices(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A client that does not know the agreement operations lends its endpoint and credentials to one that does."""
        monkeypatch.delenv("AWS_DATA_PATH", raising=False)
        client = boto3.Session().client(
            "artifact", region_name="us-east-1", aws_access_key_id=MANAGEMENT, aws_secret_access_key="x"
        )
        assert not hasattr(client, "get_nda_for_agreement")
        with emulate(scenario="artifact-enabled") as emulation:
            artifact_emulator.accept_agreement(client, ORGANIZATIONS_BAA)
            emulation.assert_called("AcceptAgreement", account=MANAGEMENT, error="")

    def test_refusal_of_operations_is_raised(self) -> None:
        """An error of the operations is raised."""
        with emulate() as emulation, pytest.raises(ClientError, match="AccessDeniedException"):
            artifact_emulator.accept_agreement(emulation.client("artifact", MANAGEMENT), ORGANIZATIONS_BAA)


class TestPackage:
    """The package `artifact_emulator`."""

    def test_unknown_attribute_is_refused(self) -> None:
        """An unknown name is an AttributeError, as in any module."""
        with pytest.raises(AttributeError, match="nothing"):
            artifact_emulator.nothing  # noqa: B018
