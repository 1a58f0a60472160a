"""Virtual MFA devices of IAM users.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_enable_virtual.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_sync.html
Observed: https://github.com/radkawar/stackd, testdata/aws/iam/mfa.json and mfa_*.json.
"""

from collections.abc import Iterable, Iterator

from artifact_state import arns, ids, name_index
from artifact_state.errors import (
    DeletionObstacle,
    Entity,
    EntityInUse,
    EntityNameTaken,
    EntityNotFound,
    IdentityQuota,
    MfaCodesInvalid,
    MfaDeviceTaken,
    MultiFactorRequired,
)
from artifact_state.events import IdentityChanged
from artifact_state.iam.identity_quotas import require_quota
from artifact_state.iam.identity_tags import TagPairs, add_tags, with_tags, without_tags
from artifact_state.iam.one_time_passwords import code_at, step_at
from artifact_state.iam.users import user_of
from artifact_state.model import CallerKind, Map, State
from artifact_state.model.identities import MfaDevice, User
from artifact_state.record import replace
from artifact_state.world import Transaction

_MAX_PAIR_DISTANCE = 999
"""In steps, of the first code of a pair from the device's own time, to both sides: eight hours and 20 minutes."""


def device_of(tx: Transaction, serial_number: str) -> MfaDevice:
    """Return a device of the caller's account by its serial number, which is its ARN.

    Raises EntityNotFound.
    """
    prefix = arns.mfa_device(tx.caller.partition, tx.caller.account_id, "")
    name = serial_number.removeprefix(prefix)
    device = name_index.find(tx.state.mfa_devices.get(tx.caller.account_id, ()), name)
    if device is None or not serial_number.startswith(prefix):
        raise EntityNotFound(Entity.MFA_DEVICE, serial_number)
    return device


def devices_of(state: State, account_id: str, after: str = "") -> Iterator[MfaDevice]:
    """Iterate over an account's devices, sorted by path and name, that follow a name."""
    return name_index.after(state.mfa_devices.get(account_id, ()), after)


def create_device(
    tx: Transaction, name: str, *, path: str = "/", tags: TagPairs = (), seed: str | None = None
) -> MfaDevice:
    """Create a device, which no user has yet, with a new seed or a given one.

    Raises EntityNameTaken, QuotaExceeded, InvalidTagKeys.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateVirtualMFADevice.html
    """
    account_id, full_name = tx.caller.account_id, f"{path}{name}".removeprefix("/")
    # Unverified: whether the names of devices ignore case, as IAM's other names do.
    if name_index.find(tx.state.mfa_devices.get(account_id, ()), full_name):
        raise EntityNameTaken(Entity.MFA_DEVICE, full_name)
    device = MfaDevice(
        account_id=account_id,
        name=full_name,
        seed=seed or ids.mfa_seed(tx.state.seed, tx.serial()),
        tags=with_tags(tx, Map(), tags, IdentityQuota.TAGS_PER_MFA_DEVICE),
    )
    _put(tx, device)
    return device


def enable_device(tx: Transaction, user_name: str, serial_number: str, codes: tuple[str, str]) -> None:
    """Assign a device to a user, after checking two codes that follow each other.

    Raises EntityNotFound, MultiFactorRequired, MfaDeviceTaken, QuotaExceeded, MfaCodesInvalid.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableMFADevice.html
    """
    user = user_of(tx.state, tx.caller.account_id, user_name)
    _require_mfa_of(tx, user)
    device = device_of(tx, serial_number)
    if device.user_id:
        raise MfaDeviceTaken(user.name if device.user_id == user.id else "")
    devices = sum(other.user_id == user.id for other in devices_of(tx.state, user.account_id))
    require_quota(tx, IdentityQuota.MFA_DEVICES_PER_USER, devices + 1)
    _put(tx, replace(_paired(tx, device, codes), user_id=user.id, enabled_at=tx.now))


def resync_device(tx: Transaction, user_name: str, serial_number: str, codes: tuple[str, str]) -> None:
    """Set the time of a user's device by two codes that follow each other.

    Raises EntityNotFound, MfaCodesInvalid.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ResyncMFADevice.html
    """
    user = user_of(tx.state, tx.caller.account_id, user_name)
    _put(tx, _paired(tx, _device_of_user(tx, user, serial_number), codes))


