"""A server in a process of its own: started, timed to its first answer, weighed, ended.

Linux only: what a process spends and holds is read from /proc.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
_PROGRAMS = Path(sys.executable).parent
_PATIENCE = 30.0
_BETWEEN_TRIES = 0.002
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


class ServerFailed(Exception):
    """A server ended, or never came to listen."""


@dataclass(frozen=True)
class Kind:
    """A server to measure: its name, and the command that serves on a port."""

    name: str
    command: Callable[[int], list[str]]


# Each as its own command starts it, with nothing switched on or off.
OURS = Kind("artifact-emulator", lambda port: [str(_PROGRAMS / "artifact-emulator"), "serve", "--port", str(port)])
MOTO = Kind("moto_server", lambda port: [str(_PROGRAMS / "moto_server"), "--port", str(port)])


@dataclass(frozen=True)
class Running:
    """A server that has answered: where it is, and the seconds from its start to that answer."""

    process: subprocess.Popen[bytes]
    port: int
    cold_start: float

    def cpu_seconds(self) -> float:
        """Tell what it has spent, with its children, in user and system time."""
        return sum(_cpu_ticks(pid) for pid in _tree(self.process.pid)) / _TICKS_A_SECOND

    def memory_bytes(self) -> int:
        """Tell what it holds, with its children; pages shared with other processes count by their share."""
        return sum(_proportional_set_size(pid) for pid in _tree(self.process.pid))


@contextmanager
def running(kind: Kind, first_call: Callable[[socket.socket], object]) -> Iterator[Running]:
    """Start a server, have it answer a first call, and end it whatever happens; what goes wrong bears its log.

    Raises ServerFailed when it does not come to listen.
    """
    port = _free_port()
    with tempfile.TemporaryFile() as log:
        begun = time.perf_counter()
        process = subprocess.Popen(kind.command(port), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            with _connected(process, port) as connection:
                first_call(connection)
            yield Running(process, port, time.perf_counter() - begun)
        except Exception as error:
            log.seek(0)
            error.add_note(f"The log of {kind.name} ends with:\n{log.read()[-2000:].decode(errors='replace')}")
            raise
        finally:
            _end(process)


def _connected(process: subprocess.Popen[bytes], port: int) -> socket.socket:
    deadline = time.perf_counter() + _PATIENCE
    while time.perf_counter() < deadline:
        try:
            return socket.create_connection((HOST, port), timeout=_PATIENCE)
        except ConnectionRefusedError:
            time.sleep(_BETWEEN_TRIES)
        if process.poll() is not None:
            raise ServerFailed(f"ended with status {process.returncode} before it answered")
    raise ServerFailed(f"does not listen after {_PATIENCE:.0f} seconds")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _tree(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return [pid, *(found for child in children for found in _tree(child))]


def _cpu_ticks(pid: int) -> int:
    # proc(5): the name of the program, in brackets, may hold anything; utime and stime are fields 14 and 15.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _proportional_set_size(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return 1024 * next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
