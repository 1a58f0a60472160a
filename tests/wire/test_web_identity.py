"""Roles that are assumed with tokens of identity providers, and the tokens that accounts issue."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.support.control_api import control_done, control_refusal, control_reply, control_result
from tests.support.iam_users import client_with_role, client_with_session, create_user, policy_allowing, policy_document
from tests.support.identity_tokens import CLUSTER, GITHUB, STS, SUBJECT, Issuer
from tests.support.wire_client import Answer, Client
from tests.wire.conftest import NOW

ISSUERS = "/_emulator/token-issuers"
PROVIDER = "arn:aws:iam::999988887777:oidc-provider/token.actions.githubusercontent.com"
ROLE = "arn:aws:iam::999988887777:role/Deploy"
INSTANCE = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
CONTEXT = {
    "SubjectSourceKey": "sub",
    "SubjectTypeValue": "user",
    "KeyDefinitionList": [{"SourceKey": "dept", "TargetKey": "department"}, {"SourceKey": "team"}],
}
UNSUPPORTED = (
    "Requested SigningAlgorithm is not supported. See the GetWebIdentityToken documentation for supported algorithms"
)
TOO_SHORT = (
    "1 validation error detected: Value 'none' at 'signingAlgorithm' failed to satisfy constraint: "
    "Member must have length greater than or equal to 5"
)


def create_provider(client: Client, url: str = GITHUB, audience: str = STS) -> str:
    """Create a provider and return its ARN."""
    created = client.do(
        "iam", "CreateOpenIDConnectProvider", Url=url, ClientIDList=[audience], ThumbprintList=["a" * 40]
    )
    arn: str = created["OpenIDConnectProviderArn"]
    return arn


def create_role(client: Client, provider: str, condition: dict[str, Any] | None = None, **more: Any) -> str:
    """Create a role that trusts the users of a provider and return its ARN."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"],
    }
    trust = policy_document(statement | ({"Condition": condition} if condition else {}))
    arn: str = client.do("iam", "CreateRole", RoleName="Deploy", AssumeRolePolicyDocument=trust, **more)["Role"]["Arn"]
    return arn


def assume(client: Client, token: str, **parameters: Any) -> Answer:
    """Call AssumeRoleWithWebIdentity, which is not signed."""
    request = {"RoleArn": ROLE, "RoleSessionName": "run-1", "WebIdentityToken": token}
    return client.call("sts", "AssumeRoleWithWebIdentity", **request | parameters)


@contextmanager
def served(document: object) -> Iterator[str]:
    """Serve a document on this machine and yield its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        def log_message(self, *arguments: object) -> None:
            """Log nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/jwks.json"
        server.shutdown()


@pytest.fixture
def github(stranger: Client) -> Issuer:
    """Return the issuer of GitHub Actions, which the account trusts for one repository."""
    issuer = Issuer(GITHUB)
    condition = {
        "StringEquals": {"token.actions.githubusercontent.com:aud": STS},
        "StringLike": {"token.actions.githubusercontent.com:sub": "repo:example/shop:*"},
    }
    create_role(stranger, create_provider(stranger), condition)
    control_done(stranger.app, "PUT", ISSUERS, {"issuer": issuer.url, "jwks": issuer.keys()})
    return issuer


