"""CBOR, the form of bodies in the protocol RPC v2: read what the SDKs write.

Sources: https://www.rfc-editor.org/rfc/rfc8949 https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
"""

import struct
from typing import Any

_MAX_DEPTH = 64
_BREAK = object()
_SIMPLE = {20: False, 21: True, 22: None, 23: None}
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}


def decode(data: bytes) -> Any:
    """Return the value in a body.

    Raises ValueError if it is not CBOR.
    """
    try:
        value, end = _item(data, 0, 0)
    except (IndexError, struct.error, TypeError, RecursionError):
        raise ValueError("not CBOR") from None
    if end != len(data) or value is _BREAK:
        raise ValueError("not CBOR")
    return value


def _item(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    if depth > _MAX_DEPTH:
        raise ValueError("nested too deeply")
    kind, info = data[at] >> 5, data[at] & 31
    if kind == 7:
        return _simple(data, at, info)
    if info == 31:
        return _indefinite(data, at + 1, kind, depth)
    size, at = _argument(data, at, info)
    if kind in (0, 1):
        return (size if kind == 0 else -1 - size), at
    if kind in (2, 3):
        if at + size > len(data):
            raise ValueError("too short")
        return _text(kind, data[at : at + size]), at + size
    if kind == 6:  # A tag, such as that of a timestamp; its value says enough.
        return _item(data, at, depth + 1)
    values = []
    for _ in range(size if kind == 4 else 2 * size):
        value, at = _item(data, at, depth + 1)
        values.append(value)
    return _collection(kind, values), at


def _argument(data: bytes, at: int, info: int) -> tuple[int, int]:
    if info < 24:
        return info, at + 1
    if info > 27:
        raise ValueError("not CBOR")
    end = at + 1 + (1 << (info - 24))
    if end > len(data):
        raise ValueError("too short")
    return int.from_bytes(data[at + 1 : end]), end


def _simple(data: bytes, at: int, info: int) -> tuple[Any, int]:
    if info == 31:
        return _BREAK, at + 1
    if info in _FLOATS:
        value = struct.unpack_from(_FLOATS[info], data, at + 1)[0]
        return value, at + 1 + struct.calcsize(_FLOATS[info])
    if info not in _SIMPLE:
        raise ValueError("not CBOR")
    return _SIMPLE[info], at + 1


def _indefinite(data: bytes, at: int, kind: int, depth: int) -> tuple[Any, int]:
    values = []
    while True:
        value, at = _item(data, at, depth + 1)
        if value is _BREAK:
            break
        values.append(value)
    if kind in (2, 3):
        return (b"" if kind == 2 else "").join(values), at
    return _collection(kind, values), at


def _collection(kind: int, values: list[Any]) -> Any:
    if kind == 4:
        return values
    if len(values) % 2:
        raise ValueError("not CBOR")
    return dict(zip(values[::2], values[1::2], strict=True))


def _text(kind: int, data: bytes) -> bytes | str:
    return data if kind == 2 else data.decode()
