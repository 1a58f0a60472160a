"""The emulator without a socket: it answers the calls of all botocore clients in this process.

botocore must be installed by the user; the emulator itself does not need it.
"""

import json
import re
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from datetime import datetime, timedelta
from functools import cached_property, wraps
from inspect import isasyncgenfunction, isclass, iscoroutinefunction, isgeneratorfunction
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar, cast, get_args
from urllib.parse import urlsplit

from artifact_emulator.app import App
from artifact_emulator.aws.service_profile import PROFILES
from artifact_emulator.http import Reply, Request
from artifact_emulator.routing import signing_name
from artifact_emulator.testing.arguments import checked_instant
from artifact_emulator.testing.client import DEFAULT_ACCOUNT, ControlError
from artifact_emulator.testing.environment import sdk_environment
from artifact_emulator.testing.world_client import WorldClient
from artifact_emulator.world_runtime import runtime_of
from artifact_state.clock import Clock
from artifact_state.organizations.organization import first_management_account
from artifact_state.world import World

try:
    from botocore.awsrequest import AWSPreparedRequest

    from artifact_emulator.testing.transports import CLOSED_ENDPOINT, Transports
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        "emulate() answers the calls of botocore, which is not installed: python -m pip install boto3",
        name=missing.name,
    ) from None

if TYPE_CHECKING:
    from artifact_emulator.aws.authorization.foreign_parts import UnknownMode
    from artifact_emulator.testing.moto_mock import MotoMock

P = ParamSpec("P")
R = TypeVar("R")
Others = Literal["moto"]
"""What answers the calls of services that are not emulated."""
_CONTROL = "/_emulator/"
_SET_UP = re.compile(r"(setUp|asyncSetUp)(Class|Module)?|setup_(method|class|module|function)")
"""The names of what unittest and pytest call before a test."""
_CLOCK_STEP = timedelta(seconds=1)
"""How far the clock of the machine may go back when it is corrected."""
_entered: list["Emulation"] = []
_lock = Lock()


class TimeSetBack(RuntimeError):
    """A call came at a time before the latest change of its world, whose contents would not exist yet."""

    def __init__(self, now: datetime, latest: datetime) -> None:
        super().__init__(
            f"The time was set back to {now.isoformat()}, before the latest change of the world at "
            f"{latest.isoformat()}: set it before emulate() or the fixture begins, or begin the world at that time "
            "with @pytest.mark.artifact_clock(...) or emulate(at=...)"
        )


