"""`scripts/bench`: its smoke runs, and its parts."""

import json
import shutil
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

from benchmarks import command, page
from benchmarks.figures import MOTO, OURS, Figure, Row, at_least, at_most, rows_of
from benchmarks.growth import Growth
from benchmarks.load import load
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


def smoke_rows(*subjects: str) -> dict[str, list[str]]:
    """Run `scripts/bench --smoke` and return the cells of each row by its name."""
    command_line = [sys.executable, str(ROOT / "scripts/bench"), *subjects, "--smoke"]
    result = subprocess.run(command_line, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in result.stdout.splitlines() if line[:1] == "|"]
    return {name: others for name, *others in cells[2:]}


class TestBench:
    """`./scripts/bench --smoke`."""

    def test_peers_have_a_row_for_each_figure(self) -> None:
        """Our server and moto's are measured, each figure has a row with its ratio, and the page is not written."""
        before = page.PAGE.read_bytes()
        rows = smoke_rows("peers")
        assert {"**Server**", "lists of 20: calls per second, 16 connections", "memory after the run"} <= set(rows)
        for ours, moto, ratio, spread, *_ in (cells for name, cells in rows.items() if name != "**Server**"):
            assert ours
            assert moto
            assert not ratio or spread == f"{ratio} to {ratio}"
        assert page.PAGE.read_bytes() == before

    def test_other_subjects_share_one_table(self) -> None:
        """What is measured without a peer stands in the same table, in groups."""
        rows = smoke_rows("core", "recording", "decision", "growth", "scenario", "worlds", "forwarding")
        groups = [name for name in rows if name.startswith("**")]
        assert len(groups) == 7
        names = {"ListAccounts(20)", "record of an allowed call", "decision on GetRole", "CreateAccount: exponent"}
        assert names | {"create a world", "fork a world", "reset a world", "delete a world"} <= set(rows)
        assert all(cells[0] for name, cells in rows.items() if name not in groups)

    def test_all_modules_of_the_table_exist(self) -> None:
        """Each subject has a function and a method."""
        for name in command.SUBJECTS:
            module = __import__(f"benchmarks.{name}", fromlist=["measure"])
            assert callable(module.measure)
            assert module.METHOD.startswith("- **")

    def test_exponent_of_constant_cost_is_0_and_of_linear_cost_1(self) -> None:
        """The exponent says how the cost grows with the number of accounts."""
        growth = Growth((10, 100, 1000), {"same": (2.0, 2.0, 2.0), "linear": (1.0, 10.0, 100.0)}, 0, 0)
        assert growth.exponent("same") == 0
        assert round(growth.exponent("linear"), 9) == 1


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

    @pytest.mark.skipif(shutil.which("wrk") is None, reason="needs wrk")
    def test_wrk_makes_the_calls_if_it_is_installed(self) -> None:
        """The number and the durations of calls come from wrk; a refused call ends the run."""
        with server_with_reply(http_reply(200, MEMBER)) as port:
            result = load(port, [FIRST], connections=1, seconds=1, limit=None)
            assert result.requests > 1
            assert 0 < result.p99 < 1
        with server_with_reply(http_reply(400, MEMBER)) as port, pytest.raises(WrongAnswer, match="CreateOrganization"):
            load(port, [FIRST], connections=1, seconds=1, limit=None)


class TestServers:
    """Servers in their own processes."""

    def test_server_that_ends_early_is_reported_with_log(self) -> None:
        """A server that ends before it listens is an error with its log as a note."""
        kind = Kind("broken", lambda _port: [sys.executable, "-c", "import sys; sys.exit('out of order')"])
        with pytest.raises(ServerFailed, match="status 1") as error, running(kind, lambda _connection: None):
            pytest.fail("it started")
        assert "out of order" in error.value.__notes__[0]


COST = Figure("cost", "ms", 1, at_most(0.3))
RATE = Figure("rate", target=at_least(3), more_is_better=True)


class TestRows:
    """The figures of several rounds."""

    def test_ratio_is_taken_within_a_round(self) -> None:
        """The ratios are those of each round, not those of the medians."""
        pairs = ((1.0, 10.0), (6.0, 12.0), (2.0, 8.0))
        (row,) = rows_of("Group", [COST], [{OURS: {COST: ours}, MOTO: {COST: moto}} for ours, moto in pairs])
        assert (row.ratios, row.ours, row.moto, row.ministack) == ((0.1, 0.25, 0.5), 2.0, 10.0, None)
        assert (row.ratio, row.is_met) == (0.25, True)

    def test_target_is_a_bound_of_the_ratio_or_of_the_figure(self) -> None:
        """An upper bound is met below it, a lower one above it; without a peer it is one of our own figure."""
        rows = [Row("", COST, 9, 20, ratios=(0.45,)), Row("", RATE, 9, 3, ratios=(3.0,)), Row("", COST, 0.3)]
        assert [row.is_met for row in rows] == [False, True, True]

    def test_table_has_a_row_for_each_figure(self) -> None:
        """Figures have their units, and what was not measured has no cell."""
        rows = [Row("One", COST, 2, 10, 4, (0.1, 0.25, 0.5)), Row("Two", COST, 0.2, note="a note")]
        assert page.table(rows).splitlines()[2:] == [
            "| **One** | | | | | | | |",
            "| cost | 2.0 ms | 10.0 ms | 0.25 | 0.1 to 0.5 | 4.0 ms | ≤ 0.3 | yes |",
            "| **Two** | | | | | | | |",
            "| cost | 0.2 ms (a note) |  |  |  |  | ≤ 0.3 ms | yes |",
        ]


class TestCheck:
    """`scripts/bench --check`."""

    STORED = page.stored(
        "", [Row("A", COST, 1, 5, ratios=(0.2,)), Row("A", RATE, 8, 2, ratios=(4.0,)), Row("B", COST, 1)]
    )

    @pytest.mark.parametrize(("cost", "rate", "worse"), [(0.24, 3.3, 0), (0.26, 9.0, 1), (0.01, 3.1, 1), (0.3, 3.0, 2)])
    def test_ratio_that_is_worse_by_a_quarter_is_reported(self, cost: float, rate: float, worse: int) -> None:
        """A cost may not rise by a quarter, nor a rate fall to four fifths; what has no ratio is not compared."""
        rows = [Row("A", COST, 1, 1, ratios=(cost,)), Row("A", RATE, 1, 1, ratios=(rate,)), Row("B", COST, 100)]
        assert len(page.worsened(rows, self.STORED)) == worse

    def test_ratio_that_was_not_measured_is_reported(self) -> None:
        """A row that disappears does not pass."""
        assert page.worsened([], self.STORED) == ["A, cost: was not measured", "A, rate: was not measured"]

    @pytest.mark.skipif(not page.STORED.exists(), reason="no run was written yet")
    def test_stored_figures_are_those_of_the_page(self) -> None:
        """docs/benchmarks.json and docs/benchmarks.md are from one run."""
        content = json.loads(page.STORED.read_text())
        text = page.PAGE.read_text()
        assert content["conditions"] in text
        assert all(f"| {record['name']} |" in text for record in content["rows"])
