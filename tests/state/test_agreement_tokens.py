"""The tokens of the steps before an acceptance."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from artifact_state import catalog
from artifact_state.artifact import agreements
from artifact_state.errors import InvalidToken
from artifact_state.world import Transaction, World
from tests.support.agreements import (
    ACCOUNT_AGREEMENT,
    OTHER_ACCOUNT_AGREEMENT,
    accessible_agreements,
    expect_error,
    read_agreement,
    world_with_trusted_access,
)
from tests.support.domain import (
    MANAGEMENT,
    STANDALONE,
    act,
)


@pytest.fixture
def world() -> World:
    """Return a world with an organization in which AWS Artifact has trusted access."""
    return world_with_trusted_access()


def expect_invalid_token(world: World, member: str, rule: Callable[[Transaction], object]) -> None:
    """Assert that a token is refused and that the error names its request member."""
    error = expect_error(world, InvalidToken, lambda: act(world, rule))
    assert isinstance(error, InvalidToken)
    assert error.member == member


class TestAcceptanceTokens:
    """The tokens of an acceptance: each is valid once, for one step, one account, one agreement and a limited time."""

    def test_nda_token_does_not_read_the_agreement(self, world: World) -> None:
        """The NDA must be accepted before the agreement can be read."""
        _, token = act(world, agreements.get_nda, ACCOUNT_AGREEMENT)
        expect_invalid_token(world, "ndaToken", lambda tx: agreements.get_agreement(tx, ACCOUNT_AGREEMENT, token))

    def test_agreement_token_does_not_accept_the_nda(self, world: World) -> None:
        """The token that reads the agreement does not accept the NDA, although both have the same form."""
        agreement, token = act(world, agreements.get_nda, ACCOUNT_AGREEMENT)
        token = act(world, agreements.accept_nda, ACCOUNT_AGREEMENT, agreement.nda_revision_id, token)
        expect_invalid_token(
            world,
            "ndaToken",
            lambda tx: agreements.accept_nda(tx, ACCOUNT_AGREEMENT, agreement.nda_revision_id, token),
        )

    @pytest.mark.parametrize("member", ["acceptanceTermsToken", "executeAgreementToken"])
    def test_terms_and_execute_tokens_are_not_interchangeable(self, world: World, member: str) -> None:
        """The terms token does not execute the agreement, and the execute token does not accept the terms."""
        revision, terms, execute = read_agreement(world, ACCOUNT_AGREEMENT)
        tokens = (execute, execute) if member == "acceptanceTermsToken" else (terms, terms)
        expect_invalid_token(
            world,
            member,
            lambda tx: agreements.accept_agreement(
                tx, ACCOUNT_AGREEMENT, revision, terms_token=tokens[0], execute_token=tokens[1]
            ),
        )

    def test_used_token_is_refused(self, world: World) -> None:
        """A used token is refused at every step."""
        agreement, nda = act(world, agreements.get_nda, ACCOUNT_AGREEMENT)
        reading_token = act(world, agreements.accept_nda, ACCOUNT_AGREEMENT, agreement.nda_revision_id, nda)
        _, terms, execute = act(world, agreements.get_agreement, ACCOUNT_AGREEMENT, reading_token)
        tokens = {"terms_token": terms, "execute_token": execute}
        act(world, agreements.accept_agreement, ACCOUNT_AGREEMENT, agreement.revision_id, **tokens)
        for member, call in (
            ("ndaToken", lambda tx: agreements.accept_nda(tx, ACCOUNT_AGREEMENT, agreement.nda_revision_id, nda)),
            ("ndaToken", lambda tx: agreements.get_agreement(tx, ACCOUNT_AGREEMENT, reading_token)),
            (
                "acceptanceTermsToken",
                lambda tx: agreements.accept_agreement(tx, ACCOUNT_AGREEMENT, agreement.revision_id, **tokens),
            ),
        ):
            expect_invalid_token(world, member, call)

    def test_refused_acceptance_uses_no_token(self, world: World) -> None:
        """A refused acceptance leaves both tokens valid."""
        revision, terms, execute = read_agreement(world, ACCOUNT_AGREEMENT)
        expect_invalid_token(
            world,
            "executeAgreementToken",
            lambda tx: agreements.accept_agreement(
                tx, ACCOUNT_AGREEMENT, revision, terms_token=terms, execute_token="agreement-token-x"
            ),
        )
        acceptance = act(
            world, agreements.accept_agreement, ACCOUNT_AGREEMENT, revision, terms_token=terms, execute_token=execute
        )
        assert accessible_agreements(world, MANAGEMENT) == [acceptance.id]

    def test_token_of_another_agreement_is_refused(self, world: World) -> None:
        """A token is valid for the agreement for which it was issued."""
        revision, terms, execute = read_agreement(world, ACCOUNT_AGREEMENT)
        other = OTHER_ACCOUNT_AGREEMENT
        revision = catalog.accepted_agreement("aws", other).revision_id
        expect_invalid_token(
            world,
            "acceptanceTermsToken",
            lambda tx: agreements.accept_agreement(tx, other, revision, terms_token=terms, execute_token=execute),
        )

    def test_token_of_another_account_is_refused(self, world: World) -> None:
        """A token is valid for the account to which it was issued."""
        _, token = act(world, agreements.get_nda, ACCOUNT_AGREEMENT, account=STANDALONE)
        revision = catalog.accepted_agreement("aws", ACCOUNT_AGREEMENT).nda_revision_id
        expect_invalid_token(
            world, "ndaToken", lambda tx: agreements.accept_nda(tx, ACCOUNT_AGREEMENT, revision, token)
        )

    @pytest.mark.parametrize(
        ("wait", "valid"), [(timedelta(minutes=15, microseconds=-1), True), (timedelta(minutes=15), False)]
    )
    def test_token_expires_after_a_quarter_of_an_hour(self, world: World, wait: timedelta, *, valid: bool) -> None:
        """A token expires 15 minutes after it was issued."""
        agreement, token = act(world, agreements.get_nda, ACCOUNT_AGREEMENT)
        world.clock.advance(wait)
        if valid:
            assert act(world, agreements.accept_nda, ACCOUNT_AGREEMENT, agreement.nda_revision_id, token)
        else:
            expect_invalid_token(
                world,
                "ndaToken",
                lambda tx: agreements.accept_nda(tx, ACCOUNT_AGREEMENT, agreement.nda_revision_id, token),
            )

    @pytest.mark.parametrize("step", ["nda", "agreement"])
    def test_revision_must_be_the_one_of_the_step(self, world: World, step: str) -> None:
        """The revision of the NDA does not accept the agreement, and that of the agreement does not accept the NDA."""
        agreement, nda = act(world, agreements.get_nda, ACCOUNT_AGREEMENT)
        if step == "nda":
            expect_invalid_token(
                world,
                "agreementRevisionId",
                lambda tx: agreements.accept_nda(tx, ACCOUNT_AGREEMENT, agreement.revision_id, nda),
            )
            return
        _, terms, execute = read_agreement(world, ACCOUNT_AGREEMENT)
        expect_invalid_token(
            world,
            "agreementRevisionId",
            lambda tx: agreements.accept_agreement(
                tx, ACCOUNT_AGREEMENT, agreement.nda_revision_id, terms_token=terms, execute_token=execute
            ),
        )
