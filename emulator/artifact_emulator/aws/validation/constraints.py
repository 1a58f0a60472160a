"""Every constraint of a value that a shape refuses: its engine names the first that is broken, AWS names them all."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

from pydantic_core import SchemaError, SchemaValidator, ValidationError

from artifact_emulator.aws.shape import Matching

Limit = Literal["max_length", "min_length", "max_value", "min_value", "pattern", "enum"]
Place = Literal["items", "keys", "values"]
Path = tuple[str | int, ...]
KEYS = "[key]"
"""By which the engine marks that a key of a map is meant, not its value."""
_LIMITS: dict[str, Limit] = {
    "max_length": "max_length",
    "min_length": "min_length",
    "le": "max_value",
    "ge": "min_value",
    "pattern": "pattern",
    "expected": "enum",
}
"""The names of limits in the engine's terms, in the order in which AWS tells them."""


class Constraint(NamedTuple):
    """One of them: a string's length, say, and how many characters are allowed."""

    limit: Limit
    value: Any


def constraints_at(schema: Any, path: Path) -> list[Constraint]:
    """Tell the constraints of the value at a path, in AWS's order; none of a structure, a list or a map."""
    schema = _at(schema, path)
    inner = _plain(schema)
    if inner["type"] in ("dataclass", "list", "dict"):
        return []
    found = [Constraint(limit, inner[name]) for name, limit in _LIMITS.items() if name in inner]
    return found + [Constraint("pattern", one.pattern) for one in _checks(schema) if isinstance(one, Matching)]


def place_at(schema: Any, path: Path) -> tuple[Path, Place] | None:
    """Tell which list or map has what is at a path, and as what of it; None of a member of a structure."""
    if path[-1] == KEYS:
        return path[:-2], "keys"
    if isinstance(path[-1], int):
        return path[:-1], "items"
    return (path[:-1], "values") if _plain(_at(schema, path[:-1]))["type"] == "dict" else None


def broken(constraints: Sequence[Constraint], value: Any) -> Iterator[Constraint]:
    """Go through those that a string breaks: lengths first."""
    for one in constraints:
        if one.limit == "pattern" and not _matches(one.value, value):
            yield one
        if (one.limit == "min_length" and len(value) < one.value) or (
            one.limit == "max_length" and len(value) > one.value
        ):
            yield one


def _matches(pattern: str, value: str) -> bool:
    try:
        SchemaValidator({"type": "str", "pattern": pattern}).validate_python(value)
    except SchemaError:
        return Matching(pattern).matches(value)
    except ValidationError:
        return False
    return True


def _at(schema: Any, path: Path) -> Any:
    """Follow a path; what comes after the key of a map is its value, unless the key itself is meant."""
    for at, step in enumerate(path):
        schema = _plain(schema)
        if schema["type"] == "dataclass":
            schema = next(one["schema"] for one in schema["schema"]["fields"] if one["validation_alias"] == step)
        elif schema["type"] == "list":
            schema = schema["items_schema"]
        elif path[at + 1 :] == (KEYS,):
            return schema["keys_schema"]
        else:
            schema = schema["values_schema"]
    return schema


def _plain(schema: Any) -> Any:
    """Give a schema without what is done before or after it."""
    while schema["type"] in ("default", "nullable", "function-after", "function-before"):
        schema = schema["schema"]
    return schema


def _checks(schema: Any) -> Iterator[Any]:
    """Go through the functions by which a value is checked."""
    while schema["type"] in ("default", "nullable", "function-after", "function-before"):
        if "function" in schema:
            yield schema["function"]["function"]
        schema = schema["schema"]
