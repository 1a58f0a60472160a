"""The condition operators, as AWS was recorded to apply them, and the values that they cannot read.

Source: https://github.com/radkawar/stackd/tree/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam
"""

import json
from typing import Any

import pytest

from artifact_state.policy_syntax.conditions import (
    CALL_RULES,
    SIMULATION_RULES,
    Condition,
    Rules,
    ValueKind,
    unreadable_kinds,
)
from artifact_state.policy_syntax.dates import milliseconds
from artifact_state.policy_syntax.policy import EvaluationRequest, parse_policy
from artifact_state.policy_syntax.wildcards import Keys, Multivalued, Pattern, is_like

MATCH, NO_MATCH, NEITHER, UNDECIDED = (True, False), (False, True), (False, False), (None, None)
"""Whether an operator and its negation are met; None if that cannot be decided."""
DESERET, SMALL_DESERET = "\U00010400", "\U00010428"
Outcome = tuple[bool | None, bool | None]
USER, ROLE = "arn:aws:iam::123456789012:user/test", "arn:aws:iam::123456789012:role/test"


def is_met(operator: str, expected: Any, keys: Keys, rules: Rules = CALL_RULES) -> bool | None:
    """Return whether a condition about the key `k` is met."""
    values = expected if isinstance(expected, list) else [expected]
    return Condition(operator, "k", tuple(map(Pattern, values))).is_met(keys, rules)


def outcome(operators: tuple[str, str], expected: Any, value: str, rules: Rules = CALL_RULES) -> Outcome:
    """Return whether a value meets an operator and its negation."""
    operator, negation = operators
    return is_met(operator, expected, {"k": (value,)}, rules), is_met(negation, expected, {"k": (value,)}, rules)


