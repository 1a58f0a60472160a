"""Enable AWS Artifact for the account's organization and print its service-linked role."""

import boto3


def main() -> None:
    """Create the organization if necessary, enable trusted access, and print the ARN of the role."""
    organizations = boto3.client("organizations")
    try:
        organizations.create_organization(FeatureSet="ALL")
    except organizations.exceptions.AlreadyInOrganizationException:
        print("The organization already exists.")
    organizations.enable_aws_service_access(ServicePrincipal="artifact.amazonaws.com")
    role = boto3.client("iam").get_role(RoleName="AWSServiceRoleForArtifact")["Role"]
    print(role["Arn"])


if __name__ == "__main__":
    main()
