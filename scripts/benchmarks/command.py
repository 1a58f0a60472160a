"""The command `scripts/bench`, once everything that it needs is installed."""

import sys

from benchmarks import beside_moto, decision, growth, page, suite, worlds
from benchmarks.servers import ServerFailed
from benchmarks.workload import WrongAnswer

_SUBJECTS = {"moto": beside_moto, "growth": growth, "suite": suite, "decision": decision, "worlds": worlds}


def run(subject: str, *, smoke: bool, write: bool) -> int:
    """Measure a subject, print its section, write it to the page if requested, and return the exit status."""
    module = _SUBJECTS[subject]
    try:
        section = module.measure(_report, smoke=smoke)
    except (ServerFailed, WrongAnswer) as error:
        _report("\n".join(["scripts/bench stopped:", str(error), *getattr(error, "__notes__", [])]))
        return 1
    print(section)
    if write:
        page.write(module.HEADING, section)
    return 0


def _report(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
