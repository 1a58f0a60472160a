"""Tokens of Artifact: handed out, used up, forgotten."""

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
    """Give a world."""
    return world_with_organization()


def issue(world: World, purpose: TokenPurpose = TokenPurpose.ACCEPT_NDA, account: str = MANAGEMENT) -> str:
    """Hand out a token."""
    return act(world, tokens.issue, purpose, SUBJECT, account=account)


class TestIssue:
    """issue."""

    @pytest.mark.parametrize("purpose", TokenPurpose, ids=lambda one: one.name)
    def test_gives_awss_form(self, world: World, purpose: TokenPurpose) -> None:
        """Each token looks as AWS's shape of it does."""
        assert re.fullmatch("(nda|agreement|term)-token-[a-zA-Z0-9]{24}", issue(world, purpose))

    def test_gives_another_each_time(self, world: World) -> None:
        """No two tokens are alike, and handing one out is told without it."""
        given = {issue(world) for _ in range(50)}
        assert len(given) == 50
        told = [event for event in world.events if isinstance(event, TokenIssued)]
        assert len(told) == 50
        assert not any(token in repr(event) for token in given for event in told)

    def test_forgets_what_has_lapsed(self, world: World) -> None:
        """Tokens that nobody may use any more do not pile up."""
        for _ in range(20):
            issue(world)
        world.clock.advance(timedelta(minutes=10))
        kept = issue(world)
        world.clock.advance(timedelta(minutes=5))
        last = issue(world)
        assert set(world.state.tokens) == {kept, last}
        assert list(world.state.token_order) == [kept, last]


class TestRedeem:
    """redeem."""

    def test_uses_it_up(self, world: World) -> None:
        """A token is good once."""
        token = issue(world)
        act(world, tokens.redeem, token, TokenPurpose.ACCEPT_NDA, SUBJECT, member="ndaToken")
        assert not world.state.tokens
        assert not list(world.state.token_order)
        self.is_invalid(world, token)

    def test_of_another_purpose_account_or_subject(self, world: World) -> None:
        """It opens the one call, for the one account, about the one subject."""
        token = issue(world)
        self.is_invalid(world, token, purpose=TokenPurpose.GET_AGREEMENT)
        self.is_invalid(world, token, account=STANDALONE)
        self.is_invalid(world, token, subject="another")
        self.is_invalid(world, "nda-token-" + "0" * 24)

    def test_by_another_session_of_the_account(self, world: World) -> None:
        """It belongs to the account, not to the person."""
        token = issue(world)
        act(world, tokens.redeem, token, TokenPurpose.ACCEPT_NDA, SUBJECT, member="ndaToken", region="eu-west-1")

    def test_after_the_worlds_own_life_time(self) -> None:
        """How long a token lives is the world's to say."""
        world = world_with_organization(quotas=quotas_with(artifact_token_lifetime=timedelta(seconds=1)))
        token = issue(world)
        world.clock.advance(timedelta(seconds=1))
        self.is_invalid(world, token)

    @staticmethod
    def is_invalid(
        world: World,
        token: str,
        purpose: TokenPurpose = TokenPurpose.ACCEPT_NDA,
        account: str = MANAGEMENT,
        subject: str = SUBJECT,
    ) -> None:
        """Expect that a token is refused by its member's name, and nothing changes."""
        before = world.state
        with pytest.raises(InvalidToken) as caught, transaction(world, account) as tx:
            tokens.redeem(tx, token, purpose, subject, member="ndaToken")
        assert caught.value.member == "ndaToken"
        assert world.state is before
