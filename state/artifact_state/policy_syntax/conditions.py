"""Condition operators: what they compare, and what they return for missing and for unreadable values.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/iam/condition_values.json
"""

import operator as operators
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import lru_cache
from typing import Any

from artifact_state.policy_syntax.arn_patterns import ArnPattern, arn_pattern, matches_parts, parts_of
from artifact_state.policy_syntax.dates import milliseconds
from artifact_state.policy_syntax.ip_addresses import address_of, is_in_network, network_of
from artifact_state.policy_syntax.wildcards import Keys, Multivalued, Pattern, matcher
from artifact_state.record import Record

_FOR_ALL, _FOR_ANY = "forallvalues:", "foranyvalue:"
_IF_EXISTS, _NULL = "ifexists", "null"
_ARN = "arn"
_BELOW_16_BITS = re.compile("[\0-\uffff]+")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


class ValueKind(Enum):
    """The kinds of values that operators read."""

    TEXT = "text"
    TEXT_IN_ANY_CASE = "text in any case"
    TEXT_PATTERN = "text pattern"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    BINARY = "binary"
    ADDRESS = "IP address"
    ARN = "ARN"


class Unreadable(Enum):
    """The meaning of a value that is not of the operator's kind."""

    NO_MATCH = "matches nothing, so that a negated operator is met"
    NOT_MET = "neither the operator nor its negation is met"
    UNDECIDED = "nothing follows: a statement that allows does not apply, one that denies does"


Rules = Mapping[ValueKind, tuple[Unreadable, Unreadable]]
"""The meaning of an unreadable value in the request and of one in the policy, for the kinds that have such values.

A value of the request counts before those of the policy.
"""
CALL_RULES: Rules = {
    ValueKind.NUMBER: (Unreadable.NO_MATCH, Unreadable.NO_MATCH),
    ValueKind.DATE: (Unreadable.NO_MATCH, Unreadable.NO_MATCH),
    # Unverified: a value of the request; IAM and STS refuse such a value in a policy.
    ValueKind.BINARY: (Unreadable.NO_MATCH, Unreadable.NO_MATCH),
    ValueKind.ADDRESS: (Unreadable.NOT_MET, Unreadable.NO_MATCH),
    ValueKind.ARN: (Unreadable.NOT_MET, Unreadable.UNDECIDED),
}
"""The rules for calls."""
SIMULATION_RULES: Rules = {
    **CALL_RULES,
    ValueKind.NUMBER: (Unreadable.NOT_MET, Unreadable.NO_MATCH),
    ValueKind.ADDRESS: (Unreadable.NOT_MET, Unreadable.NOT_MET),
}
"""The rules of AWS's policy simulator, which differs from calls."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of a Condition element: an operator, a key, and the values that the policy names."""

    operator: str
    key: str
    """In lower case."""
    values: tuple[Pattern, ...]
    _parsed: "_Operator | None" = field(init=False)
    _expected: tuple[Any, ...] = field(init=False)
    """The values without variables, read once; None for an unreadable one."""
    _patterns: tuple[Pattern, ...] = field(init=False)
    """The values with variables."""

    def __post_init__(self) -> None:
        """Parse the operator and read the values."""
        parsed = _operator(self.operator)
        fixed = [value for value in self.values if value.fixed is not None]
        object.__setattr__(self, "_parsed", parsed)
        object.__setattr__(self, "_expected", tuple(map(parsed.comparison.read, fixed)) if parsed else ())
        object.__setattr__(self, "_patterns", tuple(value for value in self.values if value.fixed is None))

    def is_met(self, keys: Keys, rules: Rules = CALL_RULES) -> bool | None:
        """Return whether the condition keys of a request meet the condition; None if that cannot be decided.

        An unknown operator is never met, and an operator of single values never by a multivalued key.
        """
        parsed = self._parsed
        values = keys.get(self.key, ())
        if parsed is None:
            return self.operator.lower() == _NULL and self._is_null_met(values)
        if not values:
            return parsed.met_if_missing
        if not parsed.is_set_operator and isinstance(values, Multivalued):
            return False
        expected = (
            [*self._expected, *parsed.comparison.resolved(self._patterns, keys)] if self._patterns else self._expected
        )
        if not parsed.is_set_operator:
            return parsed.comparison.is_met(values[0], expected, rules)
        results = [parsed.comparison.is_met(value, expected, rules) for value in values]
        decisive = not parsed.for_all
        return decisive if decisive in results else None if None in results else not decisive

    def _is_null_met(self, values: tuple[str, ...]) -> bool:
        return any((not values) == _boolean(value.text) for value in self.values)


