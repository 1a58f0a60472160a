"""Managed policies of AWS and of the account, their versions, tags and uses."""

from bisect import bisect_right
from collections.abc import Iterator
from heapq import merge
from typing import TYPE_CHECKING

from artifact_emulator.aws.items import kept_item
from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.iam.reply_members import encode_document, tag_list, tag_page
from artifact_state import catalog, name_index
from artifact_state.catalog import PolicyVersion
from artifact_state.iam import managed_policies, policy_usage
from artifact_state.iam.policy_references import AnyPolicy, arn_of, reference_of
from artifact_state.iam.policy_usage import Identity, Usage
from artifact_state.model import Map, Role
from artifact_state.model.identities import CustomerPolicy, Group, User

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests

_BOUNDARY_USAGE = "PermissionsBoundary"
_KINDS: dict[type[Identity], str] = {Group: "Group", User: "User", Role: "Role"}


def create_policy(call: RequestContext, request: "requests.CreatePolicyRequest") -> "replies.CreatePolicyResponse":
    """Create a policy of the caller's account."""
    new = managed_policies.NewPolicy(
        name=request.policy_name,
        document=request.policy_document,
        path=request.path or "/",
        description=request.description or "",
        tags=[(tag.key, tag.value) for tag in request.tags or ()],
    )
    policy = managed_policies.create_policy(call.tx, new)
    # Unlike GetPolicy's, the reply has no description, by the documentation of the shape `Policy` in AWS's model.
    reply: replies.Policy = {**_policy_summary(call, policy, Usage())}
    if new.tags:
        # In the order of the request, unlike in lists.
        reply["Tags"] = [{"Key": key, "Value": value} for key, value in new.tags]
    return {"Policy": reply}


def get_policy(call: RequestContext, request: "requests.GetPolicyRequest") -> "replies.GetPolicyResponse":
    """Return a policy of AWS or of the caller's account."""
    policy = managed_policies.managed_policy_by_arn(call.tx, request.policy_arn)
    reply: replies.Policy = {**_policy_summary(call, policy, _usage(call))}
    if policy.description:
        reply["Description"] = policy.description
    reply["Tags"] = tag_list(policy.tags) if isinstance(policy, CustomerPolicy) else []
    return {"Policy": reply}


def list_policies(call: RequestContext, request: "requests.ListPoliciesRequest") -> "replies.ListPoliciesResponse":
    """List the policies of AWS, of the caller's account or of both: all, or those that are in use.

    Only in a list of policies in use does it matter how they are used.
    """
    usage, prefix = _usage(call), request.path_prefix or "/"
    scope, only_attached = request.scope or "All", bool(request.only_attached)
    usage_filter = request.policy_usage_filter if only_attached else None
    listing = call.name_listing("ListPolicies", call.tx.caller.account_id, scope, only_attached, prefix, usage_filter)
    after = listing.after(request.marker)
    counts = {None: usage.attachments + usage.boundaries, _BOUNDARY_USAGE: usage.boundaries}.get(
        usage_filter, usage.attachments
    )
    policies = (
        policy
        for policy in _sorted_policies(call, scope, after)
        if policy.path.startswith(prefix) and (counts[reference_of(policy)] or not only_attached)
    )
    page, more = listing.page(policies, request.max_items, policy_sort_key)
    return {"Policies": [_policy_summary(call, policy, usage) for policy in page], **more}


def delete_policy(call: RequestContext, request: "requests.DeletePolicyRequest") -> None:
    """Delete a policy that is not in use."""
    managed_policies.delete_policy(call.tx, request.policy_arn)


def create_policy_version(
    call: RequestContext, request: "requests.CreatePolicyVersionRequest"
) -> "replies.CreatePolicyVersionResponse":
    """Add a version to a policy."""
    policy, version = managed_policies.create_version(
        call.tx, request.policy_arn, request.policy_document, as_default=bool(request.set_as_default)
    )
    return {"PolicyVersion": _version_summary(policy, version)}


def get_policy_version(
    call: RequestContext, request: "requests.GetPolicyVersionRequest"
) -> "replies.GetPolicyVersionResponse":
    """Return a version of a policy with its document."""
    policy, version = managed_policies.policy_version(call.tx, request.policy_arn, request.version_id)
    return {"PolicyVersion": {"Document": encode_document(version.document), **_version_summary(policy, version)}}


def list_policy_versions(
    call: RequestContext, request: "requests.ListPolicyVersionsRequest"
) -> "replies.ListPolicyVersionsResponse":
    """List the versions of a policy without their documents, newest first."""
    policy = managed_policies.managed_policy_by_arn(call.tx, request.policy_arn)
    listing = call.name_listing("ListPolicyVersions", request.policy_arn)
    after = listing.after(request.marker)
    versions = (version for version in policy.versions if not after or _number(version.version_id) < _number(after))
    page, more = listing.page(versions, request.max_items, lambda version: version.version_id)
    return {"Versions": [_version_summary(policy, version) for version in page], **more}


def set_default_policy_version(call: RequestContext, request: "requests.SetDefaultPolicyVersionRequest") -> None:
    """Set the default version of a policy."""
    managed_policies.set_default_version(call.tx, request.policy_arn, request.version_id)


