"""The options of the command `serve`, and the world that they describe."""

import argparse
import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from artifact_emulator.cli.options import CommandFailed
from artifact_emulator.cli.terminal import progress

if TYPE_CHECKING:
    from artifact_state.catalog import TrustedService
    from artifact_state.world import World


_MAX_DIGITS = 18


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--host",
        default="localhost",
        help="the address to listen on (default: localhost, that is 127.0.0.1 and ::1; 0.0.0.0 for all networks)",
    )
    parser.add_argument(
        "--port", type=_port, default=4700, help="the port to listen on (default: 4700; 0 for any free port)"
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="accept requests to the control API under this host name, besides localhost and IP addresses; repeatable",
    )
    parser.add_argument(
        "--end-with-stdin",
        action="store_true",
        help="exit when standard input closes, and so with the parent process",
    )
    parser.add_argument(
        "--grace",
        type=_natural,
        default=5,
        metavar="SECONDS",
        help="the time that calls in progress have to finish after a signal; later they answer 503 (default: 5)",
    )
    parser.add_argument(
        "--limit",
        type=_limit,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="change a limit of the server, such as worlds=100 or body_bytes=1048576; repeatable",
    )
    parser.add_argument("--json", action="store_true", help="print the ready line as JSON")
    parser.add_argument(
        "--seed", default="", help="the seed of generated ids: the same seed and the same calls give the same ids"
    )
    parser.add_argument(
        "--credentials",
        choices=("loose", "strict"),
        default="loose",
        help="loose: accept account ids as access keys; strict: only keys that the emulator issued (default: loose)",
    )
    parser.add_argument(
        "--artifact-principal",
        choices=("both", "documented", "account-sync"),
        default="both",
        help="the service principals that enable AWS Artifact, of which AWS documents two (default: both)",
    )
    parser.add_argument(
        "--creation-delay",
        type=_seconds,
        default=timedelta(0),
        metavar="SECONDS",
        help="the duration of an account creation, after CreateAccount has replied (default: 0)",
    )
    parser.add_argument(
        "--inquiry-delay",
        type=_seconds,
        default=timedelta(0),
        metavar="SECONDS",
        help="the duration of a compliance inquiry (default: 0)",
    )
    parser.add_argument(
        "--review-delay",
        type=_seconds,
        default=timedelta(0),
        metavar="SECONDS",
        help="the additional duration of an expert review, for inquiries with full support (default: 0)",
    )
    parser.add_argument(
        "--inactive-sts-region",
        action="append",
        default=[],
        metavar="REGION",
        help="a region in which AWS STS is inactive and issues no credentials; repeatable",
    )
    parser.add_argument(
        "--leave-wait-period",
        type=_seconds,
        default=timedelta(0),
        metavar="SECONDS",
        help="the time before a created account may leave its organization; on AWS 345600, four days (default: 0)",
    )
    parser.add_argument(
        "--quota",
        type=_quota,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="change a quota, such as accounts_per_organization=10 or iam.RolesPerAccount=3; times are in seconds; "
        "repeatable",
    )
    parser.add_argument(
        "--scenario",
        metavar="NAME|FILE",
        help="start with a built-in scenario or a YAML or JSON file; a reset returns to it",
    )
    parser.add_argument(
        "--iam",
        choices=("enforce", "audit", "off"),
        default="enforce",
        help="enforce permissions, only record the decisions, or do not evaluate policies (default: enforce)",
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="link each reply to the explanation of its decision, in the header x-artifact-emulator-decision",
    )
    parser.add_argument(
        "--services",
        type=_services,
        default=(),
        metavar="FILE",
        help="JSON file with additional or overriding service definitions: a list of entries such as "
        '{"name": "Mine", "principals": ["mine.example.com"]}',
    )
    parser.add_argument(
        "--throttle",
        choices=("aws", "off"),
        default="off",
        help="enforce the request rates that AWS documents (default: off)",
    )
    parser.add_argument(
        "--strict-mode",
        "--strict-client",
        dest="strict_mode",
        nargs="?",
        const="",
        metavar="SEED",
        help="enable strict mode: short pages, throttling, concurrent modifications, asynchronous account creation and "
        "eventual consistency; the same seed gives the same effects",
    )
    parser.add_argument(
        "--standalone-prerequisites",
        action="store_true",
        help="refuse that a created account leaves its organization without a payment method, as AWS does",
    )


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


def _load_scenario(world: "World", scenario: str) -> None:
    # Imported here: reading scenarios takes YAML.
    from artifact_emulator.scenarios.files import InvalidScenario, load_file

    try:
        with progress(f"loading {scenario}"):
            world.replace_with(load_file(scenario, world.options))
    except InvalidScenario as error:
        raise CommandFailed(str(error)) from None


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port number from 0 to 65535")
    return int(text)


def _natural(text: str) -> int:
    if not text.isdecimal() or len(text) > _MAX_DIGITS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a natural number")
    return int(text)


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
        check_quota(catalog.quotas(), name, int(value) if value.isdecimal() else -1)
    except InvalidQuota as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return name, int(value)


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
