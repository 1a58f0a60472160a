"""The settings of `serve`: switches, environment variables and the configuration file."""

import json
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from artifact_emulator.cli.main import create_parser, main
from artifact_emulator.cli.options import CommandFailed
from artifact_emulator.cli.serve_options import SETTINGS
from artifact_emulator.cli.settings import Resolved, Setting, resolve
from artifact_emulator.cli.variables import warnings
from artifact_emulator.testing.client import Emulator
from tests.support.command_line import failed_command
from tests.support.dockerfile import ROOT
from tests.support.documentation import code_of
from tests.support.server_process import SERVE_COMMAND, clean_environment, server_process

FILE = """
port = 4799
explain = true
allow-host = ["first.example", "second.example"]
creation-delay = 2.5
strict-mode = true
throttle = "aws"

[quota]
accounts_per_organization = 10

[quota.iam]
RolesPerAccount = 3
"""


def resolved(*switches: str, **variables: str) -> dict[str, Resolved]:
    """Return the settings for switches and environment variables, whose names lack their prefix."""
    environ = {f"ARTIFACT_EMULATOR_{name}": value for name, value in variables.items()}
    return resolve(SETTINGS, create_parser().parse_args(["serve", *switches]), environ)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A configuration file."""
    path = tmp_path / "emulator.toml"
    path.write_text(FILE)
    return path


class TestSources:
    """The sources of a value and their order."""

    @pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: str(setting.name))
    def test_default_is_used_without_any_source(self, setting: Setting) -> None:
        """Each setting has its default, and says so."""
        assert resolved()[setting.name][::2] == (setting.default, "default")

    def test_switch_overrides_variable_and_variable_overrides_file(self, file: Path) -> None:
        """The nearest source wins, for the host of a file, the port of a variable and the delay of a switch."""
        settings = resolved("--creation-delay", "1", PORT="4711", CREATION_DELAY="9", CONFIG=str(file))
        assert settings["port"] == (4711, "4711", "ARTIFACT_EMULATOR_PORT")
        assert settings["creation-delay"] == (timedelta(seconds=1), "1", "--creation-delay")
        assert settings["throttle"] == ("aws", "aws", str(file))

    def test_file_has_flags_lists_tables_and_numbers(self, file: Path) -> None:
        """Every kind of setting has its natural form in the file."""
        settings = {name: setting.value for name, setting in resolved("--config", str(file)).items()}
        assert settings["explain"] is True
        assert settings["allow-host"] == ["first.example", "second.example"]
        assert settings["creation-delay"] == timedelta(seconds=2.5)
        assert settings["strict-mode"] == ""
        assert settings["quota"] == [("accounts_per_organization", 10), ("iam.RolesPerAccount", 3)]

    def test_example_of_the_guide_is_valid(self, tmp_path: Path) -> None:
        """The file in docs/configuration.md has settings of every kind."""
        path = tmp_path / "emulator.toml"
        path.write_text(code_of(ROOT / "docs/configuration.md", "toml")[0])
        settings = resolved("--config", str(path))
        assert settings["quota"].value == [("accounts_per_organization", 10), ("iam.RolesPerAccount", 3)]
        assert settings["limit"].value == [("worlds", 100)]

    def test_variable_has_flags_and_lists(self) -> None:
        """A flag is true or false, several values are separated by commas, and an empty variable counts as unset."""
        settings = resolved(EXPLAIN="yes", QUOTA="accounts_per_organization=10, iam.RolesPerAccount=3", PORT="")
        assert settings["explain"].value is True
        assert settings["quota"].value == [("accounts_per_organization", 10), ("iam.RolesPerAccount", 3)]
        assert settings["port"].origin == "default"

    def test_switch_turns_flag_of_variable_off(self) -> None:
        """Each flag has a negative switch."""
        assert resolved("--no-explain", EXPLAIN="1")["explain"] == (False, "false", "--explain")


class TestMistakes:
    """Values and names that are wrong."""

    @pytest.mark.parametrize(
        ("variables", "message"),
        [
            ({"PORT": "http"}, "ARTIFACT_EMULATOR_PORT: port: 'http' is not a port number"),
            ({"EXPLAIN": "perhaps"}, "ARTIFACT_EMULATOR_EXPLAIN: 'perhaps' is not true or false"),
            ({"THROTTLE": "awz"}, "did you mean aws?"),
            ({"QUOTA": "account_per_organization=1"}, "did you mean accounts_per_organization?"),
            ({"CONFIG": "missing.toml"}, "missing.toml: No such file"),
        ],
    )
    def test_variable_is_named(self, variables: dict[str, str], message: str) -> None:
        """The error names the variable and what it may be."""
        with pytest.raises(CommandFailed) as failure:
            resolved(**variables)
        assert message in str(failure.value)

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ("prt = 1", "there is no setting prt; did you mean port?"),
            ("port = [1]", "port is one value"),
            ("port = 99999", "'99999' is not a port number"),
            ("explain = 'yes'", "explain is true or false"),
            ("allow-host = 'a'", "allow-host is a list"),
            ("quota = 3", "quota is a table"),
            ("[quota]\naccounts_per_organization = 'x'", "'x' is not a natural number"),
            ("port = ", "is not valid TOML: Invalid value"),
            ("[quota]\naccount_per_organization = 1", "did you mean accounts_per_organization?"),
        ],
    )
    def test_file_is_named(self, tmp_path: Path, content: str, message: str) -> None:
        """The error names the file and what is wrong in it."""
        path = tmp_path / "wrong.toml"
        path.write_text(content)
        with pytest.raises(CommandFailed) as failure:
            resolved("--config", str(path))
        assert str(failure.value).startswith(str(path))
        assert message in str(failure.value)

    def test_command_fails_with_one_line(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The command exits with status 2 and the error."""
        assert failed_command(capsys, "serve", "--config", "missing.toml")[0] == 2


