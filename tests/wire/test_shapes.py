"""The generated shapes: for every member of every request, they accept exactly what AWS's models allow."""

import base64
import importlib
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore import xform_name
from botocore.model import Shape

from artifact_emulator.aws.shape import Matching, UnionShape
from tests.support.aws_models import SERVICES, operation_model
from tests.support.shape_probes import (
    FILLERS,
    Place,
    Probe,
    Refusal,
    allows,
    complete_request,
    operations,
    places,
    probes_of,
    refusal_of,
    request_class,
    strings_for,
    valid_map,
    valid_value,
)

every_service = pytest.mark.parametrize("service", SERVICES)


class TestStrings:
    """Strings are checked by length, pattern and enumeration."""

    @every_service
    def test_string_is_accepted_if_the_model_allows_it(self, service: str) -> None:
        """A string is accepted exactly if its length, pattern and enumeration allow the whole of it."""
        for shape, probe in probes_of(service, "string"):
            accepted = {text for text in strings_for(shape) if probe.accepts(text)}
            assert accepted == {text for text in strings_for(shape) if allows(shape, text)}, probe.name
            assert accepted, f"no example of {shape.name}"

    @every_service
    def test_string_length_is_limited(self, service: str) -> None:
        """The shortest and the longest string are accepted unless the pattern is narrower; beyond, they are refused."""
        for shape, probe in probes_of(service, "string"):
            minimum, maximum = shape.metadata.get("min", 0), shape.metadata.get("max")
            if minimum > 0:
                assert {probe.reason(filler * (minimum - 1)) for filler in FILLERS} == {"string_too_short"}, probe.name
            if maximum is not None:
                assert {probe.reason(filler * (maximum + 1)) for filler in FILLERS} == {"string_too_long"}, probe.name
            for length in {minimum, maximum} - {None}:
                allowed = [filler * length for filler in FILLERS if allows(shape, filler * length)]
                assert allowed or "pattern" in shape.metadata or "enum" in shape.metadata
                assert all(probe.accepts(text) for text in allowed), (probe.name, length)

    @every_service
    def test_other_types_are_not_strings(self, service: str) -> None:
        """A number, boolean, bytes, list or object is not a string, nor is a lone surrogate."""
        for shape, probe in probes_of(service, "string"):
            for value in (7, 1.5, True, b"a", ["a"], {"a": "a"}):
                assert not probe.accepts(value), (probe.name, value)
            if {"min", "max", "pattern", "enum"} & set(shape.metadata):
                assert not probe.accepts("a" * shape.metadata.get("min", 0) + "\ud800"), probe.name


class TestNumbersAndBooleans:
    """Numbers are checked by range, and no value is converted."""

    @every_service
    def test_number_is_limited(self, service: str) -> None:
        """The smallest and the largest number are accepted, and the numbers beyond are refused."""
        for shape, probe in probes_of(service, "integer", "long"):
            minimum, maximum = shape.metadata.get("min"), shape.metadata.get("max")
            assert probe.accepts(7 if minimum is None else minimum), probe.name
            assert maximum is None or probe.accepts(maximum), probe.name
            assert minimum is None or not probe.accepts(minimum - 1), probe.name
            assert maximum is None or not probe.accepts(maximum + 1), probe.name

    @every_service
    def test_other_types_are_neither_numbers_nor_booleans(self, service: str) -> None:
        """A string, float or boolean is not a number; a string or number is not a boolean."""
        for _, probe in probes_of(service, "integer", "long"):
            for value in ("900", 900.0, True, [900]):
                assert not probe.accepts(value), (probe.name, value)
        for _, probe in probes_of(service, "boolean"):
            assert probe.accepts(True)
            assert probe.accepts(False)
            for value in ("true", 1, 0):
                assert not probe.accepts(value), (probe.name, value)


class TestTimestampsAndBlobs:
    """Timestamps and blobs are converted from JSON."""

    @every_service
    def test_timestamps_and_blobs_have_their_formats(self, service: str) -> None:
        """Seconds and ISO 8601 text are timestamps, base64 text is a blob; other values are refused."""
        for _, probe in probes_of(service, "timestamp"):
            assert all(map(probe.accepts, (0, 1_500_000_000.5, "2026-11-23T00:00:00Z", datetime.now(UTC)))), probe.name
            assert not any(map(probe.accepts, ("yesterday", True, float("inf"), [], {}))), probe.name
        for _, probe in probes_of(service, "blob"):
            assert all(map(probe.accepts, ("", base64.b64encode(bytes(range(256))).decode(), b"\xff"))), probe.name
            assert not any(map(probe.accepts, ("*", "YWJ", "é", 7, []))), probe.name


class TestListsAndMaps:
    """Lists and maps are checked by size and by element."""

    @every_service
    def test_list_size_is_limited(self, service: str) -> None:
        """The smallest and the largest list are accepted, and lists beyond are refused."""
        for shape, probe in probes_of(service, "list"):
            element = valid_value(shape.member)
            minimum, maximum = shape.metadata.get("min", 0), shape.metadata.get("max", 1000)
            assert probe.accepts([element] * minimum), probe.name
            assert probe.accepts([element] * maximum), probe.name
            assert minimum == 0 or not probe.accepts([element] * (minimum - 1)), probe.name
            assert "max" not in shape.metadata or not probe.accepts([element] * (maximum + 1)), probe.name
            for value in ("a", 7, {"a": element}, element):
                assert not probe.accepts(value), (probe.name, value)

    @every_service
    def test_map_size_and_keys_are_limited(self, service: str) -> None:
        """The smallest and the largest map are accepted; a larger map and an invalid key are refused."""
        for shape, probe in probes_of(service, "map"):
            minimum, maximum = shape.metadata.get("min", 0), shape.metadata.get("max", 50)
            assert probe.accepts(valid_map(shape, minimum)), probe.name
            assert probe.accepts(valid_map(shape, maximum)), probe.name
            assert "max" not in shape.metadata or not probe.accepts(valid_map(shape, maximum + 1)), probe.name
            value = valid_value(shape.value)
            for text in strings_for(shape.key):
                assert probe.accepts({text: value}) == allows(shape.key, text), (probe.name, text)
            assert not probe.accepts([]), probe.name


