"""A server in its own process, started as its users start it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

COMMANDS = Path(sys.executable).parent
"""The folder of the commands that are installed with this Python."""
SERVE_COMMAND = [sys.executable, "-m", "artifact_emulator", "serve"]
_WITHOUT_UVLOOP = (
    "import sys; sys.modules['uvloop'] = None; from artifact_emulator.cli.main import main; sys.exit(main())"
)
ASYNCIO_COMMAND = [sys.executable, "-c", _WITHOUT_UVLOOP, "serve"]
"""Serves on asyncio's own event loop, as on Windows."""
READY = re.compile(r'(artifact-emulator .*ready on |"endpoint": ")http://(?P<host>\S+):(?P<port>\d+)\b')


def clean_environment(**changes: str) -> dict[str, str]:
    """Return an environment without the variables of the test run, of its Python and of AWS's SDKs."""
    prefixes = ("PYTHON", "VIRTUAL_ENV", "AWS_", "COV_", "PYTEST_")
    return {name: value for name, value in os.environ.items() if not name.startswith(prefixes)} | changes


class ServerProcess:
    """A running server and its address."""

    def __init__(self, process: subprocess.Popen[str], line: str) -> None:
        ready = READY.search(line)
        assert ready, f"no ready line: {line!r}"
        self.process = process
        self.host = ready["host"]
        self.port = int(ready["port"])

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit status."""
        self.process.send_signal(by)
        return self.process.wait(timeout=10)


@contextmanager
def server_process(command: list[str], **options: Any) -> Iterator[ServerProcess]:
    """Start a server with `--port 0` added, and kill it at the end of the block."""
    process = subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE, text=True, **options)
    assert process.stdout
    try:
        yield ServerProcess(process, process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
