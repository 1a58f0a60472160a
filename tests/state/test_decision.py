"""The decision on a request, in the order of AWS's flow chart."""

import json
from typing import Any

import pytest

from artifact_state.policy_evaluation.decision import decide, evaluated_policies, is_allowed_by_resource
from artifact_state.policy_evaluation.policies import ApplicablePolicies, PolicyKind, PrincipalMatch
from artifact_state.policy_syntax.policy import EvaluationRequest, NamedPolicy

USER, SESSION = "arn:aws:iam::1:user/U", "arn:aws:sts::1:assumed-role/R/s"
ROLE, ACCOUNT = "arn:aws:iam::1:role/R", "arn:aws:iam::1:root"
REQUEST = EvaluationRequest(
    action="iam:GetRole", resource=ROLE, keys={}, principals=frozenset({USER, ROLE, ACCOUNT, "*"})
)
NAMED = {
    PrincipalMatch.EXACT: frozenset({USER}),
    PrincipalMatch.ROLE: frozenset({ROLE}),
    PrincipalMatch.ACCOUNT: frozenset({ACCOUNT, "*"}),
}


def policy(effect: str = "Allow", name: str = "p", **more: Any) -> NamedPolicy:
    """Return a policy with one statement."""
    statement = {"Effect": effect, "Action": "*", "Resource": "*"} | more
    return NamedPolicy(name, json.dumps({"Version": "2012-10-17", "Statement": statement}))


ALLOW, DENY, NOTHING = policy(), policy("Deny"), policy(Action="sts:*")
FULL = ((ALLOW,), (ALLOW,), (ALLOW,))


class TestDenials:
    """Explicit denials."""

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
    def test_deny_statement_of_any_kind_denies(self, kind: PolicyKind, where: dict[str, Any]) -> None:
        """One Deny statement is enough and is reported, whichever policies allow."""
        base: dict[str, Any] = {"identity": (ALLOW,)}
        decision = decide(REQUEST, ApplicablePolicies(**(base | where)))
        assert (decision.allowed, decision.kind, decision.is_explicit_denial) == (False, kind, True)
        assert decision.statement
        assert not decision.statement.allows

    def test_only_the_first_denying_kind_is_named(self) -> None:
        """If several kinds of policies deny, the service control policy is named."""
        policies = ApplicablePolicies(identity=(DENY,), boundary=DENY, service_control=((DENY,),))
        assert decide(REQUEST, policies).kind is PolicyKind.SERVICE_CONTROL


class TestLimits:
    """Policies that must allow as well."""

    @pytest.mark.parametrize("level", [0, 1, 2])
    def test_every_level_must_allow(self, level: int) -> None:
        """The root, each unit and the account must have an allowing SCP, for the requests of root users too."""
        levels = [list(level) for level in FULL]
        levels[level] = [NOTHING]
        for is_root in (True, False):
            policies = ApplicablePolicies(
                identity=(ALLOW,), needs_no_identity_policy=is_root, service_control=tuple(map(tuple, levels))
            )
            decision = decide(REQUEST, policies)
            assert (decision.allowed, decision.kind) == (False, PolicyKind.SERVICE_CONTROL)
            assert (decision.level, decision.is_explicit_denial) == (level, False)

    def test_one_allowing_policy_per_level_is_enough(self) -> None:
        """One allowing policy at a level is enough."""
        assert decide(REQUEST, ApplicablePolicies(identity=(ALLOW,), service_control=((NOTHING, ALLOW),))).allowed

    def test_resource_control_policy_must_allow(self) -> None:
        """A resource control policy that does not allow denies."""
        decision = decide(REQUEST, ApplicablePolicies(identity=(ALLOW,), resource_control=((NOTHING,),)))
        assert (decision.allowed, decision.kind) == (False, PolicyKind.RESOURCE_CONTROL)

    def test_boundary_and_session_policies_only_limit(self) -> None:
        """A boundary and session policies grant nothing, and deny the rest implicitly."""
        assert decide(REQUEST, ApplicablePolicies(boundary=ALLOW, session=(ALLOW,))).kind is PolicyKind.IDENTITY
        assert decide(REQUEST, ApplicablePolicies(identity=(ALLOW,), boundary=NOTHING)).kind is PolicyKind.BOUNDARY
        assert decide(REQUEST, ApplicablePolicies(identity=(ALLOW,), session=(NOTHING,))).kind is PolicyKind.SESSION
        assert decide(REQUEST, ApplicablePolicies(identity=(ALLOW,), session=())).kind is PolicyKind.SESSION
        assert decide(REQUEST, ApplicablePolicies(identity=(ALLOW,), boundary=ALLOW, session=(NOTHING, ALLOW))).allowed

    def test_caller_without_policies_is_denied(self) -> None:
        """A caller without policies is denied, except a root user."""
        assert decide(REQUEST, ApplicablePolicies()) == decide(REQUEST, ApplicablePolicies(identity=(NOTHING,)))
        assert decide(REQUEST, ApplicablePolicies()).kind is PolicyKind.IDENTITY
        assert decide(REQUEST, ApplicablePolicies(needs_no_identity_policy=True)).allowed