LINKS = {
    "ARTIFACT_EMULATOR_PORT": "tcp://10.0.0.1:4700",
    "ARTIFACT_EMULATOR_PORT_4700_TCP": "tcp://10.0.0.1:4700",
    "ARTIFACT_EMULATOR_PORT_4700_TCP_ADDR": "10.0.0.1",
    "ARTIFACT_EMULATOR_PORT_4700_TCP_PORT": "4700",
    "ARTIFACT_EMULATOR_PORT_4700_TCP_PROTO": "tcp",
    "ARTIFACT_EMULATOR_SERVICE_HOST": "10.0.0.1",
    "ARTIFACT_EMULATOR_SERVICE_PORT": "4700",
    "ARTIFACT_EMULATOR_SERVICE_PORT_HTTP": "4700",
    "ARTIFACT_EMULATOR_TEST_PORT": "tcp://10.0.0.2:80",
}
"""What Kubernetes sets for the Services `artifact-emulator` and `artifact-emulator-test`."""


class TestVariables:
    """Variables that are not settings."""

    def warnings(self, **environ: str) -> list[str]:
        """Return the warnings for an environment."""
        return list(warnings((setting.variable for setting in SETTINGS), environ))

    def test_misspelled_variable_has_a_warning_with_the_closest_name(self) -> None:
        """An unknown variable is named; those that are not the emulator's are not."""
        (text,) = self.warnings(ARTIFACT_EMULATOR_PROT="5311", ARTIFACT_EMULATOR_PORT="5311", PROT="1")
        assert text == "ARTIFACT_EMULATOR_PROT is ignored: there is no setting PROT; did you mean PORT?"

    def test_every_variable_that_the_package_names_is_known(self) -> None:
        """The variables that are read elsewhere, such as that of tracebacks, have no warning."""
        sources = (path.read_text("utf-8") for path in (ROOT / "emulator/artifact_emulator").rglob("*.py"))
        names = {name for source in sources for name in re.findall(r"ARTIFACT_EMULATOR_[A-Z_]*[A-Z]", source)}
        assert {"ARTIFACT_EMULATOR_TRACEBACKS", "ARTIFACT_EMULATOR_READY_FILE"} <= names
        assert self.warnings(**dict.fromkeys([*names, "ARTIFACT_EMULATOR_CONFIG"], "1")) == []

    def test_service_links_of_kubernetes_are_ignored(self) -> None:
        """The server keeps its port, and one warning says how to avoid the variables."""
        names = {name.removeprefix("ARTIFACT_EMULATOR_"): text for name, text in LINKS.items()}
        assert resolved(**names)["port"] == (4700, "4700", "default")
        (text,) = self.warnings(**LINKS)
        assert text.startswith("ARTIFACT_EMULATOR_PORT=tcp://10.0.0.1:4700 is ignored")
        assert "`enableServiceLinks: false`" in text

    def test_warning_goes_to_standard_error(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """`--show-config` warns beside its output."""
        monkeypatch.setenv("ARTIFACT_EMULATOR_PROT", "5311")
        assert main(["serve", "--show-config"]) == 0
        assert capsys.readouterr().err.startswith("artifact-emulator: warning: ARTIFACT_EMULATOR_PROT is ignored")


class TestShowConfig:
    """`serve --show-config`."""

    def test_value_and_origin_are_printed(self, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Each setting stands in a line with its value and origin; nothing is served."""
        assert main(["serve", "--show-config", "--config", str(file), "--grace", "7"]) == 0
        lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
        assert lines.keys() == {setting.name for setting in SETTINGS}
        assert lines["port"].split() == ["4799", str(file)]
        assert lines["grace"].split() == ["7", "--grace"]
        assert lines["host"].split() == ["localhost", "default"]

    def test_output_is_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        """With --json the output is an object."""
        assert main(["serve", "--show-config", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["port"] == {"value": "4700", "origin": "default"}


class TestServer:
    """What a server does with its settings."""

    def test_ready_file_leads_other_commands_to_server(self, tmp_path: Path) -> None:
        """`wait` and `health` find the server by its ready file, which ends with the server."""
        file = tmp_path / "ready.json"
        settings = clean_environment(ARTIFACT_EMULATOR_READY_FILE=str(file))
        waiting = subprocess.Popen(command("wait"), env=settings, stdout=subprocess.PIPE, text=True)
        with server_process(command("serve"), cwd=tmp_path, env=settings) as server:
            assert f":{server.port}" in waiting.communicate(timeout=30)[0]
            health = subprocess.run(command("health"), env=settings, capture_output=True, text=True, check=True)
            assert f"answers at http://127.0.0.1:{server.port}" in health.stdout
            assert server.stop() == 0
        assert not file.exists()
        ended = subprocess.run(command("health"), env=settings, capture_output=True, text=True, check=False)
        assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)

    def test_wait_ends_at_its_timeout(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Without a server, `wait` fails after the time that it was given."""
        status, error = failed_command(capsys, "wait", "--timeout", "0", "--endpoint", "http://127.0.0.1:1")
        assert (status, "no emulator answered in 0 seconds" in error) == (1, True)

    def test_request_log_has_operation_caller_and_status(self, tmp_path: Path) -> None:
        """Each call and each request of the control API is one line of JSON on standard error."""
        log = tmp_path / "log"
        with log.open("w") as stream:
            options = [*SERVE_COMMAND, "--request-log", "--log-format", "json"]
            with server_process(options, cwd=tmp_path, env=clean_environment(), stderr=stream) as server:
                emulator = Emulator(f"http://127.0.0.1:{server.port}")
                with pytest.raises(ClientError):
                    emulator.world("mine").client("organizations", "111122223333").list_roots()
                emulator.worlds()
                emulator.close()
                assert server.stop() == 0
        call, request = (json.loads(line) for line in log.read_text().splitlines())
        assert call["operation"] == "ListRoots"
        assert call["caller"] == "arn:aws:iam::111122223333:root"
        assert (call["status"], call["error"], call["world"]) == (400, "AWSOrganizationsNotInUseException", "mine")
        assert (request["method"], request["path"], request["status"]) == ("GET", "/_emulator/worlds", 200)
        assert all(line["milliseconds"] >= 0 for line in (call, request))

    def test_server_on_all_networks_names_an_address_and_warns(self, tmp_path: Path) -> None:
        """The ready line has an address of this machine; warnings are lines of the log, one for the missing token."""
        log = tmp_path / "log"
        environment = clean_environment(ARTIFACT_EMULATOR_PROT="1")
        command = [*SERVE_COMMAND, "--host", "0.0.0.0", "--log-format", "json"]
        with log.open("w") as stream, server_process(command, env=environment, stderr=stream) as server:
            assert server.host == "127.0.0.1"
            assert server.stop() == 0
        variable, open_to_all = (json.loads(line)["message"] for line in log.read_text().splitlines())
        assert "did you mean PORT?" in variable
        assert "0.0.0.0 without --control-token" in open_to_all

    @pytest.mark.parametrize("options", [[], ["--host", "0.0.0.0", "--control-token", "t" * 32]], ids=str)
    def test_server_without_strangers_warns_of_nothing(self, tmp_path: Path, options: list[str]) -> None:
        """Neither a server of this machine only nor one with a token has a warning."""
        log = tmp_path / "log"
        with (
            log.open("w") as stream,
            server_process([*SERVE_COMMAND, *options], env=clean_environment(), stderr=stream) as server,
        ):
            assert server.stop() == 0
        assert log.read_text() == ""


class TestCompletion:
    """`completion`."""

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "tcsh", "powershell"])
    def test_script_knows_commands_and_options(self, shell: str, capsys: pytest.CaptureFixture[str]) -> None:
        """The script completes the commands and the options of `serve`."""
        assert main(["completion", shell]) == 0
        script = capsys.readouterr().out
        assert "artifact-emulator" in script
        assert "snapshot" in script
        assert "creation-delay" in script or shell == "tcsh"  # tcsh completes the names of commands only.

    def test_script_is_valid_in_bash(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Bash reads the script without an error."""
        assert main(["completion", "bash"]) == 0
        script = capsys.readouterr().out
        assert subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True, check=True).stderr == ""

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            ("serve --scenario org", "organization"),
            ("serve --scenario ver", "version.py"),
            ("scenario load land", "landing-zone"),
            ("faults set org", "organizations"),
            ("clock --world here", "here-too"),
            ("worlds ma", ""),
        ],
    )
    def test_bash_completes_values(
        self, words: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Scenarios, files, services and the running emulator's worlds are completed, and old names are not."""
        assert main(["completion", "bash"]) == 0
        script = (
            f"artifact-emulator() {{ printf 'default  1\\nhere-too  2\\n'; }}\n{capsys.readouterr().out}"
            f"COMP_WORDS=(artifact-emulator {words}) COMP_CWORD={len(words.split())}\n"
            '_shtab_artifact_emulator; echo "${COMPREPLY[@]}"'
        )
        (tmp_path / "version.py").touch()
        run = subprocess.run(["bash", "-c", script], cwd=tmp_path, text=True, capture_output=True, check=True)
        assert (run.stdout.strip(), run.stderr) == (expected, "")

    @pytest.mark.parametrize("shell", ["zsh", "fish"])
    def test_script_is_valid_in_other_shell(self, shell: str, capsys: pytest.CaptureFixture[str]) -> None:
        """The shell, if it is installed, reads the script without an error."""
        if shutil.which(shell) is None:
            pytest.skip(f"needs {shell}")
        assert main(["completion", shell]) == 0
        script = capsys.readouterr().out
        assert subprocess.run([shell, "-n"], input=script, text=True, capture_output=True, check=True).stderr == ""


def command(name: str) -> list[str]:
    """Return the words of a command."""
    return [*SERVE_COMMAND[:-1], name]
