"""Policy documents of IAM."""

import json
from typing import Any

import pytest

from artifact_state import catalog
from artifact_state.errors import MalformedPolicyDocument, QuotaExceeded
from artifact_state.iam.identity_documents import policy_size, require_valid_policy, require_valid_trust_policy
from artifact_state.policy_syntax.policy import EvaluationRequest, parse_policy
from artifact_state.world import World
from tests.support.domain import act, expect_refusal, transaction

SYNTAX = "Syntax errors in policy."
LEGACY = "The policy failed legacy parsing"
OLD = "Policy document must be version 2012-10-17 or greater."
NO_VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
NO_ACTIONS, NO_RESOURCES = "Policy statement must contain actions.", "Policy statement must contain resources."
TWICE = "Statement IDs (SID) in a single policy must be unique."
NO_SID = (
    "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
)
NO_PATH = (
    'IAM resource path must either be "*", root, or start with user/, federated-user/, role/, group/, '
    "instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, "
    "access-report/."
)
ONE = {"Effect": "Allow", "Action": "artifact:GetReport", "Resource": "*"}
ABSENT: dict[str, Any] = {}


def policy(*statements: Any, **more: Any) -> str:
    """Write a policy; what is given as None is left out."""
    document = {"Version": "2012-10-17", "Statement": list(statements) or [ONE]} | more
    return json.dumps({name: value for name, value in document.items() if value is not None})


def one(**more: Any) -> str:
    """Write a policy of one statement, changed; what is given as ABSENT is left out."""
    return policy({name: value for name, value in (ONE | more).items() if value is not ABSENT})


def given(**operators: Any) -> str:
    """Write a policy of one statement with conditions."""
    return one(Condition=operators)


def about(*resources: str) -> str:
    """Write a policy of one statement about some resources."""
    return one(Resource=list(resources))