class TestStructures:
    """Structures are checked for their required members; unknown members are ignored."""

    @every_service
    def test_missing_required_member_is_refused(self, service: str) -> None:
        """A request without a required member is refused at that member, at any depth."""
        for operation in operations(service):
            request, shape = request_class(service, operation), operation_model(service, operation).input_shape
            assert shape is None or refusal_of(request, valid_value(shape)) is None, operation
            for place in [] if shape is None else [Place((), shape), *places(shape)]:
                if place.shape.type_name != "structure" or place.shape.is_tagged_union:
                    continue
                for member in place.shape.required_members:
                    complete = complete_request(shape, (*place.path, member))
                    members = {name: value for name, value in _at(complete, place.path).items() if name != member}
                    refusal = refusal_of(request, place.put(complete, members))
                    assert refusal == Refusal((*place.path, member), "missing"), operation

    @every_service
    def test_null_is_an_absent_member(self, service: str) -> None:
        """An optional member may be null, which means absent; a required member may not."""
        for shape, probe in probes_of(service, "structure"):
            assert not probe.accepts("a"), probe.name
            assert not probe.accepts([]), (probe.name, shape.name)
        for operation in operations(service):
            model = operation_model(service, operation)
            for name, member in model.input_shape.members.items() if model.input_shape else ():
                probe = Probe(service, model, Place((name,), member))
                assert probe.accepts(None) == (name not in model.input_shape.required_members), probe.name

    @every_service
    def test_unknown_member_is_ignored(self, service: str) -> None:
        """A member that AWS does not have is ignored."""
        for operation in operations(service):
            shape, request = operation_model(service, operation).input_shape, request_class(service, operation)
            value = valid_value(shape) if shape else {}
            assert request.model_validate({**value, "NoSuchMember": object()}) == request.model_validate(value)

    def test_union_has_exactly_one_member(self) -> None:
        """A union without members or with two of them is refused."""
        unions = [
            probe for service in SERVICES for shape, probe in probes_of(service, "structure") if shape.is_tagged_union
        ]
        assert unions
        for probe in unions:
            members = {name: valid_value(member) for name, member in probe.place.shape.members.items()}
            assert not probe.accepts({})
            assert not probe.accepts(members)
            assert all(probe.accepts({name: value}) for name, value in members.items())

    def test_only_unions_are_union_shapes(self) -> None:
        """The unions of AWS's models are generated as unions, and no other structures are."""
        modules = [
            importlib.import_module(f"artifact_emulator.shapes.{service}.requests") for service in ("artifact", "iam")
        ]
        classes = [value for module in modules for value in vars(module).values() if isinstance(value, type)]
        unions = {cls.__name__ for cls in classes if issubclass(cls, UnionShape) and cls is not UnionShape}
        assert unions == {"InquiryContent", "PolicyIdentifier"}


class TestNames:
    """Members have Python's names and AWS's aliases."""

    @every_service
    def test_aliases_are_the_members_of_the_model(self, service: str) -> None:
        """The aliases of a request are the members of AWS's model in its order."""
        for operation in operations(service):
            shape = operation_model(service, operation).input_shape
            aliases = [member.alias for member in request_class(service, operation).members().values()]
            assert aliases == (list(shape.members) if shape else []), operation

    @every_service
    def test_attributes_are_named_as_in_botocore(self, service: str) -> None:
        """Attributes have the names of botocore's arguments."""
        for operation in operations(service):
            for name, member in request_class(service, operation).members().items():
                assert name == xform_name(str(member.alias)), operation

    def test_acronym_is_one_word(self) -> None:
        """An acronym in a member's name is one word."""
        assert "aws_service_name" in request_class("iam", "CreateServiceLinkedRole").members()
        assert "iam_user_access_to_billing" in request_class("organizations", "CreateAccount").members()
        assert "saml_assertion" in request_class("sts", "AssumeRoleWithSAML").members()

    @every_service
    def test_sensitive_members_are_those_of_the_model(self, service: str) -> None:
        """The sensitive members of a request, which its representation omits, are those of AWS's model."""
        for operation in operations(service):
            shape = operation_model(service, operation).input_shape
            for member in request_class(service, operation).members().values():
                assert shape is not None
                assert member.sensitive is _is_sensitive(shape.members[member.alias]), (operation, member.alias)


class TestLookAround:
    """Look-around patterns are checked by Python's engine."""

    def test_look_around_pattern_matches_whole_strings(self) -> None:
        """The whole string must match, and the refusal is that of any other pattern."""
        check = Matching("^[a-z]([a-z]|-(?!-)){1,61}[a-z]$")
        assert check("my-alias") == "my-alias"
        for text in ("my--alias", "my-alias\n", "-", ""):
            with pytest.raises(ValueError, match="String should match pattern"):
                check(text)


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def _is_sensitive(shape: Shape) -> bool:
    parts = {"list": ("member",), "map": ("key", "value")}.get(shape.type_name, ())
    return bool(shape.metadata.get("sensitive")) or any(_is_sensitive(getattr(shape, part)) for part in parts)
