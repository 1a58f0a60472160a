"""The decision and its checks compared with a slow, literal reading of AWS's flow chart, for random policies.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from artifact_state.policy_evaluation.checks import Check, CheckEffect, checks_of, effect_of
from artifact_state.policy_evaluation.decision import decide
from artifact_state.policy_evaluation.policies import (
    ApplicablePolicies,
    Decision,
    PolicyKind,
    PrincipalMatch,
    policies_in_order,
)
from artifact_state.policy_syntax.conditions import CALL_RULES
from artifact_state.policy_syntax.policy import EvaluationRequest, NamedPolicy
from artifact_state.policy_syntax.wildcards import Multivalued

USER, ACCOUNT = "arn:aws:iam::1:user/U", "arn:aws:iam::1:root"
ROLE, SESSION = "arn:aws:iam::1:role/R", "arn:aws:sts::1:assumed-role/R/s"
OF_ACCOUNT = frozenset({ACCOUNT, "1", "*"})
CALLERS = [
    {PrincipalMatch.EXACT: frozenset({USER}), PrincipalMatch.ACCOUNT: OF_ACCOUNT},
    {
        PrincipalMatch.EXACT: frozenset({SESSION}),
        PrincipalMatch.ROLE: frozenset({ROLE}),
        PrincipalMatch.ACCOUNT: OF_ACCOUNT,
    },
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
    statement: dict[str, Any] = {
        "Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"])),
        action: draw(st.lists(action_patterns, min_size=1, max_size=2)),
        resource: draw(st.lists(resource_patterns, min_size=1, max_size=2)),
        "Condition": draw(conditions),
    }
    if of_resource:
        principal = draw(st.sampled_from(["Principal", "Principal", "NotPrincipal"]))
        statement[principal] = {
            "AWS": draw(st.sampled_from([USER, SESSION, ROLE, ACCOUNT, "1", "*", "arn:aws:iam::2:root"]))
        }
    return statement


@st.composite
def named_policies(draw: st.DrawFn, *, of_resource: bool = False) -> NamedPolicy:
    """Draw a policy."""
    drawn = draw(st.lists(statements(of_resource=of_resource), min_size=1, max_size=3))
    return NamedPolicy("p", json.dumps({"Version": "2012-10-17", "Statement": drawn}))


levels = st.lists(st.lists(named_policies(), min_size=1, max_size=2).map(tuple), max_size=3).map(tuple)


@st.composite
def condition_keys(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Draw the condition keys of a request."""
    values = {
        "k": st.sampled_from(VALUES).map(lambda value: (value,))
        | st.lists(st.sampled_from(VALUES), min_size=1, max_size=2).map(Multivalued),
        "b": st.sampled_from([("true",), ("false",)]),
    }
    return draw(st.fixed_dictionaries({}, optional=values))


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[EvaluationRequest], ApplicablePolicies]:
    """Draw requests of one caller and its policies: the cached decision of one must not be used for another."""
    resource = draw(st.none() | named_policies(of_resource=True))
    principal_names = draw(st.sampled_from(CALLERS))
    names = frozenset[str]().union(*principal_names.values())
    action, resource_names = st.sampled_from(ACTIONS), st.sampled_from(RESOURCES)
    requests = st.builds(
        EvaluationRequest,
        action=action,
        resource=resource_names,
        keys=condition_keys(),
        principals=st.just(names),
        allowed_principals=st.none(),
        rules=st.just(CALL_RULES),
    )
    first = draw(requests)
    others = [first._replace(keys=draw(condition_keys())), draw(requests)]
    return [first, *others], ApplicablePolicies(
        identity=draw(st.lists(named_policies(), max_size=2).map(tuple)),
        needs_no_identity_policy=draw(st.booleans()),
        boundary=draw(st.none() | named_policies()),
        session=draw(st.none() | st.lists(named_policies(), min_size=1, max_size=2).map(tuple)),
        service_control=draw(levels),
        resource_control=draw(levels),
        resource=resource,
        is_trust_policy=resource is not None and draw(st.booleans()),
        same_account=draw(st.booleans()),
        resource_must_allow=draw(st.booleans()),
        session_only_denies=draw(st.booleans()),
        principal_names=principal_names,
    )


VALUES = ["v", "vv", "w"]


def is_allowed_by_flow_chart(request: EvaluationRequest, policies: ApplicablePolicies) -> bool:
    """Return what the flow chart says, box by box."""
    everything = [
        *policies.identity,
        *([policies.boundary] if policies.boundary else []),
        *(policies.session or ()),
        *([policies.resource] if policies.resource else []),
        *(policy for level in (*policies.service_control, *policies.resource_control) for policy in level),
    ]
    if any(has_statement(policy, "Deny", request, request.principals) for policy in everything):
        return False
    for levels in (policies.resource_control, policies.service_control):
        for level in levels:
            if not any(has_statement(policy, "Allow", request) for policy in level):
                return False
    by_name = {
        match: bool(policies.resource) and has_statement(policies.resource, "Allow", request, names)
        for match, names in (policies.principal_names or {}).items()
    }
    exactly, by_role = by_name[PrincipalMatch.EXACT], by_name.get(PrincipalMatch.ROLE, False) and policies.same_account
    by_resource = any(by_name.values())
    trusted = by_resource or not policies.is_trust_policy
    by_identity = policies.needs_no_identity_policy or any(
        has_statement(policy, "Allow", request) for policy in policies.identity
    )
    across_accounts = by_resource or policies.same_account or not policies.resource_must_allow
    in_boundary = policies.boundary is None or has_statement(policies.boundary, "Allow", request)
    needs_session = policies.session is not None and not policies.session_only_denies
    in_session = not needs_session or any(has_statement(policy, "Allow", request) for policy in policies.session or ())
    alone = exactly and policies.same_account
    # A resource policy that names a session's role replaces the role's own policies, not its boundary.
    return trusted and (alone or ((by_identity or by_role) and across_accounts and in_boundary and in_session))