# What IAM says of each, as those told who tried.
MALFORMED: list[tuple[str, str]] = [
    ("", SYNTAX),
    ("Resource: *", SYNTAX),
    ("[" * 100_000, SYNTAX),
    ('{"a":' * 100_000, SYNTAX),
    ("9" * 5_000, SYNTAX),
    ("[]", SYNTAX),
    (policy(Statement=None), SYNTAX),
    (policy(Statement=[]), SYNTAX),
    (policy("x"), SYNTAX),
    (policy(Version="2013-10-17"), SYNTAX),
    (policy(Version=["2012-10-17"]), SYNTAX),
    (policy(Version={}), SYNTAX),
    (policy(Id={}), SYNTAX),
    (policy(Comment="x"), SYNTAX),
    (one(Comment="x"), SYNTAX),
    (one(Sid=1), SYNTAX),
    (one(Effect=ABSENT), SYNTAX),
    (one(Effect="Permit"), SYNTAX),
    (one(Effect=["Allow"]), SYNTAX),
    (one(Action=1), SYNTAX),
    (one(Action=[["a:b"]]), SYNTAX),
    (one(NotAction="a:b"), SYNTAX),
    (one(NotAction="a:b", Action=[]), SYNTAX),
    (one(Resource=1), SYNTAX),
    (one(Resource=["*", {}]), SYNTAX),
    (one(Resource=None), SYNTAX),
    (one(NotResource=[]), SYNTAX),
    (one(Condition=[]), SYNTAX),
    (one(Condition=None), SYNTAX),
    (given(StringEquals="x"), SYNTAX),
    (given(StringEquals={"a": {}}), SYNTAX),
    (given(StringEquals={"a": [None]}), SYNTAX),
    (given(StringEquality={"a": "b"}), SYNTAX),
    (given(**{"ForAnyValue::StringEquals": {"a": "b"}}), SYNTAX),
    (one(Principal={"AWS": 1}), SYNTAX),
    (policy(Version=None), OLD),
    (policy(Version="2008-10-17"), OLD),
    (policy(ONE | {"Effect": "allow"}, Version=None), OLD),
    (one(Effect="aLLow"), LEGACY),
    (one(Effect="deny", Action=ABSENT), LEGACY),
    (given(DateGreaterThan={"a": "tomorrow"}), LEGACY),
    (given(**{"ForAnyValue:DateLessThanIfExists": {"a": ["2026-13"]}}), LEGACY),
    (given(DateEquals={"a": str(2**63)}), LEGACY),
    (given(DateEquals={"a": "2026-01-02T3:00:00+1"}), LEGACY),
    (about("arn:aws:s3::bucket"), LEGACY),
    (about("arn:aws::bucket"), LEGACY),
    (about("arn:aws::::bucket"), LEGACY),
    (one(Resource="arn:aws:s3::bucket", Action=ABSENT), LEGACY),
    (policy(ONE | {"Sid": "a-b"}), NO_SID),
    (policy(ONE | {"Sid": "a"}, {"Sid": "a", "Effect": "Allow"}), TWICE),
    (one(Principal="*"), "Policy document should not specify a principal."),
    (one(NotPrincipal={"AWS": "*"}), "Policy document should not specify a principal."),
    (about("bucket"), 'Resource bucket must be in ARN format or "*".'),
    (about("*", ""), 'Resource  must be in ARN format or "*".'),
    (one(Resource="bucket", Action="s:3:x"), 'Resource bucket must be in ARN format or "*".'),
    (about("a:b"), 'Partition "b" is not valid for resource "arn:b:*:*:*:*".'),
    (about("a:b:c:d:e:f:g:h"), 'Partition "b" is not valid for resource "arn:b:c:d:e:f:g:h".'),
    (about("aws:s3:::bucket"), 'Partition "s3" is not valid for resource "arn:s3:::bucket:*".'),
    (about("arn:error:s3:::b", "arn:error:s3::b"), 'Partition "error" is not valid for resource "arn:error:s3:::b".'),
    (about("arn:aws"), "Resource vendor must be fully qualified and cannot contain regexes."),
    (about("arn:aws:s?:::bucket"), "Resource vendor must be fully qualified and cannot contain regexes."),
    (about("arn:aws:iam:eu::role/a"), "IAM resource arn:aws:iam:eu::role/a cannot contain region information."),
    (about("arn:aws:s3:eu::bucket"), "Resource arn:aws:s3:eu::bucket can not contain region information."),
    (about("arn:aws:iam:::bucket"), NO_PATH),
    (one(Action=ABSENT), NO_ACTIONS),
    (one(Action=[]), NO_ACTIONS),
    (policy({"Effect": "Deny"}, ONE), NO_ACTIONS),
    (one(Action="GetReport"), NO_VENDOR),
    (one(Action=ABSENT, NotAction=""), NO_VENDOR),
    (one(Action="GetReport", Resource=ABSENT), NO_VENDOR),
    (one(Action="a:b:c"), "Actions/Condition can contain only one colon."),
    (one(Action=["a:b", "c d:e"]), "Vendor c d is not valid"),
    (one(Resource=ABSENT), NO_RESOURCES),
    (one(Resource=[]), NO_RESOURCES),
]  # fmt: skip
FINE = [
    policy(),
    policy(Statement=ONE),
    policy(Id="x"),
    policy(ONE, ONE),
    policy(ONE | {"Sid": ""}, ONE | {"Sid": ""}),
    one(Effect="Deny", Sid="Ab1"),
    one(Action=ABSENT, NotAction="iam:*", Resource=ABSENT, NotResource="*"),
    one(Action=["*", "*:*", "service-prefix:a b", "s3.s:X"]),
    about("arn:aws:s3:::bucket/*", "arn:aws:sqs", "arn:aws-cn:sqs:*", "arn:*:s3:::b"),
    about("arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::${aws:PrincipalAccount}:role/a", "arn:aws:iam::1:*"),
    about("arn:aws:iam::*:root", "arn:aws:s3:us-east-1:111122223333:accesspoint/a", "arn:aws:iam::1:*/x"),
    one(Condition={}),
    given(Anything={}),
    given(DateGreaterThan={"a": []}, Bool={"aws:SecureTransport": True}, NumericLessThan={"a:b": 5}),
    given(DateEquals={"a": ["2026", "2026-01-02T3:00:00.5+23", "2026-01-02T03:04:05Z", "-292275054", 1767225600]}),
    given(**{"ForAnyValue:StringLikeIfExists": {"aws:TagKeys": ["a*"]}, "Null": {"a": "true"}}),
]
ASKED = EvaluationRequest(action="artifact:GetReport", resource="arn:aws:artifact:us-east-1::report/r:1", keys={"a": ("b",)})


