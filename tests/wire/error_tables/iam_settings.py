"""Provocations of the declared errors of IAM's operations on instance profiles and on settings of the account."""

from typing import Any

from tests.support.error_table import ErrorTable, OperationProvocation, provocations, refused_with
from tests.support.iam_users import create_user
from tests.support.wire_client import Client
from tests.wire.error_tables.iam_policies import LINKED, PROTECTED, TRUST
from tests.wire.error_tables.iam_users import REMOVES, RESERVED, RESERVED_TAG, TAGS

SERVICE = "iam"
WEB: dict[str, Any] = {"InstanceProfileName": "Web"}
NOBODY: dict[str, Any] = {"InstanceProfileName": "Nobody"}
NO_PROFILE = "Instance Profile Nobody cannot be found."
_NO_LOGIN = "Login Profile for User Alice cannot be found."
_PASSWORDS: dict[str, Any] = {"OldPassword": "Secret-1234", "NewPassword": "Secret-5678"}
_MAY_CHANGE = "arn:aws:iam::aws:policy/IAMUserChangePassword"
TEMPLATE = "arn:aws:iam::aws:role-template/iam.amazonaws.com/PowerUserRoleTemplate:1"
NO_TEMPLATE = TEMPLATE.replace("Power", "Other")
LAMBDA: dict[str, Any] = {"AWSServiceName": {"Values": ["lambda.amazonaws.com"]}}


def alice(client: Client) -> Client:
    """Return a user without a password."""
    return create_user(client, _MAY_CHANGE)


def alice_with_password(client: Client) -> Client:
    """Return a user with a password."""
    user = alice(client)
    client.do(SERVICE, "CreateLoginProfile", UserName="Alice", Password="Secret-1234")
    return user


