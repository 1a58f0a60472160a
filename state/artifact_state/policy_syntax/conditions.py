"""Conditions of policies: every operator, and what it says of a key that a call has not.

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
Fits = Callable[[str, str], bool]
"""Whether a call's value fits one that a policy wants."""
_FOR_ALL, _FOR_ANY = "forallvalues:", "foranyvalue:"
_IF_EXISTS, _NULL = "ifexists", "null"


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of a condition: an operator, a key, and the values that are wanted of it."""

    operator: str
    key: str
    """In lower case."""
    wanted: tuple[Pattern, ...]
    _read: "_Operator | None" = field(init=False)
    _tests: "tuple[_Test, ...]" = field(init=False)
    """Whether a value fits each of those that are wanted; made once, for most wait for no variables."""

    def __post_init__(self) -> None:
        """Read the operator."""
        read = _operator(self.operator)
        object.__setattr__(self, "_read", read)
        object.__setattr__(self, "_tests", tuple(_test(read.operation, one) for one in self.wanted) if read else ())

    def holds(self, keys: Keys) -> bool:
        """Tell whether a call's keys satisfy it; an operator that there is not is satisfied by none."""
        operator = self._read
        values = keys.get(self.key, ())
        if operator is None:
            return self.operator.lower() == _NULL and self._tells_of(values)
        if not values:
            return operator.holds_of_nothing
        if len(values) == 1:
            return self._suits(values[0], keys) != operator.operation.negated
        fitting = (self._suits(value, keys) != operator.operation.negated for value in values)
        return all(fitting) if operator.of_all else any(fitting)

    def _tells_of(self, values: tuple[str, ...]) -> bool:
        return any((not values) == (one.text.lower() == "true") for one in self.wanted)

    def _suits(self, value: str, keys: Keys) -> bool:
        for test in self._tests:
            try:
                if test(value, keys):
                    return True
            except ValueError:
                continue  # What is no number, date or address fits none.
        return False


def is_operator(name: str) -> bool:
    """Tell whether there is such an operator."""
    return _operator(name) is not None or name.lower() == _NULL


def require_kind(kind: str, value: str) -> None:
    """Let only a value pass that is of a kind: a number, a date, an address, or bytes; a text is whatever it is.

    Raises ValueError.
    """
    if kind == "numeric" and not isfinite(float(value)):
        raise ValueError(value)
    reader = _READERS.get(kind)
    if reader is not None:
        reader(value)


@dataclass(frozen=True, slots=True)
class _Operation:
    fits: Fits
    negated: bool = False
    wild: bool = False
    """Whether stars in what is wanted stand for anything."""


@dataclass(frozen=True, slots=True)
class _Operator:
    """An operator that was read: what it does with one value, and what with several or none."""

    operation: _Operation
    of_all: bool
    holds_of_nothing: bool


def _test(operation: _Operation, pattern: Pattern) -> _Test:
    """Make what tells whether a value fits one that is wanted, of a call that has certain keys."""
    fits = operation.fits
    wanted = pattern.fixed if operation.wild else pattern.plain({})
    if pattern.fixed is None or wanted is None:
        return lambda value, keys: _fits_variable(operation, pattern, value, keys)
    if fits is _like:
        like = matcher(wanted)
        return lambda value, _: like(value)
    if fits is str.__eq__:
        return lambda value, _: value == wanted
    return lambda value, _: fits(value, wanted)


def _fits_variable(operation: _Operation, pattern: Pattern, value: str, keys: Keys) -> bool:
    wanted = pattern.filled(keys) if operation.wild else pattern.plain(keys)
    return wanted is not None and operation.fits(value, wanted)


@lru_cache(maxsize=1024)
def _operator(name: str) -> _Operator | None:
    """Read an operator; None for one that there is not, and for Null, which looks at no value."""
    plain = name.lower()
    quantifier = next((one for one in (_FOR_ALL, _FOR_ANY) if plain.startswith(one)), "")
    plain = plain.removeprefix(quantifier)
    operation = _OPERATORS.get(plain.removesuffix(_IF_EXISTS))
    if operation is None:
        return None
    # Of no values all fit, and none does. A negated operator holds of what is not there.
    of_nothing = quantifier == _FOR_ALL or (operation.negated and quantifier != _FOR_ANY)
    return _Operator(operation, quantifier == _FOR_ALL, plain.endswith(_IF_EXISTS) or of_nothing)


def _bool(value: str, wanted: str) -> bool:
    return value.lower() == wanted.lower()


def _like(value: str, wanted: str) -> bool:
    return matcher(wanted)(value)


def _arn_like(value: str, wanted: str) -> bool:
    """Compare part by part: a star does not reach over a colon, but in the last part."""
    value_parts, wanted_parts = value.split(":", 5), wanted.split(":", 5)
    return len(value_parts) == len(wanted_parts) and all(
        matcher(want)(part) for want, part in zip(wanted_parts, value_parts, strict=True)
    )


def _address(value: str, wanted: str) -> bool:
    return ip_address(value) in _network(wanted)


@lru_cache(maxsize=1024)
def _network(text: str) -> IPv4Network | IPv6Network:
    return ip_network(text, strict=False)


def _binary(value: str, wanted: str) -> bool:
    return _bytes(value) == _bytes(wanted)


def _bytes(text: str) -> bytes:
    return b64decode(text, validate=True)


@lru_cache(maxsize=1024)
def _instant(text: str) -> float:
    """Read a date of ISO 8601, or the seconds since 1970."""
    try:
        return float(text)
    except ValueError:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _compared(read: Callable[[str], float], kind: str) -> Iterable[tuple[str, _Operation]]:
    yield f"{kind}equals", _Operation(lambda value, wanted: read(value) == read(wanted))
    yield f"{kind}notequals", _Operation(lambda value, wanted: read(value) == read(wanted), negated=True)
    yield f"{kind}lessthan", _Operation(lambda value, wanted: read(value) < read(wanted))
    yield f"{kind}lessthanequals", _Operation(lambda value, wanted: read(value) <= read(wanted))
    yield f"{kind}greaterthan", _Operation(lambda value, wanted: read(value) > read(wanted))
    yield f"{kind}greaterthanequals", _Operation(lambda value, wanted: read(value) >= read(wanted))


_OPERATORS: dict[str, _Operation] = {
    "stringequals": _Operation(str.__eq__),
    "stringnotequals": _Operation(str.__eq__, negated=True),
    "stringequalsignorecase": _Operation(_bool),
    "stringnotequalsignorecase": _Operation(_bool, negated=True),
    "stringlike": _Operation(_like, wild=True),
    "stringnotlike": _Operation(_like, negated=True, wild=True),
    "bool": _Operation(_bool),
    "binaryequals": _Operation(_binary),
    "ipaddress": _Operation(_address),
    "notipaddress": _Operation(_address, negated=True),
    # "ArnEquals and ArnLike behave identically."
    "arnequals": _Operation(_arn_like, wild=True),
    "arnlike": _Operation(_arn_like, wild=True),
    "arnnotequals": _Operation(_arn_like, negated=True, wild=True),
    "arnnotlike": _Operation(_arn_like, negated=True, wild=True),
    **dict(_compared(float, "numeric")),
    **dict(_compared(_instant, "date")),
}

_READERS: dict[str, Callable[[str], object]] = {"date": _instant, "ip": _network, "binary": _bytes}
"""What reads a value of a kind, and raises ValueError for what is none."""
