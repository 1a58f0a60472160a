"""The rows in which a state is stored: a text for each value, below its path.

A path is a JSON array, such as `["organizations","o-1","members",7]`. The entries of maps, also of those within a
record, have rows of their own, so that a change of one entry is one row, however large the map is. A row without a text
means that the value was removed. Which rows a type has follows from its annotations: new fields need no code here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import groupby
from json.encoder import encode_basestring_ascii
from operator import attrgetter, is_
from typing import Any, Protocol, get_args, get_origin

from msgspec import DecodeError
from msgspec.json import Decoder, Encoder
from pydantic import ValidationError

from artifact_state.model import Map, State
from artifact_state.name_index import key_of
from artifact_state.ordered_map import OrderedMap
from artifact_state.record import Record, fields, replace
from artifact_state.record_format import MapOf, annotations_of, reader_of

Row = tuple[str, str | None]
"""A path, and a text or None."""
_BY_NAME = frozenset(("roles", "users", "groups", "customer_policies", "mfa_devices", "instance_profiles"))
"""The tables whose values are tuples in the order of names, as `name_index` keeps them."""
_ABSENT: Any = object()
_TEXT = None
"""The key of a value's own text in the tree of rows, which no part of a path is."""
_Tree = dict[Any, Any]


class InvalidRows(ValueError):
    """The rows describe no state."""


def changed_rows(before: State, after: State, touched: Iterable[tuple[str, str]]) -> list[Row]:
    """Return the rows that differ; `touched` has the table and key of each value of a table that may differ."""
    rows: list[Row] = []
    layout = _layout()
    for name, value_of, form in layout.others:
        if value_of(before) is not value_of(after):
            form.compare(rows, f'["{name}"', value_of(before), value_of(after))
    for table, key in dict.fromkeys(touched):
        value_of, form = layout.tables[table]
        old, new = value_of(before).get(key, _ABSENT), value_of(after).get(key, _ABSENT)
        if old is not new:
            form.compare(rows, f'["{table}",{encode_basestring_ascii(key)}', old, new)
    return rows


def all_rows(state: State) -> Iterator[Row]:
    """Iterate over the rows of a state."""
    empty, layout = State(), _layout()
    for name, value_of, form in layout.others:
        rows: list[Row] = []
        form.compare(rows, f'["{name}"', value_of(empty), value_of(state))
        yield from rows
    for table, (value_of, form) in layout.tables.items():
        for key, value in value_of(state).items():
            rows = []
            form.compare(rows, f'["{table}",{encode_basestring_ascii(key)}', _ABSENT, value)
            yield from rows


