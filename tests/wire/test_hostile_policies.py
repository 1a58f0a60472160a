"""Policies that are too large, too deep or none at all, by every way in: refused in AWS's words, to no effect."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import pytest

from artifact_state.policy_syntax import wildcards
from tests.support.control_api import control_result
from tests.support.iam_users import client_with_key
from tests.support.wire_client import Answer, Client
from tests.wire.error_tables.iam_policies import MINE, POLICY, TRUST

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/Dev"
SYNTAX, LONG = "MalformedPolicyDocument", 120_000
TYPES = {
    "SERVICE_CONTROL_POLICY": 10_240,
    "RESOURCE_CONTROL_POLICY": 5_120,
    "TAG_POLICY": 10_000,
    "AISERVICES_OPT_OUT_POLICY": 2_500,
}
"""How many characters each may have."""
SETTINGS = {"TAG_POLICY": '{"tags": {}}', "AISERVICES_OPT_OUT_POLICY": '{"services": {}}'}
DELEGATION = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "organizations:ListPolicies",
            "Resource": "*",
        },
    }
)


@dataclass(frozen=True)
class Way:
    """A way in for policies: an operation, and what it says to what is none."""

    service: str
    operation: str
    asked: Callable[[str], dict[str, Any]]
    refusal: str = SYNTAX
    refusal_of_long: str = SYNTAX
    """Of one of 120,000 characters."""

    def expect_error(self, client: Client, document: str) -> Answer:
        """Call it with a document that is refused; whoever called is answered again at once."""
        got = client.expect_error(self.service, self.operation, **self.asked(document))
        assert client.do("sts", "GetCallerIdentity")["Account"] == ACCOUNT
        return got

    def takes(self, client: Client, document: str) -> None:
        """Call it with a document that is a policy."""
        client.do(self.service, self.operation, **self.asked(document))


def of_type(policy_type: str) -> Way:
    """Make a policy of an organization."""
    return Way(
        "organizations",
        "CreatePolicy",
        lambda document: {"Name": "New", "Description": "", "Type": policy_type, "Content": document},
        "MalformedPolicyDocumentException",
        "ConstraintViolationException",
    )


def inline(kind: str, name: str, policy: str = "New") -> Way:
    """Put a policy into a user, a group or a role."""
    whose = {f"{kind}Name": name, "PolicyName": policy}
    return Way("iam", f"Put{kind}Policy", lambda document: whose | {"PolicyDocument": document})


WAYS = {
    "managed": Way("iam", "CreatePolicy", lambda one: {"PolicyName": "New", "PolicyDocument": one}),
    "version": Way("iam", "CreatePolicyVersion", lambda one: {"PolicyArn": MINE, "PolicyDocument": one}),
    "user": inline("User", "Alice"),
    "group": inline("Group", "Admins"),
    "role": inline("Role", "Dev"),
    "trust": Way("iam", "CreateRole", lambda one: {"RoleName": "New", "AssumeRolePolicyDocument": one}),
    "new trust": Way("iam", "UpdateAssumeRolePolicy", lambda one: {"RoleName": "Dev", "PolicyDocument": one}),
    "simulated": Way(
        "iam",
        "SimulateCustomPolicy",
        lambda one: {"PolicyInputList": [one], "ActionNames": ["iam:GetUser"]},
        "InvalidInput",
        "InvalidInput",
    ),
    "session": Way("sts", "AssumeRole", lambda one: {"RoleArn": ROLE, "RoleSessionName": "me", "Policy": one}),
    "federation": Way(
        "sts",
        "GetFederationToken",
        lambda one: {"Name": "bob", "Policy": one},
        SYNTAX,
        "ValidationError",
    ),
    "resource": Way(
        "organizations",
        "PutResourcePolicy",
        lambda one: {"Content": one},
        "InvalidInputException",
        "InvalidInputException",
    ),
    **{name: of_type(name) for name in TYPES},
}
every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def one(**elements: Any) -> str:
    """Write a policy of one statement."""
    statement = {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"} | elements
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def with_value(written: str, operator: str = "NumericLessThan", key: str = "aws:EpochTime") -> str:
    """Write a policy with a value in a condition, as it stands."""
    return one(Condition={operator: {key: "@"}}).replace('"@"', written)


NO_POLICIES = {
    "a list": "[]",
    "a text": '"policy"',
    "a number": "1",
    "null": "null",
    "true": "true",
    "NaN": "NaN",
    "an empty object": "{}",
    "white space": " \t\r\n",
    "half an object": '{"Version": "2012-10-17"',
    "two objects": "{} {}",
    "nested lists": "[" * 1_000 + "]" * 1_000,
    "nested objects": '{"a":' * 300 + "1" + "}" * 300,
    "never closed": "[" * 1_900,
    "nested values": with_value("[" * 800 + "]" * 800),
    "a version beyond all": '{"Version": 1e999999}',
    "not a number inside": with_value("NaN"),
    "infinity inside": with_value("-Infinity"),
    "an unknown operator": one(Condition={"StringSortOf": {"aws:username": "a"}}),
    "an unknown element": one(Colour="blue"),
    "an operator of a lone surrogate": one(Condition={"\ud800": {"aws:username": "a"}}),
    "an element of a lone surrogate": one(**{"\udfff": "a"}),
    "an action of a lone surrogate": one(Action="\ud800"),
    "an action of NUL": one(Action="\x00"),
    "statements of nothing": json.dumps({"Version": "2012-10-17", "Statement": [{}] * 400}),
}
LONG_ONES = {
    "nested lists": "[" * (LONG // 2) + "]" * (LONG // 2),
    "nested objects": '{"a":' * (LONG // 6) + "1" + "}" * (LONG // 6),
    "never closed": "[" * LONG,
    "an enormous number": "9" * LONG,
    "an enormous number inside": with_value("9" * LONG),
    "10,000 statements": json.dumps({"Version": "2012-10-17", "Statement": [{"a": 1}] * 10_000}),
}


@pytest.fixture
def client(management: Client) -> Client:
    """Give an account with a user, a group, a role, a policy, and an organization with policies of some types."""
    return furnished(management)


def furnished(client: Client) -> Client:
    """Give an account what the ways lead to."""
    client.do("iam", "CreateUser", UserName="Alice")
    client.do("iam", "CreateGroup", GroupName="Admins")
    client.do("iam", "CreateRole", RoleName="Dev", AssumeRolePolicyDocument=TRUST)
    client.do("iam", "CreatePolicy", PolicyName="Mine", PolicyDocument=POLICY)
    root = client.do("organizations", "ListRoots")["Roots"][0]["Id"]
    for policy_type in list(TYPES)[1:]:
        client.do("organizations", "EnablePolicyType", RootId=root, PolicyType=policy_type)
    return client


class TestNoPolicies:
    """What is no policy of any kind."""

    @every_way
    @pytest.mark.parametrize("document", NO_POLICIES.values(), ids=NO_POLICIES)
    def test_is_told_so(self, client: Client, way: Way, document: str) -> None:
        """Each way says so in the words of its service, and goes on."""
        got = way.expect_error(client, document)
        assert (got.status, got.code) == (400, way.refusal)

    @every_way
    @pytest.mark.parametrize("document", LONG_ONES.values(), ids=LONG_ONES)
    def test_of_great_length(self, client: Client, way: Way, document: str) -> None:
        """However deep it is, and however many digits a number has."""
        got = way.expect_error(client, document)
        assert (got.status, got.code) == (400, way.refusal_of_long)

    @every_way
    def test_with_nul(self, client: Client, way: Way) -> None:
        """A character that cannot be in a policy is refused by its shape, or as what is no JSON."""
        got = way.expect_error(client, one(Sid="@").replace("@", "\x00"))
        assert (got.status, got.code) == (400, "ValidationError" if way.service != "organizations" else way.refusal)

    @pytest.mark.parametrize("way", [WAYS[name] for name in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")])
    def test_with_a_key_twice(self, client: Client, way: Way) -> None:
        """AWS Organizations takes no key twice."""
        document = POLICY.replace('"Action"', '"Action": "iam:*", "Action"')
        assert way.expect_error(client, document).code == way.refusal

    @pytest.mark.parametrize("name", ["managed", "version", "user", "trust", "simulated", "session"])
    def test_of_10_000_statements(self, client: Client, name: str) -> None:
        """As many statements as no policy has room for are refused before they are counted."""
        statement = {"Effect": "Deny", "Action": "iam:GetUser", "Resource": "*"}
        if name == "trust":
            statement = {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement] * 10_000})
        got = WAYS[name].expect_error(client, document)
        assert got.code == ("PackedPolicyTooLarge" if name == "session" else "ValidationError")


def filled(document: str, size: int) -> str:
    """Fill a policy up to so many characters that are no white space, of which there is more."""
    sid = document.replace('"Effect"', '"Sid": "@", "Effect"', 1)
    room = size - len("".join(sid.split())) + 1
    return sid.replace("@", "a" * room) + " " * 500


IN_IAM = {
    "managed": (POLICY, 6_144, "Cannot exceed quota for PolicySize: 6144"),
    "version": (POLICY, 6_144, "Cannot exceed quota for PolicySize: 6144"),
    "user": (POLICY, 2_048, "Maximum policy size of 2048 bytes exceeded for user Alice"),
    "group": (POLICY, 5_120, "Maximum policy size of 5120 bytes exceeded for group Admins"),
    "role": (POLICY, 10_240, "Maximum policy size of 10240 bytes exceeded for role Dev"),
    "trust": (TRUST, 2_048, "Cannot exceed quota for ACLSizePerRole: 2048"),
    "new trust": (TRUST, 2_048, "Cannot exceed quota for ACLSizePerRole: 2048"),
}


class TestSizes:
    """The limits of policies."""

    @pytest.mark.parametrize(("name", "document", "size", "says"), [(name, *rest) for name, rest in IN_IAM.items()])
    def test_of_iam(self, client: Client, name: str, document: str, size: int, says: str) -> None:
        """White space does not count; the last character that fits, fits."""
        got = WAYS[name].expect_error(client, filled(document, size + 1))
        assert (got.status, got.code, got.message) == (409, "LimitExceeded", says)
        WAYS[name].takes(client, filled(document, size))

    @pytest.mark.parametrize(
        ("kind", "name", "size"), [("User", "Alice", 2_048), ("Group", "Admins", 5_120), ("Role", "Dev", 10_240)]
    )
    def test_of_inline_policies_together(self, client: Client, kind: str, name: str, size: int) -> None:
        """The inline policies of one share a limit; one that takes another's place makes room first."""
        inline(kind, name, "First").takes(client, filled(POLICY, size - 200))
        got = inline(kind, name, "Second").expect_error(client, filled(POLICY, 201))
        assert (got.status, got.code) == (409, "LimitExceeded")
        inline(kind, name, "Second").takes(client, filled(POLICY, 200))
        inline(kind, name, "First").takes(client, filled(POLICY, size - 200))

    def test_of_a_session(self, client: Client) -> None:
        """2,048 characters, white space among them, are all that a session takes."""
        got = WAYS["session"].expect_error(client, POLICY.ljust(2_049))
        assert (got.status, got.code) == (400, "PackedPolicyTooLarge")
        assert got.message == "Packed policy consumes 101% of allotted space, please use smaller policy."
        WAYS["session"].takes(client, POLICY.ljust(2_048))

    def test_of_a_federated_session(self, client: Client) -> None:
        """The shape of GetFederationToken has the same limit."""
        assert WAYS["federation"].expect_error(client, POLICY.ljust(2_049)).code == "ValidationError"
        WAYS["federation"].takes(client, POLICY.ljust(2_048))

    @pytest.mark.parametrize(("policy_type", "size"), TYPES.items())
    def test_of_organizations(self, client: Client, policy_type: str, size: int) -> None:
        """White space counts."""
        denial = one(Effect="Deny", Principal="*") if policy_type.startswith("RESOURCE") else one()
        document = SETTINGS.get(policy_type, denial)
        got = WAYS[policy_type].expect_error(client, document.ljust(size + 1))
        assert (got.code, got.data["Reason"]) == ("ConstraintViolationException", "POLICY_CONTENT_LIMIT_EXCEEDED")
        WAYS[policy_type].takes(client, document.ljust(size))

    def test_of_the_resource_policy(self, client: Client) -> None:
        """40,000 characters, by its shape."""
        got = WAYS["resource"].expect_error(client, DELEGATION.ljust(40_001))
        assert (got.code, got.data["Reason"]) == ("InvalidInputException", "MAX_LENGTH_EXCEEDED")
        WAYS["resource"].takes(client, DELEGATION.ljust(40_000))

    def test_of_the_resource_policy_by_a_quota(self, client: Client) -> None:
        """A world may have less room for it."""
        control_result(client.app, "PATCH", "/_emulator/quotas", {"resource_policy_length": 300})
        got = WAYS["resource"].expect_error(client, DELEGATION.ljust(301))
        assert (got.code, got.data["Reason"]) == ("ConstraintViolationException", "POLICY_CONTENT_LIMIT_EXCEEDED")


