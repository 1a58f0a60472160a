from dataclasses import replace

import pytest

from artifact_state.errors import (
    AccountAlreadyRegistered,
    AccountNotFound,
    AccountNotRegistered,
    Constraint,
    ConstraintViolated,
    InputReason,
    InvalidInput,
    WrongAccount,
)
from artifact_state.organizations import accounts, delegation, trusted_access
from artifact_state.world import World
from tests.support.domain import (
    MANAGEMENT,
    STANDALONE,
    act,
    create_member,
    expect_refusal,
    list_all,
    quotas_with,
    world_with_organization,
)

CONFIG = "config.amazonaws.com"
HEALTH = "health.amazonaws.com"
ARTIFACT = "artifact.amazonaws.com"


@pytest.fixture
def world() -> World:
    """Give a world whose organization trusts two services that have delegated administrators."""
    world = world_with_organization()
    act(world, trusted_access.enable_service_access, CONFIG)
    act(world, trusted_access.enable_service_access, HEALTH)
    return world


@pytest.fixture
def member(world: World) -> str:
    """Give a member account."""
    return create_member(world)


class TestRegister:
    """RegisterDelegatedAdministrator."""

    def test_reads_as_the_management_account(self, world: World, member: str) -> None:
        """A delegated administrator of any service may read the organization; another member may not."""
        with expect_refusal(world, WrongAccount):
            list_all(world, accounts.member_accounts, account=member)
        act(world, delegation.register_delegated_administrator, member, CONFIG)
        assert [account.id for account, _ in list_all(world, accounts.member_accounts, account=member)] == [
            MANAGEMENT,
            member,
        ]

    def test_changes_nothing_else(self, world: World, member: str) -> None:
        """A delegated administrator may not do what the management account alone may."""
        act(world, delegation.register_delegated_administrator, member, CONFIG)
        with expect_refusal(world, WrongAccount):
            act(world, trusted_access.enable_service_access, ARTIFACT, account=member)

    def test_twice(self, world: World, member: str) -> None:
        """An account is registered for a service once."""
        act(world, delegation.register_delegated_administrator, member, CONFIG)
        with expect_refusal(world, AccountAlreadyRegistered):
            act(world, delegation.register_delegated_administrator, member, CONFIG)

    @pytest.mark.parametrize("principal", [ARTIFACT, "aws-artifact-account-sync.amazonaws.com", "nobody.amazonaws.com"])
    def test_not_supported(self, world: World, member: str, principal: str) -> None:
        """AWS Artifact has no delegated administrators, and neither has an unknown service."""
        with expect_refusal(world, InvalidInput, InputReason.UNRECOGNIZED_SERVICE_PRINCIPAL):
            act(world, delegation.register_delegated_administrator, member, principal)

    def test_without_trusted_access(self, world: World, member: str) -> None:
        """A service is trusted before a member can run it."""
        act(world, trusted_access.disable_service_access, CONFIG)
        with expect_refusal(world, ConstraintViolated, Constraint.SERVICE_ACCESS_NOT_ENABLED):
            act(world, delegation.register_delegated_administrator, member, CONFIG)

    def test_management_account(self, world: World) -> None:
        """The management account is no delegated administrator."""
        with expect_refusal(world, ConstraintViolated, Constraint.CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR):
            act(world, delegation.register_delegated_administrator, MANAGEMENT, CONFIG)

    def test_suspended(self, world: World, member: str) -> None:
        """A suspended account cannot be registered."""
        act(world, accounts.suspend_account, member)
        with expect_refusal(
            world, ConstraintViolated, Constraint.CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR
        ):
            act(world, delegation.register_delegated_administrator, member, CONFIG)

    def test_stranger(self, world: World) -> None:
        """An account outside the organization cannot be registered."""
        with expect_refusal(world, AccountNotFound):
            act(world, delegation.register_delegated_administrator, STANDALONE, CONFIG)

    def test_limit(self, world: World, member: str) -> None:
        """A service has no more delegated administrators than its quota."""
        world.options = replace(world.options, quotas=quotas_with(delegated_administrators_per_service=1))
        act(world, delegation.register_delegated_administrator, member, CONFIG)
        act(world, delegation.register_delegated_administrator, member, HEALTH)
        third = create_member(world, "third")
        with expect_refusal(
            world, ConstraintViolated, Constraint.MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED
        ):
            act(world, delegation.register_delegated_administrator, third, CONFIG)


class TestDeregister:
    """DeregisterDelegatedAdministrator."""

    def test_reads_no_more(self, world: World, member: str) -> None:
        """With its last service goes the right to read the organization."""
        act(world, delegation.register_delegated_administrator, member, CONFIG)
        act(world, delegation.register_delegated_administrator, member, HEALTH)
        act(world, delegation.deregister_delegated_administrator, member, CONFIG)
        assert list_all(world, accounts.member_accounts, account=member)
        act(world, delegation.deregister_delegated_administrator, member, HEALTH)
        with expect_refusal(world, WrongAccount):
            list_all(world, accounts.member_accounts, account=member)

    def test_not_registered(self, world: World, member: str) -> None:
        """What is not registered cannot be deregistered."""
        with expect_refusal(world, AccountNotRegistered):
            act(world, delegation.deregister_delegated_administrator, member, CONFIG)

    def test_before_removal(self, world: World, member: str) -> None:
        """A delegated administrator is deregistered before it can be removed."""
        act(world, delegation.register_delegated_administrator, member, CONFIG)
        with expect_refusal(world, ConstraintViolated, Constraint.CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG):
            act(world, accounts.remove_account, member)


class TestList:
    """ListDelegatedAdministrators and ListDelegatedServicesForAccount."""

    def test_administrators(self, world: World, member: str) -> None:
        """Each delegated administrator is listed once, in the order of registration, of one service or of any."""
        other = create_member(world, "other")
        act(world, delegation.register_delegated_administrator, other, HEALTH)
        act(world, delegation.register_delegated_administrator, member, CONFIG)
        act(world, delegation.register_delegated_administrator, other, CONFIG)

        def administrators(*principal: str) -> list[str]:
            return [account.id for _, account, _ in list_all(world, delegation.delegated_administrators, *principal)]

        assert administrators() == [other, member]
        assert administrators(CONFIG) == [member, other]
        assert administrators(HEALTH) == [other]

    def test_services(self, world: World, member: str) -> None:
        """The services of an account are listed in the order of registration."""
        act(world, delegation.register_delegated_administrator, member, HEALTH)
        act(world, delegation.register_delegated_administrator, member, CONFIG)
        assert [one.principal for one in list_all(world, delegation.delegated_services, member)] == [HEALTH, CONFIG]

    def test_services_of_nobody(self, world: World, member: str) -> None:
        """An account that runs no service has none to list."""
        with expect_refusal(world, AccountNotRegistered):
            list_all(world, delegation.delegated_services, member)
