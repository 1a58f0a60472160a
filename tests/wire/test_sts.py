"""STS on the wire: callers, sessions, session tokens and federation."""

import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.credentials import Credentials

from artifact_state import ids
from artifact_state.record import replace
from tests.support.iam_users import (
    client_with_key,
    client_with_mfa,
    client_with_session,
    create_user,
    policy_allowing,
    policy_document,
)
from tests.support.wire_client import Client
from tests.wire.conftest import NOW

SERVICE = "sts"
ACCESS_ROLE = "OrganizationAccountAccessRole"


def access_role_arn(member: Client) -> str:
    """Return the ARN of the role through which the management account accesses a member."""
    return f"arn:aws:iam::{member.account}:role/{ACCESS_ROLE}"


class TestGetCallerIdentity:
    """GetCallerIdentity."""

    def test_account_id_as_key_is_the_root_user(self, stranger: Client) -> None:
        """An account id as the access key id identifies the account's root user."""
        assert stranger.do(SERVICE, "GetCallerIdentity") == {
            "UserId": stranger.account,
            "Account": stranger.account,
            "Arn": f"arn:aws:iam::{stranger.account}:root",
        }

    @pytest.mark.parametrize(
        ("region", "partition"), [("us-gov-west-1", "aws-us-gov"), ("cn-northwest-1", "aws-cn"), ("eu-west-1", "aws")]
    )
    def test_region_of_signature_determines_partition(self, stranger: Client, region: str, partition: str) -> None:
        """The region of the signature determines the partition."""
        client = Client(stranger.app, stranger.account, region=region)
        assert client.do(SERVICE, "GetCallerIdentity")["Arn"] == f"arn:{partition}:iam::{stranger.account}:root"


class TestAssumeRole:
    """AssumeRole."""

    def test_management_account_assumes_access_role(self, management: Client, member: Client) -> None:
        """The management account can assume the access role of a created account."""
        reply = management.do(SERVICE, "AssumeRole", RoleArn=access_role_arn(member), RoleSessionName="me")
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
    def test_untrusting_and_unknown_roles_are_denied_alike(self, management: Client, role: str) -> None:
        """A role that does not trust the caller and an unknown role are AccessDenied with AWS's message."""
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
    def test_trust_can_depend_on_user_agent_and_role_tags(
        self, stranger: Client, condition: dict[str, dict[str, str]], *, trusted: bool
    ) -> None:
        """The conditions of a trust policy can read the User-Agent and the role's tags."""
        statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": condition}
        document = json.dumps({"Version": "2012-10-17", "Statement": statement})
        tags = [{"Key": "team", "Value": "a"}]
        created = stranger.do("iam", "CreateRole", RoleName="Dev", AssumeRolePolicyDocument=document, Tags=tags)
        request = stranger.request(SERVICE, "AssumeRole", RoleArn=created["Role"]["Arn"], RoleSessionName="me")
        reply = stranger.app.handle(replace(request, headers={**request.headers, "user-agent": "Mine/1.0"}))
        assert reply.status == (200 if trusted else 403)

    @pytest.mark.parametrize(("seconds", "allowed"), [(900, True), (3600, True), (3601, False)])
    def test_session_cannot_exceed_maximum_of_role(
        self, management: Client, member: Client, seconds: int, *, allowed: bool
    ) -> None:
        """A session longer than the role's maximum is a ValidationError."""
        parameters = {"RoleArn": access_role_arn(member), "RoleSessionName": "me", "DurationSeconds": seconds}
        if allowed:
            expiration = management.do(SERVICE, "AssumeRole", **parameters)["Credentials"]["Expiration"]
            assert expiration == NOW.replace(microsecond=0) + timedelta(seconds=seconds)
        else:
            error = management.expect_error(SERVICE, "AssumeRole", **parameters)
            assert (error.status, error.code) == (400, "ValidationError")

    @pytest.mark.parametrize("seconds", [899, 43201, 0, -1, 2**31 - 1])
    def test_duration_outside_limits_is_refused(self, management: Client, member: Client, seconds: int) -> None:
        """A session lasts from 15 minutes to 12 hours."""
        parameters = {"RoleArn": access_role_arn(member), "RoleSessionName": "me", "DurationSeconds": seconds}
        error = management.expect_error(SERVICE, "AssumeRole", **parameters)
        assert (error.status, error.code) == (400, "ValidationError")

    def test_invalid_session_name_is_refused(self, management: Client, member: Client) -> None:
        """An invalid session name is refused with AWS's message."""
        parameters = {"RoleArn": access_role_arn(member), "RoleSessionName": "Session1:2"}
        assert management.expect_error(SERVICE, "AssumeRole", **parameters).message == (
            "1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: [\w+=,.@-]*"
        )


