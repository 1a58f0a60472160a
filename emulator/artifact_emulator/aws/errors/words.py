"""How a refusal is worded: rows, and what several services say alike."""

from collections.abc import Callable, Mapping
from typing import Any

from artifact_state.errors import Refused, TagFault
from artifact_state.model import Caller

Row = tuple[str, str] | tuple[str, str, Mapping[str, Any]]
"""The shape of an error, its message, and further members."""
Rows = Mapping[type[Refused], Callable[[Any, Caller], Row]]
# Seen in AWS's own output, but for the first.
TAG_FAULTS = {
    TagFault.RESERVED: "Tag keys that begin with aws: are reserved for internal use by AWS.",
    TagFault.TWICE: "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    TagFault.TWICE_EXACTLY: "Duplicate tag keys found.",
    TagFault.NOT_PASSED: "The specified transitive tag key must be included in the requested tags.",
    TagFault.INHERITED: "One of the specified transitive tag keys can't be set because it conflicts with a transitive "
    "tag key from the calling session.",
}


def says(shape: str, message: str) -> Callable[[Any, Caller], Row]:
    """Make a row that says the same of every refusal."""
    return lambda refusal, caller: (shape, message)
