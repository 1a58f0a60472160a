"""How much of everything IAM allows: the limits of a world, by AWS's names for them.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from artifact_state.errors import IdentityQuota, QuotaExceeded
from artifact_state.world import Transaction


def require_quota(tx: Transaction, quota: IdentityQuota, wanted: int, owner: str = "") -> None:
    """Let only so many, or so much, pass as a world allows.

    Raises QuotaExceeded.
    """
    limit = tx.quotas.iam[quota.value]
    if wanted > limit:
        raise QuotaExceeded(quota, limit, owner)
