"""Settings of a command: each is a switch, an environment variable and a key of a configuration file, from one table.

A switch overrides the variable, which overrides the key of the file, which overrides the default.
"""

import argparse
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple

from artifact_emulator.cli.options import CommandFailed
from artifact_emulator.cli.parser import OldSwitch
from artifact_emulator.cli.variables import PREFIX, is_service_link
from artifact_state.closest_name import closest

CONFIG = "config"
"""The switch and variable that name the configuration file."""
_BOOLEANS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}

Kind = Literal["value", "flag", "list", "pairs"]
"""A value, a switch that is on or off, a repeatable switch, or a repeatable switch with NAME=VALUE."""


class Setting(NamedTuple):
    """One setting."""

    name: str
    """The switch without its dashes, and the key of the file."""
    help: str
    parse: Callable[[str], Any] = str
    """Reads one value from its text; raises argparse.ArgumentTypeError."""
    default: Any = None
    kind: Kind = "value"
    metavar: str | None = None
    choices: tuple[str, ...] = ()
    const: str | None = None
    """The value of the switch without an argument; None if it needs one."""
    old_switch: str | None = None
    """A switch that works for one more version."""
    is_secret: bool = False
    """Whether `--show-config` hides the value."""

    @property
    def variable(self) -> str:
        """Return the name of the environment variable."""
        return PREFIX + self.name.upper().replace("-", "_")

    @property
    def attribute(self) -> str:
        """Return the name among the parsed options."""
        return self.name.replace("-", "_")


class Resolved(NamedTuple):
    """The value of a setting, its text, and where it comes from: a switch, a variable, a file or the default."""

    value: Any
    text: str
    origin: str


def add_switches(parser: argparse.ArgumentParser, settings: Sequence[Setting]) -> None:
    """Add the switches of settings, and those that name and show a configuration."""
    for setting in settings:
        switch = f"--{setting.name}"
        options: dict[str, Any] = {"dest": setting.attribute, "default": argparse.SUPPRESS, "help": setting.help}
        if setting.kind == "flag":
            parser.add_argument(switch, action=argparse.BooleanOptionalAction, **options)
            continue
        if setting.kind in ("list", "pairs"):
            options["action"] = "append"
        if setting.const is not None:
            options |= {"nargs": "?", "const": setting.const}
        # The text is read in `resolve`, as that of the other sources is; argparse checks it where it names the switch.
        options |= {"type": _checked(setting), "metavar": setting.metavar, "choices": setting.choices or None}
        parser.add_argument(switch, **options)
        if setting.old_switch is not None:
            options["help"] = argparse.SUPPRESS
            parser.add_argument(setting.old_switch, action=OldSwitch, new_name=switch, **options)
    parser.add_argument("--config", metavar="FILE", help=f"a TOML file of settings (default: ${PREFIX}CONFIG, or none)")
    parser.add_argument(
        "--show-config", action="store_true", help="print each setting, its value and where it comes from, and exit"
    )


def resolve(
    settings: Sequence[Setting], options: argparse.Namespace, environ: Mapping[str, str] = os.environ
) -> dict[str, Resolved]:
    """Return the settings by name.

    Raises CommandFailed for a variable or a file that cannot be read, and for unknown keys.
    """
    path = options.config or environ.get(PREFIX + "CONFIG")
    file = _file(Path(path), settings) if path else {}
    return {setting.name: _resolved(setting, vars(options), environ, file, path or "") for setting in settings}


def shown(resolved: Mapping[str, Resolved]) -> str:
    """Return a table of the settings: name, value and origin."""
    width = max(map(len, resolved))
    return "\n".join(f"{name:{width}}  {text or '-':24}  {origin}" for name, (_, text, origin) in resolved.items())


def apply(resolved: Mapping[str, Resolved], options: argparse.Namespace) -> None:
    """Set the values among the parsed options."""
    for name, setting in resolved.items():
        setattr(options, name.replace("-", "_"), setting.value)


def _resolved(
    setting: Setting, switches: Mapping[str, Any], environ: Mapping[str, str], file: Mapping[str, Any], path: str
) -> Resolved:
    if setting.attribute in switches:
        return _read(setting, switches[setting.attribute], f"--{setting.name}")
    text = environ.get(setting.variable, "")
    if text and not is_service_link(setting.variable, text):
        parts: Any = text
        if setting.kind == "flag":
            parts = _boolean(setting, text)
        elif setting.kind in ("list", "pairs"):
            parts = [part.strip() for part in text.split(",") if part.strip()]
        return _read(setting, parts, setting.variable)
    if setting.name in file:
        return _read(setting, _from_file(setting, file[setting.name], path), path)
    return Resolved(setting.default, _text(setting.default), "default")


def _read(setting: Setting, given: Any, origin: str) -> Resolved:
    """Return the value of a text, of several texts, or of a flag.

    Raises CommandFailed.
    """
    if setting.kind == "flag":
        return Resolved(given, _text(given), origin)
    texts = given if isinstance(given, list) else [given]
    values = []
    for text in texts:
        if setting.choices and text not in setting.choices:
            hint = closest(text, setting.choices)
            raise CommandFailed(f"{origin}: {text!r} is not one of {', '.join(setting.choices)}{hint}", 2)
        try:
            values.append(setting.parse(text))
        except argparse.ArgumentTypeError as error:
            raise CommandFailed(f"{origin}: {setting.name}: {error}", 2) from None
    text = "(hidden)" if setting.is_secret else ", ".join(texts)
    return Resolved(values if setting.kind in ("list", "pairs") else values[0], text, origin)


def _checked(setting: Setting) -> Callable[[str], str]:
    """Return a type of argparse that refuses texts that the setting cannot have, and returns the others unread."""

    def check(text: str) -> str:
        setting.parse(text)
        return text

    return check


def _file(path: Path, settings: Sequence[Setting]) -> dict[str, Any]:
    # Imported here: most servers have no configuration file.
    import tomllib

    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise CommandFailed(f"{path}: {error.strerror}", 2) from None
    except (ValueError, RecursionError) as error:
        raise CommandFailed(f"{path} is not valid TOML: {error}", 2) from None
    names = [setting.name for setting in settings]
    for key in content:
        if key not in names:
            raise CommandFailed(f"{path}: there is no setting {key}{closest(key, names)}", 2)
    return content


def _from_file(setting: Setting, value: Any, path: str) -> Any:
    """Return the text or texts that a key of the file stands for.

    Raises CommandFailed.
    """
    if setting.kind == "flag":
        if not isinstance(value, bool):
            raise CommandFailed(f"{path}: {setting.name} is true or false", 2)
        return value
    if setting.kind == "pairs" and isinstance(value, dict):
        return [f"{name}={number}" for name, number in _flattened(value)]
    if setting.kind in ("list", "pairs"):
        if not isinstance(value, list):
            raise CommandFailed(f"{path}: {setting.name} is a {'table' if setting.kind == 'pairs' else 'list'}", 2)
        return [str(item) for item in value]
    if setting.const is not None and value is True:
        return setting.const
    if isinstance(value, bool | dict | list):
        raise CommandFailed(f"{path}: {setting.name} is one value", 2)
    return str(value)


def _flattened(table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the keys of a table with those of its tables, as `iam.RolesPerAccount`."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", content) for inner, content in _flattened(value))
        else:
            yield name, value


def _boolean(setting: Setting, text: str) -> bool:
    try:
        return _BOOLEANS[text.lower()]
    except KeyError:
        raise CommandFailed(f"{setting.variable}: {text!r} is not true or false", 2) from None


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g}"
    return "" if value is None or value in ([], ()) else str(value)
