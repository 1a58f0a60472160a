"""Tags of roots, organizational units and accounts."""

from typing import TYPE_CHECKING

from artifact_emulator.aws.pagination import next_token
from artifact_emulator.services.context import RequestContext
from artifact_state.organizations import tags
from artifact_state.resource_tags import TagPairs

if TYPE_CHECKING:
    from artifact_emulator.shapes.organizations import replies, requests


def tag_resource(call: RequestContext, request: "requests.TagResourceRequest") -> None:
    """Set tags: no output."""
    tags.tag_resource(call.tx, request.resource_id, pairs_of(request.tags))


def untag_resource(call: RequestContext, request: "requests.UntagResourceRequest") -> None:
    """Take tags away: no output."""
    tags.untag_resource(call.tx, request.resource_id, request.tag_keys)


def list_tags_for_resource(
    call: RequestContext, request: "requests.ListTagsForResourceRequest"
) -> "replies.ListTagsForResourceResponse":
    """List the tags of one resource; how many fit on a page is not for the caller to say."""
    listing = call.listing("ListTagsForResource", call.tx.caller.account_id, request.resource_id)
    found = tags.list_tags(call.tx, request.resource_id, after=listing.after(request.next_token))
    page, token = listing.page(found, call.tx.quotas.organizations_page_size)
    return {"Tags": [{"Key": one.key, "Value": one.value} for one in page], **next_token(token)}


def pairs_of(given: "list[requests.Tag] | None") -> TagPairs:
    """Read the tags of a request."""
    return tuple((one.key, one.value) for one in given or ())
