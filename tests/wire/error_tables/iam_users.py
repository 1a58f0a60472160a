"""The errors that AWS's model declares for IAM's users, groups, keys and passwords, and for the account."""

from typing import Any

from tests.support.error_table import ErrorTable, OperationProvocation, provocations, refused_with
from tests.support.wire_client import Client

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


def no_user(**asked: Any) -> dict[str, OperationProvocation]:
    """Ask for a user that is not there."""
    return {"NoSuchEntity": refused_with(NO_USER, **NOBODY, **asked)}


ASKED: dict[str, dict[str, OperationProvocation]] = {
    "AddUserToGroup": {
        "NoSuchEntity": refused_with(NO_GROUP, **ALICE, GroupName="Nobody"),
        "LimitExceeded": refused_with(
            "Cannot exceed quota for GroupsPerUser: 0", limits={"GroupsPerUser": 0}, **ALICE, **ADMINS
        ),
    },
    "CreateAccessKey": {
        **no_user(),
        "LimitExceeded": refused_with(
            "Cannot exceed quota for AccessKeysPerUser: 2", before=(("CreateAccessKey", ALICE),) * 2, **ALICE
        ),
    },
    "CreateAccountAlias": {
        "EntityAlreadyExists": refused_with(
            "The account alias ours already exists.",
            before=(("CreateAccountAlias", {"AccountAlias": "ours"}),),
            AccountAlias="ours",
        ),
    },
    "CreateGroup": {
        "EntityAlreadyExists": refused_with("Group with name Admins already exists.", GroupName="ADMINS"),
        "LimitExceeded": refused_with(
            "Cannot exceed quota for GroupsPerAccount: 1", limits={"GroupsPerAccount": 1}, GroupName="Others"
        ),
    },
    "CreateLoginProfile": {
        **no_user(Password=PASSWORD),
        "EntityAlreadyExists": refused_with(
            "Login Profile for user Alice already exists.", before=LOGIN, **ALICE, Password=PASSWORD
        ),
        "PasswordPolicyViolation": refused_with(WEAK, **ALICE, Password="password"),
    },
    "CreateUser": {
        "EntityAlreadyExists": refused_with("User with name Alice already exists.", UserName="alice"),
        "InvalidInput": refused_with(RESERVED_TAG, UserName="Bob", Tags=RESERVED),
        "LimitExceeded": refused_with(
            "Cannot exceed quota for UsersPerAccount: 1", limits={"UsersPerAccount": 1}, UserName="Bob"
        ),
        "NoSuchEntity": refused_with(
            NO_BOUNDARY, UserName="Bob", PermissionsBoundary="arn:aws:iam::aws:policy/Nothing"
        ),
    },
    "DeleteAccessKey": {"NoSuchEntity": refused_with(NO_KEY, **ALICE, AccessKeyId=KEY)},
    "DeleteAccountAlias": {
        "NoSuchEntity": refused_with("The account alias with name ours cannot be found.", AccountAlias="ours")
    },
    "DeleteGroup": {
        "NoSuchEntity": refused_with(NO_GROUP, GroupName="Nobody"),
        "DeleteConflict": refused_with(
            "Cannot delete entity, must remove users from group first.",
            before=(("AddUserToGroup", ALICE | ADMINS),),
            **ADMINS,
        ),
    },
    "DeleteLoginProfile": {
        "NoSuchEntity": refused_with(NO_LOGIN, **ALICE),
        "EntityTemporarilyUnmodifiable": refused_with(UNDER_WAY, before=LOGIN, delays={"login": 5}, **ALICE),
    },
    "DeleteUser": {
        **no_user(),
        "DeleteConflict": refused_with(
            "Cannot delete entity, must delete access keys first.", before=(("CreateAccessKey", ALICE),), **ALICE
        ),
    },
    "GetAccountPasswordPolicy": {
        "NoSuchEntity": refused_with("The Password Policy with domain name 111122223333 cannot be found.")
    },
    "GetGroup": {"NoSuchEntity": refused_with(NO_GROUP, GroupName="Nobody")},
    "GetLoginProfile": {"NoSuchEntity": refused_with(NO_LOGIN, **ALICE)},
    "GetUser": no_user(),
    "ListAccessKeys": no_user(),
    "ListGroupsForUser": no_user(),
    "ListMFADevices": no_user(),
    "ListSSHPublicKeys": no_user(),
    "ListServiceSpecificCredentials": no_user(),
    "ListSigningCertificates": no_user(),
    "ListUserTags": no_user(),
    "RemoveUserFromGroup": {"NoSuchEntity": refused_with(NO_USER, **NOBODY, **ADMINS)},
    "TagUser": {
        "NoSuchEntity": refused_with(NO_USER, **NOBODY, Tags=TAGS),
        "InvalidInput": refused_with(RESERVED_TAG, **ALICE, Tags=RESERVED),
        "LimitExceeded": refused_with(
            "Cannot exceed quota for TagsPerUser: 0", limits={"TagsPerUser": 0}, **ALICE, Tags=TAGS
        ),
    },
    "UntagUser": no_user(TagKeys=["team"]),
    "UpdateAccessKey": {"NoSuchEntity": refused_with(NO_KEY, **ALICE, AccessKeyId=KEY, Status="Inactive")},
    "UpdateGroup": {
        "NoSuchEntity": refused_with(NO_GROUP, GroupName="Nobody", NewGroupName="Others"),
        "EntityAlreadyExists": refused_with(
            "Group with name Others already exists.",
            before=(("CreateGroup", {"GroupName": "Others"}),),
            **ADMINS,
            NewGroupName="others",
        ),
    },
    "UpdateLoginProfile": {
        "NoSuchEntity": refused_with(NO_LOGIN, **ALICE, Password=PASSWORD),
        "EntityTemporarilyUnmodifiable": refused_with(
            UNDER_WAY, before=LOGIN, delays={"login": 5}, **ALICE, Password=PASSWORD
        ),
        "PasswordPolicyViolation": refused_with(WEAK, before=LOGIN, **ALICE, Password="password"),
    },
    "UpdateUser": {
        "NoSuchEntity": refused_with(NO_USER, **NOBODY, NewUserName="Somebody"),
        "EntityAlreadyExists": refused_with(
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


def prepare(management: Client) -> None:
    """Create a user and a group."""
    management.do(SERVICE, "CreateUser", **ALICE)
    management.do(SERVICE, "CreateGroup", **ADMINS)


TABLE = ErrorTable(service=SERVICE, provoked=provocations(SERVICE, ASKED), unreachable=UNREACHABLE, prepare=prepare)
