"""Our server beside moto's, in a table: each figure of both, the ratio, what was promised and whether it is kept."""

from collections.abc import Callable, Sequence
from statistics import median

from benchmarks.comparison import FULL, SMOKE, Comparison, Size, compare
from benchmarks.figures import FIGURES, Figure
from benchmarks.page import circumstances

HEADING = "Beside moto's server"
_HOW = """\
How: `artifact-emulator serve` and `moto_server`, each as its command starts it, in one run of {rounds} rounds. Both are
asked the same in turn: DescribeOrganization, ListAccounts, DescribeAccount and ListRoots of an organization of ten
accounts, IAM's GetRole and STS's GetCallerIdentity. Every answer is checked; a wrong one ends the run. In a round each
server is started {starts} times up to its first answer; then both run, and take turns under each load for
{seconds:g} seconds. A ratio is ours to moto's within a round: the table has the median of the rounds, the lowest and
the highest. The load comes from another process, which shares the cores with the servers. moto's server closes every
connection, so its figures include a new one for each call, as they do for those who use it."""


def measure(say: Callable[[str], None], *, smoke: bool) -> str:
    """Measure, and write the section's text."""
    size = SMOKE if smoke else FULL
    taken = circumstances()
    return write_up(compare(size, say), size, taken)


def write_up(comparison: Comparison, size: Size, taken: str) -> str:
    """Write what was seen as the section's text."""
    how = _HOW.format(rounds=size.rounds, starts=size.starts, seconds=size.seconds)
    return "\n\n".join([taken, table(comparison, FIGURES, beside="moto_server"), how])


def table(comparison: Comparison, figures: Sequence[Figure], *, beside: str) -> str:
    """Write a row for each figure: ours, theirs, the ratio, what was promised."""
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
    cells = [figure.name, figure.shown(ours), figure.shown(moto), f"{middle:.3g}", spread, target, met]
    return f"| {' | '.join(cells)} |"
