"""Bodies of the JSON protocols: UTF-8, and nothing that Python's own reader takes beyond RFC 8259."""

import json
from typing import Any, NoReturn


def read(body: bytes) -> Any:
    """Read a body.

    Raises ValueError when it is no JSON.
    """
    text = body.decode()
    try:
        value = _DECODE(text)
        if "\\ud" in text or "\\uD" in text:
            # Half of a surrogate pair is no text: it cannot be written, not even into the error's message.
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return value


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


_DECODE = json.JSONDecoder(parse_constant=_refuse).decode
