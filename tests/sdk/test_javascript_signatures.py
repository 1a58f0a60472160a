"""Signatures of an independent signer, the AWS SDK for JavaScript, with access keys of the emulator."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.example_projects import javascript_group, needs_node, run_in
from tests.support.server_process import COMMANDS, clean_environment, server_process

SCRIPT = Path(__file__).parent / "javascript/signatures.mjs"
MANAGEMENT = "111122223333"


@pytest.fixture(scope="module", params=["", "/worlds/of-javascript"], ids=["default world", "another world"])
def report(request: pytest.FixtureRequest, javascript_example: Path) -> Any:
    """The output of the script, run against a server."""
    shutil.copy(SCRIPT, javascript_example)
    with server_process([str(COMMANDS / "artifact-emulator"), "serve"], env=clean_environment()) as server:
        endpoint = f"http://{server.host}:{server.port}{request.param}"
        result = run_in(javascript_example, ["node", SCRIPT.name, endpoint])
    assert result.returncode == 0, result.stdout + result.stderr
    return json.loads(result.stdout)


@needs_node
@javascript_group
class TestSigner:
    """The SDK's SignatureV4 and its clients."""

    def test_signature_of_user_is_accepted(self, report: Any) -> None:
        """Calls with a user's access key succeed in the query protocol and the JSON protocol."""
        arn = f"arn:aws:iam::{MANAGEMENT}:user/a/b/al+ice@example.com"
        assert (report["user"], report["form"], report["json"]) == (arn, arn, 2)

    def test_signature_of_session_is_accepted(self, report: Any) -> None:
        """Calls with a session token succeed, in a header and in a presigned URL."""
        arn = report["session"]
        assert re.fullmatch(r"arn:aws:sts::\d{12}:assumed-role/OrganizationAccountAccessRole/js", arn)
        assert report["presigned"]["status"] == 200
        assert f"<Arn>{arn}</Arn>" in report["presigned"]["text"]

    def test_encoded_path_and_query_are_accepted(self, report: Any) -> None:
        """Calls with an ARN as a path segment and with encoded query values succeed."""
        assert report["query"] == 2
        assert (report["tagged"], report["untagged"]) == (204, 204)
        assert report["tags"] == {"d": "x"}

    def test_details_of_denial_are_read(self, report: Any) -> None:
        """The details of a denial are found by the id in its message; a policy that it does not list is not found."""
        assert report["details"] == [["iam:GetUser", "IMPLICIT_DENY"]]
        assert report["policy"] == 404

    def test_forged_signature_is_refused(self, report: Any) -> None:
        """Calls with another secret access key, or without the session token, are refused."""
        assert report["forged"] == {
            "form": "SignatureDoesNotMatch",
            "json": "InvalidSignatureException",
            "path": 403,
            "token": "InvalidClientTokenId",
            "presigned": 403,
        }
