"""Virtual MFA devices on the wire: their lists, their errors, and policies that require a code."""

from datetime import timedelta
from typing import Any

import pytest

from artifact_emulator import mfa_code, mfa_code_pair
from tests.support.iam_users import client_with_session, create_user, policy_document
from tests.support.wire_client import Answer, Client
from tests.wire.conftest import NOW

ACCOUNT = "999988887777"
SERIAL_NUMBER = f"arn:aws:iam::{ACCOUNT}:mfa/devices/phone"
FORCE_MFA = policy_document(
    {"Effect": "Allow", "Action": "*", "Resource": "*"},
    {
        "Effect": "Deny",
        "NotAction": ["iam:EnableMFADevice", "sts:GetSessionToken"],
        "Resource": "*",
        "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
    },
)


def create_device(client: Client) -> dict[str, Any]:
    """Create a device with a tag and return it."""
    tags = [{"Key": "owner", "Value": "alice"}]
    reply = client.do("iam", "CreateVirtualMFADevice", VirtualMFADeviceName="phone", Path="/devices/", Tags=tags)
    device: dict[str, Any] = reply["VirtualMFADevice"]
    return device


def codes(seed: bytes, at: Any = NOW) -> dict[str, str]:
    """Return the codes with which EnableMFADevice is called."""
    first, second = mfa_code_pair(seed, at)
    return {"AuthenticationCode1": first, "AuthenticationCode2": second}


def enable(client: Client) -> bytes:
    """Create a device, enable it for Alice and return its seed."""
    seed: bytes = create_device(client)["Base32StringSeed"]
    client.do("iam", "EnableMFADevice", UserName="Alice", SerialNumber=SERIAL_NUMBER, **codes(seed))
    return seed


class TestDevices:
    """The operations of IAM."""

    def test_created_device_has_a_seed_and_a_picture(self, stranger: Client) -> None:
        """CreateVirtualMFADevice returns the seed in Base32, and a QR code in PNG."""
        device = create_device(stranger)
        assert device.pop("QRCodePNG").startswith(b"\x89PNG")
        assert len(device.pop("Base32StringSeed")) == 64
        assert device == {"SerialNumber": SERIAL_NUMBER, "Tags": [{"Key": "owner", "Value": "alice"}]}
        assert stranger.do("iam", "ListMFADeviceTags", SerialNumber=SERIAL_NUMBER)["Tags"] == device["Tags"]

    def test_lists_show_the_user_of_a_device(self, stranger: Client) -> None:
        """The lists show who has a device; one without a user has only its serial number."""
        create_user(stranger)
        create_device(stranger)
        only_serial = [{"SerialNumber": SERIAL_NUMBER}]
        for status, expected in (("Any", only_serial), ("Unassigned", only_serial), ("Assigned", [])):
            reply = stranger.do("iam", "ListVirtualMFADevices", AssignmentStatus=status)
            assert reply["VirtualMFADevices"] == expected
        stranger.do("iam", "DeleteVirtualMFADevice", SerialNumber=SERIAL_NUMBER)
        enable(stranger)
        user = stranger.do("iam", "GetUser", UserName="Alice")["User"]
        enabled = NOW.replace(microsecond=0)
        reply = stranger.do("iam", "ListVirtualMFADevices")
        assert reply["VirtualMFADevices"] == [{**only_serial[0], "User": user, "EnableDate": enabled}]
        own = stranger.do("iam", "ListMFADevices", UserName="Alice")["MFADevices"]
        assert own == [{"UserName": "Alice", "SerialNumber": SERIAL_NUMBER, "EnableDate": enabled}]
        assert stranger.do("iam", "ListMFADevices")["MFADevices"] == []
        summary = stranger.do("iam", "GetAccountSummary")["SummaryMap"]
        assert (summary["MFADevices"], summary["MFADevicesInUse"]) == (1, 1)

    def test_errors_have_the_recorded_messages(self, stranger: Client) -> None:
        """The errors about the user of a device have AWS's messages."""
        create_user(stranger)
        create_user(stranger, name="Bob")
        seed = enable(stranger)
        for operation, parameters, code, message in (
            ("EnableMFADevice", {"UserName": "Alice", **codes(seed)}, "EntityAlreadyExists",
             "MFA Device for user Alice already exists."),
            ("EnableMFADevice", {"UserName": "Bob", **codes(seed)}, "EntityAlreadyExists",
             "MFA Device is already in use."),
            ("ResyncMFADevice", {"UserName": "Alice", **codes(seed)}, "InvalidAuthenticationCode",
             "Authentication code for device is not valid."),
            ("DeleteVirtualMFADevice", {}, "DeleteConflict", "MFA VirtualDevice in use. Must deactivate first."),
        ):  # fmt: skip
            error = stranger.expect_error("iam", operation, SerialNumber=SERIAL_NUMBER, **parameters)
            assert (error.code, error.message) == (code, message)
        error = stranger.expect_error("iam", "DeleteUser", UserName="Alice")
        assert error.message == "Cannot delete entity, must remove tokens from principal first."
        error = stranger.expect_error("iam", "GetMFADevice", UserName="Alice", SerialNumber=SERIAL_NUMBER)
        assert (error.code, error.status) == ("ValidationError", 400)

    def test_lists_are_paged(self, stranger: Client) -> None:
        """The list of an account's devices has pages."""
        for name in ("a", "b", "c"):
            stranger.do("iam", "CreateVirtualMFADevice", VirtualMFADeviceName=name)
        first = stranger.do("iam", "ListVirtualMFADevices", MaxItems=2)
        rest = stranger.do("iam", "ListVirtualMFADevices", Marker=first["Marker"])
        names = [device["SerialNumber"][-1] for page in (first, rest) for device in page["VirtualMFADevices"]]
        assert names == ["a", "b", "c"]


