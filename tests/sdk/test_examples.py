"""The projects in examples: their commands run, and the configuration files are checked part by part."""

import json
import os
import re
import shutil
import socket
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.support.dockerfile import ROOT, Image
from tests.support.example_projects import EXAMPLES, copy_of, javascript_group, needs_node, run_in
from tests.support.sdk_accounts import EmulatedAws
from tests.support.server_process import COMMANDS, clean_environment, server_process


def read(name: str) -> dict[Any, Any]:
    """Return the content of a YAML file."""
    content: dict[Any, Any] = yaml.safe_load((EXAMPLES / name).read_text())
    return content


def passed(output: str) -> int:
    """Return the number of passed tests in pytest's output."""
    count = re.search(r"(\d+) passed", output)
    assert count, output
    return int(count[1])


class TestEveryExample:
    """All examples."""

    @pytest.mark.parametrize("example", sorted(path.name for path in EXAMPLES.iterdir()))
    def test_example_has_readme_that_project_readme_links(self, example: str) -> None:
        """Each example has a README, to which the README of the project links."""
        assert (EXAMPLES / example / "README.md").read_text().startswith("# ")
        assert f"(examples/{example}/README.md)" in (ROOT / "README.md").read_text()


class TestPythonPytest:
    """examples/python-pytest."""

    @pytest.mark.parametrize("options", ["", " --numprocesses 2 --artifact-emulator run"])
    def test_commands_of_readme_pass(self, tmp_path: Path, options: str) -> None:
        """The commands of its README pass in a folder outside of this project."""
        assert f"/python -m pytest{options}" in (EXAMPLES / "python-pytest/README.md").read_text()
        folder = copy_of("python-pytest", tmp_path)
        result = run_in(folder, [sys.executable, "-m", "pytest", *options.split()])
        assert result.returncode == 0, result.stdout + result.stderr
        assert passed(result.stdout) == (folder / "test_onboarding.py").read_text().count("\ndef test_")

    def test_suite_fails_without_agreement_check(self, tmp_path: Path) -> None:
        """The tests fail if the application does not require the agreement."""
        folder = copy_of("python-pytest", tmp_path)
        application = folder / "onboarding.py"
        application.write_text(application.read_text().replace("    require_agreement()\n", ""))
        result = run_in(folder, [sys.executable, "-m", "pytest"])
        assert result.returncode == 1
        assert "FAILED test_onboarding.py::test_no_invitation_is_sent_without_the_agreement" in result.stdout


@needs_node
@javascript_group
class TestJavaScript:
    """examples/javascript."""

    def test_npm_test_passes(self, javascript_example: Path) -> None:
        """`npm ci` installs the locked packages, and `npm test` passes."""
        command = ["npm", "test", "--", "--test-reporter=tap"]
        result = run_in(javascript_example, command, ARTIFACT_EMULATOR=str(COMMANDS / "artifact-emulator"))
        assert result.returncode == 0, result.stdout + result.stderr
        expected = (javascript_example / "onboarding.test.js").read_text().count("\ntest(")
        assert f"\n# pass {expected}\n" in result.stdout

    def test_lock_file_has_hashes_and_no_hosts(self) -> None:
        """The lock file pins versions and hashes, and names no registry."""
        lock = json.loads((EXAMPLES / "javascript/package-lock.json").read_text())
        packages = {name: package for name, package in lock["packages"].items() if name}
        assert all(package["integrity"].startswith("sha512-") for package in packages.values())
        assert not any("resolved" in package for package in packages.values())


class TestCommandLine:
    """examples/aws-cli."""

    def test_story_runs_to_its_end(self, emulator: EmulatedAws) -> None:
        """The script runs to its end in an empty world, with the expected calls and refusals."""
        world = f"{emulator.endpoint}/worlds/examples-aws-cli"
        result = run_in(ROOT, ["bash", EXAMPLES / "aws-cli/story.sh"], AWS_ENDPOINT_URL=world)
        assert (result.returncode, result.stderr) == (0, ""), result.stdout + result.stderr
        assert result.stdout.endswith("== Done\n")
        reply = requests.get(f"{world}/_emulator/events", params={"name": "EnableAWSServiceAccess"}, timeout=15).json()
        assert [event.get("errorCode") for event in reply["events"]] == [
            "AWSOrganizationsNotInUseException",
            None,
            "AccessDenied",
        ]

    def test_story_stops_at_unexpected_outcome(self, emulator: EmulatedAws) -> None:
        """The script stops at the first step with another outcome, and prints the error."""
        emulator.account("111122223333").organizations.create_organization()
        result = run_in(ROOT, ["bash", EXAMPLES / "aws-cli/story.sh"], AWS_ENDPOINT_URL=emulator.endpoint)
        assert result.returncode != 0
        assert "AlreadyInOrganizationException" in result.stderr
        assert "trusted access" not in result.stdout


