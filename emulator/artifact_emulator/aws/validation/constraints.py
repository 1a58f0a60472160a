"""The constraints of a value in a shape: the engine names only the first broken one, AWS's messages name all."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

from pydantic_core import SchemaError, SchemaValidator, ValidationError

from artifact_emulator.aws.shape import Matching

Limit = Literal["max_length", "min_length", "max_value", "min_value", "pattern", "enum"]
ContainerPart = Literal["items", "keys", "values"]
Path = tuple[str | int, ...]
_KEY_MARK = "[key]"
"""What the engine appends to the path of a map's key, as opposed to its value."""
_LIMITS: dict[str, Limit] = {
    "max_length": "max_length",
    "min_length": "min_length",
    "le": "max_value",
    "ge": "min_value",
    "pattern": "pattern",
    "expected": "enum",
}
"""The limits by their names in the engine's schemas, in the order of AWS's messages."""
_WRAPPERS = ("default", "nullable", "function-after", "function-before")


class Constraint(NamedTuple):
    """A constraint, such as the maximum length of a string, and its value."""

    limit: Limit
    value: Any


def constraints_at(schema: Any, path: Path) -> list[Constraint]:
    """Return the constraints of the value at a path in AWS's order; none for a structure, a list or a map."""
    schema = _schema_at(schema, path)
    inner = _unwrap(schema)
    if inner["type"] in ("dataclass", "list", "dict"):
        return []
    constraints = [Constraint(limit, inner[name]) for name, limit in _LIMITS.items() if name in inner]
    patterns = (check for check in _checks(schema) if isinstance(check, Matching))
    return constraints + [Constraint("pattern", check.pattern) for check in patterns]


def container_at(schema: Any, path: Path) -> tuple[Path, ContainerPart] | None:
    """Return the list or map that holds the value at a path, and as which part; None for a member of a structure."""
    if path[-1] == _KEY_MARK:
        return path[:-2], "keys"
    if isinstance(path[-1], int):
        return path[:-1], "items"
    return (path[:-1], "values") if _unwrap(_schema_at(schema, path[:-1]))["type"] == "dict" else None


def broken_constraints(constraints: Sequence[Constraint], value: str) -> Iterator[Constraint]:
    """Yield the constraints that a string breaks, its length first."""
    for constraint in constraints:
        match constraint.limit:
            case "pattern":
                is_broken = not _matches(constraint.value, value)
            case "min_length":
                is_broken = len(value) < constraint.value
            case "max_length":
                is_broken = len(value) > constraint.value
            case _:
                is_broken = False
        if is_broken:
            yield constraint


def _matches(pattern: str, value: str) -> bool:
    try:
        SchemaValidator({"type": "str", "pattern": pattern}).validate_python(value)
    except SchemaError:
        return Matching(pattern).matches(value)
    except ValidationError:
        return False
    return True


def _schema_at(schema: Any, path: Path) -> Any:
    """Follow a path; the step after a map is one of its keys, and leads to the value unless the key itself is meant."""
    for index, step in enumerate(path):
        schema = _unwrap(schema)
        if schema["type"] == "dataclass":
            fields = schema["schema"]["fields"]
            schema = next(field["schema"] for field in fields if field["validation_alias"] == step)
        elif schema["type"] == "list":
            schema = schema["items_schema"]
        elif path[index + 1 :] == (_KEY_MARK,):
            return schema["keys_schema"]
        else:
            schema = schema["values_schema"]
    return schema


def _unwrap(schema: Any) -> Any:
    """Return a schema without the steps before and after it."""
    while schema["type"] in _WRAPPERS:
        schema = schema["schema"]
    return schema


def _checks(schema: Any) -> Iterator[Any]:
    """Yield the functions that check a value before or after its schema."""
    while schema["type"] in _WRAPPERS:
        if "function" in schema:
            yield schema["function"]["function"]
        schema = schema["schema"]
