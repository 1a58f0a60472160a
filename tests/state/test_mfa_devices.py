"""Virtual MFA devices: their users, the pairs of codes that enable and resync them, and the codes of requests."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from artifact_state.errors import (
    DeletionObstacle,
    EntityInUse,
    EntityNameTaken,
    EntityNotFound,
    MfaCodesInvalid,
    MfaDeviceTaken,
    MultiFactorCodeInvalid,
    MultiFactorFailed,
    MultiFactorIncomplete,
    MultiFactorRequired,
    QuotaExceeded,
)
from artifact_state.iam import mfa_devices, users
from artifact_state.iam.one_time_passwords import code_at, step_at
from artifact_state.model import Caller
from artifact_state.model.identities import MfaDevice
from artifact_state.principals import session_caller
from artifact_state.snapshot import dump_world, load_world
from artifact_state.sts import sessions
from artifact_state.sts.multi_factor import CodeAttempts, verify_code
from artifact_state.world import World
from tests.support.domain import MANAGEMENT, NOW, act, expect_refusal, set_iam_quotas, world_with_organization

ARN = f"arn:aws:iam::{MANAGEMENT}:mfa/"
PHONE = f"{ARN}phone"
STEP = step_at(NOW)


@pytest.fixture
def world() -> World:
    """Return a world in which the management account has two users and a device."""
    world = world_with_organization()
    for name in ("Alice", "Bob"):
        act(world, users.create_user, name)
    act(world, mfa_devices.create_device, "phone")
    return world


def device(world: World, serial_number: str = PHONE) -> MfaDevice:
    """Return a device."""
    return act(world, mfa_devices.device_of, serial_number)


def pair(world: World, offset: int = 0, serial_number: str = PHONE) -> tuple[str, str]:
    """Return two codes that follow each other, the second so many steps after the present one."""
    seed, second = device(world, serial_number).seed, STEP + offset
    return code_at(seed, second - 1), code_at(seed, second)


def enable(world: World, offset: int = 0, user: str = "Alice", serial_number: str = PHONE) -> None:
    """Enable a device for a user by the root user."""
    act(world, mfa_devices.enable_device, user, serial_number, pair(world, offset, serial_number))


def alice(world: World, *, multi_factor: bool | None = None) -> Caller:
    """Return Alice with her access key, or with session credentials that were requested with or without a code."""
    caller = users.user_principal(users.user_of(world.state, MANAGEMENT, "Alice"), partition="aws", region="us-east-1")
    if multi_factor is None:
        return caller
    with world.transaction(caller) as tx:
        session = sessions.issue_session_token(tx, multi_factor=multi_factor)
    with_session = session_caller(world.state, session, partition="aws", region="us-east-1")
    assert with_session is not None
    return with_session


def call(world: World, caller: Caller, rule: Callable[..., Any], *arguments: Any) -> Any:
    """Run a rule as a caller."""
    with world.transaction(caller) as tx:
        return rule(tx, *arguments)


def verify(world: World, attempts: CodeAttempts, offset: int, serial_number: str = PHONE) -> bool:
    """Verify a code of a step that is so many after the present one, as Alice."""
    code = code_at(device(world).seed, step_at(world.clock.now()) + offset)
    return bool(call(world, alice(world), verify_code, attempts, serial_number, code))


class TestCodes:
    """code_at and step_at."""

    @pytest.mark.parametrize(
        ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")]
    )
    def test_codes_are_those_of_the_standard(self, seconds: int, code: str) -> None:
        """The codes are the last six digits of the test values of RFC 6238."""
        assert code_at("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", seconds // 30) == code


class TestCreateDevice:
    """create_device and delete_device."""

    def test_path_is_part_of_the_serial_number(self, world: World) -> None:
        """A device of another path is another device, and the same path and name are taken."""
        act(world, mfa_devices.create_device, "phone", path="/devices/")
        assert device(world, f"{ARN}devices/phone").seed != device(world).seed
        with expect_refusal(world, EntityNameTaken):
            act(world, mfa_devices.create_device, "phone", path="/devices/")

    def test_device_without_user_can_be_deleted(self, world: World) -> None:
        """A device can be deleted once it has no user, and a new one of its name has another seed."""
        seed = device(world).seed
        enable(world)
        with expect_refusal(world, EntityInUse, DeletionObstacle.DEVICE_USER):
            act(world, mfa_devices.delete_device, PHONE)
        act(world, mfa_devices.deactivate_device, "Alice", PHONE)
        act(world, mfa_devices.delete_device, PHONE)
        with expect_refusal(world, EntityNotFound):
            device(world)
        act(world, mfa_devices.create_device, "phone")
        assert device(world).seed != seed

    @pytest.mark.parametrize("serial_number", [f"{ARN}other", "arn:aws:iam::999988887777:mfa/phone", "phone"])
    def test_other_serial_number_is_not_found(self, world: World, serial_number: str) -> None:
        """A serial number that is not one of the account's devices is not found."""
        with expect_refusal(world, EntityNotFound):
            act(world, mfa_devices.delete_device, serial_number)

    def test_tags_can_be_added_and_removed(self, world: World) -> None:
        """Tags are added to a device, replaced and removed."""
        act(world, mfa_devices.tag_device, PHONE, [("a", "1"), ("b", "2")])
        act(world, mfa_devices.tag_device, PHONE, [("a", "3")])
        act(world, mfa_devices.untag_device, PHONE, ["b"])
        assert dict(device(world).tags.items()) == {"a": "3"}

    def test_snapshot_contains_devices(self, world: World) -> None:
        """A snapshot contains the devices with their users and their times."""
        enable(world, 5)
        assert load_world(dump_world(world, "1")).state == world.state


