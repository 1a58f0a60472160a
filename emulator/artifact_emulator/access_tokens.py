"""Access tokens: one for the teacher of a class, and one for each world, which opens that world only.

The token of a world is derived from the teacher's, so none is stored and all outlive a restart. A client sends it in an
Authorization header, a browser in a cookie that the page `/console/join` sets, and an SDK signs with it as the secret
of a placeholder key. Sources: https://www.rfc-editor.org/rfc/rfc6750 https://www.rfc-editor.org/rfc/rfc2104
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from hmac import compare_digest, digest
from secrets import token_urlsafe
from urllib.parse import unquote_to_bytes

from artifact_emulator import console, control
from artifact_emulator.http import READING_METHODS, Reply, Request
from artifact_state.record import replace

JOIN = f"{console.PREFIX}/join"
"""The page at which a browser hands in its token."""
FORM = "20 to 128 letters, digits, hyphens and underscores"
_FORM = re.compile(r"[A-Za-z0-9_-]{20,128}")
_PURPOSE = b"artifact-emulator world "
_BYTES = 24
_OPEN = re.compile(f"({JOIN}|{console.PREFIX}/static/.*)")
"""The paths that need no token; health checks and documents never come here."""
_OF_ALL_WORLDS = re.compile(
    rf"({control.PREFIX}|{console.PREFIX})/worlds(/.*)?|{console.PREFIX}/(enter|classroom)(/.*)?", re.DOTALL
)
"""The paths at which worlds are listed, created and deleted, or another world is entered."""
_MISSING = (
    "This needs the token of the world, as `Authorization: Bearer TOKEN`; commands take it from "
    "ARTIFACT_EMULATOR_CONTROL_TOKEN, and the page Connect of the console shows it."
)
_CHALLENGE = ("WWW-Authenticate", 'Bearer realm="artifact-emulator"')


def new_token() -> str:
    """Return a random token for a teacher."""
    return token_urlsafe(_BYTES)


def is_token(text: str) -> bool:
    """Return whether a text may be the teacher's token: long enough that nobody finds it from that of a world."""
    return _FORM.fullmatch(text) is not None


def world_token(teacher_token: str, world: str) -> str:
    """Return the token of a world."""
    key = digest(teacher_token.encode(), _PURPOSE + world.encode(), sha256)
    return urlsafe_b64encode(key[:_BYTES]).decode()


class AccessTokens:
    """Decides which requests may manage which worlds."""

    def __init__(self, teacher_token: str) -> None:
        self._teacher_token = teacher_token
        # Browsers do not keep the cookies of two ports of a machine apart.
        mark = digest(teacher_token.encode(), b"artifact-emulator cookies", sha256).hex()[:8]
        self.teacher_cookie = f"artifact-emulator-teacher-{mark}"
        self.world_cookie = f"artifact-emulator-world-{mark}"

    def secrets(self, world: str) -> tuple[str, str]:
        """Return the secrets with which a placeholder key may sign calls to a world."""
        return world_token(self._teacher_token, world), self._teacher_token

    def cookie(self, token: str, world: str) -> str | None:
        """Return the name of the cookie that keeps a token, or None if the token does not open the world."""
        if self._is_teacher(token):
            return self.teacher_cookie
        return self.world_cookie if _equals(token, world_token(self._teacher_token, world)) else None

    def manages_all(self, headers: Mapping[str, str]) -> bool:
        """Return whether a request has the teacher's token."""
        return any(map(self._is_teacher, self._tokens_in(headers)))

    def refusal_of(self, request: Request, world: str) -> Reply | None:
        """Return the refusal of a request for the control API or the console of a world, or None if it is allowed."""
        # The applications see the path decoded.
        path = unquote_to_bytes(request.path).decode("latin-1")
        if _OPEN.fullmatch(path):
            return None
        tokens = list(self._tokens_in(request.headers))
        if any(map(self._is_teacher, tokens)):
            return None
        expected = world_token(self._teacher_token, world)
        if not any(_equals(token, expected) for token in tokens):
            return _ask_for_token(request, world, is_given=bool(tokens))
        if _OF_ALL_WORLDS.fullmatch(path) is None or _describes(request, path, world):
            return None
        return _forbid(path, "Only the teacher's token lists, creates and deletes worlds.")

    def _is_teacher(self, token: str) -> bool:
        return _equals(token, self._teacher_token)

    def _tokens_in(self, headers: Mapping[str, str]) -> Iterator[str]:
        """Yield the tokens of a request."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token.strip():
            yield token.strip()
        if "cookie" in headers:
            # Imported here: no AWS call needs it.
            from werkzeug.http import parse_cookie

            cookies = parse_cookie(headers["cookie"])
            yield from (cookies[name] for name in (self.world_cookie, self.teacher_cookie) if name in cookies)


def _describes(request: Request, path: str, world: str) -> bool:
    """Return whether a request reads the description of its own world."""
    return request.method in READING_METHODS and path == f"{control.PREFIX}/worlds/{world}"


def _ask_for_token(request: Request, world: str, *, is_given: bool) -> Reply:
    if request.path.startswith(console.PREFIX):
        return Reply(303, (("Location", request.base + JOIN),))
    if is_given:
        return _forbid(request.path, f"The token does not open the world {world!r}.")
    reply = control.problem(401, "Unauthorized", _MISSING)
    return replace(reply, headers=(*reply.headers, _CHALLENGE))


def _forbid(path: str, detail: str) -> Reply:
    if path.startswith(console.PREFIX):
        return Reply(403, (("Content-Type", "text/plain; charset=utf-8"),), detail.encode())
    return control.problem(403, "Forbidden", detail)


def _equals(token: str, expected: str) -> bool:
    """Compare tokens in a time that does not depend on where they differ."""
    return compare_digest(token.encode(), expected.encode())
