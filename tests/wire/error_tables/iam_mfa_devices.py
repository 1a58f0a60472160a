"""Provocations of the declared errors of IAM's operations on MFA devices."""

from typing import Any

from tests.support.error_table import ErrorTable, OperationProvocation, provocations, refused_with
from tests.support.wire_client import Client

SERVICE = "iam"
MISSING = "arn:aws:iam::111122223333:mfa/missing"
PHONE = "arn:aws:iam::111122223333:mfa/phone"
NO_USER = "The user with name Nobody cannot be found."
NO_DEVICE = f"VirtualMFADevice with serial number {MISSING} doesn't exist."
RESERVED_TAG = "Tag keys beginning with aws: are reserved for system use."
RESERVED = [{"Key": "aws:team", "Value": "a"}]
TAGS = [{"Key": "team", "Value": "a"}]
WRONG_CODES: dict[str, Any] = {"AuthenticationCode1": "000000", "AuthenticationCode2": "000000"}
ALICE: dict[str, Any] = {"UserName": "Alice", "SerialNumber": PHONE}
NOBODY: dict[str, Any] = {"UserName": "Nobody", "SerialNumber": PHONE}

PROVOKED: dict[str, dict[str, OperationProvocation]] = {
    "CreateVirtualMFADevice": {
        "EntityAlreadyExists": refused_with("MFA device already exists.", VirtualMFADeviceName="phone"),
        "InvalidInput": refused_with(RESERVED_TAG, VirtualMFADeviceName="tablet", Tags=RESERVED),
        "LimitExceeded": refused_with(
            "Cannot exceed quota for TagsPerVirtualMFADevice: 0",
            limits={"TagsPerVirtualMFADevice": 0},
            VirtualMFADeviceName="tablet",
            Tags=TAGS,
        ),
    },
    "DeactivateMFADevice": {"NoSuchEntity": refused_with("MFA Device invalid for user.", **ALICE)},
    "GetMFADevice": {"NoSuchEntity": refused_with(NO_USER, **NOBODY)},
    "DeleteVirtualMFADevice": {"NoSuchEntity": refused_with(NO_DEVICE, SerialNumber=MISSING)},
    "EnableMFADevice": {
        "NoSuchEntity": refused_with(NO_USER, **NOBODY, **WRONG_CODES),
        "InvalidAuthenticationCode": refused_with(
            "Authentication code for device is not valid.", **ALICE, **WRONG_CODES
        ),
        "LimitExceeded": refused_with(
            "Cannot exceed quota for MFADevicesPerUser: 0", limits={"MFADevicesPerUser": 0}, **ALICE, **WRONG_CODES
        ),
    },
    "ListMFADeviceTags": {"NoSuchEntity": refused_with(NO_DEVICE, SerialNumber=MISSING)},
    "ListMFADevices": {"NoSuchEntity": refused_with(NO_USER, UserName="Nobody")},
    "ResyncMFADevice": {
        "NoSuchEntity": refused_with("MFA Device invalid for user.", **ALICE, **WRONG_CODES),
    },
    "TagMFADevice": {
        "NoSuchEntity": refused_with(NO_DEVICE, SerialNumber=MISSING, Tags=TAGS),
        "InvalidInput": refused_with(RESERVED_TAG, SerialNumber=PHONE, Tags=RESERVED),
        "LimitExceeded": refused_with(
            "Cannot exceed quota for TagsPerVirtualMFADevice: 0",
            limits={"TagsPerVirtualMFADevice": 0},
            SerialNumber=PHONE,
            Tags=TAGS,
        ),
    },
    "UntagMFADevice": {"NoSuchEntity": refused_with(NO_DEVICE, SerialNumber=MISSING, TagKeys=["team"])},
}
WITH_CODES = "tests/wire/test_iam_mfa_devices.py provokes it, which takes the codes of a device"
NO_DELAY = "a changed device can be changed again at once"
UNREACHABLE = {
    **{
        (operation, "LimitExceeded"): "it exceeds no limit"
        for operation in ("DeactivateMFADevice", "DeleteVirtualMFADevice", "ResyncMFADevice")
    },
    ("DeactivateMFADevice", "EntityTemporarilyUnmodifiable"): NO_DELAY,
    ("EnableMFADevice", "EntityTemporarilyUnmodifiable"): NO_DELAY,
    ("DeleteVirtualMFADevice", "DeleteConflict"): WITH_CODES,
    ("EnableMFADevice", "EntityAlreadyExists"): WITH_CODES,
    ("ResyncMFADevice", "InvalidAuthenticationCode"): WITH_CODES,
    ("ListMFADeviceTags", "InvalidInput"): "its shape refuses other serial numbers with ValidationError",
    ("UntagMFADevice", "InvalidInput"): "keys that a device does not have are ignored",
}


def prepare(management: Client) -> None:
    """Create a user and a device."""
    management.do(SERVICE, "CreateUser", UserName="Alice")
    management.do(SERVICE, "CreateVirtualMFADevice", VirtualMFADeviceName="phone")


TABLE = ErrorTable(service=SERVICE, provoked=provocations(SERVICE, PROVOKED), unreachable=UNREACHABLE, prepare=prepare)
