"""The places where the suite runs: with our server or moto's, or in process; each test gets an empty state."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import boto3
import pytest

Client = Callable[..., Any]
EmptyState = Callable[[], AbstractContextManager[dict[str, str]]]
"""Yields the settings of clients that find an empty state, for one test."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that `benchmarks.suite` passes."""
    parser.addoption("--place", choices=sorted(PLACES), required=True)
    parser.addoption("--tests", type=int, required=True)
    parser.addoption("--one-session", action="store_true")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Create the tests."""
    metafunc.parametrize("number", range(metafunc.config.getoption("--tests")))


@contextmanager
def our_server() -> Iterator[EmptyState]:
    """Start our server as its pytest plugin does; each test has its own world."""
    from artifact_emulator.testing.subprocess_server import run_server  # noqa: PLC0415

    with run_server() as emulator:

        @contextmanager
        def empty_state() -> Iterator[dict[str, str]]:
            with emulator.new_world() as world:
                yield {"endpoint_url": world.endpoint}

        yield empty_state


@contextmanager
def moto_server() -> Iterator[EmptyState]:
    """Start moto's server in a thread, as moto documents it, and reset it before each test."""
    import requests  # noqa: PLC0415
    from moto.server import ThreadedMotoServer  # noqa: PLC0415

    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    # Like our client: one connection, if the server keeps it open.
    http = requests.Session()
    http.trust_env = False

    @contextmanager
    def empty_state() -> Iterator[dict[str, str]]:
        http.post(f"{endpoint}/moto-api/reset", timeout=30).raise_for_status()
        yield {"endpoint_url": endpoint}

    yield empty_state
    server.stop()


@contextmanager
def our_process() -> Iterator[EmptyState]:
    """Answer in this process, with a new emulator for each test."""
    from artifact_emulator import emulate  # noqa: PLC0415

    @contextmanager
    def empty_state() -> Iterator[dict[str, str]]:
        with emulate():
            yield {}

    yield empty_state


@contextmanager
def moto_process() -> Iterator[EmptyState]:
    """Answer in this process, with a new mock for each test."""
    from moto import mock_aws  # noqa: PLC0415

    @contextmanager
    def empty_state() -> Iterator[dict[str, str]]:
        with mock_aws():
            yield {}

    yield empty_state


@contextmanager
def recorded_process() -> Iterator[EmptyState]:
    """Answer with the replies to the first test: later tests take the time of botocore alone."""
    from botocore.awsrequest import AWSResponse  # noqa: PLC0415
    from botocore.httpsession import URLLib3Session  # noqa: PLC0415

    from artifact_emulator import emulate  # noqa: PLC0415

    recorded: list[AWSResponse] = []

    @contextmanager
    def replaced_by(send: Callable[..., AWSResponse]) -> Iterator[dict[str, str]]:
        original, URLLib3Session.send = URLLib3Session.send, send
        try:
            yield {}
        finally:
            URLLib3Session.send = original

    @contextmanager
    def first_state() -> Iterator[dict[str, str]]:
        with emulate():
            emulated = URLLib3Session.send

            def record(session: URLLib3Session, request: Any) -> AWSResponse:
                response = emulated(session, request)
                response.content  # noqa: B018 - reads the body.
                recorded.append(response)
                return response

            with replaced_by(record) as settings:
                yield settings

    @contextmanager
    def empty_state() -> Iterator[dict[str, str]]:
        replies = iter(recorded)
        with replaced_by(lambda *_: next(replies)) if recorded else first_state() as settings:
            yield settings

    yield empty_state


PLACES = {
    "recorded-process": recorded_process,
    "our-server": our_server,
    "moto-server": moto_server,
    "our-process": our_process,
    "moto-process": moto_process,
}


@pytest.fixture(scope="session")
def empty_state(pytestconfig: pytest.Config) -> Iterator[EmptyState]:
    """The empty states of the place where the suite runs."""
    with PLACES[pytestconfig.getoption("--place")]() as empty_state:
        yield empty_state


@pytest.fixture(scope="session")
def new_client(pytestconfig: pytest.Config, empty_state: EmptyState) -> Client:
    """The function that creates clients: of boto3's default session, or of one session for all tests."""
    del empty_state  # Requested to be set up first: moto must be imported before a session is created.
    client: Client = boto3.Session().client if pytestconfig.getoption("--one-session") else boto3.client
    return client


@pytest.fixture
def organizations(empty_state: EmptyState, new_client: Client) -> Iterator[Any]:
    """A client of AWS Organizations with an empty state."""
    with empty_state() as settings:
        client = new_client("organizations", **settings)
        yield client
        client.close()
