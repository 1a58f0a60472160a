"""Billing transfers on the wire: invitations, both sides' views, names and withdrawal."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from artifact_state.record import replace
from tests.support.wire_client import Client, answer
from tests.support.wire_organizations import (
    SERVICE,
    STANDALONE,
    as_account,
    describe_organization,
    error_of,
    pages,
    set_quotas,
)
from tests.support.wire_transfers import (
    DECEMBER,
    INVITE,
    MEMBER,
    RECEIVER,
    SOURCE,
    THIRD,
    create_organizations,
    describe_transfer,
    invitation_parameters,
    invite_to_transfer,
    transfer,
    transfer_id_of,
)

END_OF_NOVEMBER = datetime(2026, 11, 30, 23, 59, 59, 999000, tzinfo=UTC)
END_OF_DECEMBER = datetime(2026, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)


@pytest.fixture
def receiver(management: Client) -> Client:
    """Return the management account that receives bills, beside two other organizations and with a member."""
    return create_organizations(management)


@pytest.fixture
def source(receiver: Client) -> Client:
    """Return the management account whose bills are to be paid by the receiver."""
    return as_account(receiver, SOURCE)


class TestInvitation:
    """InviteOrganizationToTransferResponsibility."""

    def test_invitation_names_transfer_in_its_resources(self, receiver: Client, source: Client) -> None:
        """The handshake awaits a response until a day before the start, and both parties list it."""
        organization = describe_organization(receiver)
        handshake = invite_to_transfer(receiver, Notes="Please")
        prefix = f"arn:aws:organizations::{RECEIVER}:handshake/{organization['Id']}"
        assert handshake == {
            "Id": handshake["Id"],
            "Arn": f"{prefix}/transfer_responsibility/{handshake['Id']}",
            "Parties": [
                {"Id": organization["Id"].removeprefix("o-"), "Type": "ORGANIZATION"},
                {"Id": SOURCE, "Type": "ACCOUNT"},
            ],
            "State": "REQUESTED",
            "RequestedTimestamp": handshake["RequestedTimestamp"],
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
                {"Type": "RESPONSIBILITY_TRANSFER", "Value": transfer_id_of(handshake)},
                {"Type": "TRANSFER_TYPE", "Value": "BILLING"},
                {"Type": "TRANSFER_START_TIMESTAMP", "Value": "2026-12-01T00:00:00.000Z"},
                {"Type": "NOTES", "Value": "Please"},
            ],
        }
        filters = {"ActionType": "TRANSFER_RESPONSIBILITY"}
        assert source.do(SERVICE, "ListHandshakesForAccount", Filter=filters) == {"Handshakes": [handshake]}
        assert receiver.do(SERVICE, "ListHandshakesForOrganization", Filter=filters) == {"Handshakes": [handshake]}

    @pytest.mark.parametrize(
        ("start", "reason"),
        [
            (DECEMBER + timedelta(days=1), "START_DATE_NOT_BEGINNING_OF_MONTH"),
            (DECEMBER + timedelta(seconds=1), "START_DATE_NOT_BEGINNING_OF_DAY"),
            (datetime(2026, 11, 1, tzinfo=UTC), "START_DATE_TOO_EARLY"),
            (datetime(2027, 2, 1, tzinfo=UTC), "START_DATE_TOO_LATE"),
        ],
    )
    def test_invalid_start_is_refused(self, receiver: Client, start: datetime, reason: str) -> None:
        """Each invalid start is refused with its reason."""
        refusal = receiver.expect_error(SERVICE, INVITE, **invitation_parameters(StartTimestamp=start))
        assert error_of(refusal) == ("InvalidInputException", reason)

    @pytest.mark.parametrize("start", ["2026-12-01T00:00:00Z", "2026-12-01T01:00:00+01:00", "2026-12-01T00:00:00"])
    def test_start_as_text_is_read_in_its_time_zone(self, receiver: Client, start: str) -> None:
        """A start given as text is read in the time zone that it names, or else in UTC."""
        request = receiver.request(SERVICE, INVITE, **invitation_parameters())
        body = json.loads(request.body) | {"StartTimestamp": start}
        reply = answer(receiver.app, replace(request, body=json.dumps(body).encode()), SERVICE, INVITE)
        assert reply.status == 200
        transfer_id = transfer_id_of(reply.data["Handshake"])
        assert describe_transfer(receiver, transfer_id)["StartTimestamp"] == DECEMBER

    @pytest.mark.parametrize(
        ("quotas", "transfers", "reason"),
        [
            ({"inbound_transfers": 0}, [], "RESPONSIBILITY_TRANSFER_MAX_INBOUND_QUOTA_VIOLATION"),
            ({}, [(SOURCE, RECEIVER)], "RESPONSIBILITY_TRANSFER_MAX_LEVEL_VIOLATION"),
            ({"transfers_in_chain": 0}, [], "RESPONSIBILITY_TRANSFER_MAX_TRANSFERS_QUOTA_VIOLATION"),
        ],
    )
    def test_invitation_above_quota_is_refused(
        self, receiver: Client, quotas: dict[str, int], transfers: list[tuple[str, str]], reason: str
    ) -> None:
        """Each quota has its own reason."""
        for payer, target in transfers:
            transfer(as_account(receiver, payer), target)
        set_quotas(receiver, **{"inbound_transfers": 5} | quotas)
        refusal = receiver.expect_error(SERVICE, INVITE, **invitation_parameters(THIRD))
        assert error_of(refusal) == ("ConstraintViolationException", reason)

    @pytest.mark.parametrize(
        ("target", "reason"),
        [
            (RECEIVER, "SOURCE_AND_TARGET_CANNOT_MATCH"),
            (MEMBER, "TARGET_ACCOUNT_VALIDATION_FAILURE"),
            (STANDALONE, "TARGET_ACCOUNT_VALIDATION_FAILURE"),
            (SOURCE, "RESPONSIBILITY_TRANSFER_ALREADY_EXISTS"),
        ],
    )
    def test_invalid_target_is_refused(self, receiver: Client, target: str, reason: str) -> None:
        """The receiver itself, an account that manages no organization and a current source are refused."""
        if target == SOURCE:
            transfer(receiver)
        refusal = receiver.expect_error(SERVICE, INVITE, **invitation_parameters(target))
        assert error_of(refusal) == ("HandshakeConstraintViolationException", reason)


class TestDescriptionAndListing:
    """DescribeResponsibilityTransfer and both listings."""

    def test_receiver_sees_inbound_transfer_with_name(self, receiver: Client) -> None:
        """The ARN names the receiver's organization, and the name is included."""
        handshake = invite_to_transfer(receiver)
        organization = describe_organization(receiver)["Id"]
        transfer_id = transfer_id_of(handshake)
        expected = {
            "Arn": f"arn:aws:organizations::{RECEIVER}:transfer/{organization}/billing/inbound/{transfer_id}",
            "Name": "Bills",
            "Id": transfer_id,
            "Type": "BILLING",
            "Status": "REQUESTED",
            "Source": {"ManagementAccountId": SOURCE, "ManagementAccountEmail": f"account-{SOURCE}@example.com"},
            "Target": {"ManagementAccountId": RECEIVER, "ManagementAccountEmail": f"account-{RECEIVER}@example.com"},
            "StartTimestamp": DECEMBER,
            "ActiveHandshakeId": handshake["Id"],
        }
        assert describe_transfer(receiver, transfer_id) == expected
        listed = receiver.do(SERVICE, "ListInboundResponsibilityTransfers", Type="BILLING")
        assert listed == {"ResponsibilityTransfers": [expected]}

    def test_source_sees_outbound_transfer_without_name(self, receiver: Client, source: Client) -> None:
        """The ARN names the source's organization, and the name is left out."""
        transfer_id = transfer(receiver)
        organization = describe_organization(source)["Id"]
        seen = describe_transfer(source, transfer_id)
        assert seen["Arn"] == f"arn:aws:organizations::{SOURCE}:transfer/{organization}/billing/outbound/{transfer_id}"
        assert "Name" not in seen
        assert seen["Status"] == "ACCEPTED"
        assert seen["Source"]["ManagementAccountId"] == SOURCE
        outbound = source.do(SERVICE, "ListOutboundResponsibilityTransfers", Type="BILLING")
        assert outbound == {"ResponsibilityTransfers": [seen]}
        inbound = source.do(SERVICE, "ListInboundResponsibilityTransfers", Type="BILLING")
        assert inbound == {"ResponsibilityTransfers": []}

    def test_transfer_outlives_its_handshake(self, receiver: Client) -> None:
        """A transfer remains when its handshake is no longer visible, and no longer names it."""
        transfer_id = transfer(receiver)
        receiver.app.world.clock.advance(timedelta(days=30))
        seen = describe_transfer(receiver, transfer_id)
        assert seen["Status"] == "ACCEPTED"
        assert "ActiveHandshakeId" not in seen

    @pytest.mark.parametrize("size", [1, 2])
    def test_pages_contain_every_transfer_once(self, receiver: Client, source: Client, size: int) -> None:
        """Both lists contain every transfer once, on pages of any size."""
        invited = [transfer_id_of(invite_to_transfer(receiver, target)) for target in (SOURCE, THIRD)]
        also_outbound = transfer_id_of(invite_to_transfer(as_account(receiver, THIRD), SOURCE))
        for client, direction, expected in (
            (receiver, "Inbound", invited),
            (source, "Outbound", [invited[0], also_outbound]),
        ):
            operation = f"List{direction}ResponsibilityTransfers"
            walk = pages(client, operation, "ResponsibilityTransfers", Type="BILLING", MaxResults=size)
            assert [seen["Id"] for page in walk for seen in page] == expected

    def test_top_of_chain_lists_transfers_below(self, receiver: Client, source: Client) -> None:
        """The organization at the top of a chain lists the transfers that its source receives, with their names."""
        set_quotas(receiver, inbound_transfers=5, transfer_chain_length=2)
        upper, lower = transfer(receiver), transfer(source, THIRD)
        reply = receiver.do(SERVICE, "ListInboundResponsibilityTransfers", Type="BILLING", Id=upper)
        (seen,) = reply["ResponsibilityTransfers"]
        assert (seen["Id"], seen["Name"]) == (lower, "Bills")
        assert seen["Target"]["ManagementAccountId"] == SOURCE

    def test_tags_of_invitation_are_on_accepted_transfer(self, receiver: Client) -> None:
        """The tags of the invitation are on the transfer once it is accepted."""
        tags = [{"Key": "team", "Value": "blue"}]
        transfer_id = transfer(receiver, Tags=tags)
        assert receiver.do(SERVICE, "ListTagsForResource", ResourceId=transfer_id) == {"Tags": tags}


