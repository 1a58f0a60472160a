"""What was entered in a form that was refused, for the page that follows: only the mistake is left to correct."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_urlsafe
from threading import Lock

from flask import current_app, g, request, session
from werkzeug.wrappers import Response

_MAX_SESSIONS = 200
_MAX_BYTES = 256 * 1024
_NOT_KEPT = ("csrf", "password", "new_password", "confirmation")


@dataclass(slots=True)
class RefusedForms:
    """The last refused form of each browser: its address, and what was entered."""

    _forms: OrderedDict[str, tuple[str, dict[str, str]]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def add(self, browser: str, address: str, entries: dict[str, str]) -> None:
        """Keep a form until the next page of its browser."""
        with self._lock:
            self._forms[browser] = (address, entries)
            while len(self._forms) > _MAX_SESSIONS:
                self._forms.popitem(last=False)

    def pop(self, browser: str) -> tuple[str, dict[str, str]]:
        """Remove and return the form of a browser."""
        with self._lock:
            return self._forms.pop(browser, ("", {}))


def keep_refused_form(response: Response) -> None:
    """Keep the form of this request if the page that the response leads to shows an error."""
    is_redirect = request.method == "POST" and response.status_code in (302, 303)
    if not is_redirect or all(category != "error" for category, _ in session.get("_flashes", ())):
        return
    if (request.content_length or 0) <= _MAX_BYTES:
        entries = {name: value for name, value in request.form.items() if name not in _NOT_KEPT}
        _store().add(session.setdefault("refused", token_urlsafe(12)), request.script_root + request.path, entries)


def entries_of(address: str) -> Mapping[str, str]:
    """Return what was entered in the form of an address, if it was refused just now; templates fill its fields."""
    if request.method == "POST" and address == request.script_root + request.path:
        return request.form
    if "refused_form" not in g:
        g.refused_form = _store().pop(session.get("refused", ""))
    refused, entries = g.refused_form
    return entries if refused == address else {}


def _store() -> RefusedForms:
    value: RefusedForms = current_app.extensions["refused_forms"]
    return value
