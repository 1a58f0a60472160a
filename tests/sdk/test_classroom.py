"""The command `classroom`: worlds, tokens and links for a class, from one command."""

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from artifact_emulator.access_tokens import world_token
from artifact_emulator.classroom.students import named, numbered
from artifact_emulator.cli.main import main
from artifact_emulator.testing.client import ControlError, Emulator
from tests.support.command_line import command_output, failed_command
from tests.support.server_process import SERVE_COMMAND, ServerProcess, clean_environment, server_process

CLASSROOM = [*SERVE_COMMAND[:-1], "classroom"]
TOKEN = "the-token-of-a-teacher"
LOCAL = ("--host", "127.0.0.1", "--json")


def handed_out(server: ServerProcess) -> Any:
    """Return the links that a server has printed as JSON after its ready line."""
    assert server.process.stdout
    return json.loads(server.process.stdout.readline())


def organizations(endpoint: str, secret: str) -> Any:
    """Return a client of the management account of the scenario `organization`."""
    return boto3.client(
        "organizations",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="111122223333",
        aws_secret_access_key=secret,
        config=Config(retries={"total_max_attempts": 1}, proxies={}),
    )


def opens(link: str) -> bool:
    """Return whether a link leads into its console, as a browser follows it."""
    page, _, token = link.partition("#")
    with requests.Session() as browser:
        browser.trust_env = False
        csrf = re.search(r'name="csrf" value="([^"]+)"', browser.get(page, timeout=15).text)
        assert csrf
        reply = browser.post(page, data={"csrf": csrf[1], "token": token}, timeout=15)
    return reply.status_code == 200 and "artifact-emulator</a>" in reply.text


