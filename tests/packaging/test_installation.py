"""docs/installation.md: each of its lines is run, with a copy of this repository in place of the public one."""

import argparse
import json
import os
import re
import shlex
import socket
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from artifact_emulator import __version__
from tests.support.clones import git, repository_with_files
from tests.support.dockerfile import ROOT, Image
from tests.support.documentation import DOCS, blocks_of, code_of
from tests.support.github_runner import Runner
from tests.support.server_process import COMMANDS, clean_environment

pytestmark = pytest.mark.xdist_group("installation")

PAGE = DOCS / "installation.md"
ONCE, INSTALL, DOCKER, FIRST_TEST = [block.splitlines() for block in code_of(PAGE, "console")]
ADDRESS = "https://github.com/artifact-emulator/artifact-emulator"
SOURCES = {
    "checkout": ".",
    "wheel": f"dist/packages/artifact_emulator-{__version__}-py3-none-any.whl",
    "git": f"git+{ADDRESS}",
    "release": f"git+{ADDRESS}@v{__version__}",
}
DEV_CONTAINERS = (".devcontainer/devcontainer.json", "examples/dev-container/.devcontainer/devcontainer.json")


class Reader:
    """A reader of the page: a home without caches, and a checkout with a wheel."""

    def __init__(self, folder: Path) -> None:
        self.home, self.clone = folder / "home", repository_with_files(folder)
        self.home.mkdir()
        git(self.clone, "tag", f"v{__version__}")
        build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", "dist/packages"]
        subprocess.run(build, cwd=self.clone, check=True, capture_output=True)
        self.bin = self.home / ".local/bin"

    def local(self, text: str) -> str:
        """Return a text with this reader's repository in place of the public one."""
        return text.replace(ADDRESS, self.clone.as_uri())

    def run(self, command: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a line of the page in the checkout; pipx and uv are those of the tests."""
        path = os.pathsep.join([str(self.bin), settings.pop("PATH", str(COMMANDS)), os.environ["PATH"]])
        return subprocess.run(
            ["bash", "-euc", command],
            cwd=self.clone,
            # uv has certificates of its own; a machine may reach PyPI only with those of its system.
            env=clean_environment(HOME=str(self.home), PATH=path, UV_SYSTEM_CERTS="true", **settings),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Return a reader of the page."""
    return Reader(tmp_path_factory.mktemp("reader"))


def with_sources(lines: list[str]) -> list[tuple[str, str]]:
    """Return commands with sources: uvx and pip, which differ most, with all of them, the others with one."""
    return [
        (line, source)
        for line in lines
        for source in SOURCES
        if source == "checkout" or line.startswith(("$ uvx", "$ python -m pip"))
    ]


def in_place_of_dot(line: str, source: str) -> str:
    """Return a command of the page for another source."""
    words = [source if word == "." else word for word in shlex.split(line.removeprefix("$ "))]
    assert source in words
    return shlex.join(words)


class TestPython:
    """uv, pipx and pip."""

    def test_page_names_the_sources(self) -> None:
        """The page has each source that these tests take in place of the dot."""
        named = re.findall(r"^\| .+ \| `(.+)` \|$", PAGE.read_text("utf-8"), re.MULTILINE)
        assert named == [*list(SOURCES.values())[1:], "artifact-emulator"]

    @pytest.mark.parametrize(("line", "source"), with_sources(ONCE))
    def test_run_without_installation(self, reader: Reader, line: str, source: str) -> None:
        """The command `serve` starts from each source."""
        command = reader.local(in_place_of_dot(line, SOURCES[source]))
        result = reader.run(f"{command} --show-config")
        assert result.returncode == 0, result.stderr
        assert re.search(r"^port +4700 +default$", result.stdout, re.MULTILINE)

    @pytest.mark.parametrize(("line", "source"), with_sources(INSTALL))
    def test_installed_command_has_the_version(self, reader: Reader, line: str, source: str, tmp_path: Path) -> None:
        """The command is installed from each source, with the version of the source."""
        command = reader.local(in_place_of_dot(line, SOURCES[source]))
        reader.run("uv tool uninstall --all; pipx uninstall-all")
        subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
        path = f"{tmp_path / 'venv/bin'}{os.pathsep}{COMMANDS}" if "pip install" in line else str(COMMANDS)
        result = reader.run(command, PATH=path)
        assert result.returncode == 0, result.stderr
        folder = tmp_path / "venv/bin" if "pip install" in line else reader.bin
        installed = subprocess.check_output([folder / "artifact-emulator", "--version"], text=True)
        assert installed == f"artifact-emulator {__version__}\n"


class TestDocker:
    """The lines for Docker; other tests run the steps of the image."""

    def test_lines_fit_the_image(self) -> None:
        """The image that is built is the one that runs, and its port is published on the loopback address."""
        parser = argparse.ArgumentParser(exit_on_error=False)
        parser.add_argument("verb", choices=["build", "run"])
        parser.add_argument("--tag")
        parser.add_argument("--rm", action="store_true")
        parser.add_argument("--publish")
        parser.add_argument("last")
        lines = [shlex.split(line.removeprefix("$ ")) for line in DOCKER]
        assert [words[0] for words in lines] == ["docker", "docker"]
        build, run = [parser.parse_args(words[1:]) for words in lines]
        assert (build.verb, build.last, run.verb, run.rm) == ("build", ".", "run", True)
        assert run.last == build.tag
        (port,) = Image().of("EXPOSE")
        assert run.publish == f"127.0.0.1:{port}:{port}"

    def test_image_with_moto_adds_the_extra(self) -> None:
        """The Dockerfile installs what the extra `moto` requires into the image's environment, and keeps its user."""
        image, added = Image(), Image("\n".join(code_of(PAGE, "dockerfile")))
        project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
        assert added.of("FROM") == [DOCKER[1].split()[-1]]
        assert added.of("USER") == ["root", *image.of("USER")]
        (command,) = added.of("RUN")
        (copied,) = image.of("COPY")
        folder = copied.split()[-1]
        requirements = project["optional-dependencies"]["moto"]
        assert shlex.split(command) == [
            "pip", "--python", f"{folder}/bin/python", "install", "--no-cache-dir", *requirements
        ]  # fmt: skip


class TestWindows:
    """The lines for Windows, which only the workflow can run."""

    @pytest.mark.parametrize(("language", "shell"), [("powershell", "pwsh"), ("bat", "cmd")])
    def test_workflow_runs_the_guide(self, language: str, shell: str) -> None:
        """The job on Windows runs the lines of the page, in the shell that they are for."""
        workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))
        (step,) = [step for step in workflow["jobs"]["portable"]["steps"] if step.get("shell") == shell]
        (guide,) = code_of(PAGE, language)
        assert step["run"] == guide
        assert {block.language for block in blocks_of(PAGE)} == {"console", "dockerfile", "powershell", "bat"}


