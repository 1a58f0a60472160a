"""Kinds of IAM resources that the emulator does not support: empty lists, on which tools rely."""

from typing import Any

import pytest

from tests.support.wire_client import Client

SERVICE = "iam"
ACCOUNT_LISTS = {
    "ListInstanceProfiles": "InstanceProfiles",
    "ListServerCertificates": "ServerCertificateMetadataList",
    "ListSAMLProviders": "SAMLProviderList",
}
USER_LISTS = {
    "ListSSHPublicKeys": "SSHPublicKeys",
    "ListSigningCertificates": "Certificates",
    "ListServiceSpecificCredentials": "ServiceSpecificCredentials",
}
ROLE_LIST = "ListInstanceProfilesForRole"


@pytest.fixture
def account(stranger: Client) -> Client:
    """Return an account with a user and a role."""
    stranger.do(SERVICE, "CreateUser", UserName="Alice")
    trust = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}}'
    stranger.do(SERVICE, "CreateRole", RoleName="Ops", AssumeRolePolicyDocument=trust)
    return stranger


class TestEmptyLists:
    """Lists of unsupported resources."""

    @pytest.mark.parametrize(("operation", "member"), ACCOUNT_LISTS.items())
    def test_account_has_no_such_resources(self, account: Client, operation: str, member: str) -> None:
        """The lists of an account are empty."""
        assert account.do(SERVICE, operation)[member] == []

    @pytest.mark.parametrize(("operation", "member"), USER_LISTS.items())
    @pytest.mark.parametrize("parameters", [{"UserName": "Alice"}, {}], ids=["user", "caller"])
    def test_user_has_no_such_resources(
        self, account: Client, operation: str, member: str, parameters: dict[str, str]
    ) -> None:
        """The lists of a user, or of the caller, are empty."""
        assert account.do(SERVICE, operation, **parameters)[member] == []

    def test_role_has_no_instance_profiles(self, account: Client) -> None:
        """No instance profile contains a role."""
        assert account.do(SERVICE, ROLE_LIST, RoleName="Ops")["InstanceProfiles"] == []

    def test_service_specific_credentials_of_all_users_are_empty(self, account: Client) -> None:
        """Service-specific credentials can be listed for all users."""
        reply = account.do(SERVICE, "ListServiceSpecificCredentials", AllUsers=True)
        assert (reply["ServiceSpecificCredentials"], reply["IsTruncated"]) == ([], False)

    @pytest.mark.parametrize(
        ("operation", "parameters"),
        [*((operation, {"UserName": "Nobody"}) for operation in USER_LISTS), (ROLE_LIST, {"RoleName": "Nobody"})],
    )
    def test_unknown_user_or_role_is_not_found(
        self, account: Client, operation: str, parameters: dict[str, Any]
    ) -> None:
        """An unknown user or role is NoSuchEntity."""
        error = account.expect_error(SERVICE, operation, **parameters)
        assert (error.status, error.code) == (404, "NoSuchEntity")
        assert error.message == f"The {'role' if operation == ROLE_LIST else 'user'} with name Nobody cannot be found."

    @pytest.mark.parametrize("operation", [*USER_LISTS, "ListInstanceProfiles"])
    def test_every_marker_is_refused(self, account: Client, operation: str) -> None:
        """An empty list issues no markers, so that every marker is refused."""
        assert account.expect_error(SERVICE, operation, Marker="x").code == "ValidationError"

    def test_password_policy_is_not_found(self, account: Client) -> None:
        """An account without a password policy of its own is NoSuchEntity."""
        error = account.expect_error(SERVICE, "GetAccountPasswordPolicy")
        assert (error.status, error.code) == (404, "NoSuchEntity")
        assert error.message == f"The Password Policy with domain name {account.account} cannot be found."
