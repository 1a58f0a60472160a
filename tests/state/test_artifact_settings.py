"""Account settings of AWS Artifact: each account has its own."""

import pytest

from artifact_state.artifact import settings
from artifact_state.events import NotificationsChanged
from artifact_state.model import NotificationSubscription
from artifact_state.organizations import organization
from artifact_state.world import World
from tests.support.domain import MANAGEMENT, NOW, STANDALONE, act, world_with_organization

SUBSCRIBED, NOT_SUBSCRIBED = NotificationSubscription.SUBSCRIBED, NotificationSubscription.NOT_SUBSCRIBED


@pytest.fixture
def world() -> World:
    """Return a world with an organization."""
    return world_with_organization()


def subscription(world: World, account: str = MANAGEMENT) -> NotificationSubscription:
    """Return the subscription of an account."""
    return settings.notification_subscription(world.state, account)


class TestUpdateNotifications:
    """update_notifications."""

    def test_account_is_not_subscribed_by_default(self, world: World) -> None:
        """An account that never changed its settings is not subscribed."""
        assert subscription(world) is NOT_SUBSCRIBED

    def test_account_can_subscribe_and_unsubscribe(self, world: World) -> None:
        """The last update holds."""
        for value in (SUBSCRIBED, NOT_SUBSCRIBED, SUBSCRIBED):
            assert act(world, settings.update_notifications, value) is value
            assert subscription(world) is value

    def test_subscription_belongs_to_one_account(self, world: World) -> None:
        """A management account does not subscribe other accounts."""
        act(world, settings.update_notifications, SUBSCRIBED)
        assert subscription(world, STANDALONE) is NOT_SUBSCRIBED

    def test_subscription_outlives_the_organization(self, world: World) -> None:
        """The subscription belongs to the account, not to its organization."""
        act(world, settings.update_notifications, SUBSCRIBED)
        act(world, organization.delete_organization)
        assert subscription(world) is SUBSCRIBED

    @pytest.mark.parametrize("current", [SUBSCRIBED, NOT_SUBSCRIBED])
    def test_unchanged_subscription_changes_nothing(self, world: World, current: NotificationSubscription) -> None:
        """Neither None nor the current value changes the state or is an event."""
        act(world, settings.update_notifications, current)
        before, events = world.state, len(world.events)
        for value in (None, current):
            assert act(world, settings.update_notifications, value) is current
        assert world.state is before
        assert len(world.events) == events

    def test_change_is_an_event(self, world: World) -> None:
        """A changed subscription is recorded as an event."""
        act(world, settings.update_notifications, SUBSCRIBED)
        assert world.events[-1] == NotificationsChanged(at=NOW, account_id=MANAGEMENT)
