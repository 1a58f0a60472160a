"""The requests that a policy applies to: by action, resource, principal and condition."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

import pytest

from artifact_state.policy_syntax.conditions import is_operator
from artifact_state.policy_syntax.policy import ANYTHING, EvaluationRequest, parse_policy
from artifact_state.policy_syntax.wildcards import Multivalued, is_like

ACCOUNT = "111122223333"
USER = f"arn:aws:iam::{ACCOUNT}:user/team/Alice"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/Dev"


def policy_document(*statements: dict[str, Any], version: str = "2012-10-17") -> str:
    """Return a policy document."""
    return json.dumps({"Version": version, "Statement": list(statements)})


def allow(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    """Return an Allow statement."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def request(action: str = "iam:GetRole", resource: str = ROLE, *names: str, **keys: Any) -> EvaluationRequest:
    """Return a request; condition keys are given with two underscores for a colon."""
    values = {
        name.replace("__", ":").lower(): Multivalued(value) if isinstance(value, list) else (value,)
        for name, value in keys.items()
    }
    return EvaluationRequest(action=action, resource=resource, keys=values, principals=frozenset(names))


def allows(document: str, request: EvaluationRequest) -> bool:
    """Return whether a policy by itself allows a request."""
    policy = parse_policy(document)
    return policy.first_denying(request) is None and policy.first_allowing(request) is not None


class UnreadableKeys(Mapping[str, tuple[str, ...]]):
    """Condition keys that fail the test if one is read."""

    def __getitem__(self, key: str) -> NoReturn:
        """Fail."""
        raise AssertionError(key)

    def __iter__(self) -> NoReturn:
        """Fail."""
        raise AssertionError

    def __len__(self) -> int:
        """Fail."""
        raise AssertionError


class TestActions:
    """Action and NotAction."""

    @pytest.mark.parametrize(
        ("action", "matches"),
        [
            ("iam:GetRole", True),
            ("IAM:getrole", True),
            ("iam:Get*", True),
            ("iam:*Role", True),
            ("iam:Get?ole", True),
            ("*", True),
            (["iam:PutRole", "iam:GetRole"], True),
            ("iam:GetRoles", False),
            ("iam:Get?", False),
            ("sts:GetRole", False),
            ([], False),
        ],
    )
    def test_action_patterns_ignore_case(self, action: Any, *, matches: bool) -> None:
        """Action patterns ignore case; a star matches any characters, a question mark matches one."""
        assert allows(policy_document(allow(action)), request()) is matches
        inverse = {"Effect": "Allow", "NotAction": action, "Resource": "*"}
        assert allows(policy_document(inverse), request()) is not matches

    def test_deny_overrides_allow_in_any_order(self) -> None:
        """A Deny statement overrides an Allow statement before or after it."""
        deny = allow("iam:Get*") | {"Effect": "Deny"}
        for document in (policy_document(allow(), deny), policy_document(deny, allow())):
            assert not allows(document, request())
            assert allows(document, request("iam:ListRoles", ANYTHING))

    def test_statement_without_list(self) -> None:
        """A policy may have one statement in place of a list."""
        assert allows(json.dumps({"Statement": allow()}), request())
        assert not allows(policy_document(), request())


