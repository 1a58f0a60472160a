"""What the catalogue holds, checked against AWS's models and AWS's documents."""

import json
import re
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import ServiceModel

from artifact_state import arns, catalog
from artifact_state.catalog import (
    Agreement,
    Certainty,
    LinkedRole,
    ManagedPolicy,
    PolicyType,
    Quotas,
    Report,
    Subject,
    TermAcceptance,
    Upload,
)

FILES = sorted(Path(catalog.__file__).parent.glob("*.json"))
ARTIFACT = "artifact.amazonaws.com"
ACCOUNT_SYNC = "aws-artifact-account-sync.amazonaws.com"
ROLES = [role for service in catalog.trusted_services() for role in service.roles]
AGREEMENTS = [
    one
    for partition in ("aws", "aws-us-gov")
    for one in (*catalog.agreements(partition), *catalog.offline_agreements(partition))
]
NEWEST_POLICY_TYPES = {
    "INSPECTOR_POLICY",
    "UPGRADE_ROLLOUT_POLICY",
    "BEDROCK_POLICY",
    "S3_POLICY",
    "NETWORK_SECURITY_DIRECTOR_POLICY",
    "GUARDDUTY_POLICY",
    "SECURITYHUB_CSPM_POLICY",
}


@cache
def model(service: str) -> ServiceModel:
    """Load AWS's model of a service."""
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def complaints(service: str, shape_name: str, value: Any) -> list[str]:
    """Say what in a value an AWS shape forbids."""
    return list(_complaints(model(service).shape_for(shape_name), value, shape_name))


def _complaints(shape: Any, value: Any, path: str) -> list[str]:
    if shape.type_name == "structure":
        unknown = [f"{path}.{name} is unknown" for name in value if name not in shape.members]
        return unknown + [
            complaint
            for name, one in value.items()
            if name in shape.members
            for complaint in _complaints(shape.members[name], one, f"{path}.{name}")
        ]
    found = []
    size = value if isinstance(value, int) else len(value) if isinstance(value, str | list) else 0
    if not shape.metadata.get("min", size) <= size <= shape.metadata.get("max", size):
        found.append(f"{path} is {size} long or large")
    if shape.type_name == "string" and not re.fullmatch(shape.metadata.get("pattern", ".*"), value, re.DOTALL):
        found.append(f"{path} does not match: {value!r}")
    if shape.type_name == "string" and shape.enum and value not in shape.enum:
        found.append(f"{path} is none of the enum: {value!r}")
    if shape.type_name == "timestamp" and value.tzinfo is not UTC:
        found.append(f"{path} is not in UTC")
    if shape.type_name == "list":
        found += [
            complaint for at, one in enumerate(value) for complaint in _complaints(shape.member, one, f"{path}[{at}]")
        ]
    return found


class TestComplaints:
    """The judge of the tests below."""

    @pytest.mark.parametrize(
        ("member", "value"),
        [
            ("id", "report-short"),
            ("name", "SOC 1/2"),
            ("name", ""),
            ("name", "x" * 257),
            ("description", "<b>"),
            ("version", 0),
            ("state", "DRAFT"),
            ("createdAt", datetime(2026, 1, 1)),  # noqa: DTZ001 - That is what is wrong with it.
            ("colour", "blue"),
        ],
    )
    def test_sees_what_is_wrong(self, member: str, value: Any) -> None:
        """A value that AWS's shape forbids is complained of."""
        assert complaints("artifact", "ReportDetail", {member: value})


