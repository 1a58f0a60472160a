"""Codes of MFA devices in requests for session credentials.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
Observed: https://github.com/radkawar/stackd, testdata/aws/iam/mfa_*.json.
"""

from datetime import datetime, timedelta

from artifact_state.errors import EntityNotFound, MultiFactorCodeInvalid, MultiFactorFailed, MultiFactorIncomplete
from artifact_state.iam.mfa_devices import device_of, use_step
from artifact_state.iam.one_time_passwords import code_at, step_at
from artifact_state.model import CallerKind
from artifact_state.model.identities import MfaDevice
from artifact_state.world import Transaction

_MAX_CODE_DISTANCE = 2
"""In steps, of a code from the device's own time, to both sides."""
_MAX_ATTEMPTS = 9
_ATTEMPT_WINDOW = timedelta(minutes=3)


class CodeAttempts:
    """The numbers of recent codes for each serial number, right or wrong, which end when the window of time does.

    They are not part of the state, which a refused call does not change, and outlive a device.
    """

    def __init__(self) -> None:
        self._window = 0
        self._counts: dict[str, int] = {}

    def allow(self, serial_number: str, now: datetime) -> bool:
        """Count a code, and return whether it is among the first nine of its window of three minutes."""
        window = int(now.timestamp()) // int(_ATTEMPT_WINDOW.total_seconds())
        if window != self._window:
            self._window, self._counts = window, {}
        self._counts[serial_number] = self._counts.get(serial_number, 0) + 1
        return self._counts[serial_number] <= _MAX_ATTEMPTS


def verify_code(tx: Transaction, attempts: CodeAttempts, serial_number: str | None, code: str | None) -> bool:
    """Return whether a request has a code of one of the caller's devices; a code is good once.

    Unverified: that AssumeRole counts as GetSessionToken does.
    Raises MultiFactorIncomplete, MultiFactorFailed, MultiFactorCodeInvalid.
    """
    if (serial_number is None) != (code is None):
        raise MultiFactorIncomplete
    if serial_number is None:
        return False
    device = _device_of_caller(tx, serial_number)
    if not attempts.allow(serial_number, tx.now):
        raise MultiFactorFailed
    middle = step_at(tx.now) + device.drift
    for step in range(middle - _MAX_CODE_DISTANCE, middle + _MAX_CODE_DISTANCE + 1):
        if code_at(device.seed, step) == code and step not in device.used_steps:
            use_step(tx, device, step)
            return True
    raise MultiFactorCodeInvalid


def _device_of_caller(tx: Transaction, serial_number: str) -> MfaDevice:
    """Return a device of the calling user.

    Raises MultiFactorFailed.
    """
    try:
        device = device_of(tx, serial_number)
    except EntityNotFound:
        raise MultiFactorFailed from None
    if tx.caller.kind is not CallerKind.USER or device.user_id != tx.caller.user_id:
        raise MultiFactorFailed
    return device
