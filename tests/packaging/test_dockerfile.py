"""The image without Docker: its steps, its settings and its health check.

The fixture `built` runs the build stage: the commands of RUN, with only the files of COPY.
"""

import os
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.dockerfile import ROOT, Image
from tests.support.server_process import ServerProcess, clean_environment, server_process

PREFIX = Path("/opt/artifact-emulator")

pytestmark = pytest.mark.xdist_group("packaging")


def container_environment(image: Image, built: Path) -> dict[str, str]:
    """Return the environment of the final stage, with paths below the folder in which it was built."""
    settings = dict(shlex.split(rest)[0].split("=", 1) for rest in image.of("ENV"))
    path = settings["PATH"].replace(str(PREFIX), f"{built}{PREFIX}").replace("$PATH", os.environ["PATH"])
    return clean_environment(**settings | {"PATH": path})


class TestSettings:
    """The instructions of the final stage."""

    def test_both_stages_have_one_base(self, image: Image) -> None:
        """Both stages have the same base image, since installed scripts contain the path of its Python."""
        bases = {rest.split()[0] for word, rest in image.instructions if word == "FROM"}
        assert len(bases) == 1
        assert bases.pop().startswith("python:3.")

    def test_user_is_not_root(self, image: Image) -> None:
        """The user is a number other than 0, so that Kubernetes can verify that it is not root."""
        (user,) = image.of("USER")
        numbers = [int(number) for number in user.split(":")]
        assert 0 not in numbers

    def test_port_is_default_port(self, image: Image) -> None:
        """The exposed port is that of the server and of the health check."""
        assert image.of("EXPOSE") == ["4700"]
        assert " 4700," in image.health_check[-1]

    def test_final_stage_has_no_sources(self, image: Image) -> None:
        """The final stage copies only the installed environment."""
        assert image.of("COPY") == [f"--from=build {PREFIX} {PREFIX}"]

    def test_server_listens_on_all_addresses(self, image: Image) -> None:
        """The command listens on every address; its exec form lets SIGTERM reach Python."""
        assert image.list_of("ENTRYPOINT") == ["artifact-emulator"]
        assert image.list_of("CMD") == ["serve", "--host", "0.0.0.0"]

    def test_build_context_has_only_copied_files(self, image: Image) -> None:
        """The build context has only the files that the Dockerfile copies."""
        lines = (ROOT / ".dockerignore").read_text().splitlines()
        rules = [line for line in lines if line and not line.startswith("#")]
        assert rules[0] == "*"
        assert {rule[1:] for rule in rules if rule.startswith("!")} == {
            source.rstrip("/") for source, _ in image.copied()
        }


class TestContainer:
    """The container."""

    def test_health_check_follows_the_server(self, image: Image, built: Path) -> None:
        """The health check succeeds while the server runs and fails afterwards."""
        settings = container_environment(image, built)
        command = image.list_of("ENTRYPOINT") + image.list_of("CMD")
        with server_process(command, cwd=built, env=settings) as server:
            assert probe(image, server, settings) == 0
            assert server.stop() == 0
            assert probe(image, server, settings) == 1

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the address 127.0.0.2")
    def test_server_answers_at_every_address(self, image: Image, built: Path) -> None:
        """The server answers at addresses other than 127.0.0.1, from which published ports are reached."""
        command = image.list_of("ENTRYPOINT") + image.list_of("CMD")
        with server_process(command, cwd=built, env=container_environment(image, built)) as server:
            socket.create_connection(("127.0.0.2", server.port), timeout=1).close()

    def test_health_check_fails_on_error(self, image: Image, built: Path, server: ServerProcess) -> None:
        """The health check fails if the server answers with an error."""
        settings = container_environment(image, built)
        command = [part.replace("/_emulator/health", "/_emulator/nothing") for part in image.health_check]
        assert probe(image, server, settings) == 0
        assert probe(image, server, settings, command) == 1


def probe(image: Image, server: ServerProcess, settings: dict[str, str], command: list[str] | None = None) -> int:
    """Run the health check with the port of a server and return its exit status."""
    words = [part.replace("4700", str(server.port)) for part in command or image.health_check]
    return subprocess.run(words, env=settings, capture_output=True, check=False).returncode
