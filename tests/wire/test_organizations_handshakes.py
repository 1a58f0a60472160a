"""Handshakes on the wire: invitations, answers, lists, all features, and the errors that their operations have."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Any

import pytest

from artifact_emulator.aws.pagination import _SCAN_LIMIT, Listing
from artifact_state import catalog
from tests.support.organizations import SERVICE
from tests.wire.botocore_wire import Client

STRANGER, OTHER, NOBODY = "999988887777", "444455556666", "h-" + "0" * 32
DAY = timedelta(days=1)


def party(name: str) -> dict[str, str]:
    """Name a party by its id or its e-mail address."""
    return {"Type": "EMAIL" if "@" in name else "ACCOUNT", "Id": name}


def invite(client: Client, name: str = STRANGER, **parameters: Any) -> dict[str, Any]:
    """Invite an account; give the handshake."""
    answer = client.does(SERVICE, "InviteAccountToOrganization", Target=party(name), **parameters)
    handshake: dict[str, Any] = answer["Handshake"]
    return handshake


def answer(client: Client, operation: str, handshake_id: str) -> dict[str, Any]:
    """Accept, decline, cancel or describe a handshake."""
    handshake: dict[str, Any] = client.does(SERVICE, operation, HandshakeId=handshake_id)["Handshake"]
    return handshake


def switch(client: Client, **options: Any) -> None:
    """Give the world other options."""
    world = client.core.world
    world.options = replace(world.options, **options)


def limit(client: Client, **changed: Any) -> None:
    """Give the world other quotas."""
    switch(client, quotas=replace(catalog.quotas(), **changed))


def own(client: Client) -> dict[str, Any]:
    """Describe the caller's organization."""
    organization: dict[str, Any] = client.does(SERVICE, "DescribeOrganization")["Organization"]
    return organization


def other(client: Client, account: str) -> Client:
    """Give another account of the same core."""
    return Client(client.core, account)


@pytest.fixture
def billing(stranger: Client) -> Client:
    """Give the management account of an organization of consolidated billing, with one invited member."""
    client = other(stranger, "111122223333")
    client.does(SERVICE, "CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")
    answer(stranger, "AcceptHandshake", invite(client)["Id"])
    return client


class TestInviteAccountToOrganization:
    """InviteAccountToOrganization."""

    def test_tags(self, management: Client, stranger: Client) -> None:
        """The tags of the request are on the account once it has joined, and not before."""
        pairs = [{"Key": "team", "Value": "blue"}, {"Key": "stage", "Value": ""}]
        invited = invite(management, Tags=pairs)
        got = management.is_refused(SERVICE, "ListTagsForResource", ResourceId=STRANGER)
        assert got.code == "TargetNotFoundException"
        answer(stranger, "AcceptHandshake", invited["Id"])
        assert management.does(SERVICE, "ListTagsForResource", ResourceId=STRANGER) == {"Tags": pairs}

    def test_of_consolidated_billing(self, billing: Client) -> None:
        """The invitation tells which features the organization has."""
        (about,) = [one for one in invite(billing, OTHER)["Resources"] if one["Type"] == "ORGANIZATION"]
        features = {one["Type"]: one["Value"] for one in about["Resources"]}
        assert features["ORGANIZATION_FEATURE_SET"] == "CONSOLIDATED_BILLING"

    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            ({"accounts_per_organization": 1}, "ACCOUNT_NUMBER_LIMIT_EXCEEDED"),
            ({"accounts_per_organization": 2, "invitations_per_day": 0}, "HANDSHAKE_RATE_LIMIT_EXCEEDED"),
        ],
    )
    def test_limits(self, management: Client, changed: dict[str, int], reason: str) -> None:
        """Too many accounts and too many invitations have their own reasons."""
        limit(management, **changed)
        if "invitations_per_day" in changed:
            for at in range(2):
                invite(management, f"new-{at}@example.com")
        got = management.is_refused(SERVICE, "InviteAccountToOrganization", Target=party(STRANGER))
        assert (got.code, got.data["Reason"]) == ("HandshakeConstraintViolationException", reason)


