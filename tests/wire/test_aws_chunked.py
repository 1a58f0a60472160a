"""Bodies of chunks, signed one after the other, and bodies that are not signed."""

import hmac
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from artifact_emulator.app import App
from artifact_emulator.aws.signing.aws_chunked import decode_chunks
from artifact_emulator.aws.signing.sigv4 import claim_of, signing_key
from artifact_emulator.http import Request
from artifact_state.world import World
from tests.support.wire_client import ENDPOINT, Client, answer, refused
from tests.wire.test_signatures import WRONG

HOST = ENDPOINT.partition("//")[2]
NOTHING = sha256(b"").hexdigest()
SIGNED, TRAILED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
UNSIGNED_CHUNKS, UNSIGNED = "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "UNSIGNED-PAYLOAD"
BODY = b'{"Name":"Chunks","Content":"' + b" " * 300 + b'"}'


class InChunks:
    """A signer that sends a body in chunks of a hundred bytes, as S3's page lays them out."""

    def __init__(self, credentials: Credentials, kind: str) -> None:
        self.credentials = credentials
        self.kind = kind

    def request(self, body: bytes, target: str = "ListRoots") -> Request:
        """Write and sign a request."""
        headers = {
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": f"AWSOrganizationsV20161128.{target}",
            "x-amz-content-sha256": self.kind,
            **({} if self.kind == UNSIGNED else {"content-encoding": "aws-chunked"}),
        }
        asked = AWSRequest("POST", f"{ENDPOINT}/", headers, b"")
        signer = SigV4Auth(self.credentials, "organizations", "us-east-1")
        signer.add_auth(asked)
        unsent = Request(
            "POST", "/", "", {"host": HOST} | {name.lower(): text for name, text in asked.headers.items()}, b""
        )
        return replace(unsent, body=body if self.kind == UNSIGNED else self.chunked(unsent, body))

    def chunked(self, request: Request, body: bytes) -> bytes:
        """Part a body, and sign each part."""
        claim = claim_of(request)
        assert claim is not None
        before, sent = claim.signature, b""
        for data in [*(body[at : at + 100] for at in range(0, len(body), 100)), b""]:
            size = f"{len(data):x}".encode()
            if self.kind == UNSIGNED_CHUNKS:
                sent += size + b"\r\n" + data + (b"\r\n" if data else b"")
                continue
            before = self.signature(request, "PAYLOAD", before, NOTHING, sha256(data).hexdigest())
            sent += size + b";chunk-signature=" + before.encode() + b"\r\n" + data + (b"\r\n" if data else b"")
        if self.kind == SIGNED:
            return sent + b"\r\n"
        trailer = b"x-amz-checksum-crc32c:sOO8/Q=="
        if self.kind == UNSIGNED_CHUNKS:
            return sent + trailer + b"\r\n\r\n"
        last = self.signature(request, "TRAILER", before, sha256(trailer + b"\n").hexdigest())
        return sent + trailer + b"\r\nx-amz-trailer-signature:" + last.encode() + b"\r\n\r\n"

    def signature(self, request: Request, kind: str, *parts: str) -> str:
        """Sign a part after the one before it."""
        claim = claim_of(request)
        assert claim is not None
        to_sign = "\n".join((f"AWS4-HMAC-SHA256-{kind}", claim.instant, claim.scope, *parts))
        return hmac.new(signing_key(self.credentials.secret_key, claim), to_sign.encode(), sha256).hexdigest()


