"""Every refusal of the domain becomes an error that AWS's model of the operation declares.

The wire tests assert the same for every reply that they receive (tests/support/reply_checks.py). These tests cover the
errors that no wire test provokes.
"""

import inspect
import itertools
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from artifact_emulator.aws import errors as aws_errors
from artifact_emulator.aws.errors import ROWS_BY_SERVICE, error_of
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
from artifact_state.principals import root_user
from tests.support.aws_models import SERVICES, model, protocol_of
from tests.support.refusal_analysis import NO_REFUSALS, REFUSALS_BY_NAME, Place, documented_in, functions, raised_in
from tests.support.reply_checks import COMMON_ERRORS, EXCEPTIONS, UNLISTED_VALUES

REFUSALS = [refusal for refusal in REFUSALS_BY_NAME.values() if not refusal.__subclasses__()]
CALLER = root_user("111122223333")
HANDLERS = [
    (service, operation, Place(handler.__module__, handler.__name__))
    for service in SERVICES
    for operation, handler in sorted(handlers(service).items())
]
every_handler = pytest.mark.parametrize(
    ("service", "operation", "handler"), HANDLERS, ids=[f"{service}-{operation}" for service, operation, _ in HANDLERS]
)
every_refusal = pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.__name__)
# Loading a scenario applies many rules and reports their refusals as errors of the scenario.
REPORTED_OTHERWISE = "artifact_state.scenarios."
RULES = [
    place
    for place in functions("artifact_state.")
    if not place.name.startswith("_") and not place.module.startswith(REPORTED_OTHERWISE)
]


def samples(refusal: type[Refused]) -> Iterator[Refused]:
    """Create a refusal with every combination of the enumerated arguments of its constructor."""
    choices: dict[str, Any] = {}
    has_arguments = refusal.__init__ is not Exception.__init__
    for name, parameter in inspect.signature(refusal).parameters.items() if has_arguments else ():
        kind = parameter.annotation
        choices[name] = list(kind) if issubclass(kind, Enum) else {bool: [True, False], str: ["name"], int: [1]}[kind]
    constructor: Any = refusal
    for values in itertools.product(*choices.values()):
        yield constructor(**dict(zip(choices, values, strict=True)))


def errors_for(service: str, refusal: type[Refused]) -> list[AwsError]:
    """Return the errors that a service returns for a refusal."""
    return [error_of(bindings(service), sample, CALLER) for sample in samples(refusal)]


def raised_by_handlers(service: str) -> frozenset[type[Refused]]:
    """Return the refusals that the handlers of a service can raise."""
    return NO_REFUSALS.union(*(raised_in(handler) for owner, _, handler in HANDLERS if owner == service))


class TestEveryHandler:
    """The refusals that the rules of an operation can raise."""

    @every_handler
    def test_handler_errors_are_declared_in_model(self, service: str, operation: str, handler: Place) -> None:
        """Every refusal becomes an error of the operation, or one that every operation can return."""
        service_model = bindings(service)
        shapes = service_model.operations[operation].errors
        declared = {service_model.errors[shape].code for shape in shapes}
        allowed = (
            declared | COMMON_ERRORS[protocol_of(service)].keys() | EXCEPTIONS.get((service, operation), {}).keys()
        )
        undeclared = {
            (refusal.__name__, error.code)
            for refusal in raised_in(handler)
            for error in errors_for(service, refusal)
            if error.code not in allowed
        }
        assert undeclared == set()

    def test_analysis_follows_calls_across_modules(self) -> None:
        """The analysis finds the refusals of a handler through three modules, and through a method of its context."""
        enable = Place("artifact_emulator.services.organizations.trusted_access", "enable_aws_service_access")
        assert {refusal.__name__ for refusal in raised_in(enable)} == {
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
    def test_refusal_has_an_error(self, refusal: type[Refused]) -> None:
        """Some service has an error for it; without one it would become a 500."""
        assert [service for service in SERVICES if refusal in ROWS_BY_SERVICE[service]]

    @every_refusal
    def test_refusal_is_provoked_by_a_state_test(self, refusal: type[Refused]) -> None:
        """A test of the domain provokes it and asserts that the state stays the same object."""
        texts = [path.read_text() for path in (Path(__file__).parents[1] / "state").glob("test_*.py")]
        assert any(refusal.__name__ in text for text in texts)

    @pytest.mark.parametrize("service", SERVICES)
    def test_tables_have_no_unreachable_rows(self, service: str) -> None:
        """A service has errors only for refusals that its operations can raise."""
        assert ROWS_BY_SERVICE[service].keys() - raised_by_handlers(service) == set()


class TestEveryRow:
    """Each row of the error tables."""

    @pytest.mark.parametrize("service", SERVICES)
    def test_rows_name_shapes_of_the_model(self, service: str) -> None:
        """The shape is in AWS's model or common to the protocol, and the members are those of the shape."""
        for refusal, row in ROWS_BY_SERVICE[service].items():
            for sample in samples(refusal):
                shape, message, *members = row(sample, CALLER)
                assert message
                if shape in bindings(service).errors:
                    assert set(members[0] if members else {}) <= set(bindings(service).errors[shape].members)
                else:
                    code, status = aws_errors.COMMON_ERRORS[shape]
                    assert status == COMMON_ERRORS[protocol_of(service)][code][0]

    @pytest.mark.parametrize(
        ("reasons", "shape"),
        [
            (InputReason, "InvalidInputExceptionReason"),
            (Constraint, "ConstraintViolationExceptionReason"),
            (HandshakeConstraint, "HandshakeConstraintViolationExceptionReason"),
        ],
    )
    def test_reasons_are_those_of_the_model(self, reasons: type[Enum], shape: str) -> None:
        """Each reason is one of AWS's model, or one that AWS was recorded to give."""
        known = {*model("organizations").shape_for(shape).enum, *UNLISTED_VALUES.get(shape, ())}
        assert {reason.value for reason in reasons} <= known

    @pytest.mark.parametrize("refusal", [InvalidInput, ConstraintViolated, HandshakeConstraintViolated])
    def test_reason_is_a_member_of_the_error(self, refusal: type[Refused]) -> None:
        """The error has the reason as a member."""
        for sample, error in zip(samples(refusal), errors_for("organizations", refusal), strict=True):
            assert error.members == {"Reason": sample.reason.value}  # type: ignore[attr-defined] # All three have it.

    def test_artifact_validation_errors_have_reason_and_fields(self) -> None:
        """A ValidationException has one of AWS's reasons and lists the invalid members."""
        reasons = model("artifact").shape_for("ValidationExceptionReason").enum
        errors = [error for refusal in ROWS_BY_SERVICE["artifact"] for error in errors_for("artifact", refusal)]
        validation = [error for error in errors if error.code == "ValidationException"]
        assert validation
        assert {error.members["reason"] for error in validation} <= set(reasons)
        assert all(error.members["fieldList"] for error in validation)


class TestEveryRule:
    """Each public function of the domain."""

    @pytest.mark.parametrize("rule", RULES, ids=str)
    def test_docstring_names_raised_refusals(self, rule: Place) -> None:
        """The docstring names exactly the refusals that the function can raise."""
        assert documented_in(rule) == raised_in(rule)
