"""The console's application: its pages, and what holds for all of them."""

import json
from collections.abc import Collection
from datetime import datetime
from itertools import islice
from secrets import token_bytes
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Flask, Response, flash, g, redirect, render_template, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.console import PREFIX, activity, csrf, home, roles, snippets
from artifact_emulator.console.artifact import agreements as artifact_agreements
from artifact_emulator.console.artifact import inquiries as artifact_inquiries
from artifact_emulator.console.artifact import reports as artifact_reports
from artifact_emulator.console.calls import (
    ConsoleCall,
    Memory,
    SignedOut,
    desk,
    made,
    memory,
    signed,
    tell_refusal,
    world,
)
from artifact_emulator.console.organizations import accounts, invitations, policies, services, settings
from artifact_emulator.control import origin
from artifact_emulator.pipeline import CallExecutor
from artifact_state.authority import organization_of

_WORLDS_SHOWN = 200
_ORGANIZATIONS = (accounts, invitations, services, policies, settings)
_ARTIFACT = (artifact_reports, artifact_agreements, artifact_inquiries)
# No script, style or frame but the console's own; nothing is fetched from elsewhere.
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def create_app(served: CallExecutor, allowed_hosts: Collection[str] = ()) -> Flask:
    """Make the application over where calls are carried out."""
    app = Flask(__name__, static_url_path=f"{PREFIX}/static")
    app.session_interface = _Cookies()
    app.secret_key = token_bytes(32)
    app.config.update(SESSION_COOKIE_NAME="artifact-emulator-console", SESSION_COOKIE_SAMESITE="Strict")
    app.extensions.update(desk=served, memory=Memory())
    app.jinja_env.finalize = _shown
    app.jinja_env.filters["document"] = _document
    app.jinja_env.globals.update(csrf=csrf.token, cli=snippets.cli, boto3=snippets.boto3)
    for part in (home, *_ORGANIZATIONS, *_ARTIFACT, roles, activity):
        app.register_blueprint(part.pages, url_prefix=PREFIX)

    @app.before_request
    def refuse_strangers() -> Response | None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        refusal = origin.refusal_of(headers, allowed_hosts)
        return Response(refusal, 403, mimetype="text/plain") if refusal else None

    app.before_request(csrf.check)
    app.context_processor(_everywhere)

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers.update(_HEADERS)
        if request.path.startswith(f"{PREFIX}/static/"):
            response.headers["Cache-Control"] = "max-age=300"
        if response.status_code in (302, 303) and made():
            memory().keep(made())
        return response

    @app.errorhandler(AwsError)
    def refused(failure: AwsError) -> AnyResponse | tuple[str, int]:
        return _refused(failure)

    @app.errorhandler(SignedOut)
    def signed_out(error: SignedOut) -> AnyResponse:
        if session.get("account") or session.get("key"):
            flash("Your session has expired, or who you were is gone. Sign in again.", "error")
        return redirect(url_for("home.sign_in", next=request.full_path if request.method == "GET" else None))

    @app.errorhandler(HTTPException)
    def not_done(error: HTTPException) -> tuple[str, int]:
        return render_template("not_done.html", title=error.name, why=error.description), error.code or 500

    return app


class _Cookies(SecureCookieSessionInterface):
    """A cookie for each world: who is signed in to one is nobody in another."""

    def get_cookie_path(self, app: Flask) -> str:  # noqa: ARG002 - as Flask has it
        """Tell below which path the browser shows it."""
        return request.script_root + PREFIX


def _refused(failure: AwsError) -> AnyResponse | tuple[str, int]:
    """Show a refusal where it belongs: on the page that the form was on, or in place of the page."""
    if request.method == "GET":
        return render_template("refused.html", failure=failure, asked=made()[-1] if made() else None), 403
    tell_refusal(failure)
    came_from = urlsplit(request.referrer or "")
    own = request.script_root + PREFIX
    back = f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path
    return redirect(back if back.startswith(own) else url_for("home.home"), 303)


def _everywhere() -> dict[str, Any]:
    """Give what every page's frame shows."""
    found, here = signed(), world()
    organization = None
    if found is not None:
        organization = organization_of(here.state, found.caller.account_id, here.clock.now())
    return {
        "signed": found,
        "world": here,
        "worlds": [one.name for one in islice(desk().worlds, _WORLDS_SHOWN)],
        "organization": organization,
        "is_management": bool(organization and found and organization.management_account_id == found.caller.account_id),
        "calls": _calls(),
        "endpoint": request.host_url.rstrip("/") + request.script_root,
    }


def _calls() -> list[ConsoleCall]:
    """Give the calls to show: those of the action that led here, and this page's own."""
    if "shown" not in g:
        g.shown = memory().take() if session else []
    shown: list[ConsoleCall] = g.shown
    return [*shown, *made()]


def _document(text: str) -> str:
    """Lay out a policy; IAM hands them out encoded for a URL."""
    try:
        return json.dumps(json.loads(unquote(text)), indent=2)
    except ValueError:
        return text


def _shown(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M UTC")
    return "" if value is None else value
