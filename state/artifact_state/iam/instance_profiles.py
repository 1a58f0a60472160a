"""Instance profiles, each of which contains at most one role.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html
"""

from collections.abc import Iterable, Iterator

from artifact_state import ids, name_index
from artifact_state.errors import DeletionObstacle, Entity, EntityInUse, EntityNameTaken, EntityNotFound, IdentityQuota
from artifact_state.events import IdentityChanged
from artifact_state.iam.identity_quotas import require_quota
from artifact_state.iam.identity_tags import TagPairs, add_tags, with_tags, without_tags
from artifact_state.iam.initial_roles import roles_in
from artifact_state.iam.role_changes import unlinked_role
from artifact_state.iam.roles import role_of
from artifact_state.model import Map, Role, State
from artifact_state.model.iam_settings import InstanceProfile
from artifact_state.record import replace
from artifact_state.world import Transaction


def instance_profile_of(state: State, account_id: str, name: str) -> InstanceProfile:
    """Return an instance profile by name, case-insensitively.

    Raises EntityNotFound.
    """
    profile = name_index.find(state.instance_profiles.get(account_id, ()), name)
    if profile is None:
        raise EntityNotFound(Entity.INSTANCE_PROFILE, name)
    return profile


def instance_profiles_of(
    state: State, account_id: str, path_prefix: str = "/", after: str = ""
) -> Iterator[InstanceProfile]:
    """Iterate over an account's instance profiles below a path, sorted by name, that follow a name."""
    profiles = name_index.after(state.instance_profiles.get(account_id, ()), after)
    return (profile for profile in profiles if profile.path.startswith(path_prefix))


def instance_profiles_of_role(
    state: State, account_id: str, role_name: str, after: str = ""
) -> Iterator[InstanceProfile]:
    """Iterate over the instance profiles that contain a role, sorted by name, that follow a name."""
    profiles = instance_profiles_of(state, account_id, after=after)
    return (profile for profile in profiles if profile.role_name == role_name)


def role_in(state: State, profile: InstanceProfile) -> Role | None:
    """Return the role that an instance profile contains, or None; a role in a profile cannot be deleted."""
    return name_index.find(roles_in(state, profile.account_id), profile.role_name) if profile.role_name else None


def create_instance_profile(tx: Transaction, name: str, *, path: str = "/", tags: TagPairs = ()) -> InstanceProfile:
    """Create an instance profile without a role.

    Raises EntityNameTaken, QuotaExceeded, InvalidTagKeys.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateInstanceProfile.html
    """
    account_id = tx.caller.account_id
    existing = tx.state.instance_profiles.get(account_id, ())
    if namesake := name_index.find(existing, name):
        raise EntityNameTaken(Entity.INSTANCE_PROFILE, namesake.name)
    require_quota(tx, IdentityQuota.INSTANCE_PROFILES_PER_ACCOUNT, len(existing) + 1)
    profile_tags = with_tags(tx, Map(), tags, IdentityQuota.TAGS_PER_INSTANCE_PROFILE)
    profile = InstanceProfile(
        id=ids.unique_id("AIPA", tx.state.seed, tx.serial()),
        account_id=account_id,
        name=name,
        path=path,
        created_at=tx.now,
        tags=profile_tags,
    )
    return _put(tx, profile)


def add_role(tx: Transaction, profile_name: str, role_name: str) -> None:
    """Add a role to an instance profile that contains none.

    Raises EntityNotFound, RoleNotFound, RoleProtected, QuotaExceeded.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html
    """
    profile = instance_profile_of(tx.state, tx.caller.account_id, profile_name)
    role = unlinked_role(tx, role_name)
    require_quota(tx, IdentityQuota.ROLES_PER_INSTANCE_PROFILE, bool(profile.role_name) + 1)
    _put(tx, replace(profile, role_name=role.name))


def remove_role(tx: Transaction, profile_name: str, role_name: str) -> None:
    """Remove a role from an instance profile.

    Raises EntityNotFound, RoleNotFound.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveRoleFromInstanceProfile.html
    """
    profile = instance_profile_of(tx.state, tx.caller.account_id, profile_name)
    role = role_of(tx.state, tx.caller.account_id, role_name, tx.now)
    if profile.role_name != role.name:
        raise EntityNotFound(Entity.ROLE, role.name)
    _put(tx, replace(profile, role_name=""))


def delete_instance_profile(tx: Transaction, name: str) -> None:
    """Delete an instance profile that contains no role.

    Raises EntityNotFound, EntityInUse.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteInstanceProfile.html
    """
    profile = instance_profile_of(tx.state, tx.caller.account_id, name)
    if profile.role_name:
        raise EntityInUse(DeletionObstacle.ROLE_IN_PROFILE)
    remaining = name_index.without(tx.state.instance_profiles[profile.account_id], profile.name)
    tx.insert("instance_profiles", profile.account_id, remaining)
    _record(tx, profile)


def tag_instance_profile(tx: Transaction, name: str, tags: TagPairs) -> None:
    """Add tags to an instance profile.

    Raises EntityNotFound, QuotaExceeded, InvalidTagKeys.
    """
    profile = instance_profile_of(tx.state, tx.caller.account_id, name)
    changed = add_tags(tx, profile.tags, tags, IdentityQuota.TAGS_PER_INSTANCE_PROFILE)
    _put(tx, replace(profile, tags=changed))


def untag_instance_profile(tx: Transaction, name: str, keys: Iterable[str]) -> None:
    """Remove tags from an instance profile; unknown keys are ignored.

    Raises EntityNotFound.
    """
    profile = instance_profile_of(tx.state, tx.caller.account_id, name)
    _put(tx, replace(profile, tags=without_tags(profile.tags, keys)))


def _put(tx: Transaction, profile: InstanceProfile) -> InstanceProfile:
    profiles = name_index.with_record(tx.state.instance_profiles.get(profile.account_id, ()), profile)
    tx.insert("instance_profiles", profile.account_id, profiles)
    _record(tx, profile)
    return profile


def _record(tx: Transaction, profile: InstanceProfile) -> None:
    tx.record(IdentityChanged(at=tx.now, account_id=profile.account_id, kind="instance profile", name=profile.name))
