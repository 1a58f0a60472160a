"""The page at which a browser hands in the token of its world, and the page that connects programs to the world."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from artifact_emulator.access_tokens import AccessTokens
from artifact_emulator.aws.authentication import DEFAULT_ACCOUNT
from artifact_emulator.console.calls import executor, world
from artifact_emulator.routing import WORLDS
from artifact_emulator.testing.environment import PLACEHOLDER
from artifact_state.organizations.organization import first_management_account
from artifact_state.world_registry import DEFAULT

pages = Blueprint("join", __name__)


@pages.get("/join")
def join() -> str | Response:
    """Show the form for a token; a script fills it in from the fragment of the link, which no server receives."""
    if executor().access is None:
        return redirect(url_for("home.home"))
    return render_template("join.html")


@pages.post("/join")
def submit() -> Response:
    """Keep a token that opens this world in a cookie, which scripts cannot read and other sites cannot use."""
    access, token = executor().access, request.form.get("token", "").strip()
    if access is None:
        return redirect(url_for("home.home"), 303)
    # Not `world()`, which would create it.
    cookie = access.cookie(token, request.script_root.removeprefix(WORLDS) or DEFAULT)
    if cookie is None:
        flash("This token does not open this world. Use the link on your sheet, or the control token.", "error")
        return redirect(url_for(".join"), 303)
    is_teacher = cookie == access.teacher_cookie
    page = "classroom.classroom" if is_teacher and not request.script_root else "home.home"
    response = redirect(url_for(page), 303)
    path = "/" if is_teacher else request.script_root or "/"
    response.set_cookie(cookie, token, path=path, httponly=True, samesite="Strict", secure=request.is_secure)
    return response


@pages.get("/connect")
def connect() -> str:
    """Show the settings with which programs use this world."""
    access = executor().access
    return render_template(
        "connect.html",
        account=first_management_account(world().state) or DEFAULT_ACCOUNT,
        settings={"AWS_SECRET_ACCESS_KEY": PLACEHOLDER} if access is None else _settings(access),
    )


def _settings(access: AccessTokens) -> dict[str, str]:
    token = request.cookies.get(access.world_cookie) or request.cookies.get(access.teacher_cookie, "")
    return {"AWS_SECRET_ACCESS_KEY": token, "ARTIFACT_EMULATOR_CONTROL_TOKEN": token}
