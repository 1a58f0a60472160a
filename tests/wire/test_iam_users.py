"""Users, their access keys and passwords, and groups, on the wire."""

import pytest
from botocore.credentials import Credentials

from artifact_emulator.app import App
from tests.support.iam_users import client_with_key
from tests.wire.botocore_wire import Answer, Client, parsed, refused
from tests.wire.conftest import NOW

SERVICE = "iam"
ACCOUNT = "999988887777"
ARN = f"arn:aws:iam::{ACCOUNT}:user/team/Alice"
POLICY = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'


@pytest.fixture
def alice(stranger: Client) -> Client:
    """Give a user with an access key, who calls by it and may do anything."""
    stranger.does(SERVICE, "CreateUser", UserName="Alice", Path="/team/")
    stranger.does(SERVICE, "PutUserPolicy", UserName="Alice", PolicyName="all", PolicyDocument=POLICY)
    return client_with_key(stranger, "Alice")


def key_of(client: Client) -> str:
    """Give the id of the key by which a client calls."""
    assert client.credentials
    key: str = client.credentials.access_key
    return key


def told(got: Answer) -> tuple[int, str]:
    """Give what a client looks at: the status and the code."""
    return got.status, got.code


class TestUsers:
    """CreateUser, GetUser, ListUsers, UpdateUser, DeleteUser and tags."""

    def test_are_made_and_described(self, stranger: Client) -> None:
        """The answer is what GetUser tells: path, ARN, id, tags and boundary."""
        boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
        made = stranger.does(
            SERVICE,
            "CreateUser",
            UserName="Alice",
            Path="/team/",
            Tags=[{"Key": "k", "Value": "v"}],
            PermissionsBoundary=boundary,
        )["User"]
        assert stranger.does(SERVICE, "GetUser", UserName="alice")["User"] == made
        assert made.pop("UserId").startswith("AIDA")
        assert made.pop("CreateDate") == NOW.replace(microsecond=0)
        assert made == {
            "Path": "/team/",
            "UserName": "Alice",
            "Arn": ARN,
            "Tags": [{"Key": "k", "Value": "v"}],
            "PermissionsBoundary": {
                "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
                "PermissionsBoundaryArn": boundary,
            },
        }

    def test_are_listed_in_pages(self, stranger: Client) -> None:
        """By name, below a path; whoever comes or goes between two pages does no harm."""
        for name in ("dora", "Bob", "adam", "Carol"):
            stranger.does(SERVICE, "CreateUser", UserName=name, Path="/p/")
        first = stranger.does(SERVICE, "ListUsers", MaxItems=2, PathPrefix="/p")
        assert [one["UserName"] for one in first["Users"]] == ["adam", "Bob"]
        assert "Tags" not in first["Users"][0]
        stranger.does(SERVICE, "DeleteUser", UserName="Bob")
        stranger.does(SERVICE, "CreateUser", UserName="aaron", Path="/p/")
        rest = stranger.does(SERVICE, "ListUsers", MaxItems=2, PathPrefix="/p", Marker=first["Marker"])
        assert ([one["UserName"] for one in rest["Users"]], rest["IsTruncated"]) == (["Carol", "dora"], False)
        other = stranger.is_refused(SERVICE, "ListUsers", Marker=first["Marker"], PathPrefix="/q")
        assert told(other) == (400, "ValidationError")

    def test_are_renamed_and_deleted(self, stranger: Client) -> None:
        """Under his new name he is found, and then no more."""
        stranger.does(SERVICE, "CreateUser", UserName="Alice")
        stranger.does(SERVICE, "UpdateUser", UserName="Alice", NewUserName="Bob", NewPath="/x/")
        assert stranger.does(SERVICE, "GetUser", UserName="Bob")["User"]["Path"] == "/x/"
        stranger.does(SERVICE, "DeleteUser", UserName="Bob")
        got = stranger.is_refused(SERVICE, "GetUser", UserName="Bob")
        assert told(got) == (404, "NoSuchEntity")
        assert got.message == "The user with name Bob cannot be found."

    def test_that_exist(self, stranger: Client) -> None:
        """409, in AWS's words, with the name that is there."""
        stranger.does(SERVICE, "CreateUser", UserName="Alice")
        got = stranger.is_refused(SERVICE, "CreateUser", UserName="ALICE")
        assert (told(got), got.message) == ((409, "EntityAlreadyExists"), "User with name Alice already exists.")

    def test_have_tags(self, stranger: Client) -> None:
        """Set, listed in pages, taken off; two alike are refused."""
        stranger.does(SERVICE, "CreateUser", UserName="Alice")
        tags = [{"Key": key, "Value": key} for key in "abc"]
        stranger.does(SERVICE, "TagUser", UserName="Alice", Tags=tags)
        first = stranger.does(SERVICE, "ListUserTags", UserName="Alice", MaxItems=2)
        rest = stranger.does(SERVICE, "ListUserTags", UserName="Alice", Marker=first["Marker"])
        assert first["Tags"] + rest["Tags"] == tags
        stranger.does(SERVICE, "UntagUser", UserName="Alice", TagKeys=["a", "b"])
        assert stranger.does(SERVICE, "ListUserTags", UserName="Alice")["Tags"] == tags[2:]
        got = stranger.is_refused(SERVICE, "TagUser", UserName="Alice", Tags=[*tags, {"Key": "A", "Value": ""}])
        assert told(got) == (400, "InvalidInput")

    @pytest.mark.usefixtures("alice")
    def test_of_whom_something_is_left(self, stranger: Client) -> None:
        """409 DeleteConflict, in AWS's words."""
        got = stranger.is_refused(SERVICE, "DeleteUser", UserName="Alice")
        assert told(got) == (409, "DeleteConflict")
        assert got.message == "Cannot delete entity, must delete access keys first."

    def test_bounded_by_nothing(self, stranger: Client) -> None:
        """A boundary that does not exist is 404, in AWS's words."""
        arn = "arn:aws:iam::aws:policy/Nothing"
        got = stranger.is_refused(SERVICE, "CreateUser", UserName="Alice", PermissionsBoundary=arn)
        assert (told(got), got.message) == (
            (404, "NoSuchEntity"),
            f"Scope ARN: {arn} does not exist or is not attachable.",
        )


