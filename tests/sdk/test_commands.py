"""The commands that reach a running emulator, as their users give them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from artifact_emulator.cli import main
from artifact_emulator.client import Emulator, RemoteWorld
from artifact_emulator.launch import launched
from artifact_emulator.models import MODELS

FOREIGN = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """Give a running emulator."""
    with launched() as running:
        yield running


@pytest.fixture
def world(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[RemoteWorld]:
    """Give a world with an organization; the environment leads to it."""
    for name in FOREIGN:
        monkeypatch.delenv(name, raising=False)
    world = emulator.world("commands")
    world.begin("artifact-enabled")
    monkeypatch.setenv("AWS_ENDPOINT_URL", world.endpoint)
    yield world
    world.drop()


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


class TestErrors:
    """What goes wrong between a command and an emulator."""

    def test_nobody_answers(self, capsys: pytest.CaptureFixture[str]) -> None:
        """One line that says what to do, and status 1."""
        assert main(("worlds", "list", "--endpoint", "http://127.0.0.1:1")) == 1
        said_instead = capsys.readouterr().err
        assert said_instead.count("\n") == 1
        assert "artifact-emulator serve" in said_instead


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

    def test_explain_nothing(self, world: RemoteWorld, capsys: pytest.CaptureFixture[str]) -> None:
        """Where nothing was refused there is nothing to explain."""
        assert main(("policy", "explain", "--endpoint", world.endpoint)) == 1
        assert "no call was refused" in capsys.readouterr().err