def deactivate_device(tx: Transaction, user_name: str, serial_number: str) -> None:
    """Take a device from its user; it keeps its seed and its time. Session credentials made with it stay valid.

    Raises EntityNotFound, MultiFactorRequired.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeactivateMFADevice.html
    """
    user = user_of(tx.state, tx.caller.account_id, user_name)
    _require_mfa_of(tx, user)
    _put(tx, replace(_device_of_user(tx, user, serial_number), user_id="", enabled_at=None))


def delete_device(tx: Transaction, serial_number: str) -> None:
    """Delete a device that no user has.

    Raises EntityNotFound, EntityInUse.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteVirtualMFADevice.html
    """
    device = device_of(tx, serial_number)
    if device.user_id:
        raise EntityInUse(DeletionObstacle.DEVICE_USER)
    remaining = name_index.without(tx.state.mfa_devices[device.account_id], device.name)
    tx.insert("mfa_devices", device.account_id, remaining)
    _record(tx, device)


def tag_device(tx: Transaction, serial_number: str, tags: TagPairs) -> None:
    """Add tags to a device.

    Raises EntityNotFound, QuotaExceeded, InvalidTagKeys.
    """
    device = device_of(tx, serial_number)
    _put(tx, replace(device, tags=add_tags(tx, device.tags, tags, IdentityQuota.TAGS_PER_MFA_DEVICE)))


def untag_device(tx: Transaction, serial_number: str, keys: Iterable[str]) -> None:
    """Remove tags from a device; unknown keys are ignored.

    Raises EntityNotFound.
    """
    device = device_of(tx, serial_number)
    _put(tx, replace(device, tags=without_tags(device.tags, keys)))


def use_step(tx: Transaction, device: MfaDevice, step: int) -> None:
    """Record that the code of a step was used."""
    _put(tx, replace(device, used_steps=device.used_steps | {step}))


def _require_mfa_of(tx: Transaction, user: User) -> None:
    """Refuse a user that changes its own devices, has one, and did not use it for its credentials.

    Raises MultiFactorRequired.
    """
    caller = tx.caller
    if caller.kind is not CallerKind.USER or caller.user_id != user.id:
        return
    session = tx.state.sessions.get(caller.access_key_id)
    has_device = any(device.user_id == user.id for device in devices_of(tx.state, user.account_id))
    if has_device and not (session and session.multi_factor):
        raise MultiFactorRequired


def _device_of_user(tx: Transaction, user: User, serial_number: str) -> MfaDevice:
    """Return a device of a user.

    Raises EntityNotFound.
    """
    try:
        device = device_of(tx, serial_number)
    except EntityNotFound:
        device = None
    if device is None or device.user_id != user.id:
        raise EntityNotFound(Entity.USER_MFA_DEVICE, serial_number)
    return device


def _paired(tx: Transaction, device: MfaDevice, codes: tuple[str, str]) -> MfaDevice:
    """Return a device with the time of two codes that follow each other and come after the last pair.

    Raises MfaCodesInvalid.
    """
    now = step_at(tx.now)
    earliest = now + device.drift - _MAX_PAIR_DISTANCE
    if device.paired_step is not None:
        earliest = max(earliest, device.paired_step + 1)
    latest = now + device.drift + _MAX_PAIR_DISTANCE
    for first in range(earliest, latest + 1):
        if code_at(device.seed, first) == codes[0] and code_at(device.seed, first + 1) == codes[1]:
            return replace(device, paired_step=first + 1, drift=first + 1 - now)
    raise MfaCodesInvalid


def _put(tx: Transaction, device: MfaDevice) -> None:
    devices = tx.state.mfa_devices.get(device.account_id, ())
    tx.insert("mfa_devices", device.account_id, name_index.with_record(devices, device))
    _record(tx, device)


def _record(tx: Transaction, device: MfaDevice) -> None:
    tx.record(IdentityChanged(at=tx.now, account_id=device.account_id, kind="mfa", name=device.name))
