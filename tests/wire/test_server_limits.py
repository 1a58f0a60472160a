"""The limits of the server over sockets, and calls that are not finished when it ends."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.support.http_connection import (
    Connection,
    authorization,
    chunk,
    connection_to,
    http_request,
    organizations_request,
)
from tests.support.server_process import SERVE_COMMAND, ServerProcess, clean_environment, server_process

HEALTH = "/_emulator/health"
LIMITS = ("idle_seconds=1", "header_count=20", "header_bytes=4096", "connections=5")


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    """A server with small limits."""
    command = [*SERVE_COMMAND, *(part for limit in LIMITS for part in ("--limit", limit))]
    with server_process(command, env=clean_environment(), stderr=subprocess.DEVNULL) as server:
        yield server


@pytest.fixture
def connection(server: ServerProcess) -> Iterator[Connection]:
    """A connection to the server."""
    with connection_to(server.port) as connection:
        yield connection


class TestHead:
    """The head of a request, and its trailer."""

    @pytest.mark.parametrize("end", [b"", b"\r\n\r\n"], ids=["endless", "complete"])
    def test_large_head_is_refused(self, connection: Connection, end: bytes) -> None:
        """A head above the limit is refused, whether it ends or not."""
        connection.send(b"GET " + HEALTH.encode() + b" HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"a" * 5_000 + end)
        assert connection.reply()[0] == 431
        assert connection.is_closed()

    def test_many_header_fields_are_refused(self, connection: Connection) -> None:
        """More header fields than the limit are refused."""
        connection.send(http_request("GET", HEALTH, {"Host": "localhost", **{f"X-{n}": "x" for n in range(20)}}))
        assert connection.reply()[0] == 431

    @pytest.mark.parametrize("name", ["Authorization", "Host", "X-Amz-Target"])
    def test_repeated_header_field_is_refused(self, connection: Connection, name: str) -> None:
        """A field that two parties could read differently is refused."""
        request = organizations_request("ListRoots").replace(b"\r\n\r\n", f"\r\n{name}: x\r\n\r\n".encode(), 1)
        connection.send(request.replace(b"\r\n\r\n", f"\r\n{name}: x\r\n\r\n".encode(), 1))
        assert connection.reply()[0] == 400

    def test_trailer_is_no_header(self, connection: Connection) -> None:
        """Fields of a trailer are not merged into the header."""
        head = {"Host": "localhost", "Transfer-Encoding": "chunked", "Content-Type": "application/x-amz-json-1.1"}
        target = {"X-Amz-Target": "AWSOrganizationsV20161128.ListRoots"}
        request = http_request("POST", "/", {**head, **target})
        trailer = f"0\r\nAuthorization: {authorization('organizations')}\r\n\r\n".encode()
        connection.send(request + chunk(b"{}") + trailer)
        status, _, body = connection.reply()
        assert (status, b"MissingAuthenticationTokenException" in body) == (400, True)


class TestConnections:
    """Connections that take long, and their number."""

    def test_incomplete_request_ends(self, connection: Connection) -> None:
        """A request that does not become complete is refused after a time."""
        connection.send(organizations_request("ListRoots")[:-1])
        assert connection.reply()[0] == 408

    def test_idle_connection_is_closed(self, connection: Connection) -> None:
        """A connection without a request is closed after a time."""
        assert connection.is_closed()

    def test_number_of_connections_is_limited(self, server: ServerProcess) -> None:
        """A connection beyond the limit is refused."""
        connections = [Connection(server.port) for _ in range(6)]
        try:
            assert connections[-1].reply()[0] == 503
        finally:
            for connection in connections:
                connection.close()


BLOCKED = """
import sys, time
from artifact_emulator.app import App
from artifact_emulator.cli.main import main

App.handle_in_parts = lambda self, request: time.sleep(60)
sys.exit(main())
"""
"""Serves with threads that do not end."""


class TestGrace:
    """Requests in progress when the server is to end."""

    def test_call_beyond_grace_is_answered_in_its_protocol(self) -> None:
        """A call that takes longer than the period of grace is answered with 503 in the shape of its protocol."""
        command = [*SERVE_COMMAND, "--grace", "1"]
        with (
            server_process(command, env=clean_environment(), stderr=subprocess.DEVNULL) as server,
            connection_to(server.port) as control,
            connection_to(server.port) as connection,
        ):
            json_type = {"Host": "localhost", "Content-Type": "application/json"}
            fault = b'{"service": "organizations", "latency_ms": 5000}'
            length = {"Content-Length": str(len(fault))}
            control.send(http_request("POST", "/_emulator/faults", json_type | length, fault))
            assert control.reply()[0] < 300
            connection.send(organizations_request("ListRoots"))
            time.sleep(0.3)
            server.process.send_signal(signal.SIGTERM)
            status, headers, body = connection.reply()
            assert (status, headers["content-type"]) == (503, "application/x-amz-json-1.1")
            assert b"ServiceUnavailable" in body
            assert server.process.wait(timeout=5) == 0

    def test_call_within_grace_is_finished(self) -> None:
        """A call that ends within the period of grace is answered as ever, and ends the server."""
        with (
            server_process([*SERVE_COMMAND, "--grace", "30"], env=clean_environment()) as server,
            connection_to(server.port) as control,
            connection_to(server.port) as connection,
        ):
            fault = b'{"service": "organizations", "latency_ms": 1500}'
            headers = {"Host": "localhost", "Content-Type": "application/json", "Content-Length": str(len(fault))}
            control.send(http_request("POST", "/_emulator/faults", headers, fault))
            assert control.reply()[0] < 300
            connection.send(organizations_request("CreateOrganization"))
            time.sleep(0.3)
            server.process.send_signal(signal.SIGTERM)
            assert connection.reply()[0] == 200
            assert server.process.wait(timeout=5) == 0

    def test_thread_that_does_not_end_does_not_keep_server_alive(self) -> None:
        """Long work in a thread is answered with 503 too, in each protocol, and the process ends with status 0."""
        command = [sys.executable, "-c", BLOCKED, "serve", "--grace", "1"]
        with (
            server_process(command, env=clean_environment()) as server,
            connection_to(server.port) as control,
            connection_to(server.port) as connection,
        ):
            control.send(http_request("GET", "/_emulator/scenario", {"Host": "localhost"}))
            connection.send(organizations_request("DescribeEffectivePolicy"))
            time.sleep(0.3)
            server.process.send_signal(signal.SIGTERM)
            replies = [other.reply() for other in (control, connection)]
            assert [(status, headers["content-type"]) for status, headers, _ in replies] == [
                (503, "application/problem+json"),
                (503, "application/x-amz-json-1.1"),
            ]
            assert server.process.wait(timeout=5) == 0
