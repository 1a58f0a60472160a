"""The server as a process: its start, its end, its sockets, and the command `serve`."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from artifact_emulator.cli.main import create_parser, main
from artifact_emulator.cli.serve_options import SETTINGS
from artifact_emulator.cli.settings import resolve
from artifact_emulator.server.server import listen
from artifact_state import catalog
from tests.support.command_line import failed_command
from tests.support.http_connection import (
    Connection,
    authorization,
    connection_to,
    has_ipv6,
    http_request,
    organizations_request,
)
from tests.support.server_process import SERVE_COMMAND, ServerProcess, clean_environment, server_process

GRACE_SECONDS = 5.0
"""The time in which a server must end; generous, since the machine may be busy."""


@contextmanager
def connection_to_new_server(*options: str) -> Iterator[Connection]:
    """Start a server and open a connection to it."""
    command = [*SERVE_COMMAND, *options]
    with (
        server_process(command, env=clean_environment(), stderr=subprocess.DEVNULL) as server,
        connection_to(server.port) as connection,
    ):
        yield connection


def failed_serve(*options: str) -> str:
    """Run `serve`, which fails with status 1, and return its error, which is one line."""
    result = subprocess.run(
        [*SERVE_COMMAND, *options], env=clean_environment(), capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1
    return result.stderr


class TestStart:
    """The start of a server."""

    def test_first_call_after_ready_line_succeeds(self) -> None:
        """A call right after the ready line is answered without a retry."""
        for _ in range(2):
            with connection_to_new_server() as connection:
                connection.send(organizations_request("CreateOrganization"))
                assert connection.reply()[0] == 200

    def test_first_call_imports_nothing(self) -> None:
        """All modules that a first call needs are loaded before the ready line."""
        program = (
            "import sys; from artifact_emulator.app import App; from artifact_emulator.http import Request\n"
            "headers = {'content-type': 'application/x-amz-json-1.1',"
            f" 'authorization': {authorization('organizations')!r},"
            " 'x-amz-target': 'AWSOrganizationsV20161128.CreateOrganization'}\n"
            "app = App(); app.warm_up(); before = set(sys.modules)\n"
            "assert app.handle(Request('POST', '/', '', headers, b'{}')).status == 200\n"
            "print(sorted(set(sys.modules) - before))"
        )
        result = subprocess.run(
            [sys.executable, "-c", program], env=clean_environment(), capture_output=True, text=True, check=True
        )
        assert result.stdout == "[]\n"

    def test_ready_line_is_the_only_output(self) -> None:
        """The line names program, version and address; standard error is empty."""
        with server_process(SERVE_COMMAND, env=clean_environment(), stderr=subprocess.PIPE) as server:
            server.process.send_signal(signal.SIGTERM)
            assert server.process.communicate(timeout=10) == ("", "")
        assert server.host == "127.0.0.1"
        assert server.port > 0

    def test_server_listens_on_both_loopback_addresses(self) -> None:
        """By default 127.0.0.1 and, on machines with IPv6, ::1 have the same port."""
        with server_process(SERVE_COMMAND, env=clean_environment(), stderr=subprocess.DEVNULL) as server:
            for host in ("127.0.0.1", "::1") if has_ipv6() else ("127.0.0.1",):
                with connection_to(server.port, host) as connection:
                    connection.send(http_request("GET", "/_emulator/health", {"Host": "localhost"}))
                    assert connection.reply()[0] == 200

    @pytest.mark.skipif(not has_ipv6(), reason="needs IPv6")
    def test_host_option_selects_address(self) -> None:
        """With --host only that address is bound, and the ready line has it in the form of a URL."""
        with server_process(
            [*SERVE_COMMAND, "--host", "::1"], env=clean_environment(), stderr=subprocess.DEVNULL
        ) as server:
            assert server.host == "[::1]"
            with connection_to(server.port, "::1") as connection:
                connection.send(organizations_request("DescribeOrganization"))
                assert connection.reply()[0] == 400
            with pytest.raises(ConnectionRefusedError):
                Connection(server.port)

    def test_port_in_use_is_reported(self) -> None:
        """The error names the port and how to use another one."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            assert failed_serve("--port", str(port)) == (
                f"artifact-emulator: cannot listen on localhost, port {port}: Address already in use; "
                "--port 0 uses a free port\n"
            )

    @pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
    def test_foreign_address_is_reported(self, host: str) -> None:
        """The address of another machine, and an unknown name, are refused."""
        error = failed_serve("--host", host, "--port", "0")
        assert error.startswith(f"artifact-emulator: cannot listen on {host}, port 0: ")


