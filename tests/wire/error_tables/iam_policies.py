"""Provocations of the declared errors of IAM's operations on policies, boundaries and simulations."""

from typing import Any

from tests.support.error_table import ErrorTable, OperationProvocation, provocations, refused_with
from tests.support.wire_client import Client
from tests.wire.error_tables.iam_users import NO_BOUNDARY, REMOVES, RESERVED, RESERVED_TAG, TAGS

SERVICE = "iam"
POLICY = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
TRUST = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}}'
LINKED = "AWSServiceRoleForOrganizations"
PROTECTED = f"Cannot perform the operation on the protected role '{LINKED}' - this role is only modifiable by AWS"
SYNTAX = "Syntax errors in policy."
NO_ENTITY = "Unable to retrieve specified IAM entity."
UNREADABLE = "Policy input list item 1 has invalid content"
INVALID_ARN = "arn:aws:iam::111122223333:not_a_policy/Mine"
INVALID_ARN_MESSAGE = f"ARN {INVALID_ARN} is not valid."
UNKNOWN_ARN = "arn:aws:iam::aws:policy/Nothing"
UNKNOWN_MESSAGE = f"Policy {UNKNOWN_ARN} was not found."
SERVICE_POLICY_ARN = "arn:aws:iam::aws:policy/aws-service-role/AWSArtifactServiceRolePolicy"
SERVICE_POLICY_MESSAGE = "Cannot attach a Service Role Policy to a Customer Role."
MINE = "arn:aws:iam::111122223333:policy/Mine"
NAMES = {"User": "Alice", "Group": "Admins", "Role": "Dev"}
PROVOKED: dict[str, dict[str, OperationProvocation]] = {}
UNREACHABLE: dict[tuple[str, str], str] = {}
ENFORCED_BY_SHAPE = "its shape refuses other values with ValidationError"


def policy_arn_errors(**parameters: Any) -> dict[str, OperationProvocation]:
    """Return the provocations by an unknown policy and by an invalid policy ARN."""
    return {
        "NoSuchEntity": refused_with(UNKNOWN_MESSAGE, PolicyArn=UNKNOWN_ARN, **parameters),
        "InvalidInput": refused_with(INVALID_ARN_MESSAGE, PolicyArn=INVALID_ARN, **parameters),
    }


for kind, name in NAMES.items():
    owner: dict[str, Any] = {f"{kind}Name": name}
    unknown_owner: dict[str, Any] = {f"{kind}Name": "Nobody"}
    missing = f"The {kind.lower()} with name Nobody cannot be found."
    no_inline = f"The {kind.lower()} policy with name none cannot be found."
    quota = f"PoliciesPer{kind}"
    PROVOKED |= {
        f"Attach{kind}Policy": {
            "InvalidInput": refused_with(INVALID_ARN_MESSAGE, **owner, PolicyArn=INVALID_ARN),
            "LimitExceeded": refused_with(
                f"Cannot exceed quota for {quota}: 0", limits={quota: 0}, **owner, PolicyArn=MINE
            ),
            "NoSuchEntity": refused_with(
                f"Policy {UNKNOWN_ARN} does not exist or is not attachable.", **owner, PolicyArn=UNKNOWN_ARN
            ),
            "PolicyNotAttachable": refused_with(SERVICE_POLICY_MESSAGE, **owner, PolicyArn=SERVICE_POLICY_ARN),
        },
        f"Detach{kind}Policy": {
            "InvalidInput": refused_with(INVALID_ARN_MESSAGE, **owner, PolicyArn=INVALID_ARN),
            "NoSuchEntity": refused_with(f"Policy {MINE} was not found.", **owner, PolicyArn=MINE),
        },
        f"Get{kind}Policy": {"NoSuchEntity": refused_with(no_inline, **owner, PolicyName="none")},
        f"Delete{kind}Policy": {"NoSuchEntity": refused_with(no_inline, **owner, PolicyName="none")},
        f"Put{kind}Policy": {
            "LimitExceeded": refused_with(
                f"Maximum policy size of 70 bytes exceeded for {kind.lower()} {name}",
                limits={f"{kind}PolicySize": 70},
                **owner,
                PolicyName="new",
                PolicyDocument=POLICY,
            ),
            "MalformedPolicyDocument": refused_with(SYNTAX, **owner, PolicyName="new", PolicyDocument="{}"),
            "NoSuchEntity": refused_with(missing, **unknown_owner, PolicyName="new", PolicyDocument=POLICY),
        },
        f"List{kind}Policies": {"NoSuchEntity": refused_with(missing, **unknown_owner)},
        f"ListAttached{kind}Policies": {"NoSuchEntity": refused_with(missing, **unknown_owner)},
    }
    UNREACHABLE |= {
        (f"Detach{kind}Policy", "LimitExceeded"): REMOVES,
        (f"Delete{kind}Policy", "LimitExceeded"): REMOVES,
        (f"ListAttached{kind}Policies", "InvalidInput"): ENFORCED_BY_SHAPE,
    }
    if kind != "Group":
        PROVOKED |= {
            f"Put{kind}PermissionsBoundary": {
                "InvalidInput": refused_with(INVALID_ARN_MESSAGE, **owner, PermissionsBoundary=INVALID_ARN),
                "NoSuchEntity": refused_with(NO_BOUNDARY, **owner, PermissionsBoundary=UNKNOWN_ARN),
                "PolicyNotAttachable": refused_with(
                    SERVICE_POLICY_MESSAGE, **owner, PermissionsBoundary=SERVICE_POLICY_ARN
                ),
            },
            f"Delete{kind}PermissionsBoundary": {"NoSuchEntity": refused_with(missing, **unknown_owner)},
        }
