"""The server of moto as a process of its own, which ends with this one, however this one ends."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

HOST = "127.0.0.1"
_PACKAGES = ("moto", "flask_cors")
"""What moto's server imports, and an installation of moto without it lacks."""
_PROGRAM = "artifact_emulator.gateway.moto_process"
_SECONDS = 10
MOTO_INSTALLATION = "python -m pip install 'moto[server]' (the extra artifact-emulator[moto])"


class CannotStart(Exception):
    """The server of moto does not start; the message says why."""


@contextmanager
def moto_server() -> Iterator[str]:
    """Start moto's server on a free port, yield its address once it listens, and end it after the block.

    Raises CannotStart.
    """
    if not all(map(_is_installed, _PACKAGES)):
        raise CannotStart(f"moto's server is not installed: {MOTO_INSTALLATION}")
    # It reads its standard input to the end, which is that of this process at the latest. A signal of the terminal
    # reaches only this process, which still passes on the calls that it finishes.
    command = [sys.executable, "-m", _PROGRAM]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)  # noqa: S603 - our own.
    try:
        yield f"http://{HOST}:{_port(process)}"
    finally:
        _end(process)


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ValueError:  # It was imported in part.
        return False


def _port(process: "subprocess.Popen[bytes]") -> int:
    line = process.stdout.readline() if process.stdout else b""
    if not line:
        raise CannotStart(f"moto's server ended with status {process.wait(_SECONDS)} before it listened")
    return int(line)


def _end(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.communicate(timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
