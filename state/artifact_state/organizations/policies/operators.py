"""The operators of management policies, which set values and control what children may set; their case is ignored.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/policy-operators.html
"""

import json

ASSIGN, APPEND, REMOVE = "@@assign", "@@append", "@@remove"
VALUE_OPERATORS = (ASSIGN, APPEND, REMOVE)
"""The operators that set values, in the order in which they apply to the policies of one target."""
CHILD_OPERATORS = "@@operators_allowed_for_child_policies"
ALL, NONE = "@@all", "@@none"
OPERATOR_PREFIX = "@@"

Scalar = str | int | float | bool


def text_of(value: Scalar) -> str:
    """Return a value as the string that AWS returns for it: `true` for true, `12` for 12."""
    return value if isinstance(value, str) else json.dumps(value)
