"""Requests to WSGI applications: the control API and the console."""

from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from artifact_emulator.http import Reply, Request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def respond(app: "WSGIApplication", request: Request) -> Reply:
    """Return the reply of an application to a request."""
    # Imported here: no AWS call needs it.
    from werkzeug.test import EnvironBuilder, run_wsgi_app

    builder = EnvironBuilder(
        query_string=request.query,
        method=request.method,
        headers=list(request.headers.items()),
        base_url=f"http://localhost{request.base}",  # The Host header, which may be invalid, is among the headers.
        input_stream=request.file or BytesIO(request.body),
    )
    environ = builder.get_environ()
    # WSGI has the path decoded byte by byte; a question mark in a decoded path does not start a query.
    environ["PATH_INFO"] = unquote_to_bytes(request.path).decode("latin-1")
    # The length of a chunked body is not declared.
    environ["wsgi.input_terminated"] = True
    chunks, status, headers = run_wsgi_app(app, environ)
    others = tuple((name, value) for name, value in headers if name.lower() != "content-length")
    if request.takes_stream and status.startswith("200") and len(others) == len(headers):
        from artifact_emulator.large_replies import in_threads

        return Reply(int(status.split()[0]), others, stream=in_threads(iter(chunks)))
    return Reply(int(status.split()[0]), others, b"".join(chunks))
