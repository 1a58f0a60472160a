"""What an account may have at AWS and none has here: tools that look for it find nothing, and go on."""

from typing import Any

import pytest

from tests.wire.botocore_wire import Client

SERVICE = "iam"
OF_ACCOUNT = {
    "ListInstanceProfiles": "InstanceProfiles",
    "ListVirtualMFADevices": "VirtualMFADevices",
    "ListServerCertificates": "ServerCertificateMetadataList",
    "ListSAMLProviders": "SAMLProviderList",
    "ListOpenIDConnectProviders": "OpenIDConnectProviderList",
}
OF_USER = {
    "ListMFADevices": "MFADevices",
    "ListSSHPublicKeys": "SSHPublicKeys",
    "ListSigningCertificates": "Certificates",
    "ListServiceSpecificCredentials": "ServiceSpecificCredentials",
}
ROLE = "ListInstanceProfilesForRole"


@pytest.fixture
def account(stranger: Client) -> Client:
    """Give an account that has a user and a role."""
    stranger.does(SERVICE, "CreateUser", UserName="Alice")
    trust = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}}'
    stranger.does(SERVICE, "CreateRole", RoleName="Ops", AssumeRolePolicyDocument=trust)
    return stranger


class TestNothing:
    """Lists of what nothing makes here."""

    @pytest.mark.parametrize(("operation", "member"), OF_ACCOUNT.items())
    def test_of_an_account(self, account: Client, operation: str, member: str) -> None:
        """An account has none."""
        assert account.does(SERVICE, operation)[member] == []

    @pytest.mark.parametrize(("operation", "member"), OF_USER.items())
    @pytest.mark.parametrize("whose", [{"UserName": "Alice"}, {}], ids=["user", "caller"])
    def test_of_a_user(self, account: Client, operation: str, member: str, whose: dict[str, str]) -> None:
        """A user has none, nor has the caller himself."""
        assert account.does(SERVICE, operation, **whose)[member] == []

    def test_of_a_role(self, account: Client) -> None:
        """A role is in no instance profile."""
        assert account.does(SERVICE, ROLE, RoleName="Ops")["InstanceProfiles"] == []

    def test_of_all_users(self, account: Client) -> None:
        """Credentials for single services are also listed for all users at once."""
        told = account.does(SERVICE, "ListServiceSpecificCredentials", AllUsers=True)
        assert (told["ServiceSpecificCredentials"], told["IsTruncated"]) == ([], False)

    @pytest.mark.parametrize(
        ("operation", "asked"),
        [*((one, {"UserName": "Nobody"}) for one in OF_USER), (ROLE, {"RoleName": "Nobody"})],
    )
    def test_of_whom_there_is_not(self, account: Client, operation: str, asked: dict[str, Any]) -> None:
        """Who does not exist has not even nothing."""
        got = account.is_refused(SERVICE, operation, **asked)
        assert (got.status, got.code) == (404, "NoSuchEntity")
        assert got.message == f"The {'role' if operation == ROLE else 'user'} with name Nobody cannot be found."

    @pytest.mark.parametrize("operation", [*OF_USER, "ListInstanceProfiles", "ListVirtualMFADevices"])
    def test_after_a_marker(self, account: Client, operation: str) -> None:
        """No page was followed by another, so nobody has a marker."""
        assert account.is_refused(SERVICE, operation, Marker="x").code == "ValidationError"

    def test_password_policy(self, account: Client) -> None:
        """AWS's default holds, which is not told."""
        got = account.is_refused(SERVICE, "GetAccountPasswordPolicy")
        assert (got.status, got.code) == (404, "NoSuchEntity")
        assert got.message == f"The Password Policy with domain name {account.account} cannot be found."
