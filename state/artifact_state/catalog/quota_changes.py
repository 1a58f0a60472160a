"""Quotas by name, as the command line and the control API read and change them.

A name is that of a quota, such as `accounts_per_organization`; of a quota of a policy type, such as
`policies.TAG_POLICY.max_attached`; or of a quota of AWS IAM, such as `iam.RolesPerAccount`. Times are in seconds.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from artifact_state.catalog.quota_records import PolicyLimits, Quotas
from artifact_state.record import fields, replace

_POLICY_LIMITS = ("max_document", "max_per_organization", "min_attached", "max_attached")
_MAXIMUM = 10 * 365 * 86_400  # Ten years in seconds.
_FIXED = {
    "artifact_page_size_at_most",  # AWS's shapes enforce it.
    "removal_wait",  # The option `leave_wait_period` of a world replaces it.
    "roots_per_organization",  # An organization has exactly one root.
}
# A client would page through empty pages for ever.
_MINIMUMS = {"organizations_page_size": 1, "artifact_page_size": 1}
_EXAMPLES = "accounts_per_organization, policies.TAG_POLICY.max_attached or iam.RolesPerAccount"


class InvalidQuota(ValueError):
    """The name of a quota is unknown, or the quota cannot have the value; the text says which."""


def quota_values(quotas: Quotas) -> dict[str, int]:
    """Return every quota that can be changed, by name."""
    values: dict[str, int] = {}
    for name in fields(Quotas):
        value = getattr(quotas, name)
        if isinstance(value, (int, timedelta)) and name not in _FIXED:
            values[name] = int(value.total_seconds()) if isinstance(value, timedelta) else value
    for policy_type, limits in quotas.policies.items():
        values |= {f"policies.{policy_type}.{name}": getattr(limits, name) for name in _POLICY_LIMITS}
    return values | {f"iam.{name}": value for name, value in quotas.iam.items()}


def check_quota(quotas: Quotas, name: str, value: int) -> None:
    """Refuse an unknown quota, or a value that the quota cannot have.

    Raises InvalidQuota.
    """
    known = quota_values(quotas)
    if name not in known:
        raise InvalidQuota(_unknown_name(name, known))
    minimum = _MINIMUMS.get(name, 0)
    if not minimum <= value <= _MAXIMUM:
        raise InvalidQuota(f"{name} must be between {minimum} and {_MAXIMUM}")


def replace_quotas(quotas: Quotas, changes: Mapping[str, int]) -> Quotas:
    """Return the quotas with some values replaced.

    Raises InvalidQuota.
    """
    simple: dict[str, Any] = {}
    policies: dict[str, PolicyLimits] = dict(quotas.policies)
    iam = dict(quotas.iam)
    for name, value in changes.items():
        check_quota(quotas, name, value)
        family, *path = name.split(".")
        if not path:
            simple[name] = timedelta(seconds=value) if isinstance(getattr(quotas, name), timedelta) else value
        elif family == "iam":
            iam[path[0]] = value
        else:
            policy_type, limit = path
            changed_limit: dict[str, Any] = {limit: value}
            policies[policy_type] = replace(policies[policy_type], **changed_limit)
    return replace(quotas, **simple, policies=policies, iam=iam)


def _unknown_name(name: str, known: Mapping[str, int]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - Only a misspelled name needs it.

    close = get_close_matches(name, known, n=1) or [other for other in known if name.lower() in other.lower()]
    return f"{name!r} is not a quota; " + (
        f"did you mean {close[0]}?" if close else f"quotas are named like {_EXAMPLES}"
    )
