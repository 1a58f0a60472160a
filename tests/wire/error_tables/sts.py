"""Provocations of the declared errors of STS's operations."""

import json
import random
from typing import Any

from artifact_state.record import replace
from tests.support.error_table import ErrorTable, OperationProvocation, provocations, refused_with
from tests.support.iam_users import client_with_session
from tests.support.wire_client import Answer, Client

SERVICE = "sts"
ROLE = "arn:aws:iam::111122223333:role/Dev"
TRUST = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": ["sts:AssumeRole", '
    '"sts:TagSession"]}}'
)
SYNTAX = "Syntax errors in policy."
INACTIVE_MESSAGE = (
    "STS is not activated in this region for account:111122223333. Your account administrator can activate STS in "
    "this region using the IAM Console."
)
_RANDOM = random.Random(0)
TAGS = [
    {"Key": f"{number:02}{_RANDOM.randbytes(40).hex()}", "Value": _RANDOM.randbytes(120).hex()} for number in range(20)
]
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


def inactive_region_error(**parameters: Any) -> dict[str, OperationProvocation]:
    """Return the provocation of RegionDisabledException by a call in an inactive region."""

    def provoke(client: Client, service: str, operation: str) -> Answer:
        world = client.app.world
        world.options = replace(world.options, inactive_sts_regions=frozenset({"af-south-1"}))
        error = Client(client.app, client.account, region="af-south-1").expect_error(service, operation, **parameters)
        assert error.message == INACTIVE_MESSAGE
        return error

    return {"RegionDisabledException": provoke}


def role_session(client: Client) -> Client:
    """Return a client with the credentials of a role session."""
    return client_with_session(client, client.do("sts", "AssumeRole", **ASSUME)["Credentials"])


def oversized_scope_down_error(client: Client, service: str, operation: str) -> Answer:
    """Provoke PackedPolicyTooLarge by a second policy that hardly packs."""
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowing(_RANDOM.randbytes(900).hex())]})
    scoped = role_session(client).do(service, operation, Policy=policy)
    error = client_with_session(client, scoped["Credentials"]).expect_error(service, operation, Policy=policy)
    assert error.message.startswith("Packed policy consumes ")
    return error


def allowing(resource: str) -> dict[str, str]:
    """Return a statement that allows an action on a resource."""
    return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{resource}"}


def oversized_tags_error(**parameters: Any) -> dict[str, OperationProvocation]:
    """Return the provocation of PackedPolicyTooLarge, whose message contains the packed size."""

    def provoke(client: Client, service: str, operation: str) -> Answer:
        error = client.expect_error(service, operation, **parameters, Tags=TAGS)
        start, _, rest = error.message.partition("consumes ")
        size, _, end = rest.partition("%")
        assert (start, end) == ("Packed size of session tags ", " of allotted space.")
        assert int(size) > 100
        return error

    return {"PackedPolicyTooLarge": provoke}


def malformed_policy_error(**parameters: Any) -> dict[str, OperationProvocation]:
    """Return the provocation of MalformedPolicyDocument by a session policy."""
    return {"MalformedPolicyDocument": refused_with(SYNTAX, **parameters, Policy="{}")}


PROVOKED: dict[str, dict[str, OperationProvocation]] = {
    "AssumeRole": inactive_region_error(**ASSUME) | oversized_tags_error(**ASSUME) | malformed_policy_error(**ASSUME),
    "AssumeRoleWithSAML": {"InvalidIdentityToken": refused_with("Specified provider doesn't exist", **SAML)},
    "AssumeRoleWithWebIdentity": {
        "InvalidIdentityToken": refused_with(
            "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)", **WEB
        )
    },
    "AssumeRoot": inactive_region_error(**ROOT),
    "DecodeAuthorizationMessage": {
        "InvalidAuthorizationMessageException": refused_with(
            "The encoded authorization message is not valid.", EncodedMessage="x"
        )
    },
    "GetDelegatedAccessToken": inactive_region_error(TradeInToken="x" * 20)
    | {
        "ExpiredTradeInTokenException": refused_with(
            "The trade-in token provided in the request has expired.", TradeInToken="x" * 20
        )
    },
    "GetFederationToken": inactive_region_error(**FEDERATION)
    | oversized_tags_error(**FEDERATION)
    | malformed_policy_error(**FEDERATION),
    "GetScopedCredentials": {
        "InvalidSubjectCredentials": refused_with(
            "Only temporary security credentials can be scoped down.", DurationSeconds=60
        ),
        "InsufficientSessionLifetime": refused_with(
            "The requested duration exceeds the remaining lifetime of the calling session.",
            by=role_session,
            DurationSeconds=3601,
        ),
        "MalformedPolicyDocument": refused_with(SYNTAX, by=role_session, Policy="{}"),
        "PackedPolicyTooLarge": oversized_scope_down_error,
    },
    "GetSessionToken": inactive_region_error(),
    "GetWebIdentityToken": {
        "OutboundWebIdentityFederationDisabledException": refused_with(
            "OutboundWebIdentityFederation is disabled.",
            Audience=["a"],
            SigningAlgorithm="RS256",
        )
    },
}
WITH_ASSERTION = "tests/wire/test_saml.py has assertions, which are checked first"
WITH_TOKEN = "tests/wire/test_web_identity.py provokes it, which has tokens"
UNREACHABLE = {
    **{
        ("AssumeRoleWithSAML", code): WITH_ASSERTION
        for code in ("ExpiredTokenException", "MalformedPolicyDocument", "PackedPolicyTooLarge")
    },
    **{
        ("AssumeRoleWithWebIdentity", code): WITH_TOKEN
        for code in ("ExpiredTokenException", "MalformedPolicyDocument", "PackedPolicyTooLarge")
    },
    ("GetWebIdentityToken", "SessionDurationEscalationException"): WITH_TOKEN,
    ("GetWebIdentityToken", "JWTPayloadSizeExceededException"): WITH_TOKEN,
    ("AssumeRole", "ExpiredTokenException"): "no trusted identity propagation is emulated",
    ("AssumeRoot", "ExpiredTokenException"): "it takes no token",
    **{
        (operation, "RegionDisabledException"): "it is not signed, and only a signature contains a region"
        for operation in ("AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")
    },
    ("GetDelegatedAccessToken", "PackedPolicyTooLarge"): "every trade-in token is expired",
}


def prepare(management: Client) -> None:
    """Create a role that trusts all principals."""
    management.do("iam", "CreateRole", RoleName="Dev", AssumeRolePolicyDocument=TRUST)


TABLE = ErrorTable(service=SERVICE, provoked=provocations(SERVICE, PROVOKED), unreachable=UNREACHABLE, prepare=prepare)
