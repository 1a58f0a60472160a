"""IAM on the wire: instance profiles, roles from templates, and the settings of an account."""

import json
from typing import Any
from urllib.parse import unquote

import pytest
from botocore.credentials import Credentials

from tests.support.iam_users import create_user, policy_document
from tests.support.wire_client import Client
from tests.wire.conftest import NOW
from tests.wire.error_tables.iam_policies import TRUST

SERVICE = "iam"
TEMPLATE = "arn:aws:iam::aws:role-template/iam.amazonaws.com/PowerUserRoleTemplate:1"
ROTATION = "arn:aws:iam::aws:role-template/secretsmanager.amazonaws.com/AWSSecretsManagerRotationRoleTemplate:1"


class TestInstanceProfiles:
    """Instance profiles with their roles."""

    def test_profile_is_returned_with_its_role(self, management: Client) -> None:
        """An instance profile has its role, and a role's details its instance profiles."""
        created = management.do(
            SERVICE,
            "CreateInstanceProfile",
            InstanceProfileName="Web",
            Path="/p/",
            Tags=[{"Key": "team", "Value": "a"}],
        )["InstanceProfile"]
        assert created["InstanceProfileId"].startswith("AIPA")
        assert created["Arn"] == f"arn:aws:iam::{management.account}:instance-profile/p/Web"
        assert (created["Roles"], created["Tags"]) == ([], [{"Key": "team", "Value": "a"}])
        management.do(SERVICE, "CreateRole", RoleName="Dev", AssumeRolePolicyDocument=TRUST)
        management.do(SERVICE, "AddRoleToInstanceProfile", InstanceProfileName="Web", RoleName="Dev")
        profile = management.do(SERVICE, "GetInstanceProfile", InstanceProfileName="Web")["InstanceProfile"]
        assert [role["RoleName"] for role in profile["Roles"]] == ["Dev"]
        del profile["Tags"]
        assert management.do(SERVICE, "ListInstanceProfiles", PathPrefix="/p/")["InstanceProfiles"] == [profile]
        assert management.do(SERVICE, "ListInstanceProfiles", PathPrefix="/q/")["InstanceProfiles"] == []
        for_role = management.do(SERVICE, "ListInstanceProfilesForRole", RoleName="Dev")
        assert for_role["InstanceProfiles"] == [profile]
        details = management.do(SERVICE, "GetAccountAuthorizationDetails", Filter=["Role"])["RoleDetailList"]
        assert [role["InstanceProfileList"] for role in details if role["RoleName"] == "Dev"] == [[profile]]

    def test_tags_are_listed_and_removed(self, management: Client) -> None:
        """The tags of an instance profile are listed and removed."""
        name: dict[str, Any] = {"InstanceProfileName": "Web"}
        management.do(SERVICE, "CreateInstanceProfile", **name)
        tags = [{"Key": "team", "Value": "a"}]
        management.do(SERVICE, "TagInstanceProfile", **name, Tags=tags)
        assert management.do(SERVICE, "ListInstanceProfileTags", **name)["Tags"] == tags
        management.do(SERVICE, "UntagInstanceProfile", **name, TagKeys=["team"])
        assert management.do(SERVICE, "ListInstanceProfileTags", **name)["Tags"] == []


class TestRoleTemplates:
    """AcquireRole and GetRoleTemplateVersion."""

    def test_acquired_role_names_its_template(self, management: Client) -> None:
        """A new role is returned as CreateRole does; GetRole names its template."""
        values = {"AWSServiceName": {"Values": ["lambda.amazonaws.com"]}, "RoleName": {"Values": ["power"]}}
        role = management.do(SERVICE, "AcquireRole", TemplateArn=TEMPLATE, ReplacementValues=values)["Role"]
        assert (role["RoleName"], "Description" in role, "MaxSessionDuration" in role) == ("power", False, False)
        found = management.do(SERVICE, "GetRole", RoleName="power")["Role"]
        assert found["SourceRoleTemplate"] == {"TemplateArn": TEMPLATE, "TemplateMinorVersion": 0}
        attached = management.do(SERVICE, "ListAttachedRolePolicies", RoleName="power")["AttachedPolicies"]
        assert [policy["PolicyName"] for policy in attached] == ["PowerUserAccess"]

    def test_template_is_returned_with_its_documents(self, management: Client) -> None:
        """A template has its patterns, its documents and its parameters."""
        template = management.do(SERVICE, "GetRoleTemplateVersion", TemplateArn=ROTATION)["RoleTemplateVersion"]
        assert (template["RolePathPattern"], template["ManagedPolicyArns"]) == ("/service-role/", [])
        (policy,) = template["InlinePolicyTemplates"]
        assert "@{kmsKeyArn}" in unquote(policy["PolicyDocument"])
        types = {parameter["Name"]: parameter["Type"] for parameter in template["ParametersDefinition"]}
        assert types["kmsKeyArn"] == "StringList"

    def test_several_values_of_one_parameter_are_refused(self, management: Client) -> None:
        """A parameter that is no list takes one value."""
        values = {"AWSServiceName": {"Values": ["lambda.amazonaws.com", "ec2.amazonaws.com"]}}
        error = management.expect_error(SERVICE, "AcquireRole", TemplateArn=TEMPLATE, ReplacementValues=values)
        assert (error.code, error.message) == (
            "ValidationError",
            "AWSServiceName replacement value must contain exactly one value, got 2",
        )

    @pytest.mark.parametrize(
        ("condition", "is_allowed"),
        [
            ({"StringEquals": {"aws:ResourceAccount": "639982225848"}}, True),
            ({"StringLike": {"aws:ResourceAccount": "????????????"}}, True),
            ({"StringEquals": {"aws:ResourceAccount": "aws"}}, False),
            ({"Null": {"aws:ResourceAccount": "true"}}, False),
        ],
    )
    def test_template_has_the_account_of_aws(
        self, management: Client, condition: dict[str, Any], *, is_allowed: bool
    ) -> None:
        """A template belongs to an account of AWS, which conditions can name."""
        statement = {"Effect": "Allow", "Action": "iam:*", "Resource": "*", "Condition": condition}
        user = create_user(management, json.dumps({"Version": "2012-10-17", "Statement": statement}))
        assert (user.call(SERVICE, "GetRoleTemplateVersion", TemplateArn=TEMPLATE).status == 200) == is_allowed