class TestRequirePolicy:
    """require_policy."""

    @pytest.mark.parametrize(("document", "why"), MALFORMED, ids=range(len(MALFORMED)))
    def test_of_what_is_none(self, document: str, why: str) -> None:
        """What is wrong is said in IAM's words, in IAM's order, and nothing happens to the world."""
        world = World()
        before = world.state
        with pytest.raises(MalformedPolicyDocument) as caught, transaction(world):
            require_valid_policy(document)
        assert caught.value.message == why
        assert world.state is before

    @pytest.mark.parametrize("document", FINE, ids=range(len(FINE)))
    def test_of_policies(self, document: str) -> None:
        """What IAM takes is taken, and can be asked of any call."""
        require_valid_policy(document)
        parse_policy(document).first_denying(ASKED)
        parse_policy(document).first_allowing(ASKED)

    def test_of_those_of_aws(self) -> None:
        """AWS keeps to its own grammar."""
        found = catalog.managed_policies()
        assert len(found) > 20
        for managed in found:
            require_valid_policy(managed.document)


def trust(**more: Any) -> str:
    """Write a trust policy of one statement, changed; what is given as ABSENT is left out."""
    statement = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"} | more
    return json.dumps({"Statement": {name: value for name, value in statement.items() if value is not ABSENT}})


class TestRequireTrustPolicy:
    """require_trust_policy."""

    @pytest.mark.parametrize(
        "principal",
        [
            "*",
            {"AWS": ["*", "arn:aws:iam::111122223333:root", "arn:aws-cn:iam::111122223333:user/team/a"]},
            {"AWS": "arn:aws:sts::111122223333:assumed-role/R/s", "Federated": "cognito-identity.amazonaws.com"},
            {"Service": ["ec2.amazonaws.com", "s3.us-east-1.amazonaws.com", "alexa-appkit.amazon.com"]},
        ],
    )
    @pytest.mark.parametrize("action", ["sts:AssumeRole", ["sts:TagSession"], "STS:*", "*"])
    def test_of_trust(self, principal: Any, action: Any) -> None:
        """Anybody may be trusted with any action of STS, by a document of any version."""
        act(World(), require_valid_trust_policy, trust(Principal=principal, Action=action))

    @pytest.mark.parametrize(
        ("document", "why"),
        [
            ("trust.json", "This policy contains invalid Json"),
            ("{}", SYNTAX),
            (trust(Principals="*"), SYNTAX),
            (trust(Effect="allow"), LEGACY),
            (trust(Condition={"StringEquals": "sts:ExternalId"}), SYNTAX),
            (trust(Resource="*"), "Has prohibited field Resource"),
            (trust(Principal=ABSENT), "Missing required field Principal"),
            (trust(Principal={}), "Missing required field Principal cannot be empty!"),
            (trust(Principal={"AWS": []}), "Missing required field Principal cannot be empty!"),
            (trust(Action=ABSENT), "Missing required field Action"),
            (trust(Principal="somebody"), SYNTAX),
            (trust(Principal={"Somebody": "x"}), SYNTAX),
            (trust(Principal={"AWS": "me"}), 'Invalid principal in policy: "AWS":"me"'),
            (trust(Principal={"AWS": ["*", "arn:aws:iam::111122223333:role/*"]}),
             'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:role/*"'),
            (trust(Principal={"Service": "lambda"}), 'Invalid principal in policy: "SERVICE":"lambda"'),
            (trust(Action=["sts:AssumeRole", "iam:PassRole"]),
             "AssumeRole policy may only specify STS AssumeRole actions."),
        ],
    )  # fmt: skip
    def test_of_what_is_none(self, document: str, why: str) -> None:
        """What is wrong is said in IAM's words, and nothing happens to the world."""
        world = World()
        before = world.state
        with pytest.raises(MalformedPolicyDocument) as caught:
            act(world, require_valid_trust_policy, document)
        assert caught.value.message == why
        assert world.state is before


class TestSize:
    """size_of, and what limits it."""

    def test_leaves_out_white_space(self) -> None:
        """Spaces, tabs and line ends do not count."""
        assert policy_size('{ "a":\t1,\n\r"b" : 2 }') == 13

    def test_at_the_limit(self) -> None:
        """What fits, fits exactly."""
        world = World()
        room = 2_048 - len(trust(Principal="*", Sid="").replace(" ", ""))
        act(world, require_valid_trust_policy, trust(Principal="*", Sid="a" * room))
        with expect_refusal(world, QuotaExceeded):
            act(world, require_valid_trust_policy, trust(Principal="*", Sid="a" * (room + 1)))
