"""A load of calls in its own process: by wrk, or over raw sockets with a check of every reply.

`python -m benchmarks.load` reads its parameters from standard input and writes the result to standard output.
"""

import json
import select
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from math import ceil
from pathlib import Path
from typing import NoReturn

from benchmarks.servers import HOST
from benchmarks.workload import Exchange, WrongAnswer
from benchmarks.wrk import wrk_load

_SCRIPTS = Path(__file__).parents[1]
_TIMEOUT = 30
_WRONG_ANSWER_STATUS = 3
_SUCCESS = (b"http/1.1 200", b"http/1.0 200")


@dataclass(frozen=True)
class LoadResult:
    """The number of calls, their total duration in seconds, and the 99th percentile of the duration of a call."""

    requests: int
    seconds: float
    p99: float

    @property
    def rate(self) -> float:
        """The number of calls per second."""
        return self.requests / self.seconds


def generator() -> str:
    """Return what makes the load."""
    return "wrk" if shutil.which("wrk") else "`scripts/benchmarks/load.py`"


def load(
    port: int, exchanges: Sequence[Exchange], *, connections: int, seconds: float, limit: int | None
) -> LoadResult:
    """Make calls from another process, as fast as they are answered, for a time or up to a number of calls.

    wrk makes them if it is installed and there is no limit. Raises WrongAnswer.
    """
    if limit is None and shutil.which("wrk"):
        return LoadResult(*wrk_load(port, exchanges, connections, seconds))
    calls = [(call.name, call.request.decode("latin-1"), call.expected.decode("latin-1")) for call in exchanges]
    parameters = {"port": port, "calls": calls, "connections": connections, "seconds": seconds, "limit": limit}
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        cwd=_SCRIPTS,
        input=json.dumps(parameters),
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode == _WRONG_ANSWER_STATUS:
        raise WrongAnswer(result.stdout)
    if result.returncode:
        raise RuntimeError(result.stderr)
    return LoadResult(**json.loads(result.stdout))


class _Connection:
    """A connection with one call at a time, opened again when the server closes it."""

    def __init__(self, port: int, exchanges: Iterator[Exchange], poll: select.epoll) -> None:
        self._port = port
        self._exchanges = exchanges
        self._poll = poll
        self._socket: socket.socket | None = None
        self._exchange: Exchange
        self._sent_at = 0.0
        self._reply = b""

    def send(self) -> int:
        """Send the next call and return the file descriptor of the connection."""
        self._exchange = next(self._exchanges)
        self._reply = b""
        self._sent_at = time.perf_counter()
        if self._socket is None:
            self._socket = socket.create_connection((HOST, self._port), timeout=_TIMEOUT)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._poll.register(self._socket, select.EPOLLIN)
        self._socket.sendall(self._exchange.request)
        return self._socket.fileno()

    def receive(self) -> float | None:
        """Read a part of the reply and return the duration of the call once it is complete, else None.

        Raises WrongAnswer.
        """
        part = self._socket.recv(65536) if self._socket else b""
        self._reply += part
        end = self._reply.find(b"\r\n\r\n") + 4
        head = self._reply[:end].lower()
        is_complete = end > 3 and len(self._reply) == end + _content_length(head)
        if part and not is_complete:
            return None
        seconds = time.perf_counter() - self._sent_at
        if not is_complete or not head.startswith(_SUCCESS) or self._exchange.expected not in self._reply[end:]:
            raise WrongAnswer(f"{self._exchange.name}: {self._reply.decode(errors='replace')}")
        if head.startswith(b"http/1.0") or b"\r\nconnection: close" in head:
            self.close()
        return seconds

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._poll.unregister(self._socket)
            self._socket.close()
            self._socket = None


def _content_length(head: bytes) -> int:
    _, _, after = head.partition(b"\r\ncontent-length:")
    return int(after[: after.index(b"\r")])


def _run(port: int, exchanges: Sequence[Exchange], connections: int, seconds: float, limit: int | None) -> LoadResult:
    poll = select.epoll()
    # Each connection starts with a different call, so that the server gets all of them at any time.
    clients = [_Connection(port, islice(cycle(exchanges), number, None), poll) for number in range(connections)]
    start = time.perf_counter()
    waiting = {client.send(): client for client in clients}
    sent, times = connections, list[float]()
    while waiting:
        for descriptor, _ in poll.poll(_TIMEOUT) or _timed_out():
            client = waiting[descriptor]
            seconds_of_call = client.receive()
            if seconds_of_call is None:
                continue
            times.append(seconds_of_call)
            del waiting[descriptor]
            if (limit is None or sent < limit) and time.perf_counter() - start < seconds:
                waiting[client.send()] = client
                sent += 1
    elapsed = time.perf_counter() - start
    for client in clients:
        client.close()
    return LoadResult(len(times), elapsed, sorted(times)[ceil(0.99 * len(times)) - 1])


def _timed_out() -> NoReturn:
    raise WrongAnswer(f"no reply within {_TIMEOUT} seconds")


def main() -> int:
    """Run a load and return the exit status."""
    parameters = json.load(sys.stdin)
    exchanges = [
        Exchange(name, request.encode("latin-1"), expected.encode("latin-1"))
        for name, request, expected in parameters.pop("calls")
    ]
    try:
        print(json.dumps(asdict(_run(exchanges=exchanges, **parameters))))
    except WrongAnswer as error:
        print(error)
        return _WRONG_ANSWER_STATUS
    return 0


if __name__ == "__main__":
    sys.exit(main())
