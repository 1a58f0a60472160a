"""Managed policies of AWS and of the account: made, versioned, tagged, listed, and where they are used."""

from collections.abc import Iterator
from heapq import merge
from typing import TYPE_CHECKING
from urllib.parse import quote

from artifact_emulator.services.context import RequestContext
from artifact_emulator.services.iam.users import tag_list, tag_page
from artifact_state import catalog, name_index
from artifact_state.catalog import PolicyVersion
from artifact_state.iam import managed_policies, policy_usage
from artifact_state.iam.policy_references import AnyPolicy, arn_of, reference_of
from artifact_state.iam.policy_usage import Identity, Usage
from artifact_state.model import Map, Role
from artifact_state.model.identities import CustomerPolicy, Group, User

if TYPE_CHECKING:
    from artifact_emulator.shapes.iam import replies, requests

_BOUNDARIES = "PermissionsBoundary"
_KINDS: dict[type[Identity], str] = {Group: "Group", User: "User", Role: "Role"}


def create_policy(call: RequestContext, request: "requests.CreatePolicyRequest") -> "replies.CreatePolicyResponse":
    """Make a policy of the caller's account."""
    wanted = managed_policies.NewPolicy(
        name=request.policy_name,
        document=request.policy_document,
        path=request.path or "/",
        description=request.description or "",
        tags=[(tag.key, tag.value) for tag in request.tags or ()],
    )
    policy = managed_policies.create_policy(call.tx, wanted)
    whole = _policy_summary(call, policy, Usage())
    # Unlike GetPolicy's, its answer has no description: the note on the shape `Policy` of AWS's model.
    if wanted.tags:
        # In the order in which they were given, which lists do not keep.
        whole["Tags"] = [{"Key": key, "Value": value} for key, value in wanted.tags]
    return {"Policy": whole}


def get_policy(call: RequestContext, request: "requests.GetPolicyRequest") -> "replies.GetPolicyResponse":
    """Describe a policy of AWS or of the caller's account."""
    policy = managed_policies.managed_policy_by_arn(call.tx, request.policy_arn)
    whole = _policy_summary(call, policy, _usage(call))
    if policy.description:
        whole["Description"] = policy.description
    whole["Tags"] = tag_list(policy.tags) if isinstance(policy, CustomerPolicy) else []
    return {"Policy": whole}


def list_policies(call: RequestContext, request: "requests.ListPoliciesRequest") -> "replies.ListPoliciesResponse":
    """List policies of AWS, of the caller's account, or both, by name: all, or those that are used."""
    usage, prefix = _usage(call), request.path_prefix or "/"
    scope, wanted = request.scope or "All", request.policy_usage_filter
    listing = call.name_listing("ListPolicies", call.tx.caller.account_id, scope, request.only_attached, prefix, wanted)
    after = listing.after(request.marker)
    counts = usage.boundaries if wanted == _BOUNDARIES else usage.attachments
    found = (
        one
        for one in _policies(call, scope)
        if policy_sort_key(one) > after
        and one.path.startswith(prefix)
        and (counts[reference_of(one)] or not (request.only_attached or wanted))
    )
    page, more = listing.page(found, request.max_items, policy_sort_key)
    return {"Policies": [_policy_summary(call, one, usage) for one in page], **more}


def delete_policy(call: RequestContext, request: "requests.DeletePolicyRequest") -> None:
    """Delete a policy that nobody has."""
    managed_policies.delete_policy(call.tx, request.policy_arn)


def create_policy_version(
    call: RequestContext, request: "requests.CreatePolicyVersionRequest"
) -> "replies.CreatePolicyVersionResponse":
    """Add a version to a policy."""
    policy, version = managed_policies.create_version(
        call.tx, request.policy_arn, request.policy_document, as_default=bool(request.set_as_default)
    )
    return {"PolicyVersion": _version(policy, version)}


def get_policy_version(
    call: RequestContext, request: "requests.GetPolicyVersionRequest"
) -> "replies.GetPolicyVersionResponse":
    """Give one version of a policy, with its document."""
    policy, version = managed_policies.policy_version(call.tx, request.policy_arn, request.version_id)
    return {"PolicyVersion": {"Document": encode_document(version.document), **_version(policy, version)}}


def list_policy_versions(
    call: RequestContext, request: "requests.ListPolicyVersionsRequest"
) -> "replies.ListPolicyVersionsResponse":
    """List the known versions of a policy, without their documents, the newest first."""
    policy = managed_policies.managed_policy_by_arn(call.tx, request.policy_arn)
    listing = call.name_listing("ListPolicyVersions", request.policy_arn)
    after = listing.after(request.marker)
    older = (one for one in policy.versions if not after or _number(one.version_id) < _number(after))
    page, more = listing.page(older, request.max_items, lambda one: one.version_id)
    return {"Versions": [_version(policy, one) for one in page], **more}


def set_default_policy_version(call: RequestContext, request: "requests.SetDefaultPolicyVersionRequest") -> None:
    """Let another version of a policy decide."""
    managed_policies.set_default_version(call.tx, request.policy_arn, request.version_id)


