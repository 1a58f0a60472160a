"""IAM on the wire: reports on the use of services and on the credentials of an account."""

import csv
import json
from datetime import timedelta
from typing import Any

import pytest

from artifact_state.record import replace
from tests.support.iam_users import create_user
from tests.support.wire_client import Client
from tests.wire.conftest import NOW

SERVICE = "iam"
GENERATE, GET = "GenerateServiceLastAccessedDetails", "GetServiceLastAccessedDetails"
GET_ENTITIES = "GetServiceLastAccessedDetailsWithEntities"
POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["iam:Get*", "s3:*"], "Resource": "*"}}
)


@pytest.fixture
def user(management: Client) -> Client:
    """Return a user, Alice, that may read IAM and use Amazon S3."""
    alice = create_user(management)
    management.do(SERVICE, "PutUserPolicy", UserName="Alice", PolicyName="p", PolicyDocument=POLICY)
    return alice


def arn_of_user(client: Client) -> str:
    """Return the ARN of the user."""
    return f"arn:aws:iam::{client.account}:user/Alice"


class TestServiceReport:
    """GenerateServiceLastAccessedDetails and the operations that return its report."""

    def test_report_has_latest_use(self, management: Client, user: Client) -> None:
        """A report has the latest use of each service and tracked action that policies grant, also a refused one."""
        user.do(SERVICE, "GetUser")
        user.expect_error(SERVICE, "GetRole", RoleName="Nobody")
        job = management.do(SERVICE, GENERATE, Arn=arn_of_user(management), Granularity="ACTION_LEVEL")["JobId"]
        report = management.do(SERVICE, GET, JobId=job)
        assert (report["JobStatus"], report["JobType"]) == ("COMPLETED", "ACTION_LEVEL")
        iam, s3 = report["ServicesLastAccessed"]
        assert (iam["ServiceName"], iam["TotalAuthenticatedEntities"]) == ("AWS Identity and Access Management", 1)
        assert iam["LastAuthenticatedEntity"] == arn_of_user(management)
        used = [action["ActionName"] for action in iam["TrackedActionsLastAccessed"] if "LastAccessedTime" in action]
        assert used == ["GetRole", "GetUser"]
        assert s3 == {"ServiceName": "Amazon S3", "ServiceNamespace": "s3", "TotalAuthenticatedEntities": 0}

    def test_entities_have_their_latest_use(self, management: Client, user: Client) -> None:
        """The entities of a service are the users and roles of the report, each with its latest use."""
        user.do(SERVICE, "GetUser")
        job = management.do(SERVICE, GENERATE, Arn=arn_of_user(management))["JobId"]
        (used,) = management.do(SERVICE, GET_ENTITIES, JobId=job, ServiceNamespace="iam")["EntityDetailsList"]
        assert used["EntityInfo"]["Arn"] == arn_of_user(management)
        assert used["LastAuthenticated"] == NOW.replace(microsecond=0)
        (unused,) = management.do(SERVICE, GET_ENTITIES, JobId=job, ServiceNamespace="s3")["EntityDetailsList"]
        assert unused == {"EntityInfo": used["EntityInfo"]}
        assert management.do(SERVICE, GET_ENTITIES, JobId=job, ServiceNamespace="sqs")["EntityDetailsList"] == []

    @pytest.mark.usefixtures("user")
    def test_marker_of_another_list_is_an_input_error(self, management: Client) -> None:
        """The marker of another report is told from a text that is no marker; so is a service without reports."""
        first, second = (management.do(SERVICE, GENERATE, Arn=arn_of_user(management))["JobId"] for _ in range(2))
        marker = management.do(SERVICE, GET, JobId=first, MaxItems=1)["Marker"]
        rest = management.do(SERVICE, GET, JobId=first, Marker=marker)["ServicesLastAccessed"]
        assert [service["ServiceNamespace"] for service in rest] == ["s3"]
        calls: list[tuple[str, dict[str, Any]]] = [(GET, {}), (GET_ENTITIES, {"ServiceNamespace": "s3"})]
        for operation, parameters in calls:
            error = management.expect_error(SERVICE, operation, JobId=second, Marker=marker, **parameters)
            assert (error.code, error.message) == ("InvalidInput", "The marker passed in the request was invalid.")
            error = management.expect_error(SERVICE, operation, JobId=second, Marker="invalid", **parameters)
            assert (error.code, error.message) == ("ValidationError", "Invalid Marker.")
        error = management.expect_error(SERVICE, GET_ENTITIES, JobId=first, ServiceNamespace="S3")
        assert error.message == "Service namepace S3 is either invalid or unsupported."

    def test_arns_of_other_accounts_and_services_are_refused(self, management: Client) -> None:
        """The refusals of ARNs have AWS's messages."""
        foreign = "arn:aws:iam::999988887777:user/Alice"
        error = management.expect_error(SERVICE, GENERATE, Arn=foreign)
        assert (error.status, error.code) == (403, "AccessDenied")
        root = f"arn:aws:iam::{management.account}:root"
        assert error.message == f"User: {root} is not authorized to perform the operation on {foreign}"
        for arn, message in (
            (arn_of_user(management).replace(":iam:", ":s3:"), "Invalid service in ARN"),
            (arn_of_user(management).replace("arn:aws:", "arn:aws-cn:"), "Invalid ARN partition"),
        ):
            error = management.expect_error(SERVICE, GENERATE, Arn=arn)
            assert (error.code, error.message) == ("ValidationError", message)

    @pytest.mark.usefixtures("user")
    def test_policies_that_grant_a_service_are_listed(self, management: Client) -> None:
        """The policies that grant a service are listed with their owners."""
        reply = management.do(
            SERVICE, "ListPoliciesGrantingServiceAccess", Arn=arn_of_user(management), ServiceNamespaces=["s3", "ec2"]
        )
        own = {"PolicyName": "p", "PolicyType": "INLINE", "EntityType": "USER", "EntityName": "Alice"}
        assert reply["PoliciesGrantingServiceAccess"] == [
            {"ServiceNamespace": "s3", "Policies": [own]},
            {"ServiceNamespace": "ec2", "Policies": []},
        ]


