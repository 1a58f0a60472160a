"""Account settings of AWS Artifact: the subscription to notifications.

Source: https://docs.aws.amazon.com/artifact/latest/APIReference/API_PutAccountSettings.html
"""

from artifact_state.events import NotificationsChanged
from artifact_state.model import NotificationSubscription, State
from artifact_state.world import Transaction


def notification_subscription(state: State, account_id: str) -> NotificationSubscription:
    """Return whether an account is subscribed to notifications.

    Unverified: AWS does not document the default; its console asks for a subscription.
    """
    return state.notification_subscriptions.get(account_id, NotificationSubscription.NOT_SUBSCRIBED)


def update_notifications(tx: Transaction, subscription: NotificationSubscription | None) -> NotificationSubscription:
    """Subscribe or unsubscribe the caller's account; None leaves its subscription unchanged."""
    account_id = tx.caller.account_id
    current = notification_subscription(tx.state, account_id)
    if subscription in (None, current):
        return current
    tx.insert("notification_subscriptions", account_id, subscription)
    tx.record(NotificationsChanged(at=tx.now, account_id=account_id))
    return subscription