def with_rows(state: State, rows: Iterable[Row]) -> State:
    """Return a state with the values that rows describe, which are in the order of their paths.

    Raises InvalidRows.
    """
    layout = _layout()
    others = {name: form for name, _, form in layout.others}
    entries: dict[str, dict[str, Any]] = {}
    trees: dict[str, _Tree] = {}
    for (name, key), group in groupby(map(_parsed, rows), key=_place):
        try:
            if name in layout.tables:
                value_of, form = layout.tables[name]
                value = form.build(_tree(group, 2), value_of(state).get(key, _ABSENT))
                entries.setdefault(name, {})[key] = value
            elif name in others:
                _tree(group, 1, trees.setdefault(name, {}))
            else:
                raise InvalidRows(f"{name} is not part of a state")
        except (ValidationError, DecodeError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise InvalidRows(f"{name} of {key} is damaged: {' '.join(str(error).split())[:200]}") from None
    changes = {name: _map_with(getattr(state, name), of_table) for name, of_table in entries.items()}
    changes |= {name: others[name].build(tree, getattr(state, name)) for name, tree in trees.items()}
    return replace(state, **changes)


def _parsed(row: Row) -> tuple[list[Any], str | None]:
    path, text = row
    try:
        return _PATH.decode(path), text
    except DecodeError:
        raise InvalidRows(f"{path[:100]} is not a path") from None


def _place(row: tuple[list[Any], str | None]) -> tuple[str, Any]:
    parts = row[0]
    return parts[0], parts[1] if len(parts) > 1 else None


def _tree(rows: Iterable[tuple[list[Any], str | None]], start: int, tree: _Tree | None = None) -> _Tree:
    """Return the rows as a tree of the parts of their paths from an index on."""
    tree = {} if tree is None else tree
    for parts, text in rows:
        node = tree
        for part in parts[start:]:
            node = node.setdefault(part, {})
        node[_TEXT] = text
    return tree


_PATH = Decoder(list[str | int])


class _Form(Protocol):
    """How the values of a type become rows, and back."""

    def compare(self, rows: list[Row], path: str, old: Any, new: Any) -> None:
        """Add the rows in which two values differ; each may be absent. A path lacks its closing bracket."""

    def build(self, tree: _Tree, base: Any) -> Any:
        """Return a value with changed rows, or _ABSENT."""


class _Leaf:
    """A value in one row."""

    def __init__(self, hint: Any) -> None:
        self._read = _reader(hint)

    def compare(self, rows: list[Row], path: str, _old: Any, new: Any) -> None:
        rows.append((f"{path}]", None if new is _ABSENT else text_of(new)))

    def build(self, tree: _Tree, _base: Any) -> Any:
        text = tree[_TEXT]
        return _ABSENT if text is None else self._read(text)


class _Record:
    """A record: a row for its plain fields, and the rows of its maps."""

    def __init__(self, record: Any) -> None:
        hints, defaults = annotations_of(record), fields(record)
        maps = [name for name in defaults if _has_entries(hints[name])]
        plain = [name for name in defaults if name not in maps]
        self._read = reader_of(record).validate_json
        self._plain = [(name, defaults[name]) for name in plain]
        self._maps = [(f',"{name}"', _form(hints[name])) for name in maps]
        self._map_names = maps
        self._map_defaults = tuple(defaults[name] for name in maps)
        # With another attribute, because of a single one attrgetter returns no tuple.
        self._plain_values = attrgetter(*plain, "__class__")
        self._map_values = attrgetter(*maps, "__class__")

    def compare(self, rows: list[Row], path: str, old: Any, new: Any) -> None:
        befores = self._map_defaults if old is _ABSENT else self._map_values(old)
        if new is _ABSENT:
            rows.append((f"{path}]", None))
            below: list[Row] = []
            self._compare_maps(below, path, befores, self._map_defaults)
            rows.extend((place, None) for place, _ in below)
            return
        plain = self._plain_values(new)
        if old is _ABSENT or plain != self._plain_values(old):
            values = zip(self._plain, plain, strict=False)
            text = text_of({name: value for (name, default), value in values if value is not default})
            rows.append((f"{path}]", text))
        self._compare_maps(rows, path, befores, self._map_values(new))

    def _compare_maps(self, rows: list[Row], path: str, befores: Iterable[Any], afters: Iterable[Any]) -> None:
        for (name, form), before, after in zip(self._maps, befores, afters, strict=False):
            if before is not after:
                form.compare(rows, path + name, before, after)

    def build(self, tree: _Tree, base: Any) -> Any:
        text = tree.pop(_TEXT, _ABSENT)
        if text is None:
            return _ABSENT
        record = base if text is _ABSENT else self._read(text)
        values = self._map_defaults if base is _ABSENT else self._map_values(base)
        changes = {}
        for name, (_, form), default, value in zip(
            self._map_names, self._maps, self._map_defaults, values, strict=False
        ):
            if name in tree:
                built = form.build(tree[name], value)
                changes[name] = default if built is _ABSENT else built
            elif text is not _ABSENT:
                changes[name] = value
        return replace(record, **changes)


class _Entries:
    """A map: the rows of its entries. One that is itself an entry has a row, since it may be empty."""

    def __init__(self, kind: type, of: "_Form", *, is_entry: bool) -> None:
        self._of = of
        self._kind = kind
        self._is_entry = is_entry

    def compare(self, rows: list[Row], path: str, old: Any, new: Any) -> None:
        if self._is_entry and (old is _ABSENT) != (new is _ABSENT):
            rows.append((f"{path}]", None if new is _ABSENT else "{}"))
        compare = self._of.compare
        for key, before, after in _CHANGES[self._kind](old, new):
            part = encode_basestring_ascii(key) if type(key) is str else key
            compare(rows, f"{path},{part}", before, after)

    def build(self, tree: _Tree, base: Any) -> Any:
        if tree.pop(_TEXT, "{}") is None:
            return _ABSENT
        of = self._of
        if isinstance(of, _Leaf):
            entries = {key: of.build(node, _ABSENT) for key, node in tree.items()}
        else:
            before = {} if base is _ABSENT else _entries_of(base)
            entries = {key: of.build(node, before.get(key, _ABSENT)) for key, node in tree.items()}
        return _WITH_ENTRIES[self._kind]((), entries) if base is _ABSENT else _WITH_ENTRIES[self._kind](base, entries)


def _reader(hint: Any) -> Callable[[str], Any]:
    """Return the function that reads a value from its text: msgspec's if it knows the type, for it is faster."""
    with suppress(NameError, TypeError):
        return Decoder(hint).decode
    return reader_of(hint).validate_json


def text_of(value: Any) -> str:
    """Return a value as JSON, in a form that `record_format` reads."""
    return _ENCODER.encode(value).decode()


def _container(value: Any) -> Any:
    if isinstance(value, OrderedMap):
        return list(value.after(-1))
    return dict(value.items())


_ENCODER = Encoder(enc_hook=_container)


def _map_changes(old: Any, new: Any) -> Iterator[tuple[Any, Any, Any]]:
    before = {} if old is _ABSENT else old
    after = {} if new is _ABSENT else new
    for key, value in after.items():
        entry = before.get(key, _ABSENT)
        if entry is not value:
            yield key, entry, value
    for key, value in before.items():
        if key not in after:
            yield key, value, _ABSENT


def _ordered_changes(old: Any, new: Any) -> Iterator[tuple[Any, Any, Any]]:
    before: OrderedMap[Any] = OrderedMap() if old is _ABSENT else old
    after: OrderedMap[Any] = OrderedMap() if new is _ABSENT else new
    return before.changes(after, _ABSENT)


def _tuple_changes(old: Any, new: Any) -> Iterator[tuple[Any, Any, Any]]:
    before = () if old is _ABSENT else old
    after = () if new is _ABSENT else new
    start = _common(before, after)
    before, after = before[start:], after[start:]
    end = _common(before[::-1], after[::-1])
    return _map_changes(_by_name(before[: len(before) - end]), _by_name(after[: len(after) - end]))


def _common(one: Sequence[Any], other: Sequence[Any]) -> int:
    """Return the number of records that two tuples have in common at their beginning."""
    same = bytes(map(is_, one, other))
    first = same.find(0)
    return len(same) if first < 0 else first


def _by_name(records: Iterable[Any]) -> dict[str, Any]:
    return {key_of(record.name): record for record in records}


def _entries_of(base: Any) -> Mapping[Any, Any]:
    """Return the entries of a map or a tuple."""
    if isinstance(base, tuple):
        return _by_name(base)
    return dict(base.after(-1)) if isinstance(base, OrderedMap) else dict(base.items())


def _map_with(base: Any, entries: Mapping[str, Any]) -> Any:
    if not base:
        return Map({key: value for key, value in entries.items() if value is not _ABSENT})
    for key, value in entries.items():
        base = base.discard(key) if value is _ABSENT else base.insert(key, value)
    return base


def _ordered_with(base: Any, entries: Mapping[int, Any]) -> Any:
    if not base:
        return OrderedMap.of_items({key: value for key, value in entries.items() if value is not _ABSENT})
    ordered: OrderedMap[Any] = base
    for key, value in entries.items():
        ordered = ordered.delete(key) if value is _ABSENT else ordered.set(key, value)
    return ordered


def _tuple_with(base: Any, entries: dict[str, Any]) -> Any:
    records = _by_name(base) | entries
    return tuple(records[name] for name in sorted(records) if records[name] is not _ABSENT)


_CHANGES: dict[type, Callable[[Any, Any], Iterator[tuple[Any, Any, Any]]]] = {
    Map: _map_changes,
    OrderedMap: _ordered_changes,
    tuple: _tuple_changes,
}
_WITH_ENTRIES: dict[type, Callable[[Any, Any], Any]] = {
    Map: _map_with,
    OrderedMap: _ordered_with,
    tuple: _tuple_with,
}


class _Layout:
    """The forms of the fields of a state."""

    def __init__(self) -> None:
        hints = annotations_of(State)
        self.tables: dict[str, tuple[Callable[[State], Any], _Form]] = {}
        self.others: list[tuple[str, Callable[[State], Any], _Form]] = []
        for name, hint in hints.items():
            if not _is_map(hint):
                self.others.append((name, attrgetter(name), _form(hint)))
                continue
            value = get_args(hint)[1]
            form = (
                _Entries(tuple, _form(get_args(value)[0]), is_entry=True)
                if name in _BY_NAME
                else _form(value, is_entry=True)
            )
            self.tables[name] = attrgetter(name), form


@cache
def _layout() -> _Layout:
    return _Layout()


def _form(hint: Any, *, is_entry: bool = False) -> _Form:
    if _is_map(hint):
        return _Entries(Map, _form(get_args(hint)[1], is_entry=True), is_entry=is_entry)
    if get_origin(hint) is OrderedMap:
        return _Entries(OrderedMap, _form(get_args(hint)[0], is_entry=True), is_entry=is_entry)
    return _record_form(hint) if _has_entries(hint) else _Leaf(hint)


@cache
def _record_form(record: Any) -> _Record:
    return _Record(record)


def _is_map(hint: Any) -> bool:
    return get_origin(hint) is MapOf


def _has_entries(hint: Any) -> bool:
    """Return whether a type is a map, or a record with maps in its fields."""
    if _is_map(hint) or get_origin(hint) is OrderedMap:
        return True
    return isinstance(hint, type) and issubclass(hint, Record) and any(map(_has_entries, annotations_of(hint).values()))
