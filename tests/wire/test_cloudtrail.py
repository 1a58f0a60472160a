import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from artifact_emulator.app import App
from artifact_emulator.http import Request
from artifact_state import catalog
from tests.support.control_api import control_done, control_refusal, control_result
from tests.support.iam_users import create_user
from tests.support.wire_client import Client
from tests.wire.conftest import NOW


def lookup(client: Client, **parameters: Any) -> list[dict[str, Any]]:
    """Look up events; give CloudTrail's records, the newest first."""
    found = client.do("cloudtrail", "LookupEvents", **parameters)["Events"]
    return [json.loads(one["CloudTrailEvent"]) for one in found]


def by(key: str, value: str) -> list[dict[str, str]]:
    """Give the one lookup attribute."""
    return [{"AttributeKey": key, "AttributeValue": value}]


class TestRecord:
    """One record."""

    def test_of_a_success(self, management: Client) -> None:
        """Who called what and where, with what was asked and answered, in CloudTrail's spelling."""
        parameters = management.request("organizations", "EnableAWSServiceAccess", ServicePrincipal="artifact.amazonaws.com")
        reply = management.app.handle(parameters)
        [record] = lookup(management, LookupAttributes=by("EventName", "EnableAWSServiceAccess"))
        event_id = record.pop("eventID")
        assert len(event_id) == 36
        assert record == {
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "Root",
                "principalId": management.account,
                "arn": f"arn:aws:iam::{management.account}:root",
                "accountId": management.account,
                "accessKeyId": management.account,
            },
            "eventTime": "2026-11-23T12:00:05Z",
            "eventSource": "organizations.amazonaws.com",
            "eventName": "EnableAWSServiceAccess",
            "awsRegion": "us-east-1",
            "sourceIPAddress": "127.0.0.1",
            "userAgent": "",
            "requestParameters": {"servicePrincipal": "artifact.amazonaws.com"},
            "responseElements": None,
            "requestID": dict(reply.headers)["x-amzn-RequestId"],
            "readOnly": False,
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": management.account,
            "eventCategory": "Management",
        }

    def test_of_a_refusal(self, member: Client) -> None:
        """A refused call is told with its error, in the account that called."""
        member.expect_error("organizations", "EnableAWSServiceAccess", ServicePrincipal="artifact.amazonaws.com")
        [record] = lookup(member)
        assert record["errorCode"] == "AccessDenied"
        assert record["errorMessage"] == "You don't have permissions to access this resource."
        assert record["responseElements"] is None

    def test_of_who_lacks_a_permission(self, stranger: Client) -> None:
        """AWS Artifact's record does not tell what was asked, as its page shows; that of AWS Organizations does."""
        alice = create_user(stranger)
        alice.expect_error("artifact", "GetReportMetadata", reportId="report-f1DIWBmGa2Lhsadg")
        alice.expect_error("organizations", "DescribeAccount", AccountId="111122223333")
        [artifact] = lookup(stranger, LookupAttributes=by("EventName", "GetReportMetadata"))
        [organizations] = lookup(stranger, LookupAttributes=by("EventName", "DescribeAccount"))
        assert artifact["errorCode"] == organizations["errorCode"] == "AccessDenied"
        assert artifact["errorMessage"].startswith(
            f"User: arn:aws:iam::{stranger.account}:user/Alice is not authorized"
        )
        assert artifact["requestParameters"] is None
        assert organizations["requestParameters"] == {"accountId": "111122223333"}

    def test_of_what_could_not_be_read(self, management: Client) -> None:
        """A call whose input breaks its shape is told, too."""
        management.expect_error("organizations", "DescribeAccount", AccountId="me")
        [record] = lookup(management, LookupAttributes=by("EventName", "DescribeAccount"))
        assert (record["errorCode"], record["requestParameters"]) == ("InvalidInputException", {"accountId": "me"})

    def test_hides_names_and_secrets(self, management: Client, member: Client) -> None:
        """Addresses and names of accounts are asterisks; a secret key is left out."""
        [created] = lookup(management, LookupAttributes=by("EventName", "CreateAccount"))
        assert created["requestParameters"] == {"accountName": "****", "email": "****"}
        assert created["responseElements"]["createAccountStatus"]["requestedTimestamp"] == "Nov 23, 2026 12:00:05 PM"
        role = f"arn:aws:iam::{member.account}:role/OrganizationAccountAccessRole"
        management.do("sts", "AssumeRole", RoleArn=role, RoleSessionName="me")
        [assumed] = lookup(management, LookupAttributes=by("EventName", "AssumeRole"))
        assert assumed["responseElements"]["credentials"].keys() == {"accessKeyId", "expiration", "sessionToken"}

    def test_of_a_role_assumed_across_accounts(self, management: Client, member: Client) -> None:
        """Both accounts are told, under one shared id and each under its own."""
        role = f"arn:aws:iam::{member.account}:role/OrganizationAccountAccessRole"
        management.do("sts", "AssumeRole", RoleArn=role, RoleSessionName="me")
        [here], [there] = (lookup(one, LookupAttributes=by("EventName", "AssumeRole")) for one in (management, member))
        assert here["sharedEventID"] == there["sharedEventID"]
        assert here["eventID"] != there["eventID"]
        assert (here["recipientAccountId"], there["recipientAccountId"]) == (management.account, member.account)

    def test_of_nobody(self, app: App, stranger: Client) -> None:
        """A call that nobody signed is in nobody's trail."""
        request = stranger.request("organizations", "ListHandshakesForAccount")
        headers = {name: value for name, value in request.headers.items() if name != "authorization"}
        app.handle(Request(request.method, request.path, request.query, headers, request.body))
        assert lookup(stranger) == []


