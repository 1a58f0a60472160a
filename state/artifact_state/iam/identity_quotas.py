"""Checks against the IAM quotas of a world, which have AWS's names.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from artifact_state.errors import IdentityQuota, QuotaExceeded
from artifact_state.world import Transaction


def require_quota(tx: Transaction, quota: IdentityQuota, amount: int, owner: str = "") -> None:
    """Refuse an amount, a number or a size, that exceeds a quota.

    Raises QuotaExceeded.
    """
    limit = tx.quotas.iam[quota.value]
    if amount > limit:
        raise QuotaExceeded(quota, limit, owner)