class TestCaller:
    """Who calls by an access key."""

    def test_is_the_user(self, alice: Client) -> None:
        """STS and IAM tell him who he is."""
        user = alice.does(SERVICE, "GetUser")["User"]
        assert alice.does("sts", "GetCallerIdentity") == {"Account": ACCOUNT, "Arn": ARN, "UserId": user["UserId"]}
        assert user["Arn"] == ARN

    def test_is_the_user_under_another_name(self, alice: Client, stranger: Client) -> None:
        """His keys are good as before when he is renamed."""
        stranger.does(SERVICE, "UpdateUser", UserName="Alice", NewUserName="Zoe", NewPath="/")
        assert alice.does("sts", "GetCallerIdentity")["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/Zoe"

    def test_is_the_root_user(self, stranger: Client) -> None:
        """A key that the root user makes for himself is his."""
        root = client_with_key(stranger)
        assert root.does("sts", "GetCallerIdentity")["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"
        # The root user's id is his account's: shorter than AWS's own model lets ids be.
        user = parsed(root.core.handle(root.request(SERVICE, "GetUser")), SERVICE, "GetUser")["User"]
        assert (user["Arn"], user["UserId"]) == (f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)
        assert root.does(SERVICE, "ListAccessKeys")["AccessKeyMetadata"][0]["AccessKeyId"] == key_of(root)
        assert stranger.does(SERVICE, "GetAccountSummary")["SummaryMap"]["AccountAccessKeysPresent"] == 1

    def test_of_a_role_must_say_whom_he_means(self, stranger: Client, core: App) -> None:
        """A session of a role is no user."""
        trust = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}'
        role = stranger.does(SERVICE, "CreateRole", RoleName="Dev", AssumeRolePolicyDocument=trust)["Role"]
        stranger.does(SERVICE, "PutRolePolicy", RoleName="Dev", PolicyName="all", PolicyDocument=POLICY)
        assumed = Client(core, "111122223333").does("sts", "AssumeRole", RoleArn=role["Arn"], RoleSessionName="session")
        keys = assumed["Credentials"]
        credentials = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        session = Client(core, credentials=credentials)
        for operation in ("GetUser", "CreateAccessKey", "ListAccessKeys"):
            got = session.is_refused(SERVICE, operation)
            assert (told(got), got.message) == (
                (400, "ValidationError"),
                "Must specify userName when calling with non-User credentials",
            )

    @pytest.mark.parametrize("change", ["UpdateAccessKey", "DeleteAccessKey"])
    def test_whose_key_is_no_good(self, alice: Client, stranger: Client, change: str) -> None:
        """A key that is switched off or deleted is nobody's, never the placeholder of an account."""
        more = {"Status": "Inactive"} if change == "UpdateAccessKey" else {}
        stranger.does(SERVICE, change, UserName="Alice", AccessKeyId=key_of(alice), **more)
        assert told(alice.is_refused("sts", "GetCallerIdentity")) == (403, "InvalidClientTokenId")
        assert told(alice.is_refused("organizations", "DescribeOrganization")) == (400, "UnrecognizedClientException")
        if more:
            stranger.does(SERVICE, change, UserName="Alice", AccessKeyId=key_of(alice), Status="Active")
            alice.does("sts", "GetCallerIdentity")

    def test_with_another_secret(self, alice: Client) -> None:
        """The signature is verified with the user's own secret."""
        wrong = Client(alice.core, ACCOUNT, credentials=Credentials(key_of(alice), "wrong"))
        request = wrong.request("sts", "GetCallerIdentity")
        assert told(refused(alice.core, request, "sts", "GetCallerIdentity")) == (403, "SignatureDoesNotMatch")

    def test_with_a_session_token(self, alice: Client) -> None:
        """A user's key has no token: one that is left over from a session is refused."""
        assert alice.credentials
        left_over = Credentials(alice.credentials.access_key, alice.credentials.secret_key, "token")
        mixed = Client(alice.core, ACCOUNT, credentials=left_over)
        assert told(mixed.is_refused("sts", "GetCallerIdentity")) == (403, "InvalidClientTokenId")

    def test_is_told_by_cloudtrail(self, alice: Client) -> None:
        """The record names the user; a password stands in none."""
        alice.does(SERVICE, "CreateLoginProfile", Password="Correct-Horse-1")
        events = alice.does("cloudtrail", "LookupEvents")["Events"]
        record = next(one["CloudTrailEvent"] for one in events if one["EventName"] == "CreateLoginProfile")
        assert '"type":"IAMUser"' in record.replace(" ", "")
        assert '"userName":"Alice"' in record.replace(" ", "")
        assert "Correct-Horse-1" not in record


class TestAccessKeys:
    """CreateAccessKey, ListAccessKeys, UpdateAccessKey, DeleteAccessKey, GetAccessKeyLastUsed."""

    @pytest.mark.usefixtures("alice")
    def test_are_two_at_most(self, stranger: Client) -> None:
        """409 LimitExceeded, in AWS's words."""
        stranger.does(SERVICE, "CreateAccessKey", UserName="Alice")
        got = stranger.is_refused(SERVICE, "CreateAccessKey", UserName="Alice")
        assert (told(got), got.message) == ((409, "LimitExceeded"), "Cannot exceed quota for AccessKeysPerUser: 2")

    def test_are_listed_without_their_secrets(self, alice: Client) -> None:
        """The user lists his own."""
        assert alice.does(SERVICE, "ListAccessKeys") == {
            "AccessKeyMetadata": [
                {
                    "UserName": "Alice",
                    "AccessKeyId": key_of(alice),
                    "Status": "Active",
                    "CreateDate": NOW.replace(microsecond=0),
                }
            ],
            "IsTruncated": False,
        }

    def test_tell_when_they_were_used(self, alice: Client, stranger: Client) -> None:
        """The last call counts, whatever became of it; before there is none."""
        key = key_of(alice)
        unused = stranger.does(SERVICE, "GetAccessKeyLastUsed", AccessKeyId=key)
        assert unused == {"UserName": "Alice", "AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"}}
        alice.does("sts", "GetCallerIdentity")
        alice.is_refused("organizations", "DescribeOrganization")
        used = stranger.does(SERVICE, "GetAccessKeyLastUsed", AccessKeyId=key)["AccessKeyLastUsed"]
        assert (used["ServiceName"], used["Region"]) == ("organizations", "us-east-1")
        assert used["LastUsedDate"] == NOW.replace(microsecond=0)

    def test_of_another_account(self, alice: Client, management: Client) -> None:
        """Nothing is told of another account's key; nor of one that does not exist."""
        for key in (key_of(alice), "AKIAIOSFODNN7EXAMPLE"):
            got = management.is_refused(SERVICE, "GetAccessKeyLastUsed", AccessKeyId=key)
            assert told(got) == (403, "AccessDenied")
            assert f"iam:GetAccessKeyLastUsed on resource: access key {key}" in got.message

    def test_that_do_not_exist(self, alice: Client) -> None:
        """404 NoSuchEntity, in AWS's words."""
        got = alice.is_refused(SERVICE, "DeleteAccessKey", AccessKeyId="AKIAIOSFODNN7EXAMPLE")
        assert told(got) == (404, "NoSuchEntity")
        assert got.message == "The Access Key with id AKIAIOSFODNN7EXAMPLE cannot be found."


