"""Agreements and reports in an organization: acceptance, access by members, and removed accounts.

Each class is a section of the page "AWS Artifact and AWS Organizations", each method a sentence of it.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-artifact.html
"""

from typing import Any

import pytest

from tests.support.sdk_accounts import (
    BAA,
    ORGANIZATIONS_AUSTRALIAN_ADDENDUM,
    ORGANIZATIONS_BAA,
    Account,
    pdf_text,
    raises_client_error,
)

DENIED = "AccessDeniedException"
NOT_FOUND = "ResourceNotFoundException"


def ids(agreements: list[dict[str, Any]]) -> list[str]:
    """Return the ids of accepted agreements."""
    return [agreement["id"] for agreement in agreements]


class TestDownloadReports:
    """AWS Artifact is a service that allows you to download AWS security compliance reports."""

    @pytest.mark.parametrize("series", ["ISO", "PCI"])
    def test_report_is_downloaded_after_its_terms(self, standalone: Account, series: str) -> None:
        """You download reports such as ISO and PCI reports, in any account, once you were shown their terms."""
        listed = standalone.artifact.list_reports()["reports"]
        report = next(report for report in listed if report["series"] == series)
        terms = standalone.artifact.get_term_for_report(reportId=report["id"])
        assert standalone.emulator.download(terms["documentPresignedUrl"]).content.startswith(b"%PDF-")
        granted = standalone.artifact.get_report(reportId=report["id"], termToken=terms["termToken"])
        downloaded = standalone.emulator.download(granted["documentPresignedUrl"])
        assert (downloaded.status_code, downloaded.headers["Content-Type"]) == (200, "application/pdf")
        assert downloaded.content.startswith(b"%PDF-")

    def test_report_needs_unused_token_of_its_own_terms(self, standalone: Account) -> None:
        """A report cannot be downloaded with the token of another one, or twice with the same token."""
        first, second = [report["id"] for report in standalone.artifact.list_reports(maxResults=2)["reports"]]
        token = standalone.artifact.get_term_for_report(reportId=first)["termToken"]
        with raises_client_error("ValidationException", 400) as answer:
            standalone.artifact.get_report(reportId=second, termToken=token)
        assert answer["reason"] == "invalidToken"
        standalone.artifact.get_report(reportId=first, termToken=token)
        with raises_client_error("ValidationException", 400):
            standalone.artifact.get_report(reportId=first, termToken=token)

    @pytest.mark.usefixtures("trusted_access")
    def test_report_names_account_that_downloads_it(self, management: Account, member: Account) -> None:
        """Every copy names the account that downloads it: the integration with Organizations changes nothing here."""
        for account, other in ((management, member), (member, management)):
            report_id = account.artifact.list_reports(maxResults=1)["reports"][0]["id"]
            token = account.artifact.get_term_for_report(reportId=report_id)["termToken"]
            url = account.artifact.get_report(reportId=report_id, termToken=token)["documentPresignedUrl"]
            copy = pdf_text(account.emulator.download(url).content)
            assert account.id in copy
            assert other.id not in copy


