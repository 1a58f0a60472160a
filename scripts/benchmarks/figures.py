"""Figures, their targets, and the rows of the table that they make."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

OURS, MOTO, MINISTACK = "artifact-emulator", "moto", "ministack"


@dataclass(frozen=True)
class Target:
    """A bound for the ratio of our figure to moto's, or for our figure if there is no ratio."""

    bound: float
    sign: str

    def met(self, value: float) -> bool:
        """Return whether a value meets the bound."""
        return value <= self.bound if self.sign == "≤" else value >= self.bound


@dataclass(frozen=True)
class Figure:
    """A figure: its name, unit, digits, target, and whether more of it is better."""

    name: str
    unit: str = ""
    digits: int = 0
    target: Target | None = None
    more_is_better: bool = False

    def format(self, value: float | None) -> str:
        """Return a value with its unit; "" for one that was not measured."""
        return "" if value is None else f"{value:,.{self.digits}f} {self.unit}".rstrip()


def at_most(bound: float) -> Target:
    """Return an upper bound."""
    return Target(bound, "≤")


def at_least(bound: float) -> Target:
    """Return a lower bound."""
    return Target(bound, "≥")


Sample = Mapping[Figure, float]
"""The figures of one emulator in one round."""
Round = Mapping[str, Sample]
"""The samples of a round by the names of the emulators."""


@dataclass(frozen=True)
class Row:
    """A row of the table: our figure, those of others, and the ratios of ours to moto's within each round."""

    group: str
    figure: Figure
    ours: float
    moto: float | None = None
    ministack: float | None = None
    ratios: tuple[float, ...] = ()
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The median of the ratios."""
        return median(self.ratios) if self.ratios else None

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met, if there is one."""
        value = self.ours if self.ratio is None else self.ratio
        return self.figure.target.met(value) if self.figure.target else None

    def is_worse_than(self, ratio: float, tolerance: float) -> bool:
        """Return whether the ratio is worse than another one by more than a tolerance, such as 0.25."""
        own = median(self.ratios)
        return (ratio / own if self.figure.more_is_better else own / ratio) > 1 + tolerance


def rows_of(group: str, figures: Iterable[Figure], rounds: list[Round]) -> list[Row]:
    """Return a row for each figure, with the medians of all rounds.

    Only ratios within a round are meaningful, since the load of the machine changes between rounds.
    """
    return [_row(group, figure, rounds) for figure in figures]


def _row(group: str, figure: Figure, rounds: list[Round]) -> Row:
    values = {
        owner: [samples[owner][figure] for samples in rounds if figure in samples.get(owner, {})]
        for owner in (OURS, MOTO, MINISTACK)
    }
    ours, moto, ministack = values.values()
    # A smoke run is shorter than a tick of the CPU time.
    ratios = tuple(sorted(our / peer for our, peer in zip(ours, moto, strict=False) if peer))
    return Row(group, figure, median(ours), _median(moto), _median(ministack), ratios)


def _median(values: list[float]) -> float | None:
    return median(values) if values else None
