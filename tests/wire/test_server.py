"""The server over sockets: connections, bodies, lost replies and the control API."""

import http.client
import json
import socket
import time
from collections.abc import Iterator

import pytest

from artifact_emulator import __version__
from artifact_emulator.limits import DEFAULT_LIMITS
from tests.support.http_connection import (
    Connection,
    authorization,
    chunk,
    connection_to,
    http_request,
    organizations_request,
)
from tests.support.server_process import (
    ASYNCIO_COMMAND,
    SERVE_COMMAND,
    ServerProcess,
    clean_environment,
    server_process,
)

RESET = http_request("POST", "/_emulator/reset", {"Host": "localhost"})


@pytest.fixture(scope="module", params=[SERVE_COMMAND, ASYNCIO_COMMAND], ids=["uvloop", "asyncio"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server for this module, on each event loop, which must log nothing and stop cleanly."""
    log = tmp_path_factory.mktemp("server") / "stderr"
    with log.open("w") as stderr, server_process(request.param, env=clean_environment(), stderr=stderr) as server:
        yield server
        assert server.stop() == 0
    assert log.read_text() == ""


@pytest.fixture
def connection(server: ServerProcess) -> Iterator[Connection]:
    """A connection to the server, whose default world is empty."""
    with connection_to(server.port) as connection:
        connection.send(RESET)
        assert connection.reply()[0] == 204
        yield connection


class TestConnection:
    """Requests and replies of one connection."""

    def test_connection_is_kept_for_further_calls(self, connection: Connection) -> None:
        """Successful and refused calls follow each other on one connection."""
        operations = (
            "DescribeOrganization",
            "CreateOrganization",
            "ListRoots",
            "Nothing",
            "CreateOrganization",
            "ListRoots",
        )
        statuses = []
        for operation in operations:
            connection.send(organizations_request(operation))
            statuses.append(connection.reply()[0])
        assert statuses == [400, 200, 200, 400, 400, 200]

    def test_pipelined_calls_are_answered_in_order(self, connection: Connection) -> None:
        """Calls that are sent before the replies of earlier ones are answered one by one."""
        operations = ("CreateOrganization", "ListRoots", "Nothing", "DeleteOrganization", "DescribeOrganization")
        connection.send(b"".join(map(organizations_request, operations[:3])))
        connection.send(b"".join(map(organizations_request, operations[3:])))
        replies = [connection.reply() for _ in operations]
        assert [status for status, _, _ in replies] == [200, 200, 400, 200, 400]
        assert b'"Roots"' in replies[1][2]
        assert b"AWSOrganizationsNotInUseException" in replies[4][2]

    def test_client_may_stop_sending_after_its_last_request(self, connection: Connection) -> None:
        """Requests are answered after the client closed its side, also those that take long."""
        connection.send(RESET + organizations_request("CreateOrganization") + RESET)
        connection.socket.shutdown(socket.SHUT_WR)
        assert [connection.reply()[0] for _ in range(3)] == [204, 200, 204]
        assert connection.is_closed()

    def test_http_1_0_is_answered_and_closed(self, connection: Connection) -> None:
        """A client that knows no lengths of bodies reads to the end of the connection."""
        connection.send(organizations_request("DescribeOrganization").replace(b"HTTP/1.1", b"HTTP/1.0"))
        status, headers, _ = connection.reply()
        assert (status, headers["connection"]) == (400, "close")
        assert connection.is_closed()

    def test_offer_of_http_2_is_ignored(self, connection: Connection) -> None:
        """Clients such as Java's offer HTTP/2 with their first request, which is answered as it is."""
        offer = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABk"}
        connection.send(organizations_request("CreateOrganization", b'{"FeatureSet": "ALL"}', **offer))
        assert connection.reply()[0] == 200
        connection.send(organizations_request("DescribeOrganization"))
        assert connection.reply()[0] == 200

    def test_call_may_arrive_byte_by_byte(self, connection: Connection) -> None:
        """A call in many small pieces is put together."""
        for byte in organizations_request("CreateOrganization", b'{"FeatureSet": "ALL"}'):
            connection.send(bytes([byte]))
        assert connection.reply()[0] == 200

    def test_reply_is_sent_in_one_piece(self, connection: Connection) -> None:
        """Head and body arrive together, so that a client is woken once."""
        connection.send(organizations_request("DescribeOrganization"))
        head, _, body = connection.socket.recv(65536).partition(b"\r\n\r\n")
        assert b"content-length: %d" % len(body) in head
        assert body

    def test_connection_close_is_respected(self, connection: Connection) -> None:
        """After a request with `Connection: close` the server closes the connection."""
        connection.send(organizations_request("DescribeOrganization", Connection="close"))
        assert connection.reply()[0] == 400
        assert connection.is_closed()

    def test_head_request_has_no_body(self, connection: Connection) -> None:
        """HEAD is answered with a length but no body, and the next reply follows."""
        connection.send(http_request("HEAD", "/_emulator/health", {"Host": "localhost"}))
        status, headers, _ = connection.reply(method="HEAD")
        assert status == 200
        assert int(headers["content-length"]) > 0
        connection.send(organizations_request("DescribeOrganization"))
        assert connection.reply()[0] == 400

    def test_reply_without_content_has_no_length(self, connection: Connection) -> None:
        """A 204 has neither a body nor a Content-Length: https://www.rfc-editor.org/rfc/rfc9110#section-8.6."""
        connection.send(RESET)
        status, headers, _ = connection.reply()
        assert status == 204
        assert "content-length" not in headers

    def test_reply_has_no_server_header(self, connection: Connection) -> None:
        """The reply does not name the HTTP library."""
        connection.send(organizations_request("DescribeOrganization"))
        assert "server" not in connection.reply()[1]

    @pytest.mark.parametrize("data", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET\r\n\r\n", b"\r\n\r\n\x00"])
    def test_invalid_http_closes_only_its_connection(
        self, server: ServerProcess, connection: Connection, data: bytes
    ) -> None:
        """TLS or noise on the port closes that connection, and no other."""
        with connection_to(server.port) as other:
            other.send(data)
            other.socket.shutdown(socket.SHUT_WR)
            refusal = other.socket.recv(1000)
            assert refusal == b"" or refusal.startswith(b"HTTP/1.1 400 Bad Request\r\n")
        connection.send(organizations_request("DescribeOrganization"))
        assert connection.reply()[0] == 400

    @pytest.mark.parametrize("header", ["Transfer-Encoding: chunked", "Content-Length: 5"])
    def test_contradicting_body_lengths_are_refused(self, server: ServerProcess, header: str) -> None:
        """Two different lengths of a body cannot smuggle in a second request."""
        with connection_to(server.port) as other:
            call = organizations_request("CreateOrganization", b"0\r\n\r\n")
            other.send(call.replace(b"\r\n\r\n", f"\r\n{header}\r\n\r\n".encode(), 1))
            assert other.status_line().startswith("HTTP/1.1 400")


class TestBody:
    """Bodies of requests."""

    def test_chunked_body_is_put_together(self, connection: Connection) -> None:
        """The chunks of a body, with extension and trailer, form one call."""
        head = organizations_request("CreateOrganization", b"", Content_Length="", Transfer_Encoding="chunked")
        connection.send(head + chunk(b'{"FeatureSet'))
        time.sleep(0.05)
        connection.send(
            chunk(b'": "CONSOLIDATED_', b";name=value") + chunk(b'BILLING"}') + b"0\r\nX-Trailer: 1\r\n\r\n"
        )
        status, _, body = connection.reply()
        assert status == 200
        assert b'"FeatureSet":"CONSOLIDATED_BILLING"' in body

    def test_expected_body_is_requested(self, connection: Connection) -> None:
        """`Expect: 100-continue` is answered before the body arrives."""
        body = b'{"FeatureSet": "ALL"}'
        request = organizations_request("CreateOrganization", body, Expect="100-continue")
        connection.send(request.removesuffix(body))
        assert connection.status_line() == "HTTP/1.1 100 Continue"
        assert connection.status_line() == ""
        connection.send(body)
        assert connection.reply()[0] == 200

    def test_too_large_declared_body_is_refused_unread(self, connection: Connection) -> None:
        """A declared length over the limit is refused in the service's protocol before the body is sent."""
        headers = {"Content_Length": "1000000000000", "Expect": "100-continue"}
        connection.send(organizations_request("CreateOrganization", b"", **headers))
        status, headers, body = connection.reply()
        assert status == 413
        assert headers["content-type"] == "application/x-amz-json-1.1"
        assert json.loads(body)["__type"] == "RequestEntityTooLargeException"
        assert connection.is_closed()

    @pytest.mark.parametrize("chunked", [False, True])
    def test_sender_of_too_large_body_can_read_the_refusal(self, server: ServerProcess, *, chunked: bool) -> None:
        """A client that sends the body all the same gets the refusal and no connection error."""
        client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        piece = b" " * 2**20
        pieces = iter([piece] * (DEFAULT_LIMITS.body_bytes // len(piece)) + [b" "])
        body = pieces if chunked else b" " * (DEFAULT_LIMITS.body_bytes + 1)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": authorization("iam")}
        client.request("POST", "/", body, headers, encode_chunked=chunked)
        response = client.getresponse()
        assert response.status == 413
        assert b"<Code>RequestEntityTooLargeException</Code>" in response.read()
        client.close()

    def test_body_of_limit_size_is_accepted(self, server: ServerProcess) -> None:
        """A body that is exactly as large as the limit is read."""
        client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        body = b"Action=ListRoles&Version=2010-05-08&Padding="
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": authorization("iam")}
        client.request("POST", "/", body + b"x" * (DEFAULT_LIMITS.body_bytes - len(body)), headers)
        assert client.getresponse().status == 200
        client.close()

    @pytest.mark.parametrize("chunked", [False, True])
    def test_incomplete_body_is_not_carried_out(
        self, server: ServerProcess, connection: Connection, *, chunked: bool
    ) -> None:
        """The first part of a form, which would be a call by itself, has no effect if the client disconnects."""
        form = b"Action=CreateServiceLinkedRole&Version=2010-05-08&AWSServiceName=artifact.amazonaws.com"
        headers = {
            "Host": "localhost",
            "Content-Type": "application/x-www-form-urlencoded",
            "Authorization": authorization("iam"),
            **({"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": str(len(form) + 10)}),
        }
        with connection_to(server.port) as other:
            other.send(http_request("POST", "/", headers, chunk(form) if chunked else form))
            time.sleep(0.05)
        time.sleep(0.05)
        query = b"Action=ListRoles&Version=2010-05-08"
        headers |= {"Transfer-Encoding": "", "Content-Length": str(len(query))}
        connection.send(http_request("POST", "/", headers, query))
        assert b"AWSServiceRoleForArtifact" not in connection.reply()[2]


class TestControlApi:
    """The control API."""

    def test_chunked_body_is_read(self, connection: Connection) -> None:
        """A body without a declared length reaches the control API."""
        headers = {"Host": "localhost", "Content-Type": "application/json", "Transfer-Encoding": "chunked"}
        connection.send(http_request("POST", "/worlds/chunked/_emulator/faults", headers))
        connection.send(chunk(b'{"service": "sts",') + chunk(b' "reset": true}') + b"0\r\n\r\n")
        status, _, body = connection.reply()
        assert (status, b'"reset":true' in body) == (200, True)

    def test_health_has_version(self, connection: Connection) -> None:
        """A probe gets the version."""
        connection.send(http_request("GET", "/_emulator/health", {"Host": "localhost"}))
        status, headers, body = connection.reply()
        assert (status, headers["content-type"]) == (200, "application/json")
        assert json.loads(body)["version"] == __version__

    def test_reset_empties_world(self, connection: Connection) -> None:
        """After a reset the organization is gone."""
        connection.send(organizations_request("CreateOrganization") + RESET)
        connection.send(organizations_request("DescribeOrganization"))
        assert [connection.reply()[0] for _ in range(3)] == [200, 204, 400]

    def test_page_of_another_site_is_refused(self, connection: Connection) -> None:
        """A page open in the developer's browser cannot reset the world."""
        connection.send(organizations_request("CreateOrganization"))
        headers = {"Host": "localhost", "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        connection.send(http_request("POST", "/_emulator/reset", headers))
        connection.send(organizations_request("DescribeOrganization"))
        assert [connection.reply()[0] for _ in range(3)] == [200, 403, 200]


class TestStream:
    """The stream of events."""

    def test_events_are_chunks_that_arrive_at_once(self, connection: Connection) -> None:
        """A call is announced on the stream while it stays open, and the end of the client frees it."""
        connection.send(http_request("GET", "/_emulator/events", {"Host": "localhost", "Accept": "text/event-stream"}))
        assert connection.status_line() == "HTTP/1.1 200 OK"
        head = iter(connection.status_line, "")
        assert "transfer-encoding: chunked" in head
        with connection_to(connection.socket.getpeername()[1]) as other:
            other.send(organizations_request("CreateOrganization"))
            assert other.reply()[0] == 200
        assert any("CreateOrganization" in line for line in iter(connection.status_line, None))


class TestFaults:
    """Replies that faults lose or delay on their way."""

    @staticmethod
    def call_with_fault(server: ServerProcess, **fault: object) -> tuple[bytes, float]:
        """Set a fault in a new world, call once, and return what arrived and after how many seconds."""
        world = f"/worlds/{'-'.join(fault)}"
        rule = json.dumps({"service": "sts", **fault}).encode()
        form = b"Action=GetCallerIdentity&Version=2011-06-15"
        common = {"Host": "localhost", "Connection": "close"}
        arrived = bytearray()
        with connection_to(server.port) as connection:
            headers = common | {"Content-Type": "application/json", "Content-Length": str(len(rule))}
            connection.send(http_request("POST", f"{world}/_emulator/faults", headers, rule))
            assert connection.reply()[0] == 200
        with connection_to(server.port) as connection:
            headers = common | {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(form))}
            start = time.monotonic()
            connection.send(http_request("POST", world, headers | {"Authorization": authorization("sts")}, form))
            try:
                while part := connection.socket.recv(65536):
                    arrived += part
            except ConnectionResetError:
                arrived += b"RESET"
        return bytes(arrived), time.monotonic() - start

    def test_reset_loses_whole_reply(self, server: ServerProcess) -> None:
        """The connection is reset before any byte of the reply."""
        assert self.call_with_fault(server, reset=True)[0] == b"RESET"

    def test_truncated_reply_is_shorter_than_announced(self, server: ServerProcess) -> None:
        """The head is complete, and the body ends before its announced length."""
        arrived, _ = self.call_with_fault(server, truncate=True)
        head, _, body = arrived.removesuffix(b"RESET").partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        assert b"</GetCallerIdentityResponse>" not in body

    def test_latency_delays_reply(self, server: ServerProcess) -> None:
        """The reply arrives after the delay."""
        arrived, seconds = self.call_with_fault(server, latency_ms=400)
        assert arrived.startswith(b"HTTP/1.1 200")
        assert seconds >= 0.4