class TestUpdateAndTermination:
    """UpdateResponsibilityTransfer and TerminateResponsibilityTransfer."""

    def test_renamed_transfer_is_replied_with_new_name(self, receiver: Client) -> None:
        """The reply has the transfer under its new name."""
        transfer_id = transfer(receiver)
        reply = receiver.do(SERVICE, "UpdateResponsibilityTransfer", Id=transfer_id, Name="New")
        assert reply["ResponsibilityTransfer"] == describe_transfer(receiver, transfer_id)
        assert reply["ResponsibilityTransfer"]["Name"] == "New"

    @pytest.mark.parametrize("account", [RECEIVER, SOURCE])
    def test_either_side_withdraws_transfer_at_end_of_month(self, receiver: Client, account: str) -> None:
        """The reply has the transfer as WITHDRAWN, with the end of the month."""
        transfer_id = transfer(receiver)
        client = as_account(receiver, account)
        reply = client.do(SERVICE, "TerminateResponsibilityTransfer", Id=transfer_id)
        withdrawn = reply["ResponsibilityTransfer"]
        assert (withdrawn["Status"], withdrawn["EndTimestamp"]) == ("WITHDRAWN", END_OF_NOVEMBER)
        assert describe_transfer(client, transfer_id) == withdrawn

    @pytest.mark.parametrize(
        ("end", "reason"),
        [
            (END_OF_NOVEMBER - timedelta(days=1), "END_DATE_NOT_END_OF_MONTH"),
            (datetime(2026, 10, 31, 23, 59, 59, 999000, tzinfo=UTC), "END_DATE_TOO_EARLY"),
            (datetime(2027, 1, 31, 23, 59, 59, 999000, tzinfo=UTC), "END_DATE_TOO_LATE"),
        ],
    )
    def test_invalid_end_is_refused(self, receiver: Client, end: datetime, reason: str) -> None:
        """Each invalid end is refused with its reason."""
        refusal = receiver.expect_error(
            SERVICE, "TerminateResponsibilityTransfer", Id=transfer(receiver), EndTimestamp=end
        )
        assert error_of(refusal) == ("InvalidInputException", reason)

    @pytest.mark.parametrize("end", [END_OF_DECEMBER, END_OF_DECEMBER.replace(microsecond=0)])
    def test_end_of_next_month_is_accepted_with_or_without_milliseconds(self, receiver: Client, end: datetime) -> None:
        """SDKs that send whole seconds and SDKs that send milliseconds get the same end."""
        reply = receiver.do(SERVICE, "TerminateResponsibilityTransfer", Id=transfer(receiver), EndTimestamp=end)
        assert reply["ResponsibilityTransfer"]["EndTimestamp"] == END_OF_DECEMBER

    def test_organization_with_active_transfer_cannot_be_deleted(self, source: Client) -> None:
        """An organization cannot be deleted while a transfer of it is in effect; the reason says so."""
        transfer(source, THIRD)
        refusal = as_account(source, THIRD).expect_error(SERVICE, "DeleteOrganization")
        assert error_of(refusal) == ("ConstraintViolationException", "ACTIVE_RESPONSIBILITY_TRANSFER_PROCESS")
