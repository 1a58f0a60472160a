"""The account as a whole on the wire: its alias, its summary and its authorization details."""

import json
from typing import Any
from urllib.parse import unquote

import pytest

from artifact_state.iam.account_summary import RESOURCE_TABLES
from tests.support.identities import ALLOW_ALL
from tests.support.saml import SamlIssuer
from tests.support.wire_client import Client

SERVICE = "iam"
ACCOUNT = "999988887777"
TRUST = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}}'
OWN_POLICY_ARN = f"arn:aws:iam::{ACCOUNT}:policy/p/Mine"
AWS_POLICY_ARN = "arn:aws:iam::aws:policy/AWSArtifactAgreementsFullAccess"
# The operations, with their parameters, that create a resource in each table of the state.
CREATION: dict[str, tuple[str, dict[str, str]]] = {
    "users": ("CreateUser", {"UserName": "Bob"}),
    "groups": ("CreateGroup", {"GroupName": "Others"}),
    "roles": ("CreateRole", {"RoleName": "Ops", "AssumeRolePolicyDocument": TRUST}),
    "customer_policies": ("CreatePolicy", {"PolicyName": "Ours", "PolicyDocument": ALLOW_ALL}),
    "mfa_devices": ("CreateVirtualMFADevice", {"VirtualMFADeviceName": "phone"}),
    "identity_providers": ("CreateOpenIDConnectProvider", {"Url": "https://id.example.com"}),
    "saml_providers": ("CreateSAMLProvider", {"Name": "idp", "SAMLMetadataDocument": SamlIssuer().metadata()}),
    "instance_profiles": ("CreateInstanceProfile", {"InstanceProfileName": "Web"}),
}
DETAILED = ("users", "groups", "roles", "customer_policies")


@pytest.fixture
def account(stranger: Client) -> Client:
    """Return an account with a user, a group, a role and a policy."""
    stranger.do(SERVICE, "CreateUser", UserName="Alice")
    stranger.do(SERVICE, "CreateGroup", GroupName="Admins")
    stranger.do(SERVICE, "CreateRole", RoleName="Dev", AssumeRolePolicyDocument=TRUST, Description="Ours")
    stranger.do(SERVICE, "CreatePolicy", PolicyName="Mine", PolicyDocument=ALLOW_ALL, Path="/p/", Description="Ours")
    return stranger


def decoded_document(document: Any) -> Any:
    """Return a policy document as boto3 does."""
    return json.loads(unquote(document)) if isinstance(document, str) else document


class TestResourceKinds:
    """GetAccountSummary and GetAccountAuthorizationDetails, for every kind of IAM resources in the state."""

    def test_every_table_has_creating_operation(self) -> None:
        """The tests below cover every table of IAM resources."""
        assert CREATION.keys() == set(RESOURCE_TABLES)

    @pytest.mark.parametrize(
        ("operation", "table"),
        [
            *(("GetAccountSummary", table) for table in CREATION),
            *(("GetAccountAuthorizationDetails", table) for table in DETAILED),
        ],
    )
    def test_created_resource_changes_reply(self, account: Client, operation: str, table: str) -> None:
        """A new resource of any kind shows in the summary, and users, groups, roles and policies in the details."""
        before = account.do(SERVICE, operation)
        creation, parameters = CREATION[table]
        account.do(SERVICE, creation, **parameters)
        assert account.do(SERVICE, operation) != before


