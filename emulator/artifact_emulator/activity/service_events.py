"""CloudTrail records of the service events that AWS Organizations reports by itself.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_cloudtrail-integration.html
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from artifact_emulator.activity.cloudtrail_records import VERSION, CloudTrailRecord, event_time, plain
from artifact_state import events, ids
from artifact_state.record import Record
from artifact_state.world import World


def service_event_records(world: World, event: events.Event) -> Iterator[CloudTrailRecord]:
    """Iterate over the records that follow from a domain event; their instants may lie in the future."""
    service_events = _SERVICE_EVENTS.get(type(event))
    for service_event in service_events(event) if service_events else ():
        yield _record(world.state.seed, service_event)


NAMES = frozenset(
    {
        "AccountDepartedOrganization",
        "AccountJoinedOrganization",
        "CloseAccountResult",
        "CreateAccountResult",
        "ResponsibilityTransferAccepted",
        "ResponsibilityTransferTerminated",
    }
)
"""The names of all service events."""


class ServiceEvent(Record, kw_only=False):
    """An event that a service reports to one account."""

    account_id: str
    at: datetime
    name: str
    details: Mapping[str, Any]


def _record(seed: str, service_event: ServiceEvent) -> CloudTrailRecord:
    account_id, details = service_event.account_id, plain(service_event.details)
    content = {
        "eventVersion": VERSION,
        "userIdentity": {"accountId": account_id, "invokedBy": "AWS Internal"},
        "eventTime": event_time(service_event.at),
        "eventSource": "organizations.amazonaws.com",
        "eventName": service_event.name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "AWS Internal",
        "userAgent": "AWS Internal",
        "requestParameters": None,
        "responseElements": None,
        "eventID": ids.uuid(
            seed, account_id, service_event.name, service_event.at.isoformat(), json.dumps(details, sort_keys=True)
        ),
        "readOnly": False,
        "eventType": "AwsServiceEvent",
        "managementEvent": True,
        "recipientAccountId": account_id,
        "serviceEventDetails": details,
        "eventCategory": "Management",
    }
    return CloudTrailRecord(account_id, service_event.at, content)


def _account_created(event: events.AccountCreationRequested) -> Iterator[ServiceEvent]:
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
    details = {"createAccountStatus": {name: value for name, value in status.items() if value is not None}}
    yield ServiceEvent(event.management_account_id, event.completes_at, "CreateAccountResult", details)


def _account_closed(event: events.AccountClosureRequested) -> Iterator[ServiceEvent]:
    status = {
        "accountId": event.account_id,
        "state": "SUCCEEDED",
        "requestedTimestamp": event.at,
        "completedTimestamp": event.completes_at,
    }
    details = {"closeAccountStatus": status}
    yield ServiceEvent(event.management_account_id, event.completes_at, "CloseAccountResult", details)


def _account_joined(event: events.AccountJoined) -> Iterator[ServiceEvent]:
    details = {
        "accountId": event.account_id,
        "organizationId": event.organization_id,
        "joinedMethod": "INVITED" if event.invited else "Created",
        "joinedTime": event.at,
    }
    yield ServiceEvent(event.management_account_id, event.at, "AccountJoinedOrganization", details)


def _account_departed(event: events.AccountDeparted) -> Iterator[ServiceEvent]:
    yield _departure(event, event.account_id, event.method)


def _organization_deleted(event: events.OrganizationDeleted) -> Iterator[ServiceEvent]:
    # The management account departs too.
    # Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeleteOrganization.html
    yield _departure(event, event.management_account_id, events.DepartureMethod.LEFT)


def _departure(
    event: events.AccountDeparted | events.OrganizationDeleted, account_id: str, method: events.DepartureMethod
) -> ServiceEvent:
    details = {
        "accountId": account_id,
        "organizationId": event.organization_id,
        "departureMethod": method.value,
        "departureTime": event.at,
    }
    return ServiceEvent(event.management_account_id, event.at, "AccountDepartedOrganization", details)


def _transfer_accepted(event: events.TransferAccepted) -> Iterator[ServiceEvent]:
    for account_id in event.account_ids:
        yield ServiceEvent(account_id, event.at, "ResponsibilityTransferAccepted", {"transferId": event.transfer_id})


def _transfer_terminated(event: events.TransferTerminated) -> Iterator[ServiceEvent]:
    details = {"transferId": event.transfer_id, "endTime": event.ends_at}
    for account_id in event.account_ids:
        yield ServiceEvent(account_id, event.at, "ResponsibilityTransferTerminated", details)


_SERVICE_EVENTS: Mapping[type[events.Event], Callable[[Any], Iterator[ServiceEvent]]] = {
    events.AccountCreationRequested: _account_created,
    events.AccountClosureRequested: _account_closed,
    events.AccountJoined: _account_joined,
    events.AccountDeparted: _account_departed,
    events.OrganizationDeleted: _organization_deleted,
    events.TransferAccepted: _transfer_accepted,
    events.TransferTerminated: _transfer_terminated,
}
"""The service events that follow from each kind of domain event."""