class TestResources:
    """Resource and NotResource."""

    @pytest.mark.parametrize(
        ("pattern", "covers"),
        [
            (ROLE, True),
            ("*", True),
            ("arn:aws:iam::*:role/*", True),
            ("arn:aws:iam:*:*:*", True),
            ("arn:aws:iam", True),
            ("arn:aws:iam::111122223333:role/D?v", True),
            ("arn:aws:iam::111122223333:role/dev", False),
            ("arn:aws-cn:iam::111122223333:role/Dev", False),
            ("arn:aws:iam::999988887777:role/*", False),
            ("arn:aws:*/Dev", False),
            (f"{ROLE}/*", False),
        ],
    )
    def test_resource_patterns_match_part_by_part(self, pattern: str, *, covers: bool) -> None:
        """A pattern matches the parts of an ARN one by one; missing parts at its end match anything."""
        assert allows(policy_document(allow(resource=pattern)), request()) is covers
        inverse = {"Effect": "Allow", "Action": "*", "NotResource": pattern}
        assert allows(policy_document(inverse), request()) is not covers

    def test_action_without_resource_matches_only_star(self) -> None:
        """A request without a resource is allowed only by a statement about `*`."""
        assert allows(policy_document(allow(resource="*")), request("iam:ListRoles", ANYTHING))
        assert not allows(policy_document(allow(resource="arn:aws:iam::*:role/*")), request("iam:ListRoles", ANYTHING))

    def test_resource_variables_take_values_of_the_request(self) -> None:
        """A variable stands for a value of the request, in which a star is not a wildcard."""
        document = policy_document(allow(resource="arn:aws:iam::*:user/${aws:username}"))
        alice = "arn:aws:iam::1:user/Alice"
        assert allows(document, request(resource=alice, aws__username="Alice"))
        assert not allows(document, request(resource=alice, aws__username="*"))
        assert not allows(document, request(resource=alice))
        assert not allows(document, request(resource=alice, aws__username=["Alice", "Bob"]))
        defaulted = policy_document(allow(resource="arn:aws:iam::*:user/${aws:PrincipalTag/home, 'Alice'}"))
        assert allows(defaulted, request(resource=alice))
        literal = policy_document(allow(resource="arn:aws:iam::*:user/a${*}b${?}${$}"))
        assert allows(literal, request(resource="arn:aws:iam::1:user/a*b?$"))
        assert not allows(literal, request(resource="arn:aws:iam::1:user/axxbx$"))

    def test_variable_value_may_contain_colons(self) -> None:
        """The value of a variable may contain colons in any part of the ARN."""
        last = policy_document(allow(resource="arn:aws:s3:::home/${aws:userid}"))
        assert allows(last, request(resource="arn:aws:s3:::home/AROA:me", aws__userid="AROA:me"))
        earlier = policy_document(allow(resource="arn:${x}:role/a"))
        assert allows(earlier, request(resource="arn:aws:iam::1:role/a", x="aws:iam::1"))

    def test_keys_are_not_read_for_unrelated_statements(self) -> None:
        """The condition keys are not computed for statements about other resources or about all of them."""
        about_users = policy_document(allow(resource="arn:aws:iam::*:user/${aws:username}"))
        evaluation_request = EvaluationRequest(
            action="iam:GetRole", resource="arn:aws:iam::1:role/a", keys=UnreadableKeys()
        )
        assert not allows(about_users, evaluation_request)
        assert allows(policy_document(allow()), evaluation_request)

    def test_old_policy_version_has_no_variables(self) -> None:
        """A policy of version 2008-10-17 has no variables."""
        document = policy_document(allow(resource="arn:aws:iam::*:user/${aws:username}"), version="2008-10-17")
        assert not allows(document, request(resource="arn:aws:iam::1:user/Alice", aws__username="Alice"))


class TestPrincipals:
    """Principal and NotPrincipal."""

    @pytest.mark.parametrize(
        ("principal", "names"),
        [
            ("*", True),
            ({"AWS": "*"}, True),
            ({"AWS": ACCOUNT}, True),
            ({"AWS": ["arn:aws:iam::000000000000:root", USER]}, True),
            ({"Service": "ec2.amazonaws.com", "AWS": USER}, True),
            ({"Service": ACCOUNT}, False),
            ({"AWS": "arn:aws:iam::999988887777:root"}, False),
            ({"AWS": "arn:aws:iam::111122223333:user/*"}, False),
            ({}, False),
        ],
    )
    def test_principal_is_named_exactly(self, principal: Any, *, names: bool) -> None:
        """A principal is named by ARN, account or star, never by a pattern."""
        evaluation_request = request("sts:AssumeRole", ROLE, USER, ACCOUNT, "*")
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole"}
        assert allows(policy_document(statement | {"Principal": principal}), evaluation_request) is names
        assert allows(policy_document(statement | {"NotPrincipal": principal}), evaluation_request) is not names


