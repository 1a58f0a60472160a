"""The errors that AWS's model declares for IAM's managed and inline policies, boundaries and simulations."""

from typing import Any

from tests.support.error_table import ErrorTable, OperationProvocation, provocations, refused_with
from tests.support.wire_client import Client
from tests.wire.error_tables.iam_users import NO_BOUNDARY, NO_USER, RESERVED, RESERVED_TAG, TAGS, TAKES_AWAY

SERVICE = "iam"
POLICY = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
TRUST = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}}'
LINKED = "AWSServiceRoleForOrganizations"
PROTECTED = f"Cannot perform the operation on the protected role '{LINKED}' - this role is only modifiable by AWS"
SYNTAX = "Syntax errors in policy."
UNREADABLE = "Policy input list item 1 has invalid content"
NO_ARN = "arn:aws:iam::111122223333:not_a_policy/Mine"
NO_ARN_SAYS = f"ARN {NO_ARN} is not valid."
NOTHING = "arn:aws:iam::aws:policy/Nothing"
NOTHING_SAYS = f"Policy {NOTHING} was not found."
OF_SERVICE = "arn:aws:iam::aws:policy/aws-service-role/AWSArtifactServiceRolePolicy"
OF_SERVICE_SAYS = "Cannot attach a Service Role Policy to a Customer Role."
MINE = "arn:aws:iam::111122223333:policy/Mine"
NAMES = {"User": "Alice", "Group": "Admins", "Role": "Dev"}
ASKED: dict[str, dict[str, OperationProvocation]] = {}
UNREACHABLE: dict[tuple[str, str], str] = {}
WHICH_SHAPE = "its shape refuses, as ValidationError, each value that is none"


def of_arn(**asked: Any) -> dict[str, OperationProvocation]:
    """Ask for a policy that is not there, and by what is no policy's ARN."""
    return {
        "NoSuchEntity": refused_with(NOTHING_SAYS, PolicyArn=NOTHING, **asked),
        "InvalidInput": refused_with(NO_ARN_SAYS, PolicyArn=NO_ARN, **asked),
    }


for kind, name in NAMES.items():
    who: dict[str, Any] = {f"{kind}Name": name}
    nobody: dict[str, Any] = {f"{kind}Name": "Nobody"}
    missing = f"The {kind.lower()} with name Nobody cannot be found."
    no_inline = f"The {kind.lower()} policy with name none cannot be found."
    quota = f"PoliciesPer{kind}"
    ASKED |= {
        f"Attach{kind}Policy": {
            "InvalidInput": refused_with(NO_ARN_SAYS, **who, PolicyArn=NO_ARN),
            "LimitExceeded": refused_with(
                f"Cannot exceed quota for {quota}: 0", limits={quota: 0}, **who, PolicyArn=MINE
            ),
            "NoSuchEntity": refused_with(
                f"Policy {NOTHING} does not exist or is not attachable.", **who, PolicyArn=NOTHING
            ),
            "PolicyNotAttachable": refused_with(OF_SERVICE_SAYS, **who, PolicyArn=OF_SERVICE),
        },
        f"Detach{kind}Policy": {
            "InvalidInput": refused_with(NO_ARN_SAYS, **who, PolicyArn=NO_ARN),
            "NoSuchEntity": refused_with(f"Policy {MINE} was not found.", **who, PolicyArn=MINE),
        },
        f"Get{kind}Policy": {"NoSuchEntity": refused_with(no_inline, **who, PolicyName="none")},
        f"Delete{kind}Policy": {"NoSuchEntity": refused_with(no_inline, **who, PolicyName="none")},
        f"Put{kind}Policy": {
            "LimitExceeded": refused_with(
                f"Maximum policy size of 70 bytes exceeded for {kind.lower()} {name}",
                limits={f"{kind}PolicySize": 70},
                **who,
                PolicyName="new",
                PolicyDocument=POLICY,
            ),
            "MalformedPolicyDocument": refused_with(SYNTAX, **who, PolicyName="new", PolicyDocument="{}"),
            "NoSuchEntity": refused_with(missing, **nobody, PolicyName="new", PolicyDocument=POLICY),
        },
        f"List{kind}Policies": {"NoSuchEntity": refused_with(missing, **nobody)},
        f"ListAttached{kind}Policies": {"NoSuchEntity": refused_with(missing, **nobody)},
    }
    UNREACHABLE |= {
        (f"Detach{kind}Policy", "LimitExceeded"): TAKES_AWAY,
        (f"Delete{kind}Policy", "LimitExceeded"): TAKES_AWAY,
        (f"ListAttached{kind}Policies", "InvalidInput"): WHICH_SHAPE,
    }
    if kind != "Group":
        ASKED |= {
            f"Put{kind}PermissionsBoundary": {
                "InvalidInput": refused_with(NO_ARN_SAYS, **who, PermissionsBoundary=NO_ARN),
                "NoSuchEntity": refused_with(NO_BOUNDARY, **who, PermissionsBoundary=NOTHING),
                "PolicyNotAttachable": refused_with(OF_SERVICE_SAYS, **who, PermissionsBoundary=OF_SERVICE),
            },
            f"Delete{kind}PermissionsBoundary": {"NoSuchEntity": refused_with(missing, **nobody)},
        }
