"""The examples: the first three run as their README says, the configuration of the others is carried out in parts."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.packaging.dockerfile import ROOT, Image
from tests.packaging.process import environment, serving
from tests.sdk.emulator import Emulator
from tests.sdk.shell import COMMANDS

EXAMPLES = ROOT / "examples"
NODE = 20
"""The oldest version of Node.js that the AWS SDK for JavaScript takes."""
WITH_COMMANDS = f"{COMMANDS}{os.pathsep}{os.environ['PATH']}"


def run(command: list[str | Path], folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, as a user who has none of this test's own environment."""
    return subprocess.run(
        command,
        cwd=folder,
        env=environment(PATH=WITH_COMMANDS, **settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


def copied(name: str, to: Path) -> Path:
    """Copy an example to a folder of its own, away from this project's configuration."""
    return shutil.copytree(EXAMPLES / name, to / name, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))


def read(name: str) -> dict[Any, Any]:
    """Read a YAML file of the examples."""
    said: dict[Any, Any] = yaml.safe_load((EXAMPLES / name).read_text())
    return said


def passed(output: str) -> int:
    """Tell how many tests pytest says have passed."""
    found = re.search(r"(\d+) passed", output)
    assert found, output
    return int(found[1])


def major_version_of_node() -> int:
    """Tell which Node.js is on the PATH; 0 without one, or without npm."""
    if not (shutil.which("node") and shutil.which("npm")):
        return 0
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    return int(said.strip().lstrip("v").partition(".")[0])


class TestEveryExample:
    """What all examples have."""

    @pytest.mark.parametrize("example", sorted(path.name for path in EXAMPLES.iterdir()))
    def test_is_explained(self, example: str) -> None:
        """Each has a README with commands or steps, and the project's README leads to it."""
        assert (EXAMPLES / example / "README.md").read_text().startswith("# ")
        assert f"(examples/{example}/README.md)" in (ROOT / "README.md").read_text()


class TestPythonPytest:
    """examples/python-pytest."""

    @pytest.mark.parametrize("options", ["", " --numprocesses 2 --artifact-emulator run"])
    def test_passes(self, tmp_path: Path, options: str) -> None:
        """Its tests pass by its README's commands, in a folder that knows nothing of this project."""
        assert f"/python -m pytest{options}" in (EXAMPLES / "python-pytest/README.md").read_text()
        folder = copied("python-pytest", tmp_path)
        done = run([sys.executable, "-m", "pytest", *options.split()], folder)
        assert done.returncode == 0, done.stdout + done.stderr
        assert passed(done.stdout) == (folder / "test_onboarding.py").read_text().count("\ndef test_")

    def test_sees_a_mistake(self, tmp_path: Path) -> None:
        """They fail once the application forgets to look for the agreement."""
        folder = copied("python-pytest", tmp_path)
        application = folder / "onboarding.py"
        application.write_text(application.read_text().replace("    require_agreement()\n", ""))
        done = run([sys.executable, "-m", "pytest"], folder)
        assert done.returncode == 1
        assert "FAILED test_onboarding.py::test_nobody_is_invited_without_the_agreement" in done.stdout


@pytest.mark.skipif(major_version_of_node() < NODE, reason=f"takes npm and Node.js {NODE} or newer")
class TestJavaScript:
    """examples/javascript."""

    def test_passes(self, tmp_path: Path) -> None:
        """`npm ci` installs what the lock file says, and `npm test` passes."""
        folder = copied("javascript", tmp_path)
        installed = run(["npm", "ci", "--no-audit", "--no-fund", "--prefer-offline"], folder)
        assert installed.returncode == 0, installed.stderr
        done = run(
            ["npm", "test", "--", "--test-reporter=tap"], folder, ARTIFACT_EMULATOR=str(COMMANDS / "artifact-emulator")
        )
        assert done.returncode == 0, done.stdout + done.stderr
        written = (folder / "onboarding.test.js").read_text().count("\ntest(")
        assert f"\n# pass {written}\n" in done.stdout

    def test_lock_file_names_no_host(self) -> None:
        """The lock file pins versions and hashes, and leaves it to its user where packages come from."""
        lock = json.loads((EXAMPLES / "javascript/package-lock.json").read_text())
        packages = {name: one for name, one in lock["packages"].items() if name}
        assert all(one["integrity"].startswith("sha512-") for one in packages.values())
        assert not any("resolved" in one for one in packages.values())


class TestCommandLine:
    """examples/aws-cli."""

    def test_is_told(self, emulator: Emulator) -> None:
        """The story is told to its end in an empty world, with the calls and the refusals it tells of."""
        world = f"{emulator.endpoint}/worlds/examples-aws-cli"
        done = run(["bash", EXAMPLES / "aws-cli/story.sh"], ROOT, AWS_ENDPOINT_URL=world)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
        assert done.stdout.endswith("== Told to the end\n")
        called = requests.get(f"{world}/_emulator/events", params={"name": "EnableAWSServiceAccess"}, timeout=15).json()
        assert [one.get("errorCode") for one in called["events"]] == [
            "AWSOrganizationsNotInUseException",
            None,
            "AccessDenied",
        ]

    def test_stops_at_a_wrong_step(self, emulator: Emulator) -> None:
        """It stops at the first step that goes otherwise, and says why."""
        emulator.account("111122223333").organizations.create_organization()
        done = run(["bash", EXAMPLES / "aws-cli/story.sh"], ROOT, AWS_ENDPOINT_URL=emulator.endpoint)
        assert done.returncode != 0
        assert "AlreadyInOrganizationException" in done.stderr
        assert "Trusted access" not in done.stdout


class TestDockerCompose:
    """examples/docker-compose."""

    folder = EXAMPLES / "docker-compose"

    @pytest.fixture
    def services(self) -> dict[str, Any]:
        """Give what the file says of each container."""
        said: dict[str, Any] = read("docker-compose/compose.yaml")["services"]
        return said

    def test_emulator(self, services: dict[str, Any]) -> None:
        """The emulator is this tree's image, at the image's port, on this machine alone, healthy as the image says."""
        emulator, image = services["emulator"], Image()
        assert (self.folder / emulator["build"] / "Dockerfile").resolve() == ROOT / "Dockerfile"
        (port,) = emulator["ports"]
        assert [port.rpartition(":")[2]] == image.of("EXPOSE")
        assert port.startswith("127.0.0.1:")
        way, *probe = emulator["healthcheck"]["test"]
        assert (way, probe) == ("CMD", image.health_check)

    def test_application(self, services: dict[str, Any]) -> None:
        """The application waits until the emulator is healthy, and calls it by its name at the image's port."""
        application = services["application"]
        assert application["depends_on"] == {"emulator": {"condition": "service_healthy"}}
        assert application["environment"]["AWS_ENDPOINT_URL"] == f"http://emulator:{Image().of('EXPOSE')[0]}"
        assert all(isinstance(value, str) for value in application["environment"].values())
        dockerfile = (self.folder / application["build"] / "Dockerfile").read_text()
        (source,) = re.findall(r"^COPY (\S+) /$", dockerfile, re.MULTILINE)
        assert (self.folder / application["build"] / source).exists()
        assert json.loads(dockerfile.rpartition("CMD ")[2]) == ["python", f"/{source}"]

    def test_runs(self, services: dict[str, Any]) -> None:
        """The two commands do in processes what they are to do in containers, but for the emulator's name."""
        entry = [sys.executable, "-m", "artifact_emulator", *services["emulator"]["command"]]
        with serving(entry, env=environment()) as served:
            endpoint = f"http://127.0.0.1:{served.port}"
            settings = {**services["application"]["environment"], "AWS_ENDPOINT_URL": endpoint, "NO_PROXY": "127.0.0.1"}
            done = run([sys.executable, self.folder / "application/main.py"], ROOT, **settings)
            by_name = {"Host": f"emulator:{Image().of('EXPOSE')[0]}"}
            worlds = requests.get(f"{endpoint}/_emulator/worlds", headers=by_name, timeout=15)
        assert (done.returncode, done.stderr) == (0, "")
        role = "role/aws-service-role/artifact.amazonaws.com/AWSServiceRoleForArtifact"
        assert done.stdout == f"arn:aws:iam::111122223333:{role}\n"
        assert worlds.status_code == 200


class TestGitHubActions:
    """examples/github-actions."""

    @pytest.fixture
    def jobs(self) -> dict[str, Any]:
        """Give the jobs of the workflow."""
        said: dict[str, Any] = read("github-actions/workflow.yml")["jobs"]
        return said

    def test_commands(self, jobs: dict[str, Any]) -> None:
        """Every step uses an action or runs commands that a shell understands; the project's files are there."""
        steps = [step for job in jobs.values() for step in job["steps"]]
        assert all(("run" in step) != ("uses" in step) for step in steps)
        commands = "\n".join(step["run"] for step in steps if "run" in step)
        assert run(["bash", "-n", "-c", commands], ROOT).returncode == 0
        paths = re.findall(r"\./emulator/(\S+)", commands)
        assert paths == ["scripts/serve"]
        assert os.access(ROOT / paths[0], os.X_OK)
        assert "pip install ./emulator " in commands
        assert (ROOT / "pyproject.toml").exists()

    def test_pytest(self, jobs: dict[str, Any], tmp_path: Path) -> None:
        """The last step of `pytest` runs the tests of a project without any further setting."""
        folder = copied("python-pytest", tmp_path)
        conftest = folder / "conftest.py"
        conftest.write_text(conftest.read_text().replace("pytest_plugins =", "_plugins ="))
        command = jobs["pytest"]["steps"][-1]["run"].replace("python ", f"{sys.executable} ").replace("auto", "2")
        done = run(["bash", "-ec", command], folder)
        assert done.returncode == 0, done.stdout + done.stderr
        assert passed(done.stdout) > 1

    @pytest.mark.skipif(not shutil.which("curl"), reason="takes curl, as runners have it")
    def test_any_language(self, jobs: dict[str, Any], tmp_path: Path) -> None:
        """`any-language` starts the emulator, waits for it, and its tests find it by the job's environment."""
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
        # What a runner does to what a job leaves behind.
        program = f"trap 'kill $!' EXIT\n{start}\n{tests}"
        done = run(["bash", "-ec", program], tmp_path, **settings, NO_PROXY="127.0.0.1")
        assert done.returncode == 0, done.stdout + done.stderr
        assert '"MasterAccountId": "111122223333"' in done.stdout
