"""Authentication: signatures of issued credentials, placeholder keys, and incomplete signatures."""

from base64 import b32decode
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from artifact_emulator.app import App
from artifact_emulator.aws.authentication import DEFAULT_ACCOUNT
from artifact_emulator.http import Request
from artifact_state.record import replace
from tests.support.authentication_errors import EXPIRED, INCOMPLETE, MISSING, UNKNOWN_KEY, WRONG_SIGNATURE
from tests.support.aws_models import protocol_of
from tests.support.wire_client import ENDPOINT, Client, answer, refused


class Read(NamedTuple):
    """A call of an operation that reads only."""

    service: str
    operation: str
    parameters: dict[str, int]

    @property
    def protocol(self) -> str:
        """Return the protocol of the service."""
        return protocol_of(self.service)

    def by(self, client: Client) -> Request:
        """Return the request of a client."""
        return client.request(self.service, self.operation, **self.parameters)

    def expect_error(self, app: App, request: Request) -> tuple[int, str]:
        """Return the status and code of the error of a request that must be refused."""
        result = refused(app, request, self.service, self.operation)
        return result.status, result.code


ORGANIZATIONS = Read("organizations", "ListAccounts", {"MaxResults": 10})
ARTIFACT = Read("artifact", "ListReports", {"maxResults": 10})
IAM = Read("iam", "ListRoles", {"MaxItems": 10})
TARGET = "AWSOrganizationsV20161128"
STS = Read("sts", "GetCallerIdentity", {})
every_protocol = pytest.mark.parametrize(
    "read", [ORGANIZATIONS, ARTIFACT, IAM, STS], ids=["organizations", "artifact", "iam", "sts"]
)


