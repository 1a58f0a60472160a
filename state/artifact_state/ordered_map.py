"""A persistent map that is iterated in the order of its integer keys.

Listings follow the order of creation and continue after a given key, which a hash trie cannot do. This is a trie
of 32 branches over the bits of the keys: setting, deleting and seeking cost its depth, and a page costs its length.
A node is a tuple of its branches in their order, after a number whose bits tell which of the 32 they are: a third of
the memory of a dict, and less if a node has few branches.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import compress, repeat
from operator import is_not
from typing import Any, Generic, TypeVar

V = TypeVar("V")
_BITS = 5
_MASK = (1 << _BITS) - 1
_Node = tuple[Any, ...]
_EMPTY: _Node = (0,)
_ABSENT = object()


class OrderedMap(Generic[V]):
    """An immutable map from integers >= 0 to values, iterated in the order of the keys."""

    __slots__ = ("_count", "_depth", "_root")

    def __init__(self) -> None:
        self._root = _EMPTY
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
        return self._find(key) is not _ABSENT

    def get(self, key: int) -> V | None:
        """Return the value of a key, or None."""
        value = self._find(key)
        return None if value is _ABSENT else value

    def set(self, key: int, value: V) -> "OrderedMap[V]":
        """Return a map in which the key has the value."""
        root, depth = self._root, self._depth
        while key >> _BITS * (depth + 1):
            root, depth = _above(root), depth + 1
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
        level: dict[int, Any] = dict(items)
        depth = -1
        while level and (depth < 0 or len(level) > 1 or 0 not in level):
            nodes: dict[int, dict[int, Any]] = {}
            for key, child in level.items():
                nodes.setdefault(key >> _BITS, {})[key & _MASK] = child
            level, depth = {prefix: _node_of(branches) for prefix, branches in nodes.items()}, depth + 1
        return cls._of(level[0], depth, len(items)) if level else cls()

    def changes(self, other: "OrderedMap[V]", absent: Any) -> Iterator[tuple[int, Any, Any]]:
        """Return an iterator of the keys at which another map differs, with both values, or `absent` without one.

        Parts that the maps share are not visited, so that the cost is that of the changes.
        """
        depth = max(self._depth, other._depth)  # noqa: SLF001 - of the same class.
        return _differences(_deepened(self, depth), _deepened(other, depth), depth, 0, absent)

    def _find(self, key: int) -> Any:
        depth, node = self._depth, self._root
        if key < 0 or key >> _BITS * (depth + 1):
            return _ABSENT
        while True:
            bit = 1 << (key >> _BITS * depth & _MASK)
            if not node[0] & bit:
                return _ABSENT
            node = node[(node[0] & bit - 1).bit_count() + 1]
            if not depth:
                return node
            depth -= 1

    @classmethod
    def _of(cls, root: _Node, depth: int, count: int) -> "OrderedMap[V]":
        ordered = cls()
        ordered._root, ordered._depth, ordered._count = root, depth, count
        return ordered


def free(maps: list[OrderedMap[Any]]) -> None:
    """Free maps node by node; the list, which is empty afterwards, has the last references to them."""
    nodes = [(ordered._depth, ordered._root) for ordered in maps]  # noqa: SLF001 - the rest of the class.
    maps.clear()
    while nodes:
        depth, node = nodes.pop()
        if depth:
            nodes.extend((depth - 1, child) for child in node[1:])


def _node_of(branches: Mapping[int, Any]) -> _Node:
    return (sum(1 << branch for branch in branches), *(branches[branch] for branch in sorted(branches)))


def _index(node: _Node, bit: int) -> int:
    """Return the place of a branch, which has as many before it as there are lower bits."""
    before: int = node[0] & bit - 1
    return before.bit_count() + 1


def _above(node: _Node) -> _Node:
    """Return a node whose first branch is this node."""
    return (1, node) if node[0] else _EMPTY


def _set(node: _Node, key: int, depth: int, value: Any) -> _Node:
    bit = 1 << (key >> _BITS * depth & _MASK)
    index = _index(node, bit)
    if node[0] & bit:
        child = _set(node[index], key, depth - 1, value) if depth else value
        return (*node[:index], child, *node[index + 1 :])
    child = _set(_EMPTY, key, depth - 1, value) if depth else value
    return (node[0] | bit, *node[1:index], child, *node[index:])


def _delete(node: _Node, key: int, depth: int) -> _Node:
    bit = 1 << (key >> _BITS * depth & _MASK)
    index = _index(node, bit)
    rest = _delete(node[index], key, depth - 1) if depth else _EMPTY
    if rest[0]:
        return (*node[:index], rest, *node[index + 1 :])
    return (node[0] ^ bit, *node[1:index], *node[index + 1 :])


def _deepened(ordered: OrderedMap[Any], depth: int) -> _Node:
    root: _Node = ordered._root  # noqa: SLF001 - the rest of the class.
    for _ in range(depth - ordered._depth):  # noqa: SLF001 - as above.
        root = _above(root)
    return root


def _differences(old: _Node, new: _Node, depth: int, prefix: int, absent: Any) -> Iterator[tuple[int, Any, Any]]:
    olds, news = _aligned(old, new, _EMPTY if depth else absent)
    children = zip(_branches(old[0] | new[0]), olds, news, strict=True)
    for branch, before, after in compress(children, map(is_not, olds, news)):
        key = prefix << _BITS | branch
        if depth:
            yield from _differences(before, after, depth - 1, key, absent)
        else:
            yield key, before, after


def _aligned(old: _Node, new: _Node, missing: Any) -> tuple[Sequence[Any], Sequence[Any]]:
    """Return the children of two nodes for each branch that either has."""
    added = new[0] ^ old[0]
    if not added:
        return old[1:], new[1:]
    if not added & old[0] and added & -added > old[0]:
        # The new branches are the last, as of a new record.
        return (*old[1:], *repeat(missing, added.bit_count())), new[1:]
    olds, news, branches = iter(old[1:]), iter(new[1:]), _branches(old[0] | new[0])
    return (
        [next(olds) if old[0] >> branch & 1 else missing for branch in branches],
        [next(news) if new[0] >> branch & 1 else missing for branch in branches],
    )


def _walk(node: _Node, depth: int, start: int, prefix: int) -> Iterator[tuple[int, Any]]:
    first = start >> _BITS * depth & _MASK
    before = (node[0] & (1 << first) - 1).bit_count()
    children = zip(_branches(node[0])[before:], node[before + 1 :], strict=True)
    prefix <<= _BITS
    if depth:
        for branch, child in children:
            yield from _walk(child, depth - 1, start if branch == first else 0, prefix | branch)
    else:
        for branch, value in children:
            yield prefix | branch, value


@lru_cache(maxsize=1024)
def _branches(bits: int) -> tuple[int, ...]:
    return tuple([branch for branch in range(1 << _BITS) if bits >> branch & 1])
