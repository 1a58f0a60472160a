"""`scripts/replay`, which compares the answers of two versions."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def replay(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    command = [sys.executable, str(ROOT / "scripts/replay"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_recorded_session_is_answered_equally_and_a_changed_answer_is_reported(tmp_path: Path) -> None:
    """The same version answers a recorded session byte for byte; one answer that differs fails the comparison."""
    file = tmp_path / "session.gz"
    recorded = replay("record", file, "--calls", "150")
    assert recorded.returncode == 0, recorded.stderr
    checked = replay("check", file)
    assert (checked.returncode, checked.stdout) == (0, "150 calls compared, 0 differ: {}\n")
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        header, *exchanges = lines.read().splitlines()
    first = json.loads(exchanges[0]) | {"answer": "{}"}
    with gzip.open(file, "wt", encoding="utf-8") as out:
        out.write("\n".join([header, json.dumps(first), *exchanges[1:]]))
    checked = replay("check", file)
    assert checked.returncode == 1
    assert "150 calls compared, 1 differ" in checked.stdout
