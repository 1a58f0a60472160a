"""Servers in their own processes: start time, CPU time and memory.

Runs on Linux only, since CPU time and memory are read from /proc.
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

from benchmarks import figures

HOST = "127.0.0.1"
PROGRAMS = Path(sys.executable).parent
"""The folder of the servers' programs."""
_TIMEOUT = 120.0
"""Seconds; a server with a large scenario takes some on a busy machine."""
_RETRY_INTERVAL = 0.002
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class ServerFailed(Exception):
    """A server ended early or did not listen in time."""


@dataclass(frozen=True)
class Kind:
    """A server to measure: its name, and its command for a port."""

    name: str
    command: Callable[[int], list[str]]
    environment: Callable[[int], dict[str, str]] = lambda _: {}


# All run with their default options.
OURS = Kind(figures.OURS, lambda port: [str(PROGRAMS / "artifact-emulator"), "serve", "--port", str(port)])
MOTO = Kind(figures.MOTO, lambda port: [str(PROGRAMS / "moto_server"), "--port", str(port)])
MINISTACK_PROGRAM = Path(__file__).parents[2] / ".venv" / "peers" / "bin" / "ministack"
MINISTACK = Kind(figures.MINISTACK, lambda _: [str(MINISTACK_PROGRAM)], lambda port: {"GATEWAY_PORT": str(port)})


def kinds() -> list[Kind]:
    """Return the servers to measure; smoke runs do without ministack where it is not installed."""
    return [OURS, MOTO, *([MINISTACK] if MINISTACK_PROGRAM.exists() else [])]


@dataclass(frozen=True)
class Running:
    """A running server, and the seconds from its start to its first reply."""

    process: subprocess.Popen[bytes]
    port: int
    cold_start: float

    def cpu_seconds(self) -> float:
        """Return the user and system time of the server and its children."""
        return sum(_cpu_ticks(pid) for pid in _tree(self.process.pid)) / _TICKS_PER_SECOND

    def own_cpu_seconds(self) -> float:
        """Return the user and system time of the server alone."""
        return _cpu_ticks(self.process.pid) / _TICKS_PER_SECOND

    def memory_bytes(self) -> int:
        """Return the memory of the server and its children; shared pages count proportionally."""
        return sum(_proportional_set_size(pid) for pid in _tree(self.process.pid))


@contextmanager
def running(kind: Kind, first_call: Callable[[socket.socket], object]) -> Iterator[Running]:
    """Start a server, make a first call, and stop it at the end of the block; errors carry its log as a note.

    Raises ServerFailed if it does not listen.
    """
    port = _free_port()
    with tempfile.TemporaryFile() as log:
        start = time.perf_counter()
        environment = os.environ | kind.environment(port)
        process = subprocess.Popen(
            kind.command(port), env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            with _connected(process, port) as connection:
                first_call(connection)
            yield Running(process, port, time.perf_counter() - start)
        except Exception as error:
            log.seek(0)
            error.add_note(f"The log of {kind.name} ends with:\n{log.read()[-2000:].decode(errors='replace')}")
            raise
        finally:
            _end(process)


def _connected(process: subprocess.Popen[bytes], port: int) -> socket.socket:
    deadline = time.perf_counter() + _TIMEOUT
    while time.perf_counter() < deadline:
        try:
            return socket.create_connection((HOST, port), timeout=_TIMEOUT)
        except ConnectionRefusedError:
            time.sleep(_RETRY_INTERVAL)
        if process.poll() is not None:
            raise ServerFailed(f"ended with status {process.returncode} before it replied")
    raise ServerFailed(f"did not listen within {_TIMEOUT:.0f} seconds")


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
    children = [int(child) for task in tasks for child in _children(task)]
    return [pid, *(descendant for child in children for descendant in _tree(child))]


def _children(task: Path) -> list[str]:
    try:
        return (task / "children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):  # The thread has ended.
        return []


def _cpu_ticks(pid: int) -> int:
    # The name of the program, in parentheses, may contain spaces; utime and stime are fields 14 and 15 of proc(5).
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _proportional_set_size(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return 1024 * next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