NUMERIC = ("NumericEquals", "NumericNotEquals")
DATE = ("DateEquals", "DateNotEquals")
IGNORING_CASE = ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase")
LIKE = ("StringLike", "StringNotLike")
ARN = ("ArnLike", "ArnNotLike")
IP = ("IpAddress", "NotIpAddress")
RECORDED: list[tuple[tuple[str, str], Any, str, Outcome]] = [
    (NUMERIC, "1", "01", MATCH),
    (NUMERIC, "1", "+1", MATCH),
    (NUMERIC, "1", "1.0", MATCH),
    (NUMERIC, "1", "1e0", MATCH),
    (NUMERIC, "1.", "1", MATCH),
    (NUMERIC, ".5", "0.50", MATCH),
    (NUMERIC, "9007199254740993", "9007199254740992", NO_MATCH),
    (NUMERIC, "1e9999", "1e9998", NO_MATCH),
    (NUMERIC, "1", "NaN", NO_MATCH),
    (NUMERIC, "1", "Infinity", NO_MATCH),
    (NUMERIC, "1", "", NO_MATCH),
    (NUMERIC, "1", " 1 ", NO_MATCH),
    (NUMERIC, "16", "0x10", NO_MATCH),
    (NUMERIC, "1", "1e99999999999999999999", NO_MATCH),
    (NUMERIC, "NaN", "1", NO_MATCH),
    (NUMERIC, "NaN", "NaN", NO_MATCH),
    (DATE, "2030-01-01T00:00:00Z", "1893456000", MATCH),
    (DATE, "2030-01-01T00:00:00Z", "2030-01-01", MATCH),
    (DATE, "2030-01-01T00:00:00Z", "2030-01-01T02:00:00+02:00", MATCH),
    (DATE, "2030-01-01T00:00:00.123Z", "2030-01-01T00:00:00.124Z", NO_MATCH),
    (DATE, "2030-01-01T00:00:00.1234Z", "2030-01-01T00:00:00.1239Z", MATCH),
    (DATE, "2030-01-01T00:00:00Z", "2030-01-02T00:00:00Z", NO_MATCH),
    (DATE, "2030-01-01T00:00:00Z", "not-a-date", NO_MATCH),
    (DATE, "2030-01-01T00:00:00Z", "", NO_MATCH),
    (DATE, "not-a-date", "not-a-date", NO_MATCH),
    (DATE, "12030-02-28", "12030-02-28T00:00Z", MATCH),
    (IGNORING_CASE, "prod", "PrOd", MATCH),
    (IGNORING_CASE, "I", "\u0131", NO_MATCH),
    (IGNORING_CASE, "i", "\u0130", NO_MATCH),
    (IGNORING_CASE, "\u0130", "i\u0307", MATCH),
    (IGNORING_CASE, "K", "\u212a", MATCH),
    (IGNORING_CASE, "s", "\u017f", NO_MATCH),
    (IGNORING_CASE, "\u00df", "\u1e9e", MATCH),
    (IGNORING_CASE, "\u00df", "SS", NO_MATCH),
    (IGNORING_CASE, "\u03a3", "\u03c2", NO_MATCH),
    (IGNORING_CASE, "\u03a3", "\u03c3", MATCH),
    (IGNORING_CASE, "\u039f\u03a3", "\u03bf\u03c2", MATCH),
    (IGNORING_CASE, "\u039f\u03a3", "\u03bf\u03c3", NO_MATCH),
    (IGNORING_CASE, f"A{DESERET}", f"a{DESERET}", MATCH),
    (IGNORING_CASE, DESERET, SMALL_DESERET, NO_MATCH),
    (LIKE, "?", DESERET, NO_MATCH),
    (LIKE, "??", DESERET, MATCH),
    (LIKE, "?", "\u00e9", MATCH),
    (LIKE, "a?b", f"a{DESERET}b", NO_MATCH),
    (LIKE, "a??b", f"a{DESERET}b", MATCH),
    (LIKE, "a*?b", f"a{DESERET}b", MATCH),
    (LIKE, f"*{DESERET}?*", f"x{DESERET}y", MATCH),
    (LIKE, "a*b", "a/b", MATCH),
    (LIKE, "a?b", "a:b", MATCH),
    (LIKE, "a?b", "a\nb", MATCH),
    (LIKE, "a[b]", "ab", NO_MATCH),
    (LIKE, "a\\*b", "a*b", NO_MATCH),
    (ARN, "arn:aws:iam::*:user/*", USER, MATCH),
    (ARN, "arn:aws:iam::*:user/*", ROLE, NO_MATCH),
    (ARN, "arn:aws:iam::*:user/*", "not-an-arn", NEITHER),
    (ARN, "arn:aws:iam::*:user/*", "", NEITHER),
    (ARN, "not-an-arn", USER, UNDECIDED),
    (ARN, "not-an-arn", "not-an-arn", NEITHER),
    (ARN, ["not-an-arn", "arn:aws:iam::*:user/*"], USER, MATCH),
    (ARN, ["not-an-arn", "arn:aws:iam::*:user/*"], ROLE, UNDECIDED),
    (ARN, "*", USER, MATCH),
    (IP, "192.0.2.0/24", "192.0.2.255", MATCH),
    (IP, "192.0.2.0/24", "192.0.3.1", NO_MATCH),
    (IP, "192.0.2.5/24", "192.0.2.1", MATCH),
    (IP, "192.0.2.1", "192.0.2.1", MATCH),
    (IP, "192.0.2.0/0", "2001:db8::1", NO_MATCH),
    (IP, "192.000.002.0/024", "192.0.2.1", MATCH),
    (IP, "192.0.2.0/+24", "192.000.002.1", MATCH),
    (IP, "192.0.2.0/24", "192.0.513", NEITHER),
    (IP, "192.0.2.0/24", "3221225985", NEITHER),
    (IP, "192.0.2.0/24", "192.0.2.1/32", NEITHER),
    (IP, "192.0.2.0/24", " 192.0.2.1 ", NEITHER),
    (IP, "192.0.2.0/24", "192.0.2.256", NEITHER),
    (IP, "192.0.2.0/33", "192.0.2.1", NO_MATCH),
    (IP, "192.0.2.0/", "192.0.2.1", NO_MATCH),
    (IP, "192.0.2.0/24", "::ffff:192.0.2.1", MATCH),
    (IP, "192.0.2.0/24", "::FFFF:c000:201", MATCH),
    (IP, "::ffff:192.0.2.0/120", "::ffff:192.0.2.1", NO_MATCH),
    (IP, "::ffff:c000:200/120", "::ffff:c000:201", NO_MATCH),
    (IP, "::192.0.2.0/120", "::192.0.2.1", NEITHER),
    (IP, "::/0", "192.0.2.1", NO_MATCH),
    (IP, "::/0", "::ffff:192.0.2.1", NO_MATCH),
    (IP, "::/0", "2001:db8::1", MATCH),
    (IP, "2001:db8::1", "2001:db8::1", MATCH),
    (IP, "2001:db8::/64", "2001:db8:0:0:ffff:ffff:ffff:ffff", MATCH),
    (IP, "2001:db8::/64", "2001:db8:0:1::", NO_MATCH),
    (IP, "2001:db8::5/64", "2001:db8::5", NO_MATCH),
    (IP, "2001:DB8::/064", "2001:0db8:0000:0000:0000:0000:0000:0001", MATCH),
    (IP, "2001:db8::4/127", "2001:db8::5", MATCH),
    (IP, "2001:db8::/64", "2001:db8::192.0.2.1", NEITHER),
    (IP, "2001:db8::1/128", "2001:db8:::1", MATCH),
    (IP, "2001:db8::1/128", ":2001:db8::1", NO_MATCH),
    (IP, "2001:db8::1/128", "2001:db8::::1", NEITHER),
    (IP, "::/0", ":::", MATCH),
    (IP, "::/0", "2001::db8::1", NEITHER),
    (IP, "::/0", "1:2:3:4:5:6:7:8:", MATCH),
    (IP, "::/0", "1:2:3:4:5:6:7", NEITHER),
    (IP, "::/0", "1:2:3:4:5:6:7:8:9", NEITHER),
    (IP, "::/0", "fe80::1%1", NEITHER),
    (IP, "::/0", "[2001:db8::1]", NEITHER),
    (IP, "not-an-ip", "192.0.2.1", NO_MATCH),
    (IP, "not-an-ip", "not-an-ip", NEITHER),
    (IP, ["not-an-ip", "192.0.2.0/24"], "192.0.2.1", MATCH),
    (IP, ["not-an-ip", "192.0.2.0/24"], "192.0.3.1", NO_MATCH),
    (IP, ["2001:db8::5/64", "2001:db8::/64"], "2001:db8::1", MATCH),
]
SIMULATED: list[tuple[tuple[str, str], Any, str, Outcome]] = [
    (NUMERIC, "1", "no-number", NEITHER),
    (NUMERIC, "1", "1.0", MATCH),
    (DATE, "2030-01-01T00:00:00Z", "not-a-date", NO_MATCH),
    (ARN, "arn:aws:iam::*:user/*", "not-an-arn", NEITHER),
    (IP, "192.0.2.0/24", "not-an-ip", NEITHER),
    (IP, "2001:db8::5/64", "2001:db8::5", NEITHER),
    (IP, "2001:db8::5/64", "192.0.2.1", NEITHER),
    (IP, "192.0.2.5/24", "192.0.2.1", MATCH),
]


