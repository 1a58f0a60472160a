"""The commands that reach a running emulator, as their users give them."""

import argparse
import json
import os
import pty
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from botocore.exceptions import ClientError

from artifact_emulator.cli import models
from artifact_emulator.cli.main import _parser, main
from artifact_emulator.sdk_models import MODELS
from artifact_emulator.testing.client import Emulator, RemoteWorld
from artifact_emulator.testing.subprocess_server import run_server

FOREIGN = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """Give a running emulator."""
    with run_server() as running:
        yield running


@pytest.fixture
def world(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[RemoteWorld]:
    """Give a world with an organization; the environment leads to it."""
    for name in FOREIGN:
        monkeypatch.delenv(name, raising=False)
    world = emulator.world("commands")
    world.load_scenario("artifact-enabled")
    monkeypatch.setenv("AWS_ENDPOINT_URL", world.endpoint)
    yield world
    world.delete()


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Give a command that ends well; tell what it says."""
    capsys.readouterr()
    assert main(arguments) == 0
    return capsys.readouterr().out.strip()


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """Give a command that answers in JSON."""
    return json.loads(said(capsys, *arguments, "--json"))


class TestWorlds:
    """`worlds` and `reset`."""

    @pytest.mark.usefixtures("world")
    def test_are_made_listed_and_dropped(self, capsys: pytest.CaptureFixture[str]) -> None:
        """A fork has what its model has."""
        assert said(capsys, "worlds", "make", "copy", "--fork", "commands").endswith("/worlds/copy")
        names = {one["name"]: one["accounts"] for one in told(capsys, "worlds", "list")["worlds"]}
        assert names == {"default": 0, "commands": 3, "copy": 3}
        said(capsys, "worlds", "drop", "copy")
        assert "copy" not in said(capsys, "worlds", "list")

    def test_begin_again(self, world: RemoteWorld, capsys: pytest.CaptureFixture[str]) -> None:
        """A reset leads back to the scenario."""
        organizations = world.client("organizations", "111122223333")
        organizations.disable_aws_service_access(ServicePrincipal="artifact.amazonaws.com")
        said(capsys, "reset")
        assert organizations.list_aws_service_access_for_organization()["EnabledServicePrincipals"]


class TestClock:
    """`clock`."""

    @pytest.mark.usefixtures("world")
    def test_stands_still_and_moves(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Freeze, advance, tell, resume."""
        assert said(capsys, "clock", "freeze", "2026-01-01T00:00:00Z") == "2026-01-01T00:00:00+00:00"
        assert said(capsys, "clock", "advance", "1d2h3m4s") == "2026-01-02T02:03:04+00:00"
        assert told(capsys, "clock") == {"now": "2026-01-02T02:03:04+00:00"}
        assert said(capsys, "clock", "resume") > "2026-01-02T02:03:04"

    @pytest.mark.usefixtures("world")
    @pytest.mark.parametrize("arguments", [("advance", "soon"), ("advance", ""), ("freeze", "noon")])
    def test_what_is_none(self, arguments: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
        """Status 2, and how it is written."""
        try:
            status = main(("clock", *arguments))
        except SystemExit as ended:
            status = int(str(ended.code))
        assert status == 2
        assert "write" in capsys.readouterr().err


class TestFaults:
    """`faults`."""

    def test_are_set_listed_and_cleared(self, world: RemoteWorld, capsys: pytest.CaptureFixture[str]) -> None:
        """What is set befalls a call; what the operation cannot give is refused."""
        organizations = world.client("organizations", "111122223333")
        asked = ("faults", "set", "organizations", "ListRoots", "--error", "AccessDeniedException", "--times", "1")
        fault = told(capsys, *asked)["id"]
        assert [one["id"] for one in told(capsys, "faults", "list")["faults"]] == [fault]
        with pytest.raises(organizations.exceptions.AccessDeniedException):
            organizations.list_roots()
        rich: dict[tuple[str, ...], dict[str, object]] = {
            ("--creation-failure", "EMAIL_ALREADY_EXISTS", "--nth", "3"): {"creation_failure": "EMAIL_ALREADY_EXISTS"},
            ("--latency-ms", "median=50,p99=800"): {"latency_ms": {"median": 50, "p99": 800}},
            ("--truncate", "--probability", "0.5"): {"truncate": True, "probability": 0.5},
        }
        for options, expected in rich.items():
            made = told(capsys, "faults", "set", "organizations", "CreateAccount", *options)["id"]
            (listed,) = (one for one in told(capsys, "faults", "list")["faults"] if one["id"] == made)
            assert expected.items() <= listed.items()
        told(capsys, "faults", "set", "artifact", "CreateComplianceInquiry", "--inquiry-failure", "malware")
        assert told(capsys, "faults", "list")["faults"][-1]["inquiry_failure"] == "malware"
        said(capsys, "faults", "clear")
        assert said(capsys, "faults", "list") == "no faults are set"
        assert main(("faults", "set", "organizations", "ListRoots", "--error", "NoSuchEntity")) == 1
        assert "ListRoots" in capsys.readouterr().err


class TestEvents:
    """`events`."""

    def test_are_listed(self, world: RemoteWorld, capsys: pytest.CaptureFixture[str]) -> None:
        """A line a call; filtered; as JSON."""
        world.client("organizations", "111122223333").list_roots()
        world.client("iam", "111122223333").list_roles()
        lines = said(capsys, "events").splitlines()
        assert [line.split()[2] for line in lines] == ["organizations:ListRoots", "iam:ListRoles"]
        assert len(told(capsys, "events", "--name", "ListRoles", "--error", "")["events"]) == 1
        assert said(capsys, "events", "--account", "999988887777") == ""

    def test_are_followed(self, world: RemoteWorld) -> None:
        """Each call as it comes, until it is ended."""
        command = [sys.executable, "-m", "artifact_emulator", "events", "--follow", "--endpoint", world.endpoint]
        world.client("organizations", "111122223333").list_roots()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as following:
            assert following.stdout
            assert "organizations:ListRoots" in following.stdout.readline()
            world.client("iam", "111122223333").list_roles()
            assert "iam:ListRoles" in following.stdout.readline()
            following.terminate()

    def test_are_followed_as_one_asks(self, emulator: Emulator) -> None:
        """Filtered, in JSON one a line, and from the beginning of a world that takes the place of another."""
        world = emulator.world("followed")
        asked = ["events", "--follow", "--json", "--name", "CreateOrganization", "--endpoint", world.endpoint]
        with subprocess.Popen(
            [sys.executable, "-m", "artifact_emulator", *asked], stdout=subprocess.PIPE, text=True
        ) as following:
            assert following.stdout
            for account in ("111122223333", "222233334444"):
                world.client("organizations", account).create_organization()
                assert json.loads(following.stdout.readline())["userIdentity"]["accountId"] == account
                # In its place another one begins.
                emulator.request("PUT", "/_emulator/worlds/followed", {})
            following.terminate()
        world.delete()

    def test_end_with_the_server(self) -> None:
        """A server that ends meanwhile is told of in one line; so is Ctrl+C, as nothing."""
        with run_server() as emulator:
            command = [sys.executable, "-m", "artifact_emulator", "events", "--follow", "--endpoint", emulator.endpoint]
            emulator.world().client("organizations", "111122223333").create_organization()
            following, ended = (
                subprocess.Popen(
                    command,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                    preexec_fn=_hear_interrupts,  # noqa: PLW1509 - no other thread could hold a lock
                )
                for _ in range(2)
            )
            for one in (following, ended):
                assert one.stdout
                assert "CreateOrganization" in one.stdout.readline()
            ended.send_signal(signal.SIGINT)
            assert ended.communicate(timeout=60)[1] == "\n"
            assert ended.returncode == 0
        assert following.communicate(timeout=60)[1].startswith("artifact-emulator: nobody answers at ")
        assert following.returncode == 1


class TestEnvironment:
    """`env` and `profiles`."""

    def test_settings(self, world: RemoteWorld, capsys: pytest.CaptureFixture[str]) -> None:
        """A shell that evaluates them calls as the account, and is led by nothing else."""
        exports = said(capsys, "env", "--account", "222233334444", "--shell", "bash")
        shown = 'echo "$AWS_ENDPOINT_URL $AWS_ACCESS_KEY_ID $AWS_DATA_PATH ${AWS_PROFILE-none}"'
        done = subprocess.run(
            ["sh", "-c", f"AWS_PROFILE=mine; {exports}\n{shown}"], capture_output=True, text=True, check=True
        )
        assert done.stdout.split() == [world.endpoint, "222233334444", str(MODELS), "none"]
        assert told(capsys, "env")["AWS_ACCESS_KEY_ID"] == "123456789012"
        for shell, line in (
            ("fish", "set -gx AWS_DEFAULT_REGION us-east-1"),
            ("cmd", "set AWS_DEFAULT_REGION=us-east-1"),
        ):
            assert line in said(capsys, "env", "--shell", shell)
        assert "$Env:AWS_DEFAULT_REGION = 'us-east-1'" in said(capsys, "env", "--shell", "powershell")

    @pytest.mark.usefixtures("world")
    def test_what_leads_elsewhere(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        """What would lead an SDK elsewhere is unset, a proxy does not stand between, and the region is known."""
        monkeypatch.setenv("AWS_ENDPOINT_URL_IAM", "https://example.com")
        monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::999988887777:role/Real")
        monkeypatch.setenv("http_proxy", "http://proxy.example.com")
        monkeypatch.setenv("no_proxy", "internal.example.com")
        lines = said(capsys, "env", "--shell", "zsh", "--region", "eu-west-1").splitlines()
        assert {"unset AWS_ENDPOINT_URL_IAM", "unset AWS_ROLE_ARN", "unset AWS_PROFILE"} < set(lines)
        assert {"export AWS_REGION=eu-west-1", "export AWS_DEFAULT_REGION=eu-west-1"} < set(lines)
        assert "export no_proxy=internal.example.com,127.0.0.1" in lines

    def test_profiles(self, world: RemoteWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A profile for each account, which the AWS CLI understands."""
        path = tmp_path / "aws.ini"
        said(capsys, "profiles", "--output", str(path))
        written = ConfigParser()
        written.read(path)
        assert written.sections() == [f"profile {name}" for name in ("stranger", "management", "created", "invited")]
        aws = Path(sys.executable).with_name("aws")
        environment = {"AWS_CONFIG_FILE": str(path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
        done = subprocess.run(
            [aws, "--profile", "created", "sts", "get-caller-identity"],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(done.stdout)["Account"] == "222233334444"
        assert world.endpoint in path.read_text()


class TestLessons:
    """`lesson`."""

    def test_listed_and_shown(self, world: RemoteWorld, capsys: pytest.CaptureFixture[str]) -> None:
        """How far each is."""
        assert len(told(capsys, "lesson", "list")["lessons"]) == 6
        assert said(capsys, "lesson", "show", "story").count("·") == 7
        assert main(("lesson", "show", "none")) == 1
        assert "confused-deputy" in capsys.readouterr().err
        assert world.name == "commands"

    def test_gone_through(self, emulator: Emulator) -> None:
        """Each step is told when the one before is done."""
        world = emulator.world("lesson")
        command = [sys.executable, "-m", "artifact_emulator", "lesson", "start", "story", "--endpoint", world.endpoint]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as learning:
            assert learning.stdout
            assert learning.stdout.readline().startswith("1/7")
            world.client("organizations", "111122223333").create_organization()
            assert any(line.startswith("2/7") for line in learning.stdout)
            learning.terminate()
        with subprocess.Popen([*command, "--json"], stdout=subprocess.PIPE, text=True) as learning:
            assert learning.stdout
            assert json.loads(learning.stdout.readline())["done_at"]
            learning.terminate()
        world.delete()


class TestDoctor:
    """`doctor`."""

    def test_healthy(
        self, world: RemoteWorld, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A set-up by `env` has nothing wrong."""
        for name, value in (world.environment("111122223333") | {"AWS_DATA_PATH": str(MODELS)}).items():
            monkeypatch.setenv(name, value)
        findings = told(capsys, "doctor")["findings"]
        assert {one["outcome"] for one in findings} == {"ok"}

    @pytest.mark.parametrize(
        ("setting", "says"),
        [
            ({"AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1"}, "unset it"),
            ({"AWS_DEFAULT_REGION": ""}, "boto3 does not read AWS_REGION"),
            ({"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"}, "looks like a real key"),
            ({"AWS_ACCESS_KEY_ID": "test"}, "root user of 123456789012"),
            ({"AWS_WEB_IDENTITY_TOKEN_FILE": "/token"}, "unset AWS_WEB_IDENTITY_TOKEN_FILE"),
            ({"HTTP_PROXY": "http://proxy.example.com", "NO_PROXY": ""}, "export NO_PROXY=127.0.0.1,localhost"),
            ({"AWS_DATA_PATH": ""}, "export AWS_DATA_PATH=$(artifact-emulator models)"),
        ],
    )
    def test_warnings(
        self,
        world: RemoteWorld,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        *,
        setting: dict[str, str],
        says: str,
    ) -> None:
        """What may be meant is told with its cure, and is no problem."""
        for name, value in (world.environment() | setting).items():
            monkeypatch.setenv(name, value)
        findings = told(capsys, "doctor")["findings"]
        assert [one["told"] for one in findings if one["outcome"] == "warning" and says in one["told"]]
        assert {one["outcome"] for one in findings} == {"ok", "warning"}

    def test_clock(
        self, world: RemoteWorld, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A world whose clock was moved is told of: its signatures and tokens may surprise."""
        for name, value in world.environment().items():
            monkeypatch.setenv(name, value)
        world.advance(timedelta(days=1))
        assert [one for one in told(capsys, "doctor")["findings"] if one["check"] == "clock"]

    def test_command_line_of_aws(
        self, world: RemoteWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """One that does not read AWS_ENDPOINT_URL calls AWS itself."""
        aws = tmp_path / "aws"
        for name, value in (world.environment() | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}).items():
            monkeypatch.setenv(name, value)
        for version, is_problem in {"1.28.85": 1, "1.29.0": 0, "2.12.7": 1, "2.13.0": 0, "3.0.0": 0}.items():
            aws.write_text(f"#!/bin/sh\necho aws-cli/{version} Python/3.11.7\n")
            aws.chmod(0o755)
            assert main(("doctor", "--json")) == is_problem
            found = json.loads(capsys.readouterr().out)["findings"]
            outcomes = {one["check"]: one["outcome"] for one in found}
            assert outcomes["AWS CLI"] == ("problem" if is_problem else "ok")

    @pytest.mark.parametrize(
        ("setting", "says"),
        [
            ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "artifact-emulator serve"),
            ({"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, "unset it"),
            ({"AWS_DEFAULT_REGION": "", "AWS_REGION": ""}, "export AWS_DEFAULT_REGION"),
            ({"AWS_ACCESS_KEY_ID": ""}, "AWS_ACCESS_KEY_ID is not set"),
        ],
    )
    def test_problems(
        self,
        world: RemoteWorld,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        *,
        setting: dict[str, str],
        says: str,
    ) -> None:
        """Each is told with its cure, and the status is 1."""
        for name, value in (world.environment() | setting).items():
            monkeypatch.setenv(name, value)
        assert main(("doctor", "--json")) == 1
        found = json.loads(capsys.readouterr().out)["findings"]
        assert any(says in one["told"] for one in found if one["outcome"] == "problem")


class TestDemo:
    """`demo`."""

    def test_tells_the_story(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Every step ends as the mission document says, with the command that does it."""
        steps = told(capsys, "demo", "--fast")
        commands = [one["command"] for one in steps]
        assert "aws organizations enable-aws-service-access --service-principal artifact.amazonaws.com" in commands
        assert [one["answer"] for one in steps][-1] == "(none)"
        assert len(steps) == 13

    def test_in_a_running_emulator(self, emulator: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
        """The same story, over the wire; its world stays, and is told of."""
        own = told(capsys, "demo", "--fast")
        steps = told(capsys, "demo", "--fast", "--endpoint", emulator.endpoint)
        assert [(one["command"], one["account"]) for one in steps] == [(one["command"], one["account"]) for one in own]
        assert [one["answer"] for one in steps][1:] == [one["answer"] for one in own][1:]
        assert said(capsys, "demo", "--endpoint", emulator.endpoint).endswith(
            f"{emulator.endpoint}/worlds/demo/console/"
        )
        world = emulator.world("demo")
        world.assert_called("EnableAWSServiceAccess", times=2, error="")
        world.assert_called("EnableAWSServiceAccess", times=1, account="222233334444", error="AccessDeniedException")
        world.delete()


def every_command() -> list[list[str]]:
    """Find each command and each verb that there is."""

    def inside(parser: argparse.ArgumentParser) -> Iterator[list[str]]:
        for action in parser._actions:
            for name, made in action.choices.items() if isinstance(action, argparse._SubParsersAction) else ():
                yield [name]
                yield from ([name, *rest] for rest in inside(made))

    return list(inside(_parser()))


class TestHelp:
    """`--help` of each command and verb."""

    @pytest.mark.parametrize("command", every_command(), ids=" ".join)
    def test_says_what_for(self, command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        """A sentence, and every option with its meaning; with JSON wherever something is told."""
        with pytest.raises(SystemExit, match="0"):
            main([*command, "--help"])
        shown = capsys.readouterr().out
        assert re.search(r"^[A-Z].*\.$", shown, re.MULTILINE)
        takes_verbs = "VERB" in shown.partition("\n\n")[0]
        assert "--json" in shown or takes_verbs

    @pytest.mark.parametrize("command", [one for one in every_command() if len(one) == 1], ids=" ".join)
    def test_shows_examples_that_can_be_read(self, command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        """Each example of the help is a command that the parser takes."""
        with pytest.raises(SystemExit, match="0"):
            main([*command, "--help"])
        examples = re.findall(r"^  artifact-emulator (.*)$", capsys.readouterr().out, re.MULTILINE)
        assert examples or command in (["serve"], ["env"], ["models"])
        for example in examples:
            words = shlex.split(re.split(r"\||&&|>|#", example)[0])
            assert _parser().parse_args(words).command == command[0]


class TestTerminal:
    """What a terminal gets, and a pipe does not."""

    @pytest.mark.parametrize(
        ("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
    )
    def test_colours(self, environment: dict[str, str], *, coloured: bool) -> None:
        """Colours, unless their user says no; never in a pipe."""
        command = [sys.executable, "-m", "artifact_emulator", "demo", "--fast"]
        inherited = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        shown = on_a_terminal(command, inherited | {"TERM": "xterm"} | environment)
        assert ("\x1b[" in shown) == coloured
        assert "[########################] 13/13" in shown
        piped = subprocess.run(command, env=inherited | {"TERM": "xterm"}, capture_output=True, text=True, check=True)
        assert "\x1b[" not in piped.stdout
        assert "13/13" not in piped.stdout

    def test_sign_of_life(self, tmp_path: Path) -> None:
        """Long work shows on a terminal that it goes on, and takes it away in the end."""
        accounts = "".join(
            f"      - {{id: '{200000000000 + number}', name: A, email: a{number}@example.com}}\n"
            for number in range(2000)
        )
        management = "  - management: {id: '111111111111', name: M, email: m@example.com}\n    accounts:\n"
        (tmp_path / "large.yaml").write_text(f"organizations:\n{management}{accounts}")
        command = [sys.executable, "-m", "artifact_emulator", "scenario", "validate", str(tmp_path / "large.yaml")]
        shown = on_a_terminal(command, dict(os.environ) | {"TERM": "xterm"})
        assert "] checking " in shown
        assert shown.rpartition("\x1b[K")[2].startswith(str(tmp_path / "large.yaml"))


def _hear_interrupts() -> None:
    """Let a new process hear SIGINT, even where the tests run in the background and do not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def on_a_terminal(command: list[str], environment: dict[str, str]) -> str:
    """Run a command that writes on a terminal; tell all that it writes there."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, env=environment, stdin=theirs, stdout=theirs, stderr=theirs):
        os.close(theirs)
        written = bytearray()
        while True:
            try:
                read = os.read(ours, 65536)
            except OSError:
                break
            if not read:
                break
            written += read
    os.close(ours)
    return written.decode()


class TestErrors:
    """What goes wrong between a command and an emulator."""

    def test_nobody_answers(self, capsys: pytest.CaptureFixture[str]) -> None:
        """One line that says what to do, and status 1."""
        assert main(("worlds", "list", "--endpoint", "http://127.0.0.1:1")) == 1
        said_instead = capsys.readouterr().err
        assert said_instead.count("\n") == 1
        assert "artifact-emulator serve" in said_instead

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (["wrlds"], "invalid choice: 'wrlds'"),
            (["clock", "--endpoint", "nonsense"], "'nonsense' is no URL"),
            (["env", "--account", "12"], "'12' is no account"),
            (["faults", "set", "organizations", "--latency-ms", "soon"], "'soon' is no latency"),
            (["demo", "--speed", "2"], "unrecognized arguments"),
        ],
    )
    def test_what_cannot_be_read(self, arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
        """One line on standard error, status 2."""
        try:
            status = main(arguments)
        except SystemExit as ended:
            status = int(str(ended.code))
        written = capsys.readouterr()
        assert (status, written.out, written.err.count("\n")) == (2, "", 1)
        assert written.err.startswith("artifact-emulator: ")
        assert says in written.err

    def test_another_server(self, capsys: pytest.CaptureFixture[str]) -> None:
        """What answers and is no emulator is told of, whatever it answers."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]

            def answer() -> None:
                connection, _ = listening.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")

            answering = Thread(target=answer)
            answering.start()
            assert main(("clock", "--endpoint", f"http://127.0.0.1:{port}")) == 1
            answering.join()
        assert "no artifact-emulator" in capsys.readouterr().err

    def test_its_own_mistakes(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        """No traceback, but the way to one."""

        def mistake(_: object) -> int:
            raise ZeroDivisionError("by\nnothing")

        monkeypatch.setattr(models, "run", mistake)
        assert main(("models",)) == 70
        assert capsys.readouterr().err == (
            "artifact-emulator: a mistake of its own, ZeroDivisionError: by nothing; "
            "ARTIFACT_EMULATOR_TRACEBACKS=1 shows where\n"
        )
        monkeypatch.setenv("ARTIFACT_EMULATOR_TRACEBACKS", "1")
        with pytest.raises(ZeroDivisionError):
            main(("models",))

    def test_interrupted(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        """Ctrl+C ends a command with the status that shells know."""

        def interrupted(_: object) -> int:
            raise KeyboardInterrupt

        monkeypatch.setattr(models, "run", interrupted)
        assert main(("models",)) == 130
        assert capsys.readouterr().err == "\n"


class TestServe:
    """`serve`, as programs start it."""

    def test_tells_in_json(self) -> None:
        """One line says that it is ready, and where."""
        command = [sys.executable, "-m", "artifact_emulator", "serve", "--port", "0", "--json", "--end-with-stdin"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as serving:
            assert serving.stdout
            ready = json.loads(serving.stdout.readline())
            assert ready["pid"] == serving.pid
            assert Emulator(ready["endpoint"]).health()["version"] == ready["version"]
            serving.communicate()
        assert serving.returncode == 0

    def test_models_in_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The folder."""
        assert told(capsys, "models") == {"models": str(MODELS)}


class TestPolicy:
    """`policy suggest` and `policy explain`."""

    USER = "arn:aws:iam::111122223333:user/Alice"

    def alice(self, world: RemoteWorld) -> Any:
        """Make a user without a policy, who makes two calls and is refused both; give his client of AWS Artifact."""
        iam = world.client("iam", "111122223333")
        iam.create_user(UserName="Alice")
        key = iam.create_access_key(UserName="Alice")["AccessKey"]
        keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
        artifact, organizations = (world.client(one, **keys) for one in ("artifact", "organizations"))
        for call in (organizations.describe_organization, artifact.list_reports):
            with pytest.raises(ClientError):
                call()
        return artifact

    def test_suggest(self, world: RemoteWorld, capsys: pytest.CaptureFixture[str]) -> None:
        """What is printed is a policy with which the same calls pass; without an ARN it is of whom policies bind."""
        artifact = self.alice(world)
        policy = said(capsys, "policy", "suggest", self.USER)
        assert said(capsys, "policy", "suggest") == policy
        allowed = ["artifact:ListReports", "organizations:DescribeOrganization"]
        assert json.loads(policy)["Statement"] == [{"Effect": "Allow", "Action": allowed, "Resource": ["*"]}]
        iam = world.client("iam", "111122223333")
        iam.put_user_policy(UserName="Alice", PolicyName="least", PolicyDocument=policy)
        assert artifact.list_reports()["reports"]

    def test_suggest_for_nobody(self, world: RemoteWorld, capsys: pytest.CaptureFixture[str]) -> None:
        """Who called nothing is told, and who called."""
        assert main(("policy", "suggest")) == 1
        assert "nobody has called who needs a policy" in capsys.readouterr().err
        self.alice(world)
        assert main(("policy", "suggest", f"{self.USER}x")) == 1
        assert self.USER in capsys.readouterr().err

    def test_explain(self, world: RemoteWorld, capsys: pytest.CaptureFixture[str]) -> None:
        """The last call that was refused, or one by its request: what decided, and what to add."""
        artifact = self.alice(world)
        last = said(capsys, "policy", "explain")
        assert last.startswith(f"refused: {self.USER}\n  action      artifact:ListReports\n")
        assert 'to allow    Attach a policy to the caller, or to his group or role, that has {"Effect"' in last
        with pytest.raises(ClientError) as error:
            artifact.get_account_settings()
        request_id = error.value.response["ResponseMetadata"]["RequestId"]
        assert "artifact:GetAccountSettings" in said(capsys, "policy", "explain", request_id)
        assert told(capsys, "policy", "explain", request_id)["allowed"] is False
        assert main(("policy", "explain", "none")) == 1
        assert "No call none is remembered" in capsys.readouterr().err

    def test_explain_what_no_policy_refused(self, world: RemoteWorld, capsys: pytest.CaptureFixture[str]) -> None:
        """A refusal of the service itself is told as one, and that no policy changes it."""
        management = world.client("organizations", "111122223333")
        target = {"Id": "444455556666", "Type": "ACCOUNT"}
        invited = management.invite_account_to_organization(Target=target)["Handshake"]["Id"]
        member = world.client("organizations", "444455556666")
        member.accept_handshake(HandshakeId=invited)
        with pytest.raises(ClientError):
            member.enable_aws_service_access(ServicePrincipal="artifact.amazonaws.com")
        told = said(capsys, "policy", "explain")
        assert told.startswith(
            "refused: AccessDeniedException\n  You don't have permissions to access this resource.\n"
        )
        assert "the service itself refused it" in told

    def test_explain_nothing(self, world: RemoteWorld, capsys: pytest.CaptureFixture[str]) -> None:
        """Where nothing was refused there is nothing to explain."""
        assert main(("policy", "explain", "--endpoint", world.endpoint)) == 1
        assert "no call was refused" in capsys.readouterr().err
