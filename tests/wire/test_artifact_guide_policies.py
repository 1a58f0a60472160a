"""The example policies of the AWS Artifact guide, evaluated for every call that they could concern.

Source: https://docs.aws.amazon.com/artifact/latest/ug/example-iam-policies.html
"""

import json
from pathlib import Path
from typing import Any

import pytest

from artifact_emulator.aws.authorization.evaluation_requests import evaluation_requests
from artifact_emulator.aws.authorization.request import AuthorizationRequest
from artifact_state import catalog
from artifact_state.arns import GOVCLOUD
from artifact_state.model import Caller, CallerKind
from artifact_state.policy_evaluation.decision import decide
from artifact_state.policy_evaluation.policies import ApplicablePolicies
from artifact_state.policy_syntax.policy import NamedPolicy
from artifact_state.world import World

POLICIES = json.loads((Path(__file__).parent / "artifact_guide_policies.json").read_text())["policies"]
ACCOUNT = "111122223333"
SOC = next(report.id for report in catalog.reports() if report.series == "SOC" and "Certifications" in report.category)
C5 = next(report.id for report in catalog.reports() if report.series not in ("SOC", "PCI", "ISO"))
VENDORS = "report-jRVRFP8HxUN5zpPh"
AGREEMENT, ACCEPTED = "agreement-y03aUwMAEorHtqjv", "customer-agreement-0123456789abcdef"
INQUIRY = f"arn:aws:artifact:us-east-1:{ACCOUNT}:compliance-inquiry/inquiry-1"
ROLE = "AWSServiceRoleForArtifact"

CALLS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "list reports": ("artifact", "ListReports", {}),
    "describe SOC": ("artifact", "GetReportMetadata", {"reportId": SOC}),
    "terms of SOC": ("artifact", "GetTermForReport", {"reportId": SOC}),
    "get SOC": ("artifact", "GetReport", {"reportId": SOC, "termToken": "x"}),
    "versions of SOC": ("artifact", "ListReportVersions", {"reportId": SOC}),
    "describe C5": ("artifact", "GetReportMetadata", {"reportId": C5}),
    "get C5": ("artifact", "GetReport", {"reportId": C5, "termToken": "x"}),
    "describe vendor's 1": ("artifact", "GetReportMetadata", {"reportId": VENDORS, "reportVersion": 1}),
    "describe vendor's 2": ("artifact", "GetReportMetadata", {"reportId": VENDORS, "reportVersion": 2}),
    "list agreements": ("artifact", "ListAgreements", {}),
    "NDA": ("artifact", "GetNdaForAgreement", {"agreementId": AGREEMENT}),
    "accept NDA": ("artifact", "AcceptNdaForAgreement", {"agreementId": AGREEMENT}),
    "get agreement": ("artifact", "GetAgreement", {"agreementId": AGREEMENT}),
    "accept agreement": ("artifact", "AcceptAgreement", {"agreementId": AGREEMENT}),
    "list accepted": ("artifact", "ListCustomerAgreements", {}),
    "get accepted": ("artifact", "GetCustomerAgreement", {"customerAgreementId": ACCEPTED}),
    "terminate": ("artifact", "TerminateAgreement", {"customerAgreementId": ACCEPTED}),
    "make the role": ("iam", "CreateServiceLinkedRole", {"AWSServiceName": "artifact.amazonaws.com"}),
    "make another role": ("iam", "CreateServiceLinkedRole", {"AWSServiceName": "ram.amazonaws.com"}),
    "get the role": ("iam", "GetRole", {"RoleName": ROLE}),
    "describe organization": ("organizations", "DescribeOrganization", {}),
    "list trusted": ("organizations", "ListAWSServiceAccessForOrganization", {}),
    "trust sync": (
        "organizations",
        "EnableAWSServiceAccess",
        {"ServicePrincipal": "aws-artifact-account-sync.amazonaws.com"},
    ),
    "trust artifact": ("organizations", "EnableAWSServiceAccess", {"ServicePrincipal": "artifact.amazonaws.com"}),
    "distrust": ("organizations", "DisableAWSServiceAccess", {"ServicePrincipal": "artifact.amazonaws.com"}),
    "get settings": ("artifact", "GetAccountSettings", {}),
    "put settings": ("artifact", "PutAccountSettings", {}),
    "list inquiries": ("artifact", "ListComplianceInquiries", {}),
    "ask": ("artifact", "CreateComplianceInquiry", {"name": "x"}),
    "describe inquiry": ("artifact", "GetComplianceInquiryMetadata", {"complianceInquiryId": "inquiry-1"}),
    "answers": ("artifact", "ListComplianceInquiryQueries", {"complianceInquiryId": "inquiry-1"}),
    "export": ("artifact", "ExportComplianceInquiry", {"complianceInquiryId": "inquiry-1"}),
    "tags": ("artifact", "ListTagsForResource", {"resourceArn": INQUIRY}),
    "tag": ("artifact", "TagResource", {"resourceArn": INQUIRY, "tags": {"a": "b"}}),
    "rate": ("artifact", "PutComplianceInquiryFeedback", {"complianceInquiryId": "inquiry-1"}),
}
DESCRIBED = {"describe SOC", "describe C5", "describe vendor's 1", "describe vendor's 2"}
GOT = {"terms of SOC", "get SOC", "get C5"}
READ = {"NDA", "accept NDA", "get agreement"}
ENDED = {"list agreements", "list accepted", "get accepted", "terminate"}
ALLOWED: dict[str, set[str]] = {
    "Rep1": {"list reports", "versions of SOC"} | DESCRIBED | GOT,
    # The vendor's reports are of the same series.
    "Rep2": {"list reports", "terms of SOC", "get SOC", "versions of SOC"} | DESCRIBED - {"describe C5"},
    "Rep3": {"list reports"} | DESCRIBED | GOT,
    "Rep4": GOT,
    "Rep5": {"list reports"},
    "Rep6": {"describe vendor's 1", "describe vendor's 2"},
    "Rep7": {"describe vendor's 1"},
    "Agr1": {"list agreements", "list accepted", "get accepted"} | READ,
    "Agr2": {"list agreements", "accept agreement"} | READ,
    "Agr3": ENDED,
    "Agr4": {"accept agreement"} | READ | ENDED,
    # GetRole has no key iam:AWSServiceName, so that the statement's condition is never met for it.
    "Org1": {"make the role"},
    # The policies of the Artifact guide do not allow trusted access for the principal of the Organizations guide.
    "Org2": {"describe organization", "list trusted", "trust sync"},
    "Org3": {"accept agreement", "make the role", "describe organization", "list trusted", "trust sync"} | READ | ENDED,
    "Org4": {"accept agreement", "describe organization"} | READ | ENDED,
    "Org5": {"list agreements", "list accepted", "get accepted", "describe organization"} | READ,
    "Not1": {"get settings", "put settings"},
    "Not2": {"get settings"},
    "Not3": {"get settings", "put settings"},
    "Not4": {"get settings", "put settings"},
    "Not5": set(),
    "Not6": set(),
    "Not7": set(),
    "Inq1": {"list inquiries", "describe inquiry", "answers", "export", "tags"},
    "Inq2": {"list inquiries", "ask", "describe inquiry", "answers", "export", "tags", "tag"},
}