class TestPolicies:
    """Policies that require a code."""

    @pytest.fixture
    def alice(self, stranger: Client) -> Client:
        """Return a user whose policy denies nearly everything without a code."""
        return create_user(stranger, FORCE_MFA)

    def session(self, alice: Client, code: str) -> Answer:
        """Call GetSessionToken with a code."""
        return alice.call("sts", "GetSessionToken", SerialNumber=SERIAL_NUMBER, TokenCode=code)

    def test_session_with_a_code_is_allowed(self, stranger: Client, alice: Client) -> None:
        """The user is denied without a code, and allowed with a session that it requested with one."""
        seed = enable(stranger)
        assert alice.expect_error("iam", "ListUsers").code == "AccessDenied"
        plain = client_with_session(alice, alice.do("sts", "GetSessionToken")["Credentials"])
        assert plain.expect_error("organizations", "DescribeOrganization").code == "AccessDeniedException"
        answer = self.session(alice, mfa_code(seed, NOW))
        with_mfa = client_with_session(alice, answer.data["Credentials"])
        assert with_mfa.do("iam", "ListUsers")["Users"]
        error = self.session(alice, mfa_code(seed, NOW))
        assert (error.code, error.message) == (
            "AccessDenied",
            "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
        )

    def test_age_counts_from_the_code(self, stranger: Client) -> None:
        """aws:MultiFactorAuthAge is the number of seconds since the session was requested with a code."""
        condition = {"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}
        recent = policy_document({"Effect": "Allow", "Action": "iam:*", "Resource": "*", "Condition": condition})
        alice = create_user(stranger, recent)
        seed = enable(stranger)
        assert alice.expect_error("iam", "ListUsers").code == "AccessDenied"
        session = client_with_session(alice, self.session(alice, mfa_code(seed, NOW)).data["Credentials"])
        stranger.app.world.clock.advance(timedelta(minutes=59))
        assert session.do("iam", "ListUsers")["Users"]
        stranger.app.world.clock.advance(timedelta(minutes=1))
        assert session.expect_error("iam", "ListUsers").code == "AccessDenied"

    def test_role_can_require_a_code(self, stranger: Client) -> None:
        """A role whose trust policy requires a code is assumed with one, and only once with each."""
        alice = create_user(stranger, policy_document({"Effect": "Allow", "Action": "sts:*", "Resource": "*"}))
        seed = enable(stranger)
        trust = policy_document(
            {
                "Effect": "Allow",
                "Principal": {"AWS": ACCOUNT},
                "Action": "sts:AssumeRole",
                "Condition": {
                    "Bool": {"aws:MultiFactorAuthPresent": "true"},
                    "NumericLessThan": {"aws:MultiFactorAuthAge": "60"},
                },
            }
        )
        arn = stranger.do("iam", "CreateRole", RoleName="Ops", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        request = {"RoleArn": arn, "RoleSessionName": "me"}
        assert alice.expect_error("sts", "AssumeRole", **request).code == "AccessDenied"
        code = {"SerialNumber": SERIAL_NUMBER, "TokenCode": mfa_code(seed, NOW)}
        assert alice.do("sts", "AssumeRole", **request, **code)["Credentials"]
        assert "invalid MFA one time pass code" in alice.expect_error("sts", "AssumeRole", **request, **code).message

    def test_tenth_code_is_refused_although_refusals_change_nothing(self, stranger: Client, alice: Client) -> None:
        """Wrong codes lock a device for the rest of three minutes, and a reset of the world unlocks it."""
        seed = enable(stranger)
        for _ in range(9):
            assert "invalid MFA one time pass code" in self.session(alice, "000000").message
        error = self.session(alice, mfa_code(seed, NOW))
        assert error.message == (
            "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is "
            "valid and associated with this user."
        )
        stranger.app.world.clock.advance(timedelta(minutes=3))
        assert self.session(alice, mfa_code(seed, stranger.app.world.clock.now())).status == 200

    def test_devices_are_resources_of_policies(self, stranger: Client) -> None:
        """A device is the resource of its creation, and its tags are condition keys."""
        tagged = {"StringEquals": {"aws:ResourceTag/owner": "alice"}}
        alice = create_user(
            stranger,
            policy_document(
                {
                    "Effect": "Allow",
                    "Action": "iam:CreateVirtualMFADevice",
                    "Resource": f"arn:aws:iam::{ACCOUNT}:mfa/mine",
                },
                {"Effect": "Allow", "Action": "iam:DeleteVirtualMFADevice", "Resource": "*", "Condition": tagged},
            ),
        )
        create_device(stranger)
        alice.do("iam", "CreateVirtualMFADevice", VirtualMFADeviceName="mine")
        mine = f"arn:aws:iam::{ACCOUNT}:mfa/mine"
        error = alice.expect_error("iam", "CreateVirtualMFADevice", VirtualMFADeviceName="other")
        assert f"on resource: arn:aws:iam::{ACCOUNT}:mfa/other" in error.message
        assert alice.expect_error("iam", "DeleteVirtualMFADevice", SerialNumber=mine).code == "AccessDenied"
        alice.do("iam", "DeleteVirtualMFADevice", SerialNumber=SERIAL_NUMBER)
