"""Managed and inline policies, permissions boundaries and roles on the wire."""

import json
from typing import Any
from urllib.parse import unquote

import pytest

from tests.support.wire_client import Client
from tests.wire.conftest import NOW

SERVICE = "iam"
ACCOUNT = "999988887777"
ALLOW_ALL = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
TRUST = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}}'
OWN_POLICY_ARN = f"arn:aws:iam::{ACCOUNT}:policy/p/Mine"
AWS_POLICY_ARN = "arn:aws:iam::aws:policy/AWSArtifactAgreementsFullAccess"
SERVICE_POLICY_ARN = "arn:aws:iam::aws:policy/aws-service-role/AWSArtifactServiceRolePolicy"
# The identities of the account, by the name of their kind in operations.
KINDS = {"User": "Alice", "Group": "Admins", "Role": "Dev"}
every_kind = pytest.mark.parametrize(("kind", "name"), KINDS.items())


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


class TestPolicies:
    """CreatePolicy, GetPolicy, ListPolicies, DeletePolicy and the tags of policies."""

    def test_only_get_policy_returns_description(self, stranger: Client) -> None:
        """GetPolicy returns CreatePolicy's reply with the description."""
        tags = [{"Key": "k", "Value": "v"}]
        created = stranger.do(
            SERVICE,
            "CreatePolicy",
            PolicyName="Mine",
            PolicyDocument=ALLOW_ALL,
            Path="/p/",
            Description="Ours",
            Tags=tags,
        )["Policy"]
        assert stranger.do(SERVICE, "GetPolicy", PolicyArn=OWN_POLICY_ARN)["Policy"] == created | {
            "Description": "Ours"
        }
        assert created.pop("PolicyId").startswith("ANPA")
        assert created.pop("CreateDate") == created.pop("UpdateDate") == NOW.replace(microsecond=0)
        assert created == {
            "PolicyName": "Mine",
            "Arn": OWN_POLICY_ARN,
            "Path": "/p/",
            "DefaultVersionId": "v1",
            "AttachmentCount": 0,
            "PermissionsBoundaryUsageCount": 0,
            "IsAttachable": True,
            "Tags": tags,
        }

    def test_existing_policy_is_refused(self, account: Client) -> None:
        """An existing policy is refused with AWS's message."""
        error = account.expect_error(SERVICE, "CreatePolicy", PolicyName="Mine", PolicyDocument=ALLOW_ALL)
        assert (error.status, error.code) == (409, "EntityAlreadyExists")
        assert error.message == "A policy called Mine already exists. Duplicate names are not allowed."

    def test_unknown_policy_is_not_found(self, account: Client) -> None:
        """An unknown policy is refused with AWS's message."""
        arn = f"arn:aws:iam::{ACCOUNT}:policy/Nothing"
        error = account.expect_error(SERVICE, "GetPolicy", PolicyArn=arn)
        assert (error.status, error.code, error.message) == (404, "NoSuchEntity", f"Policy {arn} was not found.")

    @pytest.mark.parametrize("document", ["{}", "no policy", TRUST])
    def test_malformed_document_is_refused(self, stranger: Client, document: str) -> None:
        """A document that is not a policy is a MalformedPolicyDocument."""
        error = stranger.expect_error(SERVICE, "CreatePolicy", PolicyName="Mine", PolicyDocument=document)
        assert (error.status, error.code) == (400, "MalformedPolicyDocument")

    def test_policy_of_aws_cannot_be_changed(self, account: Client) -> None:
        """A change to a policy of AWS is AccessDenied."""
        error = account.expect_error(SERVICE, "CreatePolicyVersion", PolicyArn=AWS_POLICY_ARN, PolicyDocument=ALLOW_ALL)
        assert (error.status, error.code) == (403, "AccessDenied")
        assert error.message == (
            f"User: arn:aws:iam::{ACCOUNT}:root is not authorized to perform: iam:CreatePolicyVersion "
            f"on resource: policy {AWS_POLICY_ARN}"
        )

    def test_policies_are_filtered_by_scope_path_and_use(self, account: Client) -> None:
        """Policies are listed by scope, path and use."""

        def names(**parameters: Any) -> list[str]:
            page = account.do(SERVICE, "ListPolicies", MaxItems=1000, **parameters)
            listed = [policy["PolicyName"] for policy in page["Policies"]]
            return listed + (names(**parameters | {"Marker": page["Marker"]}) if page["IsTruncated"] else [])

        assert names(Scope="Local") == ["Mine"]
        assert "Mine" not in names(Scope="AWS")
        assert sorted(names(), key=str.lower) == names() == sorted(["Mine", *names(Scope="AWS")], key=str.lower)
        assert names(PathPrefix="/p/") == ["Mine"]
        assert names(OnlyAttached=True) == []
        account.do(SERVICE, "AttachUserPolicy", UserName="Alice", PolicyArn=AWS_POLICY_ARN)
        account.do(SERVICE, "PutUserPermissionsBoundary", UserName="Alice", PermissionsBoundary=OWN_POLICY_ARN)
        attached = AWS_POLICY_ARN.rpartition("/")[2]
        assert names(OnlyAttached=True) == [attached, "Mine"]
        assert names(OnlyAttached=True, PolicyUsageFilter="PermissionsPolicy") == [attached]
        assert names(OnlyAttached=True, PolicyUsageFilter="PermissionsBoundary") == ["Mine"]
        for use in ("PermissionsPolicy", "PermissionsBoundary"):
            assert names(PolicyUsageFilter=use, PathPrefix="/p/") == ["Mine"]
            assert names(PolicyUsageFilter=use) == names()

    def test_pages_contain_every_policy_once(self, account: Client) -> None:
        """The pages of a list contain every policy once."""
        listed: list[str] = []
        parameters: dict[str, Any] = {"MaxItems": 7, "PathPrefix": "/service-role/"}
        while True:
            page = account.do(SERVICE, "ListPolicies", **parameters)
            listed += [policy["Arn"] for policy in page["Policies"]]
            if not page["IsTruncated"]:
                break
            parameters["Marker"] = page["Marker"]
        assert len(listed) == len(set(listed)) > 14
        whole = account.do(SERVICE, "ListPolicies", MaxItems=1000, PathPrefix="/service-role/")
        assert listed == [policy["Arn"] for policy in whole["Policies"]]

    def test_tags_are_added_listed_and_removed(self, account: Client) -> None:
        """Tags are added, listed in pages and removed; AWS's policies have none."""
        tags = [{"Key": key, "Value": ""} for key in "ab"]
        account.do(SERVICE, "TagPolicy", PolicyArn=OWN_POLICY_ARN, Tags=tags)
        assert account.do(SERVICE, "ListPolicyTags", PolicyArn=OWN_POLICY_ARN, MaxItems=1)["Tags"] == tags[:1]
        account.do(SERVICE, "UntagPolicy", PolicyArn=OWN_POLICY_ARN, TagKeys=["a"])
        assert account.do(SERVICE, "ListPolicyTags", PolicyArn=OWN_POLICY_ARN)["Tags"] == tags[1:]
        assert account.do(SERVICE, "ListPolicyTags", PolicyArn=AWS_POLICY_ARN)["Tags"] == []

    def test_policy_in_use_is_not_deleted(self, account: Client) -> None:
        """A policy in use is a DeleteConflict with AWS's message."""
        account.do(SERVICE, "AttachRolePolicy", RoleName="Dev", PolicyArn=OWN_POLICY_ARN)
        error = account.expect_error(SERVICE, "DeletePolicy", PolicyArn=OWN_POLICY_ARN)
        assert (error.status, error.code, error.message) == (
            409,
            "DeleteConflict",
            "Cannot delete a policy attached to entities.",
        )
        account.do(SERVICE, "DetachRolePolicy", RoleName="Dev", PolicyArn=OWN_POLICY_ARN)
        account.do(SERVICE, "DeletePolicy", PolicyArn=OWN_POLICY_ARN)
        assert account.do(SERVICE, "ListPolicies", Scope="Local")["Policies"] == []


