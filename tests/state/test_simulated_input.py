"""What a simulation is asked."""

import json
from typing import Any

import pytest

from artifact_state.errors import InvalidPolicyInput, InvalidSimulationInput, Refused
from artifact_state.policy_evaluation.simulation.input import (
    SimulationSettings,
    require_valid_input,
    simulated_policies,
)
from tests.support.domain import MANAGEMENT, STANDALONE, transaction, world_with_organization

BOB = f"arn:aws:iam::{STANDALONE}:user/Bob"
ROLE = f"arn:aws:iam::{STANDALONE}:role/R"
OTHERS = f"arn:aws:iam::{MANAGEMENT}:role/R"


def written(effect: str = "Allow", **more: Any) -> str:
    """Write a policy."""
    statement = {"Effect": effect, "Action": "iam:Get*", "Resource": "*"} | more
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


class TestCustomLayers:
    """custom_layers."""

    def test_older_language(self) -> None:
        """Policies need not say their version, as AWS takes them."""
        statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        assert len(simulated_policies([json.dumps({"Statement": statement})]).identity) == 1

    @pytest.mark.parametrize(
        ("asked", "error", "why"),
        [
            ({"documents": [written(), "{}"]}, InvalidPolicyInput, "Policy input list item 2 has invalid content"),
            ({"boundaries": ["{}"]}, InvalidPolicyInput, r"PermissionsBoundaryPolicyInputList\.1"),
            ({"boundaries": [written(), written()]}, InvalidSimulationInput, "cannot exceed 1 items"),
            ({"levels": [[written()], []]}, InvalidSimulationInput, "at index 2 must contain at least one"),
            ({"levels": [[written(), "{}"]]}, InvalidPolicyInput, r"ServiceControlPolicyInputList\.2"),
        ],
    )
    def test_what_is_no_policy(self, asked: dict[str, Any], error: type[Refused], why: str) -> None:
        """Is refused, and changes nothing."""
        world = world_with_organization()
        before = world.state
        with pytest.raises(error, match=why), transaction(world):
            simulated_policies(**{"documents": [written()]} | asked)
        assert world.state is before


class TestRequireSense:
    """require_sense."""

    @pytest.mark.parametrize(
        "arn",
        [
            f"arn:aws:sts::{STANDALONE}:assumed-role/R/me",
            f"arn:aws:sts::{STANDALONE}:federated-user/Bob",
            f"arn:aws:iam::{STANDALONE}:root",
            "artifact.amazonaws.com",
        ],
    )
    def test_callers(self, arn: str) -> None:
        """Users, groups and roles, and nobody else."""
        with pytest.raises(InvalidSimulationInput, match="Caller must be an IAM user, role or group"):
            require_valid_input(["iam:GetRole"], [], SimulationSettings(caller_arn=arn))
        for kind in ("user", "group", "role"):
            require_valid_input(["iam:GetRole"], [], SimulationSettings(caller_arn=f"arn:aws:iam::{STANDALONE}:{kind}/path/N"))

    @pytest.mark.parametrize(
        ("resources", "why"),
        [(["b"], "valid ARN format: b"), (["arn:aws:s3"], "arn:aws:s3"), ([ROLE, "*"], r"format: \*")],
    )
    def test_resources(self, resources: list[str], why: str) -> None:
        """Whole ARNs, or anything."""
        with pytest.raises(InvalidSimulationInput, match=why):
            require_valid_input(["iam:GetRole"], resources, SimulationSettings())
        for known in ([], ["*"], [ROLE, "arn:aws:s3:::b/*"]):
            require_valid_input(["iam:GetRole"], known, SimulationSettings())

    def test_actions(self) -> None:
        """They name their service."""
        with pytest.raises(InvalidSimulationInput, match="missing names"):
            require_valid_input(["iam:GetRole", "GetRole"], [], SimulationSettings())

    @pytest.mark.parametrize("owner", [STANDALONE, "arn:aws:s3:::b", "arn:aws:iam::1:root"])
    def test_owner(self, owner: str) -> None:
        """An ARN of the account, and not its number."""
        with pytest.raises(InvalidSimulationInput, match=f"'{owner}' is not a valid as a Resource Owner"):
            require_valid_input(["iam:GetRole"], [], SimulationSettings(resource_owner=owner))
        require_valid_input(["iam:GetRole"], [], SimulationSettings(resource_owner=f"arn:aws:iam::{STANDALONE}:root"))

    @pytest.mark.parametrize(
        ("setting", "resources", "why"),
        [
            ({"caller_arn": None}, [ROLE], "Caller cannot be null"),
            ({"caller_arn": ROLE}, [ROLE], "Caller must be an IAM user in this context"),
            ({"caller_arn": BOB.replace("user", "group")}, [ROLE], "Caller must be an IAM user in this context"),
            ({}, [], "does not clearly define"),
            ({}, ["*"], "does not clearly define"),
            ({"resource_policy": "{}"}, [ROLE], "Syntax errors"),
            ({"resource_policy": written()}, [ROLE], "Missing required field Principal"),
            ({"resource_policy": written(Principal="*", Resource=OTHERS)}, [OTHERS, ROLE], f"applicable to {ROLE}"),
        ],
    )
    def test_policy_of_a_resource(self, setting: dict[str, Any], resources: list[str], why: str) -> None:
        """It is a user's, who is known, and of every resource that is asked about."""
        asked = SimulationSettings(**{"caller_arn": BOB, "resource_policy": written(Principal="*")} | setting)
        with pytest.raises((InvalidSimulationInput, InvalidPolicyInput), match=why):
            require_valid_input(["iam:GetRole"], resources, asked)
