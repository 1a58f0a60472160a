"""A core whose clock stands still, and accounts that call it as botocore would."""

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
    """Give a core over an empty world."""
    return App(World(clock=Clock(frozen_at=NOW), state=State(seed="wire")))


@pytest.fixture
def management(app: App) -> Client:
    """Give the management account of an organization with all features."""
    client = Client(app, "111122223333")
    client.do("organizations", "CreateOrganization")
    return client


@pytest.fixture
def member(management: Client) -> Client:
    """Give a member account that the management account created."""
    asked = management.do("organizations", "CreateAccount", AccountName="Member", Email="member@example.com")
    request_id = asked["CreateAccountStatus"]["Id"]
    told = management.do("organizations", "DescribeCreateAccountStatus", CreateAccountRequestId=request_id)
    return Client(management.app, told["CreateAccountStatus"]["AccountId"])


@pytest.fixture
def stranger(app: App) -> Client:
    """Give an account that is in no organization."""
    return Client(app, "999988887777")
