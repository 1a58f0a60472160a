"""The records of `policy_types.json`: the types of organization policies."""

from artifact_state.record import Record


class OrganizationPolicy(Record):
    """A policy that AWS manages in every organization."""

    id: str
    name: str
    description: str
    content: str
    """The document as JSON text."""


class PolicyType(Record):
    """A type of policies that an organization can enable."""

    name: str
    has_effective_policy: bool
    """Whether the policies attached from the root down are merged into one policy per account."""
    service_principal: str | None
    """The service that must have trusted access before the type can be enabled."""
    aws_managed: OrganizationPolicy | None
    """The policy that AWS attaches to every target while the type is enabled."""
