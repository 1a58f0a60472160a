"""CloudTrail on the wire: records of calls, service events, and their lookup."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from artifact_emulator.app import App
from artifact_emulator.http import Request
from artifact_state import catalog
from artifact_state.record import replace
from tests.support.control_api import control_done, control_refusal, control_result
from tests.support.iam_users import client_with_session, create_user
from tests.support.identities import ADMINISTRATOR_ACCESS
from tests.support.wire_client import Client
from tests.wire.conftest import NOW


def lookup(client: Client, **parameters: Any) -> list[dict[str, Any]]:
    """Return the CloudTrail records that a lookup finds, newest first."""
    events = client.do("cloudtrail", "LookupEvents", **parameters)["Events"]
    return [json.loads(event["CloudTrailEvent"]) for event in events]


def service_events(client: Client) -> list[dict[str, Any]]:
    """Return the records of service events in an account, newest first."""
    return [record for record in lookup(client) if record["eventType"] == "AwsServiceEvent"]


def attribute(key: str, value: str) -> list[dict[str, str]]:
    """Return a list with one lookup attribute."""
    return [{"AttributeKey": key, "AttributeValue": value}]


def trust_policy(client: Client) -> str:
    """Return a policy that lets the client's account assume a role, with a source identity."""
    actions = ["sts:AssumeRole", "sts:SetSourceIdentity"]
    statement = {"Effect": "Allow", "Principal": {"AWS": client.account}, "Action": actions}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


