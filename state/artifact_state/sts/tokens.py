"""Sizes of session tokens: packed policies and tags, the size that a caller asks for, and AWS's limits.

Sources: https://aws.amazon.com/about-aws/whats-new/2026/09/aws-sts/
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from base64 import b64encode
from collections.abc import Sequence
from zlib import compress

MAX_TOKEN_SIZE = 4096
"""In bytes."""
# Unverified: the size of a token without policies and tags.
_BASE_SIZE = 356
_MAX_POLICY_CHARACTERS = 2048
"""Of the inline session policy and the ARNs of the managed policies together, in plain text."""
Tags = Sequence[tuple[str, str]]


def token_size(policies: Sequence[str], tags: Tags, minimum: int = 0) -> int:
    """Return the size in bytes of a token with these policies and tags, but at least the minimum."""
    return max(_BASE_SIZE + _packed_size(policies, tags), minimum)


def packed_policy_size(policies: Sequence[str], tags: Tags) -> int:
    """Return the size of policies and tags in percent of the limit, rounded up.

    Unverified: AWS's packing, and that AWS refuses plain text over the limit with the same error.
    """
    return max(
        _percent(_packed_size(policies, tags), MAX_TOKEN_SIZE - _BASE_SIZE),
        _percent(sum(map(len, policies)), _MAX_POLICY_CHARACTERS),
    )


def utilization(token: str) -> int:
    """Return the size of a token in percent of the largest size."""
    return len(token) * 100 // MAX_TOKEN_SIZE


def _packed_size(policies: Sequence[str], tags: Tags) -> int:
    if not policies and not tags:
        return 0
    return len(b64encode(compress(repr((tuple(policies), tuple(tags))).encode())))


def _percent(size: int, limit: int) -> int:
    return -(-size * 100 // limit)
