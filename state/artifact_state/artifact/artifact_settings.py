"""Settings of AWS Artifact: whether an account is told of news, each account for itself.

Source: https://docs.aws.amazon.com/artifact/latest/APIReference/API_PutAccountSettings.html
"""

from artifact_state.events import NotificationsChanged
from artifact_state.model import NotificationSubscription, State
from artifact_state.world import Transaction


def notification_subscription(state: State, account_id: str) -> NotificationSubscription:
    """Tell whether an account is told of news.

    Unverified: AWS does not say what an account has that never chose; a subscription is asked for in its console.
    """
    return state.notification_subscriptions.get(account_id, NotificationSubscription.NOT_SUBSCRIBED)


def choose_notifications(tx: Transaction, wanted: NotificationSubscription | None) -> NotificationSubscription:
    """Subscribe the caller's account, or end that; what is not told, or is so already, stays as it is."""
    account_id = tx.caller.account_id
    chosen = notification_subscription(tx.state, account_id)
    if wanted in (None, chosen):
        return chosen
    tx.set(notification_subscriptions=tx.state.notification_subscriptions.insert(account_id, wanted))
    tx.record(NotificationsChanged(at=tx.now, account_id=account_id))
    return wanted
