"""Provocations of the declared errors of IAM's operations on roles, root access and access reports."""

from typing import Any

from tests.support.control_api import control_result
from tests.support.error_table import ErrorTable, OperationProvocation, provocations, refused_with
from tests.support.wire_client import Answer, Client
from tests.wire.error_tables.iam_policies import LINKED, POLICY, PROTECTED, TRUST
from tests.wire.error_tables.iam_users import REMOVES, RESERVED, RESERVED_TAG, TAGS

SERVICE = "iam"
IAM = "iam.amazonaws.com"
DEV: dict[str, Any] = {"RoleName": "Dev"}
NOBODY: dict[str, Any] = {"RoleName": "Nobody"}
NO_ROLE = "The role with name Nobody cannot be found."
NO_TASK = "task/aws-service-role/artifact.amazonaws.com/AWSServiceRoleForArtifact/" + "0" * 36
NO_JOB = "0" * 8 + "-0000-0000-0000-" + "0" * 12


def consolidated_billing_management(client: Client) -> Client:
    """Return the management account of an organization with consolidated billing."""
    other = Client(client.app, "999988887777")
    other.do("organizations", "CreateOrganization", FeatureSet="CONSOLIDATED_BILLING")
    return other


def standalone_account(client: Client) -> Client:
    """Return an account outside any organization."""
    return Client(client.app, "999988887777")


def created_member(client: Client) -> Client:
    """Return a member account."""
    created = client.do("organizations", "CreateAccount", AccountName="Member", Email="member@example.com")
    request_id = created["CreateAccountStatus"]["Id"]
    status = client.do("organizations", "DescribeCreateAccountStatus", CreateAccountRequestId=request_id)
    return Client(client.app, status["CreateAccountStatus"]["AccountId"])


def delegated_administrator(client: Client) -> Client:
    """Return a member account that is a delegated administrator for IAM."""
    member = created_member(client)
    client.do("organizations", "EnableAWSServiceAccess", ServicePrincipal=IAM)
    client.do("organizations", "RegisterDelegatedAdministrator", AccountId=member.account, ServicePrincipal=IAM)
    return member


_REJECTED = "The request was rejected because"
ROOT_ACCESS: dict[str, OperationProvocation] = {
    "OrganizationNotFoundException": refused_with(
        f"{_REJECTED} no organization is associated with your account.", by=standalone_account
    ),
    "OrganizationNotInAllFeaturesModeException": refused_with(
        f"{_REJECTED} your organization does not have All features enabled.", by=consolidated_billing_management
    ),
    "AccountNotManagementOrDelegatedAdministratorException": refused_with(
        f"{_REJECTED} the account making the request is not the management account or delegated administrator account "
        "for centralized root access.",
        by=created_member,
    ),
    "ServiceAccessNotEnabledException": refused_with(
        "Trusted Access for IAM not enabled by organization of input account 111122223333."
    ),
}
NOT_MANAGEMENT = refused_with(
    f"{_REJECTED} the account making the request is not the management account for the organization.",
    by=delegated_administrator,
)


def _generate_two_reports(client: Client, service: str, operation: str) -> Answer:
    root = client.do("organizations", "ListRoots")["Roots"][0]["Arn"].partition("/")[2]
    control_result(client.app, "PATCH", "/_emulator/delays", {"creation": 60})
    client.do(service, operation, EntityPath=root)
    answer = client.expect_error(service, operation, EntityPath=f"{root}/{client.account}")
    assert answer.message == "Maximum number of concurrent jobs exceeded"
    return answer


PROVOKED: dict[str, dict[str, OperationProvocation]] = {
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
        "InvalidInput": refused_with(
            "MaxSigninSessionDuration and ResetMaxSigninSessionDuration cannot be specified together.",
            RoleName=LINKED,
            MaxSigninSessionDuration=3600,
            ResetMaxSigninSessionDuration=True,
        ),
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
        "ReportGenerationLimitExceeded": _generate_two_reports,
    },
    "GetOrganizationsAccessReport": {"NoSuchEntity": refused_with(f"Job {NO_JOB} does not exist.", JobId=NO_JOB)},
}
UNREACHABLE = {
    ("CreateServiceLinkedRole", "LimitExceeded"): "service-linked roles do not count",
    ("CreateServiceLinkedRole", "NoSuchEntity"): "AWS answers AccessDenied for a service without a role",
    ("DeleteRole", "LimitExceeded"): REMOVES,
    ("DeleteServiceLinkedRole", "LimitExceeded"): REMOVES,
}


def prepare(management: Client) -> None:
    """Create a role."""
    management.do(SERVICE, "CreateRole", **DEV, AssumeRolePolicyDocument=TRUST)


TABLE = ErrorTable(service=SERVICE, provoked=provocations(SERVICE, PROVOKED), unreachable=UNREACHABLE, prepare=prepare)
