"""The errors that AWS's model declares for IAM's users, groups, keys and passwords, and for the account."""

from typing import Any

import pytest

from tests.wire.botocore_wire import Client
from tests.wire.declared_errors import Ask, DeclaredErrors, refusing, table

SERVICE = "iam"
PASSWORD = "Correct-Horse-1"
KEY = "AKIA" + "A" * 16
NOBODY: dict[str, Any] = {"UserName": "Nobody"}
ALICE: dict[str, Any] = {"UserName": "Alice"}
ADMINS: dict[str, Any] = {"GroupName": "Admins"}
NO_USER = "The user with name Nobody cannot be found."
NO_GROUP = "The group with name Nobody cannot be found."
NO_LOGIN = "Login Profile for User Alice cannot be found."
NO_KEY = f"The Access Key with id {KEY} cannot be found."
NO_BOUNDARY = "Scope ARN: arn:aws:iam::aws:policy/Nothing does not exist or is not attachable."
WEAK = "Password does not conform to the account password policy."
UNDER_WAY = "Login Profile for User Alice cannot be modified while login profile is being created."
RESERVED_TAG = "Tag keys that begin with aws: are reserved for internal use by AWS."
RESERVED = [{"Key": "aws:team", "Value": "a"}]
TAGS = [{"Key": "team", "Value": "a"}]
LOGIN = (("CreateLoginProfile", {**ALICE, "Password": PASSWORD}),)


def no_user(**asked: Any) -> dict[str, Ask]:
    """Ask for a user that is not there."""
    return {"NoSuchEntity": refusing(NO_USER, **NOBODY, **asked)}


