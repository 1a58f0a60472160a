"""Every operation that has a handler, whoever calls it, with inputs drawn from AWS's own models.

No answer may surprise a client: each is one that the operation's model allows, whether it is an output or an error.
What is refused, and what only reads, changes nothing.
"""

import json
from dataclasses import replace
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
from artifact_state.world import World
from tests.support.artifact_calls import ACCOUNT_AGREEMENT, ORGANIZATION_AGREEMENT, REPORT, accept, read_agreement
from tests.support.aws_models import SERVICES, model, operation_model, protocol_of
from tests.support.inputs import hostile_inputs, names_in, valid_inputs
from tests.support.reply_checks import COMMON_ERRORS, CONTENT_TYPES, parse_reply
from tests.support.wire_client import Client
from tests.wire.conftest import NOW

OPERATIONS = [(service, operation) for service in SERVICES for operation in sorted(handlers(service))]
every_operation = pytest.mark.parametrize(
    ("service", "operation"), OPERATIONS, ids=[f"{service}-{operation}" for service, operation in OPERATIONS]
)
# Getting a document or a term hands out a token; all else that is called Get, Describe or List only reads.
ISSUING = {
    "GetNdaForAgreement", "GetAgreement", "GetCustomerAgreement", "GetTermForReport", "GetReport",
    "GetFederationToken", "GetSessionToken", "GetWebIdentityToken", "GetDelegatedAccessToken",
}  # fmt: skip


class Scene:
    """A core with two organizations, an invitation, agreements and roles, and those who call it."""

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
        listed = management.do("organizations", "ListAccounts")["Accounts"]
        return Client(management.app, next(one["Id"] for one in listed if one["Name"] == "Member"))

    @staticmethod
    def _session(management: Client, member: Client) -> Client:
        role = f"arn:aws:iam::{member.account}:role/OrganizationAccountAccessRole"
        keys = management.do("sts", "AssumeRole", RoleArn=role, RoleSessionName="me")["Credentials"]
        credentials = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        return Client(management.app, member.account, credentials=credentials)

    def begin(self) -> None:
        """Begin again: the state is a value."""
        self.app.world.state = self.state


@pytest.fixture(scope="module")
def scene() -> Scene:
    """Give a scene."""
    return Scene()


def call(client: Client, service: str, operation: str, parameters: dict[str, Any]) -> int:
    """Call an operation, whose answer must be a legal one; what is refused or only reads changes nothing."""
    before = client.app.world.state
    got = client.call(service, operation, **parameters)
    only_reads = operation.startswith(("Describe", "List", "Get")) and operation not in ISSUING
    if got.status >= 400 or only_reads:
        assert client.app.world.state is before
    return got.status


class TestEveryOperation:
    """Every operation that has a handler."""

    @every_operation
    def test_answers_every_caller_as_its_model_allows(self, scene: Scene, service: str, operation: str) -> None:
        """A management account, a member, a stranger, a payer and a session each get a legal answer to legal inputs."""

        @settings(max_examples=8, deadline=None, database=None, derandomize=True)
        @given(st.data())
        def check(data: st.DataObject) -> None:
            parameters = data.draw(valid_inputs(service, operation, scene.names))
            for client in scene.callers:
                scene.begin()
                call(client, service, operation, parameters)

        check()

    @every_operation
    def test_refuses_who_has_not_signed(self, scene: Scene, service: str, operation: str) -> None:
        """Without a signature, no operation tells or does anything."""
        scene.begin()
        request = scene.callers[0].request(service, operation, **_in_path(service, operation))
        headers = {name: value for name, value in request.headers.items() if name != "authorization"}
        reply = scene.app.handle(replace(request, headers=headers))
        code = parse_reply(reply, service)["Error"]["Code"]
        if operation_model(service, operation).auth_type == "none":
            # Another's word takes the place of the signature, and is asked for.
            assert (reply.status, code) == (400, "ValidationError")
        else:
            assert reply.status == {"json": 400, "rest-json": 403, "query": 403}[protocol_of(service)]
            assert code.startswith("MissingAuthenticationToken")
        assert scene.app.world.state is scene.state

    @pytest.mark.parametrize("seed", range(4))
    def test_bears_any_order_of_calls(self, scene: Scene, seed: int) -> None:
        """Call after call, by anyone, with inputs of which many are illegal: no answer is a surprise."""

        @settings(
            max_examples=40, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
        )
        @given(st.data(), st.just(seed))
        def check(data: st.DataObject, _seed: int) -> None:
            scene.begin()
            for _ in range(data.draw(st.integers(1, 8))):
                service, operation = data.draw(st.sampled_from(OPERATIONS[seed::4]))
                parameters = data.draw(hostile_inputs(service, operation, scene.names))
                call(data.draw(st.sampled_from(scene.callers)), service, operation, parameters)

        check()