class TestAnswers:
    """AcceptHandshake, DeclineHandshake and CancelHandshake."""

    @pytest.mark.parametrize(
        ("operation", "account", "state"),
        [
            ("AcceptHandshake", STRANGER, "ACCEPTED"),
            ("DeclineHandshake", STRANGER, "DECLINED"),
            ("CancelHandshake", "111122223333", "CANCELED"),
        ],
    )
    def test_answer_the_handshake(self, management: Client, operation: str, account: str, state: str) -> None:
        """Each answers the handshake in its new state, the rest of it as it was, to whoever asks."""
        invited = invite(management, Notes="Join us")
        got = answer(other(management, account), operation, invited["Id"])
        assert got == invited | {"State": state}
        for client in (management, other(management, STRANGER)):
            assert answer(client, "DescribeHandshake", invited["Id"]) == got

    def test_straight_from_another_organization(self, management: Client, stranger: Client) -> None:
        """A member of one organization accepts the invitation of another, and is a member of that."""
        second = other(management, OTHER)
        second.does(SERVICE, "CreateOrganization")
        answer(stranger, "AcceptHandshake", invite(management)["Id"])
        answer(stranger, "AcceptHandshake", invite(second)["Id"])
        assert own(stranger)["MasterAccountId"] == OTHER
        listed = management.does(SERVICE, "ListAccounts")["Accounts"]
        assert [one["Id"] for one in listed] == [management.account]


class TestLists:
    """ListHandshakesForAccount and ListHandshakesForOrganization."""

    @pytest.mark.parametrize("size", [1, 2, 3, None])
    def test_pages(self, management: Client, stranger: Client, size: int | None) -> None:
        """Both parties walk all handshakes without loss or repeat, while others come and go."""
        invited = [invite(management, name)["Id"] for name in (STRANGER, f"account-{STRANGER}@example.com", OTHER)]
        for client, operation, expected in (
            (management, "ListHandshakesForOrganization", invited),
            (stranger, "ListHandshakesForAccount", invited[:2]),
        ):
            found: list[str] = []
            token: dict[str, Any] = {}
            newcomers = iter([f"{operation}-{at}@example.com" for at in range(2)])
            while True:
                page = client.does(SERVICE, operation, **({"MaxResults": size} if size else {}), **token)
                found += [one["Id"] for one in page["Handshakes"]]
                if "NextToken" not in page:
                    break
                token = {"NextToken": page["NextToken"]}
                for newcomer in islice(newcomers, 1):
                    answer(management, "CancelHandshake", invite(management, newcomer)["Id"])
            assert [one for one in found if one in invited] == expected
            assert len(found) == len(set(found))

    def test_are_what_describe_tells(self, management: Client, stranger: Client) -> None:
        """A listed handshake is the described one."""
        invited = invite(management, Notes="Join us")
        listed = [
            management.does(SERVICE, "ListHandshakesForOrganization"),
            stranger.does(SERVICE, "ListHandshakesForAccount"),
        ]
        assert listed == [{"Handshakes": [invited]}] * 2

    def test_filters(self, billing: Client, stranger: Client) -> None:
        """The handshakes of one kind, or of one process, are listed by the organization and by the account."""
        process = billing.does(SERVICE, "EnableAllFeatures")["Handshake"]
        for wanted in ({"ActionType": "APPROVE_ALL_FEATURES"}, {"ParentHandshakeId": process["Id"]}):
            sent = billing.does(SERVICE, "ListHandshakesForOrganization", Filter=wanted)["Handshakes"]
            received = stranger.does(SERVICE, "ListHandshakesForAccount", Filter=wanted)["Handshakes"]
            assert [one["Action"] for one in sent] == ["APPROVE_ALL_FEATURES"]
            assert sent == received
        everything = billing.does(SERVICE, "ListHandshakesForOrganization", Filter={})["Handshakes"]
        assert [one["Action"] for one in everything] == ["INVITE", "ENABLE_ALL_FEATURES", "APPROVE_ALL_FEATURES"]

    @pytest.mark.parametrize("operation", ["ListHandshakesForAccount", "ListHandshakesForOrganization"])
    def test_two_filters(self, management: Client, operation: str) -> None:
        """Only one filter may be given."""
        both = {"ActionType": "INVITE", "ParentHandshakeId": NOBODY}
        got = management.is_refused(SERVICE, operation, Filter=both)
        assert (got.code, got.data["Reason"]) == ("InvalidInputException", "MAX_LIMIT_EXCEEDED_FILTER")

    def test_tokens_belong_to_a_filter(self, management: Client) -> None:
        """A token of one filter is refused by another."""
        invite(management)
        invite(management, OTHER)
        wanted = {"ActionType": "INVITE"}
        page = management.does(SERVICE, "ListHandshakesForOrganization", Filter=wanted, MaxResults=1)
        got = management.is_refused(SERVICE, "ListHandshakesForOrganization", NextToken=page["NextToken"])
        assert got.data["Reason"] == "INVALID_NEXT_TOKEN"

    def test_after_thirty_days(self, management: Client, stranger: Client) -> None:
        """What has ended disappears from both lists after thirty days."""
        invited = invite(management)
        answer(stranger, "DeclineHandshake", invited["Id"])
        management.core.world.clock.advance(30 * DAY)
        assert management.does(SERVICE, "ListHandshakesForOrganization") == {"Handshakes": []}
        assert stranger.does(SERVICE, "ListHandshakesForAccount") == {"Handshakes": []}


