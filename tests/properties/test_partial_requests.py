"""Decisions on requests that are not wholly known, compared with those on everything that they may be."""

import json
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from artifact_state.policy_evaluation.decision import decide
from artifact_state.policy_evaluation.partial import UNKNOWN, PartialRequest, decide_partial
from artifact_state.policy_evaluation.policies import ApplicablePolicies
from artifact_state.policy_syntax.policy import EvaluationRequest, NamedPolicy
from artifact_state.policy_syntax.wildcards import Multivalued

ACTION = "s3:GetObject"
NAMES = ("s3:a", "s3:b", "aws:c")
TEXTS = ("", "a", "b", "mine", "mine/", "/x", "a:b", "?", "*", "mine/a?b", "*/x")

arns = st.builds("arn:aws:{}:{}:{}:{}".format, *[st.sampled_from(["*", "s3", "", "?3", "1"])] * 3, st.sampled_from(
    ["*", "mine", "mine/*", "mine/?", "*/x", "m?ne/${s3:a}", "${aws:c}", "a", "a*b", "b", "??", "mine*"]
))  # fmt: skip
patterns = st.one_of(st.just("*"), arns, st.sampled_from(["arn:*", "arn:aws:s3:::*", "arn:aws:s3:::mine/*", "**"]))
operators = st.sampled_from(
    ["StringEquals", "StringNotEquals", "StringLike", "StringEqualsIfExists", "StringNotLikeIfExists", "Null",
     "ArnLike", "NumericLessThan", "ForAllValues:StringEquals", "ForAnyValue:StringLike", "Bool", "BinaryEquals"]
)  # fmt: skip
values = st.sampled_from(["a", "b", "*", "?", "true", "false", "5", "${s3:a}", "${s3:b, 'b'}", "arn:aws:s3:::mine"])
conditions = st.dictionaries(
    operators, st.dictionaries(st.sampled_from(NAMES), st.lists(values, min_size=1, max_size=2), max_size=2), max_size=2
)
keys = st.dictionaries(
    st.sampled_from(NAMES),
    st.one_of(
        st.tuples(st.sampled_from(["a", "b", "true", "4", "arn:aws:s3:::mine"])),
        st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=2).map(Multivalued),
    ),
)


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a statement that is about the action."""
    return {
        "Effect": draw(st.sampled_from(["Allow", "Deny"])),
        "Action": draw(st.sampled_from(["s3:*", ACTION, "*"])),
        draw(st.sampled_from(["Resource", "Resource", "NotResource"])): draw(
            st.lists(patterns, min_size=1, max_size=2)
        ),
        "Condition": draw(conditions),
    }


@st.composite
def policies(draw: st.DrawFn) -> NamedPolicy:
    """Draw a policy, which often allows everything but what it denies."""
    first = [{"Effect": "Allow", "Action": "*", "Resource": "*"}] if draw(st.booleans()) else []
    content = {"Version": "2012-10-17", "Statement": first + draw(st.lists(statements(), min_size=1, max_size=2))}
    return NamedPolicy("p", json.dumps(content))


@st.composite
def applicable(draw: st.DrawFn) -> ApplicablePolicies:
    """Draw the policies of a caller: most callers have few kinds."""
    kinds = draw(st.sets(st.sampled_from(["boundary", "session", "scope_down", "scp", "rcp", "root"]), max_size=2))

    def level(kind: str) -> tuple[NamedPolicy, ...]:
        return (draw(policies()),) if kind in kinds else ()

    return ApplicablePolicies(
        identity=(draw(policies()),),
        needs_no_identity_policy="root" in kinds,
        boundary=next(iter(level("boundary")), None),
        session=level("session") or None,
        scope_down=level("scope_down"),
        service_control=tuple((policy,) for policy in (*level("scp"), *level("scp"))),
        resource_control=tuple((policy,) for policy in level("rcp")),
    )


resources = st.one_of(
    st.sampled_from(["*", UNKNOWN, "arn:aws:s3:::mine", "arn:aws:s3:::mine/a"]),
    st.builds(
        "arn:aws:{}:{}:{}:{}".format,
        st.sampled_from(["s3", UNKNOWN]),
        *[st.sampled_from(["", "1", UNKNOWN])] * 2,
        st.sampled_from([UNKNOWN, f"mine/{UNKNOWN}", f"{UNKNOWN}/x", f"m{UNKNOWN}e/{UNKNOWN}", "a", f"a{UNKNOWN}b"]),
    ),
)


@st.composite
def completions(draw: st.DrawFn, resource: str) -> str:
    """Draw a resource that a partly known one may be."""
    if resource == UNKNOWN:
        return draw(st.sampled_from(["*", "arn:aws:s3:::mine", "arn:aws:s3:1:1:a", "arn:aws:ec2::1:mine/x"]))
    *front, last = resource.split(":", 5)
    parts = [part.replace(UNKNOWN, draw(st.sampled_from(["", "s3", "1", "?"]))) for part in front]
    for _ in range(last.count(UNKNOWN)):
        last = last.replace(UNKNOWN, draw(st.sampled_from(TEXTS)), 1)
    return ":".join([*parts, last])


@st.composite
def pairs(draw: st.DrawFn) -> tuple[PartialRequest, EvaluationRequest]:
    """Draw a request that is not wholly known, and one that it may be."""
    resource, unknown = draw(resources), draw(st.sets(st.sampled_from(NAMES)))
    known, others = draw(keys), draw(keys)
    request = EvaluationRequest(ACTION, resource, {key: known[key] for key in known.keys() - unknown})
    whole = {**request.keys, **{key: others[key] for key in others.keys() & unknown}}
    completed = request._replace(resource=draw(completions(resource)), keys=whole)
    return PartialRequest(request, unknown.__contains__), completed


@settings(max_examples=400, deadline=None)
@given(applicable(), pairs())
def test_decided_outcome_is_that_of_every_completion(
    policies: ApplicablePolicies, pair: tuple[PartialRequest, EvaluationRequest]
) -> None:
    """If a request is decided although a part is not known, no value of that part changes the outcome."""
    partial, completed = pair
    decision, outcome = decide_partial(partial, policies), decide(completed, policies).allowed
    event(f"decided: {decision.allowed}")
    assert decision.allowed in {None, outcome}
    assert decision.strict.allowed <= outcome <= decision.lenient.allowed


@settings(max_examples=200, deadline=None)
@given(applicable(), st.sampled_from(["*", "arn:aws:s3:::mine", "arn:aws:s3:::mine/a", "arn:aws:s3:1:1:a"]), keys)
def test_whole_request_is_decided_as_usual(policies: ApplicablePolicies, resource: str, known: Any) -> None:
    """If nothing is unknown, both decisions are the usual one, by the same statement."""
    request = EvaluationRequest(ACTION, resource, known)
    usual = decide(request, policies)
    for bound in decide_partial(PartialRequest(request, frozenset().__contains__), policies):
        assert (bound.allowed, bound.kind, bound.level) == (usual.allowed, usual.kind, usual.level)
        assert (bound.statement and bound.statement.number) == (usual.statement and usual.statement.number)
