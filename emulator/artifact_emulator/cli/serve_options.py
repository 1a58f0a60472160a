"""The settings of the command `serve`, and the world that they describe."""

import argparse
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from artifact_emulator.cli.behind import KINDS, backend
from artifact_emulator.cli.options import CommandFailed
from artifact_emulator.cli.settings import Setting
from artifact_emulator.cli.terminal import progress

if TYPE_CHECKING:
    from artifact_emulator.access_tokens import AccessTokens
    from artifact_emulator.storage.store import Store
    from artifact_state.catalog import TrustedService
    from artifact_state.world import World


_MAX_DIGITS = 18
TOKEN_FILE = "control-token"  # noqa: S105 - a file, and not a password.
"""The file of a data directory with the token that the command `classroom` made."""


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port number from 0 to 65535")
    return int(text)


def _natural(text: str) -> int:
    if not text.isdecimal() or len(text) > _MAX_DIGITS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a natural number")
    return int(text)


def _host_pattern(text: str) -> str:
    if not re.fullmatch(r"(\*\.)?[\w-]+(\.[\w-]+)*\.?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a host name, such as lab.school.example or *.school.example")
    return text.lower()


def _control_token(text: str) -> str:
    # Imported here: few servers have access tokens.
    from artifact_emulator.access_tokens import FORM, is_token

    if not is_token(text):
        raise argparse.ArgumentTypeError(f"a control token has {FORM}")
    return text


def _limit(text: str) -> tuple[str, int]:
    # Imported here: few servers have limits of their own.
    from artifact_emulator.limits import Limits
    from artifact_state.record import fields

    name, _, value = text.partition("=")
    names = list(fields(Limits))
    if name not in names:
        raise argparse.ArgumentTypeError(f"{name!r} is not a limit: {', '.join(names)}")
    return name, _natural(value)


def _quota(text: str) -> tuple[str, int]:
    # Imported here: few commands read the catalog.
    from artifact_state import catalog
    from artifact_state.catalog.quota_changes import InvalidQuota, check_quota

    name, _, value = text.partition("=")
    try:
        check_quota(catalog.quotas(), name, int(value) if value.isdecimal() else 1)
    except InvalidQuota as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return name, _natural(value)


def _services(path: str) -> "tuple[TrustedService, ...]":
    try:
        entries = json.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"{path}: {error}") from None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise argparse.ArgumentTypeError(f"{path} is not a list of services")
    # Imported here: few servers have services of their own.
    from artifact_state import catalog

    try:
        return catalog.read_services(entries)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{path}: {error}") from None


def _seconds(text: str) -> timedelta:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e9:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return timedelta(seconds=seconds)