class TestFiles:
    """What every file of data tells of itself."""

    def test_all_are_there(self) -> None:
        """No file of the catalogue is missing or superfluous."""
        names = "actions agreements delegable_actions iam_quotas managed_policies policy_types quotas"
        assert [path.stem for path in FILES] == [*names.split(), "reports", "request_rates", "services"]

    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
    def test_dated_and_sourced(self, path: Path) -> None:
        """Each file says of which day it is, where it comes from, and what is not certain."""
        content = json.loads(path.read_text(encoding="utf-8"))
        assert date.fromisoformat(content["as_of"]).isoformat() == content["as_of"]
        assert content["sources"]
        assert all(source.startswith("https://") for source in content["sources"])
        assert "unverified" in content["note"]

    def test_nothing_is_read_at_a_start(self) -> None:
        """Importing the catalogue reads no file and makes no record that a start does not need."""
        program = (
            "import sys; from artifact_state import catalog; print(catalog.loading.read_file.cache_info().currsize, "
            "*[name for name in sys.modules if name.startswith('artifact_state.catalog.')])"
        )
        root = Path(catalog.__file__).parents[2]
        run = subprocess.run(
            [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True, timeout=60
        )
        assert run.stdout.split() == ["0", "artifact_state.catalog.records", "artifact_state.catalog.loading"]

    def test_later_records(self) -> None:
        """Every record can be imported from the catalogue itself; what does not exist cannot."""
        assert all(getattr(catalog, name) for name in catalog.__all__)
        with pytest.raises(AttributeError, match="Nonsense"):
            catalog.Nonsense  # noqa: B018 - Looking is what is tried.

    def test_records_cannot_be_changed(self) -> None:
        """What everybody shares, nobody can alter."""
        with pytest.raises(FrozenInstanceError):
            catalog.trusted_services()[0].name = "Mine"  # type: ignore[misc]


class TestTrustedServices:
    """Services that AWS Organizations integrates with."""

    @pytest.mark.parametrize("principal", [ARTIFACT, ACCOUNT_SYNC])
    def test_artifact_has_two_principals(self, principal: str) -> None:
        """AWS Artifact is found by the documented principal and by the one that AWS's policies allow."""
        service = catalog.service_of(principal)
        assert service is not None
        assert (service.name, service.principals) == ("AWS Artifact", (ARTIFACT, ACCOUNT_SYNC))
        assert service.supports_trusted_access
        assert not service.supports_delegated_administrator

    def test_artifact_principals_name_their_documents(self) -> None:
        """Each of the two principals says which document of AWS asks for it."""
        service = catalog.service_of(ARTIFACT)
        assert service is not None
        assert service.evidence[ARTIFACT].endswith("services-that-can-integrate-artifact.html")
        assert service.evidence[ACCOUNT_SYNC].endswith("AWSArtifactAgreementsFullAccess.html")

    @pytest.mark.parametrize("principal", ["", "nonsense", "artifact.amazonaws.com.cn", "ARTIFACT.amazonaws.com"])
    def test_unknown_principal(self, principal: str) -> None:
        """A principal that is not AWS's own spelling belongs to no service."""
        assert catalog.service_of(principal) is None

    @pytest.mark.parametrize(
        "rejected", json.loads(FILES[-1].read_text())["rejected_principals"], ids=lambda one: one["principal"]
    )
    def test_rejected_principal(self, rejected: dict[str, str]) -> None:
        """A principal that AWS was seen to reject belongs to no service."""
        assert rejected["source"].startswith("https://")
        assert catalog.service_of(rejected["principal"]) is None

    def test_organizations_itself_cannot_be_trusted(self) -> None:
        """AWS Organizations has a linked role, but is no service that can be enabled."""
        assert catalog.service_of("organizations.amazonaws.com") is None

    def test_a_service_that_cannot_be_trusted(self) -> None:
        """Amazon EventBridge is listed, but nothing enables it."""
        found = [service for service in catalog.trusted_services() if service.name == "Amazon EventBridge"]
        assert [(one.principals, one.supports_trusted_access) for one in found] == [((), False)]

    def test_principals_are_of_one_service(self) -> None:
        """No principal enables two services, and each is one that AWS's model allows."""
        principals = [one for service in catalog.trusted_services() for one in service.principals]
        assert len(principals) == len(set(principals)) > 50
        wrong = [complaints("organizations", "ServicePrincipal", one) for one in principals]
        assert not any(wrong)

    def test_by_name(self) -> None:
        """Services come by name, without the words that all of them begin with."""
        names = [one.name.removeprefix("AWS ").removeprefix("Amazon ").lower() for one in catalog.trusted_services()]
        assert names == sorted(names)
        assert len(names) == len(set(names))

    @pytest.mark.parametrize(
        ("principal", "delegated"),
        [
            ("account.amazonaws.com", True),
            ("ram.amazonaws.com", False),
            ("servicequotas.amazonaws.com", False),
            ("sso.amazonaws.com", True),
        ],
    )
    def test_delegated_administrator(self, principal: str, *, delegated: bool) -> None:
        """Whether a service takes a delegated administrator is as AWS's table has it."""
        service = catalog.service_of(principal)
        assert service is not None
        assert service.supports_delegated_administrator is delegated

    def test_nothing_half_known_has_a_role(self) -> None:
        """A service of which only half is known has no role with an invented name, and says what is not known."""
        unverified = [one for one in catalog.trusted_services() if one.certainty is Certainty.UNVERIFIED]
        assert unverified
        assert not [one.name for one in unverified if one.roles or not one.note]


class TestLinkedRoles:
    """Service-linked roles, as their services define them."""

    def test_artifact(self) -> None:
        """Enabling trusted access for AWS Artifact makes AWSServiceRoleForArtifact in the management account."""
        role = catalog.linked_role_of(ARTIFACT)
        assert role is not None
        assert role.name == "AWSServiceRoleForArtifact"
        assert role.path == "/aws-service-role/artifact.amazonaws.com/"
        assert role.policy_name == "AWSArtifactServiceRolePolicy"
        assert role.created_in == "management"

    def test_artifact_role_trusts_one_principal(self) -> None:
        """The principal that AWS's policies enable is not one that a role is made for."""
        assert catalog.linked_role_of(ACCOUNT_SYNC) is None

    def test_organizations(self) -> None:
        """AWS Organizations has a role of its own, in every account."""
        role = catalog.linked_role_of("organizations.amazonaws.com")
        assert role is not None
        assert (role.name, role.policy_name) == ("AWSServiceRoleForOrganizations", "AWSOrganizationsServiceTrustPolicy")
        assert role.created_in == "every account"

    def test_found_by_whom_it_trusts(self) -> None:
        """A role is found by the principal that it trusts, which is not always the one that is enabled."""
        role = catalog.linked_role_of("stacksets.cloudformation.amazonaws.com")
        assert role is not None
        assert role.name == "AWSServiceRoleForCloudFormationStackSetsOrgAdmin"
        assert catalog.service_of(role.principal) is None

    @pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
    def test_legal(self, role: LinkedRole) -> None:
        """A role can be made in IAM as it stands, and carries a policy that the catalogue has."""
        assert role.name.startswith("AWSServiceRoleFor")
        assert role.created_in in {"management", "members", "delegated administrator", None}
        wire = {"RoleName": role.name, "Path": role.path, "Description": role.description}
        assert complaints("iam", "Role", wire) == []
        policy = catalog.managed_policy(f"aws-service-role/{role.policy_name}")
        assert policy is not None
        assert catalog.linked_role_of(role.principal) is role


class TestManagedPolicies:
    """Policies that AWS manages."""

    @pytest.mark.parametrize("policy", catalog.managed_policies(), ids=lambda policy: policy.name)
    def test_legal(self, policy: ManagedPolicy) -> None:
        """A policy is one that IAM's model allows, and its dates are in order."""
        wire = {
            "PolicyName": policy.name,
            "PolicyId": policy.policy_id,
            "Arn": arns.managed_policy("aws", policy.path, policy.name),
            "Path": policy.path,
            "DefaultVersionId": policy.default_version_id,
            "Description": policy.description,
            "CreateDate": policy.created_at,
            "UpdateDate": policy.updated_at,
        }
        assert complaints("iam", "Policy", wire) == []
        assert re.fullmatch("ANPA[A-Z2-7]{17}", policy.policy_id)
        newest, *older = policy.versions
        assert newest.version_id == policy.default_version_id
        assert newest.created_at == policy.updated_at
        assert all(policy.created_at <= one.created_at < newest.created_at for one in older)

    @pytest.mark.parametrize("policy", catalog.managed_policies(), ids=lambda policy: policy.name)
    def test_documents(self, policy: ManagedPolicy) -> None:
        """A policy's document is a policy: the current language, statements that allow or deny something."""
        for version in policy.versions:
            document = json.loads(version.document)
            assert document["Version"] == "2012-10-17"
            for statement in document["Statement"]:
                assert statement["Effect"] in {"Allow", "Deny"}
                assert {"Action", "NotAction"} & statement.keys()
                assert {"Resource", "NotResource"} & statement.keys()

    def test_ids_and_names_are_unique(self) -> None:
        """No two policies share an id or a name."""
        policies = catalog.managed_policies()
        assert len({one.policy_id for one in policies}) == len({one.name for one in policies}) == len(policies)

    @pytest.mark.parametrize(
        "tail",
        [
            "AWSArtifactServiceRolePolicy",
            "aws-service-role/AWSArtifactServiceRolePolicy",
            "/aws-service-role/AWSArtifactServiceRolePolicy",
        ],
    )
    def test_found_by_tail(self, tail: str) -> None:
        """A policy is found by its name, and by its path and name as an ARN ends."""
        policy = catalog.managed_policy(tail)
        assert policy is not None
        assert policy.name == "AWSArtifactServiceRolePolicy"

    @pytest.mark.parametrize("tail", ["", "Nonsense", "service-role/AdministratorAccess", "awsartifactaccountsync"])
    def test_not_found(self, tail: str) -> None:
        """A policy is not found by another name, case or path than its own."""
        assert catalog.managed_policy(tail) is None

    def test_artifact_service_role_policy(self) -> None:
        """AWSArtifactServiceRolePolicy lets Artifact look at the organization, and nothing else."""
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
        """AWSArtifactAgreementsFullAccess enables trusted access for the second principal of Artifact only."""
        (statement,) = statements_with("AWSArtifactAgreementsFullAccess", "organizations:EnableAWSServiceAccess")
        assert statement["Condition"] == {"StringEquals": {"organizations:ServicePrincipal": [ACCOUNT_SYNC]}}

    def test_agreements_full_access_makes_the_linked_role(self) -> None:
        """AWSArtifactAgreementsFullAccess makes the role that the catalogue has, for the principal that it trusts."""
        (statement,) = statements_with("AWSArtifactAgreementsFullAccess", "iam:CreateServiceLinkedRole")
        role = catalog.linked_role_of(statement["Condition"]["StringEquals"]["iam:AWSServiceName"][0])
        assert role is not None
        assert statement["Resource"] == arns.role("aws", "*", role.path, role.name)

    def test_agreements_read_only_access_reads_accepted_agreements_only(self) -> None:
        """AWSArtifactAgreementsReadOnlyAccess gets what is accepted, neither an agreement nor its NDA before that."""
        assert statements_with("AWSArtifactAgreementsReadOnlyAccess", "artifact:GetCustomerAgreement")
        assert not statements_with("AWSArtifactAgreementsReadOnlyAccess", "artifact:GetAgreement")
        assert not statements_with("AWSArtifactAgreementsReadOnlyAccess", "artifact:GetNdaForAgreement")

    def test_reports_read_only_access_grew(self) -> None:
        """AWSArtifactReportsReadOnlyAccess is known in three versions, of which only the first had artifact:Get."""
        policy = catalog.managed_policy("AWSArtifactReportsReadOnlyAccess")
        assert policy is not None
        held = {one.version_id: '"artifact:Get"' in one.document for one in policy.versions}
        assert held == {"v7": False, "v2": False, "v1": True}
        assert "artifact:ListReportVersions" in policy.document

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
    def test_versions(self, name: str, version: str) -> None:
        """The policies that this project is about are in the versions that AWS had when they were read."""
        policy = catalog.managed_policy(name)
        assert policy is not None
        assert policy.default_version_id == version

    def test_administrator_access(self) -> None:
        """AdministratorAccess allows everything."""
        assert document_of("AdministratorAccess") == (
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
        )


def document_of(name: str) -> str:
    """Give the document of a policy that the catalogue must have."""
    policy = catalog.managed_policy(name)
    assert policy is not None
    return policy.document


def statements_with(name: str, action: str) -> list[dict[str, Any]]:
    """Give the statements of a policy that name an action in so many words."""
    return [one for one in json.loads(document_of(name))["Statement"] if action in one["Action"]]


class TestAgreements:
    """Agreements that can be accepted."""

    def test_commercial_partition(self) -> None:
        """Five agreements are for an account and three for an organization, with the ids that AWS publishes."""
        found = {one.name: (one.subject, one.id) for one in catalog.agreements("aws")}
        assert found == {
            "AWS Business Associate Addendum": (Subject.ACCOUNT, "agreement-9c1kBcYznTkcpRIm"),
            "AWS New Zealand Notifiable Data Breach Addendum": (Subject.ACCOUNT, "agreement-3YRq9rGUIu72r7Gt"),
            "AWS Australian Notifiable Data Breach Addendum": (Subject.ACCOUNT, "agreement-sbLSDe8bitmAXNr9"),
            "AWS SEC Rule 17a-4 Addendum": (Subject.ACCOUNT, "agreement-bexgr7sjvXAW4Gxu"),
            "AWS SEC Rule 18a-6 Addendum": (Subject.ACCOUNT, "agreement-HZTdNwJuqOKLReXC"),
            "AWS Organizations Business Associate Addendum": (Subject.ORGANIZATION, "agreement-y03aUwMAEorHtqjv"),
            "AWS Organizations Australian Notifiable Data Breach Addendum": (
                Subject.ORGANIZATION,
                "agreement-YpDMFXTePE7kEg4b",
            ),
            "AWS Organizations New Zealand Notifiable Data Breach Addendum": (
                Subject.ORGANIZATION,
                "agreement-uojEjr3vOnvrhV52",
            ),
        }

    def test_govcloud_partition(self) -> None:
        """AWS GovCloud (US) has four agreements, with ids of its own."""
        found = {one.name: one.id for one in catalog.agreements("aws-us-gov")}
        assert found == {
            "AWS Business Associate Addendum": "agreement-Og8HCNyYwYNp8AR1",
            "AWS Australian Notifiable Data Breach Addendum": "agreement-G1rBS2MGYjLiCCXy",
            "AWS Organizations Business Associate Addendum": "agreement-B47fK0ArVebC9XE1",
            "AWS Organizations Australian Notifiable Data Breach Addendum": "agreement-OsnlbilP8RB73Nw5",
        }

    @pytest.mark.parametrize("partition", ["aws-cn", "aws-eusc", ""])
    def test_other_partitions(self, partition: str) -> None:
        """No agreement is known in any other partition."""
        assert catalog.agreements(partition) == ()

    def test_partitions_are_apart(self) -> None:
        """An agreement is not found from another partition."""
        assert catalog.agreement("aws", "agreement-y03aUwMAEorHtqjv") is not None
        assert catalog.agreement("aws-us-gov", "agreement-y03aUwMAEorHtqjv") is None

    @pytest.mark.parametrize("agreement", AGREEMENTS, ids=lambda one: f"{one.partition} {one.name}")
    def test_legal(self, agreement: Agreement) -> None:
        """What an agreement says may be said through Artifact's API."""
        wire = {
            "name": agreement.name,
            "agreementArn": arns.agreement(agreement.partition, agreement.id),
            "description": agreement.description,
            "acceptanceTerms": list(agreement.acceptance_terms),
            "terminateTerms": list(agreement.terminate_terms),
        }
        assert complaints("artifact", "CustomerAgreementSummary", wire) == []
        # No SDK has these patterns: https://docs.aws.amazon.com/artifact/latest/APIReference/API_GetAgreement.html
        assert re.fullmatch("agreement-[a-zA-Z0-9]{16}", agreement.id)
        uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
        assert re.fullmatch(uuid, agreement.revision_id)
        assert re.fullmatch(uuid, agreement.nda_revision_id)

    def test_every_revision_is_its_own(self) -> None:
        """No two texts share a revision id: an agreement's is not its NDA's."""
        revisions = [revision for one in AGREEMENTS for revision in (one.revision_id, one.nda_revision_id)]
        assert len(revisions) == len(set(revisions))

    @pytest.mark.parametrize("agreement", AGREEMENTS, ids=lambda one: f"{one.partition} {one.name}")
    def test_samples_say_so(self, agreement: Agreement) -> None:
        """Every word that is not AWS's says that it is a sample."""
        assert agreement.description.startswith("Sample of")
        terms = (*agreement.acceptance_terms, *agreement.terminate_terms)
        assert all(term.startswith("Sample term: ") for term in terms)

    @pytest.mark.parametrize("agreement", catalog.agreements("aws"), ids=lambda one: one.name)
    def test_there_is_something_to_agree_to(self, agreement: Agreement) -> None:
        """An agreement that can be accepted has terms to accept it by and terms to end it by."""
        assert agreement.acceptance_terms
        assert agreement.terminate_terms

    @pytest.mark.parametrize("partition", ["aws", "aws-us-gov"])
    def test_offline_agreement_cannot_be_accepted(self, partition: str) -> None:
        """An agreement signed outside Artifact is known once it is there, but is not offered."""
        (offline,) = catalog.offline_agreements(partition)
        assert offline.name == "Offline Business Associate Addendum (BAA)"
        assert offline not in catalog.agreements(partition)
        assert catalog.agreement(partition, offline.id) is None
        assert catalog.accepted_agreement(partition, offline.id) is offline

    def test_agreement_of_an_acceptance(self) -> None:
        """The agreement that somebody accepted is found; one that nobody can have accepted is not."""
        assert catalog.accepted_agreement("aws", "agreement-y03aUwMAEorHtqjv").for_organization
        assert not catalog.accepted_agreement("aws", "agreement-9c1kBcYznTkcpRIm").for_organization
        with pytest.raises(LookupError):
            catalog.accepted_agreement("aws-cn", "agreement-9c1kBcYznTkcpRIm")


class TestReports:
    """Sample reports."""

    @pytest.mark.parametrize("report", catalog.reports(), ids=lambda report: f"{report.company_name} {report.name}")
    def test_legal(self, report: Report) -> None:
        """Every member that Artifact's API has for a report is there in every version, and is legal."""
        for version in report.versions:
            known: dict[str, Any] = {
                "arn": arns.report("aws", report.id, version.version),
                "termArn": arns.term("aws", version.term_id, version.version),
                "state": version.state.value,
                "uploadState": version.upload_state.value,
                "acceptanceType": version.acceptance_type.value,
                "version": version.version,
            }
            for member in model("artifact").shape_for("ReportDetail").members.keys() - known.keys():
                held_by = version if hasattr(version, xform_name(member)) else report
                known[member] = getattr(held_by, xform_name(member))
            said = {member: value for member, value in known.items() if value is not None}
            assert known.keys() - said.keys() <= {"deletedAt"}
            assert complaints("artifact", "ReportDetail", said) == []

    @pytest.mark.parametrize("report", catalog.reports(), ids=lambda report: f"{report.company_name} {report.name}")
    def test_versions_are_in_order(self, report: Report) -> None:
        """The versions of a report count up from one, and their dates go forward."""
        assert [one.version for one in report.versions] == list(range(1, len(report.versions) + 1))
        starts = [one.period_start for one in report.versions]
        assert starts == sorted(starts)
        for one in report.versions:
            assert one.period_start < one.period_end
            assert one.created_at <= one.last_modified_at
            assert one.deleted_at is None or one.deleted_at >= one.created_at

    def test_ids(self) -> None:
        """Reports come by id, each id once, those that AWS's documents use among them."""
        ids = [one.id for one in catalog.reports()]
        assert ids == sorted(set(ids))
        assert {"report-jRVRFP8HxUN5zpPh", "report-f1DIWBmGa2Lhsadg"} <= set(ids)

    def test_found_by_id(self) -> None:
        """A report is found by its id, and no report by another."""
        report = catalog.report("report-jRVRFP8HxUN5zpPh")
        assert report is not None
        assert report.id == "report-jRVRFP8HxUN5zpPh"
        assert catalog.report("report-0000000000000000") is None

    @pytest.mark.parametrize("series", ["SOC", "PCI", "ISO"])
    def test_documented_series(self, series: str) -> None:
        """Each series of AWS's own example policies has reports in the category that goes with it there."""
        found = [one for one in catalog.reports() if one.series == series]
        assert {one.category for one in found} == {"Certifications and Attestations"}
        assert len(found) > 2

    def test_third_parties(self) -> None:
        """There are reports of AWS and of third parties; the documented third-party report is one of the latter."""
        companies = {one.company_name for one in catalog.reports()}
        assert {"Amazon Web Services", "Example Corp"} < companies
        report = catalog.report("report-jRVRFP8HxUN5zpPh")
        assert report is not None
        assert report.company_name != "Amazon Web Services"

    def test_every_state_occurs(self) -> None:
        """Each upload state, each way of accepting, and withdrawn versions occur, so that programs can meet them."""
        versions = [one for report in catalog.reports() for one in report.versions]
        assert {one.upload_state for one in versions} == set(Upload)
        assert {one.acceptance_type for one in versions} == set(TermAcceptance)
        assert any(one.deleted_at for one in versions)

    def test_trouble_is_explained(self) -> None:
        """A version whose document is not there says why, and cannot be had."""
        versions = [one for report in catalog.reports() for one in report.versions]
        troubled = [one for one in versions if one.upload_state is not Upload.COMPLETE]
        assert troubled
        assert all(one.status_message and not one.available for one in troubled)

    @pytest.mark.parametrize("upload", [Upload.PROCESSING, Upload.FAILED, Upload.FAULT])
    def test_published_without_a_document(self, upload: Upload) -> None:
        """A version that is published cannot be had before its document is there."""
        version = catalog.reports()[0].latest
        assert version.available
        assert not replace(version, upload_state=upload).available
        assert replace(version, upload_state=upload).published

    def test_latest(self) -> None:
        """The latest version of a report is the newest that can be had; a withdrawn one is found by its number."""
        report = catalog.report("report-f1DIWBmGa2Lhsadg")
        assert report is not None
        assert report.latest.version == 5
        first = report.version(1)
        assert first is not None
        assert not first.published
        assert report.version(6) is None

    def test_latest_is_not_a_failed_upload(self) -> None:
        """A newer version whose upload failed does not hide the one before it."""
        (report,) = [one for one in catalog.reports() if one.product_name == "AnyCompany Payments"]
        assert report.versions[-1].upload_state is Upload.FAILED
        assert report.latest.version == 1


class TestPolicyTypes:
    """Types of organization policies."""

    def test_all_of_the_model(self) -> None:
        """The catalogue has the types of AWS's model, in its order."""
        names = [one.name for one in catalog.policy_types()]
        assert names == model("organizations").shape_for("PolicyType").enum

    def test_effective_policies(self) -> None:
        """The types with an effective policy are those that DescribeEffectivePolicy takes."""
        names = [one.name for one in catalog.policy_types() if one.has_effective_policy]
        assert names == model("organizations").shape_for("EffectivePolicyType").enum

    @pytest.mark.parametrize(
        ("name", "policy_id", "principal"),
        [
            ("SERVICE_CONTROL_POLICY", "p-FullAWSAccess", {}),
            ("RESOURCE_CONTROL_POLICY", "p-RCPFullAWSAccess", {"Principal": "*"}),
        ],
    )
    def test_aws_managed(self, name: str, policy_id: str, principal: dict[str, str]) -> None:
        """The types that must always allow something come with a policy that allows everything."""
        policy = policy_type(name).aws_managed
        assert policy is not None
        assert (policy.id, policy.name) == (policy_id, policy_id.removeprefix("p-"))
        wire = {"Id": policy.id, "Name": policy.name, "Description": policy.description}
        assert complaints("organizations", "PolicySummary", wire) == []
        (statement,) = json.loads(policy.content)["Statement"]
        assert statement == {"Effect": "Allow", "Action": "*", "Resource": "*"} | principal

    def test_no_other_is_aws_managed(self) -> None:
        """Management policies come without a policy of AWS."""
        assert len([one for one in catalog.policy_types() if one.aws_managed]) == 2

    def test_security_hub_depends_on_its_service(self) -> None:
        """A Security Hub policy needs trusted access for Security Hub, which the catalogue knows."""
        principal = policy_type("SECURITYHUB_POLICY").service_principal
        assert principal is not None
        assert catalog.service_of(principal) is not None

    def test_unknown_type(self) -> None:
        """There is no policy type of another name."""
        assert catalog.policy_type("NONSENSE_POLICY") is None


def policy_type(name: str) -> PolicyType:
    """Give a policy type that the catalogue must have."""
    found = catalog.policy_type(name)
    assert found is not None
    return found


class TestQuotas:
    """Limits."""

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("accounts_per_organization", 10),
            ("roots_per_organization", 1),
            ("organizational_units_per_organization", 2000),
            ("organizational_unit_depth", 5),
            ("concurrent_account_creations", 5),
            ("concurrent_account_closures", 3),
            ("tags_per_resource", 50),
            ("resource_policy_length", 40000),
            ("invitation_lifetime", timedelta(days=15)),
            ("all_features_lifetime", timedelta(days=90)),
            ("settled_handshake_visibility", timedelta(days=30)),
            ("closed_account_retention", timedelta(days=90)),
            ("removal_wait", timedelta(days=4)),
            ("inbound_transfers", 0),
            ("outbound_transfers", 1),
            ("transfer_acceptance_notice", timedelta(hours=24)),
            ("artifact_token_lifetime", timedelta(minutes=15)),
            ("document_url_lifetime", timedelta(minutes=5)),
        ],
    )
    def test_values(self, name: str, value: int | timedelta) -> None:
        """The quotas are those of AWS's page, and of this project where AWS is silent."""
        assert getattr(catalog.quotas(), name) == value

    def test_file_and_record_agree(self) -> None:
        """Every quota of the file is in the record once, with its unit and its source."""
        path = next(path for path in FILES if path.stem == "quotas")
        entries = json.loads(path.read_text(encoding="utf-8"))["quotas"]
        names = [entry["name"] for entry in entries]
        assert [*names, "policies", "iam", "request_rates"] == [one.name for one in fields(Quotas)]
        assert all(entry["unit"] and entry["source"] for entry in entries)

    @pytest.mark.parametrize(
        ("accounts", "allowed"),
        [(1, 250), (1249, 250), (1250, 250), (3000, 600), (5000, 1000), (5001, 1000), (50000, 1000)],
    )
    def test_closures(self, accounts: int, allowed: int) -> None:
        """A small organization may close 250 accounts in 30 days, a middle one a fifth, a large one 1,000."""
        assert catalog.quotas().closures_allowed(accounts) == allowed

    def test_invitations(self) -> None:
        """An organization may send 20 invitations a day, or as many as it may have accounts if those are more."""
        quotas = catalog.quotas()
        assert quotas.invitations_allowed() == 20
        assert replace(quotas, accounts_per_organization=5000).invitations_allowed() == 5000

    def test_another_world(self) -> None:
        """A world may have other quotas, and AWS's stay as they are."""
        assert replace(catalog.quotas(), accounts_per_organization=1000).accounts_per_organization == 1000
        assert catalog.quotas().accounts_per_organization == 10

    def test_policy_limits_of_the_model(self) -> None:
        """Every policy type has limits; those that AWS's page does not have are marked."""
        limits = catalog.quotas().policies
        assert set(limits) == set(model("organizations").shape_for("PolicyType").enum)
        assert {name for name, one in limits.items() if one.certainty is Certainty.UNVERIFIED} == NEWEST_POLICY_TYPES

    @pytest.mark.parametrize(
        ("name", "limits"),
        [
            ("SERVICE_CONTROL_POLICY", (10240, 10000, 1, 10)),
            ("RESOURCE_CONTROL_POLICY", (5120, 2000, 1, 5)),
            ("DECLARATIVE_POLICY_EC2", (10000, 1000, 0, 10)),
            ("BACKUP_POLICY", (10000, 1000, 0, 10)),
            ("TAG_POLICY", (10000, 1000, 0, 10)),
            ("CHATBOT_POLICY", (10000, 1000, 0, 5)),
            ("AISERVICES_OPT_OUT_POLICY", (2500, 1000, 0, 5)),
            ("SECURITYHUB_POLICY", (10000, 1000, 0, 10)),
            *[(name, (10000, 1000, 0, 10)) for name in sorted(NEWEST_POLICY_TYPES)],
        ],
    )
    def test_policy_limits(self, name: str, limits: tuple[int, int, int, int]) -> None:
        """A policy type has the limits of AWS's table."""
        found = catalog.quotas().policies[name]
        held = (found.max_document, found.max_per_organization, found.min_attached, found.max_attached)
        assert held == limits

    def test_request_rates(self) -> None:
        """Rates are those of operations that exist, with a bucket that holds at least what flows in."""
        rates = catalog.quotas().request_rates
        assert set(rates) <= set(model("organizations").operation_names)
        for rate in rates.values():
            assert 0 < rate.account.per_second <= rate.account.burst
            if rate.organization is not None:
                assert rate.organization.per_second >= rate.account.per_second
                assert rate.organization.burst >= rate.account.burst

    def test_rate_of_enabling(self) -> None:
        """Trusted access is enabled and disabled once a second, twice at once."""
        rates = catalog.quotas().request_rates
        enable, disable = rates["EnableAWSServiceAccess"], rates["DisableAWSServiceAccess"]
        assert enable == disable
        assert (enable.account.per_second, enable.account.burst, enable.organization) == (1, 2, None)

    def test_shared_rates(self) -> None:
        """Operations that share a rate exist, and those that AWS names no figure for are marked."""
        rates = catalog.shared_rates()
        for shared in rates:
            assert shared.operations <= set(model(shared.service).operation_names)
            assert 0 < shared.rate.per_second <= shared.rate.burst
        assert {one.service for one in rates if one.certainty is Certainty.UNVERIFIED} == {"iam", "artifact"}

    def test_rate_of_looking_up_events(self) -> None:
        """CloudTrail is asked twice a second at most."""
        (found,) = [one for one in catalog.shared_rates() if one.holds_for("cloudtrail", "LookupEvents")]
        assert (found.rate.per_second, found.rate.burst) == (2, 2)


