"""The input of simulations."""

import json
from typing import Any

import pytest

from artifact_state.errors import InvalidPolicyInput, InvalidSimulationInput, Refused
from artifact_state.policy_evaluation.simulation.input import (
    SimulationSettings,
    require_valid_input,
    simulated_policies,
)
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
        [
            (["b"], "valid ARN format: b"),
            (["arn:aws:s3"], "arn:aws:s3"),
            (["arn::s3:::b"], "arn::s3:::b"),
            (["arn:aws:s3:::"], "arn:aws:s3:::"),
            ([ROLE, "*"], r"format: \*"),
        ],
    )
    def test_resources_are_complete_arns(self, resources: list[str], message: str) -> None:
        """Resources are ARNs with a partition, a service and a name; wildcards and unknown partitions are accepted."""
        with pytest.raises(InvalidSimulationInput, match=message):
            require_valid_input(["iam:GetRole"], resources, SimulationSettings())
        for valid in ([], [ROLE, "arn:aws:s3:::b/*", "arn:unknown:s3:::*"]):
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
            ({"caller_arn": f"arn:aws:iam::{STANDALONE}:root"}, [ROLE], "Caller must be an IAM user, role or group"),
            ({}, [], r"Invalid Entity Arn: \* does not clearly define"),
            ({"resource_policy": "{}"}, [ROLE], "Syntax errors"),
            ({"resource_policy": policy_document()}, [ROLE], "Missing required field Principal"),
            ({"resource_policy": policy_document(Principal="*")}, [ROLE], r"valid ARN format: \*\."),
            (
                {"resource_policy": policy_document(Principal="*", Resource=FOREIGN_ROLE)},
                [FOREIGN_ROLE, ROLE],
                f"applicable to {ROLE}",
            ),
        ],
    )
    def test_resource_policy_needs_a_caller_and_matching_resources(
        self, settings: dict[str, Any], resources: list[str], message: str
    ) -> None:
        """A resource policy needs a user, role or group as the caller, and must apply to every resource."""
        policy = policy_document(Principal="*", Resource=ROLE)
        complete = SimulationSettings(**{"caller_arn": BOB, "resource_policy": policy} | settings)
        with pytest.raises((InvalidSimulationInput, InvalidPolicyInput), match=message):
            require_valid_input(["iam:GetRole"], resources, complete)

    @pytest.mark.parametrize("kind", ["user", "role", "group"])
    def test_every_kind_of_caller_can_have_a_resource_policy(self, kind: str) -> None:
        """The caller of a resource policy can be a user, a role or a group, which need not exist."""
        caller = BOB.replace("user", kind)
        policy = policy_document(Principal="*", Resource=ROLE)
        require_valid_input(["iam:GetRole"], [ROLE], SimulationSettings(caller_arn=caller, resource_policy=policy))

    def test_known_and_unknown_actions_need_separate_simulations_on_resources(self) -> None:
        """Actions that AWS has and others are refused together on resources, and accepted without resources."""
        actions = ["s3:MadeUp", "iam:GetRole", "iam:getrole", "sts:AssumeRole"]
        for operation in ("SimulateCustomPolicy", "SimulatePrincipalPolicy"):
            with pytest.raises(InvalidSimulationInput) as refusal:
                require_valid_input(actions, [ROLE], SimulationSettings(operation=operation))
            assert refusal.value.message == (
                "Invalid Input Actions: [iam:GetRole,sts:AssumeRole] and [s3:MadeUp,iam:getrole] require different "
                "authorization information. Please refer to the documentation for more details: "
                f"https://docs.aws.amazon.com/IAM/latest/APIReference/API_{operation}.html"
            )
        require_valid_input(actions, [], SimulationSettings())
        require_valid_input(["s3:MadeUp", "madeup:Action"], [ROLE], SimulationSettings())

    @pytest.mark.parametrize(
        ("action", "option", "is_accepted"),
        [
            ("ec2:RunInstances", "EC2-VPC-EBS", True),
            ("ec2:RunInstances", "EC2-Classic-InstanceStore", True),
            ("ec2:RunInstances", "CloudWatch-Alarm", False),
            ("ec2:RunInstances", "other", False),
            ("cloudwatch:TagResource", "CloudWatch-InsightRule", True),
            ("cloudwatch:TagResource", "EC2-VPC-EBS", False),
            ("devicefarm:ScheduleRun", "Device Pool as filter", True),
            ("s3:GetObject", "EC2-VPC-EBS", False),
        ],
    )
    def test_option_of_resource_handling_needs_an_action_of_its_own(
        self, action: str, option: str, *, is_accepted: bool
    ) -> None:
        """An option of resource handling is refused for an action that does not have it, if there are resources."""
        settings = SimulationSettings(resource_handling_option=option)
        require_valid_input([action], [], settings)
        if is_accepted:
            require_valid_input([action], [ROLE], settings)
            return
        with pytest.raises(InvalidSimulationInput) as refusal:
            require_valid_input([action], [ROLE], settings)
        assert refusal.value.message == (
            f"Invalid input resource handling options. Action does not support resource handling options: {action}. "
            "Please refer to the documentation for more details: "
            "https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html"
        )
