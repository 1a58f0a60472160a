"""The way from the core to a WSGI application: the control API, and later the console."""

from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from artifact_emulator.http import Reply, Request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def respond(app: "WSGIApplication", request: Request) -> Reply:
    """Let an application answer a request."""
    # Imported here: no AWS call needs it.
    from werkzeug.test import EnvironBuilder, run_wsgi_app

    builder = EnvironBuilder(
        query_string=request.query,
        method=request.method,
        headers=list(request.headers.items()),
        base_url=f"http://localhost{request.base}",  # The Host header, which may be impossible, is among the others.
        data=request.body,
    )
    environ = builder.get_environ()
    # WSGI has the path decoded, byte for byte; whatever a decoded path has in it, it is no query.
    environ["PATH_INFO"] = unquote_to_bytes(request.path).decode("latin-1")
    chunks, status, headers = run_wsgi_app(app, environ)
    kept = tuple((name, value) for name, value in headers if name.lower() != "content-length")
    return Reply(int(status.split()[0]), kept, b"".join(chunks))
