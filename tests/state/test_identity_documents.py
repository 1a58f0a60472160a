"""The validation of IAM policy documents."""

import json
from typing import Any

import pytest

from artifact_state import catalog
from artifact_state.errors import MalformedPolicyDocument, QuotaExceeded
from artifact_state.iam.identity_documents import policy_size, require_valid_policy, require_valid_trust_policy
from artifact_state.policy_syntax.documents import DocumentKind
from artifact_state.policy_syntax.policy import EvaluationRequest, parse_policy
from artifact_state.world import World
from tests.support.domain import act, expect_refusal, transaction

SYNTAX = "Syntax errors in policy."
LEGACY = "The policy failed legacy parsing"
OLD_VERSION = "Policy document must be version 2012-10-17 or greater."
NO_VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
NO_ACTIONS, NO_RESOURCES = "Policy statement must contain actions.", "Policy statement must contain resources."
DUPLICATE_SID = "Statement IDs (SID) in a single policy must be unique."
BAD_SID = (
    "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
)
BAD_PATH = (
    'IAM resource path must either be "*", root, or start with user/, federated-user/, role/, group/, '
    "instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, "
    "access-report/."
)
STATEMENT = {"Effect": "Allow", "Action": "artifact:GetReport", "Resource": "*"}
MISSING: dict[str, Any] = {}


def policy(*statements: Any, **elements: Any) -> str:
    """Return a policy; elements given as None are omitted."""
    document = {"Version": "2012-10-17", "Statement": list(statements) or [STATEMENT]} | elements
    return json.dumps({name: value for name, value in document.items() if value is not None})


def with_elements(**elements: Any) -> str:
    """Return a policy with one statement; elements given as MISSING are omitted."""
    return policy({name: value for name, value in (STATEMENT | elements).items() if value is not MISSING})


def with_condition(**operators: Any) -> str:
    """Return a policy with one statement that has conditions."""
    return with_elements(Condition=operators)


def with_resources(*resources: str) -> str:
    """Return a policy with one statement about some resources."""
    return with_elements(Resource=list(resources))