SETTINGS = (
    Setting(
        "host",
        "the address to listen on (default: localhost, that is 127.0.0.1 and ::1; 0.0.0.0 for all networks)",
        default="localhost",
    ),
    Setting("port", "the port to listen on (default: 4700; 0 for any free port)", _port, default=4700),
    Setting(
        "allow-host",
        "accept requests to the control API and the console under this host name, besides localhost and IP addresses; "
        "*.school.example stands for all names below school.example; repeatable",
        _host_pattern,
        default=[],
        kind="list",
        metavar="NAME",
    ),
    Setting(
        "control-token",
        "require a token for the control API and the console: this one opens all worlds, and each world has one of its "
        "own (default: that of the command `classroom` in --data-dir, or none)",
        _control_token,
        metavar="TOKEN",
        is_secret=True,
    ),
    Setting(
        "end-with-stdin", "exit when standard input closes, and so with the parent process", default=False, kind="flag"
    ),
    Setting(
        "grace",
        "the time that calls in progress have to finish after a signal; later they answer 503 (default: 5)",
        _natural,
        default=5,
        metavar="SECONDS",
    ),
    Setting(
        "limit",
        "change a limit of the server, such as worlds=100 or body_bytes=1048576; repeatable",
        _limit,
        default=[],
        kind="pairs",
        metavar="NAME=VALUE",
    ),
    Setting(
        "data-dir",
        "keep all worlds in this directory across restarts; the settings of the default world, such as --scenario, "
        "count when it is new",
        metavar="DIR",
    ),
    Setting(
        "durability",
        "process: what was answered survives the end of the process; full: also a loss of power, at the speed of the "
        "disk (default: process)",
        default="process",
        choices=("process", "full"),
    ),
    Setting("json", "print the ready line as JSON", default=False, kind="flag"),
    Setting("ready-file", "write the ready line as JSON to this file, for `wait` and `health`", metavar="FILE"),
    Setting(
        "log-level",
        "the least level of messages on standard error (default: warning)",
        default="warning",
        choices=("debug", "info", "warning", "error"),
    ),
    Setting("log-format", "text, or JSON lines (default: text)", default="text", choices=("text", "json")),
    Setting("request-log", "log each call: operation, caller, status and duration", default=False, kind="flag"),
    Setting("seed", "the seed of generated ids: the same seed and the same calls give the same ids", default=""),
    Setting(
        "credentials",
        "loose: accept account ids as access keys; strict: only keys that the emulator issued (default: loose)",
        default="loose",
        choices=("loose", "strict"),
    ),
    Setting(
        "artifact-principal",
        "the service principals that enable AWS Artifact, of which AWS documents two (default: both)",
        default="both",
        choices=("both", "documented", "account-sync"),
    ),
    Setting(
        "creation-delay",
        "the duration of an account creation, after CreateAccount has replied (default: 0)",
        _seconds,
        default=timedelta(0),
        metavar="SECONDS",
    ),
    Setting(
        "inquiry-delay",
        "the duration of a compliance inquiry (default: 0)",
        _seconds,
        default=timedelta(0),
        metavar="SECONDS",
    ),
    Setting(
        "review-delay",
        "the additional duration of an expert review, for inquiries with full support (default: 0)",
        _seconds,
        default=timedelta(0),
        metavar="SECONDS",
    ),
    Setting(
        "inactive-sts-region",
        "a region in which AWS STS is inactive and issues no credentials; repeatable",
        default=[],
        kind="list",
        metavar="REGION",
    ),
    Setting(
        "leave-wait-period",
        "the time before a created account may leave its organization; on AWS 345600, four days (default: 0)",
        _seconds,
        default=timedelta(0),
        metavar="SECONDS",
    ),
    Setting(
        "quota",
        "change a quota, such as accounts_per_organization=10 or iam.RolesPerAccount=3; times are in seconds; "
        "repeatable",
        _quota,
        default=[],
        kind="pairs",
        metavar="NAME=VALUE",
    ),
    Setting(
        "scenario",
        "start with a built-in scenario or a YAML or JSON file; a reset returns to it",
        metavar="NAME|FILE",
    ),
    Setting(
        "iam",
        "enforce permissions, only record the decisions, or do not evaluate policies (default: enforce)",
        default="enforce",
        choices=("enforce", "audit", "off"),
    ),
    Setting(
        "explain",
        "link each reply to the explanation of its decision, in the header x-artifact-emulator-decision",
        default=False,
        kind="flag",
    ),
    Setting(
        "behind",
        "where calls of services that are not emulated go once they are authorized: the address of another emulator, "
        "or moto, whose server is then started (default: nowhere, they answer 501)",
        backend,
        metavar="URL|moto",
    ),
    Setting(
        "behind-kind",
        "how the emulator behind is told the account of a call: as moto, localstack or floci; in the credential, or "
        "none (default: found out by asking it)",
        choices=KINDS,
    ),
    Setting(
        "unknown",
        "how a call is decided if its policies depend on what the request does not tell: refuse it, let it pass, or "
        "let it pass with a warning (default: deny)",
        default="deny",
        choices=("deny", "allow", "audit"),
    ),
    Setting(
        "services",
        "JSON file with additional or overriding service definitions: a list of entries such as "
        '{"name": "Mine", "principals": ["mine.example.com"]}',
        _services,
        default=(),
        metavar="FILE",
    ),
    Setting(
        "throttle",
        "enforce the request rates that AWS documents (default: off)",
        default="off",
        choices=("aws", "off"),
    ),
    Setting(
        "strict-mode",
        "enable strict mode: short pages, throttling, concurrent modifications, asynchronous account creation and "
        "eventual consistency; the same seed gives the same effects",
        metavar="SEED",
        const="",
        old_switch="--strict-client",
    ),
    Setting(
        "standalone-prerequisites",
        "refuse that a created account leaves its organization without a payment method, as AWS does",
        default=False,
        kind="flag",
    ),
)
"""Every setting; each is a switch, a variable ARTIFACT_EMULATOR_<NAME> and a key of a configuration file."""