class TestValues:
    """Values of requests and of policies."""

    @pytest.mark.parametrize(("operators", "expected", "value", "met"), RECORDED)
    def test_value_matches_as_recorded(
        self, operators: tuple[str, str], expected: Any, value: str, met: Outcome
    ) -> None:
        """An operator and its negation agree whether a value matches, also about one that they cannot read."""
        assert outcome(operators, expected, value) == met

    @pytest.mark.parametrize(("operators", "expected", "value", "met"), SIMULATED)
    def test_simulation_differs_for_unreadable_values(
        self, operators: tuple[str, str], expected: Any, value: str, met: Outcome
    ) -> None:
        """In a simulation, unreadable numbers and networks meet neither an operator nor its negation."""
        assert outcome(operators, expected, value, SIMULATION_RULES) == met

    @pytest.mark.parametrize(
        ("value", "is_true"),
        [("true", True), ("True", True), ("TRUE", True), ("yes", False), ("1", False), ("", False), (" true ", False)],
    )
    def test_everything_but_true_is_false(self, value: str, *, is_true: bool) -> None:
        """Bool reads every text but `true`, in any case, as false, in the policy too; so does Null."""
        assert is_met("Bool", "true", {"k": (value,)}) is is_true
        assert is_met("Bool", "false", {"k": (value,)}) is not is_true
        assert is_met("Bool", value, {"k": ("true",)}) is is_true
        assert is_met("Null", value, {}) is is_true

    @pytest.mark.parametrize("value", ["YQ==", "no-binary", ""])
    def test_binary_values_are_compared_decoded(self, value: str) -> None:
        """BinaryEquals compares decoded values; a value of the request that is not base64 does not match."""
        assert is_met("BinaryEquals", "YQ==", {"k": (value,)}) is (value == "YQ==")

    def test_empty_value_is_a_value(self) -> None:
        """An empty value is not a missing one."""
        assert is_met("Null", "false", {"k": ("",)})
        assert is_met("StringEquals", "", {"k": ("",)})
        assert not is_met("StringEquals", "", {})
        assert not is_met("ForAllValues:StringEquals", "x", {"k": ("",)})

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("0", 0),
            ("-1", -1_000),
            ("1970-01-01", 0),
            ("1970-01-01T00:00:00.5Z", 500),
            ("2035-01", milliseconds("2035-01-01T00:00:00Z")),
            ("2035-02-30", None),
            ("2035-01-02T25:00Z", None),
            ("-0001-01-01T00:00:00Z", -62_198_755_200_000),
            (str(2**63), None),
            ("2035-1-2", None),
        ],
    )
    def test_dates_are_milliseconds(self, text: str, expected: int | None) -> None:
        """A date of any year, or seconds, are milliseconds since 1970."""
        assert milliseconds(text) == expected


