"""Virtual MFA devices."""

from io import BytesIO
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.iam.reply_members import tag_list, tag_page
from artifact_emulator.services.iam.users import user_summary
from artifact_state import arns
from artifact_state.iam import mfa_devices
from artifact_state.iam.users import resolve_user_name, user_of
from artifact_state.model import Caller
from artifact_state.model.identities import MfaDevice, User

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests


def create_virtual_mfa_device(
    call: RequestContext, request: "requests.CreateVirtualMFADeviceRequest"
) -> "replies.CreateVirtualMFADeviceResponse":
    """Create a device; only this reply contains its seed, as Base32 text and as a QR code."""
    device = mfa_devices.create_device(
        call.tx,
        request.virtual_mfa_device_name,
        path=request.path or "/",
        tags=[(tag.key, tag.value) for tag in request.tags or ()],
    )
    reply: replies.VirtualMFADevice = {
        "SerialNumber": _serial_number(call.tx.caller, device),
        "Base32StringSeed": device.seed.encode(),
        "QRCodePNG": _qr_code(device),
    }
    if device.tags:
        reply["Tags"] = tag_list(device.tags)
    return {"VirtualMFADevice": reply}


def enable_mfa_device(call: RequestContext, request: "requests.EnableMFADeviceRequest") -> None:
    """Assign a device to a user."""
    codes = request.authentication_code1, request.authentication_code2
    mfa_devices.enable_device(call.tx, request.user_name, request.serial_number, codes)


def resync_mfa_device(call: RequestContext, request: "requests.ResyncMFADeviceRequest") -> None:
    """Set the time of a user's device."""
    codes = request.authentication_code1, request.authentication_code2
    mfa_devices.resync_device(call.tx, request.user_name, request.serial_number, codes)


def deactivate_mfa_device(call: RequestContext, request: "requests.DeactivateMFADeviceRequest") -> None:
    """Take a device from a user."""
    tx = call.tx
    # Unverified: the message for the root user, which has no devices here.
    user_name = resolve_user_name(tx, request.user_name) or ""
    mfa_devices.deactivate_device(tx, user_name, request.serial_number)


def delete_virtual_mfa_device(call: RequestContext, request: "requests.DeleteVirtualMFADeviceRequest") -> None:
    """Delete a device that no user has."""
    mfa_devices.delete_device(call.tx, request.serial_number)


def get_mfa_device(call: RequestContext, request: "requests.GetMFADeviceRequest") -> NoReturn:
    """Refuse every device: AWS describes security keys only, and the emulator has virtual devices only."""
    if request.user_name is not None:
        user_of(call.tx.state, call.tx.caller.account_id, request.user_name)
    raise AwsError(
        "ValidationError",
        "The MFA device serial number sent in the request is invalid or not supported by this API. Currently, only "
        "hardware FIDO security keys are supported. Please use the compatible device or API.",
    )


def list_mfa_devices(
    call: RequestContext, request: "requests.ListMFADevicesRequest"
) -> "replies.ListMFADevicesResponse":
    """List the devices of a user, by default of the caller; the root user has none."""
    tx = call.tx
    name = resolve_user_name(tx, request.user_name)
    user = None if name is None else user_of(tx.state, tx.caller.account_id, name)
    listing = call.name_listing("ListMFADevices", tx.caller.account_id, user and user.id)
    devices = mfa_devices.devices_of(tx.state, tx.caller.account_id, listing.after(request.marker))
    own = (device for device in devices if user is not None and device.user_id == user.id)
    page, more = listing.page(own, request.max_items, lambda device: device.name)
    return {"MFADevices": [_entry(tx.caller, device, user) for device in page if user is not None], **more}


def list_virtual_mfa_devices(
    call: RequestContext, request: "requests.ListVirtualMFADevicesRequest"
) -> "replies.ListVirtualMFADevicesResponse":
    """List the devices of the account: all, or those that have a user, or those that have none."""
    tx, status = call.tx, request.assignment_status or "Any"
    listing = call.name_listing("ListVirtualMFADevices", tx.caller.account_id, status)
    devices = mfa_devices.devices_of(tx.state, tx.caller.account_id, listing.after(request.marker))
    selected = (device for device in devices if status in ("Any", "Assigned" if device.user_id else "Unassigned"))
    page, more = listing.page(selected, request.max_items, lambda device: device.name)
    users = {user.id: user for user in tx.state.users.get(tx.caller.account_id, ())}
    return {"VirtualMFADevices": [_virtual_entry(tx.caller, device, users) for device in page], **more}


def tag_mfa_device(call: RequestContext, request: "requests.TagMFADeviceRequest") -> None:
    """Add tags to a device."""
    mfa_devices.tag_device(call.tx, request.serial_number, [(tag.key, tag.value) for tag in request.tags])


def untag_mfa_device(call: RequestContext, request: "requests.UntagMFADeviceRequest") -> None:
    """Remove tags from a device."""
    mfa_devices.untag_device(call.tx, request.serial_number, request.tag_keys)


def list_mfa_device_tags(
    call: RequestContext, request: "requests.ListMFADeviceTagsRequest"
) -> "replies.ListMFADeviceTagsResponse":
    """List the tags of a device."""
    device = mfa_devices.device_of(call.tx, request.serial_number)
    listing = call.name_listing("ListMFADeviceTags", device.account_id, device.name)
    page, more = tag_page(listing, device.tags, request)
    return {"Tags": page, **more}


def _entry(caller: Caller, device: MfaDevice, user: User) -> "replies.MFADevice":
    serial_number = _serial_number(caller, device)
    assert device.enabled_at is not None  # noqa: S101 - every device of a user was enabled.
    return {"UserName": user.name, "SerialNumber": serial_number, "EnableDate": device.enabled_at}


def _virtual_entry(caller: Caller, device: MfaDevice, users: dict[str, User]) -> "replies.VirtualMFADevice":
    """Return a device without its seed and its tags."""
    entry: replies.VirtualMFADevice = {"SerialNumber": _serial_number(caller, device)}
    if device.enabled_at is not None:
        entry |= {"User": user_summary(caller, users[device.user_id]), "EnableDate": device.enabled_at}
    return entry


def _serial_number(caller: Caller, device: MfaDevice) -> str:
    return arns.mfa_device(caller.partition, device.account_id, device.name)


def _qr_code(device: MfaDevice) -> bytes:
    """Return a QR code in PNG that authenticator applications read.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_VirtualMFADevice.html
    """
    import segno

    label = quote(f"{device.name.rpartition('/')[2]}@{device.account_id}")
    image = BytesIO()
    text = f"otpauth://totp/Amazon%20Web%20Services:{label}?secret={device.seed}&issuer=Amazon%20Web%20Services"
    segno.make_qr(text).save(image, kind="png", scale=4)
    return image.getvalue()
