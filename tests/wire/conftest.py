"""A core whose clock stands still, and accounts that call it as botocore would."""

from datetime import UTC, datetime

import pytest

from artifact_emulator.app import App
from artifact_state.clock import Clock
from artifact_state.model import State
from artifact_state.world import World
from tests.wire.botocore_wire import Client

NOW = datetime(2026, 11, 23, 12, 0, 5, 123456, tzinfo=UTC)


@pytest.fixture
def core() -> App:
    """Give a core over an empty world."""
    return App(World(clock=Clock(frozen_at=NOW), state=State(seed="wire")))


@pytest.fixture
def management(core: App) -> Client:
    """Give the management account of an organization with all features."""
    client = Client(core, "111122223333")
    client.does("organizations", "CreateOrganization")
    return client


@pytest.fixture
def member(management: Client) -> Client:
    """Give a member account that the management account created."""
    asked = management.does("organizations", "CreateAccount", AccountName="Member", Email="member@example.com")
    request_id = asked["CreateAccountStatus"]["Id"]
    told = management.does("organizations", "DescribeCreateAccountStatus", CreateAccountRequestId=request_id)
    return Client(management.core, told["CreateAccountStatus"]["AccountId"])


@pytest.fixture
def stranger(core: App) -> Client:
    """Give an account that is in no organization."""
    return Client(core, "999988887777")
