"""Events over the control API: the stream, the list from an event on, and streams over sockets."""

import asyncio
import http.client
import json
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
from tests.support.control_api import control_done, control_refusal, control_reply, control_result
from tests.support.server_process import SERVE_COMMAND, ServerProcess, clean_environment, server_process
from tests.support.wire_client import Client

EVENTS = "/_emulator/events"
STREAM = {"accept": "text/event-stream"}
TIMEOUT = 5.0
MANAGEMENT = "111122223333"


@dataclass
class StreamedEvent:
    """An event of the stream: its id and the CloudTrail record."""

    id: str
    record: dict[str, Any]

    @property
    def name(self) -> str:
        """The name of the operation or service event."""
        name: str = self.record["eventName"]
        return name


class Follower:
    """A reader of server-sent events."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""
        self.comments: list[str] = []

    async def next(self) -> StreamedEvent:
        """Wait for the next event and return it."""
        while True:
            while b"\n\n" not in self._rest:
                self._rest += await asyncio.wait_for(anext(self._chunks), TIMEOUT)
            block, _, self._rest = self._rest.partition(b"\n\n")
            fields = dict(line.split(": ", 1) for line in block.decode().splitlines() if not line.startswith(":"))
            self.comments += [line for line in block.decode().splitlines() if line.startswith(":")]
            if "data" in fields:
                return StreamedEvent(fields["id"], json.loads(fields["data"]))

    async def ends(self) -> bool:
        """Wait for the end of the stream and return whether no further event came."""
        rest = b"".join([chunk async for chunk in self._chunks])
        return b"data: " not in rest


@asynccontextmanager
async def following(app: App, path: str = EVENTS, **headers: str) -> AsyncIterator[Follower]:
    """Follow the events of a world for the duration of the block."""
    reply = control_reply(app, "GET", path, None, **STREAM, **headers)
    assert (reply.status, dict(reply.headers)["Content-Type"]) == (200, "text/event-stream; charset=utf-8")
    assert reply.stream is not None
    follower = Follower(reply.stream)
    # The first part of the stream confirms the connection.
    follower._rest = await anext(reply.stream)
    try:
        yield follower
    finally:
        await reply.stream.aclose()


def run(scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine function in a new event loop."""
    asyncio.run(asyncio.wait_for(scenario(), 4 * TIMEOUT))


