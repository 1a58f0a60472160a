"""Values to put into every place of every request, and what AWS's models say of them.

The models are read through botocore, and patterns through the package `regex`: neither the generator of the shapes nor
pydantic's engine decides what is expected.
"""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import regex
from botocore.model import OperationModel, Shape
from pydantic_core import ValidationError

from artifact_emulator.aws.shape import Shape as RequestShape
from artifact_emulator.services import bindings, package_of
from tests.support.aws_models import operation_model, pattern_of

# A full match of every pattern, and strings that regular expression dialects treat differently.
EXAMPLES = (
    "o-1234567890/r-ab12",
    "a", "1", "A", "aa", "a@b.co", "123456", "1" * 12, "1" * 16, "AKIA" + "A" * 16, "h-12345678", "p-FullAWSAccess",
    "r-ab12", "ou-ab12-12345678", "o-1234567890", "car-12345678", "rp-1234", "rt-12345678", "v1", "v12.a-b", "/", "/a/",
    "artifact.amazonaws.com", "arn:aws:iam::123456789012:role/some", "arn:aws:organizations::123456789012:x",
    "agreement-" + "a1B2" * 4, "customer-agreement-" + "a1B2" * 4, "report-" + "a1B2" * 4,
    "compliance-inquiry-" + "a1B2" * 4, "agreement-token-" + "a1B2" * 6, "nda-token-" + "a1B2" * 6,
    "0f8fad5b-d9cb-469f-a165-70867728950e", "RS256",
)  # fmt: skip
FILLERS = ("a", "1", "A", "-", "_", " ", "/", "é", "\u0663", "\u00a0", "\U0001f600")
_CHARACTERS = tuple(map(chr, range(0x250))) + tuple(
    "\u0660\u0966\u2003\u2028\u2029\u3000\u4e00\ud7ff\ue000\ufeff\ufffd\uffff\U00010000\U0001d7d8\U0010ffff"
)
_ODD = ("", "&&", "--", "~~", "[a]", "a-b", "a^b", "a\\b", "a]b", "\\w", "a\tb", "a\x0bb", "a\r\nb")


def operations(service: str) -> list[str]:
    """Return the operations of a service that have shapes."""
    return list(bindings(service).operations)


def request_class(service: str, operation: str) -> type[RequestShape]:
    """Return the generated class of an operation's input."""
    module = importlib.import_module(f"artifact_emulator.shapes.{package_of(service)}.requests")
    request: type[RequestShape] = getattr(module, f"{operation}Request")
    assert issubclass(request, RequestShape)
    return request


def allows(shape: Shape, text: str) -> bool:
    """Return whether AWS's model allows a string."""
    traits = shape.metadata
    if traits.get("enum"):
        return text in traits["enum"]
    if not traits.get("min", 0) <= len(text) <= traits.get("max", len(text)):
        return False
    pattern = traits.get("pattern")
    return pattern is None or _compiled(pattern).fullmatch(text) is not None