class TestEnableDevice:
    """enable_device and resync_device."""

    @pytest.mark.parametrize("offset", [-998, 0, 720, 1000])
    def test_pair_within_reach_enables(self, world: World, offset: int) -> None:
        """A pair enables a device if its first code is at most 999 steps away."""
        enable(world, offset)
        assert (device(world).drift, device(world).enabled_at) == (offset, NOW)

    @pytest.mark.parametrize("offset", [-999, 1001, 1440])
    def test_pair_beyond_reach_is_refused(self, world: World, offset: int) -> None:
        """A pair whose first code is further away is refused."""
        with expect_refusal(world, MfaCodesInvalid):
            enable(world, offset)

    def test_codes_must_follow_each_other(self, world: World) -> None:
        """The same code twice, and two codes in reverse order, are refused."""
        first, second = pair(world)
        for codes in ((second, second), (second, first)):
            with expect_refusal(world, MfaCodesInvalid):
                act(world, mfa_devices.enable_device, "Alice", PHONE, codes)

    def test_device_has_one_user(self, world: World) -> None:
        """A device that has a user cannot be enabled again, whatever the codes."""
        enable(world)
        for user, name in (("Alice", "Alice"), ("Bob", "")):
            before = world.state
            with pytest.raises(MfaDeviceTaken) as caught:
                enable(world, 5, user)
            assert (caught.value.name, world.state) == (name, before)

    def test_user_has_eight_devices(self, world: World) -> None:
        """A user has at most as many devices as the quota allows."""
        set_iam_quotas(world, MFADevicesPerUser=1)
        enable(world)
        act(world, mfa_devices.create_device, "tablet")
        with expect_refusal(world, QuotaExceeded):
            enable(world, serial_number=f"{ARN}tablet")

    def test_pairs_go_forward(self, world: World) -> None:
        """A pair must begin after the last one ended, also when the device is enabled anew."""
        enable(world)
        for offset in (0, 1):
            with expect_refusal(world, MfaCodesInvalid):
                act(world, mfa_devices.resync_device, "Alice", PHONE, pair(world, offset))
        act(world, mfa_devices.resync_device, "Alice", PHONE, pair(world, 2))
        act(world, mfa_devices.deactivate_device, "Alice", PHONE)
        with expect_refusal(world, MfaCodesInvalid):
            enable(world, 3, "Bob")
        enable(world, 4, "Bob")

    def test_distance_counts_from_the_devices_time(self, world: World) -> None:
        """The distance counts from the time of the device, which each pair sets."""
        enable(world, 600)
        for offset in (1200, 1800):
            act(world, mfa_devices.resync_device, "Alice", PHONE, pair(world, offset))
        assert device(world).drift == 1800

    @pytest.mark.parametrize("rule", [mfa_devices.deactivate_device, mfa_devices.resync_device])
    def test_device_of_another_user_is_not_found(self, world: World, rule: Callable[..., None]) -> None:
        """A device without this user can be neither deactivated nor resynced."""
        codes = (pair(world, 5),) if rule is mfa_devices.resync_device else ()
        for serial_number in (PHONE, f"{ARN}other"):
            with expect_refusal(world, EntityNotFound):
                act(world, rule, "Alice", serial_number, *codes)

    def test_user_with_a_device_is_not_deleted(self, world: World) -> None:
        """A user that has a device cannot be deleted."""
        enable(world)
        with expect_refusal(world, EntityInUse, DeletionObstacle.MFA_DEVICES):
            act(world, users.delete_user, "Alice")
        act(world, users.delete_user, "Bob")

    def test_renamed_user_keeps_its_device(self, world: World) -> None:
        """A renamed user keeps its device."""
        enable(world)
        act(world, users.update_user, "Alice", new_name="Carol")
        act(world, mfa_devices.deactivate_device, "Carol", PHONE)


