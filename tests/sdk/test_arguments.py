"""Mistakes in the arguments of worlds: each is refused with one sentence, in process and with a server."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from artifact_emulator import accept_agreement, emulate
from artifact_emulator.testing.client import ControlError
from artifact_emulator.testing.subprocess_server import run_server
from artifact_emulator.testing.world_client import WorldClient

Use = Callable[[WorldClient, Any], object]


@pytest.fixture(scope="module", params=["server", "process"])
def world(request: pytest.FixtureRequest) -> Iterator[WorldClient]:
    """A world with an organization."""
    if request.param == "process":
        with emulate(scenario="organization") as emulation:
            yield emulation
    else:
        with run_server() as emulator, emulator.new_world("organization") as remote:
            yield remote


class TestAccounts:
    """Account ids; a typing error would otherwise be root of 123456789012, since it is no key that the world knows."""

    @pytest.mark.parametrize("account", ["123", "12345678901", "AKIAIOSFODNN7EXAMPLE", "", "\uff11" * 12])
    @pytest.mark.parametrize(
        "use",
        [
            lambda world, account: world.client("sts", account=account),
            lambda world, account: world.session(account),
            lambda world, account: world.session(account, role="Admin", by="111122223333"),
            lambda world, account: world.session("111122223333", role="Admin", by=account),
            lambda world, account: world.environment(account),
            lambda world, account: world.as_account(account),
            lambda world, account: world.sign_offline(account),
            lambda world, account: world.events(account=account),
            lambda world, account: world.assert_called("ListRoots", times=0, account=account),
            lambda world, account: world.set_fault("iam", account=account, reset=True),
        ],
    )
    def test_account_without_12_digits_is_refused(self, world: WorldClient, use: Use, account: str) -> None:
        """Every method that takes an account says that it has 12 digits."""
        with pytest.raises((ValueError, ControlError), match=f"'{account}' is not an account id, which has 12 digits"):
            use(world, account)

    def test_emulate_refuses_account(self) -> None:
        """So does `emulate()` when it is entered."""
        with pytest.raises(ValueError, match="'123' is not an account id, which has 12 digits"), emulate(account="123"):
            pytest.fail("it was entered")


class TestTimes:
    """Instants and spans of time."""

    @pytest.mark.parametrize(
        ("use", "message"),
        [
            (lambda world, _: world.freeze("2026-01-01"), "expected a datetime, such as .*, not '2026-01-01'"),
            (lambda world, _: world.load_scenario("organization", at="2026"), "expected a datetime"),
            (lambda world, _: world.advance(5), r"expected a timedelta, such as timedelta\(days=15\), not 5"),
        ],
    )
    def test_other_type_is_refused(self, world: WorldClient, use: Use, message: str) -> None:
        """The error names the type and an example of it."""
        with pytest.raises(TypeError, match=message):
            use(world, None)

    def test_instant_without_time_zone_is_refused(self, world: WorldClient) -> None:
        """An instant needs a time zone."""
        with pytest.raises(ValueError, match="has no time zone"):
            world.freeze(datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake.
        with pytest.raises(ValueError, match="has no time zone"), emulate(at=datetime(2026, 1, 1)):  # noqa: DTZ001
            pytest.fail("it was entered")

    def test_right_types_are_accepted(self, world: WorldClient) -> None:
        """An instant with a time zone, and a span."""
        world.freeze(datetime(2100, 1, 1, tzinfo=UTC))
        world.advance(timedelta(days=1))
        assert world.now() == datetime(2100, 1, 2, tzinfo=UTC)
        world.reset()


class TestClients:
    """Clients that functions take."""

    def test_world_is_no_client(self, world: WorldClient) -> None:
        """The helper for agreements names the client that it needs."""
        with pytest.raises(TypeError, match=r"expected a boto3 client, such as world.client\(.*, not <"):
            accept_agreement(world, "agreement-y03aUwMAEorHtqjv")
