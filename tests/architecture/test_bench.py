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
from benchmarks.page import PAGE, put
from benchmarks.servers import Kind, ServerFailed, running
from benchmarks.workload import FIRST, WrongAnswer

ROOT = Path(__file__).parents[2]
MEMBER = b'{"FeatureSet": "ALL"}'


@contextmanager
def answering(reply: bytes) -> Iterator[int]:
    """Serve one reply to whatever is asked, on a port, a connection for each call."""
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


def reply(status: int, body: bytes) -> bytes:
    """Write a reply that ends its connection."""
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b" % (status, len(body), body)


class TestBench:
    """`./scripts/bench`."""

    def test_smoke(self) -> None:
        """It measures both servers, prints a row for each figure, and keeps nothing unasked."""
        kept = PAGE.read_bytes()
        command = [sys.executable, str(ROOT / "scripts/bench"), "--smoke"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        table = [line for line in done.stdout.splitlines() if line.startswith("|")]
        rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table[2:]]
        assert [row[0] for row in rows] == [figure.name for figure in FIGURES]
        for _, ours, moto, ratio, spread, *_ in rows:
            assert re.match(r"[\d,.]+", ours)
            assert re.match(r"[\d,.]+", moto)
            assert spread == f"{ratio} to {ratio}"
        assert PAGE.read_bytes() == kept


class TestGrowth:
    """`./scripts/bench growth`."""

    def test_smoke(self) -> None:
        """It calls every operation at each size, and prints its exponent."""
        command = [sys.executable, str(ROOT / "scripts/bench"), "growth", "--smoke"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        rows = [line.split("|")[1].strip() for line in done.stdout.splitlines() if "µs" in line]
        assert {"ListAccounts", "CreateAccount", "AttachPolicy", "EnableAWSServiceAccess"} <= set(rows)

    def test_exponent(self) -> None:
        """What costs the same has the exponent 0, what costs ten times as much for ten times the accounts 1."""
        seen = Growth((10, 100, 1000), {"same": (2.0, 2.0, 2.0), "linear": (1.0, 10.0, 100.0)}, 0, 0)
        assert seen.exponent("same") == 0
        assert round(seen.exponent("linear"), 9) == 1


class TestWorlds:
    """`./scripts/bench worlds`."""

    def test_smoke(self) -> None:
        """It makes, forks, resets and drops worlds, and weighs many."""
        command = [sys.executable, str(ROOT / "scripts/bench"), "worlds", "--smoke"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        rows = [line.split("|")[1].strip() for line in done.stdout.splitlines() if line.startswith("|")]
        verbs = ["create a world", "fork a world", "reset a world", "drop a world"]
        assert rows[2:] == [*verbs, "2 worlds of 10 accounts"]


class TestDecision:
    """`./scripts/bench decision`."""

    def test_smoke(self) -> None:
        """It makes each call with a decision and without; documents are read once, not at each call."""
        command = [sys.executable, str(ROOT / "scripts/bench"), "decision", "--smoke"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        rows = [
            line.split("|")[1].strip() for line in done.stdout.splitlines() if line.startswith("|") and "µs" in line
        ]
        assert rows == ["DescribeOrganization", "ListReports", "GetRole", "ListReports, under two conditions"]
        assert "while this was measured: 0." in done.stdout


class TestLoad:
    """The client that makes the load."""

    def test_limit(self) -> None:
        """It makes the calls that it was told to make, anew on each connection that the server closed."""
        with answering(reply(200, MEMBER)) as port:
            assert load(port, [FIRST], connections=2, seconds=60, limit=10).requests == 10

    @pytest.mark.parametrize(
        "wrong",
        [reply(400, MEMBER), reply(200, b"{}"), reply(200, MEMBER)[:-1], b""],
        ids=["refused", "without what was asked for", "cut short", "nothing"],
    )
    def test_wrong_answer(self, wrong: bytes) -> None:
        """An answer that is not right stops it: how fast that came is of no interest."""
        with answering(wrong) as port, pytest.raises(WrongAnswer, match="organizations:CreateOrganization"):
            load(port, [FIRST], connections=1, seconds=60, limit=10)


class TestServers:
    """Servers in processes of their own."""

    def test_failed(self) -> None:
        """A server that ends at its start is told with its log, not waited for."""
        kind = Kind("broken", lambda _port: [sys.executable, "-c", "import sys; sys.exit('out of order')"])
        with pytest.raises(ServerFailed, match="status 1") as failed, running(kind, lambda _connection: None):
            pytest.fail("it does not serve")
        assert "out of order" in failed.value.__notes__[0]


class TestTable:
    """The figures of several rounds."""

    def test_ratios(self) -> None:
        """A ratio is taken within a round, not between the medians."""
        seen = Comparison([({CPU: 1.0}, {CPU: 10.0}), ({CPU: 6.0}, {CPU: 12.0}), ({CPU: 2.0}, {CPU: 8.0})])
        assert seen.ratios(CPU) == [0.1, 0.25, 0.5]
        assert seen.typical(CPU) == (2.0, 10.0)

    def test_targets(self) -> None:
        """Less is better of what is spent, more of what is done."""
        assert CPU.target
        assert BOTO3.target
        assert (CPU.target.met(0.06), CPU.target.met(0.061)) == (True, False)
        assert (BOTO3.target.met(2.5), BOTO3.target.met(2.4)) == (True, False)


class TestPage:
    """docs/benchmarks.md."""

    def test_sections(self) -> None:
        """A measurement replaces its own section and leaves the others."""
        first = put("", "One", "1")
        both = put(first, "Two", "| 2 |\n\n### Details")
        again = put(both, "One", "one")
        assert again == both.replace("## One\n\n1\n", "## One\n\none\n")
        assert again.count("# Benchmarks") == 1
        assert "## Two\n\n| 2 |\n\n### Details\n" in again
