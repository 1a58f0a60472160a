"""The calendar of billing transfers: they start and end with a calendar month in UTC.

Sources: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/orgs_transfer_billing-send-invitation.html
https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/orgs_transfer_billing.html
"""

from calendar import monthrange
from datetime import UTC, datetime

from artifact_state.errors import InputReason, InvalidInput
from artifact_state.world import Transaction


def check_start(tx: Transaction, starts_at: datetime) -> None:
    """Refuse a start other than the beginning of one of the next two months, with time left to respond.

    Raises InvalidInput.
    """
    if starts_at.day != 1:
        raise InvalidInput(InputReason.START_DATE_NOT_BEGINNING_OF_MONTH)
    if starts_at != starts_at.replace(hour=0, minute=0, second=0, microsecond=0):
        raise InvalidInput(InputReason.START_DATE_NOT_BEGINNING_OF_DAY)
    if starts_at <= tx.now + tx.quotas.transfer_acceptance_notice:
        raise InvalidInput(InputReason.START_DATE_TOO_EARLY)
    if starts_at > _next_month(_next_month(tx.now)):
        raise InvalidInput(InputReason.START_DATE_TOO_LATE)


def check_end(tx: Transaction, ends_at: datetime) -> datetime:
    """Refuse an end other than that of this month or the next; return its last millisecond.

    Raises InvalidInput.
    """
    # Many SDKs send whole seconds: the last second of a month is accepted like its last millisecond.
    end = end_of_month(ends_at)
    if ends_at.replace(microsecond=0) != end.replace(microsecond=0):
        raise InvalidInput(InputReason.END_DATE_NOT_END_OF_MONTH)
    if end < tx.now:
        raise InvalidInput(InputReason.END_DATE_TOO_EARLY)
    if end > end_of_month(_next_month(tx.now)):
        raise InvalidInput(InputReason.END_DATE_TOO_LATE)
    return end


def end_of_month(instant: datetime) -> datetime:
    """Return the last millisecond of an instant's month."""
    last_day = monthrange(instant.year, instant.month)[1]
    return instant.replace(day=last_day, hour=23, minute=59, second=59, microsecond=999_000)


def _next_month(instant: datetime) -> datetime:
    return datetime(instant.year + instant.month // 12, instant.month % 12 + 1, 1, tzinfo=UTC)