class TestMarkers:
    """Markers, which have 320 characters at most in AWS's model."""

    def test_longest_names_fit_into_markers(self, stranger: Client) -> None:
        """The longest names, paths and keys lead to valid markers."""
        name, path = "n" * 128, f"/{'p' * 510}/"
        keys = [chr(0x4E00 + place) * 128 for place in range(2)]
        tags = [{"Key": key, "Value": ""} for key in keys]
        stranger.do(SERVICE, "CreateUser", UserName="u" * 64, Path=path, Tags=tags)
        created = stranger.do(
            SERVICE, "CreatePolicy", PolicyName=name, Path=path, PolicyDocument=ALLOW_ALL, Tags=tags
        )["Policy"]  # fmt: skip
        for arn in (created["Arn"], "arn:aws:iam::aws:policy/SecurityAudit"):
            stranger.do(SERVICE, "AttachUserPolicy", UserName="u" * 64, PolicyArn=arn)
        for operation, member, parameters in (
            ("ListUserTags", "Tags", {"UserName": "u" * 64}),
            ("ListPolicyTags", "Tags", {"PolicyArn": created["Arn"]}),
            ("ListAttachedUserPolicies", "AttachedPolicies", {"UserName": "u" * 64}),
            ("GetAccountAuthorizationDetails", "Policies", {"Filter": ["LocalManagedPolicy", "AWSManagedPolicy"]}),
        ):
            first = stranger.do(SERVICE, operation, MaxItems=1, **parameters)
            rest = stranger.do(SERVICE, operation, Marker=first["Marker"], **parameters)
            assert [len(first[member]), len(rest[member])] == [1, 1], operation


