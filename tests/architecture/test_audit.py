"""`scripts/audit`: what it makes of the answers of pip-audit and pip-licenses."""

import json
from pathlib import Path

import pytest

from supply_chain import licenses, vulnerabilities

VULNERABLE = {"name": "flask", "version": "0.1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["0.2", "0.3"]}]}
SKIPPED = {"name": "segno", "skip_reason": "not found"}
SOUND = {"name": "segno", "version": "1.6", "vulns": []}


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a project with one lock."""
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks/run.txt").write_text("flask==0.1 \\\n    --hash=sha256:00\nsegno==1.6\nfpdf2==2.8\n")
    monkeypatch.chdir(tmp_path)


def install(program: str, output: str) -> None:
    """Install a program that prints a text."""
    path = Path(".venv/supply-chain/bin", program)
    path.parent.mkdir(parents=True)
    Path("output").write_text(output)
    path.write_text('#!/bin/sh\ncat output\necho "no network" >&2\n')
    path.chmod(0o755)


class TestVulnerabilities:
    """Known vulnerabilities."""

    def test_vulnerability_is_reported_with_its_fixes(self) -> None:
        """A known vulnerability is a finding that names the releases without it."""
        install("pip-audit", json.dumps({"dependencies": [VULNERABLE, SOUND]}))
        assert vulnerabilities.known() == ["flask 0.1 has PYSEC-1, which 0.2 or 0.3 fixes."]

    def test_package_that_is_not_audited_is_named(self, capsys: pytest.CaptureFixture[str]) -> None:
        """A single package that cannot be looked up hides no finding, and is named."""
        install("pip-audit", json.dumps({"dependencies": [VULNERABLE, SKIPPED]}))
        assert vulnerabilities.known()
        assert capsys.readouterr().out == "Not audited: segno: not found\n"

    @pytest.mark.parametrize("output", ["", json.dumps({"dependencies": [SKIPPED]})])
    def test_data_out_of_reach_is_not_a_clean_result(self, output: str) -> None:
        """Without the data there is no result, neither a finding nor its absence."""
        install("pip-audit", output)
        with pytest.raises(vulnerabilities.Unreachable, match=r"no network|segno: not found"):
            vulnerabilities.known()


class TestLicenses:
    """Licenses of dependencies."""

    @pytest.mark.parametrize(
        ("name", "license_name", "findings"),
        [("flask", "BSD-3-Clause", 0), ("flask", "AGPL-3.0-only", 1), ("flask", "UNKNOWN", 1)],
    )
    def test_license_is_allowed_or_found(self, name: str, license_name: str, findings: int) -> None:
        """A license outside of the list is a finding, and so is an unknown one."""
        install("pip-licenses", f'"Name","Version","License"\n"{name}","0.1","{license_name}"\n')
        assert len(list(licenses.not_allowed())) == findings

    def test_locked_packages_are_read(self) -> None:
        """Each package of the lock is looked at."""
        assert licenses.locked() == ["flask", "segno", "fpdf2"]
