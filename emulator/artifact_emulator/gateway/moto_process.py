"""The program that `moto_server` starts: moto's applications in werkzeug's server, on connections that are kept.

moto's own server closes each connection after its answer, and waits for ten milliseconds before it does. To connect
for each call takes the emulator as much time as all else that it does for the call.
"""

import logging
import os
import sys
from collections.abc import Iterable
from threading import Thread
from typing import IO, TYPE_CHECKING, cast

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.datastructures import Headers
from werkzeug.serving import make_server
from werkzeug.test import run_wsgi_app
from werkzeug.wsgi import LimitedStream

from artifact_emulator.gateway.moto_server import HOST
from artifact_emulator.logs import log

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class _KeepingHandler(MotoRequestHandler):
    """Answers the requests of a connection; the gate declares the length of every body."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024
    """Head and body of a small answer are sent in one piece, which wakes the emulator once."""

    def run_wsgi(self) -> None:
        """Answer a request, and read what the application has left of its body."""
        self.environ = environ = self.make_environ()
        body = LimitedStream(cast("IO[bytes]", self.rfile), int(self.headers.get("Content-Length", 0)))
        environ["wsgi.input"] = body
        content, status, headers = self._answer(environ)
        code, _, phrase = status.partition(" ")
        self.send_response(int(code), phrase)
        for name, value in headers:
            self.send_header(name, value)
        has_content = self.command != "HEAD" and int(code) not in (204, 304)
        is_chunked = has_content and "content-length" not in headers
        if is_chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part in content if has_content else ():
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part) if is_chunked and part else part)
        if is_chunked:
            self.wfile.write(b"0\r\n\r\n")
        body.exhaust()

    def _answer(self, environ: "WSGIEnvironment") -> tuple[Iterable[bytes], str, Headers]:
        try:
            return run_wsgi_app(self.server.app, environ)
        except Exception:
            # The applications run in Flask's debug mode, in which an error is the server's to answer.
            log.exception("moto: %s %s", self.command, self.path)
            return (
                [b"moto has failed; the log of artifact-emulator tells more."],
                "500 INTERNAL SERVER ERROR",
                Headers(),
            )


def main() -> None:
    """Serve on a free port, which is printed, until standard input ends."""
    # It logs each request, which takes a tenth of its time.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application = DomainDispatcherApplication(create_backend_app)
    server = make_server(HOST, 0, application, threaded=True, request_handler=_KeepingHandler)
    Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
