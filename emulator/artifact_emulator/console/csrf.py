"""Protection against forged forms: a token in each form, which has to match the token in the session cookie.

Source: https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

from hmac import compare_digest
from secrets import token_urlsafe

from flask import render_template, request, session

from artifact_emulator.console.calls import referring_page


def token() -> str:
    """Return the CSRF token of this browser's session; create it on first use."""
    value: str = session.setdefault("csrf", token_urlsafe(24))
    return value


def check() -> tuple[str, int] | None:
    """Refuse a form without the session's token, which changes when a principal signs in."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return None
    expected = session.get("csrf", "")
    if expected and compare_digest(expected.encode(), request.form.get("csrf", "").encode()):
        return None
    return render_template("outdated_form.html", page=referring_page()), 403