class TestEnd:
    """The end of a server."""

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
    def test_call_in_progress_is_finished(self, number: signal.Signals, tmp_path: Path) -> None:
        """A call whose body is still arriving is answered; no new connection is accepted; the status is 0."""
        request = organizations_request("CreateOrganization", b'{"FeatureSet": "ALL"}')
        log = (tmp_path / "stderr").open("w+")
        with (
            log,
            server_process(SERVE_COMMAND, env=clean_environment(), stderr=log) as server,
            connection_to(server.port) as connection,
        ):
            connection.send(request[:-10])
            time.sleep(0.1)
            start = time.monotonic()
            server.process.send_signal(number)
            time.sleep(0.3)
            with pytest.raises(ConnectionRefusedError):
                Connection(server.port)
            connection.send(request[-10:])
            assert connection.reply()[0] == 200
            assert connection.is_closed()
            assert server.process.wait(timeout=GRACE_SECONDS) == 0
            assert time.monotonic() - start < GRACE_SECONDS
            assert (tmp_path / "stderr").read_text() == ""

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
    def test_incomplete_request_does_not_keep_server_alive(self, number: signal.Signals) -> None:
        """An idle connection and a body that never ends delay the end only briefly."""
        with (
            server_process(SERVE_COMMAND, env=clean_environment(), stderr=subprocess.DEVNULL) as server,
            connection_to(server.port),
            connection_to(server.port) as stuck,
        ):
            stuck.send(organizations_request("CreateOrganization", b'{"FeatureSet": "ALL"}')[:-10])
            time.sleep(0.1)
            start = time.monotonic()
            assert server.stop(number) == 0
            assert time.monotonic() - start < GRACE_SECONDS

    def test_input_that_ends_after_a_signal_is_ignored(self) -> None:
        """The end of the standard input of a server that has ended already is no error."""
        program = (
            "import os, signal, threading; from artifact_emulator.app import App\n"
            "from artifact_emulator.server.server import listen, serve\n"
            "reading, writing = os.pipe(); sockets = listen(['127.0.0.1'], 0)\n"
            "serve(App(), sockets, ready=lambda: signal.raise_signal(signal.SIGTERM), ends_with=reading)\n"
            "os.close(writing)\n"
            "[thread.join() for thread in threading.enumerate() if thread is not threading.main_thread()]"
        )
        result = subprocess.run(
            [sys.executable, "-c", program], env=clean_environment(), capture_output=True, text=True, check=False
        )
        assert (result.returncode, result.stderr) == (0, "")

    def test_port_can_be_used_again_at_once(self) -> None:
        """A new server binds the port of an old one that had connections."""
        with (
            server_process(SERVE_COMMAND, env=clean_environment(), stderr=subprocess.DEVNULL) as first,
            connection_to(first.port) as connection,
        ):
            connection.send(organizations_request("CreateOrganization"))
            assert connection.reply()[0] == 200
            assert first.stop() == 0
            command = [*SERVE_COMMAND, "--port", str(first.port)]
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean_environment()
            )
            try:
                assert process.stdout
                assert ServerProcess(process, process.stdout.readline()).port == first.port
            finally:
                process.kill()
                process.communicate()


class TestListen:
    """The sockets of a server."""

    def test_free_port_is_the_same_on_every_address(self) -> None:
        """Port 0 stands for one port that is free on all addresses."""
        sockets = listen(("127.0.0.1", "::1"), 0)
        try:
            assert len({bound.getsockname()[1] for bound in sockets}) == 1
            assert len(sockets) == (2 if has_ipv6() else 1)
        finally:
            for bound in sockets:
                bound.close()

    @pytest.mark.skipif(not has_ipv6(), reason="needs IPv6")
    def test_port_in_use_on_one_address_is_refused(self) -> None:
        """A port must be free on every address."""
        with socket.socket(socket.AF_INET6) as other:
            other.bind(("::1", 0))
            other.listen()
            with pytest.raises(OSError, match="in use"):
                listen(("127.0.0.1", "::1"), other.getsockname()[1])


