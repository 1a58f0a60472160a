"""What CloudTrail says when it refuses."""

from artifact_emulator.aws.errors.words import Rows, says
from artifact_state import errors

ROWS: Rows = {
    errors.InvalidInput: says("InvalidNextTokenException", "The NextToken is not valid for this request."),
}