_OF_DEFAULT_WORLD = frozenset(
    {
        "artifact-principal",
        "creation-delay",
        "inactive-sts-region",
        "inquiry-delay",
        "leave-wait-period",
        "quota",
        "review-delay",
        "scenario",
        "seed",
        "services",
        "standalone-prerequisites",
        "strict-mode",
        "throttle",
    }
)
"""The settings that `world_from` reads."""


def world_from(options: argparse.Namespace) -> "World":
    """Return the default world that the options describe.

    Raises CommandFailed.
    """
    # Imported here: `--help` needs no world.
    from artifact_state.catalog.quota_changes import replace_quotas
    from artifact_state.model import State
    from artifact_state.world import Options, World, default_quotas

    world = World(
        options=Options(
            quotas=replace_quotas(default_quotas(), dict(options.quota)) if options.quota else None,
            artifact_principal=options.artifact_principal,
            creation_delay=options.creation_delay,
            inquiry_delay=options.inquiry_delay,
            review_delay=options.review_delay,
            inactive_sts_regions=frozenset(options.inactive_sts_region),
            leave_wait_period=options.leave_wait_period,
            standalone_prerequisites=options.standalone_prerequisites,
            throttling=options.throttle,
            strict_client=options.strict_mode,
            services=options.services,
        ),
        state=State(seed=options.seed),
    )
    if options.scenario is not None:
        _load_scenario(world, options.scenario)
    return world


def unused_settings(options: argparse.Namespace) -> str:
    """Return the switches of the default world that are set, which a data directory with worlds does not use, or ""."""
    of_world = (setting for setting in SETTINGS if setting.name in _OF_DEFAULT_WORLD)
    changed = [f"--{setting.name}" for setting in of_world if getattr(options, setting.attribute) != setting.default]
    return ", ".join(changed)


def store_from(options: argparse.Namespace) -> "Store | None":
    """Return the opened data directory, or None without one.

    Raises CommandFailed.
    """
    if options.data_dir is None:
        return None
    # Imported here: few servers keep their worlds.
    from artifact_emulator.storage.database import UnusableDirectory
    from artifact_emulator.storage.store import Store

    try:
        with progress(f"loading {options.data_dir}"):
            return Store(Path(options.data_dir), options.durability)
    except UnusableDirectory as error:
        raise CommandFailed(str(error)) from None


def access_from(options: argparse.Namespace) -> "AccessTokens | None":
    """Return the access tokens that the options or the data directory have, or None.

    Raises CommandFailed.
    """
    token = options.control_token
    if token is None and options.data_dir is not None and (file := Path(options.data_dir, TOKEN_FILE)).exists():
        try:
            token = _control_token(file.read_text("utf-8").strip())
        except (OSError, ValueError, argparse.ArgumentTypeError) as error:
            raise CommandFailed(f"{file}: {error}") from None
    if token is None:
        return None
    # Imported here: few servers have access tokens.
    from artifact_emulator.access_tokens import AccessTokens

    return AccessTokens(token)


def _load_scenario(world: "World", scenario: str) -> None:
    # Imported here: reading scenarios takes YAML.
    from artifact_emulator.scenarios.files import InvalidScenario, load_file

    try:
        with progress(f"loading {scenario}") as loading:
            world.replace_with(load_file(scenario, world.options, loading.report))
    except InvalidScenario as error:
        raise CommandFailed(str(error)) from None
