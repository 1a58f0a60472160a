"""CloudTrail's records of calls and of what services did by themselves.

Sources: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_cloudtrail-integration.html
https://docs.aws.amazon.com/artifact/latest/ug/cloudtrail-logging.html
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from artifact_emulator.activity.call_log import CallRecord, only_reads
from artifact_state import arns, events, ids
from artifact_state.model import Caller, CallerKind
from artifact_state.world import World

_VERSION = "1.11"
_GLOBAL = ("organizations", "iam", "sts")
# Whatever a service calls it: https://docs.aws.amazon.com/artifact/latest/ug/cloudtrail-logging.html
_DENIED = "AccessDenied"
_RECORDED = {"AccessDeniedException": _DENIED}
_GLOBAL_REGIONS = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-northwest-1"}
# What AWS writes as asterisks: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_cloudtrail-integration.html
_MASKED = {"email", "accountName"}
_ASSUMING = {"AssumeRole": "RoleArn", "AssumeRoot": "TargetPrincipal"}
"""What makes somebody of another account of the caller, and the member that names it."""
_LEFT_OUT = {"SecretAccessKey", "Password"}


def recorded(code: str) -> str:
    """Give the code under which CloudTrail records an error that a service answers."""
    return _RECORDED.get(code, code)


@dataclass(frozen=True, slots=True)
class Record:
    """One record, in the trail of one account."""

    account_id: str
    at: datetime
    content: Mapping[str, Any]

    @property
    def event_id(self) -> str:
        """Tell its id."""
        found: str = self.content["eventID"]
        return found


def records(world: World, calls: list[CallRecord]) -> Iterator[Record]:
    """Write what was called in a world and what happened in it, in no order."""
    yield from call_records(calls)
    now = world.clock.now()
    for event in tuple(world.events):
        yield from (one for one in service_records(world, event) if one.at <= now)


def call_records(calls: list[CallRecord]) -> Iterator[Record]:
    """Write what was called, in the trails of all accounts that it concerns."""
    for call in calls:
        yield from _of_call(call)


def service_records(world: World, event: events.Event) -> Iterator[Record]:
    """Write what AWS Organizations tells of an event of the domain, be it in the future."""
    told = _TOLD.get(type(event))
    for happened in told(event) if told else ():
        yield _of_service(world.state.seed, event, happened)


def _of_call(call: CallRecord) -> Iterator[Record]:
    if call.caller.kind is CallerKind.SERVICE:
        # A service has no trail of its own.
        yield _call_record(call, str((call.members or {})["RoleArn"]).split(":")[4])
        return
    own = _call_record(call, call.caller.account_id)
    other = _assumed_account(call)
    if other is None:
        yield own
        return
    # Both accounts are told when a role is assumed across them. Unverified: and when a root user is.
    shared = {"sharedEventID": ids.uuid("shared", call.request_id)}
    yield Record(own.account_id, own.at, {**own.content, **shared})
    theirs = _call_record(call, other)
    yield Record(other, theirs.at, {**theirs.content, **shared, "eventID": ids.uuid("other", call.request_id)})


def _assumed_account(call: CallRecord) -> str | None:
    """Tell the account of a role or a root user that was assumed, if it is another one."""
    if call.operation not in _ASSUMING or call.failure is not None or not call.members:
        return None
    account_id = next(part for part in str(call.members[_ASSUMING[call.operation]]).split(":") if part.isdecimal())
    return account_id if account_id != call.caller.account_id else None


def _call_record(call: CallRecord, account_id: str) -> Record:
    reads = only_reads(call.operation) or call.operation in _ASSUMING
    event_id = ids.uuid("event", call.request_id)
    content: dict[str, Any] = {
        "eventVersion": _VERSION,
        "userIdentity": _identity(call.caller),
        "eventTime": _stamp(call.at),
        "eventSource": f"{call.service.name}.amazonaws.com",
        "eventName": call.operation,
        "awsRegion": _region(call),
        "sourceIPAddress": "127.0.0.1",
        "userAgent": call.user_agent,
    }
    if call.failure is not None:
        content["errorCode"] = recorded(call.failure.code)
        content["errorMessage"] = call.failure.message
    content |= {
        "requestParameters": _asked(call),
        "responseElements": _answered(call),
        "requestID": call.request_id,
        "eventID": event_id,
        "readOnly": reads,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account_id,
        "eventCategory": "Management",
    }
    return Record(account_id, call.at, content)


def _asked(call: CallRecord) -> Any:
    # Of who lacks the permission AWS Artifact's record does not tell what was asked; that of AWS Organizations does.
    if call.service.name == "artifact" and call.failure is not None and recorded(call.failure.code) == _DENIED:
        return None
    return _plain(call.members) if call.members else None


def _answered(call: CallRecord) -> Any:
    return _plain(call.value) if call.failure is None and call.value else None


def _region(call: CallRecord) -> str:
    return _GLOBAL_REGIONS[call.caller.partition] if call.service.name in _GLOBAL else call.caller.region


def _identity(caller: Caller) -> dict[str, Any]:
    if caller.kind is CallerKind.SERVICE:
        return {"type": "AWSService", "invokedBy": caller.arn}
    kinds = {
        CallerKind.ROOT: "Root",
        CallerKind.USER: "IAMUser",
        CallerKind.ROLE: "AssumedRole",
        CallerKind.FEDERATED: "FederatedUser",
    }
    identity: dict[str, Any] = {
        "type": kinds[caller.kind],
        "principalId": caller.user_id,
        "arn": caller.arn,
        "accountId": caller.account_id,
        "accessKeyId": caller.access_key_id,
    }
    if caller.kind is CallerKind.USER:
        identity["userName"] = caller.arn.rpartition("/")[2]
    if caller.kind is CallerKind.ROLE:
        role_id, name = caller.user_id.split(":")[0], caller.arn.split("/")[1]
        issuer = {
            "type": "Role",
            "principalId": role_id,
            "arn": arns.role(caller.partition, caller.account_id, "/", name),
            "accountId": caller.account_id,
            "userName": name,
        }
        identity["sessionContext"] = {"sessionIssuer": issuer, "attributes": {"mfaAuthenticated": "false"}}
    if caller.assumed_root:
        identity["sessionContext"] = {"attributes": {"mfaAuthenticated": "false"}, "assumedRoot": "true"}
    return identity


def _plain(value: Any, name: str = "") -> Any:
    """Write members as CloudTrail does: names begin in lower case, instants are words, secrets are hidden."""
    if name in _MASKED:
        return "****"
    if isinstance(value, Mapping):
        return {_lower(key): _plain(one, _lower(key)) for key, one in value.items() if key not in _LEFT_OUT}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return _words(value)
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _words(at: datetime) -> str:
    """Write an instant as "Sep 16, 2020 9:20:50 PM"."""
    local = at.astimezone(UTC)
    return f"{local:%b} {local.day}, {local.year} {local.hour % 12 or 12}:{local:%M:%S} {local:%p}"


@dataclass(frozen=True, slots=True)
class Happened:
    """What a service did by itself, as one account is told of it."""

    account_id: str
    at: datetime
    name: str
    details: Mapping[str, Any]


def _of_service(seed: str, event: events.Event, happened: Happened) -> Record:
    content = {
        "eventVersion": _VERSION,
        "userIdentity": {"accountId": happened.account_id, "invokedBy": "AWS Internal"},
        "eventTime": _stamp(happened.at),
        "eventSource": "organizations.amazonaws.com",
        "eventName": happened.name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "AWS Internal",
        "userAgent": "AWS Internal",
        "requestParameters": None,
        "responseElements": None,
        "eventID": ids.uuid(seed, happened.account_id, happened.name, repr(event)),
        "readOnly": False,
        "eventType": "AwsServiceEvent",
        "managementEvent": True,
        "recipientAccountId": happened.account_id,
        "serviceEventDetails": _plain(happened.details),
        "eventCategory": "Management",
    }
    return Record(happened.account_id, happened.at, content)


def _created(event: events.AccountCreationRequested) -> Iterator[Happened]:
    status: dict[str, Any] = {
        "id": event.creation_id,
        "state": "FAILED" if event.failure else "SUCCEEDED",
        "accountName": event.account_name,
        "requestedTimestamp": event.at,
        "completedTimestamp": event.completes_at,
        "accountId": event.account_id,
        "govCloudAccountId": event.govcloud_account_id,
        "failureReason": event.failure,
    }
    details = {"createAccountStatus": {name: one for name, one in status.items() if one is not None}}
    yield Happened(event.management_account_id, event.completes_at, "CreateAccountResult", details)


def _closed(event: events.AccountClosureRequested) -> Iterator[Happened]:
    status = {
        "accountId": event.account_id,
        "state": "SUCCEEDED",
        "requestedTimestamp": event.at,
        "completedTimestamp": event.completes_at,
    }
    details = {"closeAccountStatus": status}
    yield Happened(event.management_account_id, event.completes_at, "CloseAccountResult", details)


def _joined(event: events.AccountJoined) -> Iterator[Happened]:
    details = {
        "accountId": event.account_id,
        "organizationId": event.organization_id,
        "joinedMethod": "INVITED" if event.invited else "Created",
        "joinedTime": event.at,
    }
    yield Happened(event.management_account_id, event.at, "AccountJoinedOrganization", details)


def _departed(event: events.AccountDeparted) -> Iterator[Happened]:
    yield _departure(event, event.account_id, event.method)


def _deleted(event: events.OrganizationDeleted) -> Iterator[Happened]:
    # The management account leaves with its organization.
    # Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeleteOrganization.html
    yield _departure(event, event.management_account_id, events.DepartureMethod.LEFT)


def _departure(
    event: events.AccountDeparted | events.OrganizationDeleted, account_id: str, method: events.DepartureMethod
) -> Happened:
    details = {
        "accountId": account_id,
        "organizationId": event.organization_id,
        "departureMethod": method.value,
        "departureTime": event.at,
    }
    return Happened(event.management_account_id, event.at, "AccountDepartedOrganization", details)


def _transfer_accepted(event: events.TransferAccepted) -> Iterator[Happened]:
    for account_id in event.account_ids:
        yield Happened(account_id, event.at, "ResponsibilityTransferAccepted", {"transferId": event.transfer_id})


def _transfer_terminated(event: events.TransferTerminated) -> Iterator[Happened]:
    details = {"transferId": event.transfer_id, "endTime": event.ends_at}
    for account_id in event.account_ids:
        yield Happened(account_id, event.at, "ResponsibilityTransferTerminated", details)


_TOLD: Mapping[type[events.Event], Callable[[Any], Iterator[Happened]]] = {
    events.AccountCreationRequested: _created,
    events.AccountClosureRequested: _closed,
    events.AccountJoined: _joined,
    events.AccountDeparted: _departed,
    events.OrganizationDeleted: _deleted,
    events.TransferAccepted: _transfer_accepted,
    events.TransferTerminated: _transfer_terminated,
}
"""The events of the domain that AWS Organizations tells of by events of its own."""
