"""Users with their access keys and passwords, and groups, on the wire."""

import pytest
from botocore.credentials import Credentials

from artifact_emulator.app import App
from artifact_state.record import replace
from tests.support.iam_users import client_with_key
from tests.support.reply_checks import parse_reply
from tests.support.wire_client import Client, refused
from tests.wire.conftest import NOW

SERVICE = "iam"
ACCOUNT = "999988887777"
ARN = f"arn:aws:iam::{ACCOUNT}:user/team/Alice"
ALLOW_ALL = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'


@pytest.fixture
def alice(stranger: Client) -> Client:
    """Return the client of a user with an access key and all permissions."""
    stranger.do(SERVICE, "CreateUser", UserName="Alice", Path="/team/")
    stranger.do(SERVICE, "PutUserPolicy", UserName="Alice", PolicyName="all", PolicyDocument=ALLOW_ALL)
    return client_with_key(stranger, "Alice")


def key_of(client: Client) -> str:
    """Return the id of the access key that a client signs with."""
    assert client.credentials
    key: str = client.credentials.access_key
    return key


class TestUsers:
    """CreateUser, GetUser, ListUsers, UpdateUser, DeleteUser and the tags of users."""

    def test_create_user_returns_what_get_user_returns(self, stranger: Client) -> None:
        """CreateUser and GetUser return the same members."""
        boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
        created = stranger.do(
            SERVICE,
            "CreateUser",
            UserName="Alice",
            Path="/team/",
            Tags=[{"Key": "k", "Value": "v"}],
            PermissionsBoundary=boundary,
        )["User"]
        assert stranger.do(SERVICE, "GetUser", UserName="alice")["User"] == created
        assert created.pop("UserId").startswith("AIDA")
        assert created.pop("CreateDate") == NOW.replace(microsecond=0)
        assert created == {
            "Path": "/team/",
            "UserName": "Alice",
            "Arn": ARN,
            "Tags": [{"Key": "k", "Value": "v"}],
            "PermissionsBoundary": {
                "PermissionsBoundaryType": "Policy",
                "PermissionsBoundaryArn": boundary,
            },
        }

    def test_pages_are_stable_between_changes(self, stranger: Client) -> None:
        """Users are listed by name and path; users created or deleted between two pages do no harm."""
        for name in ("dora", "Bob", "adam", "Carol"):
            stranger.do(SERVICE, "CreateUser", UserName=name, Path="/p/")
        first = stranger.do(SERVICE, "ListUsers", MaxItems=2, PathPrefix="/p")
        assert [user["UserName"] for user in first["Users"]] == ["adam", "Bob"]
        assert "Tags" not in first["Users"][0]
        stranger.do(SERVICE, "DeleteUser", UserName="Bob")
        stranger.do(SERVICE, "CreateUser", UserName="aaron", Path="/p/")
        rest = stranger.do(SERVICE, "ListUsers", MaxItems=2, PathPrefix="/p", Marker=first["Marker"])
        assert ([user["UserName"] for user in rest["Users"]], rest["IsTruncated"]) == (["Carol", "dora"], False)
        other = stranger.expect_error(SERVICE, "ListUsers", Marker=first["Marker"], PathPrefix="/q")
        assert (other.status, other.code) == (400, "ValidationError")

    def test_renamed_user_is_found_until_deleted(self, stranger: Client) -> None:
        """A renamed user is found under its new name until it is deleted."""
        stranger.do(SERVICE, "CreateUser", UserName="Alice")
        stranger.do(SERVICE, "UpdateUser", UserName="Alice", NewUserName="Bob", NewPath="/x/")
        assert stranger.do(SERVICE, "GetUser", UserName="Bob")["User"]["Path"] == "/x/"
        stranger.do(SERVICE, "DeleteUser", UserName="Bob")
        error = stranger.expect_error(SERVICE, "GetUser", UserName="Bob")
        assert (error.status, error.code) == (404, "NoSuchEntity")
        assert error.message == "The user with name Bob cannot be found."

    def test_existing_user_is_refused(self, stranger: Client) -> None:
        """The message for an existing user contains its name in the original case."""
        stranger.do(SERVICE, "CreateUser", UserName="Alice")
        error = stranger.expect_error(SERVICE, "CreateUser", UserName="ALICE")
        assert (error.status, error.code, error.message) == (
            409,
            "EntityAlreadyExists",
            "User with name Alice already exists.",
        )

    def test_tags_are_added_listed_and_removed(self, stranger: Client) -> None:
        """Tags are added, listed in pages and removed; duplicates are refused."""
        stranger.do(SERVICE, "CreateUser", UserName="Alice")
        tags = [{"Key": key, "Value": key} for key in "abc"]
        stranger.do(SERVICE, "TagUser", UserName="Alice", Tags=tags)
        first = stranger.do(SERVICE, "ListUserTags", UserName="Alice", MaxItems=2)
        rest = stranger.do(SERVICE, "ListUserTags", UserName="Alice", Marker=first["Marker"])
        assert first["Tags"] + rest["Tags"] == tags
        stranger.do(SERVICE, "UntagUser", UserName="Alice", TagKeys=["a", "b"])
        assert stranger.do(SERVICE, "ListUserTags", UserName="Alice")["Tags"] == tags[2:]
        error = stranger.expect_error(SERVICE, "TagUser", UserName="Alice", Tags=[*tags, {"Key": "A", "Value": ""}])
        assert (error.status, error.code) == (400, "InvalidInput")

    @pytest.mark.usefixtures("alice")
    def test_tags_to_add_are_not_an_empty_list(self, stranger: Client) -> None:
        """A call that adds no tags is refused with AWS's message."""
        request = stranger.request(SERVICE, "TagUser", UserName="Alice", Tags=[])
        error = refused(stranger.app, replace(request, body=request.body + b"&Tags="), SERVICE, "TagUser")
        assert (error.code, error.message) == ("InvalidInput", "Error occurred while validating input. ")

    @pytest.mark.usefixtures("alice")
    def test_user_with_access_key_is_not_deleted(self, stranger: Client) -> None:
        """A user with access keys is a DeleteConflict with AWS's message."""
        error = stranger.expect_error(SERVICE, "DeleteUser", UserName="Alice")
        assert (error.status, error.code) == (409, "DeleteConflict")
        assert error.message == "Cannot delete entity, must delete access keys first."

    def test_unknown_boundary_is_not_found(self, stranger: Client) -> None:
        """An unknown boundary is refused with AWS's message."""
        arn = "arn:aws:iam::aws:policy/Nothing"
        error = stranger.expect_error(SERVICE, "CreateUser", UserName="Alice", PermissionsBoundary=arn)
        assert (error.status, error.code, error.message) == (
            404,
            "NoSuchEntity",
            f"Scope ARN: {arn} does not exist or is not attachable.",
        )


