"""Roles from templates of AWS: rendering a template, and acquiring the role.

Recorded answers of AWS:
https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/role_templates.json
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from artifact_state.catalog.role_templates import MINOR_VERSION, RoleTemplate, role_template
from artifact_state.errors import (
    RoleModified,
    RoleNotFound,
    RoleTemplateNotFound,
    RoleTemplateParameterMissing,
    RoleTemplateParameterUnknown,
    RoleTemplateValueNotSingle,
    UnmanagedRoleExists,
)
from artifact_state.iam.role_changes import NewRole, create_role
from artifact_state.iam.roles import put_role, role_of
from artifact_state.model import Map, Role
from artifact_state.record import Record, replace
from artifact_state.world import Transaction

_PARAMETER = re.compile(r"@\{(\w+)\}")
_CONDITION = "@Enabled"
_ROLE_NAME = "RoleName"
_LIST = "StringList"
Values = Mapping[str, Sequence[str]]
"""The values of a template's parameters."""


class _RenderedRole(Record):
    name: str
    description: str
    trust_policy: str
    inline_policies: Mapping[str, str]


def template_of(arn: str, minor_version: int | None) -> RoleTemplate:
    """Return a version of a template.

    Raises RoleTemplateNotFound.
    """
    template = role_template(arn)
    if template is None or minor_version not in (None, MINOR_VERSION):
        raise RoleTemplateNotFound(arn)
    return template


def acquire_role(tx: Transaction, arn: str, minor_version: int | None, values: Values) -> Role:
    """Create a role from a template, or return the one that was created from it and still has its policies.

    Raises RoleTemplateNotFound, RoleTemplateParameterUnknown, RoleTemplateParameterMissing,
    RoleTemplateValueNotSingle, UnmanagedRoleExists, RoleModified, MalformedPolicyDocument, QuotaExceeded,
    PathReserved, EntityNameTaken, EntityNotFound, InvalidPolicyArn, InvalidTagKeys.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AcquireRole.html
    """
    template = template_of(arn, minor_version)
    rendered = _render(template, values)
    try:
        existing = role_of(tx.state, tx.caller.account_id, rendered.name, tx.now)
    except RoleNotFound:
        return _create(tx, template, rendered)
    if existing.template_arn != template.arn:
        raise UnmanagedRoleExists(existing.name)
    is_unchanged = (
        json.loads(existing.trust_policy) == json.loads(rendered.trust_policy)
        and set(existing.managed_policies) == set(template.managed_policies)
        and dict(existing.inline_policies) == rendered.inline_policies
    )
    if not is_unchanged:
        raise RoleModified(existing.name)
    return existing


def _create(tx: Transaction, template: RoleTemplate, rendered: _RenderedRole) -> Role:
    new_role = NewRole(
        name=rendered.name,
        trust_policy=rendered.trust_policy,
        path=template.role_path,
        description=rendered.description,
        template_arn=template.arn,
    )
    role = replace(
        create_role(tx, new_role),
        managed_policies=tuple(template.managed_policies),
        inline_policies=Map(rendered.inline_policies),
    )
    put_role(tx, role)
    return role


def _render(template: RoleTemplate, values: Values) -> _RenderedRole:
    """Return the role that a template describes with some values."""
    types = {parameter.name: parameter.type for parameter in template.parameters}
    if unknown := next((name for name in values if name not in types), None):
        raise RoleTemplateParameterUnknown(unknown)
    for name, given in values.items():
        if types[name] != _LIST and len(given) != 1:
            raise RoleTemplateValueNotSingle(name, len(given))
    defaults = {
        parameter.name: (parameter.default,) for parameter in template.parameters if parameter.default is not None
    }
    known: Values = {**defaults, **values}
    documents = {name: _statements(document, known) for name, document in template.inline_policies.items()}
    return _RenderedRole(
        name=_value_of(_ROLE_NAME, known)[0],
        description=_text(template.role_description, known),
        trust_policy=_compact(_rendered(template.trust_policy, known)),
        inline_policies={
            name: _compact(_rendered(document, known)) for name, document in documents.items() if document["Statement"]
        },
    )


def _statements(document: Mapping[str, Any], values: Values) -> dict[str, Any]:
    """Return a document with the statements that the values switch on."""
    statements = [
        {element: value for element, value in statement.items() if element != _CONDITION}
        for statement in document["Statement"]
        if _CONDITION not in statement or _value_of(statement[_CONDITION], values)[0].lower() == "true"
    ]
    return {**document, "Statement": statements}


def _rendered(element: Any, values: Values) -> Any:
    """Return a part of a document with the values of its parameters; a list takes the place of its parameter."""
    if isinstance(element, Mapping):
        return {name: _rendered(value, values) for name, value in element.items()}
    if isinstance(element, list):
        return [_rendered(value, values) for value in element]
    match = _PARAMETER.fullmatch(element)
    if match is not None and len(found := _value_of(match[1], values)) != 1:
        return list(found)
    return _text(element, values)


def _text(text: str, values: Values) -> str:
    return _PARAMETER.sub(lambda match: _value_of(match[1], values)[0], text)


def _value_of(name: str, values: Values) -> Sequence[str]:
    if name not in values:
        raise RoleTemplateParameterMissing(name)
    return values[name]


def _compact(document: Any) -> str:
    return json.dumps(document, separators=(",", ":"))
