"""Provocations of the declared errors of IAM's reports on credentials and on the use of services."""

from datetime import timedelta

from tests.support.error_table import ErrorTable, provocations, refused_with
from tests.support.wire_client import Client

SERVICE = "iam"
NO_JOB = "0" * 8 + "-0000-0000-0000-" + "0" * 12
NOBODY = "arn:aws:iam::111122223333:user/Nobody"
ROOT = "arn:aws:iam::111122223333:root"


def after_four_hours(client: Client) -> Client:
    """Return the same client after the lifetime of a credential report."""
    client.app.world.clock.advance(timedelta(hours=4))
    return client


PROVOKED = {
    "GenerateServiceLastAccessedDetails": {
        "NoSuchEntity": refused_with(f"ARN {NOBODY} does not exist.", Arn=NOBODY),
        "InvalidInput": refused_with(f"Invalid Entity Arn: {ROOT} is not supported.", Arn=ROOT),
    },
    "GetServiceLastAccessedDetails": {
        "NoSuchEntity": refused_with(f"Job {NO_JOB} does not exist.", JobId=NO_JOB),
    },
    "GetServiceLastAccessedDetailsWithEntities": {
        "NoSuchEntity": refused_with(f"Job {NO_JOB} does not exist.", JobId=NO_JOB, ServiceNamespace="s3"),
    },
    "ListPoliciesGrantingServiceAccess": {
        "NoSuchEntity": refused_with(f"ARN {NOBODY} does not exist.", Arn=NOBODY, ServiceNamespaces=["s3"]),
        "InvalidInput": refused_with(
            "Invalid service namespace: [S3, a]", Arn=NOBODY, ServiceNamespaces=["S3", "sqs", "a"]
        ),
    },
    "GenerateCredentialReport": {},
    "GetCredentialReport": {
        "ReportNotPresent": refused_with("Unknown"),
        "ReportInProgress": refused_with(
            "Unknown", before=(("GenerateCredentialReport", {}),), delays={"creation": 60}
        ),
        "ReportExpired": refused_with("Unknown", before=(("GenerateCredentialReport", {}),), by=after_four_hours),
    },
}
_WIRE_TEST = "tests/wire/test_iam_reports.py has it: it needs the id of a report"
UNREACHABLE = {
    ("GenerateCredentialReport", "LimitExceeded"): "an account has one report, which is kept while it is recent",
    ("GetServiceLastAccessedDetails", "InvalidInput"): _WIRE_TEST,
    ("GetServiceLastAccessedDetailsWithEntities", "InvalidInput"): _WIRE_TEST,
}
TABLE = ErrorTable(service=SERVICE, provoked=provocations(SERVICE, PROVOKED), unreachable=UNREACHABLE)
