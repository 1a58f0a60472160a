"""Login profiles: the passwords of users and root users for the console."""

from typing import TYPE_CHECKING

from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.iam.reply_members import changes_max_signin, max_signin_of
from artifact_emulator.services.iam.users import root_user_reply
from artifact_state.iam import logins, root_logins
from artifact_state.model.identities import Login, User

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests


def create_login_profile(
    call: RequestContext, request: "requests.CreateLoginProfileRequest"
) -> "replies.CreateLoginProfileResponse":
    """Create a user's password; a root session allows the root user to choose one."""
    if _is_root_login(call, request.user_name):
        root_logins.allow_root_login(call.tx)
        return {"LoginProfile": _root_login_reply(call)}
    user, login = logins.create_login(
        call.tx,
        request.password or "",
        user_name=request.user_name,
        must_be_changed=bool(request.password_reset_required),
        max_signin=max_signin_of(request.max_signin_session_duration),
    )
    return {"LoginProfile": _login_reply(user, login)}


def get_login_profile(
    call: RequestContext, request: "requests.GetLoginProfileRequest"
) -> "replies.GetLoginProfileResponse":
    """Return the creation date of a user's password."""
    if _is_root_login(call, request.user_name):
        return {"LoginProfile": _root_login_reply(call)}
    user, login = logins.login_of(call.tx, request.user_name)
    return {"LoginProfile": _login_reply(user, login)}


def update_login_profile(call: RequestContext, request: "requests.UpdateLoginProfileRequest") -> None:
    """Change a user's password, or whether it must be changed at the next sign-in."""
    changes_signin = changes_max_signin(request)
    logins.update_login(
        call.tx, request.user_name, password=request.password, must_be_changed=request.password_reset_required
    )
    if changes_signin:
        logins.set_max_signin(call.tx, request.user_name, max_signin_of(request.max_signin_session_duration))


def delete_login_profile(call: RequestContext, request: "requests.DeleteLoginProfileRequest") -> None:
    """Delete a user's password."""
    if _is_root_login(call, request.user_name):
        root_logins.delete_root_login(call.tx)
    else:
        logins.delete_login(call.tx, request.user_name)


def change_password(call: RequestContext, request: "requests.ChangePasswordRequest") -> None:
    """Change the password of the calling user."""
    logins.change_password(call.tx, request.old_password, request.new_password)


def _is_root_login(call: RequestContext, user_name: str | None) -> bool:
    """Return whether a request is about the root user's password: a root session's request without a user name."""
    return user_name is None and call.tx.caller.assumed_root


def _root_login_reply(call: RequestContext) -> "replies.LoginProfile":
    root = root_user_reply(call)
    since = root_logins.root_login_since(call.tx)
    return {"UserName": root["UserName"], "CreateDate": since or root["CreateDate"], "PasswordResetRequired": False}


def _login_reply(user: User, login: Login) -> "replies.LoginProfile":
    reply: replies.LoginProfile = {
        "UserName": user.name,
        "CreateDate": login.created_at,
        "PasswordResetRequired": login.must_be_changed,
    }
    if login.max_signin is not None:
        reply["MaxSigninSessionDuration"] = int(login.max_signin.total_seconds())
    return reply
