"""Termination of agreements by customers and by AWS, and agreements that were signed offline."""

from datetime import timedelta
from functools import partial

import pytest

from artifact_state.artifact import agreements
from artifact_state.artifact.tokens import issue
from artifact_state.errors import AgreementDenial, AgreementNotFound, CustomerAgreementNotFound, InvalidToken
from artifact_state.events import AgreementTerminated
from artifact_state.model import TerminatedBy, TokenPurpose
from artifact_state.organizations import trusted_access
from artifact_state.record import replace
from artifact_state.world import World
from tests.support.agreements import (
    ACCOUNT_AGREEMENT,
    ARTIFACT,
    OFFLINE_AGREEMENT,
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
    quotas_with,
    transaction,
)


@pytest.fixture
def world() -> World:
    """Return a world with an organization in which AWS Artifact has trusted access."""
    return world_with_trusted_access()


class TestTerminateAgreement:
    """terminate_agreement."""

    def test_termination_is_recorded(self, world: World) -> None:
        """The acceptance keeps the instant of its termination and the party that terminated it."""
        acceptance = accept(world)
        world.clock.advance(timedelta(days=1))
        terminated = terminate(world, acceptance)
        assert (terminated.effective_end, terminated.terminated_by) == (NOW + timedelta(days=1), TerminatedBy.CUSTOMER)
        assert world.state.acceptances[acceptance.id] == terminated
        assert isinstance(world.events[-1], AgreementTerminated)

    def test_member_cannot_terminate_an_organization_agreement(self, world: World) -> None:
        """A member cannot terminate an organization agreement, even with a valid token."""
        member, acceptance = create_member(world), accept(world)
        _, token = act(world, agreements.get_customer_agreement, acceptance.id)
        assert token
        expect_denial(
            world,
            AgreementDenial.NOT_MANAGEMENT_ACCOUNT,
            lambda: act(world, agreements.terminate_agreement, acceptance.id, token, account=member),
        )

    def test_termination_is_denied_while_trusted_access_is_disabled(self, world: World) -> None:
        """An inaccessible agreement cannot be terminated."""
        acceptance = accept(world)
        _, token = act(world, agreements.get_customer_agreement, acceptance.id)
        assert token
        act(world, trusted_access.disable_service_access, ARTIFACT)
        expect_denial(
            world,
            AgreementDenial.TRUSTED_ACCESS_DISABLED,
            lambda: act(world, agreements.terminate_agreement, acceptance.id, token),
        )

    def test_termination_token_of_another_agreement_is_refused(self, world: World) -> None:
        """The termination token of one agreement does not terminate another."""
        own, organization_wide = accept(world, ACCOUNT_AGREEMENT), accept(world)
        _, token = act(world, agreements.get_customer_agreement, own.id)
        assert token
        expect_error(
            world, InvalidToken, lambda: act(world, agreements.terminate_agreement, organization_wide.id, token)
        )

    def test_terminated_agreement_cannot_be_terminated_again(self, world: World) -> None:
        """A terminated agreement is not found."""
        acceptance = accept(world)
        _, token = act(world, agreements.get_customer_agreement, acceptance.id)
        assert token
        terminate(world, acceptance)
        expect_error(
            world,
            CustomerAgreementNotFound,
            lambda: act(world, agreements.terminate_agreement, acceptance.id, token),
        )


