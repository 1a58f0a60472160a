"""The Terraform examples: applied, planned again, imported and destroyed."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from artifact_emulator.cli.main import main
from tests.support.example_projects import copy_of, run_in
from tests.support.server_process import COMMANDS, clean_environment, server_process

# Of resources without an entry, the import id is their `id`.
IMPORT_IDS = {
    "aws_iam_role_policy_attachment": "{role}/{policy_arn}",
    "aws_iam_group_policy_attachment": "{group}/{policy_arn}",
    "aws_iam_user_group_membership": "{user}/{groups[0]}",
}
EMPTY_PLAN = 0


class Configuration:
    """A copy of the example, of which commands are run against a server."""

    def __init__(self, folder: Path, endpoint: str) -> None:
        self.folder = folder
        self.endpoint = endpoint
        config = os.environ.get("TF_CLI_CONFIG_FILE")
        self._settings = {"TF_VAR_endpoint": endpoint, **({"TF_CLI_CONFIG_FILE": config} if config else {})}

    def set(self, **variables: str) -> None:
        """Set variables of the configuration."""
        self._settings |= {f"TF_VAR_{name}": value for name, value in variables.items()}

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of Terraform."""
        return run_in(self.folder, ["terraform", *command, "-no-color"], **self._settings)

    def do(self, *command: str) -> str:
        """Run a command of Terraform that has to succeed, and return its output."""
        result = self.run(*command)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    def plan(self) -> int:
        """Return the exit code of a plan, which tells whether it is empty."""
        return self.run("plan", "-detailed-exitcode").returncode

    def resources(self) -> list[dict[str, Any]]:
        """Return the managed resources of the state."""
        resources: list[dict[str, Any]] = json.loads(self.do("show", "-json"))["values"]["root_module"]["resources"]
        return [resource for resource in resources if resource["mode"] == "managed"]


@contextmanager
def initialized(folder: Path, *options: str) -> Iterator[Configuration]:
    """Yield a configuration, initialized, with a server."""
    if shutil.which("terraform") is None:
        pytest.skip("needs Terraform")
    with server_process([str(COMMANDS / "artifact-emulator"), "serve", *options], env=clean_environment()) as server:
        example = Configuration(folder, f"http://{server.host}:{server.port}")
        if example.run("init").returncode != 0:
            pytest.skip("needs Terraform's AWS provider")
        yield example


@pytest.fixture
def configuration(tmp_path: Path) -> Iterator[Configuration]:
    """Return the baseline of an account."""
    with initialized(copy_of("terraform", tmp_path)) as example:
        yield example


@pytest.fixture
def workload(tmp_path: Path) -> Iterator[Configuration]:
    """Return the workload, with moto behind the emulator."""
    folder = copy_of("terraform", tmp_path) / "workload"
    with initialized(folder, "--scenario", "landing-zone", "--behind", "moto") as example:
        yield example


@pytest.fixture
def organization(tmp_path: Path) -> Iterator[Configuration]:
    """Return the organization."""
    with initialized(copy_of("terraform", tmp_path) / "organization") as example:
        yield example


def import_block(resource: dict[str, Any]) -> str:
    """Return a block that imports a resource."""
    import_id = IMPORT_IDS.get(resource["type"], "{id}").format_map(resource["values"])
    return f'import {{\n  to = {resource["address"]}\n  id = "{import_id}"\n}}\n'


def test_baseline_is_applied_imported_and_destroyed(configuration: Configuration) -> None:
    """A second plan is empty, also after all resources were imported into a new state; then all are destroyed."""
    configuration.do("apply", "-auto-approve")
    assert configuration.plan() == EMPTY_PLAN
    resources = configuration.resources()
    (configuration.folder / "terraform.tfstate").unlink()
    imports = configuration.folder / "imports.tf"
    imports.write_text("".join(map(import_block, resources)))
    summary = configuration.do("apply", "-auto-approve")
    assert f"{len(resources)} imported, 0 added, 0 changed, 0 destroyed" in summary
    imports.unlink()
    assert configuration.plan() == EMPTY_PLAN
    configuration.do("destroy", "-auto-approve")
    assert configuration.run("show", "-json").stdout.count('"mode":"managed"') == 0


def test_workload_is_applied_and_destroyed_within_its_regions(workload: Configuration) -> None:
    """Other services answer behind the policies: a forbidden region does not matter in another one, and does in it."""
    for forbidden in ("", "us-west-2"):
        workload.set(forbidden_region=forbidden)
        workload.do("apply", "-auto-approve")
        assert workload.plan() == EMPTY_PLAN
        workload.do("destroy", "-auto-approve")
    workload.set(forbidden_region="eu-west-1")
    refused = workload.run("apply", "-auto-approve")
    assert refused.returncode != 0
    for action in ("kms:CreateKey", "s3:CreateBucket"):
        assert f"is not authorized to perform: {action} on resource: " in refused.stderr
    assert "with an explicit deny in a service control policy" in refused.stderr
    workload.do("destroy", "-auto-approve")


def test_organization_is_destroyed_once_its_closed_accounts_are_gone(organization: Configuration) -> None:
    """A second plan is empty; the units can be deleted after the 90 days in which closed accounts stay in them."""
    organization.do("apply", "-auto-approve")
    assert organization.plan() == EMPTY_PLAN
    refused = organization.run("destroy", "-auto-approve")
    assert refused.returncode != 0
    assert "OrganizationalUnitNotEmptyException" in refused.stderr
    assert main(["clock", "advance", "91d", "--endpoint", organization.endpoint]) == 0
    organization.do("destroy", "-auto-approve")
