"""Who calls: signatures of minted credentials, placeholders, and what is incomplete."""

from base64 import b32decode
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from artifact_emulator.app import App
from artifact_emulator.aws.authentication import DEFAULT_ACCOUNT
from artifact_emulator.http import Request
from tests.support.aws_models import protocol_of
from tests.support.wire_client import ENDPOINT, Client, answer, refused


class Read(NamedTuple):
    """An operation that changes nothing."""

    service: str
    operation: str
    parameters: dict[str, int]

    @property
    def protocol(self) -> str:
        """Name the protocol of its service."""
        return protocol_of(self.service)

    def by(self, client: Client) -> Request:
        """Write a client's request."""
        return client.request(self.service, self.operation, **self.parameters)

    def expect_error(self, app: App, request: Request) -> tuple[int, str]:
        """Expect a refusal; give its status and code."""
        got = refused(app, request, self.service, self.operation)
        return got.status, got.code


ORGANIZATIONS = Read("organizations", "ListAccounts", {"MaxResults": 10})
ARTIFACT = Read("artifact", "ListReports", {"maxResults": 10})
IAM = Read("iam", "ListRoles", {"MaxItems": 10})
TARGET = "AWSOrganizationsV20161128"
STS = Read("sts", "GetCallerIdentity", {})
in_every_protocol = pytest.mark.parametrize(
    "read", [ORGANIZATIONS, ARTIFACT, IAM, STS], ids=["organizations", "artifact", "iam", "sts"]
)
# What a refused caller is told: status and code (facts: organizations 2.1; STS's common errors).
UNKNOWN = {
    "json": (400, "UnrecognizedClientException"),
    "rest-json": (403, "UnrecognizedClientException"),
    "query": (403, "InvalidClientTokenId"),
}
WRONG = {
    "json": (400, "InvalidSignatureException"),
    "rest-json": (403, "InvalidSignatureException"),
    "query": (403, "SignatureDoesNotMatch"),
}
EXPIRED = {
    "json": (400, "ExpiredTokenException"),
    "rest-json": (403, "ExpiredTokenException"),
    "query": (403, "ExpiredToken"),
}
MISSING = {
    "json": (400, "MissingAuthenticationTokenException"),
    "rest-json": (403, "MissingAuthenticationTokenException"),
    "query": (403, "MissingAuthenticationToken"),
}
INCOMPLETE = {
    "json": (400, "IncompleteSignatureException"),
    "rest-json": (403, "IncompleteSignatureException"),
    "query": (400, "IncompleteSignature"),
}


@pytest.fixture
def keys(management: Client, member: Client) -> Credentials:
    """Give credentials that the emulator minted, of a role in the management account's own member."""
    role = f"arn:aws:iam::{member.account}:role/OrganizationAccountAccessRole"
    minted = management.do("sts", "AssumeRole", RoleArn=role, RoleSessionName="me")["Credentials"]
    return Credentials(minted["AccessKeyId"], minted["SecretAccessKey"], minted["SessionToken"])


@pytest.fixture
def session(member: Client, keys: Credentials) -> Client:
    """Give a session of the member's access role."""
    return Client(member.app, member.account, credentials=keys)


def with_header(request: Request, name: str, value: str | None) -> Request:
    """Give a request with another header, or without it."""
    headers = {key: held for key, held in request.headers.items() if key != name}
    return replace(request, headers=headers if value is None else {**headers, name: value})


