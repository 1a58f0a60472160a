"""The image without Docker: its steps, its settings and its health check.

The fixture `built` runs the build stage: the commands of RUN, with only the files of COPY.
"""

import json
import os
import shlex
import socket
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import distributions
from pathlib import Path
from threading import Thread

import pytest

from artifact_emulator.server.server import DEFAULT_PORT
from tests.support.dockerfile import ROOT, Image
from tests.support.server_process import clean_environment, server_process

PREFIX = Path("/opt/artifact-emulator")
READY_FILE = "ARTIFACT_EMULATOR_READY_FILE"

pytestmark = pytest.mark.xdist_group("packaging")


def container_environment(image: Image, built: Path) -> dict[str, str]:
    """Return the environment of the final stage, with paths below the folder in which it was built."""
    settings = dict(word.split("=", 1) for rest in image.of("ENV") for word in shlex.split(rest))
    path = settings["PATH"].replace(str(PREFIX), f"{built}{PREFIX}").replace("$PATH", os.environ["PATH"])
    ready_file = str(built / Path(settings[READY_FILE]).name)
    return clean_environment(**settings | {"PATH": path, READY_FILE: ready_file})


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
        """The exposed port is that of the server."""
        assert image.of("EXPOSE") == [str(DEFAULT_PORT)]

    def test_final_stage_has_no_sources(self, image: Image) -> None:
        """The final stage copies only the installed environment."""
        assert image.of("COPY") == [f"--from=build {PREFIX} {PREFIX}"]

    def test_server_listens_on_all_addresses(self, image: Image) -> None:
        """The server listens on every address, whatever follows `serve`; the exec form lets SIGTERM reach Python."""
        assert image.list_of("ENTRYPOINT") == ["artifact-emulator"]
        assert image.list_of("CMD") == ["serve"]
        assert "ARTIFACT_EMULATOR_HOST=0.0.0.0" in image.of("ENV")[0]

    def test_build_context_has_only_copied_files(self, image: Image) -> None:
        """The build context has only the files that the Dockerfile copies."""
        lines = (ROOT / ".dockerignore").read_text().splitlines()
        rules = [line for line in lines if line and not line.startswith("#")]
        assert rules[0] == "*"
        assert {rule[1:] for rule in rules if rule.startswith("!")} == {
            source.rstrip("/") for source, _ in image.copied()
        }


class TestBillOfMaterials:
    """The bill of materials in the image."""

    def test_bill_lists_what_is_installed(self, built: Path) -> None:
        """The bill names every installed distribution with its version, and the license of every dependency."""
        root = built / PREFIX.relative_to("/")
        bill = json.loads((root / "share/sbom.cdx.json").read_text("utf-8"))
        folders = next((root / "lib").glob("python*")) / "site-packages"
        installed = {(found.name, found.version) for found in distributions(path=[str(folders)])}
        project, components = bill["metadata"]["component"], bill["components"]
        assert {(component["name"], component["version"]) for component in (project, *components)} == installed
        licenses = {component["name"]: component["licenses"] for component in components}
        assert all(licenses.values())
        assert licenses["fpdf2"][0]["license"]["id"] == "LGPL-3.0-only"


class TestContainer:
    """The container."""

    def test_health_check_follows_the_server(self, image: Image, built: Path) -> None:
        """The health check succeeds while the server runs, whatever its port, and fails afterwards."""
        settings = container_environment(image, built)
        command = image.list_of("ENTRYPOINT") + image.list_of("CMD")
        with server_process(command, cwd=built, env=settings) as server:
            assert server.port != DEFAULT_PORT
            assert probe(image, settings) == 0
            assert server.stop() == 0
            assert probe(image, settings) == 1

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the address 127.0.0.2")
    def test_server_answers_at_every_address(self, image: Image, built: Path) -> None:
        """The server answers at addresses other than 127.0.0.1, from which published ports are reached."""
        command = image.list_of("ENTRYPOINT") + image.list_of("CMD")
        with server_process(command, cwd=built, env=container_environment(image, built)) as server:
            socket.create_connection(("127.0.0.2", server.port), timeout=1).close()

    def test_health_check_fails_on_error(self, image: Image, built: Path) -> None:
        """The health check fails if the server answers with an error."""
        settings = container_environment(image, built)
        with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:  # It answers GET with 501.
            Path(settings[READY_FILE]).write_text(json.dumps({"endpoint": f"http://127.0.0.1:{server.server_port}"}))
            Thread(target=server.handle_request, daemon=True).start()
            assert probe(image, settings) == 1


def probe(image: Image, settings: dict[str, str]) -> int:
    """Run the health check and return its exit status."""
    return subprocess.run(image.health_check, env=settings, capture_output=True, check=False).returncode
