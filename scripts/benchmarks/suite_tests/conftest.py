"""Where the suite is run: on our server or moto's, in the process of ours or of moto's; a clean slate for each test."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import boto3
import pytest

Client = Callable[..., Any]
Slate = Callable[[], AbstractContextManager[dict[str, str]]]
"""Begins again for one test; gives what its clients need to know."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what `benchmarks.suite` chooses by."""
    parser.addoption("--place", choices=sorted(PLACES), required=True)
    parser.addoption("--tests", type=int, required=True)
    parser.addoption("--one-session", action="store_true")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make so many tests."""
    metafunc.parametrize("number", range(metafunc.config.getoption("--tests")))


@contextmanager
def our_server() -> Iterator[Slate]:
    """Start our server, as its pytest plugin does; each test has a world of its own."""
    from artifact_emulator.testing.subprocess_server import launched  # noqa: PLC0415

    with launched() as emulator:

        @contextmanager
        def slate() -> Iterator[dict[str, str]]:
            with emulator.new_world() as world:
                yield {"endpoint_url": world.endpoint}

        yield slate


@contextmanager
def moto_server() -> Iterator[Slate]:
    """Start moto's server in a thread, as moto's documentation has it, and reset it before each test."""
    import requests  # noqa: PLC0415
    from moto.server import ThreadedMotoServer  # noqa: PLC0415

    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    # As our client has it: one connection, if the server keeps it.
    http = requests.Session()
    http.trust_env = False

    @contextmanager
    def slate() -> Iterator[dict[str, str]]:
        http.post(f"{endpoint}/moto-api/reset", timeout=30).raise_for_status()
        yield {"endpoint_url": endpoint}

    yield slate
    server.stop()


@contextmanager
def our_process() -> Iterator[Slate]:
    """Answer in this process, each test by an emulator of its own."""
    from artifact_emulator import emulate  # noqa: PLC0415

    @contextmanager
    def slate() -> Iterator[dict[str, str]]:
        with emulate():
            yield {}

    yield slate


@contextmanager
def moto_process() -> Iterator[Slate]:
    """Answer in this process, each test by a mock of its own."""
    from moto import mock_aws  # noqa: PLC0415

    @contextmanager
    def slate() -> Iterator[dict[str, str]]:
        with mock_aws():
            yield {}

    yield slate


PLACES = {
    "our-server": our_server,
    "moto-server": moto_server,
    "our-process": our_process,
    "moto-process": moto_process,
}


@pytest.fixture(scope="session")
def slate(pytestconfig: pytest.Config) -> Iterator[Slate]:
    """Begin the place where the suite is run, and end it."""
    with PLACES[pytestconfig.getoption("--place")]() as made:
        yield made


@pytest.fixture(scope="session")
def make_client(pytestconfig: pytest.Config, slate: Slate) -> Client:
    """Give what makes clients: boto3's default session, or one session of our own for all tests."""
    del slate  # Asked for to be there first: moto's part in a session comes with the import of moto.
    made: Client = boto3.Session().client if pytestconfig.getoption("--one-session") else boto3.client
    return made


@pytest.fixture
def organizations(slate: Slate, make_client: Client) -> Iterator[Any]:
    """Give a client of AWS Organizations that finds a clean slate."""
    with slate() as settings:
        client = make_client("organizations", **settings)
        yield client
        client.close()