class TestVersions:
    """CreatePolicyVersion, GetPolicyVersion, ListPolicyVersions, SetDefaultPolicyVersion and DeletePolicyVersion."""

    def test_version_is_created_set_as_default_and_deleted(self, account: Client) -> None:
        """A version is created, set as the default, listed and deleted."""
        deny_all = ALLOW_ALL.replace("Allow", "Deny")
        created = account.do(SERVICE, "CreatePolicyVersion", PolicyArn=OWN_POLICY_ARN, PolicyDocument=deny_all)[
            "PolicyVersion"
        ]
        assert (created["VersionId"], created["IsDefaultVersion"]) == ("v2", False)
        account.do(SERVICE, "SetDefaultPolicyVersion", PolicyArn=OWN_POLICY_ARN, VersionId="v2")
        reply = account.do(SERVICE, "GetPolicyVersion", PolicyArn=OWN_POLICY_ARN, VersionId="v2")["PolicyVersion"]
        assert (decoded_document(reply["Document"]), reply["IsDefaultVersion"]) == (json.loads(deny_all), True)
        first = account.do(SERVICE, "ListPolicyVersions", PolicyArn=OWN_POLICY_ARN, MaxItems=1)
        rest = account.do(SERVICE, "ListPolicyVersions", PolicyArn=OWN_POLICY_ARN, Marker=first["Marker"])
        assert [version["VersionId"] for version in first["Versions"] + rest["Versions"]] == ["v2", "v1"]
        default = account.expect_error(SERVICE, "DeletePolicyVersion", PolicyArn=OWN_POLICY_ARN, VersionId="v2")
        assert (default.status, default.code) == (409, "DeleteConflict")
        several = account.expect_error(SERVICE, "DeletePolicy", PolicyArn=OWN_POLICY_ARN)
        assert several.message.startswith("This policy has more than one version.")
        account.do(SERVICE, "DeletePolicyVersion", PolicyArn=OWN_POLICY_ARN, VersionId="v1")
        gone = account.expect_error(SERVICE, "GetPolicyVersion", PolicyArn=OWN_POLICY_ARN, VersionId="v1")
        assert (gone.status, gone.code) == (404, "NoSuchEntity")

    def test_sixth_version_is_refused(self, account: Client) -> None:
        """A sixth version is a LimitExceeded with AWS's message."""
        for _ in range(4):
            account.do(
                SERVICE, "CreatePolicyVersion", PolicyArn=OWN_POLICY_ARN, PolicyDocument=ALLOW_ALL, SetAsDefault=True
            )
        error = account.expect_error(SERVICE, "CreatePolicyVersion", PolicyArn=OWN_POLICY_ARN, PolicyDocument=ALLOW_ALL)
        assert (error.status, error.code) == (409, "LimitExceeded")
        assert error.message.startswith("A managed policy can have up to 5 versions.")