ASKED: dict[str, dict[str, Ask]] = {
    "AddUserToGroup": {
        "NoSuchEntity": refusing(NO_GROUP, **ALICE, GroupName="Nobody"),
        "LimitExceeded": refusing(
            "Cannot exceed quota for GroupsPerUser: 0", limits={"GroupsPerUser": 0}, **ALICE, **ADMINS
        ),
    },
    "CreateAccessKey": {
        **no_user(),
        "LimitExceeded": refusing(
            "Cannot exceed quota for AccessKeysPerUser: 2", before=(("CreateAccessKey", ALICE),) * 2, **ALICE
        ),
    },
    "CreateAccountAlias": {
        "EntityAlreadyExists": refusing(
            "The account alias ours already exists.",
            before=(("CreateAccountAlias", {"AccountAlias": "ours"}),),
            AccountAlias="ours",
        ),
    },
    "CreateGroup": {
        "EntityAlreadyExists": refusing("Group with name Admins already exists.", GroupName="ADMINS"),
        "LimitExceeded": refusing(
            "Cannot exceed quota for GroupsPerAccount: 1", limits={"GroupsPerAccount": 1}, GroupName="Others"
        ),
    },
    "CreateLoginProfile": {
        **no_user(Password=PASSWORD),
        "EntityAlreadyExists": refusing(
            "Login Profile for user Alice already exists.", before=LOGIN, **ALICE, Password=PASSWORD
        ),
        "PasswordPolicyViolation": refusing(WEAK, **ALICE, Password="password"),
    },
    "CreateUser": {
        "EntityAlreadyExists": refusing("User with name Alice already exists.", UserName="alice"),
        "InvalidInput": refusing(RESERVED_TAG, UserName="Bob", Tags=RESERVED),
        "LimitExceeded": refusing(
            "Cannot exceed quota for UsersPerAccount: 1", limits={"UsersPerAccount": 1}, UserName="Bob"
        ),
        "NoSuchEntity": refusing(NO_BOUNDARY, UserName="Bob", PermissionsBoundary="arn:aws:iam::aws:policy/Nothing"),
    },
    "DeleteAccessKey": {"NoSuchEntity": refusing(NO_KEY, **ALICE, AccessKeyId=KEY)},
    "DeleteAccountAlias": {
        "NoSuchEntity": refusing("The account alias with name ours cannot be found.", AccountAlias="ours")
    },
    "DeleteGroup": {
        "NoSuchEntity": refusing(NO_GROUP, GroupName="Nobody"),
        "DeleteConflict": refusing(
            "Cannot delete entity, must remove users from group first.",
            before=(("AddUserToGroup", ALICE | ADMINS),),
            **ADMINS,
        ),
    },
    "DeleteLoginProfile": {
        "NoSuchEntity": refusing(NO_LOGIN, **ALICE),
        "EntityTemporarilyUnmodifiable": refusing(UNDER_WAY, before=LOGIN, delays={"login": 5}, **ALICE),
    },
    "DeleteUser": {
        **no_user(),
        "DeleteConflict": refusing(
            "Cannot delete entity, must delete access keys first.", before=(("CreateAccessKey", ALICE),), **ALICE
        ),
    },
    "GetAccountPasswordPolicy": {
        "NoSuchEntity": refusing("The Password Policy with domain name 111122223333 cannot be found.")
    },
    "GetGroup": {"NoSuchEntity": refusing(NO_GROUP, GroupName="Nobody")},
    "GetLoginProfile": {"NoSuchEntity": refusing(NO_LOGIN, **ALICE)},
    "GetUser": no_user(),
    "ListAccessKeys": no_user(),
    "ListGroupsForUser": no_user(),
    "ListMFADevices": no_user(),
    "ListSSHPublicKeys": no_user(),
    "ListServiceSpecificCredentials": no_user(),
    "ListSigningCertificates": no_user(),
    "ListUserTags": no_user(),
    "RemoveUserFromGroup": {"NoSuchEntity": refusing(NO_USER, **NOBODY, **ADMINS)},
    "TagUser": {
        "NoSuchEntity": refusing(NO_USER, **NOBODY, Tags=TAGS),
        "InvalidInput": refusing(RESERVED_TAG, **ALICE, Tags=RESERVED),
        "LimitExceeded": refusing(
            "Cannot exceed quota for TagsPerUser: 0", limits={"TagsPerUser": 0}, **ALICE, Tags=TAGS
        ),
    },
    "UntagUser": no_user(TagKeys=["team"]),
    "UpdateAccessKey": {"NoSuchEntity": refusing(NO_KEY, **ALICE, AccessKeyId=KEY, Status="Inactive")},
    "UpdateGroup": {
        "NoSuchEntity": refusing(NO_GROUP, GroupName="Nobody", NewGroupName="Others"),
        "EntityAlreadyExists": refusing(
            "Group with name Others already exists.",
            before=(("CreateGroup", {"GroupName": "Others"}),),
            **ADMINS,
            NewGroupName="others",
        ),
    },
    "UpdateLoginProfile": {
        "NoSuchEntity": refusing(NO_LOGIN, **ALICE, Password=PASSWORD),
        "EntityTemporarilyUnmodifiable": refusing(
            UNDER_WAY, before=LOGIN, delays={"login": 5}, **ALICE, Password=PASSWORD
        ),
        "PasswordPolicyViolation": refusing(WEAK, before=LOGIN, **ALICE, Password="password"),
    },
    "UpdateUser": {
        "NoSuchEntity": refusing(NO_USER, **NOBODY, NewUserName="Somebody"),
        "EntityAlreadyExists": refusing(
            "User with name Bob already exists.",
            before=(("CreateUser", {"UserName": "Bob"}),),
            **ALICE,
            NewUserName="BOB",
        ),
    },
}
TAKES_AWAY = "what is taken away exceeds no limit"
UNREACHABLE = {
    **{
        (operation, "LimitExceeded"): TAKES_AWAY
        for operation in (
            "DeleteAccessKey",
            "DeleteAccountAlias",
            "DeleteGroup",
            "DeleteLoginProfile",
            "DeleteUser",
            "RemoveUserFromGroup",
        )
    },
    **{
        (operation, "LimitExceeded"): "what changes is counted already"
        for operation in ("UpdateAccessKey", "UpdateGroup", "UpdateLoginProfile", "UpdateUser")
    },
    ("CreateAccountAlias", "LimitExceeded"): "a second alias takes the place of the first",
    ("CreateLoginProfile", "LimitExceeded"): "a second password is EntityAlreadyExists",
    ("CreateGroup", "NoSuchEntity"): "it names nothing that has to be there",
    ("UpdateAccessKey", "InvalidInput"): "its shape refuses, as ValidationError, each value that is none",
    ("UpdateUser", "EntityTemporarilyUnmodifiable"): "the name of a user who was deleted is free at once",
}


class TestDeclaredErrors(DeclaredErrors):
    """Every error that AWS's model declares for these operations."""

    service = SERVICE
    provoked = table(SERVICE, ASKED)
    unreachable = UNREACHABLE

    @pytest.fixture
    def caller(self, management: Client) -> Client:
        """Give an account with a user and a group."""
        management.does(SERVICE, "CreateUser", **ALICE)
        management.does(SERVICE, "CreateGroup", **ADMINS)
        return management