ODD = {
    "a number beyond all": (with_value("1e999999"), True),
    "a number below all": (with_value("-1e999999"), False),
    "1,800 digits": (with_value("9" * 1_800), True),
    "a key twice": (one().replace('"Action"', '"Action": "s3:*", "Action"'), True),
    "an unknown condition key": (with_value('"a"', "StringEquals", "nobody:knows"), False),
    "a lone surrogate as a value": (with_value(r'"\ud800"', "StringEquals", "aws:username"), False),
    "a lone surrogate as a key": (with_value('"a"', "StringEquals", r"\ud800:x"), False),
    "NUL as a value": (with_value(r'"\u0000"', "StringEquals", "aws:username"), False),
    "stars and nothing else": (one(Action="iam:" + "*" * 1_500), True),
    "more stars than letters": (one(Action="iam:" + "*e*" * 500), False),
}


class TestOddPolicies:
    """What is a policy, though nobody would write it."""

    @pytest.mark.parametrize(("document", "allows"), ODD.values(), ids=ODD)
    def test_decides(self, client: Client, document: str, *, allows: bool) -> None:
        """It is kept as it was written, and decides as it says."""
        WAYS["user"].takes(client, document)
        kept = client.do("iam", "GetUserPolicy", UserName="Alice", PolicyName="New")["PolicyDocument"]
        assert unquote(kept) == document
        assert client_with_key(client, "Alice").call("iam", "GetUser").status == (200 if allows else 403)

    @pytest.mark.parametrize("document", [document for document, _ in ODD.values()], ids=ODD)
    def test_is_simulated(self, client: Client, document: str) -> None:
        """A simulation of it has an outcome, and says only what its shape allows."""
        WAYS["simulated"].takes(client, document)
        client.do("iam", "GetContextKeysForCustomPolicy", PolicyInputList=[document])

    @pytest.mark.parametrize("letter", ["a", "?"])
    def test_is_matched_in_few_steps(self, client: Client, monkeypatch: pytest.MonkeyPatch, letter: str) -> None:
        """A thousand stars against two thousand letters: each piece between two stars is sought once."""
        sought = []
        find = wildcards._Piece.find

        def counted(piece: Any, text: str, start: int) -> int:
            sought.append(piece)
            return find(piece, text, start)

        monkeypatch.setattr(wildcards._Piece, "find", counted)
        arn = "arn:aws:s3:::"
        document = one(Action="s3:GetObject", Resource=arn + f"{letter}*" * 1_000 + "b")
        got = client.do(
            "iam",
            "SimulateCustomPolicy",
            PolicyInputList=[document],
            ActionNames=["s3:GetObject"],
            ResourceArns=[arn + "a" * 2_000, arn + "a" * 2_000 + "b"],
        )
        (result,) = got["EvaluationResults"]
        told = [one["EvalResourceDecision"] for one in result["ResourceSpecificResults"]]
        assert told == ["implicitDeny", "allowed"]
        # Each statement is looked at a few times; each time, each piece is sought once.
        assert 0 < len(sought) <= 4 * 1_000
