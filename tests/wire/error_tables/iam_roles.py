"""The errors that AWS's model declares for IAM's roles, centralized root access and access reports."""

from typing import Any

from tests.support.error_table import ErrorTable, OperationProvocation, provocations, refused_with
from tests.support.wire_client import Client
from tests.wire.error_tables.iam_policies import LINKED, POLICY, PROTECTED, TRUST
from tests.wire.error_tables.iam_users import RESERVED, RESERVED_TAG, TAGS, TAKES_AWAY

SERVICE = "iam"
IAM = "iam.amazonaws.com"
DEV: dict[str, Any] = {"RoleName": "Dev"}
NOBODY: dict[str, Any] = {"RoleName": "Nobody"}
NO_ROLE = "The role with name Nobody cannot be found."
NO_TASK = "task/aws-service-role/artifact.amazonaws.com/AWSServiceRoleForArtifact/" + "0" * 36
NO_JOB = "0" * 8 + "-0000-0000-0000-" + "0" * 12


def in_billing(client: Client) -> Client:
    """Give an organization of consolidated billing."""
    other = Client(client.app, "999988887777")
    other.do("organizations", "CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")
    return other


def in_nothing(client: Client) -> Client:
    """Give an account that is in no organization."""
    return Client(client.app, "999988887777")


def a_member(client: Client) -> Client:
    """Give a member account."""
    asked = client.do("organizations", "CreateAccount", AccountName="Member", Email="member@example.com")
    request_id = asked["CreateAccountStatus"]["Id"]
    told = client.do("organizations", "DescribeCreateAccountStatus", CreateAccountRequestId=request_id)
    return Client(client.app, told["CreateAccountStatus"]["AccountId"])


def an_administrator(client: Client) -> Client:
    """Give a member account to which IAM is delegated."""
    member = a_member(client)
    client.do("organizations", "EnableAWSServiceAccess", ServicePrincipal=IAM)
    client.do("organizations", "RegisterDelegatedAdministrator", AccountId=member.account, ServicePrincipal=IAM)
    return member


