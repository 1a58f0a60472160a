"""The ASGI application, without a server."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from artifact_emulator.app import App
from artifact_emulator.limits import Limits
from artifact_emulator.server.asgi import AsgiApp
from tests.support.http_connection import authorization


def messages_sent(app: App, *messages: MutableMapping[str, Any], **headers: str) -> list[Any]:
    """Pass the messages of one request to the application and return those that it sends."""
    sent: list[Any] = []
    received = iter(messages)

    async def receive() -> MutableMapping[str, Any]:
        return next(received)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "raw_path": b"/",
        "query_string": b"",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }
    asyncio.run(AsgiApp(app)(scope, receive, send))
    return sent


def test_disconnected_client_gets_no_reply_and_changes_nothing(app: App) -> None:
    """If the client disconnects within the body, the part that arrived is not carried out."""
    before = app.world.state
    form = b"Action=CreateServiceLinkedRole&Version=2010-05-08&AWSServiceName=artifact.amazonaws.com"
    sent = messages_sent(
        app,
        {"type": "http.request", "body": form, "more_body": True},
        {"type": "http.disconnect"},
        content_type="application/x-www-form-urlencoded",
        authorization=authorization("iam"),
    )
    assert sent == []
    assert app.world.state is before


@pytest.mark.parametrize("declared", ["101", None])
def test_body_over_limit_is_refused(declared: str | None) -> None:
    """One byte more than the limit is refused, whether the length is declared or not."""
    app = App(limits=Limits(body_bytes=100))
    parts = [{"type": "http.request", "body": b"x" * 50, "more_body": True} for _ in range(2)]
    last = {"type": "http.request", "body": b"x", "more_body": False}
    assert messages_sent(app, *parts, last, content_length=declared or "")[0]["status"] == 413
