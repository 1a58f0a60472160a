"""The command `scripts/bench`, once everything that it needs is installed."""

import compileall
import sys
from collections.abc import Sequence
from importlib import import_module

import artifact_emulator
import artifact_state
from benchmarks import page
from benchmarks.figures import Row
from benchmarks.servers import ServerFailed
from benchmarks.workload import WrongAnswer

SUBJECTS = ("peers", "suite", "core", "recording", "decision", "growth", "scenario", "worlds", "forwarding")
"""Modules with a function `measure`, which returns rows, and the text `METHOD`, in the order of the table.

`processes` is such a module too; it is measured only by its name, since it needs nginx.
"""


def run(subjects: Sequence[str], *, smoke: bool, write: bool, check: bool) -> int:
    """Measure subjects, or all, in one run; print the page, write it or compare it, and return the exit status."""
    # pip compiles the packages that it installs, among them the peers, but not those of a checkout.
    for package in (artifact_emulator, artifact_state):
        compileall.compile_dir(package.__path__[0], quiet=1)
    before, rows, methods = page.conditions(), list[Row](), list[str]()
    try:
        for name in subjects or SUBJECTS:
            module = import_module(f"benchmarks.{name}")
            _report(name)
            rows += module.measure(_report, smoke=smoke)
            methods.append(module.METHOD)
    except (ServerFailed, WrongAnswer) as error:
        _report("\n".join(["scripts/bench stopped:", str(error), *getattr(error, "__notes__", [])]))
        return 1
    text = page.text(before, rows, methods)
    print(text)
    if write:
        page.PAGE.write_text(text)
        page.STORED.write_text(page.stored(before, rows))
    if check and (sentences := page.worsened(rows, page.STORED.read_text())):
        _report("\n".join(["scripts/bench --check failed:", *sentences]))
        return 1
    return 0


def _report(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