class TestAttachedPolicies:
    """The Attach, Detach and ListAttached operations, and ListEntitiesForPolicy."""

    @every_kind
    def test_policy_is_attached_listed_and_detached(self, account: Client, kind: str, name: str) -> None:
        """A policy is attached, listed in pages and by path, counted and detached."""
        owner = {f"{kind}Name": name}
        for arn in (OWN_POLICY_ARN, AWS_POLICY_ARN):
            account.do(SERVICE, f"Attach{kind}Policy", PolicyArn=arn, **owner)
        listing = {"User": "ListAttachedUserPolicies", "Group": "ListAttachedGroupPolicies"}.get(
            kind, "ListAttachedRolePolicies"
        )
        first = account.do(SERVICE, listing, MaxItems=1, **owner)
        rest = account.do(SERVICE, listing, MaxItems=1, Marker=first["Marker"], **owner)
        assert [policy["PolicyArn"] for policy in first["AttachedPolicies"] + rest["AttachedPolicies"]] == [
            AWS_POLICY_ARN,
            OWN_POLICY_ARN,
        ]
        below = account.do(SERVICE, listing, PathPrefix="/p/", **owner)["AttachedPolicies"]
        assert below == [{"PolicyName": "Mine", "PolicyArn": OWN_POLICY_ARN}]
        assert account.do(SERVICE, "GetPolicy", PolicyArn=OWN_POLICY_ARN)["Policy"]["AttachmentCount"] == 1
        account.do(SERVICE, f"Detach{kind}Policy", PolicyArn=OWN_POLICY_ARN, **owner)
        error = account.expect_error(SERVICE, f"Detach{kind}Policy", PolicyArn=OWN_POLICY_ARN, **owner)
        assert (error.status, error.code, error.message) == (
            404,
            "NoSuchEntity",
            f"Policy {OWN_POLICY_ARN} was not found.",
        )

    @every_kind
    def test_unknown_and_service_policies_are_not_attachable(self, account: Client, kind: str, name: str) -> None:
        """An unknown policy and the policy of a service-linked role cannot be attached."""
        owner = {f"{kind}Name": name}
        nothing = "arn:aws:iam::aws:policy/Nothing"
        error = account.expect_error(SERVICE, f"Attach{kind}Policy", PolicyArn=nothing, **owner)
        assert (error.status, error.code) == (404, "NoSuchEntity")
        assert error.message == f"Policy {nothing} does not exist or is not attachable."
        error = account.expect_error(SERVICE, f"Attach{kind}Policy", PolicyArn=SERVICE_POLICY_ARN, **owner)
        assert (error.status, error.code) == (400, "PolicyNotAttachable")
        assert error.message == "Cannot attach a Service Role Policy to a Customer Role."

    def test_entities_of_policy_are_filtered_by_kind_and_use(self, account: Client) -> None:
        """The entities that use a policy are listed by kind, use and path, in pages."""
        for kind, name in KINDS.items():
            account.do(SERVICE, f"Attach{kind}Policy", PolicyArn=OWN_POLICY_ARN, **{f"{kind}Name": name})
        account.do(SERVICE, "CreateUser", UserName="Bob", PermissionsBoundary=OWN_POLICY_ARN)

        def entities(**parameters: Any) -> list[str]:
            reply = account.do(SERVICE, "ListEntitiesForPolicy", PolicyArn=OWN_POLICY_ARN, **parameters)
            return [entity[f"{kind}Name"] for kind in ("Group", "Role", "User") for entity in reply[f"Policy{kind}s"]]

        assert entities() == ["Admins", "Dev", "Alice", "Bob"]
        assert entities(PolicyUsageFilter="PermissionsBoundary") == ["Bob"]
        assert entities(PolicyUsageFilter="PermissionsPolicy", EntityFilter="User") == ["Alice"]
        assert entities(PathPrefix="/p/") == []
        first = account.do(SERVICE, "ListEntitiesForPolicy", PolicyArn=OWN_POLICY_ARN, MaxItems=2)
        assert first["IsTruncated"] is True
        assert entities(Marker=first["Marker"]) == ["Alice", "Bob"]


class TestBoundaries:
    """The Put and Delete operations of permissions boundaries."""

    @pytest.mark.parametrize(("kind", "name"), [("User", "Alice"), ("Role", "Dev")])
    def test_boundary_is_set_counted_and_deleted(self, account: Client, kind: str, name: str) -> None:
        """A boundary is set, returned, counted and deleted."""
        owner = {f"{kind}Name": name}
        account.do(SERVICE, f"Put{kind}PermissionsBoundary", PermissionsBoundary=OWN_POLICY_ARN, **owner)
        shown = account.do(SERVICE, f"Get{kind}", **owner)[kind]["PermissionsBoundary"]
        assert shown == {
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": OWN_POLICY_ARN,
        }
        assert (
            account.do(SERVICE, "GetPolicy", PolicyArn=OWN_POLICY_ARN)["Policy"]["PermissionsBoundaryUsageCount"] == 1
        )
        account.do(SERVICE, f"Delete{kind}PermissionsBoundary", **owner)
        assert "PermissionsBoundary" not in account.do(SERVICE, f"Get{kind}", **owner)[kind]