class TestMintedCredentials:
    """Credentials that the emulator handed out."""

    @in_every_protocol
    def test_are_good_for_every_service(self, session: Client, read: Read) -> None:
        """What botocore signs with them is verified and let through."""
        request = read.by(session)
        got = answer(session.app, request, read.service, read.operation)
        # The member is no management account: the one refusal is the rule's.
        assert (got.status, got.code) in ((200, ""), (400, "AccessDeniedException"))

    def test_stand_for_the_session(self, session: Client) -> None:
        """The caller is the session of the role, in the role's account."""
        told = session.do("sts", "GetCallerIdentity")
        assert told["Arn"] == f"arn:aws:sts::{session.account}:assumed-role/OrganizationAccountAccessRole/me"

    def test_carry_their_account(self, session: Client, keys: Credentials) -> None:
        """The key encodes the account as AWS's keys do, so that tools can read it back."""
        assert keys.access_key.startswith("ASIA")
        number = int.from_bytes(b32decode(keys.access_key[4:])[:6], "big")
        assert (number & 0x7FFFFFFFFF80) >> 7 == int(session.account)

    @in_every_protocol
    def test_with_a_wrong_secret(self, session: Client, keys: Credentials, read: Read) -> None:
        """A signature of another secret does not match."""
        forger = replace(session, credentials=Credentials(keys.access_key, "x" * 40, keys.token))
        assert read.expect_error(session.app, read.by(forger)) == WRONG[read.protocol]

    @in_every_protocol
    @pytest.mark.parametrize("token", [None, "", "x", "Zm9v" * 89])
    def test_with_a_wrong_token(
        self,
        session: Client,
        keys: Credentials,
        read: Read,
        token: str | None,
    ) -> None:
        """Without its token, or with another's, a key is unknown."""
        forger = replace(session, credentials=Credentials(keys.access_key, keys.secret_key, token))
        assert read.expect_error(session.app, read.by(forger)) == UNKNOWN[read.protocol]

    @in_every_protocol
    def test_past_their_time(self, session: Client, read: Read) -> None:
        """An hour later, by the world's clock, they are expired, and it is said so."""
        session.app.world.clock.advance(timedelta(hours=1))
        assert read.expect_error(session.app, read.by(session)) == EXPIRED[read.protocol]

    def test_up_to_their_time(self, session: Client) -> None:
        """A moment before, they are good."""
        session.app.world.clock.advance(timedelta(hours=1, microseconds=-1))
        assert session.do("sts", "GetCallerIdentity")["Account"] == session.account

    @in_every_protocol
    def test_after_a_reset(self, session: Client, read: Read) -> None:
        """Keys of a world that is gone are nobody's: never the default account's."""
        request = read.by(session)
        session.app.world.reset()
        assert read.expect_error(session.app, request) == UNKNOWN[read.protocol]


class TestAlteredRequest:
    """A request that was altered after it was signed with minted credentials."""

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
    def test_does_not_match(
        self,
        session: Client,
        read: Read,
        alter: Callable[[Request], Request],
    ) -> None:
        """Body, query, path, date and every signed header are under the signature."""
        request = read.by(session)
        got = refused(session.app, alter(request), read.service)
        assert (got.status, got.code) == WRONG[read.protocol]

    def test_in_a_header_that_is_not_signed(self, session: Client) -> None:
        """What is not signed may change on the way: proxies add headers."""
        request = session.request("sts", "GetCallerIdentity")
        changed = with_header(request, "x-forwarded-for", "10.0.0.1")
        assert answer(session.app, changed, "sts", "GetCallerIdentity").status == 200

    @pytest.mark.parametrize("signature", ["0" * 64, "", "x", "\xe9" * 64, "0" * 10_000])
    def test_in_the_signature_itself(self, session: Client, signature: str) -> None:
        """Whatever stands in its place, it is a wrong signature or none."""
        request = session.request("sts", "GetCallerIdentity")
        whole = request.headers["authorization"]
        altered = with_header(request, "authorization", whole.rpartition("=")[0] + "=" + signature)
        got = refused(session.app, altered, "sts", "GetCallerIdentity")
        assert (got.status, got.code) in (WRONG["query"], INCOMPLETE["query"])

    @pytest.mark.parametrize("part", [1, 2, 3], ids=["date", "region", "service"])
    def test_in_the_scope(self, session: Client, part: int) -> None:
        """Day, region and service are under the signature."""
        request = session.request("organizations", "DescribeOrganization")
        scope = request.headers["authorization"].partition("Credential=")[2].partition(",")[0]
        other = "/".join("20200101" if at == part else text for at, text in enumerate(scope.split("/")))
        altered = with_header(request, "authorization", request.headers["authorization"].replace(scope, other))
        got = refused(session.app, altered, "organizations", "DescribeOrganization")
        assert (got.status, got.code) == WRONG["json"]


class TestPresignedRequest:
    """A request whose signature stands in its query."""

    def presigned(self, credentials: Credentials) -> Request:
        """Sign a GetCallerIdentity as `generate_presigned_url` does."""
        request = AWSRequest("GET", f"{ENDPOINT}/?Action=GetCallerIdentity&Version=2011-06-15")
        SigV4QueryAuth(credentials, "sts", "us-east-1", expires=60).add_auth(request)
        return Request("GET", "/", request.url.partition("?")[2], {"host": ENDPOINT.partition("//")[2]}, b"")

    def test_is_let_through(self, session: Client, keys: Credentials) -> None:
        """The token stands in the query too."""
        got = answer(session.app, self.presigned(keys), "sts", "GetCallerIdentity")
        assert got.data["Account"] == session.account

    def test_of_a_placeholder(self, stranger: Client) -> None:
        """A 12-digit key is an account here as well."""
        got = answer(stranger.app, self.presigned(Credentials(stranger.account, "x")), "sts", "GetCallerIdentity")
        assert got.data["Account"] == stranger.account

    def test_that_was_altered(self, session: Client, keys: Credentials) -> None:
        """The query is under its own signature."""
        request = self.presigned(keys)
        altered = replace(request, query=request.query.replace("Expires=60", "Expires=61"))
        got = refused(session.app, altered, "sts", "GetCallerIdentity")
        assert (got.status, got.code) == WRONG["query"]

    @pytest.mark.parametrize("name", ["X-Amz-Credential", "X-Amz-SignedHeaders"])
    def test_that_is_incomplete(self, session: Client, keys: Credentials, name: str) -> None:
        """A query without a part of the signature is incomplete."""
        request = self.presigned(keys)
        altered = replace(request, query=request.query.replace(name, "X-Other"))
        got = refused(session.app, altered, "sts", "GetCallerIdentity")
        assert (got.status, got.code) == INCOMPLETE["query"]