def is_operator(name: str) -> bool:
    """Return whether a condition operator of this name exists."""
    return _operator(name) is not None or name.lower() == _NULL


def unreadable_kinds(operator: str, texts: Iterable[str]) -> Iterator[ValueKind]:
    """Yield the kind of each value of a policy that its operator cannot read; variables can have any value."""
    parsed = _operator(operator)
    if parsed is None:
        return
    for text in texts:
        if "${" not in text and parsed.comparison.read(Pattern(text, variables=False)) is None:
            yield parsed.comparison.kind


def is_readable(kind: ValueKind, text: str) -> bool:
    """Return whether a value of a request is of a kind."""
    return _READERS[kind].given(text) is not None


def _verdict(unreadable: Unreadable, *, negated: bool) -> bool | None:
    if unreadable is Unreadable.NO_MATCH:
        return negated
    return False if unreadable is Unreadable.NOT_MET else None


def _lowered(text: str) -> str:
    """Return a text in lower case; AWS leaves characters beyond 16 bits as they are."""
    return text.lower() if text.isascii() else _BELOW_16_BITS.sub(lambda match: match[0].lower(), text)


@lru_cache(maxsize=1024)
def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text) if _NUMBER.fullmatch(text) else None
    except InvalidOperation:  # An exponent of more than 18 digits.
        return None


def _boolean(text: str) -> bool:
    return text.lower() == "true"


def _bytes(text: str) -> bytes | None:
    try:
        decoded = b64decode(text, validate=True)
    except ValueError:
        return None
    # AWS refuses a text whose last bits would be lost, such as "YR==".
    return decoded if b64encode(decoded).decode() == text else None


def _arn_parts(text: str) -> list[str] | None:
    parts = parts_of(text)
    return parts if parts[0] == _ARN and len(parts) == 6 else None


def _arn_pattern(resolved: str) -> ArnPattern | None:
    pattern = arn_pattern(resolved)
    return pattern if pattern[0](_ARN) else None


def _matches_pattern(given: str, expected: Callable[[str], bool]) -> bool:
    return expected(given)


class _Reader(Record, kw_only=False):
    """The functions that read a value of a request and one of a policy; they return None for an unreadable one."""

    given: Callable[[str], Any]
    expected: Callable[[str], Any]
    matches: Callable[[Any, Any], bool] = operators.eq
    has_wildcards: bool = False


_READERS: Mapping[ValueKind, _Reader] = {
    ValueKind.TEXT: _Reader(str, str),
    ValueKind.TEXT_IN_ANY_CASE: _Reader(_lowered, _lowered),
    ValueKind.TEXT_PATTERN: _Reader(str, matcher, _matches_pattern, has_wildcards=True),
    ValueKind.NUMBER: _Reader(_number, _number),
    ValueKind.DATE: _Reader(milliseconds, milliseconds),
    ValueKind.BOOLEAN: _Reader(_boolean, _boolean),
    ValueKind.BINARY: _Reader(_bytes, _bytes),
    ValueKind.ADDRESS: _Reader(address_of, network_of, is_in_network),
    ValueKind.ARN: _Reader(
        _arn_parts, _arn_pattern, lambda given, expected: matches_parts(expected, given), has_wildcards=True
    ),
}


