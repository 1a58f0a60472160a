"""The errors of the IAM Toolbox."""

from artifact_emulator.aws.errors.aws_error import AwsError
from artifact_emulator.aws.errors.rows import Rows, fixed_row
from artifact_state import errors

# The descriptions of the errors in AWS's model; the messages that AWS returns were not observed.
ROWS: Rows = {
    errors.InvalidInput: fixed_row("ValidationException", "The nextToken is not valid for this request."),
}


def details_not_found() -> AwsError:
    """Return the error for details that do not exist here, or that the caller may not see."""
    message = "The requested policy or authorization details do not exist in this region or have expired."
    return AwsError("ResourceNotFoundException", message, 404)
