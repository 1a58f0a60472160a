"""The rules of service control and resource control policies beside the grammar of IAM's policy language.

AWS's pages call Version required; recorded answers show that it is not.
Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/resource_controls.json
"""

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from artifact_state import catalog
from artifact_state.errors import MalformedPolicyDocument
from artifact_state.policy_syntax.grammar import EFFECTS, OLD_VERSION, element_values, require_statements
from artifact_state.policy_syntax.policy import as_list

_COMMON_ELEMENTS = {"Sid", "Effect", "Action", "Resource", "NotResource", "Condition"}
_SID = re.compile(r"[A-Za-z0-9 ]*")
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+|[A-Za-z0-9-]*[*?][A-Za-z0-9*?-]*(:[A-Za-z0-9*?]+)?")
_ARN = re.compile(r"\*|arn:.*", re.DOTALL)
_CONDITION_KEY = re.compile(r"[^:\s]+:\S+")
_EVERY_PRINCIPAL = ("*", {"AWS": "*"}, {"AWS": ["*"]})


def check_service_control_policy(document: dict[str, Any]) -> None:
    """Refuse a document that is not a valid service control policy.

    Raises MalformedPolicyDocument.
    """
    for statement in _statements(document, _COMMON_ELEMENTS | {"NotAction"}, EFFECTS):
        _check_values(statement, "Action", _is_action)
        # Since 2026-06-23, according to the history of AWS's guide; the example of CreatePolicy still has neither.
        _check_values(statement, "Resource", _is_arn)


def check_resource_control_policy(document: dict[str, Any]) -> None:
    """Refuse a document that is not a valid resource control policy: it denies, and for every principal.

    Raises MalformedPolicyDocument.
    """
    for statement in _statements(document, _COMMON_ELEMENTS | {"Principal"}, ("Deny",)):
        _require(statement.get("Principal") in _EVERY_PRINCIPAL, "Principal must be *.")
        _check_values(statement, "Action", _is_action_of_rcp_service)
        _check_values(statement, "Resource", _is_arn)


def canonical(document: dict[str, Any]) -> dict[str, Any]:
    """Return a resource control policy as AWS returns it: with a version and a list of statements."""
    versioned = document if "Version" in document else {"Version": OLD_VERSION, **document}
    return versioned | {"Statement": as_list(document["Statement"])}


def _statements(document: dict[str, Any], elements: set[str], effects: Collection[str]) -> Iterator[dict[str, Any]]:
    """Yield the statements of a document, which may have only certain elements and effects."""
    statements = require_statements(document)
    sids = [statement["Sid"] for statement in statements if statement.get("Sid")]
    _require(all(map(_SID.fullmatch, sids)), "A Sid has letters, digits and spaces only.")
    _require(len(sids) == len(set(sids)), "The document has a duplicate Sid.")
    for statement in statements:
        _require(statement.keys() <= elements, f"A statement may only have {', '.join(sorted(elements))}.")
        _require(statement["Effect"] in effects, f"Effect must be {' or '.join(effects)}.")
        for operator, keys in statement.get("Condition", {}).items():
            _require(bool(keys), f"{operator} must compare condition keys with values.")
            _require(all(map(_CONDITION_KEY.fullmatch, keys)), f"{operator} has an invalid condition key.")
        yield statement


def _check_values(statement: dict[str, Any], name: str, is_valid: Callable[[str], bool]) -> None:
    """Refuse a statement without values of an element or its inverse, or with an invalid value."""
    values = element_values(statement, name)
    _require(bool(values), f"A statement must have {name} or its inverse.")
    _require(all(map(is_valid, values)), f"{name} has an invalid value.")


def _is_action(text: str) -> bool:
    return _ACTION.fullmatch(text) is not None


def _is_action_of_rcp_service(text: str) -> bool:
    return text.partition(":")[0].lower() in catalog.rcp_services() and ":" in text and _is_action(text)


def _is_arn(text: str) -> bool:
    return _ARN.fullmatch(text) is not None


def _require(holds: bool, why: str) -> None:  # noqa: FBT001 - An assertion: its condition comes first.
    if not holds:
        raise MalformedPolicyDocument(why)