class TestAcceptOnBehalfOfAllMembers:
    """A user in the management account can automatically accept agreements on behalf of all member accounts."""

    def test_accepted_agreement_covers_every_member(
        self, management: Account, member: Account, invited: Account
    ) -> None:
        """All member accounts have the agreement, created and invited ones, without a call of their own."""
        management.enable_trusted_access()
        accepted = management.accept(ORGANIZATIONS_BAA)
        assert ids(management.agreements()) == [accepted["id"]]
        assert member.agreements() == management.agreements()
        assert invited.agreements() == management.agreements()

    def test_members_see_agreement_as_organizations(self, management: Account, accepted: str, member: Account) -> None:
        """Members see that the agreement is the organization's, accepted by its management account."""
        organization = member.organizations.describe_organization()["Organization"]
        (seen,) = member.agreements()
        assert seen["id"] == accepted
        assert seen["state"] == "ACTIVE"
        assert seen["awsAccountId"] == management.id
        assert seen["organizationArn"] == organization["Arn"]
        assert seen["agreementArn"] == f"arn:aws:artifact:::agreement/{ORGANIZATIONS_BAA}"
        assert seen["arn"] == f"arn:aws:artifact::{management.id}:customer-agreement/{accepted}"

    def test_account_added_later_has_agreement_at_once(
        self, management: Account, accepted: str, standalone: Account
    ) -> None:
        """An account that is created or invited later has the agreement at once: "even as new accounts are added"."""
        created = management.create_account("Later")
        assert ids(created.agreements()) == [accepted]
        assert standalone.agreements() == []
        management.invite(standalone)
        assert ids(standalone.agreements()) == [accepted]

    def test_agreement_accepted_later_is_added(self, management: Account, accepted: str, member: Account) -> None:
        """An agreement that is accepted later joins those that the members have."""
        second = management.accept(ORGANIZATIONS_AUSTRALIAN_ADDENDUM)["id"]
        assert ids(member.agreements()) == [accepted, second]

    def test_terminated_agreement_ends_for_every_member(
        self, management: Account, accepted: str, member: Account
    ) -> None:
        """An agreement that the management account terminates ends for all accounts, and can be accepted again."""
        ended = management.terminate(accepted)
        assert (ended["id"], ended["state"]) == (accepted, "CUSTOMER_TERMINATED")
        assert ended["effectiveEnd"] >= ended["effectiveStart"]
        assert management.agreements() == []
        assert member.agreements() == []
        with raises_client_error(NOT_FOUND, 404):
            member.artifact.get_customer_agreement(customerAgreementId=accepted)
        second = management.accept(ORGANIZATIONS_BAA)["id"]
        assert second != accepted
        assert ids(member.agreements()) == [second]

    def test_second_acceptance_returns_agreement_in_force(self, management: Account, accepted: str) -> None:
        """Accepting an agreement again returns the one that is in force."""
        assert management.accept(ORGANIZATIONS_BAA)["id"] == accepted
        assert ids(management.agreements()) == [accepted]

    def test_standalone_account_cannot_accept_organization_agreement(self, standalone: Account) -> None:
        """An account that is in no organization cannot accept an organization agreement."""
        with raises_client_error(DENIED, 403):
            standalone.accept(ORGANIZATIONS_BAA)
        assert standalone.agreements() == []

    def test_account_agreement_covers_one_account(self, management: Account, member: Account) -> None:
        """An account agreement is accepted by any account, the management account too, for itself alone."""
        own = member.accept(BAA)
        assert "organizationArn" not in own
        assert ids(member.agreements()) == [own["id"]]
        assert management.agreements() == []
        theirs = management.accept(BAA)["id"]
        assert ids(management.agreements()) == [theirs]
        assert ids(member.agreements()) == [own["id"]]


class TestMembersViewAndDownload:
    """Member account users can view and download agreements."""

    def test_member_views_agreement(self, accepted: str, member: Account) -> None:
        """A member finds the agreement in its list and sees the terms on which it would end."""
        assert ids(member.agreements()) == [accepted]
        assert member.artifact.get_customer_agreement(customerAgreementId=accepted)["terminateTerms"]

    def test_member_downloads_its_own_copy(self, accepted: str, member: Account) -> None:
        """A member downloads the document, in a copy that names the member."""
        url = member.artifact.get_customer_agreement(customerAgreementId=accepted)["documentPresignedUrl"]
        downloaded = member.emulator.download(url)
        assert (downloaded.status_code, downloaded.headers["Content-Type"]) == (200, "application/pdf")
        assert f"Account {member.id}" in pdf_text(downloaded.content)

    def test_role_session_in_member_views_and_downloads(
        self, management: Account, accepted: str, member: Account
    ) -> None:
        """A session of the member's access role views and downloads likewise."""
        user = management.assume_role(member)
        identity = user.sts.get_caller_identity()
        assert identity["Account"] == member.id
        assert identity["Arn"] == f"arn:aws:sts::{member.id}:assumed-role/OrganizationAccountAccessRole/story"
        assert ids(user.agreements()) == [accepted]
        url = user.artifact.get_customer_agreement(customerAgreementId=accepted)["documentPresignedUrl"]
        assert identity["Arn"] in pdf_text(user.emulator.download(url).content)

    def test_member_cannot_accept_organization_agreement(self, accepted: str, member: Account) -> None:
        """A member can "view and download" an organization agreement, but not accept it."""
        arguments = member.read_agreement(ORGANIZATIONS_AUSTRALIAN_ADDENDUM)
        with raises_client_error(DENIED, 403):
            member.artifact.accept_agreement(**arguments)
        assert ids(member.agreements()) == [accepted]

    def test_member_cannot_terminate_organization_agreement(
        self, management: Account, accepted: str, member: Account
    ) -> None:
        """A member can "view and download", but gets no token to terminate with and cannot use another account's."""
        assert "terminateAgreementToken" not in member.artifact.get_customer_agreement(customerAgreementId=accepted)
        token = management.artifact.get_customer_agreement(customerAgreementId=accepted)["terminateAgreementToken"]
        with raises_client_error(DENIED, 403):
            member.artifact.terminate_agreement(customerAgreementId=accepted, terminateAgreementToken=token)
        assert ids(management.agreements()) == [accepted]

    def test_standalone_account_sees_no_organization_agreement(self, accepted: str, standalone: Account) -> None:
        """Only "member accounts" have access: a standalone account does not find the agreement."""
        assert standalone.agreements() == []
        with raises_client_error(NOT_FOUND, 404):
            standalone.artifact.get_customer_agreement(customerAgreementId=accepted)


