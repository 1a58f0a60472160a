"""The errors of CloudTrail."""

from artifact_emulator.aws.errors.rows import Rows, fixed_row
from artifact_state import errors

ROWS: Rows = {
    errors.InvalidInput: fixed_row("InvalidNextTokenException", "The NextToken is not valid for this request."),
}
