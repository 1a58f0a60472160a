"""What a policy says of a call: actions, resources, principals and conditions."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

import pytest

from artifact_state.policy_syntax.conditions import is_operator
from artifact_state.policy_syntax.policy import ANYTHING, EvaluationRequest, parse_policy
from artifact_state.policy_syntax.wildcards import is_like

ACCOUNT = "111122223333"
USER = f"arn:aws:iam::{ACCOUNT}:user/team/Alice"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/Dev"


def written(*statements: dict[str, Any], version: str = "2012-10-17") -> str:
    """Write a policy."""
    return json.dumps({"Version": version, "Statement": list(statements)})


def allow(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    """Write a statement that allows."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def asked(action: str = "iam:GetRole", resource: str = ROLE, *names: str, **keys: Any) -> EvaluationRequest:
    """Ask of a call; keys are written with two underscores for a colon."""
    values = {
        name.replace("__", ":").lower(): tuple(value) if isinstance(value, list) else (value,)
        for name, value in keys.items()
    }
    return EvaluationRequest(action=action, resource=resource, keys=values, principals=frozenset(names))


def allows(document: str, question: EvaluationRequest) -> bool:
    """Tell whether a policy alone allows a call."""
    policy = parse_policy(document)
    return policy.first_denying(question) is None and policy.first_allowing(question) is not None


class Unread(Mapping[str, tuple[str, ...]]):
    """The keys of a call of which nobody may read one."""

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
        ("action", "fits"),
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
    def test_patterns(self, action: Any, *, fits: bool) -> None:
        """Without regard to case; a star stands for anything, a question mark for one character."""
        assert allows(written(allow(action)), asked()) is fits
        inverse = {"Effect": "Allow", "NotAction": action, "Resource": "*"}
        assert allows(written(inverse), asked()) is not fits

    def test_a_denial_counts_more(self) -> None:
        """Wherever it stands."""
        deny = allow("iam:Get*") | {"Effect": "Deny"}
        for document in (written(allow(), deny), written(deny, allow())):
            assert not allows(document, asked())
            assert allows(document, asked("iam:ListRoles", ANYTHING))

    def test_one_statement(self) -> None:
        """A policy may have one statement in place of a list."""
        assert allows(json.dumps({"Statement": allow()}), asked())
        assert not allows(written(), asked())


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
    def test_patterns(self, pattern: str, *, covers: bool) -> None:
        """Part by part of the ARN: a star does not reach over a colon; what is left out is completed."""
        assert allows(written(allow(resource=pattern)), asked()) is covers
        inverse = {"Effect": "Allow", "Action": "*", "NotResource": pattern}
        assert allows(written(inverse), asked()) is not covers

    def test_an_action_about_nothing(self) -> None:
        """Is allowed on a star alone."""
        assert allows(written(allow(resource="*")), asked("iam:ListRoles", ANYTHING))
        assert not allows(written(allow(resource="arn:aws:iam::*:role/*")), asked("iam:ListRoles", ANYTHING))

    def test_variables(self) -> None:
        """Stand for what the call has; a name with a star in it is no pattern."""
        document = written(allow(resource="arn:aws:iam::*:user/${aws:username}"))
        of_alice = "arn:aws:iam::1:user/Alice"
        assert allows(document, asked(resource=of_alice, aws__username="Alice"))
        assert not allows(document, asked(resource=of_alice, aws__username="*"))
        assert not allows(document, asked(resource=of_alice))
        assert not allows(document, asked(resource=of_alice, aws__username=["Alice", "Bob"]))
        defaulted = written(allow(resource="arn:aws:iam::*:user/${aws:PrincipalTag/home, 'Alice'}"))
        assert allows(defaulted, asked(resource=of_alice))
        literal = written(allow(resource="arn:aws:iam::*:user/a${*}b${?}${$}"))
        assert allows(literal, asked(resource="arn:aws:iam::1:user/a*b?$"))
        assert not allows(literal, asked(resource="arn:aws:iam::1:user/axxbx$"))

    def test_variables_with_colons(self) -> None:
        """A value may have colons of its own, wherever it stands."""
        last = written(allow(resource="arn:aws:s3:::home/${aws:userid}"))
        assert allows(last, asked(resource="arn:aws:s3:::home/AROA:me", aws__userid="AROA:me"))
        earlier = written(allow(resource="arn:${x}:role/a"))
        assert allows(earlier, asked(resource="arn:aws:iam::1:role/a", x="aws:iam::1"))

    def test_variables_are_not_looked_for_in_vain(self) -> None:
        """The keys of a call are put together for no statement that is about other things, or about everything."""
        of_users = written(allow(resource="arn:aws:iam::*:user/${aws:username}"))
        question = EvaluationRequest(action="iam:GetRole", resource="arn:aws:iam::1:role/a", keys=Unread())
        assert not allows(of_users, question)
        assert allows(written(allow()), question)

    def test_variables_of_the_old_version(self) -> None:
        """The policies of 2008 know none."""
        document = written(allow(resource="arn:aws:iam::*:user/${aws:username}"), version="2008-10-17")
        assert not allows(document, asked(resource="arn:aws:iam::1:user/Alice", aws__username="Alice"))


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
    def test_names(self, principal: Any, *, names: bool) -> None:
        """By ARN, account or star, and never by a pattern."""
        question = asked("sts:AssumeRole", ROLE, USER, ACCOUNT, "*")
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole"}
        assert allows(written(statement | {"Principal": principal}), question) is names
        assert allows(written(statement | {"NotPrincipal": principal}), question) is not names


