"""The page docs/benchmarks.md: a section for each thing that `scripts/bench` measures; when and where it was taken."""

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

Written by `./scripts/bench --write`; `./scripts/bench` alone prints the same. No figure in seconds holds on another
machine, nor on this one tomorrow: read the ratios.
"""


def circumstances() -> str:
    """Tell when and where a measurement is taken, of what, and how busy the machine was with other things."""
    machine = f"{len(sched_getaffinity(0))} cores of {_processor()}, Linux {platform.release()}"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    versions = ", ".join(f"{name} {version(name)}" for name in _DISTRIBUTIONS)
    return (
        f"Taken on {datetime.now(UTC):%Y-%m-%d} on {machine}, with {python}, {versions}. "
        f"Processes that wanted a core before it began: {getloadavg()[0]:.1f}."
    )


def write(heading: str, body: str) -> None:
    """Put a section on the page: in its old place, or at the end."""
    page = PAGE.read_text() if PAGE.exists() else ""
    PAGE.write_text(put(page, heading, body))


def put(page: str, heading: str, body: str) -> str:
    """Give the page with a section as it is now, and the others as they were."""
    parts = re.split(r"^## ", page, flags=re.MULTILINE)[1:]
    sections = dict(part.split("\n", 1) for part in parts) | {heading: body}
    parts = [f"## {name}\n\n{text.strip()}\n" for name, text in sections.items()]
    return "\n".join([_INTRODUCTION, *parts])


def _processor() -> str:
    models = re.findall(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), flags=re.MULTILINE)
    return models[0] if models else platform.machine()
