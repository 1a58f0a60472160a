"""The subject `suite`: a test suite with an empty state for each test, beside moto, with servers and in process."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.figures import MOTO, OURS, Figure, Round, Row, Target, at_least, at_most, rows_of
from benchmarks.servers import HOST
from benchmarks.workload import ACCESS_KEY_ID, REGION, WrongAnswer

GROUP = "Suite of 200 tests"
_TESTS = Path(__file__).parent / "suite_tests"
_TARGET = at_least(2.5)
METHOD = """\
- **Suite**: the same 200 tests, run by `pytest`, in 7 rounds; every figure includes boto3, pytest and the start of
  the server. A test creates a client, an organization, three accounts, a unit and a policy, and reads the result:
  17 calls, all of which moto has. With servers: ours is started by the pytest plugin, with a world for each test;
  `ThreadedMotoServer` is used as moto documents it and reset before each test. With pytest-xdist ours runs two
  tests at a time; moto's server has a single state, so its suite runs one at a time. In process: `emulate()` and
  `mock_aws` around each test. Most tests create clients with `boto3.client`: `mock_aws` discards boto3's default
  session, so AWS's models are loaded again. With one session for all tests, most of our time is botocore itself:
  the floor is the same suite with recorded replies. ministack has no CreateOrganization."""


@dataclass(frozen=True)
class Size:
    """The number of tests in the suite, and of rounds."""

    tests: int
    rounds: int


FULL = Size(tests=200, rounds=7)
SMOKE = Size(tests=2, rounds=1)


def _figure(name: str, target: Target | None = _TARGET) -> Figure:
    return Figure(name, "", 1, target, more_is_better=True)


_PARALLEL = _figure("tests per second, with a server, with pytest-xdist")

# The place and the options with which a figure is measured; the owner of the place comes before it.
PLACES = {
    _figure("tests per second, with a server"): ("server",),
    _PARALLEL: ("server",),
    _figure("tests per second, in process"): ("process",),
    _figure("tests per second, in process, one session", target=None): ("process", "--one-session"),
}


_ONE_SESSION = ("process", "--one-session")
_FLOOR = Figure("time in process, one session, of that with recorded replies", "", 2, at_most(1.25))


def measure(report: Callable[[str], None], *, smoke: bool) -> list[Row]:
    """Measure and return the rows.

    Raises WrongAnswer if a test fails.
    """
    size, rounds = SMOKE if smoke else FULL, list[Round]()
    shares: list[float] = []
    for number in range(size.rounds):
        report(f"round {number + 1} of {size.rounds}")
        # The order alternates, since the first run may leave the machine in another state.
        order = (OURS, MOTO) if number % 2 == 0 else (MOTO, OURS)
        samples: dict[str, dict[Figure, float]] = {OURS: {}, MOTO: {}}
        for figure, (place, *options) in PLACES.items():
            for owner in order:
                parallel = ["--numprocesses", "2"] if (figure, owner) == (_PARALLEL, OURS) else []
                name = f"{'our' if owner == OURS else 'moto'}-{place}"
                samples[owner][figure] = size.tests / _run(name, [*options, *parallel], size.tests)
        rounds.append(dict(samples))
        place, *options = _ONE_SESSION
        own, floor = (_run(f"{owner}-{place}", options, size.tests) for owner in ("our", "recorded"))
        shares.append(own / floor)
    return [*rows_of(GROUP, PLACES, rounds), Row(GROUP, _FLOOR, median(shares))]


def _run(place: str, options: list[str], tests: int) -> float:
    """Run the suite and return its duration in seconds."""
    # The user's own profile and this project's configuration must not affect the measurement.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_"))}
    settings = {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": "placeholder",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "NO_PROXY": HOST,
        "no_proxy": HOST,
    }
    pytest = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "-p", "no:cacheprovider", f"--rootdir={_TESTS}"]
    start = time.perf_counter()
    result = subprocess.run(
        [*pytest, f"--place={place}", f"--tests={tests}", *options, str(_TESTS)],
        env=inherited | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - start
    if result.returncode or f"{tests} passed" not in result.stdout:
        raise WrongAnswer(f"{place}: {result.stdout[-2000:]}{result.stderr[-2000:]}")
    return seconds
