"""Many organizations in one emulator: each sees its own accounts, its own trust, its own agreements, and no other's."""

import pytest

from tests.sdk.emulator import ARTIFACT, BAA, ORGANIZATIONS_BAA, Account, Emulator, refused


@pytest.fixture
def other(emulator: Emulator) -> Account:
    """Give the management account of another organization with all features."""
    account = emulator.account("555566667777")
    account.organizations.create_organization(FeatureSet="ALL")
    return account


class TestApart:
    """What one organization does another does not feel."""

    def test_agreements(self, management: Account, accepted: str, other: Account) -> None:
        """Both organizations accept the same agreement, each for itself."""
        theirs = other.create_account("Theirs")
        assert theirs.agreements() == []
        other.enable_trusted_access()
        assert theirs.agreements() == []
        second = other.accept(ORGANIZATIONS_BAA)
        assert [one["id"] for one in theirs.agreements()] == [second["id"]]
        assert [one["id"] for one in management.agreements()] == [accepted]
        assert second["id"] != accepted

    def test_terminating(self, management: Account, accepted: str, other: Account) -> None:
        """To another organization's management account the agreement does not exist, token or no token."""
        other.enable_trusted_access()
        token = management.artifact.get_customer_agreement(customerAgreementId=accepted)["terminateAgreementToken"]
        with refused("ResourceNotFoundException", 404):
            other.artifact.get_customer_agreement(customerAgreementId=accepted)
        with refused("ResourceNotFoundException", 404):
            other.artifact.terminate_agreement(customerAgreementId=accepted, terminateAgreementToken=token)
        assert [one["id"] for one in management.agreements()] == [accepted]

    @pytest.mark.usefixtures("trusted_access")
    def test_trusted_access(self, management: Account, other: Account) -> None:
        """Trusted access is each organization's own, and so is the role."""
        assert other.trusted_services() == []
        assert other.artifact_role() is None
        with refused("AccessDeniedException", 403):
            other.accept(ORGANIZATIONS_BAA)
        other.enable_trusted_access()
        management.disable_trusted_access()
        assert other.trusted_services() == [ARTIFACT]
        ours, theirs = management.artifact_role(), other.artifact_role()
        assert ours is not None
        assert theirs is not None
        assert ours["RoleId"] != theirs["RoleId"]

    def test_accounts(self, management: Account, member: Account, other: Account) -> None:
        """No management account lists, describes or removes another's accounts."""
        listed = [one["Id"] for one in other.organizations.list_accounts()["Accounts"]]
        assert listed == [other.id]
        with refused("AccountNotFoundException", 400):
            other.organizations.describe_account(AccountId=member.id)
        with refused("AccountNotFoundException", 400):
            other.remove(member)
        kept = [one["Id"] for one in management.organizations.list_accounts()["Accounts"]]
        assert kept == [management.id, member.id]

    def test_creations(self, management: Account, other: Account) -> None:
        """No management account learns of another's requests to create accounts."""
        asked = management.organizations.create_account(AccountName="Ours", Email="ours@example.com")
        with refused("CreateAccountStatusNotFoundException", 400):
            other.organizations.describe_create_account_status(
                CreateAccountRequestId=asked["CreateAccountStatus"]["Id"]
            )

    def test_invitations(self, management: Account, other: Account, standalone: Account) -> None:
        """An invitation is between its two parties: to a third account there is none."""
        sent = management.organizations.invite_account_to_organization(Target={"Id": standalone.id, "Type": "ACCOUNT"})
        handshake = sent["Handshake"]["Id"]
        with refused("HandshakeNotFoundException", 400):
            other.organizations.describe_handshake(HandshakeId=handshake)
        with refused("HandshakeNotFoundException", 400):
            other.organizations.accept_handshake(HandshakeId=handshake)
        assert standalone.organizations.describe_handshake(HandshakeId=handshake)["Handshake"]["State"] == "OPEN"

    def test_access_roles(self, member: Account, other: Account) -> None:
        """The access role of a created account lets in the management account that it was made for, no other."""
        with refused("AccessDenied", 403):
            other.assume_role(member)


class TestMoved:
    """An account goes from one organization to another."""

    def test_agreements_change(self, accepted: str, member: Account, other: Account) -> None:
        """It loses the agreements of the one and gains those of the other, without being removed in between."""
        other.enable_trusted_access()
        theirs = other.accept(ORGANIZATIONS_BAA)["id"]
        own = member.accept(BAA)["id"]
        assert [one["id"] for one in member.agreements()] == [accepted, own]
        other.invite(member)
        assert [one["id"] for one in member.agreements()] == [theirs, own]
        with refused("ResourceNotFoundException", 404):
            member.artifact.get_customer_agreement(customerAgreementId=accepted)
        organization = member.organizations.describe_organization()["Organization"]
        assert organization["MasterAccountId"] == other.id

    def test_management_accounts_stay(self, management: Account, accepted: str, other: Account) -> None:
        """A management account cannot go: it would leave its organization without one."""
        asked = other.organizations.invite_account_to_organization(Target={"Id": management.id, "Type": "ACCOUNT"})
        with refused("MasterCannotLeaveOrganizationException", 400):
            management.organizations.accept_handshake(HandshakeId=asked["Handshake"]["Id"])
        assert [one["id"] for one in management.agreements()] == [accepted]

    def test_one_organization_at_a_time(self, management: Account, member: Account) -> None:
        """A member cannot make an organization of its own, nor be invited into the one it is in."""
        with refused("AlreadyInOrganizationException", 400):
            member.organizations.create_organization()
        with refused("HandshakeConstraintViolationException", 400) as answer:
            management.invite(member)
        assert answer["Reason"] == "ALREADY_IN_AN_ORGANIZATION"