OF_ROLES: dict[str, dict[str, Any]] = {
    "AttachRolePolicy": {"PolicyArn": MINE},
    "DetachRolePolicy": {"PolicyArn": MINE},
    "DeleteRolePolicy": {"PolicyName": "none"},
    "PutRolePolicy": {"PolicyName": "new", "PolicyDocument": POLICY},
    "PutRolePermissionsBoundary": {"PermissionsBoundary": MINE},
    "DeleteRolePermissionsBoundary": {},
}
for operation, asked in OF_ROLES.items():
    ASKED[operation]["UnmodifiableEntity"] = refused_with(PROTECTED, RoleName=LINKED, **asked)
ASKED |= {
    "CreatePolicy": {
        "EntityAlreadyExists": refused_with(
            "A policy called mine already exists. Duplicate names are not allowed.",
            PolicyName="mine",
            PolicyDocument=POLICY,
        ),
        "InvalidInput": refused_with(RESERVED_TAG, PolicyName="New", PolicyDocument=POLICY, Tags=RESERVED),
        "LimitExceeded": refused_with(
            "Cannot exceed quota for PoliciesPerAccount: 1",
            limits={"PoliciesPerAccount": 1},
            PolicyName="New",
            PolicyDocument=POLICY,
        ),
        "MalformedPolicyDocument": refused_with(SYNTAX, PolicyName="New", PolicyDocument="{}"),
    },
    "CreatePolicyVersion": {
        "InvalidInput": refused_with(NO_ARN_SAYS, PolicyArn=NO_ARN, PolicyDocument=POLICY),
        "NoSuchEntity": refused_with(f"Policy {MINE}r was not found.", PolicyArn=f"{MINE}r", PolicyDocument=POLICY),
        "LimitExceeded": refused_with(
            "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing "
            "version.",
            before=(("CreatePolicyVersion", {"PolicyArn": MINE, "PolicyDocument": POLICY}),) * 4,
            PolicyArn=MINE,
            PolicyDocument=POLICY,
        ),
        "MalformedPolicyDocument": refused_with(SYNTAX, PolicyArn=MINE, PolicyDocument="{}"),
    },
    "DeletePolicy": {
        "InvalidInput": refused_with(NO_ARN_SAYS, PolicyArn=NO_ARN),
        "NoSuchEntity": refused_with(f"Policy {MINE}r was not found.", PolicyArn=f"{MINE}r"),
        "DeleteConflict": refused_with(
            "Cannot delete a policy attached to entities.",
            before=(("AttachUserPolicy", {"UserName": "Alice", "PolicyArn": MINE}),),
            PolicyArn=MINE,
        ),
    },
    "DeletePolicyVersion": {
        "InvalidInput": refused_with(NO_ARN_SAYS, PolicyArn=NO_ARN, VersionId="v1"),
        "NoSuchEntity": refused_with(
            f"Policy {MINE} version v2 does not exist or is not attachable.", PolicyArn=MINE, VersionId="v2"
        ),
        "DeleteConflict": refused_with(
            "Cannot delete the default version of a policy.", PolicyArn=MINE, VersionId="v1"
        ),
    },
    "GetPolicy": of_arn(),
    "GetPolicyVersion": of_arn(VersionId="v1")
    | {
        "NoSuchEntity": refused_with(
            f"Policy {NOTHING} version v1 does not exist or is not attachable.", PolicyArn=NOTHING, VersionId="v1"
        )
    },
    "ListEntitiesForPolicy": of_arn(),
    "ListPolicyTags": of_arn(),
    "ListPolicyVersions": of_arn(),
    "SetDefaultPolicyVersion": {
        "InvalidInput": refused_with(NO_ARN_SAYS, PolicyArn=NO_ARN, VersionId="v1"),
        "NoSuchEntity": refused_with(
            f"Policy {MINE} version v2 does not exist or is not attachable.", PolicyArn=MINE, VersionId="v2"
        ),
    },
    "TagPolicy": {
        "InvalidInput": refused_with(RESERVED_TAG, PolicyArn=MINE, Tags=RESERVED),
        "LimitExceeded": refused_with(
            "Cannot exceed quota for TagsPerPolicy: 0", limits={"TagsPerPolicy": 0}, PolicyArn=MINE, Tags=TAGS
        ),
        "NoSuchEntity": refused_with(f"Policy {MINE}r was not found.", PolicyArn=f"{MINE}r", Tags=TAGS),
    },
    "UntagPolicy": {
        "InvalidInput": refused_with(NO_ARN_SAYS, PolicyArn=NO_ARN, TagKeys=["team"]),
        "NoSuchEntity": refused_with(f"Policy {MINE}r was not found.", PolicyArn=f"{MINE}r", TagKeys=["team"]),
    },
}
UNREACHABLE |= {
    ("DeletePolicy", "LimitExceeded"): TAKES_AWAY,
    ("DeletePolicyVersion", "LimitExceeded"): TAKES_AWAY,
    ("SetDefaultPolicyVersion", "LimitExceeded"): "each policy has one version in force, before as after",
}
NOBODY: dict[str, Any] = {"PolicySourceArn": "arn:aws:iam::111122223333:user/Nobody"}
ALICE: dict[str, Any] = {"PolicySourceArn": "arn:aws:iam::111122223333:user/Alice"}
ASKED |= {
    "GetContextKeysForCustomPolicy": {"InvalidInput": refused_with(UNREADABLE, PolicyInputList=["{}"])},
    "GetContextKeysForPrincipalPolicy": {
        "InvalidInput": refused_with(UNREADABLE, **ALICE, PolicyInputList=["{}"]),
        "NoSuchEntity": refused_with(NO_USER, **NOBODY),
    },
    "SimulateCustomPolicy": {
        "InvalidInput": refused_with(UNREADABLE, PolicyInputList=["{}"], ActionNames=["iam:GetUser"])
    },
    "SimulatePrincipalPolicy": {
        "InvalidInput": refused_with(UNREADABLE, **ALICE, PolicyInputList=["{}"], ActionNames=["iam:GetUser"]),
        "NoSuchEntity": refused_with(NO_USER, **NOBODY, ActionNames=["iam:GetUser"]),
    },
}


def prepare(management: Client) -> None:
    """Create a user, a group, a role and a policy."""
    management.do(SERVICE, "CreateUser", UserName="Alice")
    management.do(SERVICE, "CreateGroup", GroupName="Admins")
    management.do(SERVICE, "CreateRole", RoleName="Dev", AssumeRolePolicyDocument=TRUST)
    management.do(SERVICE, "CreatePolicy", PolicyName="Mine", PolicyDocument=POLICY)


TABLE = ErrorTable(service=SERVICE, provoked=provocations(SERVICE, ASKED), unreachable=UNREACHABLE, prepare=prepare)
