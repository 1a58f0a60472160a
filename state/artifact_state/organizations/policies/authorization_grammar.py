"""The grammar of service control and resource control policies: a part of IAM's policy language.

Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from artifact_state.errors import MalformedPolicyDocument

_VERSIONS = ("2012-10-17", "2008-10-17")
_SID = re.compile(r"[A-Za-z0-9 ]*")
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+|[A-Za-z0-9-]*[*?][A-Za-z0-9*?-]*(:[A-Za-z0-9*?]+)?")
_ARN = re.compile(r"\*|arn:.*", re.DOTALL)
_OPERATORS = {
    f"{negation}{kind}"
    for kind, negations in {
        "StringEquals": [""], "StringNotEquals": [""], "StringEqualsIgnoreCase": [""],
        "StringNotEqualsIgnoreCase": [""], "StringLike": [""], "StringNotLike": [""],
        "NumericEquals": [""], "NumericNotEquals": [""], "NumericLessThan": [""], "NumericLessThanEquals": [""],
        "NumericGreaterThan": [""], "NumericGreaterThanEquals": [""],
        "DateEquals": [""], "DateNotEquals": [""], "DateLessThan": [""], "DateLessThanEquals": [""],
        "DateGreaterThan": [""], "DateGreaterThanEquals": [""],
        "Bool": [""], "BinaryEquals": [""], "IpAddress": ["", "Not"],
        "ArnEquals": [""], "ArnLike": [""], "ArnNotEquals": [""], "ArnNotLike": [""],
    }.items()
    for negation in negations
}  # fmt: skip
_OPERATOR = re.compile(rf"(ForAllValues:|ForAnyValue:)?({'|'.join(sorted(_OPERATORS))})(IfExists)?|Null")


def check_service_control_policy(document: dict[str, Any]) -> None:
    """Refuse what is no service control policy.

    Raises MalformedPolicyDocument.
    """
    for statement in _statements(document):
        _check_elements(statement, {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"})
        _check_effect(statement, ("Allow", "Deny"))
        _check_one_of(statement, "Action", "NotAction", _is_action)
        if statement.keys() & {"Resource", "NotResource"}:  # AWS's own example of CreatePolicy has neither.
            _check_one_of(statement, "Resource", "NotResource", _is_arn)
        _check_condition(statement)


def check_resource_control_policy(document: dict[str, Any]) -> None:
    """Refuse what is no resource control policy of a customer: it denies, to everybody.

    Raises MalformedPolicyDocument.
    """
    for statement in _statements(document):
        _check_elements(statement, {"Sid", "Effect", "Principal", "Action", "Resource", "NotResource", "Condition"})
        _check_effect(statement, ("Deny",))
        _require(statement.get("Principal") in ("*", {"AWS": "*"}, {"AWS": ["*"]}), "The principal is everybody: *.")
        _check_one_of(statement, "Action", "Action", _is_action_of_a_service)
        _check_one_of(statement, "Resource", "NotResource", _is_arn)
        _check_condition(statement)


def _statements(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    _require(document.keys() <= {"Version", "Id", "Statement"}, "The document has an element that is not known.")
    _require(document.get("Version") in _VERSIONS, "The version is not known.")
    found = document.get("Statement")
    statements: list[Any] = found if isinstance(found, list) else [found]
    _require(bool(statements), "The document has no statement.")
    sids: list[str] = []
    for statement in statements:
        _require(isinstance(statement, dict), "A statement is an object.")
        sid = statement.get("Sid", "")
        _require(isinstance(sid, str) and _SID.fullmatch(sid) is not None, "A Sid has letters, digits and spaces.")
        sids += [sid] if sid else []
        yield statement
    _require(len(sids) == len(set(sids)), "A Sid comes twice.")


def _check_elements(statement: dict[str, Any], known: set[str]) -> None:
    _require(statement.keys() <= known, f"A statement may have {', '.join(sorted(known))}.")


def _check_effect(statement: dict[str, Any], effects: tuple[str, ...]) -> None:
    _require(statement.get("Effect") in effects, f"The effect is {' or '.join(effects)}.")


def _check_one_of(statement: dict[str, Any], name: str, other: str, fits: Callable[[str], bool]) -> None:
    """Refuse a statement with neither of two elements, with both, or with a value that does not fit."""
    present = [one for one in dict.fromkeys((name, other)) if one in statement]
    _require(len(present) == 1, f"A statement has either {name} or {other}.")
    found = statement[present[0]]
    values = found if isinstance(found, list) else [found]
    _require(bool(values), f"{present[0]} is empty.")
    _require(all(isinstance(one, str) and fits(one) for one in values), f"{present[0]} has a value that is none.")


def _check_condition(statement: dict[str, Any]) -> None:
    condition = statement.get("Condition", {})
    _require(isinstance(condition, dict), "Condition is an object.")
    for operator, keys in condition.items():
        _require(_OPERATOR.fullmatch(operator) is not None, f"{operator} is no condition operator.")
        _require(isinstance(keys, dict) and bool(keys), f"{operator} compares keys with values.")
        for key, found in keys.items():
            values = found if isinstance(found, list) else [found]
            _require(bool(re.fullmatch(r"[^:\s]+:\S+", key)), f"{key} is no condition key.")
            _require(all(isinstance(one, str | bool | int | float) for one in values), f"{key} has no plain values.")


def _is_action(text: str) -> bool:
    return _ACTION.fullmatch(text) is not None


def _is_action_of_a_service(text: str) -> bool:
    return text != "*" and ":" in text and _is_action(text)


def _is_arn(text: str) -> bool:
    return _ARN.fullmatch(text) is not None


def _require(kept: bool, why: str) -> None:  # noqa: FBT001 - a rule, and what it says
    if not kept:
        raise MalformedPolicyDocument(why)
