"""The input of simulations."""

import json
from typing import Any

import pytest

from artifact_state.errors import InvalidPolicyInput, InvalidSimulationInput, Refused
from artifact_state.policy_evaluation.simulation.input import SimulationSettings, require_valid_input, simulated_policies
from tests.support.domain import STANDALONE, transaction, world_with_organization
from tests.support.simulation import BOB, FOREIGN_ROLE, ROLE, policy_document


class TestSimulatedPolicies:
    """simulated_policies."""

    def test_policy_without_version_is_accepted(self) -> None:
        """A policy without a version is accepted, as by AWS."""
        statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        assert len(simulated_policies([json.dumps({"Statement": statement})]).identity) == 1

    @pytest.mark.parametrize(
        ("parameters", "error", "message"),
        [
            (
                {"documents": [policy_document(), "{}"]},
                InvalidPolicyInput,
                "Policy input list item 2 has invalid content",
            ),
            ({"boundaries": ["{}"]}, InvalidPolicyInput, r"PermissionsBoundaryPolicyInputList\.1"),
            ({"boundaries": [policy_document(), policy_document()]}, InvalidSimulationInput, "cannot exceed 1 items"),
            ({"levels": [[policy_document()], []]}, InvalidSimulationInput, "at index 2 must contain at least one"),
            ({"levels": [[policy_document(), "{}"]]}, InvalidPolicyInput, r"ServiceControlPolicyInputList\.2"),
        ],
    )
    def test_invalid_policy_input_is_refused(
        self, parameters: dict[str, Any], error: type[Refused], message: str
    ) -> None:
        """An invalid policy or too many boundaries are refused, and nothing changes."""
        world = world_with_organization()
        before = world.state
        with pytest.raises(error, match=message), transaction(world):
            simulated_policies(**{"documents": [policy_document()]} | parameters)
        assert world.state is before


class TestRequireValidInput:
    """require_valid_input."""

    @pytest.mark.parametrize(
        "arn",
        [
            f"arn:aws:sts::{STANDALONE}:assumed-role/R/me",
            f"arn:aws:sts::{STANDALONE}:federated-user/Bob",
            f"arn:aws:iam::{STANDALONE}:root",
            "artifact.amazonaws.com",
        ],
    )
    def test_caller_is_a_user_group_or_role(self, arn: str) -> None:
        """A simulated caller is a user, a group or a role."""
        with pytest.raises(InvalidSimulationInput, match="Caller must be an IAM user, role or group"):
            require_valid_input(["iam:GetRole"], [], SimulationSettings(caller_arn=arn))
        for kind in ("user", "group", "role"):
            require_valid_input(
                ["iam:GetRole"], [], SimulationSettings(caller_arn=f"arn:aws:iam::{STANDALONE}:{kind}/path/N")
            )

    @pytest.mark.parametrize(
        ("resources", "message"),
        [(["b"], "valid ARN format: b"), (["arn:aws:s3"], "arn:aws:s3"), ([ROLE, "*"], r"format: \*")],
    )
    def test_resources_are_complete_arns_or_one_star(self, resources: list[str], message: str) -> None:
        """Resources are complete ARNs, or `*` alone."""
        with pytest.raises(InvalidSimulationInput, match=message):
            require_valid_input(["iam:GetRole"], resources, SimulationSettings())
        for valid in ([], ["*"], [ROLE, "arn:aws:s3:::b/*"]):
            require_valid_input(["iam:GetRole"], valid, SimulationSettings())

    def test_action_without_service_is_refused(self) -> None:
        """An action without its service is refused."""
        with pytest.raises(InvalidSimulationInput, match="missing names"):
            require_valid_input(["iam:GetRole", "GetRole"], [], SimulationSettings())

    @pytest.mark.parametrize("owner", [STANDALONE, "arn:aws:s3:::b", "arn:aws:iam::1:root"])
    def test_resource_owner_is_an_arn(self, owner: str) -> None:
        """The resource owner is an ARN, not an account id."""
        with pytest.raises(InvalidSimulationInput, match=f"'{owner}' is not a valid as a Resource Owner"):
            require_valid_input(["iam:GetRole"], [], SimulationSettings(resource_owner=owner))
        require_valid_input(["iam:GetRole"], [], SimulationSettings(resource_owner=f"arn:aws:iam::{STANDALONE}:root"))

    @pytest.mark.parametrize(
        ("settings", "resources", "message"),
        [
            ({"caller_arn": None}, [ROLE], "Caller cannot be null"),
            ({"caller_arn": ROLE}, [ROLE], "Caller must be an IAM user in this context"),
            ({"caller_arn": BOB.replace("user", "group")}, [ROLE], "Caller must be an IAM user in this context"),
            ({}, [], "does not clearly define"),
            ({}, ["*"], "does not clearly define"),
            ({"resource_policy": "{}"}, [ROLE], "Syntax errors"),
            ({"resource_policy": policy_document()}, [ROLE], "Missing required field Principal"),
            (
                {"resource_policy": policy_document(Principal="*", Resource=FOREIGN_ROLE)},
                [FOREIGN_ROLE, ROLE],
                f"applicable to {ROLE}",
            ),
        ],
    )
    def test_resource_policy_needs_a_user_and_matching_resources(
        self, settings: dict[str, Any], resources: list[str], message: str
    ) -> None:
        """A resource policy needs a user as the caller, and must apply to every resource."""
        complete = SimulationSettings(
            **{"caller_arn": BOB, "resource_policy": policy_document(Principal="*")} | settings
        )
        with pytest.raises((InvalidSimulationInput, InvalidPolicyInput), match=message):
            require_valid_input(["iam:GetRole"], resources, complete)
