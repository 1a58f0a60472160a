"""The commands `env` and `profiles`: the settings by which AWS's SDKs and command line find a world."""

import argparse
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from shlex import quote
from typing import Any

from artifact_emulator.cli.options import add_json, add_world, asked_world, explained, say, say_json, write_file
from artifact_emulator.cli.parser import teach
from artifact_emulator.testing.environment import misleading, past_proxies

_ID = re.compile(r"\d{12}")
_SHELLS = ("bash", "zsh", "sh", "fish", "powershell", "cmd")
_OFTEN_SET = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN")
"""What is unset even if it is not set here: the shell that heeds it may be another."""
_EVALUATED = """\
examples:
  eval "$(artifact-emulator env --account 111122223333)"                        bash, zsh, sh
  artifact-emulator env --account 111122223333 | source                         fish
  artifact-emulator env --account 111122223333 | Out-String | Invoke-Expression PowerShell
  artifact-emulator env --shell cmd >env.cmd && call env.cmd                    cmd

What would lead an SDK elsewhere, such as AWS_PROFILE, is unset."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to the others."""
    exports = teach(
        commands, "env", "print the settings by which AWS's SDKs and command line find a world, for a shell"
    )
    exports.epilog = _EVALUATED
    exports.add_argument("--account", type=_account, metavar="ID", default="123456789012", help="whose root user calls")
    exports.add_argument("--region", metavar="REGION", default="us-east-1")
    exports.add_argument("--shell", choices=_SHELLS, default=_own_shell(), help="(default: the one that $SHELL names)")
    profiles = teach(
        commands,
        "profiles",
        "print an AWS configuration file with a profile for each account of a world",
        "profiles",
        "profiles --output aws.ini && AWS_CONFIG_FILE=aws.ini aws --profile management organizations list-accounts",
    )
    profiles.add_argument("--output", "-o", type=Path, metavar="FILE", help="write it there")
    for one in (exports, profiles):
        add_world(one)
        add_json(one)


def run(options: argparse.Namespace) -> int:
    """Carry the command out; give the exit status.

    Raises CannotDo.
    """
    if options.command == "env":
        settings = asked_world(options).environment(options.account, region=options.region)
        settings |= past_proxies(settings, os.environ)
        if options.json:
            say_json(settings)
        else:
            say(_exported(settings, options.shell))
        return 0
    with explained():
        world = asked_world(options)
        accounts = _accounts(world.scenario())
    text = _profiles(accounts, world.endpoint)
    if options.json:
        say_json({"profiles": [{"name": name, "account": account} for name, account in accounts.items()]})
    elif options.output is None:
        say(text)
    if options.output is not None:
        write_file(options.output, text)
    return 0


def _account(text: str) -> str:
    if not _ID.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no account: an id has 12 digits")
    return text


def _own_shell() -> str:
    if os.name == "nt":
        return "powershell"
    name = Path(os.environ.get("SHELL", "bash")).name
    return name if name in _SHELLS else "bash"


def _exported(settings: dict[str, str], shell: str) -> str:
    forms = {
        "fish": ("set -gx {} {}", "set -e {}"),
        "powershell": ("$Env:{} = {}", "Remove-Item Env:{} -ErrorAction SilentlyContinue"),
        "cmd": ("set {}={}", "set {}="),
    }
    export, forget = forms.get(shell, ("export {}={}", "unset {}"))
    written: Mapping[str, Callable[[str], str]] = {
        "powershell": lambda value: "'" + value.replace("'", "''") + "'",
        "cmd": lambda value: value,
    }
    shown = written.get(shell, quote)
    unwanted = [name for name in misleading(os.environ) if name in os.environ or name in _OFTEN_SET]
    lines = [forget.format(name) for name in unwanted]
    return "\n".join([*lines, *(export.format(name, shown(value)) for name, value in settings.items())])


def _accounts(scenario: dict[str, Any]) -> dict[str, str]:
    """Give the accounts of a world by the names of their profiles, which are legal and of which no two are alike."""
    found: dict[str, str] = {}
    known = list(scenario.get("accounts", []))
    for organization in scenario.get("organizations", []):
        known += [organization["management"], *organization.get("accounts", [])]
    for one in known:
        name = re.sub(r"[^A-Za-z0-9]+", "-", one.get("name") or one["id"]).strip("-").lower() or one["id"]
        found[name if name not in found else f"{name}-{one['id']}"] = one["id"]
    return found


def _profiles(accounts: dict[str, str], endpoint: str) -> str:
    return "\n".join(
        f"[profile {name}]\naws_access_key_id = {account}\naws_secret_access_key = placeholder\n"
        f"region = us-east-1\nendpoint_url = {endpoint}\n"
        for name, account in accounts.items()
    )