def strings_for(shape: Shape) -> Iterator[str]:
    """Yield strings at, just inside and just outside each limit of a shape, its enumeration, and the probes."""
    traits = shape.metadata
    lengths = {traits[limit] + step for limit in ("min", "max") if limit in traits for step in (-1, 0, 1)}
    for length in sorted(lengths):
        yield from (filler * length for filler in FILLERS if length >= 0)
        for example in EXAMPLES:
            yield _stretched(example, len(example) - 1, length)
            yield _stretched(example, len(example) // 2, length)
    yield from traits.get("enum", ())
    yield from _probes()


def valid_value(shape: Shape) -> Any:
    """Return the smallest value that AWS's model allows."""
    kind = shape.type_name
    if kind == "structure":
        names = list(shape.members)[:1] if shape.is_tagged_union else shape.required_members
        return {name: valid_value(shape.members[name]) for name in names}
    if kind == "list":
        return [valid_value(shape.member)] * shape.metadata.get("min", 1)
    if kind == "map":
        return valid_map(shape, shape.metadata.get("min", 1))
    if kind == "string":
        return _valid_string(shape)
    if kind in ("integer", "long"):
        return shape.metadata.get("min", 7)
    return {"boolean": True, "timestamp": 1_500_000_000.5, "blob": "YWJj"}[kind]


def valid_map(shape: Shape, size: int) -> dict[str, Any]:
    """Return a map of a size with valid keys and values."""
    keys = [f"k{number}" for number in range(size)]
    assert all(allows(shape.key, key) for key in keys)
    return {key: valid_value(shape.value) for key in keys}


@dataclass(frozen=True)
class Place:
    """A place in a request: its path and its shape."""

    path: tuple[str | int, ...]
    shape: Shape

    def put(self, request: Any, value: Any) -> Any:
        """Return a request with another value in this place."""
        return _put(request, self.path, value)


def places(shape: Shape, path: tuple[str | int, ...] = ()) -> Iterator[Place]:
    """Yield the places of a request: every member, and an element of every list and map."""
    if path:
        yield Place(path, shape)
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            yield from places(member, (*path, name))
    elif shape.type_name == "list":
        yield from places(shape.member, (*path, 0))
    elif shape.type_name == "map":
        yield from places(shape.value, (*path, "k0"))


def complete_request(shape: Shape, path: tuple[str | int, ...]) -> Any:
    """Return a valid request that has a value at a path."""
    value = valid_value(shape)
    if not path:
        return value
    first, rest = path[0], path[1:]
    if shape.type_name == "structure":
        others = {} if shape.is_tagged_union else value
        return {**others, first: complete_request(shape.members[str(first)], rest)}
    if shape.type_name == "list":
        return [complete_request(shape.member, rest)]
    return {first: complete_request(shape.value, rest)}


@dataclass(frozen=True)
class Refusal:
    """The path at which a request is refused, and the reason in pydantic's terms."""

    path: tuple[str | int, ...]
    reason: str


def refusal_of(request: type[RequestShape], value: Any) -> Refusal | None:
    """Return the first refusal of a request, or None if it is accepted."""
    try:
        request.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return Refusal(first["loc"], first["type"])
    return None


class Probe:
    """A valid request of an operation with one place into which values are put."""

    def __init__(self, service: str, operation: OperationModel, place: Place) -> None:
        self.request = request_class(service, operation.name)
        self.place = place
        self.name = f"{operation.name} {place.path}"
        self.complete = complete_request(operation.input_shape, place.path)

    def accepts(self, value: Any) -> bool:
        """Return whether a value is accepted in the place."""
        return self.reason(value) is None

    def reason(self, value: Any) -> str | None:
        """Return why a value is refused, or None; the refusal must concern the place and no other."""
        refusal = refusal_of(self.request, self.place.put(self.complete, value))
        if refusal is None:
            return None
        assert refusal.path[: len(self.place.path)] == self.place.path, (self.name, refusal)
        return refusal.reason


def probes_of(service: str, *kinds: str) -> Iterator[tuple[Shape, Probe]]:
    """Yield a probe for each place of some kinds in the requests of a service, with the shape of the place."""
    for operation in operations(service):
        model = operation_model(service, operation)
        for place in places(model.input_shape) if model.input_shape else ():
            if place.shape.type_name in kinds:
                yield place.shape, Probe(service, model, place)


@cache
def _probes() -> tuple[str, ...]:
    """Return the strings that are tried with every shape: valid ones, the same altered, and odd ones."""
    altered = [
        form.format(example) for example in EXAMPLES for form in ("{}\n", "{}!", "x{}", " {}", "\n{}", "{0}|{0}")
    ]
    # A digit, a letter and a space of Unicode, but not of ASCII, in every position.
    foreign = [
        f"{example[:index]}{character}{example[index + 1 :]}"
        for example in EXAMPLES
        for index in range(len(example))
        for character in "\u0663é\u00a0"
    ]
    return (*EXAMPLES, *altered, *foreign, *_CHARACTERS, *_ODD)


@cache
def _compiled(pattern: str) -> "regex.Pattern[str]":
    """Compile a pattern with AWS's meaning: ASCII shorthands and Unicode properties."""
    if r"\p{" in pattern:
        assert not regex.search(r"\\[dwsDWS]", pattern), f"{pattern} needs both meanings"
        return pattern_of(pattern)
    return regex.compile(pattern_of(pattern).pattern, regex.ASCII)


def _stretched(example: str, index: int, length: int) -> str:
    """Return an example of a length, with one character repeated."""
    return example[:index] + example[index] * (length - len(example) + 1) + example[index + 1 :]


_VALID_STRINGS: dict[str, str] = {}


def _valid_string(shape: Shape) -> str:
    key = f"{shape.name} {shape.metadata}"
    if key not in _VALID_STRINGS:
        _VALID_STRINGS[key] = next(text for text in strings_for(shape) if text and allows(shape, text))
    return _VALID_STRINGS[key]


def _put(target: Any, path: tuple[str | int, ...], value: Any) -> Any:
    if not path:
        return value
    first, *rest = path
    if isinstance(target, list):
        return [_put(target[0], tuple(rest), value)]
    return {**target, first: _put(target[first], tuple(rest), value)}
