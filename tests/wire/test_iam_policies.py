"""Managed and inline policies, boundaries, and the account as a whole, on the wire."""

import json
from typing import Any
from urllib.parse import unquote

import pytest

from tests.wire.botocore_wire import Answer, Client
from tests.wire.conftest import NOW

SERVICE = "iam"
ACCOUNT = "999988887777"
POLICY = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
TRUST = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}}'
OWN = f"arn:aws:iam::{ACCOUNT}:policy/p/Mine"
AWS = "arn:aws:iam::aws:policy/AWSArtifactAgreementsFullAccess"
SERVICE_ROLE = "arn:aws:iam::aws:policy/aws-service-role/AWSArtifactServiceRolePolicy"
# The names under which each kind is asked for, and of those who are there.
KINDS = {"User": "Alice", "Group": "Admins", "Role": "Dev"}
every_kind = pytest.mark.parametrize(("kind", "name"), KINDS.items())


@pytest.fixture
def account(stranger: Client) -> Client:
    """Give an account with a user, a group, a role and a policy."""
    stranger.does(SERVICE, "CreateUser", UserName="Alice")
    stranger.does(SERVICE, "CreateGroup", GroupName="Admins")
    stranger.does(SERVICE, "CreateRole", RoleName="Dev", AssumeRolePolicyDocument=TRUST, Description="Ours")
    stranger.does(SERVICE, "CreatePolicy", PolicyName="Mine", PolicyDocument=POLICY, Path="/p/", Description="Ours")
    return stranger


def told(got: Answer) -> tuple[int, str]:
    """Give what a client looks at: the status and the code."""
    return got.status, got.code


def plain(document: Any) -> Any:
    """Read a document as boto3 does."""
    return json.loads(unquote(document)) if isinstance(document, str) else document


