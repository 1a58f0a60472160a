"""Calls of services that are not emulated, passed to a backend: what it gets, and what the client gets back."""

import json
import socket
import subprocess
from collections.abc import Iterator
from http.client import HTTPConnection
from threading import Event
from typing import Any
from urllib.request import Request as UrlRequest
from urllib.request import urlopen

import pytest

from tests.support.http_connection import Connection, authorization, chunk, connection_to, http_request
from tests.support.recording_backend import Answer, RecordingBackend, recording_backend
from tests.support.server_process import SERVE_COMMAND, ServerProcess, clean_environment, server_process

ACCOUNT = "111122223333"
SSM = {
    "Host": "localhost",
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": "AmazonSSM.GetParameter",
    "Authorization": authorization("ssm"),
}
PARAMETER = b'{"Name": "/a"}'
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def backend_of_module() -> Iterator[RecordingBackend]:
    """A backend."""
    with recording_backend() as backend:
        yield backend


@pytest.fixture(scope="module")
def gate(backend_of_module: RecordingBackend) -> Iterator[ServerProcess]:
    """A server in front of the backend, which it takes for moto's."""
    limits = ("--limit", "passed_seconds=2", "--limit", f"passed_bytes={80 * MIB}")
    command = [*SERVE_COMMAND, "--behind", backend_of_module.url, "--behind-kind", "moto", *limits]
    with server_process(command, env=clean_environment(), stderr=subprocess.DEVNULL) as server:
        yield server


@pytest.fixture
def backend(backend_of_module: RecordingBackend) -> RecordingBackend:
    """The backend without requests, which answers `{}`."""
    backend_of_module.received.clear()
    backend_of_module.respond = lambda _: Answer()
    return backend_of_module


@pytest.fixture
def connection(gate: ServerProcess) -> Iterator[Connection]:
    """A connection to the server."""
    with connection_to(gate.port) as connection:
        yield connection


def ssm_request(path: str = "/", **headers: str) -> bytes:
    """Return the bytes of a call to SSM; underscores in header names stand for hyphens."""
    changes = {name.replace("_", "-"): value for name, value in headers.items()}
    return http_request("POST", path, SSM | {"Content-Length": str(len(PARAMETER))} | changes, PARAMETER)


def s3_request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """Return the bytes of a call to S3."""
    changes = {name.replace("_", "-"): value for name, value in headers.items()}
    head = {"Host": "localhost", "Authorization": authorization("s3")}
    if body or method == "PUT":
        head["Content-Length"] = str(len(body))
    return http_request(method, path, head | changes, body)


def control(gate: ServerProcess, path: str, body: object = None) -> Any:
    """Return the reply of the control API."""
    data = None if body is None else json.dumps(body).encode()
    request = UrlRequest(f"http://127.0.0.1:{gate.port}/_emulator/{path}", data, {"Content-Type": "application/json"})
    with urlopen(request, timeout=10) as reply:
        return json.load(reply)


