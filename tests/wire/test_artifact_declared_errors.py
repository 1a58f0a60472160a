"""The errors that AWS's model declares for the operations of AWS Artifact."""

from collections.abc import Callable
from typing import Any

import pytest

from artifact_emulator import services
from tests.support.artifact_calls import (
    ACCOUNT_AGREEMENT,
    OTHER_ACCOUNT_AGREEMENT,
    REPORT,
    SERVICE,
    accept,
    invalid_members,
    read_agreement,
)
from tests.support.aws_models import operation_model
from tests.support.control_api import control_result
from tests.support.iam_users import create_user
from tests.support.wire_client import Answer, Client

INQUIRY = "compliance-inquiry-0000000000000000"
ACCEPTED = "customer-agreement-0000000000000000"
ARN = f"arn:aws:artifact:us-east-1:999988887777:compliance-inquiry/{INQUIRY}"
REVISION = "00000000-0000-0000-0000-000000000000"
AGREEMENT_TOKEN, NDA_TOKEN = "agreement-token-" + "0" * 24, "nda-token-" + "0" * 24
CALLS: dict[str, dict[str, Any]] = {
    "AcceptAgreement": {
        "agreementId": ACCOUNT_AGREEMENT,
        "agreementRevisionId": REVISION,
        "acceptanceTermsToken": AGREEMENT_TOKEN,
        "executeAgreementToken": AGREEMENT_TOKEN,
    },
    "AcceptNdaForAgreement": {"agreementId": ACCOUNT_AGREEMENT, "agreementRevisionId": REVISION, "ndaToken": NDA_TOKEN},
    "CreateComplianceInquiry": {"name": "Mine", "inquiryContent": {"query": "Which report?"}},
    "ExportComplianceInquiry": {"complianceInquiryId": INQUIRY},
    "GetAccountSettings": {},
    "GetAgreement": {"agreementId": ACCOUNT_AGREEMENT, "ndaToken": NDA_TOKEN},
    "GetComplianceInquiryMetadata": {"complianceInquiryId": INQUIRY},
    "GetCustomerAgreement": {"customerAgreementId": ACCEPTED},
    "GetNdaForAgreement": {"agreementId": ACCOUNT_AGREEMENT},
    "GetReport": {"reportId": REPORT, "termToken": "term-token-x"},
    "GetReportMetadata": {"reportId": REPORT},
    "GetTermForReport": {"reportId": REPORT},
    "ListAgreements": {},
    "ListComplianceInquiries": {},
    "ListComplianceInquiryQueries": {"complianceInquiryId": INQUIRY},
    "ListCustomerAgreements": {},
    "ListReportVersions": {"reportId": REPORT},
    "ListReports": {},
    "ListTagsForResource": {"resourceArn": ARN},
    "PutAccountSettings": {},
    "PutComplianceInquiryFeedback": {"complianceInquiryId": INQUIRY, "rating": "THUMBS_UP"},
    "TagResource": {"resourceArn": ARN, "tags": {"team": "a"}},
    "TerminateAgreement": {"customerAgreementId": ACCEPTED, "terminateAgreementToken": AGREEMENT_TOKEN},
    "UntagResource": {"resourceArn": ARN, "tagKeys": ["team"]},
}
INVALID: dict[str, dict[str, Any]] = {
    "AcceptAgreement": {"agreementId": REPORT},
    "AcceptNdaForAgreement": {"agreementId": REPORT},
    "CreateComplianceInquiry": {"clientToken": "a b"},
    "ExportComplianceInquiry": {"complianceInquiryId": REPORT},
    "GetAgreement": {"agreementId": REPORT},
    "GetComplianceInquiryMetadata": {"complianceInquiryId": REPORT},
    "GetCustomerAgreement": {"customerAgreementId": ACCOUNT_AGREEMENT},
    "GetNdaForAgreement": {"agreementId": REPORT},
    "GetReport": {"reportId": ACCOUNT_AGREEMENT},
    "GetReportMetadata": {"reportId": ACCOUNT_AGREEMENT},
    "GetTermForReport": {"reportId": ACCOUNT_AGREEMENT},
    "ListAgreements": {"maxResults": 301},
    "ListComplianceInquiries": {"maxResults": 301},
    "ListComplianceInquiryQueries": {"maxResults": 301},
    "ListCustomerAgreements": {"maxResults": 301},
    "ListReportVersions": {"maxResults": 301},
    "ListReports": {"maxResults": 301},
    "ListTagsForResource": {"resourceArn": "<arn>"},
    "PutAccountSettings": {"notificationSubscriptionStatus": "MAYBE"},
    "PutComplianceInquiryFeedback": {"complianceInquiryId": REPORT},
    "TagResource": {"resourceArn": "<arn>"},
    "TerminateAgreement": {"customerAgreementId": ACCOUNT_AGREEMENT},
    "UntagResource": {"resourceArn": "<arn>"},
}
"""An invalid member of each call."""
UNKNOWN = {
    "agreementId": "agreement-0000000000000000",
    "reportId": "report-0000000000000000",
    "customerAgreementId": ACCEPTED,
    "complianceInquiryId": INQUIRY,
    "resourceArn": ARN,
}
"""Ids of resources that do not exist, by member."""
NAMED_RESOURCES = {operation: members.keys() & UNKNOWN.keys() for operation, members in CALLS.items()}
WITH_RESOURCE = {operation: names for operation, names in NAMED_RESOURCES.items() if names}
# Source: docs/fidelity.md, "Not emulated"
NEVER = {
    "InternalServerException": "it is the answer to an internal error of the emulator",
    "ThrottlingException": "requests are throttled only in worlds that enable throttling",
}
NO_QUOTA = "the only quota is that of agreements in force"
UNREACHABLE = {
    ("GetAccountSettings", "ConflictException"): "reading conflicts with nothing",
    ("GetAccountSettings", "ResourceNotFoundException"): "every account has settings",
    ("GetAccountSettings", "ValidationException"): "its request has no members",
    ("ListAgreements", "ResourceNotFoundException"): "it names no resource",
    ("ListComplianceInquiries", "ResourceNotFoundException"): "it names no resource",
    ("ListReports", "ResourceNotFoundException"): "it names no resource",
    ("PutAccountSettings", "ConflictException"): "operations are carried out one after the other",
    ("PutAccountSettings", "ResourceNotFoundException"): "every account has settings",
    **{
        (operation, "ServiceQuotaExceededException"): NO_QUOTA
        for operation in (
            "AcceptNdaForAgreement",
            "GetAccountSettings",
            "GetAgreement",
            "GetCustomerAgreement",
            "GetNdaForAgreement",
            "GetReport",
            "GetReportMetadata",
            "GetTermForReport",
            "ListAgreements",
            "ListReportVersions",
            "ListReports",
            "PutAccountSettings",
            "TerminateAgreement",
        )
    },
}