class TestPolicies:
    """CreatePolicy, GetPolicy, ListPolicies, DeletePolicy and tags."""

    def test_are_made_and_described(self, stranger: Client) -> None:
        """GetPolicy tells the description, CreatePolicy's own answer does not."""
        tags = [{"Key": "k", "Value": "v"}]
        made = stranger.does(
            SERVICE, "CreatePolicy", PolicyName="Mine", PolicyDocument=POLICY, Path="/p/", Description="Ours", Tags=tags
        )["Policy"]
        assert stranger.does(SERVICE, "GetPolicy", PolicyArn=OWN)["Policy"] == made | {"Description": "Ours"}
        assert made.pop("PolicyId").startswith("ANPA")
        assert made.pop("CreateDate") == made.pop("UpdateDate") == NOW.replace(microsecond=0)
        assert made == {
            "PolicyName": "Mine",
            "Arn": OWN,
            "Path": "/p/",
            "DefaultVersionId": "v1",
            "AttachmentCount": 0,
            "PermissionsBoundaryUsageCount": 0,
            "IsAttachable": True,
            "Tags": tags,
        }

    def test_that_exist(self, account: Client) -> None:
        """409, in AWS's words."""
        got = account.is_refused(SERVICE, "CreatePolicy", PolicyName="Mine", PolicyDocument=POLICY)
        assert told(got) == (409, "EntityAlreadyExists")
        assert got.message == "A policy called Mine already exists. Duplicate names are not allowed."

    def test_that_do_not_exist(self, account: Client) -> None:
        """404, in AWS's words."""
        arn = f"arn:aws:iam::{ACCOUNT}:policy/Nothing"
        got = account.is_refused(SERVICE, "GetPolicy", PolicyArn=arn)
        assert (told(got), got.message) == ((404, "NoSuchEntity"), f"Policy {arn} was not found.")

    @pytest.mark.parametrize("document", ["{}", "no policy", TRUST])
    def test_that_are_none(self, stranger: Client, document: str) -> None:
        """400 MalformedPolicyDocument."""
        got = stranger.is_refused(SERVICE, "CreatePolicy", PolicyName="Mine", PolicyDocument=document)
        assert told(got) == (400, "MalformedPolicyDocument")

    def test_of_aws_are_not_changed(self, account: Client) -> None:
        """403: they are AWS's."""
        got = account.is_refused(SERVICE, "CreatePolicyVersion", PolicyArn=AWS, PolicyDocument=POLICY)
        assert told(got) == (403, "AccessDenied")
        assert got.message == (
            f"User: arn:aws:iam::{ACCOUNT}:root is not authorized to perform: iam:CreatePolicyVersion "
            f"on resource: policy {AWS}"
        )

    def test_are_listed(self, account: Client) -> None:
        """By scope, by path, by use."""

        def names(**asked: Any) -> list[str]:
            listed = account.does(SERVICE, "ListPolicies", MaxItems=1000, **asked)["Policies"]
            return [one["PolicyName"] for one in listed]

        assert names(Scope="Local") == ["Mine"]
        assert "Mine" not in names(Scope="AWS")
        assert sorted(names(), key=str.lower) == names() == sorted(["Mine", *names(Scope="AWS")], key=str.lower)
        assert names(PathPrefix="/p/") == ["Mine"]
        assert names(OnlyAttached=True) == []
        account.does(SERVICE, "AttachUserPolicy", UserName="Alice", PolicyArn=AWS)
        account.does(SERVICE, "PutUserPermissionsBoundary", UserName="Alice", PermissionsBoundary=OWN)
        assert names(OnlyAttached=True) == names(PolicyUsageFilter="PermissionsPolicy") == [AWS.rpartition("/")[2]]
        assert names(PolicyUsageFilter="PermissionsBoundary") == ["Mine"]

    def test_are_listed_in_pages(self, account: Client) -> None:
        """Every policy once."""
        found: list[str] = []
        asked: dict[str, Any] = {"MaxItems": 7}
        while True:
            page = account.does(SERVICE, "ListPolicies", **asked)
            found += [one["Arn"] for one in page["Policies"]]
            if not page["IsTruncated"]:
                break
            asked["Marker"] = page["Marker"]
        assert len(found) == len(set(found)) > 14
        assert found == [one["Arn"] for one in account.does(SERVICE, "ListPolicies", MaxItems=1000)["Policies"]]

    def test_have_tags(self, account: Client) -> None:
        """Set, listed, taken off; AWS's have none."""
        tags = [{"Key": key, "Value": ""} for key in "ab"]
        account.does(SERVICE, "TagPolicy", PolicyArn=OWN, Tags=tags)
        assert account.does(SERVICE, "ListPolicyTags", PolicyArn=OWN, MaxItems=1)["Tags"] == tags[:1]
        account.does(SERVICE, "UntagPolicy", PolicyArn=OWN, TagKeys=["a"])
        assert account.does(SERVICE, "ListPolicyTags", PolicyArn=OWN)["Tags"] == tags[1:]
        assert account.does(SERVICE, "ListPolicyTags", PolicyArn=AWS)["Tags"] == []

    def test_in_use_are_not_deleted(self, account: Client) -> None:
        """409 DeleteConflict, in AWS's words."""
        account.does(SERVICE, "AttachRolePolicy", RoleName="Dev", PolicyArn=OWN)
        got = account.is_refused(SERVICE, "DeletePolicy", PolicyArn=OWN)
        assert (told(got), got.message) == ((409, "DeleteConflict"), "Cannot delete a policy attached to entities.")
        account.does(SERVICE, "DetachRolePolicy", RoleName="Dev", PolicyArn=OWN)
        account.does(SERVICE, "DeletePolicy", PolicyArn=OWN)
        assert account.does(SERVICE, "ListPolicies", Scope="Local")["Policies"] == []


