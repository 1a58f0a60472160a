"""Organization access reports on the wire: the services that accounts may use, and those that they use."""

import json
from datetime import timedelta
from typing import Any

import pytest

from artifact_state.record import replace
from tests.support.iam_users import create_user, policy_allowing, policy_document
from tests.support.policy_calls import enable_scps
from tests.support.wire_client import Client
from tests.wire.conftest import NOW

GENERATE, GET = "GenerateOrganizationsAccessReport", "GetOrganizationsAccessReport"
OWN = ["artifact", "cloudtrail", "iam", "organizations", "sts"]
"""The services that the emulator has; a report names all services of AWS."""
READING = ("iam:GenerateOrganizationsAccessReport", "iam:GetOrganizationsAccessReport")
NOT_AUTHORIZED = {
    "Code": "ORGANIZATIONS_REPORT_ACCESS_DENIED",
    "Message": "Requester is not authorized to perform the required AWS Organizations Describe* and List* actions.",
}

NO_ENTITY = {
    "Code": "INVALID_ORGANIZATIONS_ENTITY_PATH",
    "Message": "The entity with the specified path does not exist in your organization.",
}
NO_POLICY = {
    "Code": "INVALID_ORGANIZATIONS_POLICY",
    "Message": "The policy with the specified ID does not exist in your organization.",
}


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
    """Return the namespaces of the services in a report."""
    return [detail["ServiceNamespace"] for detail in reply["AccessDetails"]]


def own_services(client: Client, path: str, **parameters: Any) -> list[str]:
    """Generate a report and return the namespaces in it of services that the emulator has."""
    job = client.do("iam", GENERATE, EntityPath=path, **parameters)["JobId"]
    reply = client.do("iam", GET, JobId=job, MaxItems=1000)
    return [name for name in service_names(reply) if name in OWN]


