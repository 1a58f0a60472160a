"""The resources of simulated actions."""

import pytest

from artifact_state.catalog.service_actions import actions_of_service
from artifact_state.policy_evaluation.simulation.resources import is_applicable, is_known, name_of_resources
from artifact_state.principals import root_user
from tests.support.domain import STANDALONE

CALLER = root_user(STANDALONE)
USER = "arn:aws:iam::123456789012:user/some/one"
ROLE = "arn:aws:iam::123456789012:role/one"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:one"
ACTIONS = (
    "s3:GetObject", "s3:ListBucket", "s3:ListAllMyBuckets", "iam:GetUser", "iam:ListUsers", "iam:PassRole",
    "sts:GetCallerIdentity", "sts:AssumeRole", "sqs:SendMessage", "kms:Encrypt", "lambda:InvokeFunction",
    "ec2:DescribeInstances",
)  # fmt: skip
OBJECTS = ("arn:aws:s3:::files/a", "arn:aws:s3:::files/b")


class TestActionsOfService:
    """actions_of_service."""

    def test_unknown_service_has_no_actions(self) -> None:
        """A service that AWS does not have, or a name that is not one, has no actions."""
        for prefix in ("madeup", "", "S3", 's3"', "as_of"):
            assert actions_of_service(prefix).resource_types == {}
        assert len(actions_of_service("s3").resource_types) > 100

    def test_every_type_has_a_pattern(self) -> None:
        """Every type of resources that an action has is known, with the patterns of its ARNs."""
        for prefix in ("s3", "iam", "ec2", "apigateway", "organizations"):
            actions = actions_of_service(prefix)
            for types in actions.resource_types.values():
                assert all(actions.arn_patterns[kind] for kind in types)


class TestIsApplicable:
    """is_applicable."""

    @pytest.mark.parametrize(
        ("resource", "actions"),
        [
            (OBJECTS[0], ["s3:GetObject", "s3:ListBucket"]),
            ("arn:aws:s3:::files", ["s3:GetObject", "s3:ListBucket"]),
            ("arn:unknown:s3:::*", ["s3:GetObject", "s3:ListBucket"]),
            (USER, ["iam:GetUser"]),
            (ROLE, ["iam:PassRole", "sts:AssumeRole"]),
            (QUEUE, ["sqs:SendMessage"]),
            ("arn:aws:kms:us-east-1:123456789012:key/one", ["kms:Encrypt"]),
            ("arn:aws:lambda:us-east-1:123456789012:function:one", ["lambda:InvokeFunction"]),
        ],
    )
    def test_action_takes_only_its_own_resources(self, resource: str, actions: list[str]) -> None:
        """Of these actions, AWS was recorded to take just some on each resource."""
        assert [action for action in ACTIONS if is_applicable(action, resource)] == actions
        assert all(is_applicable(action, "*") for action in ACTIONS)

    @pytest.mark.parametrize("action", ["madeup:Action", "s3:*", "s3:MadeUp", "s3:getobject", ":", "s3:"])
    def test_unknown_action_takes_every_resource(self, action: str) -> None:
        """An action that AWS does not have is not limited to resources."""
        assert not is_known(action)
        assert all(is_applicable(action, resource) for resource in (USER, QUEUE, *OBJECTS))


class TestNameOfResources:
    """name_of_resources."""

    @pytest.mark.parametrize(
        ("action", "name"),
        [
            ("s3:GetObject", "arn:aws:s3:::${BucketName}/${KeyName}"),
            ("iam:GetUser", "arn:aws:iam::${Account}:${ResourceType}/${ResourceName}"),
            ("sts:GetCallerIdentity", "arn:aws:iam::${Account}:${RelativeId}"),
            ("ec2:DescribeInstances", "arn:aws:ec2:${Region}:${Account}:${ResourceType}/${ResourcePath}"),
            ("lambda:InvokeFunction", "arn:aws:lambda:${Region}:${Account}:${ResourceType}:${ResourceId}"),
            ("sqs:SendMessage", "arn:aws:sqs:${Region}:${Account}:${QueueName}"),
            ("kms:Encrypt", "arn:aws:kms:${Region}:${Account}:${ResourceType}/${Id}"),
            ("a2c:StartDeploymentJob", "arn:${Partition}:a2c:${Region}:${Account}:${ResourceType}/${ResourceName}"),
            ("s3:MadeUp", "*"),
            ("madeup:Action", "*"),
        ],
    )
    def test_several_resources_have_the_format_of_the_service(self, action: str, name: str) -> None:
        """Several resources are named by the format of the action's service, whatever they are."""
        for resources in (OBJECTS, (QUEUE, ROLE)):
            assert name_of_resources(CALLER, action, resources) == name
        assert name_of_resources(CALLER, action, OBJECTS[:1]) == OBJECTS[0]
        assert name_of_resources(CALLER, action, ()) == "*"

    def test_name_has_the_partition_of_the_first_resource(self) -> None:
        """The format of several resources has the partition of the first of them."""
        queues = (QUEUE.replace("aws", "aws-cn"), QUEUE)
        name = "arn:aws-cn:sqs:${Region}:${Account}:${QueueName}"
        assert name_of_resources(CALLER, "sqs:SendMessage", queues) == name

    def test_service_without_a_format_has_no_name(self) -> None:
        """Several resources have no name if the policy generator has no format for the service."""
        assert name_of_resources(CALLER, "support:DescribeCases", OBJECTS) is None

    @pytest.mark.parametrize(("action", "path"), [("iam:ListUsers", "user/"), ("iam:ListVirtualMFADevices", "mfa/")])
    def test_path_stands_for_no_resources(self, action: str, path: str) -> None:
        """Lists of IAM are named by a path of the account that simulates, if there are no resources."""
        assert name_of_resources(CALLER, action, ()) == f"arn:aws:iam::{STANDALONE}:{path}"
        chinese = root_user(STANDALONE, partition="aws-cn")
        assert name_of_resources(chinese, action, ()) == f"arn:aws-cn:iam::{STANDALONE}:{path}"
