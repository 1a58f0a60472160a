"""The image, as far as it can be seen without Docker: its steps, its settings and its health check.

`built` has carried out the build stage already: the commands that RUN names, on nothing but what COPY copies.
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


def inside(image: Image, built: Path) -> dict[str, str]:
    """Give the environment that the final stage sets, with the image's / moved to where it was built."""
    settings = dict(shlex.split(rest)[0].split("=", 1) for rest in image.of("ENV"))
    path = settings["PATH"].replace(str(PREFIX), f"{built}{PREFIX}").replace("$PATH", os.environ["PATH"])
    return clean_environment(**settings | {"PATH": path})


class TestSettings:
    """What the final stage says."""

    def test_base(self, image: Image) -> None:
        """Both stages have one small base, by tag: the installed scripts name its Python by path."""
        bases = {rest.split()[0] for word, rest in image.instructions if word == "FROM"}
        assert len(bases) == 1
        assert bases.pop().startswith("python:3.")

    def test_user(self, image: Image) -> None:
        """It runs as nobody in particular, by number, so that a cluster sees that it is not root."""
        (user,) = image.of("USER")
        numbers = [int(number) for number in user.split(":")]
        assert 0 not in numbers

    def test_port(self, image: Image) -> None:
        """It names the port that the server listens on by default, and that the health check asks."""
        assert image.of("EXPOSE") == ["4700"]
        assert " 4700," in image.health_check[-1]

    def test_only_the_prefix_is_copied(self, image: Image) -> None:
        """The final stage takes the installed environment from the build stage, and no sources."""
        assert image.of("COPY") == [f"--from=build {PREFIX} {PREFIX}"]

    def test_address(self, image: Image) -> None:
        """It listens on every address of the container, in exec form, so that SIGTERM reaches Python."""
        assert image.list_of("ENTRYPOINT") == ["artifact-emulator"]
        assert image.list_of("CMD") == ["serve", "--host", "0.0.0.0"]

    def test_context(self, image: Image) -> None:
        """Docker is sent what the Dockerfile copies and nothing else of the tree."""
        lines = (ROOT / ".dockerignore").read_text().splitlines()
        rules = [line for line in lines if line and not line.startswith("#")]
        assert rules[0] == "*"
        assert {rule[1:] for rule in rules if rule.startswith("!")} == {
            source.rstrip("/") for source, _ in image.copied()
        }


class TestContainer:
    """What the container would do."""

    def test_serves_and_is_healthy(self, image: Image, built: Path) -> None:
        """Its own command serves, its health check sees that, ends with the server, and says so."""
        settings = inside(image, built)
        command = image.list_of("ENTRYPOINT") + image.list_of("CMD")
        with server_process(command, cwd=built, env=settings) as served:
            assert probe(image, served, settings) == 0
            assert served.stop() == 0
            assert probe(image, served, settings) == 1

    @pytest.mark.skipif(sys.platform != "linux", reason="elsewhere 127.0.0.2 is no address of the machine")
    def test_can_be_reached(self, image: Image, built: Path) -> None:
        """It answers at every address, for a published port does not come in at 127.0.0.1."""
        command = image.list_of("ENTRYPOINT") + image.list_of("CMD")
        with server_process(command, cwd=built, env=inside(image, built)) as served:
            socket.create_connection(("127.0.0.2", served.port), timeout=1).close()

    def test_health_check_sees_errors(self, image: Image, built: Path, server: ServerProcess) -> None:
        """A server that answers with an error is not healthy."""
        settings = inside(image, built)
        elsewhere = [part.replace("/_emulator/health", "/_emulator/nothing") for part in image.health_check]
        assert probe(image, server, settings) == 0
        assert probe(image, server, settings, elsewhere) == 1


def probe(image: Image, served: ServerProcess, settings: dict[str, str], command: list[str] | None = None) -> int:
    """Run the health check against the port that the test's server has; give its exit status."""
    words = [part.replace("4700", str(served.port)) for part in command or image.health_check]
    return subprocess.run(words, env=settings, capture_output=True, check=False).returncode
