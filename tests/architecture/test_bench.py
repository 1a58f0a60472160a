"""`scripts/bench`: its smoke runs, and its parts."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

if sys.platform != "linux":
    pytest.skip("scripts/bench reads Linux's /proc", allow_module_level=True)

from benchmarks.comparison import Comparison
from benchmarks.figures import BOTO3, CPU, FIGURES
from benchmarks.growth import Growth
from benchmarks.load import load
from benchmarks.page import PAGE, with_section
from benchmarks.servers import Kind, ServerFailed, running
from benchmarks.workload import FIRST, WrongAnswer

ROOT = Path(__file__).parents[2]
MEMBER = b'{"FeatureSet": "ALL"}'


@contextmanager
def server_with_reply(reply: bytes) -> Iterator[int]:
    """Run a server that gives the same reply to every request and closes the connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(reply)

        thread = Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def http_reply(status: int, body: bytes) -> bytes:
    """Return the bytes of a reply that closes its connection."""
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b" % (status, len(body), body)


class TestBench:
    """`./scripts/bench`."""

    def test_comparison_has_row_for_each_figure(self) -> None:
        """Both servers are measured, each figure has a row, and the page is not written."""
        before = PAGE.read_bytes()
        command = [sys.executable, str(ROOT / "scripts/bench"), "--smoke"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        table = [line for line in result.stdout.splitlines() if line.startswith("|")]
        rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table[2:]]
        assert [row[0] for row in rows] == [figure.name for figure in FIGURES]
        for _, ours, moto, ratio, spread, *_ in rows:
            assert re.match(r"[\d,.]+", ours)
            assert re.match(r"[\d,.]+", moto)
            assert spread == f"{ratio} to {ratio}"
        assert PAGE.read_bytes() == before


class TestGrowth:
    """`./scripts/bench growth`."""

    def test_growth_has_row_for_each_operation(self) -> None:
        """Each operation is measured at each size."""
        command = [sys.executable, str(ROOT / "scripts/bench"), "growth", "--smoke"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        rows = [line.split("|")[1].strip() for line in result.stdout.splitlines() if "µs" in line]
        assert {"ListAccounts", "CreateAccount", "AttachPolicy", "EnableAWSServiceAccess"} <= set(rows)

    def test_exponent_of_constant_cost_is_0_and_of_linear_cost_1(self) -> None:
        """The exponent says how the cost grows with the number of accounts."""
        growth = Growth((10, 100, 1000), {"same": (2.0, 2.0, 2.0), "linear": (1.0, 10.0, 100.0)}, 0, 0)
        assert growth.exponent("same") == 0
        assert round(growth.exponent("linear"), 9) == 1


class TestWorlds:
    """`./scripts/bench worlds`."""

    def test_worlds_has_row_for_each_operation_and_memory(self) -> None:
        """Worlds are created, forked, reset and deleted, and the memory of many is measured."""
        command = [sys.executable, str(ROOT / "scripts/bench"), "worlds", "--smoke"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        rows = [line.split("|")[1].strip() for line in result.stdout.splitlines() if line.startswith("|")]
        verbs = ["create a world", "fork a world", "reset a world", "delete a world"]
        assert rows[2:] == [*verbs, "2 worlds of 10 accounts"]


class TestDecision:
    """`./scripts/bench decision`."""

    def test_decision_has_row_for_each_call(self) -> None:
        """Each call is measured with and without a decision; policies are not parsed again."""
        command = [sys.executable, str(ROOT / "scripts/bench"), "decision", "--smoke"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        rows = [
            line.split("|")[1].strip() for line in result.stdout.splitlines() if line.startswith("|") and "µs" in line
        ]
        assert rows == ["DescribeOrganization", "ListReports", "GetRole", "ListReports, under two conditions"]
        assert "parsed again during the measurement: 0." in result.stdout


class TestLoad:
    """The load."""

    def test_load_stops_at_limit(self) -> None:
        """The load makes exactly the given number of calls, and reconnects to a server that closes connections."""
        with server_with_reply(http_reply(200, MEMBER)) as port:
            assert load(port, [FIRST], connections=2, seconds=60, limit=10).requests == 10

    @pytest.mark.parametrize(
        "wrong_reply",
        [http_reply(400, MEMBER), http_reply(200, b"{}"), http_reply(200, MEMBER)[:-1], b""],
        ids=["error status", "unexpected body", "truncated", "empty"],
    )
    def test_wrong_reply_ends_load(self, wrong_reply: bytes) -> None:
        """An unexpected reply ends the load with an error, since its speed is meaningless."""
        with (
            server_with_reply(wrong_reply) as port,
            pytest.raises(WrongAnswer, match="organizations:CreateOrganization"),
        ):
            load(port, [FIRST], connections=1, seconds=60, limit=10)


class TestServers:
    """Servers in their own processes."""

    def test_server_that_ends_early_is_reported_with_log(self) -> None:
        """A server that ends before it listens is an error with its log as a note."""
        kind = Kind("broken", lambda _port: [sys.executable, "-c", "import sys; sys.exit('out of order')"])
        with pytest.raises(ServerFailed, match="status 1") as error, running(kind, lambda _connection: None):
            pytest.fail("it started")
        assert "out of order" in error.value.__notes__[0]


class TestTable:
    """The figures of several rounds."""

    def test_ratio_is_taken_within_a_round(self) -> None:
        """The ratios are those of each round, not those of the medians."""
        comparison = Comparison([({CPU: 1.0}, {CPU: 10.0}), ({CPU: 6.0}, {CPU: 12.0}), ({CPU: 2.0}, {CPU: 8.0})])
        assert comparison.ratios(CPU) == [0.1, 0.25, 0.5]
        assert comparison.typical(CPU) == (2.0, 10.0)

    def test_target_is_upper_or_lower_bound(self) -> None:
        """The target of CPU time is an upper bound, that of the call rate a lower one."""
        assert CPU.target
        assert BOTO3.target
        assert (CPU.target.met(0.06), CPU.target.met(0.061)) == (True, False)
        assert (BOTO3.target.met(2.5), BOTO3.target.met(2.4)) == (True, False)


class TestPage:
    """docs/benchmarks.md."""

    def test_section_replaces_only_itself(self) -> None:
        """A section replaces the one of the same heading and leaves the others unchanged."""
        page = with_section("", "One", "1")
        both = with_section(page, "Two", "| 2 |\n\n### Details")
        again = with_section(both, "One", "one")
        assert again == both.replace("## One\n\n1\n", "## One\n\none\n")
        assert again.count("# Benchmarks") == 1
        assert "## Two\n\n| 2 |\n\n### Details\n" in again
