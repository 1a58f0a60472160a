"""The errors that AWS's model declares for Artifact: who may not is denied everywhere, wrong members are refused."""

from collections.abc import Callable
from typing import Any

import pytest

from artifact_emulator import services
from tests.support.artifact_calls import ACCOUNT_AGREEMENT, REPORT, accept, read_agreement
from tests.support.aws_models import operation_model
from tests.support.control_api import control_result
from tests.support.iam_users import create_user
from tests.support.wire_client import Answer, Client

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
ABSENT = {
    "agreementId": "agreement-0000000000000000",
    "reportId": "report-0000000000000000",
    "customerAgreementId": ACCEPTED,
    "complianceInquiryId": INQUIRY,
    "resourceArn": ARN,
}
"""By member, what nobody has."""
MISSING = {operation: members.keys() & ABSENT.keys() for operation, members in CALLS.items()}
FOUND = {operation: names for operation, names in MISSING.items() if names}
# Source: docs/fidelity.md, "Not emulated"
NEVER = {
    "InternalServerException": "it is the answer to an error of the emulator's own",
    "ThrottlingException": "requests are not throttled unless a world is told to",
}
NO_QUOTA = "only agreements that are in force are counted"
UNREACHABLE = {
    ("GetAccountSettings", "ConflictException"): "reading conflicts with nothing",
    ("GetAccountSettings", "ResourceNotFoundException"): "every account has settings",
    ("GetAccountSettings", "ValidationException"): "its request has no members",
    ("ListAgreements", "ResourceNotFoundException"): "it names no resource",
    ("ListComplianceInquiries", "ResourceNotFoundException"): "it names no resource",
    ("ListReports", "ResourceNotFoundException"): "it names no resource",
    ("PutAccountSettings", "ConflictException"): "operations are done one after the other",
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


def asked_otherwise(client: Client) -> Answer:
    """Use a client token for two requests."""
    client.do(SERVICE, "CreateComplianceInquiry", **CALLS["CreateComplianceInquiry"], clientToken="once")
    other = {"name": "Other", "inquiryContent": {"query": "Which report?"}, "clientToken": "once"}
    return client.expect_error(SERVICE, "CreateComplianceInquiry", **other)


def rated_early(client: Client) -> Answer:
    """Rate what is worked on."""
    control_result(client.app, "PATCH", "/_emulator/delays", {"inquiry": 60})
    made = client.do(SERVICE, "CreateComplianceInquiry", **CALLS["CreateComplianceInquiry"])
    rated = {"complianceInquiryId": made["complianceInquirySummary"]["id"], "rating": "THUMBS_UP"}
    return client.expect_error(SERVICE, "PutComplianceInquiryFeedback", **rated)


def not_ready(operation: str, **members: str) -> Provocation:
    """Ask for a report whose document is not there."""

    def provoke(client: Client) -> Answer:
        report = {"name": "Sample", "series": "SOC", "uploadState": "PROCESSING"}
        made = control_result(client.app, "POST", "/_emulator/artifact/reports", report)
        return client.expect_error(SERVICE, operation, reportId=made["id"], **members)

    return provoke


CONFLICTS: dict[str, Provocation] = {
    "CreateComplianceInquiry": asked_otherwise,
    "GetReport": not_ready("GetReport", termToken="term-token-x"),
    "GetTermForReport": not_ready("GetTermForReport"),
    "PutComplianceInquiryFeedback": rated_early,
}


@pytest.fixture
def powerless(stranger: Client) -> Client:
    """Give a user of an account whom no policy allows anything."""
    return create_user(stranger, name="powerless")


class TestDeclaredErrors:
    """What every operation declares."""

    def test_names_every_operation(self) -> None:
        """No operation is left out of the table."""
        assert CALLS.keys() == services.bindings(SERVICE).operations.keys()

    @pytest.mark.parametrize("operation", CALLS)
    def test_access_denied(self, powerless: Client, operation: str) -> None:
        """Whom no policy allows it is denied with 403, before anything else is looked up."""
        got = powerless.expect_error(SERVICE, operation, **CALLS[operation])
        assert (got.status, got.code) == (403, "AccessDeniedException")
        assert f"artifact:{operation}" in got.message

    @pytest.mark.parametrize("operation", WRONG)
    def test_validation(self, stranger: Client, operation: str) -> None:
        """A member that breaks the model is named in fieldList."""
        got = stranger.expect_error(SERVICE, operation, **CALLS[operation] | WRONG[operation])
        assert (got.status, got.code) == (400, "ValidationException")
        assert {one["name"] for one in got.data["fieldList"]} == WRONG[operation].keys()

    @pytest.mark.parametrize(("operation", "names"), FOUND.items())
    def test_not_found(self, stranger: Client, operation: str, names: set[str]) -> None:
        """What does not exist is answered with 404, told back with its kind."""
        (name,) = names
        got = stranger.expect_error(SERVICE, operation, **CALLS[operation] | {name: ABSENT[name]})
        assert (got.status, got.code) == (404, "ResourceNotFoundException")
        kind = name.removesuffix("Id").replace("A", "-a").replace("I", "-i").lower()
        assert got.data["resourceType"] == ("compliance-inquiry" if name == "resourceArn" else kind)
        assert got.data["resourceId"] in ABSENT[name]

    @pytest.mark.parametrize("operation", CONFLICTS)
    def test_conflict(self, stranger: Client, operation: str) -> None:
        """What does not fit what is there is answered with 409, with the resource."""
        got = CONFLICTS[operation](stranger)
        assert (got.status, got.code) == (409, "ConflictException")
        assert got.data["resourceId"]
        assert got.data["resourceType"] in {"compliance-inquiry", "report"}

    def test_quota_exceeded(self, stranger: Client) -> None:
        """AcceptAgreement answers 402 when as many agreements are in force as a world's quota allows."""
        control_result(stranger.app, "PATCH", "/_emulator/quotas", {"customer_agreements_in_force": 1})
        accept(stranger, ACCOUNT_AGREEMENT)
        got = stranger.expect_error(
            SERVICE, "AcceptAgreement", **read_agreement(stranger, "agreement-sbLSDe8bitmAXNr9")
        )
        assert (got.status, got.code) == (402, "ServiceQuotaExceededException")
        assert (got.data["resourceId"], got.data["resourceType"]) == (stranger.account, "customer-agreement")
        assert (got.data["serviceCode"], got.data["quotaCode"]) == ("artifact", "customer_agreements_in_force")

    @pytest.mark.parametrize("operation", CALLS)
    def test_none_is_left(self, operation: str) -> None:
        """What is not provoked cannot occur, for a reason that is written down."""
        declared = {shape.name for shape in operation_model(SERVICE, operation).error_shapes}
        proved = {
            "AccessDeniedException": True,
            "ConflictException": operation in CONFLICTS,
            "ResourceNotFoundException": operation in FOUND,
            "ServiceQuotaExceededException": operation == "AcceptAgreement",
            "ValidationException": operation in WRONG,
        }
        left = declared - {error for error, is_proved in proved.items() if is_proved} - NEVER.keys()
        assert {(operation, error) for error in left} == {one for one in UNREACHABLE if one[0] == operation}
