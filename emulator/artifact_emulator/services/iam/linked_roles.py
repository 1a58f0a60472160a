"""Service-linked roles and the tasks that delete them."""

from typing import TYPE_CHECKING

from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.iam.roles import role_reply
from artifact_state.iam import linked_roles
from artifact_state.model import DeletionTask

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests


def create_service_linked_role(
    call: RequestContext, request: "requests.CreateServiceLinkedRoleRequest"
) -> "replies.CreateServiceLinkedRoleResponse":
    """Create the role of a service in the caller's account."""
    role = linked_roles.create_linked_role(
        call.tx, request.aws_service_name, description=request.description, suffix=request.custom_suffix
    )
    return {"Role": role_reply(call.tx, role)}


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