class TestSignOffline:
    """sign_offline: agreements that an account signed outside AWS Artifact."""

    def test_offline_agreement_covers_the_account_that_signed_it(self, world: World) -> None:
        """It covers this account only, in addition to agreements that the account accepted in AWS Artifact."""
        member = create_member(world)
        own = accept(world, ACCOUNT_AGREEMENT, member)
        signed = act(world, agreements.sign_offline, OFFLINE_AGREEMENT.id, account=member)
        assert agreements.agreement_of(signed) is OFFLINE_AGREEMENT
        assert accessible_agreements(world, member) == [own.id, signed.id]
        assert accessible_agreements(world, MANAGEMENT) == []

    def test_signing_again_returns_the_acceptance_in_force(self, world: World) -> None:
        """Signing an agreement that is in force returns the existing acceptance, regardless of the quota."""
        world.options = replace(world.options, quotas=quotas_with(customer_agreements_in_force=0))
        signed = act(world, agreements.sign_offline, OFFLINE_AGREEMENT.id)
        assert act(world, agreements.sign_offline, OFFLINE_AGREEMENT.id) == signed

    @pytest.mark.parametrize("agreement_id", [ACCOUNT_AGREEMENT, "agreement-OfflineBaaGovSmp"])
    def test_only_offline_agreements_of_the_partition_can_be_signed(self, world: World, agreement_id: str) -> None:
        """Agreements that are accepted in AWS Artifact, or signed in another partition, are not found."""
        expect_error(world, AgreementNotFound, lambda: act(world, agreements.sign_offline, agreement_id))

    def test_offline_agreement_cannot_be_terminated_by_the_customer(self, world: World) -> None:
        """The account gets no termination token, and even a valid token is refused."""
        signed = act(world, agreements.sign_offline, OFFLINE_AGREEMENT.id)
        assert act(world, agreements.get_customer_agreement, signed.id) == (signed, None)
        with transaction(world) as tx:
            token = issue(tx, TokenPurpose.TERMINATE_AGREEMENT, signed.id)
        expect_denial(
            world,
            AgreementDenial.OFFLINE_AGREEMENT,
            lambda: act(world, agreements.terminate_agreement, signed.id, token),
        )

    def test_offline_agreement_terminated_by_aws_can_be_signed_again(self, world: World) -> None:
        """AWS can terminate it, and it can be signed again."""
        signed = act(world, agreements.sign_offline, OFFLINE_AGREEMENT.id)
        act(world, agreements.terminate_by_aws, signed.id)
        assert accessible_agreements(world, MANAGEMENT) == []
        assert act(world, agreements.sign_offline, OFFLINE_AGREEMENT.id).id != signed.id


class TestTerminateByAws:
    """terminate_by_aws."""

    def test_aws_terminates_an_organization_agreement(self, world: World) -> None:
        """AWS terminates an agreement of an organization: it covers no account, and records the party."""
        member = create_member(world)
        acceptance = accept(world)
        terminated = act(world, agreements.terminate_by_aws, acceptance.id, account=STANDALONE)
        assert (terminated.terminated_by, terminated.effective_end) == (TerminatedBy.AWS, NOW)
        assert accessible_agreements(world, MANAGEMENT) == accessible_agreements(world, member) == []
        assert world.events[-1] == AgreementTerminated(
            at=NOW, account_id=MANAGEMENT, customer_agreement_id=acceptance.id
        )

    def test_aws_terminates_an_inaccessible_agreement(self, world: World) -> None:
        """AWS needs no trusted access to terminate an agreement."""
        acceptance = accept(world)
        act(world, trusted_access.disable_service_access, ARTIFACT)
        act(world, agreements.terminate_by_aws, acceptance.id)
        act(world, trusted_access.enable_service_access, ARTIFACT)
        assert accessible_agreements(world, MANAGEMENT) == []

    def test_agreement_terminated_by_aws_can_be_accepted_again(self, world: World) -> None:
        """The customer can accept the same agreement again."""
        first = accept(world, ACCOUNT_AGREEMENT)
        act(world, agreements.terminate_by_aws, first.id)
        second = accept(world, ACCOUNT_AGREEMENT)
        assert first.id != second.id
        assert accessible_agreements(world, MANAGEMENT) == [second.id]

    def test_terminated_or_unknown_agreement_cannot_be_terminated_by_aws(self, world: World) -> None:
        """An agreement that either party terminated, or that is unknown, is not found."""
        by_aws, by_customer = accept(world), accept(world, ACCOUNT_AGREEMENT)
        act(world, agreements.terminate_by_aws, by_aws.id)
        terminate(world, by_customer)
        for agreement_id in (by_aws.id, by_customer.id, "customer-agreement-0000000000000000"):
            expect_error(
                world, CustomerAgreementNotFound, partial(act, world, agreements.terminate_by_aws, agreement_id)
            )