def has_statement(
    policy: NamedPolicy | None, effect: str, request: EvaluationRequest, names: frozenset[str] = frozenset()
) -> bool:
    """Return whether a policy has a statement with an effect that applies to a request."""
    assert policy
    return any(
        statement["Effect"] == effect and applies(statement, request, names)
        for statement in json.loads(policy.document)["Statement"]
    )


def applies(statement: dict[str, Any], request: EvaluationRequest, names: frozenset[str]) -> bool:
    """Return whether a statement applies to a request, element by element."""
    action = any(
        like(pattern.lower(), request.action.lower())
        for pattern in statement.get("Action", statement.get("NotAction", []))
    )
    if action == ("NotAction" in statement):
        return False
    resource = any(
        matches_resource(pattern, request) for pattern in statement.get("Resource", statement.get("NotResource", []))
    )
    if resource == ("NotResource" in statement):
        return False
    if "Principal" in statement and statement["Principal"]["AWS"] not in names:
        return False
    if "NotPrincipal" in statement and statement["NotPrincipal"]["AWS"] in request.principals:
        return False
    return all(
        is_met(operator, request.keys.get(key, ()), expected if isinstance(expected, list) else [expected])
        for operator, keys in statement["Condition"].items()
        for key, expected in keys.items()
    )


def is_met(operator: str, values: tuple[str, ...], expected: list[str]) -> bool:
    """Return whether a condition is met."""
    quantifier, _, plain = operator.rpartition(":")
    comparisons = {
        "StringEquals": lambda value: value in expected,
        "StringEqualsIfExists": lambda value: value in expected,
        "Bool": lambda value: value in expected,
        "StringNotEquals": lambda value: value not in expected,
        "StringLike": lambda value: any(like(pattern, value) for pattern in expected),
    }
    if plain == "Null":
        return (not values) == (expected == ["true"])
    if not values:
        absent = plain in ("StringNotEquals", "StringEqualsIfExists")
        return {"ForAllValues": True, "ForAnyValue": False, "": absent}[quantifier]
    if not quantifier and isinstance(values, Multivalued):
        return False
    results = [comparisons[plain](value) for value in values]
    return all(results) if quantifier == "ForAllValues" else any(results)


def matches_resource(written: str, request: EvaluationRequest) -> bool:
    """Compare ARNs part by part; a variable without a single value matches nothing."""
    pattern, arn, values = written, request.resource, request.keys.get("k", ())
    if "${k}" in written:
        if not values or isinstance(values, Multivalued):
            return False
        pattern = written.replace("${k}", values[0])
    if pattern == "*" or arn == "*":
        return pattern == "*"
    parts = pattern.split(":", 5)
    return all(
        like(wildcard, part) for wildcard, part in zip(parts + ["*"] * (6 - len(parts)), arn.split(":", 5), strict=True)
    )


