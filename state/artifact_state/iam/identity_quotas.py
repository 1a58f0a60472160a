"""Checks against the IAM quotas of a world, which have AWS's names.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from artifact_state.errors import IdentityQuota, QuotaExceeded
from artifact_state.world import Transaction


def require_quota(tx: Transaction, quota: IdentityQuota, wanted: int, owner: str = "") -> None:
    """Refuse a number or size that exceeds a quota.

    Raises QuotaExceeded.
    """
    limit = tx.quotas.iam[quota.value]
    if wanted > limit:
        raise QuotaExceeded(quota, limit, owner)
