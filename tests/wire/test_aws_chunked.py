"""Bodies in signed chunks, and bodies that are not signed."""

import hmac
from collections.abc import Callable
from hashlib import sha256

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from artifact_emulator.app import App
from artifact_emulator.aws.signing.aws_chunked import decode_chunks
from artifact_emulator.aws.signing.sigv4 import claim_of, signing_key
from artifact_emulator.http import Request
from artifact_state.record import replace
from artifact_state.world import World
from tests.support.authentication_errors import WRONG_SIGNATURE
from tests.support.wire_client import ENDPOINT, Client, answer, refused

HOST = ENDPOINT.partition("//")[2]
EMPTY_HASH = sha256(b"").hexdigest()
SIGNED, SIGNED_WITH_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
UNSIGNED_CHUNKS, UNSIGNED = "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "UNSIGNED-PAYLOAD"
BODY = b'{"Name":"Chunks","Content":"' + b" " * 300 + b'"}'


class ChunkedSigner:
    """A signer that encodes a body in chunks of a hundred bytes.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
    """

    def __init__(self, credentials: Credentials, kind: str) -> None:
        self.credentials = credentials
        self.kind = kind

    def request(self, body: bytes, target: str = "ListRoots") -> Request:
        """Return a signed request."""
        headers = {
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": f"AWSOrganizationsV20161128.{target}",
            "x-amz-content-sha256": self.kind,
            **({} if self.kind == UNSIGNED else {"content-encoding": "aws-chunked"}),
        }
        request_to_sign = AWSRequest("POST", f"{ENDPOINT}/", headers, b"")
        signer = SigV4Auth(self.credentials, "organizations", "us-east-1")
        signer.add_auth(request_to_sign)
        unencoded = Request(
            "POST",
            "/",
            "",
            {"host": HOST} | {name.lower(): text for name, text in request_to_sign.headers.items()},
            b"",
        )
        return replace(unencoded, body=body if self.kind == UNSIGNED else self.chunked(unencoded, body))

    def chunked(self, request: Request, body: bytes) -> bytes:
        """Return a body in chunks, each with its signature."""
        claim = claim_of(request)
        assert claim is not None
        previous, encoded = claim.signature, b""
        for data in [*(body[at : at + 100] for at in range(0, len(body), 100)), b""]:
            size = f"{len(data):x}".encode()
            if self.kind == UNSIGNED_CHUNKS:
                encoded += size + b"\r\n" + data + (b"\r\n" if data else b"")
                continue
            previous = self.signature(request, "PAYLOAD", previous, EMPTY_HASH, sha256(data).hexdigest())
            encoded += size + b";chunk-signature=" + previous.encode() + b"\r\n" + data + (b"\r\n" if data else b"")
        if self.kind == SIGNED:
            return encoded + b"\r\n"
        trailer = b"x-amz-checksum-crc32c:sOO8/Q=="
        if self.kind == UNSIGNED_CHUNKS:
            return encoded + trailer + b"\r\n\r\n"
        last = self.signature(request, "TRAILER", previous, sha256(trailer + b"\n").hexdigest())
        return encoded + trailer + b"\r\nx-amz-trailer-signature:" + last.encode() + b"\r\n\r\n"

    def signature(self, request: Request, kind: str, *parts: str) -> str:
        """Return the signature of a part, which covers that of the previous part."""
        claim = claim_of(request)
        assert claim is not None
        to_sign = "\n".join((f"AWS4-HMAC-SHA256-{kind}", claim.instant, claim.scope, *parts))
        return hmac.new(signing_key(self.credentials.secret_key, claim), to_sign.encode(), sha256).hexdigest()


