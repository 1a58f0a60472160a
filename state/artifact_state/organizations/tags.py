"""Tags of an organization's resources: its root, organizational units, accounts, policies and billing transfers.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_tagging.html
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from artifact_state.authority import membership_of, require_management, require_management_or_delegate
from artifact_state.errors import Constraint, ConstraintViolated, InputReason, InvalidInput, TargetNotFound
from artifact_state.events import TagsChanged
from artifact_state.model import Organization, State, Tag
from artifact_state.organizations.policies.attachments import aws_managed_policy_by_id
from artifact_state.resource_tags import TagPairs, attach_tags, set_tags
from artifact_state.world import Transaction

_RESERVED_PREFIX = "aws:"


def tag_resource(tx: Transaction, resource_id: str, pairs: TagPairs) -> None:
    """Set tags of a resource; tags with other keys stay.

    Raises NotInOrganization, WrongAccount, TargetNotFound, InvalidInput, ConstraintViolated.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_TagResource.html
    """
    organization = require_management(tx)
    _require_target(tx, organization, resource_id)
    check_tags(tx, pairs, resource_id)
    attach_tags(tx, resource_id, pairs)
    tx.record(TagsChanged(at=tx.now, organization_id=organization.id, resource_id=resource_id))


def untag_resource(tx: Transaction, resource_id: str, keys: Iterable[str]) -> None:
    """Remove the tags with certain keys from a resource; missing keys are ignored.

    Raises NotInOrganization, WrongAccount, TargetNotFound, InvalidInput.
    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_UntagResource.html
    """
    organization = require_management(tx)
    _require_target(tx, organization, resource_id)
    removed_keys = set(keys)
    _check_keys(removed_keys)
    tags = tx.state.tags.get(resource_id, ())
    remaining = tuple(tag for tag in tags if tag.key not in removed_keys)
    if remaining != tags:
        set_tags(tx, resource_id, remaining)
        tx.record(TagsChanged(at=tx.now, organization_id=organization.id, resource_id=resource_id))


def list_tags(tx: Transaction, resource_id: str, after: int = -1) -> Iterator[tuple[int, Tag]]:
    """Return the tags of a resource of the organization with their positions.

    Raises NotInOrganization, WrongAccount, TargetNotFound, InvalidInput.
    """
    organization = require_management_or_delegate(tx)
    _require_target(tx, organization, resource_id)
    return ((tag.serial, tag) for tag in tx.state.tags.get(resource_id, ()) if tag.serial > after)


def check_tags(tx: Transaction, pairs: TagPairs, resource_id: str = "") -> None:
    """Refuse tags that cannot be set together on a resource; a resource to be created has no id yet.

    Raises InvalidInput, ConstraintViolated.
    """
    keys = {key for key, _ in pairs}
    _check_keys(keys)
    if len(keys) < len(pairs):
        raise InvalidInput(InputReason.DUPLICATE_TAG_KEY)
    existing = {tag.key for tag in tx.state.tags.get(resource_id, ())}
    if len(existing | keys) > tx.quotas.tags_per_resource:
        raise ConstraintViolated(Constraint.MAX_TAG_LIMIT_EXCEEDED)


def _check_keys(keys: Iterable[str]) -> None:
    if any(key.lower().startswith(_RESERVED_PREFIX) for key in keys):
        raise InvalidInput(InputReason.INVALID_SYSTEM_TAGS_PARAMETER)


def _require_target(tx: Transaction, organization: Organization, resource_id: str) -> None:
    if aws_managed_policy_by_id(resource_id) is not None:
        # Observed on AWS: https://github.com/cloud-custodian/cloud-custodian/pull/8194
        raise InvalidInput(InputReason.INVALID_PATTERN)
    if _owner_of(tx.state, resource_id, tx.now) != organization.id:
        raise TargetNotFound(resource_id)


def _owner_of(state: State, resource_id: str, now: datetime) -> str | None:
    """Return the id of the organization that a resource belongs to."""
    resource = (
        state.units.get(resource_id)
        or state.policies.get(resource_id)
        or state.resource_policies.get(resource_id)
        or state.transfers.get(resource_id)
        or membership_of(state, resource_id, now)
    )
    return resource.organization_id if resource else None
