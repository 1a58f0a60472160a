"""The command `completion`: a script with which a shell completes commands, options, files and names."""

import argparse
from collections.abc import Iterator
from typing import Any

from artifact_emulator.cli.output import write
from artifact_emulator.cli.parser import Commands, add_command

_SHELLS = ("bash", "zsh", "fish", "tcsh", "powershell")
_WORLDS = "artifact-emulator worlds list 2>/dev/null | cut -d ' ' -f 1"
_FILES = frozenset({"FILE", "DIR"})
_SCENARIOS = frozenset({"NAME|FILE", "SCENARIO"})


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "completion",
        "print a script with which a shell completes the commands and their options",
        "completion bash | source /dev/stdin",
        "completion fish > ~/.config/fish/completions/artifact-emulator.fish",
    )
    parser.set_defaults(run=_completion)
    parser.add_argument("shell", choices=_SHELLS, metavar="SHELL", help=", ".join(_SHELLS))


def _completion(options: argparse.Namespace) -> int:
    # Imported here: other commands do not need it.
    import shtab

    parser = options.create_parser()
    for action in _arguments(parser):
        if (completion := _completion_of(action)) is not None:
            action.complete = completion  # type: ignore[attr-defined]  # shtab reads it.
    write(shtab.complete(parser, options.shell))
    return 0


def _arguments(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:  # noqa: SLF001 - argparse has no public way to list them.
        yield action
        if isinstance(action, Commands):
            for old_name in action.new_names:
                del action.choices[old_name]
            for command in dict.fromkeys(action.choices.values()):
                yield from _arguments(command)


def _completion_of(action: argparse.Action) -> dict[str, Any] | None:
    """Return how shtab completes the value of an argument, or None."""
    # Imported here: other commands do not need them.
    import shtab

    from artifact_emulator.aws.service_profile import PROFILES
    from artifact_emulator.scenarios.files import built_in_scenarios

    if action.metavar in _FILES:
        return dict(shtab.FILE)
    if action.metavar in _SCENARIOS:
        return _words("scenarios", f"echo {' '.join(built_in_scenarios())}", with_files=True)
    if action.metavar == "SERVICE":
        return _words("services", f"echo {' '.join(PROFILES)}")
    if action.metavar == "WORLD" or action.dest == "world":
        return _words("worlds", _WORLDS)
    return None


def _words(kind: str, command: str, *, with_files: bool = False) -> dict[str, Any]:
    """Return the completion with the words that a command prints, in the shells that run one."""
    name = f"_artifact_emulator_{kind}"
    bash, zsh, fish = f'compgen -W "$({command})" -- "$1"', f"compadd -- $({command})", f"{command} | string split ' '"
    if with_files:
        bash += '; compgen -f -- "$1"'
        zsh += "; _files"
        fish += "; __fish_complete_path (commandline -ct)"
    return {
        "bash": name,
        "zsh": name,
        "fish": f"({name})",
        "preamble": {
            "bash": f"{name}() {{ {bash}; }}",
            "zsh": f"{name}() {{ {zsh}; }}",
            "fish": f"function {name}\n  {fish}\nend",
        },
    }