class TestConditions:
    """Condition: every operator, also for a missing key."""

    @pytest.mark.parametrize(
        ("operator", "value", "matching", "other"),
        [
            ("StringEquals", "a", "a", "A"),
            ("StringNotEquals", "a", "A", "a"),
            ("StringEqualsIgnoreCase", "a", "A", "b"),
            ("StringNotEqualsIgnoreCase", "a", "b", "A"),
            ("StringLike", "a*c", "abc", "abd"),
            ("StringNotLike", "a*c", "abd", "abc"),
            ("StringEquals", "a*", "a*", "ab"),
            ("NumericEquals", "5", "5.0", "6"),
            ("NumericNotEquals", 5, "6", "5"),
            ("NumericLessThan", "5", "4", "5"),
            ("NumericLessThanEquals", "5", "5", "6"),
            ("NumericGreaterThan", "5", "6", "5"),
            ("NumericGreaterThanEquals", "5", "5", "4"),
            ("DateEquals", "2026-01-01T00:00:00Z", "1767225600", "2026-01-01T00:00:01Z"),
            ("DateLessThan", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z"),
            ("DateGreaterThanEquals", "2026-01-01", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z"),
            ("Bool", "true", "true", "false"),
            ("Bool", True, "TRUE", "no"),
            ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", "QmluYXJ6"),
            ("IpAddress", "203.0.113.0/24", "203.0.113.9", "198.51.100.1"),
            ("NotIpAddress", "2001:db8::/32", "2001:db9::1", "2001:db8::1"),
            ("ArnEquals", "arn:aws:iam::*:role/D*", ROLE, USER),
            ("ArnLike", "arn:aws:*:*:*:role/Dev", ROLE, "arn:aws:iam:x:y"),
            ("ArnNotLike", "arn:aws:iam::*:user/*", ROLE, USER),
        ],
    )
    def test_condition_operators(self, operator: str, value: Any, matching: str, other: str) -> None:
        """Each operator compares as AWS's reference says; only a negated one is met by a missing key."""
        document = policy_document(allow(Condition={operator: {"my:Key": value}}))
        assert allows(document, request(my__key=matching))
        assert not allows(document, request(my__key=other))
        assert allows(document, request()) is ("Not" in operator)
        lenient = policy_document(allow(Condition={f"{operator}IfExists": {"my:Key": value}}))
        assert allows(lenient, request())
        assert not allows(lenient, request(my__key=other))

    @pytest.mark.parametrize("operator", ["NumericEquals", "DateLessThan", "IpAddress", "BinaryEquals", "ArnLike"])
    def test_malformed_value_matches_nothing(self, operator: str) -> None:
        """A value of another form matches nothing and raises nothing."""
        assert not allows(policy_document(allow(Condition={operator: {"my:Key": "5"}})), request(my__key="neither"))

    def test_values_are_alternatives_and_keys_are_not(self) -> None:
        """One value has to match; all keys and operators have to."""
        condition = {"StringEquals": {"a": ["1", "2"], "b": "3"}, "Bool": {"c": "true"}}
        document = policy_document(allow(Condition=condition))
        assert allows(document, request(a="2", b="3", c="true"))
        for broken in ({"a": "3"}, {"b": "4"}, {"c": "false"}):
            assert not allows(document, request(**({"a": "2", "b": "3", "c": "true"} | broken)))
        negated = policy_document(allow(Condition={"StringNotEquals": {"a": ["1", "2"]}}))
        assert allows(negated, request(a="3"))
        assert not allows(negated, request(a="2"))

    @pytest.mark.parametrize(
        ("quantifier", "values", "is_met"),
        [
            ("ForAllValues", ["1", "2"], True),
            ("ForAllValues", ["1", "3"], False),
            ("ForAllValues", [], True),
            ("ForAnyValue", ["3", "1"], True),
            ("ForAnyValue", ["3", "4"], False),
            ("ForAnyValue", [], False),
        ],
    )
    def test_set_operators(self, quantifier: str, values: list[str], *, is_met: bool) -> None:
        """ForAllValues is met by no values, ForAnyValue is not."""
        document = policy_document(allow(Condition={f"{quantifier}:StringEquals": {"aws:TagKeys": ["1", "2"]}}))
        assert allows(document, request(aws__tagkeys=values)) is is_met

    def test_null_tests_for_missing_key(self) -> None:
        """Null is met by a missing key, or by a present one if its value is false."""
        absent = policy_document(allow(Condition={"Null": {"my:Key": "true"}}))
        present = policy_document(allow(Condition={"Null": {"my:Key": "false"}}))
        assert allows(absent, request())
        assert not allows(absent, request(my__key="x"))
        assert allows(present, request(my__key="x"))
        assert not allows(present, request())

    def test_condition_value_may_be_a_variable(self) -> None:
        """A condition may compare two keys of a request."""
        document = policy_document(
            allow(Condition={"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}})
        )
        same = {"aws:resourcetag/team": ("a",), "aws:principaltag/team": ("a",)}
        other = same | {"aws:principaltag/team": ("b",)}
        for keys, is_met in ((same, True), (other, False)):
            evaluation_request = EvaluationRequest(action="iam:GetRole", resource=ROLE, keys=keys)
            assert allows(document, evaluation_request) is is_met

    def test_unknown_operator_is_never_met(self) -> None:
        """A condition with an unknown operator is never met."""
        assert not is_operator("StringEquality")
        assert is_operator("ForAnyValue:StringLikeIfExists")
        assert not allows(policy_document(allow(Condition={"StringEquality": {"a": "1"}})), request(a="1"))


class TestWildcards:
    """Patterns."""

    @pytest.mark.parametrize(
        ("pattern", "text", "matches"),
        [
            ("", "", True),
            ("*", "", True),
            ("?", "", False),
            ("a*a", "a", False),
            ("a*a", "aa", True),
            ("a*b*c", "a-b-b-c", True),
            ("a*b*c", "acb", False),
            ("*a?c*", "xxabcxx", True),
            ("**", "x", True),
            ("[a]", "a", False),
            ("a\nb*", "a\nbc", True),
        ],
    )
    def test_wildcards(self, pattern: str, text: str, *, matches: bool) -> None:
        """Patterns match as in a shell, without brackets."""
        assert is_like(pattern, text) is matches

    def test_matching_never_backtracks(self) -> None:
        """A pattern that would stall a backtracking matcher is matched at once."""
        assert not is_like("*a" * 500 + "b", "a" * 20_000)
        assert is_like("*?a" * 200 + "*", "ba" * 2_000)