class TestRequest:
    """The request that the backend gets."""

    def test_request_is_passed_with_the_account(self, connection: Connection, backend: RecordingBackend) -> None:
        """Method, path, query, headers and body are those of the client; a header names the calling account."""
        connection.send(ssm_request("/?a=%2F&b", X_Custom="1"))
        assert connection.reply()[0] == 200
        received = backend.only()
        assert (received.method, received.target, received.body) == ("POST", "/?a=%2F&b", PARAMETER)
        own = {name.lower(): value for name, value in SSM.items()}
        assert received.headers == own | {"content-length": "14", "x-custom": "1", "x-moto-account-id": ACCOUNT}

    def test_fields_of_the_connection_are_not_passed(self, connection: Connection, backend: RecordingBackend) -> None:
        """What belongs to the client's connection, and what its Connection field names, stays there."""
        connection.send(ssm_request(Connection="keep-alive, X-Mine", X_Mine="1", Keep_Alive="5", TE="trailers"))
        assert connection.reply()[0] == 200
        assert not {"connection", "x-mine", "keep-alive", "te"} & backend.only().headers.keys()

    def test_path_of_the_world_is_removed(self, connection: Connection, backend: RecordingBackend) -> None:
        """The backend knows no worlds: it gets the path that follows the world's."""
        connection.send(s3_request("GET", "/worlds/mine/bucket/a%20b?acl"))
        assert connection.reply()[0] == 200
        assert backend.only().target == "/bucket/a%20b?acl"

    def test_host_is_passed_unchanged(self, connection: Connection, backend: RecordingBackend) -> None:
        """The host, which may name a bucket, is the client's."""
        connection.send(s3_request("GET", "/key", Host="bucket.s3.localhost:4700"))
        assert connection.reply()[0] == 200
        assert backend.only().headers["host"] == "bucket.s3.localhost:4700"

    def test_bucket_may_have_the_name_of_an_own_path(self, connection: Connection, backend: RecordingBackend) -> None:
        """A signed request to a bucket whose name begins like the console's path is a call to S3."""
        connection.send(s3_request("GET", "/console-logs/key"))
        assert connection.reply()[0] == 200
        assert backend.only().target == "/console-logs/key"

    def test_chunked_body_is_passed_with_its_length(self, connection: Connection, backend: RecordingBackend) -> None:
        """A body of unknown length is complete when it is passed."""
        head = SSM | {"Transfer-Encoding": "chunked"}
        connection.send(http_request("POST", "/", head) + chunk(PARAMETER) + b"0\r\n\r\n")
        assert connection.reply()[0] == 200
        received = backend.only()
        assert (received.body, received.headers["content-length"]) == (PARAMETER, "14")
        assert "transfer-encoding" not in received.headers

    def test_aws_chunked_body_is_passed_unchanged(self, connection: Connection, backend: RecordingBackend) -> None:
        """Amazon's own chunks, their signatures and trailing checksums are part of the body."""
        body = b"5;chunk-signature=0\r\nhello\r\n0;chunk-signature=0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"
        fields = {"Content_Encoding": "aws-chunked", "X_Amz_Trailer": "x-amz-checksum-crc32"}
        streaming = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
        connection.send(s3_request("PUT", "/bucket/key", body, X_Amz_Content_Sha256=streaming, **fields))
        assert connection.reply()[0] == 200
        received = backend.only()
        assert (received.body, received.headers["content-encoding"]) == (body, "aws-chunked")

    def test_client_is_told_to_continue(self, connection: Connection, backend: RecordingBackend) -> None:
        """The server asks for the body itself; the backend is not asked to ask for it."""
        connection.send(s3_request("PUT", "/bucket/key", Content_Length="5", Expect="100-continue"))
        assert connection.status_line() == "HTTP/1.1 100 Continue"
        assert connection.status_line() == ""
        connection.send(b"hello")
        assert connection.reply()[0] == 200
        assert backend.only().body == b"hello"
        assert "expect" not in backend.only().headers


