"""Federation: the refusals of STS, and the account of an access key."""

from collections.abc import Callable

import pytest

from artifact_state.errors import (
    InvalidAccessKey,
    InvalidAuthorizationMessage,
    Refused,
    TradeInTokenExpired,
)
from artifact_state.sts import federation
from artifact_state.world import Transaction
from tests.support.domain import STANDALONE, transaction, world_with_organization


class TestRefusals:
    """Operations that every account of the emulator is refused."""

    @pytest.mark.parametrize(
        ("rule", "error"),
        [
            (federation.exchange_token, TradeInTokenExpired),
            (lambda _: federation.decode_authorization_message(), InvalidAuthorizationMessage),
            (lambda _: federation.account_of_access_key("AKIA"), InvalidAccessKey),
        ],
    )
    def test_refusal_changes_nothing(self, rule: Callable[[Transaction], object], error: type[Refused]) -> None:
        """Each operation is refused as in an AWS account without federation, and changes nothing."""
        world = world_with_organization()
        before = world.state
        with pytest.raises(error), transaction(world) as tx:
            rule(tx)
        assert world.state is before


class TestAccountOfAccessKey:
    """account_of_access_key."""

    @pytest.mark.parametrize("key", [STANDALONE, "AKIAZNQUUGVBGZHGZJUO"])
    def test_access_key_id_contains_account(self, key: str) -> None:
        """An access key id contains its account; an account id stands for itself."""
        assert len(federation.account_of_access_key(key)) == 12