def like(pattern: str, text: str) -> bool:
    """Compare a text with a pattern with wildcards."""
    regex = "".join(".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern)
    return re.fullmatch(regex, text, re.DOTALL) is not None


class TestDecision:
    """decide."""

    @given(cases())
    @settings(max_examples=600, deadline=None)
    def test_decision_follows_flow_chart(self, case: tuple[list[EvaluationRequest], ApplicablePolicies]) -> None:
        """The decision on each request is that of the flow chart, regardless of earlier decisions."""
        requests, policies = case
        for request in requests:
            decision = decide(request, policies)
            assert decision.allowed == is_allowed_by_flow_chart(request, policies)
            assert decision.is_explicit_denial == (not decision.allowed and decision.statement is not None)


class TestChecks:
    """checks_of, for at least 1,000 requests: each case has three."""

    @given(cases())
    @settings(max_examples=350, deadline=None)
    def test_effect_of_checks_is_decision(self, case: tuple[list[EvaluationRequest], ApplicablePolicies]) -> None:
        """The checks alone give the decision, and the check of the kind and level that decided has its effect."""
        requests, policies = case
        for request in requests:
            decision, checks = decide(request, policies), checks_of(request, policies)
            effect = effect_of(checks)
            assert (effect is CheckEffect.ALLOW) == decision.allowed
            assert (effect is CheckEffect.EXPLICIT_DENY) == decision.is_explicit_denial
            if not decision.allowed:
                assert deciding_check(checks, decision).effect is effect

    @given(cases())
    @settings(max_examples=350, deadline=None)
    def test_matched_statement_matches_by_itself(
        self, case: tuple[list[EvaluationRequest], ApplicablePolicies]
    ) -> None:
        """Each matched statement applies to the request by a literal reading, and no other statement does."""
        requests, policies = case
        names = frozenset[str]().union(*(policies.principal_names or {}).values())
        for request in requests:
            for check in checks_of(request, policies):
                matched = {
                    id(each.policy): {statement.number for statement in each.statements} for each in check.matched
                }
                for policy in policies_of_check(check, policies):
                    statements = json.loads(policy.document)["Statement"]
                    applying = {number for number, each in enumerate(statements, 1) if applies(each, request, names)}
                    assert matched.get(id(policy), set()) == applying

    @given(cases())
    @settings(max_examples=350, deadline=None)
    def test_remedy_changes_only_deciding_check(self, case: tuple[list[EvaluationRequest], ApplicablePolicies]) -> None:
        """Removing the deciding Deny, or adding the Allow that is missing, changes that check and no other."""
        requests, policies = case
        for request in requests:
            decision, before = decide(request, policies), checks_of(request, policies)
            if decision.allowed:
                continue
            after = checks_of(request, remedied(policies, request, decision))
            decided = deciding_check(before, decision)
            assert deciding_check(after, decision) != decided
            others = [
                [(check.kind, check.level, check.effect) for check in checks if not is_same_check(check, decided)]
                for checks in (before, after)
            ]
            assert others[0] == others[1]


def is_same_check(check: Check, other: Check) -> bool:
    """Return whether two checks are of the same policies."""
    return (check.kind, check.level) == (other.kind, other.level)


def deciding_check(checks: tuple[Check, ...], decision: Decision) -> Check:
    """Return the check of the kind and level of policies that decided."""
    return next(check for check in checks if (check.kind, check.level) == (decision.kind, decision.level))


def policies_of_check(check: Check, policies: ApplicablePolicies) -> tuple[NamedPolicy, ...]:
    """Return the policies that a check considers."""
    return tuple(
        policy for kind, level, policy in policies_in_order(policies) if (kind, level) == (check.kind, check.level)
    )


def remedied(policies: ApplicablePolicies, request: EvaluationRequest, decision: Decision) -> ApplicablePolicies:
    """Return the policies without the denying statement, or with a statement that allows the request."""
    if decision.policy is not None and decision.statement is not None:
        number, denying = decision.statement.number, decision.policy
        content = json.loads(denying.document)
        content["Statement"][number - 1] = {"Effect": "Deny", "Action": "none:None", "Resource": "*"}
        changed = NamedPolicy(denying.arn_or_name, json.dumps(content))
        return replaced(policies, lambda policy: changed if policy is denying else policy)
    allow: dict[str, Any] = {"Effect": "Allow", "Action": request.action, "Resource": request.resource}
    if decision.kind in (PolicyKind.TRUST, PolicyKind.RESOURCE):
        # The account as Principal: a user or a session would need no other policy to allow.
        allow = {"Effect": "Allow", "Action": request.action, "Resource": "*", "Principal": {"AWS": ACCOUNT}}
        nothing = NamedPolicy("added", json.dumps({"Version": "2012-10-17", "Statement": []}))
        return replace(policies, resource=with_statement(policies.resource or nothing, allow))
    if decision.kind is PolicyKind.BOUNDARY:
        assert policies.boundary is not None
        return replace(policies, boundary=with_statement(policies.boundary, allow))
    added = (NamedPolicy("added", json.dumps({"Version": "2012-10-17", "Statement": [allow]})),)
    fields = {
        PolicyKind.SERVICE_CONTROL: "service_control",
        PolicyKind.RESOURCE_CONTROL: "resource_control",
        PolicyKind.SESSION: "session",
        PolicyKind.IDENTITY: "identity",
    }
    field = fields[decision.kind]
    present = getattr(policies, field)
    if decision.level is None:
        present += added
    else:
        present = tuple(level + added if at == decision.level else level for at, level in enumerate(present))
    change: dict[str, Any] = {field: present}
    return replace(policies, **change)


def with_statement(policy: NamedPolicy, statement: dict[str, Any]) -> NamedPolicy:
    """Return a policy with a further statement."""
    content = json.loads(policy.document)
    content["Statement"].append(statement)
    return NamedPolicy(policy.arn_or_name, json.dumps(content))


def replaced(policies: ApplicablePolicies, change: Callable[[NamedPolicy], NamedPolicy]) -> ApplicablePolicies:
    """Return the policies with a function applied to each."""
    return replace(
        policies,
        identity=tuple(map(change, policies.identity)),
        boundary=change(policies.boundary) if policies.boundary else None,
        session=tuple(map(change, policies.session)) if policies.session is not None else None,
        service_control=tuple(tuple(map(change, level)) for level in policies.service_control),
        resource_control=tuple(tuple(map(change, level)) for level in policies.resource_control),
        resource=change(policies.resource) if policies.resource else None,
    )
