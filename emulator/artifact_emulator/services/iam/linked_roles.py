"""Service-linked roles and the tasks that delete them."""

import json
from typing import TYPE_CHECKING

from artifact_emulator.aws.errors.aws_error import NotEmulated
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.iam.reply_members import encode_document
from artifact_emulator.services.iam.roles import role_reply
from artifact_state.iam import linked_roles
from artifact_state.model import DeletionTask

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests


def create_service_linked_role(
    call: RequestContext, request: "requests.CreateServiceLinkedRoleRequest"
) -> "replies.CreateServiceLinkedRoleResponse":
    """Create the role of a service in the caller's account.

    Raises NotEmulated if AWS's answer for the service is not known.
    """
    if linked_roles.is_unknown(call.tx, request.aws_service_name, request.custom_suffix):
        raise NotEmulated(f"the service-linked role of {request.aws_service_name}")
    role = linked_roles.create_linked_role(
        call.tx, request.aws_service_name, description=request.description, suffix=request.custom_suffix
    )
    # AWS writes the trust policy of the new role with lists, unlike that of the role when it is read:
    # https://docs.aws.amazon.com/cli/latest/reference/iam/create-service-linked-role.html
    statement = {
        "Action": ["sts:AssumeRole"],
        "Effect": "Allow",
        "Principal": {"Service": [request.aws_service_name]},
    }
    trust_policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))
    return {"Role": role_reply(call.tx, role) | {"AssumeRolePolicyDocument": encode_document(trust_policy)}}


def delete_service_linked_role(
    call: RequestContext, request: "requests.DeleteServiceLinkedRoleRequest"
) -> "replies.DeleteServiceLinkedRoleResponse":
    """Start the deletion of a service-linked role."""
    return {"DeletionTaskId": linked_roles.delete_linked_role(call.tx, request.role_name).id}


def get_service_linked_role_deletion_status(
    call: RequestContext, request: "requests.GetServiceLinkedRoleDeletionStatusRequest"
) -> "replies.GetServiceLinkedRoleDeletionStatusResponse":
    """Return the status of a deletion and the reason if it failed."""
    task = linked_roles.deletion_task(call.tx, request.deletion_task_id)
    if call.tx.now < task.completes_at:
        return {"Status": "IN_PROGRESS"}
    if not task.usages:
        return {"Status": "SUCCEEDED"}
    return {"Status": "FAILED", "Reason": _reason(task)}


def _reason(task: DeletionTask) -> "replies.DeletionTaskFailureReasonType":
    # Unverified: the message of AWS.
    return {
        "Reason": f"The role {task.role_name} is in use by its service. Remove what uses it, then try again.",
        "RoleUsageList": [{"Region": usage.region, "Resources": list(usage.resources)} for usage in task.usages],
    }
