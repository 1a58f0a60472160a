"""What policies would decide."""

import json
from typing import Any

import pytest

from artifact_state.errors import CannotSimulate, EntityNotFound, NotFound, PolicyNotReadable, RoleNotFound
from artifact_state.iam import users
from artifact_state.iam.attached_policies import attach_policy
from artifact_state.iam.inline_policies import put_inline_policy
from artifact_state.permissions import simulation
from artifact_state.permissions.decision import Kind, Layers
from artifact_state.permissions.simulated_principals import Exclusion, Inline, principal_layers
from artifact_state.permissions.simulation import Setting, Simulated
from tests.state.acting import MANAGEMENT, STRANGER, a_world, act, transaction

ARN = f"arn:aws:iam::{STRANGER}:user/Alice"


def written(effect: str = "Allow", **more: Any) -> str:
    """Write a policy."""
    statement = {"Effect": effect, "Action": "iam:Get*", "Resource": "*"} | more
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


BOB = f"arn:aws:iam::{STRANGER}:user/Bob"
ROLE = f"arn:aws:iam::{STRANGER}:role/R"
OTHERS = f"arn:aws:iam::{MANAGEMENT}:role/R"


def simulated(layers: Layers, *resources: str, action: str = "iam:GetRole", **more: Any) -> list[Simulated]:
    """Simulate one action."""
    caller = more.pop("caller", None)
    return simulation.simulate(layers, caller, action, resources, Setting(**{"keys": {}} | more))


class TestSimulate:
    """simulate."""

    def test_each_resource(self) -> None:
        """All of the list, in its order; without one, anything."""
        layers = simulation.custom_layers([written(), written("Deny", Resource=ROLE)])
        assert [(one.question.resource, one.told) for one in simulated(layers, OTHERS, ROLE)] == [
            (OTHERS, "allowed"),
            (ROLE, "explicitDeny"),
        ]
        assert [(one.question.resource, one.told) for one in simulated(layers)] == [("*", "allowed")]
        assert simulated(layers, action="iam:ListRoles")[0].told == "implicitDeny"

    @pytest.mark.parametrize("told", [("allowed", "implicitDeny"), ("implicitDeny", "explicitDeny")])
    def test_gravest(self, told: tuple[str, str]) -> None:
        """What denies outdoes what does not allow, and that what allows."""
        assert simulation.gravest(told) == simulation.gravest(told[::-1]) == told[1]

    def test_missing_keys(self) -> None:
        """Those that are read and not given."""
        conditions = {"StringEquals": {"aws:PrincipalTag/team": "${aws:ResourceTag/team}"}}
        layers = simulation.custom_layers([written(Condition=conditions)])
        assert simulation.keys_of(layers) == ["aws:principaltag/team", "aws:resourcetag/team"]
        (one,) = simulated(layers, action="iam:GetUser", keys={"aws:resourcetag/team": ("a",)})
        assert one.missing == ["aws:principaltag/team"]

    def test_statements(self) -> None:
        """All that allow, or all that deny; none where nothing does, and none of an organization."""
        allowing = simulation.custom_layers([written(), written(Action="*")])
        assert [policy.arn_or_name for policy, _ in simulated(allowing)[0].matched] == [
            "PolicyInputList.1",
            "PolicyInputList.2",
        ]
        denying = simulation.custom_layers([written(), written("Deny")])
        assert [policy.arn_or_name for policy, _ in simulated(denying)[0].matched] == ["PolicyInputList.2"]
        bound = simulation.custom_layers([written()], levels=[[written("Deny")]])
        (one,) = simulated(bound)
        assert (one.told, one.matched, one.allowed_by_organization) == ("explicitDeny", [], False)
        assert one.details is None

    def test_organization(self) -> None:
        """At each level something must allow."""
        everything = written(Action="*")
        layers = simulation.custom_layers([written()], levels=[[everything], [written(Action="sts:*")]])
        (one,) = simulated(layers)
        assert (one.told, one.decision.level, one.allowed_by_organization) == ("implicitDeny", 1, False)
        layers = simulation.custom_layers([written()], levels=[[everything], [everything, written(Action="sts:*")]])
        assert simulated(layers)[0].told == "allowed"

    def test_policy_of_a_resource(self) -> None:
        """Within the account it is enough; of another account both must allow, and it is told what each says."""
        policy = written(Action="*", Principal={"AWS": BOB})
        given = {"resource_policy": policy, "caller": BOB}
        nothing, something = simulation.custom_layers([written(Action="sts:*")]), simulation.custom_layers([written()])
        (one,) = simulated(nothing, ROLE, **given)
        assert (one.told, one.details) == ("allowed", {})
        assert [policy.arn_or_name for policy, _ in one.matched] == ["ResourcePolicy"]
        (one,) = simulated(nothing, OTHERS, **given)
        assert one.told == "implicitDeny"
        assert one.details == {"IAM Policy": "implicitDeny", "Resource Policy": "allowed"}
        assert simulated(something, OTHERS, **given)[0].told == "allowed"
        for owner in (MANAGEMENT, f"arn:aws:iam::{MANAGEMENT}:root"):
            (one,) = simulated(nothing, "arn:aws:s3:::b", action="s3:GetObject", resource_owner=owner, **given)
            assert one.told == "implicitDeny"
        of_alice = written(Action="*", Principal={"AWS": ARN})
        assert simulated(nothing, ROLE, resource_policy=of_alice, caller=BOB)[0].told == "implicitDeny"

    @pytest.mark.parametrize("caller", [None, ROLE, f"arn:aws:iam::{STRANGER}:group/G"])
    def test_whose_policy_of_a_resource_counts(self, caller: str | None) -> None:
        """A user's, who must be known."""
        world = a_world()
        before = world.state
        with pytest.raises(CannotSimulate), transaction(world):
            simulated(simulation.custom_layers([written()]), caller=caller, resource_policy=written(Principal="*"))
        assert world.state is before

    def test_what_is_no_policy_of_a_resource(self) -> None:
        """It has principals."""
        for document in ("{}", written()):
            with pytest.raises(PolicyNotReadable, match="ResourcePolicy"):
                simulated(simulation.custom_layers([written()]), caller=BOB, resource_policy=document)

    @pytest.mark.parametrize(
        "arn",
        [
            f"arn:aws:sts::{STRANGER}:assumed-role/R/me",
            f"arn:aws:sts::{STRANGER}:federated-user/Bob",
            f"arn:aws:iam::{STRANGER}:root",
            "artifact.amazonaws.com",
        ],
    )
    def test_callers(self, arn: str) -> None:
        """Users, groups and roles, and nobody else."""
        with pytest.raises(CannotSimulate):
            simulation.require_caller(arn)
        for kind in ("user", "group", "role"):
            simulation.require_caller(f"arn:aws:iam::{STRANGER}:{kind}/path/N")

    def test_what_is_no_policy(self) -> None:
        """Is refused, and changes nothing."""
        world = a_world()
        before = world.state
        with pytest.raises(PolicyNotReadable, match=r"PolicyInputList\.2"), transaction(world):
            simulation.custom_layers([written(), "{}"])
        assert world.state is before