@pytest.mark.xdist_group("classroom")
class TestCommand:
    """The command serves a class."""

    def test_thirty_worlds_from_one_command(self) -> None:
        """Each of 30 students has a world with the scenario; each link opens it, and each token is its secret."""
        command = [*CLASSROOM, "30", "--scenario", "organization", *LOCAL]
        with server_process(command, env=clean_environment()) as server:
            sheet = handed_out(server)
            assert len({student["link"] for student in sheet["students"]}) == 30
            for student in sheet["students"]:
                client = organizations(student["endpoint"], student["token"])
                assert client.describe_organization()["Organization"]["MasterAccountId"] == "111122223333"
            assert all(opens(student["link"]) for student in (sheet["students"][0], sheet["students"][-1]))
            assert opens(sheet["teacher"]["link"])
            first, second = sheet["students"][:2]
            with pytest.raises(ClientError, match="signature"):
                organizations(second["endpoint"], first["token"]).describe_organization()
            assert not opens(first["link"].partition("#")[0] + "#" + second["token"])

    def test_restart_keeps_worlds_and_links(self, tmp_path: Path) -> None:
        """With a data directory, the same links open the same worlds afterwards, also with `serve`."""
        directory = str(tmp_path / "class")
        with server_process([*CLASSROOM, "2", "--data-dir", directory, *LOCAL], env=clean_environment()) as server:
            before = handed_out(server)
            student = before["students"][0]
            created = organizations(student["endpoint"], student["token"]).create_organization()["Organization"]["Id"]
            assert server.stop() == 0
        with server_process([*CLASSROOM, "3", "--data-dir", directory, *LOCAL], env=clean_environment()) as server:
            after = handed_out(server)
            kept = organizations(after["students"][0]["endpoint"], student["token"])
            assert kept.describe_organization()["Organization"]["Id"] == created
            assert [s["token"] for s in after["students"][:2]] == [s["token"] for s in before["students"]]
            assert server.stop() == 0
        with server_process([*SERVE_COMMAND, "--data-dir", directory], env=clean_environment()) as server:
            endpoint = f"http://127.0.0.1:{server.port}"
            with pytest.raises(ControlError, match="needs the token"):
                Emulator(endpoint).worlds()
            assert len(Emulator(endpoint, control_token=before["teacher"]["token"]).worlds()) == 4

    def test_token_is_readable_by_its_owner_only(self, tmp_path: Path) -> None:
        """The token in the data directory and the sheets are private files."""
        sheet = tmp_path / "class.csv"
        command = [*CLASSROOM, "1", "--data-dir", str(tmp_path / "class"), "--sheet", str(sheet), *LOCAL]
        with server_process(command, env=clean_environment()) as server:
            handed_out(server)
            files = (sheet, tmp_path / "class" / "control-token")
            if sys.platform != "win32":
                assert [file.stat().st_mode & 0o077 for file in files] == [0, 0]

    def test_settings_for_programs_need_the_token(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """`env` and `profiles` fail without the token, warn of a wrong one, and have it as secret otherwise."""
        with server_process(SERVE_COMMAND, env=clean_environment(ARTIFACT_EMULATOR_CONTROL_TOKEN=TOKEN)) as server:
            endpoint = f"http://127.0.0.1:{server.port}"
            for command in (["env", "--account", "111122223333"], ["profiles"]):
                monkeypatch.delenv("ARTIFACT_EMULATOR_CONTROL_TOKEN", raising=False)
                status, error = failed_command(capsys, *command, "--endpoint", endpoint)
                assert (status, "ARTIFACT_EMULATOR_CONTROL_TOKEN" in error) == (1, True)
                monkeypatch.setenv("ARTIFACT_EMULATOR_CONTROL_TOKEN", TOKEN)
                Emulator(endpoint, control_token=TOKEN).world().load_scenario("organization")
                assert TOKEN in command_output(capsys, *command, "--endpoint", endpoint)
            monkeypatch.setenv("ARTIFACT_EMULATOR_CONTROL_TOKEN", "wrong" * 5)
            assert main(["env", "--account", "111122223333", "--endpoint", endpoint]) == 0
            assert "warning: The token does not open the world" in capsys.readouterr().err

    def test_settings_for_programs_have_the_token_of_the_world(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """`env` and `profiles` print the world's own token; for the default world, they warn of the control token."""
        with server_process(SERVE_COMMAND, env=clean_environment(ARTIFACT_EMULATOR_CONTROL_TOKEN=TOKEN)) as server:
            endpoint, own = f"http://127.0.0.1:{server.port}", world_token(TOKEN, "team")
            monkeypatch.setenv("ARTIFACT_EMULATOR_CONTROL_TOKEN", TOKEN)
            for name in ("default", "team"):
                Emulator(endpoint, control_token=TOKEN).world(name).load_scenario("organization")
            for command in (["env", "--account", "111122223333"], ["profiles"]):
                assert main([*command, "--endpoint", f"{endpoint}/worlds/team"]) == 0
                output, errors = capsys.readouterr()
                assert (own in output, TOKEN in output, errors) == (True, False, "")
                assert main([*command, "--endpoint", endpoint]) == 0
                output, errors = capsys.readouterr()
                assert TOKEN in output
                assert "warning: the secret is the control token, which opens all worlds" in errors
            assert organizations(f"{endpoint}/worlds/team", own).describe_organization()
            # A student has the token of a world, from which none is derived.
            monkeypatch.setenv("ARTIFACT_EMULATOR_CONTROL_TOKEN", own)
            command = ["env", "--account", "111122223333", "--endpoint", endpoint, "--world", "team"]
            assert main(command) == 0
            assert own in capsys.readouterr().out
            monkeypatch.setenv("ARTIFACT_EMULATOR_CONTROL_TOKEN", TOKEN)
            assert main(["env", "--account", "111122223333", "--endpoint", "http://127.0.0.1:1"]) == 0
            assert "without a reply of the emulator" in capsys.readouterr().err

    def test_doctor_finds_a_secret_that_is_not_a_token(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """With tokens, `doctor` signs a call with the secret: another one is a problem, which `env` corrects."""
        with server_process(SERVE_COMMAND, env=clean_environment(ARTIFACT_EMULATOR_CONTROL_TOKEN=TOKEN)) as server:
            endpoint = f"http://127.0.0.1:{server.port}/worlds/team"
            monkeypatch.setenv("ARTIFACT_EMULATOR_CONTROL_TOKEN", TOKEN)
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", "111122223333")
            for secret, is_accepted in (("x", False), ("", False), (world_token(TOKEN, "team"), True), (TOKEN, True)):
                monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
                main(["doctor", "--endpoint", endpoint])
                output = capsys.readouterr().out
                assert ("credentials: the root user of 111122223333" in output) is is_accepted
                assert ("problem  credentials: AWS_SECRET_ACCESS_KEY is not the token" in output) is not is_accepted

    def test_running_emulator_gets_the_worlds_that_it_lacks(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """With --endpoint, worlds are added to an emulator, and those that exist are left as they are."""
        environment = clean_environment(ARTIFACT_EMULATOR_CONTROL_TOKEN=TOKEN)
        with server_process(SERVE_COMMAND, env=environment) as server:
            endpoint = f"http://127.0.0.1:{server.port}"
            monkeypatch.setenv("ARTIFACT_EMULATOR_CONTROL_TOKEN", TOKEN)
            sheets = [tmp_path / f"class{suffix}" for suffix in (".html", ".csv", ".txt")]
            names = tmp_path / "names.txt"
            names.write_text("Ada Löw\n\n# absent: Bob\nAda Low\n", "utf-8")
            written = [part for sheet in sheets for part in ("--sheet", str(sheet))]
            common = ["classroom", "--names", str(names), "--endpoint", endpoint]
            assert main([*common, "--scenario", "organization", *written]) == 0
            client = organizations(f"{endpoint}/worlds/ada-low", world_token(TOKEN, "ada-low"))
            client.create_organizational_unit(ParentId=client.list_roots()["Roots"][0]["Id"], Name="Mine")
            before = client.list_organizational_units_for_parent(ParentId=client.list_roots()["Roots"][0]["Id"])
            assert main(common) == 0
            after = client.list_organizational_units_for_parent(ParentId=client.list_roots()["Roots"][0]["Id"])
            assert before["OrganizationalUnits"] == after["OrganizationalUnits"]
            assert Emulator(endpoint, control_token=TOKEN).worlds() == ["default", "ada-low", "ada-low-2"]
            assert main(["demo", "--fast", "--endpoint", endpoint]) == 0
        assert f"{endpoint}/console/join#{TOKEN}" in (output := capsys.readouterr().out)
        assert f"{endpoint}/worlds/demo/console/" in output
        page, table, text = (sheet.read_text("utf-8") for sheet in sheets)
        rows = list(csv.DictReader(table.splitlines()))
        assert [(row["name"], row["world"]) for row in rows] == [("Ada Löw", "ada-low"), ("Ada Low", "ada-low-2")]
        for row in rows:
            assert row["link"] in text
            assert f'href="{row["link"]}"' in page
            for name, value in (("AWS_ENDPOINT_URL", row["endpoint"]), ("AWS_SECRET_ACCESS_KEY", row["token"])):
                assert re.search(rf"(^|>)export {name}={re.escape(value)}(<|$)", page, re.MULTILINE)
        assert page.count("data:image/svg+xml") == 2
        assert TOKEN not in page + table + text

    def test_open_emulator_gets_no_class(self, server: str) -> None:
        """Links with tokens would promise what an emulator without a control token does not keep."""
        command = [*CLASSROOM, "2", "--control-token", TOKEN, "--endpoint", server]
        result = subprocess.run(
            command, env=clean_environment(), capture_output=True, text=True, timeout=60, check=False
        )
        assert result.stderr == f"artifact-emulator: {server} is open to everybody: start it with --control-token\n"
        assert "student-01" not in Emulator(server).worlds()

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ([], "how many students?"),
            (["0"], "'0' is not a number of students from 1 to 5000"),
            (["3", "--names", "{names}"], "has 1 names, not 3"),
            (["--names", "{absent}"], "No such file"),
            (["2", "--sheet", "class.pdf"], "ends with .html, .csv, .txt"),
            (["2", "--sheet", "nowhere/class.html"], "there is no folder 'nowhere' for the sheet"),
            (["2", "--endpoint", "http://127.0.0.1:9"], "If it has none, it is open to everybody"),
            (["2", "--control-token", "short"], "20 to 128 letters"),
            (["2", "--control-token", TOKEN, "--endpoint", "ftp://lab"], "'ftp://lab' is not a URL"),
            (["2", "--control-token", TOKEN, "--endpoint", "http://127.0.0.1:9"], "no reply from"),
            (["2", "--allow-host", "http://lab"], "is not a host name"),
            (["2", "--scenario", "organisation"], "did you mean organization?"),
            (["30", "--limit", "worlds=10"], "10 worlds, the limit"),
        ],
    )
    def test_mistake_is_one_sentence(self, tmp_path: Path, arguments: list[str], message: str) -> None:
        """A mistake is answered with one sentence, which does not repeat a token."""
        names = tmp_path / "names.txt"
        names.write_text("Ada\n")
        filled = [argument.format(names=names, absent=tmp_path / "absent") for argument in arguments]
        command = [*CLASSROOM, *filled, "--port", "0"]
        environment = clean_environment()
        result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert result.returncode != 0
        assert message in result.stderr
        assert len(result.stderr.splitlines()) == 1
        assert "short" not in result.stderr

    def test_configuration_hides_the_token(self, capsys: pytest.CaptureFixture[str]) -> None:
        """--show-config tells where a token comes from, and not what it is; a class is served to all networks."""
        assert main(["classroom", "2", "--control-token", TOKEN, "--show-config"]) == 0
        shown = capsys.readouterr().out
        assert TOKEN not in shown
        assert re.search(r"control-token +\(hidden\) +--control-token", shown)
        assert re.search(r"host +0\.0\.0\.0 +default", shown)

    def test_links_have_the_first_allowed_name(self) -> None:
        """One switch allows a host name and puts it into the links, which work under it."""
        command = [*CLASSROOM, "1", "--allow-host", "*.school.example", "--allow-host", "lab.school.example", *LOCAL]
        with server_process(command, env=clean_environment()) as server:
            sheet = handed_out(server)
            link = sheet["students"][0]["link"]
            assert link.startswith(f"http://lab.school.example:{server.port}/worlds/student-01/console/join#")
            page = f"http://127.0.0.1:{server.port}/worlds/student-01/console/join"
            for host, status in (("lab.school.example", 200), ("b.school.example", 200), ("evil.example", 403)):
                assert requests.get(page, headers={"Host": host}, timeout=15).status_code == status

    def test_request_log_has_no_token(self, tmp_path: Path) -> None:
        """Neither the link nor a call leaves a token in the log."""
        log = tmp_path / "log"
        with (
            log.open("w") as stderr,
            server_process(
                [*CLASSROOM, "1", "--request-log", *LOCAL], env=clean_environment(), stderr=stderr
            ) as server,
        ):
            sheet = handed_out(server)
            student = sheet["students"][0]
            assert opens(student["link"])
            organizations(student["endpoint"], student["token"]).create_organization()
            server.stop()
        text = log.read_text()
        assert "CreateOrganization" in text
        assert "/console/join" in text
        assert student["token"] not in text
        assert sheet["teacher"]["token"] not in text


class TestStudents:
    """The worlds of students."""

    def test_names_become_valid_and_unique_worlds(self) -> None:
        """Accents are left out, other scripts are numbered, and equal names are told apart."""
        students = named(["Zoë O'Brien", "zoe obrien", "Zoë O'Brien", "李雷", "default", "student-04"])
        assert [student.world for student in students] == [
            "zoe-o-brien",
            "zoe-obrien",
            "zoe-o-brien-2",
            "student-04",
            "default-2",
            "student-04-2",
        ]

    def test_list_may_grow_at_its_end(self) -> None:
        """The worlds of the first names do not change."""
        names = ["Ann", "Ben", "Ann"]
        assert named([*names, "Ann"])[:3] == named(names)

    def test_numbers_have_the_same_width(self) -> None:
        """Links are in order when they are sorted."""
        assert [student.world for student in numbered(2)] == ["student-01", "student-02"]
        assert numbered(100)[0].world == "student-001"
