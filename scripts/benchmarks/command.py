"""What `scripts/bench` does once it has all it needs."""

import sys

from benchmarks import beside_moto, decision, growth, page, suite, worlds
from benchmarks.servers import ServerFailed
from benchmarks.workload import WrongAnswer

_SUBJECTS = {"moto": beside_moto, "growth": growth, "suite": suite, "decision": decision, "worlds": worlds}


def run(subject: str, *, smoke: bool, write: bool) -> int:
    """Measure, print the section, keep it if asked to; give the exit status."""
    measured = _SUBJECTS[subject]
    try:
        section = measured.measure(_say, smoke=smoke)
    except (ServerFailed, WrongAnswer) as error:
        _say("\n".join(["scripts/bench stopped:", str(error), *getattr(error, "__notes__", [])]))
        return 1
    print(section)
    if write:
        page.write(measured.HEADING, section)
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
