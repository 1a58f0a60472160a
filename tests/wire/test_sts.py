"""STS on the wire: who am I, and temporary credentials."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.credentials import Credentials

from artifact_state import ids
from tests.support.iam_users import create_user
from tests.support.wire_client import Client
from tests.wire.conftest import NOW

SERVICE = "sts"
ACCESS_ROLE = "OrganizationAccountAccessRole"


def access_role(member: Client) -> str:
    """Name the role with which a management account reaches a member."""
    return f"arn:aws:iam::{member.account}:role/{ACCESS_ROLE}"


class TestGetCallerIdentity:
    """GetCallerIdentity."""

    def test_of_a_root_user(self, stranger: Client) -> None:
        """The access key id is the account."""
        assert stranger.do(SERVICE, "GetCallerIdentity") == {
            "UserId": stranger.account,
            "Account": stranger.account,
            "Arn": f"arn:aws:iam::{stranger.account}:root",
        }

    @pytest.mark.parametrize(
        ("region", "partition"), [("us-gov-west-1", "aws-us-gov"), ("cn-northwest-1", "aws-cn"), ("eu-west-1", "aws")]
    )
    def test_of_another_partition(self, stranger: Client, region: str, partition: str) -> None:
        """The region signed for says the partition."""
        client = Client(stranger.app, stranger.account, region=region)
        assert client.do(SERVICE, "GetCallerIdentity")["Arn"] == f"arn:{partition}:iam::{stranger.account}:root"


class TestAssumeRole:
    """AssumeRole."""

    def test_gives_credentials_that_carry_the_account(self, management: Client, member: Client) -> None:
        """The management account becomes the access role of the account that it created."""
        reply = management.do(SERVICE, "AssumeRole", RoleArn=access_role(member), RoleSessionName="me")
        arn = f"arn:aws:sts::{member.account}:assumed-role/{ACCESS_ROLE}/me"
        assert reply["AssumedRoleUser"]["Arn"] == arn
        assert reply["AssumedRoleUser"]["AssumedRoleId"].endswith(":me")
        assert reply["Credentials"]["Expiration"] == NOW.replace(microsecond=0) + timedelta(hours=1)
        keys = reply["Credentials"]
        session = Client(
            management.app,
            credentials=Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]),
        )
        assert session.do(SERVICE, "GetCallerIdentity") == {
            "UserId": reply["AssumedRoleUser"]["AssumedRoleId"],
            "Account": member.account,
            "Arn": arn,
        }

    @pytest.mark.parametrize(
        "role",
        [
            "arn:aws:iam::{management}:role/aws-service-role/artifact.amazonaws.com/AWSServiceRoleForArtifact",
            "arn:aws:iam::{management}:role/AWSServiceRoleForArtifact",
            "arn:aws:iam::{management}:role/NoSuchRole",
            "arn:aws:iam::999988887777:role/OrganizationAccountAccessRole",
            "arn:aws-cn:iam::{management}:role/NoSuchRole",
        ],
    )
    def test_of_a_role_that_does_not_trust_the_caller(self, management: Client, role: str) -> None:
        """A role that trusts another, and one that does not exist, are denied alike: 403, in AWS's words."""
        management.do("organizations", "EnableAWSServiceAccess", ServicePrincipal="artifact.amazonaws.com")
        arn = role.format(management=management.account)
        error = management.expect_error(SERVICE, "AssumeRole", RoleArn=arn, RoleSessionName="me")
        assert (error.status, error.code) == (403, "AccessDenied")
        assert error.message.startswith(
            f"User: arn:aws:iam::{management.account}:root is not authorized to perform: sts:AssumeRole "
            f"on resource: {arn}"
        )

    @pytest.mark.parametrize(
        ("condition", "trusted"),
        [
            ({"StringLike": {"aws:UserAgent": "Mine/*"}}, True),
            ({"StringLike": {"aws:UserAgent": "Yours/*"}}, False),
            ({"StringEquals": {"aws:ResourceTag/team": "a"}}, True),
            ({"StringEquals": {"iam:ResourceTag/team": "b"}}, False),
        ],
    )
    def test_of_a_role_that_asks_for_more(
        self, stranger: Client, condition: dict[str, dict[str, str]], *, trusted: bool
    ) -> None:
        """Its trust may depend on the client's program, and on its own tags."""
        statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": condition}
        document = json.dumps({"Version": "2012-10-17", "Statement": statement})
        tags = [{"Key": "team", "Value": "a"}]
        made = stranger.do("iam", "CreateRole", RoleName="Dev", AssumeRolePolicyDocument=document, Tags=tags)
        request = stranger.request(SERVICE, "AssumeRole", RoleArn=made["Role"]["Arn"], RoleSessionName="me")
        reply = stranger.app.handle(replace(request, headers={**request.headers, "user-agent": "Mine/1.0"}))
        assert reply.status == (200 if trusted else 403)

    @pytest.mark.parametrize(("seconds", "admitted"), [(900, True), (3600, True), (3601, False)])
    def test_for_as_long_as_the_role_allows(
        self, management: Client, member: Client, seconds: int, *, admitted: bool
    ) -> None:
        """A session longer than the role's maximum is a ValidationError."""
        parameters = {"RoleArn": access_role(member), "RoleSessionName": "me", "DurationSeconds": seconds}
        if admitted:
            expiration = management.do(SERVICE, "AssumeRole", **parameters)["Credentials"]["Expiration"]
            assert expiration == NOW.replace(microsecond=0) + timedelta(seconds=seconds)
        else:
            error = management.expect_error(SERVICE, "AssumeRole", **parameters)
            assert (error.status, error.code) == (400, "ValidationError")

    @pytest.mark.parametrize("seconds", [899, 43201, 0, -1, 10**12])
    def test_for_a_time_that_is_none(self, management: Client, member: Client, seconds: int) -> None:
        """A session lasts from 15 minutes to 12 hours."""
        parameters = {"RoleArn": access_role(member), "RoleSessionName": "me", "DurationSeconds": seconds}
        error = management.expect_error(SERVICE, "AssumeRole", **parameters)
        assert (error.status, error.code) == (400, "ValidationError")

    def test_under_a_name_that_is_none(self, management: Client, member: Client) -> None:
        """The refusal is word for word AWS's."""
        parameters = {"RoleArn": access_role(member), "RoleSessionName": "Session1:2"}
        assert management.expect_error(SERVICE, "AssumeRole", **parameters).message == (
            "1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: [\w+=,.@-]*"
        )


