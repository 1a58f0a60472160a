"""The base class of generated requests: strict types, unknown members are ignored, `None` is an absent member.

pydantic's engine checks the values. pydantic's models are not used, because building those of one service takes as
long as the rest of the start (docs/decisions.md); the annotations of a shape say the same.
"""

import re
from base64 import b64decode
from binascii import Error as InvalidBase64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, Union, get_args, get_origin

if TYPE_CHECKING:
    from pydantic_core import SchemaValidator

_Schema = dict[str, Any]
_SCALARS = {str: "str", int: "int", float: "float", bool: "bool", bytes: "bytes", datetime: "datetime"}


class Member:
    """A member of a shape: its name on the wire, and whether it is required or sensitive."""

    __slots__ = ("alias", "required", "sensitive")

    def __init__(self, alias: str, *, required: bool, sensitive: bool) -> None:
        self.alias = alias
        self.required = required
        self.sensitive = sensitive


def required(alias: str, *, sensitive: bool = False) -> Any:
    """Declare a required member."""
    return Member(alias, required=True, sensitive=sensitive)


def optional(alias: str, *, sensitive: bool = False) -> Any:
    """Declare a member that is `None` if a request does not have it."""
    return Member(alias, required=False, sensitive=sensitive)


class Rule:
    """Constraints of a value in the terms of pydantic's engine."""

    __slots__ = ("limits",)

    def __init__(self, **limits: str | float) -> None:
        self.limits = limits


class Shape:
    """A structure of an AWS request, which is checked once.

    The attributes have Python names and AWS's names as aliases. The validator is built on first use.
    """

    _is_union = False

    @classmethod
    def model_validate(cls, value: object) -> Self:
        """Check the members of a parsed request and return the shape.

        Raises pydantic_core.ValidationError.
        """
        if value == {} and (empty := cls._empty()) is not None:
            return empty  # Without the engine, which takes 25 ms to import.
        validator = _VALIDATORS.get(cls) or _VALIDATORS.setdefault(cls, _validator(cls.schema()))
        shape: Self = validator.validate_python(value)
        return shape

    @classmethod
    @cache
    def _empty(cls) -> Self | None:
        """Return the shape without members, or None if it must have some."""
        if cls._is_union or any(member.required for member in cls.members().values()):
            return None
        shape = cls()
        vars(shape).update(dict.fromkeys(cls.members()))
        return shape

    @classmethod
    def members(cls) -> Mapping[str, Member]:
        """Return the members by their Python names."""
        return {name: getattr(cls, name) for name in cls.__annotations__}

    @classmethod
    def schema(cls) -> _Schema:
        """Return the schema for pydantic's engine."""
        fields = [_field(name, member, cls.__annotations__[name]) for name, member in cls.members().items()]
        arguments = {"type": "dataclass-args", "dataclass_name": cls.__name__, "fields": fields}
        return {"type": "dataclass", "cls": cls, "fields": list(cls.__annotations__), "schema": arguments}

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and vars(other) == vars(self)

    def __hash__(self) -> int:
        return hash(repr(self))

    def __repr__(self) -> str:
        members = ((name, getattr(self, name)) for name, member in self.members().items() if not member.sensitive)
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in members)})"

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")


class UnionShape(Shape):
    """A structure with exactly one of its members."""

    _is_union = True

    @classmethod
    def schema(cls) -> _Schema:
        """Return the schema for pydantic's engine, which requires exactly one member."""
        return _after(_has_one_member, super().schema())


class Matching:
    """A check by Python's engine, for look-around patterns, which pydantic's engine does not support."""

    __slots__ = ("_compiled", "pattern")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._compiled = re.compile(pattern)

    def matches(self, value: str) -> bool:
        """Return whether the whole string matches the pattern."""
        return self._compiled.fullmatch(value) is not None

    def __call__(self, value: str) -> str:
        """Return a string that matches the pattern.

        Raises PydanticKnownError.
        """
        if not self.matches(value):
            from pydantic_core import PydanticKnownError

            raise PydanticKnownError("string_pattern_mismatch", {"pattern": self.pattern})
        return value


_VALIDATORS: "dict[type[Shape], SchemaValidator]" = {}


def _validator(schema: Any) -> "SchemaValidator":
    from pydantic_core import SchemaValidator

    return SchemaValidator(schema)


def _field(name: str, member: Member, annotation: Any) -> _Schema:
    schema = _checks(annotation)
    if not member.required:
        schema = {"type": "default", "schema": schema, "default": None}
    return {
        "type": "dataclass-field",
        "name": name,
        "kw_only": True,
        "validation_alias": member.alias,
        "schema": schema,
    }


def _checks(annotation: Any) -> Any:
    """Return the schema of an annotation of a generated shape."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _constrained(parts[0], parts[1:])
    if origin is Literal:
        return {"type": "literal", "expected": list(parts)}
    if origin in (Union, UnionType):
        return {"type": "nullable", "schema": _checks(parts[0])}
    if origin in (list, dict):
        names = ("items_schema",) if origin is list else ("keys_schema", "values_schema")
        return {"type": origin.__name__, "strict": True, **dict(zip(names, map(_checks, parts), strict=True))}
    scalar = _SCALARS.get(annotation)
    return {"type": scalar, "strict": True} if scalar else annotation.schema()


def _constrained(annotation: Any, extras: tuple[Any, ...]) -> _Schema:
    schema: _Schema = _checks(annotation)
    for extra in extras:
        if isinstance(extra, Rule):
            schema |= extra.limits
        elif extra in (_instant, _bytes):
            schema = {"type": "function-before", "function": {"type": "no-info", "function": extra}, "schema": schema}
        else:
            schema = _after(extra, schema)
    return schema


def _after(check: Callable[[Any], Any], schema: _Schema) -> _Schema:
    return {"type": "function-after", "function": {"type": "no-info", "function": check}, "schema": schema}


def _has_one_member(value: Shape) -> Shape:
    if sum(member is not None for member in vars(value).values()) != 1:
        raise ValueError("not exactly one member")
    return value


def _instant(value: Any) -> Any:
    """Convert a timestamp of the JSON protocols: seconds since the epoch, or ISO 8601 text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        try:
            return datetime.fromtimestamp(value, UTC)
        except (OverflowError, ValueError, OSError):
            raise ValueError("not an instant") from None
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("not an instant") from None
    return value


def _bytes(value: Any) -> Any:
    """Convert a blob of the JSON protocols: base64 text."""
    if isinstance(value, str):
        try:
            return b64decode(value, validate=True)
        except InvalidBase64:
            raise ValueError("not base64") from None
    return value


Timestamp = Annotated[datetime, _instant]
Blob = Annotated[bytes, _bytes]
