"""What policies would decide."""

from typing import Any

import pytest

from artifact_state.errors import EntityNotFound, InvalidSimulationInput, Refused, RoleNotFound
from artifact_state.iam import groups, users
from artifact_state.iam.attached_policies import attach_policy
from artifact_state.iam.inline_policies import put_inline_policy
from artifact_state.policy_evaluation.decision import Kind, Layers
from artifact_state.policy_evaluation.simulation import simulate
from artifact_state.policy_evaluation.simulation.input import Setting, custom_layers, require_sense
from artifact_state.policy_evaluation.simulation.principals import Exclusion, Inline, principal_layers
from artifact_state.policy_evaluation.simulation.simulate import Simulated
from tests.state.test_simulated_input import BOB, OTHERS, ROLE, written
from tests.support.domain import MANAGEMENT, STANDALONE, act, world_with_organization

ARN = f"arn:aws:iam::{STANDALONE}:user/Alice"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def simulated(layers: Layers, *resources: str, action: str = "iam:GetRole", **more: Any) -> list[Simulated]:
    """Simulate one action."""
    setting = Setting(**more)
    require_sense([action], resources, setting)
    return simulate.simulate(layers, action, resources, setting)


def sources(one: Simulated) -> list[str]:
    """Tell of which policies statements matched."""
    return [policy.arn_or_name for _, policy, _ in one.matched]


