"""Every operation with a handler, called by several kinds of callers, with inputs drawn from AWS's models.

Every answer, an output or an error, must be one that the model of the operation allows. A refused call and a call that
only reads must change nothing.
"""

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from botocore.credentials import Credentials
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from artifact_emulator.app import App
from artifact_emulator.http import Reply, Request
from artifact_emulator.services import handlers
from artifact_state.clock import Clock
from artifact_state.model import State
from artifact_state.record import replace
from artifact_state.world import World
from tests.support.artifact_calls import ACCOUNT_AGREEMENT, ORGANIZATION_AGREEMENT, REPORT, accept, read_agreement
from tests.support.aws_models import SERVICES, code_of, model, operation_model, protocol_of
from tests.support.inputs import hostile_inputs, names_in, valid_inputs
from tests.support.reply_checks import COMMON_ERRORS, CONTENT_TYPES, parse_reply
from tests.support.wire_client import Client
from tests.wire.conftest import NOW

OPERATIONS = [(service, operation) for service in SERVICES for operation in sorted(handlers(service))]
every_operation = pytest.mark.parametrize(
    ("service", "operation"), OPERATIONS, ids=[f"{service}-{operation}" for service, operation in OPERATIONS]
)
# Reading a document or a term issues a token; all other operations named Get, Describe or List only read.
READS_THAT_ISSUE_TOKENS = {
    "GetNdaForAgreement", "GetAgreement", "GetCustomerAgreement", "GetTermForReport", "GetReport",
    "GetFederationToken", "GetSessionToken", "GetWebIdentityToken", "GetDelegatedAccessToken",
}  # fmt: skip


class Setting:
    """An application with two organizations, an invitation, agreements and roles, and its callers."""

    def __init__(self) -> None:
        self.app = App(World(clock=Clock(frozen_at=NOW), state=State(seed="scene")))
        management, stranger = Client(self.app, "111122223333"), Client(self.app, "999988887777")
        billing, member = Client(self.app, "444455556666"), self._member(management)
        billing.do("organizations", "CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")
        for account in (stranger.account, billing.account):
            target = {"Type": "ACCOUNT", "Id": account}
            management.do("organizations", "InviteAccountToOrganization", Target=target)
        root = management.do("organizations", "ListRoots")["Roots"][0]["Id"]
        for name in ("One", "Two"):
            management.do("organizations", "CreateOrganizationalUnit", ParentId=root, Name=name)
        management.do("organizations", "EnableAWSServiceAccess", ServicePrincipal="artifact.amazonaws.com")
        accept(management, ORGANIZATION_AGREEMENT)
        accept(stranger, ACCOUNT_AGREEMENT)
        for client in (management, stranger):
            read_agreement(client, ACCOUNT_AGREEMENT)
            client.do("artifact", "GetNdaForAgreement", agreementId=ACCOUNT_AGREEMENT)
            client.do("artifact", "GetTermForReport", reportId=REPORT)
        management.do("iam", "DeleteServiceLinkedRole", RoleName="AWSServiceRoleForArtifact")
        self.callers = [management, member, stranger, billing, self._session(management, member)]
        self.state = self.app.world.state
        self.names = names_in(self.state)

    @staticmethod
    def _member(management: Client) -> Client:
        management.do("organizations", "CreateOrganization")
        management.do("organizations", "CreateAccount", AccountName="Member", Email="member@example.com")
        accounts = management.do("organizations", "ListAccounts")["Accounts"]
        return Client(management.app, next(account["Id"] for account in accounts if account["Name"] == "Member"))

    @staticmethod
    def _session(management: Client, member: Client) -> Client:
        role = f"arn:aws:iam::{member.account}:role/OrganizationAccountAccessRole"
        keys = management.do("sts", "AssumeRole", RoleArn=role, RoleSessionName="me")["Credentials"]
        credentials = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        return Client(management.app, member.account, credentials=credentials)

    def restore(self) -> None:
        """Restore the initial state, which is a value."""
        self.app.world.state = self.state


@pytest.fixture(scope="module")
def setting() -> Setting:
    """Return a setting."""
    return Setting()


def call(client: Client, service: str, operation: str, parameters: dict[str, Any]) -> int:
    """Call an operation and check that a refused call, or one that only reads, changes nothing."""
    before = client.app.world.state
    answer = client.call(service, operation, **parameters)
    only_reads = operation.startswith(("Describe", "List", "Get")) and operation not in READS_THAT_ISSUE_TOKENS
    if answer.status >= 400 or only_reads:
        assert client.app.world.state is before
    return answer.status


class TestEveryOperation:
    """Every operation with a handler."""

    @every_operation
    def test_operation_answers_every_caller_as_its_model_allows(
        self, setting: Setting, service: str, operation: str
    ) -> None:
        """A management account, a member, a standalone account, a payer and a session get valid answers."""

        @settings(max_examples=8, deadline=None, database=None, derandomize=True)
        @given(st.data())
        def check(data: st.DataObject) -> None:
            parameters = data.draw(valid_inputs(service, operation, setting.names))
            for client in setting.callers:
                setting.restore()
                call(client, service, operation, parameters)

        check()

    @every_operation
    def test_unsigned_call_is_refused(self, setting: Setting, service: str, operation: str) -> None:
        """An unsigned call is refused, and changes nothing."""
        setting.restore()
        request = setting.callers[0].request(service, operation, **_in_path(service, operation))
        headers = {name: value for name, value in request.headers.items() if name != "authorization"}
        reply = setting.app.handle(replace(request, headers=headers))
        code = parse_reply(reply, service)["Error"]["Code"]
        if operation_model(service, operation).auth_type == "none":
            # The assertion of an identity provider, which replaces the signature, is missing.
            assert (reply.status, code) == (400, "ValidationError")
        else:
            assert reply.status == {"json": 400, "rest-json": 403, "query": 403}[protocol_of(service)]
            assert code.startswith("MissingAuthenticationToken")
        assert setting.app.world.state is setting.state

    @pytest.mark.parametrize("seed", range(4))
    def test_any_sequence_of_calls_is_answered_as_models_allow(self, setting: Setting, seed: int) -> None:
        """Every answer in a sequence of calls with hostile inputs is one that the models allow."""

        @settings(
            max_examples=40, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
        )
        @given(st.data(), st.just(seed))
        def check(data: st.DataObject, _seed: int) -> None:
            setting.restore()
            for _ in range(data.draw(st.integers(1, 8))):
                service, operation = data.draw(st.sampled_from(OPERATIONS[seed::4]))
                parameters = data.draw(hostile_inputs(service, operation, setting.names))
                call(data.draw(st.sampled_from(setting.callers)), service, operation, parameters)

        check()