# The messages of IAM, as users reported them.
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
    (with_elements(Comment="x"), SYNTAX),
    (with_elements(Sid=1), SYNTAX),
    (with_elements(Effect=MISSING), SYNTAX),
    (with_elements(Effect="Permit"), SYNTAX),
    (with_elements(Effect=["Allow"]), SYNTAX),
    (with_elements(Action=1), SYNTAX),
    (with_elements(Action=[["a:b"]]), SYNTAX),
    (with_elements(NotAction="a:b"), SYNTAX),
    (with_elements(NotAction="a:b", Action=[]), SYNTAX),
    (with_elements(Resource=1), SYNTAX),
    (with_elements(Resource=["*", {}]), SYNTAX),
    (with_elements(Resource=None), SYNTAX),
    (with_elements(NotResource=[]), SYNTAX),
    (with_elements(Condition=[]), SYNTAX),
    (with_elements(Condition=None), SYNTAX),
    (with_condition(StringEquals="x"), SYNTAX),
    (with_condition(StringEquals={"a": {}}), SYNTAX),
    (with_condition(StringEquals={"a": [None]}), SYNTAX),
    (with_condition(StringEquality={"a": "b"}), SYNTAX),
    (with_condition(**{"ForAnyValue::StringEquals": {"a": "b"}}), SYNTAX),
    (with_elements(Principal={"AWS": 1}), SYNTAX),
    (policy(Version=None), OLD_VERSION),
    (policy(Version="2008-10-17"), OLD_VERSION),
    (policy(STATEMENT | {"Effect": "allow"}, Version=None), OLD_VERSION),
    (with_elements(Effect="aLLow"), LEGACY),
    (with_elements(Effect="deny", Action=MISSING), LEGACY),
    (with_condition(DateGreaterThan={"a": "tomorrow"}), LEGACY),
    (with_condition(**{"ForAnyValue:DateLessThanIfExists": {"a": ["2026-13"]}}), LEGACY),
    (with_condition(DateEquals={"a": str(2**63)}), LEGACY),
    (with_condition(DateEquals={"a": "2026-01-02T3:00:00+1"}), LEGACY),
    (with_resources("arn:aws:s3::bucket"), LEGACY),
    (with_resources("arn:aws::bucket"), LEGACY),
    (with_resources("arn:aws::::bucket"), LEGACY),
    (with_elements(Resource="arn:aws:s3::bucket", Action=MISSING), LEGACY),
    (policy(STATEMENT | {"Sid": "a-b"}), BAD_SID),
    (policy(STATEMENT | {"Sid": "a"}, {"Sid": "a", "Effect": "Allow"}), DUPLICATE_SID),
    (with_elements(Principal="*"), "Policy document should not specify a principal."),
    (with_elements(NotPrincipal={"AWS": "*"}), "Policy document should not specify a principal."),
    (with_resources("bucket"), 'Resource bucket must be in ARN format or "*".'),
    (with_resources("*", ""), 'Resource  must be in ARN format or "*".'),
    (with_elements(Resource="bucket", Action="s:3:x"), 'Resource bucket must be in ARN format or "*".'),
    (with_resources("a:b"), 'Partition "b" is not valid for resource "arn:b:*:*:*:*".'),
    (with_resources("a:b:c:d:e:f:g:h"), 'Partition "b" is not valid for resource "arn:b:c:d:e:f:g:h".'),
    (with_resources("aws:s3:::bucket"), 'Partition "s3" is not valid for resource "arn:s3:::bucket:*".'),
    (with_resources("arn:error:s3:::b", "arn:error:s3::b"),
     'Partition "error" is not valid for resource "arn:error:s3:::b".'),
    (with_resources("arn:aws"), "Resource vendor must be fully qualified and cannot contain regexes."),
    (with_resources("arn:aws:s?:::bucket"), "Resource vendor must be fully qualified and cannot contain regexes."),
    (with_resources("arn:aws:iam:eu::role/a"),
     "IAM resource arn:aws:iam:eu::role/a cannot contain region information."),
    (with_resources("arn:aws:s3:eu::bucket"), "Resource arn:aws:s3:eu::bucket can not contain region information."),
    (with_resources("arn:aws:iam:::bucket"), BAD_PATH),
    (with_elements(Action=MISSING), NO_ACTIONS),
    (with_elements(Action=[]), NO_ACTIONS),
    (policy({"Effect": "Deny"}, STATEMENT), NO_ACTIONS),
    (with_elements(Action="GetReport"), NO_VENDOR),
    (with_elements(Action=MISSING, NotAction=""), NO_VENDOR),
    (with_elements(Action="GetReport", Resource=MISSING), NO_VENDOR),
    (with_elements(Action="a:b:c"), "Actions/Condition can contain only one colon."),
    (with_elements(Action=["a:b", "c d:e"]), "Vendor c d is not valid"),
    (with_elements(Resource=MISSING), NO_RESOURCES),
    (with_elements(Resource=[]), NO_RESOURCES),
]  # fmt: skip
VALID = [
    policy(),
    policy(Statement=STATEMENT),
    policy(Id="x"),
    policy(STATEMENT, STATEMENT),
    policy(STATEMENT | {"Sid": ""}, STATEMENT | {"Sid": ""}),
    with_elements(Effect="Deny", Sid="Ab1"),
    with_elements(Action=MISSING, NotAction="iam:*", Resource=MISSING, NotResource="*"),
    with_elements(Action=["*", "*:*", "service-prefix:a b", "s3.s:X"]),
    with_resources("arn:aws:s3:::bucket/*", "arn:aws:sqs", "arn:aws-cn:sqs:*", "arn:*:s3:::b"),
    with_resources(
        "arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::${aws:PrincipalAccount}:role/a", "arn:aws:iam::1:*"
    ),
    with_resources("arn:aws:iam::aws:role-template/iam.amazonaws.com/PowerUserRoleTemplate:1"),
    with_resources("arn:aws:iam::*:root", "arn:aws:s3:us-east-1:111122223333:accesspoint/a", "arn:aws:iam::1:*/x"),
    with_elements(Condition={}),
    with_condition(Anything={}),
    with_condition(DateGreaterThan={"a": []}, Bool={"aws:SecureTransport": True}, NumericLessThan={"a:b": 5}),
    with_condition(
        DateEquals={"a": ["2026", "2026-01-02T3:00:00.5+23", "2026-01-02T03:04:05Z", "-292275054", 1767225600]}
    ),
    with_condition(**{"ForAnyValue:StringLikeIfExists": {"aws:TagKeys": ["a*"]}, "Null": {"a": "true"}}),
]
REQUEST = EvaluationRequest(
    action="artifact:GetReport", resource="arn:aws:artifact:us-east-1::report/r:1", keys={"a": ("b",)}
)