class TestAnswer:
    """The answer that the client gets."""

    def test_answer_is_unchanged(self, connection: Connection, backend: RecordingBackend) -> None:
        """Status, headers and body are the backend's, also those of an error and of encoded content."""
        fields = {"X-Amzn-RequestId": "1", "Content-Encoding": "gzip", "Content-Type": "application/x-amz-json-1.1"}
        backend.respond = lambda _: Answer(418, fields, b"\x1f\x8b..")
        connection.send(ssm_request())
        status, headers, body = connection.reply()
        assert (status, body) == (418, b"\x1f\x8b..")
        assert {name: headers[name.lower()] for name in fields} == fields

    @pytest.mark.parametrize("status", [301, 307])
    def test_redirect_is_not_followed(self, connection: Connection, backend: RecordingBackend, status: int) -> None:
        """A redirect is the client's to follow."""
        backend.respond = lambda _: Answer(status, {"Location": "http://127.0.0.1:1/other"}, b"")
        connection.send(s3_request("GET", "/bucket"))
        reply = connection.reply()
        assert (reply[0], reply[1]["location"]) == (status, "http://127.0.0.1:1/other")
        assert len(backend.received) == 1

    def test_head_has_the_length_of_the_object(self, connection: Connection, backend: RecordingBackend) -> None:
        """The answer to HEAD has no body, and the length that the body would have."""
        backend.respond = lambda _: Answer(200, {"Content-Length": "12345"}, b"")
        connection.send(s3_request("HEAD", "/bucket/key"))
        status, headers, _ = connection.reply(method="HEAD")
        assert (status, headers["content-length"]) == (200, "12345")
        connection.send(s3_request("HEAD", "/bucket/key"))
        assert connection.reply(method="HEAD")[0] == 200

    @pytest.mark.parametrize("status", [204, 304])
    def test_answer_without_content(self, connection: Connection, backend: RecordingBackend, status: int) -> None:
        """An answer without content leaves the connections usable."""
        backend.respond = lambda _: Answer(status, body=b"")
        for _ in range(2):
            connection.send(s3_request("DELETE", "/bucket/key"))
            assert connection.reply()[0] == status

    def test_range_is_passed(self, connection: Connection, backend: RecordingBackend) -> None:
        """A part of an object is asked for and answered as such."""
        backend.respond = lambda _: Answer(206, {"Content-Range": "bytes 5-9/100"}, b"56789")
        connection.send(s3_request("GET", "/bucket/key", Range="bytes=5-9"))
        status, headers, body = connection.reply()
        assert (status, headers["content-range"], body) == (206, "bytes 5-9/100", b"56789")
        assert backend.only().headers["range"] == "bytes=5-9"

    def test_answer_without_length_is_streamed(self, gate: ServerProcess, backend: RecordingBackend) -> None:
        """Content that the backend sends in chunks arrives complete."""
        backend.respond = lambda _: Answer(chunks=(b"one", b"two", b"x" * MIB))
        client = HTTPConnection("127.0.0.1", gate.port, timeout=10)
        client.request("GET", "/bucket/key", headers={"Authorization": authorization("s3")})
        assert client.getresponse().read() == b"onetwo" + b"x" * MIB
        client.close()

    def test_large_bodies_are_passed_in_both_directions(self, gate: ServerProcess, backend: RecordingBackend) -> None:
        """Bodies of 64 MiB, above the limit of bodies for the emulator itself, are passed without being kept."""
        content = bytes(range(256)) * (64 * MIB // 256)
        backend.respond = lambda received: Answer(body=received.body)
        client = HTTPConnection("127.0.0.1", gate.port, timeout=60)
        client.request("PUT", "/bucket/key", content, headers={"Authorization": authorization("s3")})
        response = client.getresponse()
        assert (response.status, response.getheader("content-length")) == (200, str(len(content)))
        assert response.read() == content
        client.close()

    def test_body_above_the_limit_is_refused(self, connection: Connection, backend: RecordingBackend) -> None:
        """A body above `passed_bytes` is refused before it is sent, in the form of the service."""
        connection.send(s3_request("PUT", "/bucket/key", Content_Length=str(81 * MIB), Expect="100-continue"))
        assert connection.reply()[0] == 413
        assert backend.received == []


class TestConnections:
    """The connections to the backend."""

    def test_connection_is_kept(self, connection: Connection, backend: RecordingBackend) -> None:
        """Calls that follow each other use one connection."""
        for _ in range(3):
            connection.send(ssm_request())
            connection.reply()
        assert len({received.client for received in backend.received}) == 1

    def test_closed_connection_is_replaced(self, connection: Connection, backend: RecordingBackend) -> None:
        """A connection that the backend closes after an answer is not used again."""
        backend.respond = lambda _: Answer(headers={"Connection": "close"})
        for _ in range(3):
            connection.send(ssm_request())
            assert connection.reply()[0] == 200
        assert len({received.client for received in backend.received}) == 3

    def test_request_that_was_sent_is_not_repeated(self, connection: Connection, backend: RecordingBackend) -> None:
        """A backend that closes the connection may have carried out the call, which is answered with 502."""
        backend.respond = lambda _: None
        connection.send(ssm_request())
        status, _, body = connection.reply()
        assert (status, json.loads(body)["__type"]) == (502, "BadGateway")
        assert "passes ssm to" in json.loads(body)["Message"]
        assert len(backend.received) == 1

    def test_answer_that_breaks_off_ends_the_connection(self, gate: ServerProcess, backend: RecordingBackend) -> None:
        """A client must not take a part of an object for the whole."""
        backend.respond = lambda _: Answer(body=b"x" * MIB, missing=1)
        with connection_to(gate.port) as connection:
            connection.send(s3_request("GET", "/bucket/key"))
            assert len(connection.reply()[2]) == MIB
            assert connection.is_closed()

    def test_dead_backend_is_answered_in_the_protocol(self) -> None:
        """Without a backend, S3's clients get its error in XML, and the failure is counted."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{free.getsockname()[1]}"
            command = [*SERVE_COMMAND, "--behind", url]
            with server_process(command, env=clean_environment()) as gate, connection_to(gate.port) as connection:
                connection.send(s3_request("GET", "/bucket"))
                status, _, body = connection.reply()
                counted = control(gate, "capabilities")["behind"]
        assert (status, b"<Error><Code>ServiceUnavailable</Code>" in body) == (503, True)
        assert f"passes s3 to {url}, which failed".encode() in body
        assert counted == {"url": url, "answered": 0, "failed": 1}

    def test_backend_that_does_not_answer_in_time(self, connection: Connection, backend: RecordingBackend) -> None:
        """A call that takes longer than `passed_seconds` is answered with 502."""
        event = Event()
        backend.respond = lambda _: Answer() if event.wait(8) else None
        connection.send(ssm_request())
        assert connection.reply()[0] == 502
        event.set()


class TestWorld:
    """What a world adds to calls that are passed on."""

    def test_calls_are_in_the_event_feed(
        self, gate: ServerProcess, connection: Connection, backend: RecordingBackend
    ) -> None:
        """A call is recorded with its service, operation, caller and the error that the backend answered."""
        backend.respond = lambda _: Answer(400, {}, b'{"__type": "com.amazonaws#ParameterNotFound", "message": "no"}')
        connection.send(ssm_request("/worlds/feed/"))
        assert connection.reply()[0] == 400
        with urlopen(f"http://127.0.0.1:{gate.port}/worlds/feed/_emulator/events", timeout=10) as reply:
            (record,) = json.load(reply)["events"]
        named = ("eventSource", "eventName", "errorCode", "errorMessage", "recipientAccountId")
        assert [record[name] for name in named] == [
            "ssm.amazonaws.com", "GetParameter", "ParameterNotFound", "no", ACCOUNT
        ]  # fmt: skip
        assert record["requestParameters"] == {"name": "/a"}

    def test_fault_is_injected(self, gate: ServerProcess, connection: Connection, backend: RecordingBackend) -> None:
        """A fault of a service that is not emulated fails the call, in the service's words, before it is passed on."""
        path = f"http://127.0.0.1:{gate.port}/worlds/faults/_emulator/faults"
        rule = {"service": "s3", "operation": "GetObject", "error": {"code": "Throttling"}, "times": 1}
        request = UrlRequest(path, json.dumps(rule).encode(), {"Content-Type": "application/json"})
        urlopen(request, timeout=10).close()
        connection.send(s3_request("GET", "/worlds/faults/bucket/key"))
        status, _, body = connection.reply()
        assert (status, b"<Code>SlowDown</Code>" in body) == (503, True)
        assert backend.received == []
        connection.send(s3_request("GET", "/worlds/faults/bucket/key"))
        assert connection.reply()[0] == 200

    def test_own_services_are_not_passed(self, connection: Connection, backend: RecordingBackend) -> None:
        """The emulator answers its own services, and its own paths, itself."""
        head = {"Host": "localhost", "Content-Type": "application/x-amz-json-1.1"}
        target = {
            "X-Amz-Target": "AWSOrganizationsV20161128.ListRoots",
            "Authorization": authorization("organizations"),
        }
        connection.send(http_request("POST", "/", {**head, **target, "Content-Length": "2"}, b"{}"))
        assert b"AWSOrganizationsNotInUseException" in connection.reply()[2]
        connection.send(http_request("GET", "/_emulator/health", {"Host": "localhost"}))
        assert connection.reply()[0] == 200
        assert backend.received == []


class TestRefusals:
    """Calls that are not passed on."""

    def test_unsigned_call_is_refused(self, connection: Connection, backend: RecordingBackend) -> None:
        """A call that nobody signed has no account to be passed under."""
        connection.send(ssm_request(Authorization=""))
        status, _, body = connection.reply()
        assert (status, json.loads(body)["__type"]) == (400, "MissingAuthenticationTokenException")
        assert backend.received == []

    def test_unknown_key_is_refused_in_the_words_of_s3(self, connection: Connection, backend: RecordingBackend) -> None:
        """S3 has a code of its own for a key that does not exist."""
        header = authorization("s3", "AKIA" + "A" * 16)
        connection.send(s3_request("GET", "/", Authorization=header.replace("AKIA", "ASIA")))
        status, _, body = connection.reply()
        assert (status, b"<Code>InvalidAccessKeyId</Code>" in body) == (403, True)
        assert backend.received == []

    @pytest.mark.parametrize("name", ["Origin", "Sec-Fetch-Site"])
    def test_page_of_another_site_is_refused(
        self, connection: Connection, backend: RecordingBackend, name: str
    ) -> None:
        """A page of another site cannot call a backend through the emulator."""
        value = "https://example.com" if name == "Origin" else "cross-site"
        connection.send(s3_request("GET", "/bucket", b"", **{name.replace("-", "_"): value}))
        assert connection.reply()[0] == 403
        assert backend.received == []

    def test_target_of_another_service_is_refused(self, connection: Connection, backend: RecordingBackend) -> None:
        """A request that names an operation of one service is not passed under the signature of another.

        The backend could carry out the operation that the signature leads to, which was not decided.
        """
        connection.send(s3_request("DELETE", "/bucket", X_Amz_Target="DynamoDB_20120810.ListTables"))
        assert connection.reply()[0] == 400
        assert backend.received == []
