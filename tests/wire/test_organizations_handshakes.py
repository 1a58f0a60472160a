"""Handshakes on the wire: invitations of accounts, responses to them, and both listings."""

from datetime import timedelta
from itertools import islice
from typing import Any

import pytest

from tests.support.wire_client import Client
from tests.support.wire_organizations import (
    MANAGEMENT,
    SERVICE,
    STANDALONE,
    add_invited_account,
    as_account,
    create_billing_organization,
    describe_organization,
    error_of,
    handshake_after,
    invite,
    party,
    set_quotas,
)

OTHER = "444455556666"
TRANSITION = (
    "You cannot perform this operation on a handshake in its current state, such as attempting to cancel a "
    "handshake that was previously accepted or attempting to accept a handshake that was declined."
)
ALREADY_IN_STATE = "The handshake is already in the requested state."
MISSING_HANDSHAKE = "h-" + "0" * 32
DAY = timedelta(days=1)


@pytest.fixture
def billing(stranger: Client) -> Client:
    """Return the management account of an organization with consolidated billing only and one invited member."""
    return create_billing_organization(stranger)


class TestInviteAccountToOrganization:
    """InviteAccountToOrganization and DescribeHandshake."""

    def test_invitation_is_open_handshake_of_fifteen_days(self, management: Client) -> None:
        """The parties, the resources and the fifteen days are AWS's."""
        organization = describe_organization(management)
        handshake = invite(management, Notes="Join us")
        prefix = f"arn:aws:organizations::{MANAGEMENT}:handshake/{organization['Id']}/invite"
        assert handshake["Arn"] == f"{prefix}/{handshake['Id']}"
        assert (handshake["State"], handshake["Action"]) == ("OPEN", "INVITE")
        assert handshake["ExpirationTimestamp"] - handshake["RequestedTimestamp"] == timedelta(days=15)
        assert [end["Type"] for end in handshake["Parties"]] == ["ORGANIZATION", "ACCOUNT"]
        assert {resource["Type"]: resource["Value"] for resource in handshake["Resources"]} == {
            "ORGANIZATION": organization["Id"],
            "ACCOUNT": STANDALONE,
            "NOTES": "Join us",
        }
        details = {detail["Type"]: detail["Value"] for detail in handshake["Resources"][0]["Resources"]}
        assert details["MASTER_EMAIL"] == organization["MasterAccountEmail"]
        assert details["ORGANIZATION_FEATURE_SET"] == "ALL"

    def test_both_parties_see_same_handshake(self, management: Client, stranger: Client) -> None:
        """The recipient gets the same description as the sender."""
        handshake = invite(management)
        assert handshake_after(stranger, "DescribeHandshake", handshake["Id"]) == handshake
        assert handshake_after(management, "DescribeHandshake", handshake["Id"]) == handshake

    def test_invitation_by_email_names_only_address(self, management: Client) -> None:
        """An invitation to an e-mail address contains the address, not the account that has it."""
        handshake = invite(management, "someone@example.com")
        assert handshake["Parties"][1] == {"Type": "EMAIL", "Id": "someone@example.com"}
        assert handshake["Resources"][1] == {"Type": "EMAIL", "Value": "someone@example.com"}

    def test_invitation_names_features_of_organization(self, billing: Client) -> None:
        """The invitation contains the feature set that the organization has."""
        (organization,) = [
            resource for resource in invite(billing, OTHER)["Resources"] if resource["Type"] == "ORGANIZATION"
        ]
        details = {detail["Type"]: detail["Value"] for detail in organization["Resources"]}
        assert details["ORGANIZATION_FEATURE_SET"] == "CONSOLIDATED_BILLING"

    def test_tags_of_invitation_are_added_on_acceptance(self, management: Client, stranger: Client) -> None:
        """The tags of the request are on the account once it has joined, and not before."""
        tags = [{"Key": "team", "Value": "blue"}, {"Key": "stage", "Value": ""}]
        handshake = invite(management, Tags=tags)
        answer = management.expect_error(SERVICE, "ListTagsForResource", ResourceId=STANDALONE)
        assert answer.code == "TargetNotFoundException"
        handshake_after(stranger, "AcceptHandshake", handshake["Id"])
        assert management.do(SERVICE, "ListTagsForResource", ResourceId=STANDALONE) == {"Tags": tags}

    def test_second_open_invitation_is_refused(self, management: Client) -> None:
        """A second invitation of the same account is refused while the first is open."""
        invite(management)
        answer = management.expect_error(SERVICE, "InviteAccountToOrganization", Target=party(STANDALONE))
        assert error_of(answer) == ("DuplicateHandshakeException", None)

    def test_member_cannot_be_invited(self, management: Client, member: Client) -> None:
        """A member cannot be invited to its own organization."""
        answer = management.expect_error(SERVICE, "InviteAccountToOrganization", Target=party(member.account))
        assert error_of(answer) == ("HandshakeConstraintViolationException", "ALREADY_IN_AN_ORGANIZATION")

    @pytest.mark.parametrize(
        ("target", "reason"),
        [
            ({"Type": "ORGANIZATION", "Id": "o-1234567890"}, "INVALID_PARTY_TYPE_TARGET"),
            ({"Type": "ACCOUNT", "Id": "someone@example.com"}, "INVALID_PATTERN"),
            ({"Type": "EMAIL", "Id": "999988887777"}, "INVALID_EMAIL_ADDRESS_TARGET"),
            ({"Type": "PIGEON", "Id": "999988887777"}, "INVALID_PARTY_TYPE_TARGET"),
            ({"Type": "ACCOUNT"}, "INVALID_PATTERN"),
            ({"Type": "ORGANIZATION"}, "INVALID_PARTY_TYPE_TARGET"),
            ({}, "INVALID_PARTY_TYPE_TARGET"),
        ],
    )
    def test_invalid_target_is_refused(self, management: Client, target: dict[str, str], reason: str) -> None:
        """Only a valid account id or a valid e-mail address can be invited; the reason has no parameter."""
        answer = management.expect_error(SERVICE, "InviteAccountToOrganization", Target=target)
        assert (answer.code, answer.data["Reason"]) == ("InvalidInputException", reason)

    @pytest.mark.parametrize(
        ("quotas", "reason"),
        [
            ({"accounts_per_organization": 1}, "ACCOUNT_NUMBER_LIMIT_EXCEEDED"),
            ({"accounts_per_organization": 3, "invitations_per_day": 0}, "HANDSHAKE_RATE_LIMIT_EXCEEDED"),
        ],
    )
    def test_invitation_above_quota_is_refused(self, management: Client, quotas: dict[str, int], reason: str) -> None:
        """The quota of accounts and the daily quota of invitations have their own reasons."""
        set_quotas(management, **quotas)
        if "invitations_per_day" in quotas:
            for number in range(3):
                handshake_after(management, "CancelHandshake", invite(management, f"new-{number}@example.com")["Id"])
        answer = management.expect_error(SERVICE, "InviteAccountToOrganization", Target=party(STANDALONE))
        assert error_of(answer) == ("HandshakeConstraintViolationException", reason)


