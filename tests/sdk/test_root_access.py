"""Centralized root access as boto3 has it: a security account deletes the root credentials of a member."""

import pytest
from botocore.exceptions import ClientError

from tests.sdk.emulator import Account, Credentials, Emulator

IAM_PRINCIPAL = "iam.amazonaws.com"
DELETING = "arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials"


class TestRootAccess:
    """What the page on centralized root access tells administrators to do."""

    def test_from_trusted_access_to_a_root_session(
        self, management: Account, member: Account, emulator: Emulator
    ) -> None:
        """Trust IAM, switch the features on, delegate; then the delegate deletes another member's root keys."""
        with pytest.raises(management.iam.exceptions.ServiceAccessNotEnabledException):
            management.iam.enable_organizations_root_sessions()
        management.enable_trusted_access(IAM_PRINCIPAL)
        management.iam.enable_organizations_root_credentials_management()
        management.iam.enable_organizations_root_sessions()
        security = management.create_account("Security")
        to = {"AccountId": security.id, "ServicePrincipal": IAM_PRINCIPAL}
        management.organizations.register_delegated_administrator(**to)
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
        assert [one["AccessKeyId"] for one in root.iam.list_access_keys()["AccessKeyMetadata"]] == [key]
        root.iam.delete_access_key(AccessKeyId=key)
        assert member.iam.get_account_summary()["SummaryMap"]["AccountAccessKeysPresent"] == 0
        with pytest.raises(ClientError, match="with an explicit deny in a session policy"):
            root.iam.list_users()
