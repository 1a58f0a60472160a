"""The first page, and who is signed in."""

from itertools import islice
from urllib.parse import quote, urlsplit

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from artifact_emulator.aws.authentication import partition_of
from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.console import PREFIX
from artifact_emulator.console.calls import call, desk, tell_refusal, world
from artifact_emulator.console.session import REGIONS
from artifact_emulator.console.session import sign_in as sign_in_as
from artifact_emulator.console.session import sign_out as sign_out_of
from artifact_emulator.routing import WORLDS
from artifact_state import arns
from artifact_state.errors import Refused
from artifact_state.organizations.accounts import account_of
from artifact_state.world_registry import DEFAULT

_PROPOSED = 50
"""How many accounts of a world are proposed for signing in."""
pages = Blueprint("home", __name__)


@pages.get("/", strict_slashes=False)
def home() -> str:
    """Show the first page."""
    return render_template("home.html")


@pages.get("/enter")
def enter() -> Response:
    """Go to the console of another world that there is."""
    name = request.args.get("world", DEFAULT)
    known = [one.name for one in desk().worlds]
    if name not in known:
        abort(404, f"There is no world {name}.")
    return redirect(f"{PREFIX}/" if name == DEFAULT else f"{WORLDS}{quote(name)}{PREFIX}/")


@pages.get("/sign-in")
def sign_in() -> str:
    """Ask who is to be signed in."""
    state = world().state
    known = dict.fromkeys([*islice(_management(), _PROPOSED), *islice(state.accounts, _PROPOSED)])
    accounts = [account_of(state, one) for one in islice(known, _PROPOSED)]
    users = [user for account in accounts for user in islice(state.users.get(account.id, ()), 5)]
    return render_template(
        "sign_in.html", accounts=accounts, users=users, regions=REGIONS, next=request.args.get("next", "")
    )


@pages.post("/sign-in")
def sign_in_with() -> Response:
    """Let an account's root user or an IAM user be signed in."""
    account_id = "".join(request.form.get("account", "").split()).replace("-", "")
    user_name = request.form.get("user", "").strip()
    region = request.form.get("region", "us-east-1")
    if not (len(account_id) == 12 and account_id.isascii() and account_id.isdecimal()) or region not in REGIONS:
        flash("An account has an id of 12 digits.", "error")
        return redirect(url_for(".sign_in"), 303)
    if user_name and not _opens(account_id, user_name, request.form.get("password", "")):
        # AWS's console does not say which of the three is wrong.
        flash("Your authentication information is incorrect. Please try again.", "error")
        return redirect(url_for(".sign_in"), 303)
    sign_in_as(account_id=account_id, user_name=user_name, region=region)
    return redirect(_next(), 303)


@pages.post("/switch-role")
def switch_role() -> Response:
    """Assume a role as who is signed in, and be signed in as its session."""
    account_id, name = request.form.get("account", "").strip(), request.form.get("role", "").strip()
    region = request.form.get("region", "us-east-1")
    try:
        assumed = call(
            "sts",
            "AssumeRole",
            RoleArn=arns.role(partition_of(region), account_id, "/", name),
            RoleSessionName="console",
        )
    except AwsError as failure:
        tell_refusal(failure)
        return redirect(url_for(".sign_in"), 303)
    sign_in_as(access_key_id=assumed["Credentials"]["AccessKeyId"], region=region)
    return redirect(_next(), 303)


@pages.post("/sign-out")
def sign_out() -> Response:
    """Let nobody be signed in."""
    sign_out_of()
    return redirect(url_for(".home"), 303)


def _management() -> list[str]:
    return sorted(one.management_account_id for one in world().state.organizations.values())


def _opens(account_id: str, user_name: str, password: str) -> bool:
    # Most worlds have no users: they come into memory with the first one who signs in.
    from artifact_state.iam.logins import opens
    from artifact_state.iam.users import user_of

    try:
        return opens(user_of(world().state, account_id, user_name), password)
    except Refused:
        return False


def _next() -> str:
    """Tell where to go on: to a page of this console, and nowhere else."""
    asked = urlsplit(request.form.get("next", ""))
    is_own = not asked.scheme and not asked.netloc and asked.path.startswith(f"{PREFIX}/")
    query = f"?{asked.query}" if asked.query else ""
    return request.script_root + asked.path + query if is_own else url_for(".home")
