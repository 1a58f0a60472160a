"""A suite of tests with a clean slate each, run by pytest on our server and moto's, and in the process of both."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.beside_moto import table
from benchmarks.comparison import Comparison
from benchmarks.figures import Figure, Target
from benchmarks.page import circumstances
from benchmarks.servers import HOST
from benchmarks.workload import ACCESS_KEY_ID, REGION, WrongAnswer

HEADING = "A suite of tests"
_TESTS = Path(__file__).parent / "suite_tests"
_TARGET = Target(2.5, "≥")
_HOW = """\
How: the same {tests} tests, run by `pytest` from its start to its end, in {rounds} rounds; boto3, pytest and the
start of the server are in every figure. A test makes a client, an organization, three accounts, a unit and a policy,
and looks at what is there: 17 calls, all of which moto has. On the server: ours as the pytest plugin starts it, a
world for each test; `ThreadedMotoServer`, as moto's documentation has it, reset before each test. By pytest-xdist ours
runs two tests at a time; moto's server has one state for all, so that its suite runs one at a time. In the process:
`emulate()` and `mock_aws` around each test. `boto3.client` is how most tests make a client: `mock_aws` makes boto3
forget its default session, which then reads AWS's models anew. The last row has one session for all tests on both
sides: four fifths of what is left of ours is botocore itself, so that no emulator would be 2.5 times as fast as moto
there. One test at a time on the server it is two thirds."""


@dataclass(frozen=True)
class Size:
    """How many tests are in the suite, and how often each place runs it."""

    tests: int
    rounds: int


FULL = Size(tests=200, rounds=5)
SMOKE = Size(tests=2, rounds=1)

_PARALLEL = Figure("tests a second, on the server, by pytest-xdist", digits=1, target=_TARGET)

# The options of the suite by which a figure is taken, without the place's owner.
PLACES = {
    Figure("tests a second, on the server", digits=1, target=_TARGET): ("server",),
    _PARALLEL: ("server",),
    Figure("tests a second, in the process", digits=1, target=_TARGET): ("process",),
    Figure("tests a second, in the process, one session", digits=1): ("process", "--one-session"),
}


def measure(say: Callable[[str], None], *, smoke: bool) -> str:
    """Measure, and write the section's text.

    Raises WrongAnswer when a test fails.
    """
    size = SMOKE if smoke else FULL
    taken = circumstances()
    rounds = []
    for number in range(size.rounds):
        say(f"round {number + 1} of {size.rounds}")
        # Whoever goes second finds another machine: so they take turns at that, too.
        order = ("our", "moto") if number % 2 == 0 else ("moto", "our")
        samples: dict[str, dict[Figure, float]] = {"our": {}, "moto": {}}
        for figure, (place, *options) in PLACES.items():
            for owner in order:
                parallel = ["--numprocesses", "2"] if (figure, owner) == (_PARALLEL, "our") else []
                samples[owner][figure] = size.tests / _run(f"{owner}-{place}", [*options, *parallel], size.tests)
        rounds.append((samples["our"], samples["moto"]))
    how = _HOW.format(tests=size.tests, rounds=size.rounds)
    return "\n\n".join([taken, table(Comparison(rounds), tuple(PLACES), beside="moto"), how])


def _run(place: str, options: list[str], tests: int) -> float:
    """Run the suite; give the seconds that it took."""
    # Neither somebody's profile nor this project's configuration is to be measured.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_"))}
    settings = {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": "placeholder",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "NO_PROXY": HOST,
        "no_proxy": HOST,
    }
    pytest = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "-p", "no:cacheprovider", f"--rootdir={_TESTS}"]
    begun = time.perf_counter()
    done = subprocess.run(
        [*pytest, f"--place={place}", f"--tests={tests}", *options, str(_TESTS)],
        env=kept | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    took = time.perf_counter() - begun
    if done.returncode or f"{tests} passed" not in done.stdout:
        raise WrongAnswer(f"{place}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return took