def delete_policy_version(call: RequestContext, request: "requests.DeletePolicyVersionRequest") -> None:
    """Delete a version of a policy that is not the default version."""
    managed_policies.delete_version(call.tx, request.policy_arn, request.version_id)


def tag_policy(call: RequestContext, request: "requests.TagPolicyRequest") -> None:
    """Add tags to a policy."""
    managed_policies.tag_policy(call.tx, request.policy_arn, [(tag.key, tag.value) for tag in request.tags])


def untag_policy(call: RequestContext, request: "requests.UntagPolicyRequest") -> None:
    """Remove tags from a policy."""
    managed_policies.untag_policy(call.tx, request.policy_arn, request.tag_keys)


def list_policy_tags(
    call: RequestContext, request: "requests.ListPolicyTagsRequest"
) -> "replies.ListPolicyTagsResponse":
    """List the tags of a policy; policies of AWS have none."""
    policy = managed_policies.managed_policy_by_arn(call.tx, request.policy_arn)
    listing = call.name_listing("ListPolicyTags", call.tx.caller.account_id, request.policy_arn)
    tags = policy.tags if isinstance(policy, CustomerPolicy) else Map()
    page, more = tag_page(listing, tags, request)
    return {"Tags": page, **more}


def list_entities_for_policy(
    call: RequestContext, request: "requests.ListEntitiesForPolicyRequest"
) -> "replies.ListEntitiesForPolicyResponse":
    """List the groups, users and roles that have a policy attached or as their boundary."""
    policy = managed_policies.managed_policy_by_arn(call.tx, request.policy_arn)
    prefix, kind, usage_filter = request.path_prefix or "/", request.entity_filter, request.policy_usage_filter
    listing = call.name_listing(
        "ListEntitiesForPolicy", call.tx.caller.account_id, request.policy_arn, kind, prefix, usage_filter
    )
    after, reference = listing.after(request.marker), reference_of(policy)
    identities = sorted(
        (
            identity
            for identity in policy_usage.identities_of(call.tx.state, call.tx.caller.account_id, call.tx.now)
            if _uses(identity, reference, usage_filter)
            and identity.path.startswith(prefix)
            and kind in (None, _KINDS[type(identity)])
            and _identity_sort_key(identity) > after
        ),
        key=_identity_sort_key,
    )
    page, more = listing.page(identities, request.max_items, _identity_sort_key)
    return {
        "PolicyGroups": [{"GroupName": group.name, "GroupId": group.id} for group in page if isinstance(group, Group)],
        "PolicyUsers": [{"UserName": user.name, "UserId": user.id} for user in page if isinstance(user, User)],
        "PolicyRoles": [{"RoleName": role.name, "RoleId": role.id} for role in page if isinstance(role, Role)],
        **more,
    }


def _policy_summary(call: RequestContext, policy: AnyPolicy, usage: Usage) -> "replies.Policy":
    """Return a policy as lists contain it, without description and tags."""
    reference = reference_of(policy)
    counts = usage.attachments[reference], usage.boundaries[reference]
    return _item(policy, call.tx.caller.partition, *counts)


@kept_item
def _item(policy: AnyPolicy, partition: str, attachments: int, boundaries: int) -> "replies.Policy":
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.policy_id,
        "Arn": arn_of(partition, policy),
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "AttachmentCount": attachments,
        "PermissionsBoundaryUsageCount": boundaries,
        "IsAttachable": True,
        "CreateDate": policy.created_at,
        "UpdateDate": policy.updated_at,
    }


def policy_sort_key(policy: AnyPolicy) -> str:
    """Return the sort key of a policy in lists: its name, then the account's policies before those of AWS."""
    owner = "1" if isinstance(policy, CustomerPolicy) else "2"
    return f"{name_index.key_of(policy.name)} {owner}"


def _sorted_policies(call: RequestContext, scope: str, after: str) -> Iterator[AnyPolicy]:
    """Iterate over the policies that follow a sort key, the account's and AWS's, which are both sorted by name."""
    own = call.tx.state.customer_policies.get(call.tx.caller.account_id, ()) if scope != "AWS" else ()
    aws = catalog.managed_policies() if scope != "Local" else ()
    following = (policies[bisect_right(policies, after, key=policy_sort_key) :] for policies in (own, aws))
    return merge(*following, key=policy_sort_key)


def _usage(call: RequestContext) -> Usage:
    return policy_usage.usage_of(call.tx.state, call.tx.caller.account_id, call.tx.now)


def _version_summary(policy: AnyPolicy, version: PolicyVersion) -> "replies.PolicyVersion":
    return _version_item(version, policy.default_version_id)


@kept_item
def _version_item(version: PolicyVersion, default_version_id: str) -> "replies.PolicyVersion":
    return {
        "VersionId": version.version_id,
        "IsDefaultVersion": version.version_id == default_version_id,
        "CreateDate": version.created_at,
    }


def _number(version_id: str) -> int:
    return int(version_id.removeprefix("v"))


def _uses(identity: Identity, reference: str, usage_filter: str | None) -> bool:
    is_boundary = policy_usage.boundary_of(identity) == reference
    is_attached = reference in identity.managed_policies
    return {None: is_attached or is_boundary, _BOUNDARY_USAGE: is_boundary}.get(usage_filter, is_attached)


def _identity_sort_key(identity: Identity) -> str:
    return f"{_KINDS[type(identity)]} {name_index.key_of(identity.name)}"
