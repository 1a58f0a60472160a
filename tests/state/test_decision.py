"""The decision on a call, in the order of AWS's flow chart."""

import json
from typing import Any

import pytest

from artifact_state.policy_evaluation.decision import decide, evaluated_policies
from artifact_state.policy_evaluation.policies import ApplicablePolicies, PolicyKind, PrincipalMatch
from artifact_state.policy_syntax.policy import EvaluationRequest, NamedPolicy

USER, SESSION = "arn:aws:iam::1:user/U", "arn:aws:sts::1:assumed-role/R/s"
ROLE, ACCOUNT = "arn:aws:iam::1:role/R", "arn:aws:iam::1:root"
QUESTION = EvaluationRequest(action="iam:GetRole", resource=ROLE, keys={}, principals=frozenset({USER, ROLE, ACCOUNT, "*"}))
NAMED = {
    PrincipalMatch.EXACT: frozenset({USER}),
    PrincipalMatch.ROLE: frozenset({ROLE}),
    PrincipalMatch.ACCOUNT: frozenset({ACCOUNT, "*"}),
}


def policy(effect: str = "Allow", name: str = "p", **more: Any) -> NamedPolicy:
    """Write a policy of one statement."""
    statement = {"Effect": effect, "Action": "*", "Resource": "*"} | more
    return NamedPolicy(name, json.dumps({"Version": "2012-10-17", "Statement": statement}))


ALLOW, DENY, NOTHING = policy(), policy("Deny"), policy(Action="sts:*")
FULL = ((ALLOW,), (ALLOW,), (ALLOW,))


class TestDenials:
    """A denial counts more than anything."""

    @pytest.mark.parametrize(
        ("kind", "where"),
        [
            (PolicyKind.SERVICE_CONTROL, {"service_control": (*FULL[1:], (ALLOW, DENY))}),
            (PolicyKind.RESOURCE_CONTROL, {"resource_control": ((ALLOW, DENY),)}),
            (PolicyKind.RESOURCE, {"resource": policy("Deny", Principal="*"), "principal_names": NAMED}),
            (PolicyKind.IDENTITY, {"identity": (ALLOW, DENY)}),
            (PolicyKind.BOUNDARY, {"boundary": DENY}),
            (PolicyKind.SESSION, {"session": (ALLOW, DENY)}),
        ],
    )
    def test_of_any_kind(self, kind: PolicyKind, where: dict[str, Any]) -> None:
        """One statement anywhere is enough, and is told, whatever allows."""
        base: dict[str, Any] = {"identity": (ALLOW,)}
        got = decide(QUESTION, ApplicablePolicies(**(base | where)))
        assert (got.allowed, got.kind, got.is_explicit_denial) == (False, kind, True)
        assert got.statement
        assert not got.statement.allows

    def test_one_is_named(self) -> None:
        """Of several, that of the organization."""
        layers = ApplicablePolicies(identity=(DENY,), boundary=DENY, service_control=((DENY,),))
        assert decide(QUESTION, layers).kind is PolicyKind.SERVICE_CONTROL


