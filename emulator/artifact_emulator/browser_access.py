"""AWS calls from browsers: pages of this machine may call, pages of other sites may not.

An AWS call may have placeholder credentials, which a form or an image of any page can carry. SDKs in pages that a
development server of this machine serves are answered as cross-origin resource sharing requires.
Sources: https://fetch.spec.whatwg.org/#http-cors-protocol
https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
"""

from collections.abc import Callable, Collection

from artifact_emulator import console
from artifact_emulator.active_call import new_request_id
from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.control.origin import host_name, is_allowed, is_local, is_loopback
from artifact_emulator.http import Reply, Request
from artifact_emulator.pipeline import refuse
from artifact_emulator.routing import within_world
from artifact_state.record import replace

_EXPOSED = "x-amzn-RequestId, x-amzn-errortype, x-artifact-emulator-decision"
_MAX_AGE = "600"


def answer(request: Request, allowed_hosts: Collection[str], respond: Callable[[Request], Reply]) -> Reply:
    """Return the reply to an AWS call of a browser, or refuse it."""
    refusal = refusal_of(request, allowed_hosts)
    if refusal is not None:
        return refuse(within_world(request), AwsError("AccessDeniedException", refusal, 403), new_request_id())
    origin = request.headers.get("origin")
    if origin is None:
        return _console_reply(request) if _is_visit(request) else respond(request)
    if request.method == "OPTIONS" and "access-control-request-method" in request.headers:
        return _with_origin(_preflight_reply(request), origin)
    return _with_origin(respond(request), origin)


def refusal_of(request: Request, allowed_hosts: Collection[str]) -> str | None:
    """Return why a browser may not make a call, or None.

    Its page is of another site, or the name in Host is not this machine's and so may have been rebound to it.
    """
    headers = request.headers
    origin, host = headers.get("origin"), headers.get("host", "")
    name = host_name(host)
    if name is None or not (is_local(name) or is_allowed(name, allowed_hosts)):
        return (
            f"A browser calls {host!r}, which is not a local host name: allow it with the switch `--allow-host NAME`."
        )
    if origin is None:
        # Browsers send no Origin with images and links.
        is_own = headers.get("sec-fetch-site", "none") in ("none", "same-origin")
    else:
        page = origin.partition("://")[2]
        page_name = host_name(page) if origin.isascii() else None
        is_own = page_name is not None and (
            is_loopback(page_name) or is_allowed(page_name, allowed_hosts) or page == host
        )
    return None if is_own else "Calls from pages of other sites are refused."


def _is_visit(request: Request) -> bool:
    """Return whether a person opens the address of a world, at which no AWS call without a signature is made."""
    is_page = "text/html" in request.headers.get("accept", "") and "authorization" not in request.headers
    return request.method == "GET" and is_page and not request.query and within_world(request).path in ("", "/")


def _console_reply(request: Request) -> Reply:
    return Reply(302, (("Location", f"{within_world(request).base}{console.PREFIX}/"),))


def _preflight_reply(request: Request) -> Reply:
    requested = request.headers.get("access-control-request-headers", "")
    return Reply(
        204,
        (
            ("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE"),
            ("Access-Control-Allow-Headers", "".join(filter(str.isprintable, requested))),
            ("Access-Control-Max-Age", _MAX_AGE),
        ),
    )


def _with_origin(reply: Reply, origin: str) -> Reply:
    added = (
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Expose-Headers", _EXPOSED),
        ("Vary", "Origin"),
    )
    return replace(reply, headers=(*reply.headers, *added))