class TestInlinePolicies:
    """The Put, Get, List and Delete operations of inline policies."""

    @every_kind
    def test_inline_policy_is_put_listed_and_deleted(self, account: Client, kind: str, name: str) -> None:
        """An inline policy is put, returned, listed in pages and deleted."""
        owner = {f"{kind}Name": name}
        for policy in ("b", "a"):
            account.do(SERVICE, f"Put{kind}Policy", PolicyName=policy, PolicyDocument=ALLOW_ALL, **owner)
        reply = account.do(SERVICE, f"Get{kind}Policy", PolicyName="a", **owner)
        assert (reply[f"{kind}Name"], reply["PolicyName"]) == (name, "a")
        assert decoded_document(reply["PolicyDocument"]) == json.loads(ALLOW_ALL)
        first = account.do(SERVICE, f"List{kind}Policies", MaxItems=1, **owner)
        rest = account.do(SERVICE, f"List{kind}Policies", Marker=first["Marker"], **owner)
        assert first["PolicyNames"] + rest["PolicyNames"] == ["a", "b"]
        for policy in "ab":
            account.do(SERVICE, f"Delete{kind}Policy", PolicyName=policy, **owner)
        gone = account.expect_error(SERVICE, f"Get{kind}Policy", PolicyName="a", **owner)
        assert (gone.status, gone.code) == (404, "NoSuchEntity")
        assert gone.message == f"The {kind.lower()} policy with name a cannot be found."

    @every_kind
    def test_oversized_inline_policy_is_refused(self, account: Client, kind: str, name: str) -> None:
        """The message of LimitExceeded contains the limit and the identity."""
        limit = {"User": 2048, "Group": 5120, "Role": 10240}[kind]
        large = ALLOW_ALL.replace('"Action": "*"', f'"Action": "s3:{"a" * limit}"')
        owner = {f"{kind}Name": name}
        error = account.expect_error(SERVICE, f"Put{kind}Policy", PolicyName="a", PolicyDocument=large, **owner)
        assert (error.status, error.code) == (409, "LimitExceeded")
        assert error.message == f"Maximum policy size of {limit} bytes exceeded for {kind.lower()} {name}"


class TestRoles:
    """CreateRole and UpdateAssumeRolePolicy."""

    def test_reply_lacks_last_use_and_session_length(self, account: Client) -> None:
        """The reply is GetRole's without last use and session length, an hour by default."""
        tags = [{"Key": "k", "Value": "v"}]
        created = account.do(
            SERVICE, "CreateRole", RoleName="Ops", Path="/r/", AssumeRolePolicyDocument=TRUST, Tags=tags,
            PermissionsBoundary=OWN_POLICY_ARN, MaxSessionDuration=7200,
        )["Role"]  # fmt: skip
        more = {"RoleLastUsed": {}, "MaxSessionDuration": 7200}
        assert account.do(SERVICE, "GetRole", RoleName="ops")["Role"] == created | more
        assert created["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/r/Ops"
        assert account.do(SERVICE, "GetRole", RoleName="Dev")["Role"]["MaxSessionDuration"] == 3600

    def test_existing_role_is_refused(self, account: Client) -> None:
        """An existing role is refused with AWS's message."""
        error = account.expect_error(SERVICE, "CreateRole", RoleName="dev", AssumeRolePolicyDocument=TRUST)
        assert (error.status, error.code, error.message) == (
            409,
            "EntityAlreadyExists",
            "Role with name Dev already exists.",
        )

    def test_unknown_boundary_is_not_found(self, account: Client) -> None:
        """An unknown boundary is NoSuchEntity, although AWS's model does not declare it."""
        arn = f"arn:aws:iam::{ACCOUNT}:policy/Nothing"
        error = account.expect_error(
            SERVICE, "CreateRole", RoleName="Ops", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=arn
        )
        assert (error.status, error.code) == (404, "NoSuchEntity")

    def test_trust_policy_is_replaced_or_refused(self, account: Client) -> None:
        """A new trust policy is returned by GetRole; a malformed one is refused."""
        trust = TRUST.replace('"*"', '{"Service": "ec2.amazonaws.com"}')
        account.do(SERVICE, "UpdateAssumeRolePolicy", RoleName="Dev", PolicyDocument=trust)
        role = account.do(SERVICE, "GetRole", RoleName="Dev")["Role"]
        assert decoded_document(role["AssumeRolePolicyDocument"]) == json.loads(trust)
        error = account.expect_error(SERVICE, "UpdateAssumeRolePolicy", RoleName="Dev", PolicyDocument=ALLOW_ALL)
        assert (error.status, error.code) == (400, "MalformedPolicyDocument")

    def test_role_with_inline_policy_is_not_deleted(self, account: Client) -> None:
        """A role with inline policies is a DeleteConflict with AWS's message."""
        account.do(SERVICE, "PutRolePolicy", RoleName="Dev", PolicyName="p", PolicyDocument=ALLOW_ALL)
        error = account.expect_error(SERVICE, "DeleteRole", RoleName="Dev")
        assert (error.status, error.code, error.message) == (
            409,
            "DeleteConflict",
            "Cannot delete entity, must delete policies first.",
        )
