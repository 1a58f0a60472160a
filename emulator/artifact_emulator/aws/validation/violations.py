"""Violations: the constraints of its shape that an input breaks, member by member."""

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from itertools import groupby
from typing import Any, Literal

from pydantic_core import ErrorDetails, ValidationError

from artifact_emulator.aws.shape import Shape
from artifact_emulator.aws.validation.constraints import (
    Constraint,
    ContainerPart,
    Limit,
    broken_constraints,
    constraints_at,
    container_at,
)
from artifact_state.record import Record

Rule = Limit | ContainerPart | Literal["required", "type"]
"""The kind of a violation; that of items, keys or values has all their constraints as its limit."""
_FIRST = ("type", "required")
_RULES: dict[str, Rule] = {
    "missing": "required",
    "string_pattern_mismatch": "pattern",
    "literal_error": "enum",
    "string_too_short": "min_length",
    "too_short": "min_length",
    "bytes_too_short": "min_length",
    "string_too_long": "max_length",
    "too_long": "max_length",
    "bytes_too_long": "max_length",
    "greater_than_equal": "min_value",
    "less_than_equal": "max_value",
}
_LIMIT_NAMES = ("pattern", "expected", "min_length", "max_length", "ge", "le")


class Violation(Record, kw_only=False):
    """A member that breaks a constraint of its shape."""

    path: tuple[str | int, ...]
    rule: Rule
    value: Any
    limit: Any = None

    @property
    def member(self) -> str:
        """The path as AWS writes it: `tags.1.member.key`."""
        return ".".join(f"{step + 1}.member" if isinstance(step, int) else step for step in self.path)


def first_violations(error: ValidationError, patterns: Mapping[str, str]) -> list[Violation]:
    """Return the first violation of each invalid value, those of mistyped and missing members first.

    `patterns` are AWS's spellings of the patterns that are checked.
    """
    violations = [_violation(detail, patterns) for detail in error.errors(include_url=False)]
    return sorted(_in_order(violations), key=lambda violation: _position(violation.rule))


def all_violations(
    violations: Sequence[Violation], shape: type[Shape], members: Any, patterns: Mapping[str, str]
) -> list[Violation]:
    """Return all violations of each string, and for a value in a list or map one with all constraints of its kind.

    Observed: https://docs.aws.amazon.com/singlesignon/latest/userguide/scim-logging-using-cloudtrail.html#scim-cloudtrail-common-errors
    and for lists and maps https://github.com/cloud-custodian/cloud-custodian/issues/2520
    """
    return list(_all_violations(violations, shape.schema(), members, patterns))


def _all_violations(
    violations: Sequence[Violation], schema: Any, members: Any, patterns: Mapping[str, str]
) -> Iterator[Violation]:
    reported = set()
    for violation in violations:
        # An entry that a form skips is null, and breaks the constraints of its list.
        is_member = violation.rule == "type" or (violation.rule == "required" and isinstance(violation.path[-1], str))
        constraints = [] if is_member else constraints_at(schema, violation.path)
        container = container_at(schema, violation.path) if constraints else None
        if container is not None:
            if container not in reported:
                reported.add(container)
                path, part = container
                value = reduce(lambda inner, step: inner[step], path, members)
                limit = tuple(Constraint(limit, patterns.get(str(value), value)) for limit, value in constraints)
                yield Violation(path, part, _container_text(value), limit)
        elif isinstance(violation.value, str) and violation.rule in ("pattern", "min_length", "max_length"):
            for rule, limit_value in broken_constraints(constraints, violation.value):
                yield Violation(violation.path, rule, violation.value, patterns.get(str(limit_value), limit_value))
        else:
            yield violation


def _in_order(violations: Sequence[Violation]) -> Iterator[Violation]:
    """Yield violations as AWS lists them: of an entry of a list, those of the model's last members first."""
    for parent, group in groupby(violations, lambda violation: violation.path[:-1]):
        siblings = list(group)
        yield from reversed(siblings) if parent and isinstance(parent[-1], int) else siblings


def _position(rule: Rule) -> int:
    return _FIRST.index(rule) if rule in _FIRST else len(_FIRST)


def _container_text(container: Any) -> str:
    """Return a list or a map of scalars as AWS's messages repeat it: `[a, b]`, `{a=1, b=2}`."""
    if isinstance(container, dict):
        return f"{{{', '.join(f'{key}={value}' for key, value in container.items())}}}"
    return f"[{', '.join('null' if entry is None else str(entry) for entry in container)}]"


def _violation(detail: ErrorDetails, patterns: Mapping[str, str]) -> Violation:
    limits = detail.get("ctx", {})
    limit = next((limits[name] for name in _LIMIT_NAMES if name in limits), None)
    # A null is an absent member, to AWS as to the shapes.
    rule = "required" if detail["input"] is None else _RULES.get(detail["type"], "type")
    return Violation(detail["loc"], rule, detail["input"], patterns.get(str(limit), limit))