class TestAssumeRoleWithWebIdentity:
    """AssumeRoleWithWebIdentity."""

    def test_token_of_a_trusted_repository_assumes_the_role(self, stranger: Client, github: Issuer) -> None:
        """A token of the trusted repository gives a session of the role."""
        reply = assume(stranger, github.token(NOW)).data
        assert (reply["SubjectFromWebIdentityToken"], reply["Audience"]) == (SUBJECT, STS)
        assert reply["Provider"] == PROVIDER
        assert reply["AssumedRoleUser"]["Arn"] == "arn:aws:sts::999988887777:assumed-role/Deploy/run-1"
        session = client_with_session(stranger, reply["Credentials"])
        assert session.do("sts", "GetCallerIdentity")["Arn"] == reply["AssumedRoleUser"]["Arn"]

    @pytest.mark.parametrize(
        ("claims", "code", "message"),
        [
            ({"sub": "repo:other/shop:ref:refs/heads/main"}, "AccessDenied", "Not authorized to perform sts:Assume"),
            ({"aud": "other"}, "InvalidIdentityToken", "Incorrect token audience"),
            ({"exp": 1}, "ExpiredTokenException", "Token expired: current date/time 1795435205 must be before the"),
            ({"iss": "https://id.example.com"}, "InvalidIdentityToken", "No OpenIDConnect provider found in your acc"),
        ],
    )
    def test_token_with_other_claims_is_refused(
        self, stranger: Client, github: Issuer, claims: dict[str, Any], code: str, message: str
    ) -> None:
        """A token is refused for another subject, audience or issuer, or after its time, with AWS's messages."""
        before = stranger.app.world.state
        answer = assume(stranger, github.token(NOW, **claims))
        assert (answer.code, answer.message[: len(message)]) == (code, message)
        assert stranger.app.world.state is before

    @pytest.mark.usefixtures("github")
    def test_token_of_another_key_is_refused(self, stranger: Client) -> None:
        """A token that another key signed is refused, and one of an issuer whose keys are not known."""
        forged = Issuer(GITHUB, key_name="second").token(NOW)
        assert "signature" in assume(stranger, forged).message
        create_provider(stranger, CLUSTER)
        answer = assume(stranger, Issuer(CLUSTER).token(NOW))
        assert "Couldn't retrieve verification key" in answer.message

    def test_unknown_role_is_refused_like_one_without_trust(self, stranger: Client, github: Issuer) -> None:
        """A role that does not exist is refused like one that does not trust the provider."""
        answer = assume(stranger, github.token(NOW), RoleArn=ROLE.replace("Deploy", "Other"))
        assert (answer.code, answer.message) == (
            "AccessDenied",
            "Not authorized to perform sts:AssumeRoleWithWebIdentity",
        )

    def test_service_account_of_a_cluster_assumes_its_role(self, stranger: Client) -> None:
        """A pod assumes the role of its service account; the keys are read from a URL on this machine."""
        issuer, subject = Issuer(CLUSTER), "system:serviceaccount:shop:orders"
        name = CLUSTER.removeprefix("https://")
        condition = {"StringEquals": {f"{name}:sub": subject, f"{name}:aud": STS}}
        create_role(stranger, create_provider(stranger, CLUSTER), condition)
        with served(issuer.keys()) as url:
            control_done(stranger.app, "PUT", ISSUERS, {"issuer": CLUSTER, "jwks_url": url})
        assert assume(stranger, issuer.token(NOW, sub=subject, aud=[STS])).status == 200
        other = issuer.token(NOW, sub="system:serviceaccount:shop:default", aud=[STS])
        assert assume(stranger, other).code == "AccessDenied"

    def test_call_is_recorded_for_the_account_of_the_role(self, stranger: Client, github: Issuer) -> None:
        """CloudTrail has the call in the role's account, with the user of the provider and without the token."""
        assume(stranger, github.token(NOW))
        assume(stranger, github.token(NOW, aud="other"))
        lookup = {"AttributeKey": "EventName", "AttributeValue": "AssumeRoleWithWebIdentity"}
        events = stranger.do("cloudtrail", "LookupEvents", LookupAttributes=[lookup])["Events"]
        refused, accepted = (json.loads(event["CloudTrailEvent"]) for event in events)
        assert accepted["userIdentity"] == {
            "type": "WebIdentityUser",
            "principalId": f"{PROVIDER}:{STS}:{SUBJECT}",
            "userName": SUBJECT,
            "identityProvider": PROVIDER,
        }
        assert "webIdentityToken" not in accepted["requestParameters"]
        assert (refused["userIdentity"], refused["errorCode"]) == (
            {"type": "WebIdentityUser"},
            "InvalidIdentityTokenException",
        )

    def test_session_is_limited_as_other_sessions(self, stranger: Client, github: Issuer) -> None:
        """The duration has the role's maximum, and a session policy and the token's tags apply."""
        assert assume(stranger, github.token(NOW), DurationSeconds=3601).code == "ValidationError"
        tags = {"https://aws.amazon.com/tags": {"principal_tags": {"Team": ["a"]}}}
        stranger.do(
            "iam",
            "PutRolePolicy",
            RoleName="Deploy",
            PolicyName="p",
            PolicyDocument=policy_document(
                {
                    "Effect": "Allow",
                    "Action": ["iam:ListUsers", "iam:ListRoles"],
                    "Resource": "*",
                    "Condition": {"StringEquals": {"aws:PrincipalTag/Team": "a", "aws:FederatedProvider": PROVIDER}},
                }
            ),
        )
        reply = assume(stranger, github.token(NOW, **tags), Policy=policy_allowing("iam:ListUsers")).data
        session = client_with_session(stranger, reply["Credentials"])
        assert session.do("iam", "ListUsers")["Users"] == []
        assert session.expect_error("iam", "ListRoles").code == "AccessDenied"
        plain = client_with_session(stranger, assume(stranger, github.token(NOW)).data["Credentials"])
        assert plain.expect_error("iam", "ListUsers").code == "AccessDenied"


