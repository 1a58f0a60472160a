"""The command line itself: help, terminal output, errors, and the command `demo`."""

import argparse
import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from artifact_emulator import __version__
from artifact_emulator.cli import models
from artifact_emulator.cli.main import create_parser, main
from artifact_emulator.counts import counted
from artifact_emulator.testing.client import Emulator
from tests.support.command_line import command_json, command_output, failed_command, terminal_output

COMMAND = [sys.executable, "-m", "artifact_emulator"]


class TestDemo:
    """`demo`."""

    def test_demo_completes_all_steps(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Every step ends as AWS documents it, and names the AWS CLI command of its call."""
        steps = command_json(capsys, "demo", "--fast")
        commands = [step["command"] for step in steps]
        assert "aws organizations enable-aws-service-access --service-principal artifact.amazonaws.com" in commands
        assert steps[-1]["answer"] == "(none)"
        assert len(steps) == 13

    def test_demo_in_running_emulator_leaves_its_world(self, server: str, capsys: pytest.CaptureFixture[str]) -> None:
        """Over the wire the steps are the same; the world remains, and the output names its console."""
        in_process = command_json(capsys, "demo", "--fast")
        over_wire = command_json(capsys, "demo", "--fast", "--endpoint", server)
        for name in ("command", "account"):
            assert [step[name] for step in over_wire] == [step[name] for step in in_process]
        # The first answer is the organization's id.
        assert [step["answer"] for step in over_wire][1:] == [step["answer"] for step in in_process][1:]
        output = command_output(capsys, "demo", "--endpoint", server)
        assert output.endswith(f"{server}/worlds/demo/console/")
        world = Emulator(server).world("demo")
        world.assert_called("EnableAWSServiceAccess", times=2, error="")
        world.assert_called("EnableAWSServiceAccess", times=1, account="222233334444", error="AccessDeniedException")
        world.delete()


def every_command() -> list[list[str]]:
    """Return every command and every verb of a command."""

    def commands_of(parser: argparse.ArgumentParser) -> Iterator[list[str]]:
        for action in parser._actions:
            for name, command in action.choices.items() if isinstance(action, argparse._SubParsersAction) else ():
                yield [name]
                yield from ([name, *rest] for rest in commands_of(command))

    return list(commands_of(create_parser()))


def help_of(command: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Return the help of a command."""
    with pytest.raises(SystemExit, match="0"):
        main([*command, "--help"])
    return capsys.readouterr().out


class TestHelp:
    """`--help` of each command and verb."""

    @pytest.mark.parametrize("command", every_command(), ids=" ".join)
    def test_help_has_description_and_json_option(self, command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        """The description is a sentence, and every command whose output is not a format of its own can print JSON."""
        text = help_of(command, capsys)
        assert re.search(r"^[A-Z].*\.$", text, re.MULTILINE)
        has_verbs = "VERB" in text.partition("\n\n")[0]
        assert "--json" in text or has_verbs or command[0] in ("completion", "mcp")

    @pytest.mark.parametrize("command", every_command(), ids=" ".join)
    def test_every_option_has_help(self, command: list[str]) -> None:
        """Each option is described by a text that does not end with a full stop."""
        options = [
            action
            for action in _parser_of(command)._actions
            if action.option_strings and not isinstance(action, argparse._HelpAction)
        ]
        for option in options:
            assert option.help, option.option_strings
            assert not option.help.endswith("."), option.option_strings

    @pytest.mark.parametrize("command", [path for path in every_command() if len(path) == 1], ids=" ".join)
    def test_examples_of_help_are_valid_commands(self, command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        """The parser accepts each example of the help."""
        examples = re.findall(r"^  artifact-emulator (.*)$", help_of(command, capsys), re.MULTILINE)
        assert examples or command in (["serve"], ["env"], ["models"])
        for example in examples:
            words = shlex.split(re.split(r"\||&&|>|#", example)[0])
            assert create_parser().parse_args(words).command == command[0]


class TestVersion:
    """The version of the command."""

    def test_version_is_a_command_too(self, capsys: pytest.CaptureFixture[str]) -> None:
        """`artifact-emulator version` prints what `--version` prints."""
        for argument in ("--version", "version"):
            with pytest.raises(SystemExit) as end:
                main([argument])
            assert (end.value.code, capsys.readouterr().out) == (0, f"artifact-emulator {__version__}\n")


class TestCounts:
    """Numbers in the output."""

    @pytest.mark.parametrize(("number", "text"), [(0, "0 accounts"), (1, "1 account"), (1_000, "1,000 accounts")])
    def test_noun_agrees_with_its_number(self, number: int, text: str) -> None:
        """Only one is singular."""
        assert counted(number, "account") == text

    def test_irregular_plural_is_given(self) -> None:
        """A noun whose plural does not end with s brings it along."""
        assert [counted(number, "policy", "policies") for number in (1, 2)] == ["1 policy", "2 policies"]


def _parser_of(command: list[str]) -> argparse.ArgumentParser:
    parser = create_parser()
    for name in command:
        (verbs,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
        parser = verbs.choices[name]
    return parser


class TestTerminal:
    """Output that only a terminal gets."""

    def test_colors_are_for_terminals(self) -> None:
        """A terminal gets colors and a progress bar, a pipe gets neither."""
        environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm"}
        output = terminal_output([*COMMAND, "demo", "--fast"], environment)
        assert "\x1b[" in output
        assert "[########################] 13/13" in output
        piped = subprocess.run(
            [*COMMAND, "demo", "--fast"], env=environment, capture_output=True, text=True, check=True
        )
        assert "\x1b[" not in piped.stdout
        assert "13/13" not in piped.stdout

    @pytest.mark.parametrize("settings", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
    def test_colors_can_be_turned_off(self, settings: dict[str, str]) -> None:
        """NO_COLOR and a terminal without colors turn them off; the progress bar remains."""
        output = terminal_output([*COMMAND, "demo", "--fast"], dict(os.environ) | {"TERM": "xterm"} | settings)
        assert "\x1b[" not in output
        assert "[########################] 13/13" in output

    def test_progress_is_shown_and_cleared(self, tmp_path: Path) -> None:
        """Work that takes a while shows its progress, and clears the line at its end."""
        accounts = "".join(
            f"      - {{id: '{200000000000 + number}', name: A, email: a{number}@example.com}}\n"
            for number in range(20_000)
        )
        management = "  - management: {id: '111111111111', name: M, email: m@example.com}\n    accounts:\n"
        file = tmp_path / "large.yaml"
        file.write_text(f"organizations:\n{management}{accounts}")
        output = terminal_output([*COMMAND, "scenario", "validate", str(file)], dict(os.environ) | {"TERM": "xterm"})
        assert "/20000 checking " in output
        assert output.rpartition("\x1b[K")[2].startswith(str(file))


class TestErrors:
    """Errors of commands: one line each."""

    def test_missing_server_is_reported(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The error says how to start an emulator, with status 1."""
        status, error = failed_command(capsys, "worlds", "list", "--endpoint", "http://127.0.0.1:1")
        assert (status, "artifact-emulator serve" in error) == (1, True)

    @pytest.mark.parametrize(
        ("arguments", "text"),
        [
            (["wrlds"], "'wrlds' is unknown; did you mean worlds?"),
            (["clock", "--endpoint", "nonsense"], "'nonsense' is not a URL"),
            (["env", "--account", "12"], "'12' is not an account id"),
            (["faults", "set", "organizations", "--latency-ms", "soon"], "'soon' is not a latency"),
            (["demo", "--speed", "2"], "unknown argument --speed"),
            (["serve", "--prt", "2"], "unknown argument --prt; did you mean --port?"),
            (["serve", "--quota", "accounts_per_organisation=3"], "did you mean accounts_per_organization?"),
        ],
    )
    def test_invalid_arguments_are_reported(
        self, arguments: list[str], text: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The error names the argument, with status 2."""
        status, error = failed_command(capsys, *arguments)
        assert (status, text in error) == (2, True), error

    @pytest.mark.parametrize(
        ("head", "text"), [("200 OK", "answers at "), ("502 Bad Gateway", "answers with 502 Bad Gateway at http://")]
    )
    def test_other_server_is_reported(self, head: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
        """The reply of a server that is not an emulator is reported as such, with the status of an error."""
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def reply() -> None:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(f"HTTP/1.1 {head}\r\nContent-Length: 2\r\n\r\nhi".encode())

            thread = Thread(target=reply)
            thread.start()
            endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}"
            status, error = failed_command(capsys, "clock", "--endpoint", endpoint)
            thread.join()
        assert (status, "another program answers" in error, text in error) == (1, True, True)

    def test_internal_error_is_reported_without_traceback(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """An unexpected exception is one line with status 70; a variable lets its traceback through."""

        def fail(_: object) -> int:
            raise ZeroDivisionError("by\nnothing")

        monkeypatch.setattr(models, "run", fail)
        message = "internal error, ZeroDivisionError: by nothing; set ARTIFACT_EMULATOR_TRACEBACKS=1 for a traceback"
        assert failed_command(capsys, "models") == (70, f"artifact-emulator: {message}\n")
        monkeypatch.setenv("ARTIFACT_EMULATOR_TRACEBACKS", "1")
        with pytest.raises(ZeroDivisionError):
            main(("models",))

    def test_interrupted_command_has_status_130(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Ctrl+C ends a command with the status that shells use for it."""

        def interrupt(_: object) -> int:
            raise KeyboardInterrupt

        monkeypatch.setattr(models, "run", interrupt)
        assert main(("models",)) == 130
        assert capsys.readouterr().err == "\n"
