"""The argument parser of the commands: descriptions, examples, and errors in one line with the closest match."""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn

from artifact_state.closest_name import closest


class Parser(argparse.ArgumentParser):
    """A parser that shows examples in its help and reports an error in one line."""

    def __init__(self, *, examples: Sequence[str] = (), **options: Any) -> None:
        lines = "\n".join(["examples:", *(f"  artifact-emulator {example}" for example in examples)])
        options = {
            "epilog": lines if examples else None,
            "formatter_class": argparse.RawDescriptionHelpFormatter,
        } | options
        super().__init__(**options)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Parse arguments; unknown ones are an error of this parser, which knows what they might have been."""
        parsed, unknown = super().parse_known_args(args, namespace)
        if unknown:
            known = self._option_string_actions
            hints = (closest(argument.partition("=")[0], known) for argument in unknown if argument.startswith("-"))
            self.error(f"unknown argument {unknown[0]}{next(hints, '')}")
        return parsed, unknown

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Raise ArgumentError if the action does not have the value among its choices."""
        if action.choices is not None and value not in action.choices:
            choices = list(map(str, action.choices))
            hint = closest(str(value), choices) or f"; it is one of {', '.join(choices)}"
            raise argparse.ArgumentError(action, f"{value!r} is unknown{hint}")

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


def instant(text: str) -> datetime:
    """Return the instant that an argument names, in UTC unless it has an offset.

    Raises ArgumentTypeError.
    """
    try:
        named = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not an instant, such as 2026-01-01T00:00:00Z") from None
    return named if named.tzinfo else named.replace(tzinfo=UTC)
