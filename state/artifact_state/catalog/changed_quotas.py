"""The limits of a world by name, as whoever changes some of them calls them.

A name is that of a quota, such as `accounts_per_organization`; of a limit on a type of policies, such as
`policies.TAG_POLICY.max_attached`; or of a quota of AWS IAM, such as `iam.RolesPerAccount`. Times are in seconds.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

from artifact_state.catalog.quota_records import PolicyLimits, Quotas

_OF_POLICIES = ("max_document", "max_per_organization", "min_attached", "max_attached")
_DECADE = 10 * 365 * 86_400
# What AWS's shapes see to, what cannot be otherwise here, and what `leave_wait_period` is instead.
_FIXED = {"artifact_page_size_at_most", "removal_wait", "roots_per_organization"}
# An empty page would be followed by another for ever.
_LEAST = {"organizations_page_size": 1, "artifact_page_size": 1}


class NoSuchLimit(ValueError):
    """A limit that there is not, or a value that it cannot have; the text tells which there are."""


def named_limits(quotas: Quotas) -> dict[str, int]:
    """Give every limit that can be changed, by its name."""
    named: dict[str, int] = {}
    for field in fields(quotas):
        value = getattr(quotas, field.name)
        if isinstance(value, (int, timedelta)) and field.name not in _FIXED:
            named[field.name] = int(value.total_seconds()) if isinstance(value, timedelta) else value
    for kind, limits in quotas.policies.items():
        named |= {f"policies.{kind}.{name}": getattr(limits, name) for name in _OF_POLICIES}
    return named | {f"iam.{name}": limit for name, limit in quotas.iam.items()}


def require_limit(quotas: Quotas, name: str, value: int) -> None:
    """Let only a value pass that a limit can have.

    Raises NoSuchLimit.
    """
    known = named_limits(quotas)
    if name not in known:
        raise NoSuchLimit(f"{name} is no quota; there are {', '.join(known)}")
    least = _LEAST.get(name, 0)
    if not least <= value <= _DECADE:
        raise NoSuchLimit(f"{name} is between {least} and {_DECADE}")


def changed(quotas: Quotas, changes: Mapping[str, int]) -> Quotas:
    """Give the quotas with other limits.

    Raises NoSuchLimit.
    """
    plain: dict[str, Any] = {}
    policies: dict[str, PolicyLimits] = dict(quotas.policies)
    iam = dict(quotas.iam)
    for name, value in changes.items():
        require_limit(quotas, name, value)
        family, *path = name.split(".")
        if not path:
            plain[name] = timedelta(seconds=value) if isinstance(getattr(quotas, name), timedelta) else value
        elif family == "iam":
            iam[path[0]] = value
        else:
            kind, limit = path
            of_kind: dict[str, Any] = {limit: value}
            policies[kind] = replace(policies[kind], **of_kind)
    return replace(quotas, **plain, policies=policies, iam=iam)