METHODS = ("GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH", "\xff")
PIECES = (
    b"", b"{", b"}", b"[" * 2000, b'"', b"\\", b"\x00", b"\xff\xfe", b"&", b"=", b".member.", b".1.", b"%", b"%zz",
    b"1e999", b"NaN", b"\\ud800", b"null", b"]]>", "\U0001f600".encode(), b"9" * 5000, b"Action=",
    b"Version=2011-06-15&",
)  # fmt: skip
HEADERS = ("authorization", "content-type", "x-amz-target", "host", "x-amz-date", "x-amz-security-token")


@st.composite
def spoilt(draw: st.DrawFn, request: Request) -> Request:
    """Draw a request that is not quite what it was."""
    for part in draw(st.lists(st.sampled_from(["method", "path", "query", "headers", "body"]), min_size=1, max_size=3)):
        if part == "method":
            request = replace(request, method=draw(st.sampled_from(METHODS)))
        elif part == "headers":
            name = draw(st.sampled_from(HEADERS))
            value = draw(_spoilt(request.headers.get(name, "").encode("latin-1"))).decode("latin-1")
            request = replace(request, headers={**request.headers, name: value})
        elif part == "body":
            request = replace(request, body=draw(_spoilt(request.body)))
        else:
            text = draw(_spoilt(getattr(request, part).encode("latin-1"))).decode("latin-1")
            request = replace(request, **{part: text})  # type: ignore[arg-type] # The path or the query.
    return request


@st.composite
def _spoilt(draw: st.DrawFn, text: bytes) -> bytes:
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 20)))
    return text[:start] + draw(st.sampled_from(PIECES) | st.binary(max_size=8)) + text[end:]


class TestSpoiltRequest:
    """A request of which some bytes are not what they were."""

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
    def test_is_never_the_emulators_failure(
        self, scene: Scene, service: str, operation: str, parameters: dict[str, Any]
    ) -> None:
        """Whatever is altered, the answer is one that a client of some protocol can read; a refusal changes nothing."""

        @settings(
            max_examples=120, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
        )
        @given(st.data())
        def check(data: st.DataObject) -> None:
            scene.begin()
            client = data.draw(st.sampled_from(scene.callers[1::3]))
            reply = scene.app.handle(data.draw(spoilt(client.request(service, operation, **parameters))))
            _is_readable(reply)
            if reply.status >= 400:
                assert scene.app.world.state is scene.state

        check()


def _in_path(service: str, operation: str) -> dict[str, str]:
    shape = model(service).operation_model(operation).input_shape
    members = shape.members.items() if shape else ()
    return {name: "x" for name, one in members if one.serialization.get("location") == "uri"}


def _is_readable(reply: Reply) -> None:
    """Assert that a reply is one of the three protocols', or of the emulator's own paths."""
    assert reply.status != 500
    content_type = dict(reply.headers).get("Content-Type")
    if content_type in ("application/problem+json", "application/xml"):
        return
    service = {CONTENT_TYPES[protocol_of(one)]: one for one in SERVICES}[str(content_type)]
    assert "x-amzn-RequestId" in dict(reply.headers)
    if content_type == "text/xml":
        ET.fromstring(reply.body)
    elif reply.body:
        json.loads(reply.body)
    if reply.status >= 300:
        code = parse_reply(reply, service)["Error"]["Code"]
        declared = {one.metadata.get("error", {}).get("code", one.name) for one in _errors_like(service)}
        assert code in COMMON_ERRORS[protocol_of(service)].keys() | declared


def _errors_like(service: str) -> list[Any]:
    """List the errors of the services that speak like one."""
    alike = [one for one in SERVICES if protocol_of(one) == protocol_of(service)]
    return [error for one in alike for error in model(one).error_shapes]
