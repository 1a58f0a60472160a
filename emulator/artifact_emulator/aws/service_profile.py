"""What the emulator knows about each AWS service besides its generated bindings: one profile per service.

Every list of the services derives from PROFILES. A new service gets a profile here, its shapes, its handlers, and a row
in each of the tables of code that are keyed by service; tests compare them with PROFILES.
"""

from collections.abc import Mapping
from typing import NamedTuple

from artifact_state.record import Record


class ThrottlingError(NamedTuple):
    """The error with which a service refuses a caller that exceeds a request rate."""

    code: str
    message: str
    status: int


class ServiceProfile(Record):
    """One AWS service."""

    name: str
    """The name of the service, such as `organizations`."""
    title: str
    """AWS's name of the service."""
    throttling_error: ThrottlingError
    target_prefix: str = ""
    """The prefix of the operation in `X-Amz-Target`, for a service of the JSON protocol."""
    query_version: str = ""
    """The version of the API in a form, for a service of the query protocol."""
    is_global: bool = False
    """Whether AWS CloudTrail records its calls in one region of the partition, whatever the caller's region is."""


# Sources of the throttling errors: https://github.com/awslabs/aws-deployment-framework/issues/781 (AWS Organizations),
# https://repost.aws/knowledge-center/iam-sts-throttling-error (IAM, STS).
# Unverified: the messages of AWS Artifact and AWS CloudTrail; the error of the IAM Toolbox; that AWS Organizations
# omits the member Type.
PROFILES: Mapping[str, ServiceProfile] = {
    profile.name: profile
    for profile in (
        ServiceProfile(
            name="artifact",
            title="AWS Artifact",
            throttling_error=ThrottlingError("ThrottlingException", "Rate exceeded", 429),
        ),
        ServiceProfile(
            name="cloudtrail",
            title="AWS CloudTrail",
            throttling_error=ThrottlingError("ThrottlingException", "Rate exceeded", 400),
            target_prefix="com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101",
        ),
        ServiceProfile(
            name="iam",
            title="AWS Identity and Access Management",
            throttling_error=ThrottlingError("Throttling", "Rate exceeded", 400),
            query_version="2010-05-08",
            is_global=True,
        ),
        ServiceProfile(
            name="iam-toolbox",
            title="IAM Toolbox",
            throttling_error=ThrottlingError("ThrottlingException", "Rate exceeded", 429),
        ),
        ServiceProfile(
            name="organizations",
            title="AWS Organizations",
            throttling_error=ThrottlingError(
                "TooManyRequestsException",
                "You have sent too many requests in too short a period of time. Try again later.",
                400,
            ),
            target_prefix="AWSOrganizationsV20161128",
            is_global=True,
        ),
        ServiceProfile(
            name="sts",
            title="AWS Security Token Service",
            throttling_error=ThrottlingError("Throttling", "Rate exceeded", 400),
            query_version="2011-06-15",
            is_global=True,
        ),
    )
}
