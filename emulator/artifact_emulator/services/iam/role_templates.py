"""Roles from templates of AWS."""

import json
from typing import TYPE_CHECKING

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.iam.reply_members import encode_document
from artifact_emulator.services.iam.roles import role_reply
from artifact_state import arns
from artifact_state.catalog.role_templates import MAJOR_VERSION, MINOR_VERSION, RoleTemplate, TemplateParameter
from artifact_state.errors import RoleTemplateNotFound
from artifact_state.iam import role_templates

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests

_ONE_HOUR = 3600


def acquire_role(call: RequestContext, request: "requests.AcquireRoleRequest") -> "replies.AcquireRoleResponse":
    """Create a role from a template, or return the one that was created from it."""
    values = {name: tuple(entry.values or ()) for name, entry in (request.replacement_values or {}).items()}
    role = role_templates.acquire_role(call.tx, request.template_arn, request.template_minor_version, values)
    return {"Role": role_reply(call.tx, role)}


def get_role_template_version(
    call: RequestContext, request: "requests.GetRoleTemplateVersionRequest"
) -> "replies.GetRoleTemplateVersionResponse":
    """Return a version of a template, without the descriptions of AWS."""
    try:
        template = role_templates.template_of(request.template_arn, request.minor_version)
    except RoleTemplateNotFound as refusal:
        # AcquireRole has another message.
        raise AwsError("NoSuchEntity", f"Role Template {refusal.name} cannot be found.", 404) from None
    return {"RoleTemplateVersion": _reply(template)}


def _reply(template: RoleTemplate) -> "replies.RoleTemplateVersion":
    reply: replies.RoleTemplateVersion = {
        "TemplateArn": template.arn,
        "TemplateName": template.name,
        "TemplateVersionId": template.template_version_id,
        "MajorVersion": MAJOR_VERSION,
        "DefaultMinorVersion": MINOR_VERSION,
        "ManagedByType": "Service",
        "ManagedByValue": template.service,
        "Enabled": True,
        "MinorVersion": MINOR_VERSION,
        "RoleNamePattern": "@{RoleName}",
        "RoleDescriptionPattern": template.role_description,
        "AssumeRolePolicyDocumentTemplate": _document(template.trust_policy),
        "ManagedPolicyArns": [arns.managed_policy("aws", "/", reference) for reference in template.managed_policies],
        "ParametersDefinition": [_parameter(parameter) for parameter in template.parameters],
        "MaxSessionDuration": _ONE_HOUR,
        "VersionEnabled": True,
        "CreateTimestamp": template.created,
        "UpdateTimestamp": template.created,
    }
    if template.role_path != "/":
        reply["RolePathPattern"] = template.role_path
    if template.inline_policies:
        reply["InlinePolicyTemplates"] = [
            {"PolicyName": name, "PolicyDocument": _document(document)}
            for name, document in template.inline_policies.items()
        ]
    return reply


def _parameter(parameter: TemplateParameter) -> "replies.ParameterDefinition":
    reply: replies.ParameterDefinition = {
        "Name": parameter.name,
        "Type": "StringList" if parameter.type == "StringList" else "String",
        "IsRequired": parameter.required,
        "Immutable": False,
    }
    return reply if parameter.default is None else reply | {"DefaultValue": parameter.default}


def _document(document: object) -> str:
    return encode_document(json.dumps(document, separators=(",", ":")))