class TestLoginProfiles:
    """CreateLoginProfile, GetLoginProfile, UpdateLoginProfile, DeleteLoginProfile."""

    def test_live(self, alice: Client, stranger: Client) -> None:
        """Made, told without the password, changed, deleted."""
        made = stranger.does(
            SERVICE, "CreateLoginProfile", UserName="Alice", Password="Correct-Horse-1", PasswordResetRequired=True
        )
        assert made == stranger.does(SERVICE, "GetLoginProfile", UserName="Alice")
        assert made["LoginProfile"]["PasswordResetRequired"] is True
        stranger.does(SERVICE, "UpdateLoginProfile", UserName="Alice", PasswordResetRequired=False)
        assert alice.does(SERVICE, "GetLoginProfile")["LoginProfile"]["PasswordResetRequired"] is False
        stranger.does(SERVICE, "DeleteLoginProfile", UserName="Alice")
        got = stranger.is_refused(SERVICE, "GetLoginProfile", UserName="Alice")
        assert (told(got), got.message) == ((404, "NoSuchEntity"), "Login Profile for User Alice cannot be found.")

    def test_with_a_weak_password(self, alice: Client) -> None:
        """400 PasswordPolicyViolation."""
        got = alice.is_refused(SERVICE, "CreateLoginProfile", Password="weak")
        assert told(got) == (400, "PasswordPolicyViolation")

    def test_that_exist(self, alice: Client) -> None:
        """409 EntityAlreadyExists, in AWS's words."""
        alice.does(SERVICE, "CreateLoginProfile", Password="Correct-Horse-1")
        got = alice.is_refused(SERVICE, "CreateLoginProfile", Password="Correct-Horse-1")
        assert (told(got), got.message) == (
            (409, "EntityAlreadyExists"),
            "Login Profile for user Alice already exists.",
        )


