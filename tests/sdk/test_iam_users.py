"""IAM users as boto3 has them: an administrator who is no root user does the story, and his keys end with him."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.support.sdk_accounts import ARTIFACT, ORGANIZATIONS_BAA, Account, Credentials, EmulatedAws

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
READS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "artifact:List*", "Resource": "*"}]}


@pytest.fixture
def administrator(management: Account, emulator: EmulatedAws) -> Account:
    """Give an IAM user of the management account, in a group of administrators, who calls by his access key."""
    iam = management.iam
    iam.create_group(GroupName="Administrators")
    iam.attach_group_policy(GroupName="Administrators", PolicyArn=ADMINISTRATOR)
    iam.create_user(UserName="Alice")
    iam.add_user_to_group(GroupName="Administrators", UserName="Alice")
    key = iam.create_access_key(UserName="Alice")["AccessKey"]
    return Account(emulator, management.id, Credentials(key["AccessKeyId"], key["SecretAccessKey"]))


class TestAdministrator:
    """A user who administers."""

    def test_accepts_for_the_organization(self, administrator: Account, member: Account) -> None:
        """Sign in as an IAM user, enable trusted access, accept: every member has the agreement."""
        who = administrator.sts.get_caller_identity()
        assert who["Arn"] == f"arn:aws:iam::{administrator.id}:user/Alice"
        administrator.enable_trusted_access(ARTIFACT)
        accepted = administrator.accept(ORGANIZATIONS_BAA)
        assert [one["id"] for one in member.agreements()] == [accepted["id"]]

    def test_keeps_house(self, administrator: Account) -> None:
        """He makes a policy, gives it to a user, and reads it back as boto3 decodes it."""
        iam = administrator.iam
        policy = iam.create_policy(PolicyName="Reads", PolicyDocument=json.dumps(READS))["Policy"]
        iam.create_user(UserName="Bob")
        iam.attach_user_policy(UserName="Bob", PolicyArn=policy["Arn"])
        iam.put_user_policy(UserName="Bob", PolicyName="inline", PolicyDocument=json.dumps(READS))
        assert iam.get_policy_version(PolicyArn=policy["Arn"], VersionId="v1")["PolicyVersion"]["Document"] == READS
        assert iam.get_user_policy(UserName="Bob", PolicyName="inline")["PolicyDocument"] == READS
        pages = iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 1})
        assert [user["UserName"] for page in pages for user in page["Users"]] == ["Alice", "Bob"]
        with pytest.raises(iam.exceptions.DeleteConflictException):
            iam.delete_policy(PolicyArn=policy["Arn"])

    def test_ends_with_his_key(self, administrator: Account, management: Account) -> None:
        """Once his key is deleted, nobody calls by it, though any placeholder would be somebody."""
        management.iam.delete_access_key(UserName="Alice", AccessKeyId=administrator.credentials.access_key_id)
        with pytest.raises(ClientError) as caught:
            administrator.sts.get_caller_identity()
        assert caught.value.response["Error"]["Code"] == "InvalidClientTokenId"
