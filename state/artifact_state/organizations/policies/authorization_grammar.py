"""The grammar of service control and resource control policies: a subset of IAM's policy language.

AWS's pages call Version required; recorded answers show that it is not.
Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/resource_controls.json
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from artifact_state import catalog
from artifact_state.errors import MalformedPolicyDocument

_DEFAULT_VERSION = "2008-10-17"
_VERSIONS = ("2012-10-17", _DEFAULT_VERSION)
_COMMON_ELEMENTS = {"Sid", "Effect", "Action", "Resource", "NotResource", "Condition"}
_SID = re.compile(r"[A-Za-z0-9 ]*")
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+|[A-Za-z0-9-]*[*?][A-Za-z0-9*?-]*(:[A-Za-z0-9*?]+)?")
_ARN = re.compile(r"\*|arn:.*", re.DOTALL)
_OPERATORS = (
    "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase",
    "StringLike", "StringNotLike",
    "NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals",
    "Bool", "BinaryEquals", "IpAddress", "NotIpAddress",
    "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike",
)  # fmt: skip
_OPERATOR = re.compile(rf"(ForAllValues:|ForAnyValue:)?({'|'.join(_OPERATORS)})(IfExists)?|Null", re.IGNORECASE)
_CONDITION_KEY = re.compile(r"[^:\s]+:\S+")


def check_service_control_policy(document: dict[str, Any]) -> None:
    """Refuse a document that is not a valid service control policy.

    Raises MalformedPolicyDocument.
    """
    for statement in _statements(document):
        _check_elements(statement, _COMMON_ELEMENTS | {"NotAction"})
        _check_effect(statement, ("Allow", "Deny"))
        _check_exactly_one(statement, "Action", "NotAction", _is_action)
        # Since 2026-06-23, according to the history of AWS's guide; the example of CreatePolicy still has neither.
        _check_exactly_one(statement, "Resource", "NotResource", _is_arn)
        _check_condition(statement)


def check_resource_control_policy(document: dict[str, Any]) -> None:
    """Refuse a document that is not a valid resource control policy: it denies, and for every principal.

    Raises MalformedPolicyDocument.
    """
    for statement in _statements(document):
        _check_elements(statement, _COMMON_ELEMENTS | {"Principal"})
        _check_effect(statement, ("Deny",))
        _require(statement.get("Principal") in ("*", {"AWS": "*"}, {"AWS": ["*"]}), "Principal must be *.")
        _check_exactly_one(statement, "Action", "Action", _is_action_of_rcp_service)
        _check_exactly_one(statement, "Resource", "NotResource", _is_arn)
        _check_condition(statement)


def canonical(document: dict[str, Any]) -> dict[str, Any]:
    """Return a resource control policy as AWS returns it: with a version and a list of statements."""
    versioned = document if "Version" in document else {"Version": _DEFAULT_VERSION, **document}
    return versioned | {"Statement": _as_list(document["Statement"])}


def _statements(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the statements of a document, checking what statements of all kinds have in common."""
    _require(document.keys() <= {"Version", "Id", "Statement"}, "The document has an unknown element.")
    _require(document.get("Version", _DEFAULT_VERSION) in _VERSIONS, "The version is unknown.")
    statements = _as_list(document.get("Statement"))
    _require(bool(statements), "The document has no statement.")
    sids: list[str] = []
    for statement in statements:
        _require(isinstance(statement, dict), "A statement must be an object.")
        sid = statement.get("Sid", "")
        _require(isinstance(sid, str) and _SID.fullmatch(sid) is not None, "A Sid has letters, digits and spaces only.")
        sids += [sid] if sid else []
        yield statement
    _require(len(sids) == len(set(sids)), "The document has a duplicate Sid.")


def _check_elements(statement: dict[str, Any], known: set[str]) -> None:
    _require(statement.keys() <= known, f"A statement may only have {', '.join(sorted(known))}.")


def _check_effect(statement: dict[str, Any], effects: tuple[str, ...]) -> None:
    _require(statement.get("Effect") in effects, f"Effect must be {' or '.join(effects)}.")


def _check_exactly_one(statement: dict[str, Any], name: str, other: str, is_valid: Callable[[str], bool]) -> None:
    """Refuse a statement with neither or both of two elements, or with an invalid value of the one it has."""
    present = [element for element in dict.fromkeys((name, other)) if element in statement]
    _require(len(present) == 1, f"A statement must have either {name} or {other}.")
    values = _as_list(statement[present[0]])
    _require(bool(values), f"{present[0]} is empty.")
    _require(all(isinstance(value, str) and is_valid(value) for value in values), f"{present[0]} has an invalid value.")


def _check_condition(statement: dict[str, Any]) -> None:
    condition = statement.get("Condition", {})
    _require(isinstance(condition, dict), "Condition must be an object.")
    for operator, keys in condition.items():
        _require(_OPERATOR.fullmatch(operator) is not None, f"{operator} is not a valid condition operator.")
        _require(isinstance(keys, dict) and bool(keys), f"{operator} must compare condition keys with values.")
        for key, compared in keys.items():
            _require(_CONDITION_KEY.fullmatch(key) is not None, f"{key} is not a valid condition key.")
            are_plain = all(isinstance(value, str | bool | int | float) for value in _as_list(compared))
            _require(are_plain, f"{key} must have plain values.")


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_action(text: str) -> bool:
    return _ACTION.fullmatch(text) is not None


def _is_action_of_rcp_service(text: str) -> bool:
    return text.partition(":")[0].lower() in catalog.rcp_services() and ":" in text and _is_action(text)


def _is_arn(text: str) -> bool:
    return _ARN.fullmatch(text) is not None


def _require(holds: bool, why: str) -> None:  # noqa: FBT001 - An assertion: its condition comes first.
    if not holds:
        raise MalformedPolicyDocument(why)
