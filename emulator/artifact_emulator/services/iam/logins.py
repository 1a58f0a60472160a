"""Login profiles: the passwords of users for the console."""

from typing import TYPE_CHECKING

from artifact_emulator.call import Call
from artifact_state import logins
from artifact_state.model.identities import Login, User

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests


def create_login_profile(
    call: Call, request: "requests.CreateLoginProfileRequest"
) -> "replies.CreateLoginProfileResponse":
    """Give a user a password."""
    made = logins.create_login(
        call.tx,
        request.password or "",
        user_name=request.user_name,
        must_be_changed=bool(request.password_reset_required),
    )
    return {"LoginProfile": _login(*made)}


def get_login_profile(call: Call, request: "requests.GetLoginProfileRequest") -> "replies.GetLoginProfileResponse":
    """Tell since when a user has a password."""
    return {"LoginProfile": _login(*logins.login_of(call.tx, request.user_name))}


def update_login_profile(call: Call, request: "requests.UpdateLoginProfileRequest") -> None:
    """Give a user another password, or have him change it."""
    logins.update_login(
        call.tx, request.user_name, password=request.password, must_be_changed=request.password_reset_required
    )


def delete_login_profile(call: Call, request: "requests.DeleteLoginProfileRequest") -> None:
    """Take a user's password away."""
    logins.delete_login(call.tx, request.user_name)


def _login(user: User, login: Login) -> "replies.LoginProfile":
    return {
        "UserName": user.name,
        "CreateDate": login.created_at,
        "PasswordResetRequired": login.must_be_changed,
    }
