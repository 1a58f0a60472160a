"""A server in a process of its own, started as its users start it."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

READY = re.compile(r"artifact-emulator .*ready on http://(?P<host>\S+):(?P<port>\d+)\b")


def environment(**changes: str) -> dict[str, str]:
    """Give the environment of a user who knows nothing of this tree or of the tests' own Python."""
    foreign = ("PYTHON", "VIRTUAL_ENV", "AWS_", "COV_", "PYTEST_")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)} | changes


class Served:
    """A server in a process of its own, and where it is."""

    def __init__(self, process: subprocess.Popen[str], line: str) -> None:
        ready = READY.search(line)
        assert ready, f"no ready line: {line!r}"
        self.process = process
        self.host = ready["host"]
        self.port = int(ready["port"])

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to end; give its exit status."""
        self.process.send_signal(by)
        return self.process.wait(timeout=10)


@contextmanager
def serving(command: list[str], **options: Any) -> Iterator[Served]:
    """Start a server with `--port 0` added, and end it whatever happens."""
    process = subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE, text=True, **options)
    assert process.stdout
    try:
        yield Served(process, process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
