"""Hostile policies over sockets: a server in its own process refuses them and keeps its state."""

from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest

from artifact_emulator.app import App
from artifact_emulator.http import Reply, Request
from artifact_state.world import World
from tests.support.hostile_policies import (
    INVALID_DOCUMENTS,
    LONG_DOCUMENTS,
    MAX_SIZES,
    PolicyInput,
    every_policy_input,
    prepare_account,
)
from tests.support.reply_checks import parse_reply, reply_problems
from tests.support.server_process import SERVE_COMMAND, ServerProcess, clean_environment, server_process
from tests.support.wire_client import Client


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Start a server in its own process, and assert that it logs nothing and stops cleanly."""
    log = tmp_path_factory.mktemp("hostile") / "stderr"
    with (
        log.open("w") as stderr,
        server_process(SERVE_COMMAND, env=clean_environment(), stderr=stderr) as served,
    ):
        yield served
        assert served.stop() == 0
    assert log.read_text() == ""


class Remote(App):
    """An app in another process, to which each request has its own connection."""

    def __init__(self, port: int) -> None:
        super().__init__(World())
        self._port = port

    def handle(self, request: Request) -> Reply:
        """Send a request and return the reply."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request(request.method, request.path, request.body, dict(request.headers))
            response = connection.getresponse()
            return Reply(response.status, tuple(response.getheaders()), response.read())
        finally:
            connection.close()


@pytest.fixture(scope="module")
def remote(server: ServerProcess) -> Client:
    """Return a client of an account of the server that has what the operations need."""
    client = Client(Remote(server.port))
    client.do("organizations", "CreateOrganization")
    return prepare_account(client)


class TestServed:
    """Invalid policies sent to a server."""

    @every_policy_input
    def test_server_refuses_invalid_policies(self, remote: Client, policy_input: PolicyInput) -> None:
        """The server refuses every invalid policy in the shape of the protocol, and its state stays the same."""
        before = account_contents(remote)
        for documents, code in (
            (INVALID_DOCUMENTS, policy_input.error_code),
            (LONG_DOCUMENTS, policy_input.error_code_if_long),
        ):
            for name, document in documents.items():
                answer = remote.call(policy_input.service, policy_input.operation, **policy_input.parameters(document))
                assert (answer.status, answer.code) == (400, code), name
        assert account_contents(remote) == before

    def test_server_refuses_lone_surrogate(self, remote: Client) -> None:
        """A form that is not valid UTF-8 is refused."""
        request = remote.request("iam", "CreatePolicy", PolicyName="New", PolicyDocument="@")
        reply = remote.app.handle(
            Request(
                request.method,
                request.path,
                request.query,
                dict(request.headers) | {"content-length": str(len(request.body) + 6)},
                request.body.replace(b"%40", b"%ED%A0%80"),
            )
        )
        assert not list(reply_problems(reply, "iam"))
        assert parse_reply(reply, "iam")["Error"]["Code"] == "MalformedQueryString"


def account_contents(client: Client) -> list[dict[str, Any]]:
    """Return the contents of an account."""
    return [
        client.do("iam", "GetAccountAuthorizationDetails"),
        client.do("iam", "GetAccountSummary"),
        *(client.do("organizations", "ListPolicies", Filter=policy_type) for policy_type in MAX_SIZES),
    ]
