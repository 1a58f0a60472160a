"""Tags of resources that are identified by an id: organizations' resources and AWS Artifact's inquiries.

Each resource has a tuple of tags in the order in which their keys were first set. The callers check the tags;
IAM keeps its tags in its own records.
"""

from artifact_state.model import Tag
from artifact_state.record import replace
from artifact_state.world import Transaction

TagPairs = tuple[tuple[str, str], ...]
"""Keys and values as a request lists them."""


def attach_tags(tx: Transaction, resource_id: str, pairs: TagPairs) -> None:
    """Add tags to a resource; a key that it already has keeps its place and takes the new value."""
    if not pairs:
        return
    tags = {tag.key: tag for tag in tx.state.tags.get(resource_id, ())}
    for key, value in pairs:
        tag = tags.get(key)
        tags[key] = replace(tag, value=value) if tag else Tag(key=key, value=value, serial=tx.serial())
    set_tags(tx, resource_id, tuple(tags.values()))


def set_tags(tx: Transaction, resource_id: str, tags: tuple[Tag, ...]) -> None:
    """Replace all tags of a resource."""
    if tags:
        tx.insert("tags", resource_id, tags)
    else:
        tx.remove("tags", resource_id)


def drop_tags(tx: Transaction, resource_id: str) -> None:
    """Remove all tags of a deleted resource."""
    if resource_id in tx.state.tags:
        set_tags(tx, resource_id, ())