class TestBounds:
    """What must allow besides."""

    @pytest.mark.parametrize("level", [0, 1, 2])
    def test_every_level_of_the_organization(self, level: int) -> None:
        """The root, each unit and the account: where none allows, nothing is allowed, a root user's calls included."""
        levels = [list(one) for one in FULL]
        levels[level] = [NOTHING]
        for needs_no_identity_policy in (True, False):
            bound = ApplicablePolicies(identity=(ALLOW,), needs_no_identity_policy=needs_no_identity_policy, service_control=tuple(map(tuple, levels)))
            got = decide(QUESTION, bound)
            assert (got.allowed, got.kind, got.level, got.is_explicit_denial) == (False, PolicyKind.SERVICE_CONTROL, level, False)

    def test_several_at_one_level(self) -> None:
        """One of them is enough."""
        assert decide(QUESTION, ApplicablePolicies(identity=(ALLOW,), service_control=((NOTHING, ALLOW),))).allowed

    def test_resource_control(self) -> None:
        """No allowance there is a refusal."""
        got = decide(QUESTION, ApplicablePolicies(identity=(ALLOW,), resource_control=((NOTHING,),)))
        assert (got.allowed, got.kind) == (False, PolicyKind.RESOURCE_CONTROL)

    def test_boundary_and_session(self) -> None:
        """They allow nothing, but what they do not allow is not."""
        assert decide(QUESTION, ApplicablePolicies(boundary=ALLOW, session=(ALLOW,))).kind is PolicyKind.IDENTITY
        assert decide(QUESTION, ApplicablePolicies(identity=(ALLOW,), boundary=NOTHING)).kind is PolicyKind.BOUNDARY
        assert decide(QUESTION, ApplicablePolicies(identity=(ALLOW,), session=(NOTHING,))).kind is PolicyKind.SESSION
        assert decide(QUESTION, ApplicablePolicies(identity=(ALLOW,), session=())).kind is PolicyKind.SESSION
        assert decide(QUESTION, ApplicablePolicies(identity=(ALLOW,), boundary=ALLOW, session=(NOTHING, ALLOW))).allowed

    def test_nobody_allows(self) -> None:
        """Whoever has no policy may nothing, but a root user."""
        assert decide(QUESTION, ApplicablePolicies()) == decide(QUESTION, ApplicablePolicies(identity=(NOTHING,)))
        assert decide(QUESTION, ApplicablePolicies()).kind is PolicyKind.IDENTITY
        assert decide(QUESTION, ApplicablePolicies(needs_no_identity_policy=True)).allowed


class TestResourcePolicies:
    """Policies of resources."""

    @pytest.mark.parametrize(
        ("principal", "layers", "allowed"),
        [
            (USER, {}, True),
            (USER, {"boundary": NOTHING, "session": (NOTHING,)}, True),
            (ROLE, {}, True),
            (ROLE, {"boundary": NOTHING}, False),
            (ROLE, {"session": (NOTHING,)}, False),
            (ACCOUNT, {}, False),
            (ACCOUNT, {"identity": (ALLOW,)}, True),
            ("arn:aws:iam::2:root", {"identity": (ALLOW,)}, True),
        ],
    )
    def test_of_the_same_account(self, principal: str, layers: dict[str, Any], *, allowed: bool) -> None:
        """Who is named himself needs nothing else; a role is bounded; an account leaves it to its own policies."""
        resource = policy(Principal={"AWS": principal})
        assert decide(QUESTION, ApplicablePolicies(resource=resource, principal_names=NAMED, **layers)).allowed is allowed

    @pytest.mark.parametrize(
        ("principal", "identity", "kind"),
        [(USER, ALLOW, None), (USER, NOTHING, PolicyKind.IDENTITY), ("arn:aws:iam::2:root", ALLOW, PolicyKind.RESOURCE)],
    )
    def test_of_another_account(self, principal: str, identity: NamedPolicy, kind: PolicyKind | None) -> None:
        """Both sides must allow."""
        resource = policy(Principal={"AWS": principal})
        got = decide(QUESTION, ApplicablePolicies(resource=resource, principal_names=NAMED, identity=(identity,), same_account=False))
        assert got.kind is kind if kind else got.allowed

    def test_of_a_role(self) -> None:
        """A trust policy must allow, whatever else does."""
        trust = policy(Principal={"AWS": "arn:aws:iam::2:root"})
        got = decide(QUESTION, ApplicablePolicies(resource=trust, is_trust_policy=True, principal_names=NAMED, identity=(ALLOW,)))
        assert (got.allowed, got.kind) == (False, PolicyKind.TRUST)


class TestConsulted:
    """Every policy that has a word."""

    def test_in_order(self) -> None:
        """Level by level, each with the statement that speaks of the call."""
        layers = ApplicablePolicies(identity=(NOTHING, ALLOW), boundary=DENY, service_control=((ALLOW,), (NOTHING,)))
        told = [(kind, level, bool(statement)) for kind, level, _, statement in evaluated_policies(QUESTION, layers)]
        assert told == [
            (PolicyKind.SERVICE_CONTROL, 0, True),
            (PolicyKind.SERVICE_CONTROL, 1, False),
            (PolicyKind.IDENTITY, None, False),
            (PolicyKind.IDENTITY, None, True),
            (PolicyKind.BOUNDARY, None, True),
        ]
