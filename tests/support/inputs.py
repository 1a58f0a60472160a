"""Hypothesis strategies for the inputs of AWS's operations, from AWS's models: valid ones, and hostile ones."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import regex
from botocore.model import Shape
from hypothesis import strategies as st
from rpds import HashTrieMap

from artifact_state import catalog
from artifact_state.model import State
from artifact_state.ordered_map import OrderedMap
from artifact_state.record import Record, astuple
from tests.support.aws_models import operation_model, pattern_of

# Text that breaks parsers, formats and patterns. (botocore cannot serialize a lone surrogate.)
HOSTILE = (
    "", " ", "\n", "\x00", "a\x01b", "]]>", "<a>&amp;</a>", "'\"\\", "%00%ff", "\U0001f600", "\ufffe", "\u2028",
    "null", "../..", "a" * 3000, "0", "-1", "*", "arn:aws:iam::123456789012:role/x", "{}", "[]", "${aws:username}",
    "é", "\u0661",
)  # fmt: skip
_INSTANTS = st.integers(0, 2**33).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
# Names of nothing that exists, in the form of every kind of name.
EXAMPLES = (
    "a", "aa", "1", "1" * 12, "a@b.co", "v1", "/", "/a/", "o-1234567890", "o-1234567890/r-ab12", "r-ab12",
    "ou-ab12-12345678", "p-12345678", "h-12345678", "car-12345678", "rp-1234", "rt-12345678", "AKIA" + "A" * 16,
    "arn:aws:iam::aws:policy/Nothing",
    "arn:aws:artifact:us-east-1:111122223333:compliance-inquiry/compliance-inquiry-" + "a1B2" * 4,
    *(f"{kind}-{'a1B2' * 4}" for kind in ("agreement", "customer-agreement", "report", "compliance-inquiry")),
    *(f"{kind}-token-{'a1B2' * 6}" for kind in ("agreement", "nda")), "0f8fad5b-d9cb-469f-a165-70867728950e",
    "2026-11-23", "{}", "https://example.com", "RS256",
)  # fmt: skip
NUMBERS = (-(2**63), -1, 0, 1, 2, 20, 21, 300, 301, 900, 3600, 43200, 2**31, 2**63, 10**30)


def names_in(state: State) -> tuple[str, ...]:
    """Return every string in a state, and the ids and names in the catalog."""
    agreements = [item for partition in ("aws", "aws-us-gov") for item in catalog.agreements(partition)]
    names = {agreement.id for agreement in agreements} | {report.id for report in catalog.reports()}
    names |= {principal for service in catalog.trusted_services() for principal in service.principals}
    names |= {agreement.nda_revision_id for agreement in catalog.agreements("aws")}
    names |= {agreement.revision_id for agreement in catalog.agreements("aws")}
    return tuple(sorted(names | {text for text in _texts(state) if 0 < len(text) < 200}))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Record):
        for member in astuple(value):
            yield from _texts(member)
    elif isinstance(value, dict | HashTrieMap):
        for key, element in value.items():
            yield from _texts(key)
            yield from _texts(element)
    elif isinstance(value, tuple | list | OrderedMap):
        for element in value:
            yield from _texts(element)


def valid_inputs(service: str, operation: str, names: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy for inputs that AWS's model allows."""
    return _inputs(service, operation, names, hostile=False)


def hostile_inputs(service: str, operation: str, names: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy for inputs of the right types, of which some break every other constraint."""
    return _inputs(service, operation, names, hostile=True)


@cache
def _inputs(
    service: str, operation: str, names: tuple[str, ...], *, hostile: bool
) -> st.SearchStrategy[dict[str, Any]]:
    shape = operation_model(service, operation).input_shape
    return st.just({}) if shape is None else _values(shape, names, hostile=hostile)


def _values(shape: Shape, names: tuple[str, ...], *, hostile: bool) -> st.SearchStrategy[Any]:
    kind, traits = shape.type_name, shape.metadata
    if kind == "structure":
        return _structures(shape, names, hostile=hostile)
    if kind == "list":
        minimum, maximum = (0, 4) if hostile else (traits.get("min", 0), min(traits.get("max", 4), 4))
        return st.lists(_values(shape.member, names, hostile=hostile), min_size=minimum, max_size=maximum)
    if kind == "map":
        parts = (_values(part, names, hostile=hostile) for part in (shape.key, shape.value))
        return st.dictionaries(*parts, max_size=3)
    valid = _scalars(shape, names)
    numbers = st.sampled_from(NUMBERS)
    invalid = {"string": st.sampled_from(HOSTILE), "integer": numbers, "long": numbers}
    return valid | invalid[kind] if hostile and kind in invalid else valid


def _structures(shape: Shape, names: tuple[str, ...], *, hostile: bool) -> st.SearchStrategy[dict[str, Any]]:
    members = {name: _values(member, names, hostile=hostile) for name, member in shape.members.items()}
    if shape.is_tagged_union:
        return st.one_of(*(st.fixed_dictionaries({name: value}) for name, value in members.items()))
    required = {name: members.pop(name) for name in shape.required_members}
    valid = st.fixed_dictionaries(required, optional=members)
    # Members of the path are always there, because botocore cannot serialize a request without them.
    locations = {name: member.serialization.get("location") for name, member in shape.members.items()}
    in_path = {name: value for name, value in required.items() if locations[name] == "uri"}
    others = {name: value for name, value in (required | members).items() if name not in in_path}
    return valid | st.fixed_dictionaries(in_path, optional=others) if hostile else valid


def _scalars(shape: Shape, names: tuple[str, ...]) -> st.SearchStrategy[Any]:
    minimum, maximum = shape.metadata.get("min", 0), shape.metadata.get("max", 2**31 - 1)
    if shape.type_name == "string":
        return _strings(shape, names)
    if shape.type_name in ("integer", "long"):
        return st.sampled_from(sorted({minimum, min(minimum + 1, maximum), maximum}))
    return {"boolean": st.booleans(), "timestamp": _INSTANTS, "blob": st.binary(max_size=50)}[shape.type_name]


def _strings(shape: Shape, names: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Return a strategy for strings that a shape allows, most of them names of something that exists."""
    traits = shape.metadata
    if traits.get("enum"):
        return st.sampled_from(traits["enum"])
    minimum, maximum = traits.get("min", 0), min(traits.get("max", 200), 200)
    pattern = pattern_of(traits["pattern"]) if "pattern" in traits else regex.compile("(?s).*")
    allowed = [name for name in names if minimum <= len(name) <= maximum and pattern.fullmatch(name)]
    if not allowed:
        examples = (*EXAMPLES, "a" * minimum, "1" * minimum)
        allowed = [text for text in examples if minimum <= len(text) and pattern.fullmatch(text)]
    assert allowed, f"there is no example of {shape.name}"
    return st.sampled_from(allowed)
