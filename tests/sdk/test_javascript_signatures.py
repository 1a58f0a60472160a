"""Signatures of a second, independent signer: the AWS SDK for JavaScript, with keys that the emulator handed out."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.sdk.test_examples import NODE, copied, major_version_of_node, run
from tests.support.server_process import COMMANDS, clean_environment, server_process

SCRIPT = Path(__file__).parent / "javascript/signatures.mjs"
MANAGEMENT = "111122223333"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the SDK of the example, and the script."""
    folder = copied("javascript", tmp_path_factory.mktemp("javascript"))
    done = run(["npm", "ci", "--no-audit", "--no-fund", "--prefer-offline"], folder)
    assert done.returncode == 0, done.stderr
    shutil.copy(SCRIPT, folder)
    return folder


@pytest.fixture(scope="module", params=["", "/worlds/of-javascript"], ids=["default world", "another world"])
def told(request: pytest.FixtureRequest, installed: Path) -> Any:
    """Run the script against a server; give what it tells."""
    with server_process([str(COMMANDS / "artifact-emulator"), "serve"], env=clean_environment()) as served:
        done = run(["node", SCRIPT.name, f"http://{served.host}:{served.port}{request.param}"], installed)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.mark.skipif(major_version_of_node() < NODE, reason=f"takes npm and Node.js {NODE} or newer")
class TestSigner:
    """SignatureV4 of the SDK, and its clients."""

    def test_signs_for_users(self, told: Any) -> None:
        """A user's key, in both protocols that post."""
        arn = f"arn:aws:iam::{MANAGEMENT}:user/a/b/al+ice@example.com"
        assert (told["user"], told["form"], told["json"]) == (arn, arn, 2)

    def test_signs_for_sessions(self, told: Any) -> None:
        """A key with a session token, in a header and in a query."""
        arn = told["session"]
        assert re.fullmatch(r"arn:aws:sts::\d{12}:assumed-role/OrganizationAccountAccessRole/js", arn)
        assert told["presigned"]["status"] == 200
        assert f"<Arn>{arn}</Arn>" in told["presigned"]["text"]

    def test_signs_paths_and_queries(self, told: Any) -> None:
        """An ARN that is one step of a path, and values that need encoding."""
        assert told["query"] == 2
        assert (told["tagged"], told["untagged"]) == (204, 204)
        assert told["tags"] == {"d": "x"}

    def test_is_verified(self, told: Any) -> None:
        """Another secret, or none of its token, and nothing is let through."""
        assert told["forged"] == {
            "form": "SignatureDoesNotMatch",
            "json": "InvalidSignatureException",
            "path": 403,
            "token": "InvalidClientTokenId",
            "presigned": 403,
        }