class TestResourcePolicies:
    """Resource-based policies."""

    @pytest.mark.parametrize(
        ("principal", "policies", "allowed"),
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
    def test_resource_policy_in_the_same_account(
        self, principal: str, policies: dict[str, Any], *, allowed: bool
    ) -> None:
        """An exactly named caller needs no other policy; a role keeps its limits, an account needs its own policies."""
        resource = policy(Principal={"AWS": principal})
        assert (
            decide(REQUEST, ApplicablePolicies(resource=resource, principal_names=NAMED, **policies)).allowed is allowed
        )

    @pytest.mark.parametrize(
        ("principal", "identity", "kind"),
        [
            (USER, ALLOW, None),
            (USER, NOTHING, PolicyKind.IDENTITY),
            ("arn:aws:iam::2:root", ALLOW, PolicyKind.RESOURCE),
        ],
    )
    def test_resource_policy_in_another_account(
        self, principal: str, identity: NamedPolicy, kind: PolicyKind | None
    ) -> None:
        """The policies of both accounts must allow."""
        resource = policy(Principal={"AWS": principal})
        decision = decide(
            REQUEST,
            ApplicablePolicies(resource=resource, principal_names=NAMED, identity=(identity,), same_account=False),
        )
        assert decision.kind is kind if kind else decision.allowed

    @pytest.mark.parametrize(
        ("resource", "identity", "kind"),
        [
            (policy(Principal={"AWS": "arn:aws:iam::2:root"}), ALLOW, None),
            (policy(Principal={"AWS": USER}), NOTHING, PolicyKind.IDENTITY),
            (policy("Deny", Principal="*"), ALLOW, PolicyKind.RESOURCE),
        ],
    )
    def test_resource_policy_that_need_not_allow(
        self, resource: NamedPolicy, identity: NamedPolicy, kind: PolicyKind | None
    ) -> None:
        """Such a policy only denies; the caller's own policies must allow even if it names the caller exactly."""
        policies = ApplicablePolicies(
            resource=resource,
            principal_names=NAMED,
            identity=(identity,),
            same_account=False,
            resource_must_allow=False,
        )
        decision = decide(REQUEST, policies)
        assert decision.kind is kind if kind else decision.allowed

    @pytest.mark.parametrize(
        ("resource", "allowed"),
        [
            (None, False),
            (policy(Principal={"AWS": ACCOUNT}), True),
            (policy(Principal={"AWS": "arn:aws:iam::2:root"}), False),
            (policy("Deny", Principal="*"), False),
        ],
    )
    def test_resource_policy_allows_whatever_other_policies_do(
        self, resource: NamedPolicy | None, *, allowed: bool
    ) -> None:
        """Whether a resource-based policy allows does not depend on the policies of the caller."""
        policies = ApplicablePolicies(resource=resource, principal_names=NAMED, identity=(DENY,), same_account=False)
        assert is_allowed_by_resource(REQUEST, policies) is allowed

    def test_trust_policy_must_allow(self) -> None:
        """A trust policy must allow, even if other policies do."""
        trust = policy(Principal={"AWS": "arn:aws:iam::2:root"})
        decision = decide(
            REQUEST, ApplicablePolicies(resource=trust, is_trust_policy=True, principal_names=NAMED, identity=(ALLOW,))
        )
        assert (decision.allowed, decision.kind) == (False, PolicyKind.TRUST)


class TestEvaluatedPolicies:
    """The list of every evaluated policy."""

    def test_evaluated_policies_are_listed_in_order(self) -> None:
        """Policies are listed level by level, with the statement that applies."""
        policies = ApplicablePolicies(identity=(NOTHING, ALLOW), boundary=DENY, service_control=((ALLOW,), (NOTHING,)))
        evaluated = [
            (kind, level, bool(statement)) for kind, level, _, statement in evaluated_policies(REQUEST, policies)
        ]
        assert evaluated == [
            (PolicyKind.SERVICE_CONTROL, 0, True),
            (PolicyKind.SERVICE_CONTROL, 1, False),
            (PolicyKind.IDENTITY, None, False),
            (PolicyKind.IDENTITY, None, True),
            (PolicyKind.BOUNDARY, None, True),
        ]
