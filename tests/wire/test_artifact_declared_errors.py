"""The errors that AWS's model declares for Artifact: who may not is denied everywhere, wrong members are refused."""

from typing import Any

import pytest
from botocore.credentials import Credentials

from artifact_emulator import services
from tests.wire.botocore_wire import Client, operation_model
from tests.wire.test_artifact import ACCOUNT_AGREEMENT, REPORT

SERVICE = "artifact"
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
WRONG: dict[str, dict[str, Any]] = {
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
"""What is wrong in a call that is otherwise right."""
# Source: docs/fidelity.md, "Not emulated"
NEVER = {
    "InternalServerException": "it is the answer to an error of the emulator's own",
    "ServiceQuotaExceededException": "no quota of Artifact's is counted",
    "ThrottlingException": "requests are not throttled unless a fault asks for it",
}
ELSEWHERE = {"ConflictException", "ResourceNotFoundException"}
"""The tests of each operation provoke these."""
UNREACHABLE = {
    ("AcceptAgreement", "ResourceNotFoundException"): "tokens are looked at first, and none is of what does not exist",
    ("GetAccountSettings", "ConflictException"): "reading conflicts with nothing",
    ("GetAccountSettings", "ResourceNotFoundException"): "every account has settings",
    ("GetAccountSettings", "ValidationException"): "its request has no members",
    ("ListAgreements", "ResourceNotFoundException"): "it names no resource",
    ("ListComplianceInquiries", "ResourceNotFoundException"): "it names no resource",
    ("ListReports", "ResourceNotFoundException"): "it names no resource",
    ("PutAccountSettings", "ConflictException"): "operations are done one after the other",
    ("PutAccountSettings", "ResourceNotFoundException"): "every account has settings",
    (
        "TerminateAgreement",
        "ResourceNotFoundException",
    ): "tokens are looked at first, and none is of what does not exist",
}


@pytest.fixture
def powerless(stranger: Client) -> Client:
    """Give a user of an account whom no policy allows anything."""
    stranger.does("iam", "CreateUser", UserName="powerless")
    key = stranger.does("iam", "CreateAccessKey", UserName="powerless")["AccessKey"]
    credentials = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    return Client(stranger.core, stranger.account, credentials=credentials)


class TestDeclaredErrors:
    """What every operation declares."""

    def test_names_every_operation(self) -> None:
        """No operation is left out of the table."""
        assert CALLS.keys() == services.bindings(SERVICE).operations.keys()

    @pytest.mark.parametrize("operation", CALLS)
    def test_access_denied(self, powerless: Client, operation: str) -> None:
        """Whom no policy allows it is denied with 403, before anything else is looked up."""
        got = powerless.is_refused(SERVICE, operation, **CALLS[operation])
        assert (got.status, got.code) == (403, "AccessDeniedException")
        assert f"artifact:{operation}" in got.message

    @pytest.mark.parametrize("operation", WRONG)
    def test_validation(self, stranger: Client, operation: str) -> None:
        """A member that breaks the model is named in fieldList."""
        got = stranger.is_refused(SERVICE, operation, **CALLS[operation] | WRONG[operation])
        assert (got.status, got.code) == (400, "ValidationException")
        assert {one["name"] for one in got.data["fieldList"]} == WRONG[operation].keys()

    @pytest.mark.parametrize("operation", ["ListTagsForResource", "TagResource", "UntagResource"])
    def test_not_found(self, stranger: Client, operation: str) -> None:
        """What does not exist is answered with 404."""
        got = stranger.is_refused(SERVICE, operation, **CALLS[operation])
        assert (got.status, got.code) == (404, "ResourceNotFoundException")

    @pytest.mark.parametrize("operation", CALLS)
    def test_none_is_left(self, operation: str) -> None:
        """What else is declared cannot occur, for a reason that is written down, or is another file's matter."""
        declared = {shape.name for shape in operation_model(SERVICE, operation).error_shapes}
        proved = {"AccessDeniedException"} | ({"ValidationException"} if operation in WRONG else set())
        left = {(operation, error) for error in declared - proved - NEVER.keys()}
        assert {one for one in left if one[1] not in ELSEWHERE or one in UNREACHABLE} == {
            one for one in UNREACHABLE if one[0] == operation
        }
