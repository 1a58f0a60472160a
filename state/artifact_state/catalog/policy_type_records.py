"""Types of organization policies: the records of `policy_types.json`, apart because a start needs none of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationPolicy:
    """A policy that AWS itself keeps in every organization."""

    id: str
    name: str
    description: str
    content: str
    """The policy as JSON text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyType:
    """A type of policy that an organization can enable."""

    name: str
    has_effective_policy: bool
    """Whether what is attached from the root down is merged into one policy for each account."""
    service_principal: str | None
    """The service that needs trusted access before the type can be enabled."""
    aws_managed: OrganizationPolicy | None
    """The policy that is attached everywhere when the type is enabled."""
    names_in_lower_case: tuple[tuple[str, ...], ...]
    """Where an effective policy has names of which case makes no difference: paths, `*` for any name."""
    at_most: Mapping[tuple[str, ...], int]
    """How many members or values an effective policy may have at a path, `*` for any name."""


def policy_types_from(content: dict[str, Any]) -> tuple[PolicyType, ...]:
    """Make the policy types of what the file says, in AWS's own order."""
    return tuple(
        PolicyType(
            name=entry["type"],
            has_effective_policy=entry["has_effective_policy"],
            service_principal=entry["service_principal"],
            aws_managed=_policy(entry["aws_managed"]) if "aws_managed" in entry else None,
            names_in_lower_case=tuple(_path(one) for one in entry.get("names_in_lower_case", ())),
            at_most=MappingProxyType({_path(one): most for one, most in entry.get("at_most", {}).items()}),
        )
        for entry in content["policy_types"]
    )


def _path(written: str) -> tuple[str, ...]:
    return tuple(written.split("/"))


def _policy(entry: dict[str, Any]) -> OrganizationPolicy:
    return OrganizationPolicy(**entry | {"content": json.dumps(entry["content"], indent=2)})
