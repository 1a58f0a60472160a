"""What policies would decide."""

from typing import Any

import pytest

from artifact_state.errors import EntityNotFound, InvalidSimulationInput, Refused, RoleNotFound
from artifact_state.iam import groups, users
from artifact_state.iam.attached_policies import attach_policy
from artifact_state.iam.inline_policies import put_inline_policy
from artifact_state.policy_evaluation.policies import ApplicablePolicies, PolicyKind
from artifact_state.policy_evaluation.simulation import simulate
from artifact_state.policy_evaluation.simulation.input import (
    SimulationSettings,
    require_valid_input,
    simulated_policies,
)
from artifact_state.policy_evaluation.simulation.principals import Exclusion, InlinePolicies, policies_of_principal
from artifact_state.policy_evaluation.simulation.simulate import SimulationResult
from tests.state.test_simulated_input import BOB, OTHERS, ROLE, written
from tests.support.domain import MANAGEMENT, STANDALONE, act, world_with_organization

ARN = f"arn:aws:iam::{STANDALONE}:user/Alice"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def simulated(layers: ApplicablePolicies, *resources: str, action: str = "iam:GetRole", **more: Any) -> list[SimulationResult]:
    """Simulate one action."""
    setting = SimulationSettings(**more)
    require_valid_input([action], resources, setting)
    return simulate.simulate(layers, action, resources, setting)


def sources(one: SimulationResult) -> list[str]:
    """Tell of which policies statements matched."""
    return [policy.arn_or_name for _, policy, _ in one.matched_statements]