class TestMultivaluedKeys:
    """Keys with several values."""

    @pytest.mark.parametrize("values", [("team",), ("env",), ("team", "env")])
    @pytest.mark.parametrize("operator", ["StringEquals", "StringNotEquals", "StringLikeIfExists", "ArnNotLike"])
    def test_multivalued_key_needs_set_operator(self, operator: str, values: tuple[str, ...]) -> None:
        """An operator of single values is never met by a multivalued key, negated or not, even if it has one value."""
        assert is_met(operator, "team", {"k": Multivalued(values)}) is False
        assert is_met("Null", "false", {"k": Multivalued(values)})

    @pytest.mark.parametrize(
        ("operator", "met"),
        [
            ("ForAnyValue:StringEquals", (False, True, False, True)),
            ("ForAllValues:StringEquals", (True, True, False, False)),
            ("ForAnyValue:StringNotEquals", (False, False, True, True)),
            ("ForAllValues:StringNotEquals", (True, False, True, False)),
        ],
    )
    def test_set_operators(self, operator: str, met: tuple[bool, ...]) -> None:
        """Set operators compare each value; no values meet ForAllValues and do not meet ForAnyValue."""
        for values, is_expected in zip(([], ["team"], ["env"], ["team", "env"]), met, strict=True):
            keys = {"k": Multivalued(values)} if values else {}
            assert is_met(operator, "team", keys) is is_expected

    def test_undecided_value_counts_after_decisive_ones(self) -> None:
        """A value that cannot be decided leaves a set operator undecided, unless another value decides."""
        expected = ["not-an-arn", "arn:aws:iam::*:user/*"]
        for values, of_any, of_all in (
            ((ROLE,), None, None),
            ((ROLE, USER), True, None),
            ((ROLE, "not-an-arn"), None, False),
        ):
            assert is_met("ForAnyValue:ArnLike", expected, {"k": Multivalued(values)}) is of_any
            assert is_met("ForAllValues:ArnLike", expected, {"k": Multivalued(values)}) is of_all

    @pytest.mark.parametrize("variable", ["${tags}", "${tags, 'team'}"])
    def test_multivalued_key_is_no_variable(self, variable: str) -> None:
        """A variable for a multivalued key has no value, and does not take its default."""
        keys = {"k": ("team",), "tags": Multivalued(["team"])}
        assert is_met("StringEquals", variable, keys) is False
        assert is_met("StringNotEquals", variable, keys) is True
        assert is_met("StringEquals", variable, {"k": ("team",)}) is ("," in variable)


