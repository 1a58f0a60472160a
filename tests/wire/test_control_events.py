import asyncio
import http.client
import json
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from artifact_emulator.activity.call_log import MAX_CALLS
from artifact_emulator.app import App
from artifact_emulator.control import event_stream
from artifact_emulator.world_runtime import runtime_of
from tests.support.control_api import control_done, control_reply, control_result
from tests.support.server_process import ServerProcess, clean_environment, server_process
from tests.support.wire_client import Client

EVENTS = "/_emulator/events"
STREAM = {"accept": "text/event-stream"}
COMMAND = [sys.executable, "-m", "artifact_emulator", "serve"]
SOON = 5.0
MANAGEMENT = "111122223333"


@dataclass
class DemoStep:
    """An event as it travelled: its id, and CloudTrail's record."""

    id: str
    record: dict[str, Any]

    @property
    def name(self) -> str:
        """Tell what was called or happened."""
        found: str = self.record["eventName"]
        return found


class Follower:
    """Reads a stream of events as the specification says."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""
        self.comments: list[str] = []

    async def next(self) -> DemoStep:
        """Wait for the next event."""
        while True:
            while b"\n\n" not in self._rest:
                self._rest += await asyncio.wait_for(anext(self._chunks), SOON)
            block, _, self._rest = self._rest.partition(b"\n\n")
            fields = dict(line.split(": ", 1) for line in block.decode().splitlines() if not line.startswith(":"))
            self.comments += [line for line in block.decode().splitlines() if line.startswith(":")]
            if "data" in fields:
                return DemoStep(fields["id"], json.loads(fields["data"]))

    async def ends(self) -> bool:
        """Wait for the end, and tell that it came without another event."""
        left = b"".join([chunk async for chunk in self._chunks])
        return b"data: " not in left


@asynccontextmanager
async def following(app: App, path: str = EVENTS, **headers: str) -> AsyncIterator[Follower]:
    """Follow a world's events while the block lasts."""
    reply = control_reply(app, "GET", path, None, **STREAM, **headers)
    assert (reply.status, dict(reply.headers)["Content-Type"]) == (200, "text/event-stream; charset=utf-8")
    assert reply.stream is not None
    follower = Follower(reply.stream)
    # What a client waits for: the head of the answer, and that it is heard.
    follower._rest = await anext(reply.stream)
    try:
        yield follower
    finally:
        await reply.stream.aclose()


