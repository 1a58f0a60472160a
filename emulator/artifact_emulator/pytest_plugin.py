"""Fixtures for tests of one's own code: `pytest_plugins = ["artifact_emulator.pytest_plugin"]`.

A server for the session, a world for each test. Nothing is imported or started before a fixture is asked for.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from artifact_emulator.testing.client import Emulator, RemoteWorld, WorldInTest
    from artifact_emulator.testing.in_process import Emulation

_OPTION = "--artifact-emulator"
_INPUT = "artifact_emulator_endpoint"
_SERVER = pytest.StashKey[ExitStack]()
_ENDPOINT = pytest.StashKey[str]()
_MARKERS = (
    "artifact_scenario(name): begin with a scenario, built in or a file beside the test, not with an empty world",
    "artifact_account(id): let code under test call as this account's root user, not as that of 123456789012",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.getgroup("artifact-emulator").addoption(
        _OPTION,
        default="worker",
        metavar="worker|run|URL",
        help="where the emulator is: a server for each worker of xdist, one for the whole run, or one that is running "
        "(default: worker)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Tell of the markers."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a worker of xdist where the server of the whole run is, starting it for the first of them."""
    config: pytest.Config = node.config  # type: ignore[attr-defined]
    if config.getoption(_OPTION) == "run":
        node.workerinput[_INPUT] = _launch(config).endpoint  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the server, if there is one."""
    if _SERVER in config.stash:
        config.stash[_SERVER].close()


@pytest.fixture(scope="session")
def artifact_emulator(pytestconfig: pytest.Config) -> Iterator["Emulator"]:
    """Give the running emulator: one for all tests, of which each uses a world of its own."""
    where: str = pytestconfig.getoption(_OPTION)
    shared: str | None = getattr(pytestconfig, "workerinput", {}).get(_INPUT)
    is_there = shared or where not in ("worker", "run")
    emulator = _reached(shared or where) if is_there else _launch(pytestconfig)
    yield emulator
    emulator.close()


@pytest.fixture
def artifact_world(
    artifact_emulator: "Emulator", monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator["RemoteWorld"]:
    """Give a world for this test alone; code under test finds it by its environment, as account 123456789012."""
    with artifact_emulator.new_world() as world:
        _lead(monkeypatch, world, request)
        _begin(world, request)
        yield world


@pytest.fixture
def artifact_emulation(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator["Emulation"]:
    """Give an emulator in this process: every call of botocore is answered without a socket."""
    from artifact_emulator.testing.in_process import Emulation

    emulation = Emulation()
    _lead(monkeypatch, emulation, request)
    _begin(emulation, request)
    with emulation.answering():
        yield emulation


def _lead(monkeypatch: pytest.MonkeyPatch, world: "WorldInTest", request: pytest.FixtureRequest) -> None:
    """Lead code under test to a world, and to nothing of its author's own.

    By the test's own monkeypatch, so that what the test sets itself is undone before.
    """
    from artifact_emulator.testing.client import DEFAULT_ACCOUNT
    from artifact_emulator.testing.environment import changes

    account = _marked(request, "artifact_account") or DEFAULT_ACCOUNT
    if not (len(account) == 12 and account.isdecimal()):
        pytest.fail(f"{account!r} is no account: an id has 12 digits", pytrace=False)
    for name, value in changes(world.environment(account), os.environ).items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    if find_spec("boto3") is not None:
        from botocore.httpsession import URLLib3Session

        from artifact_emulator.testing.aws_guard import guarded
        from artifact_emulator.testing.sessions import fresh

        # The one that is there may have read real credentials.
        monkeypatch.setattr("boto3.DEFAULT_SESSION", fresh())
        monkeypatch.setattr(URLLib3Session, "send", guarded(URLLib3Session.send))


def _begin(world: "WorldInTest", request: pytest.FixtureRequest) -> None:
    scenario = _marked(request, "artifact_scenario")
    if scenario is None:
        return
    from artifact_emulator.testing.client import ControlError

    beside = request.path.parent / scenario
    try:
        world.begin(beside if beside.is_file() else scenario)
    except (ControlError, ValueError) as error:
        pytest.fail(str(error), pytrace=False)


def _marked(request: pytest.FixtureRequest, name: str) -> str | None:
    """Give what a test's nearest marker says."""
    marker = request.node.get_closest_marker(name)
    if marker is None:
        return None
    if len(marker.args) != 1 or marker.kwargs:
        pytest.fail(f'write @pytest.mark.{name}("..."), with one text', pytrace=False)
    return str(marker.args[0])


def _reached(endpoint: str) -> "Emulator":
    """Give an emulator that runs already; without one, no test can."""
    import requests

    from artifact_emulator.testing.client import ControlError, Emulator

    emulator = Emulator(endpoint)
    try:
        emulator.health()
    except (requests.RequestException, ControlError, KeyError) as error:
        pytest.exit(f"{_OPTION}: no artifact-emulator answers at {endpoint} ({error})", returncode=4)
    return emulator


def _launch(config: pytest.Config) -> "Emulator":
    from artifact_emulator.testing.client import Emulator
    from artifact_emulator.testing.subprocess_server import launched

    if _SERVER not in config.stash:
        config.stash[_SERVER] = stack = ExitStack()
        config.stash[_ENDPOINT] = stack.enter_context(launched()).endpoint
    return Emulator(config.stash[_ENDPOINT])
