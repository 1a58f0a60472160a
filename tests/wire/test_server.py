"""The server, in a process of its own: sockets, HTTP, signals, and what the command says."""

import asyncio
import http.client
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from artifact_emulator import __version__
from artifact_emulator.app import App
from artifact_emulator.cli.main import _parser, main
from artifact_emulator.server.asgi import DEFAULT_BODY_LIMIT, AsgiApp
from artifact_emulator.server.server import listen
from artifact_state import catalog
from tests.support.server_process import ServerProcess, clean_environment, server_process

COMMAND = [sys.executable, "-m", "artifact_emulator", "serve"]
# Generous: two cores may be shared with much else.
SOON = 5.0


def stamp(service: str, account: str = "111122223333") -> str:
    """Give an Authorization header of an account's root user."""
    scope = f"20260101/us-east-1/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={account}/{scope}, SignedHeaders=host, Signature=0"


def organizations(operation: str, body: bytes = b"{}", **headers: str) -> bytes:
    """Write a request for an operation of Organizations."""
    named = {
        "Host": "localhost",
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": f"AWSOrganizationsV20161128.{operation}",
        "Authorization": stamp("organizations"),
        "Content-Length": str(len(body)),
    }
    return written("POST", "/", named | {name.replace("_", "-"): value for name, value in headers.items()}, body)


def written(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """Write a request; a header without a value is left out."""
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items() if value)]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def chunk(data: bytes, extension: bytes = b"") -> bytes:
    """Write a chunk of a chunked body."""
    return b"%x%s\r\n%s\r\n" % (len(data), extension, data)