class TestResponses:
    """AcceptHandshake, DeclineHandshake and CancelHandshake."""

    @pytest.mark.parametrize(
        ("operation", "account", "state"),
        [
            ("AcceptHandshake", STANDALONE, "ACCEPTED"),
            ("DeclineHandshake", STANDALONE, "DECLINED"),
            ("CancelHandshake", MANAGEMENT, "CANCELED"),
        ],
    )
    def test_response_changes_only_state(self, management: Client, operation: str, account: str, state: str) -> None:
        """Each response replies with the handshake in its new state, otherwise unchanged, to both parties."""
        invitation = invite(management, Notes="Join us")
        handshake = handshake_after(as_account(management, account), operation, invitation["Id"])
        assert handshake == invitation | {"State": state}
        for client in (management, as_account(management, STANDALONE)):
            assert handshake_after(client, "DescribeHandshake", invitation["Id"]) == handshake

    def test_accepted_invitation_makes_account_member(self, management: Client) -> None:
        """The account that accepts becomes a member, as an invited account."""
        add_invited_account(management)
        account = management.do(SERVICE, "DescribeAccount", AccountId=STANDALONE)["Account"]
        assert account["JoinedMethod"] == "INVITED"

    def test_member_moves_to_inviting_organization(self, management: Client, stranger: Client) -> None:
        """A member of one organization accepts the invitation of another and becomes a member of that one only."""
        second = as_account(management, OTHER)
        second.do(SERVICE, "CreateOrganization")
        add_invited_account(management)
        add_invited_account(second)
        assert describe_organization(stranger)["MasterAccountId"] == OTHER
        accounts = management.do(SERVICE, "ListAccounts")["Accounts"]
        assert [account["Id"] for account in accounts] == [MANAGEMENT]

    def test_member_accepts_invitation_in_vain(self, management: Client, member: Client) -> None:
        """A member can be invited by its address; its acceptance is refused, but recorded, and names the account."""
        email = management.do(SERVICE, "DescribeAccount", AccountId=member.account)["Account"]["Email"]
        handshake = invite(management, email)
        answer = member.call(SERVICE, "AcceptHandshake", HandshakeId=handshake["Id"])
        assert error_of(answer) == ("HandshakeConstraintViolationException", "ALREADY_IN_AN_ORGANIZATION")
        assert answer.message == "The AWS account is already a member of an organization."
        accepted = handshake_after(management, "DescribeHandshake", handshake["Id"])
        parties = [handshake["Parties"][0], {"Type": "ACCOUNT", "Id": member.account}]
        assert accepted == handshake | {"State": "ACCEPTED", "Parties": parties}
        for client, operation, code, message in (
            (management, "CancelHandshake", "InvalidHandshakeTransitionException", TRANSITION),
            (member, "DeclineHandshake", "InvalidHandshakeTransitionException", TRANSITION),
            (member, "AcceptHandshake", "HandshakeAlreadyInStateException", ALREADY_IN_STATE),
        ):
            answer = client.expect_error(SERVICE, operation, HandshakeId=handshake["Id"])
            assert (answer.code, answer.message) == (code, message)

    def test_unknown_handshake_is_not_found(self, stranger: Client) -> None:
        """An unknown handshake is HandshakeNotFoundException, even for a standalone account."""
        answer = stranger.expect_error(SERVICE, "AcceptHandshake", HandshakeId=MISSING_HANDSHAKE)
        assert error_of(answer) == ("HandshakeNotFoundException", None)

    def test_second_acceptance_is_refused(self, management: Client, stranger: Client) -> None:
        """A second acceptance is HandshakeAlreadyInStateException."""
        handshake = invite(management)
        handshake_after(stranger, "AcceptHandshake", handshake["Id"])
        answer = stranger.expect_error(SERVICE, "AcceptHandshake", HandshakeId=handshake["Id"])
        assert error_of(answer) == ("HandshakeAlreadyInStateException", None)

    def test_sender_cannot_accept_its_invitation(self, management: Client) -> None:
        """The sender is a party, but not the recipient."""
        answer = management.expect_error(SERVICE, "AcceptHandshake", HandshakeId=invite(management)["Id"])
        assert error_of(answer) == ("AccessDeniedException", None)

    def test_expired_invitation_cannot_be_accepted(self, management: Client, stranger: Client) -> None:
        """An expired invitation is InvalidHandshakeTransitionException."""
        handshake = invite(management)
        management.app.world.clock.advance(timedelta(days=15))
        answer = stranger.expect_error(SERVICE, "AcceptHandshake", HandshakeId=handshake["Id"])
        assert error_of(answer) == ("InvalidHandshakeTransitionException", None)