class TestMarkers:
    """Markers, which AWS's model lets have 320 characters."""

    def test_of_the_longest_names(self, stranger: Client) -> None:
        """Names, paths and keys as long as they may be lead to markers that are taken back."""
        name, path = "n" * 128, f"/{'p' * 510}/"
        keys = [chr(0x4E00 + place) * 128 for place in range(2)]
        tags = [{"Key": key, "Value": ""} for key in keys]
        stranger.does(SERVICE, "CreateUser", UserName="u" * 64, Path=path, Tags=tags)
        made = stranger.does(
            SERVICE, "CreatePolicy", PolicyName=name, Path=path, PolicyDocument=POLICY, Tags=tags
        )["Policy"]  # fmt: skip
        for arn in (made["Arn"], "arn:aws:iam::aws:policy/SecurityAudit"):
            stranger.does(SERVICE, "AttachUserPolicy", UserName="u" * 64, PolicyArn=arn)
        for operation, member, parameters in (
            ("ListUserTags", "Tags", {"UserName": "u" * 64}),
            ("ListPolicyTags", "Tags", {"PolicyArn": made["Arn"]}),
            ("ListAttachedUserPolicies", "AttachedPolicies", {"UserName": "u" * 64}),
            ("GetAccountAuthorizationDetails", "Policies", {"Filter": ["LocalManagedPolicy", "AWSManagedPolicy"]}),
        ):
            first = stranger.does(SERVICE, operation, MaxItems=1, **parameters)
            rest = stranger.does(SERVICE, operation, Marker=first["Marker"], **parameters)
            assert [len(first[member]), len(rest[member])] == [1, 1], operation


class TestVersions:
    """CreatePolicyVersion, GetPolicyVersion, ListPolicyVersions, SetDefaultPolicyVersion, DeletePolicyVersion."""

    def test_live(self, account: Client) -> None:
        """Made, put in force, read, deleted."""
        denial = POLICY.replace("Allow", "Deny")
        made = account.does(SERVICE, "CreatePolicyVersion", PolicyArn=OWN, PolicyDocument=denial)["PolicyVersion"]
        assert (made["VersionId"], made["IsDefaultVersion"]) == ("v2", False)
        account.does(SERVICE, "SetDefaultPolicyVersion", PolicyArn=OWN, VersionId="v2")
        got = account.does(SERVICE, "GetPolicyVersion", PolicyArn=OWN, VersionId="v2")["PolicyVersion"]
        assert (plain(got["Document"]), got["IsDefaultVersion"]) == (json.loads(denial), True)
        first = account.does(SERVICE, "ListPolicyVersions", PolicyArn=OWN, MaxItems=1)
        rest = account.does(SERVICE, "ListPolicyVersions", PolicyArn=OWN, Marker=first["Marker"])
        assert [one["VersionId"] for one in first["Versions"] + rest["Versions"]] == ["v2", "v1"]
        in_force = account.is_refused(SERVICE, "DeletePolicyVersion", PolicyArn=OWN, VersionId="v2")
        assert told(in_force) == (409, "DeleteConflict")
        several = account.is_refused(SERVICE, "DeletePolicy", PolicyArn=OWN)
        assert several.message.startswith("This policy has more than one version.")
        account.does(SERVICE, "DeletePolicyVersion", PolicyArn=OWN, VersionId="v1")
        gone = account.is_refused(SERVICE, "GetPolicyVersion", PolicyArn=OWN, VersionId="v1")
        assert told(gone) == (404, "NoSuchEntity")

    def test_are_five_at_most(self, account: Client) -> None:
        """409 LimitExceeded, in AWS's words."""
        for _ in range(4):
            account.does(SERVICE, "CreatePolicyVersion", PolicyArn=OWN, PolicyDocument=POLICY, SetAsDefault=True)
        got = account.is_refused(SERVICE, "CreatePolicyVersion", PolicyArn=OWN, PolicyDocument=POLICY)
        assert told(got) == (409, "LimitExceeded")
        assert got.message.startswith("A managed policy can have up to 5 versions.")


