"""Every refusal of the domain is worded as an error that AWS's model of the operation declares.

The wire's tests assert the same of every answer that they see (tests/wire/botocore_wire.py); this is for those that no
test happens to provoke.
"""

import inspect
import itertools
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from artifact_emulator.aws.errors import COMMON, TABLES, error_of
from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.services import bindings, handlers
from artifact_state.errors import (
    Constraint,
    ConstraintViolated,
    HandshakeConstraint,
    HandshakeConstraintViolated,
    InputReason,
    InvalidInput,
    Refused,
)
from artifact_state.principals import root_of
from tests.architecture.refusals import KNOWN, NOTHING, Place, functions, promised_in, raised_in
from tests.wire.botocore_wire import COMMON_ERRORS, EXCEPTIONS, SERVICES, model, protocol_of

REFUSALS = [one for one in KNOWN.values() if not one.__subclasses__()]
CALLER = root_of("111122223333")
HANDLERS = [
    (service, operation, Place(handler.__module__, handler.__name__))
    for service in SERVICES
    for operation, handler in sorted(handlers(service).items())
]
every_handler = pytest.mark.parametrize(
    ("service", "operation", "handler"), HANDLERS, ids=[f"{service}-{operation}" for service, operation, _ in HANDLERS]
)
every_refusal = pytest.mark.parametrize("refusal", REFUSALS, ids=lambda one: one.__name__)
# A scenario is made by many rules, and what they refuse is told as an error of the scenario.
WORDED_ANEW = "artifact_state.scenarios."
RULES = [
    place
    for place in functions("artifact_state.")
    if not place.name.startswith("_") and not place.module.startswith(WORDED_ANEW)
]


def samples(refusal: type[Refused]) -> Iterator[Refused]:
    """Make a refusal of each kind that its constructor allows."""
    choices: dict[str, Any] = {}
    own = refusal.__init__ is not Exception.__init__
    for name, parameter in inspect.signature(refusal).parameters.items() if own else ():
        kind = parameter.annotation
        choices[name] = list(kind) if issubclass(kind, Enum) else {bool: [True, False], str: ["name"], int: [1]}[kind]
    constructor: Any = refusal
    for values in itertools.product(*choices.values()):
        yield constructor(**dict(zip(choices, values, strict=True)))


def worded(service: str, refusal: type[Refused]) -> list[AwsError]:
    """Give the errors with which a service words a refusal."""
    return [error_of(bindings(service), one, CALLER) for one in samples(refusal)]


def raised_by_handlers(service: str) -> frozenset[type[Refused]]:
    """Tell all that the handlers of a service can raise."""
    return NOTHING.union(*(raised_in(handler) for of, _, handler in HANDLERS if of == service))


class TestEveryHandler:
    """Each operation, and what its rules can refuse."""

    @every_handler
    def test_refuses_as_its_model_declares(self, service: str, operation: str, handler: Place) -> None:
        """Whatever a rule refuses becomes an error of the operation, or one that every operation may give."""
        found = bindings(service)
        declared = {found.errors[shape].code for shape in found.operations[operation].errors}
        allowed = (
            declared | COMMON_ERRORS[protocol_of(service)].keys() | EXCEPTIONS.get((service, operation), {}).keys()
        )
        undeclared = {
            (refusal.__name__, failure.code)
            for refusal in raised_in(handler)
            for failure in worded(service, refusal)
            if failure.code not in allowed
        }
        assert undeclared == set()

    def test_is_read_with_what_it_calls(self) -> None:
        """The reading of the source finds what a handler refuses through three modules and a page's token."""
        enable = Place("artifact_emulator.services.organizations.trusted_access", "enable_aws_service_access")
        assert {one.__name__ for one in raised_in(enable)} == {
            "NotInOrganization",
            "WrongAccount",
            "InvalidInput",
            "ConstraintViolated",
        }
        listing = Place("artifact_emulator.services.artifact.reports", "list_reports")
        assert raised_in(listing) == {InvalidInput}


class TestEveryRefusal:
    """Each refusal of the domain."""

    @every_refusal
    def test_has_words(self, refusal: type[Refused]) -> None:
        """Some service words it, or it could only become a 500."""
        assert [service for service in SERVICES if refusal in TABLES[service]]

    @every_refusal
    def test_is_provoked(self, refusal: type[Refused]) -> None:
        """A test of the domain provokes it, and asserts that the state is the same object."""
        texts = [path.read_text() for path in (Path(__file__).parents[1] / "state").glob("test_*.py")]
        assert any(refusal.__name__ in text for text in texts)

    @pytest.mark.parametrize("service", SERVICES)
    def test_has_no_words_in_vain(self, service: str) -> None:
        """A service words only what its operations can refuse."""
        assert TABLES[service].keys() - raised_by_handlers(service) == set()


class TestEveryRow:
    """Each row of the tables."""

    @pytest.mark.parametrize("service", SERVICES)
    def test_names_an_error_that_aws_has(self, service: str) -> None:
        """The shape is in AWS's model, or common to the protocol, and the members are the shape's."""
        for refusal, row in TABLES[service].items():
            for one in samples(refusal):
                shape, message, *members = row(one, CALLER)
                assert message
                if shape in bindings(service).errors:
                    known = bindings(service).errors[shape].members
                    assert set(members[0] if members else {}) <= set(known)
                else:
                    assert COMMON[shape][1] == COMMON_ERRORS[protocol_of(service)][COMMON[shape][0]][0]

    @pytest.mark.parametrize(
        ("reasons", "shape"),
        [
            (InputReason, "InvalidInputExceptionReason"),
            (Constraint, "ConstraintViolationExceptionReason"),
            (HandshakeConstraint, "HandshakeConstraintViolationExceptionReason"),
        ],
    )
    def test_has_reasons_that_aws_has(self, reasons: type[Enum], shape: str) -> None:
        """Each reason is spelt as AWS's model spells it."""
        assert {one.value for one in reasons} <= set(model("organizations").shape_for(shape).enum)

    @pytest.mark.parametrize("refusal", [InvalidInput, ConstraintViolated, HandshakeConstraintViolated])
    def test_tells_the_reason(self, refusal: type[Refused]) -> None:
        """The reason travels beside the message."""
        for one, failure in zip(samples(refusal), worded("organizations", refusal), strict=True):
            assert failure.members == {"Reason": one.reason.value}  # type: ignore[attr-defined] # All three have it.

    def test_gives_artifact_a_reason_that_it_has(self) -> None:
        """A ValidationException has a reason of AWS's, and names the members."""
        known = model("artifact").shape_for("ValidationExceptionReason").enum
        failures = [one for refusal in TABLES["artifact"] for one in worded("artifact", refusal)]
        validation = [one for one in failures if one.code == "ValidationException"]
        assert validation
        assert {one.members["reason"] for one in validation} <= set(known)
        assert all(one.members["fieldList"] for one in validation)


class TestEveryRule:
    """Each public function of the domain."""

    @pytest.mark.parametrize("rule", RULES, ids=str)
    def test_says_what_it_raises(self, rule: Place) -> None:
        """The docstring names every refusal that the function can raise, and no other."""
        assert promised_in(rule) == raised_in(rule)