_REJECTED = "The request was rejected because"
ROOT_ACCESS: dict[str, OperationProvocation] = {
    "OrganizationNotFoundException": refused_with(
        f"{_REJECTED} no organization is associated with your account.", by=in_nothing
    ),
    "OrganizationNotInAllFeaturesModeException": refused_with(
        f"{_REJECTED} your organization does not have All features enabled.", by=in_billing
    ),
    "AccountNotManagementOrDelegatedAdministratorException": refused_with(
        f"{_REJECTED} the account making the request is not the management account or delegated administrator account "
        "for centralized root access.",
        by=a_member,
    ),
    "ServiceAccessNotEnabledException": refused_with(
        f"{_REJECTED} trusted access is not enabled for IAM in AWS Organizations."
    ),
}
NOT_MANAGEMENT = refused_with(
    f"{_REJECTED} the account making the request is not the management account for the organization.",
    by=an_administrator,
)
ASKED: dict[str, dict[str, OperationProvocation]] = {
    "CreateRole": {
        "EntityAlreadyExists": refused_with(
            "Role with name Dev already exists.", RoleName="DEV", AssumeRolePolicyDocument=TRUST
        ),
        "InvalidInput": refused_with(RESERVED_TAG, RoleName="Ops", AssumeRolePolicyDocument=TRUST, Tags=RESERVED),
        "LimitExceeded": refused_with(
            "Cannot exceed quota for RolesPerAccount: 1",
            limits={"RolesPerAccount": 1},
            RoleName="Ops",
            AssumeRolePolicyDocument=TRUST,
        ),
        "MalformedPolicyDocument": refused_with(
            "This policy contains invalid Json", RoleName="Ops", AssumeRolePolicyDocument="trust.json"
        ),
    },
    "CreateServiceLinkedRole": {
        "InvalidInput": refused_with(
            f"Service role name {LINKED} has been taken in this account, please try a different suffix.",
            AWSServiceName="organizations.amazonaws.com",
        ),
        "NoSuchEntity": refused_with(
            "The service nothing.amazonaws.com has no service-linked role.", AWSServiceName="nothing.amazonaws.com"
        ),
    },
    "DeleteRole": {
        "NoSuchEntity": refused_with(NO_ROLE, **NOBODY),
        "DeleteConflict": refused_with(
            "Cannot delete entity, must delete policies first.",
            before=(("PutRolePolicy", {**DEV, "PolicyName": "p", "PolicyDocument": POLICY}),),
            **DEV,
        ),
        "UnmodifiableEntity": refused_with(PROTECTED, RoleName=LINKED),
    },
    "DeleteServiceLinkedRole": {"NoSuchEntity": refused_with(NO_ROLE, **NOBODY)},
    "GetRole": {"NoSuchEntity": refused_with(NO_ROLE, **NOBODY)},
    "GetServiceLinkedRoleDeletionStatus": {
        "InvalidInput": refused_with("The deletion task ID task/none is not valid.", DeletionTaskId="task/none"),
        "NoSuchEntity": refused_with(f"The deletion task {NO_TASK} cannot be found.", DeletionTaskId=NO_TASK),
    },
    "ListInstanceProfilesForRole": {"NoSuchEntity": refused_with(NO_ROLE, **NOBODY)},
    "ListRoleTags": {"NoSuchEntity": refused_with(NO_ROLE, **NOBODY)},
    "TagRole": {
        "InvalidInput": refused_with(RESERVED_TAG, **DEV, Tags=RESERVED),
        "LimitExceeded": refused_with(
            "Cannot exceed quota for TagsPerRole: 0", limits={"TagsPerRole": 0}, **DEV, Tags=TAGS
        ),
        "NoSuchEntity": refused_with(NO_ROLE, **NOBODY, Tags=TAGS),
    },
    "UntagRole": {"NoSuchEntity": refused_with(NO_ROLE, **NOBODY, TagKeys=["team"])},
    "UpdateAssumeRolePolicy": {
        "LimitExceeded": refused_with(
            "Cannot exceed quota for ACLSizePerRole: 90", limits={"ACLSizePerRole": 90}, **DEV, PolicyDocument=TRUST
        ),
        "MalformedPolicyDocument": refused_with(
            "Missing required field Action", **DEV, PolicyDocument=TRUST.replace('"sts:AssumeRole"', "[]")
        ),
        "NoSuchEntity": refused_with(NO_ROLE, **NOBODY, PolicyDocument=TRUST),
        "UnmodifiableEntity": refused_with(PROTECTED, RoleName=LINKED, PolicyDocument=TRUST),
    },
    "UpdateRole": {
        "NoSuchEntity": refused_with(NO_ROLE, **NOBODY, Description="Ours"),
        "UnmodifiableEntity": refused_with(PROTECTED, RoleName=LINKED, MaxSessionDuration=7200),
    },
    "UpdateRoleDescription": {
        "NoSuchEntity": refused_with(NO_ROLE, **NOBODY, Description="Ours"),
        "UnmodifiableEntity": refused_with(PROTECTED, RoleName=LINKED, Description="Ours"),
    },
    "EnableOrganizationsRootCredentialsManagement": ROOT_ACCESS
    | {"CallerIsNotManagementAccountException": NOT_MANAGEMENT},
    "EnableOrganizationsRootSessions": ROOT_ACCESS | {"CallerIsNotManagementAccountException": NOT_MANAGEMENT},
    "DisableOrganizationsRootCredentialsManagement": ROOT_ACCESS,
    "DisableOrganizationsRootSessions": ROOT_ACCESS,
    "ListOrganizationsFeatures": ROOT_ACCESS,
    "GenerateOrganizationsAccessReport": {
        "ReportGenerationLimitExceeded": refused_with(
            "The request failed because the maximum number of concurrent requests for this account are already "
            "running.",
            before=(("GenerateOrganizationsAccessReport", {"EntityPath": "o-0000000000/r-0000"}),),
            limits={"ConcurrentAccessReports": 1},
            delays={"creation": 60},
            EntityPath="o-0000000000/r-0000",
        )
    },
    "GetOrganizationsAccessReport": {"NoSuchEntity": refused_with(f"The job {NO_JOB} cannot be found.", JobId=NO_JOB)},
}
UNREACHABLE = {
    ("CreateServiceLinkedRole", "LimitExceeded"): "roles of services do not count",
    ("DeleteRole", "LimitExceeded"): TAKES_AWAY,
    ("DeleteServiceLinkedRole", "LimitExceeded"): TAKES_AWAY,
}


def prepare(management: Client) -> None:
    """Create a role."""
    management.do(SERVICE, "CreateRole", **DEV, AssumeRolePolicyDocument=TRUST)


TABLE = ErrorTable(service=SERVICE, provoked=provocations(SERVICE, ASKED), unreachable=UNREACHABLE, prepare=prepare)
