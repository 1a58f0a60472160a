"""The emulator's logger: no text of a client can forge a line of the log or control a terminal."""

import json
import logging
import re
import traceback
from datetime import UTC, datetime

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_IN_TRACEBACK = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


def escape_control_characters(record: logging.LogRecord) -> bool:
    """Escape control characters in a record, and indent its traceback, which may quote a client."""
    record.msg, record.args = _CONTROL.sub(_escape, record.getMessage()), ()
    if record.exc_info:
        lines = "".join(traceback.format_exception(*record.exc_info)).rstrip().split("\n")
        record.exc_text = "\n".join(f"  {_CONTROL_IN_TRACEBACK.sub(_escape, line)}" for line in lines)
    return True


log = logging.getLogger("artifact_emulator")
log.addFilter(escape_control_characters)


class JsonFormatter(logging.Formatter):
    """Writes each record as one line of JSON: time, level, message, the fields of a call, and a traceback if any."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields = {"time": time, "level": record.levelname.lower(), "message": record.getMessage()}
        traceback_fields = {"traceback": record.exc_text} if record.exc_text else {}
        return json.dumps(fields | getattr(record, "call", {}) | traceback_fields)


def configure(level: str, *, as_json: bool) -> None:
    """Write records of a level and above to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if as_json else logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.handlers = [handler]
    log.propagate = False
    log.setLevel(level.upper())