class TestConditions:
    """Condition: every operator, and what it says of what is not there."""

    @pytest.mark.parametrize(
        ("operator", "wanted", "fitting", "other"),
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
    def test_operators(self, operator: str, wanted: Any, fitting: str, other: str) -> None:
        """Each fits what AWS's reference says of it; a negated one holds of a key that is not there, no other does."""
        document = written(allow(Condition={operator: {"my:Key": wanted}}))
        assert allows(document, asked(my__key=fitting))
        assert not allows(document, asked(my__key=other))
        assert allows(document, asked()) is ("Not" in operator)
        lenient = written(allow(Condition={f"{operator}IfExists": {"my:Key": wanted}}))
        assert allows(lenient, asked())
        assert not allows(lenient, asked(my__key=other))

    @pytest.mark.parametrize("operator", ["NumericEquals", "DateLessThan", "IpAddress", "BinaryEquals", "ArnLike"])
    def test_what_cannot_be_read(self, operator: str) -> None:
        """A value of another form fits nothing, and stops nothing."""
        assert not allows(written(allow(Condition={operator: {"my:Key": "5"}})), asked(my__key="neither"))

    def test_several(self) -> None:
        """Values are alternatives; keys and operators must all hold."""
        condition = {"StringEquals": {"a": ["1", "2"], "b": "3"}, "Bool": {"c": "true"}}
        document = written(allow(Condition=condition))
        assert allows(document, asked(a="2", b="3", c="true"))
        for broken in ({"a": "3"}, {"b": "4"}, {"c": "false"}):
            assert not allows(document, asked(**({"a": "2", "b": "3", "c": "true"} | broken)))
        negated = written(allow(Condition={"StringNotEquals": {"a": ["1", "2"]}}))
        assert allows(negated, asked(a="3"))
        assert not allows(negated, asked(a="2"))

    @pytest.mark.parametrize(
        ("quantifier", "values", "holds"),
        [
            ("ForAllValues", ["1", "2"], True),
            ("ForAllValues", ["1", "3"], False),
            ("ForAllValues", [], True),
            ("ForAnyValue", ["3", "1"], True),
            ("ForAnyValue", ["3", "4"], False),
            ("ForAnyValue", [], False),
        ],
    )
    def test_quantifiers(self, quantifier: str, values: list[str], *, holds: bool) -> None:
        """Of no values all fit and none does."""
        document = written(allow(Condition={f"{quantifier}:StringEquals": {"aws:TagKeys": ["1", "2"]}}))
        assert allows(document, asked(aws__tagkeys=values)) is holds

    def test_null(self) -> None:
        """Tells whether a key is there."""
        absent = written(allow(Condition={"Null": {"my:Key": "true"}}))
        present = written(allow(Condition={"Null": {"my:Key": "false"}}))
        assert allows(absent, asked())
        assert not allows(absent, asked(my__key="x"))
        assert allows(present, asked(my__key="x"))
        assert not allows(present, asked())

    def test_variables(self) -> None:
        """What is wanted may be what the call has elsewhere."""
        document = written(allow(Condition={"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}))
        same = {"aws:resourcetag/team": ("a",), "aws:principaltag/team": ("a",)}
        other = same | {"aws:principaltag/team": ("b",)}
        for keys, fits in ((same, True), (other, False)):
            question = EvaluationRequest(action="iam:GetRole", resource=ROLE, keys=keys)
            assert allows(document, question) is fits

    def test_unknown_operators(self) -> None:
        """Hold of nothing."""
        assert not is_operator("StringEquality")
        assert is_operator("ForAnyValue:StringLikeIfExists")
        assert not allows(written(allow(Condition={"StringEquality": {"a": "1"}})), asked(a="1"))


class TestWildcards:
    """Patterns."""

    @pytest.mark.parametrize(
        ("pattern", "text", "fits"),
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
    def test_fit(self, pattern: str, text: str, *, fits: bool) -> None:
        """As a shell's do, without brackets."""
        assert is_like(pattern, text) is fits

    def test_many_stars_take_no_time(self) -> None:
        """A pattern that would keep a backtracking matcher busy for ever is told at once."""
        assert not is_like("*a" * 500 + "b", "a" * 20_000)
        assert is_like("*?a" * 200 + "*", "ba" * 2_000)
