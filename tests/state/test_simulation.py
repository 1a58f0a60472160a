"""What policies would decide."""

import json
from typing import Any

import pytest

from artifact_state.errors import EntityNotFound, NotFound, PolicyNotReadable, RoleNotFound
from artifact_state.iam import users
from artifact_state.iam.inline_policies import put_inline_policy
from artifact_state.permissions import simulation
from artifact_state.permissions.decision import Kind
from tests.state.acting import STRANGER, a_world, act, transaction

ARN = f"arn:aws:iam::{STRANGER}:user/Alice"


def written(effect: str = "Allow", **more: Any) -> str:
    """Write a policy."""
    statement = {"Effect": effect, "Action": "iam:Get*", "Resource": "*"} | more
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


class TestSimulate:
    """simulate."""

    def test_each_action_on_each_resource(self) -> None:
        """The whole of both lists, in their order."""
        layers = simulation.custom_layers([written(), written("Deny", Action="iam:GetRole")])
        found = list(simulation.simulate(layers, ["iam:GetUser", "iam:GetRole"], ["arn:a", "arn:b"], {}))
        assert [(one.question.action, one.decision.allowed) for one in found] == [
            ("iam:GetUser", True),
            ("iam:GetUser", True),
            ("iam:GetRole", False),
            ("iam:GetRole", False),
        ]

    def test_missing_keys(self) -> None:
        """Those that are read and not given."""
        conditions = {"StringEquals": {"aws:PrincipalTag/team": "${aws:ResourceTag/team}"}}
        layers = simulation.custom_layers([written(Condition=conditions)])
        assert simulation.keys_of(layers) == ["aws:principaltag/team", "aws:resourcetag/team"]
        (one,) = simulation.simulate(layers, ["iam:GetUser"], [], {"aws:resourcetag/team": ("a",)})
        assert one.missing == ["aws:principaltag/team"]

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
        layers = act(world, simulation.principal_layers, ARN, [written(Action="sts:*")], account=STRANGER)
        assert [one.arn_or_name for one in layers.identity] == ["own", "PolicyInputList.1"]
        bounded = act(world, simulation.principal_layers, ARN, [], [written(Action="sts:*")], account=STRANGER)
        (one,) = simulation.simulate(bounded, ["iam:GetUser"], [], {})
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
            act(world, simulation.principal_layers, arn, account=STRANGER)
        assert world.state is before
