"""The agreement operations of AWS Artifact on the wire."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.artifact_calls import (
    ACCOUNT_AGREEMENT,
    ARTIFACT,
    ORGANIZATION_AGREEMENT,
    REPORT,
    SERVICE,
    accept,
    download,
    error_of,
    in_milliseconds,
    invalid_members,
    read_agreement,
    trust_artifact,
)
from tests.support.iam_users import create_user, policy_allowing
from tests.support.wire_client import Client
from tests.wire.conftest import NOW


def listed_agreement(client: Client, agreement_id: str) -> dict[str, Any]:
    """Return an agreement as ListAgreements describes it."""
    agreements = client.do(SERVICE, "ListAgreements")["agreements"]
    return next(agreement for agreement in agreements if agreement["id"] == agreement_id)


class TestListAgreements:
    """ListAgreements."""

    def test_every_account_lists_the_same_agreements(self, stranger: Client, member: Client) -> None:
        """A member and a standalone account list the same account and organization agreements."""
        listed = stranger.do(SERVICE, "ListAgreements")["agreements"]
        assert listed == member.do(SERVICE, "ListAgreements")["agreements"]
        subjects = {agreement["id"]: agreement["subjects"] for agreement in listed}
        assert subjects[ACCOUNT_AGREEMENT] == ["ACCOUNT"]
        assert subjects[ORGANIZATION_AGREEMENT] == ["ORGANIZATION"]

    def test_agreement_arn_has_no_region_and_no_account(self, stranger: Client) -> None:
        """An agreement's ARN has neither a region nor an account."""
        agreement = listed_agreement(stranger, ACCOUNT_AGREEMENT)
        assert agreement["arn"] == f"arn:aws:artifact:::agreement/{ACCOUNT_AGREEMENT}"
        assert agreement["name"] == "AWS Business Associate Addendum"

    def test_region_selects_the_agreements_of_its_partition(self, stranger: Client) -> None:
        """The caller's region selects the partition whose agreements are listed."""
        client = Client(stranger.app, stranger.account, region="us-gov-west-1")
        listed = client.do(SERVICE, "ListAgreements")["agreements"]
        assert "agreement-Og8HCNyYwYNp8AR1" in {agreement["id"] for agreement in listed}
        assert {agreement["arn"].split(":")[1] for agreement in listed} == {"aws-us-gov"}

    def test_pages_make_up_the_whole_list(self, stranger: Client) -> None:
        """The pages in order are the whole list."""
        agreements = stranger.do(SERVICE, "ListAgreements")["agreements"]
        pages, token = [], None
        while True:
            page = stranger.do(SERVICE, "ListAgreements", maxResults=3, **({"nextToken": token} if token else {}))
            pages += page["agreements"]
            if not (token := page.get("nextToken")):
                break
        assert pages == agreements

    @pytest.mark.parametrize("size", [0, 301, -1, 10**18])
    def test_page_size_out_of_range_is_invalid(self, stranger: Client, size: int) -> None:
        """A page has 1 to 300 agreements; botocore sends any number."""
        got = stranger.expect_error(SERVICE, "ListAgreements", maxResults=size)
        assert error_of(got) == (400, "ValidationException", "fieldValidationFailed")
        assert invalid_members(got) == ["maxResults"]

    @pytest.mark.parametrize("token", ["x", "A" * 32, "é", "\U0001f600"])
    def test_invalid_next_token_is_refused(self, stranger: Client, token: str) -> None:
        """A next token that the operation did not issue is refused and named."""
        got = stranger.expect_error(SERVICE, "ListAgreements", nextToken=token)
        assert error_of(got) == (400, "ValidationException", "fieldValidationFailed")
        assert invalid_members(got) == ["nextToken"]


