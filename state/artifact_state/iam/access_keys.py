"""Access keys: long-term credentials of IAM users and root users.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
"""

from collections.abc import Iterator

from artifact_state import ids
from artifact_state.errors import Entity, EntityNotFound, IdentityQuota, NotOwned
from artifact_state.events import IdentityChanged
from artifact_state.iam.identity_quotas import require_quota
from artifact_state.iam.users import put_user, resolve_user_name, user_of, user_principal
from artifact_state.model import Caller, State
from artifact_state.model.identities import AccessKey
from artifact_state.principals import root_user
from artifact_state.record import replace
from artifact_state.world import Transaction


def create_access_key(tx: Transaction, user_name: str | None = None) -> AccessKey:
    """Create an access key for a user, by default for the caller.

    Raises EntityNotFound, UserNameRequired, QuotaExceeded.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html
    """
    owner = _owner(tx, user_name)
    key_ids = _key_ids(tx.state, tx.caller.account_id, owner)
    require_quota(tx, IdentityQuota.ACCESS_KEYS_PER_USER, len(key_ids) + 1)
    serial, seed = tx.serial(), tx.state.seed
    key = AccessKey(
        id=ids.access_key_id("AKIA", tx.caller.account_id, seed, serial),
        secret=ids.secret(40, seed, serial, "key"),
        account_id=tx.caller.account_id,
        user_name=owner,
        created_at=tx.now,
    )
    _put_key_ids(tx, owner, (*key_ids, key.id))
    return _put(tx, key)


def access_keys_of(tx: Transaction, user_name: str | None = None) -> Iterator[AccessKey]:
    """Iterate over the access keys of a user, by default of the caller, oldest first.

    Raises EntityNotFound, UserNameRequired.
    """
    key_ids = _key_ids(tx.state, tx.caller.account_id, _owner(tx, user_name))
    return (tx.state.access_keys[key_id] for key_id in key_ids)


def update_access_key(tx: Transaction, key_id: str, *, active: bool, user_name: str | None = None) -> None:
    """Activate or deactivate an access key.

    Raises EntityNotFound, UserNameRequired.
    """
    _put(tx, replace(_key_of(tx, key_id, user_name), active=active))


def delete_access_key(tx: Transaction, key_id: str, *, user_name: str | None = None) -> None:
    """Delete an access key; its record stays, so that its id is never valid again.

    Raises EntityNotFound, UserNameRequired.
    """
    key = _key_of(tx, key_id, user_name)
    key_ids = _key_ids(tx.state, key.account_id, key.user_name)
    _put_key_ids(tx, key.user_name, tuple(other for other in key_ids if other != key_id))
    _put(tx, replace(key, deleted=True, active=False))


def access_key_by_id(tx: Transaction, key_id: str) -> AccessKey:
    """Return an access key of the caller's account by its id.

    Raises NotOwned.
    """
    key = tx.state.access_keys.get(key_id)
    if key is None or key.deleted or key.account_id != tx.caller.account_id:
        # Unverified: AWS's model of GetAccessKeyLastUsed declares no error of its own.
        raise NotOwned(tx.action, Entity.ACCESS_KEY, key_id)
    return key


def principal_of(state: State, key: AccessKey, *, partition: str, region: str) -> Caller:
    """Return the principal that signs with an active access key.

    Raises EntityNotFound.
    """
    if key.user_name is None:
        return root_user(key.account_id, partition=partition, region=region, access_key_id=key.id)
    user = user_of(state, key.account_id, key.user_name)
    return user_principal(user, partition=partition, region=region, access_key_id=key.id)


def _owner(tx: Transaction, user_name: str | None) -> str | None:
    """Return the name of a user as it was created, or None for the root user."""
    name = resolve_user_name(tx, user_name)
    return None if name is None else user_of(tx.state, tx.caller.account_id, name).name


def _key_ids(state: State, account_id: str, owner: str | None) -> tuple[str, ...]:
    if owner is None:
        return state.root_access_keys.get(account_id, ())
    return user_of(state, account_id, owner).access_keys


def _put_key_ids(tx: Transaction, owner: str | None, key_ids: tuple[str, ...]) -> None:
    account_id = tx.caller.account_id
    if owner is None:
        tx.insert("root_access_keys", account_id, key_ids)
    else:
        put_user(tx, replace(user_of(tx.state, account_id, owner), access_keys=key_ids))


def _key_of(tx: Transaction, key_id: str, user_name: str | None) -> AccessKey:
    if key_id not in _key_ids(tx.state, tx.caller.account_id, _owner(tx, user_name)):
        raise EntityNotFound(Entity.ACCESS_KEY, key_id)
    return tx.state.access_keys[key_id]


def _put(tx: Transaction, key: AccessKey) -> AccessKey:
    tx.insert("access_keys", key.id, key)
    tx.record(IdentityChanged(at=tx.now, account_id=key.account_id, kind="access key", name=key.id))
    return key