class TestServiceEvents:
    """What AWS Organizations does by itself."""

    def test_of_accounts(self, management: Client, member: Client) -> None:
        """Creation, arrival and departure are told to the management account."""
        management.do("organizations", "RemoveAccountFromOrganization", AccountId=member.account)
        told_of = [record for record in lookup(management) if record["eventType"] == "AwsServiceEvent"]
        assert sorted(record["eventName"] for record in told_of) == [
            "AccountDepartedOrganization",
            "AccountJoinedOrganization",
            "AccountJoinedOrganization",
            "CreateAccountResult",
        ]
        details = {record["eventName"]: record["serviceEventDetails"] for record in told_of}
        departed, created = details["AccountDepartedOrganization"], details["CreateAccountResult"]
        assert departed["departureMethod"] == "REMOVED"
        assert created["createAccountStatus"]["accountId"] == member.account
        assert [record for record in lookup(member) if record["eventType"] == "AwsServiceEvent"] == []

    def test_outlive_the_organization(self, management: Client, member: Client) -> None:
        """What was told stays told when the organization is deleted, which its management account leaves last."""
        management.do("organizations", "RemoveAccountFromOrganization", AccountId=member.account)
        told_before = [record for record in lookup(management) if record["eventType"] == "AwsServiceEvent"]
        management.do("organizations", "DeleteOrganization")
        told_after = [record for record in lookup(management) if record["eventType"] == "AwsServiceEvent"]
        [deleted] = [record for record in told_after if record not in told_before]
        assert [record for record in told_after if record in told_before] == told_before
        assert deleted["eventName"] == "AccountDepartedOrganization"
        assert deleted["serviceEventDetails"]["accountId"] == management.account
        assert deleted["serviceEventDetails"]["departureMethod"] == "LEFT"
        methods = {
            record["serviceEventDetails"]["accountId"]: record["serviceEventDetails"]["joinedMethod"]
            for record in told_after
            if record["eventName"] == "AccountJoinedOrganization"
        }
        assert methods == {management.account: "INVITED", member.account: "Created"}

    def test_of_a_failed_creation(self, management: Client) -> None:
        """An account that is not created is told with the reason."""
        for _ in range(2):
            management.do("organizations", "CreateAccount", AccountName="A", Email="a@example.com")
        results = lookup(management, LookupAttributes=by("EventName", "CreateAccountResult"))
        statuses = [result["serviceEventDetails"]["createAccountStatus"] for result in results]
        assert sorted(status["state"] for status in statuses) == ["FAILED", "SUCCEEDED"]
        assert [status["failureReason"] for status in statuses if "failureReason" in status] == ["EMAIL_ALREADY_EXISTS"]

    def test_of_a_move_between_organizations(self, management: Client, stranger: Client) -> None:
        """Who leaves one organization for another is told of in both management accounts, and in no other."""
        stranger.do("organizations", "CreateOrganization")
        guest = Client(management.app, "444455556666")

        def invite(host: Client) -> None:
            target = {"Id": guest.account, "Type": "ACCOUNT"}
            parameters = host.do("organizations", "InviteAccountToOrganization", Target=target)
            guest.do("organizations", "AcceptHandshake", HandshakeId=parameters["Handshake"]["Id"])

        invite(management)
        invite(stranger)

        def told_of(client: Client) -> list[str]:
            found = [record for record in lookup(client) if record["eventType"] == "AwsServiceEvent"]
            mine = [one for one in found if one["serviceEventDetails"]["accountId"] == guest.account]
            assert all(one["recipientAccountId"] == client.account for one in mine)
            return sorted(one["eventName"] for one in mine)

        assert told_of(management) == ["AccountDepartedOrganization", "AccountJoinedOrganization"]
        assert told_of(stranger) == ["AccountJoinedOrganization"]
        assert told_of(guest) == []

    def test_of_a_transfer(self, management: Client, stranger: Client) -> None:
        """A transfer that is accepted, and one that is terminated, are told to both sides and to nobody else."""
        stranger.do("organizations", "CreateOrganization")
        world = management.app.world
        world.options = replace(world.options, quotas=replace(catalog.quotas(), inbound_transfers=1))
        parameters = management.do(
            "organizations",
            "InviteOrganizationToTransferResponsibility",
            Type="BILLING",
            Target={"Type": "ACCOUNT", "Id": stranger.account},
            StartTimestamp=datetime(2026, 12, 1, tzinfo=UTC),
            SourceName="Bills",
        )["Handshake"]
        [transfer] = [resource["Value"] for resource in parameters["Resources"] if resource["Type"] == "RESPONSIBILITY_TRANSFER"]
        stranger.do("organizations", "AcceptHandshake", HandshakeId=parameters["Id"])
        management.do("organizations", "TerminateResponsibilityTransfer", Id=transfer)
        for side in (management, stranger):
            told_of = [record for record in lookup(side) if record["eventName"].startswith("ResponsibilityTransfer")]
            assert [record["eventName"] for record in told_of] == [
                "ResponsibilityTransferTerminated",
                "ResponsibilityTransferAccepted",
            ]
            assert {record["recipientAccountId"] for record in told_of} == {side.account}
            assert {record["serviceEventDetails"]["transferId"] for record in told_of} == {transfer}
        assert lookup(Client(management.app, "444455556666")) == []

    def test_come_when_it_is_time(self, management: Client, member: Client) -> None:
        """The closing of an account is told once it is closed."""
        app = management.app
        management.do("organizations", "CloseAccount", AccountId=member.account)
        [closed] = lookup(management, LookupAttributes=by("EventName", "CloseAccountResult"))
        assert closed["serviceEventDetails"]["closeAccountStatus"]["accountId"] == member.account
        assert app.world.clock.now() == NOW


