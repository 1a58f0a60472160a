"""The page docs/benchmarks.md, with a section for each subject of `scripts/bench`."""

import platform
import re
from datetime import UTC, datetime
from importlib.metadata import version
from os import getloadavg, sched_getaffinity
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
_DISTRIBUTIONS = ("artifact-emulator", "moto", "boto3", "botocore")
_INTRODUCTION = """\
# Benchmarks

Written by `./scripts/bench --write`; `./scripts/bench` alone prints the same. Absolute figures differ between machines
and between runs; the ratios are comparable.
"""


def conditions() -> str:
    """Return a sentence with the date, the machine, the versions and the load before the measurement."""
    machine = f"{len(sched_getaffinity(0))} cores of {_processor()}, Linux {platform.release()}"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    versions = ", ".join(f"{name} {version(name)}" for name in _DISTRIBUTIONS)
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} on {machine}, with {python}, {versions}. "
        f"Load average before the measurement: {getloadavg()[0]:.1f}."
    )


def write(heading: str, body: str) -> None:
    """Write a section to the page: in place of the old one, or at the end."""
    page = PAGE.read_text() if PAGE.exists() else ""
    PAGE.write_text(with_section(page, heading, body))


def with_section(page: str, heading: str, body: str) -> str:
    """Return the page with a new or replaced section."""
    parts = re.split(r"^## ", page, flags=re.MULTILINE)[1:]
    sections = dict(part.split("\n", 1) for part in parts) | {heading: body}
    parts = [f"## {name}\n\n{text.strip()}\n" for name, text in sections.items()]
    return "\n".join([_INTRODUCTION, *parts])


def _processor() -> str:
    models = re.findall(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), flags=re.MULTILINE)
    return models[0] if models else platform.machine()