Provocation = Callable[[Client], Answer]


def reused_client_token(client: Client) -> Answer:
    """Use one client token for two different requests."""
    client.do(SERVICE, "CreateComplianceInquiry", **CALLS["CreateComplianceInquiry"], clientToken="once")
    other = {"name": "Other", "inquiryContent": {"query": "Which report?"}, "clientToken": "once"}
    return client.expect_error(SERVICE, "CreateComplianceInquiry", **other)


def premature_feedback(client: Client) -> Answer:
    """Rate an inquiry that is in progress."""
    control_result(client.app, "PATCH", "/_emulator/delays", {"inquiry": 60})
    reply = client.do(SERVICE, "CreateComplianceInquiry", **CALLS["CreateComplianceInquiry"])
    feedback = {"complianceInquiryId": reply["complianceInquirySummary"]["id"], "rating": "THUMBS_UP"}
    return client.expect_error(SERVICE, "PutComplianceInquiryFeedback", **feedback)


def unavailable_document(operation: str, **members: str) -> Provocation:
    """Return a call for a report that has no document yet."""

    def provoke(client: Client) -> Answer:
        report = {"name": "Sample", "series": "SOC", "uploadState": "PROCESSING"}
        published = control_result(client.app, "POST", "/_emulator/artifact/reports", report)
        return client.expect_error(SERVICE, operation, reportId=published["id"], **members)

    return provoke


