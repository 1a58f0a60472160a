"""Convert AWS's names to Python's."""

import keyword
import re

# Attributes of every shape.
_RESERVED = frozenset({"members", "model_validate", "schema"})
_ACRONYM_END = re.compile(r"(?<=[A-Z0-9])(?=[A-Z][a-z])|(?<=[a-z0-9])(?=[A-Z])")


def class_name(shape: str) -> str:
    """Return the name of a shape's class or alias: AWS's name with a capital."""
    return shape[0].upper() + shape[1:]


def attribute_name(member: str) -> str:
    """Return the name of a member's attribute: `aws_service_name` for `AWSServiceName`."""
    name = _ACRONYM_END.sub("_", member).lower()
    if keyword.iskeyword(name) or name in _RESERVED:
        return name + "_"
    return name