class TestCaller:
    """Callers that sign with access keys."""

    def test_caller_is_the_user_of_the_key(self, alice: Client) -> None:
        """STS and IAM return the user of the access key."""
        user = alice.do(SERVICE, "GetUser")["User"]
        assert alice.do("sts", "GetCallerIdentity") == {"Account": ACCOUNT, "Arn": ARN, "UserId": user["UserId"]}
        assert user["Arn"] == ARN

    def test_key_of_renamed_user_stays_valid(self, alice: Client, stranger: Client) -> None:
        """The access keys of a renamed user stay valid."""
        stranger.do(SERVICE, "UpdateUser", UserName="Alice", NewUserName="Zoe", NewPath="/")
        assert alice.do("sts", "GetCallerIdentity")["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/Zoe"

    def test_caller_is_the_root_user_of_the_key(self, stranger: Client) -> None:
        """An access key that the root user creates for itself is the root user's."""
        root = client_with_key(stranger)
        assert root.do("sts", "GetCallerIdentity")["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"
        # The root user's id is the account id, which is shorter than AWS's model allows ids to be.
        user = parse_reply(root.app.handle(root.request(SERVICE, "GetUser")), SERVICE, "GetUser")["User"]
        assert (user["Arn"], user["UserId"]) == (f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)
        assert root.do(SERVICE, "ListAccessKeys")["AccessKeyMetadata"][0]["AccessKeyId"] == key_of(root)
        assert stranger.do(SERVICE, "GetAccountSummary")["SummaryMap"]["AccountAccessKeysPresent"] == 1

    def test_role_session_needs_user_name(self, stranger: Client, app: App) -> None:
        """The session of a role must name a user."""
        trust = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}'
        role = stranger.do(SERVICE, "CreateRole", RoleName="Dev", AssumeRolePolicyDocument=trust)["Role"]
        stranger.do(SERVICE, "PutRolePolicy", RoleName="Dev", PolicyName="all", PolicyDocument=ALLOW_ALL)
        assumed = Client(app, "111122223333").do("sts", "AssumeRole", RoleArn=role["Arn"], RoleSessionName="session")
        keys = assumed["Credentials"]
        credentials = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        session = Client(app, credentials=credentials)
        for operation in ("GetUser", "CreateAccessKey", "ListAccessKeys"):
            error = session.expect_error(SERVICE, operation)
            assert (error.status, error.code, error.message) == (
                400,
                "ValidationError",
                "Must specify userName when calling with non-User credentials",
            )

    @pytest.mark.parametrize("change", ["UpdateAccessKey", "DeleteAccessKey"])
    def test_inactive_or_deleted_key_is_refused(self, alice: Client, stranger: Client, change: str) -> None:
        """An inactive or deleted key is refused, and not taken for a placeholder."""
        more = {"Status": "Inactive"} if change == "UpdateAccessKey" else {}
        stranger.do(SERVICE, change, UserName="Alice", AccessKeyId=key_of(alice), **more)
        error = alice.expect_error("sts", "GetCallerIdentity")
        assert (error.status, error.code) == (403, "InvalidClientTokenId")
        error = alice.expect_error("organizations", "DescribeOrganization")
        assert (error.status, error.code) == (400, "UnrecognizedClientException")
        if more:
            stranger.do(SERVICE, change, UserName="Alice", AccessKeyId=key_of(alice), Status="Active")
            alice.do("sts", "GetCallerIdentity")

    def test_wrong_secret_is_refused(self, alice: Client) -> None:
        """The signature is verified with the secret of the user's key."""
        wrong = Client(alice.app, ACCOUNT, credentials=Credentials(key_of(alice), "wrong"))
        request = wrong.request("sts", "GetCallerIdentity")
        error = refused(alice.app, request, "sts", "GetCallerIdentity")
        assert (error.status, error.code) == (403, "SignatureDoesNotMatch")

    def test_session_token_with_user_key_is_refused(self, alice: Client) -> None:
        """A session token together with a user's access key is refused."""
        assert alice.credentials
        mixed_credentials = Credentials(alice.credentials.access_key, alice.credentials.secret_key, "token")
        mixed = Client(alice.app, ACCOUNT, credentials=mixed_credentials)
        error = mixed.expect_error("sts", "GetCallerIdentity")
        assert (error.status, error.code) == (403, "InvalidClientTokenId")

    def test_cloudtrail_record_has_user_and_no_password(self, alice: Client) -> None:
        """A CloudTrail record contains the user, but no password."""
        alice.do(SERVICE, "CreateLoginProfile", Password="Correct-Horse-1")
        events = alice.do("cloudtrail", "LookupEvents")["Events"]
        record = next(event["CloudTrailEvent"] for event in events if event["EventName"] == "CreateLoginProfile")
        assert '"type":"IAMUser"' in record.replace(" ", "")
        assert '"userName":"Alice"' in record.replace(" ", "")
        assert "Correct-Horse-1" not in record


class TestAccessKeys:
    """CreateAccessKey, ListAccessKeys, UpdateAccessKey, DeleteAccessKey and GetAccessKeyLastUsed."""

    @pytest.mark.parametrize("status", ["Active", "Inactive"])
    def test_key_cannot_be_made_to_expire(self, alice: Client, stranger: Client, status: str) -> None:
        """The status Expired, which AWS's model has, is refused, and the key keeps its status."""
        assert alice.credentials
        key = {"UserName": "Alice", "AccessKeyId": alice.credentials.access_key}
        stranger.do(SERVICE, "UpdateAccessKey", **key, Status=status)
        error = stranger.expect_error(SERVICE, "UpdateAccessKey", **key, Status="Expired")
        assert (error.status, error.code) == (400, "InvalidInput")

    @pytest.mark.usefixtures("alice")
    def test_third_key_is_refused(self, stranger: Client) -> None:
        """A third access key is a LimitExceeded with AWS's message."""
        stranger.do(SERVICE, "CreateAccessKey", UserName="Alice")
        error = stranger.expect_error(SERVICE, "CreateAccessKey", UserName="Alice")
        assert (error.status, error.code, error.message) == (
            409,
            "LimitExceeded",
            "Cannot exceed quota for AccessKeysPerUser: 2",
        )

    def test_list_contains_no_secrets(self, alice: Client) -> None:
        """A list of access keys contains no secrets."""
        assert alice.do(SERVICE, "ListAccessKeys") == {
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

    def test_last_use_is_the_last_call(self, alice: Client, stranger: Client) -> None:
        """The last use is the last call, successful or not."""
        key = key_of(alice)
        unused = stranger.do(SERVICE, "GetAccessKeyLastUsed", AccessKeyId=key)
        assert unused == {"UserName": "Alice", "AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"}}
        alice.do("sts", "GetCallerIdentity")
        alice.expect_error("organizations", "DescribeOrganization")
        used = stranger.do(SERVICE, "GetAccessKeyLastUsed", AccessKeyId=key)["AccessKeyLastUsed"]
        assert (used["ServiceName"], used["Region"]) == ("organizations", "us-east-1")
        assert used["LastUsedDate"] == NOW.replace(microsecond=0)

    def test_key_of_another_account_is_denied(self, alice: Client, management: Client) -> None:
        """The last use of another account's key, or of an unknown one, is AccessDenied."""
        for key in (key_of(alice), "AKIAIOSFODNN7EXAMPLE"):
            error = management.expect_error(SERVICE, "GetAccessKeyLastUsed", AccessKeyId=key)
            assert (error.status, error.code) == (403, "AccessDenied")
            assert f"iam:GetAccessKeyLastUsed on resource: access key {key}" in error.message

    def test_unknown_key_is_not_found(self, alice: Client) -> None:
        """An unknown key is refused with AWS's message."""
        error = alice.expect_error(SERVICE, "DeleteAccessKey", AccessKeyId="AKIAIOSFODNN7EXAMPLE")
        assert (error.status, error.code) == (404, "NoSuchEntity")
        assert error.message == "The Access Key with id AKIAIOSFODNN7EXAMPLE cannot be found."


class TestLoginProfiles:
    """CreateLoginProfile, GetLoginProfile, UpdateLoginProfile and DeleteLoginProfile."""

    def test_login_profile_is_created_changed_and_deleted(self, alice: Client, stranger: Client) -> None:
        """A login profile is created, returned without the password, changed and deleted."""
        created = stranger.do(
            SERVICE, "CreateLoginProfile", UserName="Alice", Password="Correct-Horse-1", PasswordResetRequired=True
        )
        assert created == stranger.do(SERVICE, "GetLoginProfile", UserName="Alice")
        assert created["LoginProfile"]["PasswordResetRequired"] is True
        stranger.do(SERVICE, "UpdateLoginProfile", UserName="Alice", PasswordResetRequired=False)
        assert alice.do(SERVICE, "GetLoginProfile")["LoginProfile"]["PasswordResetRequired"] is False
        stranger.do(SERVICE, "DeleteLoginProfile", UserName="Alice")
        error = stranger.expect_error(SERVICE, "GetLoginProfile", UserName="Alice")
        assert (error.status, error.code, error.message) == (
            404,
            "NoSuchEntity",
            "Login Profile for User Alice cannot be found.",
        )

    def test_weak_password_is_refused(self, alice: Client) -> None:
        """A weak password is a PasswordPolicyViolation."""
        error = alice.expect_error(SERVICE, "CreateLoginProfile", Password="weak")
        assert (error.status, error.code) == (400, "PasswordPolicyViolation")

    def test_existing_login_profile_is_refused(self, alice: Client) -> None:
        """An existing login profile is refused with AWS's message."""
        alice.do(SERVICE, "CreateLoginProfile", Password="Correct-Horse-1")
        error = alice.expect_error(SERVICE, "CreateLoginProfile", Password="Correct-Horse-1")
        assert (error.status, error.code, error.message) == (
            409,
            "EntityAlreadyExists",
            "Login Profile for user Alice already exists.",
        )


class TestGroups:
    """CreateGroup, GetGroup, ListGroups, UpdateGroup, DeleteGroup and the users of groups."""

    @pytest.mark.usefixtures("alice")
    def test_group_is_created_filled_renamed_and_deleted(self, stranger: Client) -> None:
        """A group is created, filled, renamed, emptied and deleted."""
        created = stranger.do(SERVICE, "CreateGroup", GroupName="Admins", Path="/g/")["Group"]
        assert created["Arn"] == f"arn:aws:iam::{ACCOUNT}:group/g/Admins"
        stranger.do(SERVICE, "AddUserToGroup", GroupName="Admins", UserName="Alice")
        stranger.do(SERVICE, "UpdateGroup", GroupName="Admins", NewGroupName="Owners")
        reply = stranger.do(SERVICE, "GetGroup", GroupName="owners")
        assert (reply["Group"]["GroupId"], [user["Arn"] for user in reply["Users"]]) == (created["GroupId"], [ARN])
        assert stranger.do(SERVICE, "ListGroups", PathPrefix="/g/")["Groups"] == [reply["Group"]]
        assert stranger.do(SERVICE, "ListGroupsForUser", UserName="Alice")["Groups"] == [reply["Group"]]
        conflict = stranger.expect_error(SERVICE, "DeleteGroup", GroupName="Owners")
        assert (conflict.status, conflict.code) == (409, "DeleteConflict")
        stranger.do(SERVICE, "RemoveUserFromGroup", GroupName="Owners", UserName="Alice")
        stranger.do(SERVICE, "DeleteGroup", GroupName="Owners")
        gone = stranger.expect_error(SERVICE, "GetGroup", GroupName="Owners")
        assert (gone.status, gone.code, gone.message) == (
            404,
            "NoSuchEntity",
            "The group with name Owners cannot be found.",
        )

    def test_pages_contain_groups_and_users_by_name(self, stranger: Client) -> None:
        """Groups, their users and a user's groups are listed by name in pages."""
        for name in "abc":
            stranger.do(SERVICE, "CreateGroup", GroupName=f"G{name}")
            stranger.do(SERVICE, "CreateUser", UserName=f"U{name}")
            stranger.do(SERVICE, "AddUserToGroup", GroupName=f"G{name}", UserName="Ua")
            stranger.do(SERVICE, "AddUserToGroup", GroupName="Ga", UserName=f"U{name}")
        lists = {
            ("ListGroups", "Groups", "GroupName"): {},
            ("GetGroup", "Users", "UserName"): {"GroupName": "Ga"},
            ("ListGroupsForUser", "Groups", "GroupName"): {"UserName": "Ua"},
        }
        for (operation, member, name), parameters in lists.items():
            first = stranger.do(SERVICE, operation, MaxItems=2, **parameters)
            rest = stranger.do(SERVICE, operation, MaxItems=2, Marker=first["Marker"], **parameters)
            assert [item[name][1:] for item in first[member] + rest[member]] == ["a", "b", "c"]
            assert (first["IsTruncated"], rest["IsTruncated"]) == (True, False)