class TestLookupEvents:
    """LookupEvents itself."""

    def test_pages(self, management: Client) -> None:
        """The newest first, page by page, though calls go on meanwhile."""
        for number in range(7):
            management.call("organizations", "DescribeAccount", AccountId=f"{number:012}")
        wanted = by("EventName", "DescribeAccount")
        seen: list[str] = []
        more: dict[str, str] = {}
        while True:
            page = management.do("cloudtrail", "LookupEvents", LookupAttributes=wanted, MaxResults=2, **more)
            seen += [json.loads(event["CloudTrailEvent"])["requestParameters"]["accountId"] for event in page["Events"]]
            management.call("organizations", "DescribeAccount", AccountId="9" * 12)
            if "NextToken" not in page:
                break
            more = {"NextToken": page["NextToken"]}
        assert seen == [f"{number:012}" for number in reversed(range(7))]

    @pytest.mark.parametrize(
        ("key", "value", "count"),
        [
            ("EventSource", "organizations.amazonaws.com", 2),
            ("ReadOnly", "false", 2),
            ("Username", "root", 1),
            ("AccessKeyId", "111122223333", 1),
            ("EventName", "CreateOrganization", 1),
            ("ResourceName", "anything", 0),
        ],
    )
    def test_by_attribute(self, management: Client, key: str, value: str, count: int) -> None:
        """One attribute chooses."""
        assert len(lookup(management, LookupAttributes=by(key, value))) == count

    def test_by_user_and_resource(self, stranger: Client) -> None:
        """A user is found by his name, whatever he called; what IAM was asked about, by its name and kind."""
        create_user(stranger, name="Bob").expect_error("organizations", "ListRoots")
        [told] = stranger.do("cloudtrail", "LookupEvents", LookupAttributes=by("Username", "Bob"))["Events"]
        assert (told["EventName"], told["Username"], told["Resources"]) == ("ListRoots", "Bob", [])
        for key, value in (("ResourceName", "Bob"), ("ResourceType", "AWS::IAM::User")):
            found = stranger.do("cloudtrail", "LookupEvents", LookupAttributes=by(key, value))["Events"]
            assert [one["EventName"] for one in found] == ["CreateAccessKey", "CreateUser"]
            assert found[0]["Resources"] == [{"ResourceType": "AWS::IAM::User", "ResourceName": "Bob"}]
        assert lookup(stranger, LookupAttributes=by("ResourceName", "Alice")) == []

    def test_by_time(self, management: Client) -> None:
        """A span of time chooses; after 90 days an event is not found any more."""
        clock = management.app.world.clock
        clock.advance(timedelta(days=1))
        assert len(lookup(management, EndTime=NOW)) == 2
        assert lookup(management, EndTime=NOW - timedelta(seconds=2)) == []
        assert {record["eventName"] for record in lookup(management, StartTime=NOW + timedelta(hours=1))} == {"LookupEvents"}
        clock.advance(timedelta(days=90))
        assert {record["eventName"] for record in lookup(management)} <= {"LookupEvents"}

    def test_in_its_region(self, management: Client) -> None:
        """Organizations' events are in us-east-1 alone."""
        elsewhere = Client(management.app, management.account, region="eu-west-1")
        assert lookup(elsewhere) == []

    @pytest.mark.parametrize(
        ("parameters", "code"),
        [
            ({"LookupAttributes": by("EventName", "A") * 2}, "InvalidLookupAttributesException"),
            ({"LookupAttributes": by("Colour", "A")}, "InvalidLookupAttributesException"),
            ({"MaxResults": 51}, "InvalidMaxResultsException"),
            ({"NextToken": "forged"}, "InvalidNextTokenException"),
            ({"EventCategory": "outlook"}, "InvalidEventCategoryException"),
            ({"StartTime": NOW, "EndTime": NOW - timedelta(days=1)}, "InvalidTimeRangeException"),
        ],
    )
    def test_refuses(self, management: Client, parameters: dict[str, Any], code: str) -> None:
        """What is wrong is named as CloudTrail names it."""
        assert management.expect_error("cloudtrail", "LookupEvents", **parameters).code == code

    def test_of_insights(self, management: Client) -> None:
        """There are none."""
        assert lookup(management, EventCategory="insight") == []


