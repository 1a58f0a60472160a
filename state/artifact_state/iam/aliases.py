"""Account aliases: one for each account, which no other account has.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/console-account-alias.html
"""

from artifact_state.errors import Entity, EntityNameTaken, EntityNotFound
from artifact_state.events import IdentityChanged
from artifact_state.model import State
from artifact_state.world import Transaction


def alias_of(state: State, account_id: str) -> str | None:
    """Tell the alias of an account."""
    return state.account_aliases.get(account_id)


def account_with_alias(state: State, alias: str) -> str | None:
    """Tell the account that an alias stands for."""
    return state.alias_accounts.get(alias)


def create_alias(tx: Transaction, alias: str) -> None:
    """Give the caller's account an alias, in place of the one that it has.

    Raises EntityNameTaken.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccountAlias.html
    """
    account_id = tx.caller.account_id
    if account_with_alias(tx.state, alias) is not None:
        raise EntityNameTaken(Entity.ALIAS, alias)
    before = alias_of(tx.state, account_id)
    names = tx.state.alias_accounts if before is None else tx.state.alias_accounts.remove(before)
    tx.set(
        account_aliases=tx.state.account_aliases.insert(account_id, alias),
        alias_accounts=names.insert(alias, account_id),
    )
    tx.record(IdentityChanged(at=tx.now, account_id=account_id, kind="alias", name=alias))


def delete_alias(tx: Transaction, alias: str) -> None:
    """Take its alias from the caller's account.

    Raises EntityNotFound.
    """
    account_id = tx.caller.account_id
    if alias_of(tx.state, account_id) != alias:
        raise EntityNotFound(Entity.ALIAS, alias)
    tx.set(
        account_aliases=tx.state.account_aliases.remove(account_id),
        alias_accounts=tx.state.alias_accounts.remove(alias),
    )
    tx.record(IdentityChanged(at=tx.now, account_id=account_id, kind="alias", name=alias))
