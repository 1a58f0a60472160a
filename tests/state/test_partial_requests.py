"""Decisions on requests of which a part is not known, by example."""

import json
from typing import Any

import pytest

from artifact_state.policy_evaluation.partial import (
    UNKNOWN,
    PartialRequest,
    applicability,
    decide_partial,
    unknown_keys,
)
from artifact_state.policy_evaluation.policies import ApplicablePolicies, PolicyKind
from artifact_state.policy_syntax.policy import EvaluationRequest, NamedPolicy, Statement, parse_policy

OBJECT = f"arn:aws:s3:::mine/{UNKNOWN}"
FULL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def policy(*statements: dict[str, Any]) -> NamedPolicy:
    """Return a policy about S3."""
    content = [{"Action": "s3:*", "Resource": "*"} | statement for statement in statements]
    return NamedPolicy("p", json.dumps({"Version": "2012-10-17", "Statement": content}))


def statement(**elements: Any) -> Statement:
    """Return a Deny statement about S3."""
    return parse_policy(policy({"Effect": "Deny"} | elements).document).statements[0]


def request(resource: str = OBJECT, unknown: tuple[str, ...] = (), **keys: str) -> PartialRequest:
    """Return a request of which a part is not known."""
    values = {f"s3:{key}": (value,) for key, value in keys.items()}
    return PartialRequest(EvaluationRequest("s3:GetObject", resource, values), unknown.__contains__)


class TestResource:
    """Statements about a resource of which a part is not known."""

    @pytest.mark.parametrize(
        ("pattern", "applies"),
        [
            ("*", True),
            ("arn:aws:s3:::*", True),
            ("arn:aws:s3:::mine/*", True),
            ("arn:aws:s3:::mine/a", None),
            ("arn:aws:s3:::mine/?", None),
            ("arn:*:s3:::m?ne/*", None),
            ("arn:aws:s3:::*/a", None),
            ("arn:aws:s3:::mine/a*b", None),
            ("arn:aws:s3:::mine", False),
            ("arn:aws:s3:::other/*", False),
            ("arn:aws:s3:eu-west-1::mine/*", False),
            ("arn:aws:sqs:::mine/*", False),
        ],
    )
    def test_star_covers_the_unknown_part(self, pattern: str, applies: object) -> None:
        """Only a star covers whatever the unknown part is; a text or `?` may, and another beginning cannot."""
        assert applicability(statement(Resource=pattern), request()) is applies

    def test_excluded_resources_are_the_others(self) -> None:
        """NotResource covers what Resource does not, and is as open."""
        for pattern, applies in (
            ("arn:aws:s3:::mine/*", False),
            ("arn:aws:s3:::mine/a", None),
            ("arn:aws:sqs:*", True),
        ):
            excluding = {"Effect": "Deny", "Action": "s3:*", "NotResource": pattern}
            parsed = parse_policy(json.dumps({"Version": "2012-10-17", "Statement": excluding}))
            assert applicability(parsed.statements[0], request()) is applies

    def test_variable_with_unknown_value_may_match(self) -> None:
        """A policy variable whose key is not known may have any value, within what surrounds it."""
        for resource, applies in (("arn:aws:s3:::mine/${s3:a}", None), ("arn:aws:s3:::its/${s3:a}", False)):
            assert applicability(statement(Resource=resource), request(unknown=("s3:a",))) is applies
            assert applicability(statement(Resource=resource), request()) is False


class TestConditions:
    """Statements with conditions on keys that are not known."""

    def test_unknown_key_leaves_the_statement_open(self) -> None:
        """A condition on a key that is not known may be met; one on a known or missing key is decided."""
        limited = statement(Condition={"StringNotEquals": {"s3:a": "x"}})
        assert applicability(limited, request(unknown=("s3:a",))) is None
        assert applicability(limited, request()) is True
        assert applicability(limited, request(a="x", unknown=("s3:a",))) is False
        assert unknown_keys(limited, request(unknown=("s3:a",))) == ("s3:a",)

    def test_unmet_condition_decides_whatever_the_others(self) -> None:
        """A statement one of whose conditions is not met does not apply, whatever is not known."""
        limited = statement(Condition={"StringEquals": {"s3:a": "x", "s3:b": "y"}})
        assert applicability(limited, request(b="n", unknown=("s3:a",))) is False


class TestDecision:
    """The decisions between which the decision is."""

    def test_deny_of_everything_decides(self) -> None:
        """A Deny statement that applies whatever the unknown part is denies the request."""
        policies = ApplicablePolicies(identity=(policy(FULL),), service_control=((policy(FULL, {"Effect": "Deny"}),),))
        decision = decide_partial(request(UNKNOWN), policies)
        assert (decision.allowed, decision.strict.kind) == (False, PolicyKind.SERVICE_CONTROL)

    def test_allow_of_some_resources_is_open(self) -> None:
        """An Allow statement for some resources does not decide a request for an unknown one."""
        mine = {"Effect": "Allow", "Resource": "arn:aws:s3:::mine/*"}
        policies = ApplicablePolicies(identity=(policy(mine),))
        assert decide_partial(request(), policies).allowed is True
        decision = decide_partial(request(UNKNOWN), policies)
        assert (decision.allowed, decision.strict.allowed, decision.lenient.allowed) == (None, False, True)

    def test_statement_that_cannot_apply_does_not_matter(self) -> None:
        """A Deny statement about another bucket does not make a request for an unknown object of this one open."""
        other = {"Effect": "Deny", "Resource": "arn:aws:s3:::other/*", "Condition": {"Null": {"s3:a": "true"}}}
        policies = ApplicablePolicies(identity=(policy(FULL, other),))
        assert decide_partial(request(unknown=("s3:a",)), policies).allowed is True
