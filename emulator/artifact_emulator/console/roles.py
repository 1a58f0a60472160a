"""IAM: the roles of the account, and the service-linked role's page.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_manage_delete.html
"""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.console.calls import call

PAGE = 50
pages = Blueprint("roles", __name__)


@pages.get("/iam/roles")
def roles() -> str:
    """List the roles of the account."""
    page = call("iam", "ListRoles", MaxItems=PAGE, Marker=request.args.get("marker") or None)
    return render_template("iam/roles.html", page=page)


@pages.get("/iam/roles/<name>")
def role(name: str) -> str:
    """Show a role: who may assume it, what it may do, and how its deletion ended."""
    task = request.args.get("task")
    return render_template(
        "iam/role.html",
        role=call("iam", "GetRole", RoleName=name)["Role"],
        policies=[_policy(one["PolicyArn"]) for one in _attached(name)],
        task=call("iam", "GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task) if task else None,
    )


@pages.post("/iam/roles/<name>/description")
def describe(name: str) -> Response:
    """Change a role's description."""
    call("iam", "UpdateRoleDescription", RoleName=name, Description=request.form.get("description", ""))
    flash("You changed the description.", "success")
    return redirect(url_for(".role", name=name), 303)


@pages.post("/iam/roles/<name>/delete")
def delete(name: str) -> Response:
    """Delete a role; a service-linked one by a task, which may fail."""
    if request.form.get("confirmation", "").strip() != name:
        flash(f"Enter {name} to delete the role.", "error")
        return redirect(url_for(".role", name=name), 303)
    held = call("iam", "GetRole", RoleName=name)["Role"]
    if not held["Path"].startswith("/aws-service-role/"):
        call("iam", "DeleteRole", RoleName=name)
        flash(f"You deleted the role {name}.", "success")
        return redirect(url_for(".roles"), 303)
    task = call("iam", "DeleteServiceLinkedRole", RoleName=name)["DeletionTaskId"]
    status = call("iam", "GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)
    if status["Status"] == "FAILED":
        return redirect(url_for(".role", name=name, task=task), 303)
    flash(f"The deletion of {name}: {status['Status']}.", "success")
    return redirect(url_for(".roles"), 303)


def _attached(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call("iam", "ListAttachedRolePolicies", RoleName=name)["AttachedPolicies"]
    return found


def _policy(arn: str) -> dict[str, Any]:
    """Give a policy with its document; without it where that may not be seen."""
    try:
        policy = call("iam", "GetPolicy", PolicyArn=arn)["Policy"]
        version = call("iam", "GetPolicyVersion", PolicyArn=arn, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
    except AwsError as failure:
        return {"PolicyName": arn.rpartition("/")[2], "Arn": arn, "Document": failure.message}
    return {**policy, "Document": version["Document"]}