class TestAcceptAgreement:
    """The documented steps: GetNdaForAgreement, AcceptNdaForAgreement, GetAgreement, AcceptAgreement."""

    def test_account_accepts_for_itself(self, stranger: Client) -> None:
        """A standalone account accepts an agreement for itself."""
        summary = accept(stranger, ACCOUNT_AGREEMENT)
        agreement = listed_agreement(stranger, ACCOUNT_AGREEMENT)
        assert summary == {
            "name": agreement["name"],
            "arn": f"arn:aws:artifact::{stranger.account}:customer-agreement/{summary['id']}",
            "id": summary["id"],
            "agreementArn": agreement["arn"],
            "awsAccountId": stranger.account,
            "effectiveStart": in_milliseconds(NOW),
            "state": "ACTIVE",
            "description": agreement["description"],
            "acceptanceTerms": agreement["acceptanceTerms"],
            "terminateTerms": agreement["terminateTerms"],
            "type": "DEFAULT",
        }

    def test_management_account_accepts_for_all_members(self, management: Client, member: Client) -> None:
        """A member sees the acceptance of the management account."""
        trust_artifact(management)
        summary = accept(management, ORGANIZATION_AGREEMENT)
        organization = management.do("organizations", "DescribeOrganization")["Organization"]
        assert summary["organizationArn"] == organization["Arn"]
        assert member.do(SERVICE, "ListCustomerAgreements") == {"customerAgreements": [summary]}
        assert summary["awsAccountId"] == management.account

    def test_nda_is_a_pdf_document(self, stranger: Client) -> None:
        """The NDA is a PDF document behind a URL of the same server."""
        nda = stranger.do(SERVICE, "GetNdaForAgreement", agreementId=ACCOUNT_AGREEMENT)
        assert download(stranger, nda["documentPresignedUrl"]).startswith(b"%PDF-")

    def test_nda_has_its_own_revision(self, stranger: Client) -> None:
        """The revision of the NDA differs from that of the agreement."""
        nda = stranger.do(SERVICE, "GetNdaForAgreement", agreementId=ACCOUNT_AGREEMENT)
        assert nda["agreementRevisionId"] != read_agreement(stranger, ACCOUNT_AGREEMENT)["agreementRevisionId"]

    @pytest.mark.parametrize("operation", ["GetNdaForAgreement", "AcceptNdaForAgreement", "GetAgreement"])
    def test_unknown_agreement_is_not_found(self, stranger: Client, operation: str) -> None:
        """An agreement id of the right form that does not exist is not found, and is in the error."""
        unknown = "agreement-0000000000000000"
        revision = {"agreementRevisionId": "0" * 8 + "-0000-0000-0000-" + "0" * 12}
        token = {"ndaToken": "nda-token-" + "0" * 24}
        members = {"GetNdaForAgreement": {}, "AcceptNdaForAgreement": revision | token, "GetAgreement": token}
        got = stranger.expect_error(SERVICE, operation, agreementId=unknown, **members[operation])
        assert error_of(got) == (404, "ResourceNotFoundException", None)
        assert (got.data["resourceType"], got.data["resourceId"]) == ("agreement", unknown)

    @pytest.mark.parametrize("agreement_id", ["bad", ACCOUNT_AGREEMENT + "x", REPORT, ACCOUNT_AGREEMENT + "\n", ""])
    def test_invalid_agreement_id_is_refused(self, stranger: Client, agreement_id: str) -> None:
        """An id of another form violates the shape."""
        got = stranger.expect_error(SERVICE, "GetNdaForAgreement", agreementId=agreement_id)
        assert error_of(got) == (400, "ValidationException", "fieldValidationFailed")
        assert invalid_members(got) == ["agreementId"]

    @pytest.mark.parametrize("member_name", ["acceptanceTermsToken", "executeAgreementToken"])
    def test_tokens_are_not_interchangeable(self, stranger: Client, member_name: str) -> None:
        """The terms token and the execute token cannot replace each other."""
        acceptance = read_agreement(stranger, ACCOUNT_AGREEMENT)
        other = {"acceptanceTermsToken": "executeAgreementToken", "executeAgreementToken": "acceptanceTermsToken"}
        acceptance[member_name] = acceptance[other[member_name]]
        got = stranger.expect_error(SERVICE, "AcceptAgreement", **acceptance)
        assert error_of(got) == (400, "ValidationException", "invalidToken")
        assert got.data["fieldList"][0]["name"] in other

    def test_used_token_is_invalid(self, stranger: Client) -> None:
        """A token is valid once."""
        acceptance = read_agreement(stranger, ACCOUNT_AGREEMENT)
        stranger.do(SERVICE, "AcceptAgreement", **acceptance)
        got = stranger.expect_error(SERVICE, "AcceptAgreement", **acceptance)
        assert error_of(got) == (400, "ValidationException", "invalidToken")

    def test_expired_token_is_invalid(self, stranger: Client) -> None:
        """A token expires after 15 minutes."""
        acceptance = read_agreement(stranger, ACCOUNT_AGREEMENT)
        stranger.app.world.clock.advance(timedelta(minutes=15))
        got = stranger.expect_error(SERVICE, "AcceptAgreement", **acceptance)
        assert error_of(got) == (400, "ValidationException", "invalidToken")

    def test_all_missing_members_are_named(self, stranger: Client) -> None:
        """The error lists every missing member."""
        got = stranger.expect_error(SERVICE, "AcceptAgreement")
        assert error_of(got) == (400, "ValidationException", "fieldValidationFailed")
        assert set(invalid_members(got)) == set(read_agreement(stranger, ACCOUNT_AGREEMENT))

    def test_only_the_management_account_accepts_for_the_organization(
        self, management: Client, member: Client, stranger: Client
    ) -> None:
        """A member and a standalone account get status 403."""
        trust_artifact(management)
        for client in (member, stranger):
            got = client.expect_error(SERVICE, "AcceptAgreement", **read_agreement(client, ORGANIZATION_AGREEMENT))
            assert error_of(got) == (403, "AccessDeniedException", None)

    def test_organization_agreement_requires_trusted_access(self, management: Client) -> None:
        """The acceptance is denied while trusted access is disabled."""
        acceptance = read_agreement(management, ORGANIZATION_AGREEMENT)
        got = management.expect_error(SERVICE, "AcceptAgreement", **acceptance)
        assert error_of(got) == (403, "AccessDeniedException", None)


