"""An IAM user as the administrator of an organization, with boto3."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.support.sdk_accounts import ARTIFACT, ORGANIZATIONS_BAA, Account, Credentials, EmulatedAws

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
READS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "artifact:List*", "Resource": "*"}]}


@pytest.fixture
def administrator(management: Account, emulator: EmulatedAws) -> Account:
    """An IAM user of the management account in a group of administrators, with an access key."""
    iam = management.iam
    iam.create_group(GroupName="Administrators")
    iam.attach_group_policy(GroupName="Administrators", PolicyArn=ADMINISTRATOR)
    iam.create_user(UserName="Alice")
    iam.add_user_to_group(GroupName="Administrators", UserName="Alice")
    key = iam.create_access_key(UserName="Alice")["AccessKey"]
    return Account(emulator, management.id, Credentials(key["AccessKeyId"], key["SecretAccessKey"]))


class TestAdministrator:
    """An IAM user with AdministratorAccess."""

    def test_administrator_accepts_organization_agreement(self, administrator: Account, member: Account) -> None:
        """After an IAM user enabled trusted access and accepted an agreement, every member has it."""
        identity = administrator.sts.get_caller_identity()
        assert identity["Arn"] == f"arn:aws:iam::{administrator.id}:user/Alice"
        administrator.enable_trusted_access(ARTIFACT)
        agreement = administrator.accept(ORGANIZATIONS_BAA)
        assert [member_agreement["id"] for member_agreement in member.agreements()] == [agreement["id"]]

    def test_administrator_manages_users_and_policies(self, administrator: Account) -> None:
        """The administrator creates policies for a user and reads them back as boto3 decodes them."""
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

    def test_deleted_access_key_is_refused(self, administrator: Account, management: Account) -> None:
        """A deleted access key is refused, although any other unknown key would be accepted as a placeholder."""
        management.iam.delete_access_key(UserName="Alice", AccessKeyId=administrator.credentials.access_key_id)
        with pytest.raises(ClientError) as caught:
            administrator.sts.get_caller_identity()
        assert caught.value.response["Error"]["Code"] == "InvalidClientTokenId"