def create_scp(management: Client, *statements: dict[str, Any]) -> str:
    """Create a service control policy of statements and return its id."""
    content = json.dumps({"Version": "2012-10-17", "Statement": statements})
    members = {
        "Name": f"P{abs(hash(content))}",
        "Description": "",
        "Type": "SERVICE_CONTROL_POLICY",
        "Content": content,
    }
    policy_id: str = management.do("organizations", "CreatePolicy", **members)["Policy"]["PolicySummary"]["Id"]
    return policy_id


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
        accessible = result["NumberOfServicesAccessible"]
        assert accessible > 400
        assert result["NumberOfServicesNotAccessed"] == accessible - 1
        job = management.do("iam", GENERATE, EntityPath=path)["JobId"]
        details = management.do("iam", GET, JobId=job, MaxItems=1000)["AccessDetails"]
        assert len(details) == accessible
        [used] = [detail for detail in details if "LastAuthenticatedTime" in detail]
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
        assert own_services(management, f"{path}/{member.account}") == ["cloudtrail", "organizations", "sts"]
        assert own_services(management, path) == OWN
        assert own_services(management, f"{path}/{management.account}") == OWN

    def test_report_on_policy_covers_its_accounts(self, management: Client, member: Client, path: str) -> None:
        """A report on a policy has the services that it allows, and the calls of the accounts to which it applies."""
        member.call("sts", "GetCallerIdentity")
        policy = deny(management, member.account, "iam")
        assert service_names(report(management, path, OrganizationsPolicyId=policy)) == []
        result = report(management, path, OrganizationsPolicyId="p-FullAWSAccess")
        assert result["NumberOfServicesAccessible"] - result["NumberOfServicesNotAccessed"] == 1

    @pytest.mark.parametrize(
        ("statements", "services"),
        [
            ([("Deny", "iam:*", "*", None)], []),
            ([("Allow", "iam:GetUser", "*", "me")], ["iam"]),
            ([("Allow", "iam:GetUser", "*", None), ("Deny", "iam:*", "*", "me")], ["iam"]),
            ([("Allow", "iam:GetUser", "arn:aws:iam::*:user/a/*", None), ("Deny", "iam:*", "*", None)], []),
            (
                [
                    ("Allow", "iam:GetUser", "arn:aws:iam::*:user/a/*", None),
                    ("Deny", "iam:*", "arn:aws:iam::*:user/a/*", None),
                ],
                [],
            ),
            (
                [
                    ("Allow", "iam:GetUser", "arn:aws:iam::*:user/a/*", None),
                    ("Deny", "iam:*", "arn:aws:iam::*:user/b/*", None),
                ],
                ["iam"],
            ),
            ([("Allow", ["s3:GetObject", "iam:GetUser", "sqs:SendMessage"], "*", None)], ["iam", "s3", "sqs"]),
            ([("Allow", "s3:GetObject", "arn:aws:s3:::bucket", None)], []),
            ([("Allow", "s3:GetObject", "arn:aws:s3:::bucket/*", None)], ["s3"]),
            ([("Allow", "iam:ListUsers", "arn:aws:iam::*:user/a", None)], []),
        ],
    )
    def test_report_on_policy_reads_its_statements(
        self, management: Client, path: str, statements: list[tuple[str, Any, str, str | None]], services: list[str]
    ) -> None:
        """A report on a policy ignores conditions, and regards the resources of actions and unconditional denials."""
        policy = create_scp(
            management,
            *(
                {"Effect": effect, "Action": action, "Resource": resource}
                | ({"Condition": {"StringEquals": {"aws:username": name}}} if name else {})
                for effect, action, resource, name in statements
            ),
        )
        result = report(management, path, OrganizationsPolicyId=policy)
        assert service_names(result) == services
        assert result["NumberOfServicesAccessible"] == result["NumberOfServicesNotAccessed"] == len(services)

    def test_services_are_named_as_in_aws(self, management: Client, path: str) -> None:
        """A service without attempts has a name and no entities; that of IAM has a region too."""
        policy = create_scp(management, {"Effect": "Allow", "Action": ["sqs:*", "iam:GetUser"], "Resource": "*"})
        assert report(management, path, OrganizationsPolicyId=policy)["AccessDetails"] == [
            {
                "ServiceName": "AWS Identity and Access Management",
                "ServiceNamespace": "iam",
                "Region": "us-east-1",
                "TotalAuthenticatedEntities": 0,
            },
            {"ServiceName": "Amazon SQS", "ServiceNamespace": "sqs", "TotalAuthenticatedEntities": 0},
        ]

    def test_report_is_paged_and_sorted(self, management: Client, member: Client, path: str) -> None:
        """The services of a report are listed in pages, by name or by the latest call."""
        member.call("sts", "GetCallerIdentity")
        policy = create_scp(management, {"Effect": "Allow", "Action": [f"{name}:*" for name in OWN], "Resource": "*"})
        management.do("organizations", "AttachPolicy", PolicyId=policy, TargetId=member.account)
        job = management.do("iam", GENERATE, EntityPath=path, OrganizationsPolicyId=policy)["JobId"]
        names: list[str] = []
        marker: dict[str, str] = {}
        while True:
            page = management.do("iam", GET, JobId=job, MaxItems=2, SortKey="SERVICE_NAMESPACE_DESCENDING", **marker)
            names += service_names(page)
            if not page["IsTruncated"]:
                break
            marker = {"Marker": page["Marker"]}
        assert names == OWN[::-1]
        assert (
            service_names(management.do("iam", GET, JobId=job, SortKey="LAST_AUTHENTICATED_TIME_DESCENDING"))[0]
            == "sts"
        )
        error = management.expect_error("iam", GET, JobId=job, Marker="x")
        assert (error.code, error.message) == ("ValidationError", "Invalid Marker.")

    def test_question_is_answered_by_the_same_report_for_a_minute(self, management: Client, path: str) -> None:
        """The same question of the same caller gets the same report for 60 seconds; another question another one."""

        def job(client: Client = management, **parameters: Any) -> str:
            job_id: str = client.do("iam", GENERATE, EntityPath=path, **parameters)["JobId"]
            return job_id

        first = job()
        other = create_user(management, policy_allowing(*READING), name="Other")
        assert len({first, job(OrganizationsPolicyId="p-FullAWSAccess"), job(other)}) == 3
        management.app.world.clock.advance(timedelta(seconds=59))
        assert job() == first
        management.app.world.clock.advance(timedelta(seconds=1))
        assert job() != first

    @pytest.mark.parametrize(
        ("denied", "with_policy", "without"),
        [
            ("organizations:Nothing", True, True),
            ("organizations:ListChildren", True, False),
            ("organizations:ListTargetsForPolicy", False, True),
            ("organizations:ListParents", False, False),
            ("organizations:DescribePolicy", False, False),
            ("organizations:ListPoliciesForTarget", False, False),
            ("organizations:ListRoots", False, False),
            ("organizations:*", False, False),
        ],
    )
    def test_requester_must_be_allowed_to_read_the_organization(
        self, management: Client, path: str, denied: str, *, with_policy: bool, without: bool
    ) -> None:
        """A report fails if its requester may not read what the report needs of the organization."""
        root = path.partition("/")[2]
        unit = management.do("organizations", "CreateOrganizationalUnit", ParentId=root, Name="U")
        document = policy_document(
            {
                "Effect": "Allow",
                "Action": [*READING, "organizations:Describe*", "organizations:List*"],
                "Resource": "*",
            },
            {"Effect": "Deny", "Action": denied, "Resource": "*"},
        )
        user = create_user(management, document)
        entity = f"{path}/{unit['OrganizationalUnit']['Id']}"
        for parameters, completes in (({"OrganizationsPolicyId": "p-FullAWSAccess"}, with_policy), ({}, without)):
            result = report(user, entity, **parameters)
            assert result["JobStatus"] == ("COMPLETED" if completes else "FAILED")
            assert result.get("ErrorDetails") == (None if completes else NOT_AUTHORIZED)

    def test_report_on_root_or_management_account_needs_less(self, management: Client, path: str) -> None:
        """A report on the root needs no parents, and one on a policy of the management account no targets."""
        reading = {"Effect": "Allow", "Action": [*READING, "organizations:List*", "organizations:Describe*"]}
        for number, (denied, entity, parameters) in enumerate(
            (
                ("ListParents", path, {}),
                (
                    "ListTargetsForPolicy",
                    f"{path}/{management.account}",
                    {"OrganizationsPolicyId": "p-FullAWSAccess"},
                ),
            )
        ):
            deny_one = {"Effect": "Deny", "Action": f"organizations:{denied}", "Resource": "*"}
            user = create_user(management, policy_document(reading | {"Resource": "*"}, deny_one), name=f"U{number}")
            assert report(user, entity, **parameters)["JobStatus"] == "COMPLETED"

    def test_report_is_in_progress_during_delay(self, management: Client, path: str) -> None:
        """During the delay of a world a report is in progress."""
        world = management.app.world
        world.options = replace(world.options, creation_delay=timedelta(seconds=5))
        job = management.do("iam", GENERATE, EntityPath=path)["JobId"]
        assert management.do("iam", GET, JobId=job)["JobStatus"] == "IN_PROGRESS"
        world.clock.advance(timedelta(seconds=5))
        assert management.do("iam", GET, JobId=job)["JobStatus"] == "COMPLETED"

    @pytest.mark.parametrize(
        ("suffix", "parameters", "details"),
        [
            ("/ou-abcd-12345678", {}, NO_ENTITY),
            ("/999988887777", {}, NO_ENTITY),
            ("/", {}, NO_ENTITY),
            ("", {"OrganizationsPolicyId": "p-12345678"}, NO_POLICY),
        ],
    )
    def test_report_on_unknown_entity_fails(
        self, management: Client, path: str, suffix: str, parameters: dict[str, str], details: dict[str, str]
    ) -> None:
        """A report on an unknown entity or policy fails with AWS's code."""
        result = report(management, path + suffix, **parameters)
        assert (result["JobStatus"], result["ErrorDetails"]) == ("FAILED", details)
        assert "NumberOfServicesAccessible" not in result

    def test_path_of_another_organization_is_refused(self, management: Client, path: str) -> None:
        """A path that names another organization is refused at once."""
        error = management.expect_error("iam", GENERATE, EntityPath=f"o-zzzzzzzzzz/{path.partition('/')[2]}")
        assert (error.status, error.code) == (403, "AccessDenied")
        assert error.message == (
            "The organization ID in the specified entity path is different than your organization ID."
        )

    def test_report_needs_service_control_policies(self, management: Client, path: str) -> None:
        """Without service control policies a report fails."""
        root = path.partition("/")[2]
        management.do("organizations", "DisablePolicyType", RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
        assert report(management, path)["ErrorDetails"]["Code"] == "SERVICE_CONTROL_POLICIES_NOT_ENABLED"

    def test_report_belongs_to_its_requester(
        self, management: Client, member: Client, stranger: Client, path: str
    ) -> None:
        """Other accounts cannot generate reports, and other principals cannot find them."""
        for client in (member, stranger):
            error = client.expect_error("iam", GENERATE, EntityPath=path)
            assert (error.status, error.code) == (403, "AccessDenied")
        job = management.do("iam", GENERATE, EntityPath=path)["JobId"]
        for client in (stranger, create_user(management, policy_allowing(*READING))):
            error = client.expect_error("iam", GET, JobId=job)
            assert (error.status, error.code, error.message) == (404, "NoSuchEntity", f"Job {job} does not exist.")
