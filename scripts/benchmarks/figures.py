"""What is measured of a server, in which unit, and how much better than moto's server ours has to be."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """A bound that the ratio of our figure to moto's has to keep."""

    bound: float
    sign: str

    def met(self, ratio: float) -> bool:
        """Tell whether a ratio keeps the bound."""
        return ratio <= self.bound if self.sign == "≤" else ratio >= self.bound

    def __str__(self) -> str:
        """Write it as the table has it."""
        return f"{self.sign} {self.bound:g}"


@dataclass(frozen=True)
class Figure:
    """One thing that is measured, and with how many digits it is worth showing."""

    name: str
    unit: str = ""
    digits: int = 0
    target: Target | None = None

    def shown(self, value: float) -> str:
        """Write a value with its unit."""
        return f"{value:,.{self.digits}f} {self.unit}".rstrip()


COLD_START = Figure("cold start, to the first answer", "s", 2, Target(0.55, "≤"))
CPU = Figure("server CPU a request", "ms", 3, Target(0.06, "≤"))
RATE = {
    1: Figure("requests a second, 1 connection"),
    16: Figure("requests a second, 16 connections", target=Target(25, "≥")),
}
P99 = {
    1: Figure("p99, 1 connection", "ms", 2),
    16: Figure("p99, 16 connections", "ms", 2, Target(0.1, "≤")),
}
BOTO3 = Figure("boto3 calls a second", target=Target(2.5, "≥"))
MEMORY = Figure("memory after the run", "MB", 1, Target(0.6, "≤"))

FIGURES = (COLD_START, CPU, RATE[1], P99[1], RATE[16], P99[16], BOTO3, MEMORY)

Sample = Mapping[Figure, float]
"""What one round saw of one server."""