class TestLists:
    """ListHandshakesForAccount and ListHandshakesForOrganization."""

    @pytest.mark.parametrize("size", [1, 2, 3, None])
    def test_pages_stay_complete_while_handshakes_are_sent(
        self, management: Client, stranger: Client, size: int | None
    ) -> None:
        """Both parties see every handshake exactly once, while others are sent and canceled between the pages."""
        names = (STANDALONE, f"account-{STANDALONE}@example.com", OTHER)
        invited = [invite(management, name)["Id"] for name in names]
        for client, operation, expected in (
            (management, "ListHandshakesForOrganization", invited),
            (stranger, "ListHandshakesForAccount", invited[:2]),
        ):
            listed: list[str] = []
            token: dict[str, Any] = {}
            newcomers = iter([f"{operation}-{number}@example.com" for number in range(2)])
            while True:
                page = client.do(SERVICE, operation, **({"MaxResults": size} if size else {}), **token)
                listed += [handshake["Id"] for handshake in page["Handshakes"]]
                if "NextToken" not in page:
                    break
                token = {"NextToken": page["NextToken"]}
                for newcomer in islice(newcomers, 1):
                    handshake_after(management, "CancelHandshake", invite(management, newcomer)["Id"])
            assert [handshake_id for handshake_id in listed if handshake_id in invited] == expected
            assert len(listed) == len(set(listed))

    def test_listed_handshake_equals_described_one(self, management: Client, stranger: Client) -> None:
        """Both lists contain the handshake as it was described when it was sent."""
        handshake = invite(management, Notes="Join us")
        for client, operation in (
            (management, "ListHandshakesForOrganization"),
            (stranger, "ListHandshakesForAccount"),
        ):
            assert client.do(SERVICE, operation) == {"Handshakes": [handshake]}

    def test_filter_selects_action_or_process(self, billing: Client, stranger: Client) -> None:
        """Both lists can be filtered by action or by the handshake that began a process."""
        process = billing.do(SERVICE, "EnableAllFeatures")["Handshake"]
        for filters in ({"ActionType": "APPROVE_ALL_FEATURES"}, {"ParentHandshakeId": process["Id"]}):
            sent = billing.do(SERVICE, "ListHandshakesForOrganization", Filter=filters)["Handshakes"]
            received = stranger.do(SERVICE, "ListHandshakesForAccount", Filter=filters)["Handshakes"]
            assert [handshake["Action"] for handshake in sent] == ["APPROVE_ALL_FEATURES"]
            assert sent == received
        unfiltered = billing.do(SERVICE, "ListHandshakesForOrganization", Filter={})["Handshakes"]
        actions = [handshake["Action"] for handshake in unfiltered]
        assert actions == ["INVITE", "ENABLE_ALL_FEATURES", "APPROVE_ALL_FEATURES"]

    @pytest.mark.parametrize("operation", ["ListHandshakesForAccount", "ListHandshakesForOrganization"])
    def test_two_filters_are_refused(self, management: Client, operation: str) -> None:
        """Only one of the two filters may be given."""
        filters = {"ActionType": "INVITE", "ParentHandshakeId": MISSING_HANDSHAKE}
        answer = management.expect_error(SERVICE, operation, Filter=filters)
        assert error_of(answer) == ("InvalidInputException", "MAX_LIMIT_EXCEEDED_FILTER")

    def test_token_of_another_filter_is_refused(self, management: Client) -> None:
        """A token is valid only with the filter that it was returned for."""
        invite(management)
        invite(management, OTHER)
        filters = {"ActionType": "INVITE"}
        page = management.do(SERVICE, "ListHandshakesForOrganization", Filter=filters, MaxResults=1)
        answer = management.expect_error(SERVICE, "ListHandshakesForOrganization", NextToken=page["NextToken"])
        assert error_of(answer) == ("InvalidInputException", "INVALID_NEXT_TOKEN")

    def test_ended_handshake_disappears_after_thirty_days(self, management: Client, stranger: Client) -> None:
        """A handshake that has ended leaves both lists after thirty days."""
        handshake_after(stranger, "DeclineHandshake", invite(management)["Id"])
        management.app.world.clock.advance(30 * DAY)
        assert management.do(SERVICE, "ListHandshakesForOrganization") == {"Handshakes": []}
        assert stranger.do(SERVICE, "ListHandshakesForAccount") == {"Handshakes": []}