class TestSessionPolicies:
    """Session policies, session tags and the principals of sessions."""

    ALLOW_ALL = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
    ALLOW_DESCRIBE = ALLOW_ALL.replace('"Action": "*"', '"Action": "organizations:Describe*"')

    def test_session_policy_limits_role(self, management: Client, member: Client) -> None:
        """A session policy limits the permissions of the role, and its packed size is returned."""
        reply = management.do(
            SERVICE, "AssumeRole", RoleArn=access_role_arn(member), RoleSessionName="me", Policy=self.ALLOW_DESCRIBE
        )
        assert 0 < reply["PackedPolicySize"] <= 100
        session = client_with_session(management, reply["Credentials"])
        session.do("organizations", "DescribeOrganization")
        refusal = session.expect_error("iam", "ListUsers")
        assert (refusal.status, refusal.code) == (403, "AccessDenied")
        assert refusal.message.startswith(
            f"User: arn:aws:sts::{member.account}:assumed-role/{ACCESS_ROLE}/me is not authorized to perform: "
            f"iam:ListUsers on resource: arn:aws:iam::{member.account}:user/ because no session policy allows the "
            "iam:ListUsers action. Go to "
        )

    def test_tags_need_trust(self, management: Client, member: Client) -> None:
        """A trust policy that does not allow session tags or a source identity is refused by the action's name."""
        parameters = {"RoleArn": access_role_arn(member), "RoleSessionName": "me"}
        for option, action in (
            ({"Tags": [{"Key": "a", "Value": "b"}]}, "sts:TagSession"),
            ({"SourceIdentity": "eve"}, "sts:SetSourceIdentity"),
        ):
            error = management.expect_error(SERVICE, "AssumeRole", **parameters, **option)
            assert error.code == "AccessDenied"
            caller, role = f"arn:aws:iam::{management.account}:root", parameters["RoleArn"]
            assert error.message == f"User: {caller} is not authorized to perform: {action} on resource: {role}"

    def test_source_identity_is_passed_on_with_permission_only(self, stranger: Client) -> None:
        """A session with a source identity needs permission to set it in the role that it assumes."""
        actions = ["sts:AssumeRole", "sts:SetSourceIdentity"]
        trust = {"Effect": "Allow", "Principal": {"AWS": stranger.account}, "Action": actions}
        roles = [
            stranger.do("iam", "CreateRole", RoleName=name, AssumeRolePolicyDocument=policy_document(trust))["Role"]
            for name in ("First", "Second")
        ]
        stranger.do(
            "iam", "PutRolePolicy", RoleName="First", PolicyName="p", PolicyDocument=policy_allowing("sts:AssumeRole")
        )
        first = {"RoleArn": roles[0]["Arn"], "RoleSessionName": "me", "SourceIdentity": "eve"}
        session = client_with_session(stranger, stranger.do(SERVICE, "AssumeRole", **first)["Credentials"])
        second = {"RoleArn": roles[1]["Arn"], "RoleSessionName": "me"}
        assert "sts:SetSourceIdentity" in session.expect_error(SERVICE, "AssumeRole", **second).message
        stranger.do("iam", "PutRolePolicy", RoleName="First", PolicyName="p", PolicyDocument=policy_allowing(*actions))
        assert session.do(SERVICE, "AssumeRole", **second)["SourceIdentity"] == "eve"

    @pytest.mark.parametrize("document", ["{}", "no policy", '{"Version": "2012-10-17", "Statement": {}}'])
    def test_malformed_session_policy_is_refused(self, management: Client, member: Client, document: str) -> None:
        """A session policy that is not a policy is a MalformedPolicyDocument."""
        parameters = {"RoleArn": access_role_arn(member), "RoleSessionName": "me", "Policy": document}
        error = management.expect_error(SERVICE, "AssumeRole", **parameters)
        assert (error.status, error.code) == (400, "MalformedPolicyDocument")

    def test_oversized_tags_are_refused(self, management: Client) -> None:
        """Tags whose packed size exceeds the limit are a PackedPolicyTooLarge."""
        tags = [
            {"Key": ids.secret(120, number, "key"), "Value": ids.secret(250, number, "value")} for number in range(50)
        ]
        error = management.expect_error(SERVICE, "GetFederationToken", Name="bob", Tags=tags)
        assert (error.status, error.code) == (400, "PackedPolicyTooLarge")

    def test_federated_user_is_limited_by_policy_and_user(self, stranger: Client) -> None:
        """A federated user has the permissions that both the policy and the calling user have."""
        reply = stranger.do(SERVICE, "GetFederationToken", Name="bob", Policy=self.ALLOW_DESCRIBE)
        assert reply["FederatedUser"]["Arn"] == f"arn:aws:sts::{stranger.account}:federated-user/bob"
        bob = client_with_session(stranger, reply["Credentials"])
        assert bob.do(SERVICE, "GetCallerIdentity")["UserId"] == f"{stranger.account}:bob"
        assert bob.expect_error("organizations", "DescribeOrganization").code == "AWSOrganizationsNotInUseException"
        assert reply["PackedPolicySize"] > 0
        assert stranger.do(SERVICE, "GetFederationToken", Name="bob")["PackedPolicySize"] == 0

    def test_session_token_stands_for_user_until_expiry(self, stranger: Client) -> None:
        """Session credentials of a user are the user's until they expire."""
        alice = create_user(stranger, self.ALLOW_ALL)
        session = client_with_session(alice, alice.do(SERVICE, "GetSessionToken", DurationSeconds=900)["Credentials"])
        assert session.do(SERVICE, "GetCallerIdentity") == alice.do(SERVICE, "GetCallerIdentity")
        stranger.app.world.clock.advance(timedelta(minutes=15))
        assert session.expect_error(SERVICE, "GetCallerIdentity").code == "ExpiredToken"