class TestRequireValidPolicy:
    """require_valid_policy."""

    @pytest.mark.parametrize(("document", "message"), MALFORMED, ids=range(len(MALFORMED)))
    def test_malformed_policy_is_refused_with_iam_message(self, document: str, message: str) -> None:
        """A malformed policy is refused with IAM's message for its first error, and nothing changes."""
        world = World()
        before = world.state
        with pytest.raises(MalformedPolicyDocument) as caught, transaction(world):
            require_valid_policy(document, DocumentKind.MANAGED)
        assert caught.value.message == message
        assert world.state is before

    @pytest.mark.parametrize("document", VALID, ids=range(len(VALID)))
    def test_valid_policy_is_accepted(self, document: str) -> None:
        """A policy that IAM accepts is accepted and can be evaluated."""
        require_valid_policy(document, DocumentKind.MANAGED)
        parse_policy(document).first_denying(REQUEST)
        parse_policy(document).first_allowing(REQUEST)

    def test_managed_policies_of_aws_are_valid(self) -> None:
        """The policies that AWS manages conform to the grammar."""
        policies = catalog.managed_policies()
        assert len(policies) > 20
        for managed in policies:
            require_valid_policy(managed.document, DocumentKind.MANAGED)


def trust(**elements: Any) -> str:
    """Return a trust policy with one statement; elements given as MISSING are omitted."""
    statement = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"} | elements
    return json.dumps({"Statement": {name: value for name, value in statement.items() if value is not MISSING}})


class TestRequireValidTrustPolicy:
    """require_valid_trust_policy."""

    @pytest.mark.parametrize(
        "principal",
        [
            "*",
            {"AWS": ["*", "arn:aws:iam::111122223333:root", "arn:aws-cn:iam::111122223333:user/team/a"]},
            {"AWS": "arn:aws:sts::111122223333:assumed-role/R/s", "Federated": "cognito-identity.amazonaws.com"},
            {"Service": ["ec2.amazonaws.com", "s3.us-east-1.amazonaws.com", "alexa-appkit.amazon.com"]},
        ],
    )
    @pytest.mark.parametrize("effect", ["Allow", "allow", "DENY"])
    @pytest.mark.parametrize("action", ["sts:AssumeRole", ["sts:TagSession"], "STS:AssumeRole*"])
    def test_valid_trust_policy_is_accepted(self, principal: Any, action: Any, effect: str) -> None:
        """A trust policy may allow any principal to assume the role, in any version and with an effect in any case."""
        act(World(), require_valid_trust_policy, trust(Principal=principal, Action=action, Effect=effect))

    @pytest.mark.parametrize(
        ("document", "message"),
        [
            ("trust.json", "This policy contains invalid Json"),
            ("{}", SYNTAX),
            (trust(Principals="*"), SYNTAX),
            (" " + trust(), "JSON strings must not have leading spaces"),
            ("\n{", "This policy contains invalid Json"),
            (trust(Condition={"DateLessThan": {"aws:CurrentTime": "tomorrow"}}), LEGACY),
            (trust(Condition={"StringEquals": "sts:ExternalId"}), SYNTAX),
            (trust(Resource="*"), "Has prohibited field Resource"),
            (trust(Principal=MISSING), "Missing required field Principal"),
            (trust(Principal={}), "Missing required field Principal cannot be empty!"),
            (trust(Principal={"AWS": []}), "The passed in policy has a statement with no principals!"),
            (trust(Action=MISSING), "Missing required field Action"),
            (trust(Principal="somebody"), SYNTAX),
            (trust(Principal={"Somebody": "x"}), SYNTAX),
            *[
                (trust(Action=action), "AssumeRole policy may only specify STS AssumeRole actions.")
                for action in (["sts:AssumeRole", "iam:PassRole"], "sts:*", "*", "sts:GetCallerIdentity")
            ],
        ],
    )  # fmt: skip
    def test_malformed_trust_policy_is_refused_with_iam_message(self, document: str, message: str) -> None:
        """A malformed trust policy is refused with IAM's message, and nothing changes."""
        world = World()
        before = world.state
        with pytest.raises(MalformedPolicyDocument) as caught:
            act(world, require_valid_trust_policy, document)
        assert caught.value.message == message
        assert world.state is before


class TestPolicySize:
    """policy_size, and the limit."""

    def test_size_ignores_white_space(self) -> None:
        """Spaces, tabs and line ends do not count."""
        assert policy_size('{ "a":\t1,\n\r"b" : 2 }') == 13

    def test_trust_policy_may_have_exactly_the_maximum_size(self) -> None:
        """A trust policy of the maximum size is accepted, and one byte more is refused."""
        world = World()
        remaining = 2_048 - len(trust(Principal="*", Sid="").replace(" ", ""))
        act(world, require_valid_trust_policy, trust(Principal="*", Sid="a" * remaining))
        with expect_refusal(world, QuotaExceeded):
            act(world, require_valid_trust_policy, trust(Principal="*", Sid="a" * (remaining + 1)))


