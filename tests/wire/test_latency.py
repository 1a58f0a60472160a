"""Long work on a large world leaves other threads their turns, without which no other client would be answered."""

import gc
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from threading import Thread

import pytest

from artifact_emulator.app import App
from artifact_emulator.http import Reply, Request
from artifact_emulator.server.interpreter import keep_turns_short
from artifact_emulator.version import __version__
from artifact_state.snapshot import read_world, write_world
from reliability.latency import large_world

ACCOUNTS = 10_000
LONGEST = 0.04
"""Seconds of processor time; at 10,000 accounts, one function in C over all of them takes more for most of these."""
ATTEMPTS = 4
"""What takes long takes long each time; what the rest of the machine causes does not."""
JSON = {"host": "localhost", "content-type": "application/json"}


@pytest.fixture(scope="module")
def snapshot() -> bytes:
    """Return the snapshot of a large world as a file."""
    return "".join(write_world(large_world(ACCOUNTS), __version__)).encode()


@pytest.fixture(scope="module")
def scenario(snapshot: bytes) -> bytes:
    """Return the scenario of the same world."""
    return App(read_world(BytesIO(snapshot))).handle(get("/scenario")).body


@pytest.fixture(autouse=True)
def settings_of_the_server() -> Iterator[None]:
    """Collect cyclic garbage as a server does."""
    thresholds, interval, count = gc.get_threshold(), sys.getswitchinterval(), len(gc.callbacks)
    keep_turns_short()
    yield
    del gc.callbacks[count:]
    gc.set_threshold(*thresholds)
    sys.setswitchinterval(interval)
    gc.unfreeze()


def longest_wait(app: App, request: Request) -> float:
    """Return the longest processor time that another thread has to wait while a request is answered."""
    replies: list[Reply] = []
    thread = Thread(target=lambda: replies.append(app.handle(request)))
    waits, before = [], time.process_time()
    thread.start()
    while thread.is_alive():
        time.sleep(0.0005)
        now = time.process_time()
        waits.append(now - before)
        before = now
    assert replies[0].status < 300, replies[0].body
    return max(waits)


def put(path: str, body: bytes) -> Request:
    """Return a request with a large body."""
    return Request("PUT", f"/_emulator{path}", "", JSON, b"", file=BytesIO(body))


def get(path: str) -> Request:
    """Return a request."""
    return Request("GET", f"/_emulator{path}", "", JSON, b"")


class TestTurns:
    """Requests that read, write or free a world as a whole."""

    def test_import_leaves_others_their_turns(self, snapshot: bytes) -> None:
        """No thread waits long for the import of a snapshot."""
        assert any(longest_wait(App(), put("/snapshots/a", snapshot)) < LONGEST for _ in range(ATTEMPTS))

    @pytest.mark.parametrize("path", ["/snapshots/a", "/scenario"])
    def test_export_leaves_others_their_turns(self, snapshot: bytes, path: str) -> None:
        """No thread waits long for the export of a snapshot or a scenario."""
        app = App(read_world(BytesIO(snapshot)))
        assert app.handle(Request("PUT", "/_emulator/snapshots/a", "", JSON, b"")).status == 204
        assert any(longest_wait(app, get(path)) < LONGEST for _ in range(ATTEMPTS))

    def test_loading_leaves_others_their_turns(self, scenario: bytes) -> None:
        """No thread waits long for the loading of a scenario."""
        body = b'{"scenario": %b}' % scenario
        assert any(longest_wait(App(), put("/worlds/other", body)) < LONGEST for _ in range(ATTEMPTS))

    def test_reset_leaves_others_their_turns(self, snapshot: bytes) -> None:
        """No thread waits long for a world to be freed."""
        request = Request("POST", "/_emulator/reset", "", JSON, b"")
        assert any(longest_wait(self._app_to_reset(snapshot), request) < LONGEST for _ in range(ATTEMPTS))

    def test_deletion_leaves_others_their_turns(self, snapshot: bytes) -> None:
        """No thread waits long for a deleted world to be freed, although the handler had to find it first."""

        def wait() -> float:
            app = App()
            app.worlds.create_from("large", read_world(BytesIO(snapshot)))
            return longest_wait(app, Request("DELETE", "/_emulator/worlds/large", "", JSON, b""))

        assert any(wait() < LONGEST for _ in range(ATTEMPTS))

    @staticmethod
    def _app_to_reset(snapshot: bytes) -> App:
        """Return an application with a large world that nothing keeps after a reset."""
        app = App()
        app.world.restore(read_world(BytesIO(snapshot)))
        return app
