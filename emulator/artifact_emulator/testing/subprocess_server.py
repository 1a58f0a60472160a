"""A server for a test run: a process on a free port that ends with its parent."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from artifact_emulator.testing.client import Emulator
from artifact_emulator.testing.deprecation import moved

_READY = " ready on "


class ServerFailed(RuntimeError):
    """The server ended before it was ready; its output on standard error says why."""


@contextmanager
def run_server(arguments: Sequence[str] = ()) -> Iterator[Emulator]:
    """Run a server for the duration of the block, with further arguments of `artifact-emulator serve`.

    Raises ServerFailed.
    """
    # The server ends with its standard input, so it does not outlive a test run that is killed.
    command = [sys.executable, "-m", "artifact_emulator", "serve", "--port", "0", "--end-with-stdin", *arguments]
    process = subprocess.Popen(  # noqa: S603 - this very package
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        if _READY not in line:
            raise ServerFailed(f"artifact-emulator ended with status {process.wait()} before it was ready")
        yield Emulator(line.partition(_READY)[2].split()[0])
    finally:
        process.terminate()
        process.communicate()


def __getattr__(name: str) -> Any:
    return moved(name, __name__, __name__, {"launched": "run_server", "DidNotStart": "ServerFailed"})
