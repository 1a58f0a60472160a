"""Tokens of AWS Artifact: issued, redeemed once, and deleted when they expire."""

import re
from datetime import timedelta

import pytest

from artifact_state.artifact import tokens
from artifact_state.errors import InvalidToken
from artifact_state.events import TokenIssued
from artifact_state.model import TokenPurpose
from artifact_state.world import World
from tests.support.domain import MANAGEMENT, STANDALONE, act, quotas_with, transaction, world_with_organization

SUBJECT = "agreement-9c1kBcYznTkcpRIm"


@pytest.fixture
def world() -> World:
    """Return a world with an organization."""
    return world_with_organization()


def issue(world: World, purpose: TokenPurpose = TokenPurpose.ACCEPT_NDA, account: str = MANAGEMENT) -> str:
    """Issue a token."""
    return act(world, tokens.issue, purpose, SUBJECT, account=account)


def expect_invalid(
    world: World,
    token: str,
    purpose: TokenPurpose = TokenPurpose.ACCEPT_NDA,
    account: str = MANAGEMENT,
    subject: str = SUBJECT,
) -> None:
    """Assert that a token is refused with the name of its request member, and that nothing changes."""
    before = world.state
    with pytest.raises(InvalidToken) as caught, transaction(world, account) as tx:
        tokens.redeem(tx, token, purpose, subject, member="ndaToken")
    assert caught.value.member == "ndaToken"
    assert world.state is before


class TestIssue:
    """issue."""

    @pytest.mark.parametrize("purpose", TokenPurpose, ids=lambda purpose: purpose.name)
    def test_token_has_awss_form(self, world: World, purpose: TokenPurpose) -> None:
        """Every token matches the pattern of AWS's shape."""
        assert re.fullmatch("(nda|agreement|term)-token-[a-zA-Z0-9]{24}", issue(world, purpose))

    def test_tokens_are_unique_and_not_in_events(self, world: World) -> None:
        """No two tokens are equal, and the event of an issue does not contain the token."""
        issued = {issue(world) for _ in range(50)}
        assert len(issued) == 50
        events = [event for event in world.events if isinstance(event, TokenIssued)]
        assert len(events) == 50
        assert not any(token in repr(event) for token in issued for event in events)

    def test_expired_tokens_are_deleted(self, world: World) -> None:
        """Issuing a token deletes those that have expired."""
        for _ in range(20):
            issue(world)
        world.clock.advance(timedelta(minutes=10))
        valid = issue(world)
        world.clock.advance(timedelta(minutes=5))
        latest = issue(world)
        assert set(world.state.tokens) == {valid, latest}
        assert list(world.state.token_order) == [valid, latest]


class TestRedeem:
    """redeem."""

    def test_redeemed_token_is_invalid(self, world: World) -> None:
        """A token is valid once."""
        token = issue(world)
        act(world, tokens.redeem, token, TokenPurpose.ACCEPT_NDA, SUBJECT, member="ndaToken")
        assert not world.state.tokens
        assert not list(world.state.token_order)
        expect_invalid(world, token)

    def test_token_is_bound_to_purpose_account_and_subject(self, world: World) -> None:
        """A token is refused for another purpose, account or subject, and so is an unknown token."""
        token = issue(world)
        expect_invalid(world, token, purpose=TokenPurpose.GET_AGREEMENT)
        expect_invalid(world, token, account=STANDALONE)
        expect_invalid(world, token, subject="another")
        expect_invalid(world, "nda-token-" + "0" * 24)

    def test_token_is_valid_for_any_caller_of_the_account(self, world: World) -> None:
        """A token belongs to the account, not to the principal or its region."""
        token = issue(world)
        act(world, tokens.redeem, token, TokenPurpose.ACCEPT_NDA, SUBJECT, member="ndaToken", region="eu-west-1")

    def test_lifetime_is_a_quota_of_the_world(self) -> None:
        """A world can have another lifetime of tokens."""
        world = world_with_organization(quotas=quotas_with(artifact_token_lifetime=timedelta(seconds=1)))
        token = issue(world)
        world.clock.advance(timedelta(seconds=1))
        expect_invalid(world, token)
