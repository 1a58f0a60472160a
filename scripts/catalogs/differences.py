"""What differs between two versions of a data file, by entry."""

from collections.abc import Iterator
from typing import Any

from catalogs.data_files import HEAD, Json

KEYS = ("name", "principal", "type", "service", "policy", "operations", "id")
"""Members that identify an entry, the first that it has."""
SHOWN = 12


def describe(old: Json, new: Json) -> Iterator[str]:
    """Yield a line for each member of the head that differs, and lines for the entries of each list."""
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        if name in HEAD:
            yield f"  {name}: {_brief(before)} -> {_brief(after)}"
        else:
            yield from _entries(name, _by_key(before), _by_key(after))


def _entries(name: str, before: Json, after: Json) -> Iterator[str]:
    added, removed = sorted(after.keys() - before.keys()), sorted(before.keys() - after.keys())
    changed = sorted(key for key in before.keys() & after.keys() if before[key] != after[key])
    if not (added or removed or changed):
        yield f"  {name}: in another order"
        return
    yield f"  {name}: {len(added)} added, {len(removed)} removed, {len(changed)} changed"
    for sign, keys in (("+", added), ("-", removed), ("~", changed)):
        yield from (f"    {sign} {key}" for key in keys[:SHOWN])
        if len(keys) > SHOWN:
            yield f"    {sign} and {len(keys) - SHOWN} more"


def _by_key(value: Any) -> Json:
    """Return the entries of a member by what identifies them."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, list):
        return {} if value is None else {str(value): value}
    return {_key(entry): entry for entry in value}


def _key(entry: Any) -> str:
    if not isinstance(entry, dict):
        return str(entry)
    key = next((entry[name] for name in KEYS if name in entry), entry)
    return " ".join(key) if isinstance(key, list) else str(key)


def _brief(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
