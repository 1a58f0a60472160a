"""The emulator without a socket: botocore's clients, present and future ones, are answered in the process.

botocore comes with whoever calls this; the emulator itself does without.
"""

import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import wraps
from inspect import isasyncgenfunction, isclass, iscoroutinefunction, isgeneratorfunction
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from artifact_emulator.app import App
from artifact_emulator.http import Reply, Request
from artifact_emulator.routing import scope_of
from artifact_emulator.testing.client import DEFAULT_ACCOUNT, ControlError, WorldInTest
from artifact_emulator.testing.environment import surroundings
from artifact_emulator.world_runtime import runtime_of
from artifact_state.world import World

try:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse
    from botocore.exceptions import ConnectionClosedError
    from botocore.httpsession import URLLib3Session
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        "emulate() answers the calls of botocore, which is not installed: python -m pip install boto3",
        name=missing.name,
    ) from None

P = ParamSpec("P")
R = TypeVar("R")
_CONTROL = "/_emulator/"
_entered: list["Emulation"] = []
_lock = Lock()


class Emulation(WorldInTest):
    """An emulator in this process, which is one world."""

    endpoint = None

    def __init__(self, world: World | None = None, *, passing: Collection[str] = ()) -> None:
        self.core = App(world)
        self.world = self.core.world
        self.passing = frozenset(passing)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Call the control API; `path` is below `/_emulator/`.

        Raises ControlError.
        """
        where, _, query = path.partition("?")
        headers = {"host": "localhost", "content-type": "application/json"}
        sent = b"" if body is None else json.dumps(body).encode()
        headers["content-length"] = str(len(sent))
        reply = self.core.handle(Request(method, _CONTROL + where, query, headers, sent))
        told: Any = json.loads(reply.body) if reply.body else None
        if reply.status >= 400:
            raise ControlError(reply.status, told["detail"])
        return told

    def begin(self, scenario: str | Path | Mapping[str, Any]) -> None:
        """Begin with a scenario, to which a reset leads back: a built-in one's name, a file, or what one says.

        Raises ValueError for what is no scenario.
        """
        # Imported here: few begin with one.
        from artifact_emulator.scenarios.files import world_at, world_of

        options = self.world.options
        made = world_of(scenario, options) if isinstance(scenario, Mapping) else world_at(str(scenario), options)
        self.world.replace_with(made)
        runtime_of(self.world).clear()

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
        """Begin again: with an empty world, or with its scenario."""
        self.world.reset()
        runtime_of(self.world).clear()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Answer every call of botocore, of any thread, until the block is left."""
        with _lock:
            if not _entered:
                _Original.send = URLLib3Session.send
                URLLib3Session.send = _send
            _entered.append(self)
        try:
            yield
        finally:
            with _lock:
                _entered.remove(self)
                if not _entered:
                    URLLib3Session.send = _Original.send


def emulate(
    world: World | None = None,
    *,
    scenario: str | Path | Mapping[str, Any] | None = None,
    account: str = DEFAULT_ACCOUNT,
    region: str = "us-east-1",
    passing: Collection[str] = (),
) -> "EmulationContext":
    """Answer every call of botocore in this process, of any thread, until the block is left; may be nested.

    It begins with `world`, or with a scenario: a built-in one's name, a file, or what one says. Code under test calls
    as the root user of `account`. Nothing leaves the process: a service that the emulator does not have answers 501
    with the operation's name, unless it is among `passing`, by the name that its calls are signed for, such as "s3".
    Decorates functions, too: `@emulate()`.
    """
    return EmulationContext(
        lambda: _begun(Emulation(world, passing=passing), scenario), {"account": account, "region": region}
    )


class EmulationContext:
    """The block of `emulate()`, or its decorator: an emulation for each time that it is entered."""

    def __init__(self, begin: Callable[[], Emulation], caller: Mapping[str, str]) -> None:
        self._begin = begin
        self._caller = caller
        self._entered = ExitStack()

    def __enter__(self) -> Emulation:
        """Begin.

        Raises ValueError for what is no scenario.
        """
        emulation = self._begin()
        with ExitStack() as entered:
            entered.enter_context(surroundings(emulation.environment(**self._caller)))
            entered.enter_context(emulation.answering())
            self._entered = entered.pop_all()
        return emulation

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Let botocore send by itself again."""
        self._entered.close()

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Decorate a function, one of asyncio or not: each of its calls finds an emulation of its own.

        Raises TypeError for what would be left before its calls are made.
        """
        if isclass(function) or isgeneratorfunction(function) or isasyncgenfunction(function):
            raise TypeError(
                "@emulate() is for functions: a fixture says `with emulate(): yield`, and a TestCase's setUp says "
                "`self.enterContext(emulate())`"
            )
        if iscoroutinefunction(function):

            @wraps(function)
            async def awaited(*arguments: P.args, **named: P.kwargs) -> Any:
                with EmulationContext(self._begin, self._caller):
                    return await function(*arguments, **named)

            return cast("Callable[P, R]", awaited)

        @wraps(function)
        def called(*arguments: P.args, **named: P.kwargs) -> R:
            with EmulationContext(self._begin, self._caller):
                return function(*arguments, **named)

        return called


def _begun(emulation: Emulation, scenario: str | Path | Mapping[str, Any] | None) -> Emulation:
    if scenario is not None:
        emulation.begin(scenario)
    return emulation


class _Original:
    send: Any


def _send(session: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
    emulation = _entered[-1]
    if emulation.passing and _signed_for(request) in emulation.passing:
        passed: AWSResponse = _Original.send(session, request)
        return passed
    reply = emulation.core.handle(_request(request))
    if reply.delay:
        time.sleep(reply.delay)
    if reply.cut:
        raise ConnectionClosedError(endpoint_url=request.url)
    return AWSResponse(request.url, reply.status, _headers(reply), _Raw(reply.body))


def _signed_for(request: AWSPreparedRequest) -> str:
    headers = {"authorization": _text(request.headers.get("Authorization", ""))}
    return scope_of(Request(request.method, "/", "", headers, b""))


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
