"""The examples of README and of the documentation run as they are written."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import dropwhile
from pathlib import Path

import pytest
import yaml

from artifact_emulator.aws.service_profile import PROFILES
from artifact_emulator.cli.main import create_parser
from artifact_emulator.services import bindings, handlers
from artifact_emulator.testing.client import Emulator
from artifact_state.scenarios.load import load_scenario
from artifact_state.scenarios.schema import Scenario
from tests.support.documentation import DOCS, README, ROOT, blocks_of, code_of, run_pytest, run_python, run_shell
from tests.support.example_projects import copy_of, run_in
from tests.support.sdk_accounts import EmulatedAws
from tests.support.server_process import SERVE_COMMAND, clean_environment, server_process

PAGES = sorted([README, README.with_name("CONTRIBUTING.md"), *DOCS.glob("*.md")])
NOT_RUN = {
    ("architecture.md", "python"): "the stages of the pipeline, which tests/architecture compares with the code",
    ("control-api.md", "js"): "a client in a page, which tests/wire/test_browser_access.py covers",
    (
        "permissions.md",
        "sh",
    ): "the AWS CLI that the tests install has no IAM Toolbox; tests/wire covers both operations",
    (
        "kubernetes.md",
        "yaml",
    ): "tests/sdk/test_kubernetes.py reads the objects, and starts a server with their settings",
    ("other-languages.md", "hcl"): "Terraform; the page says that no test covers it",
    ("installation.md", "bat"): "Windows; a test compares it with the Windows job of .github/workflows/ci.yml",
    ("installation.md", "dockerfile"): "Docker; a test of the image reads it",
    ("installation.md", "powershell"): "Windows; a test compares it with the Windows job of .github/workflows/ci.yml",
}
"""Code blocks without a test below, with the reason."""
RUN = {
    ("README.md", "python"),
    ("tutorial.md", "python"),
    ("testing.md", "python"),
    ("in-process.md", "python"),
    ("permissions.md", "python"),
    ("web-identity.md", "python"),
    ("control-api.md", "sh"),
    ("other-languages.md", "sh"),
    ("scenarios.md", "yaml"),
    ("configuration.md", "toml"),
    ("policies-in-ci.md", "sh"),
    ("policies-in-ci.md", "python"),
    ("policies-in-ci.md", "yaml"),
}
"""Code blocks that a test below runs. Blocks of `console` have their own test for all pages."""
OUTPUT = {"text", "console"}
TESTED_ELSEWHERE = {"installation.md", "kubernetes.md", "supply-chain.md"}
"""Pages whose commands tests/packaging runs, or reads if they need Docker, and one whose commands need a cluster."""


@pytest.fixture
def own_server() -> Iterator[str]:
    """The endpoint of a server whose default world may begin with other contents."""
    with server_process(SERVE_COMMAND, env=clean_environment()) as served:
        yield f"http://127.0.0.1:{served.port}"


def test_every_code_block_is_run() -> None:
    """A page has code only in languages that a test runs, or that are exempt with a reason."""
    found = {(page.name, block.language) for page in PAGES for block in blocks_of(page)}
    code = {(page, language) for page, language in found if language not in OUTPUT and not language.startswith("{")}
    assert code - NOT_RUN.keys() == RUN


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_exist(page: Path) -> None:
    """Each command in a console block exists, and the emulator's commands accept the options shown."""
    lines = [line for block in code_of(page, "console") for line in block.splitlines()]
    assert [line for line in lines if not line.startswith("$ ")] == []
    for line in lines:
        words = shlex.split(line.removeprefix("$ "), comments=True)
        program, *arguments = dropwhile(lambda word: "=" in word, words)  # Without assignments of variables.
        if program == "artifact-emulator":
            create_parser().parse_args(arguments)
        elif program.startswith("./scripts/"):
            assert (README.parent / program).is_file()
        else:
            assert program in {"python", ".venv/bin/python", "aws", "eval"} or page.name in TESTED_ELSEWHERE


class TestReadme:
    """README; tests/packaging runs its commands."""

    def test_readme_has_at_most_700_words(self) -> None:
        """README stays short; details belong to docs."""
        assert len(README.read_text(encoding="utf-8").split()) <= 700