class _Comparison:
    """The comparison of an operator: how it reads values, and when two match."""

    __slots__ = ("_matches", "_reader", "kind", "negated")

    def __init__(
        self, kind: ValueKind, matches: Callable[[Any, Any], bool] | None = None, *, negated: bool = False
    ) -> None:
        self.kind = kind
        self.negated = negated
        self._reader = _READERS[kind]
        self._matches = matches or self._reader.matches

    def read(self, pattern: Pattern) -> Any:
        """Return a value of the policy without variables, read; None if it is unreadable."""
        return self._reader.expected((pattern.fixed if self._reader.has_wildcards else None) or pattern.text)

    def resolved(self, patterns: Iterable[Pattern], keys: Keys) -> Iterator[Any]:
        """Yield the values of the policy with variables, read; those without a value match nothing."""
        for pattern in patterns:
            text = pattern.resolve(keys) if self._reader.has_wildcards else pattern.resolve_text(keys)
            if text is not None:
                yield self._reader.expected(text)

    def is_met(self, value: str, expected: Sequence[Any], rules: Rules) -> bool | None:
        """Return whether a value of the request meets the comparison with any of the values of the policy."""
        given = self._reader.given(value)
        if given is None:
            return _verdict(rules[self.kind][0], negated=self.negated)
        matches = self._matches
        is_unreadable = False
        for wanted in expected:
            if wanted is None:
                is_unreadable = True
            elif matches(given, wanted):
                return not self.negated
        return _verdict(rules[self.kind][1], negated=self.negated) if is_unreadable else self.negated


class _Operator(Record, kw_only=False):
    """A parsed operator: its comparison, and its result for several values and for a missing key."""

    comparison: _Comparison
    is_set_operator: bool
    for_all: bool
    met_if_missing: bool


@lru_cache(maxsize=1024)
def _operator(name: str) -> _Operator | None:
    """Parse an operator; return None for an unknown one, and for Null, which compares no values."""
    lowered = name.lower()
    quantifier = next((prefix for prefix in (_FOR_ALL, _FOR_ANY) if lowered.startswith(prefix)), "")
    lowered = lowered.removeprefix(quantifier)
    comparison = _COMPARISONS.get(lowered.removesuffix(_IF_EXISTS))
    if comparison is None:
        return None
    # ForAllValues is met by no values, ForAnyValue is not; a negated operator is met by a missing key.
    met_if_missing = quantifier == _FOR_ALL or (comparison.negated and quantifier != _FOR_ANY)
    return _Operator(
        comparison,
        is_set_operator=quantifier != "",
        for_all=quantifier == _FOR_ALL,
        met_if_missing=lowered.endswith(_IF_EXISTS) or met_if_missing,
    )


def _ordered(kind: ValueKind, name: str) -> dict[str, _Comparison]:
    return {
        f"{name}equals": _Comparison(kind),
        f"{name}notequals": _Comparison(kind, negated=True),
        f"{name}lessthan": _Comparison(kind, operators.lt),
        f"{name}lessthanequals": _Comparison(kind, operators.le),
        f"{name}greaterthan": _Comparison(kind, operators.gt),
        f"{name}greaterthanequals": _Comparison(kind, operators.ge),
    }


_COMPARISONS: Mapping[str, _Comparison] = {
    "stringequals": _Comparison(ValueKind.TEXT),
    "stringnotequals": _Comparison(ValueKind.TEXT, negated=True),
    "stringequalsignorecase": _Comparison(ValueKind.TEXT_IN_ANY_CASE),
    "stringnotequalsignorecase": _Comparison(ValueKind.TEXT_IN_ANY_CASE, negated=True),
    "stringlike": _Comparison(ValueKind.TEXT_PATTERN),
    "stringnotlike": _Comparison(ValueKind.TEXT_PATTERN, negated=True),
    "bool": _Comparison(ValueKind.BOOLEAN),
    "binaryequals": _Comparison(ValueKind.BINARY),
    "ipaddress": _Comparison(ValueKind.ADDRESS),
    "notipaddress": _Comparison(ValueKind.ADDRESS, negated=True),
    # "ArnEquals and ArnLike behave identically."
    "arnequals": _Comparison(ValueKind.ARN),
    "arnlike": _Comparison(ValueKind.ARN),
    "arnnotequals": _Comparison(ValueKind.ARN, negated=True),
    "arnnotlike": _Comparison(ValueKind.ARN, negated=True),
    **_ordered(ValueKind.NUMBER, "numeric"),
    **_ordered(ValueKind.DATE, "date"),
}
