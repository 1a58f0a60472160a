"""Templates of AWS from which roles are created."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from artifact_state.catalog.loading import read_file
from artifact_state.record import Record

MAJOR_VERSION, MINOR_VERSION = 1, 0
"""The versions of all templates that are known."""


class TemplateParameter(Record):
    """A parameter of a template, whose value replaces `@{name}`."""

    name: str
    type: str
    """`String`, or `StringList`."""
    required: bool
    default: str | None = None


class RoleTemplate(Record):
    """A template from which roles are created."""

    service: str
    """The principal of the service that manages the template."""
    name: str
    template_version_id: str
    created: datetime
    role_path: str
    role_description: str
    trust_policy: Mapping[str, Any]
    managed_policies: Sequence[str]
    """References to policies of AWS."""
    inline_policies: Mapping[str, Any]
    """Documents by name; a statement with `@Enabled` depends on a parameter."""
    parameters: Sequence[TemplateParameter]

    @property
    def arn(self) -> str:
        """The ARN of the template, with its major version."""
        return f"arn:aws:iam::aws:role-template/{self.service}/{self.name}:{MAJOR_VERSION}"


def role_template(arn: str) -> RoleTemplate | None:
    """Return the template with an ARN, or None."""
    return _templates().get(arn)


@cache
def _templates() -> dict[str, RoleTemplate]:
    templates = map(_template, read_file("role_templates")["templates"])
    return {template.arn: template for template in templates}


def _template(entry: dict[str, Any]) -> RoleTemplate:
    parameters = tuple(TemplateParameter(**parameter) for parameter in entry["parameters"])
    return RoleTemplate(**entry | {"parameters": parameters, "created": datetime.fromisoformat(entry["created"])})
