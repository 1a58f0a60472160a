"""Access keys: long-term credentials of users and, as AWS advises against, of the root user.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
"""

from collections.abc import Iterator
from dataclasses import replace

from artifact_state import ids
from artifact_state.errors import Entity, EntityNotFound, IdentityQuota, NotOwned
from artifact_state.events import IdentityChanged
from artifact_state.iam.identity_quotas import require_quota
from artifact_state.iam.users import put_user, resolve_user_name, user_of, user_principal
from artifact_state.model import Caller, State
from artifact_state.model.identities import AccessKey
from artifact_state.principals import root_user
from artifact_state.world import Transaction


def create_access_key(tx: Transaction, user_name: str | None = None) -> AccessKey:
    """Make an access key for a user, for the caller unless another is named; only this answer tells its secret.

    Raises EntityNotFound, UserNameRequired, QuotaExceeded.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html
    """
    name = _owner(tx, user_name)
    held = _ids_of(tx.state, tx.caller.account_id, name)
    require_quota(tx, IdentityQuota.ACCESS_KEYS_PER_USER, len(held) + 1)
    serial, seed = tx.serial(), tx.state.seed
    key = AccessKey(
        id=ids.access_key_id("AKIA", tx.caller.account_id, seed, serial),
        secret=ids.secret(40, seed, serial, "key"),
        account_id=tx.caller.account_id,
        user_name=name,
        created_at=tx.now,
    )
    _keep_ids(tx, name, (*held, key.id))
    return _keep(tx, key)


def access_keys_of(tx: Transaction, user_name: str | None = None) -> Iterator[AccessKey]:
    """Go through the access keys of a user, of the caller unless another is named, the oldest first.

    Raises EntityNotFound, UserNameRequired.
    """
    held = _ids_of(tx.state, tx.caller.account_id, _owner(tx, user_name))
    return (tx.state.access_keys[key_id] for key_id in held)


def update_access_key(tx: Transaction, key_id: str, *, active: bool, user_name: str | None = None) -> None:
    """Let an access key be good, or no longer be good until it is again.

    Raises EntityNotFound, UserNameRequired.
    """
    _keep(tx, replace(_key_of(tx, key_id, user_name), active=active))


def delete_access_key(tx: Transaction, key_id: str, *, user_name: str | None = None) -> None:
    """Delete an access key for ever.

    Raises EntityNotFound, UserNameRequired.
    """
    key = _key_of(tx, key_id, user_name)
    held = _ids_of(tx.state, key.account_id, key.user_name)
    _keep_ids(tx, key.user_name, tuple(one for one in held if one != key_id))
    _keep(tx, replace(key, deleted=True, active=False))


def access_key_by_id(tx: Transaction, key_id: str) -> AccessKey:
    """Find an access key of the caller's account by its id; of any other AWS says nothing.

    Raises NotOwned.
    """
    key = tx.state.access_keys.get(key_id)
    if key is None or key.deleted or key.account_id != tx.caller.account_id:
        # Unverified: AWS's model of GetAccessKeyLastUsed declares no error of its own.
        raise NotOwned(tx.action, Entity.ACCESS_KEY, key_id)
    return key


def principal_of(state: State, key: AccessKey, *, partition: str, region: str) -> Caller:
    """Give the principal for whom a good access key signs.

    Raises EntityNotFound.
    """
    if key.user_name is None:
        return root_user(key.account_id, partition=partition, region=region, access_key_id=key.id)
    user = user_of(state, key.account_id, key.user_name)
    return user_principal(user, partition=partition, region=region, access_key_id=key.id)


def _owner(tx: Transaction, user_name: str | None) -> str | None:
    name = resolve_user_name(tx, user_name)
    return None if name is None else user_of(tx.state, tx.caller.account_id, name).name


def _ids_of(state: State, account_id: str, name: str | None) -> tuple[str, ...]:
    if name is None:
        return state.root_access_keys.get(account_id, ())
    return user_of(state, account_id, name).access_keys


def _keep_ids(tx: Transaction, name: str | None, kept: tuple[str, ...]) -> None:
    account_id = tx.caller.account_id
    if name is None:
        tx.set(root_access_keys=tx.state.root_access_keys.insert(account_id, kept))
    else:
        put_user(tx, replace(user_of(tx.state, account_id, name), access_keys=kept))


def _key_of(tx: Transaction, key_id: str, user_name: str | None) -> AccessKey:
    name = _owner(tx, user_name)
    if key_id not in _ids_of(tx.state, tx.caller.account_id, name):
        raise EntityNotFound(Entity.ACCESS_KEY, key_id)
    return tx.state.access_keys[key_id]


def _keep(tx: Transaction, key: AccessKey) -> AccessKey:
    tx.set(access_keys=tx.state.access_keys.insert(key.id, key))
    tx.record(IdentityChanged(at=tx.now, account_id=key.account_id, kind="access key", name=key.id))
    return key
