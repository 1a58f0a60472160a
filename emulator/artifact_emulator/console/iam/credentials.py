"""Credentials of an IAM user: its console password (AWS's login profile) and its access keys.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_admin-change-user.html
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from artifact_emulator.console.calls import call
from artifact_emulator.console.confirmation import confirmation
from artifact_emulator.console.iam.users import login_profile

pages = Blueprint("credentials", __name__, url_prefix="/iam/users/<name>")


@pages.post("/password")
def set_password(name: str) -> Response:
    """Create the login profile of a user, or change its password."""
    profile = login_profile(name)
    call(
        "iam",
        "UpdateLoginProfile" if profile else "CreateLoginProfile",
        UserName=name,
        Password=request.form.get("password", ""),
        PasswordResetRequired="reset" in request.form,
    )
    flash(f"You {'changed the' if profile else 'created a'} console password of {name}.", "success")
    return _to_user(name)


@pages.get("/password/delete")
def confirm_password_deletion(name: str) -> str:
    """Ask before the password of a user is deleted."""
    text = f"{name} can no longer sign in to the console, until you create another password."
    return confirmation(f"Delete the password of {name}?", text, "Delete password", url_for("users.user", name=name))


@pages.post("/password/delete")
def delete_password(name: str) -> Response:
    """Delete the login profile of a user."""
    call("iam", "DeleteLoginProfile", UserName=name)
    flash(f"You deleted the console password of {name}, who can no longer sign in.", "success")
    return _to_user(name)


@pages.post("/access-keys")
def create_access_key(name: str) -> str:
    """Create an access key and show its secret, which AWS returns only once."""
    return render_template("iam/access_key.html", key=call("iam", "CreateAccessKey", UserName=name)["AccessKey"])


@pages.post("/access-keys/<key_id>/status")
def set_key_status(name: str, key_id: str) -> Response:
    """Activate or deactivate an access key."""
    status = request.form.get("status", "")
    call("iam", "UpdateAccessKey", UserName=name, AccessKeyId=key_id, Status=status)
    flash(f"The access key {key_id} is now {status.lower()}.", "success")
    return _to_user(name)


@pages.get("/access-keys/<key_id>/delete")
def confirm_key_deletion(name: str, key_id: str) -> str:
    """Show the dialog that deletes an access key."""
    return render_template("iam/delete_access_key.html", name=name, key_id=key_id)


@pages.post("/access-keys/<key_id>/delete")
def delete_access_key(name: str, key_id: str) -> Response:
    """Delete an access key."""
    call("iam", "DeleteAccessKey", UserName=name, AccessKeyId=key_id)
    flash(f"You deleted the access key {key_id}.", "success")
    return _to_user(name)


def _to_user(name: str) -> Response:
    return redirect(url_for("users.user", name=name), 303)