class TestAttached:
    """Attach, detach and list of users, groups and roles."""

    @every_kind
    def test_live(self, account: Client, kind: str, name: str) -> None:
        """Attached, listed by name in pages and below a path, counted, detached."""
        whom = {f"{kind}Name": name}
        for arn in (OWN, AWS):
            account.does(SERVICE, f"Attach{kind}Policy", PolicyArn=arn, **whom)
        listing = {"User": "ListAttachedUserPolicies", "Group": "ListAttachedGroupPolicies"}.get(
            kind, "ListAttachedRolePolicies"
        )
        first = account.does(SERVICE, listing, MaxItems=1, **whom)
        rest = account.does(SERVICE, listing, MaxItems=1, Marker=first["Marker"], **whom)
        assert [one["PolicyArn"] for one in first["AttachedPolicies"] + rest["AttachedPolicies"]] == [AWS, OWN]
        below = account.does(SERVICE, listing, PathPrefix="/p/", **whom)["AttachedPolicies"]
        assert below == [{"PolicyName": "Mine", "PolicyArn": OWN}]
        assert account.does(SERVICE, "GetPolicy", PolicyArn=OWN)["Policy"]["AttachmentCount"] == 1
        account.does(SERVICE, f"Detach{kind}Policy", PolicyArn=OWN, **whom)
        got = account.is_refused(SERVICE, f"Detach{kind}Policy", PolicyArn=OWN, **whom)
        assert (told(got), got.message) == ((404, "NoSuchEntity"), f"Policy {OWN} was not found.")

    @every_kind
    def test_that_cannot_be(self, account: Client, kind: str, name: str) -> None:
        """What does not exist, and what is for services' own roles."""
        whom = {f"{kind}Name": name}
        nothing = "arn:aws:iam::aws:policy/Nothing"
        got = account.is_refused(SERVICE, f"Attach{kind}Policy", PolicyArn=nothing, **whom)
        assert told(got) == (404, "NoSuchEntity")
        assert got.message == f"Policy {nothing} does not exist or is not attachable."
        got = account.is_refused(SERVICE, f"Attach{kind}Policy", PolicyArn=SERVICE_ROLE, **whom)
        assert told(got) == (400, "PolicyNotAttachable")
        assert got.message == "Cannot attach a Service Role Policy to a Customer Role."

    def test_are_told_by_policy(self, account: Client) -> None:
        """Who has a policy, and whom it bounds, by kind and in pages."""
        for kind, name in KINDS.items():
            account.does(SERVICE, f"Attach{kind}Policy", PolicyArn=OWN, **{f"{kind}Name": name})
        account.does(SERVICE, "CreateUser", UserName="Bob", PermissionsBoundary=OWN)

        def found(**asked: Any) -> list[str]:
            got = account.does(SERVICE, "ListEntitiesForPolicy", PolicyArn=OWN, **asked)
            return [one[f"{kind}Name"] for kind in ("Group", "Role", "User") for one in got[f"Policy{kind}s"]]

        assert found() == ["Admins", "Dev", "Alice", "Bob"]
        assert found(PolicyUsageFilter="PermissionsBoundary") == ["Bob"]
        assert found(PolicyUsageFilter="PermissionsPolicy", EntityFilter="User") == ["Alice"]
        assert found(PathPrefix="/p/") == []
        first = account.does(SERVICE, "ListEntitiesForPolicy", PolicyArn=OWN, MaxItems=2)
        assert first["IsTruncated"] is True
        assert found(Marker=first["Marker"]) == ["Alice", "Bob"]


