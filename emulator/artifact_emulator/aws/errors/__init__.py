"""The mapping of the domain's refusals to AWS errors: one table per service.

A row names the error's shape and composes its message; the generated bindings have the shape's code and status. Most
messages are those of AWS's model. docs/fidelity.md says which were observed on AWS.
"""

from collections.abc import Mapping

from artifact_emulator.aws.errors import artifact, cloudtrail, iam, iam_toolbox, organizations, sts
from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.errors.rows import Rows
from artifact_emulator.aws.service_model import Service
from artifact_state.errors import Refused
from artifact_state.model import Caller

ROWS_BY_SERVICE: Mapping[str, Rows] = {
    "organizations": organizations.ROWS,
    "artifact": artifact.ROWS,
    "iam": iam.ROWS,
    "iam-toolbox": iam_toolbox.ROWS,
    "sts": sts.ROWS,
    "cloudtrail": cloudtrail.ROWS,
}
# Errors that every operation can return, which AWS's models therefore do not declare.
COMMON_ERRORS = {
    "AccessDenied": ("AccessDenied", 403),
    "InvalidParameterValue": ("InvalidParameterValue", 400),
    "ValidationError": ("ValidationError", 400),
}


def error_of(service: Service, refusal: Refused, caller: Caller) -> AwsError:
    """Return the error that a service returns for a refusal."""
    row = ROWS_BY_SERVICE[service.name][type(refusal)](refusal, caller)
    shape, message = row[0], row[1]
    members = row[2] if len(row) > 2 else {}
    declared = service.errors.get(shape)
    if declared is None:
        code, status = COMMON_ERRORS[shape]
        return AwsError(code, message, status, members=members)
    return AwsError(declared.code, message, declared.status, members=members)
