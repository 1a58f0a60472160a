"""Turn AWS's names into Python's."""

import keyword
import re

# What a shape already means by these names.
_TAKEN = frozenset({"members", "model_validate", "schema"})
_ACRONYM_END = re.compile(r"(?<=[A-Z0-9])(?=[A-Z][a-z])|(?<=[a-z0-9])(?=[A-Z])")


def class_name(shape: str) -> str:
    """Name the class or the alias of a shape: AWS's name, with a capital."""
    return shape[0].upper() + shape[1:]


def attribute_name(member: str) -> str:
    """Name the attribute of a member: `AWSServiceName` is `aws_service_name`, `MFASerial` is `mfa_serial`."""
    name = _ACRONYM_END.sub("_", member).lower()
    if keyword.iskeyword(name) or name in _TAKEN:
        return name + "_"
    return name
