"""The base of every generated request: strict types, unknown members ignored, `None` means absent.

pydantic's engine checks the values; its models are left out, for building those of one service costs
as much as the rest of the start (docs/decisions.md). A shape says the same in its annotations.
"""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import UnionType
from typing import Annotated, Any, Literal, Self, Union, get_args, get_origin

from pydantic_core import PydanticKnownError, SchemaValidator

_Schema = dict[str, Any]
_SCALARS = {str: "str", int: "int", float: "float", bool: "bool", bytes: "bytes", datetime: "datetime"}


class Member:
    """How one member of a shape is called on the wire, and whether it may be absent or shown."""

    __slots__ = ("alias", "required", "sensitive")

    def __init__(self, alias: str, *, required: bool, sensitive: bool) -> None:
        self.alias = alias
        self.required = required
        self.sensitive = sensitive


def required(alias: str, *, sensitive: bool = False) -> Any:
    """Declare a member that every request has."""
    return Member(alias, required=True, sensitive=sensitive)


def optional(alias: str, *, sensitive: bool = False) -> Any:
    """Declare a member that is `None` when a request does not have it."""
    return Member(alias, required=False, sensitive=sensitive)


class Rule:
    """What is checked of a value beyond its type, in the terms of pydantic's engine."""

    __slots__ = ("limits",)

    def __init__(self, **limits: str | float) -> None:
        self.limits = limits


class Shape:
    """A structure of an AWS request, checked once, when it is parsed.

    Members are named as Python names; their aliases are AWS's. The checks are made ready on first use.
    """

    @classmethod
    def model_validate(cls, value: object) -> Self:
        """Check a parsed request.

        Raises pydantic_core.ValidationError.
        """
        validator = _VALIDATORS.get(cls) or _VALIDATORS.setdefault(cls, _validator(cls.schema()))
        checked: Self = validator.validate_python(value)
        return checked

    @classmethod
    def members(cls) -> Mapping[str, Member]:
        """Tell the members by their Python names."""
        return {name: getattr(cls, name) for name in cls.__annotations__}

    @classmethod
    def schema(cls) -> _Schema:
        """Say to pydantic's engine what is checked."""
        fields = [_field(name, member, cls.__annotations__[name]) for name, member in cls.members().items()]
        arguments = {"type": "dataclass-args", "dataclass_name": cls.__name__, "fields": fields}
        return {"type": "dataclass", "cls": cls, "fields": list(cls.__annotations__), "schema": arguments}

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and vars(other) == vars(self)

    def __hash__(self) -> int:
        return hash(repr(self))

    def __repr__(self) -> str:
        shown = (f"{name}={getattr(self, name)!r}" for name, one in self.members().items() if not one.sensitive)
        return f"{type(self).__name__}({', '.join(shown)})"

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} does not change")


class UnionShape(Shape):
    """A structure of which a request has exactly one member."""

    @classmethod
    def schema(cls) -> _Schema:
        """Say to pydantic's engine what is checked: the members, and that there is just one."""
        return _after(_has_one_member, super().schema())


class Matching:
    """Checks a string with Python's engine: for the patterns that look around, which pydantic's refuses."""

    __slots__ = ("_compiled", "pattern")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._compiled = re.compile(pattern)

    def matches(self, value: str) -> bool:
        """Tell whether a string is as the pattern has it."""
        return self._compiled.fullmatch(value) is not None

    def __call__(self, value: str) -> str:
        """Check a string.

        Raises PydanticKnownError.
        """
        if not self.matches(value):
            raise PydanticKnownError("string_pattern_mismatch", {"pattern": self.pattern})
        return value


_VALIDATORS: dict[type[Shape], SchemaValidator] = {}


def _validator(schema: Any) -> SchemaValidator:
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
    """Read an annotation, as far as generated shapes use them."""
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
    if sum(one is not None for one in vars(value).values()) != 1:
        raise ValueError("not exactly one member")
    return value


def _instant(value: Any) -> Any:
    """Read a timestamp of the JSON protocols: seconds since the epoch, or ISO 8601 text."""
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
    """Read a blob of the JSON protocols: base64 text."""
    if isinstance(value, str):
        try:
            return b64decode(value, validate=True)
        except NotBase64:
            raise ValueError("not base64") from None
    return value


Timestamp = Annotated[datetime, _instant]
Blob = Annotated[bytes, _bytes]