class TestSimulate:
    """simulate."""

    def test_each_resource(self) -> None:
        """All of the list, in its order; without one, anything."""
        layers = simulated_policies([written(), written("Deny", Resource=ROLE)])
        assert [(one.request.resource, one.outcome) for one in simulated(layers, OTHERS, ROLE)] == [
            (OTHERS, "allowed"),
            (ROLE, "explicitDeny"),
        ]
        assert [(one.request.resource, one.outcome) for one in simulated(layers)] == [("*", "allowed")]
        assert simulated(layers, action="iam:ListRoles")[0].outcome == "implicitDeny"

    @pytest.mark.parametrize("told", [("allowed", "implicitDeny"), ("implicitDeny", "explicitDeny")])
    def test_gravest(self, told: tuple[str, str]) -> None:
        """What denies outdoes what does not allow, and that what allows."""
        assert simulate.most_restrictive(told) == simulate.most_restrictive(told[::-1]) == told[1]

    def test_keys(self) -> None:
        """As they are written first, in their order, whatever the case: of what is an identity's."""
        conditions = {"StringEquals": {"aws:PrincipalTag/team": "${aws:ResourceTag/team, 'a'}${*}"}}
        some = written(Resource="arn:aws:iam::*:user/${aws:username}", Condition=conditions)
        again = written(Condition={"Bool": {"AWS:UserName": "true"}})
        of_organization = written(Condition={"Bool": {"aws:SecureTransport": "true"}})
        layers = simulated_policies(
            [some, again], [written(Condition={"Null": {"sts:ExternalId": True}})], [[of_organization]]
        )
        assert simulate.context_keys_of(layers) == [
            "aws:username",
            "aws:PrincipalTag/team",
            "aws:ResourceTag/team",
            "sts:ExternalId",
        ]
        old = some.replace("2012-10-17", "2008-10-17")
        assert simulate.context_keys_of(simulated_policies([old])) == ["aws:PrincipalTag/team"]

    def test_missing_keys(self) -> None:
        """Those that are read and not given, where nothing allows; whatever they were needed for."""
        conditions = {"StringEquals": {"aws:PrincipalTag/team": "${aws:ResourceTag/team}"}}
        layers = simulated_policies([written(Action="sts:*", Condition=conditions)])
        (one,) = simulated(layers, action="iam:GetUser", given_keys={"aws:resourcetag/team": ("a",)})
        assert (one.outcome, one.missing_keys) == ("implicitDeny", ["aws:PrincipalTag/team"])
        # What AWS fills in is not given.
        (one,) = simulated(layers, action="iam:GetUser", default_keys={"aws:resourcetag/team": ("a",)})
        assert one.missing_keys == ["aws:PrincipalTag/team", "aws:ResourceTag/team"]
        allowing = simulated_policies([written(), written("Deny", Condition=conditions)])
        assert simulated(allowing)[0].missing_keys == []
        bound = simulated_policies([written(Condition=conditions)], levels=[[written(Action="sts:*")]])
        assert simulated(bound)[0].missing_keys == []

    def test_statements(self) -> None:
        """All that allow, or all that deny; none where nothing does, and none of an organization."""
        allowing = simulated_policies([written(), written(Action="*")], [written()])
        assert sources(simulated(allowing)[0]) == ["PolicyInputList.1", "PolicyInputList.2"]
        denying = simulated_policies([written(), written("Deny")], [written("Deny")])
        assert [(kind, policy.arn_or_name) for kind, policy, _ in simulated(denying)[0].matched_statements] == [
            ("IAM Policy", "PolicyInputList.2"),
            ("Permissions Boundary Policy", "PermissionsBoundaryPolicyInputList.1"),
        ]
        bound = simulated_policies([written()], levels=[[written("Deny")]])
        (one,) = simulated(bound, ROLE)
        assert (one.outcome, one.matched_statements, one.allowed_by_organization) == ("explicitDeny", [], False)
        assert one.outcome_by_kind is None

    def test_organization(self) -> None:
        """At each level something must allow; where nothing does a simulation ends, whatever else denies."""
        everything = written(Action="*")
        levels = [[everything], [written(Action="sts:*")]]
        for policies in ([written()], [written("Deny")]):
            (one,) = simulated(simulated_policies(policies, levels=levels))
            assert (one.outcome, one.decision.level, one.allowed_by_organization) == ("implicitDeny", 1, False)
        layers = simulated_policies([written()], levels=[[everything], [everything, written(Action="sts:*")]])
        assert simulated(layers)[0].outcome == "allowed"

    def test_boundary(self) -> None:
        """It is told what it allows, whatever the other policies say."""
        for identity in (written(), written("Deny"), written(Action="sts:*")):
            assert simulated(simulated_policies([identity], [written()]))[0].allowed_by_boundary
            assert not simulated(simulated_policies([identity], [written(Action="sts:*")]))[0].allowed_by_boundary
            assert not simulated(simulated_policies([identity], [written("Deny")]))[0].allowed_by_boundary

    def test_policy_of_a_resource(self) -> None:
        """Within the account it is enough; of another account both must allow, and it is told what each says."""
        policy = written(Action="*", Principal={"AWS": BOB})
        given = {"resource_policy": policy, "caller_arn": BOB}
        nothing, something = simulated_policies([written(Action="sts:*")]), simulated_policies([written()])
        (one,) = simulated(nothing, ROLE, **given)
        assert (one.outcome, one.outcome_by_kind, sources(one)) == ("allowed", {}, ["ResourcePolicy"])
        (one,) = simulated(nothing, OTHERS, **given)
        assert one.outcome == "implicitDeny"
        assert one.outcome_by_kind == {"IAM Policy": "implicitDeny", "Resource Policy": "allowed"}
        assert simulated(something, OTHERS, **given)[0].outcome == "allowed"
        owner = f"arn:aws:iam::{MANAGEMENT}:root"
        (one,) = simulated(nothing, "arn:aws:s3:::b", action="s3:GetObject", resource_owner=owner, **given)
        assert one.outcome == "implicitDeny"
        of_alice = written(Action="*", Principal={"AWS": ARN})
        assert simulated(nothing, ROLE, resource_policy=of_alice, caller_arn=BOB)[0].outcome == "implicitDeny"

    @pytest.mark.parametrize(
        ("principal", "told"), [("*", "allowed"), ({"AWS": "*"}, "allowed"), ({"AWS": STANDALONE}, "implicitDeny")]
    )
    def test_policy_that_names_others(self, principal: Any, told: str) -> None:
        """Whom it allows as everybody needs nothing else; whose account it allows needs a policy of his own."""
        policy = written(Action="*", Principal=principal)
        layers = simulated_policies([written(Action="sts:*")])
        assert simulated(layers, ROLE, resource_policy=policy, caller_arn=BOB)[0].outcome == told

    def test_the_examples_of_aws(self) -> None:
        """A boundary does not keep a user from what a resource's policy allows him, but from another account's."""
        boundary = [written(Action="iam:*")]
        policy = written(Action=["s3:List*", "s3:Put*"], Resource="arn:aws:s3:::mary/*", Principal={"AWS": BOB})
        asked = {"action": "s3:PutObject", "resource_policy": policy, "caller_arn": BOB}
        (one,) = simulated(simulated_policies([written(Action="iam:*")], boundary), "arn:aws:s3:::mary/Test", **asked)
        assert (one.outcome, one.allowed_by_boundary, one.outcome_by_kind, one.missing_keys) == ("allowed", False, {}, [])
        asked["resource_owner"] = "arn:aws:iam::123456789012:root"
        (one,) = simulated(simulated_policies([], boundary), "arn:aws:s3:::mary/Test", **asked)
        assert (one.outcome, one.allowed_by_boundary) == ("implicitDeny", False)
        assert one.outcome_by_kind == {
            "IAM Policy": "implicitDeny",
            "Resource Policy": "allowed",
            "Permissions Boundary Policy": "implicitDeny",
        }