class TestStream:
    """`GET /_emulator/events` with `Accept: text/event-stream`."""

    def test_each_call_is_streamed(self, management: Client) -> None:
        """Successful and refused calls are streamed as they come, as the list has them; earlier ones are not."""

        async def scenario() -> None:
            async with following(management.app) as follower:
                management.do("organizations", "ListRoots")
                management.expect_error("organizations", "DescribeAccount", AccountId="999999999999")
                first, second = await follower.next(), await follower.next()
                assert (first.name, second.name) == ("ListRoots", "DescribeAccount")
                assert "errorCode" not in first.record
                assert second.record["errorCode"] == "AccountNotFoundException"
                records = control_result(management.app, "GET", EVENTS)["events"]
                assert [record for record in records if record["readOnly"]] == [first.record, second.record]
                assert int(first.id) < int(second.id)

        run(scenario)

    def test_service_event_is_streamed_when_due(self, management: Client) -> None:
        """A service event that depends on the clock is streamed once it is due."""
        world = management.app.world
        control_result(management.app, "PUT", "/_emulator/strict-mode", {"enabled": True, "seed": "1"})

        async def scenario() -> None:
            async with following(management.app, f"{EVENTS}?name=CreateAccountResult") as follower:
                for _ in range(3):
                    management.call("organizations", "CreateAccount", AccountName="A", Email="a@example.com")
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(follower.next(), 1.2)
            async with following(management.app, f"{EVENTS}?name=CreateAccountResult") as follower:
                world.clock.advance(timedelta(seconds=3))
                assert (await follower.next()).record["serviceEventDetails"]["createAccountStatus"]["state"]

        run(scenario)

    def test_stream_is_filtered(self, management: Client, member: Client) -> None:
        """Only the events that match the filters are streamed."""

        async def scenario() -> None:
            path = f"{EVENTS}?account={member.account}&error=AccessDeniedException"
            async with following(management.app, path) as follower:
                management.do("organizations", "ListRoots")
                member.do("organizations", "DescribeOrganization")
                member.expect_error("organizations", "ListRoots")
                event = await follower.next()
                assert event.record["userIdentity"]["accountId"] == member.account
                assert event.name == "ListRoots"

        run(scenario)

    @pytest.mark.parametrize("form", ["header", "query"])
    def test_stream_resumes_after_id(self, management: Client, form: str) -> None:
        """A client that reconnects with the id of its last event gets the events since then, by header or query."""

        async def scenario() -> None:
            async with following(management.app) as follower:
                management.do("organizations", "ListRoots")
                last = (await follower.next()).id
            for _ in range(3):
                management.do("organizations", "DescribeOrganization")
            headers = {"last_event_id": last} if form == "header" else {}
            path = EVENTS if form == "header" else f"{EVENTS}?after={last}"
            async with following(management.app, path, **headers) as follower:
                management.do("organizations", "ListAccounts")
                names = [(await follower.next()).name for _ in range(4)]
                assert names == ["DescribeOrganization"] * 3 + ["ListAccounts"]

        run(scenario)

    def test_stream_resumes_with_oldest_event(self, management: Client) -> None:
        """An id older than the call log gives all events that it has."""

        async def scenario() -> None:
            for last in ("0", "-1"):
                path = f"{EVENTS}?after={last}&name=AccountJoinedOrganization"
                async with following(management.app, path) as follower:
                    assert (await follower.next()).name == "AccountJoinedOrganization"

        run(scenario)

    def test_list_continues_after_id(self, management: Client) -> None:
        """The list has only the events after an id."""
        before = control_result(management.app, "GET", EVENTS)["last_id"]
        management.do("organizations", "ListRoots")
        reply = control_result(management.app, "GET", f"{EVENTS}?after={before}")
        assert [event["eventName"] for event in reply["events"]] == ["ListRoots"]
        assert control_result(management.app, "GET", f"{EVENTS}?after={reply['last_id']}")["events"] == []
        assert control_result(management.app, "GET", EVENTS)["last_id"] == reply["last_id"]

    def test_stream_continues_after_list(self, management: Client) -> None:
        """The stream continues after the last id of the list, even if the clock is frozen."""
        last = control_result(management.app, "GET", EVENTS)["last_id"]
        management.do("organizations", "CreateAccount", AccountName="A", Email="a@example.com")

        async def scenario() -> None:
            async with following(management.app, f"{EVENTS}?after={last}") as follower:
                names = [(await follower.next()).name for _ in range(3)]
                assert names == ["CreateAccount", "AccountJoinedOrganization", "CreateAccountResult"]

        run(scenario)

    def test_unknown_id_starts_at_present(self, management: Client) -> None:
        """An id of another server is treated as the latest one."""

        async def scenario() -> None:
            async with following(management.app, last_event_id="987654") as follower:
                management.do("organizations", "ListRoots")
                assert (await follower.next()).name == "ListRoots"

        run(scenario)

    def test_more_events_than_the_log_keeps_are_numbered(self, management: Client) -> None:
        """Of more calls than the call log keeps, the latest are returned, each once."""
        last = control_result(management.app, "GET", EVENTS)["last_id"]
        for _ in range(MAX_CALLS + 5):
            management.app.handle(management.request("organizations", "DescribeOrganization"))
        new, latest = runtime_of(management.app.world).event_feed(management.app.world).since(last)
        assert latest == last + MAX_CALLS + 5
        assert [event.number for event in new] == list(range(last + 6, latest + 1))

    def test_stream_of_world_ends_with_world(self, management: Client) -> None:
        """A stream has the events of its world only, and ends when the world is deleted."""
        app = management.app
        control_result(app, "PUT", "/_emulator/worlds/mine", {"fork": "default"})
        mine = Client(App(app.worlds.get("mine")), MANAGEMENT)

        async def scenario() -> None:
            async with following(app, f"/worlds/mine{EVENTS}") as follower:
                management.do("organizations", "ListAccounts")
                mine.do("organizations", "ListRoots")
                assert (await follower.next()).name == "ListRoots"
                control_done(app, "DELETE", "/_emulator/worlds/mine")
                assert await follower.ends()

        run(scenario)

    def test_stream_continues_after_reset(self, management: Client) -> None:
        """After a reset the events of new calls are streamed."""

        async def scenario() -> None:
            async with following(management.app) as follower:
                control_done(management.app, "POST", "/_emulator/reset")
                management.do("organizations", "CreateOrganization")
                names = [(await follower.next()).name for _ in range(2)]
                assert names == ["CreateOrganization", "AccountJoinedOrganization"]

        run(scenario)

    def test_restored_events_are_not_streamed(self, management: Client) -> None:
        """Events in a restored snapshot are not streamed as new ones."""
        assert control_reply(management.app, "PUT", "/_emulator/snapshots/one", b"").status < 300

        async def scenario() -> None:
            async with following(management.app) as follower:
                assert control_reply(management.app, "POST", "/_emulator/snapshots/one/restore").status < 300
                management.do("organizations", "ListRoots")
                assert (await follower.next()).name == "ListRoots"

        run(scenario)

    def test_idle_stream_has_comments(self, management: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        """An idle stream gets comments, which are not events."""
        monkeypatch.setattr(event_stream, "HEARTBEAT", 0.1)

        async def scenario() -> None:
            async with following(management.app) as follower:
                await asyncio.wait_for(anext(follower._chunks), TIMEOUT)
                management.do("organizations", "ListRoots")
                assert (await follower.next()).name == "ListRoots"

        run(scenario)

    def test_closed_stream_unsubscribes(self, management: Client) -> None:
        """The call log has no subscriber after the stream is closed."""
        call_log = runtime_of(management.app.world).call_log
        subscribers: list[int] = []

        async def scenario() -> None:
            async with following(management.app):
                subscribers.append(len(call_log._subscribers))
            subscribers.append(len(call_log._subscribers))

        run(scenario)
        assert subscribers == [1, 0]

    @pytest.mark.parametrize(
        ("method", "path", "headers", "status"),
        [
            ("GET", f"{EVENTS}?colour=red", {}, 400),
            ("POST", EVENTS, {}, 405),
            ("GET", EVENTS, {"host": "evil.example"}, 403),
            ("GET", EVENTS, {"sec_fetch_site": "cross-site"}, 403),
        ],
    )
    def test_invalid_request_is_refused(
        self, app: App, method: str, path: str, headers: dict[str, str], status: int
    ) -> None:
        """An unknown filter, another method and a foreign origin are refused as in other requests."""
        reply = control_reply(app, method, path, None, **STREAM, **headers)
        assert (reply.status, reply.stream) == (status, None)
        assert dict(reply.headers)["Content-Type"] == "application/problem+json"


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    """A server in its own process."""
    with server_process(SERVE_COMMAND, env=clean_environment()) as server:
        yield server


def follow(server: ServerProcess) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    """Return a connection to the stream of a server's events."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=TIMEOUT)
    connection.request("GET", EVENTS, headers={"Accept": "text/event-stream"})
    return connection, connection.getresponse()


def call(server: ServerProcess) -> int:
    """Call an AWS operation and return the status."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=TIMEOUT)
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


def next_record(response: http.client.HTTPResponse) -> dict[str, Any]:
    """Return the record of the next event."""
    while not (line := response.readline()).startswith(b"data: "):
        assert line
    record: dict[str, Any] = json.loads(line.removeprefix(b"data: "))
    return record


class TestFilters:
    """The filters of `GET /_emulator/events`."""

    @pytest.mark.parametrize("name", ["service", "source"])
    @pytest.mark.parametrize("value", ["organizations", "organizations.amazonaws.com"])
    def test_service_is_named_in_either_form(self, management: Client, name: str, value: str) -> None:
        """A service is given by its name or by its event source."""
        management.do("organizations", "ListRoots")
        management.do("iam", "ListRoles")
        events = control_result(management.app, "GET", f"{EVENTS}?{name}={value}")["events"]
        assert {event["eventSource"] for event in events} == {"organizations.amazonaws.com"}

    @pytest.mark.parametrize(
        "query",
        ["service=cloudwatch", "service=monitoring", "name=PutMetricData", "name=AccountJoinedOrganization"],
    )
    def test_what_may_come_matches_nothing(self, management: Client, query: str) -> None:
        """Other services, by the name in SDKs or in signatures, their operations and service events are no mistakes."""
        assert control_result(management.app, "GET", f"{EVENTS}?after=0&{query}&account=999999999999")["events"] == []

    @pytest.mark.parametrize("headers", [{}, STREAM], ids=["list", "stream"])
    @pytest.mark.parametrize(
        ("query", "message"),
        [
            ("name=ListReport", "name: there is no operation ListReport; did you mean ListReports?"),
            ("name=ListBucket", "name: there is no operation ListBucket; did you mean ListBuckets?"),
            ("name=CreateAccountResul", "did you mean CreateAccountResult?"),
            ("service=artefact", "service: there is no service artefact; did you mean artifact?"),
            ("account=123", "account: '123' is not an account id, which has 12 digits"),
        ],
    )
    def test_mistake_is_refused_with_closest_name(
        self, management: Client, query: str, message: str, headers: dict[str, str]
    ) -> None:
        """A name that no event can have is refused, since an assertion of no calls would hold."""
        status, detail = control_refusal(management.app, "GET", f"{EVENTS}?{query}", None, **headers)
        assert status == 400
        assert message in detail


class TestServer:
    """Streams over a socket."""

    def test_streams_do_not_delay_calls(self, server: ServerProcess) -> None:
        """Twenty clients get the event of one call, and the server answers further calls meanwhile."""
        followers = [follow(server) for _ in range(20)]
        assert followers[0][1].getheader("transfer-encoding") == "chunked"
        assert call(server) == 400
        assert {next_record(response)["eventName"] for _, response in followers} == {"DescribeOrganization"}
        for connection, response in followers:
            response.close()
            connection.close()
        assert call(server) == 400

    def test_streams_end_with_server(self) -> None:
        """A server that stops ends its streams properly and does not wait for their clients."""
        with server_process(SERVE_COMMAND, env=clean_environment()) as server:
            connection, response = follow(server)
            response.readline()
            start = time.monotonic()
            assert server.stop() == 0
            assert time.monotonic() - start < 2
            assert b"data: " not in response.read()
            connection.close()