class Emulation(WorldClient):
    """An emulator with one world in this process."""

    endpoint = None

    def __init__(
        self,
        world: World | None = None,
        *,
        passing: Collection[str] = (),
        others: Others | None = None,
        unknown: "UnknownMode" = "deny",
    ) -> None:
        if others not in {None, *get_args(Others)}:
            raise ValueError(f"others is {others!r}, and not None or 'moto'")
        if others is not None:
            # Imported here: it needs moto, which changes only the sessions that are created after its import.
            from artifact_emulator.testing.moto_mock import require_moto

            require_moto()
        self.app = App(world)
        self.app.passes_others = others is not None
        self.world = self.app.world
        self.passing = frozenset(passing)
        self.others = others
        self._unknown = unknown

    @property
    def core(self) -> App:
        """The application under its old name."""
        warnings.warn("core is now app", DeprecationWarning, stacklevel=2)
        return self.app

    @cached_property
    def moto(self) -> "MotoMock":
        """The gate to moto's mock."""
        # Imported here: it needs moto.
        from artifact_emulator.testing.moto_mock import MotoMock

        return MotoMock(self.app, self.world, self._unknown)

    @property
    def default_account(self) -> str:
        """Return the account that calls if none is named: the management account of the first organization."""
        return first_management_account(self.world.state) or DEFAULT_ACCOUNT

    def environment(self, account: str | None = None, *, region: str = "us-east-1") -> dict[str, str]:
        """Return environment variables with which botocore's clients in this process call as a root user.

        For everything else, such as the AWS CLI, they name an address at which nothing listens.
        """
        return super().environment(account, region=region) | {"AWS_ENDPOINT_URL": CLOSED_ENDPOINT}

    def request(self, method: str, path: str, body: object = None) -> Any:
        """Send a request to the control API and return the JSON of its reply; `path` is below `/_emulator/`.

        Raises ControlError.
        """
        path, _, query = path.partition("?")
        headers = {"host": "localhost", "content-type": "application/json"}
        content = b"" if body is None else json.dumps(body).encode()
        headers["content-length"] = str(len(content))
        reply = self.app.handle(Request(method, _CONTROL + path, query, headers, content))
        answer: Any = json.loads(reply.body) if reply.body else None
        if reply.status >= 400:
            raise ControlError(reply.status, answer["detail"])
        return answer

    def load_scenario(self, scenario: str | Path | Mapping[str, Any], *, at: datetime | None = None) -> None:
        """Load a scenario, to which a reset returns: the name of a built-in scenario, a file or a mapping.

        Raises ValueError for an invalid scenario.
        """
        if at is not None:
            checked_instant(at)
        # Imported here: reading scenarios takes YAML.
        from artifact_emulator.scenarios.files import load_content, load_file

        options = self.world.options
        if isinstance(scenario, Mapping):
            world = load_content(scenario, options, at=at)
        else:
            world = load_file(str(scenario), options, at=at)
        self.world.replace_with(world)
        runtime_of(self.world).clear()

    def download(self, url: str) -> bytes:
        """Return the document behind a presigned URL.

        Raises PermissionError if the URL is invalid or expired.
        """
        parts = urlsplit(url)
        reply = self.app.handle(Request("GET", parts.path, parts.query, {"host": parts.netloc}, b""))
        if reply.status != 200:
            raise PermissionError(reply.body.decode())
        return reply.body

    def reset(self) -> None:
        """Reset the world to its initial contents: empty, or its scenario."""
        self.world.reset()
        runtime_of(self.world).clear()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Answer the botocore calls of all threads for the duration of the block."""
        with self._others():
            with _lock:
                _transports.install()
                _entered.append(self)
            try:
                yield
            finally:
                with _lock:
                    _entered.remove(self)
                    if not _entered:
                        _transports.remove()

    def _others(self) -> AbstractContextManager[None]:
        """Return the block in which other services are answered."""
        if self.others is None:
            return nullcontext()
        # Imported here: it needs moto.
        from artifact_emulator.testing.moto_mock import moto_mock

        return moto_mock()


def emulate(  # noqa: PLR0913 - each is independent of the others.
    world: World | None = None,
    *,
    scenario: str | Path | Mapping[str, Any] | None = None,
    at: datetime | None = None,
    account: str | None = None,
    region: str = "us-east-1",
    passing: Collection[str] = (),
    others: Others | None = None,
    unknown: "UnknownMode" = "deny",
) -> "EmulationContext":
    """Answer the botocore calls of all threads of this process for the duration of the block, which may be nested.

    The emulator starts with `world` or with a scenario: the name of a built-in scenario, a file or a mapping. The clock
    is frozen at the instant `at`, if there is one. Code
    under test calls as the root user of `account`, by default that of the management account of the first organization,
    or 123456789012 without one. Nothing leaves the process: a call to another service answers 501 with the operation's
    name, unless `passing` lists the service under its signing name, such as "s3". With `others="moto"`, the policies of
    the world decide such calls and moto's mock answers them; `unknown` is what happens to one that the policies decide
    only with more than is known of it: "deny", "allow" or "audit".
    Also decorates functions and classes of tests: `@emulate()`. Raises TypeError for `@emulate` without parentheses.
    """
    if world is not None and not isinstance(world, World):
        raise TypeError(
            "write @emulate(), with parentheses" if callable(world) else f"write emulate(scenario={world!r})"
        )
    return EmulationContext(
        lambda: new_emulation(world, scenario=scenario, at=at, passing=passing, others=others, unknown=unknown),
        {"account": account, "region": region},
    )


def current_emulation() -> Emulation | None:
    """Return the emulation that answers calls now, if there is one."""
    return _entered[-1] if _entered else None


class EmulationContext:
    """The block or decorator of `emulate()`: each time it is entered, a new emulation starts."""

    def __init__(self, create: Callable[[], Emulation], caller: Mapping[str, Any]) -> None:
        self._create = create
        self._caller = caller
        self._entered = ExitStack()

    def __enter__(self) -> Emulation:
        """Start an emulation.

        Raises ValueError for an invalid scenario.
        """
        emulation = self._create()
        with ExitStack() as entered:
            entered.enter_context(sdk_environment(emulation.environment(**self._caller)))
            entered.enter_context(emulation.answering())
            self._entered = entered.pop_all()
        return emulation

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the emulation and restore botocore."""
        self._entered.close()

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Decorate a function or a coroutine function, each call of which runs in a new emulation, or a class of tests.

        Each test of a class has a new emulation, `self.emulation`. Raises TypeError for generators and for set-up
        methods: the emulation would have ended when the calls of the fixture or of the test come.
        """
        if isclass(function):
            # Imported here: most tests are functions.
            from artifact_emulator.testing.emulated_classes import decorate

            return cast("Callable[P, R]", decorate(function, lambda: EmulationContext(self._create, self._caller)))
        if isgeneratorfunction(function) or isasyncgenfunction(function):
            raise TypeError("@emulate() does not decorate generators: use `with emulate(): yield` in a fixture")
        if _SET_UP.fullmatch(name := getattr(function, "__name__", "")):
            raise TypeError(f"@emulate() would end with {name}, before the test: decorate the class instead")
        if iscoroutinefunction(function):

            @wraps(function)
            async def coroutine(*arguments: P.args, **options: P.kwargs) -> Any:
                with EmulationContext(self._create, self._caller):
                    return await function(*arguments, **options)

            return cast("Callable[P, R]", coroutine)

        @wraps(function)
        def wrapper(*arguments: P.args, **options: P.kwargs) -> R:
            with EmulationContext(self._create, self._caller):
                return function(*arguments, **options)

        return wrapper


def new_emulation(  # noqa: PLR0913 - as above.
    world: World | None = None,
    *,
    scenario: str | Path | Mapping[str, Any] | None = None,
    at: datetime | None = None,
    passing: Collection[str] = (),
    others: Others | None = None,
    unknown: "UnknownMode" = "deny",
) -> Emulation:
    """Return an emulation that does not answer yet, with the contents and the time that `emulate()` gives it.

    Raises ValueError for an invalid scenario, and TypeError for an instant that is not a datetime.
    """
    if at is not None:
        checked_instant(at)
        world = world or World(clock=Clock(frozen_at=at))
        world.change_clock(lambda clock: clock.freeze(at))
    emulation = Emulation(world, passing=passing, others=others, unknown=unknown)
    if scenario is not None:
        emulation.load_scenario(scenario, at=at)
    return emulation


def _answer(request: AWSPreparedRequest) -> Reply | None:
    emulation = _entered[-1]
    if emulation.passing and _signing_name(request) in emulation.passing:
        return None
    _check_time(emulation.world)
    return emulation.app.handle(_request(request))


def _decide(request: AWSPreparedRequest, ask_moto: Callable[[AWSPreparedRequest], Any]) -> Any:
    emulation = _entered[-1]
    if emulation.others is None or _is_emulated(request) or _signing_name(request) in emulation.passing:
        return ask_moto(request)
    _check_time(emulation.world)
    read = _request(request)
    request.reset_stream()
    return emulation.moto.answer(request, read, ask_moto)


def _check_time(world: World) -> None:
    """Check that the clock of a world, which follows freezegun and time-machine, has not gone back.

    Raises TimeSetBack.
    """
    if (now := world.clock.now()) < world.changed_at - _CLOCK_STEP:
        raise TimeSetBack(now, world.changed_at)


def _is_emulated(request: AWSPreparedRequest) -> bool:
    """Return whether a request is for one of the emulated services and does not pass to its own endpoint."""
    host = urlsplit(request.url).hostname or ""
    service = _signing_name(request) or host.partition(".")[0]
    return service in PROFILES and service not in _entered[-1].passing


def _signing_name(request: AWSPreparedRequest) -> str:
    headers = {"authorization": _text(request.headers.get("Authorization", ""))}
    return signing_name(Request(request.method, "/", "", headers, b""))


def _request(request: AWSPreparedRequest) -> Request:
    url = urlsplit(request.url)
    headers = {"host": url.netloc}
    for name, value in request.headers.items():
        headers[name.lower()] = value if type(value) is str else _text(value)
    body = request.body
    if hasattr(body, "read"):
        body = body.read()
    body = body.encode() if isinstance(body, str) else bytes(body or b"")
    return Request(request.method, url.path or "/", url.query, headers, body)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


_transports = Transports(_answer, _decide, _is_emulated)
