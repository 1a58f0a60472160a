"""The subject `scenario`: the start of a server with a scenario of very many accounts, and their memory."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.figures import Figure, Row, at_most
from benchmarks.servers import OURS, Kind, Running, running

GROUP = "Scenario of 100,000 accounts"
METHOD = """\
- **Scenario**: the seconds from the start of `artifact-emulator serve --scenario` until it listens, with a file in YAML
  of 100,000 accounts with names; the memory is that of the process then, less that of a server without accounts."""
FULL, SMOKE = 100_000, 100
_HEAD = """\
organizations:
- management: {id: "111122223333", name: Management}
  accounts:
"""


def measure(report: Callable[[str], None], *, smoke: bool) -> list[Row]:
    """Measure and return the rows."""
    count = SMOKE if smoke else FULL
    report(f"{count:,} accounts")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "large.yaml")
        file.write_text(_HEAD + "".join(f"  - name: Account {n}\n" for n in range(count)))
        with running(OURS, _wait) as empty, running(_serving(file), _wait) as large:
            seconds, size = large.cold_start, _memory(large, empty) / count
    return [
        Row(GROUP, Figure("start with the scenario", "s", 1, at_most(10)), seconds),
        Row(GROUP, Figure("memory of an account in the scenario", "bytes", 0, at_most(1_300)), size),
    ]


def _serving(file: Path) -> Kind:
    options = ["--quota", f"accounts_per_organization={FULL + 1}", "--scenario", str(file)]
    return Kind(OURS.name, lambda port: [*OURS.command(port), *options])


def _wait(_connection: object) -> None:
    """Do nothing: a server that accepts connections has loaded its scenario."""


def _memory(large: Running, empty: Running) -> int:
    return large.memory_bytes() - empty.memory_bytes()
