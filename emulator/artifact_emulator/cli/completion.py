"""The command `completion`: a script with which a shell completes the commands and their options."""

import argparse

from artifact_emulator.cli.output import write
from artifact_emulator.cli.parser import add_command

_SHELLS = ("bash", "zsh", "fish", "tcsh", "powershell")


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

    write(shtab.complete(options.create_parser(), options.shell))
    return 0