class TestCommand:
    """The command `serve`."""

    def test_help_explains_how_to_use_the_server(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The help has the options with their defaults and commands to copy."""
        with pytest.raises(SystemExit, match="0"):
            main(["serve", "--help"])
        text = capsys.readouterr().out
        for option in ("--host", "--port", "--seed", "--credentials", "--artifact-principal", "--strict-mode"):
            assert f"\n  {option}" in text
        assert "(default: 4700; 0 for any free port)" in " ".join(text.split())
        assert "\n  export AWS_ENDPOINT_URL=http://127.0.0.1:4700\n" in text
        assert "\n  aws organizations create-organization\n" in text

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
    def test_invalid_option_is_refused(self, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
        """An invalid option is status 2 and one line that names the help."""
        status, error = failed_command(capsys, "serve", *arguments)
        assert status == 2
        assert error.endswith("; see `artifact-emulator serve --help`\n")

    def test_unknown_quota_is_refused_with_closest_name(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The error is one sentence, not the list of all quotas."""
        status, error = failed_command(capsys, "serve", "--quota", "nosuch=3")
        assert (status, len(error) < 250) == (2, True)
        _, error = failed_command(capsys, "serve", "--quota", "account_per_organization=3")
        assert "accounts_per_organization" in error

    def test_additional_services_can_be_trusted(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """The services of a file become principals for trusted access; an invalid file is refused."""
        file = tmp_path / "services.json"
        file.write_text('[{"name": "Mine", "principals": ["mine.example.com"]}]')
        with connection_to_new_server("--services", str(file)) as connection:
            connection.send(organizations_request("CreateOrganization"))
            assert connection.reply()[0] == 200
            connection.send(
                organizations_request("EnableAWSServiceAccess", b'{"ServicePrincipal": "mine.example.com"}')
            )
            assert connection.reply()[0] == 200
        file.write_text("{}")
        status, error = failed_command(capsys, "serve", "--services", str(file))
        assert (status, "is not a list of services" in error) == (2, True)

    def test_parsing_services_does_not_change_the_process(self, tmp_path: Path) -> None:
        """Reading `--services` leaves AWS's catalog as it is: the services belong to the world that is served."""
        file = tmp_path / "services.json"
        file.write_text('[{"name": "Mine", "principals": ["mine.example.com"]}]')
        before = catalog.trusted_services()
        options = create_parser().parse_args(["serve", "--services", str(file)])
        assert [service.name for service in resolve(SETTINGS, options)["services"].value] == ["Mine"]
        assert catalog.trusted_services() == before
        assert catalog.service_of("mine.example.com") is None

    def test_options_reach_the_world(self) -> None:
        """Credentials, delays and service principals of the options apply to calls."""
        with connection_to_new_server("--credentials", "strict") as connection:
            connection.send(organizations_request("CreateOrganization"))
            assert b"UnrecognizedClientException" in connection.reply()[2]
        options = ["--creation-delay", "3600", "--artifact-principal", "account-sync", "--seed", "s"]
        calls = {
            "CreateOrganization": b"{}",
            "CreateAccount": b'{"AccountName": "A", "Email": "a@example.com"}',
            "ListCreateAccountStatus": b'{"States": ["IN_PROGRESS"]}',
            "EnableAWSServiceAccess": b'{"ServicePrincipal": "artifact.amazonaws.com"}',
        }
        with connection_to_new_server(*options) as connection:
            for operation, body in calls.items():
                connection.send(organizations_request(operation, body))
            replies = [connection.reply()[2] for _ in calls]
        assert b'"State":"IN_PROGRESS"' in replies[2]
        assert b"UNRECOGNIZED_SERVICE_PRINCIPAL" in replies[3]