class TestSimulate:
    """simulate."""

    def test_each_resource(self) -> None:
        """All of the list, in its order; without one, anything."""
        layers = custom_layers([written(), written("Deny", Resource=ROLE)])
        assert [(one.question.resource, one.told) for one in simulated(layers, OTHERS, ROLE)] == [
            (OTHERS, "allowed"),
            (ROLE, "explicitDeny"),
        ]
        assert [(one.question.resource, one.told) for one in simulated(layers)] == [("*", "allowed")]
        assert simulated(layers, action="iam:ListRoles")[0].told == "implicitDeny"

    @pytest.mark.parametrize("told", [("allowed", "implicitDeny"), ("implicitDeny", "explicitDeny")])
    def test_gravest(self, told: tuple[str, str]) -> None:
        """What denies outdoes what does not allow, and that what allows."""
        assert simulate.gravest(told) == simulate.gravest(told[::-1]) == told[1]

    def test_keys(self) -> None:
        """As they are written first, in their order, whatever the case: of what is an identity's."""
        conditions = {"StringEquals": {"aws:PrincipalTag/team": "${aws:ResourceTag/team, 'a'}${*}"}}
        some = written(Resource="arn:aws:iam::*:user/${aws:username}", Condition=conditions)
        again = written(Condition={"Bool": {"AWS:UserName": "true"}})
        of_organization = written(Condition={"Bool": {"aws:SecureTransport": "true"}})
        layers = custom_layers(
            [some, again], [written(Condition={"Null": {"sts:ExternalId": True}})], [[of_organization]]
        )
        assert simulate.keys_of(layers) == [
            "aws:username",
            "aws:PrincipalTag/team",
            "aws:ResourceTag/team",
            "sts:ExternalId",
        ]
        old = some.replace("2012-10-17", "2008-10-17")
        assert simulate.keys_of(custom_layers([old])) == ["aws:PrincipalTag/team"]

    def test_missing_keys(self) -> None:
        """Those that are read and not given, where nothing allows; whatever they were needed for."""
        conditions = {"StringEquals": {"aws:PrincipalTag/team": "${aws:ResourceTag/team}"}}
        layers = custom_layers([written(Action="sts:*", Condition=conditions)])
        (one,) = simulated(layers, action="iam:GetUser", given={"aws:resourcetag/team": ("a",)})
        assert (one.told, one.missing) == ("implicitDeny", ["aws:PrincipalTag/team"])
        # What AWS fills in is not given.
        (one,) = simulated(layers, action="iam:GetUser", assumed={"aws:resourcetag/team": ("a",)})
        assert one.missing == ["aws:PrincipalTag/team", "aws:ResourceTag/team"]
        allowing = custom_layers([written(), written("Deny", Condition=conditions)])
        assert simulated(allowing)[0].missing == []
        bound = custom_layers([written(Condition=conditions)], levels=[[written(Action="sts:*")]])
        assert simulated(bound)[0].missing == []

    def test_statements(self) -> None:
        """All that allow, or all that deny; none where nothing does, and none of an organization."""
        allowing = custom_layers([written(), written(Action="*")], [written()])
        assert sources(simulated(allowing)[0]) == ["PolicyInputList.1", "PolicyInputList.2"]
        denying = custom_layers([written(), written("Deny")], [written("Deny")])
        assert [(kind, policy.arn_or_name) for kind, policy, _ in simulated(denying)[0].matched] == [
            ("IAM Policy", "PolicyInputList.2"),
            ("Permissions Boundary Policy", "PermissionsBoundaryPolicyInputList.1"),
        ]
        bound = custom_layers([written()], levels=[[written("Deny")]])
        (one,) = simulated(bound, ROLE)
        assert (one.told, one.matched, one.allowed_by_organization) == ("explicitDeny", [], False)
        assert one.details is None

    def test_organization(self) -> None:
        """At each level something must allow; where nothing does a simulation ends, whatever else denies."""
        everything = written(Action="*")
        levels = [[everything], [written(Action="sts:*")]]
        for policies in ([written()], [written("Deny")]):
            (one,) = simulated(custom_layers(policies, levels=levels))
            assert (one.told, one.decision.level, one.allowed_by_organization) == ("implicitDeny", 1, False)
        layers = custom_layers([written()], levels=[[everything], [everything, written(Action="sts:*")]])
        assert simulated(layers)[0].told == "allowed"

    def test_boundary(self) -> None:
        """It is told what it allows, whatever the other policies say."""
        for identity in (written(), written("Deny"), written(Action="sts:*")):
            assert simulated(custom_layers([identity], [written()]))[0].allowed_by_boundary
            assert not simulated(custom_layers([identity], [written(Action="sts:*")]))[0].allowed_by_boundary
            assert not simulated(custom_layers([identity], [written("Deny")]))[0].allowed_by_boundary

    def test_policy_of_a_resource(self) -> None:
        """Within the account it is enough; of another account both must allow, and it is told what each says."""
        policy = written(Action="*", Principal={"AWS": BOB})
        given = {"resource_policy": policy, "caller_arn": BOB}
        nothing, something = custom_layers([written(Action="sts:*")]), custom_layers([written()])
        (one,) = simulated(nothing, ROLE, **given)
        assert (one.told, one.details, sources(one)) == ("allowed", {}, ["ResourcePolicy"])
        (one,) = simulated(nothing, OTHERS, **given)
        assert one.told == "implicitDeny"
        assert one.details == {"IAM Policy": "implicitDeny", "Resource Policy": "allowed"}
        assert simulated(something, OTHERS, **given)[0].told == "allowed"
        owner = f"arn:aws:iam::{MANAGEMENT}:root"
        (one,) = simulated(nothing, "arn:aws:s3:::b", action="s3:GetObject", resource_owner=owner, **given)
        assert one.told == "implicitDeny"
        of_alice = written(Action="*", Principal={"AWS": ARN})
        assert simulated(nothing, ROLE, resource_policy=of_alice, caller_arn=BOB)[0].told == "implicitDeny"

    @pytest.mark.parametrize(
        ("principal", "told"), [("*", "allowed"), ({"AWS": "*"}, "allowed"), ({"AWS": STANDALONE}, "implicitDeny")]
    )
    def test_policy_that_names_others(self, principal: Any, told: str) -> None:
        """Whom it allows as everybody needs nothing else; whose account it allows needs a policy of his own."""
        policy = written(Action="*", Principal=principal)
        layers = custom_layers([written(Action="sts:*")])
        assert simulated(layers, ROLE, resource_policy=policy, caller_arn=BOB)[0].told == told

    def test_the_examples_of_aws(self) -> None:
        """A boundary does not keep a user from what a resource's policy allows him, but from another account's."""
        boundary = [written(Action="iam:*")]
        policy = written(Action=["s3:List*", "s3:Put*"], Resource="arn:aws:s3:::mary/*", Principal={"AWS": BOB})
        asked = {"action": "s3:PutObject", "resource_policy": policy, "caller_arn": BOB}
        (one,) = simulated(custom_layers([written(Action="iam:*")], boundary), "arn:aws:s3:::mary/Test", **asked)
        assert (one.told, one.allowed_by_boundary, one.details, one.missing) == ("allowed", False, {}, [])
        asked["resource_owner"] = "arn:aws:iam::123456789012:root"
        (one,) = simulated(custom_layers([], boundary), "arn:aws:s3:::mary/Test", **asked)
        assert (one.told, one.allowed_by_boundary) == ("implicitDeny", False)
        assert one.details == {
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
        layers = act(world, principal_layers, ARN, [written(Action="sts:*")], account=STANDALONE)
        assert [one.arn_or_name for one in layers.identity] == ["user_Alice_own", "PolicyInputList.1"]
        bounded = act(world, principal_layers, ARN, [], [written(Action="sts:*")], account=STANDALONE)
        (one,) = simulated(bounded)
        assert one.decision.kind is Kind.BOUNDARY

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
            act(world, principal_layers, arn, account=STANDALONE)
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
        world = world_with_organization()
        user = act(world, users.create_user, "Alice", account=STANDALONE)
        act(world, put_inline_policy, user, "own", written(), account=STANDALONE)
        user = users.user_of(world.state, STANDALONE, "Alice")
        act(world, attach_policy, user, "arn:aws:iam::aws:policy/ReadOnlyAccess", account=STANDALONE)
        layers = act(world, principal_layers, ARN, without=[without], account=STANDALONE)
        assert [one.arn_or_name.rpartition("/")[2] for one in layers.identity] == left

    @pytest.mark.parametrize(
        "without",
        [
            "arn:aws:iam::aws:policy/*a*",
            "arn:aws:s3:::b",
            "arn:*",
            "arn:aws:iam::*:policy/a",
            "which is no ARN of any policy",
            Inline("own", "user", "*a*"),
        ],
    )
    def test_without_what_names_nothing(self, without: Exclusion) -> None:
        """One star at most, and in the name alone."""
        world = world_with_organization()
        act(world, users.create_user, "Alice", account=STANDALONE)
        before = world.state
        with pytest.raises(InvalidSimulationInput):
            act(world, principal_layers, ARN, without=[without], account=STANDALONE)
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
            layers = act(world, principal_layers, arn, account=STANDALONE)
            assert [one.arn_or_name for one in layers.identity] == [READ_ONLY]
