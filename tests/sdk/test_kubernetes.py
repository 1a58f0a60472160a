"""The objects in docs/kubernetes.md: they name each other, and the server starts with what they set."""

import http.client
from pathlib import Path
from typing import Any

import pytest
import yaml

from artifact_emulator.cli.serve_options import SETTINGS
from artifact_emulator.server.server import DEFAULT_PORT
from artifact_emulator.testing.client import ControlError, Emulator
from tests.support.dockerfile import ROOT, Image
from tests.support.documentation import code_of
from tests.support.server_process import SERVE_COMMAND, clean_environment, server_process

PAGE = ROOT / "docs/kubernetes.md"
TOKEN = "t" * 64
PROBES = ("startupProbe", "readinessProbe", "livenessProbe")


@pytest.fixture
def objects() -> dict[str, dict[str, Any]]:
    """The objects of the page by kind."""
    (text,) = code_of(PAGE, "yaml")
    return {document["kind"]: document for document in yaml.safe_load_all(text)}


@pytest.fixture
def pod(objects: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The pod's spec."""
    spec: dict[str, Any] = objects["Deployment"]["spec"]["template"]["spec"]
    return spec


class TestObjects:
    """What the objects say of each other and of the image."""

    def test_deployment_and_service_select_the_pod(self, objects: dict[str, dict[str, Any]]) -> None:
        """Both find the pod by its labels, and one pod at most uses the data directory."""
        deployment = objects["Deployment"]["spec"]
        labels = deployment["template"]["metadata"]["labels"]
        assert deployment["selector"]["matchLabels"] == labels == objects["Service"]["spec"]["selector"]
        assert (deployment["replicas"], deployment["strategy"]) == (1, {"type": "Recreate"})

    def test_service_and_probes_lead_to_the_port(self, objects: dict[str, dict[str, Any]], pod: dict[str, Any]) -> None:
        """The Service and the probes name the container's port, which is the default one."""
        (container,) = pod["containers"]
        (port,) = container["ports"]
        assert port["containerPort"] == DEFAULT_PORT
        targets = [entry["targetPort"] for entry in objects["Service"]["spec"]["ports"]]
        assert {*targets, *(container[probe]["httpGet"]["port"] for probe in PROBES)} == {port["name"]}

    def test_data_directory_is_on_the_claimed_volume(
        self, objects: dict[str, dict[str, Any]], pod: dict[str, Any]
    ) -> None:
        """The data directory is below the mount of the volume, which the image's user can write."""
        (container,) = pod["containers"]
        (volume,), (mount,) = pod["volumes"], container["volumeMounts"]
        assert volume["name"] == mount["name"]
        claim = volume["persistentVolumeClaim"]["claimName"]
        assert claim == objects["PersistentVolumeClaim"]["metadata"]["name"]
        directory = Path(values(container)["ARTIFACT_EMULATOR_DATA_DIR"])
        assert directory.is_relative_to(mount["mountPath"])
        context = pod["securityContext"]
        assert Image().of("USER") == [f"{context['runAsUser']}:{context['fsGroup']}"]

    def test_variables_are_settings_and_those_of_services_are_off(self, pod: dict[str, Any]) -> None:
        """Each variable is one of `serve`, and Kubernetes adds none of the same prefix."""
        (container,) = pod["containers"]
        assert {entry["name"] for entry in container["env"]} <= {setting.variable for setting in SETTINGS}
        assert pod["enableServiceLinks"] is False


class TestServer:
    """The server with the variables of the container."""

    def test_probes_succeed_and_worlds_need_the_token(self, pod: dict[str, Any], tmp_path: Path) -> None:
        """The kubelet, which calls an address, needs no token; a client, under the name of the Service, does."""
        (container,) = pod["containers"]
        settings = values(container) | {
            "ARTIFACT_EMULATOR_DATA_DIR": str(tmp_path / "data"),
            "ARTIFACT_EMULATOR_HOST": "0.0.0.0",
        }
        with server_process(SERVE_COMMAND, env=clean_environment(**settings)) as server:
            for probe in PROBES:
                assert status(server.port, container[probe]["httpGet"]["path"], "10.0.0.7:4700") == 200
            for host in ("artifact-emulator:4700", "artifact-emulator.default.svc.cluster.local:4700"):
                assert status(server.port, "/_emulator/worlds", host, authorization=f"Bearer {TOKEN}") == 200
            endpoint = f"http://127.0.0.1:{server.port}"
            assert Emulator(endpoint, control_token=TOKEN).worlds() == ["default"]
            with pytest.raises(ControlError):
                Emulator(endpoint).worlds()
            assert server.stop() == 0
        assert (tmp_path / "data").is_dir()


def values(container: dict[str, Any]) -> dict[str, str]:
    """Return the variables of a container, with the token in place of the reference to it."""
    return {entry["name"]: entry.get("value", TOKEN) for entry in container["env"]}


def status(port: int, path: str, host: str, **headers: str) -> int:
    """Return the status of a GET under a host."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", path, headers={"Host": host, **headers})
    result = connection.getresponse().status
    connection.close()
    return result
