"""Accounts in AWS GovCloud (US), created in a pair with a commercial one."""

import pytest

from artifact_state.authority import membership_of
from artifact_state.errors import Constraint, ConstraintViolated, UnsupportedInPartition, WrongAccount
from artifact_state.iam.roles import role_of
from artifact_state.model import AccountState, CreationFailure, FeatureSet
from artifact_state.organizations import account_creation, accounts, organization
from artifact_state.world import World
from tests.support.accounts import RETENTION, account_ids, account_state, close_account
from tests.support.domain import (
    MANAGEMENT,
    NOW,
    act,
    create_member,
    current_organization,
    expect_refusal,
    list_all,
    world_with_organization,
)

GOVCLOUD = "us-gov-west-1"


class TestCreateGovCloudAccount:
    """create_govcloud_account."""

    def test_request_creates_member_and_standalone_account(self, world: World) -> None:
        """It creates a member with the tags and a standalone account in GovCloud, of the same name and address."""
        creation = act(
            world, account_creation.create_govcloud_account, name="pair", email="pair@example.com", tags=(("a", "1"),)
        )
        assert creation.account_id
        assert creation.govcloud_account_id
        paired = accounts.account_of(world.state, creation.govcloud_account_id)
        assert (paired.name, paired.email) == ("pair", "pair@example.com")
        assert account_ids(world) == [MANAGEMENT, creation.account_id]
        assert membership_of(world.state, paired.id, NOW) is None
        assert set(world.state.tags) == {creation.account_id}
        assert list_all(world, account_creation.list_creations) == [creation]

    def test_govcloud_accounts_trust_pair_of_management_account(self, world: World) -> None:
        """The access role in GovCloud trusts the account there that is paired with the management account."""
        pairs = [
            act(
                world,
                account_creation.create_govcloud_account,
                name=name,
                email=f"{name}@example.com",
                role_name="Admin",
            )
            for name in ("one", "two")
        ]
        trusts = [role_of(world.state, str(pair.govcloud_account_id), "admin", NOW).trust_policy for pair in pairs]
        assert trusts[0] == trusts[1]
        assert "arn:aws-us-gov:iam::" in trusts[0]
        assert MANAGEMENT not in trusts[0]

    def test_govcloud_account_can_create_organization(self, world: World) -> None:
        """The account in GovCloud can create an organization there."""
        creation = act(world, account_creation.create_govcloud_account, name="pair", email="pair@example.com")
        paired = str(creation.govcloud_account_id)
        created = act(world, organization.create_organization, FeatureSet.ALL, account=paired, region=GOVCLOUD)
        assert created.partition == "aws-us-gov"

    @pytest.mark.parametrize("region", [GOVCLOUD, "cn-north-1"])
    def test_only_commercial_partition_supports_operation(self, world: World, region: str) -> None:
        """The operation is supported in the commercial partition only."""
        with expect_refusal(world, UnsupportedInPartition):
            act(world, account_creation.create_govcloud_account, name="x", email="x@example.com", region=region)

    def test_management_account_must_be_paired(self) -> None:
        """The management account must itself be paired with an account in GovCloud."""
        world = world_with_organization(govcloud_enabled=False)
        with expect_refusal(world, ConstraintViolated, Constraint.MASTER_ACCOUNT_NOT_GOVCLOUD_ENABLED):
            act(world, account_creation.create_govcloud_account, name="x", email="x@example.com")

    def test_failed_request_creates_neither_account(self, world: World) -> None:
        """A request that fails creates neither account."""
        create_member(world, "taken")
        before = world.state.accounts
        creation = act(world, account_creation.create_govcloud_account, name="taken", email="taken@example.com")
        assert creation.failure is CreationFailure.EMAIL_ALREADY_EXISTS
        assert creation.govcloud_account_id is None
        assert world.state.accounts is before

    def test_member_cannot_create_govcloud_account(self, world: World) -> None:
        """A member is refused."""
        member = create_member(world)
        with expect_refusal(world, WrongAccount):
            act(world, account_creation.create_govcloud_account, name="x", email="x@example.com", account=member)

    def test_govcloud_account_is_closed_with_its_pair(self, world: World) -> None:
        """Closing the member closes the account in GovCloud too, as one closure of the quota."""
        creation = act(world, account_creation.create_govcloud_account, name="pair", email="pair@example.com")
        close_account(world, str(creation.account_id))
        assert account_state(world, str(creation.govcloud_account_id)) is AccountState.CLOSED
        assert len(current_organization(world).recent_closures) == 1

    def test_closed_govcloud_account_leaves_its_organization(self, world: World) -> None:
        """The account in GovCloud leaves its organization there after 90 days, as the member leaves its own."""
        creation = act(world, account_creation.create_govcloud_account, name="pair", email="pair@example.com")
        paired = str(creation.govcloud_account_id)
        act(world, organization.create_organization, FeatureSet.ALL, account=paired, region=GOVCLOUD)
        close_account(world, str(creation.account_id))
        assert membership_of(world.state, paired, world.clock.now())
        world.clock.advance(RETENTION)
        assert membership_of(world.state, paired, world.clock.now()) is None