@pytest.fixture
def session_keys(management: Client, member: Client) -> Credentials:
    """Return session credentials of the access role in the member account."""
    role = f"arn:aws:iam::{member.account}:role/OrganizationAccountAccessRole"
    credentials = management.do("sts", "AssumeRole", RoleArn=role, RoleSessionName="me")["Credentials"]
    return Credentials(credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"])


@pytest.fixture
def session(member: Client, session_keys: Credentials) -> Client:
    """Return a client with the session credentials."""
    return Client(member.app, member.account, credentials=session_keys)


def with_header(request: Request, name: str, value: str | None) -> Request:
    """Return a request with another value of a header, or without the header."""
    headers = {key: value for key, value in request.headers.items() if key != name}
    return replace(request, headers=headers if value is None else {**headers, name: value})


class TestSessionCredentials:
    """Session credentials that the emulator issued."""

    @every_protocol
    def test_session_credentials_are_accepted_by_every_service(self, session: Client, read: Read) -> None:
        """The signatures of botocore are verified and accepted."""
        request = read.by(session)
        result = answer(session.app, request, read.service, read.operation)
        # The member account may not call ListAccounts.
        assert (result.status, result.code) in ((200, ""), (400, "AccessDeniedException"))

    def test_caller_is_the_role_session(self, session: Client) -> None:
        """The caller is the session of the role in the role's account."""
        identity = session.do("sts", "GetCallerIdentity")
        assert identity["Arn"] == f"arn:aws:sts::{session.account}:assumed-role/OrganizationAccountAccessRole/me"

    def test_access_key_encodes_its_account(self, session: Client, session_keys: Credentials) -> None:
        """The access key encodes the account as AWS's keys do, so that tools can decode it."""
        assert session_keys.access_key.startswith("ASIA")
        number = int.from_bytes(b32decode(session_keys.access_key[4:])[:6], "big")
        assert (number & 0x7FFFFFFFFF80) >> 7 == int(session.account)

    @every_protocol
    def test_signature_of_another_secret_key_is_refused(
        self, session: Client, session_keys: Credentials, read: Read
    ) -> None:
        """A signature with another secret key does not match."""
        forger = replace(session, credentials=Credentials(session_keys.access_key, "x" * 40, session_keys.token))
        assert read.expect_error(session.app, read.by(forger)) == WRONG_SIGNATURE[read.protocol]

    @every_protocol
    @pytest.mark.parametrize("token", [None, "", "x", "Zm9v" * 89])
    def test_wrong_session_token_makes_the_key_unknown(
        self,
        session: Client,
        session_keys: Credentials,
        read: Read,
        token: str | None,
    ) -> None:
        """Without its session token, or with another one, an access key is unknown."""
        forger = replace(session, credentials=Credentials(session_keys.access_key, session_keys.secret_key, token))
        assert read.expect_error(session.app, read.by(forger)) == UNKNOWN_KEY[read.protocol]

    @every_protocol
    def test_expired_session_credentials_are_refused(self, session: Client, read: Read) -> None:
        """After an hour by the world's clock, session credentials have expired."""
        session.app.world.clock.advance(timedelta(hours=1))
        assert read.expect_error(session.app, read.by(session)) == EXPIRED[read.protocol]

    def test_session_credentials_are_valid_until_they_expire(self, session: Client) -> None:
        """Session credentials are valid until just before they expire."""
        session.app.world.clock.advance(timedelta(hours=1, microseconds=-1))
        assert session.do("sts", "GetCallerIdentity")["Account"] == session.account

    @every_protocol
    def test_session_credentials_of_a_reset_world_are_unknown(self, session: Client, read: Read) -> None:
        """Session credentials of a reset world are unknown, and do not stand for the default account."""
        request = read.by(session)
        session.app.world.reset()
        assert read.expect_error(session.app, request) == UNKNOWN_KEY[read.protocol]


class TestAlteredRequest:
    """A request that was altered after it was signed with session credentials."""

    @pytest.mark.parametrize(
        ("read", "alter"),
        [
            (ORGANIZATIONS, lambda request: replace(request, body=request.body + b" ")),
            (ORGANIZATIONS, lambda request: replace(request, body=b"")),
            (ORGANIZATIONS, lambda request: with_header(request, "x-amz-date", "20200101T000000Z")),
            (ORGANIZATIONS, lambda request: with_header(request, "x-amz-target", f"{TARGET}.ListRoots")),
            (ORGANIZATIONS, lambda request: with_header(request, "host", "elsewhere.example")),
            (ARTIFACT, lambda request: replace(request, query="maxResults=11")),
            (ARTIFACT, lambda request: replace(request, query="")),
            (ARTIFACT, lambda request: replace(request, query=request.query + "&nextToken=")),
            (ARTIFACT, lambda request: replace(request, path="/v1/agreement/list")),
            (IAM, lambda request: replace(request, body=request.body.replace(b"=10", b"=11"))),
            (STS, lambda request: replace(request, body=request.body.replace(b"&", b"&&"))),
        ],
        ids=[
            "body", "no body", "date", "operation", "host", "query", "no query", "more query", "path", "form",
            "more form",
        ],
    )  # fmt: skip
    def test_altered_request_does_not_match_its_signature(
        self,
        session: Client,
        read: Read,
        alter: Callable[[Request], Request],
    ) -> None:
        """The signature covers body, query, path, date and every signed header."""
        request = read.by(session)
        result = refused(session.app, alter(request), read.service)
        assert (result.status, result.code) == WRONG_SIGNATURE[read.protocol]

    def test_unsigned_header_may_be_added(self, session: Client) -> None:
        """A header that is not signed may be added, as proxies do."""
        request = session.request("sts", "GetCallerIdentity")
        changed = with_header(request, "x-forwarded-for", "10.0.0.1")
        assert answer(session.app, changed, "sts", "GetCallerIdentity").status == 200

    @pytest.mark.parametrize("signature", ["0" * 64, "", "x", "\xe9" * 64, "0" * 10_000])
    def test_altered_signature_is_wrong_or_incomplete(self, session: Client, signature: str) -> None:
        """An altered signature is wrong or incomplete."""
        request = session.request("sts", "GetCallerIdentity")
        header = request.headers["authorization"]
        altered = with_header(request, "authorization", header.rpartition("=")[0] + "=" + signature)
        result = refused(session.app, altered, "sts", "GetCallerIdentity")
        assert (result.status, result.code) in (WRONG_SIGNATURE["query"], INCOMPLETE["query"])

    @pytest.mark.parametrize("part", [1, 2, 3], ids=["date", "region", "service"])
    def test_altered_credential_scope_is_refused(self, session: Client, part: int) -> None:
        """The signature covers the day, region and service of the credential scope."""
        request = session.request("organizations", "DescribeOrganization")
        scope = request.headers["authorization"].partition("Credential=")[2].partition(",")[0]
        other = "/".join("20200101" if at == part else text for at, text in enumerate(scope.split("/")))
        altered = with_header(request, "authorization", request.headers["authorization"].replace(scope, other))
        result = refused(session.app, altered, "organizations", "DescribeOrganization")
        assert (result.status, result.code) == WRONG_SIGNATURE["json"]


class TestPresignedRequest:
    """A request with its signature in the query."""

    def presigned(self, credentials: Credentials) -> Request:
        """Return a GetCallerIdentity request that is signed as by `generate_presigned_url`."""
        request = AWSRequest("GET", f"{ENDPOINT}/?Action=GetCallerIdentity&Version=2011-06-15")
        SigV4QueryAuth(credentials, "sts", "us-east-1", expires=60).add_auth(request)
        return Request("GET", "/", request.url.partition("?")[2], {"host": ENDPOINT.partition("//")[2]}, b"")

    def test_presigned_request_is_accepted(self, session: Client, session_keys: Credentials) -> None:
        """A presigned request with its session token in the query is accepted."""
        result = answer(session.app, self.presigned(session_keys), "sts", "GetCallerIdentity")
        assert result.data["Account"] == session.account

    def test_presigned_request_of_a_placeholder_is_accepted(self, stranger: Client) -> None:
        """A 12-digit access key in a presigned request stands for an account."""
        result = answer(stranger.app, self.presigned(Credentials(stranger.account, "x")), "sts", "GetCallerIdentity")
        assert result.data["Account"] == stranger.account

    def test_altered_presigned_request_is_refused(self, session: Client, session_keys: Credentials) -> None:
        """The signature covers the other parameters of the query."""
        request = self.presigned(session_keys)
        altered = replace(request, query=request.query.replace("Expires=60", "Expires=61"))
        result = refused(session.app, altered, "sts", "GetCallerIdentity")
        assert (result.status, result.code) == WRONG_SIGNATURE["query"]

    @pytest.mark.parametrize("name", ["X-Amz-Credential", "X-Amz-SignedHeaders"])
    def test_presigned_request_without_a_parameter_is_incomplete(
        self, session: Client, session_keys: Credentials, name: str
    ) -> None:
        """A query without a parameter of the signature is incomplete."""
        request = self.presigned(session_keys)
        altered = replace(request, query=request.query.replace(name, "X-Other"))
        result = refused(session.app, altered, "sts", "GetCallerIdentity")
        assert (result.status, result.code) == INCOMPLETE["query"]


class TestPlaceholder:
    """An access key that the emulator did not issue."""

    @pytest.mark.parametrize(
        ("key", "account"),
        [
            ("111122223333", "111122223333"),
            ("000000000000", "000000000000"),
            ("test", DEFAULT_ACCOUNT),
            ("AKIAIOSFODNN7EXAMPLE", DEFAULT_ACCOUNT),
            ("ASIAIOSFODNN7EXAMPLE", DEFAULT_ACCOUNT),
            ("11112222333", DEFAULT_ACCOUNT),
            ("1111222233334", DEFAULT_ACCOUNT),
            ("11112222333x", DEFAULT_ACCOUNT),
            ("a/b", DEFAULT_ACCOUNT),
        ],
    )
    def test_placeholder_key_is_the_root_user_of_an_account(self, app: App, key: str, account: str) -> None:
        """Twelve digits stand for that account, other keys for the default account, with any secret key."""
        client = Client(app, credentials=Credentials(key, "whatever"))
        assert client.do("sts", "GetCallerIdentity") == {
            "UserId": account,
            "Account": account,
            "Arn": f"arn:aws:iam::{account}:root",
        }

    def test_digits_of_another_script_are_not_an_account_id(self, stranger: Client) -> None:
        """Digits of another script are not the id of an account."""
        request = stranger.request("sts", "GetCallerIdentity")
        stamp = request.headers["authorization"].replace(stranger.account, "\xb2" * 12)
        result = answer(stranger.app, with_header(request, "authorization", stamp), "sts", "GetCallerIdentity")
        assert result.data["Account"] == DEFAULT_ACCOUNT

    @every_protocol
    def test_unknown_session_key_is_refused(self, app: App, read: Read) -> None:
        """A session key that the world does not know is refused and does not stand for the default account."""
        client = Client(app, credentials=Credentials("ASIA" + "A" * 16, "x", "token"))
        assert read.expect_error(app, read.by(client)) == UNKNOWN_KEY[read.protocol]


class TestStrictCredentials:
    """A server with strict credentials, which accepts only issued keys."""

    @every_protocol
    @pytest.mark.parametrize("key", ["111122223333", "test", "AKIAIOSFODNN7EXAMPLE"])
    def test_strict_credentials_refuse_placeholder_keys(self, app: App, read: Read, key: str) -> None:
        """A placeholder key is unknown."""
        strict = App(app.world, credentials="strict")
        client = Client(strict, credentials=Credentials(key, "x"))
        assert read.expect_error(strict, read.by(client)) == UNKNOWN_KEY[read.protocol]

    def test_strict_credentials_accept_issued_keys(self, session: Client) -> None:
        """Issued keys are accepted."""
        strict = App(session.app.world, credentials="strict")
        assert replace(session, app=strict).do("sts", "GetCallerIdentity")["Account"] == session.account


class TestAuthorizationHeader:
    """A missing or incomplete Authorization header."""

    @every_protocol
    @pytest.mark.parametrize("header", [None, "Bearer abc", "Basic YTpi", "AWS abc:def"])
    def test_unsigned_request_is_refused(self, stranger: Client, read: Read, header: str | None) -> None:
        """An unsigned request, or one with another scheme, is refused in the words of its protocol."""
        request = with_header(read.by(stranger), "authorization", header)
        assert read.expect_error(stranger.app, request) == MISSING[read.protocol]

    @every_protocol
    @pytest.mark.parametrize(
        "header",
        [
            "",
            " ",
            "AWS4-HMAC-SHA256",
            "AWS4-HMAC-SHA256 ,,,",
            "AWS4-HMAC-SHA256 nonsense",
            "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/{}/aws4_request",
            "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/{}/aws4_request, SignedHeaders=host",
            "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=",
            "AWS4-HMAC-SHA256 Credential=/20260101/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=x",
            "AWS4-HMAC-SHA256 Credential=a/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=x",
            "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/{}/aws5, SignedHeaders=host, Signature=x",
            "AWS4-ECDSA-P256-SHA256 Credential=a/20260101/{}/aws4_request, SignedHeaders=host, Signature=x",
        ],
    )
    def test_incomplete_authorization_header_is_refused(self, stranger: Client, read: Read, header: str) -> None:
        """A header without one of its parts is refused as incomplete in the words of its protocol."""
        request = with_header(read.by(stranger), "authorization", header.format(read.service))
        assert read.expect_error(stranger.app, request) == INCOMPLETE[read.protocol]

    @pytest.mark.parametrize(
        ("header", "words"),
        [
            ("", "Authorization header cannot be empty."),
            (
                "AWS4-HMAC-SHA256 SignedHeaders=host",
                (
                    "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' "
                    "parameter. Authorization=AWS4-HMAC-SHA256"
                ),
            ),
            (
                "AWS4-HMAC-SHA256 Credential=a/b/c/d, SignedHeaders=host, Signature=x",
                (
                    "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
                    "got 'a/b/c/d'"
                ),
            ),
            (
                "AWS4-ECDSA-P256-SHA256 Credential=a/20260101/sts/aws4_request, SignedHeaders=host, Signature=x",
                "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256' (only AWS4-HMAC-SHA256 for now).",
            ),
        ],
        ids=["empty", "parts", "credential", "SigV4A"],
    )
    def test_message_names_the_incomplete_part(self, stranger: Client, header: str, words: str) -> None:
        """The message names the part that is wrong, for authors of their own signers."""
        request = with_header(stranger.request("organizations", "ListRoots"), "authorization", header)
        assert refused(stranger.app, request, "organizations", "ListRoots").message == words

    def test_authorization_header_needs_no_spaces(self, stranger: Client) -> None:
        """A header without spaces after its commas, as some signers write it, is accepted."""
        request = stranger.request("sts", "GetCallerIdentity")
        tight = with_header(request, "authorization", request.headers["authorization"].replace(", ", ","))
        assert answer(stranger.app, tight, "sts", "GetCallerIdentity").data["Account"] == stranger.account


class TestPartition:
    """The partition of the region that a request is signed for."""

    @pytest.mark.parametrize(
        ("region", "partition"),
        [
            ("us-east-1", "aws"),
            ("eu-central-1", "aws"),
            ("us-gov-west-1", "aws-us-gov"),
            ("us-gov-east-1", "aws-us-gov"),
            ("cn-north-1", "aws-cn"),
            ("cn-northwest-1", "aws-cn"),
            ("nowhere", "aws"),
        ],
    )
    def test_region_determines_the_partition_of_arns(self, app: App, region: str, partition: str) -> None:
        """The ARNs of an organization and a role have the partition of the region."""
        client = Client(app, "111122223333", region=region)
        organization = client.do("organizations", "CreateOrganization")["Organization"]
        role = client.do("iam", "GetRole", RoleName="AWSServiceRoleForOrganizations")["Role"]
        for arn in (organization["Arn"], organization["MasterAccountArn"], role["Arn"]):
            assert arn.split(":")[1] == partition