class TestProviders:
    """The operations of IAM on OpenID Connect providers."""

    def test_provider_is_described_by_its_arn(self, stranger: Client) -> None:
        """A provider has its URL without the scheme, its audiences, its thumbprints and its tags."""
        arn = create_provider(stranger)
        named = {"OpenIDConnectProviderArn": arn}
        stranger.do("iam", "AddClientIDToOpenIDConnectProvider", **named, ClientID="cli")
        stranger.do("iam", "RemoveClientIDFromOpenIDConnectProvider", **named, ClientID=STS)
        stranger.do("iam", "UpdateOpenIDConnectProviderThumbprint", **named, ThumbprintList=["b" * 40])
        stranger.do("iam", "TagOpenIDConnectProvider", **named, Tags=[{"Key": "k", "Value": "v"}])
        reply = stranger.do("iam", "GetOpenIDConnectProvider", **named)
        assert reply.pop("CreateDate") == NOW.replace(microsecond=0)
        reply.pop("ResponseMetadata", None)
        assert reply == {
            "Url": "token.actions.githubusercontent.com",
            "ClientIDList": ["cli"],
            "ThumbprintList": ["b" * 40],
            "Tags": [{"Key": "k", "Value": "v"}],
        }
        assert stranger.do("iam", "ListOpenIDConnectProviderTags", **named)["Tags"] == reply["Tags"]
        stranger.do("iam", "UntagOpenIDConnectProvider", **named, TagKeys=["k"])
        assert stranger.do("iam", "ListOpenIDConnectProviders")["OpenIDConnectProviderList"] == [
            {"Arn": arn, "IsTrustedIdentityPropagationEnabled": False}
        ]
        assert stranger.do("iam", "GetAccountSummary")["SummaryMap"]["Providers"] == 1
        stranger.do("iam", "DeleteOpenIDConnectProvider", **named)
        assert stranger.do("iam", "ListOpenIDConnectProviders")["OpenIDConnectProviderList"] == []

    def test_identity_propagation_is_set_and_removed(self, stranger: Client) -> None:
        """A provider shows its context provider and its instance, of which the instance is removed first."""
        update, named = "UpdateOpenIDConnectProvider", {"OpenIDConnectProviderArn": create_provider(stranger)}
        stranger.do("iam", update, **named, ContextProvider=CONTEXT)
        stranger.do("iam", update, **named, IdentityCenterInstanceArn=INSTANCE)
        reply = stranger.do("iam", "GetOpenIDConnectProvider", **named)
        assert (reply["ContextProvider"], reply["IdentityCenterInstanceArn"]) == (CONTEXT, INSTANCE)
        assert reply["IdentityStoreArn"].startswith("arn:aws:identitystore::999988887777:identitystore/d-")
        (entry,) = stranger.do("iam", "ListOpenIDConnectProviders")["OpenIDConnectProviderList"]
        assert entry["IsTrustedIdentityPropagationEnabled"]
        assert stranger.expect_error("iam", update, **named, RemoveContextProvider=True).code == "InvalidInput"
        stranger.do("iam", update, **named, RemoveIdentityCenterInstance=True)
        stranger.do("iam", update, **named, RemoveContextProvider=True)
        reply = stranger.do("iam", "GetOpenIDConnectProvider", **named)
        assert not reply.keys() & {"ContextProvider", "IdentityCenterInstanceArn", "IdentityStoreArn"}

    def test_provider_is_created_with_identity_propagation(self, stranger: Client) -> None:
        """A provider is created with a context provider and an instance, not with an instance alone."""
        create, url = "CreateOpenIDConnectProvider", {"Url": "https://id.example.com"}
        refused = stranger.expect_error("iam", create, **url, IdentityCenterInstanceArn=INSTANCE)
        assert refused.code == "InvalidInput"
        arn = stranger.do("iam", create, **url, ContextProvider=CONTEXT, IdentityCenterInstanceArn=INSTANCE)
        reply = stranger.do("iam", "GetOpenIDConnectProvider", OpenIDConnectProviderArn=arn["OpenIDConnectProviderArn"])
        assert (reply["ContextProvider"], reply["IdentityCenterInstanceArn"]) == (CONTEXT, INSTANCE)

    def test_conditions_control_identity_propagation(self, stranger: Client) -> None:
        """A policy can forbid a context provider and allow the other changes."""
        named = {"OpenIDConnectProviderArn": create_provider(stranger)}
        condition = {"Bool": {"iam:EnableIdentityPropagation": "false"}}
        statement = {"Effect": "Allow", "Action": "iam:*", "Resource": PROVIDER, "Condition": condition}
        user = create_user(stranger, policy_document(statement))
        user.do("iam", "UpdateOpenIDConnectProvider", **named, RemoveContextProvider=True)
        error = user.expect_error("iam", "UpdateOpenIDConnectProvider", **named, ContextProvider=CONTEXT)
        assert error.code == "AccessDenied"


