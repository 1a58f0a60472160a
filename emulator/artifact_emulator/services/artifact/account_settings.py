"""Account settings: the subscription to notifications."""

from typing import TYPE_CHECKING

from artifact_emulator.services.context import RequestContext
from artifact_state.artifact import settings
from artifact_state.model import NotificationSubscription

if TYPE_CHECKING:
    from artifact_emulator.shapes.artifact import replies, requests


def get_account_settings(
    call: RequestContext, request: "requests.GetAccountSettingsRequest"
) -> "replies.GetAccountSettingsResponse":
    """Return the settings of the caller's account."""
    status = settings.notification_subscription(call.tx.state, call.tx.caller.account_id)
    return {"accountSettings": {"notificationSubscriptionStatus": status.value}}


def put_account_settings(
    call: RequestContext, request: "requests.PutAccountSettingsRequest"
) -> "replies.PutAccountSettingsResponse":
    """Change the settings of the caller's account; missing members keep their values."""
    value = request.notification_subscription_status
    status = settings.update_notifications(call.tx, NotificationSubscription(value) if value else None)
    return {"accountSettings": {"notificationSubscriptionStatus": status.value}}
