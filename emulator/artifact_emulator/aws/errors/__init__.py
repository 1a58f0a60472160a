"""From the domain's refusals to AWS's errors: one table a service, and nothing else maps them.

A row names the error's shape, whose code and status the generated bindings know, and its message.
Messages marked [V] in the facts were seen in AWS's own output; others are the model's words or ours.
"""

from collections.abc import Mapping

from artifact_emulator.aws.errors import artifact, cloudtrail, iam, organizations, sts
from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.errors.words import Rows
from artifact_emulator.aws.service_model import Service
from artifact_state.errors import Refused
from artifact_state.model import Caller

TABLES: Mapping[str, Rows] = {
    "organizations": organizations.ROWS,
    "artifact": artifact.ROWS,
    "iam": iam.ROWS,
    "sts": sts.ROWS,
    "cloudtrail": cloudtrail.ROWS,
}
# Errors that every operation may give and that AWS's models therefore do not declare.
COMMON = {
    "AccessDenied": ("AccessDenied", 403),
    "InvalidParameterValue": ("InvalidParameterValue", 400),
    "ValidationError": ("ValidationError", 400),
}


def error_of(service: Service, refusal: Refused, caller: Caller) -> AwsError:
    """Give the error with which a service words a refusal."""
    row = TABLES[service.name][type(refusal)](refusal, caller)
    shape, message = row[0], row[1]
    members = row[2] if len(row) > 2 else {}
    declared = service.errors.get(shape)
    if declared is None:
        code, status = COMMON[shape]
        return AwsError(code, message, status, members=members)
    return AwsError(declared.code, message, declared.status, members=members)