@pytest.fixture
def keys(management: Client) -> Credentials:
    """Give the keys of an administrator of the organization."""
    management.do("iam", "CreateUser", UserName="Alice")
    admin = "arn:aws:iam::aws:policy/AdministratorAccess"
    management.do("iam", "AttachUserPolicy", UserName="Alice", PolicyArn=admin)
    key = management.do("iam", "CreateAccessKey", UserName="Alice")["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


every_kind = pytest.mark.parametrize("kind", [SIGNED, TRAILED, UNSIGNED_CHUNKS, UNSIGNED])


class TestChunks:
    """A body that came in chunks."""

    @every_kind
    def test_is_read(self, management: Client, keys: Credentials, kind: str) -> None:
        """What was meant is what the chunks make, and the signature is good."""
        request = InChunks(keys, kind).request(b'{"MaxResults":' + b" " * 250 + b"1}")
        assert answer(management.app, request, "organizations", "ListRoots").data["Roots"]

    @every_kind
    def test_with_a_wrong_secret(self, management: Client, keys: Credentials, kind: str) -> None:
        """The first signature is that of the request."""
        forged = InChunks(Credentials(keys.access_key, "x"), kind).request(b"{}")
        got = refused(management.app, forged, "organizations", "ListRoots")
        assert (got.status, got.code) == WRONG["json"]

    @pytest.mark.parametrize("kind", [SIGNED, TRAILED])
    @pytest.mark.parametrize(
        "alter",
        [
            lambda body: body.replace(b"Chunks", b"Chinks"),
            lambda body: body[:120] + b"0" + body[121:],
            lambda body: body[: body.rindex(b"0;chunk-signature=")] + b"0\r\n\r\n",
            lambda body: body[: body.index(b"0;chunk-signature=", 200)],
            lambda body: body[body.index(b"\r\n", 150) + 2 :],
            lambda _: b"",
            lambda _: b"zz;chunk-signature=1\r\n\r\n",
            lambda _: b"-5;chunk-signature=1\r\n\r\n",
        ],
        ids=["data", "signature", "no last one", "cut off", "first one gone", "nothing", "no number", "negative"],
    )
    def test_that_was_altered(
        self, management: Client, keys: Credentials, kind: str, alter: Callable[[bytes], bytes]
    ) -> None:
        """Each chunk is under its own signature, and in its place."""
        request = InChunks(keys, kind).request(BODY)
        got = refused(management.app, replace(request, body=alter(request.body)), "organizations", "ListRoots")
        assert (got.status, got.code) == WRONG["json"]

    def test_whose_trailer_was_altered(self, management: Client, keys: Credentials) -> None:
        """What follows the chunks is signed as well, and must be there."""
        request = InChunks(keys, TRAILED).request(b"{}")
        for body in (
            request.body.replace(b"sOO8", b"sOO9"),
            request.body[: request.body.index(b"x-amz-checksum")] + b"\r\n",
        ):
            got = refused(management.app, replace(request, body=body), "organizations", "ListRoots")
            assert (got.status, got.code) == WRONG["json"]

    def test_of_a_placeholder(self) -> None:
        """Chunks are put together whoever sends them."""
        stranger = Client(App(World()), "111122223333")
        stranger.do("organizations", "CreateOrganization")
        request = InChunks(Credentials("111122223333", "x"), UNSIGNED_CHUNKS).request(b'{"MaxResults":1}')
        assert answer(stranger.app, request, "organizations", "ListRoots").data["Roots"]

    def test_without_a_signed_header(self, management: Client, keys: Credentials) -> None:
        """Only a signed header may say that the body is not looked at: anybody could add another."""
        request = replace(management, credentials=keys).request("organizations", "ListRoots")
        added = {**request.headers, "x-amz-content-sha256": UNSIGNED}
        got = refused(management.app, replace(request, headers=added, body=b'{"MaxResults":1}'), "organizations")
        assert (got.status, got.code) == WRONG["json"]

    @pytest.mark.parametrize("body", [b"", b"x", b"5\r\nab\r\n0\r\n\r\n", b"f" * 5_000, b"1\r\n" * 20_000])
    def test_that_are_none(self, body: bytes) -> None:
        """What has not the form of chunks is left as it is, at once."""
        request = Request("POST", "/", "", {"content-encoding": "aws-chunked"}, body)
        assert decode_chunks(request) is request
