"""ARNs, as each service writes them.

Sources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsartifact.html
"""

COMMERCIAL, CHINA, GOVCLOUD = "aws", "aws-cn", "aws-us-gov"
GLOBAL_REGIONS = {COMMERCIAL: "us-east-1", CHINA: "cn-northwest-1", GOVCLOUD: "us-gov-west-1"}
"""The region in which each partition runs its global services."""


def root_user(partition: str, account: str) -> str:
    """Return the ARN of an account's root user, which as a principal stands for the whole account."""
    return f"arn:{partition}:iam::{account}:root"


def role(partition: str, account: str, path: str, name: str) -> str:
    """Return the ARN of an IAM role; the path begins and ends with a slash."""
    return f"arn:{partition}:iam::{account}:role{path}{name}"


def assumed_role(partition: str, account: str, name: str, session: str) -> str:
    """Return the ARN of a role session, which does not contain the role's path."""
    return f"arn:{partition}:sts::{account}:assumed-role/{name}/{session}"


def federated_user(partition: str, account: str, name: str) -> str:
    """Return the ARN of a federated user."""
    return f"arn:{partition}:sts::{account}:federated-user/{name}"


def managed_policy(partition: str, path: str, name: str) -> str:
    """Return the ARN of an AWS managed policy."""
    return f"arn:{partition}:iam::aws:policy{path}{name}"


def user(partition: str, account: str, path: str, name: str) -> str:
    """Return the ARN of an IAM user; the path begins and ends with a slash."""
    return f"arn:{partition}:iam::{account}:user{path}{name}"


def instance_profile(partition: str, account: str, path: str, name: str) -> str:
    """Return the ARN of an instance profile."""
    return f"arn:{partition}:iam::{account}:instance-profile{path}{name}"


def group(partition: str, account: str, path: str, name: str) -> str:
    """Return the ARN of a group of IAM users."""
    return f"arn:{partition}:iam::{account}:group{path}{name}"


def customer_policy(partition: str, account: str, path: str, name: str) -> str:
    """Return the ARN of a customer managed policy."""
    return f"arn:{partition}:iam::{account}:policy{path}{name}"


def account_itself(partition: str, account: str) -> str:
    """Return the ARN that stands for an account in STS when it issues tokens about its principals."""
    return f"arn:{partition}:sts::{account}:self"


def identity_provider(partition: str, account: str, name: str) -> str:
    """Return the ARN of an OpenID Connect provider."""
    return f"arn:{partition}:iam::{account}:oidc-provider/{name}"


def saml_provider(partition: str, account: str, name: str) -> str:
    """Return the ARN of a SAML provider."""
    return f"arn:{partition}:iam::{account}:saml-provider/{name}"


def mfa_device(partition: str, account: str, name: str) -> str:
    """Return the ARN of a virtual MFA device, which is its serial number; the name begins with its path."""
    return f"arn:{partition}:iam::{account}:mfa/{name}"


def organizations(partition: str, management: str, kind: str, *ids: str) -> str:
    """Return the ARN of a resource of an organization; the management account owns all of them."""
    return f"arn:{partition}:organizations::{management}:{kind}/{'/'.join(ids)}"


def organizations_policy(partition: str, policy_type: str, policy_id: str) -> str:
    """Return the ARN of an organization policy that AWS manages, which belongs to no account."""
    return f"arn:{partition}:organizations::aws:policy/{policy_type}/{policy_id}"


def transfer(partition: str, management: str, organization_id: str, direction: str, transfer_id: str) -> str:
    """Return the ARN of a billing transfer from the side of one of its two organizations: inbound or outbound.

    Unverified: AWS does not document which account owns it; here each side owns its own ARN.
    """
    return organizations(partition, management, "transfer", organization_id, "billing", direction, transfer_id)


def agreement(partition: str, agreement_id: str) -> str:
    """Return the ARN of an agreement of the catalog, which has no region and no account."""
    return f"arn:{partition}:artifact:::agreement/{agreement_id}"


def customer_agreement(partition: str, account: str, customer_agreement_id: str) -> str:
    """Return the ARN of a customer agreement, owned by the account that accepted it."""
    return f"arn:{partition}:artifact::{account}:customer-agreement/{customer_agreement_id}"


def compliance_inquiry(partition: str, region: str, account: str, inquiry_id: str) -> str:
    """Return the ARN of a compliance inquiry, owned by the account that created it."""
    return f"arn:{partition}:artifact:{region}:{account}:compliance-inquiry/{inquiry_id}"


def report(partition: str, report_id: str, version: int) -> str:
    """Return the ARN of a report version, which belongs to the single region of AWS Artifact and to no account."""
    return f"arn:{partition}:artifact:{GLOBAL_REGIONS[partition]}::report/{report_id}:{version}"


def term(partition: str, term_id: str, version: int) -> str:
    """Return the ARN of the terms of a report version. Unverified: AWS does not document its form."""
    return f"arn:{partition}:artifact:{GLOBAL_REGIONS[partition]}::term/{term_id}:{version}"
