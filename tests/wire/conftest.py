"""Fixtures of the wire tests: an application with a frozen clock, and clients of several accounts."""

from datetime import UTC, datetime

import pytest

from artifact_emulator.app import App
from artifact_state.clock import Clock
from artifact_state.model import State
from artifact_state.world import World
from tests.support.wire_client import Client

NOW = datetime(2026, 11, 23, 12, 0, 5, 123456, tzinfo=UTC)


@pytest.fixture
def app() -> App:
    """Return an application with an empty world."""
    return App(World(clock=Clock(frozen_at=NOW), state=State(seed="wire")))


@pytest.fixture
def management(app: App) -> Client:
    """Return the client of the management account of an organization with all features."""
    client = Client(app, "111122223333")
    client.do("organizations", "CreateOrganization")
    return client


@pytest.fixture
def member(management: Client) -> Client:
    """Return the client of a member account that the management account created."""
    creation = management.do("organizations", "CreateAccount", AccountName="Member", Email="member@example.com")
    request_id = creation["CreateAccountStatus"]["Id"]
    status = management.do("organizations", "DescribeCreateAccountStatus", CreateAccountRequestId=request_id)
    return Client(management.app, status["CreateAccountStatus"]["AccountId"])


@pytest.fixture
def stranger(app: App) -> Client:
    """Return the client of an account in no organization."""
    return Client(app, "999988887777")
