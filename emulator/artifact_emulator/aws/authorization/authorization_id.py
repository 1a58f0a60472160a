"""Authorization ids, by which AWS's API finds the details of a denial.

The id of a denial by IAM has 25 lower-case letters and digits, as AWS's have: it is the request id as a number to the
base of 36. The request id of any other call, without its dashes, is accepted as well.
"""

import re
from uuid import UUID

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LENGTH = 25
_IN_TEXT = re.compile(
    rf"\b(?:[{_DIGITS}]{{{_LENGTH}}}|[0-9a-f]{{32}}|[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})\b"
)


def authorization_id_of(request_id: str) -> str:
    """Return the authorization id of a call."""
    number, digits = UUID(request_id).int, ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits.rjust(_LENGTH, "0")


def request_id_of(text: str) -> str:
    """Return the request id that an authorization id, a request id or a message with one of them stands for.

    Any other text is returned as it is: no call has it as its request id.
    """
    found = _IN_TEXT.findall(text)
    if not found:
        return text
    identifier = found[-1]  # AWS's messages end with the id, after the names that callers choose.
    number = int(identifier, 36) if len(identifier) == _LENGTH else UUID(identifier).int
    return str(UUID(int=number)) if number < 1 << 128 else text