class TestSessionRestrictions:
    """Operations that session credentials cannot call."""

    def test_role_session_cannot_issue_user_credentials(self, management: Client, member: Client) -> None:
        """A role session cannot call the operations that need long-term credentials, but can call IAM."""
        role = access_role_arn(member)
        session = client_with_session(
            management, management.do(SERVICE, "AssumeRole", RoleArn=role, RoleSessionName="me")["Credentials"]
        )
        for operation, members in (("GetSessionToken", {}), ("GetFederationToken", {"Name": "bob"})):
            error = session.expect_error(SERVICE, operation, **members)
            assert (error.status, error.code) == (403, "AccessDenied")
            assert error.message == f"Cannot call {operation} with session credentials"
        assert session.do("iam", "ListUsers") == {"Users": [], "IsTruncated": False}

    def test_user_session_needs_mfa_for_iam(self, stranger: Client) -> None:
        """A user's session can call IAM only with MFA, and few operations of STS."""
        alice = create_user(stranger, TestSessionPolicies.ALLOW_ALL)
        plain = client_with_session(alice, alice.do(SERVICE, "GetSessionToken")["Credentials"])
        with_mfa = client_with_mfa(stranger)
        error = plain.expect_error("iam", "ListUsers")
        assert (error.status, error.code) == (403, "InvalidClientTokenId")
        assert with_mfa.do("iam", "ListUsers")["Users"]
        for session in (plain, with_mfa):
            session.do(SERVICE, "GetCallerIdentity")
            assert session.expect_error(SERVICE, "GetSessionToken").message.startswith("Cannot call GetSessionToken")
        assert alice.expect_error(SERVICE, "GetSessionToken", TokenCode="123456").code == "AccessDenied"

    def test_credentials_of_a_closed_account_are_invalid(self, management: Client, member: Client) -> None:
        """The keys, the sessions and the root user of a closed account are refused like unknown credentials."""
        user = create_user(member, TestSessionPolicies.ALLOW_ALL)
        role = management.do(SERVICE, "AssumeRole", RoleArn=access_role_arn(member), RoleSessionName="me")
        session = client_with_session(management, role["Credentials"])
        management.do("organizations", "CloseAccount", AccountId=member.account)
        for client in (user, session, member):
            error = client.expect_error(SERVICE, "GetCallerIdentity")
            assert (error.status, error.code) == (403, "InvalidClientTokenId")
            error = client.expect_error("organizations", "DescribeOrganization")
            assert (error.status, error.code) == (400, "UnrecognizedClientException")

    def test_code_of_a_missing_mfa_device_is_refused(self, stranger: Client) -> None:
        """The code of a device that does not exist is refused in AWS's words by both operations that take one."""
        alice = create_user(stranger, TestSessionPolicies.ALLOW_ALL)
        device = {"SerialNumber": "arn:aws:iam::999988887777:mfa/alice", "TokenCode": "123456"}
        role = {"RoleArn": "arn:aws:iam::999988887777:role/R", "RoleSessionName": "me"}
        for operation, parameters in (("GetSessionToken", {}), ("AssumeRole", role)):
            error = alice.expect_error(SERVICE, operation, **parameters, **device)
            assert (error.status, error.code) == (403, "AccessDenied")
            assert error.message.startswith("MultiFactorAuthentication failed, unable to validate MFA code.  Please")

    def test_federated_user_cannot_call_iam(self, stranger: Client) -> None:
        """A federated user cannot call IAM, and of STS only GetCallerIdentity."""
        alice = create_user(stranger, TestSessionPolicies.ALLOW_ALL)
        reply = alice.do(SERVICE, "GetFederationToken", Name="bob", Policy=TestSessionPolicies.ALLOW_ALL)
        bob = client_with_session(alice, reply["Credentials"])
        bob.do(SERVICE, "GetCallerIdentity")
        assert bob.expect_error("iam", "ListUsers").code == "InvalidClientTokenId"
        assert bob.expect_error(SERVICE, "GetAccessKeyInfo", AccessKeyId="1" * 20).code == "AccessDenied"
        assert bob.expect_error("organizations", "DescribeOrganization").code == "AWSOrganizationsNotInUseException"


