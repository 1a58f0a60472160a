"""Another's word: every way in which it is not taken."""

from collections.abc import Callable

import pytest

from artifact_state.errors import (InvalidAccessKey, InvalidAuthorizationMessage, InvalidIdentityToken, OutboundFederationDisabled, Refused, TradeInTokenExpired)
from artifact_state.sts import federation
from artifact_state.world import Transaction
from tests.support.domain import STANDALONE, transaction, world_with_organization


class TestRefusals:
    """What no account here has."""

    @pytest.mark.parametrize(
        ("ask", "error"),
        [
            (lambda _: federation.assume_with_web_identity(None), InvalidIdentityToken),
            (lambda _: federation.assume_with_web_identity("https://id.example.com"), InvalidIdentityToken),
            (lambda _: federation.assume_with_saml(), InvalidIdentityToken),
            (lambda _: federation.issue_web_identity_token(), OutboundFederationDisabled),
            (federation.exchange_token, TradeInTokenExpired),
            (lambda _: federation.decode_authorization_message(), InvalidAuthorizationMessage),
            (lambda _: federation.account_of_access_key("AKIA"), InvalidAccessKey),
        ],
    )
    def test_change_nothing(self, ask: Callable[[Transaction], object], error: type[Refused]) -> None:
        """Each is refused as by AWS where nothing is registered or switched on."""
        world = world_with_organization()
        before = world.state
        with pytest.raises(error), transaction(world) as tx:
            ask(tx)
        assert world.state is before


class TestAccessKeys:
    """account_of_key."""

    @pytest.mark.parametrize("key", [STANDALONE, "AKIAZNQUUGVBGZHGZJUO"])
    def test_account(self, key: str) -> None:
        """A 12-digit key is its account; others have it written in them."""
        assert len(federation.account_of_access_key(key)) == 12
