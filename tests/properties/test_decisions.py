"""The decision beside a slow, literal reading of AWS's flow chart, on policies at random.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

import json
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from artifact_state.policy_evaluation.decision import decide
from artifact_state.policy_evaluation.policies import ApplicablePolicies, PrincipalMatch
from artifact_state.policy_syntax.policy import EvaluationRequest, NamedPolicy

USER, ACCOUNT = "arn:aws:iam::1:user/U", "arn:aws:iam::1:root"
ROLE, SESSION = "arn:aws:iam::1:role/R", "arn:aws:sts::1:assumed-role/R/s"
OF_ACCOUNT = frozenset({ACCOUNT, "1", "*"})
CALLERS = [
    {PrincipalMatch.EXACT: frozenset({USER}), PrincipalMatch.ACCOUNT: OF_ACCOUNT},
    {PrincipalMatch.EXACT: frozenset({SESSION}), PrincipalMatch.ROLE: frozenset({ROLE}), PrincipalMatch.ACCOUNT: OF_ACCOUNT},
]
ACTIONS = ("iam:GetRole", "iam:PutRole", "sts:AssumeRole")
RESOURCES = ("arn:aws:iam::1:role/a", "arn:aws:iam::1:role/v", "arn:aws:iam::2:role/ab", "*")

action_patterns = st.sampled_from(["*", "iam:*", "iam:Get*", "iam:?etRole", "IAM:getrole", "iam:PutRole", "sts:*"])
resource_patterns = st.sampled_from(
    ["*", "arn:aws:iam::*:role/*", "arn:aws:iam::1:role/a", "arn:aws:iam::2:*", "arn:*", "arn:aws:iam::1:role/${k}"]
)
conditions = st.sampled_from(
    [
        {},
        {"StringEquals": {"k": "v"}},
        {"StringNotEquals": {"k": ["v", "w"]}},
        {"StringLike": {"k": "v*"}},
        {"StringEqualsIfExists": {"k": "w"}},
        {"Null": {"k": "true"}},
        {"Bool": {"b": "true"}, "StringEquals": {"k": "v"}},
        {"ForAllValues:StringEquals": {"k": ["v", "w"]}},
        {"ForAnyValue:StringLike": {"k": ["v*"]}},
        {"ForAnyValue:StringNotEquals": {"k": ["v"]}},
    ]
)


@st.composite
def statements(draw: st.DrawFn, *, of_resource: bool) -> dict[str, Any]:
    """Draw a statement."""
    action = draw(st.sampled_from(["Action", "NotAction"]))
    resource = draw(st.sampled_from(["Resource", "NotResource"]))
    made: dict[str, Any] = {
        "Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"])),
        action: draw(st.lists(action_patterns, min_size=1, max_size=2)),
        resource: draw(st.lists(resource_patterns, min_size=1, max_size=2)),
        "Condition": draw(conditions),
    }
    if of_resource:
        principal = draw(st.sampled_from(["Principal", "Principal", "NotPrincipal"]))
        made[principal] = {
            "AWS": draw(st.sampled_from([USER, SESSION, ROLE, ACCOUNT, "1", "*", "arn:aws:iam::2:root"]))
        }
    return made


@st.composite
def policies(draw: st.DrawFn, *, of_resource: bool = False) -> NamedPolicy:
    """Draw a policy."""
    drawn = draw(st.lists(statements(of_resource=of_resource), min_size=1, max_size=3))
    return NamedPolicy("p", json.dumps({"Version": "2012-10-17", "Statement": drawn}))


levels = st.lists(st.lists(policies(), min_size=1, max_size=2).map(tuple), max_size=3).map(tuple)


@st.composite
def keys_of_calls(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Draw the keys of a call."""
    values = {
        "k": st.lists(st.sampled_from(VALUES), min_size=1, max_size=2),
        "b": st.sampled_from([["true"], ["false"]]),
    }
    drawn = draw(st.fixed_dictionaries({}, optional=values))
    return {name: tuple(found) for name, found in drawn.items()}


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[EvaluationRequest], ApplicablePolicies]:
    """Draw calls of one caller, and all that has a word in them: what is known of one is not taken for another."""
    resource = draw(st.none() | policies(of_resource=True))
    principal_names = draw(st.sampled_from(CALLERS))
    names = frozenset[str]().union(*principal_names.values())
    action, about_what = st.sampled_from(ACTIONS), st.sampled_from(RESOURCES)
    questions = st.builds(
        EvaluationRequest, action=action, resource=about_what, keys=keys_of_calls(), principals=st.just(names), allowed_principals=st.none()
    )
    first = draw(questions)
    others = [first._replace(keys=draw(keys_of_calls())), draw(questions)]
    return [first, *others], ApplicablePolicies(
        identity=draw(st.lists(policies(), max_size=2).map(tuple)),
        needs_no_identity_policy=draw(st.booleans()),
        boundary=draw(st.none() | policies()),
        session=draw(st.none() | st.lists(policies(), min_size=1, max_size=2).map(tuple)),
        service_control=draw(levels),
        resource_control=draw(levels),
        resource=resource,
        is_trust_policy=resource is not None and draw(st.booleans()),
        same_account=draw(st.booleans()),
        principal_names=principal_names,
    )


