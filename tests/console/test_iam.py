"""The console's pages of IAM, and signing in with the password of an IAM user, without a browser."""

from datetime import UTC, datetime, timedelta

import pytest

from artifact_emulator.app import App
from tests.support.iam_users import client_with_key, policy_allowing
from tests.support.saml import SamlIssuer
from tests.support.visitor import Visitor
from tests.support.wire_client import Client

ACCOUNT = "111122223333"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PASSWORD, NEW_PASSWORD = "Pass-word-1", "Pass-word-2"


@pytest.fixture
def client() -> Client:
    """Return a client of an account in which the user Ann has a password."""
    client = Client(App(), ACCOUNT)
    client.app.world.clock.freeze(NOW)
    client.do("iam", "CreateUser", UserName="Ann")
    client.do("iam", "CreateLoginProfile", UserName="Ann", Password=PASSWORD)
    return client


@pytest.fixture
def ann(client: Client) -> Visitor:
    """Return a visitor who has not signed in."""
    return Visitor(client.app)


def text_of(client: Client, path: str) -> str:
    """Return a page that the root user sees."""
    visitor = Visitor(client.app)
    visitor.sign_in(ACCOUNT)
    return visitor.get(path).text


class TestPages:
    """What the pages show."""

    def test_user_page_shows_credentials_and_their_last_use(self, client: Client, ann: Visitor) -> None:
        """A user's page shows its password, MFA device, access keys, groups and policies."""
        assert "never" in text_of(client, "/iam/users/Ann")
        client_with_key(client, "Ann").expect_error("iam", "ListUsers")
        client.do("iam", "PutUserPolicy", UserName="Ann", PolicyName="own", PolicyDocument=policy_allowing("s3:*"))
        client.do("iam", "CreateGroup", GroupName="Staff")
        client.do("iam", "AddUserToGroup", GroupName="Staff", UserName="Ann")
        ann.sign_in(ACCOUNT, user="Ann", password=PASSWORD)
        page = text_of(client, "/iam/users/Ann")
        for shown in ("Staff", ">own</a>", "AKIA", "<td>iam</td>", "us-east-1", "no MFA device"):
            assert shown in page, shown
        last = client.app.world.clock.now().strftime("%Y-%m-%d %H:%M UTC")
        assert f"<dt>Last sign-in</dt><dd>{last}</dd>" in page
        assert last in text_of(client, "/iam/users")

    def test_form_for_a_password_states_the_rules(self, client: Client, ann: Visitor) -> None:
        """The rules are those of the account's password policy, or AWS's default."""
        assert "A password must have 8 to 128 characters, with at least three" in text_of(client, "/iam/users/Ann")
        policy = {"MinimumPasswordLength": 10, "RequireNumbers": True, "PasswordReusePrevention": 3}
        client.do("iam", "UpdateAccountPasswordPolicy", **policy)
        rules = "10 to 128 characters, with a number. It cannot be one of the last 3 passwords."
        assert rules in text_of(client, "/iam/users/Ann")
        client.do("iam", "UpdateLoginProfile", UserName="Ann", PasswordResetRequired=True)
        assert rules in ann.sign_in(ACCOUNT, user="Ann", password=PASSWORD).text

    def test_user_without_password_is_shown(self, client: Client) -> None:
        """The page of a user without a login profile says so."""
        client.do("iam", "CreateUser", UserName="Bob")
        assert "The user has no password." in text_of(client, "/iam/users/Bob")

    def test_account_pages_show_devices_profiles_and_providers(self, client: Client) -> None:
        """The lists show what the account has."""
        assert "no instance profiles" in text_of(client, "/iam/instance-profiles")
        client.do("iam", "CreateVirtualMFADevice", VirtualMFADeviceName="phone")
        client.do("iam", "CreateInstanceProfile", InstanceProfileName="web")
        url = "https://token.actions.githubusercontent.com"
        client.do("iam", "CreateOpenIDConnectProvider", Url=url, ClientIDList=["sts.amazonaws.com"])
        assert f"arn:aws:iam::{ACCOUNT}:mfa/phone" in text_of(client, "/iam/mfa-devices")
        assert f"arn:aws:iam::{ACCOUNT}:instance-profile/web" in text_of(client, "/iam/instance-profiles")
        client.do("iam", "CreateSAMLProvider", Name="idp", SAMLMetadataDocument=SamlIssuer().metadata())
        providers = text_of(client, "/iam/identity-providers")
        assert "sts.amazonaws.com" in providers
        assert f"arn:aws:iam::{ACCOUNT}:saml-provider/idp" in providers

    def test_settings_show_alias_password_policy_and_issuer(self, client: Client) -> None:
        """The settings show AWS's defaults, then what the account set."""
        assert "default password policy applies" in text_of(client, "/iam/settings")
        client.do("iam", "CreateAccountAlias", AccountAlias="shop")
        client.do(
            "iam", "UpdateAccountPasswordPolicy", MinimumPasswordLength=14, RequireSymbols=True, MaxPasswordAge=90
        )
        issuer = client.do("iam", "EnableOutboundWebIdentityFederation")["IssuerIdentifier"]
        page = text_of(client, "/iam/settings")
        for shown in ("shop", "<dd>14</dd>", "<dd>symbols</dd>", "90 days", issuer, "Users"):
            assert shown in page, shown


