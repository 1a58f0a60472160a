"""Access reports of an organization: what its accounts may use by its policies, and what they use."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.support.wire_client import Client
from tests.wire.conftest import NOW

GENERATE, GET = "GenerateOrganizationsAccessReport", "GetOrganizationsAccessReport"
ALL = ["artifact", "cloudtrail", "iam", "organizations", "sts"]


@pytest.fixture
def path(management: Client) -> str:
    """Give the path of the organization's root."""
    organization = management.do("organizations", "DescribeOrganization")["Organization"]["Id"]
    return f"{organization}/{management.do('organizations', 'ListRoots')['Roots'][0]['Id']}"


def report(client: Client, path: str, **parameters: Any) -> dict[str, Any]:
    """Ask for a report, and give it."""
    job = client.do("iam", GENERATE, EntityPath=path, **parameters)["JobId"]
    return client.do("iam", GET, JobId=job)


def names(told: dict[str, Any]) -> list[str]:
    """Name the services of a report."""
    return [detail["ServiceNamespace"] for detail in told["AccessDetails"]]


def deny(management: Client, target: str, *services: str) -> str:
    """Attach a policy that lets nobody use some services; give its id."""
    denied = {"Effect": "Deny", "Action": [f"{service}:*" for service in services], "Resource": "*"}
    made = management.do(
        "organizations", "CreatePolicy", Name="Without", Description="", Type="SERVICE_CONTROL_POLICY",
        Content=json.dumps({"Version": "2012-10-17", "Statement": denied}),
    )  # fmt: skip
    policy: str = made["Policy"]["PolicySummary"]["Id"]
    management.do("organizations", "AttachPolicy", PolicyId=policy, TargetId=target)
    return policy


class TestReports:
    """GenerateOrganizationsAccessReport and GetOrganizationsAccessReport."""

    def test_of_a_root(self, management: Client, member: Client, path: str) -> None:
        """Who tried what is told of members, refused calls among them, and not of the management account."""
        member.call("organizations", "ListRoots")
        told = report(management, path)
        assert (told["JobStatus"], told["JobCreationDate"]) == ("COMPLETED", NOW.replace(microsecond=0))
        assert (told["NumberOfServicesAccessible"], told["NumberOfServicesNotAccessed"]) == (5, 4)
        assert names(told) == ALL
        [used] = [detail for detail in told["AccessDetails"] if "LastAuthenticatedTime" in detail]
        assert used == {
            "ServiceName": "AWS Organizations",
            "ServiceNamespace": "organizations",
            "Region": "us-east-1",
            "EntityPath": f"{path}/{member.account}",
            "LastAuthenticatedTime": NOW.replace(microsecond=0),
            "TotalAuthenticatedEntities": 1,
        }

    def test_of_an_account(self, management: Client, member: Client, path: str) -> None:
        """Every level above an account has to allow a service, and the management account is limited by none."""
        deny(management, member.account, "artifact", "iam")
        assert names(report(management, f"{path}/{member.account}/")) == ["cloudtrail", "organizations", "sts"]
        assert names(report(management, path)) == ALL
        own = report(management, f"{path}/{management.account}")
        assert names(own) == ALL
        [used] = [detail for detail in own["AccessDetails"] if detail["ServiceNamespace"] == "organizations"]
        assert used["TotalAuthenticatedEntities"] == 1

    def test_of_a_policy(self, management: Client, member: Client, path: str) -> None:
        """A policy's report has what it allows itself, and the attempts of the accounts that it applies to."""
        member.call("sts", "GetCallerIdentity")
        policy = deny(management, member.account, "iam")
        assert names(report(management, path, OrganizationsPolicyId=policy)) == []
        told = report(management, path, OrganizationsPolicyId="p-FullAWSAccess")
        assert (names(told), told["NumberOfServicesNotAccessed"]) == (ALL, 4)

    def test_pages_and_orders(self, management: Client, member: Client, path: str) -> None:
        """A report is cut in pages, by name or by the latest attempt."""
        member.call("sts", "GetCallerIdentity")
        job = management.do("iam", GENERATE, EntityPath=path)["JobId"]
        found: list[str] = []
        marker: dict[str, str] = {}
        while True:
            told = management.do("iam", GET, JobId=job, MaxItems=2, SortKey="SERVICE_NAMESPACE_DESCENDING", **marker)
            found += names(told)
            if not told["IsTruncated"]:
                break
            marker = {"Marker": told["Marker"]}
        assert found == ALL[::-1]
        assert names(management.do("iam", GET, JobId=job, SortKey="LAST_AUTHENTICATED_TIME_DESCENDING"))[0] == "sts"
        assert management.expect_error("iam", GET, JobId=job, Marker="x").code == "ValidationError"

    def test_takes_its_time(self, management: Client, path: str) -> None:
        """It is in progress first, where what is begun takes a while."""
        world = management.app.world
        world.options = replace(world.options, creation_delay=timedelta(seconds=5))
        job = management.do("iam", GENERATE, EntityPath=path)["JobId"]
        assert management.do("iam", GET, JobId=job)["JobStatus"] == "IN_PROGRESS"
        world.clock.advance(timedelta(seconds=5))
        assert management.do("iam", GET, JobId=job)["JobStatus"] == "COMPLETED"

    @pytest.mark.parametrize(
        ("below", "parameters", "why"),
        [
            ("/ou-abcd-12345678", {}, "The entity path names nothing in the organization."),
            ("/999988887777", {}, "The entity path names nothing in the organization."),
            ("", {"OrganizationsPolicyId": "p-12345678"}, "The service control policy p-12345678 does not exist."),
        ],
    )
    def test_fail(self, management: Client, path: str, below: str, parameters: dict[str, str], why: str) -> None:
        """A report on what is not there fails, and tells why."""
        told = report(management, path + below, **parameters)
        assert (told["JobStatus"], told["ErrorDetails"]["Message"]) == ("FAILED", why)

    def test_need_service_control_policies(self, management: Client, path: str) -> None:
        """Without service control policies nothing is reported."""
        root = path.partition("/")[2]
        management.do("organizations", "DisablePolicyType", RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
        assert report(management, path)["ErrorDetails"]["Message"].startswith("Service control policies are not")

    def test_are_the_management_accounts(self, management: Client, member: Client, stranger: Client, path: str) -> None:
        """Members and strangers are refused, and find no report of others."""
        for client in (member, stranger):
            error = client.expect_error("iam", GENERATE, EntityPath=path)
            assert (error.status, error.code) == (403, "AccessDenied")
        job = management.do("iam", GENERATE, EntityPath=path)["JobId"]
        error = stranger.expect_error("iam", GET, JobId=job)
        assert (error.status, error.code, error.message) == (404, "NoSuchEntity", f"The job {job} cannot be found.")
