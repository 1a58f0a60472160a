"""Handlers of tags on an organization's resources."""

from typing import TYPE_CHECKING

from artifact_emulator.aws.pagination import next_token
from artifact_emulator.services.context import RequestContext
from artifact_state.organizations import tags
from artifact_state.resource_tags import TagPairs

if TYPE_CHECKING:
    from artifact_emulator.shapes.organizations import replies, requests


def tag_resource(call: RequestContext, request: "requests.TagResourceRequest") -> None:
    """Set tags of a resource."""
    tags.tag_resource(call.tx, request.resource_id, tag_pairs(request.tags))


def untag_resource(call: RequestContext, request: "requests.UntagResourceRequest") -> None:
    """Remove tags from a resource."""
    tags.untag_resource(call.tx, request.resource_id, request.tag_keys)


def list_tags_for_resource(
    call: RequestContext, request: "requests.ListTagsForResourceRequest"
) -> "replies.ListTagsForResourceResponse":
    """List the tags of a resource; AWS has no parameter for the page size."""
    listing = call.listing("ListTagsForResource", call.tx.caller.account_id, request.resource_id)
    items = tags.list_tags(call.tx, request.resource_id, after=listing.after(request.next_token))
    page, token = listing.page(items, call.tx.quotas.organizations_page_size)
    return {"Tags": [{"Key": tag.key, "Value": tag.value} for tag in page], **next_token(token)}


def tag_pairs(request_tags: "list[requests.Tag] | None") -> TagPairs:
    """Return the keys and values of a request's tags."""
    return tuple((tag.key, tag.value) for tag in request_tags or ())
