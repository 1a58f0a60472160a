"""Protection against forged forms: a token in each form, which has to match the token in the session cookie.

Source: https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

from hmac import compare_digest
from secrets import token_urlsafe

from flask import abort, request, session


def token() -> str:
    """Return the CSRF token of this browser's session; create it on first use."""
    value: str = session.setdefault("csrf", token_urlsafe(24))
    return value


def check() -> None:
    """Refuse a form without the session's token."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    expected = session.get("csrf", "")
    if not expected or not compare_digest(expected.encode(), request.form.get("csrf", "").encode()):
        abort(403, "The form does not come from this console, or is out of date. Open the page again.")
