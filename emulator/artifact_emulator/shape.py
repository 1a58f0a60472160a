"""The base of every generated request: strict types, unknown members ignored, `None` means absent."""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator
from pydantic_core import PydanticKnownError


class Shape(BaseModel):
    """A structure of an AWS request, checked once, when it is parsed.

    Members are named as Python names; their aliases are AWS's. A model is built on its first use:
    building all of them at import would cost more than the rest of the start.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", defer_build=True)


class UnionShape(Shape):
    """A structure of which a request has exactly one member."""

    @model_validator(mode="after")
    def _has_one_member(self) -> Self:
        if sum(value is not None for value in self.__dict__.values()) != 1:
            raise ValueError("not exactly one member")
        return self


def matching(pattern: str) -> Callable[[str], str]:
    """Check a string with Python's engine: for the patterns that look around, which pydantic's refuses."""
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if compiled.fullmatch(value) is None:
            raise PydanticKnownError("string_pattern_mismatch", {"pattern": pattern})
        return value

    return check


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


Timestamp = Annotated[datetime, BeforeValidator(_instant)]
Blob = Annotated[bytes, BeforeValidator(_bytes)]