class TestRemovedAccounts:
    """A standalone account that is removed from an organization no longer has access to any organization agreements."""

    def test_removed_account_loses_organization_agreements(
        self, management: Account, accepted: str, member: Account
    ) -> None:
        """A removed account sees no organization agreement any more; the others see it as before."""
        management.remove(member)
        assert member.agreements() == []
        with raises_client_error(NOT_FOUND, 404):
            member.artifact.get_customer_agreement(customerAgreementId=accepted)
        assert ids(management.agreements()) == [accepted]

    def test_account_that_left_loses_organization_agreements(
        self, management: Account, accepted: str, invited: Account
    ) -> None:
        """An account that left by itself is a standalone account as well."""
        assert ids(invited.agreements()) == [accepted]
        invited.organizations.leave_organization()
        assert invited.agreements() == []
        with raises_client_error(NOT_FOUND, 404):
            invited.artifact.get_customer_agreement(customerAgreementId=accepted)
        assert ids(management.agreements()) == [accepted]

    def test_closed_account_loses_organization_agreements(
        self, management: Account, accepted: str, member: Account
    ) -> None:
        """A closed account, whose credentials are invalid, has no access, although it is listed for 90 days more."""
        management.organizations.close_account(AccountId=member.id)
        with raises_client_error("UnrecognizedClientException", 403):
            member.artifact.get_customer_agreement(customerAgreementId=accepted)
        assert ids(management.agreements()) == [accepted]

    @pytest.mark.usefixtures("accepted")
    def test_removed_account_keeps_its_own_agreements(self, management: Account, member: Account) -> None:
        """It loses "any organization agreements", and keeps those that it accepted for itself."""
        own = member.accept(BAA)["id"]
        management.remove(member)
        assert ids(member.agreements()) == [own]

    def test_rejoining_account_has_organization_agreements_again(
        self, management: Account, accepted: str, member: Account
    ) -> None:
        """An account that is invited again has access again."""
        management.remove(member)
        management.invite(member)
        assert ids(member.agreements()) == [accepted]

    def test_deleted_organization_leaves_no_agreement(
        self, management: Account, accepted: str, invited: Account
    ) -> None:
        """After the organization is deleted no account has access, and a new organization does not inherit it."""
        management.remove(invited)
        management.organizations.delete_organization()
        assert management.agreements() == []
        with raises_client_error(NOT_FOUND, 404):
            management.artifact.get_customer_agreement(customerAgreementId=accepted)
        management.organizations.create_organization()
        management.enable_trusted_access()
        management.invite(invited)
        assert management.agreements() == []
        assert invited.agreements() == []
        with raises_client_error(NOT_FOUND, 404):
            management.artifact.get_customer_agreement(customerAgreementId=accepted)

    @pytest.mark.usefixtures("accepted")
    def test_role_of_a_deleted_organization(self, management: Account) -> None:
        """The role of a deleted organization remains in its account, which can then delete it."""
        management.organizations.delete_organization()
        assert management.artifact_role() is not None
        assert management.delete_artifact_role()["Status"] == "SUCCEEDED"
        assert management.artifact_role() is None