@pytest.fixture
def administrator_keys(management: Client) -> Credentials:
    """Return the access key of an administrator in the management account."""
    management.do("iam", "CreateUser", UserName="Alice")
    admin = "arn:aws:iam::aws:policy/AdministratorAccess"
    management.do("iam", "AttachUserPolicy", UserName="Alice", PolicyArn=admin)
    key = management.do("iam", "CreateAccessKey", UserName="Alice")["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


every_kind = pytest.mark.parametrize("kind", [SIGNED, SIGNED_WITH_TRAILER, UNSIGNED_CHUNKS, UNSIGNED])


class TestChunks:
    """A body in chunks."""

    @every_kind
    def test_chunks_are_joined_and_the_signature_is_valid(
        self, management: Client, administrator_keys: Credentials, kind: str
    ) -> None:
        """The input is that of the joined chunks, and the signature is valid."""
        request = ChunkedSigner(administrator_keys, kind).request(b'{"MaxResults":' + b" " * 250 + b"1}")
        assert answer(management.app, request, "organizations", "ListRoots").data["Roots"]

    @every_kind
    def test_wrong_secret_key_is_refused(self, management: Client, administrator_keys: Credentials, kind: str) -> None:
        """The signature of the request itself is verified."""
        forged = ChunkedSigner(Credentials(administrator_keys.access_key, "x"), kind).request(b"{}")
        error = refused(management.app, forged, "organizations", "ListRoots")
        assert (error.status, error.code) == WRONG_SIGNATURE["json"]

    @pytest.mark.parametrize("kind", [SIGNED, SIGNED_WITH_TRAILER])
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
        ids=["data", "signature", "no last chunk", "cut off", "no first chunk", "empty", "no size", "negative size"],
    )
    def test_altered_chunk_is_refused(
        self, management: Client, administrator_keys: Credentials, kind: str, alter: Callable[[bytes], bytes]
    ) -> None:
        """A chunk that was altered, removed or moved does not match its signature."""
        request = ChunkedSigner(administrator_keys, kind).request(BODY)
        error = refused(management.app, replace(request, body=alter(request.body)), "organizations", "ListRoots")
        assert (error.status, error.code) == WRONG_SIGNATURE["json"]

    def test_altered_trailer_is_refused(self, management: Client, administrator_keys: Credentials) -> None:
        """An altered or missing trailer does not match its signature."""
        request = ChunkedSigner(administrator_keys, SIGNED_WITH_TRAILER).request(b"{}")
        for body in (
            request.body.replace(b"sOO8", b"sOO9"),
            request.body[: request.body.index(b"x-amz-checksum")] + b"\r\n",
        ):
            error = refused(management.app, replace(request, body=body), "organizations", "ListRoots")
            assert (error.status, error.code) == WRONG_SIGNATURE["json"]

    def test_chunks_of_a_placeholder_account_are_joined(self) -> None:
        """The chunks of a placeholder account, whose signatures are not verified, are joined too."""
        client = Client(App(World()), "111122223333")
        client.do("organizations", "CreateOrganization")
        request = ChunkedSigner(Credentials("111122223333", "x"), UNSIGNED_CHUNKS).request(b'{"MaxResults":1}')
        assert answer(client.app, request, "organizations", "ListRoots").data["Roots"]

    def test_unsigned_header_cannot_exclude_the_body(self, management: Client, administrator_keys: Credentials) -> None:
        """A header that is not signed, which anyone could add, cannot exclude the body from the signature."""
        request = replace(management, credentials=administrator_keys).request("organizations", "ListRoots")
        added = {**request.headers, "x-amz-content-sha256": UNSIGNED}
        error = refused(management.app, replace(request, headers=added, body=b'{"MaxResults":1}'), "organizations")
        assert (error.status, error.code) == WRONG_SIGNATURE["json"]

    @pytest.mark.parametrize("body", [b"", b"x", b"5\r\nab\r\n0\r\n\r\n", b"f" * 5_000, b"1\r\n" * 20_000])
    def test_body_without_valid_chunks_is_left_as_it_is(self, body: bytes) -> None:
        """A body that does not have the form of chunks is returned as it is, without delay."""
        request = Request("POST", "/", "", {"content-encoding": "aws-chunked"}, body)
        assert decode_chunks(request) is request
