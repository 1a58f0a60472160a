"""How commands explain themselves: a sentence, examples to copy, and one line for what cannot be read."""

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn


class Parser(argparse.ArgumentParser):
    """A parser that shows examples, and says in one line what it cannot read."""

    def __init__(self, *, examples: Sequence[str] = (), **options: Any) -> None:
        shown = "\n".join(["examples:", *(f"  artifact-emulator {one}" for one in examples)]) if examples else None
        options = {"epilog": shown, "formatter_class": argparse.RawDescriptionHelpFormatter} | options
        super().__init__(**options)

    def error(self, message: str) -> NoReturn:
        """End with status 2."""
        self.exit(2, f"artifact-emulator: {message}; `{self.prog} --help` tells more\n")


def teach(commands: Any, name: str, told: str, *examples: str) -> Parser:
    """Add a command, or a verb of one, with what it is for and how it is used."""
    description = f"{told[0].upper()}{told[1:]}."
    made: Parser = commands.add_parser(name, help=told, description=description, examples=examples)
    return made
