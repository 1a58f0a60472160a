"""IAM policy simulation over the wire."""

import json
from typing import Any

import pytest

from tests.support.policy_calls import enable_scps
from tests.support.simulation import policy_document
from tests.support.wire_client import Client

SERVICE = "iam"
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}},
}


@pytest.fixture
def management(management: Client) -> Client:
    """Return the client of the management account, whose service control policies are enabled."""
    return enable_scps(management)


class TestSimulation:
    """SimulateCustomPolicy, SimulatePrincipalPolicy and the condition keys of policies."""

    def test_custom_simulation_in_pages(self, stranger: Client) -> None:
        """Results come in pages, with the statements that decided."""
        parameters = {
            "PolicyInputList": [policy_document(), policy_document("Deny", Action="iam:GetRole")],
            "ActionNames": ["iam:GetUser", "iam:GetRole", "iam:ListUsers"],
        }
        first = stranger.do(SERVICE, "SimulateCustomPolicy", **parameters, MaxItems=2)
        rest = stranger.do(SERVICE, "SimulateCustomPolicy", **parameters, MaxItems=2, Marker=first["Marker"])
        results = first["EvaluationResults"] + rest["EvaluationResults"]
        assert [result["EvalDecision"] for result in results] == ["allowed", "explicitDeny", "implicitDeny"]
        assert results[1]["MatchedStatements"][0]["SourcePolicyId"] == "PolicyInputList.2"

    # https://docs.aws.amazon.com/cli/latest/reference/iam/simulate-custom-policy.html
    DATED_POLICY = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":'
        '{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}'
    )

    @pytest.mark.parametrize(("year", "decision"), [(2019, "allowed"), (2014, "implicitDeny")])
    def test_example_of_the_cli_reference(self, stranger: Client, year: int, decision: str) -> None:
        """The example of AWS's CLI reference has AWS's answer: the position of the statement, or none."""
        entry = {"ContextKeyName": "aws:CurrentTime", "ContextKeyValues": [f"{year}-04-25T11:00:00Z"]}
        parameters = {"PolicyInputList": [self.DATED_POLICY], "ActionNames": ["dynamodb:CreateBackup"]}
        (result,) = stranger.do(
            SERVICE, "SimulateCustomPolicy", **parameters, ContextEntries=[entry | {"ContextKeyType": "date"}]
        )["EvaluationResults"]
        statement = {
            "SourcePolicyId": "PolicyInputList.1",
            "SourcePolicyType": "IAM Policy",
            "StartPosition": {"Line": 1, "Column": 38},
            "EndPosition": {"Line": 1, "Column": 167},
        }
        assert result == {
            "EvalActionName": "dynamodb:CreateBackup",
            "EvalResourceName": "*",
            "EvalDecision": decision,
            "MatchedStatements": [statement] if decision == "allowed" else [],
            "MissingContextValues": [],
        }

    def test_marker_is_an_offset(self, stranger: Client) -> None:
        """The next page may be requested of other policies and resources; a marker that is none is refused."""
        parameters = {"ActionNames": ["s3:PutObject", "s3:GetObject", "s3:ListBucket"], "MaxItems": 1}
        allowing, denying = policy_document(Action="*"), policy_document("Deny", Action="*")
        marker = stranger.do(SERVICE, "SimulateCustomPolicy", **parameters, PolicyInputList=[allowing])["Marker"]
        page = stranger.do(
            SERVICE,
            "SimulateCustomPolicy",
            **parameters,
            PolicyInputList=[denying],
            ResourceArns=["arn:aws:s3:::b/a"],
            Marker=marker,
        )
        (result,) = page["EvaluationResults"]
        assert (result["EvalActionName"], result["EvalDecision"]) == ("s3:GetObject", "explicitDeny")
        assert page["IsTruncated"]
        error = stranger.expect_error(
            SERVICE, "SimulateCustomPolicy", **parameters, PolicyInputList=[allowing], Marker="not-a-marker"
        )
        assert (error.status, error.code) == (400, "InvalidInput")
        assert error.message == "Invalid marker for pagination."

    def test_result_combines_resources(self, stranger: Client) -> None:
        """The result has the most restrictive decision, and the statements that decided on any of the resources."""
        ours, theirs, others = (f"arn:aws:iam::{stranger.account}:role/{name}" for name in ("Ours", "Theirs", "Others"))
        policies = [policy_document(Resource=ours), policy_document("Deny", Resource=theirs)]
        (result,) = stranger.do(
            SERVICE,
            "SimulateCustomPolicy",
            PolicyInputList=policies,
            ActionNames=["iam:GetRole"],
            ResourceArns=[ours, theirs, others],
        )["EvaluationResults"]
        assert result["EvalResourceName"] == "arn:aws:iam::${Account}:${ResourceType}/${ResourceName}"
        assert (result["EvalDecision"], result["EvalDecisionDetails"]) == ("explicitDeny", {})
        names = [f"PolicyInputList.{number}" for number in (1, 2)]
        assert [statement["SourcePolicyId"] for statement in result["MatchedStatements"]] == names
        assert [
            (
                specific["EvalResourceName"],
                specific["EvalResourceDecision"],
                [statement["SourcePolicyId"] for statement in specific.get("MatchedStatements", ())],
            )
            for specific in result["ResourceSpecificResults"]
        ] == [(ours, "allowed", names[:1]), (theirs, "explicitDeny", names[1:]), (others, "implicitDeny", [])]
        assert set(result["ResourceSpecificResults"][2]) == {"EvalResourceName", "EvalResourceDecision"}

    def test_result_names_resources_by_format(self, stranger: Client) -> None:
        """The result names one resource by its ARN, several by the format of the service's ARNs, and none by `*`."""
        arns = ["arn:aws:s3:::a", "arn:aws:s3:::b"]
        parameters = {"PolicyInputList": [policy_document()], "ActionNames": ["s3:GetObject", "iam:GetRole"]}
        iam_format = "arn:aws:iam::${Account}:${ResourceType}/${ResourceName}"
        for resources, names in (
            ([], ["*", "*"]),
            (["*"], ["*", "*"]),
            (arns[:1], arns[:1] * 2),
            (arns, ["arn:aws:s3:::${BucketName}/${KeyName}", iam_format]),
        ):
            results = stranger.do(SERVICE, "SimulateCustomPolicy", **parameters, ResourceArns=resources)[
                "EvaluationResults"
            ]
            assert [result["EvalResourceName"] for result in results] == names
            has_resources = resources not in ([], ["*"])
            assert all(("ResourceSpecificResults" in result) is has_resources for result in results)

    def test_result_without_a_name(self, stranger: Client) -> None:
        """Several resources of an action without an ARN format have no name, and lists of IAM have a path."""
        parameters = {"PolicyInputList": [policy_document()], "ActionNames": ["support:DescribeCases"]}
        (result,) = stranger.do(
            SERVICE, "SimulateCustomPolicy", **parameters, ResourceArns=["arn:aws:s3:::a", "arn:aws:s3:::b"]
        )["EvaluationResults"]
        assert "EvalResourceName" not in result
        (result,) = stranger.do(SERVICE, "SimulateCustomPolicy", **parameters | {"ActionNames": ["iam:ListUsers"]})[
            "EvaluationResults"
        ]
        assert result["EvalResourceName"] == f"arn:aws:iam::{stranger.account}:user/"

    def test_missing_keys_are_listed_once(self, stranger: Client) -> None:
        """Missing keys are listed once for all resources, and once for each."""
        policy = policy_document(Condition={"StringEquals": {"aws:SourceVpc": "${aws:PrincipalTag/vpc}"}})
        roles = [f"arn:aws:iam::{stranger.account}:role/{name}" for name in ("Ours", "Theirs")]
        parameters = {"PolicyInputList": [policy, policy], "ActionNames": ["iam:GetRole"]}
        (result,) = stranger.do(SERVICE, "SimulateCustomPolicy", **parameters, ResourceArns=roles)["EvaluationResults"]
        parts = [result, *result["ResourceSpecificResults"]]
        assert [part["MissingContextValues"] for part in parts] == [["aws:SourceVpc", "aws:PrincipalTag/vpc"]] * 3

    def test_caller_keys_are_filled_in(self, stranger: Client) -> None:
        """Keys of the caller are filled in; given keys override them, and invalid values are refused."""
        bob = f"arn:aws:iam::{stranger.account}:user/Bob"
        policy = policy_document(Condition={"StringEquals": {"aws:username": "Bob", "aws:PrincipalArn": bob}})
        parameters = {"PolicyInputList": [policy], "ActionNames": ["iam:GetUser"], "CallerArn": bob}
        (result,) = stranger.do(SERVICE, "SimulateCustomPolicy", **parameters)["EvaluationResults"]
        assert result["EvalDecision"] == "allowed"
        entry = {"ContextKeyName": "aws:UserName", "ContextKeyValues": ["Alice"], "ContextKeyType": "string"}
        (result,) = stranger.do(SERVICE, "SimulateCustomPolicy", **parameters, ContextEntries=[entry])[
            "EvaluationResults"
        ]
        assert (result["EvalDecision"], result["MissingContextValues"]) == ("implicitDeny", ["aws:PrincipalArn"])
        error = stranger.expect_error(
            SERVICE, "SimulateCustomPolicy", **parameters, ContextEntries=[entry | {"ContextKeyType": "numeric"}]
        )
        assert (error.status, error.code) == (400, "InvalidInput")
        assert error.message == "Invalid context value for key aws:UserName: expected numeric format."

    def test_simulated_service_control_policies(self, stranger: Client) -> None:
        """Service control policies are simulated by level, without an organization."""
        everything = {"ServiceControlPolicyInputList": [policy_document(Action="*")]}
        denying = {"ServiceControlPolicyInputList": [policy_document(Action="*"), policy_document("Deny")]}
        parameters = {"PolicyInputList": [policy_document()], "ActionNames": ["iam:GetRole"]}
        for levels, decision in (([everything, everything], "allowed"), ([everything, denying], "explicitDeny")):
            (result,) = stranger.do(
                SERVICE, "SimulateCustomPolicy", **parameters, OrderedOrganizationPolicyInputList=levels
            )["EvaluationResults"]
            allowed = decision == "allowed"
            assert (result["EvalDecision"], len(result["MatchedStatements"])) == (decision, int(allowed))
            assert result["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": allowed}
        invalid = [{"ServiceControlPolicyInputList": ["{}"]}]
        error = stranger.expect_error(
            SERVICE, "SimulateCustomPolicy", **parameters, OrderedOrganizationPolicyInputList=invalid
        )
        assert (error.status, error.code) == (400, "InvalidInput")

    def test_simulated_resource_policy(self, stranger: Client) -> None:
        """A resource policy needs a caller; across accounts the result has a decision for each kind of policy."""
        bob = f"arn:aws:iam::{stranger.account}:user/Bob"
        parameters = {
            "PolicyInputList": [policy_document()],
            "ActionNames": ["iam:GetRole"],
            "ResourceArns": ["arn:aws:iam::111122223333:role/R"],
            "ResourcePolicy": policy_document(Principal={"AWS": bob}, Resource="arn:aws:iam::111122223333:role/R"),
        }
        error = stranger.expect_error(SERVICE, "SimulateCustomPolicy", **parameters)
        assert (error.status, error.code) == (400, "InvalidInput")
        assert error.message == "Invalid caller - Caller cannot be null or empty."
        (result,) = stranger.do(SERVICE, "SimulateCustomPolicy", **parameters, CallerArn=bob)["EvaluationResults"]
        assert result["EvalDecision"] == "allowed"
        assert result["EvalDecisionDetails"] == {"IAM Policy": "allowed", "Resource Policy": "allowed"}
        assert [(match["SourcePolicyId"], match["SourcePolicyType"]) for match in result["MatchedStatements"]] == [
            ("PolicyInputList.1", "IAM Policy"),
            ("ResourcePolicy", "Resource Policy"),
        ]
        (specific,) = result["ResourceSpecificResults"]
        assert specific["EvalDecisionDetails"] == result["EvalDecisionDetails"]
        role = f"arn:aws:sts::{stranger.account}:assumed-role/R/me"
        error = stranger.expect_error(SERVICE, "SimulateCustomPolicy", **parameters, CallerArn=role)
        assert (error.status, error.code) == (400, "InvalidInput")

    def test_principal_simulation_uses_scps_and_boundary(self, management: Client, member: Client) -> None:
        """The simulation of a user includes the SCPs of its account and a permissions boundary."""
        member.do(SERVICE, "CreateUser", UserName="Alice")
        member.do(SERVICE, "PutUserPolicy", UserName="Alice", PolicyName="own", PolicyDocument=policy_document())
        parameters = {"PolicySourceArn": f"arn:aws:iam::{member.account}:user/Alice", "ActionNames": ["iam:GetUser"]}
        (result,) = member.do(SERVICE, "SimulatePrincipalPolicy", **parameters)["EvaluationResults"]
        assert result["EvalDecision"] == "allowed"
        assert result["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": True}
        (statement,) = result["MatchedStatements"]
        assert (statement["SourcePolicyId"], statement["SourcePolicyType"]) == ("user_Alice_own", "IAM Policy")
        for name in ("Alice", "A*", "Alic?"):
            inline = {"PolicyName": "own", "AttachmentType": "user", "AttachmentName": name}
            (result,) = member.do(
                SERVICE,
                "SimulatePrincipalPolicy",
                **parameters,
                PolicyExclusionList=[{"InlinePolicyIdentifier": inline}],
            )["EvaluationResults"]
            assert result["EvalDecision"] == "implicitDeny"
        for exclusion in ({"PolicyType": "scp"}, {"PolicyArn": "arn:aws:iam::aws:policy/None"}):
            (result,) = member.do(SERVICE, "SimulatePrincipalPolicy", **parameters, PolicyExclusionList=[exclusion])[
                "EvaluationResults"
            ]
            assert result["EvalDecision"] == "allowed"
            assert ("OrganizationsDecisionDetail" in result) is ("PolicyArn" in exclusion)
        error = member.expect_error(
            SERVICE,
            "SimulatePrincipalPolicy",
            **parameters,
            PolicyExclusionList=[{"PolicyArn": "arn:aws:s3:::bucket-name"}],
        )
        assert (error.status, error.code) == (400, "InvalidInput")
        boundary = [policy_document(Action="sts:*")]
        (result,) = member.do(
            SERVICE, "SimulatePrincipalPolicy", **parameters, PermissionsBoundaryPolicyInputList=boundary
        )["EvaluationResults"]
        assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
        error = management.expect_error(SERVICE, "SimulatePrincipalPolicy", **parameters)
        assert (error.status, error.code) == (400, "InvalidInput")
        assert error.message == (
            f"Invalid Policy Source Arn: caller's account {management.account} does not have access to policies in "
            f"account {member.account}."
        )

    def test_denial_by_organization_ends_the_simulation(self, stranger: Client) -> None:
        """Where service control policies do not allow, the result says nothing of the resource and the boundary."""
        policy = policy_document()
        (result,) = stranger.do(
            SERVICE,
            "SimulateCustomPolicy",
            PolicyInputList=[policy],
            PermissionsBoundaryPolicyInputList=[policy],
            OrderedOrganizationPolicyInputList=[{"ServiceControlPolicyInputList": [policy_document(Action="sts:*")]}],
            ActionNames=["iam:GetRole"],
            ResourceArns=[f"arn:aws:iam::{stranger.account}:role/R"],
        )["EvaluationResults"]
        assert result == {
            "EvalActionName": "iam:GetRole",
            "EvalResourceName": f"arn:aws:iam::{stranger.account}:role/R",
            "EvalDecision": "implicitDeny",
            "MatchedStatements": [],
            "MissingContextValues": [],
            "OrganizationsDecisionDetail": {"AllowedByOrganizations": False},
        }

    def test_group_simulation_uses_scps(self, management: Client, member: Client) -> None:
        """The simulation of a group includes the SCPs of its account, also where they do not apply."""
        for client in (management, member):
            client.do(SERVICE, "CreateGroup", GroupName="Admins")
            arn = f"arn:aws:iam::{client.account}:group/Admins"
            (result,) = client.do(SERVICE, "SimulatePrincipalPolicy", PolicySourceArn=arn, ActionNames=["iam:GetUser"])[
                "EvaluationResults"
            ]
            assert result["EvalDecision"] == "implicitDeny"
            assert result["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": True}

    def test_resource_policy_of_a_role(self, stranger: Client) -> None:
        """A role that calls is simulated with its own policies and that of the resource."""
        stranger.do(SERVICE, "CreateRole", RoleName="R", Path="/some/", AssumeRolePolicyDocument=json.dumps(TRUST))
        stranger.do(SERVICE, "PutRolePolicy", RoleName="R", PolicyName="own", PolicyDocument=policy_document())
        role = f"arn:aws:iam::{stranger.account}:role/some/R"
        for source, policies in (
            (role, ["role_R_own", "ResourcePolicy"]),
            (role.replace("/some", ""), ["role_R_own"]),  # The policies are found without the path, the caller is not.
        ):
            (result,) = stranger.do(
                SERVICE,
                "SimulatePrincipalPolicy",
                PolicySourceArn=source,
                ActionNames=["iam:GetRole"],
                ResourceArns=[role],
                ResourcePolicy=policy_document(Principal={"AWS": role}, Resource=role),
            )["EvaluationResults"]
            assert result["EvalDecision"] == "allowed"
            assert [statement["SourcePolicyId"] for statement in result["MatchedStatements"]] == policies

    @pytest.mark.parametrize(
        ("source", "code", "message"),
        [
            ("arn:aws:iam::{}:user/some/nobody", "NoSuchEntity", "Unable to retrieve specified IAM entity."),
            ("arn:aws:iam::{}:role/nobody", "NoSuchEntity", "Unable to retrieve specified IAM entity."),
            (
                "arn:aws:sts::{}:assumed-role/R/me",
                "InvalidInput",
                "Invalid Entity Arn: arn:aws:sts::{}:assumed-role/R/me does not clearly define entity type and name.",
            ),
            ("arn:aws:iam::{}:root", "InvalidInput", "Invalid ARN provided in the request: arn:aws:iam::{}:root"),
            (
                "not-an-arn-but-long-enough",
                "InvalidInput",
                "Invalid ARN provided in the request: not-an-arn-but-long-enough",
            ),
        ],
    )
    def test_source_that_is_no_identity_is_refused(
        self, stranger: Client, source: str, code: str, message: str
    ) -> None:
        """The policies to simulate are those of a user, group or role of the account, not of a session or root user."""
        parameters = {"PolicySourceArn": source.format(stranger.account), "ActionNames": ["iam:GetUser"]}
        for operation in ("SimulatePrincipalPolicy", "GetContextKeysForPrincipalPolicy"):
            used = parameters if operation.startswith("Sim") else {"PolicySourceArn": parameters["PolicySourceArn"]}
            error = stranger.expect_error(SERVICE, operation, **used)
            assert (error.code, error.message) == (code, message.format(stranger.account))

    @pytest.mark.parametrize(
        ("exclusion", "code", "message"),
        [
            (
                {"InlinePolicyIdentifier": {"PolicyName": "*", "AttachmentType": "user", "AttachmentName": "Alice"}},
                "ValidationError",
                (
                    "1 validation error detected: Value '*' at 'policyExclusionList.1.member.inlinePolicyIdentifier."
                    "policyName' failed to satisfy constraint: Member must satisfy regular expression pattern: "
                    r".*[\w+=,.@-]+.*"
                ),
            ),
            (
                {"InlinePolicyIdentifier": {"PolicyName": "o*", "AttachmentType": "user", "AttachmentName": "Alice"}},
                "InvalidInput",
                "Invalid inline policy exclusion: policyName, attachmentType, and attachmentName are required",
            ),
        ],
    )
    def test_invalid_exclusion_is_refused(
        self, stranger: Client, exclusion: dict[str, Any], code: str, message: str
    ) -> None:
        """The name of an excluded inline policy has no wildcards."""
        stranger.do(SERVICE, "CreateUser", UserName="Alice")
        error = stranger.expect_error(
            SERVICE,
            "SimulatePrincipalPolicy",
            PolicySourceArn=f"arn:aws:iam::{stranger.account}:user/Alice",
            ActionNames=["iam:GetUser"],
            PolicyExclusionList=[exclusion],
        )
        assert (error.status, error.code, error.message) == (400, code, message)

    def test_unknown_policy_type_is_repeated(self, stranger: Client) -> None:
        """The error for an unknown type of an exclusion repeats it, unlike those for older members."""
        parameters = {"PolicySourceArn": f"arn:aws:iam::{stranger.account}:user/Alice", "ActionNames": ["iam:GetUser"]}
        error = stranger.expect_error(
            SERVICE, "SimulatePrincipalPolicy", **parameters, PolicyExclusionList=[{"PolicyType": "other"}]
        )
        assert error.code == "ValidationError"
        assert "Value 'other' at 'policyExclusionList.1.member.policyType' failed" in error.message
        error = stranger.expect_error(SERVICE, "SimulatePrincipalPolicy", **parameters, MaxItems=0)
        assert "Value at 'maxItems' failed" in error.message

    def test_option_of_resource_handling(self, stranger: Client) -> None:
        """An instance can be simulated in a scenario of Amazon EC2, even if resources of the scenario are missing."""
        parameters = {
            "PolicyInputList": [policy_document(Action="*")],
            "ResourceArns": ["arn:aws:ec2:us-east-1:123456789012:instance/i-0123456789abcdef0"],
            "ResourceHandlingOption": "EC2-VPC-EBS",
        }
        (result,) = stranger.do(SERVICE, "SimulateCustomPolicy", **parameters, ActionNames=["ec2:RunInstances"])[
            "EvaluationResults"
        ]
        assert result["EvalDecision"] == "allowed"
        error = stranger.expect_error(SERVICE, "SimulateCustomPolicy", **parameters, ActionNames=["ec2:StartInstances"])
        assert (error.status, error.code) == (400, "InvalidInput")
        assert "does not support resource handling options: ec2:StartInstances." in error.message

    def test_context_keys_of_policies(self, stranger: Client) -> None:
        """Keys are listed once for each policy; an invalid policy is refused."""
        policy = policy_document(
            Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}, "Bool": {"aws:SecureTransport": "true"}}
        )
        expected = stranger.do(SERVICE, "GetContextKeysForCustomPolicy", PolicyInputList=[policy])
        assert expected == {"ContextKeyNames": ["aws:PrincipalOrgID", "aws:SecureTransport"]}
        twice = stranger.do(SERVICE, "GetContextKeysForCustomPolicy", PolicyInputList=[policy, policy])
        assert twice == {"ContextKeyNames": expected["ContextKeyNames"] * 2}
        error = stranger.expect_error(SERVICE, "GetContextKeysForCustomPolicy", PolicyInputList=["{"])
        assert (error.status, error.code) == (400, "InvalidInput")
        stranger.do(SERVICE, "CreateUser", UserName="Alice")
        arn = f"arn:aws:iam::{stranger.account}:user/Alice"
        parameters = {"PolicySourceArn": arn, "PolicyInputList": [policy]}
        assert stranger.do(SERVICE, "GetContextKeysForPrincipalPolicy", **parameters) == expected