class Line:
    """A connection, byte for byte."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port), timeout=10)
        self._file = self.socket.makefile("rb")

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self.socket.sendall(data)

    def status_line(self) -> str:
        """Read the line with which an answer begins, "" at the end of the connection."""
        return self._file.readline().decode().strip()

    def answer(self, *, to: str = "GET") -> tuple[int, dict[str, str], bytes]:
        """Read one answer: status, headers in lower case, body."""
        version, status, _ = self.status_line().split(" ", 2)
        assert version == "HTTP/1.1"
        headers = {}
        while line := self._file.readline().decode("latin-1").strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        size = 0 if to == "HEAD" else int(headers.get("content-length", 0))
        return int(status), headers, self._file.read(size)

    def is_at_its_end(self) -> bool:
        """Tell whether the server has closed the connection and said all."""
        try:
            return self._file.read(1) == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        """Close the connection."""
        self._file.close()
        self.socket.close()


@contextmanager
def line_to(port: int, host: str = "127.0.0.1") -> Iterator[Line]:
    """Open a connection, and close it whatever happens."""
    line = Line(host, port)
    try:
        yield line
    finally:
        line.close()


@contextmanager
def line_to_new_server(*options: str) -> Iterator[Line]:
    """Start a server of one's own and open a connection."""
    command = [*COMMAND, *options]
    with (
        server_process(command, env=clean_environment(), stderr=subprocess.DEVNULL) as served,
        line_to(served.port) as line,
    ):
        yield line


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Give a server that all tests of this file share; at the end it must have logged nothing and stop cleanly."""
    log = tmp_path_factory.mktemp("server") / "stderr"
    with log.open("w") as stderr, server_process(COMMAND, env=clean_environment(), stderr=stderr) as served:
        yield served
        assert served.stop() == 0
    # What is no HTTP is told of, and nothing else.
    assert set(log.read_text().splitlines()) <= {"Invalid HTTP request received."}


@pytest.fixture
def line(server: ServerProcess) -> Iterator[Line]:
    """Give a connection to a server with an empty world."""
    with line_to(server.port) as opened:
        opened.send(written("POST", "/_emulator/reset", {"Host": "localhost"}))
        assert opened.answer()[0] == 204
        yield opened


class TestConnection:
    """One connection."""

    def test_is_kept_for_more_calls(self, line: Line) -> None:
        """Call after call goes over one connection, whatever their answers."""
        calls = (
            "DescribeOrganization",
            "CreateOrganization",
            "ListRoots",
            "Nothing",
            "CreateOrganization",
            "ListRoots",
        )
        statuses = []
        for operation in calls:
            line.send(organizations(operation))
            statuses.append(line.answer()[0])
        assert statuses == [400, 200, 200, 400, 400, 200]

    def test_takes_calls_ahead_of_their_answers(self, line: Line) -> None:
        """Pipelined calls are answered one by one, in their order."""
        line.send(organizations("CreateOrganization") + organizations("ListRoots") + organizations("Nothing"))
        line.send(organizations("DeleteOrganization") + organizations("DescribeOrganization"))
        answers = [line.answer() for _ in range(5)]
        assert [status for status, _, _ in answers] == [200, 200, 400, 200, 400]
        assert b'"Roots"' in answers[1][2]
        assert b"AWSOrganizationsNotInUseException" in answers[4][2]

    def test_takes_a_call_in_pieces(self, line: Line) -> None:
        """A call may arrive byte by byte."""
        for byte in organizations("CreateOrganization", b'{"FeatureSet": "ALL"}'):
            line.send(bytes([byte]))
        assert line.answer()[0] == 200

    def test_answers_in_one_piece(self, line: Line) -> None:
        """Head and body leave together: who waits is woken once."""
        line.send(organizations("DescribeOrganization"))
        head, _, body = line.socket.recv(65536).partition(b"\r\n\r\n")
        assert b"content-length: %d" % len(body) in head
        assert body

    def test_closes_when_it_is_asked_to(self, line: Line) -> None:
        """Connection: close is heeded."""
        line.send(organizations("DescribeOrganization", Connection="close"))
        assert line.answer()[0] == 400
        assert line.is_at_its_end()

    def test_has_no_body_after_head(self, line: Line) -> None:
        """HEAD is answered without a body, and the connection stays in step."""
        line.send(written("HEAD", "/_emulator/health", {"Host": "localhost"}))
        status, headers, _ = line.answer(to="HEAD")
        assert status == 200
        assert int(headers["content-length"]) > 0
        line.send(organizations("DescribeOrganization"))
        assert line.answer()[0] == 400

    def test_has_no_length_without_content(self, line: Line) -> None:
        """A 204 has neither a body nor a Content-Length, as RFC 9110 has it."""
        line.send(written("POST", "/_emulator/reset", {"Host": "localhost"}))
        status, headers, _ = line.answer()
        assert status == 204
        assert "content-length" not in headers

    def test_tells_nothing_of_what_is_underneath(self, line: Line) -> None:
        """No Server header says which library answers."""
        line.send(organizations("DescribeOrganization"))
        assert "server" not in line.answer()[1]

    @pytest.mark.parametrize(
        "garbage", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET\r\n\r\n", b"\r\n\r\n\x00"]
    )
    def test_that_speaks_no_http_is_closed(self, server: ServerProcess, line: Line, garbage: bytes) -> None:
        """TLS or noise on the port closes that connection, and no other."""
        with line_to(server.port) as other:
            other.send(garbage)
            other.socket.shutdown(socket.SHUT_WR)
            refusal = other.socket.recv(1000)
            assert refusal == b"" or refusal.startswith(b"HTTP/1.1 400")
        line.send(organizations("DescribeOrganization"))
        assert line.answer()[0] == 400

    @pytest.mark.parametrize("header", ["Transfer-Encoding: chunked", "Content-Length: 5"])
    def test_is_not_fooled_about_a_bodys_end(self, server: ServerProcess, header: str) -> None:
        """Two claims of a body's length cannot smuggle a second call in."""
        with line_to(server.port) as other:
            call = organizations("CreateOrganization", b"0\r\n\r\n")
            other.send(call.replace(b"\r\n\r\n", f"\r\n{header}\r\n\r\n".encode(), 1))
            assert other.status_line().startswith("HTTP/1.1 400")