class TestAddedServices:
    """Services that a world has besides AWS's."""

    def test_added_service_needs_a_name_and_a_principal(self) -> None:
        """An entry of a name and a principal is a service with trusted access and without delegated administrators."""
        added = catalog.read_services([{"name": "Mine", "principals": ["mine.example.com"]}])
        service = catalog.service_of("mine.example.com", added)
        assert service is not None
        assert (service.name, service.supports_trusted_access, service.supports_delegated_administrator) == (
            "Mine",
            True,
            False,
        )

    def test_added_service_overrides_aws(self) -> None:
        """An added service takes precedence over AWS's service of the same principal, and so does its role."""
        role = {"name": "Mine", "principal": "artifact.amazonaws.com", "policy_name": "Mine", "created_in": None}
        entry = {
            "name": "Artifact",
            "principals": ["artifact.amazonaws.com"],
            "supports_delegated_administrator": True,
            "roles": [role],
        }
        added = catalog.read_services([entry])
        service = catalog.service_of("artifact.amazonaws.com", added)
        assert service is not None
        assert service.supports_delegated_administrator
        assert catalog.linked_role_of("artifact.amazonaws.com", added) == service.roles[0]

    def test_reading_services_does_not_change_the_catalog(self) -> None:
        """Services belong to the world that is given them: reading definitions leaves the catalog as it is."""
        before = catalog.trusted_services()
        catalog.read_services([{"name": "Mine", "principals": ["mine.example.com"]}])
        assert catalog.trusted_services() == before
        assert catalog.service_of("mine.example.com") is None

    @pytest.mark.parametrize("entry", [{}, {"name": "A"}, {"name": "A", "principals": ["a"], "roles": [{}]}])
    def test_invalid_service_definition_is_refused(self, entry: dict[str, object]) -> None:
        """A definition without name or principals, or with an incomplete role, is refused."""
        with pytest.raises(ValueError, match="is not a valid service"):
            catalog.read_services([{"name": "Mine", "principals": ["mine.example.com"]}, entry])
