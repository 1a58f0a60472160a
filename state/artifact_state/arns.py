"""ARNs, as each service writes them (facts: organizations 3.1, artifact 2.2)."""

COMMERCIAL, CHINA, GOVCLOUD = "aws", "aws-cn", "aws-us-gov"
GLOBAL_REGIONS = {COMMERCIAL: "us-east-1", CHINA: "cn-northwest-1", GOVCLOUD: "us-gov-west-1"}
"""Where a partition has the services that it has once, wherever a client says that he is."""
"""The partitions: worlds of accounts that share nothing but the names of services."""


def root_user(partition: str, account: str) -> str:
    """Name an account's root user, which as a principal stands for the whole account."""
    return f"arn:{partition}:iam::{account}:root"


def role(partition: str, account: str, path: str, name: str) -> str:
    """Name an IAM role; its path begins and ends with a slash."""
    return f"arn:{partition}:iam::{account}:role{path}{name}"


def assumed_role(partition: str, account: str, name: str, session: str) -> str:
    """Name a session of a role; the role's path is not part of it."""
    return f"arn:{partition}:sts::{account}:assumed-role/{name}/{session}"


def federated_user(partition: str, account: str, name: str) -> str:
    """Name somebody whom a user vouched for."""
    return f"arn:{partition}:sts::{account}:federated-user/{name}"


def managed_policy(partition: str, path: str, name: str) -> str:
    """Name a policy that AWS manages."""
    return f"arn:{partition}:iam::aws:policy{path}{name}"


def user(partition: str, account: str, path: str, name: str) -> str:
    """Name an IAM user; his path begins and ends with a slash."""
    return f"arn:{partition}:iam::{account}:user{path}{name}"


def group(partition: str, account: str, path: str, name: str) -> str:
    """Name a group of IAM users."""
    return f"arn:{partition}:iam::{account}:group{path}{name}"


def customer_policy(partition: str, account: str, path: str, name: str) -> str:
    """Name a policy that an account manages itself."""
    return f"arn:{partition}:iam::{account}:policy{path}{name}"


def organizations(partition: str, management: str, kind: str, *ids: str) -> str:
    """Name something of an organization; the management account owns every such ARN."""
    return f"arn:{partition}:organizations::{management}:{kind}/{'/'.join(ids)}"


def organizations_policy(partition: str, policy_type: str, policy_id: str) -> str:
    """Name a policy of organizations that AWS manages: no account's."""
    return f"arn:{partition}:organizations::aws:policy/{policy_type}/{policy_id}"


def transfer(partition: str, management: str, organization_id: str, direction: str, transfer_id: str) -> str:
    """Name a transfer of billing as one of its two organizations sees it: inbound or outbound.

    Unverified: AWS does not say whose ARN a transfer bears; here each side is told its own.
    """
    return organizations(partition, management, "transfer", organization_id, "billing", direction, transfer_id)


def agreement(partition: str, agreement_id: str) -> str:
    """Name an agreement of the catalogue: no region, no account."""
    return f"arn:{partition}:artifact:::agreement/{agreement_id}"


def customer_agreement(partition: str, account: str, customer_agreement_id: str) -> str:
    """Name an accepted agreement; the account that accepted it owns the ARN."""
    return f"arn:{partition}:artifact::{account}:customer-agreement/{customer_agreement_id}"


def compliance_inquiry(partition: str, region: str, account: str, inquiry_id: str) -> str:
    """Name a compliance inquiry; the account that asked owns the ARN."""
    return f"arn:{partition}:artifact:{region}:{account}:compliance-inquiry/{inquiry_id}"


def report(partition: str, report_id: str, version: int) -> str:
    """Name a version of a report: AWS Artifact is in one region of a partition, and no account's."""
    return f"arn:{partition}:artifact:{GLOBAL_REGIONS[partition]}::report/{report_id}:{version}"


def term(partition: str, term_id: str, version: int) -> str:
    """Name the terms of a version of a report. Unverified: AWS does not say what such an ARN looks like."""
    return f"arn:{partition}:artifact:{GLOBAL_REGIONS[partition]}::term/{term_id}:{version}"