class TestReports:
    """Answers of AWS that users reported."""

    def test_keys_of_statements_about_other_actions_are_missing(self, stranger: Client) -> None:
        """Keys are missing of every statement: https://github.com/boto/boto3/issues/3111."""
        like = {"StringLike": {"aws:PrincipalTag/allowed_service": "s3"}}
        bucket = "arn:aws:s3:::example-bucket"
        (result,) = stranger.do(
            SERVICE,
            "SimulateCustomPolicy",
            PolicyInputList=[
                policy_document(Action="s3:ListBucket", Resource=bucket, Condition=like),
                policy_document(Action="s3:GetObject", Resource=f"{bucket}/${{aws:username}}"),
            ],
            ActionNames=["s3:ListBucket"],
            ResourceArns=[bucket],
        )["EvaluationResults"]
        assert result["EvalDecision"] == "implicitDeny"
        assert result["MissingContextValues"] == ["aws:PrincipalTag/allowed_service", "aws:username"]

    @pytest.mark.parametrize(("region", "decision"), [(None, "implicitDeny"), ("eu-west-1", "allowed")])
    def test_keys_of_service_control_policies_are_never_missing(
        self, stranger: Client, region: str | None, decision: str
    ) -> None:
        """A key of a service control policy decides without being missed: https://github.com/aws/aws-cli/issues/10525."""
        condition = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
        entry = {"ContextKeyName": "aws:RequestedRegion", "ContextKeyType": "string", "ContextKeyValues": [region]}
        level = {"ServiceControlPolicyInputList": [policy_document(Action="*", Condition=condition)]}
        (result,) = stranger.do(
            SERVICE,
            "SimulateCustomPolicy",
            PolicyInputList=[policy_document(Action="ec2:*")],
            OrderedOrganizationPolicyInputList=[level],
            ActionNames=["ec2:RunInstances"],
            ContextEntries=[entry] if region else [],
        )["EvaluationResults"]
        assert (result["EvalDecision"], result["MissingContextValues"]) == (decision, [])

    def test_region_is_not_filled_in(self, stranger: Client) -> None:
        """The region of the call is not that of the simulated one: https://github.com/openshift/installer/issues/1322."""
        stranger.do(SERVICE, "CreateUser", UserName="Alice")
        condition = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
        policy = policy_document(Action="ec2:*", Condition=condition)
        stranger.do(SERVICE, "PutUserPolicy", UserName="Alice", PolicyName="own", PolicyDocument=policy)
        (result,) = stranger.do(
            SERVICE,
            "SimulatePrincipalPolicy",
            PolicySourceArn=f"arn:aws:iam::{stranger.account}:user/Alice",
            ActionNames=["ec2:AllocateAddress"],
        )["EvaluationResults"]
        assert (result["EvalDecision"], result["EvalResourceName"]) == ("implicitDeny", "*")
        assert result["MissingContextValues"] == ["aws:RequestedRegion"]

    @pytest.mark.parametrize(
        ("action", "tag", "decision"),
        [
            ("ec2:AssociateVpcCidrBlock", None, "allowed"),
            ("ec2:AttachClassicLinkVpc", None, "explicitDeny"),
            ("ec2:AttachVpnGateway", None, "implicitDeny"),
            ("ec2:AttachInternetGateway", "bar", "allowed"),
            ("ec2:AttachInternetGateway", "baz", "implicitDeny"),
        ],
    )
    def test_acceptance_test_of_terraform(self, stranger: Client, action: str, tag: str | None, decision: str) -> None:
        """A VPC is a resource of each of the actions: https://github.com/hashicorp/terraform-provider-aws/pull/25569."""
        vpc = f"arn:aws:ec2:us-west-2:{stranger.account}:vpc/vpc-0123456789abcdef0"
        condition = {"StringEquals": {"ec2:ResourceTag/Foo": "bar"}}
        entry = {"ContextKeyName": "ec2:ResourceTag/Foo", "ContextKeyType": "string", "ContextKeyValues": [tag]}
        (result,) = stranger.do(
            SERVICE,
            "SimulateCustomPolicy",
            PolicyInputList=[
                policy_document(Action="ec2:AssociateVpcCidrBlock", Resource=vpc),
                policy_document("Deny", Action="ec2:AttachClassicLinkVpc", Resource=vpc),
                policy_document(Action="ec2:AttachInternetGateway", Resource=vpc, Condition=condition),
            ],
            ActionNames=[action],
            ResourceArns=[vpc],
            ContextEntries=[entry] if tag else [],
        )["EvaluationResults"]
        assert (result["EvalDecision"], result["EvalResourceName"]) == (decision, vpc)
