"""Errors for people: what a browser shows of an error that is meant for programs, with a way back to the console."""

import json
from html import escape
from http import HTTPStatus

from artifact_emulator import console, control
from artifact_emulator.http import Reply, Request
from artifact_emulator.routing import within_world

_HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Security-Policy", "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>{title} · artifact-emulator</title>
  <link rel="stylesheet" href="{prefix}/static/console.css">
</head>
<body>
<main>
  <h1>{title}</h1>
  <div class="flash error" role="alert">{text}</div>
  <p><a href="{base}{prefix}/">Back to the console</a></p>
</main>
</body>
</html>
"""


def page_of(request: Request, reply: Reply, base: str) -> Reply:
    """Return the page of an error; an error that has a page, or is the control API's or of a signed call, as it is.

    The page leads back to the console at `base`, the address of a world or "".
    """
    is_page = dict(reply.headers).get("Content-Type", "").startswith("text/html")
    path = within_world(request).path
    if is_page or "authorization" in request.headers or path.startswith(control.PREFIX):
        return reply
    if request.query and not path.startswith(console.PREFIX):
        return reply  # A call of the query protocol.
    title, text = _texts(reply)
    if reply.status == HTTPStatus.NOT_FOUND:
        text = f"There is no page at {request.path}."
    page = _PAGE.format(title=escape(title), text=escape(text), base=base, prefix=console.PREFIX)
    return Reply(reply.status, _HEADERS, page.encode())


def _texts(reply: Reply) -> tuple[str, str]:
    """Return the title and the text of an error: problem details, an error of AWS, or plain text."""
    title, text = HTTPStatus(reply.status).phrase, reply.body.decode(errors="replace")
    try:
        error = json.loads(text)
    except ValueError:
        return title, text
    return error.get("title", title), error.get("detail") or error.get("message") or error.get("Message") or title
