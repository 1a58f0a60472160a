"""Responsibility transfers on the wire: both sides' views, the months, and the errors that their operations have."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from artifact_state import catalog
from tests.support.organizations import SERVICE
from tests.wire.botocore_wire import Client, answer

RECEIVER, SOURCE, THIRD, MEMBER, STRANGER = (
    "111122223333", "222233334444", "333344445555", "555566667777", "999988887777",
)  # fmt: skip
DECEMBER, JANUARY = datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
END_OF_NOVEMBER = datetime(2026, 11, 30, 23, 59, 59, 999000, tzinfo=UTC)
END_OF_DECEMBER = datetime(2026, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)
NOTHING = "rt-00000000"
INVITE = "InviteOrganizationToTransferResponsibility"


def terms(target: str = SOURCE, **parameters: Any) -> dict[str, Any]:
    """Say whom to invite, and to what."""
    return {
        "Type": "BILLING",
        "Target": {"Type": "ACCOUNT", "Id": target},
        "StartTimestamp": DECEMBER,
        "SourceName": "Bills",
    } | parameters


def limit(client: Client, **changed: Any) -> None:
    """Give the world other quotas."""
    world = client.core.world
    world.options = replace(world.options, quotas=replace(catalog.quotas(), **changed))


def other(client: Client, account: str, region: str = "us-east-1") -> Client:
    """Give another account of the same core."""
    return Client(client.core, account, region)


@pytest.fixture
def receiver(management: Client) -> Client:
    """Give the management account of an organization that may pay others' bills, beside two others and a member."""
    limit(management, inbound_transfers=5)
    for account in (SOURCE, THIRD):
        other(management, account).does(SERVICE, "CreateOrganization")
    target = {"Type": "ACCOUNT", "Id": MEMBER}
    invited = management.does(SERVICE, "InviteAccountToOrganization", Target=target)["Handshake"]
    other(management, MEMBER).does(SERVICE, "AcceptHandshake", HandshakeId=invited["Id"])
    return management


@pytest.fixture
def source(receiver: Client) -> Client:
    """Give the management account whose bills are to be paid."""
    return other(receiver, SOURCE)


def invite(client: Client, target: str = SOURCE, **parameters: Any) -> dict[str, Any]:
    """Invite; give the handshake."""
    handshake: dict[str, Any] = client.does(SERVICE, INVITE, **terms(target, **parameters))["Handshake"]
    return handshake


def id_in(handshake: dict[str, Any]) -> str:
    """Give the id of the transfer that a handshake is about."""
    (found,) = [one["Value"] for one in handshake["Resources"] if one["Type"] == "RESPONSIBILITY_TRANSFER"]
    return str(found)


def agreed(client: Client, target: str = SOURCE, **parameters: Any) -> str:
    """Invite and accept; give the id of the transfer."""
    invited = invite(client, target, **parameters)
    other(client, target).does(SERVICE, "AcceptHandshake", HandshakeId=invited["Id"])
    return id_in(invited)


def described(client: Client, transfer_id: str) -> dict[str, Any]:
    """Describe a transfer."""
    transfer: dict[str, Any] = client.does(SERVICE, "DescribeResponsibilityTransfer", Id=transfer_id)[
        "ResponsibilityTransfer"
    ]
    return transfer


