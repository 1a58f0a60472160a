"""The commands `env` and `profiles`: settings that point AWS's SDKs and the AWS CLI at a world."""

import argparse
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from artifact_emulator.cli.options import (
    CommandFailed,
    add_json,
    add_world,
    existing_world_of,
    translated_errors,
    world_of,
)
from artifact_emulator.cli.output import warn, write, write_file, write_json, write_result
from artifact_emulator.cli.parser import add_command
from artifact_emulator.testing.environment import misleading, past_proxies

if TYPE_CHECKING:
    from artifact_emulator.testing.client import RemoteWorld

_ID = re.compile(r"\d{12}")
_SHELLS = ("bash", "zsh", "sh", "fish", "powershell", "cmd", "dotenv")
_UNAUTHORIZED = 401
_OFTEN_SET = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN")
"""Variables to unset even if they are not set here: another shell may evaluate the output."""
_ENV_EPILOG = """\
examples:
  eval "$(artifact-emulator env --account 111122223333)"                        bash, zsh, sh
  artifact-emulator env --account 111122223333 | source                         fish
  artifact-emulator env --account 111122223333 | Out-String | Invoke-Expression PowerShell
  artifact-emulator env --shell cmd >env.cmd && call env.cmd                    cmd
  artifact-emulator env --shell dotenv >>"$GITHUB_ENV"                          GitHub Actions, docker --env-file

Variables that select another endpoint or other credentials, such as AWS_PROFILE, are unset, except
in the format `dotenv`, which cannot unset any."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands."""
    exports = add_command(commands, "env", "print shell commands that point AWS's SDKs and the AWS CLI at a world")
    exports.set_defaults(run=_env)
    exports.epilog = _ENV_EPILOG
    exports.add_argument(
        "--account",
        type=_account,
        metavar="ID",
        help="the account whose root user calls (default: the management account of the world's first organization, or "
        "123456789012 without one)",
    )
    exports.add_argument("--region", metavar="REGION", default="us-east-1", help="(default: us-east-1)")
    exports.add_argument("--shell", choices=_SHELLS, default=_own_shell(), help="(default: that of $SHELL)")
    profiles = add_command(
        commands,
        "profiles",
        "print an AWS configuration file with a profile for each account of a world",
        "profiles",
        "profiles --output aws.ini && AWS_CONFIG_FILE=aws.ini aws --profile management organizations list-accounts",
    )
    profiles.set_defaults(run=_profiles)
    profiles.add_argument("--output", "-o", type=Path, metavar="FILE", help="write to FILE (default: standard output)")
    for parser in (exports, profiles):
        add_world(parser)
        add_json(parser)


def _env(options: argparse.Namespace) -> int:
    world = world_of(options)
    _check_token(world)
    _use_own_token(world)
    settings = world.environment(options.account or _default_account(world), region=options.region)
    settings |= past_proxies(settings, os.environ)
    write_result(options, _shell_commands(settings, options.shell), settings)
    return 0


def _check_token(world: "RemoteWorld") -> None:
    """Raise CommandFailed if the emulator, as far as it is there, would refuse the calls for want of its token."""
    # Imported here: `--help` needs no HTTP client.
    import requests

    from artifact_emulator.testing.client import ControlError

    try:
        world.exists()
    except ControlError as error:
        if error.status == _UNAUTHORIZED:
            raise CommandFailed(str(error)) from None
        warn(str(error))
    except (requests.RequestException, KeyError):
        return


def _use_own_token(world: "RemoteWorld") -> None:
    """Replace the control token, which opens all worlds, by the token of the world, if the world has a name."""
    # Imported here: `--help` needs no HTTP client.
    import requests

    from artifact_emulator.access_tokens import world_token
    from artifact_emulator.testing.client import ControlError

    token = world.emulator.control_token
    if token is None:
        return
    try:
        # Only the control token lists worlds, and no other derives tokens.
        world.emulator.worlds()
    except ControlError:
        return
    except (requests.RequestException, KeyError):
        warn("without a reply of the emulator, the secret is ARTIFACT_EMULATOR_CONTROL_TOKEN as it is")
        return
    if world.name == "default":
        warn("the secret is the control token, which opens all worlds; with --world NAME it opens one world only")
    else:
        world.secret = world_token(token, world.name)


def _default_account(world: "RemoteWorld") -> str:
    """Return the world's default account, as far as an emulator is there to tell it: it may start later."""
    # Imported here: `--help` needs no HTTP client.
    import requests

    from artifact_emulator.testing.world_client import DEFAULT_ACCOUNT

    try:
        return world.default_account
    except (requests.RequestException, KeyError):
        return DEFAULT_ACCOUNT


def _profiles(options: argparse.Namespace) -> int:
    with translated_errors():
        world = existing_world_of(options)
        accounts = _accounts(world.scenario())
    _use_own_token(world)
    text = _profile_file(accounts, world)
    if options.json:
        write_json({"profiles": [{"name": name, "account": account} for name, account in accounts.items()]})
    elif options.output is None:
        write(text)
    if options.output is not None:
        write_file(options.output, text)
    return 0


def _account(text: str) -> str:
    if not _ID.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not an account id, which has 12 digits")
    return text


def _own_shell() -> str:
    if os.name == "nt":
        return "powershell"
    name = Path(os.environ.get("SHELL", "bash")).name
    return name if name in _SHELLS else "bash"


def _shell_commands(settings: dict[str, str], shell: str) -> str:
    if shell == "dotenv":
        return "\n".join(f"{name}={value}" for name, value in settings.items())
    set_command, unset_command = {
        "fish": ("set -gx {} {}", "set -e {}"),
        "powershell": ("$Env:{} = {}", "Remove-Item Env:{} -ErrorAction SilentlyContinue"),
        "cmd": ("set {}={}", "set {}="),
    }.get(shell, ("export {}={}", "unset {}"))
    quotes: Mapping[str, Callable[[str], str]] = {
        "powershell": lambda value: "'" + value.replace("'", "''") + "'",
        "cmd": lambda value: value,
    }
    quoted = quotes.get(shell, quote)
    unwanted = [name for name in misleading(os.environ) if name in os.environ or name in _OFTEN_SET]
    lines = [unset_command.format(name) for name in unwanted]
    return "\n".join([*lines, *(set_command.format(name, quoted(value)) for name, value in settings.items())])


def _accounts(scenario: dict[str, Any]) -> dict[str, str]:
    """Return the account ids of a world by profile name; the names are valid and unique."""
    accounts = list(scenario.get("accounts", []))
    for organization in scenario.get("organizations", []):
        accounts += [organization["management"], *organization.get("accounts", [])]
    ids: dict[str, str] = {}
    for account in accounts:
        account_id = account["id"]
        name = re.sub(r"[^A-Za-z0-9]+", "-", account.get("name") or account_id).strip("-").lower() or account_id
        ids[name if name not in ids else f"{name}-{account_id}"] = account_id
    return ids


def _profile_file(accounts: dict[str, str], world: "RemoteWorld") -> str:
    return "\n".join(
        f"[profile {name}]\naws_access_key_id = {account}\naws_secret_access_key = {world.secret}\n"
        f"region = us-east-1\nendpoint_url = {world.endpoint}\n"
        for name, account in accounts.items()
    )
