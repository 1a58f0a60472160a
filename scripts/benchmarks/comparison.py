"""The comparison of our server with moto's in rounds, each of which measures both within seconds.

Only the ratios within a round are meaningful, since the load of the machine changes between rounds.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from statistics import median

from benchmarks.boto3_calls import boto3_rate
from benchmarks.figures import BOTO3, COLD_START, CPU, MEMORY, P99, RATE, Figure, Sample
from benchmarks.load import load
from benchmarks.servers import MOTO, OURS, Kind, Running, running
from benchmarks.workload import FIRST, expect, prepare


@dataclass(frozen=True)
class Size:
    """The number of rounds and, in each round, of starts of each server; the seconds and calls of each load."""

    rounds: int
    starts: int
    seconds: float
    limit: int


FULL = Size(rounds=7, starts=3, seconds=2, limit=20_000)
SMOKE = Size(rounds=1, starts=1, seconds=0.1, limit=32)


@dataclass(frozen=True)
class Comparison:
    """The figures of our server and of moto's in each round."""

    rounds: Sequence[tuple[Sample, Sample]]

    def typical(self, figure: Figure) -> tuple[float, float]:
        """Return the medians of our server and of moto's."""
        return median(ours[figure] for ours, _ in self.rounds), median(moto[figure] for _, moto in self.rounds)

    def ratios(self, figure: Figure) -> list[float]:
        """Return the ratios of our figure to moto's in each round, lowest first."""
        return sorted(ours[figure] / moto[figure] for ours, moto in self.rounds)


def compare(size: Size, report: Callable[[str], None]) -> Comparison:
    """Measure both servers.

    Raises ServerFailed, WrongAnswer.
    """
    rounds = []
    for number in range(size.rounds):
        report(f"round {number + 1} of {size.rounds}")
        # The order alternates, since the first server may leave the machine in another state.
        order = (OURS, MOTO) if number % 2 == 0 else (MOTO, OURS)
        samples = _round(order, size)
        rounds.append((samples[OURS], samples[MOTO]))
    return Comparison(rounds)


class _MeasuredServer:
    """A server that is being measured, and its figures so far."""

    def __init__(self, server: Running) -> None:
        self.figures: dict[Figure, float] = {}
        self._server = server
        self._exchanges = prepare(server.port)
        self._cpu = 0.0
        self._requests = 0

    def measure_load(self, connections: int, size: Size) -> None:
        """Measure the server under a load on a number of connections."""
        before = self._server.cpu_seconds()
        result = load(
            self._server.port, self._exchanges, connections=connections, seconds=size.seconds, limit=size.limit
        )
        self._cpu += self._server.cpu_seconds() - before
        self._requests += result.requests
        self.figures[RATE[connections]] = result.rate
        self.figures[P99[connections]] = result.p99 * 1000
        self.figures[CPU] = self._cpu / self._requests * 1000

    def measure_boto3(self, size: Size) -> None:
        """Measure the server with boto3."""
        self.figures[BOTO3] = boto3_rate(self._server.port, size.seconds)

    def measure_memory(self) -> None:
        """Measure the memory of the server."""
        self.figures[MEMORY] = self._server.memory_bytes() / 2**20


def _round(order: Sequence[Kind], size: Size) -> dict[Kind, Sample]:
    starts: dict[Kind, list[float]] = {kind: [] for kind in order}
    for _ in range(size.starts):
        for kind in order:
            starts[kind].append(_cold_start(kind))
    with ExitStack() as stack:
        servers = {kind: _MeasuredServer(stack.enter_context(_started(kind))) for kind in order}
        for connections in RATE:
            for server in servers.values():
                server.measure_load(connections, size)
        for server in servers.values():
            server.measure_boto3(size)
        for server in servers.values():
            server.measure_memory()
    return {kind: {COLD_START: median(starts[kind]), **server.figures} for kind, server in servers.items()}


def _cold_start(kind: Kind) -> float:
    with _started(kind) as server:
        return server.cold_start


def _started(kind: Kind) -> AbstractContextManager[Running]:
    return running(kind, lambda connection: expect(connection, FIRST))
