"""A persistent map that is iterated in the order of its integer keys.

Listings follow the order of creation and continue after a given key, which a hash trie cannot do. This is a trie
of 32 branches over the bits of the keys: setting, deleting and seeking cost its depth, and a page costs its length.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

V = TypeVar("V")
_BITS = 5
_MASK = (1 << _BITS) - 1
_Node = dict[int, Any]


class OrderedMap(Generic[V]):
    """An immutable map from integers >= 0 to values, iterated in the order of the keys."""

    __slots__ = ("_count", "_depth", "_root")

    def __init__(self) -> None:
        self._root: _Node = {}
        self._depth = 0
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[V]:
        return (value for _, value in self.after(-1))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OrderedMap) and list(self.after(-1)) == list(other.after(-1))

    def __hash__(self) -> int:
        return hash(tuple(self.after(-1)))

    def __contains__(self, key: int) -> bool:
        return next(self.after(key - 1), (None, None))[0] == key

    def get(self, key: int) -> V | None:
        """Return the value of a key, or None."""
        next_key, value = next(self.after(key - 1), (None, None))
        return value if next_key == key else None

    def set(self, key: int, value: V) -> "OrderedMap[V]":
        """Return a map in which the key has the value."""
        root, depth = self._root, self._depth
        while key >> _BITS * (depth + 1):
            root, depth = ({0: root} if root else {}), depth + 1
        return self._of(_set(root, key, depth, value), depth, self._count + (key not in self))

    def delete(self, key: int) -> "OrderedMap[V]":
        """Return a map without the key, or the same map if it does not have the key."""
        if key not in self:
            return self
        return self._of(_delete(self._root, key, self._depth), self._depth, self._count - 1)

    def after(self, key: int) -> Iterator[tuple[int, V]]:
        """Return an iterator of the items whose keys are greater than this one, in the order of the keys."""
        start = key + 1
        if start >> _BITS * (self._depth + 1):
            return iter(())
        return _walk(self._root, self._depth, start, 0)

    @classmethod
    def of_items(cls, items: Mapping[int, V]) -> "OrderedMap[V]":
        """Return a map of many items, as setting them one by one does."""
        nodes: dict[int, _Node] = {}
        for key, value in items.items():
            nodes.setdefault(key >> _BITS, {})[key & _MASK] = value
        depth = 0
        while len(nodes) > 1 or 0 not in nodes:
            if not nodes:
                return cls()
            level: dict[int, _Node] = {}
            for prefix, node in nodes.items():
                level.setdefault(prefix >> _BITS, {})[prefix & _MASK] = node
            nodes, depth = level, depth + 1
        return cls._of(nodes[0], depth, len(items))

    def changes(self, other: "OrderedMap[V]", absent: Any) -> Iterator[tuple[int, Any, Any]]:
        """Return an iterator of the keys at which another map differs, with both values, or `absent` without one.

        Parts that the maps share are not visited, so that the cost is that of the changes.
        """
        depth = max(self._depth, other._depth)  # noqa: SLF001 - of the same class.
        return _differences(_deepened(self, depth), _deepened(other, depth), depth, 0, absent)

    @classmethod
    def _of(cls, root: _Node, depth: int, count: int) -> "OrderedMap[V]":
        ordered = cls()
        ordered._root, ordered._depth, ordered._count = root, depth, count
        return ordered


def _set(node: _Node, key: int, depth: int, value: Any) -> _Node:
    branch = key >> _BITS * depth & _MASK
    copy = dict(node)
    copy[branch] = _set(node.get(branch, {}), key, depth - 1, value) if depth else value
    return copy


def _delete(node: _Node, key: int, depth: int) -> _Node:
    branch = key >> _BITS * depth & _MASK
    copy = dict(node)
    rest = _delete(node[branch], key, depth - 1) if depth else None
    if rest:
        copy[branch] = rest
    else:
        del copy[branch]
    return copy


def _deepened(ordered: OrderedMap[Any], depth: int) -> _Node:
    root: _Node = ordered._root  # noqa: SLF001 - the rest of the class.
    for _ in range(depth - ordered._depth):  # noqa: SLF001 - as above.
        root = {0: root} if root else {}
    return root


def _differences(old: _Node, new: _Node, depth: int, prefix: int, absent: Any) -> Iterator[tuple[int, Any, Any]]:
    missing = {} if depth else absent
    for branch in old | new:
        before, after = old.get(branch, missing), new.get(branch, missing)
        if before is after:
            continue
        key = prefix << _BITS | branch
        if depth:
            yield from _differences(before, after, depth - 1, key, absent)
        else:
            yield key, before, after


def _walk(node: _Node, depth: int, start: int, prefix: int) -> Iterator[tuple[int, Any]]:
    first = start >> _BITS * depth & _MASK
    for branch in sorted(node):
        if branch < first:
            continue
        key = prefix << _BITS | branch
        if not depth:
            yield key, node[branch]
        else:
            yield from _walk(node[branch], depth - 1, start if branch == first else 0, key)