class TestBody:
    """A body, however it is sent."""

    def test_in_chunks(self, line: Line) -> None:
        """A chunked body is put together."""
        head = organizations("CreateOrganization", b"", Content_Length="", Transfer_Encoding="chunked")
        line.send(head + chunk(b'{"FeatureSet'))
        time.sleep(0.05)
        line.send(chunk(b'": "CONSOLIDATED_', b";name=value") + chunk(b'BILLING"}') + b"0\r\nX-Trailer: 1\r\n\r\n")
        status, _, body = line.answer()
        assert status == 200
        assert b'"FeatureSet":"CONSOLIDATED_BILLING"' in body

    def test_that_waits_to_be_asked_for(self, line: Line) -> None:
        """Expect: 100-continue is answered at once, before the body comes."""
        body = b'{"FeatureSet": "ALL"}'
        whole = organizations("CreateOrganization", body, Expect="100-continue")
        line.send(whole.removesuffix(body))
        assert line.status_line() == "HTTP/1.1 100 Continue"
        assert line.status_line() == ""
        line.send(body)
        assert line.answer()[0] == 200

    def test_declared_too_large(self, line: Line) -> None:
        """A length over the limit is refused in the protocol's own shape, before a byte of the body is read."""
        line.send(organizations("CreateOrganization", b"", Content_Length="1000000000000", Expect="100-continue"))
        status, headers, body = line.answer()
        assert status == 413
        assert headers["content-type"] == "application/x-amz-json-1.1"
        assert json.loads(body)["__type"] == "RequestEntityTooLargeException"
        assert line.is_at_its_end()

    @pytest.mark.parametrize("chunked", [False, True])
    def test_sent_although_it_is_too_large(self, server: ServerProcess, *, chunked: bool) -> None:
        """Who sends it all the same reads the refusal, not a broken connection."""
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        piece = b" " * 2**20
        pieces = iter([piece] * (DEFAULT_BODY_LIMIT // len(piece)) + [b" "])
        body = pieces if chunked else b" " * (DEFAULT_BODY_LIMIT + 1)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": stamp("iam")}
        connection.request("POST", "/", body, headers, encode_chunked=chunked)
        answer = connection.getresponse()
        assert answer.status == 413
        assert b"<Code>RequestEntityTooLargeException</Code>" in answer.read()
        connection.close()

    def test_just_within_the_limit(self, server: ServerProcess) -> None:
        """A body of the limit's size is read."""
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        body = b"Action=ListRoles&Version=2010-05-08&Padding="
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": stamp("iam")}
        connection.request("POST", "/", body + b"x" * (DEFAULT_BODY_LIMIT - len(body)), headers)
        assert connection.getresponse().status == 200
        connection.close()

    @pytest.mark.parametrize("chunked", [False, True])
    def test_of_which_the_end_never_comes(self, server: ServerProcess, line: Line, *, chunked: bool) -> None:
        """Half a form is not carried out, though it would be a whole call."""
        form = b"Action=CreateServiceLinkedRole&Version=2010-05-08&AWSServiceName=artifact.amazonaws.com"
        headers = {
            "Host": "localhost",
            "Content-Type": "application/x-www-form-urlencoded",
            "Authorization": stamp("iam"),
            **({"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": str(len(form) + 10)}),
        }
        with line_to(server.port) as other:
            other.send(written("POST", "/", headers, chunk(form) if chunked else form))
            time.sleep(0.05)
        time.sleep(0.05)
        asked = b"Action=ListRoles&Version=2010-05-08"
        line.send(written("POST", "/", headers | {"Transfer-Encoding": "", "Content-Length": str(len(asked))}, asked))
        assert b"AWSServiceRoleForArtifact" not in line.answer()[2]


class TestDoor:
    """The ASGI application, without a server."""

    @staticmethod
    def served(app: App, *messages: MutableMapping[str, Any], limit: int = 100, **headers: str) -> list[Any]:
        """Let the application answer one request that arrives in messages; give what it sends."""
        sent: list[Any] = []
        waiting = list(messages)

        async def receive() -> MutableMapping[str, Any]:
            return waiting.pop(0)

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "raw_path": b"/",
            "query_string": b"",
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        }
        asyncio.run(AsgiApp(app, body_limit=limit)(scope, receive, send))
        return sent

    def test_carries_out_no_half_of_a_call(self, app: App) -> None:
        """A client that is gone in the middle of a body gets no answer, and nothing is done."""
        before = app.world.state
        half = b"Action=CreateServiceLinkedRole&Version=2010-05-08&AWSServiceName=artifact.amazonaws.com"
        sent = self.served(
            app,
            {"type": "http.request", "body": half, "more_body": True},
            {"type": "http.disconnect"},
            content_type="application/x-www-form-urlencoded",
            authorization=stamp("iam"),
        )
        assert sent == []
        assert app.world.state is before

    @pytest.mark.parametrize("declared", ["101", None])
    def test_reads_no_more_than_the_limit(self, app: App, declared: str | None) -> None:
        """Whether the length is declared or not, one byte more than the limit is refused."""
        pieces = [{"type": "http.request", "body": b"x" * 50, "more_body": True} for _ in range(2)]
        sent = self.served(
            app, *pieces, {"type": "http.request", "body": b"x", "more_body": False}, content_length=declared or ""
        )
        assert sent[0]["status"] == 413


class TestStart:
    """Starting."""

    def test_is_told_when_a_call_succeeds(self) -> None:
        """The first call after the ready line is answered, without a second try."""
        for _ in range(3):
            with line_to_new_server() as line:
                line.send(organizations("CreateOrganization"))
                assert line.answer()[0] == 200

    def test_is_told_when_the_first_call_is_fast(self) -> None:
        """All that a first call needs is loaded by then."""
        program = (
            "import sys; from artifact_emulator.app import App; from artifact_emulator.http import Request\n"
            f"headers = {{'content-type': 'application/x-amz-json-1.1', 'authorization': {stamp('organizations')!r},"
            " 'x-amz-target': 'AWSOrganizationsV20161128.CreateOrganization'}\n"
            "core = App(); core.warm_up(); before = set(sys.modules)\n"
            "assert core.handle(Request('POST', '/', '', headers, b'{}')).status == 200\n"
            "print(sorted(set(sys.modules) - before))"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], env=clean_environment(), capture_output=True, text=True, check=True
        )
        assert done.stdout == "[]\n"

    def test_prints_one_line(self) -> None:
        """The one line says name, version and address, and standard error is empty."""
        with server_process(COMMAND, env=clean_environment(), stderr=subprocess.PIPE) as served:
            served.process.send_signal(signal.SIGTERM)
            out, err = served.process.communicate(timeout=10)
        assert (out, err) == ("", "")
        assert served.host == "127.0.0.1"
        assert served.port > 0

    def test_listens_on_both_loopback_addresses(self, server: ServerProcess) -> None:
        """127.0.0.1 and ::1 have the same port; the latter only where the machine has IPv6."""
        for host in ("127.0.0.1", "::1") if has_ipv6() else ("127.0.0.1",):
            with line_to(server.port, host) as line:
                line.send(written("GET", "/_emulator/health", {"Host": "localhost"}))
                assert line.answer()[0] == 200

    def test_on_one_address(self) -> None:
        """--host binds that address and names it as a URL has it."""
        if not has_ipv6():
            pytest.skip("This machine has no IPv6.")
        with server_process([*COMMAND, "--host", "::1"], env=clean_environment(), stderr=subprocess.DEVNULL) as served:
            assert served.host == "[::1]"
            with line_to(served.port, "::1") as line:
                line.send(organizations("DescribeOrganization"))
                assert line.answer()[0] == 400
            with pytest.raises(ConnectionRefusedError):
                Line("127.0.0.1", served.port)

    def test_on_a_port_that_is_taken(self, server: ServerProcess) -> None:
        """One clear line on standard error, and exit status 1."""
        done = subprocess.run(
            [*COMMAND, "--port", str(server.port)], env=clean_environment(), capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == (
            f"artifact-emulator: cannot listen on localhost, port {server.port}: Address already in use; "
            "--port 0 chooses a free one\n"
        )

    @pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
    def test_on_an_address_that_is_not_ours(self, host: str) -> None:
        """An address of another machine, or a name that is none, is one clear line too."""
        done = subprocess.run(
            [*COMMAND, "--host", host, "--port", "0"],
            env=clean_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"artifact-emulator: cannot listen on {host}, port 0: ")
        assert done.stderr.count("\n") == 1


class TestEnd:
    """Ending."""

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
    def test_finishes_a_call_in_flight(self, number: signal.Signals, tmp_path: Path) -> None:
        """A call whose body is still on its way is answered; then the server exits with 0, and takes no new one."""
        body = b'{"FeatureSet": "ALL"}'
        whole = organizations("CreateOrganization", body)
        log = (tmp_path / "stderr").open("w+")
        with log, server_process(COMMAND, env=clean_environment(), stderr=log) as served, line_to(served.port) as line:
            line.send(whole[:-10])
            time.sleep(0.1)
            began = time.monotonic()
            served.process.send_signal(number)
            time.sleep(0.3)
            with pytest.raises(ConnectionRefusedError):
                Line("127.0.0.1", served.port)
            line.send(whole[-10:])
            assert line.answer()[0] == 200
            assert line.is_at_its_end()
            assert served.process.wait(timeout=SOON) == 0
            assert time.monotonic() - began < SOON
            assert (tmp_path / "stderr").read_text() == ""

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
    def test_waits_for_nobody_for_ever(self, number: signal.Signals) -> None:
        """An idle connection and a body that never ends keep it no longer than a moment."""
        with (
            server_process(COMMAND, env=clean_environment(), stderr=subprocess.DEVNULL) as served,
            line_to(served.port),
            line_to(served.port) as stuck,
        ):
            stuck.send(organizations("CreateOrganization", b'{"FeatureSet": "ALL"}')[:-10])
            time.sleep(0.1)
            began = time.monotonic()
            assert served.stop(number) == 0
            assert time.monotonic() - began < SOON

    def test_leaves_the_port_free(self) -> None:
        """The same port is bound again at once, connections of the old server notwithstanding."""
        with (
            server_process(COMMAND, env=clean_environment(), stderr=subprocess.DEVNULL) as first,
            line_to(first.port) as line,
        ):
            line.send(organizations("CreateOrganization"))
            assert line.answer()[0] == 200
            assert first.stop() == 0
            again = [*COMMAND, "--port", str(first.port)]
            process = subprocess.Popen(
                again, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean_environment()
            )
            try:
                assert process.stdout
                assert ServerProcess(process, process.stdout.readline()).port == first.port
            finally:
                process.kill()
                process.communicate()


class TestControl:
    """The control API, over a socket."""

    def test_tells_of_health(self, line: Line) -> None:
        """A probe learns the version."""
        line.send(written("GET", "/_emulator/health", {"Host": "localhost"}))
        status, headers, body = line.answer()
        assert (status, headers["content-type"]) == (200, "application/json")
        assert json.loads(body)["version"] == __version__

    def test_resets(self, line: Line) -> None:
        """A reset world is empty."""
        line.send(organizations("CreateOrganization") + written("POST", "/_emulator/reset", {"Host": "localhost"}))
        line.send(organizations("DescribeOrganization"))
        assert [line.answer()[0] for _ in range(3)] == [200, 204, 400]

    def test_refuses_another_sites_page(self, line: Line) -> None:
        """A page that the developer has open cannot empty his world."""
        line.send(organizations("CreateOrganization"))
        headers = {"Host": "localhost", "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        line.send(written("POST", "/_emulator/reset", headers) + organizations("DescribeOrganization"))
        assert [line.answer()[0] for _ in range(3)] == [200, 403, 200]


class TestFaults:
    """Answers that are lost on their way."""

    @staticmethod
    def ask(server: ServerProcess, **fault: object) -> tuple[bytes, float]:
        """Set a fault in a world of its own and call once; give what arrived and the seconds that it took."""
        world = f"/worlds/{'-'.join(fault)}"
        rule = json.dumps({"service": "sts", **fault}).encode()
        form = b"Action=GetCallerIdentity&Version=2011-06-15"
        named = {"Host": "localhost", "Connection": "close"}
        arrived = bytearray()
        with line_to(server.port) as line:
            of_json = named | {"Content-Type": "application/json", "Content-Length": str(len(rule))}
            line.send(written("POST", f"{world}/_emulator/faults", of_json, rule))
            assert line.answer()[0] == 200
        with line_to(server.port) as line:
            of_form = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(form))}
            begun = time.monotonic()
            line.send(written("POST", world, named | of_form | {"Authorization": stamp("sts")}, form))
            try:
                while part := line.socket.recv(65536):
                    arrived += part
            except ConnectionResetError:
                arrived += b"RESET"
        return bytes(arrived), time.monotonic() - begun

    def test_reset(self, server: ServerProcess) -> None:
        """Instead of an answer there is a reset."""
        assert self.ask(server, reset=True)[0] == b"RESET"

    def test_truncated(self, server: ServerProcess) -> None:
        """The answer's head promises more than arrives."""
        arrived, _ = self.ask(server, truncate=True)
        head, _, body = arrived.removesuffix(b"RESET").partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        assert b"</GetCallerIdentityResponse>" not in body

    def test_late(self, server: ServerProcess) -> None:
        """An answer that is held back holds no other back."""
        arrived, took = self.ask(server, latency_ms=400)
        assert arrived.startswith(b"HTTP/1.1 200")
        assert took >= 0.4


