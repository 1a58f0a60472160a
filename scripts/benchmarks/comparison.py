"""Our server and moto's in one run: each round gives a figure of both, taken within seconds of each other.

A machine is never idle and never twice the same: only the ratios within a round mean something.
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
    """How much of everything: rounds; in each of them starts of each server, seconds of each load, calls at most."""

    rounds: int
    starts: int
    seconds: float
    limit: int


FULL = Size(rounds=7, starts=3, seconds=2, limit=20_000)
SMOKE = Size(rounds=1, starts=1, seconds=0.1, limit=32)


@dataclass(frozen=True)
class Comparison:
    """What each round saw of our server and of moto's, in this order."""

    rounds: Sequence[tuple[Sample, Sample]]

    def typical(self, figure: Figure) -> tuple[float, float]:
        """Give the median of our server, and of moto's."""
        return median(ours[figure] for ours, _ in self.rounds), median(moto[figure] for _, moto in self.rounds)

    def ratios(self, figure: Figure) -> list[float]:
        """Give our figure as a ratio to moto's, lowest first, each of one round."""
        return sorted(ours[figure] / moto[figure] for ours, moto in self.rounds)


def compare(size: Size, say: Callable[[str], None]) -> Comparison:
    """Measure both servers.

    Raises ServerFailed when one does not serve, WrongAnswer when one does not answer rightly.
    """
    rounds = []
    for number in range(size.rounds):
        say(f"round {number + 1} of {size.rounds}")
        # Whoever goes second finds another machine: so they take turns at that, too.
        order = (OURS, MOTO) if number % 2 == 0 else (MOTO, OURS)
        samples = _round(order, size)
        rounds.append((samples[OURS], samples[MOTO]))
    return Comparison(rounds)


class _Candidate:
    """A server under measurement, and what was seen of it so far."""

    def __init__(self, server: Running) -> None:
        self.seen: dict[Figure, float] = {}
        self._server = server
        self._exchanges = prepare(server.port)
        self._cpu = 0.0
        self._requests = 0

    def bear(self, connections: int, size: Size) -> None:
        """Measure it under load on so many connections."""
        before = self._server.cpu_seconds()
        seen = load(self._server.port, self._exchanges, connections=connections, seconds=size.seconds, limit=size.limit)
        self._cpu += self._server.cpu_seconds() - before
        self._requests += seen.requests
        self.seen[RATE[connections]] = seen.rate
        self.seen[P99[connections]] = seen.p99 * 1000
        self.seen[CPU] = self._cpu / self._requests * 1000

    def serve_boto3(self, size: Size) -> None:
        """Measure it under boto3."""
        self.seen[BOTO3] = boto3_rate(self._server.port, size.seconds)

    def weigh(self) -> None:
        """Measure what it holds."""
        self.seen[MEMORY] = self._server.memory_bytes() / 2**20


def _round(order: Sequence[Kind], size: Size) -> dict[Kind, Sample]:
    starts: dict[Kind, list[float]] = {kind: [] for kind in order}
    for _ in range(size.starts):
        for kind in order:
            starts[kind].append(_cold_start(kind))
    with ExitStack() as stack:
        candidates = {kind: _Candidate(stack.enter_context(_started(kind))) for kind in order}
        for connections in RATE:
            for candidate in candidates.values():
                candidate.bear(connections, size)
        for candidate in candidates.values():
            candidate.serve_boto3(size)
        for candidate in candidates.values():
            candidate.weigh()
    return {kind: {COLD_START: median(starts[kind]), **candidate.seen} for kind, candidate in candidates.items()}


def _cold_start(kind: Kind) -> float:
    with _started(kind) as server:
        return server.cold_start


def _started(kind: Kind) -> AbstractContextManager[Running]:
    return running(kind, lambda connection: expect(connection, FIRST))
