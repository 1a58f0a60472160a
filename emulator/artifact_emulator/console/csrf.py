"""Forms that only the console's own pages send: a token in each of them, known to the cookie alone.

Source: https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

from hmac import compare_digest
from secrets import token_urlsafe

from flask import abort, request, session


def token() -> str:
    """Give the token of this browser's forms."""
    found: str = session.setdefault("csrf", token_urlsafe(24))
    return found


def check() -> None:
    """Refuse a form that has not the token."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    known = session.get("csrf", "")
    if not known or not compare_digest(known.encode(), request.form.get("csrf", "").encode()):
        abort(403, "This form is not of this console's pages, or is out of date: open the page again.")
