"""Ids drawn from a seed and a name or a serial, so that equal histories have equal ids.

Lengths and alphabets are those of the patterns in AWS's API references:
https://docs.aws.amazon.com/organizations/latest/APIReference/API_Types.html
https://docs.aws.amazon.com/artifact/latest/APIReference/API_Types.html
"""

from base64 import b32decode, b32encode
from functools import lru_cache
from hashlib import blake2b

DIGITS = "0123456789"
LOWER = "abcdefghijklmnopqrstuvwxyz"
UPPER = LOWER.upper()
HEX = "0123456789abcdef"
_HALF = 1 << 64
_MULTIPLIER = 0x9E3779B97F4A7C15
"""An odd number, and so invertible modulo any power of two."""


def draw(alphabet: str, length: int, *source: object) -> str:
    """Return text over an alphabet; equal sources give equal text."""
    number = _number(source)
    base = len(alphabet)
    letters = []
    for _ in range(length):
        number, index = divmod(number, base)
        letters.append(alphabet[index])
    return "".join(letters)


def uuid(*source: object) -> str:
    """Return a UUID of version 4."""
    text = draw(HEX, 32, "uuid", *source)
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def organization_id(*source: object) -> str:
    """Return `o-` and ten characters."""
    return "o-" + draw(LOWER + DIGITS, 10, "organization", *source)


def root_id(*source: object) -> str:
    """Return `r-` and four characters."""
    return "r-" + draw(LOWER + DIGITS, 4, "root", *source)


def policy_id(*source: object) -> str:
    """Return `p-` and ten characters. Eight are usual, but AWS's pattern of policy ARNs requires ten."""
    return "p-" + draw(LOWER + DIGITS, 10, "policy", *source)


def resource_policy_id(*source: object) -> str:
    """Return `rp-` and eight characters."""
    return "rp-" + draw(LOWER + DIGITS, 8, "resource policy", *source)


def unit_id(root: str, *source: object) -> str:
    """Return `ou-`, the characters of the root's id, and eight more."""
    return f"ou-{root.removeprefix('r-')}-{draw(LOWER + DIGITS, 8, 'unit', *source)}"


def account_id(*source: object) -> str:
    """Return twelve digits, the first of which is not zero."""
    return draw(DIGITS[1:], 1, "account", *source) + draw(DIGITS, 11, "account", *source)


def creation_id(seed: str, serial: int) -> str:
    """Return `car-` and 32 hexadecimal digits, the first half of which encodes the serial."""
    return f"car-{serial * _MULTIPLIER % _HALF:016x}{draw(HEX, 16, 'creation', seed, serial)}"


def creation_serial(creation: str) -> int:
    """Return the serial that a creation id encodes, so that requests need no map of ids; -1 if it encodes none."""
    try:
        return int(creation[4:20], 16) * pow(_MULTIPLIER, -1, _HALF) % _HALF
    except ValueError:
        return -1


def handshake_id(*source: object) -> str:
    """Return `h-` and 32 hexadecimal digits."""
    return "h-" + draw(HEX, 32, "handshake", *source)


def transfer_id(*source: object) -> str:
    """Return `rt-` and eight characters."""
    return "rt-" + draw(LOWER + DIGITS, 8, "transfer", *source)


def unique_id(prefix: str, *source: object) -> str:
    """Return a unique id of IAM: a prefix such as `AROA` and 17 characters."""
    return prefix + draw(UPPER + "234567", 17, prefix, *source)


_ACCESS_KEY_LENGTH = 20
_CHECK_BITS = 12


def access_key_id(prefix: str, account: str, *source: object) -> str:
    """Return an access key id that encodes its account as AWS's do.

    The prefix is followed by base 32 of 80 bits: one generation bit, 40 bits of account id and 39 others, of which
    the last twelve are a check value. `sts:GetAccessKeyInfo` and many tools decode the account.
    Source: https://awsteele.com/blog/2020/09/26/aws-access-key-format.html
    """
    rest = _number(("access-key", *source)) & ((1 << 39 - _CHECK_BITS) - 1)
    content = 1 << 79 | int(account) << 39 | rest << _CHECK_BITS
    return prefix + b32encode((content | _check_value(content)).to_bytes(10, "big")).decode()


@lru_cache
def is_issued_access_key(key: str) -> bool:
    """Return whether an access key id was issued by an emulator, in whatever world."""
    content = _content_of_access_key(key)
    return content >> 79 == 1 and content % (1 << _CHECK_BITS) == _check_value(content)


def account_of_access_key(key: str) -> str | None:
    """Return the account that an access key id encodes, or None if it encodes none."""
    content = _content_of_access_key(key)
    return f"{content >> 39 & (1 << 40) - 1:012d}" if content >= 0 else None


def _content_of_access_key(key: str) -> int:
    """Return the 80 bits of an access key id as a number, or -1 if it has another form."""
    if len(key) != _ACCESS_KEY_LENGTH:
        return -1
    try:
        content = b32decode(key[4:])
    except ValueError:
        return -1
    return int.from_bytes(content, "big") if len(content) == 10 else -1


def _check_value(content: int) -> int:
    """Return the check value of the other bits of an access key id."""
    return _number(("access-key check", content >> _CHECK_BITS)) & ((1 << _CHECK_BITS) - 1)


def secret(length: int, *source: object) -> str:
    """Return text for a secret access key or a session token."""
    return "".join(
        draw(LOWER + UPPER + DIGITS, min(40, length - at), "secret", at, *source) for at in range(0, length, 40)
    )


def mfa_seed(*source: object) -> str:
    """Return the seed of an MFA device: 320 bits in base 32."""
    return "".join(draw(UPPER + "234567", 32, "mfa seed", half, *source) for half in range(2))


def inquiry_id(*source: object) -> str:
    """Return `compliance-inquiry-` and 16 letters and digits."""
    return "compliance-inquiry-" + draw(LOWER + UPPER + DIGITS, 16, "compliance-inquiry", *source)


def customer_agreement_id(*source: object) -> str:
    """Return `customer-agreement-` and 16 letters and digits."""
    return "customer-agreement-" + draw(LOWER + UPPER + DIGITS, 16, "customer-agreement", *source)


def report_id(*source: object) -> str:
    """Return `report-` and 16 letters and digits."""
    return "report-" + draw(LOWER + UPPER + DIGITS, 16, "report", *source)


def token(prefix: str, *source: object) -> str:
    """Return a token of AWS Artifact: its prefix and 24 letters and digits."""
    return prefix + draw(LOWER + UPPER + DIGITS, 24, "token", *source)


def _number(source: tuple[object, ...]) -> int:
    return int.from_bytes(blake2b("\x1f".join(map(str, source)).encode(), digest_size=32).digest(), "big")