class TestBoundaries:
    """PutUserPermissionsBoundary, PutRolePermissionsBoundary and their deletion."""

    @pytest.mark.parametrize(("kind", "name"), [("User", "Alice"), ("Role", "Dev")])
    def test_live(self, account: Client, kind: str, name: str) -> None:
        """Put, shown, counted, deleted."""
        whom = {f"{kind}Name": name}
        account.does(SERVICE, f"Put{kind}PermissionsBoundary", PermissionsBoundary=OWN, **whom)
        shown = account.does(SERVICE, f"Get{kind}", **whom)[kind]["PermissionsBoundary"]
        assert shown == {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": OWN}
        assert account.does(SERVICE, "GetPolicy", PolicyArn=OWN)["Policy"]["PermissionsBoundaryUsageCount"] == 1
        account.does(SERVICE, f"Delete{kind}PermissionsBoundary", **whom)
        assert "PermissionsBoundary" not in account.does(SERVICE, f"Get{kind}", **whom)[kind]


class TestInline:
    """Put, Get, List and Delete of inline policies."""

    @every_kind
    def test_live(self, account: Client, kind: str, name: str) -> None:
        """Put, given back as it was, listed by name in pages, deleted."""
        whom = {f"{kind}Name": name}
        for policy in ("b", "a"):
            account.does(SERVICE, f"Put{kind}Policy", PolicyName=policy, PolicyDocument=POLICY, **whom)
        got = account.does(SERVICE, f"Get{kind}Policy", PolicyName="a", **whom)
        assert (got[f"{kind}Name"], got["PolicyName"]) == (name, "a")
        assert plain(got["PolicyDocument"]) == json.loads(POLICY)
        first = account.does(SERVICE, f"List{kind}Policies", MaxItems=1, **whom)
        rest = account.does(SERVICE, f"List{kind}Policies", Marker=first["Marker"], **whom)
        assert first["PolicyNames"] + rest["PolicyNames"] == ["a", "b"]
        for policy in "ab":
            account.does(SERVICE, f"Delete{kind}Policy", PolicyName=policy, **whom)
        gone = account.is_refused(SERVICE, f"Get{kind}Policy", PolicyName="a", **whom)
        assert told(gone) == (404, "NoSuchEntity")
        assert gone.message == f"The {kind.lower()} policy with name a cannot be found."

    @every_kind
    def test_that_are_too_large(self, account: Client, kind: str, name: str) -> None:
        """409 LimitExceeded tells the limit and whose it is."""
        limit = {"User": 2048, "Group": 5120, "Role": 10240}[kind]
        large = POLICY.replace('"Action": "*"', f'"Action": "s3:{"a" * limit}"')
        whom = {f"{kind}Name": name}
        got = account.is_refused(SERVICE, f"Put{kind}Policy", PolicyName="a", PolicyDocument=large, **whom)
        assert told(got) == (409, "LimitExceeded")
        assert got.message == f"Maximum policy size of {limit} bytes exceeded for {kind.lower()} {name}"


class TestRoles:
    """CreateRole and UpdateAssumeRolePolicy."""

    def test_are_made(self, account: Client) -> None:
        """The answer is as GetRole's, without its last use and how long a session may be: an hour unless it is said."""
        tags = [{"Key": "k", "Value": "v"}]
        made = account.does(
            SERVICE, "CreateRole", RoleName="Ops", Path="/r/", AssumeRolePolicyDocument=TRUST, Tags=tags,
            PermissionsBoundary=OWN, MaxSessionDuration=7200,
        )["Role"]  # fmt: skip
        more = {"RoleLastUsed": {}, "MaxSessionDuration": 7200}
        assert account.does(SERVICE, "GetRole", RoleName="ops")["Role"] == made | more
        assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/r/Ops"
        assert account.does(SERVICE, "GetRole", RoleName="Dev")["Role"]["MaxSessionDuration"] == 3600

    def test_that_exist(self, account: Client) -> None:
        """409, in AWS's words."""
        got = account.is_refused(SERVICE, "CreateRole", RoleName="dev", AssumeRolePolicyDocument=TRUST)
        assert (told(got), got.message) == ((409, "EntityAlreadyExists"), "Role with name Dev already exists.")

    def test_bounded_by_nothing(self, account: Client) -> None:
        """404, though AWS's model does not declare it."""
        arn = f"arn:aws:iam::{ACCOUNT}:policy/Nothing"
        got = account.is_refused(
            SERVICE, "CreateRole", RoleName="Ops", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=arn
        )
        assert told(got) == (404, "NoSuchEntity")

    def test_trust_another(self, account: Client) -> None:
        """The new policy is given back; what is none is refused."""
        trust = TRUST.replace('"*"', '{"Service": "ec2.amazonaws.com"}')
        account.does(SERVICE, "UpdateAssumeRolePolicy", RoleName="Dev", PolicyDocument=trust)
        role = account.does(SERVICE, "GetRole", RoleName="Dev")["Role"]
        assert plain(role["AssumeRolePolicyDocument"]) == json.loads(trust)
        got = account.is_refused(SERVICE, "UpdateAssumeRolePolicy", RoleName="Dev", PolicyDocument=POLICY)
        assert told(got) == (400, "MalformedPolicyDocument")

    def test_with_inline_policies_are_not_deleted(self, account: Client) -> None:
        """409 DeleteConflict, in AWS's words."""
        account.does(SERVICE, "PutRolePolicy", RoleName="Dev", PolicyName="p", PolicyDocument=POLICY)
        got = account.is_refused(SERVICE, "DeleteRole", RoleName="Dev")
        assert (told(got), got.message) == (
            (409, "DeleteConflict"),
            "Cannot delete entity, must delete policies first.",
        )


class TestAccount:
    """Aliases, GetAccountSummary and GetAccountAuthorizationDetails."""

    def test_has_an_alias(self, account: Client, management: Client) -> None:
        """One, which no other account has."""
        account.does(SERVICE, "CreateAccountAlias", AccountAlias="example")
        assert account.does(SERVICE, "ListAccountAliases")["AccountAliases"] == ["example"]
        got = management.is_refused(SERVICE, "CreateAccountAlias", AccountAlias="example")
        assert (told(got), got.message) == (
            (409, "EntityAlreadyExists"),
            "The account alias example already exists.",
        )
        account.does(SERVICE, "DeleteAccountAlias", AccountAlias="example")
        assert account.does(SERVICE, "ListAccountAliases")["AccountAliases"] == []
        gone = account.is_refused(SERVICE, "DeleteAccountAlias", AccountAlias="example")
        assert told(gone) == (404, "NoSuchEntity")

    def test_is_counted(self, account: Client) -> None:
        """What there is stands beside what there may be, under every name that AWS has."""
        account.does(SERVICE, "AttachUserPolicy", UserName="Alice", PolicyArn=AWS)
        summary = account.does(SERVICE, "GetAccountSummary")["SummaryMap"]
        counted = [summary[name] for name in ("Users", "Groups", "Roles", "Policies", "PolicyVersionsInUse")]
        assert counted == [1, 1, 1, 1, 1]
        assert (summary["UsersQuota"], summary["AccessKeysPerUserQuota"]) == (5000, 2)
        assert len(summary) == 34

    def test_is_told_in_full(self, account: Client) -> None:
        """Everybody with all policies, and the policies with all versions; of AWS's those that are used."""
        account.does(SERVICE, "AddUserToGroup", GroupName="Admins", UserName="Alice")
        account.does(SERVICE, "AttachGroupPolicy", GroupName="Admins", PolicyArn=AWS)
        account.does(SERVICE, "PutUserPolicy", UserName="Alice", PolicyName="p", PolicyDocument=POLICY)
        for kind, name in (("User", "Alice"), ("Role", "Dev")):
            account.does(SERVICE, f"Put{kind}PermissionsBoundary", PermissionsBoundary=OWN, **{f"{kind}Name": name})
        told_of = account.does(SERVICE, "GetAccountAuthorizationDetails")
        (user,), (group,), (role,) = (told_of[f"{kind}DetailList"] for kind in ("User", "Group", "Role"))
        assert (user["GroupList"], user["UserPolicyList"][0]["PolicyName"]) == (["Admins"], "p")
        assert group["AttachedManagedPolicies"] == [{"PolicyName": AWS.rpartition("/")[2], "PolicyArn": AWS}]
        assert user["PermissionsBoundary"] == role["PermissionsBoundary"]
        assert plain(role["AssumeRolePolicyDocument"]) == json.loads(TRUST)
        assert [one["Arn"] for one in told_of["Policies"]] == [AWS, OWN]
        assert plain(told_of["Policies"][1]["PolicyVersionList"][0]["Document"]) == json.loads(POLICY)

    def test_is_told_in_pages(self, account: Client) -> None:
        """Each once, of the kinds that are asked for."""
        seen: list[str] = []
        asked: dict[str, Any] = {"MaxItems": 1, "Filter": ["User", "Role", "LocalManagedPolicy"]}
        while True:
            page = account.does(SERVICE, "GetAccountAuthorizationDetails", **asked)
            seen += [one["Arn"] for kind in ("User", "Group", "Role") for one in page[f"{kind}DetailList"]]
            seen += [one["Arn"] for one in page["Policies"]]
            if not page["IsTruncated"]:
                break
            asked["Marker"] = page["Marker"]
        assert seen == [OWN, f"arn:aws:iam::{ACCOUNT}:role/Dev", f"arn:aws:iam::{ACCOUNT}:user/Alice"]
