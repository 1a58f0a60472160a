"""Explanations of denied calls, in tests that catch the error and in the output of those that do not."""

from pathlib import Path
from textwrap import dedent

import pytest
from botocore.exceptions import ClientError

from artifact_emulator import emulate
from artifact_emulator.testing import explain
from artifact_emulator.testing.in_process import Emulation
from tests.support.pytest_suites import SuiteRun

ACCOUNT = "111122223333"


def denied_call(world: Emulation) -> ClientError:
    """Return the error of a user without policies that lists users."""
    iam = world.client("iam", ACCOUNT)
    iam.create_user(UserName="alice")
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    with pytest.raises(ClientError) as denial:
        world.client("iam", **keys).list_users()
    return denial.value


class TestExplain:
    """explain."""

    def test_caught_error_is_explained(self) -> None:
        """The text names the caller, the action, the check and a statement that would allow the call."""
        with emulate() as world:
            error = denied_call(world)
            text = explain(error)
            assert text == explain(error, world)
        assert text.startswith(f"refused: arn:aws:iam::{ACCOUNT}:user/alice\n  action      iam:ListUsers\n")
        assert "  check       PRINCIPAL: IMPLICIT_DENY\n" in text
        assert '"Action": "iam:ListUsers"' in text

    def test_error_behind_another_is_explained(self) -> None:
        """An exception that was raised because of the denial is explained as the denial."""
        with emulate() as world:
            error = RuntimeError("cannot list users")
            error.__cause__ = denied_call(world)
            assert "iam:ListUsers" in explain(error)

    @pytest.mark.parametrize(
        "error", [ValueError("no call"), ClientError({"Error": {"Code": "NoSuchEntity"}}, "GetUser")]
    )
    def test_other_errors_are_refused(self, error: Exception) -> None:
        """An error that is not a denial has no explanation."""
        with pytest.raises(ValueError, match="not the error of a denied call"):
            explain(error)


class TestFailureOutput:
    """The output of a test that fails with a denied call."""

    def test_output_has_explanation(self, tmp_path: Path) -> None:
        """A failed test shows the explanation, with a server and in process; other failures show none."""
        source = dedent(
            """
            import pytest

            def call(world):
                iam = world.client("iam", "111122223333")
                iam.create_user(UserName="alice")
                key = iam.create_access_key(UserName="alice")["AccessKey"]
                keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
                world.client("iam", **keys).list_users()

            def test_world(artifact_world):
                call(artifact_world)

            def test_emulation(artifact_emulation):
                call(artifact_emulation)

            def test_other(artifact_emulation):
                raise KeyError("unrelated")
            """
        )
        output = SuiteRun(tmp_path, {"denied": source}).output
        assert output.count("artifact-emulator: why the call was denied") == 2
        assert output.count("check       PRINCIPAL: IMPLICIT_DENY") == 2