VALUES = ["v", "vv", "w"]


def literal(question: EvaluationRequest, layers: ApplicablePolicies) -> bool:
    """Read the flow chart, box by box."""
    everything = [
        *layers.identity,
        *([layers.boundary] if layers.boundary else []),
        *(layers.session or ()),
        *([layers.resource] if layers.resource else []),
        *(one for level in (*layers.service_control, *layers.resource_control) for one in level),
    ]
    if any(speaks(one, "Deny", question, question.principals) for one in everything):
        return False
    for bounds in (layers.resource_control, layers.service_control):
        for level in bounds:
            if not any(speaks(one, "Allow", question) for one in level):
                return False
    by_name = {
        naming: bool(layers.resource) and speaks(layers.resource, "Allow", question, names)
        for naming, names in (layers.principal_names or {}).items()
    }
    himself, by_role = by_name[PrincipalMatch.EXACT], by_name.get(PrincipalMatch.ROLE, False) and layers.same_account
    somehow = any(by_name.values())
    trusted = somehow or not layers.is_trust_policy
    by_identity = layers.needs_no_identity_policy or any(speaks(one, "Allow", question) for one in layers.identity)
    from_outside = somehow or layers.resource is None or layers.same_account
    in_boundary = layers.boundary is None or speaks(layers.boundary, "Allow", question)
    in_session = layers.session is None or any(speaks(one, "Allow", question) for one in layers.session)
    alone = himself and layers.same_account
    # A policy of the resource that names a session's role stands for the role's own, and for no boundary.
    return trusted and (alone or ((by_identity or by_role) and from_outside and in_boundary and in_session))


def speaks(policy: NamedPolicy | None, effect: str, question: EvaluationRequest, names: frozenset[str] = frozenset()) -> bool:
    """Tell whether some statement of this effect is about a call."""
    assert policy
    return any(
        one["Effect"] == effect and about(one, question, names) for one in json.loads(policy.document)["Statement"]
    )


def about(one: dict[str, Any], question: EvaluationRequest, names: frozenset[str]) -> bool:
    """Read a statement, element by element."""
    action = any(
        like(pattern.lower(), question.action.lower()) for pattern in one.get("Action", one.get("NotAction", []))
    )
    if action == ("NotAction" in one):
        return False
    resource = any(covers(pattern, question) for pattern in one.get("Resource", one.get("NotResource", [])))
    if resource == ("NotResource" in one):
        return False
    if "Principal" in one and one["Principal"]["AWS"] not in names:
        return False
    if "NotPrincipal" in one and one["NotPrincipal"]["AWS"] in question.principals:
        return False
    return all(
        holds(operator, question.keys.get(key, ()), wanted if isinstance(wanted, list) else [wanted])
        for operator, keys in one["Condition"].items()
        for key, wanted in keys.items()
    )


def holds(operator: str, values: tuple[str, ...], wanted: list[str]) -> bool:
    """Read a condition."""
    quantifier, _, plain = operator.rpartition(":")
    fits = {
        "StringEquals": lambda value: value in wanted,
        "StringEqualsIfExists": lambda value: value in wanted,
        "Bool": lambda value: value in wanted,
        "StringNotEquals": lambda value: value not in wanted,
        "StringLike": lambda value: any(like(one, value) for one in wanted),
    }
    if plain == "Null":
        return (not values) == (wanted == ["true"])
    if not values:
        absent = plain in ("StringNotEquals", "StringEqualsIfExists")
        return {"ForAllValues": True, "ForAnyValue": False, "": absent}[quantifier]
    found = [fits[plain](one) for one in values]
    return all(found) if quantifier == "ForAllValues" else any(found)


def covers(written: str, question: EvaluationRequest) -> bool:
    """Compare ARNs part by part; a key of several values, or of none, fits nothing."""
    pattern, arn, values = written, question.resource, question.keys.get("k", ())
    if "${k}" in written:
        if len(values) != 1:
            return False
        pattern = written.replace("${k}", values[0])
    if pattern == "*" or arn == "*":
        return pattern == "*"
    parts = pattern.split(":", 5)
    return all(like(want, part) for want, part in zip(parts + ["*"] * (6 - len(parts)), arn.split(":", 5), strict=True))


def like(pattern: str, text: str) -> bool:
    """Compare with a pattern of a shell."""
    written = "".join(".*" if one == "*" else "." if one == "?" else re.escape(one) for one in pattern)
    return re.fullmatch(written, text, re.DOTALL) is not None


class TestDecision:
    """decide."""

    @given(cases())
    @settings(max_examples=600, deadline=None)
    def test_is_that_of_the_flow_chart(self, case: tuple[list[EvaluationRequest], ApplicablePolicies]) -> None:
        """Whatever the policies, and wherever they are; of each call, whatever was decided of those before it."""
        questions, layers = case
        for question in questions:
            got = decide(question, layers)
            assert got.allowed == literal(question, layers)
            assert got.is_explicit_denial == (not got.allowed and got.statement is not None)
