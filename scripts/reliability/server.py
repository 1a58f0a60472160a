"""An emulator in its own process, and connections to it."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
_START_SECONDS = 30
Headers = Mapping[str, str]


class WrongAnswer(Exception):
    """The emulator gave an answer that it must not give."""


@contextmanager
def emulator(*options: str) -> Iterator[tuple[int, int]]:
    """Run an emulator on a free port during the block, and return its process id and its port."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).parent / "artifact-emulator"), "serve", "--port", str(port), *options]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        _wait(port)
        yield process.pid, port
    finally:
        process.terminate()
        process.wait()


def memory_bytes(pid: int) -> int:
    """Return the resident memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _wait(port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection((HOST, port)).close()
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


class Connection:
    """A connection that sends one request at a time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, method: str, path: str, headers: Headers, body: bytes = b"") -> tuple[int, bytes]:
        """Send a request, and return the status and the body of the reply."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(HOST, self._port, limit=1 << 20)
        reader, writer = self._streams
        lines = {"Host": f"{HOST}:{self._port}", "Content-Length": str(len(body)), **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        await writer.drain()
        status, fields = await self._head(reader)
        return status, await _body(reader, fields)

    async def control(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Send a request to the control API."""
        content = b"" if body is None else json.dumps(body).encode()
        return await self.send(method, path, {"Content-Type": "application/json"}, content)

    def close(self) -> None:
        """Close the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _head(self, reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
        line = await reader.readline()
        if not line:
            raise WrongAnswer("the emulator closed a connection without a reply")
        fields = {}
        while (field := await reader.readline()) != b"\r\n":
            name, _, value = field.decode("latin-1").partition(":")
            fields[name.lower()] = value.strip()
        return int(line.split()[1]), fields


async def _body(reader: asyncio.StreamReader, fields: Headers) -> bytes:
    if fields.get("transfer-encoding") != "chunked":
        return await reader.readexactly(int(fields.get("content-length", "0")))
    parts = []
    while size := int(await reader.readline(), 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return b"".join(parts)