class TestCredentialReport:
    """GenerateCredentialReport and GetCredentialReport."""

    def test_report_is_kept_for_four_hours(self, management: Client) -> None:
        """A report is generated once in four hours, whatever has changed since."""
        world = management.app.world
        world.options = replace(world.options, creation_delay=timedelta(seconds=5))
        description = "No report exists. Starting a new report generation task"
        started = {"State": "STARTED", "Description": description}
        assert management.do(SERVICE, "GenerateCredentialReport") == started
        assert management.do(SERVICE, "GenerateCredentialReport") == {"State": "INPROGRESS"}
        world.clock.advance(timedelta(seconds=5))
        assert management.do(SERVICE, "GenerateCredentialReport") == {"State": "COMPLETE"}
        first = management.do(SERVICE, "GetCredentialReport")
        management.do(SERVICE, "CreateUser", UserName="Bob")
        assert management.do(SERVICE, "GetCredentialReport") == first
        world.clock.advance(timedelta(hours=4))
        assert management.do(SERVICE, "GenerateCredentialReport") == started
        world.clock.advance(timedelta(seconds=5))
        assert b"Bob" in management.do(SERVICE, "GetCredentialReport")["Content"]

    def test_report_agrees_with_the_state(self, management: Client, user: Client) -> None:
        """A row has the state of a user's password and access keys, and the latest use of a key."""
        user.do(SERVICE, "GetUser")
        management.do(SERVICE, "CreateUser", UserName="Bob")
        management.do(SERVICE, "CreateLoginProfile", UserName="Bob", Password="Secret-1234")
        management.do(SERVICE, "GenerateCredentialReport")
        reply = management.do(SERVICE, "GetCredentialReport")
        assert reply["ReportFormat"] == "text/csv"
        root, alice, bob = csv.DictReader(reply["Content"].decode().split("\n"))
        now = NOW.strftime("%Y-%m-%dT%H:%M:%SZ")
        assert (root["user"], root["password_next_rotation"]) == ("<root_account>", "not_supported")
        assert (alice["password_enabled"], alice["password_last_changed"]) == ("false", "N/A")
        assert (alice["access_key_1_active"], alice["access_key_1_last_used_date"]) == ("true", now)
        assert (alice["access_key_1_last_used_service"], alice["access_key_2_active"]) == ("iam", "false")
        assert (bob["password_enabled"], bob["password_last_changed"]) == ("true", now)
