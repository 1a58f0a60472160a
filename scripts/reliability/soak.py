"""Run an emulator under load for a long time: reads, writes, faults and resets of many worlds at once.

Fails if an answer is wrong, the memory grows, or the history of a world is not serial. The account alias of a world is
the value whose history is checked, and its users are counted at the end.
"""

import argparse
import asyncio
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from statistics import median
from urllib.parse import urlencode

from reliability.history import RESET, Operation, contradictions
from reliability.server import Connection, WrongAnswer, emulator, memory_bytes

ACCOUNT = "111122223333"
_GROWTH = 1.1
"""The memory in the last quarter of the time, compared with that in the second."""
_SAMPLE_SECONDS = 1.0
_FORM = {
    "Content-Type": "application/x-www-form-urlencoded",
    "Authorization": f"AWS4-HMAC-SHA256 Credential={ACCOUNT}/20260101/us-east-1/iam/aws4_request, "
    "SignedHeaders=host, Signature=0",
}
_JSON = {
    "Content-Type": "application/x-amz-json-1.1",
    "Authorization": _FORM["Authorization"].replace("/iam/", "/organizations/"),
}
_FAULT = {"service": "iam", "operation": "GetUser", "error": {"code": "ServiceFailure"}, "times": 1}
_INJECTED = b"<Code>ServiceFailure</Code>"


@dataclass
class History:
    """What was done in one world."""

    name: str
    alias: list[Operation] = field(default_factory=list)
    created: dict[str, Operation] = field(default_factory=dict)
    resets: list[Operation] = field(default_factory=list)
    faults: int = 0
    injected: int = 0


class Client:
    """One of the clients, which does something at random again and again."""

    def __init__(self, number: int, port: int, histories: list[History], counts: Counter[str]) -> None:
        self._number = number
        self._connection = Connection(port)
        self._histories = histories
        self._counts = counts
        self._chance = random.Random(number)  # noqa: S311 - equal runs, no secrets.
        self._serial = 0
        self._world = histories[0]

    async def run(self, until: float) -> None:
        """Work until an instant of the monotonic clock."""
        names = [name for name, share in _SHARES.items() for _ in range(share)]
        while time.monotonic() < until:
            self._world = self._chance.choice(self._histories)
            name = self._chance.choice(names)
            await _WORK[name](self)
            self._counts[name] += 1
        self._connection.close()

    async def write_alias(self) -> None:
        """Write the value whose history is checked."""
        begin, value = time.monotonic(), self._unique("alias")
        await self._iam("CreateAccountAlias", AccountAlias=value)
        self._world.alias.append(Operation(begin, time.monotonic(), value, is_write=True))

    async def read_alias(self) -> None:
        """Read it."""
        begin = time.monotonic()
        reply = await self._iam("ListAccountAliases")
        found = re.search(b"<member>(.*?)</member>", reply)
        value = found[1].decode() if found else RESET
        self._world.alias.append(Operation(begin, time.monotonic(), value, is_write=False))

    async def create_user(self) -> None:
        """Create a user that no other client creates."""
        begin, name = time.monotonic(), self._unique("user")
        await self._iam("CreateUser", UserName=name)
        self._world.created[name] = Operation(begin, time.monotonic(), name, is_write=True)

    async def read_user(self) -> None:
        """Read a user that may exist; a fault may be injected."""
        world, reply = self._world, await self._iam("GetUser", (200, 404, 500), UserName=f"user-{self._number}-1")
        if b"<GetUserResult>" not in reply and b"<Code>NoSuchEntity</Code>" not in reply:
            if _INJECTED not in reply:
                raise WrongAnswer(f"GetUser: {reply.decode()}")
            world.injected += 1

    async def set_fault(self) -> None:
        """Make one later call fail."""
        self._world.faults += 1
        await self._control("POST", "/_emulator/faults", (200, 201), _FAULT)

    async def organize(self) -> None:
        """Create an organization with an account, which may exist already, and list the accounts."""
        await self._organizations("CreateOrganization", b"{}", (200, 400))
        account = b'{"AccountName": "A", "Email": "%b@example.com"}' % self._unique("mail").encode()
        await self._organizations("CreateAccount", account, (200, 400))
        await self._organizations("ListAccounts", b"{}", (200, 400))

    async def export(self) -> None:
        """Read the world as a whole."""
        await self._control("GET", "/_emulator/scenario", (200,))

    async def reset(self) -> None:
        """Reset the world."""
        begin = time.monotonic()
        await self._control("POST", "/_emulator/reset", (204,))
        operation = Operation(begin, time.monotonic(), RESET, is_write=True)
        self._world.alias.append(operation)
        self._world.resets.append(operation)

    def _unique(self, kind: str) -> str:
        self._serial += 1
        return f"{kind}-{self._number}-{self._serial}"

    async def _iam(self, operation: str, statuses: tuple[int, ...] = (200,), **members: str) -> bytes:
        form = urlencode({"Action": operation, "Version": "2010-05-08", **members}).encode()
        return self._checked(operation, statuses, await self._connection.send("POST", self._path, _FORM, form))

    async def _organizations(self, operation: str, body: bytes, statuses: tuple[int, ...]) -> bytes:
        headers = {**_JSON, "X-Amz-Target": f"AWSOrganizationsV20161128.{operation}"}
        return self._checked(operation, statuses, await self._connection.send("POST", self._path, headers, body))

    async def _control(self, method: str, path: str, statuses: tuple[int, ...], body: object = None) -> bytes:
        return self._checked(path, statuses, await self._connection.control(method, self._path[:-1] + path, body))

    def _checked(self, name: str, statuses: tuple[int, ...], reply: tuple[int, bytes]) -> bytes:
        status, body = reply
        if status not in statuses:
            raise WrongAnswer(f"{name}: {status} {body[:500].decode(errors='replace')}")
        return body

    @property
    def _path(self) -> str:
        return f"/worlds/{self._world.name}/"


