"""The grammar of IAM's policies: which elements a document has, and of which form.

What IAM says of a document that is none is known from those to whom it said so: its reference has no texts.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
import re
from typing import Any, NoReturn

from artifact_state.errors import MalformedPolicyDocument
from artifact_state.policy_syntax.conditions import is_operator
from artifact_state.policy_syntax.policy import listed

SYNTAX = "Syntax errors in policy."
LEGACY = "The policy failed legacy parsing"
OLD_VERSION, VERSION = "2008-10-17", "2012-10-17"
_TOP = {"Version", "Id", "Statement"}
_ALTERNATIVES = ({"Principal", "NotPrincipal"}, {"Action", "NotAction"}, {"Resource", "NotResource"})
_ELEMENTS = {"Sid", "Effect", "Condition"}.union(*_ALTERNATIVES)
_KINDS_OF_PRINCIPALS = {"AWS", "Service", "Federated", "CanonicalUser"}
_EFFECTS = ("Allow", "Deny")
_LARGEST_NUMBER = 2**63
_DATE = re.compile(
    r"[+-]?\d{1,9}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"
    r"(T(\d{1,2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?(Z|[+-]\d{2}(:?\d{2})?)?)?",
    re.IGNORECASE | re.ASCII,
)
_NUMBER = re.compile(r"-?\d{1,19}", re.ASCII)


def parsed(text: str, otherwise: str = SYNTAX) -> Any:
    """Read JSON, however deep; say otherwise what is none, such as NaN.

    Raises MalformedPolicyDocument.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise MalformedPolicyDocument(otherwise) from None


def statements_of(policy: Any) -> list[dict[str, Any]]:
    """Give the statements of a policy, all of whose elements are of the form that the grammar has.

    Raises MalformedPolicyDocument.
    """
    if not isinstance(policy, dict) or policy.keys() - _TOP:
        raise MalformedPolicyDocument(SYNTAX)
    if policy.get("Version", OLD_VERSION) not in (OLD_VERSION, VERSION) or not isinstance(policy.get("Id", ""), str):
        raise MalformedPolicyDocument(SYNTAX)
    statements = listed(policy.get("Statement", []))
    if not statements or not all(map(_is_statement, statements)):
        raise MalformedPolicyDocument(SYNTAX)
    return statements


def require_exact(statements: list[dict[str, Any]]) -> None:
    """Let only effects pass that are written as they should be, and dates that are dates.

    Raises MalformedPolicyDocument.
    """
    for statement in statements:
        if statement["Effect"] not in _EFFECTS or not all(map(_is_date, _dates_of(statement))):
            raise MalformedPolicyDocument(LEGACY)


def texts_of(statement: dict[str, Any], name: str) -> list[str]:
    """Give the texts of an element or of its inverse, such as Action and NotAction; none of what is not there."""
    return listed(statement.get(name, statement.get(f"Not{name}", [])))


def has(statement: dict[str, Any], name: str) -> bool:
    """Tell whether a statement has an element or its inverse."""
    return name in statement or f"Not{name}" in statement


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _is_statement(statement: Any) -> bool:
    return (
        isinstance(statement, dict)
        and statement.keys() <= _ELEMENTS
        and not any(pair <= statement.keys() for pair in _ALTERNATIVES)
        and isinstance(statement.get("Sid", ""), str)
        and str(statement.get("Effect")).capitalize() in _EFFECTS
        and all(_are_texts(texts_of(statement, name)) for name in ("Action", "Resource"))
        and (not has(statement, "Principal") or _is_principal(statement))
        and _is_condition(statement.get("Condition", {}))
    )


def _are_texts(values: list[Any]) -> bool:
    return all(isinstance(one, str) for one in values)


def _is_principal(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal", statement.get("NotPrincipal"))
    if not isinstance(principal, dict):
        return bool(principal == "*")
    return principal.keys() <= _KINDS_OF_PRINCIPALS and all(_are_texts(listed(one)) for one in principal.values())


def _is_condition(condition: Any) -> bool:
    # An operator of no keys is never looked at: IAM takes any.
    return isinstance(condition, dict) and all(
        isinstance(keys, dict) and (not keys or is_operator(operator)) and all(map(_are_plain, keys.values()))
        for operator, keys in condition.items()
    )


def _are_plain(wanted: Any) -> bool:
    return all(isinstance(one, str | bool | int | float) for one in listed(wanted))


def _dates_of(statement: dict[str, Any]) -> list[str]:
    return [
        str(one)
        for operator, keys in statement.get("Condition", {}).items()
        if operator.rpartition(":")[2].lower().startswith("date")
        for wanted in keys.values()
        for one in listed(wanted)
    ]


def _is_date(text: str) -> bool:
    if _NUMBER.fullmatch(text):
        return -_LARGEST_NUMBER <= int(text) < _LARGEST_NUMBER
    return _DATE.fullmatch(text) is not None