class TestListCustomerAgreements:
    """ListCustomerAgreements."""

    def test_empty_list_is_present(self, stranger: Client) -> None:
        """The required member is an empty list."""
        assert stranger.do(SERVICE, "ListCustomerAgreements") == {"customerAgreements": []}

    def test_organization_agreements_are_hidden_while_trusted_access_is_disabled(
        self, management: Client, member: Client
    ) -> None:
        """Agreements remain in force but are inaccessible, and reappear unchanged."""
        trust_artifact(management)
        summary = accept(management, ORGANIZATION_AGREEMENT)
        management.do("organizations", "DisableAWSServiceAccess", ServicePrincipal=ARTIFACT)
        for client in (management, member):
            assert client.do(SERVICE, "ListCustomerAgreements") == {"customerAgreements": []}
            got = client.expect_error(SERVICE, "GetCustomerAgreement", customerAgreementId=summary["id"])
            assert error_of(got) == (403, "AccessDeniedException", None)
        trust_artifact(management)
        for client in (management, member):
            assert client.do(SERVICE, "ListCustomerAgreements") == {"customerAgreements": [summary]}

    def test_removed_account_loses_organization_agreements(self, management: Client, member: Client) -> None:
        """A removed account no longer has access to any organization agreement."""
        trust_artifact(management)
        summary = accept(management, ORGANIZATION_AGREEMENT)
        management.do("organizations", "RemoveAccountFromOrganization", AccountId=member.account)
        assert member.do(SERVICE, "ListCustomerAgreements") == {"customerAgreements": []}
        got = member.expect_error(SERVICE, "GetCustomerAgreement", customerAgreementId=summary["id"])
        assert error_of(got) == (404, "ResourceNotFoundException", None)


class TestGetCustomerAgreement:
    """GetCustomerAgreement."""

    def test_owner_gets_document_and_termination_token(self, stranger: Client) -> None:
        """The account that accepted the agreement can download and terminate it."""
        summary = accept(stranger, ACCOUNT_AGREEMENT)
        got = stranger.do(SERVICE, "GetCustomerAgreement", customerAgreementId=summary["id"])
        assert got["terminateAgreementToken"].startswith("agreement-token-")
        assert got["terminateTerms"] == summary["terminateTerms"]
        assert download(stranger, got["documentPresignedUrl"]).startswith(b"%PDF-")

    def test_member_gets_document_but_no_termination_token(self, management: Client, member: Client) -> None:
        """A member can view and download the agreement but not terminate it."""
        trust_artifact(management)
        summary = accept(management, ORGANIZATION_AGREEMENT)
        got = member.do(SERVICE, "GetCustomerAgreement", customerAgreementId=summary["id"])
        assert "terminateAgreementToken" not in got
        assert download(member, got["documentPresignedUrl"]).startswith(b"%PDF-")

    def test_agreement_of_another_account_is_not_found(self, stranger: Client, management: Client) -> None:
        """An agreement of another account is not found."""
        summary = accept(stranger, ACCOUNT_AGREEMENT)
        got = management.expect_error(SERVICE, "GetCustomerAgreement", customerAgreementId=summary["id"])
        assert error_of(got) == (404, "ResourceNotFoundException", None)
        assert (got.data["resourceType"], got.data["resourceId"]) == ("customer-agreement", summary["id"])


