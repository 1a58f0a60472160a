"""The home page, the choice of a world, and signing in and out."""

from itertools import islice
from urllib.parse import quote, urlsplit

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from artifact_emulator.aws.authentication import partition_of
from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.console import PREFIX, session
from artifact_emulator.console.calls import call, executor, flash_refusal, world
from artifact_emulator.routing import WORLDS
from artifact_state import arns
from artifact_state.errors import Refused
from artifact_state.organizations.accounts import account_of
from artifact_state.world_registry import DEFAULT

_MAX_SUGGESTIONS = 50
"""Number of accounts that the sign-in page suggests."""
pages = Blueprint("home", __name__)


@pages.get("/", strict_slashes=False)
def home() -> str:
    """Show the home page."""
    return render_template("home.html")


@pages.get("/enter")
def enter() -> Response:
    """Redirect to the console of another world."""
    name = request.args.get("world", DEFAULT)
    if name not in [listed.name for listed in executor().worlds]:
        abort(404, f"The world {name} does not exist.")
    return redirect(f"{PREFIX}/" if name == DEFAULT else f"{WORLDS}{quote(name)}{PREFIX}/")


@pages.get("/sign-in")
def sign_in() -> str:
    """Show the sign-in forms."""
    state = world().state
    account_ids = dict.fromkeys(
        [*islice(_management_accounts(), _MAX_SUGGESTIONS), *islice(state.accounts, _MAX_SUGGESTIONS)]
    )
    accounts = [account_of(state, account_id) for account_id in islice(account_ids, _MAX_SUGGESTIONS)]
    users = [user for account in accounts for user in islice(state.users.get(account.id, ()), 5)]
    return render_template(
        "sign_in.html", accounts=accounts, users=users, regions=session.REGIONS, next=request.args.get("next", "")
    )


@pages.post("/sign-in")
def submit_sign_in() -> Response:
    """Sign in as the root user of an account or as an IAM user."""
    account_id = "".join(request.form.get("account", "").split()).replace("-", "")
    user_name = request.form.get("user", "").strip()
    region = request.form.get("region", "us-east-1")
    if not (len(account_id) == 12 and account_id.isascii() and account_id.isdecimal()) or region not in session.REGIONS:
        flash("An account ID has 12 digits.", "error")
        return redirect(url_for(".sign_in"), 303)
    if user_name and not _password_matches(account_id, user_name, request.form.get("password", "")):
        # AWS's console does not say which of the three values is wrong.
        flash("Your authentication information is incorrect. Please try again.", "error")
        return redirect(url_for(".sign_in"), 303)
    session.sign_in(account_id=account_id, user_name=user_name, region=region)
    return redirect(_next_page(), 303)


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
    return redirect(_next_page(), 303)


@pages.post("/sign-out")
def sign_out() -> Response:
    """Sign out."""
    session.sign_out()
    return redirect(url_for(".home"), 303)


def _management_accounts() -> list[str]:
    return sorted(organization.management_account_id for organization in world().state.organizations.values())


def _password_matches(account_id: str, user_name: str, password: str) -> bool:
    # Imported here because most worlds have no IAM users.
    from artifact_state.iam.logins import password_matches
    from artifact_state.iam.users import user_of

    try:
        return password_matches(user_of(world().state, account_id, user_name), password)
    except Refused:
        return False


def _next_page() -> str:
    """Return the page to open after signing in, which has to be a page of this console."""
    target = urlsplit(request.form.get("next", ""))
    if target.scheme or target.netloc or not target.path.startswith(f"{PREFIX}/"):
        return url_for(".home")
    return request.script_root + target.path + (f"?{target.query}" if target.query else "")