def run(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Let a story happen in a loop of its own."""
    asyncio.run(asyncio.wait_for(story(), 4 * SOON))


class TestStream:
    """`GET /_emulator/events` of who accepts `text/event-stream`."""

    def test_tells_each_call_as_it_comes(self, management: Client) -> None:
        """An allowed call and a refused one come at once, as they are in the list; what was before does not."""

        async def story() -> None:
            async with following(management.app) as follower:
                management.do("organizations", "ListRoots")
                management.expect_error("organizations", "DescribeAccount", AccountId="999999999999")
                first, second = await follower.next(), await follower.next()
                assert (first.name, second.name) == ("ListRoots", "DescribeAccount")
                assert "errorCode" not in first.record
                assert second.record["errorCode"] == "AccountNotFoundException"
                listed = control_result(management.app, "GET", EVENTS)["events"]
                assert [one for one in listed if one["readOnly"]] == [first.record, second.record]
                assert int(first.id) < int(second.id)

        run(story)

    def test_tells_what_happens(self, management: Client) -> None:
        """A service's own event comes with the call that it follows from, and a later one when it is time."""
        world = management.app.world
        control_result(management.app, "PUT", "/_emulator/strict-client", {"enabled": True, "seed": "1"})

        async def story() -> None:
            async with following(management.app, f"{EVENTS}?name=CreateAccountResult") as follower:
                for _ in range(3):
                    management.call("organizations", "CreateAccount", AccountName="A", Email="a@example.com")
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(follower.next(), 1.2)
            async with following(management.app, f"{EVENTS}?name=CreateAccountResult") as follower:
                world.clock.advance(timedelta(seconds=3))
                assert (await follower.next()).record["serviceEventDetails"]["createAccountStatus"]["state"]

        run(story)

    def test_filters(self, management: Client, member: Client) -> None:
        """Only what is asked for comes."""

        async def story() -> None:
            path = f"{EVENTS}?account={member.account}&error=AccessDeniedException"
            async with following(management.app, path) as follower:
                management.do("organizations", "ListRoots")
                member.do("organizations", "DescribeOrganization")
                member.expect_error("organizations", "ListRoots")
                found = await follower.next()
                assert found.record["userIdentity"]["accountId"] == member.account
                assert found.name == "ListRoots"

        run(story)

    @pytest.mark.parametrize("by", ["header", "query"])
    def test_resumes(self, management: Client, by: str) -> None:
        """Who comes back with the id of the last event it saw is told what it missed, and no more."""

        async def story() -> None:
            async with following(management.app) as follower:
                management.do("organizations", "ListRoots")
                last = (await follower.next()).id
            for _ in range(3):
                management.do("organizations", "DescribeOrganization")
            asked = {"last_event_id": last} if by == "header" else {}
            path = EVENTS if by == "header" else f"{EVENTS}?after={last}"
            async with following(management.app, path, **asked) as follower:
                management.do("organizations", "ListAccounts")
                names = [(await follower.next()).name for _ in range(4)]
                assert names == ["DescribeOrganization"] * 3 + ["ListAccounts"]

        run(story)

    def test_resumes_after_what_is_forgotten(self, management: Client) -> None:
        """Who was away too long is told all that is remembered."""

        async def story() -> None:
            for last in ("0", "-1"):
                asked = f"{EVENTS}?after={last}&name=AccountJoinedOrganization"
                async with following(management.app, asked) as follower:
                    assert (await follower.next()).name == "AccountJoinedOrganization"

        run(story)

    def test_list_after_an_event(self, management: Client) -> None:
        """The list too may begin after an event."""
        before = control_result(management.app, "GET", EVENTS)["last_id"]
        management.do("organizations", "ListRoots")
        got = control_result(management.app, "GET", f"{EVENTS}?after={before}")
        assert [one["eventName"] for one in got["events"]] == ["ListRoots"]
        assert control_result(management.app, "GET", f"{EVENTS}?after={got['last_id']}")["events"] == []
        assert control_result(management.app, "GET", EVENTS)["last_id"] == got["last_id"]

    def test_follows_the_list(self, management: Client) -> None:
        """Who has read the list may follow from there, though the clock stands still."""
        last = control_result(management.app, "GET", EVENTS)["last_id"]
        management.do("organizations", "CreateAccount", AccountName="A", Email="a@example.com")

        async def story() -> None:
            async with following(management.app, f"{EVENTS}?after={last}") as follower:
                names = [(await follower.next()).name for _ in range(3)]
                assert names == ["CreateAccount", "AccountJoinedOrganization", "CreateAccountResult"]

        run(story)

    def test_another_server_s_id(self, management: Client) -> None:
        """An id that was never given is taken for the latest."""

        async def story() -> None:
            async with following(management.app, last_event_id="987654") as follower:
                management.do("organizations", "ListRoots")
                assert (await follower.next()).name == "ListRoots"

        run(story)

    def test_of_many(self, management: Client) -> None:
        """Of more calls than are remembered the latest are told, each once."""
        last = control_result(management.app, "GET", EVENTS)["last_id"]
        for _ in range(MAX_CALLS + 5):
            management.app.handle(management.request("organizations", "DescribeOrganization"))
        new, latest = runtime_of(management.app.world).event_feed(management.app.world).since(last)
        assert latest == last + MAX_CALLS + 5
        assert [one.number for one in new] == list(range(last + 6, latest + 1))

    def test_of_a_world(self, management: Client) -> None:
        """A world's stream tells of that world alone, and ends with it."""
        app = management.app
        control_result(app, "PUT", "/_emulator/worlds/mine", {"fork": "default"})
        mine = Client(App(app.worlds.get("mine")), MANAGEMENT)

        async def story() -> None:
            async with following(app, f"/worlds/mine{EVENTS}") as follower:
                management.do("organizations", "ListAccounts")
                mine.do("organizations", "ListRoots")
                assert (await follower.next()).name == "ListRoots"
                control_done(app, "DELETE", "/_emulator/worlds/mine")
                assert await follower.ends()

        run(story)

    def test_goes_on_after_a_reset(self, management: Client) -> None:
        """A reset forgets what was, and what comes then is told."""

        async def story() -> None:
            async with following(management.app) as follower:
                control_done(management.app, "POST", "/_emulator/reset")
                management.do("organizations", "CreateOrganization")
                names = [(await follower.next()).name for _ in range(2)]
                assert names == ["CreateOrganization", "AccountJoinedOrganization"]

        run(story)

    def test_nothing_of_a_restored_past_is_new(self, management: Client) -> None:
        """What a snapshot remembers happened before."""
        told_before = control_reply(management.app, "PUT", "/_emulator/snapshots/one", b"")
        assert told_before.status < 300

        async def story() -> None:
            async with following(management.app) as follower:
                assert control_reply(management.app, "POST", "/_emulator/snapshots/one/restore").status < 300
                management.do("organizations", "ListRoots")
                assert (await follower.next()).name == "ListRoots"

        run(story)

    def test_heartbeat(self, management: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        """Silence is broken by a comment, which is no event."""
        monkeypatch.setattr(event_stream, "HEARTBEAT", 0.1)

        async def story() -> None:
            async with following(management.app) as follower:
                await asyncio.wait_for(anext(follower._chunks), SOON)
                management.do("organizations", "ListRoots")
                assert (await follower.next()).name == "ListRoots"

        run(story)

    def test_leaves_nothing_behind(self, management: Client) -> None:
        """Who has gone is told nothing more, and costs nothing."""
        trail = runtime_of(management.app.world).call_log
        watchers: list[int] = []

        async def story() -> None:
            async with following(management.app):
                watchers.append(len(trail._subscribers))
            watchers.append(len(trail._subscribers))

        run(story)
        assert watchers == [1, 0]

    @pytest.mark.parametrize(
        ("method", "path", "headers", "status"),
        [
            ("GET", f"{EVENTS}?colour=red", {}, 400),
            ("POST", EVENTS, {}, 405),
            ("GET", EVENTS, {"host": "evil.example"}, 403),
            ("GET", EVENTS, {"sec_fetch_site": "cross-site"}, 403),
        ],
    )
    def test_refuses(self, app: App, method: str, path: str, headers: dict[str, str], status: int) -> None:
        """A filter that is none, another method, and strangers are refused as everywhere."""
        reply = control_reply(app, method, path, None, **STREAM, **headers)
        assert (reply.status, reply.stream) == (status, None)
        assert dict(reply.headers)["Content-Type"] == "application/problem+json"


@pytest.fixture(scope="module")
def served() -> Iterator[ServerProcess]:
    """Give a server in a process of its own."""
    with server_process(COMMAND, env=clean_environment()) as one:
        yield one


def connected(served: ServerProcess) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    """Follow the events of a server."""
    connection = http.client.HTTPConnection(served.host, served.port, timeout=SOON)
    connection.request("GET", EVENTS, headers={"Accept": "text/event-stream"})
    return connection, connection.getresponse()


def ask(served: ServerProcess) -> int:
    """Call AWS once; give the status."""
    connection = http.client.HTTPConnection(served.host, served.port, timeout=SOON)
    scope = f"{MANAGEMENT}/20260101/us-east-1/organizations/aws4_request"
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": "AWSOrganizationsV20161128.DescribeOrganization",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
    }
    connection.request("POST", "/", b"{}", headers)
    status = connection.getresponse().status
    connection.close()
    return status


def data_of(response: http.client.HTTPResponse) -> dict[str, Any]:
    """Read the next event's record."""
    while not (line := response.readline()).startswith(b"data: "):
        assert line
    found: dict[str, Any] = json.loads(line.removeprefix(b"data: "))
    return found


class TestServer:
    """Streams over a socket."""

    def test_do_not_hold_anybody_up(self, served: ServerProcess) -> None:
        """Twenty followers hear of one call, and the server answers others meanwhile."""
        followers = [connected(served) for _ in range(20)]
        assert followers[0][1].getheader("transfer-encoding") == "chunked"
        assert ask(served) == 400
        assert {data_of(response)["eventName"] for _, response in followers} == {"DescribeOrganization"}
        for connection, response in followers:
            response.close()
            connection.close()
        assert ask(served) == 400

    def test_end_with_the_server(self) -> None:
        """A server that is told to end does not wait for its followers, who read a proper end."""
        with server_process(COMMAND, env=clean_environment()) as one:
            connection, response = connected(one)
            response.readline()
            begun = time.monotonic()
            assert one.stop() == 0
            assert time.monotonic() - begun < 2
            assert b"data: " not in response.read()
            connection.close()
