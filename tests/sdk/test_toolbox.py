"""The IAM Toolbox with the AWS CLI and boto3, which get its model from a newer botocore by AWS_DATA_PATH."""

import os
from pathlib import Path

import boto3
import pytest

from shapes_generator.botocore_releases import pinned_version, release
from tests.support.aws_cli import AwsCli
from tests.support.sdk_accounts import EmulatedAws

NOTHING = '{"Version":"2012-10-17","Statement":{"Sid":"Never","Effect":"Deny","Action":"iam:ListUsers","Resource":"*"}}'
LIST_USERS = "iam list-users"
DETAILS = "iam-toolbox get-request-authorization-details --authorization-id"
POLICY = "iam-toolbox get-request-authorization-policy --authorization-id"


@pytest.fixture(scope="module")
def newer_models() -> Path:
    """The folder of models of the botocore release that the emulator is built on."""
    return release(pinned_version()) / "botocore" / "data"


@pytest.fixture
def denied_user(aws_cli: AwsCli) -> AwsCli:
    """The AWS CLI of a user whom a policy denies to list users."""
    aws_cli.output("iam create-user --user-name alice")
    aws_cli.run_silently(f"iam put-user-policy --user-name alice --policy-name p --policy-document {NOTHING}")
    key = aws_cli.output("iam create-access-key --user-name alice")["AccessKey"]
    return aws_cli.with_environment(AWS_ACCESS_KEY_ID=key["AccessKeyId"], AWS_SECRET_ACCESS_KEY=key["SecretAccessKey"])


class TestToolbox:
    """The commands and methods of the service."""

    def test_command_line_explains_denial(self, aws_cli: AwsCli, denied_user: AwsCli, newer_models: Path) -> None:
        """The id at the end of the message leads to the checks, and a URI from them to the document."""
        identifier = denied_user.error(LIST_USERS).rpartition(" ")[2]
        aws_cli = aws_cli.with_environment(AWS_DATA_PATH=str(newer_models))
        details = aws_cli.output(f"{DETAILS} {identifier}")
        (evaluation,) = details["evaluations"]
        assert evaluation["evaluatedEffect"] == "EXPLICIT_DENY"
        (match,) = evaluation["checks"][0]["matchedPolicies"]
        assert match["matchedStatements"] == [{"sid": "Never", "evaluatedEffect": "DENY"}]
        document = aws_cli.output(f"{POLICY} {identifier} --policy-uri {match['uri']}")["policyDocument"]
        assert document["Statement"]["Sid"] == "Never"
        assert "(ResourceNotFoundException)" in aws_cli.error(f"{DETAILS} {identifier[::-1]}")

    def test_client_pages_evaluations(
        self, emulator: EmulatedAws, denied_user: AwsCli, newer_models: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A client and its paginator read the evaluations."""
        identifier = denied_user.error(LIST_USERS).rpartition(" ")[2]
        monkeypatch.setenv("AWS_DATA_PATH", os.fspath(newer_models))
        keys = {"aws_access_key_id": "111122223333", "aws_secret_access_key": "x"}
        toolbox = boto3.session.Session(region_name="us-east-1", **keys).client(
            "iam-toolbox", endpoint_url=emulator.endpoint
        )
        pages = toolbox.get_paginator("get_request_authorization_details").paginate(authorizationId=identifier)
        assert [each["action"] for page in pages for each in page["evaluations"]] == ["iam:ListUsers"]