class TestTerminateAgreement:
    """TerminateAgreement."""

    def test_reply_is_a_short_summary(self, stranger: Client) -> None:
        """The reply has seven members including the end, and the agreement is no longer listed."""
        summary = accept(stranger, ACCOUNT_AGREEMENT)
        token = stranger.do(SERVICE, "GetCustomerAgreement", customerAgreementId=summary["id"])
        stranger.app.world.clock.advance(timedelta(minutes=1))
        terminated = stranger.do(
            SERVICE,
            "TerminateAgreement",
            customerAgreementId=summary["id"],
            terminateAgreementToken=token["terminateAgreementToken"],
        )["customerAgreement"]
        assert terminated == {
            "agreementArn": summary["agreementArn"],
            "arn": summary["arn"],
            "effectiveEnd": in_milliseconds(NOW) + timedelta(minutes=1),
            "effectiveStart": in_milliseconds(NOW),
            "id": summary["id"],
            "name": summary["name"],
            "state": "CUSTOMER_TERMINATED",
        }
        assert stranger.do(SERVICE, "ListCustomerAgreements") == {"customerAgreements": []}

    def test_member_cannot_terminate(self, management: Client, member: Client) -> None:
        """A member gets status 403."""
        trust_artifact(management)
        summary = accept(management, ORGANIZATION_AGREEMENT)
        token = management.do(SERVICE, "GetCustomerAgreement", customerAgreementId=summary["id"])
        got = member.expect_error(
            SERVICE,
            "TerminateAgreement",
            customerAgreementId=summary["id"],
            terminateAgreementToken=token["terminateAgreementToken"],
        )
        assert error_of(got) == (403, "AccessDeniedException", None)

    def test_unknown_token_is_invalid(self, stranger: Client) -> None:
        """A token that was not issued for the termination is refused and named."""
        summary = accept(stranger, ACCOUNT_AGREEMENT)
        got = stranger.expect_error(
            SERVICE,
            "TerminateAgreement",
            customerAgreementId=summary["id"],
            terminateAgreementToken="agreement-token-" + "0" * 24,
        )
        assert error_of(got) == (400, "ValidationException", "invalidToken")
        assert invalid_members(got) == ["terminateAgreementToken"]


class TestVisibility:
    """The agreements that a member's user sees."""

    def test_agreements_of_an_organization_are_hidden_without_permission_to_describe_it(
        self, management: Client, member: Client
    ) -> None:
        """A user that may not describe its organization sees its account's own agreements only."""
        trust_artifact(management)
        shared, own = accept(management, ORGANIZATION_AGREEMENT)["id"], accept(member, ACCOUNT_AGREEMENT)["id"]
        user = create_user(member, policy_allowing("artifact:*"))

        def listed() -> list[str]:
            return [agreement["id"] for agreement in user.do(SERVICE, "ListCustomerAgreements")["customerAgreements"]]

        assert listed() == [own]
        user.do(SERVICE, "GetCustomerAgreement", customerAgreementId=own)
        error = user.expect_error(SERVICE, "GetCustomerAgreement", customerAgreementId=shared)
        assert (error.status, error.code) == (403, "AccessDeniedException")
        allowing = policy_allowing("organizations:DescribeOrganization")
        member.do("iam", "PutUserPolicy", UserName="Alice", PolicyName="describe", PolicyDocument=allowing)
        assert listed() == [shared, own]
        user.do(SERVICE, "GetCustomerAgreement", customerAgreementId=shared)
