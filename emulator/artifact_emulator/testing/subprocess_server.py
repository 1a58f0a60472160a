"""A server for a test run: a process of its own on a free port, which ends with whoever started it."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from artifact_emulator.testing.client import Emulator

_READY = " ready on "


class DidNotStart(RuntimeError):
    """The server ended before it was ready; what it said is on standard error."""


@contextmanager
def launched(arguments: Sequence[str] = ()) -> Iterator[Emulator]:
    """Run a server while the block lasts, with further arguments of `artifact-emulator serve`.

    Raises DidNotStart.
    """
    # A test run may be killed: its end of the pipe is closed then, and the server does not outlive it.
    command = [sys.executable, "-m", "artifact_emulator", "serve", "--port", "0", "--end-with-stdin", *arguments]
    process = subprocess.Popen(  # noqa: S603 - this very package
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        if _READY not in line:
            raise DidNotStart(f"artifact-emulator ended with status {process.wait()} before it was ready")
        yield Emulator(line.partition(_READY)[2].split()[0])
    finally:
        process.terminate()
        process.communicate()
