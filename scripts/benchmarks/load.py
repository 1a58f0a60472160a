"""A client that costs little, in a process of its own: raw sockets, bytes ready to send, every answer checked.

`python -m benchmarks.load` reads an order from standard input and writes what came of it to standard output.
"""

import json
import select
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

_SCRIPTS = Path(__file__).parents[1]
_PATIENCE = 30
_WRONG = 3
_RIGHT = (b"http/1.1 200", b"http/1.0 200")


@dataclass(frozen=True)
class Outcome:
    """What a load saw: so many calls in so many seconds, and the seconds that 99 of 100 of them took at most."""

    requests: int
    seconds: float
    p99: float

    @property
    def rate(self) -> float:
        """Give the calls a second."""
        return self.requests / self.seconds


def load(port: int, exchanges: Sequence[Exchange], *, connections: int, seconds: float, limit: int) -> Outcome:
    """Have another process call as fast as it is answered until the time or the number of calls is reached.

    Raises WrongAnswer when one answer is not right.
    """
    calls = [(one.name, one.request.decode("latin-1"), one.expected.decode("latin-1")) for one in exchanges]
    order = {"port": port, "calls": calls, "connections": connections, "seconds": seconds, "limit": limit}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        cwd=_SCRIPTS,
        input=json.dumps(order),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == _WRONG:
        raise WrongAnswer(done.stdout)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return Outcome(**json.loads(done.stdout))


class _Connection:
    """One connection, on which one call at a time is under way; made anew when the server has closed it."""

    def __init__(self, port: int, exchanges: Iterator[Exchange], poll: select.epoll) -> None:
        self._port = port
        self._exchanges = exchanges
        self._poll = poll
        self._socket: socket.socket | None = None
        self._exchange: Exchange
        self._sent = 0.0
        self._answer = b""

    def send(self) -> int:
        """Send the next call; give the descriptor on which its answer will come."""
        self._exchange = next(self._exchanges)
        self._answer = b""
        self._sent = time.perf_counter()
        if self._socket is None:
            self._socket = socket.create_connection((HOST, self._port), timeout=_PATIENCE)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._poll.register(self._socket, select.EPOLLIN)
        self._socket.sendall(self._exchange.request)
        return self._socket.fileno()

    def receive(self) -> float | None:
        """Read what has come; give the seconds that the call took once its answer is whole.

        Raises WrongAnswer.
        """
        part = self._socket.recv(65536) if self._socket else b""
        self._answer += part
        end = self._answer.find(b"\r\n\r\n") + 4
        head = self._answer[:end].lower()
        whole = end > 3 and len(self._answer) == end + _content_length(head)
        if part and not whole:
            return None
        took = time.perf_counter() - self._sent
        if not whole or not head.startswith(_RIGHT) or self._exchange.expected not in self._answer[end:]:
            raise WrongAnswer(f"{self._exchange.name}: {self._answer.decode(errors='replace')}")
        if head.startswith(b"http/1.0") or b"\r\nconnection: close" in head:
            self.close()
        return took

    def close(self) -> None:
        """Give the connection up."""
        if self._socket is not None:
            self._poll.unregister(self._socket)
            self._socket.close()
            self._socket = None


def _content_length(head: bytes) -> int:
    _, _, after = head.partition(b"\r\ncontent-length:")
    return int(after[: after.index(b"\r")])


def _run(port: int, exchanges: Sequence[Exchange], connections: int, seconds: float, limit: int) -> Outcome:
    poll = select.epoll()
    # Each connection begins with another call, so that at any time the server is asked for all of them.
    clients = [_Connection(port, islice(cycle(exchanges), number, None), poll) for number in range(connections)]
    begun = time.perf_counter()
    waiting = {client.send(): client for client in clients}
    sent, times = connections, list[float]()
    while waiting:
        for descriptor, _ in poll.poll(_PATIENCE) or _silence():
            client = waiting[descriptor]
            took = client.receive()
            if took is None:
                continue
            times.append(took)
            del waiting[descriptor]
            if sent < limit and time.perf_counter() - begun < seconds:
                waiting[client.send()] = client
                sent += 1
    elapsed = time.perf_counter() - begun
    for client in clients:
        client.close()
    return Outcome(len(times), elapsed, sorted(times)[ceil(0.99 * len(times)) - 1])


def _silence() -> NoReturn:
    raise WrongAnswer(f"no answer in {_PATIENCE} seconds")


def main() -> int:
    """Carry out the order; give the exit status."""
    order = json.load(sys.stdin)
    exchanges = [
        Exchange(name, request.encode("latin-1"), expected.encode("latin-1"))
        for name, request, expected in order.pop("calls")
    ]
    try:
        print(json.dumps(asdict(_run(exchanges=exchanges, **order))))
    except WrongAnswer as wrong:
        print(wrong)
        return _WRONG
    return 0


if __name__ == "__main__":
    sys.exit(main())