class TestControl:
    """`/_emulator/events`."""

    def test_lists_all_accounts(self, management: Client, member: Client) -> None:
        """Every account's calls, the oldest first, chosen by account, name, source and error."""
        member.expect_error("organizations", "ListRoots")
        app = management.app

        def names(query: str = "") -> list[str]:
            reply = app.handle(Request("GET", "/_emulator/events", query, {"host": "localhost"}, b""))
            return [event["eventName"] for event in json.loads(reply.body)["events"]]

        assert names()[:2] == ["CreateOrganization", "CreateAccount"]
        assert "AccountJoinedOrganization" in names()
        assert names(f"account={member.account}") == ["ListRoots"]
        assert names("name=ListRoots&error=AccessDeniedException") == ["ListRoots"]
        assert names("name=ListRoots&error=AccessDenied") == ["ListRoots"]
        assert names("name=ListRoots&error=") == []
        assert names("source=sts.amazonaws.com") == []

    def test_forgets_with_the_world(self, management: Client) -> None:
        """A reset forgets what was called."""
        control_done(management.app, "POST", "/_emulator/reset")
        assert control_result(management.app, "GET", "/_emulator/events")["events"] == []

    def test_refuses(self, app: App) -> None:
        """A filter that is none is told so."""
        reply = app.handle(Request("GET", "/_emulator/events", "colour=red", {"host": "localhost"}, b""))
        assert reply.status == 400
        assert control_refusal(app, "POST", "/_emulator/events")[0] == 405
