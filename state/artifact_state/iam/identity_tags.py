"""Tags of what IAM keeps: how many there may be, and which keys.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
"""

from collections.abc import Iterable

from artifact_state.errors import IdentityQuota, TagKeysInvalid
from artifact_state.iam.identity_quotas import require_room
from artifact_state.model import Map
from artifact_state.world import Transaction

RESERVED = "aws:"
Pairs = Iterable[tuple[str, str]]


def tagged(tx: Transaction, tags: "Map[str, str]", added: Pairs, quota: IdentityQuota) -> "Map[str, str]":
    """Give tags with others added; a key that differs from a known one in case only takes its place.

    Raises TagKeysInvalid, QuotaExceeded.
    """
    pairs = list(added)
    keys = [key.lower() for key, _ in pairs]
    if any(key.startswith(RESERVED) for key in keys):
        raise TagKeysInvalid(reserved=True)
    if len(set(keys)) < len(keys):
        raise TagKeysInvalid(reserved=False)
    for key in [key for key in tags if key.lower() in keys]:
        tags = tags.remove(key)
    for key, value in pairs:
        tags = tags.insert(key, value)
    require_room(tx, quota, len(tags))
    return tags


def untagged(tags: "Map[str, str]", keys: Iterable[str]) -> "Map[str, str]":
    """Give tags without some; a key that is not there is no error."""
    gone = {key.lower() for key in keys}
    for key in [key for key in tags if key.lower() in gone]:
        tags = tags.remove(key)
    return tags
