"""Make sure that AWS Artifact works with this account's organization, and say by which role."""

import boto3


def main() -> None:
    """Let AWS Artifact work with the organization, and print the role's ARN."""
    organizations = boto3.client("organizations")
    try:
        organizations.create_organization(FeatureSet="ALL")
    except organizations.exceptions.AlreadyInOrganizationException:
        print("The organization is there already.")
    organizations.enable_aws_service_access(ServicePrincipal="artifact.amazonaws.com")
    role = boto3.client("iam").get_role(RoleName="AWSServiceRoleForArtifact")["Role"]
    print(role["Arn"])


if __name__ == "__main__":
    main()