class TestSessions:
    """What sessions are given, and by whom."""

    ALL = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
    READING = ALL.replace('"Action": "*"', '"Action": "organizations:Describe*"')

    def test_policies_and_tags(self, management: Client, member: Client) -> None:
        """A session policy bounds what its role may; how much room it takes is told."""
        reply = management.do(
            SERVICE, "AssumeRole", RoleArn=access_role(member), RoleSessionName="me", Policy=self.READING
        )
        assert 0 < reply["PackedPolicySize"] <= 100
        session = signing(management, reply["Credentials"])
        session.do("organizations", "DescribeOrganization")
        refusal = session.expect_error("iam", "ListUsers")
        assert (refusal.status, refusal.code) == (403, "AccessDenied")
        assert refusal.message == (
            f"User: arn:aws:sts::{member.account}:assumed-role/{ACCESS_ROLE}/me is not authorized to perform: "
            f"iam:ListUsers on resource: arn:aws:iam::{member.account}:user/ because no session policy allows the "
            "iam:ListUsers action"
        )

    def test_tags_that_the_trust_does_not_allow(self, management: Client, member: Client) -> None:
        """The access role's trust allows assuming it, and no tags."""
        parameters = {"RoleArn": access_role(member), "RoleSessionName": "me", "Tags": [{"Key": "a", "Value": "b"}]}
        assert management.expect_error(SERVICE, "AssumeRole", **parameters).code == "AccessDenied"

    @pytest.mark.parametrize("document", ["{}", "no policy", '{"Version": "2012-10-17", "Statement": {}}'])
    def test_what_is_no_policy(self, management: Client, member: Client, document: str) -> None:
        """MalformedPolicyDocument."""
        parameters = {"RoleArn": access_role(member), "RoleSessionName": "me", "Policy": document}
        error = management.expect_error(SERVICE, "AssumeRole", **parameters)
        assert (error.status, error.code) == (400, "MalformedPolicyDocument")

    def test_too_large(self, management: Client) -> None:
        """PackedPolicyTooLarge."""
        tags = [{"Key": ids.secret(120, at, "key"), "Value": ids.secret(250, at, "value")} for at in range(50)]
        error = management.expect_error(SERVICE, "GetFederationToken", Name="bob", Tags=tags)
        assert (error.status, error.code) == (400, "PackedPolicyTooLarge")

    def test_federated_user(self, stranger: Client) -> None:
        """May what his policy and whoever vouches for him allow."""
        reply = stranger.do(SERVICE, "GetFederationToken", Name="bob", Policy=self.READING)
        assert reply["FederatedUser"]["Arn"] == f"arn:aws:sts::{stranger.account}:federated-user/bob"
        bob = signing(stranger, reply["Credentials"])
        assert bob.do(SERVICE, "GetCallerIdentity")["UserId"] == f"{stranger.account}:bob"
        assert bob.expect_error("organizations", "DescribeOrganization").code == "AWSOrganizationsNotInUseException"
        assert reply["PackedPolicySize"] > 0
        assert stranger.do(SERVICE, "GetFederationToken", Name="bob")["PackedPolicySize"] == 0

    def test_session_token(self, stranger: Client) -> None:
        """A user's own credentials for a while."""
        alice = create_user(stranger, self.ALL)
        for_a_while = signing(alice, alice.do(SERVICE, "GetSessionToken", DurationSeconds=900)["Credentials"])
        assert for_a_while.do(SERVICE, "GetCallerIdentity") == alice.do(SERVICE, "GetCallerIdentity")
        stranger.app.world.clock.advance(timedelta(minutes=15))
        assert for_a_while.expect_error(SERVICE, "GetCallerIdentity").code == "ExpiredToken"


