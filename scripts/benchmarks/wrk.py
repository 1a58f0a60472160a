"""A load of calls by wrk, which costs the machine a tenth of a generator in Python: https://github.com/wg/wrk."""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.servers import HOST
from benchmarks.workload import Exchange, WrongAnswer

_SCRIPT = """\
local requests, number = {%s}, 0
request = function()
  number = number %% #requests + 1
  return requests[number]
end
done = function(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('\\n{"requests": %%d, "seconds": %%.6f, "p99": %%.6f, "failed": %%d}',
    summary.requests, summary.duration / 1e6, latency:percentile(99) / 1e6, failed))
end
"""


def wrk_load(port: int, exchanges: Sequence[Exchange], connections: int, seconds: float) -> tuple[int, float, float]:
    """Make calls for a time and return their number, the seconds, and the 99th percentile of the seconds of a call.

    Raises WrongAnswer if a call fails.
    """
    requests = ", ".join(_lua(call.request) for call in exchanges)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "load.lua")
        script.write_text(_SCRIPT % requests)
        options = [f"--connections={connections}", "--threads=1", f"--duration={max(round(seconds), 1)}s"]
        command = ["wrk", *options, f"--script={script}", f"http://{HOST}:{port}/"]
        result = subprocess.run(command, capture_output=True, text=True, check=True)
    figures = json.loads(result.stdout.splitlines()[-1])
    if figures["failed"]:
        raise WrongAnswer(f"{exchanges[0].name}: {figures['failed']} calls failed under wrk")
    return figures["requests"], figures["seconds"], figures["p99"]


def _lua(text: bytes) -> str:
    """Return bytes as a string of Lua."""
    return '"' + "".join(f"\\{byte:03d}" for byte in text) + '"'