class TestSessionTokens:
    """Session tokens, and input that does not fit into them."""

    def test_token_size_and_utilization_are_returned(self, management: Client, member: Client) -> None:
        """The size is at least the requested one, and returned with its share of 4,096 bytes."""
        parameters = {"RoleArn": access_role_arn(member), "RoleSessionName": "me"}
        for minimum in (0, 1024, 4096):
            reply = management.do(SERVICE, "AssumeRole", **parameters, MinimumSessionTokenSize=minimum)
            size = len(reply["Credentials"]["SessionToken"].encode())
            assert reply["SessionTokenSize"] == size >= minimum
            assert reply["SessionTokenUtilization"] == size * 100 // 4096

        error = management.expect_error(SERVICE, "AssumeRole", **parameters, MinimumSessionTokenSize=4097)
        assert (error.status, error.code) == (400, "ValidationError")
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
    def test_invalid_tags_are_refused(
        self, management: Client, member: Client, members: dict[str, Any], message: str
    ) -> None:
        """Tags that contradict each other are refused with AWS's message."""
        parameters = {"RoleArn": access_role_arn(member), "RoleSessionName": "me"}
        error = management.expect_error(SERVICE, "AssumeRole", **parameters, **members)
        assert (error.status, error.code, error.message) == (400, "InvalidParameterValue", message)

    def test_invalid_role_arn_is_refused(self, management: Client) -> None:
        """The message contains the invalid ARN."""
        error = management.expect_error(SERVICE, "AssumeRole", RoleArn="nothing-valid-in-here", RoleSessionName="me")
        assert (error.status, error.code, error.message) == (400, "ValidationError", "nothing-valid-in-here is invalid")

    def test_root_user_with_key_cannot_assume_role(self, stranger: Client) -> None:
        """A root user with an access key cannot assume a role."""
        root = client_with_key(stranger)
        arn = f"arn:aws:iam::{stranger.account}:role/Any"
        error = root.expect_error(SERVICE, "AssumeRole", RoleArn=arn, RoleSessionName="me")
        assert (error.status, error.code) == (403, "AccessDenied")
        assert error.message == "Roles may not be assumed by root accounts."

    def test_provided_contexts_are_not_emulated(self, management: Client, member: Client) -> None:
        """ProvidedContexts are answered with 501 instead of being ignored."""
        context = {"ProviderArn": "arn:aws:iam::aws:contextProvider/IdentityCenter", "ContextAssertion": "said"}
        parameters = {"RoleArn": access_role_arn(member), "RoleSessionName": "me", "ProvidedContexts": [context]}
        assert management.expect_error(SERVICE, "AssumeRole", **parameters).status == 501


