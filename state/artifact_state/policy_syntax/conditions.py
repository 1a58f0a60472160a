"""Condition operators, and what each returns for a missing key.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from base64 import b64decode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from math import isfinite

from artifact_state.policy_syntax.wildcards import Keys, Pattern, matcher

_Test = Callable[[str, Keys], bool]
Comparison = Callable[[str, str], bool]
"""Whether a value of the request, the first argument, matches a value of the policy."""
_FOR_ALL, _FOR_ANY = "forallvalues:", "foranyvalue:"
_IF_EXISTS, _NULL = "ifexists", "null"


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of a Condition element: an operator, a key, and the values that the policy names."""

    operator: str
    key: str
    """In lower case."""
    values: tuple[Pattern, ...]
    _parsed: "_Operator | None" = field(init=False)
    _tests: "tuple[_Test, ...]" = field(init=False)
    """One test for each value of the policy, built once: most values contain no variables."""

    def __post_init__(self) -> None:
        """Parse the operator and build the tests."""
        parsed = _operator(self.operator)
        tests = tuple(_test(parsed.comparison, value) for value in self.values) if parsed else ()
        object.__setattr__(self, "_parsed", parsed)
        object.__setattr__(self, "_tests", tests)

    def is_met(self, keys: Keys) -> bool:
        """Return whether the condition keys of a request meet the condition; an unknown operator is never met."""
        operator = self._parsed
        values = keys.get(self.key, ())
        if operator is None:
            return self.operator.lower() == _NULL and self._is_null_met(values)
        if not values:
            return operator.met_if_missing
        if len(values) == 1:
            return self._matches(values[0], keys) != operator.comparison.negated
        results = (self._matches(value, keys) != operator.comparison.negated for value in values)
        return all(results) if operator.for_all else any(results)

    def _is_null_met(self, values: tuple[str, ...]) -> bool:
        return any((not values) == (value.text.lower() == "true") for value in self.values)

    def _matches(self, value: str, keys: Keys) -> bool:
        for test in self._tests:
            try:
                if test(value, keys):
                    return True
            except ValueError:
                continue  # A value that is not a number, a date or an address matches none.
        return False


def is_operator(name: str) -> bool:
    """Return whether a condition operator of this name exists."""
    return _operator(name) is not None or name.lower() == _NULL


def check_value(kind: str, value: str) -> None:
    """Check that a value is of a kind: `numeric`, `date`, `ip` or `binary`; any other kind accepts every text.

    Raises ValueError.
    """
    if kind == "numeric" and not isfinite(float(value)):
        raise ValueError(value)
    parser = _PARSERS.get(kind)
    if parser is not None:
        parser(value)


@dataclass(frozen=True, slots=True)
class _Comparison:
    matches: Comparison
    negated: bool = False
    has_wildcards: bool = False
    """Whether `*` and `?` in the policy's value are wildcards."""


@dataclass(frozen=True, slots=True)
class _Operator:
    """A parsed operator: its comparison, and its result for several values and for a missing key."""

    comparison: _Comparison
    for_all: bool
    met_if_missing: bool


def _test(comparison: _Comparison, pattern: Pattern) -> _Test:
    """Return a function that tests a value of a request against a value of the policy."""
    matches = comparison.matches
    expected = pattern.fixed if comparison.has_wildcards else pattern.resolve_text({})
    if pattern.fixed is None or expected is None:
        return lambda value, keys: _matches_variable(comparison, pattern, value, keys)
    if matches is _like:
        like = matcher(expected)
        return lambda value, _: like(value)
    if matches is str.__eq__:
        return lambda value, _: value == expected
    return lambda value, _: matches(value, expected)


def _matches_variable(comparison: _Comparison, pattern: Pattern, value: str, keys: Keys) -> bool:
    expected = pattern.resolve(keys) if comparison.has_wildcards else pattern.resolve_text(keys)
    return expected is not None and comparison.matches(value, expected)


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
    return _Operator(comparison, quantifier == _FOR_ALL, lowered.endswith(_IF_EXISTS) or met_if_missing)


def _equals_ignoring_case(value: str, expected: str) -> bool:
    return value.lower() == expected.lower()


def _like(value: str, expected: str) -> bool:
    return matcher(expected)(value)


def _arn_like(value: str, expected: str) -> bool:
    """Compare ARNs part by part: a star matches a colon only in the last part."""
    value_parts, expected_parts = value.split(":", 5), expected.split(":", 5)
    return len(value_parts) == len(expected_parts) and all(
        matcher(pattern)(part) for pattern, part in zip(expected_parts, value_parts, strict=True)
    )


def _is_in_network(value: str, expected: str) -> bool:
    return ip_address(value) in _network(expected)


@lru_cache(maxsize=1024)
def _network(text: str) -> IPv4Network | IPv6Network:
    return ip_network(text, strict=False)


def _equals_binary(value: str, expected: str) -> bool:
    return _bytes(value) == _bytes(expected)


def _bytes(text: str) -> bytes:
    return b64decode(text, validate=True)


@lru_cache(maxsize=1024)
def _timestamp(text: str) -> float:
    """Parse an ISO 8601 date, or the seconds since 1970."""
    try:
        return float(text)
    except ValueError:
        instant = datetime.fromisoformat(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()


def _numeric_comparisons(parse: Callable[[str], float], kind: str) -> Iterable[tuple[str, _Comparison]]:
    yield f"{kind}equals", _Comparison(lambda value, expected: parse(value) == parse(expected))
    yield f"{kind}notequals", _Comparison(lambda value, expected: parse(value) == parse(expected), negated=True)
    yield f"{kind}lessthan", _Comparison(lambda value, expected: parse(value) < parse(expected))
    yield f"{kind}lessthanequals", _Comparison(lambda value, expected: parse(value) <= parse(expected))
    yield f"{kind}greaterthan", _Comparison(lambda value, expected: parse(value) > parse(expected))
    yield f"{kind}greaterthanequals", _Comparison(lambda value, expected: parse(value) >= parse(expected))


_COMPARISONS: dict[str, _Comparison] = {
    "stringequals": _Comparison(str.__eq__),
    "stringnotequals": _Comparison(str.__eq__, negated=True),
    "stringequalsignorecase": _Comparison(_equals_ignoring_case),
    "stringnotequalsignorecase": _Comparison(_equals_ignoring_case, negated=True),
    "stringlike": _Comparison(_like, has_wildcards=True),
    "stringnotlike": _Comparison(_like, negated=True, has_wildcards=True),
    "bool": _Comparison(_equals_ignoring_case),
    "binaryequals": _Comparison(_equals_binary),
    "ipaddress": _Comparison(_is_in_network),
    "notipaddress": _Comparison(_is_in_network, negated=True),
    # "ArnEquals and ArnLike behave identically."
    "arnequals": _Comparison(_arn_like, has_wildcards=True),
    "arnlike": _Comparison(_arn_like, has_wildcards=True),
    "arnnotequals": _Comparison(_arn_like, negated=True, has_wildcards=True),
    "arnnotlike": _Comparison(_arn_like, negated=True, has_wildcards=True),
    **dict(_numeric_comparisons(float, "numeric")),
    **dict(_numeric_comparisons(_timestamp, "date")),
}

_PARSERS: dict[str, Callable[[str], object]] = {"date": _timestamp, "ip": _network, "binary": _bytes}
"""The functions that parse a value of a kind and raise ValueError for an invalid one."""
