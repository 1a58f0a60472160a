"""Events of an account, looked up in the call log and the service events of a world."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from artifact_emulator.activity.cloudtrail_records import CloudTrailRecord
from artifact_emulator.activity.event_feed import all_records
from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.pagination import next_token
from artifact_emulator.services.context import RequestContext
from artifact_emulator.world_runtime import runtime_of

if TYPE_CHECKING:
    from artifact_emulator.shapes.cloudtrail import replies, requests

_RETENTION = timedelta(days=90)
_PAGE_SIZE = 50


def lookup_events(call: RequestContext, request: "requests.LookupEventsRequest") -> "replies.LookupEventsResponse":
    """List events of the caller's account and region in the last 90 days, newest first.

    Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
    """
    tx = call.tx
    if len(request.lookup_attributes or ()) > 1:
        raise AwsError("InvalidLookupAttributesException", "You can specify only one lookup attribute.")
    earliest = tx.now - _RETENTION
    start, end = request.start_time or earliest, request.end_time or tx.now
    if start > end:
        raise AwsError("InvalidTimeRangeException", "The start time is after the end time.")
    conditions = [(attribute.attribute_key, attribute.attribute_value) for attribute in request.lookup_attributes or ()]
    if any(key == "ReadOnly" and value not in ("true", "false") for key, value in conditions):
        # Unverified: the message.
        raise AwsError("InvalidLookupAttributesException", "The value of ReadOnly is true or false.")
    listing = call.listing("LookupEvents", tx.caller.account_id, conditions, request.start_time, request.end_time)
    before = listing.after(request.next_token)
    matching = (
        (number, record)
        for number, record in reversed(list(enumerate(_visible_records(call))))
        if (before < 0 or number < before)
        and max(start, earliest) <= _whole_second(record) <= end
        and all(value in _ATTRIBUTES[key](record.content) for key, value in conditions)
    )
    # The emulator has no insight events, the only other category.
    records = iter(()) if request.event_category else matching
    page, token = listing.page(records, request.max_results or _PAGE_SIZE)
    return {"Events": [_event(record) for record in page], **next_token(token)}


def _visible_records(call: RequestContext) -> list[CloudTrailRecord]:
    """Return the records of the caller's account and region, oldest first, so that new ones change no positions."""
    caller, calls = call.tx.caller, runtime_of(call.world).call_log.calls()
    visible = (
        record
        for record in all_records(call.world, calls)
        if record.account_id == caller.account_id and record.content["awsRegion"] == caller.region
    )
    return sorted(visible, key=lambda record: record.at)


def _event(record: CloudTrailRecord) -> "replies.Event":
    content = record.content
    event: replies.Event = {
        "EventId": record.event_id,
        "EventName": content["eventName"],
        "ReadOnly": _read_only(content),
        "EventTime": _whole_second(record),
        "EventSource": content["eventSource"],
        "Resources": [
            {"ResourceType": resource_type, "ResourceName": name} for resource_type, name in _resources(content)
        ],
        "CloudTrailEvent": json.dumps(content),
    }
    if access_key_id := _access_key_id(content):
        event["AccessKeyId"] = access_key_id
    if name := _username(content):
        event["Username"] = name
    return event


def _whole_second(record: CloudTrailRecord) -> datetime:
    """Return the time of an event, which has no fraction of a second."""
    return record.at.replace(microsecond=0)


def _read_only(content: Mapping[str, Any]) -> str:
    return "true" if content["readOnly"] else "false"


def _access_key_id(content: Mapping[str, Any]) -> str:
    access_key_id: str = content["userIdentity"].get("accessKeyId", "")
    return access_key_id


def _username(content: Mapping[str, Any]) -> str:
    identity = content["userIdentity"]
    if identity.get("type") == "Root":
        return "root"
    if "userName" in identity:
        name: str = identity["userName"]
        return name
    principal: str = identity.get("principalId", "")
    return principal.partition(":")[2]


_RESOURCE_TYPES = {
    "userName": "AWS::IAM::User",
    "roleName": "AWS::IAM::Role",
    "roleArn": "AWS::IAM::Role",
    "roleSessionName": "AWS::STS::AssumedRole",
    "groupName": "AWS::IAM::Group",
    "policyArn": "AWS::IAM::Policy",
    "accessKeyId": "AWS::IAM::AccessKey",
}
# The members of a reply with the names, ids and ARNs of what a call created.
_CREATED_TYPES = {
    "user": {"userName": "AWS::IAM::User", "arn": "AWS::IAM::User", "userId": "AWS::IAM::User"},
    "role": {"roleName": "AWS::IAM::Role", "arn": "AWS::IAM::Role", "roleId": "AWS::IAM::Role"},
    "group": {"groupName": "AWS::IAM::Group", "arn": "AWS::IAM::Group", "groupId": "AWS::IAM::Group"},
    "policy": {"policyName": "AWS::IAM::Policy", "arn": "AWS::IAM::Policy", "policyId": "AWS::IAM::Policy"},
    "accessKey": {"accessKeyId": "AWS::IAM::AccessKey", "userName": "AWS::IAM::User"},
    "credentials": {"accessKeyId": "AWS::IAM::AccessKey"},
    "assumedRoleUser": {"assumedRoleId": "AWS::STS::AssumedRole", "arn": "AWS::STS::AssumedRole"},
}


def _resources(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the types and names of the resources that a record names: those that it names in IAM's changes.

    Observed for users, their access keys and assumed roles, unverified for others:
    https://github.com/radkawar/stackd/tree/9dc356f5/testdata/aws/iam (iam_history.json)
    """
    source, parameters = content["eventSource"], content["requestParameters"] or {}
    is_change_of_iam = source == "iam.amazonaws.com" and not content["readOnly"]
    if not is_change_of_iam and source != "sts.amazonaws.com":
        return []
    named = list(_named(parameters, _RESOURCE_TYPES))
    for member, types in _CREATED_TYPES.items():
        named += _named((content["responseElements"] or {}).get(member) or {}, types)
    return list(dict.fromkeys(named))


def _named(members: Mapping[str, Any], types: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((kind, members[name]) for name, kind in types.items() if isinstance(members.get(name), str))


_ATTRIBUTES: Mapping[str, Callable[[Mapping[str, Any]], Collection[str]]] = {
    "EventId": lambda content: {content["eventID"]},
    "EventName": lambda content: {content["eventName"]},
    "ReadOnly": lambda content: {_read_only(content)},
    "Username": lambda content: {_username(content)},
    "EventSource": lambda content: {content["eventSource"]},
    "AccessKeyId": lambda content: {_access_key_id(content)},
    "ResourceType": lambda content: {resource_type for resource_type, _ in _resources(content)},
    "ResourceName": lambda content: {name for _, name in _resources(content)},
}