class TestAccount:
    """Account aliases, GetAccountSummary and GetAccountAuthorizationDetails."""

    def test_alias_is_unique_among_accounts(self, account: Client, management: Client) -> None:
        """An account has one alias, which no other account can have."""
        account.do(SERVICE, "CreateAccountAlias", AccountAlias="example")
        assert account.do(SERVICE, "ListAccountAliases")["AccountAliases"] == ["example"]
        error = management.expect_error(SERVICE, "CreateAccountAlias", AccountAlias="example")
        assert (error.status, error.code, error.message) == (
            409,
            "EntityAlreadyExists",
            "The account alias example already exists.",
        )
        account.do(SERVICE, "DeleteAccountAlias", AccountAlias="example")
        assert account.do(SERVICE, "ListAccountAliases")["AccountAliases"] == []
        gone = account.expect_error(SERVICE, "DeleteAccountAlias", AccountAlias="example")
        assert (gone.status, gone.code) == (404, "NoSuchEntity")

    def test_summary_has_counts_and_quotas(self, account: Client) -> None:
        """The summary has the numbers of resources and the quotas under all of AWS's names."""
        account.do(SERVICE, "AttachUserPolicy", UserName="Alice", PolicyArn=AWS_POLICY_ARN)
        summary = account.do(SERVICE, "GetAccountSummary")["SummaryMap"]
        counted = [summary[name] for name in ("Users", "Groups", "Roles", "Policies", "PolicyVersionsInUse")]
        assert counted == [1, 1, 1, 1, 1]
        assert (summary["UsersQuota"], summary["AccessKeysPerUserQuota"]) == (5000, 2)
        assert len(summary) == 34

    def test_details_contain_identities_and_used_policies(self, account: Client) -> None:
        """The details contain identities with their policies, and the policies with their versions."""
        account.do(SERVICE, "AddUserToGroup", GroupName="Admins", UserName="Alice")
        account.do(SERVICE, "AttachGroupPolicy", GroupName="Admins", PolicyArn=AWS_POLICY_ARN)
        account.do(SERVICE, "PutUserPolicy", UserName="Alice", PolicyName="p", PolicyDocument=ALLOW_ALL)
        for kind, name in (("User", "Alice"), ("Role", "Dev")):
            account.do(
                SERVICE, f"Put{kind}PermissionsBoundary", PermissionsBoundary=OWN_POLICY_ARN, **{f"{kind}Name": name}
            )
        details = account.do(SERVICE, "GetAccountAuthorizationDetails")
        (user,), (group,), (role,) = (details[f"{kind}DetailList"] for kind in ("User", "Group", "Role"))
        assert (user["GroupList"], user["UserPolicyList"][0]["PolicyName"]) == (["Admins"], "p")
        assert group["AttachedManagedPolicies"] == [
            {"PolicyName": AWS_POLICY_ARN.rpartition("/")[2], "PolicyArn": AWS_POLICY_ARN}
        ]
        assert user["PermissionsBoundary"] == role["PermissionsBoundary"]
        assert decoded_document(role["AssumeRolePolicyDocument"]) == json.loads(TRUST)
        assert [policy["Arn"] for policy in details["Policies"]] == [OWN_POLICY_ARN, AWS_POLICY_ARN]
        assert decoded_document(details["Policies"][0]["PolicyVersionList"][0]["Document"]) == json.loads(ALLOW_ALL)

    def test_pages_of_details_contain_selected_kinds_once(self, account: Client) -> None:
        """The pages of the details contain every resource of the selected kinds once."""
        seen: list[str] = []
        parameters: dict[str, Any] = {"MaxItems": 1, "Filter": ["User", "Role", "LocalManagedPolicy"]}
        while True:
            page = account.do(SERVICE, "GetAccountAuthorizationDetails", **parameters)
            seen += [detail["Arn"] for kind in ("User", "Group", "Role") for detail in page[f"{kind}DetailList"]]
            seen += [policy["Arn"] for policy in page["Policies"]]
            if not page["IsTruncated"]:
                break
            parameters["Marker"] = page["Marker"]
        assert seen == [f"arn:aws:iam::{ACCOUNT}:user/Alice", f"arn:aws:iam::{ACCOUNT}:role/Dev", OWN_POLICY_ARN]

    def test_marker_of_other_details_is_refused(self, account: Client) -> None:
        """A marker that is not one of these kinds is refused in AWS's words."""
        page = account.do(SERVICE, "GetAccountAuthorizationDetails", MaxItems=1, Filter=["User", "Role"])
        for marker in ("x", page["Marker"]):
            error = account.expect_error(SERVICE, "GetAccountAuthorizationDetails", Marker=marker, Filter=["User"])
            assert (error.code, error.message) == ("ValidationError", "Marker and Filter do not match")

    def test_user_without_inline_policies_has_no_list_of_them(self, account: Client) -> None:
        """The details of a user without inline policies have no list of them."""
        (user,) = account.do(SERVICE, "GetAccountAuthorizationDetails", Filter=["User", "User"])["UserDetailList"]
        assert "UserPolicyList" not in user

    def test_keys_and_aliases_have_pages(self, account: Client) -> None:
        """The access keys of a user are listed page by page, the oldest first, and so is the account's alias."""
        keys = [account.do(SERVICE, "CreateAccessKey", UserName="Alice")["AccessKey"]["AccessKeyId"] for _ in range(2)]
        first = account.do(SERVICE, "ListAccessKeys", UserName="Alice", MaxItems=1)
        second = account.do(SERVICE, "ListAccessKeys", UserName="Alice", MaxItems=1, Marker=first["Marker"])
        assert (first["IsTruncated"], second["IsTruncated"]) == (True, False)
        assert [page["AccessKeyMetadata"][0]["AccessKeyId"] for page in (first, second)] == keys
        error = account.expect_error(SERVICE, "ListAccessKeys", Marker=first["Marker"])
        assert error.message == "Invalid Marker."
        account.do(SERVICE, "CreateAccountAlias", AccountAlias="alias")
        aliases = account.do(SERVICE, "ListAccountAliases", MaxItems=1)
        assert (aliases["AccountAliases"], aliases["IsTruncated"]) == (["alias"], False)
