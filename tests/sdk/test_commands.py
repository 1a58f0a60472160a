"""The commands that manage a world of a running emulator, run in this process unless they must be interrupted."""

import json
import re
import signal
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from artifact_emulator.cli.main import main
from artifact_emulator.sdk_models import MODELS
from artifact_emulator.testing.client import Emulator, RemoteWorld
from artifact_emulator.testing.subprocess_server import run_server
from tests.support.command_line import command_json, command_output, failed_command, read_line, running_command
from tests.support.server_process import COMMANDS

MANAGEMENT = "111122223333"


class TestWorlds:
    """`worlds` and `reset`."""

    @pytest.mark.usefixtures("command_world")
    def test_world_is_forked_listed_and_deleted(self, capsys: pytest.CaptureFixture[str]) -> None:
        """A fork has the accounts of its original, and is listed until it is deleted."""
        endpoint = command_output(capsys, "worlds", "create", "copy", "--fork", "commands")
        assert endpoint.endswith("/worlds/copy")
        accounts = {world["name"]: world["accounts"] for world in command_json(capsys, "worlds", "list")["worlds"]}
        assert accounts.keys() >= {"default"}
        assert (accounts["commands"], accounts["copy"]) == (3, 3)
        assert main(["worlds", "create", "copy"]) == 0
        output, errors = capsys.readouterr()
        assert (output, errors) == (f"{endpoint}\n", "artifact-emulator: replaced the world copy\n")
        assert command_json(capsys, "worlds", "create", "copy")["replaced"] is True
        command_output(capsys, "worlds", "delete", "copy")
        assert main(["worlds", "create", "copy"]) == 0
        assert capsys.readouterr().err == ""
        status, error = failed_command(capsys, "worlds", "create", "copy", "--world", "other")
        assert (status, "unknown argument --world" in error) == (2, True)
        command_output(capsys, "worlds", "delete", "copy")
        assert "copy" not in command_output(capsys, "worlds", "list")

    def test_reset_returns_to_scenario(self, command_world: RemoteWorld, capsys: pytest.CaptureFixture[str]) -> None:
        """After a reset the world has the contents of its scenario again."""
        organizations = command_world.client("organizations", MANAGEMENT)
        organizations.disable_aws_service_access(ServicePrincipal="artifact.amazonaws.com")
        command_output(capsys, "reset")
        assert organizations.list_aws_service_access_for_organization()["EnabledServicePrincipals"]

    @pytest.mark.usefixtures("command_world")
    def test_world_begins_with_scenario(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A world is created with a built-in scenario or a file; a misspelled one is refused with the closest."""
        file = tmp_path / "mine.json"
        file.write_text('{"accounts": [{"id": "000011112222", "name": "Zero", "email": "zero@example.com"}]}')
        for scenario, accounts in (
            ("organization", 3),
            (str(file), 0),
        ):  # Accounts without an organization do not count.
            world = command_json(capsys, "worlds", "create", "begun", "--scenario", scenario)
            assert (world["name"], world["accounts"]) == ("begun", accounts)
        status, error = failed_command(capsys, "worlds", "create", "begun", "--scenario", "organisation")
        assert (status, "did you mean organization?" in error) == (1, True)
        command_output(capsys, "worlds", "delete", "begun")

    @pytest.mark.usefixtures("command_world")
    @pytest.mark.parametrize(
        "command",
        [
            ("worlds", "delete", "comands"),
            ("reset", "--world", "comands"),
            ("clock", "--world", "comands"),
            ("events", "--world", "comands"),
            ("faults", "list", "--world", "comands"),
            ("policy", "explain", "--world", "comands"),
            ("profiles", "--world", "comands"),
            ("scenario", "export", "--world", "comands"),
            ("snapshot", "save", "before", "--world", "comands"),
        ],
        ids=" ".join,
    )
    def test_misspelled_world_is_refused(self, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
        """No command creates a world by a misspelled name; the error names the closest."""
        status, error = failed_command(capsys, *command)
        assert (status, error) == (1, "artifact-emulator: there is no world comands; did you mean commands?\n")
        assert "comands" not in command_output(capsys, "worlds", "list")


@pytest.mark.usefixtures("command_world")
class TestClock:
    """`clock`."""

    def test_clock_is_frozen_advanced_and_resumed(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Each verb prints the new time; without a verb the present time is printed."""
        assert command_output(capsys, "clock", "freeze", "2100-01-01T00:00:00Z") == "2100-01-01T00:00:00+00:00"
        assert command_output(capsys, "clock", "advance", "1d2h3m4s") == "2100-01-02T02:03:04+00:00"
        assert command_json(capsys, "clock") == {"now": "2100-01-02T02:03:04+00:00"}
        assert command_output(capsys, "clock", "resume") < "2100-01-02T02:03:04"

    def test_time_before_the_contents_is_refused(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The error says how to begin a world at that time, and the clock stays as it was."""
        before = command_output(capsys, "clock", "freeze")
        status, error = failed_command(capsys, "clock", "freeze", "2026-01-01T00:00:00Z")
        assert (status, "worlds create --at" in error) == (1, True)
        assert command_output(capsys, "clock") == before

    def test_world_begins_at_an_instant(self, capsys: pytest.CaptureFixture[str]) -> None:
        """A world that is created at an instant has contents of that time, and a reset returns to it."""
        for contents in ([], ["--scenario", "organization"]):
            command_output(capsys, "worlds", "create", "begun", *contents, "--at", "2026-01-01T00:00:00Z")
            command_output(capsys, "clock", "advance", "1d", "--world", "begun")
            command_output(capsys, "reset", "--world", "begun")
            assert command_output(capsys, "clock", "--world", "begun") == "2026-01-01T00:00:00+00:00"
        command_output(capsys, "worlds", "delete", "begun")

    @pytest.mark.parametrize("arguments", [("advance", "soon"), ("advance", ""), ("freeze", "noon")])
    def test_invalid_time_is_refused_with_example(
        self, arguments: tuple[str, str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The status is 2, and the error shows a valid duration or instant."""
        status, error = failed_command(capsys, "clock", *arguments)
        assert status == 2
        assert "such as" in error


class TestFaults:
    """`faults`."""

    def test_fault_is_set_listed_and_cleared(
        self, command_world: RemoteWorld, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A fault affects calls until all faults are cleared; an error that the operation lacks is refused."""
        organizations = command_world.client("organizations", MANAGEMENT)
        arguments = ("faults", "set", "organizations", "ListRoots", "--error", "AccessDeniedException", "--times", "1")
        fault_id = command_json(capsys, *arguments)["id"]
        assert [fault["id"] for fault in command_json(capsys, "faults", "list")["faults"]] == [fault_id]
        line = command_output(capsys, "faults", "list")
        assert line.startswith(f"{fault_id}  organizations ListRoots  error AccessDeniedException, ")
        assert "{" not in line
        with pytest.raises(organizations.exceptions.AccessDeniedException):
            organizations.list_roots()
        command_output(capsys, "faults", "clear")
        assert command_output(capsys, "faults", "list") == "no faults are set"
        status, error = failed_command(capsys, "faults", "set", "organizations", "ListRoots")
        assert (status, error.startswith("artifact-emulator: give one of --error, --latency-ms, --reset")) == (2, True)
        status, error = failed_command(capsys, "faults", "set", "organizations", "ListRoots", "--error", "NoSuchEntity")
        assert (status, "ListRoots" in error) == (1, True)

    @pytest.mark.usefixtures("command_world")
    def test_fault_has_all_options(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The options of a fault are those of the control API."""
        conditions = {"nth": 3, "times": 2, "probability": 0.5, "ttl_seconds": 60.0, "account": MANAGEMENT}
        options = [str(word) for name, value in conditions.items() for word in (f"--{name.replace('_', '-')}", value)]
        error = ("--error", "ConstraintViolationException", "--reason", "WAIT_PERIOD_ACTIVE", "--message", "Wait.")
        command_json(capsys, "faults", "set", "organizations", "CreateAccount", *error, *options)
        (fault,) = command_json(capsys, "faults", "list")["faults"]
        assert fault.items() >= conditions.items()
        assert fault["error"] == dict(zip(("code", "reason", "message"), error[1::2], strict=True))


class TestEvents:
    """`events`."""

    def test_events_are_listed_and_filtered(
        self, command_world: RemoteWorld, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Each call is one line; filters select calls; the output can be JSON."""
        command_world.client("organizations", MANAGEMENT).list_roots()
        command_world.client("iam", MANAGEMENT).list_roles()
        lines = command_output(capsys, "events").splitlines()
        assert [line.split()[2] for line in lines] == ["organizations:ListRoots", "iam:ListRoles"]
        assert len(command_json(capsys, "events", "--name", "ListRoles", "--error", "")["events"]) == 1
        assert command_output(capsys, "events", "--account", "999988887777") == ""

    def test_events_are_followed(self, command_world: RemoteWorld) -> None:
        """Earlier calls are printed first, then each call as it comes."""
        command_world.client("organizations", MANAGEMENT).list_roots()
        with running_command("events", "--follow", "--endpoint", command_world.endpoint) as process:
            assert "organizations:ListRoots" in read_line(process)
            command_world.client("iam", MANAGEMENT).list_roles()
            assert "iam:ListRoles" in read_line(process)

    def test_replaced_world_is_followed_from_its_beginning(self, server: str) -> None:
        """With a filter and as JSON lines, the events of a world continue with those of the world that replaces it."""
        world = Emulator(server).world("followed")
        arguments = ["events", "--follow", "--json", "--name", "CreateOrganization", "--endpoint", world.endpoint]
        with running_command(*arguments) as process:
            for account in (MANAGEMENT, "222233334444"):
                world.client("organizations", account).create_organization()
                assert json.loads(read_line(process))["userIdentity"]["accountId"] == account
                world.emulator.request("PUT", "/_emulator/worlds/followed", {})
        world.delete()

    def test_following_ends_with_server_and_with_interrupt(self) -> None:
        """The end of the server is one error line with status 1; Ctrl+C is a line break with status 0."""
        with run_server() as emulator:
            emulator.world().client("organizations", MANAGEMENT).create_organization()
            command = [sys.executable, "-m", "artifact_emulator", "events", "--follow", "--endpoint", emulator.endpoint]
            remaining, interrupted = (
                subprocess.Popen(
                    command,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                    preexec_fn=_accept_interrupts,  # noqa: PLW1509 - no other thread could hold a lock
                )
                for _ in range(2)
            )
            for process in (remaining, interrupted):
                assert "CreateOrganization" in read_line(process)
            interrupted.send_signal(signal.SIGINT)
            assert interrupted.communicate(timeout=60)[1] == "\n"
            assert interrupted.returncode == 0
        assert remaining.communicate(timeout=60)[1].startswith("artifact-emulator: no reply from ")
        assert remaining.returncode == 1


def _accept_interrupts() -> None:
    """Make a process receive SIGINT even if the tests run in the background, where it is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class TestEnvironment:
    """`env` and `profiles`."""

    def test_output_configures_a_shell(self, command_world: RemoteWorld, capsys: pytest.CaptureFixture[str]) -> None:
        """A shell that evaluates the output calls the world as the account, without the user's own profile."""
        exports = command_output(capsys, "env", "--account", "222233334444", "--shell", "bash")
        script = 'echo "$AWS_ENDPOINT_URL $AWS_ACCESS_KEY_ID $AWS_DATA_PATH ${AWS_PROFILE-none}"'
        result = subprocess.run(
            ["sh", "-c", f"AWS_PROFILE=mine; {exports}\n{script}"], capture_output=True, text=True, check=True
        )
        assert result.stdout.split() == [command_world.endpoint, "222233334444", str(MODELS), "none"]

    @pytest.mark.usefixtures("command_world")
    def test_default_account_is_management_account(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Without an account, the caller is the world's management account; without a server, 123456789012."""
        assert command_json(capsys, "env")["AWS_ACCESS_KEY_ID"] == MANAGEMENT
        assert command_json(capsys, "env", "--endpoint", "http://127.0.0.1:1")["AWS_ACCESS_KEY_ID"] == "123456789012"

    @pytest.mark.usefixtures("command_world")
    @pytest.mark.parametrize(
        ("shell", "line"),
        [
            ("fish", "set -gx AWS_DEFAULT_REGION us-east-1"),
            ("cmd", "set AWS_DEFAULT_REGION=us-east-1"),
            ("powershell", "$Env:AWS_DEFAULT_REGION = 'us-east-1'"),
            ("dotenv", "AWS_DEFAULT_REGION=us-east-1"),
        ],
    )
    def test_output_has_syntax_of_shell(self, shell: str, line: str, capsys: pytest.CaptureFixture[str]) -> None:
        """Each shell gets commands of its own syntax."""
        assert line in command_output(capsys, "env", "--shell", shell).splitlines()

    @pytest.mark.usefixtures("command_world")
    def test_output_removes_misleading_settings(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Settings that select another endpoint or credentials are unset, proxies bypassed and the region is set."""
        monkeypatch.setenv("AWS_ENDPOINT_URL_IAM", "https://example.com")
        monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::999988887777:role/Real")
        monkeypatch.setenv("http_proxy", "http://proxy.example.com")
        monkeypatch.setenv("no_proxy", "internal.example.com")
        lines = command_output(capsys, "env", "--shell", "zsh", "--region", "eu-west-1").splitlines()
        assert {"unset AWS_ENDPOINT_URL_IAM", "unset AWS_ROLE_ARN", "unset AWS_PROFILE"} < set(lines)
        assert {"export AWS_REGION=eu-west-1", "export AWS_DEFAULT_REGION=eu-west-1"} < set(lines)
        assert "export no_proxy=internal.example.com,127.0.0.1" in lines

    def test_profiles_are_a_configuration_file(
        self, command_world: RemoteWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The file has a profile for each account, with which the AWS CLI calls as that account."""
        path = tmp_path / "aws.ini"
        command_output(capsys, "profiles", "--output", str(path))
        configuration = ConfigParser()
        configuration.read(path)
        names = ("stranger", "management", "created", "invited")
        assert configuration.sections() == [f"profile {name}" for name in names]
        result = subprocess.run(
            [COMMANDS / "aws", "--profile", "created", "sts", "get-caller-identity"],
            env={"AWS_CONFIG_FILE": str(path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(result.stdout)["Account"] == "222233334444"
        assert command_world.endpoint in path.read_text()


class TestLessons:
    """`lesson`."""

    @pytest.mark.usefixtures("command_world")
    def test_lessons_are_listed_and_shown(self, capsys: pytest.CaptureFixture[str]) -> None:
        """A lesson is shown with its steps; an unknown one is refused with the names of all."""
        assert len(command_json(capsys, "lesson", "list")["lessons"]) == 6
        assert command_output(capsys, "lesson", "show", "story").count("·") == 7
        status, error = failed_command(capsys, "lesson", "show", "none")
        assert (status, "confused-deputy" in error) == (1, True)

    def test_lesson_continues_with_completed_step(self, server: str) -> None:
        """The next step is printed once the previous one is done; with JSON, each completed step."""
        world = Emulator(server).world("lesson")
        command = ("lesson", "start", "story", "--endpoint", world.endpoint)
        with running_command(*command) as process:
            assert read_line(process).startswith("1/7")
            world.client("organizations", MANAGEMENT).create_organization()
            assert process.stdout
            assert any(line.startswith("2/7") for line in process.stdout)
        with running_command(*command, "--json") as process:
            assert json.loads(read_line(process))["done_at"]
        world.delete()


class TestPolicy:
    """`policy suggest` and `policy explain`."""

    USER = f"arn:aws:iam::{MANAGEMENT}:user/Alice"

    def artifact_client_of_user(self, world: RemoteWorld) -> Any:
        """Create a user without a policy, make two calls that are refused, and return its client of AWS Artifact."""
        iam = world.client("iam", MANAGEMENT)
        iam.create_user(UserName="Alice")
        key = iam.create_access_key(UserName="Alice")["AccessKey"]
        keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
        artifact, organizations = (world.client(service, **keys) for service in ("artifact", "organizations"))
        for call in (organizations.describe_organization, artifact.list_reports):
            with pytest.raises(ClientError):
                call()
        return artifact

    def test_suggested_policy_allows_the_calls(
        self, command_world: RemoteWorld, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """With the suggested policy the same calls succeed; the default principal is the only one bound by policies."""
        artifact = self.artifact_client_of_user(command_world)
        policy = command_output(capsys, "policy", "suggest", self.USER)
        assert command_output(capsys, "policy", "suggest") == policy
        actions = ["artifact:ListReports", "organizations:DescribeOrganization"]
        assert json.loads(policy)["Statement"] == [{"Effect": "Allow", "Action": actions, "Resource": ["*"]}]
        iam = command_world.client("iam", MANAGEMENT)
        iam.put_user_policy(UserName="Alice", PolicyName="least", PolicyDocument=policy)
        assert artifact.list_reports()["reports"]

    def test_principal_without_calls_is_refused(
        self, command_world: RemoteWorld, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The error lists the principals that made calls, if there are any."""
        status, error = failed_command(capsys, "policy", "suggest")
        assert (status, "no principal that policies bind has made a call" in error) == (1, True)
        self.artifact_client_of_user(command_world)
        status, error = failed_command(capsys, "policy", "suggest", f"{self.USER}x")
        assert (status, self.USER in error) == (1, True)

    def test_refused_call_is_explained(self, command_world: RemoteWorld, capsys: pytest.CaptureFixture[str]) -> None:
        """The last refused call, or the call of a request id, is explained with what to change."""
        artifact = self.artifact_client_of_user(command_world)
        call, explanation = command_output(capsys, "policy", "explain").split("\n\n", 1)
        assert call == f"{command_world.events()[-1]['eventTime']} artifact:ListReports by {self.USER}"
        assert explanation.startswith(f"refused: {self.USER}\n  action      artifact:ListReports\n")
        assert re.search(r'^  to allow    .*\{"Effect"', explanation, re.MULTILINE)
        with pytest.raises(ClientError) as error:
            artifact.get_account_settings()
        request_id = error.value.response["ResponseMetadata"]["RequestId"]
        assert "artifact:GetAccountSettings" in command_output(capsys, "policy", "explain", request_id)
        assert command_json(capsys, "policy", "explain", request_id)["allowed"] is False
        status, message = failed_command(capsys, "policy", "explain", "none")
        assert (status, "There is no call none" in message) == (1, True)

    def test_later_call_that_was_not_refused_is_named(
        self, command_world: RemoteWorld, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """If the latest call succeeded or failed otherwise, a warning says so; the older denial is explained."""
        self.artifact_client_of_user(command_world)
        assert main(["policy", "explain"]) == 0
        assert capsys.readouterr().err == ""
        command_world.client("sts", MANAGEMENT).get_caller_identity()
        assert main(["policy", "explain", "--json"]) == 0
        output, errors = capsys.readouterr()
        assert "warning: the latest call was not refused, but succeeded (" in errors
        assert f"sts:GetCallerIdentity by arn:aws:iam::{MANAGEMENT}:root" in errors
        refused = next(event for event in command_world.events() if event["eventName"] == "ListReports")
        assert json.loads(output)["eventTime"] == refused["eventTime"]
        with pytest.raises(ClientError):
            command_world.client("iam", MANAGEMENT).get_user(UserName="nobody")
        assert main(["policy", "explain"]) == 0
        assert "but failed with NoSuchEntity" in capsys.readouterr().err

    def test_refusal_of_service_is_explained(
        self, command_world: RemoteWorld, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A call that policies allow and the service refuses is explained as such."""
        management = command_world.client("organizations", MANAGEMENT)
        target = {"Id": "444455556666", "Type": "ACCOUNT"}
        handshake = management.invite_account_to_organization(Target=target)["Handshake"]["Id"]
        member = command_world.client("organizations", "444455556666")
        member.accept_handshake(HandshakeId=handshake)
        with pytest.raises(ClientError):
            member.enable_aws_service_access(ServicePrincipal="artifact.amazonaws.com")
        _, explanation = command_output(capsys, "policy", "explain").split("\n\n", 1)
        assert explanation.startswith("refused: arn:aws:iam::444455556666:root\n")
        assert "check       RESOURCE" in explanation

    @pytest.mark.usefixtures("command_world")
    def test_explanation_without_refused_call_is_refused(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Without a refused call a request id is required."""
        status, error = failed_command(capsys, "policy", "explain")
        assert (status, "no call was refused" in error) == (1, True)


class TestServe:
    """`serve` and `models` for programs."""

    def test_ready_line_is_json(self) -> None:
        """With --json the ready line has version, endpoint and process id."""
        with running_command("serve", "--port", "0", "--json", "--end-with-stdin") as process:
            ready = json.loads(read_line(process))
            assert ready["pid"] == process.pid
            assert Emulator(ready["endpoint"]).health()["version"] == ready["version"]
            process.communicate()
        assert process.returncode == 0

    def test_models_are_a_folder(self, capsys: pytest.CaptureFixture[str]) -> None:
        """`models` prints the folder, as text and as JSON."""
        assert command_json(capsys, "models") == {"models": str(MODELS)}
        assert main(("models",)) == 0
        assert capsys.readouterr().out == f"{MODELS}\n"
