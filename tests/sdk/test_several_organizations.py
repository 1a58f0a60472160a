"""Several organizations in one world: each has its own accounts, trusted access and agreements."""

from typing import Any

import pytest

from tests.support.sdk_accounts import ARTIFACT, BAA, ORGANIZATIONS_BAA, Account, EmulatedAws, raises_client_error


def ids(agreements: list[dict[str, Any]]) -> list[str]:
    """Return the ids of accepted agreements."""
    return [agreement["id"] for agreement in agreements]


@pytest.fixture
def other(emulator: EmulatedAws) -> Account:
    """Return the management account of another organization with all features."""
    account = emulator.account("555566667777")
    account.organizations.create_organization(FeatureSet="ALL")
    return account


class TestIndependence:
    """The independence of organizations in one world."""

    def test_organizations_accept_same_agreement_independently(
        self, management: Account, accepted: str, other: Account
    ) -> None:
        """Both organizations accept the same agreement, each for its own accounts."""
        theirs = other.create_account("Theirs")
        assert theirs.agreements() == []
        other.enable_trusted_access()
        assert theirs.agreements() == []
        second = other.accept(ORGANIZATIONS_BAA)
        assert ids(theirs.agreements()) == [second["id"]]
        assert ids(management.agreements()) == [accepted]
        assert second["id"] != accepted

    def test_other_organization_cannot_terminate_agreement(
        self, management: Account, accepted: str, other: Account
    ) -> None:
        """Another organization's management account does not find the agreement, even with a valid token."""
        other.enable_trusted_access()
        token = management.artifact.get_customer_agreement(customerAgreementId=accepted)["terminateAgreementToken"]
        with raises_client_error("ResourceNotFoundException", 404):
            other.artifact.get_customer_agreement(customerAgreementId=accepted)
        with raises_client_error("ResourceNotFoundException", 404):
            other.artifact.terminate_agreement(customerAgreementId=accepted, terminateAgreementToken=token)
        assert ids(management.agreements()) == [accepted]

    @pytest.mark.usefixtures("trusted_access")
    def test_trusted_access_belongs_to_one_organization(self, management: Account, other: Account) -> None:
        """Trusted access and the role belong to one organization."""
        assert other.trusted_services() == []
        assert other.artifact_role() is None
        with raises_client_error("AccessDeniedException", 403):
            other.accept(ORGANIZATIONS_BAA)
        other.enable_trusted_access()
        management.disable_trusted_access()
        assert other.trusted_services() == [ARTIFACT]
        ours, theirs = management.artifact_role(), other.artifact_role()
        assert ours is not None
        assert theirs is not None
        assert ours["RoleId"] != theirs["RoleId"]

    def test_other_organization_cannot_reach_accounts(
        self, management: Account, member: Account, other: Account
    ) -> None:
        """A management account cannot list, describe or remove the accounts of another organization."""
        accounts = other.organizations.list_accounts()["Accounts"]
        assert [account["Id"] for account in accounts] == [other.id]
        with raises_client_error("AccountNotFoundException", 400):
            other.organizations.describe_account(AccountId=member.id)
        with raises_client_error("AccountNotFoundException", 400):
            other.remove(member)
        accounts = management.organizations.list_accounts()["Accounts"]
        assert [account["Id"] for account in accounts] == [management.id, member.id]

    def test_other_organization_cannot_see_account_requests(self, management: Account, other: Account) -> None:
        """A management account does not find another organization's requests to create accounts."""
        request = management.organizations.create_account(AccountName="Ours", Email="ours@example.com")
        with raises_client_error("CreateAccountStatusNotFoundException", 400):
            other.organizations.describe_create_account_status(
                CreateAccountRequestId=request["CreateAccountStatus"]["Id"]
            )

    def test_third_account_cannot_see_invitation(
        self, management: Account, other: Account, standalone: Account
    ) -> None:
        """Only the two parties find an invitation."""
        sent = management.organizations.invite_account_to_organization(Target={"Id": standalone.id, "Type": "ACCOUNT"})
        handshake = sent["Handshake"]["Id"]
        with raises_client_error("HandshakeNotFoundException", 400):
            other.organizations.describe_handshake(HandshakeId=handshake)
        with raises_client_error("HandshakeNotFoundException", 400):
            other.organizations.accept_handshake(HandshakeId=handshake)
        assert standalone.organizations.describe_handshake(HandshakeId=handshake)["Handshake"]["State"] == "OPEN"

    def test_access_role_trusts_creating_management_account_only(self, member: Account, other: Account) -> None:
        """Only the management account that created a member can assume its access role."""
        with raises_client_error("AccessDenied", 403):
            other.assume_role(member)


class TestMove:
    """An account that moves from one organization to another."""

    def test_moving_account_changes_organization_agreements(
        self, accepted: str, member: Account, other: Account
    ) -> None:
        """It loses the agreements of one and gains those of the other, without being removed in between."""
        other.enable_trusted_access()
        theirs = other.accept(ORGANIZATIONS_BAA)["id"]
        own = member.accept(BAA)["id"]
        assert ids(member.agreements()) == [accepted, own]
        other.invite(member)
        assert ids(member.agreements()) == [theirs, own]
        with raises_client_error("ResourceNotFoundException", 404):
            member.artifact.get_customer_agreement(customerAgreementId=accepted)
        organization = member.organizations.describe_organization()["Organization"]
        assert organization["MasterAccountId"] == other.id

    def test_management_account_cannot_move(self, management: Account, accepted: str, other: Account) -> None:
        """A management account cannot move: its organization would have no management account."""
        invitation = other.organizations.invite_account_to_organization(Target={"Id": management.id, "Type": "ACCOUNT"})
        with raises_client_error("MasterCannotLeaveOrganizationException", 400):
            management.organizations.accept_handshake(HandshakeId=invitation["Handshake"]["Id"])
        assert ids(management.agreements()) == [accepted]

    def test_member_belongs_to_one_organization(self, management: Account, member: Account) -> None:
        """A member can neither create an organization nor be invited to its own."""
        with raises_client_error("AlreadyInOrganizationException", 400):
            member.organizations.create_organization()
        with raises_client_error("HandshakeConstraintViolationException", 400) as answer:
            management.invite(member)
        assert answer["Reason"] == "ALREADY_IN_AN_ORGANIZATION"
