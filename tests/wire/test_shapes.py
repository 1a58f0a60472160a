"""Prove, for every member of every request of all four services, that the shapes keep what AWS's models say.

The models are read through botocore here, and patterns through the `regex` package: neither the generator nor
pydantic's engine has a say in what is expected.
"""

import base64
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import regex
from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape
from pydantic_core import ValidationError

import artifact_emulator
from artifact_emulator.aws.shape import Matching, UnionShape
from artifact_emulator.aws.shape import Shape as Request

SERVICES = ("organizations", "artifact", "sts", "iam", "cloudtrail")
MODELS = Path(artifact_emulator.__file__).parent / "botocore_models"


@cache
def _model(service: str) -> ServiceModel:
    loader = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH, str(MODELS)], include_default_search_paths=False)
    return ServiceModel(loader.load_service_model(service, "service-2"), service)


def _bindings(service: str) -> Any:
    return importlib.import_module(f"artifact_emulator.shapes.{service}.bindings").SERVICE


def _request(service: str, operation: str) -> type[Request]:
    module = importlib.import_module(f"artifact_emulator.shapes.{service}.requests")
    request: type[Request] = getattr(module, f"{operation}Request")
    assert issubclass(request, Request)
    return request


OPERATIONS = [(service, operation) for service in SERVICES for operation in _bindings(service).operations]
every_operation = pytest.mark.parametrize(
    ("service", "operation"), OPERATIONS, ids=[f"{service}-{operation}" for service, operation in OPERATIONS]
)

# A whole match of every pattern, and strings on which regular expression dialects disagree.
EXAMPLES = (
    "o-1234567890/r-ab12",
    "a", "1", "A", "aa", "a@b.co", "123456", "1" * 12, "1" * 16, "AKIA" + "A" * 16, "h-12345678", "p-FullAWSAccess",
    "r-ab12", "ou-ab12-12345678", "o-1234567890", "car-12345678", "rp-1234", "rt-12345678", "v1", "v12.a-b", "/", "/a/",
    "artifact.amazonaws.com", "arn:aws:iam::123456789012:role/some", "arn:aws:organizations::123456789012:x",
    "agreement-" + "a1B2" * 4, "customer-agreement-" + "a1B2" * 4, "report-" + "a1B2" * 4,
    "compliance-inquiry-" + "a1B2" * 4, "agreement-token-" + "a1B2" * 6, "nda-token-" + "a1B2" * 6,
    "0f8fad5b-d9cb-469f-a165-70867728950e",
)  # fmt: skip
FILLERS = ("a", "1", "A", "-", "_", " ", "/", "é", "\u0663", "\u00a0", "\U0001f600")
CHARACTERS = tuple(map(chr, range(0x250))) + tuple(
    "\u0660\u0966\u2003\u2028\u2029\u3000\u4e00\ud7ff\ue000\ufeff\ufffd\uffff\U00010000\U0001d7d8\U0010ffff"
)
# What AWS takes although its model does not admit it: wildcards, as the text of the member has it, but not alone.
TAKEN = {"AttachmentName": r"[*?]*[\w+=,.@-][\w+=,.@*?-]*"}
ODD = ("", "&&", "--", "~~", "[a]", "a-b", "a^b", "a\\b", "a]b", "\\w", "a\tb", "a\x0bb", "a\r\nb")


@cache
def probes() -> tuple[str, ...]:
    """List the strings that are put to every pattern: good ones, the same spoilt at either end, and odd ones."""
    spoilt = [
        spoil.format(example) for example in EXAMPLES for spoil in ("{}\n", "{}!", "x{}", " {}", "\n{}", "{0}|{0}")
    ]
    # A digit, a letter and a space that are one in Unicode only, in every place.
    foreign = [
        f"{example[:at]}{character}{example[at + 1 :]}"
        for example in EXAMPLES
        for at in range(len(example))
        for character in "\u0663é\u00a0"
    ]
    return (*EXAMPLES, *spoilt, *foreign, *CHARACTERS, *ODD)


