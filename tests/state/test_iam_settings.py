"""Settings of an account: its password policy, its properties and the version of its session tokens."""

from datetime import timedelta

import pytest

from artifact_state.errors import (
    EntityNotFound,
    InvalidProperty,
    NotUser,
    PasswordTooWeak,
    PropertyProblem,
    WrongPassword,
)
from artifact_state.iam import logins, settings
from artifact_state.iam.credential_reports import CredentialUses, generate_credential_report
from artifact_state.iam.users import create_user, user_of, user_principal
from artifact_state.model.iam_settings import PasswordPolicy
from artifact_state.world import World
from tests.support.domain import NOW, STANDALONE, act, expect_refusal, world_with_organization

STRONG, OTHER, THIRD = "Secret-1234", "Secret-5678", "Secret-9999"


@pytest.fixture
def world() -> World:
    """Return a world with a user that has no password."""
    world = world_with_organization()
    act(world, create_user, "Alice", account=STANDALONE)
    return world


def put_policy(world: World, **rules: bool | int) -> None:
    """Set the password policy of the account."""
    policy = PasswordPolicy(**rules)  # type: ignore[arg-type]
    act(world, settings.put_password_policy, policy, account=STANDALONE)


def create_login(world: World, password: str = STRONG) -> None:
    """Create the user's password."""
    act(world, logins.create_login, password, user_name="Alice", account=STANDALONE)


def change(world: World, old: str, new: str) -> None:
    """Change the password as the user."""
    alice = user_principal(user_of(world.state, STANDALONE, "Alice"), partition="aws", region="us-east-1")
    with world.transaction(alice) as tx:
        logins.change_password(tx, old, new)


class TestPasswordPolicy:
    """password_policy, put_password_policy and delete_password_policy."""

    def test_account_has_none_at_first_and_after_deletion(self, world: World) -> None:
        """A policy is found while it exists; a missing one is neither returned nor deleted."""
        for rule in (settings.password_policy, settings.delete_password_policy):
            with expect_refusal(world, EntityNotFound):
                act(world, rule, account=STANDALONE)
        put_policy(world, min_length=12)
        assert act(world, settings.password_policy, account=STANDALONE) == PasswordPolicy(min_length=12)
        act(world, settings.delete_password_policy, account=STANDALONE)
        with expect_refusal(world, EntityNotFound):
            act(world, settings.password_policy, account=STANDALONE)

    @pytest.mark.parametrize(
        ("rules", "weak", "strong"),
        [
            ({"min_length": 12}, "Secret-1234", "Secret-12345"),
            ({"requires_symbols": True}, "Secret1234", "Secret|1234"),
            ({"requires_numbers": True}, "Secret-", "Secret-1"),
            ({"requires_uppercase": True}, "secret", "Secret"),
            ({"requires_lowercase": True}, "SECRET", "SECRETs"),
            ({}, "short", "simple"),
        ],
    )
    def test_new_passwords_satisfy_the_policy(
        self, world: World, rules: dict[str, bool | int], weak: str, strong: str
    ) -> None:
        """A policy replaces AWS's default for new passwords."""
        put_policy(world, **rules)
        with expect_refusal(world, PasswordTooWeak):
            create_login(world, weak)
        create_login(world, strong)

    def test_recent_passwords_cannot_be_used_again(self, world: World) -> None:
        """As many former passwords as the policy says, the present one included, are refused."""
        create_login(world)
        change(world, STRONG, OTHER)
        put_policy(world, reuse_prevention=2)
        for used in (STRONG, OTHER):
            with expect_refusal(world, PasswordTooWeak):
                change(world, OTHER, used)
        change(world, OTHER, THIRD)
        change(world, THIRD, STRONG)

    def test_credential_report_has_the_end_of_a_password(self, world: World) -> None:
        """The next rotation of a password follows from its age."""
        create_login(world)
        put_policy(world, max_age_days=90)
        report, _ = act(
            world, generate_credential_report, NOW, CredentialUses(keys={}, sign_ins={}), account=STANDALONE
        )
        assert (NOW + timedelta(days=90)).strftime("%Y-%m-%dT%H:%M:%SZ") in report.content


class TestChangePassword:
    """change_password."""

    def test_user_changes_its_password(self, world: World) -> None:
        """The new password replaces the old one."""
        create_login(world)
        change(world, STRONG, OTHER)
        alice = user_of(world.state, STANDALONE, "Alice")
        assert logins.password_matches(alice, OTHER)
        assert not logins.password_matches(alice, STRONG)

    def test_root_user_and_wrong_password_are_refused(self, world: World) -> None:
        """Only a user that knows its password can change it."""
        create_login(world)
        with expect_refusal(world, NotUser):
            act(world, logins.change_password, STRONG, OTHER, account=STANDALONE)
        with expect_refusal(world, WrongPassword):
            change(world, OTHER, THIRD)


class TestProperties:
    """put_properties and set_token_version."""

    @pytest.mark.parametrize(
        ("properties", "reason"),
        [
            ({"RoleManager": "false"}, PropertyProblem.FORMAT),
            ({"Nobody/Enabled": "false"}, PropertyProblem.NAMESPACE),
            ({"RoleManager/Enabled": "false", "Nobody/Enabled": "false"}, PropertyProblem.SEVERAL_NAMESPACES),
            ({"RoleManager/Nothing": "false"}, PropertyProblem.ENABLED_MISSING),
            ({"RoleManager/Enabled/Other": "false"}, PropertyProblem.ENABLED_MISSING),
            ({"RoleManager/Enabled": "FALSE"}, PropertyProblem.ENABLED_VALUE),
            ({"RoleManager/Enabled": "false "}, PropertyProblem.ENABLED_VALUE),
        ],
    )
    def test_invalid_properties_are_refused(
        self, world: World, properties: dict[str, str], reason: PropertyProblem
    ) -> None:
        """Properties are of one known namespace, of which Enabled is required."""
        with expect_refusal(world, InvalidProperty, reason):
            act(world, settings.put_properties, properties, account=STANDALONE)

    def test_settings_belong_to_their_account(self, world: World) -> None:
        """Settings change in their account only, each without the others."""
        act(world, settings.put_properties, {"RoleManager/Enabled": "true", "RoleManager/X": ""}, account=STANDALONE)
        act(world, settings.set_token_version, 2, account=STANDALONE)
        changed = settings.settings_of(world.state, STANDALONE)
        assert (changed.role_manager_enabled, changed.token_version) == (True, 2)
        other = settings.settings_of(world.state, "111122223333")
        assert (other.role_manager_enabled, other.token_version) == (False, 1)
