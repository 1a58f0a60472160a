"""The commands of lessons, as a learner pastes them: into bash, with the AWS CLI and curl."""

import os
import subprocess
from pathlib import Path

import pytest

from artifact_emulator import lessons
from artifact_emulator.testing.client import Emulator
from tests.support.server_process import COMMANDS, clean_environment

NAMES = [lesson.name for lesson in lessons.lessons()]


@pytest.fixture
def environment(models: str, tmp_path: Path) -> dict[str, str]:
    """The settings of the page Connect, but for the endpoint."""
    return clean_environment(
        AWS_SECRET_ACCESS_KEY="placeholder",
        AWS_DEFAULT_REGION="us-east-1",
        AWS_DATA_PATH=models,
        AWS_CONFIG_FILE=str(tmp_path / "config"),
        PATH=f"{COMMANDS}{os.pathsep}{os.environ['PATH']}",
        NO_PROXY="*",
    )


@pytest.mark.parametrize("name", NAMES)
def test_lesson_is_completed_by_its_commands(server: str, environment: dict[str, str], name: str) -> None:
    """Each command, pasted as it is into a new shell, completes its step; the refused calls fail with AWS's error."""
    world = Emulator(server).world(f"commands-{name}")
    environment["AWS_ENDPOINT_URL"] = world.endpoint
    for number, step in enumerate(lessons.lesson(name).steps):
        command = world.request("GET", f"lessons/{name}")["steps"][number]["command"]
        outcome = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, check=False)
        written = outcome.stdout + outcome.stderr
        assert world.request("GET", f"lessons/{name}")["done"] == number + 1, (command, written)
        assert step.error in written
