"""The calendar of responsibility transfers: they begin and end with a month, in UTC.

Sources: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/orgs_transfer_billing-send-invitation.html
https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/orgs_transfer_billing.html
"""

from calendar import monthrange
from datetime import UTC, datetime

from artifact_state.errors import InputReason, InvalidInput
from artifact_state.world import Transaction


def check_start(tx: Transaction, starts_at: datetime) -> None:
    """Refuse any start but the beginning of the next month or of the one after, in time for an answer.

    Raises InvalidInput.
    """
    if starts_at.day != 1:
        raise InvalidInput(InputReason.START_DATE_NOT_BEGINNING_OF_MONTH)
    if starts_at != starts_at.replace(hour=0, minute=0, second=0, microsecond=0):
        raise InvalidInput(InputReason.START_DATE_NOT_BEGINNING_OF_DAY)
    if starts_at <= tx.now + tx.quotas.transfer_acceptance_notice:
        raise InvalidInput(InputReason.START_DATE_TOO_EARLY)
    if starts_at > _month_after(_month_after(tx.now)):
        raise InvalidInput(InputReason.START_DATE_TOO_LATE)


def check_end(tx: Transaction, ends_at: datetime) -> datetime:
    """Refuse any end but that of this month or of the next; give its last millisecond.

    Raises InvalidInput.
    """
    # Many SDKs send whole seconds: the last second of a month is as good as its last millisecond.
    end = end_of_month(ends_at)
    if ends_at.replace(microsecond=0) != end.replace(microsecond=0):
        raise InvalidInput(InputReason.END_DATE_NOT_END_OF_MONTH)
    if end < tx.now:
        raise InvalidInput(InputReason.END_DATE_TOO_EARLY)
    if end > end_of_month(_month_after(tx.now)):
        raise InvalidInput(InputReason.END_DATE_TOO_LATE)
    return end


def end_of_month(instant: datetime) -> datetime:
    """Tell the last millisecond of a month."""
    last_day = monthrange(instant.year, instant.month)[1]
    return instant.replace(day=last_day, hour=23, minute=59, second=59, microsecond=999_000)


def _month_after(instant: datetime) -> datetime:
    return datetime(instant.year + instant.month // 12, instant.month % 12 + 1, 1, tzinfo=UTC)