def delete_policy_version(call: RequestContext, request: "requests.DeletePolicyVersionRequest") -> None:
    """Delete a version of a policy that is not in force."""
    managed_policies.delete_version(call.tx, request.policy_arn, request.version_id)


def tag_policy(call: RequestContext, request: "requests.TagPolicyRequest") -> None:
    """Set tags of a policy."""
    managed_policies.tag_policy(call.tx, request.policy_arn, [(tag.key, tag.value) for tag in request.tags])


def untag_policy(call: RequestContext, request: "requests.UntagPolicyRequest") -> None:
    """Take tags off a policy."""
    managed_policies.untag_policy(call.tx, request.policy_arn, request.tag_keys)


def list_policy_tags(
    call: RequestContext, request: "requests.ListPolicyTagsRequest"
) -> "replies.ListPolicyTagsResponse":
    """List a policy's tags, by key; a policy of AWS has none."""
    policy = managed_policies.managed_policy_by_arn(call.tx, request.policy_arn)
    listing = call.name_listing("ListPolicyTags", call.tx.caller.account_id, request.policy_arn)
    tags = policy.tags if isinstance(policy, CustomerPolicy) else Map()
    page, more = tag_page(listing, tags, request)
    return {"Tags": page, **more}


def list_entities_for_policy(
    call: RequestContext, request: "requests.ListEntitiesForPolicyRequest"
) -> "replies.ListEntitiesForPolicyResponse":
    """List the groups, users and roles of the account that have a policy, or that it bounds."""
    policy = managed_policies.managed_policy_by_arn(call.tx, request.policy_arn)
    prefix, kind, wanted = request.path_prefix or "/", request.entity_filter, request.policy_usage_filter
    listing = call.name_listing(
        "ListEntitiesForPolicy", call.tx.caller.account_id, request.policy_arn, kind, prefix, wanted
    )
    after, reference = listing.after(request.marker), reference_of(policy)
    found = sorted(
        (
            one
            for one in policy_usage.identities_of(call.tx.state, call.tx.caller.account_id, call.tx.now)
            if _uses(one, reference, wanted)
            and one.path.startswith(prefix)
            and kind in (None, _KINDS[type(one)])
            and _entity_place(one) > after
        ),
        key=_entity_place,
    )
    page, more = listing.page(found, request.max_items, _entity_place)
    return {
        "PolicyGroups": [{"GroupName": one.name, "GroupId": one.id} for one in page if isinstance(one, Group)],
        "PolicyUsers": [{"UserName": one.name, "UserId": one.id} for one in page if isinstance(one, User)],
        "PolicyRoles": [{"RoleName": one.name, "RoleId": one.id} for one in page if isinstance(one, Role)],
        **more,
    }


def _policy_summary(call: RequestContext, policy: AnyPolicy, usage: Usage) -> "replies.Policy":
    """Lay out a policy as lists show it, without description and tags."""
    reference = reference_of(policy)
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.policy_id,
        "Arn": arn_of(call.tx.caller.partition, policy),
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "AttachmentCount": usage.attachments[reference],
        "PermissionsBoundaryUsageCount": usage.boundaries[reference],
        "IsAttachable": True,
        "CreateDate": policy.created_at,
        "UpdateDate": policy.updated_at,
    }


def policy_sort_key(policy: AnyPolicy) -> str:
    """Tell the place of a policy in lists: by name, an account's own before AWS's of the same name."""
    owner = "1" if isinstance(policy, CustomerPolicy) else "2"
    return f"{name_index.key_of(policy.name)} {owner}"


def encode_document(document: str) -> str:
    """Write a policy as IAM does: encoded as RFC 3986 has it."""
    return quote(document, safe="-_.~")


def _policies(call: RequestContext, scope: str) -> Iterator[AnyPolicy]:
    own = call.tx.state.customer_policies.get(call.tx.caller.account_id, ()) if scope != "AWS" else ()
    aws = sorted(catalog.managed_policies(), key=policy_sort_key) if scope != "Local" else ()
    return merge(own, aws, key=policy_sort_key)


def _usage(call: RequestContext) -> Usage:
    return policy_usage.usage_of(call.tx.state, call.tx.caller.account_id, call.tx.now)


def _version(policy: AnyPolicy, version: PolicyVersion) -> "replies.PolicyVersion":
    return {
        "VersionId": version.version_id,
        "IsDefaultVersion": version.version_id == policy.default_version_id,
        "CreateDate": version.created_at,
    }


def _number(version_id: str) -> int:
    return int(version_id.removeprefix("v"))


def _uses(identity: Identity, reference: str, wanted: str | None) -> bool:
    bounded = policy_usage.boundary_of(identity) == reference
    attached = reference in identity.managed_policies
    return {None: attached or bounded, _BOUNDARIES: bounded}.get(wanted, attached)


def _entity_place(identity: Identity) -> str:
    return f"{_KINDS[type(identity)]} {name_index.key_of(identity.name)}"