class TestRecords:
    """Records of calls."""

    def test_successful_call_has_recorded_members(self, management: Client) -> None:
        """The record of a call has AWS's members, with parameters and reply elements in CloudTrail's spelling."""
        request = management.request(
            "organizations", "EnableAWSServiceAccess", ServicePrincipal="artifact.amazonaws.com"
        )
        reply = management.app.handle(request)
        [record] = lookup(management, LookupAttributes=attribute("EventName", "EnableAWSServiceAccess"))
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

    def test_refused_call_has_error(self, member: Client) -> None:
        """The record of a refused call has its error, in the caller's account."""
        member.expect_error("organizations", "EnableAWSServiceAccess", ServicePrincipal="artifact.amazonaws.com")
        [record] = lookup(member)
        assert record["errorCode"] == "AccessDenied"
        assert record["errorMessage"].endswith(
            "because no resource-based policy allows the organizations:EnableAWSServiceAccess action"
        )
        assert record["responseElements"] is None

    def test_denied_call_of_artifact_has_no_parameters(self, stranger: Client) -> None:
        """The records of denied calls have parameters, except those of AWS Artifact."""
        alice = create_user(stranger)
        alice.expect_error("artifact", "GetReportMetadata", reportId="report-f1DIWBmGa2Lhsadg")
        alice.expect_error("organizations", "DescribeAccount", AccountId="111122223333")
        [artifact] = lookup(stranger, LookupAttributes=attribute("EventName", "GetReportMetadata"))
        [organizations] = lookup(stranger, LookupAttributes=attribute("EventName", "DescribeAccount"))
        assert artifact["errorCode"] == organizations["errorCode"] == "AccessDenied"
        assert artifact["errorMessage"].startswith(
            f"User: arn:aws:iam::{stranger.account}:user/Alice is not authorized"
        )
        assert artifact["requestParameters"] is None
        assert organizations["requestParameters"] == {"accountId": "111122223333"}

    def test_call_with_invalid_input_has_record(self, management: Client) -> None:
        """A call whose input breaks its shape has a record."""
        management.expect_error("organizations", "DescribeAccount", AccountId="me")
        [record] = lookup(management, LookupAttributes=attribute("EventName", "DescribeAccount"))
        assert (record["errorCode"], record["requestParameters"]) == ("InvalidInputException", {"accountId": "me"})

    def test_personal_data_and_secrets_are_hidden(self, management: Client, member: Client) -> None:
        """E-mail addresses and account names are masked, and secret keys are omitted."""
        [created] = lookup(management, LookupAttributes=attribute("EventName", "CreateAccount"))
        assert created["requestParameters"] == {"accountName": "****", "email": "****"}
        assert created["responseElements"]["createAccountStatus"]["requestedTimestamp"] == "Nov 23, 2026, 12:00:05 PM"
        role = f"arn:aws:iam::{member.account}:role/OrganizationAccountAccessRole"
        management.do("sts", "AssumeRole", RoleArn=role, RoleSessionName="me")
        [assumed] = lookup(management, LookupAttributes=attribute("EventName", "AssumeRole"))
        assert assumed["responseElements"]["credentials"].keys() == {"accessKeyId", "expiration", "sessionToken"}

    def test_record_of_session_tells_of_credentials(self, stranger: Client) -> None:
        """Records of session credentials have their time, MFA, source identity, and the role with its path."""
        user = create_user(stranger, ADMINISTRATOR_ACCESS)
        session = client_with_session(user, user.do("sts", "GetSessionToken")["Credentials"])
        document = trust_policy(stranger)
        role = stranger.do("iam", "CreateRole", Path="/a/b/", RoleName="R", AssumeRolePolicyDocument=document)["Role"]
        assumed = user.do("sts", "AssumeRole", RoleArn=role["Arn"], RoleSessionName="session", SourceIdentity="Bob")
        attributes = {"creationDate": "2026-11-23T12:00:05Z", "mfaAuthenticated": "false"}
        issuer = {"type": "Role", "principalId": role["RoleId"], "arn": role["Arn"], "accountId": stranger.account}
        contexts: list[dict[str, Any] | None] = [
            None,
            {"attributes": attributes},
            {"sessionIssuer": {**issuer, "userName": "R"}, "attributes": attributes, "sourceIdentity": "Bob"},
        ]
        for client in (user, session, client_with_session(user, assumed["Credentials"])):
            client.do("sts", "GetCallerIdentity")
        records = lookup(stranger, LookupAttributes=attribute("EventName", "GetCallerIdentity"))
        assert [record["userIdentity"].get("sessionContext") for record in reversed(records)] == contexts

    def test_event_of_assumed_role_names_role_session_and_key(self, stranger: Client) -> None:
        """The event of an assumed role names the new access key, the session and the role; its time has no fraction."""
        user = create_user(stranger, ADMINISTRATOR_ACCESS)
        arn = f"arn:aws:iam::{stranger.account}:role/R"
        stranger.do("iam", "CreateRole", RoleName="R", AssumeRolePolicyDocument=trust_policy(stranger))
        stranger.app.world.clock.advance(timedelta(milliseconds=1200))
        assumed = user.do("sts", "AssumeRole", RoleArn=arn, RoleSessionName="session")
        attributes = attribute("ResourceName", assumed["Credentials"]["AccessKeyId"])
        [event] = stranger.do("cloudtrail", "LookupEvents", LookupAttributes=attributes)["Events"]
        assert {(resource["ResourceType"], resource["ResourceName"]) for resource in event["Resources"]} == {
            ("AWS::IAM::AccessKey", assumed["Credentials"]["AccessKeyId"]),
            ("AWS::STS::AssumedRole", "session"),
            ("AWS::STS::AssumedRole", assumed["AssumedRoleUser"]["AssumedRoleId"]),
            ("AWS::STS::AssumedRole", assumed["AssumedRoleUser"]["Arn"]),
            ("AWS::IAM::Role", arn),
        }
        record = json.loads(event["CloudTrailEvent"])
        assert record["resources"] == [{"accountId": stranger.account, "type": "AWS::IAM::Role", "ARN": arn}]
        assert event["EventTime"].microsecond == 0
        assert len(lookup(stranger, LookupAttributes=attributes, EndTime=event["EventTime"])) == 1

    def test_both_accounts_have_record_of_assumed_role(self, management: Client, member: Client) -> None:
        """If a role of another account is assumed, both accounts have a record with a shared id."""
        role = f"arn:aws:iam::{member.account}:role/OrganizationAccountAccessRole"
        management.do("sts", "AssumeRole", RoleArn=role, RoleSessionName="me")
        [own], [other] = (
            lookup(client, LookupAttributes=attribute("EventName", "AssumeRole")) for client in (management, member)
        )
        assert own["sharedEventID"] == other["sharedEventID"]
        assert own["eventID"] != other["eventID"]
        assert (own["recipientAccountId"], other["recipientAccountId"]) == (management.account, member.account)

    def test_unsigned_call_has_no_record(self, app: App, stranger: Client) -> None:
        """An unsigned call has no record."""
        request = stranger.request("organizations", "ListHandshakesForAccount")
        headers = {name: value for name, value in request.headers.items() if name != "authorization"}
        app.handle(Request(request.method, request.path, request.query, headers, request.body))
        assert lookup(stranger) == []