_WORK: dict[str, Callable[[Client], Awaitable[None]]] = {
    "write alias": Client.write_alias,
    "read alias": Client.read_alias,
    "create user": Client.create_user,
    "read user": Client.read_user,
    "set fault": Client.set_fault,
    "organize": Client.organize,
    "export": Client.export,
    "reset": Client.reset,
}
_SHARES = {
    "write alias": 150, "read alias": 400, "create user": 100, "read user": 250, "set fault": 20, "organize": 70,
    "export": 2, "reset": 3,
}  # fmt: skip


@dataclass
class Result:
    """What a run found."""

    calls: Counter[str]
    seconds: float
    memory: list[int]
    problems: list[str]

    @property
    def growth(self) -> float:
        """The memory in the last quarter of the time, compared with that in the second."""
        quarter = max(1, len(self.memory) // 4)
        return median(self.memory[-quarter:]) / median(self.memory[quarter : 2 * quarter] or self.memory)


async def soak(pid: int, port: int, *, connections: int, worlds: int, seconds: float) -> Result:
    """Load an emulator for a time."""
    histories = [History(f"soak-{number}") for number in range(worlds)]
    counts: Counter[str] = Counter()
    clients = [Client(number, port, histories, counts) for number in range(connections)]
    begin, memory = time.monotonic(), [memory_bytes(pid)]
    tasks = [asyncio.create_task(client.run(begin + seconds)) for client in clients]
    while not all(task.done() for task in tasks):
        await asyncio.sleep(_SAMPLE_SECONDS)
        memory.append(memory_bytes(pid))
    errors = [f"{type(error).__name__}: {error}" for task in tasks if (error := task.exception())]
    problems = [*errors, *(problem for history in histories for problem in contradictions(history.alias))]
    problems += [problem for history in histories for problem in await _count_problems(port, history)]
    return Result(counts, time.monotonic() - begin, memory, problems)


async def _count_problems(port: int, history: History) -> list[str]:
    """Compare the users that exist with those that were created since the last reset."""
    connection, users, marker = Connection(port), set[str](), ""
    path = f"/worlds/{history.name}/"
    await connection.control("DELETE", f"{path}_emulator/faults")
    while True:
        form = {
            "Action": "ListUsers",
            "Version": "2010-05-08",
            "MaxItems": "1000",
            **({"Marker": marker} if marker else {}),
        }
        _, body = await connection.send("POST", path, _FORM, urlencode(form).encode())
        users.update(name.decode() for name in re.findall(b"<UserName>(.*?)</UserName>", body))
        found = re.search(b"<Marker>(.*?)</Marker>", body)
        if not found:
            break
        marker = found[1].decode()
    connection.close()
    last_begin = max((reset.begin for reset in history.resets), default=0.0)
    last_end = max((reset.end for reset in history.resets), default=0.0)
    lost = [name for name, creation in history.created.items() if creation.begin > last_end and name not in users]
    kept = [name for name in users if name not in history.created or history.created[name].end < last_begin]
    problems = [f"{history.name} lost {name}" for name in lost]
    problems += [f"{history.name} has {name}, from before its last reset" for name in kept]
    if history.injected > history.faults:
        problems.append(f"{history.name} injected {history.injected} of {history.faults} faults")
    return problems


def main() -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="the time of the load (10)")
    parser.add_argument("--connections", type=int, default=64, help="the clients at a time (64)")
    parser.add_argument("--worlds", type=int, default=20, help="the worlds that they share (20)")
    options = parser.parse_args()
    with emulator() as (pid, port):
        load = soak(pid, port, connections=options.connections, worlds=options.worlds, seconds=options.minutes * 60)
        result = asyncio.run(load)
    total = result.calls.total()
    sys.stdout.write(f"{total:,} operations in {result.seconds:.0f} s: ")
    sys.stdout.write(", ".join(f"{count:,} {name}" for name, count in result.calls.most_common()) + "\n")
    memory = [size / 1e6 for size in result.memory]
    sys.stdout.write(
        f"memory: {memory[0]:.0f} MB at the start, {max(memory):.0f} MB at most, {memory[-1]:.0f} MB at the end; "
        f"{result.growth:.3f} times as much in the last quarter as in the second\n"
    )
    for problem in result.problems[:20]:
        sys.stdout.write(f"wrong: {problem}\n")
    sys.stdout.write(f"{len(result.problems)} wrong answers or histories that are not serial\n")
    return 1 if result.problems or result.growth > _GROWTH else 0


if __name__ == "__main__":
    sys.exit(main())
