"""Account aliases: at most one for each account, unique among all accounts.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/console-account-alias.html
"""

from artifact_state.errors import Entity, EntityNameTaken, EntityNotFound
from artifact_state.events import IdentityChanged
from artifact_state.model import State
from artifact_state.world import Transaction


def alias_of(state: State, account_id: str) -> str | None:
    """Return the alias of an account, or None."""
    return state.account_aliases.get(account_id)


def account_with_alias(state: State, alias: str) -> str | None:
    """Return the id of the account with an alias, or None."""
    return state.alias_accounts.get(alias)


def create_alias(tx: Transaction, alias: str) -> None:
    """Set the alias of the caller's account; it replaces the previous alias.

    Raises EntityNameTaken.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccountAlias.html
    """
    account_id = tx.caller.account_id
    if account_with_alias(tx.state, alias) is not None:
        raise EntityNameTaken(Entity.ALIAS, alias)
    previous = alias_of(tx.state, account_id)
    if previous is not None:
        tx.remove("alias_accounts", previous)
    tx.insert("account_aliases", account_id, alias)
    tx.insert("alias_accounts", alias, account_id)
    tx.record(IdentityChanged(at=tx.now, account_id=account_id, kind="alias", name=alias))


def delete_alias(tx: Transaction, alias: str) -> None:
    """Delete the alias of the caller's account.

    Raises EntityNotFound.
    """
    account_id = tx.caller.account_id
    if alias_of(tx.state, account_id) != alias:
        raise EntityNotFound(Entity.ALIAS, alias)
    tx.remove("account_aliases", account_id)
    tx.remove("alias_accounts", alias)
    tx.record(IdentityChanged(at=tx.now, account_id=account_id, kind="alias", name=alias))
