import json
import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from artifact_state import arns, catalog, name_index
from artifact_state.catalog import ManagedPolicy, aws_policies
from tests.support.aws_shapes import violations

ACCOUNT_SYNC = "aws-artifact-account-sync.amazonaws.com"
POLICIES = catalog.managed_policies()


def wire_form(policy: ManagedPolicy) -> dict[str, Any]:
    """Return a policy as IAM returns it."""
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.policy_id,
        "Arn": arns.managed_policy("aws", policy.path, policy.name),
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "Description": policy.description,
        "CreateDate": policy.created_at,
        "UpdateDate": policy.updated_at,
    }


def versions_by_policy() -> dict[str, list[dict[str, Any]]]:
    """Return the versions of each policy as the file of the documents has them."""
    file = Path(catalog.__file__).with_name("managed_policy_documents.jsonl")
    entries = map(json.loads, file.read_text("utf-8").splitlines())
    return {entry["policy"]: entry["versions"] for entry in entries}


def document_of(name: str) -> str:
    """Return the document of a policy that the catalog must have."""
    policy = catalog.managed_policy(name)
    assert policy is not None
    return policy.document


def statements_with(name: str, action: str) -> list[dict[str, Any]]:
    """Return the statements of a policy that name an action literally."""
    return [statement for statement in json.loads(document_of(name))["Statement"] if action in statement["Action"]]


class TestRecords:
    """The records of AWS managed policies."""

    def test_policies_are_valid_in_iam(self) -> None:
        """The policies are valid under IAM's model."""
        found = {policy.name: violations("iam", "Policy", wire_form(policy)) for policy in POLICIES}
        assert {name: texts for name, texts in found.items() if texts} == {}

    def test_versions_and_dates_are_in_order(self) -> None:
        """The newest known version of a policy is its default version, and was created when the policy was changed."""
        versions = versions_by_policy()
        assert list(versions) == [policy.name for policy in POLICIES]
        for policy in POLICIES:
            newest, *older = versions[policy.name]
            assert newest["id"] == policy.default_version_id
            dates = [datetime.fromisoformat(version["created"]) for version in (newest, *older)]
            assert dates[0] == policy.updated_at
            assert policy.created_at <= dates[-1]
            assert dates == sorted(set(dates), reverse=True)

    def test_documents_have_statements_of_the_current_language(self) -> None:
        """Every version of a policy has the current language version, and statements that allow or deny actions."""
        for version in (version for versions in versions_by_policy().values() for version in versions):
            document = version["document"]
            assert document["Version"] == "2012-10-17"
            statements = document["Statement"]
            for statement in statements if isinstance(statements, list) else [statements]:
                assert statement["Effect"] in {"Allow", "Deny"}
                assert {"Action", "NotAction"} & statement.keys()
                assert {"Resource", "NotResource"} & statement.keys()

    def test_policies_are_sorted_by_name(self) -> None:
        """The policies are in the order in which lists have them, so that no call has to sort them."""
        assert list(POLICIES) == sorted(POLICIES, key=lambda policy: name_index.key_of(policy.name))

    def test_catalog_has_all_policies_of_aws(self) -> None:
        """The catalog has the policies of AWS by path: none of those that AWS published is left out."""
        paths = Counter(policy.path for policy in POLICIES)
        assert paths == {
            "/": 975,
            "/aws-service-role/": 361,
            "/service-role/": 226,
            "/job-function/": 15,
            "/root-task/": 5,
        }

    def test_ids_have_the_form_of_their_time(self) -> None:
        """Ids of policies that AWS made since April 2019 have another prefix than older ones."""
        for policy in POLICIES:
            assert re.fullmatch("ANPA[A-Z2-7]{17}", policy.policy_id)
            assert policy.policy_id.startswith("ANPAZKAPJZG4") == (policy.created_at.date() >= date(2019, 4, 4))

    def test_ids_and_names_are_unique(self) -> None:
        """No two policies share an id or a name."""
        ids, names = {policy.policy_id for policy in POLICIES}, {policy.name for policy in POLICIES}
        assert len(ids) == len(names) == len(POLICIES)

    @pytest.mark.parametrize(
        ("name", "version"),
        [
            ("AWSArtifactAccountSync", "v1"),
            ("AWSArtifactAgreementsFullAccess", "v6"),
            ("AWSArtifactAgreementsReadOnlyAccess", "v3"),
            ("AWSArtifactComplianceInquiriesReadOnlyAccess", "v1"),
            ("AWSArtifactReportsReadOnlyAccess", "v7"),
            ("AWSOrganizationsFullAccess", "v9"),
            ("AWSOrganizationsReadOnlyAccess", "v6"),
            ("AWSOrganizationsServiceTrustPolicy", "v3"),
            ("AdministratorAccess", "v1"),
        ],
    )
    def test_default_version_is_the_one_that_aws_published(self, name: str, version: str) -> None:
        """The policies of AWS Artifact and AWS Organizations have the versions that AWS had at the file's date."""
        policy = catalog.managed_policy(name)
        assert policy is not None
        assert policy.default_version_id == version


