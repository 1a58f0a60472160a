"""Trusted access for AWS Artifact: enabling and disabling it, and what remains.

Each class is a section of the page "AWS Artifact and AWS Organizations", each method a sentence of it.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-artifact.html
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.sdk_accounts import (
    ARTIFACT,
    ARTIFACT_ROLE,
    BAA,
    ORGANIZATIONS_AUSTRALIAN_ADDENDUM,
    ORGANIZATIONS_BAA,
    Account,
    EmulatedAws,
    raises_client_error,
)

DENIED = "AccessDeniedException"


def ids(agreements: list[dict[str, Any]]) -> list[str]:
    """Return the ids of accepted agreements."""
    return [agreement["id"] for agreement in agreements]


class TestEnableTrustedAccess:
    """Enabling trusted access with AWS Artifact."""

    def test_enabling_has_no_output(self, management: Account) -> None:
        """This command produces no output when successful."""
        answer = management.organizations.enable_aws_service_access(ServicePrincipal=ARTIFACT)
        assert set(answer) == {"ResponseMetadata"}
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200

    def test_enabled_service_is_listed(self, management: Account) -> None:
        """You can run the command to enable AWS Artifact as a trusted service with Organizations."""
        assert management.trusted_services() == []
        management.enable_trusted_access()
        assert management.trusted_services() == [ARTIFACT]

    def test_enabling_again_changes_nothing(self, management: Account) -> None:
        """Enabling trusted access again changes neither the date nor the role."""
        management.enable_trusted_access()
        role = management.artifact_role()
        (first,) = management.organizations.list_aws_service_access_for_organization()["EnabledServicePrincipals"]
        management.enable_trusted_access()
        listed = management.organizations.list_aws_service_access_for_organization()
        assert listed["EnabledServicePrincipals"] == [first]
        assert management.artifact_role() == role

    def test_only_organizations_enables_trusted_access(self, management: Account, emulator: EmulatedAws) -> None:
        """You can enable trusted access using only the Organizations tools: no other call enables it."""
        management.iam.create_service_linked_role(AWSServiceName=ARTIFACT)
        arguments = management.read_agreement(ORGANIZATIONS_BAA)
        with raises_client_error(DENIED, 403):
            management.artifact.accept_agreement(**arguments)
        management.accept(BAA)
        management.invite(emulator.account("222233334444"))
        assert management.trusted_services() == []

    def test_existing_role_is_kept(self, management: Account) -> None:
        """A role that was created before stays the same when trusted access is enabled."""
        created = management.iam.create_service_linked_role(AWSServiceName=ARTIFACT)["Role"]
        management.enable_trusted_access()
        role = management.artifact_role()
        assert role is not None
        assert role["RoleId"] == created["RoleId"]

    def test_member_cannot_enable_trusted_access(self, management: Account, member: Account) -> None:
        """You must sign in in the organization's management account: a member is refused."""
        with raises_client_error(DENIED, 400) as answer:
            member.enable_trusted_access()
        assert answer["Message"] == "You don't have permissions to access this resource."
        assert management.trusted_services() == []
        assert management.artifact_role() is None

    def test_role_session_in_member_cannot_enable_trusted_access(self, management: Account, member: Account) -> None:
        """A session of a member's access role is refused, although it came from the management account."""
        with raises_client_error(DENIED, 400):
            management.assume_role(member).enable_trusted_access()
        assert management.trusted_services() == []

    def test_standalone_account_cannot_enable_trusted_access(self, standalone: Account) -> None:
        """A standalone account, which has no organization, is refused."""
        with raises_client_error("AWSOrganizationsNotInUseException", 400):
            standalone.enable_trusted_access()
        assert standalone.artifact_role() is None

    @pytest.mark.parametrize("principal", ["artifact", "artifact.amazonaws.com.cn", "ARTIFACT.amazonaws.com", "x.y.z"])
    def test_unknown_service_principal_is_refused(self, management: Account, principal: str) -> None:
        """An unknown service principal is refused with its reason."""
        with raises_client_error("InvalidInputException", 400) as answer:
            management.enable_trusted_access(principal)
        assert answer["Reason"] == "UNRECOGNIZED_SERVICE_PRINCIPAL"
        assert management.trusted_services() == []

    def test_organization_without_all_features_is_refused(self, emulator: EmulatedAws) -> None:
        """An organization with consolidated billing only cannot enable trusted access."""
        billing = emulator.account("444455556666")
        billing.organizations.create_organization(FeatureSet="CONSOLIDATED_BILLING")
        with raises_client_error("ConstraintViolationException", 400) as answer:
            billing.enable_trusted_access()
        assert answer["Reason"] == "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE"
        with raises_client_error("ConstraintViolationException", 400):
            billing.trusted_services()
        assert billing.artifact_role() is None
        with raises_client_error(DENIED, 403):
            billing.accept(ORGANIZATIONS_BAA)


