"""Fixtures for tests of code that calls AWS, which pytest finds by itself.

One server for the session, one world for each test. Nothing is imported or started before a fixture is used.
"""

import os
import re
import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from importlib.util import find_spec
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from artifact_emulator.testing.client import Emulator, RemoteWorld, WorldClient
    from artifact_emulator.testing.in_process import Emulation

_OPTION = "--artifact-emulator"
_INPUT = "artifact_emulator_endpoint"
_SERVER = pytest.StashKey[ExitStack]()
_ENDPOINT = pytest.StashKey[str]()
_MOST_CALLS = 30
"""The calls that the report of a failed test lists."""
_MISSPELLED = 0.85
"""The similarity from which an unknown marker is a misspelled one; `artifact_` alone is about two thirds."""
_WORLDS = {"artifact_world", "artifact_emulation"}
"""The fixtures that are worlds, which read the markers."""
_MARKERS = {
    "artifact_scenario": "(name): load a scenario: a built-in one, or a file beside the test",
    "artifact_clock": "(instant): begin at an instant, such as 2026-01-01T00:00:00Z, with a frozen clock",
    "artifact_others": '(name): let "moto" answer other services in artifact_emulation, after the decision',
    "artifact_account": "(id): make code under test call as this account (default: the scenario's management account)",
}
_SERVER_URL = re.compile(r"https?://[^/\s]+/?")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.getgroup("artifact-emulator").addoption(
        _OPTION,
        default="worker",
        metavar="worker|run|URL",
        help="the emulator to use: a server for each worker of xdist, one for the whole run, or the URL of a running "
        "one (default: worker)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers.

    Raises UsageError for an option that names no server.
    """
    for name, text in _MARKERS.items():
        config.addinivalue_line("markers", name + text)
    _check_option(config.getoption(_OPTION))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Refuse a test with a misspelled marker, or with a marker but without a fixture that reads it.

    The calls of the latter would go to AWS.
    """
    for marker in metafunc.definition.iter_markers():
        _check_spelling(marker.name, metafunc)
    # A test that has `request` can use fixtures that it does not name.
    if _WORLDS & set(metafunc.fixturenames) or "request" in signature(metafunc.function).parameters:
        return
    for marker in metafunc.definition.own_markers:
        if marker.name in _MARKERS:
            text = f"{metafunc.definition.nodeid}: {marker.name} needs the fixture artifact_world or artifact_emulation"
            pytest.fail(text, pytrace=False)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Pass the endpoint of the shared server to a worker of xdist, and start the server for the first worker."""
    config: pytest.Config = node.config  # type: ignore[attr-defined]
    if config.getoption(_OPTION) == "run":
        node.workerinput[_INPUT] = _launch(config).endpoint  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server, if one was started."""
    if _SERVER in config.stash:
        config.stash[_SERVER].close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the explanation of a denied call to the report of the test that failed with it."""
    report = yield
    fixtures: dict[str, object] = getattr(item, "funcargs", {})
    if report.when == "call" and report.failed and call.excinfo is not None and _WORLDS & fixtures.keys():
        world: Any = fixtures[next(iter(_WORLDS & fixtures.keys()))]
        report.sections += _sections(world, call.excinfo.value)
    return report


def _sections(world: "WorldClient", error: BaseException) -> Iterator[tuple[str, str]]:
    """Yield what the report of a failed test says of its world: why a call was denied, and which calls were made."""
    import requests

    from artifact_emulator.testing.client import ControlError
    from artifact_emulator.testing.explanations import denied_request_id, explain

    # The failure may be that the server ended.
    with suppress(ControlError, requests.RequestException):
        if denied_request_id(error) is not None:
            yield "artifact-emulator: why the call was denied", explain(error, world)
    with suppress(ControlError, requests.RequestException):
        if calls := world.call_lines():
            left_out = f"({len(calls) - _MOST_CALLS} earlier calls)\n" if len(calls) > _MOST_CALLS else ""
            yield "artifact-emulator: calls", left_out + "\n".join(calls[-_MOST_CALLS:])


@pytest.fixture(scope="session")
def artifact_emulator(pytestconfig: pytest.Config) -> Iterator["Emulator"]:
    """The running emulator, shared by all tests; each test uses a world of its own."""
    option: str = pytestconfig.getoption(_OPTION)
    endpoint: str | None = getattr(pytestconfig, "workerinput", {}).get(_INPUT)
    if option not in ("worker", "run"):
        endpoint = endpoint or option
    emulator = _connect(endpoint) if endpoint else _launch(pytestconfig)
    yield emulator
    emulator.close()


@pytest.fixture
def artifact_world(
    artifact_emulator: "Emulator", monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator["RemoteWorld"]:
    """A world for this test only; environment variables make code under test use it."""
    others = request.node.get_closest_marker("artifact_others")
    if others is not None and "artifact_emulation" not in request.fixturenames:
        pytest.fail("artifact_others needs the fixture artifact_emulation: a server does not see moto", pytrace=False)
    with ExitStack() as stack:
        with _mistakes_as_failures():
            world = stack.enter_context(artifact_emulator.new_world(_scenario(request), at=_instant(request)))
        _configure(monkeypatch, world, request)
        yield world


@pytest.fixture
def artifact_emulation(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator["Emulation"]:
    """An emulator in this process, which answers every call of botocore without a socket."""
    from artifact_emulator.testing.in_process import new_emulation

    with _mistakes_as_failures():
        others: Any = _marker_value(request, "artifact_others")
        emulation = new_emulation(scenario=_scenario(request), at=_instant(request), others=others)
    _configure(monkeypatch, emulation, request)
    with emulation.answering():
        yield emulation


def _configure(monkeypatch: pytest.MonkeyPatch, world: "WorldClient", request: pytest.FixtureRequest) -> None:
    """Make code under test use a world and none of the user's own settings.

    The changes use the test's own monkeypatch, so they are undone after those of the test.
    """
    from artifact_emulator.testing.environment import changes

    with _mistakes_as_failures():
        settings = world.environment(_marker_value(request, "artifact_account"))
    for name, value in changes(settings, os.environ).items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    if find_spec("boto3") is not None:
        from botocore.httpsession import URLLib3Session

        from artifact_emulator.testing.aws_guard import guarded, warning_of_moto
        from artifact_emulator.testing.sessions import new_session

        # The present default session may have read real credentials.
        monkeypatch.setattr("boto3.DEFAULT_SESSION", new_session())
        monkeypatch.setattr(URLLib3Session, "send", guarded(URLLib3Session.send))
        if (moto := sys.modules.get("moto.core.botocore_stubber")) is not None:
            stubber = moto.BotocoreStubber
            monkeypatch.setattr(stubber, "__call__", warning_of_moto(stubber.__call__))


@contextmanager
def _mistakes_as_failures() -> Iterator[None]:
    """Fail the test in one sentence if a marker names a scenario, an instant or an account that cannot be."""
    from artifact_emulator.testing.client import ControlError

    try:
        yield
    except (ControlError, ValueError) as error:
        raise _failure(str(error)) from None


def _failure(text: str) -> BaseException:
    """Return the failure of a test with a text alone; its cause would be printed as well."""
    return pytest.fail.Exception(text, pytrace=False)


def _scenario(request: pytest.FixtureRequest) -> str | Path | None:
    """Return the scenario of the test's marker: a file beside the test, or a name."""
    scenario = _marker_value(request, "artifact_scenario")
    if scenario is None:
        return None
    file = request.path.parent / scenario
    return file if file.is_file() else scenario


def _instant(request: pytest.FixtureRequest) -> datetime | None:
    text = _marker_value(request, "artifact_clock")
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise _failure(f"{text!r} is not an instant, such as 2026-01-01T00:00:00Z") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _marker_value(request: pytest.FixtureRequest, name: str) -> str | None:
    """Return the argument of the test's closest marker of a name, or None without one."""
    marker = request.node.get_closest_marker(name)
    if marker is None:
        return None
    if len(marker.args) != 1 or marker.kwargs:
        pytest.fail(f'write @pytest.mark.{name}("..."), with one string', pytrace=False)
    return str(marker.args[0])


def _check_spelling(marker: str, metafunc: pytest.Metafunc) -> None:
    """Fail the collection of a test with a misspelled marker of the plugin, which pytest would only warn of."""
    # Most markers differ here already.
    if not marker.startswith("art") or marker in _MARKERS:
        return
    # Imported here: only mistakes need it.
    from difflib import get_close_matches

    close = get_close_matches(marker, _MARKERS, n=1, cutoff=_MISSPELLED)
    registered = {re.split("[:(]", line)[0].strip() for line in metafunc.config.getini("markers")}
    if close and marker not in registered:
        text = f"{metafunc.definition.nodeid}: there is no marker {marker}; did you mean {close[0]}?"
        pytest.fail(text, pytrace=False)


def _check_option(value: str) -> None:
    """Refuse a value of the option that names no server.

    Raises UsageError.
    """
    if value in ("worker", "run") or _SERVER_URL.fullmatch(value):
        return
    if server := _SERVER_URL.match(value):
        raise pytest.UsageError(f"{_OPTION}: give the address of the server alone, {server[0].rstrip('/')}")
    # Imported here: only mistakes need it.
    from artifact_state.closest_name import closest

    is_address = re.fullmatch(r"[\w.-]+:\d+", value)
    hint = f"; did you mean http://{value}?" if is_address else closest(value, ("worker", "run"))
    raise pytest.UsageError(f"{_OPTION}: {value!r} is not worker, run or a URL such as http://127.0.0.1:4700{hint}")


def _connect(endpoint: str) -> "Emulator":
    """Return a running emulator; end the test run if there is none."""
    import requests

    from artifact_emulator.testing.client import ControlError, Emulator

    emulator = Emulator(endpoint)
    try:
        emulator.health()
    except (requests.RequestException, ControlError, KeyError) as error:
        # At any other error, another program answers there.
        port = urlsplit(endpoint).port or 80 if isinstance(error, requests.ConnectionError) else None
        hint = f"; start it with `artifact-emulator serve --port {port}`" if port else ""
        pytest.exit(f"{_OPTION}: no artifact-emulator runs at {endpoint}{hint}", returncode=4)
    return emulator


def _launch(config: pytest.Config) -> "Emulator":
    from artifact_emulator.testing.client import Emulator
    from artifact_emulator.testing.subprocess_server import run_server

    if _SERVER not in config.stash:
        config.stash[_SERVER] = stack = ExitStack()
        config.stash[_ENDPOINT] = stack.enter_context(run_server()).endpoint
    return Emulator(config.stash[_ENDPOINT])