class TestReach:
    """What temporary credentials are good for."""

    def user(self, stranger: Client) -> Client:
        """Make a user who may do everything; give the client of his key."""
        stranger.do("iam", "CreateUser", UserName="Alice")
        stranger.do("iam", "PutUserPolicy", UserName="Alice", PolicyName="all", PolicyDocument=TestSessions.ALL)
        key = stranger.do("iam", "CreateAccessKey", UserName="Alice")["AccessKey"]
        found = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
        return Client(stranger.app, stranger.account, credentials=found)

    def test_of_a_role(self, management: Client, member: Client) -> None:
        """They give no credentials that only keys for good give; they assume another role."""
        role = access_role(member)
        session = signing(
            management, management.do(SERVICE, "AssumeRole", RoleArn=role, RoleSessionName="me")["Credentials"]
        )
        for operation, members in (("GetSessionToken", {}), ("GetFederationToken", {"Name": "bob"})):
            error = session.expect_error(SERVICE, operation, **members)
            assert (error.status, error.code) == (403, "AccessDenied")
            assert error.message == f"Cannot call {operation} with session credentials"
        assert session.do("iam", "ListUsers") == {"Users": [], "IsTruncated": False}

    def test_of_a_user(self, stranger: Client) -> None:
        """They are nothing to IAM until he told a code; of STS they assume roles and tell who he is."""
        alice = self.user(stranger)
        plain = signing(alice, alice.do(SERVICE, "GetSessionToken")["Credentials"])
        device = {"SerialNumber": "arn:aws:iam::999988887777:mfa/alice", "TokenCode": "123456"}
        told = signing(alice, alice.do(SERVICE, "GetSessionToken", **device)["Credentials"])
        error = plain.expect_error("iam", "ListUsers")
        assert (error.status, error.code) == (403, "InvalidClientTokenId")
        assert told.do("iam", "ListUsers")["Users"]
        for session in (plain, told):
            session.do(SERVICE, "GetCallerIdentity")
            assert session.expect_error(SERVICE, "GetSessionToken").message.startswith("Cannot call GetSessionToken")
        assert alice.expect_error(SERVICE, "GetSessionToken", TokenCode="123456").code == "AccessDenied"

    def test_of_the_federated(self, stranger: Client) -> None:
        """They are nothing to IAM, and tell of STS who somebody is."""
        alice = self.user(stranger)
        made = alice.do(SERVICE, "GetFederationToken", Name="bob", Policy=TestSessions.ALL)
        bob = signing(alice, made["Credentials"])
        bob.do(SERVICE, "GetCallerIdentity")
        assert bob.expect_error("iam", "ListUsers").code == "InvalidClientTokenId"
        assert bob.expect_error(SERVICE, "GetAccessKeyInfo", AccessKeyId="1" * 20).code == "AccessDenied"
        assert bob.expect_error("organizations", "DescribeOrganization").code == "AWSOrganizationsNotInUseException"


