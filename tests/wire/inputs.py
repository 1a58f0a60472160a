"""Inputs of AWS's operations, drawn from AWS's models: legal ones, with ids that a world has, and hostile ones."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
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
from tests.wire.botocore_wire import operation_model, pattern_of

# What breaks parsers, formats and patterns. (No lone surrogate: botocore could not write it.)
HOSTILE = (
    "", " ", "\n", "\x00", "a\x01b", "]]>", "<a>&amp;</a>", "'\"\\", "%00%ff", "\U0001f600", "\ufffe", "\u2028",
    "null", "../..", "a" * 3000, "0", "-1", "*", "arn:aws:iam::123456789012:role/x", "{}", "[]", "${aws:username}",
    "é", "\u0661",
)  # fmt: skip
_INSTANTS = st.integers(0, 2**33).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
# Names of nothing, in the form of everything.
EXAMPLES = (
    "a", "aa", "1", "1" * 12, "a@b.co", "v1", "/", "/a/", "o-1234567890", "o-1234567890/r-ab12", "r-ab12",
    "ou-ab12-12345678", "p-12345678", "h-12345678", "car-12345678", "rp-1234", "rt-12345678", "AKIA" + "A" * 16,
    "arn:aws:iam::aws:policy/Nothing",
    "arn:aws:artifact:us-east-1:111122223333:compliance-inquiry/compliance-inquiry-" + "a1B2" * 4,
    *(f"{kind}-{'a1B2' * 4}" for kind in ("agreement", "customer-agreement", "report", "compliance-inquiry")),
    *(f"{kind}-token-{'a1B2' * 6}" for kind in ("agreement", "nda")), "0f8fad5b-d9cb-469f-a165-70867728950e",
    "2026-11-23", "{}", "https://example.com",
)  # fmt: skip
NUMBERS = (-(2**63), -1, 0, 1, 2, 20, 21, 300, 301, 900, 3600, 43200, 2**31, 2**63, 10**30)


def names_in(state: State) -> tuple[str, ...]:
    """List every text that a world holds, and those of the catalogue that name something."""
    known = {one.id for partition in ("aws", "aws-us-gov") for one in catalog.agreements(partition)}
    known |= {one.id for one in catalog.reports()} | {
        name for one in catalog.trusted_services() for name in one.principals
    }
    known |= {one.nda_revision_id for one in catalog.agreements("aws")}
    known |= {one.revision_id for one in catalog.agreements("aws")}
    return tuple(sorted(known | {text for text in _texts(state) if 0 < len(text) < 200}))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from _texts(getattr(value, one.name))
    elif isinstance(value, dict | HashTrieMap):
        for key, one in value.items():
            yield from _texts(key)
            yield from _texts(one)
    elif isinstance(value, tuple | list | OrderedMap):
        for one in value:
            yield from _texts(one)


def legal(service: str, operation: str, names: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw inputs that AWS's model lets through."""
    return _inputs(service, operation, names, hostile=False)


def any_at_all(service: str, operation: str, names: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw inputs of the right types, of which some are illegal in every other respect."""
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
        fewest, most = (0, 4) if hostile else (traits.get("min", 0), min(traits.get("max", 4), 4))
        return st.lists(_values(shape.member, names, hostile=hostile), min_size=fewest, max_size=most)
    if kind == "map":
        inner = (_values(one, names, hostile=hostile) for one in (shape.key, shape.value))
        return st.dictionaries(*inner, max_size=3)
    within = _scalars(shape, names)
    odd = {"string": st.sampled_from(HOSTILE), "integer": st.sampled_from(NUMBERS), "long": st.sampled_from(NUMBERS)}
    return within | odd[kind] if hostile and kind in odd else within


def _structures(shape: Shape, names: tuple[str, ...], *, hostile: bool) -> st.SearchStrategy[dict[str, Any]]:
    members = {name: _values(one, names, hostile=hostile) for name, one in shape.members.items()}
    if shape.is_tagged_union:
        return st.one_of(*(st.fixed_dictionaries({name: one}) for name, one in members.items()))
    needed = {name: members.pop(name) for name in shape.required_members}
    whole = st.fixed_dictionaries(needed, optional=members)
    # What is part of the path is always there: without it there is no request to send.
    in_path = {name: one for name, one in needed.items() if shape.members[name].serialization.get("location") == "uri"}
    rest = {name: one for name, one in (needed | members).items() if name not in in_path}
    return whole | st.fixed_dictionaries(in_path, optional=rest) if hostile else whole


def _scalars(shape: Shape, names: tuple[str, ...]) -> st.SearchStrategy[Any]:
    least, greatest = shape.metadata.get("min", 0), shape.metadata.get("max", 2**31 - 1)
    if shape.type_name == "string":
        return _texts_of(shape, names)
    if shape.type_name in ("integer", "long"):
        return st.sampled_from(sorted({least, min(least + 1, greatest), greatest}))
    return {"boolean": st.booleans(), "timestamp": _INSTANTS, "blob": st.binary(max_size=50)}[shape.type_name]


def _texts_of(shape: Shape, names: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Draw texts that a shape lets through, most of them names that mean something."""
    traits = shape.metadata
    if traits.get("enum"):
        return st.sampled_from(traits["enum"])
    least, most = traits.get("min", 0), min(traits.get("max", 200), 200)
    pattern = pattern_of(traits["pattern"]) if "pattern" in traits else regex.compile("(?s).*")
    fitting = [name for name in names if least <= len(name) <= most and pattern.fullmatch(name)]
    if not fitting:
        fitting = [
            text for text in (*EXAMPLES, "a" * least, "1" * least) if least <= len(text) and pattern.fullmatch(text)
        ]
    assert fitting, f"no example of {shape.name} is known"
    return st.sampled_from(fitting)