class TestDisableTrustedAccess:
    """Disabling trusted access with AWS Artifact."""

    @pytest.mark.usefixtures("accepted")
    def test_disabling_has_no_output(self, management: Account) -> None:
        """This command produces no output when successful."""
        answer = management.organizations.disable_aws_service_access(ServicePrincipal=ARTIFACT)
        assert set(answer) == {"ResponseMetadata"}
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
        assert management.trusted_services() == []

    def test_disabling_what_is_not_enabled_changes_nothing(self, management: Account) -> None:
        """Disabling trusted access that is not enabled is not an error and changes nothing."""
        management.disable_trusted_access()
        assert management.trusted_services() == []
        assert management.artifact_role() is None

    def test_member_cannot_disable_trusted_access(self, management: Account, accepted: str, member: Account) -> None:
        """Only an administrator in the management account can disable trusted access: a member is refused."""
        with raises_client_error(DENIED, 400) as answer:
            member.disable_trusted_access()
        assert answer["Message"] == "You don't have permissions to access this resource."
        assert management.trusted_services() == [ARTIFACT]
        assert ids(member.agreements()) == [accepted]

    @pytest.mark.usefixtures("accepted")
    def test_role_session_in_member_cannot_disable_trusted_access(self, management: Account, member: Account) -> None:
        """Only an administrator in the management account can: one in a member account is refused."""
        with raises_client_error(DENIED, 400):
            management.assume_role(member).disable_trusted_access()
        assert management.trusted_services() == [ARTIFACT]

    @pytest.mark.usefixtures("accepted")
    def test_other_accounts_cannot_disable_trusted_access(
        self, management: Account, emulator: EmulatedAws, standalone: Account
    ) -> None:
        """Neither a standalone account nor another organization's management account can disable it."""
        with raises_client_error("AWSOrganizationsNotInUseException", 400):
            standalone.disable_trusted_access()
        other = emulator.account("555566667777")
        other.organizations.create_organization()
        other.disable_trusted_access()
        assert management.trusted_services() == [ARTIFACT]

    def test_only_organizations_disables_trusted_access(
        self, management: Account, accepted: str, member: Account
    ) -> None:
        """You can disable trusted access using only the Organizations tools: no other call disables it."""
        assert management.delete_artifact_role()["Status"] == "FAILED"
        management.terminate(accepted)
        management.remove(member)
        assert management.trusted_services() == [ARTIFACT]
        assert management.artifact_role() is not None

    @pytest.mark.usefixtures("accepted")
    def test_disabling_stops_organization_agreements(self, management: Account, member: Account) -> None:
        """If you disable trusted access, it stops functioning because it cannot access the organization."""
        management.disable_trusted_access()
        assert management.agreements() == []
        assert member.agreements() == []
        with raises_client_error(DENIED, 403):
            management.accept(ORGANIZATIONS_AUSTRALIAN_ADDENDUM)

    def test_tokens_from_before_disabling_are_refused(self, management: Account, accepted: str) -> None:
        """It stops at once: tokens that were returned before can neither accept nor terminate afterwards."""
        arguments = management.read_agreement(ORGANIZATIONS_AUSTRALIAN_ADDENDUM)
        token = management.artifact.get_customer_agreement(customerAgreementId=accepted)["terminateAgreementToken"]
        management.disable_trusted_access()
        with raises_client_error(DENIED, 403):
            management.artifact.accept_agreement(**arguments)
        with raises_client_error(DENIED, 403):
            management.artifact.terminate_agreement(customerAgreementId=accepted, terminateAgreementToken=token)

    @pytest.mark.usefixtures("accepted")
    def test_account_agreements_and_reports_stay_accessible(self, management: Account, member: Account) -> None:
        """Account agreements and reports need no organization."""
        own = member.accept(BAA)["id"]
        management.disable_trusted_access()
        assert ids(member.agreements()) == [own]
        assert member.artifact.get_customer_agreement(customerAgreementId=own)["documentPresignedUrl"]
        assert ids(management.agreements()) == []
        management.accept(BAA)
        assert member.terminate(own)["state"] == "CUSTOMER_TERMINATED"
        assert management.artifact.list_reports()["reports"]

    def test_accepted_agreements_cannot_be_accessed(self, management: Account, accepted: str, member: Account) -> None:
        """Any organization agreements that you accept remain, but can't be accessed by AWS Artifact."""
        management.disable_trusted_access()
        for account in (management, member):
            with raises_client_error(DENIED, 403):
                account.artifact.get_customer_agreement(customerAgreementId=accepted)

    @pytest.mark.usefixtures("accepted")
    def test_role_remains_after_disabling(self, management: Account) -> None:
        """The AWS Artifact role that AWS Artifact creates remains."""
        before = management.artifact_role()
        management.disable_trusted_access()
        assert management.artifact_role() == before
        assert before is not None

    def test_reenabling_restores_everything(self, management: Account, accepted: str, member: Account) -> None:
        """If you then re-enable trusted access, AWS Artifact continues to operate as before."""
        observations: list[Callable[[], object]] = [
            management.agreements,
            member.agreements,
            management.artifact_role,
            lambda: management.iam.list_attached_role_policies(RoleName=ARTIFACT_ROLE)["AttachedPolicies"],
            member.artifact_role,
        ]
        before = [observe() for observe in observations]
        for _ in range(2):
            management.disable_trusted_access()
            management.enable_trusted_access()
        assert [observe() for observe in observations] == before
        assert ids(member.agreements()) == [accepted]

    @pytest.mark.usefixtures("accepted")
    def test_members_changed_while_disabled_are_accounted_for(
        self, management: Account, member: Account, standalone: Account
    ) -> None:
        """Accounts that joined or left are accounted for, "without the need for you to reconfigure the service"."""
        management.disable_trusted_access()
        management.remove(member)
        management.invite(standalone)
        newcomer = management.create_account("Meanwhile")
        assert newcomer.agreements() == []
        management.enable_trusted_access()
        assert member.agreements() == []
        assert standalone.agreements() == newcomer.agreements() == management.agreements()
        assert len(newcomer.agreements()) == 1
