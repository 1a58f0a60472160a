"""The subject `recording`: the cost of recording a call for a later explanation, which every decided call pays."""

import math
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "emulator"), str(ROOT / "state")]

from artifact_emulator.aws.authorization.decision_log import CAPACITY, DecisionLog  # noqa: E402 - needs the paths above
from artifact_emulator.aws.authorization.request import AuthorizationRequest  # noqa: E402
from artifact_state.model import State  # noqa: E402
from artifact_state.principals import root_user  # noqa: E402
from benchmarks.figures import Figure, Row, at_most  # noqa: E402

METHOD = """\
- **Recording**: the CPU time in which a full log records an allowed call for a later explanation, in the fastest of
  20 series."""
_NOW = datetime(2026, 11, 30, tzinfo=UTC)


def recording_cost(calls: int = 20_000, rounds: int = 20) -> float:
    """Return the CPU seconds that a full log takes to record an allowed call, in the fastest of several rounds."""
    request = AuthorizationRequest(State(), root_user("111122223333"), _NOW, "iam", "ListUsers", {})
    log, fastest = DecisionLog(), math.inf
    _seconds(log.record, request, CAPACITY, 0)
    for number in range(1, rounds + 1):
        fastest = min(fastest, _seconds(log.record, request, calls, number))
    return fastest


def measure(_report: Callable[[str], None], *, smoke: bool) -> list[Row]:
    """Measure and return the row."""
    cost = recording_cost(*((100, 1) if smoke else ()))
    return [Row("Recording", Figure("record of an allowed call", "µs", 2, at_most(5)), cost * 1e6)]


def _seconds(
    record: Callable[[str, AuthorizationRequest], None], request: AuthorizationRequest, calls: int, number: int
) -> float:
    request_ids = [f"{number}-{call}" for call in range(calls)]
    start = time.process_time()
    for request_id in request_ids:
        record(request_id, request)
    return (time.process_time() - start) / calls
