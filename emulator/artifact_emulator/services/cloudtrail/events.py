"""Events of an account, looked up in the world's trail."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from artifact_emulator.activity.cloudtrail_records import Record, records
from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.pagination import next_token
from artifact_emulator.services.context import RequestContext
from artifact_emulator.world_runtime import runtime_of

if TYPE_CHECKING:
    from artifact_emulator.shapes.cloudtrail import replies, requests

_KEPT = timedelta(days=90)
_PAGE = 50


def lookup_events(call: RequestContext, request: "requests.LookupEventsRequest") -> "replies.LookupEventsResponse":
    """Look up the caller's account's events of the last 90 days, the newest first.

    Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
    """
    tx = call.tx
    attributes = request.lookup_attributes or []
    if len(attributes) > 1:
        raise AwsError("InvalidLookupAttributesException", "You can specify only one lookup attribute.")
    start, end = request.start_time or tx.now - _KEPT, request.end_time or tx.now
    if start > end:
        raise AwsError("InvalidTimeRangeException", "The start time is after the end time.")
    wanted = [(one.attribute_key, one.attribute_value) for one in attributes]
    listing = call.listing("LookupEvents", tx.caller.account_id, wanted, request.start_time, request.end_time)
    below = listing.after(request.next_token)
    # Counted from the oldest, so that what is called between two pages moves nothing.
    own = sorted(
        (one for one in records(call.world, runtime_of(call.world).call_log.calls()) if _is_seen(call, one)),
        key=lambda one: one.at,
    )
    found = (
        (place, one)
        for place, one in reversed(list(enumerate(own)))
        if (below < 0 or place < below)
        and max(start, tx.now - _KEPT) <= one.at <= end
        and all(value in _ATTRIBUTES[key](one.content) for key, value in wanted)
    )
    insights: Iterator[tuple[int, Record]] = iter(())
    page, token = listing.page(insights if request.event_category else found, request.max_results or _PAGE)
    return {"Events": [_event(one) for one in page], **next_token(token)}


def _is_seen(call: RequestContext, record: Record) -> bool:
    """Tell whether a record is in the caller's account and region, where CloudTrail shows it."""
    return record.account_id == call.tx.caller.account_id and record.content["awsRegion"] == call.tx.caller.region


def _event(record: Record) -> "replies.Event":
    content = record.content
    event: replies.Event = {
        "EventId": record.event_id,
        "EventName": content["eventName"],
        "ReadOnly": _read_only(content),
        "EventTime": record.at,
        "EventSource": content["eventSource"],
        "Resources": [{"ResourceType": kind, "ResourceName": name} for kind, name in _resources(content)],
        "CloudTrailEvent": json.dumps(content),
    }
    if access_key_id := _access_key_id(content):
        event["AccessKeyId"] = access_key_id
    if name := _username(content):
        event["Username"] = name
    return event


def _read_only(content: Mapping[str, Any]) -> str:
    return "true" if content["readOnly"] else "false"


def _access_key_id(content: Mapping[str, Any]) -> str:
    found: str = content["userIdentity"].get("accessKeyId", "")
    return found


def _username(content: Mapping[str, Any]) -> str:
    identity = content["userIdentity"]
    if identity.get("type") == "Root":
        return "root"
    if "userName" in identity:
        name: str = identity["userName"]
        return name
    principal: str = identity.get("principalId", "")
    return principal.partition(":")[2]


# Unverified: which resources a record names. Here: those that IAM and STS are asked about.
_RESOURCES = {
    "userName": "AWS::IAM::User",
    "roleName": "AWS::IAM::Role",
    "roleArn": "AWS::IAM::Role",
    "groupName": "AWS::IAM::Group",
    "policyArn": "AWS::IAM::Policy",
    "accessKeyId": "AWS::IAM::AccessKey",
}


def _resources(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    if content["eventSource"] not in ("iam.amazonaws.com", "sts.amazonaws.com"):
        return []
    asked = content["requestParameters"] or {}
    return [(kind, asked[name]) for name, kind in _RESOURCES.items() if isinstance(asked.get(name), str)]


_ATTRIBUTES: Mapping[str, Callable[[Mapping[str, Any]], Collection[str]]] = {
    "EventId": lambda content: {content["eventID"]},
    "EventName": lambda content: {content["eventName"]},
    "ReadOnly": lambda content: {_read_only(content)},
    "Username": lambda content: {_username(content)},
    "EventSource": lambda content: {content["eventSource"]},
    "AccessKeyId": lambda content: {_access_key_id(content)},
    "ResourceType": lambda content: {kind for kind, _ in _resources(content)},
    "ResourceName": lambda content: {name for _, name in _resources(content)},
}
