"""The emulator without a socket: botocore's clients, present and future ones, are answered in the process.

botocore comes with whoever calls this; the emulator itself does without.
"""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session

from artifact_emulator.client import DEFAULT_ACCOUNT, PLACEHOLDER, session
from artifact_emulator.core import Core
from artifact_emulator.message import Reply, Request
from artifact_emulator.models import MODELS
from artifact_state.world import World

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": DEFAULT_ACCOUNT,
    "AWS_SECRET_ACCESS_KEY": PLACEHOLDER,
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
"""What keeps a client made inside away from its user's own credentials."""
_HIDDEN = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_ENDPOINT_URL",
    "AWS_REGION",
)

_entered: list["Emulation"] = []
_lock = Lock()


class Emulation:
    """An emulator in this process."""

    def __init__(self, world: World | None = None) -> None:
        self.core = Core(world)
        self.world = self.core.world

    def client(self, service: str, account: str = DEFAULT_ACCOUNT, *, region: str = "us-east-1", **options: Any) -> Any:
        """Give a boto3 client of an account's root user."""
        keys = {"aws_access_key_id": account, "aws_secret_access_key": PLACEHOLDER}
        return session().client(service, region_name=region, **keys, **options)

    def download(self, url: str) -> bytes:
        """Fetch a document by its presigned URL.

        Raises PermissionError when the link is no longer, or never was, good.
        """
        parts = urlsplit(url)
        reply = self.core.handle(Request("GET", parts.path, parts.query, {"host": parts.netloc}, b""))
        if reply.status != 200:
            raise PermissionError(reply.body.decode())
        return reply.body

    def reset(self) -> None:
        """Begin again with an empty world."""
        self.world.reset()


@contextmanager
def emulate(world: World | None = None) -> Iterator[Emulation]:
    """Answer every call of botocore in this process, of any thread, until the block is left; may be nested.

    Nothing leaves the process: a service that the emulator does not have answers 501 with the operation's name.
    """
    emulation = Emulation(world)
    with _environment(), _answering(emulation):
        yield emulation


@contextmanager
def _answering(emulation: Emulation) -> Iterator[None]:
    with _lock:
        if not _entered:
            _Original.send = URLLib3Session.send
            URLLib3Session.send = _send
        _entered.append(emulation)
    try:
        yield
    finally:
        with _lock:
            _entered.remove(emulation)
            if not _entered:
                URLLib3Session.send = _Original.send


class _Original:
    send: Any


def _send(session: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
    reply = _entered[-1].core.handle(_request(request))
    if reply.delay:
        time.sleep(reply.delay)
    if reply.cut:
        raise ConnectionClosedError(endpoint_url=request.url)
    return AWSResponse(request.url, reply.status, _headers(reply), _Raw(reply.body))


def _request(request: AWSPreparedRequest) -> Request:
    url = urlsplit(request.url)
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    body = request.body
    if hasattr(body, "read"):
        body = body.read()
    body = body.encode() if isinstance(body, str) else bytes(body or b"")
    return Request(request.method, url.path or "/", url.query, {"host": url.netloc} | headers, body)


def _headers(reply: Reply) -> Mapping[str, str]:
    return dict(reply.headers) | {"Content-Length": str(len(reply.body))}


class _Raw:
    """What botocore reads a body from."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self._body

    def read(self, *_: object) -> bytes:
        body, self._body = self._body, b""
        return body


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


@contextmanager
def _environment() -> Iterator[None]:
    """Hide the user's own AWS settings for a while."""
    before = dict(os.environ)
    data_path = os.pathsep.join(filter(None, (str(MODELS), before.get("AWS_DATA_PATH"))))
    for name in _HIDDEN:
        os.environ.pop(name, None)
    os.environ.update(ENVIRONMENT, AWS_DATA_PATH=data_path)
    try:
        yield
    finally:
        for name in {*ENVIRONMENT, *_HIDDEN, "AWS_DATA_PATH"}:
            if name in before:
                os.environ[name] = before[name]
            else:
                os.environ.pop(name, None)