class TestUndecidedConditions:
    """Statements whose condition cannot be decided."""

    def statement_applies(self, effect: str, *operators: str) -> bool:
        """Return whether a statement with conditions on ARNs applies."""
        condition = {operator: {"k": "not-an-arn" if "Arn" in operator else "other"} for operator in operators}
        statement = {"Effect": effect, "Action": "*", "Resource": "*", "Condition": condition}
        (parsed,) = parse_policy(json.dumps({"Version": "2012-10-17", "Statement": statement})).statements
        return parsed.applies_to(EvaluationRequest(action="iam:GetUser", resource="*", keys={"k": (USER,)}))

    def test_undecided_statement_denies_and_does_not_allow(self) -> None:
        """A statement that cannot be decided denies but does not allow."""
        assert not self.statement_applies("Allow", "ArnLike")
        assert not self.statement_applies("Allow", "ArnNotLike")
        assert self.statement_applies("Deny", "ArnLike")
        assert self.statement_applies("Deny", "ArnNotLike")

    def test_condition_that_is_not_met_decides(self) -> None:
        """A further condition that is not met decides that the statement does not apply."""
        assert not self.statement_applies("Deny", "ArnLike", "StringEquals")
        assert self.statement_applies("Deny", "ArnLike", "StringNotEquals")


class TestUnreadableKinds:
    """unreadable_kinds."""

    @pytest.mark.parametrize(
        ("operator", "text", "kind"),
        [
            ("NumericEquals", "NaN", ValueKind.NUMBER),
            ("ForAnyValue:DateLessThanIfExists", "tomorrow", ValueKind.DATE),
            ("ArnLike", "not-an-arn", ValueKind.ARN),
            ("NotIpAddress", "2001:db8::5/64", ValueKind.ADDRESS),
            ("IpAddress", "::ffff:192.0.2.0/120", ValueKind.ADDRESS),
            ("IpAddress", "2001:db8::1/0", ValueKind.ADDRESS),
            ("BinaryEquals", "no-binary", ValueKind.BINARY),
        ],
    )
    def test_kind_of_an_unreadable_value(self, operator: str, text: str, kind: ValueKind) -> None:
        """A value that the operator cannot read has the operator's kind; a variable can have any value."""
        assert list(unreadable_kinds(operator, [text, "${aws:username}"])) == [kind]

    @pytest.mark.parametrize(
        ("operator", "text"),
        [
            ("NumericEquals", "01"),
            ("Bool", "yes"),
            ("Null", "yes"),
            ("IpAddress", "192.0.2.5/24"),
            ("IpAddress", "::ffff:c000:200/120"),
            ("IpAddress", "2001:db8:::1/128"),
            ("IpAddress", "::/0"),
            ("ArnLike", "arn:aws:iam::*:role/*"),
            ("ArnEquals", "*"),
            ("StringEquality", "x"),
        ],
    )
    def test_readable_value(self, operator: str, text: str) -> None:
        """A value that the operator can read has no kind of unreadable values."""
        assert list(unreadable_kinds(operator, [text])) == []


class TestQuestionMarks:
    """Patterns with many question marks."""

    def test_search_takes_few_steps(self) -> None:
        """A piece with question marks is found in a repetitive text without comparing it at every position."""
        piece = "a?" * 3_000
        assert not is_like(f"*{piece}b*", "a" * 120_000)
        assert is_like(f"*{piece}b*", "a" * 120_000 + "b")
        assert not is_like(f"*{piece}*{piece}b", "a" * 11_999 + "b")

    @pytest.mark.parametrize(
        ("pattern", "text", "matches"),
        [
            ("*?*", "", False),
            ("*?*", "a", True),
            ("*a?*b?*", "axb", False),
            ("*a?*b?*", "axby", True),
            ("*?b*?b*", "abab", True),
            ("*?b*?b*?b", "abab", False),
        ],
    )
    def test_pieces_are_found_in_order(self, pattern: str, text: str, *, matches: bool) -> None:
        """Pieces are found one after another and do not overlap."""
        assert is_like(pattern, text) is matches