class TestIssuedTokens:
    """Outbound identity federation."""

    @pytest.mark.parametrize("algorithm", ["RS256", "ES384"])
    def test_token_verifies_with_published_keys(self, stranger: Client, algorithm: str) -> None:
        """A token verifies with the keys that its issuer publishes."""
        issuer = stranger.do("iam", "EnableOutboundWebIdentityFederation")["IssuerIdentifier"]
        alice = create_user(stranger, policy_allowing("sts:GetWebIdentityToken"))
        reply = alice.do("sts", "GetWebIdentityToken", Audience=["shop"], SigningAlgorithm=algorithm)
        place = f"/_emulator/outbound-identity/{stranger.account}/.well-known"
        described = control_result(stranger.app, "GET", f"{place}/openid-configuration")
        assert (described["issuer"], described["jwks_uri"]) == (issuer, f"{issuer}/.well-known/jwks.json")
        keys = KeySet.import_key_set(control_result(stranger.app, "GET", f"{place}/jwks.json"))
        claims = jwt.decode(reply["WebIdentityToken"], keys, algorithms=[algorithm]).claims
        assert (claims["iss"], claims["aud"]) == (issuer, "shop")
        assert claims["sub"] == "arn:aws:iam::999988887777:user/Alice"
        assert reply["Expiration"].replace(microsecond=0) == (NOW + timedelta(minutes=5)).replace(microsecond=0)

    @pytest.mark.parametrize(
        "parameters",
        [{"SubjectMode": "OriginIdentity"}, {"Scope": "read"}, {"SubjectMode": "OriginIdentity", "Scope": "read"}],
    )
    def test_token_about_identity_of_origin_needs_one(self, stranger: Client, parameters: dict[str, str]) -> None:
        """A token about the caller itself is the default; no session has another identity, which scopes need."""
        stranger.do("iam", "EnableOutboundWebIdentityFederation")
        request = {"Audience": ["shop"], "SigningAlgorithm": "RS256"}
        alice = create_user(stranger, policy_allowing("sts:GetWebIdentityToken"))
        alice.do("sts", "GetWebIdentityToken", **request, SubjectMode="AWSIdentity")
        assert alice.expect_error("sts", "GetWebIdentityToken", **request, **parameters).code == "ValidationError"

    def test_condition_on_subject_mode_is_met_by_default(self, stranger: Client) -> None:
        """A policy can require tokens to be about the calling principal."""
        stranger.do("iam", "EnableOutboundWebIdentityFederation")
        condition = {"StringEquals": {"sts:SubjectMode": "AWSIdentity"}}
        statement = {"Effect": "Allow", "Action": "sts:GetWebIdentityToken", "Resource": "*", "Condition": condition}
        alice = create_user(stranger, policy_document(statement))
        alice.do("sts", "GetWebIdentityToken", Audience=["shop"], SigningAlgorithm="RS256")

    def test_expiration_of_token_has_milliseconds(self, stranger: Client) -> None:
        """The token expires at an instant with milliseconds, while its claims have whole seconds."""
        stranger.do("iam", "EnableOutboundWebIdentityFederation")
        alice = create_user(stranger, policy_allowing("sts:GetWebIdentityToken"))
        request = alice.request("sts", "GetWebIdentityToken", Audience=["shop"], SigningAlgorithm="RS256")
        body = alice.app.handle(request).body.decode()
        assert re.search(r"<Expiration>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z</Expiration>", body)

    def test_token_is_limited_in_size_and_by_its_session(self, stranger: Client) -> None:
        """A token has a largest size, and does not outlive the session that requests it."""
        stranger.do("iam", "EnableOutboundWebIdentityFederation")
        request = {"Audience": ["a"], "SigningAlgorithm": "RS256"}
        tags = [{"Key": f"{n}{'k' * 120}", "Value": "v" * 256} for n in range(50)]
        error = stranger.expect_error("sts", "GetWebIdentityToken", **request, Tags=tags)
        assert (error.code, error.message) == (
            "JWTPayloadSizeExceededException",
            "JWT payload exceeds maximum allowed size",
        )
        role = client_with_role(stranger, policy_allowing("sts:GetWebIdentityToken"))
        error = role.expect_error("sts", "GetWebIdentityToken", **request, DurationSeconds=3600 + 1)
        assert error.code == "ValidationError"
        stranger.app.world.clock.advance(timedelta(minutes=1))
        error = role.expect_error("sts", "GetWebIdentityToken", **request, DurationSeconds=3600)
        assert (error.code, error.status) == ("SessionDurationEscalationException", 403)

    @pytest.mark.parametrize(
        ("algorithm", "message"), [("ES256", UNSUPPORTED), ("rs256", UNSUPPORTED), ("none", TOO_SHORT)]
    )
    def test_other_algorithm_is_refused_before_permission(self, stranger: Client, algorithm: str, message: str) -> None:
        """Only the two documented algorithms are accepted, whatever the permissions of the caller."""
        nobody = create_user(stranger)
        error = nobody.expect_error("sts", "GetWebIdentityToken", Audience=["a"], SigningAlgorithm=algorithm)
        assert (error.code, error.message) == ("ValidationError", message)

    def test_permission_is_about_the_account_itself(self, stranger: Client) -> None:
        """The resource of the permission stands for the account, and tags need a permission of their own."""
        stranger.do("iam", "EnableOutboundWebIdentityFederation")
        itself = "arn:aws:sts::999988887777:self"
        statement = {"Effect": "Allow", "Action": "sts:GetWebIdentityToken", "Resource": itself}
        alice = create_user(stranger, policy_document(statement))
        request = {"Audience": ["a"], "SigningAlgorithm": "ES384"}
        assert alice.do("sts", "GetWebIdentityToken", **request)["WebIdentityToken"]
        tags = [{"Key": "k", "Value": "v"}]
        error = alice.expect_error("sts", "GetWebIdentityToken", **request, Tags=tags)
        assert f"sts:TagGetWebIdentityToken on resource: {itself}" in error.message

    def test_other_accounts_can_trust_an_account(self, stranger: Client, management: Client) -> None:
        """A role of another account is assumed with a token that an account issued."""
        issuer = management.do("iam", "EnableOutboundWebIdentityFederation")["IssuerIdentifier"]
        create_role(stranger, create_provider(stranger, issuer, "shop"))
        token = management.do("sts", "GetWebIdentityToken", Audience=["shop"], SigningAlgorithm="ES384")
        assert assume(stranger, token["WebIdentityToken"]).status == 200

    def test_federation_is_enabled_once(self, stranger: Client) -> None:
        """Enabling and disabling are refused if they change nothing."""
        message = "Outbound identity federation is {} for account 999988887777"
        for operation, code, status, text in (
            ("GetOutboundWebIdentityFederationInfo", "FeatureDisabled", 404, "disabled"),
            ("DisableOutboundWebIdentityFederation", "FeatureDisabled", 404, "already disabled"),
            ("EnableOutboundWebIdentityFederation", "FeatureEnabled", 409, "already enabled"),
        ):
            if operation.startswith("Enable"):
                enabled = stranger.do("iam", operation)["IssuerIdentifier"]
                info = stranger.do("iam", "GetOutboundWebIdentityFederationInfo")
                assert (info["IssuerIdentifier"], info["JwtVendingEnabled"]) == (enabled, True)
            error = stranger.expect_error("iam", operation)
            assert (error.code, error.status, error.message) == (code, status, message.format(text))


class TestIssuers:
    """`/_emulator/token-issuers`."""

    def test_keys_are_checked(self, stranger: Client) -> None:
        """Keys have one source, which is a key set, or a URL on this machine that has one."""
        sources: tuple[dict[str, Any], ...] = (
            {},
            {"jwks": {"keys": []}, "jwks_url": "http://localhost/jwks.json"},
            {"jwks": {"none": []}},
            {"jwks_url": "https://id.example.com/jwks.json"},
            {"jwks_url": "http://127.0.0.1:9/jwks.json"},
        )
        for source in sources:
            assert control_refusal(stranger.app, "PUT", ISSUERS, {"issuer": GITHUB, **source})
        control_done(stranger.app, "PUT", ISSUERS, {"issuer": GITHUB, "jwks": Issuer().keys()})
        assert control_result(stranger.app, "GET", ISSUERS) == {"issuers": [GITHUB]}

    def test_account_that_never_issued_publishes_nothing(self, stranger: Client) -> None:
        """An account that never enabled outbound federation has no discovery document."""
        path = f"/_emulator/outbound-identity/{stranger.account}/.well-known/openid-configuration"
        assert control_reply(stranger.app, "GET", path).status == 404
