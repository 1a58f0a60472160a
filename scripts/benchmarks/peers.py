"""The subject `peers`: our server beside moto's and ministack, in rounds that measure all of them within seconds."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from statistics import median

from benchmarks.boto3_calls import boto3_rate
from benchmarks.figures import Figure, Round, Row, Sample, Target, at_least, at_most, rows_of
from benchmarks.load import generator, load
from benchmarks.servers import Kind, Running, kinds, running
from benchmarks.workload import ACCOUNTS, LISTS, SINGLE, WRITES, Exchange, expect, first_call, prepare

GROUP = "Server"
METHOD = f"""\
- **Server**: each server runs with its default options. An organization has {ACCOUNTS} accounts. Single answers are
  DescribeOrganization, writes TagResource with changing values, and lists ListAccounts with all accounts. In each
  of 7 rounds each server is started 3 times up to its first reply; then all run, and each load of 2 seconds is
  measured on one after the other, in an order that alternates. The load is made by {generator()} in a process of
  its own on the same cores; a wrong reply ends the run. moto's server closes every connection, so its figures
  include a new connection for each call, as they do for its users. A ratio is that of our figure to moto's within a
  round: the table has the median, the lowest and the highest. ministack has no CreateOrganization and no
  EnableAWSServiceAccess; it runs in an environment of its own, because it needs another botocore."""


@dataclass(frozen=True)
class Size:
    """The number of rounds and, in each round, of starts of each server; the seconds and calls of each load."""

    rounds: int
    starts: int
    seconds: float
    limit: int | None


FULL = Size(rounds=7, starts=3, seconds=2, limit=None)
SMOKE = Size(rounds=1, starts=1, seconds=0.1, limit=32)

COLD_START = Figure("cold start, to the first reply", "s", 2, at_most(0.42))
BOTO3 = Figure("boto3 calls per second", target=at_least(3.5), more_is_better=True)
MEMORY = Figure("memory after the run", "MB", 1, at_most(0.5))
CPU_TARGETS = {SINGLE: at_most(0.022), WRITES: at_most(0.022), LISTS: at_most(0.03)}
RATE_TARGETS = {SINGLE: at_least(45), WRITES: at_least(45), LISTS: at_least(35)}


def _cpu(name: str) -> Figure:
    return Figure(f"{name}: server CPU per call", "ms", 3, CPU_TARGETS[name])


def _rate(name: str, connections: int) -> Figure:
    target: Target | None = RATE_TARGETS[name] if connections > 1 else None
    return Figure(f"{name}: calls per second, {_of(connections)}", "", 0, target, more_is_better=True)


def _p99(name: str, connections: int) -> Figure:
    return Figure(f"{name}: p99, {_of(connections)}", "ms", 2, at_most(0.05) if connections > 1 else None)


def _of(connections: int) -> str:
    return "1 connection" if connections == 1 else f"{connections} connections"


CONNECTIONS = (1, 16)
FIGURES = (
    COLD_START,
    *(figure for name in CPU_TARGETS for figure in (_cpu(name), *(_rate(name, count) for count in CONNECTIONS))),
    *(_p99(name, count) for name in CPU_TARGETS for count in CONNECTIONS),
    BOTO3,
    MEMORY,
)


def measure(report: Callable[[str], None], *, smoke: bool) -> list[Row]:
    """Measure all servers and return the rows.

    Raises ServerFailed, WrongAnswer.
    """
    size, rounds = SMOKE if smoke else FULL, list[Round]()
    for number in range(size.rounds):
        report(f"round {number + 1} of {size.rounds}")
        # The order alternates, since the first server may leave the machine in another state.
        rounds.append(_round(kinds() if number % 2 == 0 else kinds()[::-1], size))
    return rows_of(GROUP, FIGURES, rounds)


def _round(order: Sequence[Kind], size: Size) -> dict[str, Sample]:
    samples: dict[str, dict[Figure, float]] = {kind.name: {} for kind in order}
    starts: dict[str, list[float]] = {kind.name: [] for kind in order}
    for _ in range(size.starts):
        for kind in order:
            with _started(kind) as server:
                starts[kind.name].append(server.cold_start)
    with ExitStack() as stack:
        servers = {kind.name: stack.enter_context(_started(kind)) for kind in order}
        loads = {name: prepare(server.port) for name, server in servers.items()}
        for load_name in CPU_TARGETS:
            for connections in CONNECTIONS:
                for name, server in servers.items():
                    samples[name] |= _loaded(server, load_name, loads[name][load_name], connections, size)
        for name, server in servers.items():
            samples[name][BOTO3] = boto3_rate(server.port, size.seconds)
        for name, server in servers.items():
            samples[name][MEMORY] = server.memory_bytes() / 2**20
            samples[name][COLD_START] = median(starts[name])
    return dict(samples)


def _started(kind: Kind) -> AbstractContextManager[Running]:
    return running(kind, lambda connection: expect(connection, first_call(kind.name)))


def _loaded(server: Running, name: str, calls: Sequence[Exchange], connections: int, size: Size) -> dict[Figure, float]:
    """Return the figures of a server under a load; CPU time is that of the load with most connections."""
    before = server.cpu_seconds()
    result = load(server.port, calls, connections=connections, seconds=size.seconds, limit=size.limit)
    cpu = (server.cpu_seconds() - before) / result.requests
    return {
        _cpu(name): cpu * 1000,
        _rate(name, connections): result.rate,
        _p99(name, connections): result.p99 * 1000,
    }