ROLE_OPERATIONS: dict[str, dict[str, Any]] = {
    "AttachRolePolicy": {"PolicyArn": MINE},
    "DetachRolePolicy": {"PolicyArn": MINE},
    "DeleteRolePolicy": {"PolicyName": "none"},
    "PutRolePolicy": {"PolicyName": "new", "PolicyDocument": POLICY},
    "PutRolePermissionsBoundary": {"PermissionsBoundary": MINE},
    "DeleteRolePermissionsBoundary": {},
}
for operation, parameters in ROLE_OPERATIONS.items():
    PROVOKED[operation]["UnmodifiableEntity"] = refused_with(PROTECTED, RoleName=LINKED, **parameters)
PROVOKED |= {
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
        "InvalidInput": refused_with(INVALID_ARN_MESSAGE, PolicyArn=INVALID_ARN, PolicyDocument=POLICY),
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
        "InvalidInput": refused_with(INVALID_ARN_MESSAGE, PolicyArn=INVALID_ARN),
        "NoSuchEntity": refused_with(f"Policy {MINE}r was not found.", PolicyArn=f"{MINE}r"),
        "DeleteConflict": refused_with(
            "Cannot delete a policy attached to entities.",
            before=(("AttachUserPolicy", {"UserName": "Alice", "PolicyArn": MINE}),),
            PolicyArn=MINE,
        ),
    },
    "DeletePolicyVersion": {
        "InvalidInput": refused_with(INVALID_ARN_MESSAGE, PolicyArn=INVALID_ARN, VersionId="v1"),
        "NoSuchEntity": refused_with(
            f"Policy {MINE} version v2 does not exist or is not attachable.", PolicyArn=MINE, VersionId="v2"
        ),
        "DeleteConflict": refused_with(
            "Cannot delete the default version of a policy.", PolicyArn=MINE, VersionId="v1"
        ),
    },
    "GetPolicy": policy_arn_errors(),
    "GetPolicyVersion": policy_arn_errors(VersionId="v1")
    | {
        "NoSuchEntity": refused_with(
            f"Policy {UNKNOWN_ARN} version v1 does not exist or is not attachable.",
            PolicyArn=UNKNOWN_ARN,
            VersionId="v1",
        )
    },
    "ListEntitiesForPolicy": policy_arn_errors(),
    "ListPolicyTags": policy_arn_errors(),
    "ListPolicyVersions": policy_arn_errors(),
    "SetDefaultPolicyVersion": {
        "InvalidInput": refused_with(INVALID_ARN_MESSAGE, PolicyArn=INVALID_ARN, VersionId="v1"),
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
        "InvalidInput": refused_with(INVALID_ARN_MESSAGE, PolicyArn=INVALID_ARN, TagKeys=["team"]),
        "NoSuchEntity": refused_with(f"Policy {MINE}r was not found.", PolicyArn=f"{MINE}r", TagKeys=["team"]),
    },
}
UNREACHABLE |= {
    ("DeletePolicy", "LimitExceeded"): REMOVES,
    ("DeletePolicyVersion", "LimitExceeded"): REMOVES,
    ("SetDefaultPolicyVersion", "LimitExceeded"): "each policy has one version in force, before as after",
}
NOBODY: dict[str, Any] = {"PolicySourceArn": "arn:aws:iam::111122223333:user/Nobody"}
ALICE: dict[str, Any] = {"PolicySourceArn": "arn:aws:iam::111122223333:user/Alice"}
PROVOKED |= {
    "GetContextKeysForCustomPolicy": {"InvalidInput": refused_with(UNREADABLE, PolicyInputList=["{"])},
    "GetContextKeysForPrincipalPolicy": {
        "InvalidInput": refused_with(UNREADABLE, **ALICE, PolicyInputList=["{"]),
        "NoSuchEntity": refused_with(NO_ENTITY, **NOBODY),
    },
    "SimulateCustomPolicy": {
        "InvalidInput": refused_with(UNREADABLE, PolicyInputList=["{}"], ActionNames=["iam:GetUser"])
    },
    "SimulatePrincipalPolicy": {
        "InvalidInput": refused_with(UNREADABLE, **ALICE, PolicyInputList=["{}"], ActionNames=["iam:GetUser"]),
        "NoSuchEntity": refused_with(NO_ENTITY, **NOBODY, ActionNames=["iam:GetUser"]),
    },
}


def prepare(management: Client) -> None:
    """Create a user, a group, a role and a policy."""
    management.do(SERVICE, "CreateUser", UserName="Alice")
    management.do(SERVICE, "CreateGroup", GroupName="Admins")
    management.do(SERVICE, "CreateRole", RoleName="Dev", AssumeRolePolicyDocument=TRUST)
    management.do(SERVICE, "CreatePolicy", PolicyName="Mine", PolicyDocument=POLICY)


TABLE = ErrorTable(service=SERVICE, provoked=provocations(SERVICE, PROVOKED), unreachable=UNREACHABLE, prepare=prepare)
