"""Tokens of AWS Artifact: each authorizes one operation, once, for one account and one subject.

Unverified: AWS documents neither their lifetime nor whether they can be used twice.
"""

from artifact_state import ids
from artifact_state.errors import InvalidToken
from artifact_state.events import TokenIssued
from artifact_state.model import Token, TokenPurpose
from artifact_state.world import Transaction

_PREFIXES = {
    TokenPurpose.ACCEPT_NDA: "nda-token-",
    TokenPurpose.GET_AGREEMENT: "nda-token-",
    TokenPurpose.ACCEPT_TERMS: "agreement-token-",
    TokenPurpose.EXECUTE_AGREEMENT: "agreement-token-",
    TokenPurpose.TERMINATE_AGREEMENT: "agreement-token-",
    TokenPurpose.GET_REPORT: "term-token-",
}


def issue(tx: Transaction, purpose: TokenPurpose, subject: str) -> str:
    """Issue a token to the caller's account, and delete expired tokens."""
    _delete_expired(tx)
    serial = tx.serial()
    token = Token(
        id=ids.token(_PREFIXES[purpose], tx.state.seed, serial),
        serial=serial,
        purpose=purpose,
        account_id=tx.caller.account_id,
        subject=subject,
        issued_at=tx.now,
    )
    tx.put(token)
    tx.set(token_order=tx.state.token_order.set(serial, token.id))
    tx.record(TokenIssued(at=tx.now, account_id=token.account_id, subject=subject))
    return token.id


def redeem(tx: Transaction, token_id: str, purpose: TokenPurpose, subject: str, *, member: str) -> None:
    """Consume a token.

    Raises InvalidToken, with the request member that carries it, if it is expired or issued for something else.
    """
    token = tx.state.tokens.get(token_id)
    if (
        token is None
        or (token.purpose, token.account_id, token.subject) != (purpose, tx.caller.account_id, subject)
        or tx.now >= token.issued_at + tx.quotas.artifact_token_lifetime
    ):
        raise InvalidToken(member)
    _delete(tx, token)


def _delete_expired(tx: Transaction) -> None:
    for token in map(tx.state.tokens.__getitem__, tx.state.token_order):
        if tx.now < token.issued_at + tx.quotas.artifact_token_lifetime:
            break
        _delete(tx, token)


def _delete(tx: Transaction, token: Token) -> None:
    tx.drop(token)
    tx.set(token_order=tx.state.token_order.delete(token.serial))
