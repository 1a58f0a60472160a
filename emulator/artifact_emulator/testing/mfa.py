"""The codes of virtual MFA devices, which a test computes as an authenticator application does."""

from datetime import datetime, timedelta

from artifact_state.iam.one_time_passwords import STEP_SECONDS, code_at, step_at


def mfa_code(seed: str | bytes, at: datetime) -> str:
    """Return the code that a virtual MFA device shows at an instant of the world's clock.

    `seed` is the Base32StringSeed that CreateVirtualMFADevice returned.
    """
    return code_at(seed.decode() if isinstance(seed, bytes) else seed, step_at(at))


def mfa_code_pair(seed: str | bytes, at: datetime) -> tuple[str, str]:
    """Return the code before the present one, and the present one: the two codes that EnableMFADevice asks for."""
    return mfa_code(seed, at - timedelta(seconds=STEP_SECONDS)), mfa_code(seed, at)
