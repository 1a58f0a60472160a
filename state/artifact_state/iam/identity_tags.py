"""Tags of what IAM keeps: how many there may be, and which keys.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
"""

from collections.abc import Iterable

from artifact_state.errors import IdentityQuota, InvalidTagKeys, TagRule
from artifact_state.iam.identity_quotas import require_quota
from artifact_state.model import Map
from artifact_state.world import Transaction

RESERVED = "aws:"
TagPairs = Iterable[tuple[str, str]]


def with_tags(tx: Transaction, tags: "Map[str, str]", added: TagPairs, quota: IdentityQuota) -> "Map[str, str]":
    """Give tags with others added; a key that differs from a known one in case only takes its place.

    But of policies, whose keys are told apart by their case:
    https://github.com/localstack/localstack/blob/main/tests/aws/services/iam/test_iam_policies.snapshot.json
    Raises InvalidTagKeys, QuotaExceeded.
    """
    pairs = list(added)
    exactly = quota is IdentityQuota.TAGS_PER_POLICY
    keys = [_told_apart(key, exactly=exactly) for key, _ in pairs]
    if any(key.lower().startswith(RESERVED) for key in keys):
        raise InvalidTagKeys(TagRule.RESERVED)
    if len(set(keys)) < len(keys):
        raise InvalidTagKeys(TagRule.EXACT_DUPLICATE if exactly else TagRule.DUPLICATE)
    for key in [key for key in tags if _told_apart(key, exactly=exactly) in keys]:
        tags = tags.remove(key)
    for key, value in pairs:
        tags = tags.insert(key, value)
    require_quota(tx, quota, len(tags))
    return tags


def without_tags(tags: "Map[str, str]", keys: Iterable[str], *, exactly: bool = False) -> "Map[str, str]":
    """Give tags without some; a key that is not there is no error."""
    gone = {_told_apart(key, exactly=exactly) for key in keys}
    for key in [key for key in tags if _told_apart(key, exactly=exactly) in gone]:
        tags = tags.remove(key)
    return tags


def _told_apart(key: str, *, exactly: bool) -> str:
    return key if exactly else key.lower()