PROVOKED: dict[str, dict[str, OperationProvocation]] = {
    "CreateInstanceProfile": {
        "EntityAlreadyExists": refused_with("Instance Profile Web already exists.", InstanceProfileName="WEB"),
        "InvalidInput": refused_with(RESERVED_TAG, **NOBODY, Tags=RESERVED),
        "LimitExceeded": refused_with(
            "Cannot exceed quota for InstanceProfilesPerAccount: 1", limits={"InstanceProfilesPerAccount": 1}, **NOBODY
        ),
    },
    "GetInstanceProfile": {"NoSuchEntity": refused_with(NO_PROFILE, **NOBODY)},
    "AddRoleToInstanceProfile": {
        "LimitExceeded": refused_with(
            "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1", **WEB, RoleName="Dev"
        ),
        "NoSuchEntity": refused_with(NO_PROFILE, **NOBODY, RoleName="Dev"),
        "UnmodifiableEntity": refused_with(PROTECTED, **WEB, RoleName=LINKED),
    },
    "RemoveRoleFromInstanceProfile": {"NoSuchEntity": refused_with(NO_PROFILE, **NOBODY, RoleName="Dev")},
    "DeleteInstanceProfile": {
        "DeleteConflict": refused_with("Cannot delete entity, must remove roles from instance profile first.", **WEB),
        "NoSuchEntity": refused_with(NO_PROFILE, **NOBODY),
    },
    "TagInstanceProfile": {
        "InvalidInput": refused_with(RESERVED_TAG, **WEB, Tags=RESERVED),
        "LimitExceeded": refused_with(
            "Cannot exceed quota for TagsPerInstanceProfile: 0", limits={"TagsPerInstanceProfile": 0}, **WEB, Tags=TAGS
        ),
        "NoSuchEntity": refused_with(NO_PROFILE, **NOBODY, Tags=TAGS),
    },
    "UntagInstanceProfile": {"NoSuchEntity": refused_with(NO_PROFILE, **NOBODY, TagKeys=["team"])},
    "ListInstanceProfileTags": {"NoSuchEntity": refused_with(NO_PROFILE, **NOBODY)},
    "UpdateAccountPasswordPolicy": {},
    "DeleteAccountPasswordPolicy": {
        "NoSuchEntity": refused_with("The Password Policy with domain name 111122223333 cannot be found."),
    },
    "ChangePassword": {
        "InvalidUserType": refused_with("Only IAM Users can change their own password", **_PASSWORDS),
        "NoSuchEntity": refused_with(_NO_LOGIN, by=alice, **_PASSWORDS),
        "EntityTemporarilyUnmodifiable": refused_with(
            "Login Profile for User Alice cannot be modified while login profile is being created.",
            delays={"login": 60},
            by=alice_with_password,
            **_PASSWORDS,
        ),
        "PasswordPolicyViolation": refused_with(
            "Password does not conform to the account password policy.",
            by=alice_with_password,
            OldPassword="Secret-1234",
            NewPassword="short",
        ),
    },
    "PutAccountProperties": {
        "InvalidInput": refused_with("Unsupported namespace: Nobody", Properties={"Nobody/Enabled": "true"}),
    },
    "GetAccountProperties": {},
    "AcquireRole": {
        "InvalidInput": refused_with(
            "Failed to render template: Parameter 'AWSServiceName' not found.", TemplateArn=TEMPLATE
        ),
        "NoSuchEntity": refused_with(f"Role template not found in repository: {NO_TEMPLATE}", TemplateArn=NO_TEMPLATE),
        "MalformedPolicyDocument": refused_with(
            'Invalid principal in policy: "SERVICE":"nonsense"',
            TemplateArn=TEMPLATE,
            ReplacementValues={"AWSServiceName": {"Values": ["nonsense"]}},
        ),
        "NameConflict": refused_with(
            "Role Dev already exists and is not managed by the template.",
            TemplateArn=TEMPLATE,
            ReplacementValues={**LAMBDA, "RoleName": {"Values": ["Dev"]}},
        ),
        "RoleModified": refused_with(
            "Role PowerUserRole has been modified since it was created and is no longer managed.",
            before=(
                ("AcquireRole", {"TemplateArn": TEMPLATE, "ReplacementValues": LAMBDA}),
                ("AttachRolePolicy", {"RoleName": "PowerUserRole", "PolicyArn": _MAY_CHANGE}),
            ),
            TemplateArn=TEMPLATE,
            ReplacementValues=LAMBDA,
        ),
        "LimitExceeded": refused_with(
            "Cannot exceed quota for RolesPerAccount: 1",
            limits={"RolesPerAccount": 1},
            TemplateArn=TEMPLATE,
            ReplacementValues=LAMBDA,
        ),
    },
    "GetRoleTemplateVersion": {
        "NoSuchEntity": refused_with(f"Role Template {NO_TEMPLATE} cannot be found.", TemplateArn=NO_TEMPLATE),
    },
}
_NO_QUOTA = "no quota limits it"
UNREACHABLE = {
    ("AddRoleToInstanceProfile", "EntityAlreadyExists"): "a second role exceeds the quota, whichever it is",
    ("RemoveRoleFromInstanceProfile", "LimitExceeded"): REMOVES,
    ("RemoveRoleFromInstanceProfile", "UnmodifiableEntity"): "no instance profile contains a service-linked role",
    ("DeleteInstanceProfile", "LimitExceeded"): REMOVES,
    ("UntagInstanceProfile", "InvalidInput"): "unknown and reserved keys are ignored",
    ("UpdateAccountPasswordPolicy", "NoSuchEntity"): "the account always exists",
    ("UpdateAccountPasswordPolicy", "MalformedPolicyDocument"): "the constraints of the shape find every mistake",
    ("UpdateAccountPasswordPolicy", "LimitExceeded"): _NO_QUOTA,
    ("DeleteAccountPasswordPolicy", "LimitExceeded"): REMOVES,
    ("ChangePassword", "LimitExceeded"): _NO_QUOTA,
    ("GetAccountProperties", "InvalidInput"): "it has no input",
    ("AcquireRole", "EntityAlreadyExists"): "a role of the name is acquired, modified or in conflict",
    ("AcquireRole", "RoleTemplateDisabled"): "no template of the catalog is disabled",
    ("GetRoleTemplateVersion", "InvalidInput"): "the constraints of the shape find every mistake",
}


def prepare(management: Client) -> None:
    """Create an instance profile with a role."""
    management.do(SERVICE, "CreateInstanceProfile", **WEB)
    management.do(SERVICE, "CreateRole", RoleName="Dev", AssumeRolePolicyDocument=TRUST)
    management.do(SERVICE, "AddRoleToInstanceProfile", **WEB, RoleName="Dev")


TABLE = ErrorTable(service=SERVICE, provoked=provocations(SERVICE, PROVOKED), unreachable=UNREACHABLE, prepare=prepare)
