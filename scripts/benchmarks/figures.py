"""The figures of a server, their units, and the targets of their ratio to moto's."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """A bound for the ratio of our figure to moto's."""

    bound: float
    sign: str

    def met(self, ratio: float) -> bool:
        """Return whether a ratio meets the bound."""
        return ratio <= self.bound if self.sign == "≤" else ratio >= self.bound

    def __str__(self) -> str:
        """Return the bound as the table shows it."""
        return f"{self.sign} {self.bound:g}"


@dataclass(frozen=True)
class Figure:
    """A figure: its name, unit, digits and target."""

    name: str
    unit: str = ""
    digits: int = 0
    target: Target | None = None

    def format(self, value: float) -> str:
        """Return a value with its unit."""
        return f"{value:,.{self.digits}f} {self.unit}".rstrip()


COLD_START = Figure("cold start, to the first reply", "s", 2, Target(0.55, "≤"))
CPU = Figure("server CPU per request", "ms", 3, Target(0.06, "≤"))
RATE = {
    1: Figure("requests per second, 1 connection"),
    16: Figure("requests per second, 16 connections", target=Target(25, "≥")),
}
P99 = {
    1: Figure("p99, 1 connection", "ms", 2),
    16: Figure("p99, 16 connections", "ms", 2, Target(0.1, "≤")),
}
BOTO3 = Figure("boto3 calls per second", target=Target(2.5, "≥"))
MEMORY = Figure("memory after the run", "MB", 1, Target(0.6, "≤"))

FIGURES = (COLD_START, CPU, RATE[1], P99[1], RATE[16], P99[16], BOTO3, MEMORY)

Sample = Mapping[Figure, float]
"""The figures of one server in one round."""
