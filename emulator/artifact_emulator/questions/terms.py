"""In which terms a call is told: members under AWS's names, condition keys with their values."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Members = Mapping[str, Any]
"""What a call was asked with, under AWS's names."""
Keys = dict[str, tuple[str, ...]]
"""Condition keys, as AWS spells them, and their values."""
Resources = Iterator[tuple[str, str]]
"""What a call is about: each resource's type, as AWS's reference has it, and its ARN."""


def resource_tags(pairs: Iterable[tuple[str, str]]) -> Keys:
    """Give the keys of the tags on what a call is about."""
    return {f"aws:ResourceTag/{key}": (value,) for key, value in pairs}


def request_tags(members: Members) -> Keys:
    """Give the keys of the tags that a call sets or takes away."""
    tags = members.get("Tags") or members.get("tags") or ()
    if not tags and "TagKeys" not in members and "tagKeys" not in members:
        return {}
    pairs = tags.items() if isinstance(tags, Mapping) else ((one["Key"], one["Value"]) for one in tags)
    values: Keys = {f"aws:RequestTag/{key}": (value,) for key, value in pairs}
    names = [key.removeprefix("aws:RequestTag/") for key in values]
    names += members.get("TagKeys") or members.get("tagKeys") or ()
    return {**values, "aws:TagKeys": tuple(names)} if names else {}
