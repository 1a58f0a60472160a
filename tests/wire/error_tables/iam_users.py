"""Provocations of the declared errors of IAM's operations on users, groups, access keys, passwords and the account."""

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
BEING_CREATED = "Login Profile for User Alice cannot be modified while login profile is being created."
RESERVED_TAG = "Tag keys beginning with aws: are reserved for system use."
RESERVED = [{"Key": "aws:team", "Value": "a"}]
TAGS = [{"Key": "team", "Value": "a"}]
LOGIN = (("CreateLoginProfile", {**ALICE, "Password": PASSWORD}),)


def unknown_user_error(**parameters: Any) -> dict[str, OperationProvocation]:
    """Return the provocation of NoSuchEntity by an unknown user."""
    return {"NoSuchEntity": refused_with(NO_USER, **NOBODY, **parameters)}


PROVOKED: dict[str, dict[str, OperationProvocation]] = {
    "AddUserToGroup": {
        "NoSuchEntity": refused_with(NO_GROUP, **ALICE, GroupName="Nobody"),
        "LimitExceeded": refused_with(
            "Cannot exceed quota for GroupsPerUser: 0", limits={"GroupsPerUser": 0}, **ALICE, **ADMINS
        ),
    },
    "CreateAccessKey": {
        **unknown_user_error(),
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
        **unknown_user_error(Password=PASSWORD),
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
        "EntityTemporarilyUnmodifiable": refused_with(BEING_CREATED, before=LOGIN, delays={"login": 5}, **ALICE),
    },
    "DeleteUser": {
        **unknown_user_error(),
        "DeleteConflict": refused_with(
            "Cannot delete entity, must delete access keys first.", before=(("CreateAccessKey", ALICE),), **ALICE
        ),
    },
    "GetAccountPasswordPolicy": {
        "NoSuchEntity": refused_with("The Password Policy with domain name 111122223333 cannot be found.")
    },
    "GetGroup": {"NoSuchEntity": refused_with(NO_GROUP, GroupName="Nobody")},
    "GetLoginProfile": {"NoSuchEntity": refused_with(NO_LOGIN, **ALICE)},
    "GetUser": unknown_user_error(),
    "ListAccessKeys": unknown_user_error(),
    "ListGroupsForUser": unknown_user_error(),
    "ListSSHPublicKeys": unknown_user_error(),
    "ListServiceSpecificCredentials": unknown_user_error(),
    "ListSigningCertificates": unknown_user_error(),
    "ListUserTags": unknown_user_error(),
    "RemoveUserFromGroup": {"NoSuchEntity": refused_with(NO_USER, **NOBODY, **ADMINS)},
    "TagUser": {
        "NoSuchEntity": refused_with(NO_USER, **NOBODY, Tags=TAGS),
        "InvalidInput": refused_with(RESERVED_TAG, **ALICE, Tags=RESERVED),
        "LimitExceeded": refused_with(
            "Cannot exceed quota for TagsPerUser: 0", limits={"TagsPerUser": 0}, **ALICE, Tags=TAGS
        ),
    },
    "UntagUser": unknown_user_error(TagKeys=["team"]),
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
            BEING_CREATED, before=LOGIN, delays={"login": 5}, **ALICE, Password=PASSWORD
        ),
        "PasswordPolicyViolation": refused_with(WEAK, before=LOGIN, **ALICE, Password="password"),
        "InvalidInput": refused_with(
            "MaxSigninSessionDuration and ResetMaxSigninSessionDuration cannot be specified together.",
            before=LOGIN,
            **ALICE,
            MaxSigninSessionDuration=3600,
            ResetMaxSigninSessionDuration=True,
        ),
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
REMOVES = "a removal exceeds no limit"
UNREACHABLE = {
    **{
        (operation, "LimitExceeded"): REMOVES
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
        (operation, "LimitExceeded"): "an existing resource counts already"
        for operation in ("UpdateAccessKey", "UpdateGroup", "UpdateLoginProfile", "UpdateUser")
    },
    ("CreateAccountAlias", "LimitExceeded"): "a second alias replaces the first",
    ("CreateLoginProfile", "LimitExceeded"): "a second password is EntityAlreadyExists",
    ("CreateGroup", "NoSuchEntity"): "it refers to no other resource",
    ("UpdateAccessKey", "InvalidInput"): "its shape refuses other values with ValidationError",
    ("UpdateUser", "EntityTemporarilyUnmodifiable"): "the name of a deleted user is free at once",
}


def prepare(management: Client) -> None:
    """Create a user and a group."""
    management.do(SERVICE, "CreateUser", **ALICE)
    management.do(SERVICE, "CreateGroup", **ADMINS)


TABLE = ErrorTable(service=SERVICE, provoked=provocations(SERVICE, PROVOKED), unreachable=UNREACHABLE, prepare=prepare)