class TestPrincipal:
    """principal_layers."""

    def test_user(self) -> None:
        """His own policies, and those that he might have; a boundary in place of his."""
        world = world_with_organization()
        user = act(world, users.create_user, "Alice", account=STANDALONE)
        act(world, put_inline_policy, user, "own", written(), account=STANDALONE)
        layers = act(world, policies_of_principal, ARN, [written(Action="sts:*")], account=STANDALONE)
        assert [one.arn_or_name for one in layers.identity] == ["user_Alice_own", "PolicyInputList.1"]
        bounded = act(world, policies_of_principal, ARN, [], [written(Action="sts:*")], account=STANDALONE)
        (one,) = simulated(bounded)
        assert one.decision.kind is PolicyKind.BOUNDARY

    @pytest.mark.parametrize(
        ("arn", "error"),
        [
            (ARN, EntityNotFound),
            (ARN.replace("user", "group"), EntityNotFound),
            (ARN.replace("user", "role"), RoleNotFound),
            ("arn:aws:iam::1:x", InvalidSimulationInput),
            (ARN.replace("aws", "aws-cn"), InvalidSimulationInput),
            (ARN.replace(STANDALONE, MANAGEMENT), InvalidSimulationInput),
            (f"arn:aws:iam::{STANDALONE}:root", InvalidSimulationInput),
            (f"arn:aws:sts::{STANDALONE}:assumed-role/R/me", InvalidSimulationInput),
        ],
    )
    def test_that_is_not_there(self, arn: str, error: type[Refused]) -> None:
        """Nobody of that name, and nobody of the account."""
        world = world_with_organization()
        before = world.state
        with pytest.raises(error):
            act(world, policies_of_principal, arn, account=STANDALONE)
        assert world.state is before

    @pytest.mark.parametrize(
        ("without", "left"),
        [
            ("inline", ["ReadOnlyAccess"]),
            ("aws-managed", ["user_Alice_own"]),
            ("user-managed", ["user_Alice_own", "ReadOnlyAccess"]),
            ("rcp", ["user_Alice_own", "ReadOnlyAccess"]),
            ("arn:aws:iam::aws:policy/Read*", ["user_Alice_own"]),
            ("arn:aws:iam::aws:policy/ReadOnlyAcces?", ["user_Alice_own"]),
            ("arn:aws:iam::aws:policy/Other", ["user_Alice_own", "ReadOnlyAccess"]),
            (InlinePolicies("own", "user", "A*"), ["ReadOnlyAccess"]),
            (InlinePolicies("own", "role", "*"), ["user_Alice_own", "ReadOnlyAccess"]),
            (InlinePolicies("other", "user", "Alice"), ["user_Alice_own", "ReadOnlyAccess"]),
        ],
    )
    def test_without(self, without: Exclusion, left: list[str]) -> None:
        """What is left out is not there, whatever names it; what names nothing leaves nothing out."""
        world = world_with_organization()
        user = act(world, users.create_user, "Alice", account=STANDALONE)
        act(world, put_inline_policy, user, "own", written(), account=STANDALONE)
        user = users.user_of(world.state, STANDALONE, "Alice")
        act(world, attach_policy, user, "arn:aws:iam::aws:policy/ReadOnlyAccess", account=STANDALONE)
        layers = act(world, policies_of_principal, ARN, exclusions=[without], account=STANDALONE)
        assert [one.arn_or_name.rpartition("/")[2] for one in layers.identity] == left

    @pytest.mark.parametrize(
        "without",
        [
            "arn:aws:iam::aws:policy/*a*",
            "arn:aws:s3:::b",
            "arn:*",
            "arn:aws:iam::*:policy/a",
            "which is no ARN of any policy",
            InlinePolicies("own", "user", "*a*"),
        ],
    )
    def test_without_what_names_nothing(self, without: Exclusion) -> None:
        """One star at most, and in the name alone."""
        world = world_with_organization()
        act(world, users.create_user, "Alice", account=STANDALONE)
        before = world.state
        with pytest.raises(InvalidSimulationInput):
            act(world, policies_of_principal, ARN, exclusions=[without], account=STANDALONE)
        assert world.state is before

    def test_group(self) -> None:
        """Its own policies, whatever its path; what is attached to it and to its user counts once."""
        world = world_with_organization()
        user = act(world, users.create_user, "Alice", account=STANDALONE)
        group = act(world, groups.create_group, "Admins", path="/some/", account=STANDALONE)
        act(world, groups.add_user, "Admins", "Alice", account=STANDALONE)
        act(world, attach_policy, user, READ_ONLY, account=STANDALONE)
        act(world, attach_policy, group, READ_ONLY, account=STANDALONE)
        for arn in (ARN, ARN.replace("user/", "group/other/").replace("Alice", "Admins")):
            layers = act(world, policies_of_principal, arn, account=STANDALONE)
            assert [one.arn_or_name for one in layers.identity] == [READ_ONLY]
