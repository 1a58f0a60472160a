"""The records of `policy_types.json`: the types of organization policies."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationPolicy:
    """A policy that AWS manages in every organization."""

    id: str
    name: str
    description: str
    content: str
    """The document as JSON text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyType:
    """A type of policies that an organization can enable."""

    name: str
    has_effective_policy: bool
    """Whether the policies attached from the root down are merged into one policy per account."""
    service_principal: str | None
    """The service that must have trusted access before the type can be enabled."""
    aws_managed: OrganizationPolicy | None
    """The policy that AWS attaches to every target while the type is enabled."""
    case_insensitive_names: tuple[tuple[str, ...], ...]
    """The paths of an effective policy whose last name is case-insensitive; `*` stands for any name."""
    limits: Mapping[tuple[str, ...], int]
    """The greatest number of members or values at a path of an effective policy; `*` stands for any name."""
