"""How a refusal is worded: rows, and what several services say alike."""

from collections.abc import Callable, Mapping
from typing import Any

from artifact_state.errors import Refused, TagRule
from artifact_state.model import Caller

Row = tuple[str, str] | tuple[str, str, Mapping[str, Any]]
"""The shape of an error, its message, and further members."""
Rows = Mapping[type[Refused], Callable[[Any, Caller], Row]]
# Seen in AWS's own output, but for the first.
TAG_RULE_MESSAGES = {
    TagRule.RESERVED: "Tag keys that begin with aws: are reserved for internal use by AWS.",
    TagRule.DUPLICATE: "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    TagRule.EXACT_DUPLICATE: "Duplicate tag keys found.",
    TagRule.NOT_PASSED: "The specified transitive tag key must be included in the requested tags.",
    TagRule.INHERITED: "One of the specified transitive tag keys can't be set because it conflicts with a transitive "
    "tag key from the calling session.",
}


def says(shape: str, message: str) -> Callable[[Any, Caller], Row]:
    """Make a row that says the same of every refusal."""
    return lambda refusal, caller: (shape, message)
