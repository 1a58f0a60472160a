"""Login profiles: the passwords of users for the console."""

from typing import TYPE_CHECKING

from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.iam.users import root_user_reply
from artifact_state.iam import logins, root_logins
from artifact_state.model.identities import Login, User

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests


def create_login_profile(
    call: RequestContext, request: "requests.CreateLoginProfileRequest"
) -> "replies.CreateLoginProfileResponse":
    """Give a user a password; a root session lets the root user choose one, and names none."""
    if _is_of_root(call, request.user_name):
        root_logins.allow_root_login(call.tx)
        return {"LoginProfile": _login_of_root(call)}
    made = logins.create_login(
        call.tx,
        request.password or "",
        user_name=request.user_name,
        must_be_changed=bool(request.password_reset_required),
    )
    return {"LoginProfile": _login(*made)}


def get_login_profile(
    call: RequestContext, request: "requests.GetLoginProfileRequest"
) -> "replies.GetLoginProfileResponse":
    """Tell since when a user has a password."""
    if _is_of_root(call, request.user_name):
        return {"LoginProfile": _login_of_root(call)}
    return {"LoginProfile": _login(*logins.login_of(call.tx, request.user_name))}


def update_login_profile(call: RequestContext, request: "requests.UpdateLoginProfileRequest") -> None:
    """Give a user another password, or have him change it."""
    logins.update_login(
        call.tx, request.user_name, password=request.password, must_be_changed=request.password_reset_required
    )


def delete_login_profile(call: RequestContext, request: "requests.DeleteLoginProfileRequest") -> None:
    """Take a user's password away."""
    if _is_of_root(call, request.user_name):
        root_logins.delete_root_login(call.tx)
    else:
        logins.delete_login(call.tx, request.user_name)


def _is_of_root(call: RequestContext, user_name: str | None) -> bool:
    """Tell whether the root user's login is meant: whoever names nobody in a root session means it."""
    return user_name is None and call.tx.caller.assumed_root


def _login_of_root(call: RequestContext) -> "replies.LoginProfile":
    root = root_user_reply(call)
    since = root_logins.root_login_since(call.tx)
    return {"UserName": root["UserName"], "CreateDate": since or root["CreateDate"], "PasswordResetRequired": False}


def _login(user: User, login: Login) -> "replies.LoginProfile":
    return {
        "UserName": user.name,
        "CreateDate": login.created_at,
        "PasswordResetRequired": login.must_be_changed,
    }
