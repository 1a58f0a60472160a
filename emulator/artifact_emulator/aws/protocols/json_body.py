"""Bodies of the JSON protocols: UTF-8, and strictly RFC 8259, of which Python's reader accepts extensions."""

import json
from typing import Any, NoReturn


def read(body: bytes) -> Any:
    """Return the value of a body.

    Raises ValueError if it is not JSON.
    """
    text = body.decode()
    try:
        value = _DECODE(text)
        if "\\ud" in text or "\\uD" in text:
            # A lone surrogate cannot be encoded, not even in an error message.
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return value


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


_DECODE = json.JSONDecoder(parse_constant=_refuse).decode
