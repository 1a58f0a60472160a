"""IAM users.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users_remove.html
"""

from collections.abc import Iterable, Iterator

from artifact_state import arns, ids, name_index
from artifact_state.errors import (
    DeletionObstacle,
    Entity,
    EntityInUse,
    EntityNameTaken,
    EntityNotFound,
    IdentityQuota,
    UserNameRequired,
)
from artifact_state.events import IdentityChanged
from artifact_state.iam.identity_quotas import require_quota
from artifact_state.iam.identity_tags import TagPairs, add_tags, with_tags, without_tags
from artifact_state.model import Caller, CallerKind, Map, State
from artifact_state.model.identities import User
from artifact_state.record import replace
from artifact_state.world import Transaction


def user_of(state: State, account_id: str, name: str) -> User:
    """Return a user by name, case-insensitively.

    Raises EntityNotFound.
    """
    user = name_index.find(state.users.get(account_id, ()), name)
    if user is None:
        raise EntityNotFound(Entity.USER, name)
    return user


def users_of(state: State, account_id: str, path_prefix: str = "/", after: str = "") -> Iterator[User]:
    """Iterate over an account's users below a path, sorted by name, that follow a name."""
    users = name_index.after(state.users.get(account_id, ()), after)
    return (user for user in users if user.path.startswith(path_prefix))


def user_principal(user: User, *, partition: str, region: str, access_key_id: str = "") -> Caller:
    """Return the principal of a user that has signed in or signed a call."""
    return Caller(
        account_id=user.account_id,
        arn=arns.user(partition, user.account_id, user.path, user.name),
        user_id=user.id,
        kind=CallerKind.USER,
        partition=partition,
        region=region,
        access_key_id=access_key_id,
    )


def resolve_user_name(tx: Transaction, name: str | None) -> str | None:
    """Return a user name, by default the caller's, or None if the caller is the root user.

    Raises UserNameRequired.
    """
    if name is not None:
        return name
    if tx.caller.kind is CallerKind.ROOT:
        return None
    if tx.caller.kind is not CallerKind.USER:
        raise UserNameRequired
    return tx.caller.arn.rpartition("/")[2]


def create_user(
    tx: Transaction, name: str, *, path: str = "/", tags: TagPairs = (), boundary: str | None = None
) -> User:
    """Create a user; `boundary` is a reference to a policy.

    Raises EntityNameTaken, QuotaExceeded, InvalidTagKeys.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html
    """
    account_id = tx.caller.account_id
    existing = tx.state.users.get(account_id, ())
    if namesake := name_index.find(existing, name):
        raise EntityNameTaken(Entity.USER, namesake.name)
    require_quota(tx, IdentityQuota.USERS_PER_ACCOUNT, len(existing) + 1)
    user_tags = with_tags(tx, Map(), tags, IdentityQuota.TAGS_PER_USER)
    user = User(
        id=ids.unique_id("AIDA", tx.state.seed, tx.serial()),
        account_id=account_id,
        name=name,
        path=path,
        created_at=tx.now,
        tags=user_tags,
        boundary=boundary,
    )
    return put_user(tx, user)


def update_user(tx: Transaction, name: str, *, new_name: str | None = None, new_path: str | None = None) -> User:
    """Change the name, the path or both of a user, which keeps its id, access keys and groups.

    Raises EntityNotFound, EntityNameTaken.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html
    """
    user = user_of(tx.state, tx.caller.account_id, name)
    changed = replace(user, name=new_name or user.name, path=new_path or user.path)
    if name_index.key_of(changed.name) != name_index.key_of(user.name):
        if namesake := name_index.find(tx.state.users[user.account_id], changed.name):
            raise EntityNameTaken(Entity.USER, namesake.name)
        _drop(tx, user)
    for key_id in user.access_keys:
        key = replace(tx.state.access_keys[key_id], user_name=changed.name)
        tx.insert("access_keys", key_id, key)
    return put_user(tx, changed)


def tag_user(tx: Transaction, name: str, tags: TagPairs) -> None:
    """Add tags to a user.

    Raises EntityNotFound, QuotaExceeded, InvalidTagKeys.
    """
    user = user_of(tx.state, tx.caller.account_id, name)
    put_user(tx, replace(user, tags=add_tags(tx, user.tags, tags, IdentityQuota.TAGS_PER_USER)))


def untag_user(tx: Transaction, name: str, keys: Iterable[str]) -> None:
    """Remove tags from a user; unknown keys are ignored.

    Raises EntityNotFound.
    """
    user = user_of(tx.state, tx.caller.account_id, name)
    put_user(tx, replace(user, tags=without_tags(user.tags, keys)))


def delete_user(tx: Transaction, name: str) -> None:
    """Delete a user that has no MFA devices, login, access keys, policies and groups left.

    Raises EntityNotFound, EntityInUse.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
    """
    user = user_of(tx.state, tx.caller.account_id, name)
    # Unverified: which of several obstacles AWS names first.
    for obstacle, exists in (
        # Observed: devices come before access keys.
        (DeletionObstacle.MFA_DEVICES, _has_mfa_device(tx, user)),
        (DeletionObstacle.LOGIN, user.login is not None),
        (DeletionObstacle.ACCESS_KEYS, bool(user.access_keys)),
        (DeletionObstacle.INLINE_POLICIES, bool(user.inline_policies)),
        (DeletionObstacle.ATTACHED_POLICIES, bool(user.managed_policies)),
        (DeletionObstacle.GROUP_MEMBERSHIP, bool(user.groups)),
    ):
        if exists:
            raise EntityInUse(obstacle)
    _drop(tx, user)
    tx.record(IdentityChanged(at=tx.now, account_id=user.account_id, kind="user", name=user.name))


def put_user(tx: Transaction, user: User) -> User:
    """Store a new or changed user and record the event."""
    users = tx.state.users.get(user.account_id, ())
    tx.insert("users", user.account_id, name_index.with_record(users, user))
    tx.record(IdentityChanged(at=tx.now, account_id=user.account_id, kind="user", name=user.name))
    return user


def _has_mfa_device(tx: Transaction, user: User) -> bool:
    return any(device.user_id == user.id for device in tx.state.mfa_devices.get(user.account_id, ()))


def _drop(tx: Transaction, user: User) -> None:
    remaining = name_index.without(tx.state.users[user.account_id], user.name)
    tx.insert("users", user.account_id, remaining)
