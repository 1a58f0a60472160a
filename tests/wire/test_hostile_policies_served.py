"""Hostile policies over sockets: a server in a process of its own refuses them, keeps what it has, and goes on."""

from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest

from artifact_emulator.app import App
from artifact_emulator.http import Reply, Request
from artifact_state.world import World
from tests.packaging.process import Served, environment, serving
from tests.wire.botocore_wire import Client, complaints_of, parsed
from tests.wire.test_hostile_policies import LONG_ONES, NO_POLICIES, TYPES, Way, every_way, furnished
from tests.wire.test_server import COMMAND


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give a server in a process of its own, which logs nothing and stops cleanly."""
    log = tmp_path_factory.mktemp("hostile") / "stderr"
    with (
        log.open("w") as stderr,
        serving(COMMAND, env=environment(), stderr=stderr) as served,
    ):
        yield served
        assert served.stop() == 0
    assert log.read_text() == ""


class Remote(App):
    """A core in another process: requests go over a connection of their own."""

    def __init__(self, port: int) -> None:
        super().__init__(World())
        self._port = port

    def handle(self, request: Request) -> Reply:
        """Send a request; give the answer."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request(request.method, request.path, request.body, dict(request.headers))
            got = connection.getresponse()
            return Reply(got.status, tuple(got.getheaders()), got.read())
        finally:
            connection.close()


@pytest.fixture(scope="module")
def remote(server: Served) -> Client:
    """Give an account of the server that has what the ways lead to."""
    client = Client(Remote(server.port))
    client.does("organizations", "CreateOrganization")
    return furnished(client)


class TestServed:
    """The same over sockets."""

    @every_way
    def test_refuses_and_goes_on(self, remote: Client, way: Way) -> None:
        """Whatever is sent, the server answers in the protocol's own shape, and what it keeps stays as it was."""
        before = kept(remote)
        for documents, code in ((NO_POLICIES, way.refusal), (LONG_ONES, way.refusal_of_long)):
            for name, document in documents.items():
                got = remote.call(way.service, way.operation, **way.asked(document))
                assert (got.status, got.code) == (400, code), name
        assert kept(remote) == before

    def test_lone_surrogate(self, remote: Client) -> None:
        """Bytes that are no UTF-8 are no form."""
        request = remote.request("iam", "CreatePolicy", PolicyName="New", PolicyDocument="@")
        reply = remote.core.handle(
            Request(
                request.method,
                request.path,
                request.query,
                dict(request.headers) | {"content-length": str(len(request.body) + 6)},
                request.body.replace(b"%40", b"%ED%A0%80"),
            )
        )
        assert not list(complaints_of(reply, "iam"))
        assert parsed(reply, "iam")["Error"]["Code"] == "MalformedQueryString"


def kept(client: Client) -> list[dict[str, Any]]:
    """Tell what an account has."""
    return [
        client.does("iam", "GetAccountAuthorizationDetails"),
        client.does("iam", "GetAccountSummary"),
        *(client.does("organizations", "ListPolicies", Filter=one) for one in TYPES),
    ]
