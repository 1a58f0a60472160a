"""The home page, the choice of a world, and signing in and out."""

from urllib.parse import quote

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from artifact_emulator.aws.authentication import partition_of
from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.console import PREFIX, session
from artifact_emulator.console.access import manages_all
from artifact_emulator.console.calls import call, caller, executor, flash_refusal, next_page, world, world_name
from artifact_emulator.console.principals import MAX_ACCOUNTS, offered_accounts
from artifact_emulator.routing import WORLDS
from artifact_emulator.world_runtime import add_sign_in
from artifact_state import arns
from artifact_state.closest_name import closest
from artifact_state.world_registry import DEFAULT

_WRONG_CREDENTIALS = "Your authentication information is incorrect. Please try again."
"""As on AWS, the message does not say which of the three values is wrong."""
_EXPIRED = "Your password has expired. Ask an administrator of the account to reset it."
pages = Blueprint("home", __name__)


@pages.get("/", strict_slashes=False)
def home() -> str:
    """Show the home page."""
    return render_template("home.html")


@pages.get("/enter")
def enter() -> Response:
    """Redirect to the console of another world."""
    name = request.args.get("world", DEFAULT)
    worlds = executor().worlds
    if worlds.existing(name) is None:
        abort(404, f"There is no world {name}{closest(name, (world.name for world in worlds)) or '.'}")
    return redirect(f"{PREFIX}/" if name == DEFAULT else f"{WORLDS}{quote(name)}{PREFIX}/")


@pages.post("/create")
def create_world() -> Response:
    """Create the world that the address names, which does not exist."""
    if not manages_all():
        abort(403, "Only the teacher's token creates worlds.")
    # A world of this name may have been created since the form was shown.
    executor().worlds.get(world_name())
    return redirect(url_for(".home"), 303)


@pages.get("/sign-in")
def sign_in() -> str:
    """Show the sign-in forms."""
    search = request.args.get("search", "").strip()
    return render_template(
        "sign_in.html",
        accounts=offered_accounts(world(), search),
        max_accounts=MAX_ACCOUNTS,
        search=search,
        regions=session.REGIONS,
        next=request.args.get("next", ""),
    )


@pages.post("/sign-in")
def submit_sign_in() -> str | Response:
    """Sign in as the root user of an account or as an IAM user."""
    account_id = "".join(request.form.get("account", "").split()).replace("-", "")
    user_name = request.form.get("user", "").strip()
    region = request.form.get("region", "us-east-1")
    if not (len(account_id) == 12 and account_id.isascii() and account_id.isdecimal()) or region not in session.REGIONS:
        flash("An account ID has 12 digits.", "error")
        return redirect(url_for(".sign_in"), 303)
    if user_name:
        return _sign_in_user(account_id, user_name, region)
    session.sign_in(account_id=account_id, region=region)
    return _enter()


@pages.post("/switch-role")
def switch_role() -> Response:
    """Assume a role as the signed-in principal, and sign in as the role session."""
    account_id, name = request.form.get("account", "").strip(), request.form.get("role", "").strip()
    region = request.form.get("region", "us-east-1")
    role_arn = arns.role(partition_of(region), account_id, "/", name)
    try:
        credentials = call("sts", "AssumeRole", RoleArn=role_arn, RoleSessionName="console")["Credentials"]
    except AwsError as failure:
        flash_refusal(failure)
        return redirect(url_for(".sign_in"), 303)
    session.sign_in(access_key_id=credentials["AccessKeyId"], region=region)
    return redirect(next_page(request.form.get("next", ""), url_for(".home")), 303)


@pages.post("/sign-out")
def sign_out() -> Response:
    """Sign out."""
    session.sign_out()
    return redirect(url_for(".home"), 303)


def _sign_in_user(account_id: str, user_name: str, region: str) -> str | Response:
    """Sign in as an IAM user, which first changes a password that has expired or is due to be changed."""
    # Imported here because most worlds have no IAM users.
    from artifact_emulator.console.iam.password_rules import password_rules
    from artifact_state.iam import console_sign_in
    from artifact_state.iam.console_sign_in import SignIn

    password, new_password = request.form.get("password", ""), request.form.get("new_password")
    state, now = world().state, world().clock.now()
    outcome = console_sign_in.sign_in(state, account_id, user_name, password, now)
    if outcome in (SignIn.REFUSED, SignIn.EXPIRED):
        flash(_WRONG_CREDENTIALS if outcome is SignIn.REFUSED else _EXPIRED, "error")
        return redirect(url_for(".sign_in"), 303)
    if outcome is SignIn.CHANGE_REQUIRED and new_password is None:
        rules = password_rules(state, account_id)
        return render_template("change_password.html", form=request.form, password_rules=rules)
    session.sign_in(account_id=account_id, user_name=user_name, region=region)
    if outcome is SignIn.CHANGE_REQUIRED:
        try:
            call("iam", "ChangePassword", OldPassword=password, NewPassword=new_password)
        except AwsError as failure:
            session.sign_out()
            flash_refusal(failure)
            return redirect(url_for(".sign_in"), 303)
    return _enter()


def _enter() -> Response:
    """Record that the principal signed in, and open the page that it asked for."""
    add_sign_in(world(), caller().user_id)
    return redirect(next_page(request.form.get("next", ""), url_for(".home")), 303)