class TestListen:
    """Binding the sockets."""

    def test_on_one_port_everywhere(self) -> None:
        """A free port is one that is free on every address."""
        sockets = listen(("127.0.0.1", "::1"), 0)
        try:
            assert len({one.getsockname()[1] for one in sockets}) == 1
            assert len(sockets) == (2 if has_ipv6() else 1)
        finally:
            for one in sockets:
                one.close()

    def test_on_a_port_that_is_half_taken(self) -> None:
        """A port that is taken on one of the addresses is taken."""
        if not has_ipv6():
            pytest.skip("This machine has no IPv6.")
        with socket.socket(socket.AF_INET6) as taken:
            taken.bind(("::1", 0))
            taken.listen()
            with pytest.raises(OSError, match="in use"):
                listen(("127.0.0.1", "::1"), taken.getsockname()[1])


class TestCommandLine:
    """What the command says of itself."""

    def test_helps(self, capsys: pytest.CaptureFixture[str]) -> None:
        """--help names the commands."""
        with pytest.raises(SystemExit) as ended:
            main(["--help"])
        assert ended.value.code == 0
        shown = capsys.readouterr().out
        assert "serve AWS Organizations" in shown
        assert "AWS_DATA_PATH" in shown

    def test_explains_how_to_serve(self, capsys: pytest.CaptureFixture[str]) -> None:
        """`serve --help` has every option with its default, and lines to copy."""
        with pytest.raises(SystemExit) as ended:
            main(["serve", "--help"])
        assert ended.value.code == 0
        shown = capsys.readouterr().out
        for option in (
            "--host", "--port", "--seed", "--credentials", "--artifact-principal", "--creation-delay",
            "--leave-wait-period", "--standalone-prerequisites", "--inquiry-delay", "--review-delay",
        ):  # fmt: skip
            assert f"\n  {option}" in shown
        assert "default: 4700; 0 chooses a free one" in " ".join(shown.split())
        assert "\n  export AWS_ENDPOINT_URL=http://127.0.0.1:4700\n" in shown
        assert "\n  aws organizations create-organization\n" in shown

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--port", "65536"],
            ["--port", "-1"],
            ["--port", "http"],
            ["--credentials", "none"],
            ["--artifact-principal", "neither"],
            ["--creation-delay", "-1"],
            ["--creation-delay", "nan"],
            ["--leave-wait-period", "1e12"],
            ["--inquiry-delay", "-1"],
            ["--unknown"],
            ["more"],
        ],
    )
    def test_refuses_what_it_does_not_know(self, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
        """A wrong option is status 2 and one line that leads to the help, not a traceback."""
        with pytest.raises(SystemExit) as ended:
            main(["serve", *arguments])
        assert ended.value.code == 2
        shown = capsys.readouterr().err
        where = "artifact-emulator serve" if arguments not in (["more"], ["--unknown"]) else "artifact-emulator"
        assert shown.startswith("artifact-emulator: ")
        assert shown.endswith(f"; `{where} --help` tells more\n")
        assert shown.count("\n") == 1

    def test_knows_added_services(self, tmp_path: Path) -> None:
        """A file of services makes them principals that can be trusted; a file that is none is told."""
        file = tmp_path / "services.json"
        file.write_text('[{"name": "Mine", "principals": ["mine.example.com"]}]')
        with line_to_new_server("--services", str(file)) as line:
            line.send(organizations("CreateOrganization"))
            assert line.answer()[0] == 200
            line.send(organizations("EnableAWSServiceAccess", b'{"ServicePrincipal": "mine.example.com"}'))
            assert line.answer()[0] == 200
        file.write_text("{}")
        done = subprocess.run([*COMMAND, "--services", str(file)], capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert "is not a list of services" in done.stderr

    def test_parsing_services_does_not_change_the_process(self, tmp_path: Path) -> None:
        """Reading `--services` leaves AWS's catalog as it is: the services belong to the world that is served."""
        file = tmp_path / "services.json"
        file.write_text('[{"name": "Mine", "principals": ["mine.example.com"]}]')
        before = catalog.trusted_services()
        options = _parser().parse_args(["serve", "--services", str(file)])
        assert [service.name for service in options.services] == ["Mine"]
        assert catalog.trusted_services() == before
        assert catalog.service_of("mine.example.com") is None

    def test_names_the_models(self, capsys: pytest.CaptureFixture[str]) -> None:
        """`models` prints one folder, which has the agreement operations."""
        assert main(["models"]) == 0
        folder = Path(capsys.readouterr().out.strip())
        assert (folder / "artifact" / "2018-05-10" / "service-2.sdk-extras.json").is_file()

    def test_passes_its_options_on(self) -> None:
        """The options of serve reach the world: a strict server refuses placeholders, a slow one is not done yet."""
        options = ["--credentials", "strict"]
        with line_to_new_server(*options) as line:
            line.send(organizations("CreateOrganization"))
            assert b"UnrecognizedClientException" in line.answer()[2]
        options = ["--creation-delay", "3600", "--artifact-principal", "account-sync", "--seed", "s"]
        with line_to_new_server(*options) as line:
            line.send(organizations("CreateOrganization"))
            line.send(organizations("CreateAccount", b'{"AccountName": "A", "Email": "a@example.com"}'))
            line.send(organizations("ListCreateAccountStatus", b'{"States": ["IN_PROGRESS"]}'))
            line.send(organizations("EnableAWSServiceAccess", b'{"ServicePrincipal": "artifact.amazonaws.com"}'))
            answers = [line.answer()[2] for _ in range(4)]
        assert b'"State":"IN_PROGRESS"' in answers[2]
        assert b"UNRECOGNIZED_SERVICE_PRINCIPAL" in answers[3]


def has_ipv6() -> bool:
    """Tell whether this machine has a loopback address of IPv6."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True
