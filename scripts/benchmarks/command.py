"""What `scripts/bench` does once it has all it needs."""

import sys

from benchmarks import beside_moto, page
from benchmarks.servers import ServerFailed
from benchmarks.workload import WrongAnswer


def run(*, smoke: bool, write: bool) -> int:
    """Measure, print the section, keep it if asked to; give the exit status."""
    try:
        section = beside_moto.measure(_say, smoke=smoke)
    except (ServerFailed, WrongAnswer) as error:
        _say("\n".join(["scripts/bench stopped:", str(error), *getattr(error, "__notes__", [])]))
        return 1
    print(section)
    if write:
        page.write(beside_moto.HEADING, section)
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
