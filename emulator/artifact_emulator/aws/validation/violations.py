"""What of a request is not as its shape has it: of each member, the rules that it breaks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Literal

from pydantic_core import ErrorDetails, ValidationError

from artifact_emulator.aws.shape import Shape
from artifact_emulator.aws.validation.constraints import Constraint, Limit, Place, broken, constraints_at, place_at

Rule = Limit | Place | Literal["required", "type"]
"""What is broken; of items, keys and values it is by one of them, and its limit is all that they are held to."""
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


@dataclass(frozen=True, slots=True)
class Violation:
    """One member that breaks one rule of its shape."""

    path: tuple[str | int, ...]
    rule: Rule
    value: Any
    limit: Any = None

    @property
    def member(self) -> str:
        """The path as AWS writes it: `tags.1.member.key`."""
        return ".".join(f"{step + 1}.member" if isinstance(step, int) else step for step in self.path)


def violations_of(error: ValidationError, patterns: Mapping[str, str]) -> list[Violation]:
    """Tell which rules an input breaks, of each value the first, a missing or mistyped member before others.

    `patterns` has AWS's spelling of the patterns that are checked.
    """
    found = [_violation(detail, patterns) for detail in error.errors(include_url=False)]
    return sorted(found, key=lambda one: _FIRST.index(one.rule) if one.rule in _FIRST else len(_FIRST))


def told_whole(
    violations: Sequence[Violation], shape: type[Shape], members: Any, patterns: Mapping[str, str]
) -> list[Violation]:
    """Tell all that a string breaks, and of what is in a list or a map all that it is held to.

    Seen in AWS's answers: https://docs.aws.amazon.com/singlesignon/latest/userguide/scim-logging-using-cloudtrail.html#scim-cloudtrail-common-errors
    and of lists and maps https://github.com/cloud-custodian/cloud-custodian/issues/2520
    """
    return list(_whole(violations, shape.schema(), members, patterns))


def _whole(
    violations: Sequence[Violation], schema: Any, members: Any, patterns: Mapping[str, str]
) -> Iterator[Violation]:
    told = set()
    for one in violations:
        held = [] if one.rule in _FIRST else constraints_at(schema, one.path)
        within = place_at(schema, one.path) if held else None
        if within is not None:
            if within not in told:
                told.add(within)
                path, place = within
                container = reduce(lambda value, step: value[step], path, members)
                limit = tuple(Constraint(limit, patterns.get(str(value), value)) for limit, value in held)
                yield Violation(path, place, _written(container), limit)
        elif isinstance(one.value, str) and one.rule in ("pattern", "min_length", "max_length"):
            for rule, value in broken(held, one.value):
                yield Violation(one.path, rule, one.value, patterns.get(str(value), value))
        else:
            yield one


def _written(container: Any) -> str:
    """Write a list or a map of scalars as AWS's messages repeat them: `[a, b]`, `{a=1, b=2}`."""
    if isinstance(container, dict):
        return f"{{{', '.join(f'{key}={value}' for key, value in container.items())}}}"
    return f"[{', '.join(map(str, container))}]"


def _violation(detail: ErrorDetails, patterns: Mapping[str, str]) -> Violation:
    limits = detail.get("ctx", {})
    limit = next(
        (limits[key] for key in ("pattern", "expected", "min_length", "max_length", "ge", "le") if key in limits), None
    )
    # A null is an absent member, to AWS as to the shapes.
    rule = "required" if detail["input"] is None else _RULES.get(detail["type"], "type")
    return Violation(detail["loc"], rule, detail["input"], patterns.get(str(limit), limit))
