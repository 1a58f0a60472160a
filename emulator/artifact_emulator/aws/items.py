"""Items of replies: structures, each about one record, whose text is written once and joined by the protocols.

The state is a value: an item is the same as long as its record and the facts derived for it are. A page of a list thus
costs about as much as copying its bytes.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")
_MAX_ITEMS = 1_000
"""The items that are kept of each function; no page of AWS is longer."""
_kept: list[dict[int, tuple[object, tuple[object, ...], "Item"]]] = []
"""The items of each function: the record, the facts and the item, by the identity of the record."""


class Item(dict[str, Any]):
    """A structure that does not change, with its text in each format in which it was written."""

    __slots__ = ("fragments",)

    def __init__(self, members: dict[str, Any]) -> None:
        super().__init__(members)
        self.fragments: dict[str, str] = {}

    def __setitem__(self, name: str, value: object) -> None:
        raise TypeError("An item does not change; change a copy of it.")

    def __delitem__(self, name: str) -> None:
        raise TypeError("An item does not change; change a copy of it.")


def kept_item(build: Callable[P, R]) -> Callable[P, R]:
    """Keep the items that a function builds of records.

    An item is found again for the identical record, the function's first argument, and equal facts, its others. The
    function may read nothing else: it is given neither the state nor the call.
    """
    items: dict[int, tuple[object, tuple[object, ...], Item]] = {}
    _kept.append(items)

    @wraps(build)
    def find_or_build(record: object, *facts: object) -> Item:
        entry = items.get(id(record))
        # The entry holds the record, so that no other one can have its identity.
        if entry is not None and entry[0] is record and entry[1] == facts:
            return entry[2]
        item = Item(cast("Any", build)(record, *facts))
        if len(items) >= _MAX_ITEMS:
            items.clear()
        items[id(record)] = record, facts, item
        return item

    return cast("Callable[P, R]", find_or_build)
