"""Errors of pydantic as one sentence for users of the control API and of the console's forms."""

from typing import TYPE_CHECKING

from pydantic import ValidationError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


def error_text(error: ValidationError) -> str:
    """Return what is wrong with an input, with the place of each error."""
    return "; ".join(map(_text, error.errors()))


def _text(error: "ErrorDetails") -> str:
    location = ".".join(map(str, error["loc"])) or "body"
    reason = "expected a JSON object" if error["type"] == "model_type" else error["msg"].removeprefix("Value error, ")
    return f"{location}: {reason}"
