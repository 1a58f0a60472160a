"""The argument parser of the commands: descriptions, examples, and errors in one line."""

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn


class Parser(argparse.ArgumentParser):
    """A parser that shows examples in its help and reports an error in one line."""

    def __init__(self, *, examples: Sequence[str] = (), **options: Any) -> None:
        lines = "\n".join(["examples:", *(f"  artifact-emulator {example}" for example in examples)])
        options = {
            "epilog": lines if examples else None,
            "formatter_class": argparse.RawDescriptionHelpFormatter,
        } | options
        super().__init__(**options)

    def error(self, message: str) -> NoReturn:
        """Report an error in one line and exit with status 2."""
        self.exit(2, f"artifact-emulator: {message}; see `{self.prog} --help`\n")


def add_command(commands: Any, name: str, summary: str, *examples: str, old_name: str | None = None) -> Parser:
    """Add a command, or a verb of a command, under its name and for one version under its old name."""
    parser: Parser = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        examples=examples,
        aliases=[old_name] if old_name else [],
    )
    return parser
