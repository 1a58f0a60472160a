"""Acceptance of agreements by accounts and for organizations."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from artifact_state import catalog
from artifact_state.artifact import agreements
from artifact_state.errors import AgreementDenial, AgreementNotFound, TooManyAgreements
from artifact_state.events import AgreementAccepted
from artifact_state.model import FeatureSet
from artifact_state.organizations import organization, trusted_access
from artifact_state.record import replace
from artifact_state.world import World
from tests.support.agreements import (
    ACCOUNT_AGREEMENT,
    ARTIFACT,
    ORGANIZATION_AGREEMENT,
    OTHER_ACCOUNT_AGREEMENT,
    accept,
    accessible_agreements,
    expect_denial,
    expect_error,
    read_agreement,
    terminate,
    world_with_trusted_access,
)
from tests.support.domain import (
    MANAGEMENT,
    NOW,
    STANDALONE,
    act,
    create_member,
    list_all,
    quotas_with,
    transaction,
)

GOVCLOUD_AGREEMENT = "agreement-Og8HCNyYwYNp8AR1"


@pytest.fixture
def world() -> World:
    """Return a world with an organization in which AWS Artifact has trusted access."""
    return world_with_trusted_access()


class TestAgreements:
    """agreements."""

    @pytest.mark.parametrize("account", [MANAGEMENT, STANDALONE])
    def test_every_account_lists_all_agreements_of_the_partition(self, world: World, account: str) -> None:
        """All accounts list all agreements of the partition."""
        assert list_all(world, agreements.agreements, account=account) == list(catalog.agreements("aws"))

    def test_agreements_are_listed_after_a_position(self, world: World) -> None:
        """A listing can continue after any position."""
        assert list_all(world, agreements.agreements, 2) == list(catalog.agreements("aws"))[3:]

    def test_partition_has_its_own_agreements(self, world: World) -> None:
        """AWS GovCloud (US) has its own agreements and not those of the commercial partition."""
        with transaction(world, STANDALONE, region="us-gov-west-1") as tx:
            agreement_ids = {agreement.id for _, agreement in agreements.agreements(tx)}
            assert GOVCLOUD_AGREEMENT in agreement_ids
            assert ACCOUNT_AGREEMENT not in agreement_ids
            with pytest.raises(AgreementNotFound):
                agreements.get_nda(tx, ACCOUNT_AGREEMENT)


class TestAcceptAgreement:
    """The steps of an acceptance: get_nda, accept_nda, get_agreement, accept_agreement."""

    def test_account_accepts_for_itself(self, world: World) -> None:
        """Any account can accept an account agreement."""
        acceptance = accept(world, ACCOUNT_AGREEMENT, STANDALONE)
        assert (acceptance.account_id, acceptance.organization_id) == (STANDALONE, None)
        assert (acceptance.effective_start, acceptance.effective_end) == (NOW, None)
        assert isinstance(world.events[-1], AgreementAccepted)

    def test_management_account_accepts_for_its_organization(self, world: World) -> None:
        """The management account accepts an organization agreement for its organization."""
        acceptance = accept(world)
        assert acceptance.account_id == MANAGEMENT
        assert acceptance.organization_id == world.state.memberships[MANAGEMENT].organization_id

    def test_accepting_again_returns_the_acceptance_in_force(self, world: World) -> None:
        """Accepting an agreement that is in force returns the existing acceptance."""
        first = accept(world)
        world.clock.advance(timedelta(days=1))
        assert accept(world) == first
        assert accessible_agreements(world, MANAGEMENT) == [first.id]

    def test_terminated_agreement_can_be_accepted_again(self, world: World) -> None:
        """Accepting a terminated agreement again creates a new acceptance."""
        first = accept(world)
        terminate(world, first)
        assert accept(world).id != first.id

    def test_quota_counts_agreements_in_force_by_owner(self, world: World) -> None:
        """The quota counts agreements in force, separately for the account and its organization."""
        world.options = replace(world.options, quotas=quotas_with(customer_agreements_in_force=1))
        organization_wide, own = accept(world), accept(world, ACCOUNT_AGREEMENT)
        assert accept(world) == organization_wide
        other = OTHER_ACCOUNT_AGREEMENT
        revision, terms, execute = read_agreement(world, other)
        rule = partial(act, world, agreements.accept_agreement, other, revision)
        expect_error(world, TooManyAgreements, partial(rule, terms_token=terms, execute_token=execute))
        terminate(world, own)
        assert accept(world, other).agreement_id == other

    def test_account_and_organization_agreements_are_independent(self, world: World) -> None:
        """An account agreement and an organization agreement coexist; terminating one keeps the other."""
        own, organization_wide = accept(world, ACCOUNT_AGREEMENT), accept(world)
        assert accessible_agreements(world, MANAGEMENT) == [own.id, organization_wide.id]
        terminate(world, organization_wide)
        assert accessible_agreements(world, MANAGEMENT) == [own.id]

    @pytest.mark.parametrize("trusted", [True, False])
    def test_member_cannot_accept_for_the_organization(self, world: World, *, trusted: bool) -> None:
        """A member cannot accept an organization agreement, whether or not trusted access is enabled."""
        member = create_member(world)
        if not trusted:
            act(world, trusted_access.disable_service_access, ARTIFACT)
        self.expect_denied_acceptance(world, AgreementDenial.NOT_MANAGEMENT_ACCOUNT, member)

    def test_standalone_account_cannot_accept_for_an_organization(self, world: World) -> None:
        """A standalone account has no organization to accept for."""
        self.expect_denied_acceptance(world, AgreementDenial.NO_ORGANIZATION, STANDALONE)

    def test_organization_agreement_requires_trusted_access(self, world: World) -> None:
        """An organization agreement cannot be accepted without trusted access."""
        act(world, trusted_access.disable_service_access, ARTIFACT)
        self.expect_denied_acceptance(world, AgreementDenial.TRUSTED_ACCESS_DISABLED, MANAGEMENT)

    def test_organization_agreement_requires_all_features(self, world: World) -> None:
        """An organization for consolidated billing cannot accept organization agreements."""
        act(world, organization.create_organization, FeatureSet.CONSOLIDATED_BILLING, account=STANDALONE)
        self.expect_denied_acceptance(world, AgreementDenial.ALL_FEATURES_REQUIRED, STANDALONE)

    def test_unknown_agreement_is_not_found_at_any_step(self, world: World) -> None:
        """An agreement id that is not in the catalog is refused at every step."""
        unknown = "agreement-0000000000000000"

        def step(rule: Callable[..., object], *arguments: str, **named: str) -> Callable[[], object]:
            return lambda: act(world, rule, unknown, *arguments, **named)

        for call in (
            step(agreements.get_nda),
            step(agreements.accept_nda, "revision", "token"),
            step(agreements.get_agreement, "token"),
            step(agreements.accept_agreement, "revision", terms_token="t", execute_token="t"),
        ):
            assert isinstance(expect_error(world, AgreementNotFound, call), AgreementNotFound)

    def expect_denied_acceptance(self, world: World, reason: AgreementDenial, account: str) -> None:
        """Assert that an account can read an organization agreement but is denied the acceptance."""
        revision, terms, execute = read_agreement(world, ORGANIZATION_AGREEMENT, account)
        expect_denial(
            world,
            reason,
            lambda: act(
                world,
                agreements.accept_agreement,
                ORGANIZATION_AGREEMENT,
                revision,
                terms_token=terms,
                execute_token=execute,
                account=account,
            ),
        )
