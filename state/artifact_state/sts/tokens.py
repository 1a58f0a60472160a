"""How large a session token is: what it packs of policies and tags, what its asker wishes, and AWS's limits.

Sources: https://aws.amazon.com/about-aws/whats-new/2026/09/aws-sts/
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from zlib import compress

LARGEST = 4096
"""Bytes of a session token."""
# Unverified: what a token takes that packs nothing.
_BARE = 356
_LONGEST_POLICIES = 2048
"""Characters that a session's own policy and the ARNs of its managed policies have in plain text."""
_WHOLE = 100
Tags = Sequence[tuple[str, str]]


def size_of(policies: Sequence[str], tags: Tags, least: int = 0) -> int:
    """Tell how many bytes a token takes that packs policies and tags, and is to have at least so many."""
    return max(_BARE + _packed(policies, tags), least)


def packed_share(policies: Sequence[str], tags: Tags) -> int:
    """Tell how much of their room policies and tags take, in percent, begun ones counting as whole.

    Unverified: how AWS packs them, and that it refuses a plain text that is too long in the same words.
    """
    return max(
        _percent(_packed(policies, tags), LARGEST - _BARE),
        _percent(sum(map(len, policies)), _LONGEST_POLICIES),
    )


def utilization(token: str) -> int:
    """Tell how much of the largest size a token has, in percent."""
    return len(token) * _WHOLE // LARGEST


def _packed(policies: Sequence[str], tags: Iterable[tuple[str, str]]) -> int:
    texts, pairs = tuple(policies), tuple(tags)
    return len(b64encode(compress(repr((texts, pairs)).encode()))) if texts or pairs else 0


def _percent(taken: int, room: int) -> int:
    return -(-taken * _WHOLE // room)