@cache
def compiled(pattern: str) -> "regex.Pattern[str]":
    """Read a pattern as AWS does, ASCII shorthands and Unicode properties, without the generator's translation."""
    # The one escape of a code point beyond four digits; Java would read U+1000 and a zero.
    pattern = pattern.replace(r"\u10000-\u10FFFF", r"\U00010000-\U0010FFFF")
    if r"\p{" in pattern:
        assert not regex.search(r"\\[dwsDWS]", pattern), f"{pattern} needs both readings"
        return regex.compile(pattern)
    return regex.compile(pattern, regex.ASCII)


def _admits(shape: Shape, text: str) -> bool:
    """Tell whether AWS's model lets a string through."""
    traits = shape.metadata
    if traits.get("enum"):
        return text in traits["enum"]
    if not traits.get("min", 0) <= len(text) <= traits.get("max", len(text)):
        return False
    pattern = TAKEN.get(shape.name, traits.get("pattern"))
    return pattern is None or compiled(pattern).fullmatch(text) is not None


def _strings(shape: Shape) -> Iterator[str]:
    """List strings at, just inside and just outside every bound of a shape, and the probes."""
    traits = shape.metadata
    lengths = {traits[bound] + step for bound in ("min", "max") if bound in traits for step in (-1, 0, 1)}
    for length in sorted(lengths):
        yield from (filler * length for filler in FILLERS if length >= 0)
        for example in EXAMPLES:
            yield _stretched(example, len(example) - 1, length)
            yield _stretched(example, len(example) // 2, length)
    yield from traits.get("enum", ())
    yield from probes()


def _stretched(example: str, at: int, length: int) -> str:
    """Repeat one character of an example until it is as long as asked."""
    return example[:at] + example[at] * (length - len(example) + 1) + example[at + 1 :]


@cache
def _valid_string(service: str, name: str) -> str:
    shape = _model(service).shape_for(name)
    return next(text for text in _strings(shape) if text and _admits(shape, text))


def _valid(service: str, shape: Shape) -> Any:
    """Make the least value that AWS's model lets through."""
    kind = shape.type_name
    if kind == "structure":
        wanted = list(shape.members)[:1] if shape.is_tagged_union else shape.required_members
        return {name: _valid(service, shape.members[name]) for name in wanted}
    if kind == "list":
        return [_valid(service, shape.member)] * shape.metadata.get("min", 1)
    if kind == "map":
        return _valid_map(service, shape, shape.metadata.get("min", 1))
    if kind == "string":
        return _valid_string(service, shape.name)
    if kind in ("integer", "long"):
        return shape.metadata.get("min", 7)
    return {"boolean": True, "timestamp": 1_500_000_000.5, "blob": "YWJj"}[kind]


def _valid_map(service: str, shape: Shape, size: int) -> dict[str, Any]:
    keys = [f"k{number}" for number in range(size)]
    assert all(_admits(shape.key, key) for key in keys)
    return {key: _valid(service, shape.value) for key in keys}


@dataclass(frozen=True)
class Place:
    """Somewhere in a request where a value can be put: the way to it and the shape that it has there."""

    path: tuple[str | int, ...]
    shape: Shape

    def put(self, request: Any, value: Any) -> Any:
        """Give the request with another value in this place."""
        return _put(request, self.path, value)


def _put(into: Any, path: tuple[str | int, ...], value: Any) -> Any:
    if not path:
        return value
    first, *rest = path
    if isinstance(into, list):
        return [_put(into[0], tuple(rest), value)]
    return {**into, first: _put(into[first], tuple(rest), value)}


def _places(shape: Shape, path: tuple[str | int, ...] = ()) -> Iterator[Place]:
    """Walk a request: every member, and every element of every list and map."""
    if path:
        yield Place(path, shape)
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            yield from _places(member, (*path, name))
    elif shape.type_name == "list":
        yield from _places(shape.member, (*path, 0))
    elif shape.type_name == "map":
        yield from _places(shape.value, (*path, "k0"))


def _complete(service: str, shape: Shape, path: tuple[str | int, ...]) -> Any:
    """Make a valid request that reaches down to a place."""
    value = _valid(service, shape)
    if not path:
        return value
    first, rest = path[0], path[1:]
    if shape.type_name == "structure":
        others = {} if shape.is_tagged_union else value
        return {**others, first: _complete(service, shape.members[str(first)], rest)}
    if shape.type_name == "list":
        return [_complete(service, shape.member, rest)]
    return {first: _complete(service, shape.value, rest)}


@dataclass(frozen=True)
class Refusal:
    """Where a request is refused, and why, in pydantic's terms."""

    at: tuple[str | int, ...]
    why: str


def _refusal(request: type[Request], value: Any) -> Refusal | None:
    """Give the first refusal of a request, None when it is accepted."""
    try:
        request.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return Refusal(first["loc"], first["type"])
    return None


class Put:
    """A valid request of one operation with one place in it, to put values there and see what is said."""

    def __init__(self, service: str, operation: OperationModel, place: Place) -> None:
        self.request = _request(service, operation.name)
        self.place = place
        self.complete = _complete(service, operation.input_shape, place.path)

    def accepts(self, value: Any) -> bool:
        """Tell whether a value is accepted here."""
        return self.why(value) is None

    def why(self, value: Any) -> str | None:
        """Tell why a value is refused, None when it is not; a refusal must be of this place and of no other."""
        refusal = _refusal(self.request, self.place.put(self.complete, value))
        if refusal is None:
            return None
        assert refusal.at[: len(self.place.path)] == self.place.path, refusal
        return refusal.why


def _puts(service: str, operation: str, *kinds: str) -> Iterator[tuple[Shape, Put]]:
    model = _model(service).operation_model(operation)
    if model.input_shape is None:
        return
    for place in _places(model.input_shape):
        if place.shape.type_name in kinds:
            yield place.shape, Put(service, model, place)


class TestStrings:
    """Strings are checked by length, pattern and enumeration."""

    @every_operation
    def test_what_the_model_admits(self, service: str, operation: str) -> None:
        """A string is accepted exactly when its length, pattern and enumeration admit it, as a whole."""
        for shape, put in _puts(service, operation, "string"):
            accepted = {text for text in _strings(shape) if put.accepts(text)}
            assert accepted == {text for text in _strings(shape) if _admits(shape, text)}, put.place.path
            assert accepted, f"no example of {shape.name}"

    @every_operation
    def test_bounds(self, service: str, operation: str) -> None:
        """The shortest and the longest string are accepted, unless the pattern is narrower; one more is refused."""
        for shape, put in _puts(service, operation, "string"):
            least, most = shape.metadata.get("min", 0), shape.metadata.get("max")
            if least > 0:
                assert {put.why(filler * (least - 1)) for filler in FILLERS} == {"string_too_short"}, put.place.path
            if most is not None:
                assert {put.why(filler * (most + 1)) for filler in FILLERS} == {"string_too_long"}, put.place.path
            for length in {least, most} - {None}:
                fitting = [filler * length for filler in FILLERS if _admits(shape, filler * length)]
                assert fitting or "pattern" in shape.metadata or "enum" in shape.metadata
                assert all(put.accepts(text) for text in fitting), (put.place.path, length)

    @every_operation
    def test_other_types(self, service: str, operation: str) -> None:
        """Nothing but text is a string: no number, boolean, bytes, list or object; nor half a character."""
        for shape, put in _puts(service, operation, "string"):
            for value in (7, 1.5, True, b"a", ["a"], {"a": "a"}):
                assert not put.accepts(value), (put.place.path, value)
            if {"min", "max", "pattern", "enum"} & set(shape.metadata):
                assert not put.accepts("a" * shape.metadata.get("min", 0) + "\ud800"), put.place.path


class TestNumbersAndBooleans:
    """Numbers are checked by range, and nothing is converted."""

    @every_operation
    def test_bounds(self, service: str, operation: str) -> None:
        """The least and the greatest number are accepted; the ones beyond are refused."""
        for shape, put in _puts(service, operation, "integer", "long"):
            least, most = shape.metadata.get("min"), shape.metadata.get("max")
            assert put.accepts(7 if least is None else least), put.place.path
            assert most is None or put.accepts(most), put.place.path
            assert least is None or not put.accepts(least - 1), put.place.path
            assert most is None or not put.accepts(most + 1), put.place.path

    @every_operation
    def test_other_types(self, service: str, operation: str) -> None:
        """A number is no text, float or boolean; a boolean is no text or number."""
        for _, put in _puts(service, operation, "integer", "long"):
            for value in ("900", 900.0, True, [900]):
                assert not put.accepts(value), (put.place.path, value)
        for _, put in _puts(service, operation, "boolean"):
            assert put.accepts(True)
            assert put.accepts(False)
            for value in ("true", 1, 0):
                assert not put.accepts(value), (put.place.path, value)


class TestTimestampsAndBlobs:
    """Timestamps and blobs arrive as JSON has them and leave as Python has them."""

    @every_operation
    def test_what_is_accepted(self, service: str, operation: str) -> None:
        """Seconds and ISO 8601 are instants, base64 is bytes; anything else is refused."""
        for _, put in _puts(service, operation, "timestamp"):
            assert all(map(put.accepts, (0, 1_500_000_000.5, "2026-11-23T00:00:00Z", datetime.now(UTC))))
            assert not any(map(put.accepts, ("yesterday", True, float("inf"), [], {})))
        for _, put in _puts(service, operation, "blob"):
            assert all(map(put.accepts, ("", base64.b64encode(bytes(range(256))).decode(), b"\xff")))
            assert not any(map(put.accepts, ("*", "YWJ", "é", 7, [])))


class TestListsAndMaps:
    """Lists and maps are checked by size and by element."""

    @every_operation
    def test_list_sizes(self, service: str, operation: str) -> None:
        """The smallest and the largest list are accepted; the ones beyond are refused."""
        for shape, put in _puts(service, operation, "list"):
            element = _valid(service, shape.member)
            least, most = shape.metadata.get("min", 0), shape.metadata.get("max", 1000)
            assert put.accepts([element] * least), put.place.path
            assert put.accepts([element] * most), put.place.path
            assert least == 0 or not put.accepts([element] * (least - 1)), put.place.path
            assert "max" not in shape.metadata or not put.accepts([element] * (most + 1)), put.place.path
            for value in ("a", 7, {"a": element}, element):
                assert not put.accepts(value), (put.place.path, value)

    @every_operation
    def test_map_sizes(self, service: str, operation: str) -> None:
        """The smallest and the largest map are accepted, a larger one or one with a bad key is refused."""
        for shape, put in _puts(service, operation, "map"):
            least, most = shape.metadata.get("min", 0), shape.metadata["max"]
            assert put.accepts(_valid_map(service, shape, least)), put.place.path
            assert put.accepts(_valid_map(service, shape, most)), put.place.path
            assert not put.accepts(_valid_map(service, shape, most + 1)), put.place.path
            value = _valid(service, shape.value)
            for text in _strings(shape.key):
                assert put.accepts({text: value}) == _admits(shape.key, text), (put.place.path, text)
            assert not put.accepts([]), put.place.path


class TestStructures:
    """Structures are checked by what they must have, and forgive what they need not."""

    @every_operation
    def test_required_members(self, service: str, operation: str) -> None:
        """A request without a required member is refused there, whatever it is within."""
        shape = _model(service).operation_model(operation).input_shape
        assert (shape is None) or _refusal(_request(service, operation), _valid(service, shape)) is None
        places = [] if shape is None else [Place((), shape), *_places(shape)]
        for place in places:
            if place.shape.type_name != "structure" or place.shape.is_tagged_union:
                continue
            for member in place.shape.required_members:
                complete = _complete(service, shape, (*place.path, member))
                lacking = {name: value for name, value in _at(complete, place.path).items() if name != member}
                where = _refusal(_request(service, operation), place.put(complete, lacking))
                assert where == Refusal((*place.path, member), "missing")

    @every_operation
    def test_absent_members(self, service: str, operation: str) -> None:
        """A member that is not required may be absent or null, which is the same; a required one may not be null."""
        for shape, put in _puts(service, operation, "structure"):
            assert not put.accepts("a"), put.place.path
            assert not put.accepts([]), (put.place.path, shape.name)
        model = _model(service).operation_model(operation)
        if model.input_shape is None:
            return
        for name, member in model.input_shape.members.items():
            put = Put(service, model, Place((name,), member))
            assert put.accepts(None) == (name not in model.input_shape.required_members), name

    @every_operation
    def test_unknown_members(self, service: str, operation: str) -> None:
        """A member that AWS does not have is ignored, and so is a Python name."""
        model = _model(service).operation_model(operation)
        value = _valid(service, model.input_shape) if model.input_shape else {}
        request = _request(service, operation)
        known = request.model_validate(value)
        assert request.model_validate({**value, "NoSuchMember": object()}) == known

    def test_unions(self) -> None:
        """A union has exactly one of its members."""
        unions = [
            (service, put)
            for service, operation in OPERATIONS
            for shape, put in _puts(service, operation, "structure")
            if shape.is_tagged_union
        ]
        assert unions
        for service, put in unions:
            both = {name: _valid(service, member) for name, member in put.place.shape.members.items()}
            assert not put.accepts({})
            assert not put.accepts(both)
            assert all(put.accepts({name: value}) for name, value in both.items())

    def test_unions_of_the_shapes(self) -> None:
        """Nothing but a union counts its members."""
        requests = [importlib.import_module(f"artifact_emulator.shapes.{one}.requests") for one in ("artifact", "iam")]
        classes = [value for one in requests for value in vars(one).values() if isinstance(value, type)]
        unions = {c.__name__ for c in classes if issubclass(c, UnionShape) and c is not UnionShape}
        assert unions == {"InquiryContent", "PolicyIdentifier"}


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


class TestNames:
    """Members have Python's names and AWS's aliases."""

    @every_operation
    def test_aliases(self, service: str, operation: str) -> None:
        """The aliases of a request are the members of AWS's model, in its order."""
        shape = _model(service).operation_model(operation).input_shape
        aliases = [field.alias for field in _request(service, operation).members().values()]
        assert aliases == (list(shape.members) if shape else [])

    @every_operation
    def test_attributes(self, service: str, operation: str) -> None:
        """Attributes are named as botocore names arguments, so that nobody learns two spellings."""
        for name, field in _request(service, operation).members().items():
            assert name == xform_name(str(field.alias))

    def test_acronyms(self) -> None:
        """An acronym is one word."""
        assert "aws_service_name" in _request("iam", "CreateServiceLinkedRole").members()
        assert "iam_user_access_to_billing" in _request("organizations", "CreateAccount").members()
        assert "saml_assertion" in _request("sts", "AssumeRoleWithSAML").members()

    @every_operation
    def test_secrets(self, service: str, operation: str) -> None:
        """A sensitive member is not shown when a request is, and every other is."""
        shape = _model(service).operation_model(operation).input_shape
        for field in _request(service, operation).members().values():
            assert shape is not None
            assert field.sensitive is _is_sensitive(shape.members[field.alias]), field.alias


def _is_sensitive(shape: Shape) -> bool:
    elements = {"list": ("member",), "map": ("key", "value")}.get(shape.type_name, ())
    return bool(shape.metadata.get("sensitive")) or any(_is_sensitive(getattr(shape, part)) for part in elements)


class TestLookAround:
    """Patterns that look around go to Python's engine."""

    def test_matching(self) -> None:
        """The whole string must match, and the refusal is the one of every other pattern."""
        check = Matching("^[a-z]([a-z]|-(?!-)){1,61}[a-z]$")
        assert check("my-alias") == "my-alias"
        for text in ("my--alias", "my-alias\n", "-", ""):
            with pytest.raises(ValueError, match="String should match pattern"):
                check(text)
