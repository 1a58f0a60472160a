"""IAM groups: the list, their creation and deletion, and a group's page with its users and policies.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_groups.html
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from artifact_emulator.console.calls import call, list_all
from artifact_emulator.console.confirmation import is_confirmed
from artifact_emulator.console.iam.permissions import Identity, policies_of

PAGE_SIZE = 50
pages = Blueprint("groups", __name__)


@pages.get("/iam/groups")
def groups() -> str:
    """List the groups of the account."""
    page = call("iam", "ListGroups", MaxItems=PAGE_SIZE, Marker=request.args.get("marker") or None)
    return render_template("iam/groups.html", page=page)


@pages.post("/iam/groups")
def create() -> Response:
    """Create a group."""
    name = request.form.get("name", "").strip()
    call("iam", "CreateGroup", GroupName=name)
    flash(f"You created the group {name}.", "success")
    return redirect(url_for(".group", name=name), 303)


@pages.get("/iam/groups/<name>")
def group(name: str) -> str:
    """Show a group with its users and policies."""
    page = call("iam", "GetGroup", GroupName=name, MaxItems=PAGE_SIZE, Marker=request.args.get("marker") or None)
    return render_template("iam/group.html", page=page, policies=policies_of(Identity("groups", name)))


@pages.post("/iam/groups/<name>/users")
def set_member(name: str) -> Response:
    """Add a user to a group, or remove one."""
    user, removes = request.form.get("user", "").strip(), "remove" in request.form
    call("iam", "RemoveUserFromGroup" if removes else "AddUserToGroup", GroupName=name, UserName=user)
    flash(f"You removed {user} from {name}." if removes else f"You added {user} to {name}.", "success")
    return redirect(url_for(".group", name=name), 303)


@pages.get("/iam/groups/<name>/delete")
def confirm_deletion(name: str) -> str:
    """Show the dialog that deletes a group."""
    return render_template(
        "iam/delete.html",
        kind="user group",
        name=name,
        effect="This deletes the group with its inline policies. Its users remain and lose its permissions.",
        back=url_for(".group", name=name),
    )


@pages.post("/iam/groups/<name>/delete")
def delete(name: str) -> Response:
    """Delete a group with its memberships and policies, as AWS's console does.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_groups_manage_delete.html
    """
    if not is_confirmed(name):
        return redirect(url_for(".confirm_deletion", name=name), 303)
    for user in list_all("iam", "GetGroup", "Users", GroupName=name):
        call("iam", "RemoveUserFromGroup", GroupName=name, UserName=user["UserName"])
    Identity("groups", name).remove_policies()
    call("iam", "DeleteGroup", GroupName=name)
    flash(f"You deleted the group {name}.", "success")
    return redirect(url_for(".groups"), 303)
