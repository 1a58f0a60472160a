"""Coverage of accounts by accepted agreements, and access to them."""

from datetime import timedelta

import pytest

from artifact_state.artifact import agreements
from artifact_state.errors import AgreementDenial, CustomerAgreementNotFound
from artifact_state.model import FeatureSet
from artifact_state.organizations import account_closure, accounts, organization, trusted_access
from artifact_state.world import World
from tests.support.agreements import (
    ACCOUNT_AGREEMENT,
    ARTIFACT,
    OTHER_ACCOUNT_AGREEMENT,
    SYNC,
    accept,
    accessible_agreements,
    expect_denial,
    expect_error,
    terminate,
    world_with_trusted_access,
)
from tests.support.domain import (
    MANAGEMENT,
    NOW,
    STANDALONE,
    act,
    create_member,
    transaction,
    world_with_organization,
)


@pytest.fixture
def world() -> World:
    """Return a world with an organization in which AWS Artifact has trusted access."""
    return world_with_trusted_access()


class TestCoverage:
    """covers."""

    def test_organization_agreement_covers_present_and_future_members(self, world: World) -> None:
        """An organization agreement covers all member accounts, including accounts that are added later."""
        present = create_member(world, "present")
        acceptance = accept(world)
        future = create_member(world, "future")
        for account in (MANAGEMENT, present, future):
            assert agreements.covers(world.state, acceptance, account, NOW)
            assert accessible_agreements(world, account) == [acceptance.id]

    def test_organization_agreement_covers_no_other_account(self, world: World) -> None:
        """A standalone account and the accounts of another organization are not covered."""
        acceptance = accept(world)
        act(world, organization.create_organization, FeatureSet.ALL, account="222233334444")
        act(world, trusted_access.enable_service_access, ARTIFACT, account="222233334444")
        for account in (STANDALONE, "222233334444"):
            assert not agreements.covers(world.state, acceptance, account, NOW)
            assert accessible_agreements(world, account) == []

    def test_organization_agreement_covers_no_account_while_trusted_access_is_disabled(self, world: World) -> None:
        """Disabling trusted access makes the agreement inaccessible; enabling it restores the access unchanged."""
        member, acceptance = create_member(world), accept(world)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        acceptances = world.state.acceptances
        assert not any(agreements.covers(world.state, acceptance, account, NOW) for account in (MANAGEMENT, member))
        act(world, trusted_access.enable_service_access, ARTIFACT)
        assert all(agreements.covers(world.state, acceptance, account, NOW) for account in (MANAGEMENT, member))
        assert world.state.acceptances == acceptances

    def test_trusted_access_of_either_principal_suffices(self, world: World) -> None:
        """Trusted access for either of AWS Artifact's principals keeps the agreements accessible."""
        acceptance = accept(world)
        act(world, trusted_access.enable_service_access, SYNC)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        assert agreements.covers(world.state, acceptance, MANAGEMENT, NOW)
        act(world, trusted_access.disable_service_access, SYNC)
        assert not agreements.covers(world.state, acceptance, MANAGEMENT, NOW)

    def test_removed_account_loses_organization_agreements(self, world: World) -> None:
        """A removed account no longer has access to any organization agreement."""
        member, acceptance = create_member(world), accept(world)
        act(world, accounts.remove_account, member)
        assert not agreements.covers(world.state, acceptance, member, NOW)
        assert accessible_agreements(world, member) == []

    def test_account_that_left_loses_organization_agreements(self, world: World) -> None:
        """An account that left no longer has access to any organization agreement."""
        member, acceptance = create_member(world), accept(world)
        act(world, accounts.leave_organization, account=member)
        assert not agreements.covers(world.state, acceptance, member, NOW)

    def test_closed_account_loses_organization_agreements(self) -> None:
        """A closed account is not covered although it remains a member for 90 days; an account being closed is."""
        world = world_with_organization(closure_delay=timedelta(minutes=5))
        act(world, trusted_access.enable_service_access, ARTIFACT)
        member, acceptance = create_member(world), accept(world)
        act(world, account_closure.close_account, member)
        assert agreements.covers(world.state, acceptance, member, NOW)
        assert not agreements.covers(world.state, acceptance, member, NOW + timedelta(minutes=5))

    def test_account_in_creation_is_covered_once_it_is_a_member(self) -> None:
        """An account that is being created is covered from the instant at which it is a member."""
        world = world_with_organization(creation_delay=timedelta(minutes=5))
        act(world, trusted_access.enable_service_access, ARTIFACT)
        member, acceptance = create_member(world), accept(world)
        assert not agreements.covers(world.state, acceptance, member, NOW)
        assert agreements.covers(world.state, acceptance, member, NOW + timedelta(minutes=5))

    def test_new_organization_does_not_inherit_agreements_of_a_deleted_one(self, world: World) -> None:
        """A new organization of the same management account has none of the agreements of the deleted one."""
        acceptance = accept(world)
        act(world, organization.delete_organization)
        assert accessible_agreements(world, MANAGEMENT) == []
        act(world, organization.create_organization, FeatureSet.ALL)
        act(world, trusted_access.enable_service_access, ARTIFACT)
        assert not agreements.covers(world.state, acceptance, MANAGEMENT, NOW)
        assert accessible_agreements(world, MANAGEMENT) == []

    def test_account_agreement_covers_its_account_only(self, world: World) -> None:
        """An account agreement covers its account regardless of organizations and trusted access."""
        member = create_member(world)
        acceptance = accept(world, ACCOUNT_AGREEMENT, member)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        assert agreements.covers(world.state, acceptance, member, NOW)
        act(world, accounts.remove_account, member)
        assert accessible_agreements(world, member) == [acceptance.id]
        assert not agreements.covers(world.state, acceptance, MANAGEMENT, NOW)

    def test_terminated_agreement_covers_no_account(self, world: World) -> None:
        """A terminated agreement covers no account."""
        member, acceptance = create_member(world), accept(world)
        terminated = terminate(world, acceptance)
        assert not any(agreements.covers(world.state, terminated, account, NOW) for account in (MANAGEMENT, member))


