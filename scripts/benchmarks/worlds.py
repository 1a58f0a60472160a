"""What a world costs: made, forked, reset and dropped, and the memory of a thousand with ten accounts each."""

import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection

from benchmarks.page import circumstances
from benchmarks.servers import HOST, OURS, Running, running
from benchmarks.workload import WrongAnswer

HEADING = "Worlds"
MILLISECONDS, MEGABYTES, ACCOUNTS = 2.0, 150.0, 10
_WORLDS = "/_emulator/worlds"
_HOW = """\
How: over HTTP, one connection, {runs} times each, the median; beside it the fastest. A fork is of a world with
{accounts} accounts. For the memory, a server of its own makes {worlds:,} worlds, each from a scenario with {accounts}
accounts, so that no two share any; the figure is all that the process holds then, the emulator itself included."""

Ask = Callable[[str, str, object], None]


@dataclass(frozen=True)
class Size:
    """How often each thing is done, and how many worlds are weighed."""

    runs: int
    worlds: int


FULL = Size(runs=300, worlds=1_000)
SMOKE = Size(runs=2, worlds=2)


def measure(say: Callable[[str], None], *, smoke: bool) -> str:
    """Measure, and write the section's text."""
    size = SMOKE if smoke else FULL
    taken = circumstances()
    say(f"{size.runs} worlds, one after the other")
    with running(OURS, lambda _: None) as server, _asking(server) as ask:
        costs = _costs(ask, size.runs)
    say(f"{size.worlds} worlds at once")
    with running(OURS, lambda _: None) as server, _asking(server) as ask:
        for number in range(size.worlds):
            ask("PUT", f"{_WORLDS}/{number}", {"scenario": _scenario()})
        held = server.memory_bytes() / 1e6
    return write_up(costs, held, size, taken)


def write_up(costs: dict[str, list[float]], held: float, size: Size, taken: str) -> str:
    """Write what was seen as the section's text."""
    rows = [_row(name, seconds) for name, seconds in costs.items()]
    many = f"{size.worlds:,} worlds of {ACCOUNTS} accounts"
    table = [
        "| | figure | fastest | target | met |",
        "|---|---|---|---|---|",
        *rows,
        f"| {many} | {held:.0f} MB | | ≤ {MEGABYTES:.0f} MB | {_met(held, MEGABYTES)} |",
    ]
    how = _HOW.format(runs=size.runs, worlds=size.worlds, accounts=ACCOUNTS)
    return "\n\n".join([taken, "\n".join(table), how])


def _row(name: str, seconds: list[float]) -> str:
    usual, fastest = statistics.median(seconds) * 1e3, min(seconds) * 1e3
    return f"| {name} | {usual:.2f} ms | {fastest:.2f} ms | ≤ {MILLISECONDS:.0f} ms | {_met(usual, MILLISECONDS)} |"


def _met(figure: float, target: float) -> str:
    return "yes" if figure <= target else "no"


def _scenario() -> dict[str, object]:
    members = [{"name": f"Account {number}"} for number in range(1, ACCOUNTS)]
    return {"organizations": [{"management": {"id": "111122223333", "name": "Management"}, "accounts": members}]}


def _costs(ask: Ask, runs: int) -> dict[str, list[float]]:
    """Do each thing so often; give the seconds that each took."""
    ask("PUT", f"{_WORLDS}/model", {"scenario": _scenario()})
    calls: dict[str, Callable[[int], tuple[str, str, object]]] = {
        "create a world": lambda number: ("PUT", f"{_WORLDS}/new-{number}", {}),
        "fork a world": lambda number: ("PUT", f"{_WORLDS}/fork-{number}", {"fork": "model"}),
        "reset a world": lambda number: ("POST", f"/worlds/fork-{number}/_emulator/reset", None),
        "drop a world": lambda number: ("DELETE", f"{_WORLDS}/fork-{number}", None),
    }
    return {name: [_timed(ask, call(number)) for number in range(runs)] for name, call in calls.items()}


def _timed(ask: Ask, call: tuple[str, str, object]) -> float:
    begun = time.perf_counter()
    ask(*call)
    return time.perf_counter() - begun


@contextmanager
def _asking(server: Running) -> Iterator[Ask]:
    """Give what calls the control API of a server, over one connection."""
    connection = HTTPConnection(HOST, server.port)

    def ask(method: str, path: str, body: object) -> None:
        sent = None if body is None else json.dumps(body).encode()
        connection.request(method, path, sent, {"Content-Type": "application/json"} if sent else {})
        reply = connection.getresponse()
        if reply.status not in (200, 204):
            raise WrongAnswer(f"{method} {path}: {reply.status} {reply.read()[:300].decode(errors='replace')}")
        reply.read()

    try:
        yield ask
    finally:
        connection.close()