class TestInvite:
    """InviteOrganizationToTransferResponsibility."""

    def test_answers_a_handshake(self, receiver: Client, source: Client) -> None:
        """The handshake waits for its answer until a day before the start, and names the transfer."""
        organization = receiver.does(SERVICE, "DescribeOrganization")["Organization"]
        invited = invite(receiver, Notes="Please")
        prefix = f"arn:aws:organizations::{RECEIVER}:handshake/{organization['Id']}"
        assert invited == {
            "Id": invited["Id"],
            "Arn": f"{prefix}/transfer_responsibility/{invited['Id']}",
            "Parties": [
                {"Id": organization["Id"].removeprefix("o-"), "Type": "ORGANIZATION"},
                {"Id": SOURCE, "Type": "ACCOUNT"},
            ],
            "State": "REQUESTED",
            "RequestedTimestamp": invited["RequestedTimestamp"],
            "ExpirationTimestamp": DECEMBER - timedelta(hours=24),
            "Action": "TRANSFER_RESPONSIBILITY",
            "Resources": [
                {
                    "Type": "ORGANIZATION",
                    "Value": organization["Id"],
                    "Resources": [
                        {"Type": "MANAGEMENT_ACCOUNT", "Value": RECEIVER},
                        {"Type": "MANAGEMENT_EMAIL", "Value": organization["MasterAccountEmail"]},
                        {"Type": "MANAGEMENT_NAME", "Value": f"Account {RECEIVER}"},
                    ],
                },
                {"Type": "ACCOUNT", "Value": SOURCE},
                {"Type": "RESPONSIBILITY_TRANSFER", "Value": id_in(invited)},
                {"Type": "TRANSFER_TYPE", "Value": "BILLING"},
                {"Type": "TRANSFER_START_TIMESTAMP", "Value": "2026-12-01T00:00:00.000Z"},
                {"Type": "NOTES", "Value": "Please"},
            ],
        }
        wanted = {"ActionType": "TRANSFER_RESPONSIBILITY"}
        assert source.does(SERVICE, "ListHandshakesForAccount", Filter=wanted) == {"Handshakes": [invited]}
        assert receiver.does(SERVICE, "ListHandshakesForOrganization", Filter=wanted) == {"Handshakes": [invited]}

    @pytest.mark.parametrize(
        ("start", "reason"),
        [
            (DECEMBER + timedelta(days=1), "START_DATE_NOT_BEGINNING_OF_MONTH"),
            (DECEMBER + timedelta(seconds=1), "START_DATE_NOT_BEGINNING_OF_DAY"),
            (datetime(2026, 11, 1, tzinfo=UTC), "START_DATE_TOO_EARLY"),
            (datetime(2027, 2, 1, tzinfo=UTC), "START_DATE_TOO_LATE"),
        ],
    )
    def test_start(self, receiver: Client, start: datetime, reason: str) -> None:
        """Any other start is refused with its reason."""
        got = receiver.is_refused(SERVICE, INVITE, **terms(StartTimestamp=start))
        assert (got.code, got.data["Reason"]) == ("InvalidInputException", reason)

    @pytest.mark.parametrize("written", ["2026-12-01T00:00:00Z", "2026-12-01T01:00:00+01:00", "2026-12-01T00:00:00"])
    def test_start_as_text(self, receiver: Client, written: str) -> None:
        """An instant that comes as text is read in UTC, or in the zone that it names."""
        request = receiver.request(SERVICE, INVITE, **terms())
        body = json.loads(request.body) | {"StartTimestamp": written}
        unsigned = replace(request, body=json.dumps(body).encode())
        got = answer(receiver.core, unsigned, SERVICE, INVITE)
        assert got.status == 200
        assert described(receiver, id_in(got.data["Handshake"]))["StartTimestamp"] == DECEMBER

    @pytest.mark.parametrize(
        ("quotas", "before", "reason"),
        [
            ({"inbound_transfers": 0}, [], "RESPONSIBILITY_TRANSFER_MAX_INBOUND_QUOTA_VIOLATION"),
            ({}, [(SOURCE, RECEIVER)], "RESPONSIBILITY_TRANSFER_MAX_LEVEL_VIOLATION"),
            ({"transfers_in_chain": 0}, [], "RESPONSIBILITY_TRANSFER_MAX_TRANSFERS_QUOTA_VIOLATION"),
        ],
    )
    def test_quotas(self, receiver: Client, quotas: dict[str, int], before: list[tuple[str, str]], reason: str) -> None:
        """Each quota has its reason."""
        for by, target in before:
            agreed(other(receiver, by), target)
        limit(receiver, **{"inbound_transfers": 5} | quotas)
        got = receiver.is_refused(SERVICE, INVITE, **terms(THIRD))
        assert (got.code, got.data["Reason"]) == ("ConstraintViolationException", reason)

    @pytest.mark.parametrize(
        ("target", "reason"),
        [
            (RECEIVER, "SOURCE_AND_TARGET_CANNOT_MATCH"),
            (MEMBER, "TARGET_ACCOUNT_VALIDATION_FAILURE"),
            (STRANGER, "TARGET_ACCOUNT_VALIDATION_FAILURE"),
            (SOURCE, "RESPONSIBILITY_TRANSFER_ALREADY_EXISTS"),
        ],
    )
    def test_whom(self, receiver: Client, target: str, reason: str) -> None:
        """Whoever cannot be invited is refused with a reason."""
        if target == SOURCE:
            agreed(receiver)
        got = receiver.is_refused(SERVICE, INVITE, **terms(target))
        assert (got.code, got.data["Reason"]) == ("HandshakeConstraintViolationException", reason)


