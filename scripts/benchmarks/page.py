"""The page docs/benchmarks.md and its figures as JSON, with which `scripts/bench --check` compares."""

import json
import platform
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from os import getloadavg, sched_getaffinity
from pathlib import Path

from benchmarks.figures import Row

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
STORED = PAGE.with_suffix(".json")
TOLERANCE = 0.25
_DISTRIBUTIONS = ("artifact-emulator", "moto", "boto3", "botocore")
_INTRODUCTION = """\
# Benchmarks

Written by `./scripts/bench --write` in one run; `./scripts/bench` alone prints the same, and `./scripts/bench --check`
fails if a ratio has become worse by a quarter. Absolute figures differ between machines and between runs; ratios are
comparable. The section below the table explains figures in parentheses.
"""
_HEAD = """\
| | artifact-emulator | moto | ratio | lowest to highest | ministack | target | met |
|---|---|---|---|---|---|---|---|"""


def conditions() -> str:
    """Return a sentence with the date, the machine, the versions and the load before the measurement."""
    machine = f"{len(sched_getaffinity(0))} cores of {_processor()}, Linux {platform.release()}"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    versions = ", ".join(f"{name} {version(name)}" for name in _DISTRIBUTIONS)
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} on {machine}, with {python}, {versions}. "
        f"Load average before the measurement: {getloadavg()[0]:.1f}."
    )


def text(before: str, rows: Sequence[Row], methods: Iterable[str]) -> str:
    """Return the page: conditions, one table, and how each group was measured."""
    return "\n".join([_INTRODUCTION, before, "", table(rows), "", "## Method", "", *methods])


def table(rows: Iterable[Row]) -> str:
    """Return a table with a row for each figure, below a row for each group."""
    lines, group = [_HEAD], ""
    for row in rows:
        if row.group != group:
            group = row.group
            lines.append(f"| **{group}** |{' |' * 7}")
        lines.append(_line(row))
    return "\n".join(lines)


def stored(before: str, rows: Iterable[Row]) -> str:
    """Return the figures as JSON."""
    content = {"conditions": before, "rows": [_record(row) for row in rows]}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def worsened(rows: Iterable[Row], stored_text: str) -> list[str]:
    """Return a sentence for each ratio that is worse than the stored one by a quarter, or was not measured."""
    measured = {(row.group, row.figure.name): row for row in rows}
    sentences = []
    for record in json.loads(stored_text)["rows"]:
        if record["ratio"] is None:
            continue
        name = f"{record['group']}, {record['name']}"
        row = measured.get((record["group"], record["name"]))
        if row is None or row.ratio is None:
            sentences.append(f"{name}: was not measured")
        elif row.is_worse_than(record["ratio"], TOLERANCE):
            sentences.append(f"{name}: the ratio was {record['ratio']:.3g} and is {row.ratio:.3g}")
    return sentences


def _line(row: Row) -> str:
    ours = row.figure.format(row.ours) + (f" ({row.note})" if row.note else "")
    ratio = "" if row.ratio is None else f"{row.ratio:.3g}"
    spread = f"{row.ratios[0]:.3g} to {row.ratios[-1]:.3g}" if row.ratios else ""
    peers = row.figure.format(row.moto), ratio, spread, row.figure.format(row.ministack)
    target = row.figure.target
    bound = (
        "" if target is None else f"{target.sign} {row.figure.format(target.bound) if not row.ratios else target.bound}"
    )
    met = {None: "", True: "yes", False: "no"}[row.is_met]
    return f"| {' | '.join([row.figure.name, ours, *peers, bound, met])} |"


def _record(row: Row) -> dict[str, object]:
    return {
        "group": row.group,
        "name": row.figure.name,
        "unit": row.figure.unit,
        "ours": row.ours,
        "moto": row.moto,
        "ministack": row.ministack,
        "ratio": row.ratio,
        "target": row.figure.target.bound if row.figure.target else None,
        "met": row.is_met,
    }


def _processor() -> str:
    models = re.findall(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), flags=re.MULTILINE)
    return models[0] if models else platform.machine()
