"""moto's server as a process of its own, which ends with this one, however this one ends."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

_HOST = "127.0.0.1"
_PACKAGES = ("moto", "flask_cors")
"""What moto's server imports, and an installation of moto without it lacks."""
_SECONDS = 10


class CannotStart(Exception):
    """moto's server does not start; the message says why."""


@contextmanager
def moto_server() -> Iterator[str]:
    """Start moto's server on a free port, yield its address once it listens, and end it after the block.

    Raises CannotStart.
    """
    if not all(map(find_spec, _PACKAGES)):
        raise CannotStart("moto's server is not installed: pip install 'artifact-emulator[moto]'")
    # It reads its standard input to the end, which is that of this process at the latest.
    command = [sys.executable, "-m", __name__]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)  # noqa: S603 - this module.
    try:
        yield f"http://{_HOST}:{_port(process)}"
    finally:
        _end(process)


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


def _serve() -> None:
    import logging

    from moto.server import ThreadedMotoServer

    # It logs each request, which takes a tenth of its time.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(_HOST, port=0, verbose=False)
    server.start()
    sys.stdout.write(f"{server.get_host_and_port()[1]}\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    _serve()