class TestSignIn:
    """Signing in with a password."""

    def test_sign_in_is_the_last_use_of_the_password(self, client: Client, ann: Visitor) -> None:
        """GetUser, ListUsers and the credential report show the sign-in, and a refused one leaves no trace."""
        ann.sign_in(ACCOUNT, user="Ann", password="wrong")
        assert "PasswordLastUsed" not in client.do("iam", "GetUser", UserName="Ann")["User"]
        ann.sign_in(ACCOUNT, user="Ann", password=PASSWORD)
        now = client.app.world.clock.now().replace(microsecond=0)
        assert client.do("iam", "GetUser", UserName="Ann")["User"]["PasswordLastUsed"] == now
        assert client.do("iam", "ListUsers")["Users"][0]["PasswordLastUsed"] == now
        client.do("iam", "GenerateCredentialReport")
        report = client.do("iam", "GetCredentialReport")["Content"].decode()
        assert f"true,{now:%Y-%m-%dT%H:%M:%S}" in report

    def test_due_password_is_changed_before_the_user_enters(self, client: Client, ann: Visitor) -> None:
        """A user whose password must be changed sees a form, and enters with the new password."""
        client.do("iam", "UpdateLoginProfile", UserName="Ann", PasswordResetRequired=True)
        client.do("iam", "UpdateAccountPasswordPolicy", AllowUsersToChangePassword=True)
        assert "You must change your password" in ann.sign_in(ACCOUNT, user="Ann", password=PASSWORD).text
        assert "Not signed in" in ann.get("/").text
        ann.sign_in(ACCOUNT, user="Ann", password=PASSWORD, new_password=NEW_PASSWORD)
        assert "IAM user Ann" in ann.get("/").text
        ann.post("/sign-out")
        ann.sign_in(ACCOUNT, user="Ann", password=NEW_PASSWORD)
        assert "IAM user Ann" in ann.get("/").text

    @pytest.mark.parametrize(
        ("allowed", "code"), [(False, "AccessDenied"), (True, "PasswordPolicyViolation")], ids=["denied", "weak"]
    )
    def test_refused_change_does_not_sign_in(self, client: Client, ann: Visitor, allowed: bool, code: str) -> None:  # noqa: FBT001
        """A user without the permission, or whose new password is too weak, sees AWS's error and stays outside."""
        client.do("iam", "UpdateLoginProfile", UserName="Ann", PasswordResetRequired=True)
        client.do("iam", "UpdateAccountPasswordPolicy", AllowUsersToChangePassword=allowed, MinimumPasswordLength=20)
        ann.sign_in(ACCOUNT, user="Ann", password=PASSWORD, new_password=NEW_PASSWORD)
        page = ann.get("/sign-in").text
        assert code in page
        assert "Not signed in" in page

    def test_password_expires_by_the_clock_of_the_world(self, client: Client, ann: Visitor) -> None:
        """An expired password has to be changed; under hard expiry only an administrator can replace it."""
        client.do("iam", "UpdateAccountPasswordPolicy", MaxPasswordAge=30)
        client.app.world.clock.advance(timedelta(days=30))
        assert "You must change your password" in ann.sign_in(ACCOUNT, user="Ann", password=PASSWORD).text
        client.do("iam", "UpdateAccountPasswordPolicy", MaxPasswordAge=30, HardExpiry=True)
        ann.sign_in(ACCOUNT, user="Ann", password=PASSWORD)
        assert "Your password has expired" in ann.get("/sign-in").text
        client.do("iam", "UpdateLoginProfile", UserName="Ann", Password=NEW_PASSWORD)
        ann.sign_in(ACCOUNT, user="Ann", password=NEW_PASSWORD)
        assert "IAM user Ann" in ann.get("/").text