class TestServiceEvents:
    """Service events of AWS Organizations."""

    def test_management_account_has_events_of_accounts(self, management: Client, member: Client) -> None:
        """The management account has the events of created, joined and departed accounts."""
        management.do("organizations", "RemoveAccountFromOrganization", AccountId=member.account)
        records = service_events(management)
        assert sorted(record["eventName"] for record in records) == [
            "AccountDepartedOrganization",
            "AccountJoinedOrganization",
            "AccountJoinedOrganization",
            "CreateAccountResult",
        ]
        details = {record["eventName"]: record["serviceEventDetails"] for record in records}
        departed, created = details["AccountDepartedOrganization"], details["CreateAccountResult"]
        assert departed["departureMethod"] == "REMOVED"
        assert created["createAccountStatus"]["accountId"] == member.account
        assert service_events(member) == []

    def test_events_stay_after_organization_is_deleted(self, management: Client, member: Client) -> None:
        """The events stay after the organization is deleted, which adds the management account's departure."""
        management.do("organizations", "RemoveAccountFromOrganization", AccountId=member.account)
        before = service_events(management)
        management.do("organizations", "DeleteOrganization")
        after = service_events(management)
        [departed] = [record for record in after if record not in before]
        assert [record for record in after if record in before] == before
        assert departed["eventName"] == "AccountDepartedOrganization"
        assert departed["serviceEventDetails"]["accountId"] == management.account
        assert departed["serviceEventDetails"]["departureMethod"] == "LEFT"
        methods = {
            record["serviceEventDetails"]["accountId"]: record["serviceEventDetails"]["joinedMethod"]
            for record in after
            if record["eventName"] == "AccountJoinedOrganization"
        }
        assert methods == {management.account: "INVITED", member.account: "Created"}

    def test_failed_creation_has_reason(self, management: Client) -> None:
        """The event of a failed account creation has the reason."""
        for _ in range(2):
            management.do("organizations", "CreateAccount", AccountName="A", Email="a@example.com")
        results = lookup(management, LookupAttributes=attribute("EventName", "CreateAccountResult"))
        statuses = [result["serviceEventDetails"]["createAccountStatus"] for result in results]
        assert sorted(status["state"] for status in statuses) == ["FAILED", "SUCCEEDED"]
        assert [status["failureReason"] for status in statuses if "failureReason" in status] == ["EMAIL_ALREADY_EXISTS"]

    def test_both_management_accounts_have_events_of_move(self, management: Client, stranger: Client) -> None:
        """The move of an account has events in both management accounts, and in no other account."""
        stranger.do("organizations", "CreateOrganization")
        guest = Client(management.app, "444455556666")

        def invite(host: Client) -> None:
            target = {"Id": guest.account, "Type": "ACCOUNT"}
            invitation = host.do("organizations", "InviteAccountToOrganization", Target=target)
            guest.do("organizations", "AcceptHandshake", HandshakeId=invitation["Handshake"]["Id"])

        invite(management)
        invite(stranger)

        def names(client: Client) -> list[str]:
            records = [
                record
                for record in service_events(client)
                if record["serviceEventDetails"]["accountId"] == guest.account
            ]
            assert all(record["recipientAccountId"] == client.account for record in records)
            return sorted(record["eventName"] for record in records)

        assert names(management) == ["AccountDepartedOrganization", "AccountJoinedOrganization"]
        assert names(stranger) == ["AccountJoinedOrganization"]
        assert names(guest) == []

    def test_both_sides_have_events_of_transfer(self, management: Client, stranger: Client) -> None:
        """An accepted and terminated transfer has events on both sides, and in no other account."""
        stranger.do("organizations", "CreateOrganization")
        world = management.app.world
        world.options = replace(world.options, quotas=replace(catalog.quotas(), inbound_transfers=1))
        handshake = management.do(
            "organizations",
            "InviteOrganizationToTransferResponsibility",
            Type="BILLING",
            Target={"Type": "ACCOUNT", "Id": stranger.account},
            StartTimestamp=datetime(2026, 12, 1, tzinfo=UTC),
            SourceName="Bills",
        )["Handshake"]
        [transfer] = [
            resource["Value"] for resource in handshake["Resources"] if resource["Type"] == "RESPONSIBILITY_TRANSFER"
        ]
        stranger.do("organizations", "AcceptHandshake", HandshakeId=handshake["Id"])
        management.do("organizations", "TerminateResponsibilityTransfer", Id=transfer)
        for side in (management, stranger):
            records = [record for record in lookup(side) if record["eventName"].startswith("ResponsibilityTransfer")]
            assert [record["eventName"] for record in records] == [
                "ResponsibilityTransferTerminated",
                "ResponsibilityTransferAccepted",
            ]
            assert {record["recipientAccountId"] for record in records} == {side.account}
            assert {record["serviceEventDetails"]["transferId"] for record in records} == {transfer}
        assert lookup(Client(management.app, "444455556666")) == []

    def test_closed_account_has_event(self, management: Client, member: Client) -> None:
        """The closure of an account has an event."""
        app = management.app
        management.do("organizations", "CloseAccount", AccountId=member.account)
        [closed] = lookup(management, LookupAttributes=attribute("EventName", "CloseAccountResult"))
        assert closed["serviceEventDetails"]["closeAccountStatus"]["accountId"] == member.account
        assert app.world.clock.now() == NOW