class TestRoleLastUsed:
    """The latest use of a role."""

    def test_role_shows_its_latest_use(self, management: Client) -> None:
        """GetRole has the time and the region of the latest call by a session of the role."""
        trust = json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": {
                    "Effect": "Allow",
                    "Principal": {"AWS": management.account},
                    "Action": "sts:AssumeRole",
                },
            }
        )
        arn = management.do(SERVICE, "CreateRole", RoleName="Dev", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        assert management.do(SERVICE, "GetRole", RoleName="Dev")["Role"]["RoleLastUsed"] == {}
        keys = management.do("sts", "AssumeRole", RoleArn=arn, RoleSessionName="session")["Credentials"]
        credentials = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        Client(management.app, management.account, credentials=credentials).do("sts", "GetCallerIdentity")
        used = management.do(SERVICE, "GetRole", RoleName="Dev")["Role"]["RoleLastUsed"]
        assert used["Region"] == "us-east-1"
        assert used["LastUsedDate"] >= NOW.replace(microsecond=0)
        details = management.do(SERVICE, "GetAccountAuthorizationDetails", Filter=["Role"])["RoleDetailList"]
        assert [role["RoleLastUsed"] for role in details if role["RoleName"] == "Dev"] == [used]


class TestAccountSettings:
    """The password policy, the properties and the token version of an account."""

    def test_password_policy_has_defaults(self, management: Client) -> None:
        """What a request leaves out gets AWS's default; the policy is replaced as a whole."""
        management.do(SERVICE, "UpdateAccountPasswordPolicy", MinimumPasswordLength=12, MaxPasswordAge=90)
        management.do(SERVICE, "UpdateAccountPasswordPolicy", RequireSymbols=True, PasswordReusePrevention=5)
        assert management.do(SERVICE, "GetAccountPasswordPolicy")["PasswordPolicy"] == {
            "MinimumPasswordLength": 6,
            "RequireSymbols": True,
            "RequireNumbers": False,
            "RequireUppercaseCharacters": False,
            "RequireLowercaseCharacters": False,
            "AllowUsersToChangePassword": False,
            "ExpirePasswords": False,
            "PasswordReusePrevention": 5,
        }
        management.do(SERVICE, "DeleteAccountPasswordPolicy")
        assert management.expect_error(SERVICE, "GetAccountPasswordPolicy").code == "NoSuchEntity"

    def test_user_changes_its_password(self, management: Client) -> None:
        """A user changes its password; a root user and a wrong password are refused."""
        alice = create_user(management, "arn:aws:iam::aws:policy/IAMUserChangePassword")
        management.do(SERVICE, "CreateLoginProfile", UserName="Alice", Password="Secret-1234")
        alice.do(SERVICE, "ChangePassword", OldPassword="Secret-1234", NewPassword="Secret-5678")
        passwords = {"OldPassword": "Secret-1234", "NewPassword": "Secret-9999"}
        assert alice.expect_error(SERVICE, "ChangePassword", **passwords).code == "AccessDenied"
        assert management.expect_error(SERVICE, "ChangePassword", **passwords).code == "InvalidUserType"

    def test_password_policy_permits_users_to_change_their_own_password(self, management: Client) -> None:
        """AllowUsersToChangePassword needs no other policy, is only for a user itself, and yields to a denial."""
        alice = create_user(management)
        management.do(SERVICE, "CreateLoginProfile", UserName="Alice", Password="Secret-1234")
        passwords = {"OldPassword": "Secret-1234", "NewPassword": "Secret-5678"}
        assert alice.expect_error(SERVICE, "ChangePassword", **passwords).code == "AccessDenied"
        management.do(SERVICE, "UpdateAccountPasswordPolicy", AllowUsersToChangePassword=True)
        alice.do(SERVICE, "ChangePassword", **passwords)
        alice.do(SERVICE, "GetAccountPasswordPolicy")
        assert alice.expect_error(SERVICE, "GetLoginProfile", UserName="Alice").code == "AccessDenied"
        denial = policy_document({"Effect": "Deny", "Action": "iam:ChangePassword", "Resource": "*"})
        management.do(SERVICE, "PutUserPolicy", UserName="Alice", PolicyName="no", PolicyDocument=denial)
        assert "explicit deny" in alice.expect_error(SERVICE, "ChangePassword", **passwords).message

    def test_settings_are_read_where_aws_shows_them(self, management: Client) -> None:
        """The properties and the token version are returned as they were set."""
        properties = {"RoleManager/Enabled": "true"}
        management.do(SERVICE, "PutAccountProperties", Properties=properties)
        assert management.do(SERVICE, "GetAccountProperties")["Properties"] == properties
        management.do(SERVICE, "SetSecurityTokenServicePreferences", GlobalEndpointTokenVersion="v2Token")
        assert management.do(SERVICE, "GetAccountSummary")["SummaryMap"]["GlobalEndpointTokenVersion"] == 2
        error = management.expect_error(SERVICE, "PutAccountProperties", Properties={"RoleManager": "true"})
        assert (error.code, error.message) == (
            "InvalidInput",
            "Property key must be in format Namespace/PropertyName: RoleManager",
        )
