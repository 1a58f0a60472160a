"""Errors of pydantic as one sentence for users of the control API and of the console's forms."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import BaseModel, Tag, ValidationError

from artifact_state.closest_name import closest

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

ACCOUNT_ID = "^[0-9]{12}$"
"""The pattern of members that are account ids."""
_FORM = "form:"


def form(name: str) -> Tag:
    """Return the tag of one of the forms that a member can have; errors do not name it."""
    return Tag(_FORM + name)


def error_text(error: ValidationError) -> str:
    """Return what is wrong with an input, with the place of each error."""
    return "; ".join(_text(error.title, details) for details in error.errors())


def _text(model: str, error: "ErrorDetails") -> str:
    location = ".".join(part for part in map(str, error["loc"]) if not part.startswith(_FORM)) or "body"
    if error["type"] == "extra_forbidden":
        return f"there is no member {location}{closest(str(error['loc'][-1]), _fields(model))}"
    return f"{location}: {_reason(error)}"


def _reason(error: "ErrorDetails") -> str:
    if error["type"] == "model_type":
        return "expected a JSON object"
    if error.get("ctx", {}).get("pattern") == ACCOUNT_ID:
        return f"{error['input']!r} is not an account id, which has 12 digits"
    return error["msg"].removeprefix("Value error, ")


def _fields(model: str) -> "dict[str, FieldInfo]":
    """Return the fields of a model, by whose name pydantic reports its errors."""
    return next((known.model_fields for known in _models(BaseModel) if known.__name__ == model), {})


def _models(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for model in base.__subclasses__():
        yield model
        yield from _models(model)