class TestGroups:
    """CreateGroup, GetGroup, ListGroups, UpdateGroup, DeleteGroup and who is in them."""

    @pytest.mark.usefixtures("alice")
    def test_live(self, stranger: Client) -> None:
        """Made, filled, renamed, emptied, deleted."""
        made = stranger.does(SERVICE, "CreateGroup", GroupName="Admins", Path="/g/")["Group"]
        assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:group/g/Admins"
        stranger.does(SERVICE, "AddUserToGroup", GroupName="Admins", UserName="Alice")
        stranger.does(SERVICE, "UpdateGroup", GroupName="Admins", NewGroupName="Owners")
        got = stranger.does(SERVICE, "GetGroup", GroupName="owners")
        assert (got["Group"]["GroupId"], [one["Arn"] for one in got["Users"]]) == (made["GroupId"], [ARN])
        assert stranger.does(SERVICE, "ListGroups", PathPrefix="/g/")["Groups"] == [got["Group"]]
        assert stranger.does(SERVICE, "ListGroupsForUser", UserName="Alice")["Groups"] == [got["Group"]]
        conflict = stranger.is_refused(SERVICE, "DeleteGroup", GroupName="Owners")
        assert told(conflict) == (409, "DeleteConflict")
        stranger.does(SERVICE, "RemoveUserFromGroup", GroupName="Owners", UserName="Alice")
        stranger.does(SERVICE, "DeleteGroup", GroupName="Owners")
        gone = stranger.is_refused(SERVICE, "GetGroup", GroupName="Owners")
        assert (told(gone), gone.message) == ((404, "NoSuchEntity"), "The group with name Owners cannot be found.")

    def test_are_listed_in_pages(self, stranger: Client) -> None:
        """Groups, their users, and a user's groups, each by name."""
        for name in "abc":
            stranger.does(SERVICE, "CreateGroup", GroupName=f"G{name}")
            stranger.does(SERVICE, "CreateUser", UserName=f"U{name}")
            stranger.does(SERVICE, "AddUserToGroup", GroupName=f"G{name}", UserName="Ua")
            stranger.does(SERVICE, "AddUserToGroup", GroupName="Ga", UserName=f"U{name}")
        asked = {
            ("ListGroups", "Groups", "GroupName"): {},
            ("GetGroup", "Users", "UserName"): {"GroupName": "Ga"},
            ("ListGroupsForUser", "Groups", "GroupName"): {"UserName": "Ua"},
        }
        for (operation, member, name), parameters in asked.items():
            first = stranger.does(SERVICE, operation, MaxItems=2, **parameters)
            rest = stranger.does(SERVICE, operation, MaxItems=2, Marker=first["Marker"], **parameters)
            assert [one[name][1:] for one in first[member] + rest[member]] == ["a", "b", "c"]
            assert (first["IsTruncated"], rest["IsTruncated"]) == (True, False)