class TestGetCustomerAgreement:
    """get_customer_agreement."""

    def test_member_gets_agreement_without_termination_token(self, world: World) -> None:
        """A member can view an organization agreement but gets no termination token."""
        member, acceptance = create_member(world), accept(world)
        assert act(world, agreements.get_customer_agreement, acceptance.id, account=member) == (acceptance, None)

    def test_agreement_is_denied_while_trusted_access_is_disabled(self, world: World) -> None:
        """The management account and the members are denied access."""
        member, acceptance = create_member(world), accept(world)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        for account in (MANAGEMENT, member):
            expect_denial(
                world,
                AgreementDenial.TRUSTED_ACCESS_DISABLED,
                lambda account=account: act(  # type: ignore[misc] # Bound at once.
                    world, agreements.get_customer_agreement, acceptance.id, account=account
                ),
            )

    def test_inaccessible_agreements_are_not_found(self, world: World) -> None:
        """An agreement of another account, a terminated one and an unknown one are not found."""
        member, acceptance = create_member(world), accept(world)
        terminated = accept(world, ACCOUNT_AGREEMENT)
        terminate(world, terminated)
        act(world, accounts.remove_account, member)
        for account, agreement_id in (
            (STANDALONE, acceptance.id),
            (member, acceptance.id),
            (MANAGEMENT, terminated.id),
            (MANAGEMENT, "x"),
        ):
            expect_error(
                world,
                CustomerAgreementNotFound,
                lambda account=account, agreement_id=agreement_id: act(  # type: ignore[misc] # Bound at once.
                    world, agreements.get_customer_agreement, agreement_id, account=account
                ),
            )


class TestCustomerAgreements:
    """customer_agreements."""

    def test_agreements_are_listed_in_the_order_of_acceptance(self, world: World) -> None:
        """An account's own agreements and its organization's are listed together, the oldest first."""
        member = create_member(world)
        first = accept(world, ACCOUNT_AGREEMENT, member)
        second = accept(world)
        third = accept(world, OTHER_ACCOUNT_AGREEMENT, member)
        assert accessible_agreements(world, member) == [first.id, second.id, third.id]

    def test_agreements_are_listed_after_a_serial(self, world: World) -> None:
        """A listing can continue after any serial and skips terminated agreements."""
        member = create_member(world)
        accepted = [
            accept(world, ACCOUNT_AGREEMENT, member),
            accept(world),
            accept(world, OTHER_ACCOUNT_AGREEMENT, member),
        ]
        terminate(world, accepted[1])
        with transaction(world, member) as tx:
            items = list(agreements.customer_agreements(tx, accepted[0].serial))
        assert items == [(accepted[2].serial, accepted[2])]