CONFLICTS: dict[str, Provocation] = {
    "CreateComplianceInquiry": reused_client_token,
    "GetReport": unavailable_document("GetReport", termToken="term-token-x"),
    "GetTermForReport": unavailable_document("GetTermForReport"),
    "PutComplianceInquiryFeedback": premature_feedback,
}


@pytest.fixture
def unauthorized(stranger: Client) -> Client:
    """Return a user that no policy allows anything."""
    return create_user(stranger, name="unauthorized")


class TestDeclaredErrors:
    """The errors that every operation declares."""

    def test_table_has_every_operation(self) -> None:
        """The table of calls covers all operations."""
        assert CALLS.keys() == services.bindings(SERVICE).operations.keys()

    @pytest.mark.parametrize("operation", CALLS)
    def test_unauthorized_call_is_denied(self, unauthorized: Client, operation: str) -> None:
        """A caller that no policy allows the call gets status 403 before anything else is checked."""
        got = unauthorized.expect_error(SERVICE, operation, **CALLS[operation])
        assert (got.status, got.code) == (403, "AccessDeniedException")
        assert f"artifact:{operation}" in got.message

    @pytest.mark.parametrize("operation", INVALID)
    def test_invalid_member_is_refused(self, stranger: Client, operation: str) -> None:
        """A member that violates the model is named in fieldList."""
        got = stranger.expect_error(SERVICE, operation, **CALLS[operation] | INVALID[operation])
        assert (got.status, got.code) == (400, "ValidationException")
        assert set(invalid_members(got)) == INVALID[operation].keys()

    @pytest.mark.parametrize(("operation", "names"), WITH_RESOURCE.items())
    def test_unknown_resource_is_not_found(self, stranger: Client, operation: str, names: set[str]) -> None:
        """An unknown resource is answered with status 404, its type and its id."""
        (name,) = names
        got = stranger.expect_error(SERVICE, operation, **CALLS[operation] | {name: UNKNOWN[name]})
        assert (got.status, got.code) == (404, "ResourceNotFoundException")
        kind = name.removesuffix("Id").replace("A", "-a").replace("I", "-i").lower()
        assert got.data["resourceType"] == ("compliance-inquiry" if name == "resourceArn" else kind)
        assert got.data["resourceId"] in UNKNOWN[name]

    @pytest.mark.parametrize("operation", CONFLICTS)
    def test_conflicting_call_is_refused(self, stranger: Client, operation: str) -> None:
        """A conflict is answered with status 409 and the resource."""
        got = CONFLICTS[operation](stranger)
        assert (got.status, got.code) == (409, "ConflictException")
        assert got.data["resourceId"]
        assert got.data["resourceType"] in {"compliance-inquiry", "report"}

    def test_exceeded_quota_is_refused(self, stranger: Client) -> None:
        """AcceptAgreement answers with status 402 when the quota of agreements in force is reached."""
        control_result(stranger.app, "PATCH", "/_emulator/quotas", {"customer_agreements_in_force": 1})
        accept(stranger, ACCOUNT_AGREEMENT)
        got = stranger.expect_error(SERVICE, "AcceptAgreement", **read_agreement(stranger, OTHER_ACCOUNT_AGREEMENT))
        assert (got.status, got.code) == (402, "ServiceQuotaExceededException")
        assert (got.data["resourceId"], got.data["resourceType"]) == (stranger.account, "customer-agreement")
        assert (got.data["serviceCode"], got.data["quotaCode"]) == ("artifact", "customer_agreements_in_force")

    @pytest.mark.parametrize("operation", CALLS)
    def test_every_declared_error_is_provoked_or_explained(self, operation: str) -> None:
        """An error that no call provokes has a reason why it cannot occur."""
        declared = {shape.name for shape in operation_model(SERVICE, operation).error_shapes}
        provoked = {
            "AccessDeniedException": True,
            "ConflictException": operation in CONFLICTS,
            "ResourceNotFoundException": operation in WITH_RESOURCE,
            "ServiceQuotaExceededException": operation == "AcceptAgreement",
            "ValidationException": operation in INVALID,
        }
        remaining = declared - {error for error, is_provoked in provoked.items() if is_provoked} - NEVER.keys()
        assert {(operation, error) for error in remaining} == {key for key in UNREACHABLE if key[0] == operation}
