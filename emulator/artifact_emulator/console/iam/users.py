"""IAM users: the list, their creation and deletion, and a user's page with its credentials, groups and policies.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users.html
"""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.console.calls import call, caller, world
from artifact_emulator.console.confirmation import is_confirmed
from artifact_emulator.console.iam.password_rules import password_rules
from artifact_emulator.console.iam.permissions import Identity, policies_of

PAGE_SIZE = 50
pages = Blueprint("users", __name__)


@pages.get("/iam/users")
def users() -> str:
    """List the users of the account."""
    page = call("iam", "ListUsers", MaxItems=PAGE_SIZE, Marker=request.args.get("marker") or None)
    return render_template("iam/users.html", page=page)


@pages.post("/iam/users")
def create() -> Response:
    """Create a user."""
    name = request.form.get("name", "").strip()
    call("iam", "CreateUser", UserName=name)
    flash(f"You created the user {name}. Give it a password or an access key, and permissions.", "success")
    return redirect(url_for(".user", name=name), 303)


@pages.get("/iam/users/<name>")
def user(name: str) -> str:
    """Show a user with its credentials, groups and policies."""
    described = call("iam", "GetUser", UserName=name)["User"]
    keys = call("iam", "ListAccessKeys", UserName=name)["AccessKeyMetadata"]
    groups = _groups(name)
    joined = {group["GroupName"] for group in groups}
    listed = call("iam", "ListGroups")["Groups"]
    return render_template(
        "iam/user.html",
        shown=described,
        login=login_profile(name),
        devices=call("iam", "ListMFADevices", UserName=name)["MFADevices"],
        keys=[(key, _last_use(key["AccessKeyId"])) for key in keys],
        groups=groups,
        other_groups=[group for group in listed if group["GroupName"] not in joined],
        policies=policies_of(Identity("users", name)),
        password_rules=password_rules(world().state, caller().account_id),
    )


@pages.get("/iam/users/<name>/delete")
def confirm_deletion(name: str) -> str:
    """Show the dialog that deletes a user."""
    return render_template(
        "iam/delete.html",
        kind="user",
        name=name,
        effect="This deletes the user with its password, access keys and inline policies, deactivates its MFA devices, "
        "and removes it from its groups.",
        back=url_for(".user", name=name),
    )


@pages.post("/iam/users/<name>/delete")
def delete(name: str) -> Response:
    """Delete a user with its credentials, memberships and policies, as AWS's console does.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users_remove.html
    """
    if not is_confirmed(name):
        return redirect(url_for(".confirm_deletion", name=name), 303)
    if login_profile(name):
        call("iam", "DeleteLoginProfile", UserName=name)
    for key in call("iam", "ListAccessKeys", UserName=name)["AccessKeyMetadata"]:
        call("iam", "DeleteAccessKey", UserName=name, AccessKeyId=key["AccessKeyId"])
    for device in call("iam", "ListMFADevices", UserName=name)["MFADevices"]:
        call("iam", "DeactivateMFADevice", UserName=name, SerialNumber=device["SerialNumber"])
    for group in _groups(name):
        call("iam", "RemoveUserFromGroup", GroupName=group["GroupName"], UserName=name)
    Identity("users", name).remove_policies()
    call("iam", "DeleteUser", UserName=name)
    flash(f"You deleted the user {name}.", "success")
    return redirect(url_for(".users"), 303)


@pages.post("/iam/users/<name>/groups")
def set_membership(name: str) -> Response:
    """Add a user to a group, or remove it from one."""
    group, removes = request.form.get("group", ""), "remove" in request.form
    call("iam", "RemoveUserFromGroup" if removes else "AddUserToGroup", GroupName=group, UserName=name)
    flash(f"You removed {name} from {group}." if removes else f"You added {name} to {group}.", "success")
    return redirect(url_for(".user", name=name), 303)


def login_profile(name: str) -> Any:
    """Return the login profile of a user, or None if it cannot sign in to the console.

    Raises AwsError.
    """
    try:
        return call("iam", "GetLoginProfile", UserName=name)["LoginProfile"]
    except AwsError as failure:
        if failure.code != "NoSuchEntity":
            raise
        return None


def _groups(name: str) -> list[Any]:
    groups: list[Any] = call("iam", "ListGroupsForUser", UserName=name)["Groups"]
    return groups


def _last_use(access_key_id: str) -> Any:
    return call("iam", "GetAccessKeyLastUsed", AccessKeyId=access_key_id)["AccessKeyLastUsed"]
