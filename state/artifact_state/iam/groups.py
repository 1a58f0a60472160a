"""Groups of IAM users. The members of a group are recorded with the users.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_groups.html
"""

from collections.abc import Iterator

from artifact_state import ids, name_index
from artifact_state.errors import DeletionObstacle, Entity, EntityInUse, EntityNameTaken, EntityNotFound, IdentityQuota
from artifact_state.events import IdentityChanged
from artifact_state.iam.identity_quotas import require_quota
from artifact_state.iam.users import put_user, user_of, users_of
from artifact_state.model import State
from artifact_state.model.identities import Group, User
from artifact_state.record import replace
from artifact_state.world import Transaction


def group_of(state: State, account_id: str, name: str) -> Group:
    """Return a group by name, case-insensitively.

    Raises EntityNotFound.
    """
    group = name_index.find(state.groups.get(account_id, ()), name)
    if group is None:
        raise EntityNotFound(Entity.GROUP, name)
    return group


def groups_of(state: State, account_id: str, path_prefix: str = "/", after: str = "") -> Iterator[Group]:
    """Iterate over an account's groups below a path, sorted by name, that follow a name."""
    groups = name_index.after(state.groups.get(account_id, ()), after)
    return (group for group in groups if group.path.startswith(path_prefix))


def members_of(state: State, group: Group, after: str = "") -> Iterator[User]:
    """Iterate over the users of a group, sorted by name, that follow a name."""
    key = name_index.key_of(group.name)
    return (user for user in users_of(state, group.account_id, after=after) if key in user.groups)


def groups_of_user(state: State, user: User, after: str = "") -> Iterator[Group]:
    """Iterate over the groups of a user, sorted by name, that follow a name."""
    in_account = state.groups.get(user.account_id, ())
    groups = (name_index.find(in_account, name) for name in user.groups if name > name_index.key_of(after))
    return (group for group in groups if group is not None)


def create_group(tx: Transaction, name: str, *, path: str = "/") -> Group:
    """Create a group without users.

    Raises EntityNameTaken, QuotaExceeded.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateGroup.html
    """
    existing = tx.state.groups.get(tx.caller.account_id, ())
    if namesake := name_index.find(existing, name):
        raise EntityNameTaken(Entity.GROUP, namesake.name)
    require_quota(tx, IdentityQuota.GROUPS_PER_ACCOUNT, len(existing) + 1)
    group = Group(
        id=ids.unique_id("AGPA", tx.state.seed, tx.serial()),
        account_id=tx.caller.account_id,
        name=name,
        path=path,
        created_at=tx.now,
    )
    return put_group(tx, group)


def update_group(tx: Transaction, name: str, *, new_name: str | None = None, new_path: str | None = None) -> Group:
    """Change the name, the path or both of a group; its users stay in it.

    Raises EntityNotFound, EntityNameTaken.
    """
    group = group_of(tx.state, tx.caller.account_id, name)
    changed = replace(group, name=new_name or group.name, path=new_path or group.path)
    old_key, new_key = name_index.key_of(group.name), name_index.key_of(changed.name)
    if new_key != old_key:
        if namesake := name_index.find(tx.state.groups[group.account_id], changed.name):
            raise EntityNameTaken(Entity.GROUP, namesake.name)
        for user in list(members_of(tx.state, group)):
            _set_groups(tx, user, {*user.groups} - {old_key} | {new_key})
        _drop(tx, group)
    return put_group(tx, changed)


def delete_group(tx: Transaction, name: str) -> None:
    """Delete a group that has no users and no policies.

    Raises EntityNotFound, EntityInUse.
    """
    group = group_of(tx.state, tx.caller.account_id, name)
    if next(members_of(tx.state, group), None) is not None:
        raise EntityInUse(DeletionObstacle.GROUP_MEMBERSHIP)
    if group.inline_policies:
        raise EntityInUse(DeletionObstacle.INLINE_POLICIES)
    if group.managed_policies:
        raise EntityInUse(DeletionObstacle.ATTACHED_POLICIES)
    _drop(tx, group)
    tx.record(IdentityChanged(at=tx.now, account_id=group.account_id, kind="group", name=group.name))


def add_user(tx: Transaction, group_name: str, user_name: str) -> None:
    """Add a user to a group; do nothing if the user is already in it.

    Raises EntityNotFound, QuotaExceeded.
    """
    group = group_of(tx.state, tx.caller.account_id, group_name)
    user = user_of(tx.state, tx.caller.account_id, user_name)
    groups = {*user.groups, name_index.key_of(group.name)}
    require_quota(tx, IdentityQuota.GROUPS_PER_USER, len(groups))
    _set_groups(tx, user, groups)


def remove_user(tx: Transaction, group_name: str, user_name: str) -> None:
    """Remove a user from a group; do nothing if the user is not in it.

    If neither exists, AWS names the user, as recorded in
    https://github.com/localstack/localstack/blob/main/tests/aws/services/iam/test_iam_groups.snapshot.json.
    Raises EntityNotFound.
    """
    user = user_of(tx.state, tx.caller.account_id, user_name)
    group = group_of(tx.state, tx.caller.account_id, group_name)
    _set_groups(tx, user, {*user.groups} - {name_index.key_of(group.name)})


def put_group(tx: Transaction, group: Group) -> Group:
    """Store a new or changed group and record the event."""
    groups = tx.state.groups.get(group.account_id, ())
    tx.insert("groups", group.account_id, name_index.with_record(groups, group))
    tx.record(IdentityChanged(at=tx.now, account_id=group.account_id, kind="group", name=group.name))
    return group


def _set_groups(tx: Transaction, user: User, groups: set[str]) -> None:
    put_user(tx, replace(user, groups=tuple(sorted(groups))))


def _drop(tx: Transaction, group: Group) -> None:
    remaining = name_index.without(tx.state.groups[group.account_id], group.name)
    tx.insert("groups", group.account_id, remaining)
