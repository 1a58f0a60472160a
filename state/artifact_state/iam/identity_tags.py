"""Tags of IAM users, roles and policies: their number and their keys.

IAM compares the keys of users' and roles' tags without regard to case, but those of policies' tags exactly:
https://github.com/localstack/localstack/blob/main/tests/aws/services/iam/test_iam_policies.snapshot.json
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
"""

from collections.abc import Iterable

from artifact_state.errors import IdentityQuota, InvalidTagKeys, TagRule
from artifact_state.iam.identity_quotas import require_quota
from artifact_state.model import Map
from artifact_state.world import Transaction

_RESERVED = "aws:"
TagPairs = Iterable[tuple[str, str]]
"""Keys and values as a request lists them."""


def add_tags(tx: Transaction, tags: "Map[str, str]", added: TagPairs, quota: IdentityQuota) -> "Map[str, str]":
    """Return the tags of an existing resource with others added, at least one.

    Raises InvalidTagKeys, QuotaExceeded.
    """
    pairs = list(added)
    if not pairs:
        raise InvalidTagKeys(TagRule.EMPTY)
    return with_tags(tx, tags, pairs, quota)


def with_tags(tx: Transaction, tags: "Map[str, str]", added: TagPairs, quota: IdentityQuota) -> "Map[str, str]":
    """Return tags with others added; a tag replaces the one whose key compares as equal.

    Raises InvalidTagKeys, QuotaExceeded.
    """
    pairs = list(added)
    exactly = quota is IdentityQuota.TAGS_PER_POLICY
    keys = [_compared(key, exactly=exactly) for key, _ in pairs]
    if any(key.lower().startswith(_RESERVED) for key in keys):
        raise InvalidTagKeys(TagRule.RESERVED)
    if len(set(keys)) < len(keys):
        raise InvalidTagKeys(TagRule.EXACT_DUPLICATE if exactly else TagRule.DUPLICATE)
    tags = without_tags(tags, keys, exactly=exactly)
    for key, value in pairs:
        tags = tags.insert(key, value)
    require_quota(tx, quota, len(tags))
    return tags


def without_tags(tags: "Map[str, str]", keys: Iterable[str], *, exactly: bool = False) -> "Map[str, str]":
    """Return tags without some keys; unknown keys are ignored."""
    removed = {_compared(key, exactly=exactly) for key in keys}
    for key in [key for key in tags if _compared(key, exactly=exactly) in removed]:
        tags = tags.remove(key)
    return tags


def _compared(key: str, *, exactly: bool) -> str:
    return key if exactly else key.lower()
