"""The decision whether a trust policy lets a principal assume a role.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import json
from functools import lru_cache
from typing import Any

from artifact_state import arns
from artifact_state.model import Caller

_ASSUME = ("sts:AssumeRole", "sts:*", "*")


def trusts(trust_policy: str, caller: Caller) -> bool:
    """Tell whether a trust policy names the caller, his role or his whole account."""
    account = arns.root_user(caller.partition, caller.account_id)
    return _allows(trust_policy, "AWS", {caller.arn, account, caller.account_id, "*"})


def trusts_service(trust_policy: str, service: str) -> bool:
    """Tell whether a trust policy names a service principal, such as `artifact.amazonaws.com`."""
    return _allows(trust_policy, "Service", {service})


def _allows(trust_policy: str, kind: str, names: set[str]) -> bool:
    statements = [one for one in _statements(trust_policy) if _names(one, kind) & names and _is_about_assuming(one)]
    # An unconditional Allow is needed; a Deny counts whatever its condition: in doubt, no trust.
    if any(one["Effect"] == "Deny" for one in statements):
        return False
    return any(one["Effect"] == "Allow" and "Condition" not in one for one in statements)


def _names(statement: dict[str, Any], kind: str) -> set[str]:
    principal = statement.get("Principal", {})
    return {"*"} if principal == "*" else set(_listed(principal.get(kind, [])))


def _is_about_assuming(statement: dict[str, Any]) -> bool:
    return not {action.lower() for action in _listed(statement.get("Action", []))}.isdisjoint(map(str.lower, _ASSUME))


@lru_cache(maxsize=1024)
def _statements(policy: str) -> list[dict[str, Any]]:
    statements = json.loads(policy)["Statement"]
    return statements if isinstance(statements, list) else [statements]


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
