"""Tests that freeze the time of their process by freezegun or time-machine, with keys whose signature is verified."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
import time_machine
from freezegun import freeze_time

from artifact_emulator import emulate
from artifact_emulator.testing.client import Emulator, RemoteWorld
from artifact_emulator.testing.in_process import TimeSetBack

MANAGEMENT = "111122223333"
PAST = datetime(2020, 2, 29, 12, tzinfo=UTC)

Freeze = Callable[[datetime], AbstractContextManager[Any]]
FREEZERS = pytest.mark.parametrize(
    "freeze", [freeze_time, lambda instant: time_machine.travel(instant, tick=False)], ids=["freezegun", "time-machine"]
)


def client_of_user(world: Any) -> Any:
    """Return a client with the key of a new user, whose signature and its time are verified."""
    iam = world.client("iam", MANAGEMENT)
    iam.create_user(UserName="alice")
    iam.attach_user_policy(UserName="alice", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    return world.client("iam", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])


class TestInProcess:
    """`emulate()`, whose worlds show the time of the process."""

    @FREEZERS
    def test_world_shows_the_frozen_time(self, freeze: Freeze) -> None:
        """Records are of the frozen time, and signed calls are accepted at it."""
        with freeze(PAST), emulate(scenario="organization") as emulation:
            assert emulation.now() == PAST
            user = client_of_user(emulation).get_user(UserName="alice")["User"]
            assert user["CreateDate"] == PAST
            assert boto3.client("organizations").list_accounts()["Accounts"][0]["JoinedTimestamp"] == PAST
            emulation.save_snapshot("frozen")
            emulation.restore_snapshot("frozen")

    @FREEZERS
    def test_time_before_the_latest_change_is_refused(self, freeze: Freeze) -> None:
        """A call at a time before the world began names the remedy, and changes nothing; an empty world takes any."""
        with emulate(scenario="organization") as emulation:
            state = emulation.world.state
            with (
                freeze(PAST),
                pytest.raises(TimeSetBack, match=r"set back to 2020-02-29.*artifact_clock.*at=") as error,
            ):
                boto3.client("iam").create_user(UserName="alice")
            assert "set it before emulate() or the fixture begins" in str(error.value)
            assert emulation.world.state is state
            boto3.client("iam").create_user(UserName="alice")
        with emulate(), freeze(PAST):
            boto3.client("iam").create_user(UserName="alice")
            assert boto3.client("iam").get_user(UserName="alice")["User"]["CreateDate"] == PAST

    @FREEZERS
    def test_signatures_of_either_time_are_accepted(self, freeze: Freeze) -> None:
        """A world with another time than the process accepts signatures of both."""
        with emulate(at=PAST) as emulation:
            client = client_of_user(emulation)
            assert client.get_user(UserName="alice")["User"]["UserName"] == "alice"
            with freeze(PAST):
                assert client.get_user(UserName="alice")["User"]["UserName"] == "alice"
        with emulate() as emulation:
            client = client_of_user(emulation)
            emulation.advance(timedelta(days=1))
            assert client.get_user(UserName="alice")["User"]["UserName"] == "alice"


@pytest.fixture
def world(server: str) -> Iterator[RemoteWorld]:
    """A world that begins at an instant of the past."""
    with Emulator(server).new_world("organization", at=PAST) as world:
        yield world


class TestWithServer:
    """A world of a server, which has another time than the process."""

    @FREEZERS
    def test_world_begins_at_the_frozen_time(self, world: RemoteWorld, freeze: Freeze) -> None:
        """A world that begins at the frozen time accepts signed calls; it follows by `freeze`."""
        with freeze(PAST):
            client = client_of_user(world)
            assert client.get_user(UserName="alice")["User"]["CreateDate"] == PAST
        later = PAST + timedelta(days=30)
        with freeze(later):
            world.freeze(datetime.now(UTC))
            assert client.get_user(UserName="alice")["User"]["UserName"] == "alice"
            assert world.now() == later
