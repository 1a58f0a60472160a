"""The command `doctor`."""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from artifact_emulator.cli.main import main
from artifact_emulator.sdk_models import MODELS
from artifact_emulator.testing.client import RemoteWorld


@pytest.fixture
def aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stub of the AWS CLI, the first on the PATH: the real one takes long to print its version."""
    stub = tmp_path / "aws"
    write_stub(stub, "2.13.0")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return stub


@pytest.fixture
def world(command_world: RemoteWorld, monkeypatch: pytest.MonkeyPatch) -> RemoteWorld:
    """A world, with an environment in which `doctor` finds nothing to correct."""
    for name, value in (command_world.environment("111122223333") | {"AWS_DATA_PATH": str(MODELS)}).items():
        monkeypatch.setenv(name, value)
    return command_world


@pytest.mark.usefixtures("aws", "world")
class TestDoctor:
    """Findings of `doctor`."""

    @pytest.mark.usefixtures("aws")
    def test_endpoints_of_single_services_suffice(
        self, world: RemoteWorld, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """An endpoint for each emulated service is a correct setup; a missing one is named."""
        monkeypatch.delenv("AWS_ENDPOINT_URL")
        for service in ("ORGANIZATIONS", "ARTIFACT", "IAM", "STS", "CLOUDTRAIL"):
            monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", world.endpoint)
        command = ["doctor", "--endpoint", world.endpoint]
        assert main(command) == 0
        assert f"for all emulated services, is {world.endpoint}" in capsys.readouterr().out
        monkeypatch.delenv("AWS_ENDPOINT_URL_STS")
        assert main(command) == 0
        assert "warning  endpoint: calls to sts go to AWS" in capsys.readouterr().out

    def test_correct_setup_has_no_findings(self, aws: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """With the settings of `env` and the real AWS CLI, every check is ok."""
        aws.unlink()
        assert {finding["outcome"] for finding in findings(capsys)} == {"ok"}

    @pytest.mark.parametrize(
        ("settings", "text"),
        [
            ({"AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1"}, "sts at http://127.0.0.1:1"),
            ({"AWS_DEFAULT_REGION": ""}, "boto3 does not read AWS_REGION"),
            ({"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"}, "looks like a real key"),
            ({"AWS_ACCESS_KEY_ID": "test"}, "root user of 123456789012"),
            ({"AWS_WEB_IDENTITY_TOKEN_FILE": "/token"}, "unset AWS_WEB_IDENTITY_TOKEN_FILE"),
            ({"HTTP_PROXY": "http://proxy.example.com", "NO_PROXY": ""}, "export NO_PROXY=127.0.0.1,localhost"),
            ({"AWS_DATA_PATH": ""}, "export AWS_DATA_PATH=$(artifact-emulator models)"),
        ],
    )
    def test_questionable_setting_is_a_warning(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], settings: dict[str, str], text: str
    ) -> None:
        """The warning says how to correct the setting; the status stays 0."""
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        (warning,) = (finding for finding in findings(capsys) if finding["outcome"] != "ok")
        assert (warning["outcome"], text in warning["message"]) == ("warning", True)

    @pytest.mark.parametrize(
        ("settings", "text"),
        [
            ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "artifact-emulator serve"),
            ({"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, "unset it"),
            ({"AWS_DEFAULT_REGION": "", "AWS_REGION": ""}, "export AWS_DEFAULT_REGION"),
            ({"AWS_ACCESS_KEY_ID": ""}, "AWS_ACCESS_KEY_ID is not set"),
        ],
    )
    def test_wrong_setting_is_a_problem(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], settings: dict[str, str], text: str
    ) -> None:
        """The problem says how to correct the setting, and the status is 1."""
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        problems = [finding for finding in findings(capsys, status=1) if finding["outcome"] == "problem"]
        assert any(text in problem["message"] for problem in problems)

    def test_changed_clock_is_a_warning(self, world: RemoteWorld, capsys: pytest.CaptureFixture[str]) -> None:
        """A world whose clock was advanced is reported, since signatures and sessions may expire unexpectedly."""
        world.advance(timedelta(days=1))
        assert [finding["check"] for finding in findings(capsys) if finding["outcome"] == "warning"] == ["clock"]

    def test_advice_names_the_same_world(
        self, world: RemoteWorld, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Commands that are advised have the endpoint and the world with which `doctor` was called."""
        monkeypatch.delenv("AWS_ENDPOINT_URL")
        world.advance(timedelta(days=1))
        named = ["--endpoint", world.emulator.endpoint, "--world", world.name]
        assert main(["doctor", *named]) == 1
        output = capsys.readouterr().out
        assert f'eval "$(artifact-emulator env {" ".join(named)})"' in output
        assert f"`artifact-emulator clock resume {' '.join(named)}`" in output

    @pytest.mark.parametrize(
        ("version", "outcome"),
        [("1.28.85", "problem"), ("1.29.0", "ok"), ("2.12.7", "problem"), ("2.13.0", "ok"), ("3.0.0", "ok")],
    )
    def test_old_aws_cli_is_a_problem(
        self, aws: Path, capsys: pytest.CaptureFixture[str], version: str, outcome: str
    ) -> None:
        """An AWS CLI that ignores AWS_ENDPOINT_URL would call AWS itself."""
        write_stub(aws, version)
        status = int(outcome == "problem")
        outcomes = {finding["check"]: finding["outcome"] for finding in findings(capsys, status=status)}
        assert outcomes["AWS CLI"] == outcome


def write_stub(file: Path, version: str) -> None:
    """Write a command that prints a version of the AWS CLI."""
    file.write_text(f"#!/bin/sh\necho aws-cli/{version} Python/3.11.7\n")
    file.chmod(0o755)


def findings(capsys: pytest.CaptureFixture[str], *, status: int = 0) -> list[dict[str, Any]]:
    """Return the findings of `doctor`, which ends with the status."""
    assert main(("doctor", "--json")) == status
    content: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["findings"]
    return content