class TestPagesOfWhatIsHidden:
    """Pages among very many items of which most are hidden."""

    @staticmethod
    def hidden(count: int, after: int) -> Iterator[tuple[int, str | None]]:
        """Go through many hidden items, and one that is not."""
        return ((at, "seen" if at == count else None) for at in range(after + 1, count + 1))

    def test_ends_early(self) -> None:
        """A page goes only so far, is empty, and has a token with which to go on."""
        listing, count = Listing("x"), 2 * _SCAN_LIMIT + 10
        pages: list[list[str]] = []
        token: str | None = None
        for _ in range(3):
            page, token = listing.page(self.hidden(count, listing.after(token)), 20)
            pages.append(page)
        assert (pages, token) == ([[], [], ["seen"]], None)

    def test_looks_only_so_far(self) -> None:
        """What a page looks at is bounded."""
        items = self.hidden(10 * _SCAN_LIMIT, -1)
        Listing("x").page(items, 20)
        assert next(items)[0] == _SCAN_LIMIT + 1

    def test_a_full_page_is_the_last_if_nothing_follows(self) -> None:
        """Hidden items behind a full page need no other page."""
        items = [(0, "a"), (1, "b"), (2, None), (3, None)]
        assert Listing("x").page(iter(items), 2) == (["a", "b"], None)
        assert Listing("x").page(iter(items), 1)[1]