class TestPlaceholder:
    """A key that nobody handed out."""

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
    def test_is_an_accounts_root_user(self, app: App, key: str, account: str) -> None:
        """Twelve digits are that account, anything else the default one; the secret does not matter."""
        client = Client(app, credentials=Credentials(key, "whatever"))
        assert client.do("sts", "GetCallerIdentity") == {
            "UserId": account,
            "Account": account,
            "Arn": f"arn:aws:iam::{account}:root",
        }

    def test_of_other_digits_is_no_account(self, stranger: Client) -> None:
        """Digits of another script are no account's id."""
        request = stranger.request("sts", "GetCallerIdentity")
        stamp = request.headers["authorization"].replace(stranger.account, "\xb2" * 12)
        got = answer(stranger.app, with_header(request, "authorization", stamp), "sts", "GetCallerIdentity")
        assert got.data["Account"] == DEFAULT_ACCOUNT

    @in_every_protocol
    def test_that_looks_minted(self, app: App, read: Read) -> None:
        """A temporary key that this world does not know is nobody's, rather than the default account's."""
        client = Client(app, credentials=Credentials("ASIA" + "A" * 16, "x", "token"))
        assert read.expect_error(app, read.by(client)) == UNKNOWN[read.protocol]


class TestStrictMode:
    """A server that takes only keys that it handed out."""

    @in_every_protocol
    @pytest.mark.parametrize("key", ["111122223333", "test", "AKIAIOSFODNN7EXAMPLE"])
    def test_refuses_placeholders(self, app: App, read: Read, key: str) -> None:
        """A placeholder is nobody."""
        strict = App(app.world, credentials="strict")
        client = Client(strict, credentials=Credentials(key, "x"))
        assert read.expect_error(strict, read.by(client)) == UNKNOWN[read.protocol]

    def test_takes_minted_keys(self, session: Client) -> None:
        """Keys that were handed out stay good."""
        strict = App(session.app.world, credentials="strict")
        assert replace(session, app=strict).do("sts", "GetCallerIdentity")["Account"] == session.account


class TestAuthorizationHeader:
    """An Authorization header that is not there, or not whole."""

    @in_every_protocol
    @pytest.mark.parametrize("header", [None, "Bearer abc", "Basic YTpi", "AWS abc:def"])
    def test_is_missing(self, stranger: Client, read: Read, header: str | None) -> None:
        """A request that is not signed, or by another scheme, is told so in the words of its protocol's services."""
        request = with_header(read.by(stranger), "authorization", header)
        assert read.expect_error(stranger.app, request) == MISSING[read.protocol]

    @in_every_protocol
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
    def test_is_incomplete(self, stranger: Client, read: Read, header: str) -> None:
        """A header of which a part is missing is incomplete, in the words of its protocol's services."""
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
    def test_says_what_is_missing(self, stranger: Client, header: str, words: str) -> None:
        """Whoever writes his own signer reads which part is wrong."""
        request = with_header(stranger.request("organizations", "ListRoots"), "authorization", header)
        assert refused(stranger.app, request, "organizations", "ListRoots").message == words

    def test_may_be_written_without_spaces(self, stranger: Client) -> None:
        """Some signers put no space after the commas."""
        request = stranger.request("sts", "GetCallerIdentity")
        tight = with_header(request, "authorization", request.headers["authorization"].replace(", ", ","))
        assert answer(stranger.app, tight, "sts", "GetCallerIdentity").data["Account"] == stranger.account


class TestPartition:
    """The partition, told by the region that a request is signed for."""

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
    def test_is_in_every_arn(self, app: App, region: str, partition: str) -> None:
        """An organization, a role and an agreement of a partition have its name in their ARNs."""
        client = Client(app, "111122223333", region=region)
        made = client.do("organizations", "CreateOrganization")["Organization"]
        role = client.do("iam", "GetRole", RoleName="AWSServiceRoleForOrganizations")["Role"]
        for arn in (made["Arn"], made["MasterAccountArn"], role["Arn"]):
            assert arn.split(":")[1] == partition
