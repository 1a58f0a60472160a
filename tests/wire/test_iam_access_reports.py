"""Organization access reports on the wire: the services that accounts may use, and those that they use."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.support.policy_calls import enable_scps
from tests.support.wire_client import Client
from tests.wire.conftest import NOW

GENERATE, GET = "GenerateOrganizationsAccessReport", "GetOrganizationsAccessReport"
ALL = ["artifact", "cloudtrail", "iam", "organizations", "sts"]


@pytest.fixture
def management(management: Client) -> Client:
    """Return the client of the management account, whose service control policies are enabled."""
    return enable_scps(management)


@pytest.fixture
def path(management: Client) -> str:
    """Return the entity path of the organization's root."""
    organization = management.do("organizations", "DescribeOrganization")["Organization"]["Id"]
    return f"{organization}/{management.do('organizations', 'ListRoots')['Roots'][0]['Id']}"


def report(client: Client, path: str, **parameters: Any) -> dict[str, Any]:
    """Generate a report and return it."""
    job = client.do("iam", GENERATE, EntityPath=path, **parameters)["JobId"]
    return client.do("iam", GET, JobId=job)


def service_names(reply: dict[str, Any]) -> list[str]:
    """Return the names of the services in a report."""
    return [detail["ServiceNamespace"] for detail in reply["AccessDetails"]]


def deny(management: Client, target: str, *services: str) -> str:
    """Attach a service control policy that denies services, and return its id."""
    denied = {"Effect": "Deny", "Action": [f"{service}:*" for service in services], "Resource": "*"}
    created = management.do(
        "organizations", "CreatePolicy", Name="Without", Description="", Type="SERVICE_CONTROL_POLICY",
        Content=json.dumps({"Version": "2012-10-17", "Statement": denied}),
    )  # fmt: skip
    policy_id: str = created["Policy"]["PolicySummary"]["Id"]
    management.do("organizations", "AttachPolicy", PolicyId=policy_id, TargetId=target)
    return policy_id


class TestAccessReports:
    """GenerateOrganizationsAccessReport and GetOrganizationsAccessReport."""

    def test_report_on_root_covers_members(self, management: Client, member: Client, path: str) -> None:
        """A report on the root covers the calls of members, successful or not, but not of the management account."""
        member.call("organizations", "ListRoots")
        result = report(management, path)
        assert (result["JobStatus"], result["JobCreationDate"]) == ("COMPLETED", NOW.replace(microsecond=0))
        assert (result["NumberOfServicesAccessible"], result["NumberOfServicesNotAccessed"]) == (5, 4)
        assert service_names(result) == ALL
        [used] = [detail for detail in result["AccessDetails"] if "LastAuthenticatedTime" in detail]
        assert used == {
            "ServiceName": "AWS Organizations",
            "ServiceNamespace": "organizations",
            "Region": "us-east-1",
            "EntityPath": f"{path}/{member.account}",
            "LastAuthenticatedTime": NOW.replace(microsecond=0),
            "TotalAuthenticatedEntities": 1,
        }

    def test_report_on_account_depends_on_every_level(self, management: Client, member: Client, path: str) -> None:
        """Every level above an account must allow a service; the management account has no such limits."""
        deny(management, member.account, "artifact", "iam")
        assert service_names(report(management, f"{path}/{member.account}/")) == ["cloudtrail", "organizations", "sts"]
        assert service_names(report(management, path)) == ALL
        own = report(management, f"{path}/{management.account}")
        assert service_names(own) == ALL
        [used] = [detail for detail in own["AccessDetails"] if detail["ServiceNamespace"] == "organizations"]
        assert used["TotalAuthenticatedEntities"] == 1

    def test_report_on_policy_covers_its_accounts(self, management: Client, member: Client, path: str) -> None:
        """A report on a policy has the services that it allows, and the calls of the accounts to which it applies."""
        member.call("sts", "GetCallerIdentity")
        policy = deny(management, member.account, "iam")
        assert service_names(report(management, path, OrganizationsPolicyId=policy)) == []
        result = report(management, path, OrganizationsPolicyId="p-FullAWSAccess")
        assert (service_names(result), result["NumberOfServicesNotAccessed"]) == (ALL, 4)

    def test_report_is_paged_and_sorted(self, management: Client, member: Client, path: str) -> None:
        """The services of a report are listed in pages, by name or by the latest call."""
        member.call("sts", "GetCallerIdentity")
        job = management.do("iam", GENERATE, EntityPath=path)["JobId"]
        names: list[str] = []
        marker: dict[str, str] = {}
        while True:
            page = management.do("iam", GET, JobId=job, MaxItems=2, SortKey="SERVICE_NAMESPACE_DESCENDING", **marker)
            names += service_names(page)
            if not page["IsTruncated"]:
                break
            marker = {"Marker": page["Marker"]}
        assert names == ALL[::-1]
        assert (
            service_names(management.do("iam", GET, JobId=job, SortKey="LAST_AUTHENTICATED_TIME_DESCENDING"))[0]
            == "sts"
        )
        assert management.expect_error("iam", GET, JobId=job, Marker="x").code == "ValidationError"

    def test_report_is_in_progress_during_delay(self, management: Client, path: str) -> None:
        """During the delay of a world a report is in progress."""
        world = management.app.world
        world.options = replace(world.options, creation_delay=timedelta(seconds=5))
        job = management.do("iam", GENERATE, EntityPath=path)["JobId"]
        assert management.do("iam", GET, JobId=job)["JobStatus"] == "IN_PROGRESS"
        world.clock.advance(timedelta(seconds=5))
        assert management.do("iam", GET, JobId=job)["JobStatus"] == "COMPLETED"

    @pytest.mark.parametrize(
        ("suffix", "parameters", "reason"),
        [
            ("/ou-abcd-12345678", {}, "The entity path names nothing in the organization."),
            ("/999988887777", {}, "The entity path names nothing in the organization."),
            ("", {"OrganizationsPolicyId": "p-12345678"}, "The service control policy p-12345678 does not exist."),
        ],
    )
    def test_report_on_unknown_entity_fails(
        self, management: Client, path: str, suffix: str, parameters: dict[str, str], reason: str
    ) -> None:
        """A report on an unknown entity or policy fails with a reason."""
        result = report(management, path + suffix, **parameters)
        assert (result["JobStatus"], result["ErrorDetails"]["Message"]) == ("FAILED", reason)

    def test_report_needs_service_control_policies(self, management: Client, path: str) -> None:
        """Without service control policies a report fails."""
        root = path.partition("/")[2]
        management.do("organizations", "DisablePolicyType", RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
        assert report(management, path)["ErrorDetails"]["Message"].startswith("Service control policies are not")

    def test_report_belongs_to_management_account(
        self, management: Client, member: Client, stranger: Client, path: str
    ) -> None:
        """Other accounts cannot generate reports, nor find those of the management account."""
        for client in (member, stranger):
            error = client.expect_error("iam", GENERATE, EntityPath=path)
            assert (error.status, error.code) == (403, "AccessDenied")
        job = management.do("iam", GENERATE, EntityPath=path)["JobId"]
        error = stranger.expect_error("iam", GET, JobId=job)
        assert (error.status, error.code, error.message) == (404, "NoSuchEntity", f"The job {job} cannot be found.")