class TestPages:
    """The pages of docs."""

    def test_tutorial_prints_shown_output(self, emulator: EmulatedAws) -> None:
        """The blocks of the tutorial, run in order, print the output that follows each of them."""
        blocks = [block for block in blocks_of(DOCS / "tutorial.md") if block.language in ("python", "text")]
        code = "\n".join(block.code for block in blocks if block.language == "python")
        expected = "".join(block.code for block in blocks if block.language == "text")
        assert run_python(code, emulator.endpoint) == expected

    def test_suite_of_testing_pages_passes(self, tmp_path: Path) -> None:
        """The Python blocks of the pages about tests pass as one suite."""
        pages = ("testing.md", "in-process.md", "permissions.md", "web-identity.md")
        blocks = [code for page in pages for code in code_of(DOCS / page, "python")]
        assert run_pytest(blocks, tmp_path) == sum(block.count("def test_") for block in blocks) >= 9

    @pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
    def test_control_api_examples_succeed(self, emulator: EmulatedAws, tmp_path: Path) -> None:
        """Each command on the page about the control API succeeds."""
        run_shell(code_of(DOCS / "control-api.md", "sh"), emulator.endpoint, tmp_path)
        assert len((tmp_path / "accounts.json").read_text().splitlines()) > 10

    def test_other_languages_examples_succeed(self, emulator: EmulatedAws, tmp_path: Path) -> None:
        """The environment variables lead the AWS CLI to the emulator, and it finds the agreement operations."""
        output = run_shell(code_of(DOCS / "other-languages.md", "sh"), emulator.endpoint, tmp_path)
        assert '"Account": "111122223333"' in output

    def test_reference_is_generated(self, tmp_path: Path) -> None:
        """Each reference page in the table of contents is generated from the code."""
        command = [sys.executable, str(ROOT / "scripts/generate_reference"), str(tmp_path)]
        subprocess.run(command, check=True, capture_output=True)
        listed = re.findall(r"^reference/(.+)$", (DOCS / "index.md").read_text(), re.MULTILINE)
        assert sorted(path.stem for path in tmp_path.iterdir()) == sorted(listed)

    def test_policies_in_ci_are_imported_and_decide(
        self, own_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The commands import an organization and decide calls, and the job fails once a policy is missing."""
        page, folder = DOCS / "policies-in-ci.md", copy_of("policies-in-ci", tmp_path)
        world = Emulator(own_server).world()
        world.load_scenario("landing-zone")
        organizations = world.client("organizations", account="111122223333")
        (root,) = organizations.list_roots()["Roots"]
        units = organizations.list_organizational_units_for_parent(ParentId=root["Id"])["OrganizationalUnits"]
        (sandbox,) = (unit["Id"] for unit in units if unit["Name"] == "Sandbox")
        organizations.detach_policy(PolicyId="p-FullAWSAccess", TargetId=sandbox)
        monkeypatch.setenv("AWS_ENDPOINT_URL", own_server)  # It takes the place of AWS.
        output = run_shell(code_of(page, "sh"), own_server, folder)
        (simulated,) = code_of(page, "text")
        assert simulated in output
        assert "decided by  SERVICE_CONTROL_POLICY" in output
        (original,), (copy,) = (each.scenario()["organizations"] for each in (world, world.emulator.world("policies")))
        assert copy["units"] == original["units"]
        assert copy["detached"] == original["detached"] == [{"policy": "FullAWSAccess", "targets": ["Sandbox"]}]
        assert [policy["attach"] for policy in copy["policies"]] == [["root"], ["Workloads", "Sandbox"]]
        monkeypatch.delenv("AWS_ENDPOINT_URL")
        assert run_pytest(code_of(page, "python"), folder) == 6

        (workflow,) = code_of(page, "yaml")
        (*_, step) = yaml.safe_load(workflow)["jobs"]["policies"]["steps"]
        imported = folder / "organization.json"
        assert run_in(folder, shlex.split(step["run"])).returncode == 0
        imported.write_text(imported.read_text().replace("organizations:LeaveOrganization", "organizations:Leave"))
        assert run_in(folder, shlex.split(step["run"])).returncode == 1

    def test_scenario_example_loads(self) -> None:
        """The scenarios on the page about scenarios can be loaded."""
        worlds = [
            load_scenario(Scenario.model_validate(yaml.safe_load(document)))
            for document in code_of(DOCS / "scenarios.md", "yaml")
        ]
        (organization,) = worlds[0].state.organizations.values()
        assert len(organization.members) == 3

    def test_coverage_counts_operations(self) -> None:
        """The numbers of emulated operations on the coverage page are those of the code."""
        rows = dict(re.findall(r"^\| ([\w ]+) \| (\d+ of \d+) \|", (DOCS / "coverage.md").read_text(), re.MULTILINE))
        assert rows == {
            profile.title: f"{len(handlers(name))} of {len(bindings(name).operations) + len(bindings(name).unshaped)}"
            for name, profile in PROFILES.items()
        }