class TestDockerCompose:
    """examples/docker-compose."""

    folder = EXAMPLES / "docker-compose"

    @pytest.fixture
    def services(self) -> dict[str, Any]:
        """Return the services of the file."""
        content: dict[str, Any] = read("docker-compose/compose.yaml")["services"]
        return content

    def test_emulator_service_matches_the_image(self, services: dict[str, Any]) -> None:
        """The emulator runs this project's image, with its port on the loopback address and its health check."""
        emulator, image = services["emulator"], Image()
        assert (self.folder / emulator["build"] / "Dockerfile").resolve() == ROOT / "Dockerfile"
        (port,) = emulator["ports"]
        assert [port.rpartition(":")[2]] == image.of("EXPOSE")
        assert port.startswith("127.0.0.1:")
        kind, *probe = emulator["healthcheck"]["test"]
        assert (kind, probe) == ("CMD", image.health_check)

    def test_application_waits_for_healthy_emulator(self, services: dict[str, Any]) -> None:
        """The application waits for a healthy emulator and calls it at its service name and the image's port."""
        application = services["application"]
        assert application["depends_on"] == {"emulator": {"condition": "service_healthy"}}
        assert application["environment"]["AWS_ENDPOINT_URL"] == f"http://emulator:{Image().of('EXPOSE')[0]}"
        assert all(isinstance(value, str) for value in application["environment"].values())
        dockerfile = (self.folder / application["build"] / "Dockerfile").read_text()
        (source,) = re.findall(r"^COPY (\S+) /$", dockerfile, re.MULTILINE)
        assert (self.folder / application["build"] / source).exists()
        assert json.loads(dockerfile.rpartition("CMD ")[2]) == ["python", f"/{source}"]

    def test_commands_of_containers_run_as_processes(self, services: dict[str, Any]) -> None:
        """The commands of both containers, run as processes, work together."""
        entry = [sys.executable, "-m", "artifact_emulator", *Image().list_of("CMD")]
        with server_process(entry, env=clean_environment(**services["emulator"]["environment"])) as served:
            endpoint = f"http://127.0.0.1:{served.port}"
            settings = {**services["application"]["environment"], "AWS_ENDPOINT_URL": endpoint, "NO_PROXY": "127.0.0.1"}
            result = run_in(ROOT, [sys.executable, self.folder / "application/main.py"], **settings)
            by_name = {"Host": f"emulator:{Image().of('EXPOSE')[0]}"}
            worlds = requests.get(f"{endpoint}/_emulator/worlds", headers=by_name, timeout=15)
        assert (result.returncode, result.stderr) == (0, "")
        role = "role/aws-service-role/artifact.amazonaws.com/AWSServiceRoleForArtifact"
        assert result.stdout == f"arn:aws:iam::111122223333:{role}\n"
        assert worlds.status_code == 200


class TestGitHubActions:
    """examples/github-actions."""

    @pytest.fixture
    def jobs(self) -> dict[str, Any]:
        """Return the jobs of the workflow."""
        content: dict[str, Any] = read("github-actions/workflow.yml")["jobs"]
        return content

    def test_steps_use_existing_files(self, jobs: dict[str, Any]) -> None:
        """Each step uses an action or has valid shell commands, which name existing files."""
        steps = [step for job in jobs.values() for step in job["steps"]]
        assert all(("run" in step) != ("uses" in step) for step in steps)
        commands = "\n".join(step["run"] for step in steps if "run" in step)
        assert run_in(ROOT, ["bash", "-n", "-c", commands]).returncode == 0
        paths = re.findall(r"\./emulator/(\S+)", commands)
        assert paths == ["scripts/serve"]
        assert os.access(ROOT / paths[0], os.X_OK)
        assert "pip install ./emulator " in commands
        assert (ROOT / "pyproject.toml").exists()

    def test_pytest_job_runs_a_suite(self, jobs: dict[str, Any], tmp_path: Path) -> None:
        """The last step of the job `pytest` runs a project's tests without further configuration."""
        folder = copy_of("python-pytest", tmp_path)
        command = jobs["pytest"]["steps"][-1]["run"].replace("python ", f"{sys.executable} ").replace("auto", "2")
        result = run_in(folder, ["bash", "-ec", command])
        assert result.returncode == 0, result.stdout + result.stderr
        assert passed(result.stdout) > 1

    @pytest.mark.skipif(not shutil.which("curl"), reason="needs curl, which runners have")
    def test_any_language_job_finds_the_emulator(self, jobs: dict[str, Any], tmp_path: Path) -> None:
        """The job `any-language` starts the emulator, waits for it, and its tests find it by environment variables."""
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = str(probe.getsockname()[1])
        serve = tmp_path / "emulator/scripts/serve"
        serve.parent.mkdir(parents=True)
        serve.write_text(f"#!/bin/sh\nexec {sys.executable} -m artifact_emulator serve --port {port}\n")
        serve.chmod(0o755)
        job = jobs["any-language"]
        start, tests = [
            step["run"] for step in job["steps"] if step.get("name") in ("Start the emulator", "Run the tests")
        ]
        settings = {name: value.replace("4700", port) for name, value in job["env"].items()}
        # A runner ends the processes that a job leaves behind.
        program = f"trap 'kill $!' EXIT\n{start}\n{tests}"
        result = run_in(tmp_path, ["bash", "-ec", program], **settings, NO_PROXY="127.0.0.1")
        assert result.returncode == 0, result.stdout + result.stderr
        assert '"MasterAccountId": "111122223333"' in result.stdout
