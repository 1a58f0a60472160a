"""Types of organization policies: the records of `policy_types.json`, apart because a start needs none of them."""

import json
from dataclasses import dataclass
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


def policy_types_from(content: dict[str, Any]) -> tuple[PolicyType, ...]:
    """Make the policy types of what the file says, in AWS's own order."""
    return tuple(
        PolicyType(
            name=entry["type"],
            has_effective_policy=entry["has_effective_policy"],
            service_principal=entry["service_principal"],
            aws_managed=_policy(entry["aws_managed"]) if "aws_managed" in entry else None,
        )
        for entry in content["policy_types"]
    )


def _policy(entry: dict[str, Any]) -> OrganizationPolicy:
    return OrganizationPolicy(**entry | {"content": json.dumps(entry["content"], indent=2)})
