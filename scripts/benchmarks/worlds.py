"""The subject `worlds`: the cost of creating, forking, resetting and deleting worlds, and the memory of many."""

import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection

from benchmarks.page import conditions
from benchmarks.servers import HOST, OURS, Running, running
from benchmarks.workload import WrongAnswer

HEADING = "Worlds"
MILLISECONDS, MEGABYTES, ACCOUNTS = 2.0, 150.0, 10
_WORLDS = "/_emulator/worlds"
_METHOD = """\
Method: over HTTP on one connection, {runs} times each; the table shows the median and the fastest. The forked world has
{accounts} accounts. For the memory, another server creates {worlds:,} worlds, each from a scenario with {accounts}
accounts, so that no two worlds share any; the figure is the memory of the whole process."""

Send = Callable[[str, str, object], None]


@dataclass(frozen=True)
class Size:
    """The number of runs of each operation, and of worlds for the memory."""

    runs: int
    worlds: int


FULL = Size(runs=300, worlds=1_000)
SMOKE = Size(runs=2, worlds=2)


def measure(report: Callable[[str], None], *, smoke: bool) -> str:
    """Measure and return the text of the section."""
    size = SMOKE if smoke else FULL
    before = conditions()
    report(f"{size.runs} worlds, one after the other")
    with running(OURS, lambda _: None) as server, _control_api(server) as send:
        costs = _costs(send, size.runs)
    report(f"{size.worlds} worlds at once")
    with running(OURS, lambda _: None) as server, _control_api(server) as send:
        for number in range(size.worlds):
            send("PUT", f"{_WORLDS}/{number}", {"scenario": _scenario()})
        megabytes = server.memory_bytes() / 1e6
    return section(costs, megabytes, size, before)


def section(costs: dict[str, list[float]], megabytes: float, size: Size, before: str) -> str:
    """Return the text of the section."""
    rows = [_row(name, seconds) for name, seconds in costs.items()]
    many = f"{size.worlds:,} worlds of {ACCOUNTS} accounts"
    table = [
        "| | figure | fastest | target | met |",
        "|---|---|---|---|---|",
        *rows,
        f"| {many} | {megabytes:.0f} MB | | ≤ {MEGABYTES:.0f} MB | {_met(megabytes, MEGABYTES)} |",
    ]
    method = _METHOD.format(runs=size.runs, worlds=size.worlds, accounts=ACCOUNTS)
    return "\n\n".join([before, "\n".join(table), method])


def _row(name: str, seconds: list[float]) -> str:
    usual, fastest = statistics.median(seconds) * 1e3, min(seconds) * 1e3
    return f"| {name} | {usual:.2f} ms | {fastest:.2f} ms | ≤ {MILLISECONDS:.0f} ms | {_met(usual, MILLISECONDS)} |"


def _met(figure: float, target: float) -> str:
    return "yes" if figure <= target else "no"


def _scenario() -> dict[str, object]:
    members = [{"name": f"Account {number}"} for number in range(1, ACCOUNTS)]
    return {"organizations": [{"management": {"id": "111122223333", "name": "Management"}, "accounts": members}]}


def _costs(send: Send, runs: int) -> dict[str, list[float]]:
    """Return the seconds of each run of each operation."""
    send("PUT", f"{_WORLDS}/model", {"scenario": _scenario()})
    calls: dict[str, Callable[[int], tuple[str, str, object]]] = {
        "create a world": lambda number: ("PUT", f"{_WORLDS}/new-{number}", {}),
        "fork a world": lambda number: ("PUT", f"{_WORLDS}/fork-{number}", {"fork": "model"}),
        "reset a world": lambda number: ("POST", f"/worlds/fork-{number}/_emulator/reset", None),
        "delete a world": lambda number: ("DELETE", f"{_WORLDS}/fork-{number}", None),
    }
    return {name: [_timed(send, call(number)) for number in range(runs)] for name, call in calls.items()}


def _timed(send: Send, call: tuple[str, str, object]) -> float:
    start = time.perf_counter()
    send(*call)
    return time.perf_counter() - start


@contextmanager
def _control_api(server: Running) -> Iterator[Send]:
    """Yield a function that calls the control API of a server over one connection."""
    connection = HTTPConnection(HOST, server.port)

    def send(method: str, path: str, body: object) -> None:
        content = None if body is None else json.dumps(body).encode()
        connection.request(method, path, content, {"Content-Type": "application/json"} if content else {})
        reply = connection.getresponse()
        if reply.status not in (200, 204):
            raise WrongAnswer(f"{method} {path}: {reply.status} {reply.read()[:300].decode(errors='replace')}")
        reply.read()

    try:
        yield send
    finally:
        connection.close()
