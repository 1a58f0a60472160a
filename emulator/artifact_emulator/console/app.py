"""The Flask application of the console: its blueprints, security headers, error pages and template context."""

import json
from collections.abc import Collection
from datetime import datetime
from itertools import islice
from secrets import token_bytes
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Flask, Response, current_app, flash, g, redirect, render_template, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response as AnyResponse

from artifact_emulator.active_call import CallExecutor
from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.console import PREFIX, activity, classroom, csrf, home, join, snippets
from artifact_emulator.console.access import manages_all
from artifact_emulator.console.artifact import agreements as artifact_agreements
from artifact_emulator.console.artifact import inquiries as artifact_inquiries
from artifact_emulator.console.artifact import reports as artifact_reports
from artifact_emulator.console.calls import (
    ConsoleCall,
    PendingCalls,
    SignedOut,
    check_world,
    executor,
    flash_refusal,
    page_calls,
    pending_calls,
    signed_in_user,
    world,
)
from artifact_emulator.console.iam import account as iam_account
from artifact_emulator.console.iam import credentials, groups, permissions, roles, users
from artifact_emulator.console.organizations import accounts, invitations, policies, services, settings
from artifact_emulator.console.refused_forms import RefusedForms, entries_of, keep_refused_form
from artifact_emulator.console.session import is_signed_in
from artifact_emulator.console.worlds import clock, contents, faults, registry
from artifact_emulator.control import origin
from artifact_emulator.counts import counted
from artifact_emulator.logs import escape_control_characters
from artifact_state.authority import organization_of
from artifact_state.world_registry import RegistryFull

_MAX_WORLDS = 200
"""Number of worlds in the header's menu."""
_MODULES = (
    home,
    accounts,
    invitations,
    services,
    policies,
    settings,
    artifact_reports,
    artifact_agreements,
    artifact_inquiries,
    users,
    credentials,
    groups,
    permissions,
    roles,
    iam_account,
    activity,
    registry,
    contents,
    clock,
    faults,
    join,
    classroom,
)
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def create_app(call_executor: CallExecutor, allowed_hosts: Collection[str] = ()) -> Flask:
    """Create the application; `call_executor` carries out its AWS calls."""
    app = Flask(__name__, static_url_path=f"{PREFIX}/static")
    app.session_interface = _WorldCookies()
    app.logger.addFilter(escape_control_characters)
    app.secret_key = token_bytes(32)
    app.config.update(SESSION_COOKIE_NAME="artifact-emulator-console", SESSION_COOKIE_SAMESITE="Strict")
    app.config["MAX_FORM_MEMORY_SIZE"] = None  # The server limits bodies.
    app.extensions.update(executor=call_executor, pending_calls=PendingCalls(), refused_forms=RefusedForms())
    app.jinja_env.finalize = _printed
    app.jinja_env.filters.update(document=_indented_document, counted=counted)
    app.jinja_env.globals.update(csrf=csrf.token, cli=snippets.cli, boto3=snippets.boto3, entries_of=entries_of)
    for module in _MODULES:
        app.register_blueprint(module.pages, url_prefix=PREFIX + (module.pages.url_prefix or ""))

    @app.before_request
    def check_origin() -> Response | None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        refusal = origin.refusal_of(headers, allowed_hosts)
        return Response(refusal, 403, mimetype="text/plain") if refusal else None

    app.before_request(check_world)
    app.before_request(csrf.check)
    app.context_processor(_template_context)

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers.update(_HEADERS)
        if request.path.startswith(f"{PREFIX}/static/"):
            response.headers["Cache-Control"] = "max-age=300"
        if response.status_code in (302, 303) and page_calls():
            pending_calls().add(page_calls())
        keep_refused_form(response)
        return response

    @app.errorhandler(AwsError)
    def show_aws_error(failure: AwsError) -> AnyResponse | tuple[str, int]:
        return _refusal_response(failure)

    @app.errorhandler(SignedOut)
    def ask_to_sign_in(error: SignedOut) -> AnyResponse:
        if is_signed_in():
            flash("Your session has expired, or its principal no longer exists. Sign in again.", "error")
        return redirect(url_for("home.sign_in", next=request.full_path if request.method == "GET" else None))

    app.register_error_handler(RegistryFull, _limit_page)

    app.register_error_handler(HTTPException, _error_page)
    return app


def _error_page(error: HTTPException) -> AnyResponse | tuple[str, int]:
    page = _page_near(error) if request.method == "GET" and error.code in (404, 405) else None
    if page is not None:
        return redirect(request.script_root + page)
    return render_template("error.html", title=error.name, description=error.description), error.code or 500


def _page_near(error: HTTPException) -> str | None:
    """Return the page that a visitor means who opens the address of a page with a slash, or that of a form."""
    urls = current_app.url_map.bind("localhost")
    address = request.path.rstrip("/")
    if isinstance(error, MethodNotAllowed):
        # The address of a form lies below that of its page.
        while address and not urls.test(address, "GET"):
            address = address.rpartition("/")[0]
    return address if address != request.path and urls.test(address, "GET") else None


def _limit_page(error: RegistryFull) -> tuple[str, int]:
    return render_template("error.html", title="Limit exceeded", description=str(error)), 409


class _WorldCookies(SecureCookieSessionInterface):
    """A session cookie for each world, so that signing in to one world does not sign in to another."""

    def get_cookie_path(self, app: Flask) -> str:  # noqa: ARG002 - Flask's signature
        """Return the path of the world's console."""
        return request.script_root + PREFIX


def _refusal_response(failure: AwsError) -> AnyResponse | tuple[str, int]:
    """Show the error in place of the page, or on the page with the form that was submitted."""
    if request.method == "GET":
        failed = page_calls()[-1] if page_calls() else None
        return render_template("refused.html", failure=failure, failed_call=failed), 403
    flash_refusal(failure)
    referrer = urlsplit(request.referrer or "")
    back = f"{referrer.path}?{referrer.query}" if referrer.query else referrer.path
    return redirect(back if back.startswith(request.script_root + PREFIX) else url_for("home.home"), 303)


def _template_context() -> dict[str, Any]:
    """Return the variables of every template."""
    user, current = signed_in_user(), world()
    organization = None
    if user is not None:
        organization = organization_of(current.state, user.caller.account_id, current.clock.now())
    return {
        "user": user,
        "world": current,
        "manages_all": manages_all(),
        "worlds": [listed.name for listed in islice(executor().worlds, _MAX_WORLDS)] if manages_all() else [],
        "is_protected": executor().access is not None,
        "organization": organization,
        "is_management": bool(organization and user and organization.management_account_id == user.caller.account_id),
        "calls": _shown_calls(),
        "endpoint": request.host_url.rstrip("/") + request.script_root,
    }


def _shown_calls() -> list[ConsoleCall]:
    """Return the calls of the form that led to this page, then the page's own."""
    if "previous_calls" not in g:
        g.previous_calls = pending_calls().pop() if session else []
    previous: list[ConsoleCall] = g.previous_calls
    return [*previous, *page_calls()]


def _indented_document(text: str) -> str:
    """Return a policy document indented; IAM returns documents URL-encoded."""
    try:
        return json.dumps(json.loads(unquote(text)), indent=2)
    except ValueError:
        return text


def _printed(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M UTC")
    return "" if value is None else value
