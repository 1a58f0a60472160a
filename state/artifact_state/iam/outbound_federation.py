"""Outbound identity federation: whether an account issues tokens about its principals, and under which issuer.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableOutboundWebIdentityFederation.html
Observed: https://github.com/radkawar/stackd, testdata/aws/iam/outbound_lifecycle.json.
"""

from artifact_state import ids
from artifact_state.errors import (
    OutboundFederationAlreadyDisabled,
    OutboundFederationAlreadyEnabled,
    OutboundFederationDisabled,
)
from artifact_state.events import IdentityChanged
from artifact_state.model import State
from artifact_state.world import Transaction


def issuer_of(state: State, account_id: str) -> str:
    """Return the issuer of an account's tokens, which stays the same."""
    return f"https://{ids.uuid('outbound federation', state.seed, account_id)}.tokens.sts.global.api.aws"


def account_of_issuer(state: State, issuer: str) -> str | None:
    """Return the account whose tokens have an issuer, if it ever enabled them."""
    return next(
        (account_id for account_id in state.outbound_federation if issuer_of(state, account_id) == issuer), None
    )


def enabled_issuer(tx: Transaction) -> str:
    """Return the issuer of the caller's account.

    Raises OutboundFederationDisabled.
    """
    if not _is_enabled(tx):
        raise OutboundFederationDisabled(tx.caller.account_id)
    return issuer_of(tx.state, tx.caller.account_id)


def enable(tx: Transaction) -> str:
    """Allow the caller's account to issue tokens, and return their issuer.

    Raises OutboundFederationAlreadyEnabled.
    """
    if _is_enabled(tx):
        raise OutboundFederationAlreadyEnabled(tx.caller.account_id)
    _set(tx, is_enabled=True)
    return issuer_of(tx.state, tx.caller.account_id)


def disable(tx: Transaction) -> None:
    """Stop the caller's account from issuing tokens.

    Raises OutboundFederationAlreadyDisabled.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DisableOutboundWebIdentityFederation.html
    """
    if not _is_enabled(tx):
        raise OutboundFederationAlreadyDisabled(tx.caller.account_id)
    _set(tx, is_enabled=False)


def _is_enabled(tx: Transaction) -> bool:
    return tx.state.outbound_federation.get(tx.caller.account_id, False)


def _set(tx: Transaction, *, is_enabled: bool) -> None:
    account_id = tx.caller.account_id
    tx.insert("outbound_federation", account_id, is_enabled)
    tx.record(IdentityChanged(at=tx.now, account_id=account_id, kind="outbound federation", name=account_id))
