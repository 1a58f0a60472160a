"""The argument parser of the commands: descriptions, examples, and errors in one line with the closest match."""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn

from artifact_emulator.cli.output import warn
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
        self.register("action", "parsers", Commands)

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


class Commands(argparse._SubParsersAction):  # type: ignore[type-arg]  # noqa: SLF001 - the only way to know the name.
    """The commands of a parser, of which some still have an old name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.new_names: dict[str, str] = {}

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: Any, values: Any, option_string: str | None = None
    ) -> None:
        """Parse the arguments of a command, and warn of an old name."""
        if (name := values[0]) in self.new_names:
            _warn_of_old_name(parser, name, self.new_names[name])
        super().__call__(parser, namespace, values, option_string)


class OldSwitch(argparse.Action):
    """An old name of the switch `new_name`: it does the same, and warns."""

    def __init__(self, *, new_name: str, **options: Any) -> None:
        super().__init__(**options)
        self.new_name = new_name

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: Any, values: Any, option_string: str | None = None
    ) -> None:
        """Set the value, and warn of the old name."""
        _warn_of_old_name(parser, str(option_string), self.new_name)
        setattr(namespace, self.dest, values)


def _warn_of_old_name(parser: argparse.ArgumentParser, old: str, new: str) -> None:
    command = parser.prog.partition(" ")[2]
    warn(f"`{command} {old}` is deprecated and will be removed in 0.3.0: use `{command} {new}`")


def add_command(commands: Any, name: str, summary: str, *examples: str, old_name: str | None = None) -> Parser:
    """Add a command, or a verb of a command, under its name and for one version under its old name."""
    parser: Parser = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        examples=examples,
        aliases=[old_name] if old_name else [],
    )
    if old_name:
        commands.new_names[old_name] = name
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