class TestEnableAllFeatures:
    """EnableAllFeatures, and how it goes on."""

    def test_answers_as_the_user_guide_shows(self, billing: Client) -> None:
        """The process is a handshake of the organization alone, open for ninety days."""
        organization = own(billing)
        process = billing.does(SERVICE, "EnableAllFeatures")["Handshake"]
        prefix = f"arn:aws:organizations::{billing.account}:handshake/{organization['Id']}"
        assert process == {
            "Id": process["Id"],
            "Arn": f"{prefix}/enable_all_features/{process['Id']}",
            "Parties": [{"Id": organization["Id"].removeprefix("o-"), "Type": "ORGANIZATION"}],
            "State": "REQUESTED",
            "RequestedTimestamp": process["RequestedTimestamp"],
            "ExpirationTimestamp": process["RequestedTimestamp"] + 90 * DAY,
            "Action": "ENABLE_ALL_FEATURES",
            "Resources": [{"Type": "ORGANIZATION", "Value": organization["Id"]}],
        }

    def test_asks_as_the_user_guide_shows(self, billing: Client, stranger: Client) -> None:
        """The member is asked with the process, the organization and the account as resources."""
        organization = own(billing)["Id"]
        process = billing.does(SERVICE, "EnableAllFeatures")["Handshake"]
        (asked,) = stranger.does(SERVICE, "ListHandshakesForAccount", Filter={"ParentHandshakeId": process["Id"]})[
            "Handshakes"
        ]
        prefix = f"arn:aws:organizations::{billing.account}:handshake/{organization}"
        assert asked == {
            "Id": asked["Id"],
            "Arn": f"{prefix}/approve_all_features/{asked['Id']}",
            "Parties": [
                {"Id": organization.removeprefix("o-"), "Type": "ORGANIZATION"},
                {"Id": STRANGER, "Type": "ACCOUNT"},
            ],
            "State": "OPEN",
            "RequestedTimestamp": process["RequestedTimestamp"],
            "ExpirationTimestamp": process["ExpirationTimestamp"],
            "Action": "APPROVE_ALL_FEATURES",
            "Resources": [
                {"Type": "PARENT_HANDSHAKE", "Value": process["Id"].removeprefix("h-")},
                {"Type": "ORGANIZATION", "Value": organization},
                {"Type": "ACCOUNT", "Value": STRANGER},
            ],
        }

    def test_from_beginning_to_end(self, billing: Client, stranger: Client) -> None:
        """The member approves, the process opens, the management account accepts: all features, and policies."""
        process = billing.does(SERVICE, "EnableAllFeatures")["Handshake"]["Id"]
        (asked,) = stranger.does(SERVICE, "ListHandshakesForAccount", Filter={"ParentHandshakeId": process})[
            "Handshakes"
        ]
        assert answer(stranger, "AcceptHandshake", asked["Id"])["State"] == "ACCEPTED"
        assert answer(billing, "DescribeHandshake", process)["State"] == "OPEN"
        assert answer(billing, "AcceptHandshake", process)["State"] == "ACCEPTED"
        organization = own(billing)
        assert organization["FeatureSet"] == "ALL"
        assert organization["AvailablePolicyTypes"] == [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]
        billing.does(SERVICE, "EnableAWSServiceAccess", ServicePrincipal="artifact.amazonaws.com")

    def test_of_the_lost_role(self, billing: Client) -> None:
        """A created account that deleted the role of Organizations is asked to make it again."""
        asked = billing.does(SERVICE, "CreateAccount", AccountName="m", Email="m@example.com")["CreateAccountStatus"]
        told = billing.does(SERVICE, "DescribeCreateAccountStatus", CreateAccountRequestId=asked["Id"])
        member = other(billing, told["CreateAccountStatus"]["AccountId"])
        role = {"RoleName": "AWSServiceRoleForOrganizations"}
        member.does("iam", "DeleteServiceLinkedRole", **role)
        assert member.is_refused("iam", "GetRole", **role).code == "NoSuchEntity"
        billing.does(SERVICE, "EnableAllFeatures")
        (handshake,) = member.does(SERVICE, "ListHandshakesForAccount")["Handshakes"]
        assert handshake["Action"] == "ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE"
        # AWS's pattern leaves 32 characters for the kind of a handshake.
        assert "/add_organizations_service_linked/" in handshake["Arn"]
        answer(member, "AcceptHandshake", handshake["Id"])
        assert member.does("iam", "GetRole", **role)["Role"]["RoleName"] == role["RoleName"]

    @pytest.mark.parametrize(
        ("again", "reason"),
        [
            (False, "ORGANIZATION_ALREADY_HAS_ALL_FEATURES"),
            (True, "ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION"),
        ],
    )
    def test_in_vain(self, stranger: Client, again: bool, reason: str) -> None:  # noqa: FBT001 - a parameter
        """Features that are there, or on the way, cannot be enabled."""
        stranger.does(SERVICE, "CreateOrganization", FeatureSet="CONSOLIDATED_BILLING" if again else "ALL")
        if again:
            stranger.does(SERVICE, "EnableAllFeatures")
        got = stranger.is_refused(SERVICE, "EnableAllFeatures")
        assert (got.code, got.data["Reason"]) == ("HandshakeConstraintViolationException", reason)

    def test_no_invitations_meanwhile(self, billing: Client) -> None:
        """An invitation is refused with its reason."""
        billing.does(SERVICE, "EnableAllFeatures")
        got = billing.is_refused(SERVICE, "InviteAccountToOrganization", Target=party(OTHER))
        assert got.data["Reason"] == "INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES"