def allowed(document: str, partition: str = "aws", region: str = "") -> set[str]:
    """Return the calls that a policy allows a user without other policies."""
    region = region or ("us-gov-west-1" if partition == GOVCLOUD else "us-east-1")
    arn = f"arn:{partition}:iam::{ACCOUNT}:user/U"
    caller = Caller(
        account_id=ACCOUNT, arn=arn, user_id="AIDA", kind=CallerKind.USER, partition=partition, region=region
    )
    policies = ApplicablePolicies(identity=(NamedPolicy("example", document),))
    names = set()
    with World().transaction(caller) as tx:
        for name, (service, operation, members) in CALLS.items():
            request = AuthorizationRequest.of(tx, service, operation, members)
            if all(decide(part, policies).allowed for part in evaluation_requests(request)):
                names.add(name)
    return names


class TestExamples:
    """The calls that each example allows."""

    def test_every_example_has_an_expectation(self) -> None:
        """Every example has an expectation."""
        assert ALLOWED.keys() == POLICIES.keys()

    @pytest.mark.parametrize("name", POLICIES)
    def test_example_allows_exactly_the_expected_calls(self, name: str) -> None:
        """A user with this policy alone can make exactly the calls that its title says."""
        assert allowed(json.dumps(POLICIES[name]["document"])) == ALLOWED[name]

    @pytest.mark.parametrize(
        "name", ["Rep1", "Rep2", "Agr1", "Agr2", "Agr3", "Agr4", "Org1", "Org2", "Org3", "Org4", "Org5"]
    )
    def test_example_in_govcloud(self, name: str) -> None:
        """The examples for AWS GovCloud (US) allow the same calls in its partition."""
        document = json.dumps(POLICIES[name]["document"]).replace("arn:aws:", "arn:aws-us-gov:")
        assert allowed(document, GOVCLOUD) == ALLOWED[name]

    @pytest.mark.parametrize("name", ["Rep6", "Rep7"])
    def test_example_in_any_client_region(self, name: str) -> None:
        """AWS Artifact runs in one region, so that the guide's ARNs match for clients in any region."""
        assert allowed(json.dumps(POLICIES[name]["document"]), region="eu-west-1") == ALLOWED[name]

    def test_get_role_needs_its_own_statement(self) -> None:
        """Split into two statements, as in AWS's managed policy, the same permissions allow both calls."""
        make, see = "iam:CreateServiceLinkedRole", "iam:GetRole"
        document = POLICIES["Org1"]["document"]
        statement = document["Statement"][0]
        apart = [
            {**statement, "Action": make},
            {name: statement[name] for name in ("Effect", "Resource")} | {"Action": see},
        ]
        assert allowed(json.dumps(document | {"Statement": apart})) == {"make the role"}
        apart[1]["Resource"] = f"arn:aws:iam::*:role/{ROLE}"
        # Before the role exists, its path is unknown.
        assert allowed(json.dumps(document | {"Statement": apart})) == {"make the role", "get the role"}
