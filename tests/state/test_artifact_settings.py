"""Settings of AWS Artifact: each account for itself."""

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
    """Give a world."""
    return world_with_organization()


def told(world: World, account: str = MANAGEMENT) -> NotificationSubscription:
    """Tell what an account chose."""
    return settings.notification_subscription(world.state, account)


class TestChooseNotifications:
    """choose_notifications."""

    def test_of_an_account_that_never_chose(self, world: World) -> None:
        """It has no subscription."""
        assert told(world) is NOT_SUBSCRIBED

    def test_subscribes_and_ends_that(self, world: World) -> None:
        """What was chosen last holds."""
        for wanted in (SUBSCRIBED, NOT_SUBSCRIBED, SUBSCRIBED):
            assert act(world, settings.update_notifications, wanted) is wanted
            assert told(world) is wanted

    def test_is_an_accounts_own(self, world: World) -> None:
        """No account chooses for another, not even a management account."""
        act(world, settings.update_notifications, SUBSCRIBED)
        assert told(world, STANDALONE) is NOT_SUBSCRIBED

    def test_outlives_the_organization(self, world: World) -> None:
        """It is the account's, not the organization's."""
        act(world, settings.update_notifications, SUBSCRIBED)
        act(world, organization.delete_organization)
        assert told(world) is SUBSCRIBED

    @pytest.mark.parametrize("chosen", [SUBSCRIBED, NOT_SUBSCRIBED])
    def test_of_nothing_new(self, world: World, chosen: NotificationSubscription) -> None:
        """What is not told, or is so already, changes nothing."""
        act(world, settings.update_notifications, chosen)
        before, events = world.state, len(world.events)
        for wanted in (None, chosen):
            assert act(world, settings.update_notifications, wanted) is chosen
        assert world.state is before
        assert len(world.events) == events

    def test_is_told(self, world: World) -> None:
        """A change is an event."""
        act(world, settings.update_notifications, SUBSCRIBED)
        assert world.events[-1] == NotificationsChanged(at=NOW, account_id=MANAGEMENT)
