"""The errors that AWS's model declares for STS: no policies, too many tags, others' word, regions without STS."""

import random
from dataclasses import replace
from typing import Any

from tests.support.error_table import ErrorTable, OperationProvocation, provocations, refused_with
from tests.support.wire_client import Answer, Client

SERVICE = "sts"
ROLE = "arn:aws:iam::111122223333:role/Dev"
TRUST = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": ["sts:AssumeRole", '
    '"sts:TagSession"]}}'
)
SYNTAX = "Syntax errors in policy."
INACTIVE = (
    "STS is not activated in this region for account:111122223333. Your account administrator can activate STS in "
    "this region using the IAM Console."
)
_RANDOM = random.Random(0)
TAGS = [{"Key": f"{at:02}{_RANDOM.randbytes(40).hex()}", "Value": _RANDOM.randbytes(120).hex()} for at in range(20)]
ASSUME = {"RoleArn": ROLE, "RoleSessionName": "me"}
SAML: dict[str, Any] = {
    "RoleArn": ROLE,
    "PrincipalArn": "arn:aws:iam::111122223333:saml-provider/p",
    "SAMLAssertion": "none",
}
WEB: dict[str, Any] = {**ASSUME, "WebIdentityToken": "none"}
FEDERATION = {"Name": "bob"}
ROOT = {
    "TargetPrincipal": "999988887777",
    "TaskPolicyArn": {"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"},
}


def inactive(**asked: Any) -> dict[str, OperationProvocation]:
    """Ask where AWS STS is not active."""

    def ask(client: Client, service: str, operation: str) -> Answer:
        world = client.app.world
        world.options = replace(world.options, inactive_sts_regions=frozenset({"af-south-1"}))
        got = Client(client.app, client.account, region="af-south-1").expect_error(service, operation, **asked)
        assert got.message == INACTIVE
        return got

    return {"RegionDisabledException": ask}


def too_large(**asked: Any) -> dict[str, OperationProvocation]:
    """Ask with more tags than find room; the message tells by how much."""

    def ask(client: Client, service: str, operation: str) -> Answer:
        got = client.expect_error(service, operation, **asked, Tags=TAGS)
        before, _, rest = got.message.partition("consumes ")
        share, _, after = rest.partition("%")
        assert (before, after) == ("Packed size of session tags ", " of allotted space.")
        assert int(share) > 100
        return got

    return {"PackedPolicyTooLarge": ask}


def malformed(**asked: Any) -> dict[str, OperationProvocation]:
    """Ask with what is no policy."""
    return {"MalformedPolicyDocument": refused_with(SYNTAX, **asked, Policy="{}")}


ASKED: dict[str, dict[str, OperationProvocation]] = {
    "AssumeRole": inactive(**ASSUME) | too_large(**ASSUME) | malformed(**ASSUME),
    "AssumeRoleWithSAML": {"InvalidIdentityToken": refused_with("Specified provider doesn't exist", **SAML)},
    "AssumeRoleWithWebIdentity": {
        "InvalidIdentityToken": refused_with(
            "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)", **WEB
        )
    },
    "AssumeRoot": inactive(**ROOT),
    "DecodeAuthorizationMessage": {
        "InvalidAuthorizationMessageException": refused_with(
            "The encoded authorization message is not valid.", EncodedMessage="x"
        )
    },
    "GetDelegatedAccessToken": inactive(TradeInToken="x" * 20)
    | {
        "ExpiredTradeInTokenException": refused_with(
            "The trade-in token provided in the request has expired.", TradeInToken="x" * 20
        )
    },
    "GetFederationToken": inactive(**FEDERATION) | too_large(**FEDERATION) | malformed(**FEDERATION),
    "GetSessionToken": inactive(),
    "GetWebIdentityToken": {
        "OutboundWebIdentityFederationDisabledException": refused_with(
            "The outbound web identity federation feature is not enabled for this account.",
            Audience=["a"],
            SigningAlgorithm="RS256",
        )
    },
}
NO_PROVIDER = "the provider is looked for first, and no account has one"
UNREACHABLE = {
    **{
        (operation, code): NO_PROVIDER
        for operation in ("AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")
        for code in ("MalformedPolicyDocument", "PackedPolicyTooLarge")
    },
    **{
        (operation, "RegionDisabledException"): "it is not signed, and nothing else tells the region"
        for operation in ("AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")
    },
    ("GetDelegatedAccessToken", "PackedPolicyTooLarge"): "no token was ever given that could be traded in",
}


def prepare(management: Client) -> None:
    """Create a role that trusts everybody."""
    management.do("iam", "CreateRole", RoleName="Dev", AssumeRolePolicyDocument=TRUST)


TABLE = ErrorTable(service=SERVICE, provoked=provocations(SERVICE, ASKED), unreachable=UNREACHABLE, prepare=prepare)
