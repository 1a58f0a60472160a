"""Time-based one-time passwords: the codes of virtual MFA devices.

Sources: https://www.rfc-editor.org/rfc/rfc6238
https://www.rfc-editor.org/rfc/rfc4226#section-5.3
"""

import hmac
from base64 import b32decode
from datetime import datetime

STEP_SECONDS = 30


def step_at(instant: datetime) -> int:
    """Return the number of steps of 30 seconds between 1970 and an instant."""
    return int(instant.timestamp()) // STEP_SECONDS


def code_at(seed: str, step: int) -> str:
    """Return the code that a device with a seed in Base32 shows in a step: six digits."""
    digest = hmac.digest(b32decode(seed), step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"