class TestDescribe:
    """DescribeResponsibilityTransfer and the lists."""

    def test_of_the_receiver(self, receiver: Client) -> None:
        """The receiver sees an inbound transfer of its own, with its name."""
        invited = invite(receiver)
        organization = receiver.does(SERVICE, "DescribeOrganization")["Organization"]["Id"]
        transfer_id = id_in(invited)
        expected = {
            "Arn": f"arn:aws:organizations::{RECEIVER}:transfer/{organization}/billing/inbound/{transfer_id}",
            "Name": "Bills",
            "Id": transfer_id,
            "Type": "BILLING",
            "Status": "REQUESTED",
            "Source": {"ManagementAccountId": SOURCE, "ManagementAccountEmail": f"account-{SOURCE}@example.com"},
            "Target": {"ManagementAccountId": RECEIVER, "ManagementAccountEmail": f"account-{RECEIVER}@example.com"},
            "StartTimestamp": DECEMBER,
            "ActiveHandshakeId": invited["Id"],
        }
        assert described(receiver, transfer_id) == expected
        listed = receiver.does(SERVICE, "ListInboundResponsibilityTransfers", Type="BILLING")
        assert listed == {"ResponsibilityTransfers": [expected]}

    def test_of_the_source(self, receiver: Client, source: Client) -> None:
        """The source sees an outbound transfer of its own, without the name."""
        transfer_id = agreed(receiver)
        organization = source.does(SERVICE, "DescribeOrganization")["Organization"]["Id"]
        seen = described(source, transfer_id)
        assert seen["Arn"] == f"arn:aws:organizations::{SOURCE}:transfer/{organization}/billing/outbound/{transfer_id}"
        assert "Name" not in seen
        assert seen["Status"] == "ACCEPTED"
        assert seen["Source"]["ManagementAccountId"] == SOURCE
        listed = source.does(SERVICE, "ListOutboundResponsibilityTransfers", Type="BILLING")
        assert listed == {"ResponsibilityTransfers": [seen]}
        assert source.does(SERVICE, "ListInboundResponsibilityTransfers", Type="BILLING") == {
            "ResponsibilityTransfers": []
        }

    def test_after_the_handshake(self, receiver: Client) -> None:
        """A transfer remains when its handshake is forgotten, and no longer names it."""
        transfer_id = agreed(receiver)
        receiver.core.world.clock.advance(timedelta(days=30))
        seen = described(receiver, transfer_id)
        assert seen["Status"] == "ACCEPTED"
        assert "ActiveHandshakeId" not in seen

    @pytest.mark.parametrize("size", [1, 2])
    def test_pages(self, receiver: Client, size: int) -> None:
        """Both lists are walked page by page without loss or repeat."""
        wanted = [id_in(invite(receiver, target)) for target in (SOURCE, THIRD)]
        invite(other(receiver, THIRD), SOURCE)
        for client, direction, count in ((receiver, "Inbound", 2), (other(receiver, SOURCE), "Outbound", 2)):
            operation = f"List{direction}ResponsibilityTransfers"
            found: list[str] = []
            token: dict[str, Any] = {}
            while True:
                page = client.does(SERVICE, operation, Type="BILLING", MaxResults=size, **token)
                found += [one["Id"] for one in page["ResponsibilityTransfers"]]
                if "NextToken" not in page:
                    break
                token = {"NextToken": page["NextToken"]}
            assert len(found) == len(set(found)) == count
            assert direction == "Outbound" or found == wanted

    def test_through_another(self, receiver: Client, source: Client) -> None:
        """Who pays in the end lists what a transfer brings along, and is told the name."""
        limit(receiver, inbound_transfers=5, transfer_chain_length=2)
        upper, lower = agreed(receiver), agreed(source, THIRD)
        (seen,) = receiver.does(SERVICE, "ListInboundResponsibilityTransfers", Type="BILLING", Id=upper)[
            "ResponsibilityTransfers"
        ]
        assert (seen["Id"], seen["Name"]) == (lower, "Bills")
        assert seen["Target"]["ManagementAccountId"] == SOURCE

    def test_tags(self, receiver: Client) -> None:
        """The tags of the invitation are on the transfer once it is accepted."""
        pairs = [{"Key": "team", "Value": "blue"}]
        transfer_id = agreed(receiver, Tags=pairs)
        assert receiver.does(SERVICE, "ListTagsForResource", ResourceId=transfer_id) == {"Tags": pairs}


