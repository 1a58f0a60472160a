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
from artifact_state.record import replace
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
    """Return a world whose organization trusts two services that support delegated administrators."""
    world = world_with_organization()
    act(world, trusted_access.enable_service_access, CONFIG)
    act(world, trusted_access.enable_service_access, HEALTH)
    return world


@pytest.fixture
def member(world: World) -> str:
    """Return the id of a member account."""
    return create_member(world)


class TestRegister:
    """RegisterDelegatedAdministrator."""

    def test_delegated_administrator_reads_the_organization(self, world: World, member: str) -> None:
        """A delegated administrator of any service may read the organization; another member may not."""
        with expect_refusal(world, WrongAccount):
            list_all(world, accounts.list_accounts, account=member)
        act(world, delegation.register_delegated_administrator, member, CONFIG)
        assert [account.id for account, _ in list_all(world, accounts.list_accounts, account=member)] == [
            MANAGEMENT,
            member,
        ]

    def test_delegated_administrator_cannot_change_the_organization(self, world: World, member: str) -> None:
        """A delegated administrator may not use the operations of the management account."""
        act(world, delegation.register_delegated_administrator, member, CONFIG)
        with expect_refusal(world, WrongAccount):
            act(world, trusted_access.enable_service_access, ARTIFACT, account=member)

    def test_account_cannot_be_registered_twice(self, world: World, member: str) -> None:
        """An account that is registered for a service cannot be registered for it again."""
        act(world, delegation.register_delegated_administrator, member, CONFIG)
        with expect_refusal(world, AccountAlreadyRegistered):
            act(world, delegation.register_delegated_administrator, member, CONFIG)

    @pytest.mark.parametrize("principal", [ARTIFACT, "aws-artifact-account-sync.amazonaws.com", "nobody.amazonaws.com"])
    def test_service_without_delegated_administrators_is_refused(
        self, world: World, member: str, principal: str
    ) -> None:
        """AWS Artifact does not support delegated administrators, and neither does an unknown service."""
        with expect_refusal(world, InvalidInput, InputReason.UNRECOGNIZED_SERVICE_PRINCIPAL):
            act(world, delegation.register_delegated_administrator, member, principal)

    def test_service_needs_trusted_access(self, world: World, member: str) -> None:
        """A member can be registered only while the service has trusted access."""
        act(world, trusted_access.disable_service_access, CONFIG)
        with expect_refusal(world, ConstraintViolated, Constraint.SERVICE_ACCESS_NOT_ENABLED):
            act(world, delegation.register_delegated_administrator, member, CONFIG)

    def test_management_account_cannot_be_registered(self, world: World) -> None:
        """The management account cannot be registered."""
        with expect_refusal(world, ConstraintViolated, Constraint.CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR):
            act(world, delegation.register_delegated_administrator, MANAGEMENT, CONFIG)

    def test_suspended_account_cannot_be_registered(self, world: World, member: str) -> None:
        """A suspended account cannot be registered."""
        act(world, accounts.suspend_account, member)
        with expect_refusal(
            world, ConstraintViolated, Constraint.CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR
        ):
            act(world, delegation.register_delegated_administrator, member, CONFIG)

    def test_account_outside_the_organization_cannot_be_registered(self, world: World) -> None:
        """An account outside the organization cannot be registered."""
        with expect_refusal(world, AccountNotFound):
            act(world, delegation.register_delegated_administrator, STANDALONE, CONFIG)

    def test_delegated_administrators_beyond_the_quota_are_refused(self, world: World, member: str) -> None:
        """A service has no more delegated administrators than the quota."""
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

    def test_deregistered_account_can_no_longer_read_the_organization(self, world: World, member: str) -> None:
        """An account without any service left can no longer read the organization."""
        act(world, delegation.register_delegated_administrator, member, CONFIG)
        act(world, delegation.register_delegated_administrator, member, HEALTH)
        act(world, delegation.deregister_delegated_administrator, member, CONFIG)
        assert list_all(world, accounts.list_accounts, account=member)
        act(world, delegation.deregister_delegated_administrator, member, HEALTH)
        with expect_refusal(world, WrongAccount):
            list_all(world, accounts.list_accounts, account=member)

    def test_account_that_is_not_registered_cannot_be_deregistered(self, world: World, member: str) -> None:
        """An account that is not registered cannot be deregistered."""
        with expect_refusal(world, AccountNotRegistered):
            act(world, delegation.deregister_delegated_administrator, member, CONFIG)

    def test_delegated_administrator_cannot_be_removed(self, world: World, member: str) -> None:
        """A delegated administrator must be deregistered before it can be removed."""
        act(world, delegation.register_delegated_administrator, member, CONFIG)
        with expect_refusal(world, ConstraintViolated, Constraint.CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG):
            act(world, accounts.remove_account, member)


class TestList:
    """ListDelegatedAdministrators and ListDelegatedServicesForAccount."""

    def test_administrators_are_listed_once_in_order_of_registration(self, world: World, member: str) -> None:
        """Each delegated administrator of one or of any service is listed once, in the order of registration."""
        other = create_member(world, "other")
        act(world, delegation.register_delegated_administrator, other, HEALTH)
        act(world, delegation.register_delegated_administrator, member, CONFIG)
        act(world, delegation.register_delegated_administrator, other, CONFIG)

        def administrators(*principal: str) -> list[str]:
            listed = list_all(world, delegation.list_delegated_administrators, *principal)
            return [account.id for _, account, _ in listed]

        assert administrators() == [other, member]
        assert administrators(CONFIG) == [member, other]
        assert administrators(HEALTH) == [other]

    def test_services_of_an_account_are_listed_in_order_of_registration(self, world: World, member: str) -> None:
        """The services of an account are listed in the order of registration."""
        act(world, delegation.register_delegated_administrator, member, HEALTH)
        act(world, delegation.register_delegated_administrator, member, CONFIG)
        services = list_all(world, delegation.list_delegated_services, member)
        assert [service.principal for service in services] == [HEALTH, CONFIG]

    def test_account_without_services_is_refused(self, world: World, member: str) -> None:
        """An account that is not a delegated administrator has no services to list."""
        with expect_refusal(world, AccountNotRegistered):
            list_all(world, delegation.list_delegated_services, member)