class TestAccessKeyIds:
    """GetAccessKeyInfo and DecodeAuthorizationMessage."""

    def test_access_key_id_contains_account(self, stranger: Client) -> None:
        """The account is part of an access key id."""
        key = "ASIAY34FZKBOKMUTVV7A"
        assert stranger.do(SERVICE, "GetAccessKeyInfo", AccessKeyId=key) == {"Account": "609629065308"}
        error = stranger.expect_error(SERVICE, "GetAccessKeyInfo", AccessKeyId="AKIA000000000000000!")
        assert (error.status, error.code) == (400, "ValidationError")

    def test_encoded_message_is_invalid(self, stranger: Client) -> None:
        """Every encoded message is invalid: the emulator issues none."""
        error = stranger.expect_error(SERVICE, "DecodeAuthorizationMessage", EncodedMessage="x")
        assert (error.status, error.code) == (400, "InvalidAuthorizationMessageException")


class TestFederation:
    """Federated sign-in, outbound federation and trade-in tokens."""

    JWT = "e30." + "eyJpc3MiOiAiaHR0cHM6Ly9pZC5leGFtcGxlLmNvbSJ9" + ".c2ln"

    @pytest.mark.parametrize(
        ("operation", "parameters", "code", "text"),
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
    def test_unsigned_federation_without_provider_is_refused(
        self, stranger: Client, operation: str, parameters: dict[str, str], code: str, text: str
    ) -> None:
        """Without a provider, federated sign-in, which is unsigned, is refused with AWS's message."""
        session = {} if "SAML" in operation else {"RoleSessionName": "me"}
        role = f"arn:aws:iam::{stranger.account}:role/Dev"
        error = stranger.expect_error(SERVICE, operation, RoleArn=role, **session, **parameters)
        assert (error.status, error.code) == (400, code)
        assert text in error.message

    def test_outbound_federation_and_trade_in_tokens_are_refused(self, stranger: Client) -> None:
        """Outbound federation is disabled, and every trade-in token is expired."""
        error = stranger.expect_error(SERVICE, "GetWebIdentityToken", Audience=["a"], SigningAlgorithm="RS256")
        assert (error.status, error.code) == (403, "OutboundWebIdentityFederationDisabledException")
        error = stranger.expect_error(SERVICE, "GetDelegatedAccessToken", TradeInToken="x" * 20)
        assert (error.status, error.code) == (400, "ExpiredTradeInTokenException")
