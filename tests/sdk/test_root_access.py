"""Centralized root access through boto3: a security account deletes the root user's access key of a member."""

import pytest
from botocore.exceptions import ClientError

from tests.support.sdk_accounts import Account, Credentials, EmulatedAws

IAM_PRINCIPAL = "iam.amazonaws.com"
DELETING = "arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials"


class TestRootAccess:
    """The steps of AWS's guide to centralized root access."""

    def test_delegated_administrator_deletes_root_access_key_of_member(
        self, management: Account, member: Account, emulator: EmulatedAws
    ) -> None:
        """Trust IAM, enable the features and delegate them; then the delegated administrator deletes the key."""
        with pytest.raises(management.iam.exceptions.ServiceAccessNotEnabledException):
            management.iam.enable_organizations_root_sessions()
        management.enable_trusted_access(IAM_PRINCIPAL)
        management.iam.enable_organizations_root_credentials_management()
        management.iam.enable_organizations_root_sessions()
        security = management.create_account("Security")
        registration = {"AccountId": security.id, "ServicePrincipal": IAM_PRINCIPAL}
        management.organizations.register_delegated_administrator(**registration)
        assert security.iam.list_organizations_features()["EnabledFeatures"] == [
            "RootCredentialsManagement",
            "RootSessions",
        ]
        key = member.iam.create_access_key()["AccessKey"]["AccessKeyId"]
        assumed = security.sts.assume_root(TargetPrincipal=member.id, TaskPolicyArn={"arn": DELETING})
        keys = assumed["Credentials"]
        root = Account(
            emulator, member.id, Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        )
        assert root.sts.get_caller_identity()["Arn"] == f"arn:aws:iam::{member.id}:root"
        assert [listed["AccessKeyId"] for listed in root.iam.list_access_keys()["AccessKeyMetadata"]] == [key]
        root.iam.delete_access_key(AccessKeyId=key)
        assert member.iam.get_account_summary()["SummaryMap"]["AccountAccessKeysPresent"] == 0
        with pytest.raises(ClientError, match="with an explicit deny in a session policy"):
            root.iam.list_users()
