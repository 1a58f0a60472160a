"""Test suites of a user of the pytest plugin, and runs of them in their own process."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from xml.etree import ElementTree as ET

CONFTEST = 'pytest_plugins = ["artifact_emulator.pytest_plugin"]\n'


class SuiteRun:
    """A finished run of a suite with one file per name, and the outcomes of its tests."""

    def __init__(self, folder: Path, suites: dict[str, str], *options: str) -> None:
        (folder / "conftest.py").write_text(CONFTEST)
        for name, source in suites.items():
            (folder / f"test_{name}.py").write_text(dedent(source))
        report = folder / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--rootdir={folder}"]
        result = subprocess.run(
            [*command, f"--junitxml={report}", *options, str(folder)],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
        )
        self.status = result.returncode
        self.output = result.stdout + result.stderr
        self._cases = list(ET.parse(report).iter("testcase")) if report.exists() else []

    def passed(self, name: str) -> int:
        """Return the number of tests in a file, all of which must pass."""
        cases = [case for case in self._cases if f"test_{name}" in case.get("classname", "").split(".")]
        problems = [problem.text for case in cases for problem in case if problem.tag in ("failure", "error")]
        assert problems == []
        assert cases, self.output
        return len(cases)

    def failure(self, test: str) -> str:
        """Return the text of the error or failure of a test."""
        (case,) = (case for case in self._cases if case.get("name") == test)
        (problem,) = (problem for problem in case if problem.tag in ("failure", "error"))
        return f"{problem.get('message')}\n{problem.text}"


SUITES = {
    "environment": """
        import boto3

        def test_application_code(artifact_world, artifact_emulator):
            boto3.client("organizations").create_organization()
            organization = artifact_world.client("organizations").describe_organization()["Organization"]
            assert organization["MasterAccountId"] == "123456789012"
            assert artifact_world.name in artifact_emulator.worlds()
    """,
    "clock_and_snapshots": """
        from datetime import UTC, datetime, timedelta

        def test_clock(artifact_world):
            artifact_world.freeze(datetime(2026, 1, 1, tzinfo=UTC))
            artifact_world.advance(timedelta(days=1))
            assert artifact_world.now() == datetime(2026, 1, 2, tzinfo=UTC)
            artifact_world.resume()
            assert artifact_world.now() > datetime(2026, 1, 2, tzinfo=UTC)

        def test_snapshots(artifact_world):
            organizations = artifact_world.client("organizations")
            artifact_world.save_snapshot("empty")
            organizations.create_organization()
            fork = artifact_world.fork(artifact_world.name + "-fork")
            artifact_world.restore_snapshot("empty")
            assert artifact_world.snapshots() == ["empty"]
            fork.client("organizations").describe_organization()
            fork.delete()
            organizations.create_organization()
    """,
    "scenario": """
        import pytest

        @pytest.mark.artifact_scenario("agreement-accepted")
        def test_built_in(artifact_world):
            artifact = artifact_world.client("artifact", account="222233334444")
            assert len(artifact.list_customer_agreements()["customerAgreements"]) == 1
            artifact_world.client("organizations", "111122223333").remove_account_from_organization(
                AccountId="222233334444"
            )
            artifact_world.reset()
            assert len(artifact.list_customer_agreements()["customerAgreements"]) == 1

        @pytest.mark.artifact_scenario("mine.yaml")
        def test_file(artifact_world):
            assert [account["name"] for account in artifact_world.scenario()["accounts"]] == ["Zero"]

        @pytest.mark.artifact_scenario("landing-zone")
        def test_in_process(artifact_emulation):
            assert len(artifact_emulation.world.state.memberships) == 9
    """,
    "control": """
        from datetime import timedelta
        import pytest

        def test_quota(artifact_world):
            artifact_world.set_quotas({"accounts_per_organization": 1})
            assert artifact_world.quotas()["accounts_per_organization"] == 1
            organizations = artifact_world.client("organizations")
            organizations.create_organization()
            with pytest.raises(organizations.exceptions.ConstraintViolationException):
                organizations.create_account(Email="a@example.com", AccountName="A")

        def test_report(artifact_world):
            report = artifact_world.publish_report(name="Mine", series="SOC")
            metadata = artifact_world.client("artifact").get_report_metadata(reportId=report["id"])
            assert metadata["reportDetails"]["name"] == "Mine"

        def test_offline_agreement(artifact_world):
            signed = artifact_world.sign_offline("111122223333")
            artifact = artifact_world.client("artifact", "111122223333")
            (agreement,) = artifact.list_customer_agreements()["customerAgreements"]
            assert agreement["id"] == signed["id"]
            assert artifact_world.terminate_by_aws(signed["id"])["state"] == "AWS_TERMINATED"
            assert artifact.list_customer_agreements()["customerAgreements"] == []

        def test_delay(artifact_world):
            assert artifact_world.set_delays(inquiry=60)["inquiry"] == 60
            artifact = artifact_world.client("artifact")
            artifact.create_compliance_inquiry(name="Mine", inquiryContent={"query": "Which SOC report?"})
            assert artifact.list_compliance_inquiries()["complianceInquiries"][0]["status"] == "PROCESSING"
            artifact_world.advance(timedelta(seconds=60))
            assert artifact.list_compliance_inquiries()["complianceInquiries"][0]["status"] == "COMPLETED"
    """,
    "account": """
        import boto3
        import pytest

        def caller():
            return boto3.client("sts").get_caller_identity()["Account"]

        @pytest.mark.artifact_account("111122223333")
        @pytest.mark.artifact_scenario("artifact-enabled")
        class TestOnboarding:
            @pytest.mark.parametrize("fixture", ["artifact_world", "artifact_emulation"])
            def test_calls(self, fixture, request):
                world = request.getfixturevalue(fixture)
                assert caller() == "111122223333"
                assert len(boto3.client("organizations").list_accounts()["Accounts"]) == 3
                with world.as_account("222233334444"):
                    assert caller() == "222233334444"
                assert caller() == "111122223333"
                session = world.session("222233334444", role="OrganizationAccountAccessRole", by="111122223333")
                assert session.client("sts").get_caller_identity()["Account"] == "222233334444"
    """,
    "module_fixture": """
        import boto3
        import pytest

        @pytest.fixture(scope="module")
        def no_world_remains(artifact_emulator):
            yield
            assert artifact_emulator.worlds() == ["default"]

        @pytest.fixture(scope="module")
        def landing_zone(no_world_remains, artifact_emulator):
            with artifact_emulator.new_world("landing-zone") as world, world.as_account("111122223333"):
                yield world

        def test_first(landing_zone):
            boto3.client("organizations").create_account(Email="new@example.com", AccountName="New")

        def test_second(landing_zone, artifact_emulator):
            accounts = boto3.client("organizations").list_accounts()["Accounts"]
            assert "new@example.com" in {account["Email"] for account in accounts}
            assert landing_zone.name in artifact_emulator.worlds()
    """,
    "strictness": """
        import pytest

        @pytest.mark.artifact_scenario("landing-zone")
        @pytest.mark.artifact_account("111122223333")
        def test_pages(artifact_world):
            organizations = artifact_world.client("organizations", "111122223333")
            accounts = organizations.list_accounts()["Accounts"]
            artifact_world.set_strict_mode("seed")
            pages = organizations.get_paginator("list_accounts").paginate()
            assert len(list(pages)) > 1
            artifact_world.set_strict_mode(on=False)
            assert organizations.list_accounts()["Accounts"] == accounts

        def test_rates(artifact_world):
            artifact_world.throttle()
            assert artifact_world.request("GET", "throttling") == {"mode": "aws"}
            artifact_world.throttle(on=False)
            assert artifact_world.request("GET", "throttling") == {"mode": "off"}
    """,
    "early_client": """
        import boto3
        import pytest

        EARLY = boto3.client(
            "organizations", region_name="us-east-1", aws_access_key_id="AKIAREAL", aws_secret_access_key="real"
        )

        def test_with_server(artifact_world):
            with pytest.raises(RuntimeError, match="would have gone to AWS itself"):
                EARLY.describe_organization()

        def test_in_process(artifact_emulation):
            EARLY.create_organization()
    """,
    "emulation": """
        import boto3
        import pytest

        @pytest.mark.parametrize("number", range(3))
        def test_empty_world(artifact_emulation, number):
            boto3.client("organizations").create_organization()
            assert len(artifact_emulation.world.state.organizations) == 1
    """,
}
