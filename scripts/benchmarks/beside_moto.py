"""The subject `moto`: a table of the figures of our server and moto's, their ratios and targets."""

from collections.abc import Callable, Sequence
from statistics import median

from benchmarks.comparison import FULL, SMOKE, Comparison, Size, compare
from benchmarks.figures import FIGURES, Figure
from benchmarks.page import conditions

HEADING = "Beside moto's server"
_METHOD = """\
Method: `artifact-emulator serve` and `moto_server`, with their default options, in {rounds} rounds. Both get the same
calls in turn: DescribeOrganization, ListAccounts, DescribeAccount and ListRoots of an organization of ten accounts,
IAM's GetRole and STS's GetCallerIdentity. Every reply is checked; a wrong one ends the run. In each round each server
is started {starts} times up to its first reply; then both run, and each load of {seconds:g} seconds is measured on one
after the other. A ratio is that of our figure to moto's within a round: the table shows the median, the lowest and the
highest. The load comes from another process on the same cores. moto's server closes every connection, so its figures
include a new connection for each call, as they do for its users."""


def measure(report: Callable[[str], None], *, smoke: bool) -> str:
    """Measure and return the text of the section."""
    size = SMOKE if smoke else FULL
    before = conditions()
    return section(compare(size, report), size, before)


def section(comparison: Comparison, size: Size, before: str) -> str:
    """Return the text of the section."""
    method = _METHOD.format(rounds=size.rounds, starts=size.starts, seconds=size.seconds)
    return "\n\n".join([before, table(comparison, FIGURES, beside="moto_server"), method])


def table(comparison: Comparison, figures: Sequence[Figure], *, beside: str) -> str:
    """Return a table with a row for each figure: ours, moto's, the ratio and the target."""
    head = [
        f"| | artifact-emulator | {beside} | ratio | lowest to highest | target | met |",
        "|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *(_row(comparison, figure) for figure in figures)])


def _row(comparison: Comparison, figure: Figure) -> str:
    ours, moto = comparison.typical(figure)
    ratios = comparison.ratios(figure)
    middle = median(ratios)
    target, met = (
        ("", "") if figure.target is None else (str(figure.target), "yes" if figure.target.met(middle) else "no")
    )
    spread = f"{ratios[0]:.3g} to {ratios[-1]:.3g}"
    cells = [figure.name, figure.format(ours), figure.format(moto), f"{middle:.3g}", spread, target, met]
    return f"| {' | '.join(cells)} |"