METHODS = ("GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH", "\xff")
PIECES = (
    b"", b"{", b"}", b"[" * 2000, b'"', b"\\", b"\x00", b"\xff\xfe", b"&", b"=", b".member.", b".1.", b"%", b"%zz",
    b"1e999", b"NaN", b"\\ud800", b"null", b"]]>", "\U0001f600".encode(), b"9" * 5000, b"Action=",
    b"Version=2011-06-15&",
)  # fmt: skip
HEADERS = ("authorization", "content-type", "x-amz-target", "host", "x-amz-date", "x-amz-security-token")


@st.composite
def altered_request(draw: st.DrawFn, request: Request) -> Request:
    """Draw a request with alterations in some of its parts."""
    for part in draw(st.lists(st.sampled_from(["method", "path", "query", "headers", "body"]), min_size=1, max_size=3)):
        if part == "method":
            request = replace(request, method=draw(st.sampled_from(METHODS)))
        elif part == "headers":
            name = draw(st.sampled_from(HEADERS))
            value = draw(_altered(request.headers.get(name, "").encode("latin-1"))).decode("latin-1")
            request = replace(request, headers={**request.headers, name: value})
        elif part == "body":
            request = replace(request, body=draw(_altered(request.body)))
        else:
            text = draw(_altered(getattr(request, part).encode("latin-1"))).decode("latin-1")
            request = replace(request, **{part: text})  # type: ignore[arg-type] # The path or the query.
    return request


@st.composite
def _altered(draw: st.DrawFn, text: bytes) -> bytes:
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 20)))
    return text[:start] + draw(st.sampled_from(PIECES) | st.binary(max_size=8)) + text[end:]


class TestAlteredRequest:
    """A request with some altered bytes."""

    @pytest.mark.parametrize(
        ("service", "operation", "parameters"),
        [
            (
                "organizations",
                "CreateAccount",
                {"AccountName": "A", "Email": "a@example.com", "Tags": [{"Key": "k", "Value": "v"}]},
            ),
            ("organizations", "InviteAccountToOrganization", {"Target": {"Type": "ACCOUNT", "Id": "123456789012"}}),
            ("artifact", "AcceptAgreement", {"agreementId": ACCOUNT_AGREEMENT, "acceptanceTermsToken": "x"}),
            ("artifact", "ListReportVersions", {"reportId": REPORT, "maxResults": 1}),
            ("iam", "TagRole", {"RoleName": "OrganizationAccountAccessRole", "Tags": [{"Key": "k", "Value": "v"}]}),
            ("sts", "AssumeRole", {"RoleArn": "arn:aws:iam::123456789012:role/r", "RoleSessionName": "s"}),
        ],
    )
    def test_altered_request_is_never_an_internal_error(
        self, setting: Setting, service: str, operation: str, parameters: dict[str, Any]
    ) -> None:
        """An altered request gets a reply that a client of some protocol can parse; an error changes nothing."""

        @settings(
            max_examples=120, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
        )
        @given(st.data())
        def check(data: st.DataObject) -> None:
            setting.restore()
            client = data.draw(st.sampled_from(setting.callers[1::3]))
            reply = setting.app.handle(data.draw(altered_request(client.request(service, operation, **parameters))))
            _check_readable(reply)
            if reply.status >= 400:
                assert setting.app.world.state is setting.state

        check()


def _in_path(service: str, operation: str) -> dict[str, str]:
    shape = model(service).operation_model(operation).input_shape
    members = shape.members.items() if shape else ()
    return {name: "x" for name, member in members if member.serialization.get("location") == "uri"}


def _check_readable(reply: Reply) -> None:
    """Assert that a reply is in one of the protocols, or in the form of the emulator's own paths."""
    assert reply.status != 500
    content_type = dict(reply.headers).get("Content-Type")
    if content_type in ("application/problem+json", "application/xml"):
        return
    service = {CONTENT_TYPES[protocol_of(name)]: name for name in SERVICES}[str(content_type)]
    assert "x-amzn-RequestId" in dict(reply.headers)
    if content_type == "text/xml":
        ET.fromstring(reply.body)
    elif reply.body:
        json.loads(reply.body)
    if reply.status >= 300:
        code = parse_reply(reply, service)["Error"]["Code"]
        declared = {code_of(shape) for shape in _errors_of_protocol(service)}
        assert code in COMMON_ERRORS[protocol_of(service)].keys() | declared


def _errors_of_protocol(service: str) -> list[Any]:
    """Return the errors of the services with the protocol of a service."""
    services = [name for name in SERVICES if protocol_of(name) == protocol_of(service)]
    return [error for name in services for error in model(name).error_shapes]
