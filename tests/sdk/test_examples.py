"""The projects in examples: their commands run, and the configuration files are checked part by part."""

import json
import re
import socket
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.support.clones import copy_of_repository
from tests.support.docker_engine import IMAGE, docker_engine
from tests.support.dockerfile import ROOT, Image
from tests.support.example_projects import EXAMPLES, WITH_COMMANDS, copy_of, javascript_group, needs_node, run_in
from tests.support.github_runner import Runner
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


class TestTestcontainers:
    """examples/testcontainers."""

    def test_suite_runs_against_an_engine(self, tmp_path: Path) -> None:
        """The container has the image and port of this project, is waited for, and is removed after the tests."""
        folder = copy_of("testcontainers", tmp_path)
        with docker_engine() as engine:
            result = run_in(
                folder,
                [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"],
                DOCKER_HOST=engine.address,
                NO_PROXY="127.0.0.1,localhost",
                # As on a user's machine, and not as within a container.
                TESTCONTAINERS_CONNECTION_MODE="docker_host",
                TESTCONTAINERS_RYUK_DISABLED="true",
            )
            assert engine.running is None
        assert result.returncode == 0, result.stdout + result.stderr
        assert passed(result.stdout) == (folder / "test_trusted_access.py").read_text().count("\ndef test_")
        assert engine.container["Image"] == IMAGE
        assert list(engine.container["ExposedPorts"]) == [f"{Image().of('EXPOSE')[0]}/tcp"]
        assert f"docker build --tag {IMAGE} ../..\n" in (folder / "README.md").read_text()


class TestGitHubActions:
    """examples/github-actions, and the action of this project."""

    @pytest.fixture
    def jobs(self) -> dict[str, Any]:
        """Return the jobs of the workflow."""
        content: dict[str, Any] = read("github-actions/workflow.yml")["jobs"]
        return content

    def test_example_names_the_repository(self, jobs: dict[str, Any]) -> None:
        """Both jobs and the README name the repository and its branch, since no release has a tag yet."""
        named = "artifact-emulator/artifact-emulator@main"
        (install,) = [step["run"] for step in jobs["pytest"]["steps"] if "pip install" in step.get("run", "")]
        assert f'"git+https://github.com/{named}"' in install
        assert named in [step.get("uses") for step in jobs["any-language"]["steps"]]
        assert f"uses: {named}\n" in (EXAMPLES / "github-actions/README.md").read_text()

    def test_pytest_job_runs_a_suite(self, jobs: dict[str, Any], tmp_path: Path) -> None:
        """The last step of the job `pytest` runs a project's tests without further configuration."""
        folder = copy_of("python-pytest", tmp_path)
        command = jobs["pytest"]["steps"][-1]["run"].replace("python ", f"{sys.executable} ").replace("auto", "2")
        result = run_in(folder, ["bash", "-ec", command])
        assert result.returncode == 0, result.stdout + result.stderr
        assert passed(result.stdout) > 1

    def test_readme_has_the_inputs(self) -> None:
        """The README has each input of the action with its default, and its output."""
        action = yaml.safe_load((ROOT / "action.yml").read_text())
        readme = (EXAMPLES / "github-actions/README.md").read_text()
        assert re.findall(r"^\| `(\w+)` \|", readme, re.MULTILINE) == list(action["inputs"])
        assert f"| `port` | `{action['inputs']['port']['default']}` |" in readme
        assert [f"The output `{name}` is" in readme for name in action["outputs"]] == [True]

    def test_any_language_job_finds_the_emulator(self, jobs: dict[str, Any], tmp_path: Path) -> None:
        """The action installs and starts the emulator, here with moto, and the job's tests find it unconfigured."""
        action = yaml.safe_load((ROOT / "action.yml").read_text())
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = str(probe.getsockname()[1])
        (use,) = [
            step for step in jobs["any-language"]["steps"] if step.get("uses", "").startswith("artifact-emulator/")
        ]
        inputs = {name: entry["default"] for name, entry in action["inputs"].items()} | use["with"]
        inputs |= {"port": port, "extras": "moto"}
        assert inputs.keys() == action["inputs"].keys()
        contexts = {f"inputs.{name}": value for name, value in inputs.items()}
        contexts["steps.python.outputs.python-path"] = sys.executable
        clone = copy_of_repository(tmp_path)
        with Runner(tmp_path, contexts) as runner:
            settings = {"GITHUB_ACTION_PATH": str(clone), "ARTIFACT_EMULATOR_BEHIND": "moto"}
            runner.run(action["runs"]["steps"], NO_PROXY="127.0.0.1", **settings)
            output = runner.run(jobs["any-language"]["steps"], PATH=WITH_COMMANDS, NO_PROXY="127.0.0.1")
            endpoint = runner.value(action["outputs"]["endpoint"]["value"])
            assert requests.get(f"{endpoint}/_emulator/capabilities", timeout=15).json()["behind"]["answered"] == 0
        assert '"MasterAccountId": "111122223333"' in output
