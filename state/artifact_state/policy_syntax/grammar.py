"""The grammar of IAM policies: the elements of a document and their forms.

AWS does not document its messages for malformed documents; the messages here were reported by users.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NoReturn

from artifact_state.errors import MalformedPolicyDocument
from artifact_state.policy_syntax.conditions import ValueKind, is_operator, unreadable_kinds
from artifact_state.policy_syntax.policy import as_list, value_text

SYNTAX = "Syntax errors in policy."
OLD_VERSION, VERSION = "2008-10-17", "2012-10-17"
_TOP = {"Version", "Id", "Statement"}
_ALTERNATIVES = ({"Principal", "NotPrincipal"}, {"Action", "NotAction"}, {"Resource", "NotResource"})
_ELEMENTS = {"Sid", "Effect", "Condition"}.union(*_ALTERNATIVES)
_PRINCIPAL_KINDS = {"AWS", "Service", "Federated", "CanonicalUser"}
EFFECTS = ("Allow", "Deny")


def parse_json(text: str, message: str) -> Any:
    """Parse JSON, without constants such as NaN; `message` is the message of the error.

    Raises MalformedPolicyDocument.
    """
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, ArithmeticError, RecursionError):
        raise MalformedPolicyDocument(message) from None


def require_statements(policy: Any, *, may_be_empty: bool = False) -> list[dict[str, Any]]:
    """Return the statements of a parsed document whose elements conform to the grammar.

    Raises MalformedPolicyDocument.
    """
    if not isinstance(policy, dict) or policy.keys() - _TOP:
        raise MalformedPolicyDocument(SYNTAX)
    if policy.get("Version", OLD_VERSION) not in (OLD_VERSION, VERSION) or not isinstance(policy.get("Id", ""), str):
        raise MalformedPolicyDocument(SYNTAX)
    statements = as_list(policy.get("Statement", []))
    if not (statements or may_be_empty) or not all(map(_is_statement, statements)):
        raise MalformedPolicyDocument(SYNTAX)
    return statements


def element_values(statement: dict[str, Any], name: str) -> list[str]:
    """Return the values of an element or of its inverse, such as NotAction; none if both are missing."""
    return as_list(statement.get(name, statement.get(f"Not{name}", [])))


def has_element(statement: dict[str, Any], name: str) -> bool:
    """Return whether a statement has an element or its inverse."""
    return name in statement or f"Not{name}" in statement


def unreadable_values(statement: dict[str, Any]) -> Iterator[ValueKind]:
    """Yield the kind of each value of a condition that its operator cannot read."""
    for operator, keys in statement.get("Condition", {}).items():
        for values in keys.values():
            yield from unreadable_kinds(operator, map(value_text, as_list(values)))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _is_statement(statement: Any) -> bool:
    return (
        isinstance(statement, dict)
        and statement.keys() <= _ELEMENTS
        and not any(pair <= statement.keys() for pair in _ALTERNATIVES)
        and isinstance(statement.get("Sid", ""), str)
        and str(statement.get("Effect")).capitalize() in EFFECTS
        and all(_are_strings(element_values(statement, name)) for name in ("Action", "Resource"))
        and (not has_element(statement, "Principal") or _is_principal(statement))
        and _is_condition(statement.get("Condition", {}))
    )


def _are_strings(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _is_principal(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal", statement.get("NotPrincipal"))
    if not isinstance(principal, dict):
        return bool(principal == "*")
    return principal.keys() <= _PRINCIPAL_KINDS and all(_are_strings(as_list(names)) for names in principal.values())


def _is_condition(condition: Any) -> bool:
    # IAM does not check an operator without keys.
    return isinstance(condition, dict) and all(
        isinstance(keys, dict) and (not keys or is_operator(operator)) and all(map(_are_scalars, keys.values()))
        for operator, keys in condition.items()
    )


def _are_scalars(values: Any) -> bool:
    return all(isinstance(value, str | bool | int | float | Decimal) for value in as_list(values))
