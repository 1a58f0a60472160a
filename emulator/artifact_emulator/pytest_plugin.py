"""Fixtures for tests of one's own code: `pytest_plugins = ["artifact_emulator.pytest_plugin"]`.

A server for the session, a world for each test. Nothing is imported or started before a fixture is asked for.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from artifact_emulator.client import Emulator, RemoteWorld
    from artifact_emulator.inprocess import Emulation

_OPTION = "--artifact-emulator"
_INPUT = "artifact_emulator_endpoint"
_SERVER = pytest.StashKey[ExitStack]()
_ENDPOINT = pytest.StashKey[str]()
_HIDDEN = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION")


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
    """Tell of the marker."""
    config.addinivalue_line(
        "markers", "artifact_scenario(name): begin with a scenario, built in or a file, rather than with an empty world"
    )


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
def artifact_emulator(pytestconfig: pytest.Config) -> "Emulator":
    """Give the running emulator: one for all tests, of which each uses a world of its own."""
    from artifact_emulator.client import Emulator

    where: str = pytestconfig.getoption(_OPTION)
    shared: str | None = getattr(pytestconfig, "workerinput", {}).get(_INPUT)
    if shared or where not in ("worker", "run"):
        return Emulator(shared or where)
    return _launch(pytestconfig)


@pytest.fixture
def artifact_world(
    artifact_emulator: "Emulator", monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator["RemoteWorld"]:
    """Give a world for this test alone; code under test finds it by its environment, as account 123456789012."""
    world = artifact_emulator.world(f"test-{uuid4().hex}")
    for name in _HIDDEN:
        monkeypatch.delenv(name, raising=False)
    for name, value in world.environment().items():
        monkeypatch.setenv(name, value)
    scenario = _scenario(request)
    if scenario is None:
        world.reset()
    else:
        # Imported here: few tests have a scenario.
        from artifact_emulator.scenarios.files import scenario_at

        world.begin(scenario_at(scenario).model_dump(mode="json", exclude_defaults=True))
    yield world
    world.drop()


@pytest.fixture
def artifact_emulation(request: pytest.FixtureRequest) -> Iterator["Emulation"]:
    """Give an emulator in this process: every call of botocore is answered without a socket."""
    from artifact_emulator.inprocess import emulate

    scenario = _scenario(request)
    with emulate() as emulation:
        if scenario is not None:
            from artifact_emulator.scenarios.files import world_at

            emulation.world.become(world_at(scenario))
        yield emulation


def _scenario(request: pytest.FixtureRequest) -> str | None:
    marker = request.node.get_closest_marker("artifact_scenario")
    return str(marker.args[0]) if marker else None


def _launch(config: pytest.Config) -> "Emulator":
    from artifact_emulator.client import Emulator
    from artifact_emulator.launch import launched

    if _SERVER not in config.stash:
        config.stash[_SERVER] = stack = ExitStack()
        config.stash[_ENDPOINT] = stack.enter_context(launched()).endpoint
    return Emulator(config.stash[_ENDPOINT])