class TestPrincipal:
    """principal_layers."""

    def test_user(self) -> None:
        """His own policies, and those that he might have; a boundary in place of his."""
        world = a_world()
        user = act(world, users.create_user, "Alice", account=STRANGER)
        act(world, put_inline_policy, user, "own", written(), account=STRANGER)
        layers = act(world, principal_layers, ARN, [written(Action="sts:*")], account=STRANGER)
        assert [one.arn_or_name for one in layers.identity] == ["user_Alice_own", "PolicyInputList.1"]
        bounded = act(world, principal_layers, ARN, [], [written(Action="sts:*")], account=STRANGER)
        (one,) = simulated(bounded)
        assert one.decision.kind is Kind.BOUNDARY

    @pytest.mark.parametrize(
        ("arn", "error"),
        [
            (ARN, EntityNotFound),
            (ARN.replace("user", "group"), EntityNotFound),
            (ARN.replace("user", "role"), RoleNotFound),
            ("arn:aws:iam::1:x", EntityNotFound),
        ],
    )
    def test_that_is_not_there(self, arn: str, error: type[NotFound]) -> None:
        """Nobody of that name."""
        world = a_world()
        before = world.state
        with pytest.raises(error):
            act(world, principal_layers, arn, account=STRANGER)
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
            (Inline("own", "user", "A*"), ["ReadOnlyAccess"]),
            (Inline("own", "role", "*"), ["user_Alice_own", "ReadOnlyAccess"]),
            (Inline("other", "user", "Alice"), ["user_Alice_own", "ReadOnlyAccess"]),
        ],
    )
    def test_without(self, without: Exclusion, left: list[str]) -> None:
        """What is left out is not there, whatever names it; what names nothing leaves nothing out."""
        world = a_world()
        user = act(world, users.create_user, "Alice", account=STRANGER)
        act(world, put_inline_policy, user, "own", written(), account=STRANGER)
        user = users.user_of(world.state, STRANGER, "Alice")
        act(world, attach_policy, user, "arn:aws:iam::aws:policy/ReadOnlyAccess", account=STRANGER)
        layers = act(world, principal_layers, ARN, without=[without], account=STRANGER)
        assert [one.arn_or_name.rpartition("/")[2] for one in layers.identity] == left

    @pytest.mark.parametrize(
        "without", ["arn:aws:iam::aws:policy/*a*", "arn:aws:s3:::b", "arn:*", "arn:aws:iam::*:policy/a"]
    )
    def test_without_what_names_nothing(self, without: str) -> None:
        """One star at most, and in the name alone."""
        world = a_world()
        act(world, users.create_user, "Alice", account=STRANGER)
        before = world.state
        with pytest.raises(CannotSimulate):
            act(world, principal_layers, ARN, without=[without], account=STRANGER)
        assert world.state is before
