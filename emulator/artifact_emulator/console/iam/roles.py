"""IAM roles: the list, a role's page, and its deletion, which for a service-linked role is a task.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_manage_delete.html
"""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.console.calls import call
from artifact_emulator.console.confirmation import is_confirmed
from artifact_emulator.console.iam.permissions import Identity, policies_of
from artifact_emulator.console.organizations.services import slug_of
from artifact_state import catalog

PAGE_SIZE = 50
pages = Blueprint("roles", __name__)


@pages.get("/iam/roles")
def roles() -> str:
    """List the roles of the account."""
    page = call("iam", "ListRoles", MaxItems=PAGE_SIZE, Marker=request.args.get("marker") or None)
    return render_template("iam/roles.html", page=page)


@pages.get("/iam/roles/<name>")
def role(name: str) -> str:
    """Show a role with its policies and the status of its deletion task, if any."""
    task = request.args.get("task")
    described = call("iam", "GetRole", RoleName=name)["Role"]
    policies = policies_of(Identity("roles", name))
    return render_template(
        "iam/role.html",
        role=described,
        policies=policies,
        documents=[_policy(policy["PolicyArn"]) for policy in policies["attached"]],
        task=call("iam", "GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task) if task else None,
        service=_trusted_service(name),
    )


@pages.post("/iam/roles/<name>/description")
def update_description(name: str) -> Response:
    """Change a role's description."""
    call("iam", "UpdateRoleDescription", RoleName=name, Description=request.form.get("description", ""))
    flash("You changed the description.", "success")
    return redirect(url_for(".role", name=name), 303)


@pages.get("/iam/roles/<name>/delete")
def confirm_deletion(name: str) -> str:
    """Show the dialog that deletes a role."""
    return render_template(
        "iam/delete.html",
        kind="role",
        name=name,
        effect="This deletes the role, and its sessions lose their permissions. A service-linked role is only deleted "
        "if its service does not need it.",
        back=url_for(".role", name=name),
    )


@pages.post("/iam/roles/<name>/delete")
def delete(name: str) -> Response:
    """Delete a role once its name is confirmed."""
    if not is_confirmed(name):
        return redirect(url_for(".confirm_deletion", name=name), 303)
    path = call("iam", "GetRole", RoleName=name)["Role"]["Path"]
    if not path.startswith("/aws-service-role/"):
        call("iam", "DeleteRole", RoleName=name)
        flash(f"You deleted the role {name}.", "success")
        return redirect(url_for(".roles"), 303)
    task = call("iam", "DeleteServiceLinkedRole", RoleName=name)["DeletionTaskId"]
    status = call("iam", "GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)["Status"]
    if status == "FAILED":
        return redirect(url_for(".role", name=name, task=task), 303)
    flash(f"Deletion of {name}: {status}.", "success")
    return redirect(url_for(".roles"), 303)


def _trusted_service(role_name: str) -> tuple[str, str] | None:
    """Return the path and the name of the service whose trusted access needs a service-linked role, if any."""
    services = (each for each in catalog.trusted_services() if role_name in [role.name for role in each.roles])
    return next(((slug_of(each.name), each.name) for each in services), None)


def _policy(arn: str) -> dict[str, Any]:
    """Return a policy with its document, or with AWS's refusal in place of the document."""
    try:
        policy = call("iam", "GetPolicy", PolicyArn=arn)["Policy"]
        version = call("iam", "GetPolicyVersion", PolicyArn=arn, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
    except AwsError as failure:
        return {"PolicyName": arn.rpartition("/")[2], "Arn": arn, "Document": failure.message}
    return {**policy, "Document": version["Document"]}