def test_first_test_is_green(reader: Reader, tmp_path: Path) -> None:
    """The lines from `git clone` to the first test lead to a passed test."""
    lines = [reader.local(line.removeprefix("$ ")) for line in FIRST_TEST]
    assert lines[0].startswith("git clone ")
    lines[0] += " artifact-emulator"  # The copy's folder has another name.
    result = reader.run("\n".join([f"cd {shlex.quote(str(tmp_path))}", *lines]))
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"= [1-9]\d* passed", result.stdout)


class TestDevContainer:
    """The dev containers of this project and of its users."""

    @pytest.mark.parametrize("name", DEV_CONTAINERS)
    def test_terminal_finds_the_emulator(self, reader: Reader, name: str, tmp_path: Path) -> None:
        """The commands of the container install and start the emulator, and its environment leads the AWS CLI there."""
        container: dict[str, Any] = json.loads((ROOT / name).read_text("utf-8"))
        assert container["forwardPorts"] == [4700]
        assert list(container["portsAttributes"]) == ["4700"]
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = str(probe.getsockname()[1])
        path = os.pathsep.join([str(reader.bin), os.environ["PATH"], str(COMMANDS)])
        variables = {"containerWorkspaceFolder": str(reader.clone), "containerEnv:PATH": path}
        expressions = re.compile(r"\$\{([\w:]+)\}")
        environment = {
            key: expressions.sub(lambda found: variables[found[1]], value).replace("4700", port)
            for key, value in {"PATH": path, **container["remoteEnv"]}.items()
        }
        commands = [
            container["postCreateCommand"],
            container["postStartCommand"],
            "aws organizations create-organization",
        ]
        if "--scenario" in container["postStartCommand"]:
            commands[-1] = "aws organizations describe-organization"
        log = str(tmp_path / "log")
        steps = [{"run": reader.local(command).replace("/tmp/artifact-emulator.log", log)} for command in commands]
        with Runner(reader.clone, path=[]) as runner:
            output = runner.run(
                steps, **environment, HOME=str(reader.home), ARTIFACT_EMULATOR_PORT=port, NO_PROXY="127.0.0.1"
            )
        assert f'"MasterAccountId": "{environment["AWS_ACCESS_KEY_ID"]}"' in output