class TestLookupEvents:
    """LookupEvents."""

    def test_pages_are_stable_while_calls_go_on(self, management: Client) -> None:
        """The pages contain the newest events first, regardless of calls between them."""
        for number in range(7):
            management.call("organizations", "DescribeAccount", AccountId=f"{number:012}")
        attributes = attribute("EventName", "DescribeAccount")
        account_ids: list[str] = []
        more: dict[str, str] = {}
        while True:
            page = management.do("cloudtrail", "LookupEvents", LookupAttributes=attributes, MaxResults=2, **more)
            account_ids += [
                json.loads(event["CloudTrailEvent"])["requestParameters"]["accountId"] for event in page["Events"]
            ]
            management.call("organizations", "DescribeAccount", AccountId="9" * 12)
            if "NextToken" not in page:
                break
            more = {"NextToken": page["NextToken"]}
        assert account_ids == [f"{number:012}" for number in reversed(range(7))]

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
    def test_lookup_attribute_selects_events(self, management: Client, key: str, value: str, count: int) -> None:
        """A lookup attribute selects events."""
        assert len(lookup(management, LookupAttributes=attribute(key, value))) == count

    def test_user_and_resource_select_events(self, stranger: Client) -> None:
        """Events are found by user name, and those of IAM by the name and type of their resources."""
        create_user(stranger, name="Bob").expect_error("organizations", "ListRoots")
        [event] = stranger.do("cloudtrail", "LookupEvents", LookupAttributes=attribute("Username", "Bob"))["Events"]
        assert (event["EventName"], event["Username"], event["Resources"]) == ("ListRoots", "Bob", [])
        for key, value in (("ResourceName", "Bob"), ("ResourceType", "AWS::IAM::User")):
            events = stranger.do("cloudtrail", "LookupEvents", LookupAttributes=attribute(key, value))["Events"]
            assert [event["EventName"] for event in events] == ["CreateAccessKey", "CreateUser"]
            assert [resource["ResourceType"] for resource in events[0]["Resources"]] == [
                "AWS::IAM::User",
                "AWS::IAM::AccessKey",
            ]
            assert {resource["ResourceType"] for resource in events[1]["Resources"]} == {"AWS::IAM::User"}
            arn = f"arn:aws:iam::{stranger.account}:user/Bob"
            assert [resource["ResourceName"] for resource in events[1]["Resources"]][:2] == ["Bob", arn]
            assert events[1]["Resources"][2]["ResourceName"].startswith("AIDA")
        assert lookup(stranger, LookupAttributes=attribute("ResourceName", "Alice")) == []

    def test_reads_of_iam_name_no_resources(self, stranger: Client) -> None:
        """Reads of IAM name no resources, refused ones neither; the error code is the name of the error's shape."""
        stranger.expect_error("iam", "GetUser", UserName="Bob")
        attributes = attribute("EventName", "GetUser")
        [event] = stranger.do("cloudtrail", "LookupEvents", LookupAttributes=attributes)["Events"]
        assert event["Resources"] == []
        assert json.loads(event["CloudTrailEvent"])["errorCode"] == "NoSuchEntityException"

    @pytest.mark.parametrize("value", ["True", "yes", "TRUE"])
    def test_read_only_is_true_or_false(self, stranger: Client, value: str) -> None:
        """The lookup attribute ReadOnly is true or false, in lower case."""
        error = stranger.expect_error("cloudtrail", "LookupEvents", LookupAttributes=attribute("ReadOnly", value))
        assert (error.status, error.code) == (400, "InvalidLookupAttributesException")

    def test_time_range_selects_events_of_90_days(self, management: Client) -> None:
        """A time range selects events; after 90 days they are not found."""
        clock = management.app.world.clock
        clock.advance(timedelta(days=1))
        assert len(lookup(management, EndTime=NOW)) == 2
        assert lookup(management, EndTime=NOW - timedelta(seconds=2)) == []
        assert {record["eventName"] for record in lookup(management, StartTime=NOW + timedelta(hours=1))} == {
            "LookupEvents"
        }
        clock.advance(timedelta(days=90))
        assert {record["eventName"] for record in lookup(management)} <= {"LookupEvents"}

    def test_global_events_are_in_one_region(self, management: Client) -> None:
        """The events of Organizations are in us-east-1 only."""
        client = Client(management.app, management.account, region="eu-west-1")
        assert lookup(client) == []

    @pytest.mark.parametrize(
        ("parameters", "code"),
        [
            ({"LookupAttributes": attribute("EventName", "A") * 2}, "InvalidLookupAttributesException"),
            ({"LookupAttributes": attribute("Colour", "A")}, "InvalidLookupAttributesException"),
            ({"MaxResults": 51}, "InvalidMaxResultsException"),
            ({"NextToken": "forged"}, "InvalidNextTokenException"),
            ({"EventCategory": "outlook"}, "InvalidEventCategoryException"),
            ({"StartTime": NOW, "EndTime": NOW - timedelta(days=1)}, "InvalidTimeRangeException"),
        ],
    )
    def test_invalid_input_has_own_error(self, management: Client, parameters: dict[str, Any], code: str) -> None:
        """Each kind of invalid input has its own error."""
        assert management.expect_error("cloudtrail", "LookupEvents", **parameters).code == code

    def test_insight_events_are_empty(self, management: Client) -> None:
        """The emulator has no insight events."""
        assert lookup(management, EventCategory="insight") == []


class TestControlApi:
    """`/_emulator/events`."""

    def test_events_of_all_accounts_are_filtered(self, management: Client, member: Client) -> None:
        """The events of all accounts are listed oldest first, by account, name, source and error."""
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

    def test_reset_clears_events(self, management: Client) -> None:
        """A reset of the world clears its events."""
        control_done(management.app, "POST", "/_emulator/reset")
        assert control_result(management.app, "GET", "/_emulator/events")["events"] == []

    def test_unknown_filter_is_refused(self, app: App) -> None:
        """An unknown filter and another method are refused."""
        reply = app.handle(Request("GET", "/_emulator/events", "colour=red", {"host": "localhost"}, b""))
        assert reply.status == 400
        assert control_refusal(app, "POST", "/_emulator/events")[0] == 405