class TestLookup:
    """Looking a policy up by the end of its ARN."""

    def test_documents_are_read_one_by_one(self) -> None:
        """A document is read when it is asked for, and not with the policy or with a list of policies."""
        aws_policies._versions.cache_clear()
        for policy in catalog.managed_policies():
            assert policy.description is not None
        assert aws_policies._versions.cache_info().misses == 0
        assert '"Action":"*"' in document_of("AdministratorAccess")
        assert aws_policies._versions.cache_info().misses == 1

    @pytest.mark.parametrize(
        "tail",
        [
            "AWSArtifactServiceRolePolicy",
            "aws-service-role/AWSArtifactServiceRolePolicy",
            "/aws-service-role/AWSArtifactServiceRolePolicy",
        ],
    )
    def test_policy_is_found_by_name_or_path_and_name(self, tail: str) -> None:
        """A policy is found by its name, and by its path and name as at the end of its ARN."""
        policy = catalog.managed_policy(tail)
        assert policy is not None
        assert policy.name == "AWSArtifactServiceRolePolicy"

    @pytest.mark.parametrize("tail", ["", "Nonsense", "service-role/AdministratorAccess", "awsartifactaccountsync"])
    def test_policy_is_not_found_by_another_name_case_or_path(self, tail: str) -> None:
        """A policy is not found by another name, case or path than its own."""
        assert catalog.managed_policy(tail) is None


class TestDocuments:
    """The documents of the policies of AWS Artifact, and of AdministratorAccess."""

    def test_service_role_policy_reads_the_organization_only(self) -> None:
        """AWSArtifactServiceRolePolicy allows AWS Artifact to read the organization, and nothing else."""
        assert json.loads(document_of("AWSArtifactServiceRolePolicy"))["Statement"] == [
            {
                "Effect": "Allow",
                "Action": [
                    "organizations:ListAccounts",
                    "organizations:DescribeOrganization",
                    "organizations:DescribeAccount",
                    "organizations:ListAWSServiceAccessForOrganization",
                ],
                "Resource": "*",
            }
        ]

    def test_agreements_full_access_enables_account_sync(self) -> None:
        """AWSArtifactAgreementsFullAccess allows trusted access for the second principal of AWS Artifact only."""
        (statement,) = statements_with("AWSArtifactAgreementsFullAccess", "organizations:EnableAWSServiceAccess")
        assert statement["Condition"] == {"StringEquals": {"organizations:ServicePrincipal": [ACCOUNT_SYNC]}}

    def test_agreements_full_access_creates_the_linked_role(self) -> None:
        """AWSArtifactAgreementsFullAccess allows the creation of the service-linked role that the catalog has."""
        (statement,) = statements_with("AWSArtifactAgreementsFullAccess", "iam:CreateServiceLinkedRole")
        role = catalog.linked_role_of(statement["Condition"]["StringEquals"]["iam:AWSServiceName"][0])
        assert role is not None
        assert statement["Resource"] == arns.role("aws", "*", role.path, role.name)

    def test_agreements_read_only_access_reads_accepted_agreements_only(self) -> None:
        """AWSArtifactAgreementsReadOnlyAccess reads customer agreements, neither other agreements nor their NDAs."""
        assert statements_with("AWSArtifactAgreementsReadOnlyAccess", "artifact:GetCustomerAgreement")
        assert not statements_with("AWSArtifactAgreementsReadOnlyAccess", "artifact:GetAgreement")
        assert not statements_with("AWSArtifactAgreementsReadOnlyAccess", "artifact:GetNdaForAgreement")

    def test_reports_read_only_access_has_three_known_versions(self) -> None:
        """AWSArtifactReportsReadOnlyAccess has three known versions, of which only the first allows artifact:Get."""
        policy = catalog.managed_policy("AWSArtifactReportsReadOnlyAccess")
        assert policy is not None
        allows_get = {version.version_id: '"artifact:Get"' in version.document for version in policy.versions}
        assert allows_get == {"v7": False, "v2": False, "v1": True}
        assert "artifact:ListReportVersions" in policy.document

    def test_administrator_access_allows_everything(self) -> None:
        """AdministratorAccess allows every action on every resource."""
        assert document_of("AdministratorAccess") == (
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
        )