class TestOwnDevices:
    """The devices of the calling user itself."""

    def test_user_without_mfa_cannot_change_its_devices(self, world: World) -> None:
        """A user that has a device changes its own only with credentials that were requested with a code."""
        call(world, alice(world), mfa_devices.enable_device, "Alice", PHONE, pair(world))
        act(world, mfa_devices.create_device, "tablet")
        tablet = f"{ARN}tablet"
        for caller in (alice(world), alice(world, multi_factor=False)):
            with expect_refusal(world, MultiFactorRequired):
                call(world, caller, mfa_devices.enable_device, "Alice", tablet, pair(world, 0, tablet))
            with expect_refusal(world, MultiFactorRequired):
                call(world, caller, mfa_devices.deactivate_device, "Alice", f"{ARN}other")
        call(world, alice(world), mfa_devices.resync_device, "Alice", PHONE, pair(world, 5))
        call(world, alice(world), mfa_devices.enable_device, "Bob", tablet, pair(world, 0, tablet))
        call(world, alice(world, multi_factor=True), mfa_devices.deactivate_device, "Alice", PHONE)


class TestVerifyCode:
    """verify_code."""

    @pytest.fixture
    def attempts(self, world: World) -> CodeAttempts:
        """Enable the device, and return a counter of codes."""
        enable(world)
        return CodeAttempts()

    def test_device_and_code_come_together(self, world: World, attempts: CodeAttempts) -> None:
        """The serial number of a device and its code come together."""
        assert not call(world, alice(world), verify_code, attempts, None, None)
        for serial_number, code in ((PHONE, None), (None, "123456")):
            with expect_refusal(world, MultiFactorIncomplete):
                call(world, alice(world), verify_code, attempts, serial_number, code)

    def test_code_is_good_once(self, world: World, attempts: CodeAttempts) -> None:
        """A code within two steps is accepted once, in any order."""
        for offset in (2, -2, 0, 1, -1):
            assert verify(world, attempts, offset)
        for offset in (2, 0, -2):
            with expect_refusal(world, MultiFactorCodeInvalid):
                verify(world, attempts, offset)

    @pytest.mark.parametrize("offset", [-3, 3])
    def test_code_further_away_is_refused(self, world: World, attempts: CodeAttempts, offset: int) -> None:
        """A code that is three steps away is refused."""
        with expect_refusal(world, MultiFactorCodeInvalid):
            verify(world, attempts, offset)

    def test_codes_count_from_the_devices_time(self, world: World, attempts: CodeAttempts) -> None:
        """After a resync, codes count from the time that it set."""
        act(world, mfa_devices.resync_device, "Alice", PHONE, pair(world, 10))
        assert verify(world, attempts, 12)
        with expect_refusal(world, MultiFactorCodeInvalid):
            verify(world, attempts, 7)

    def test_device_that_is_not_the_callers_is_refused(self, world: World, attempts: CodeAttempts) -> None:
        """The code of a device that the caller does not have is refused."""
        with expect_refusal(world, MultiFactorFailed):
            verify(world, attempts, 0, f"{ARN}other")
        with expect_refusal(world, MultiFactorFailed):
            act(world, verify_code, attempts, PHONE, pair(world)[1])
        act(world, mfa_devices.deactivate_device, "Alice", PHONE)
        with expect_refusal(world, MultiFactorFailed):
            verify(world, attempts, 0)

    def test_tenth_code_of_a_window_is_refused(self, world: World, attempts: CodeAttempts) -> None:
        """After nine codes, right or wrong, the device is locked until the window of three minutes ends."""
        assert verify(world, attempts, 0)
        for offset in range(100, 108):
            with expect_refusal(world, MultiFactorCodeInvalid):
                verify(world, attempts, offset)
        with expect_refusal(world, MultiFactorFailed):
            verify(world, attempts, 1)
        world.clock.advance(timedelta(minutes=3))
        assert verify(world, attempts, 1)