class TestUpdateAndTerminate:
    """UpdateResponsibilityTransfer and TerminateResponsibilityTransfer."""

    def test_update(self, receiver: Client) -> None:
        """The transfer is answered with its new name."""
        transfer_id = agreed(receiver)
        got = receiver.does(SERVICE, "UpdateResponsibilityTransfer", Id=transfer_id, Name="New")
        assert got["ResponsibilityTransfer"] == described(receiver, transfer_id)
        assert got["ResponsibilityTransfer"]["Name"] == "New"

    @pytest.mark.parametrize("account", [RECEIVER, SOURCE])
    def test_terminate(self, receiver: Client, account: str) -> None:
        """The transfer is answered WITHDRAWN, with the end of the month."""
        transfer_id = agreed(receiver)
        client = other(receiver, account)
        got = client.does(SERVICE, "TerminateResponsibilityTransfer", Id=transfer_id)["ResponsibilityTransfer"]
        assert (got["Status"], got["EndTimestamp"]) == ("WITHDRAWN", END_OF_NOVEMBER)
        assert described(client, transfer_id) == got

    @pytest.mark.parametrize(
        ("end", "reason"),
        [
            (END_OF_NOVEMBER - timedelta(days=1), "END_DATE_NOT_END_OF_MONTH"),
            (datetime(2026, 10, 31, 23, 59, 59, 999000, tzinfo=UTC), "END_DATE_TOO_EARLY"),
            (datetime(2027, 1, 31, 23, 59, 59, 999000, tzinfo=UTC), "END_DATE_TOO_LATE"),
        ],
    )
    def test_other_ends(self, receiver: Client, end: datetime, reason: str) -> None:
        """Any other end is refused with its reason."""
        transfer_id = agreed(receiver)
        got = receiver.is_refused(SERVICE, "TerminateResponsibilityTransfer", Id=transfer_id, EndTimestamp=end)
        assert (got.code, got.data["Reason"]) == ("InvalidInputException", reason)

    @pytest.mark.parametrize("end", [END_OF_DECEMBER, END_OF_DECEMBER.replace(microsecond=0)])
    def test_end_of_the_next_month(self, receiver: Client, end: datetime) -> None:
        """SDKs that send whole seconds and SDKs that send milliseconds mean the same end."""
        transfer_id = agreed(receiver)
        got = receiver.does(SERVICE, "TerminateResponsibilityTransfer", Id=transfer_id, EndTimestamp=end)
        assert got["ResponsibilityTransfer"]["EndTimestamp"] == END_OF_DECEMBER

    def test_before_the_organization_is_deleted(self, receiver: Client) -> None:
        """An organization cannot be deleted while a transfer is under way; the reason says so."""
        agreed(other(receiver, SOURCE), THIRD)
        got = other(receiver, THIRD).is_refused(SERVICE, "DeleteOrganization")
        assert (got.code, got.data["Reason"]) == (
            "ConstraintViolationException",
            "ACTIVE_RESPONSIBILITY_TRANSFER_PROCESS",
        )