ONE_STATEMENT = json.dumps({"Statement": STATEMENT, "Version": "2012-10-17"})
INVALID_JSON, LEADING_SPACE = "This policy contains invalid Json", "JSON strings must not have leading spaces"
INLINE, MANAGED, SESSION, SIMULATED = (
    DocumentKind.INLINE,
    DocumentKind.MANAGED,
    DocumentKind.SESSION,
    DocumentKind.SIMULATED,
)
BY_KIND: list[tuple[str, dict[DocumentKind, str]]] = [
    ("{", {INLINE: SYNTAX, MANAGED: SYNTAX, SESSION: INVALID_JSON, SIMULATED: SYNTAX}),
    (policy(Version=None), {MANAGED: OLD_VERSION}),
    (policy(Version="2008-10-17"), {MANAGED: OLD_VERSION}),
    ("\n" + policy(), {INLINE: LEGACY, MANAGED: LEGACY}),
    (policy() + "\n", {}),
    (with_elements(Effect="aLLow"), {INLINE: LEGACY, MANAGED: LEGACY}),
    (ONE_STATEMENT, {INLINE: LEGACY, MANAGED: LEGACY}),
    (policy(Statement=STATEMENT), {}),
    (json.dumps({"Statement": [STATEMENT], "Version": "2012-10-17"}), {}),
    (with_resources("arn:aws:iam::<ACCOUNT_ID>:role/x"), {INLINE: LEGACY, MANAGED: LEGACY}),
    (with_resources("arn:aws:sts::ACCOUNT_ID:federated-user/x"), {INLINE: LEGACY, MANAGED: LEGACY}),
    (with_resources("arn:aws:sqs:us-west--2:111122223333:q"), {INLINE: LEGACY, MANAGED: LEGACY}),
    (with_resources("arn:aws:sqs:{region}:111122223333:q"), {INLINE: LEGACY, MANAGED: LEGACY}),
    (with_resources("arn:aws:sqs:us-west-2:1.2345678901E10:q"), {INLINE: LEGACY, MANAGED: LEGACY}),
    (with_resources("arn:aws:kinesis:111122223333:stream/me@x"), {INLINE: LEGACY, MANAGED: LEGACY}),
    (
        with_resources(
            "arn:aws:iam::aws:policy/x",
            "arn:aws:ssm:*:*:parameter/x",
            "arn:aws:ssm:us-*-1:1111*:parameter/x",
            "arn:aws:ssm:us-gov-west-1:${aws:PrincipalAccount}:parameter/x",
            "arn:aws:sagemaker:us-east-1:aws-marketplace:model-package/x",
        ),
        {},
    ),
    (with_condition(NumericEquals={"a": "NaN"}), {INLINE: LEGACY, MANAGED: LEGACY}),
    (with_condition(NumericEquals={"a": ["1", True]}), {INLINE: LEGACY, MANAGED: LEGACY}),
    (with_condition(ArnLike={"a": "not-an-arn"}), {INLINE: LEGACY, MANAGED: LEGACY}),
    (with_condition(IpAddress={"a": ["192.0.2.0/24", "2001:db8::5/64"]}), {INLINE: LEGACY, MANAGED: LEGACY}),
    (with_condition(DateLessThan={"a": "tomorrow"}), {INLINE: LEGACY, MANAGED: LEGACY}),
    (with_condition(BinaryEquals={"a": "no-binary"}),
     {INLINE: LEGACY, MANAGED: LEGACY, SESSION: SYNTAX, SIMULATED: SYNTAX}),
    (with_condition(NumericEquals={"a": ["01", 1, 1.5, "${b}"]}, Bool={"a": "yes"}, Null={"a": "no"}), {}),
    (with_elements(Action="s*:Get*"), dict.fromkeys((INLINE, MANAGED, SESSION, SIMULATED),
     "Action vendors (e.g., aws, ec2, etc.) must not contain wildcards.")),
]  # fmt: skip


class TestDocumentKinds:
    """The rules in which the kinds of documents differ."""

    @pytest.mark.parametrize(("document", "messages"), BY_KIND, ids=range(len(BY_KIND)))
    @pytest.mark.parametrize("kind", [INLINE, MANAGED, SESSION, SIMULATED])
    def test_document_is_refused_for_some_kinds(
        self, document: str, messages: dict[DocumentKind, str], kind: DocumentKind
    ) -> None:
        """A document is refused for the kinds whose rules it breaks, and accepted for others."""
        if kind in messages:
            with pytest.raises(MalformedPolicyDocument) as caught:
                require_valid_policy(document, kind)
            assert caught.value.message == messages[kind]
        else:
            require_valid_policy(document, kind)
            parse_policy(document).first_allowing(REQUEST)
