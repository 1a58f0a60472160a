"""The rows of the error tables, and the messages that several services share."""

from collections.abc import Callable, Mapping
from typing import Any

from artifact_state.errors import Refused, TagRule
from artifact_state.model import Caller

Row = tuple[str, str] | tuple[str, str, Mapping[str, Any]]
"""The shape of an error, its message and its further members."""
Rows = Mapping[type[Refused], Callable[[Any, Caller], Row]]
# Observed on AWS, the first two for IAM.
TAG_RULE_MESSAGES = {
    TagRule.EMPTY: "Error occurred while validating input. ",
    TagRule.RESERVED: "Tag keys beginning with aws: are reserved for system use.",
    TagRule.DUPLICATE: "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    TagRule.EXACT_DUPLICATE: "Duplicate tag keys found.",
    TagRule.NOT_PASSED: "The specified transitive tag key must be included in the requested tags.",
    TagRule.INHERITED: "One of the specified transitive tag keys can't be set because it conflicts with a transitive "
    "tag key from the calling session.",
}


def fixed_row(shape: str, message: str) -> Callable[[Any, Caller], Row]:
    """Return a row whose message does not depend on the refusal."""
    return lambda refusal, caller: (shape, message)