class TestTokens:
    """How large session tokens are, and what does not fit into them."""

    def test_size(self, management: Client, member: Client) -> None:
        """It is told, with its share of 4,096 bytes, and as large as was wished at least."""
        parameters = {"RoleArn": access_role(member), "RoleSessionName": "me"}
        for least in (0, 1024, 4096):
            reply = management.do(SERVICE, "AssumeRole", **parameters, MinimumSessionTokenSize=least)
            size = len(reply["Credentials"]["SessionToken"].encode())
            assert reply["SessionTokenSize"] == size >= least
            assert reply["SessionTokenUtilization"] == size * 100 // 4096
        refused = management.expect_error(SERVICE, "AssumeRole", **parameters, MinimumSessionTokenSize=4097)
        assert (refused.status, refused.code) == (400, "ValidationError")
        for operation, members in (("GetSessionToken", {}), ("GetFederationToken", {"Name": "bob"})):
            reply = management.do(SERVICE, operation, **members, MinimumSessionTokenSize=2048)
            assert (reply["SessionTokenSize"], reply["SessionTokenUtilization"]) == (2048, 50)

    @pytest.mark.parametrize(
        ("members", "message"),
        [
            (
                {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]},
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
            ),
            (
                {"TransitiveTagKeys": ["team"]},
                "The specified transitive tag key must be included in the requested tags.",
            ),
        ],
    )
    def test_tags(self, management: Client, member: Client, members: dict[str, Any], message: str) -> None:
        """Those that do not fit each other are refused in AWS's words."""
        parameters = {"RoleArn": access_role(member), "RoleSessionName": "me"}
        error = management.expect_error(SERVICE, "AssumeRole", **parameters, **members)
        assert (error.status, error.code, error.message) == (400, "InvalidParameterValue", message)

    def test_what_is_no_arn(self, management: Client) -> None:
        """Is named as it was given."""
        error = management.expect_error(SERVICE, "AssumeRole", RoleArn="nothing-valid-in-here", RoleSessionName="me")
        assert (error.status, error.code, error.message) == (400, "ValidationError", "nothing-valid-in-here is invalid")

    def test_root_user(self, stranger: Client) -> None:
        """One who has a key of his own assumes no role, as AWS says."""
        key = stranger.do("iam", "CreateAccessKey")["AccessKey"]
        found = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
        root = Client(stranger.app, stranger.account, credentials=found)
        arn = f"arn:aws:iam::{stranger.account}:role/Any"
        error = root.expect_error(SERVICE, "AssumeRole", RoleArn=arn, RoleSessionName="me")
        assert (error.status, error.code) == (403, "AccessDenied")
        assert error.message == "Roles may not be assumed by root accounts."

    def test_contexts(self, management: Client, member: Client) -> None:
        """What an identity center says of somebody is not emulated, and not left out in silence."""
        context = {"ProviderArn": "arn:aws:iam::aws:contextProvider/IdentityCenter", "ContextAssertion": "said"}
        parameters = {"RoleArn": access_role(member), "RoleSessionName": "me", "ProvidedContexts": [context]}
        assert management.expect_error(SERVICE, "AssumeRole", **parameters).status == 501


class TestAccessKeys:
    """GetAccessKeyInfo and DecodeAuthorizationMessage."""

    def test_account(self, stranger: Client) -> None:
        """The account is written in the key."""
        key = "ASIAY34FZKBOKMUTVV7A"
        assert stranger.do(SERVICE, "GetAccessKeyInfo", AccessKeyId=key) == {"Account": "609629065308"}
        error = stranger.expect_error(SERVICE, "GetAccessKeyInfo", AccessKeyId="AKIA000000000000000!")
        assert (error.status, error.code) == (400, "ValidationError")

    def test_message(self, stranger: Client) -> None:
        """No refusal here is told in code."""
        error = stranger.expect_error(SERVICE, "DecodeAuthorizationMessage", EncodedMessage="x")
        assert (error.status, error.code) == (400, "InvalidAuthorizationMessageException")


class TestFederation:
    """Another's word."""

    JWT = "e30." + "eyJpc3MiOiAiaHR0cHM6Ly9pZC5leGFtcGxlLmNvbSJ9" + ".c2ln"

    @pytest.mark.parametrize(
        ("operation", "parameters", "code", "says"),
        [
            ("AssumeRoleWithWebIdentity", {"WebIdentityToken": JWT}, "InvalidIdentityToken", "https://id.example.com"),
            ("AssumeRoleWithWebIdentity", {"WebIdentityToken": "none"}, "InvalidIdentityToken", "not a valid JWT"),
            (
                "AssumeRoleWithSAML",
                {"PrincipalArn": "arn:aws:iam::111122223333:saml-provider/p", "SAMLAssertion": "none"},
                "InvalidIdentityToken",
                "provider doesn't exist",
            ),
        ],
    )
    def test_of_no_provider(
        self, stranger: Client, operation: str, parameters: dict[str, str], code: str, says: str
    ) -> None:
        """Whoever has registered no provider is told what AWS tells him; nobody needs to sign for that."""
        session = {} if "SAML" in operation else {"RoleSessionName": "me"}
        role = f"arn:aws:iam::{stranger.account}:role/Dev"
        error = stranger.expect_error(SERVICE, operation, RoleArn=role, **session, **parameters)
        assert (error.status, error.code) == (400, code)
        assert says in error.message

    def test_not_switched_on(self, stranger: Client) -> None:
        """The account gives nobody its word; nothing was handed out that could be traded in."""
        error = stranger.expect_error(SERVICE, "GetWebIdentityToken", Audience=["a"], SigningAlgorithm="RS256")
        assert (error.status, error.code) == (403, "OutboundWebIdentityFederationDisabledException")
        error = stranger.expect_error(SERVICE, "GetDelegatedAccessToken", TradeInToken="x" * 20)
        assert (error.status, error.code) == (400, "ExpiredTradeInTokenException")


def signing(client: Client, keys: dict[str, str]) -> Client:
    """Call by temporary credentials."""
    credentials = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    return Client(client.app, client.account, credentials=credentials)
