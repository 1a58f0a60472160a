"""The command `serve`: a server of one world and of as many more as are asked for."""

import argparse
import errno
import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

from artifact_emulator.cli.options import CommandFailed, say
from artifact_emulator.cli.parser import teach
from artifact_emulator.cli.terminal import under_way
from artifact_emulator.version import __version__

if TYPE_CHECKING:
    from artifact_state.catalog import TrustedService


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the others."""
    parser = teach(commands, "serve", "serve AWS Organizations, AWS Artifact, and the slices of IAM and STS they touch")
    parser.epilog = dedent(
        """\
        Point any AWS SDK or the AWS CLI at it:

          export AWS_ENDPOINT_URL=http://127.0.0.1:4700
          export AWS_ACCESS_KEY_ID=111122223333 AWS_SECRET_ACCESS_KEY=x AWS_DEFAULT_REGION=us-east-1
          aws organizations create-organization

        A 12-digit access key id is that account's root user; any account exists.
        The state is in memory: it begins empty, or with --scenario, and ends with the server."""
    )
    parser.add_argument(
        "--host",
        default="localhost",
        help="address to listen on (default: localhost, both 127.0.0.1 and ::1; 0.0.0.0 opens it to the network)",
    )
    parser.add_argument(
        "--port", type=_port, default=4700, help="port to listen on (default: 4700; 0 chooses a free one)"
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name by which the control API may be reached, besides localhost and addresses, such as a "
        "container's; may be given more than once",
    )
    parser.add_argument(
        "--end-with-stdin",
        action="store_true",
        help="end when standard input ends, and so with whoever started this, however that one ends",
    )
    parser.add_argument("--json", action="store_true", help="say in JSON, in one line, that it is ready, and where")
    parser.add_argument("--seed", default="", help="source of ids: equal seeds and equal calls give equal ids")
    parser.add_argument(
        "--credentials",
        choices=("loose", "strict"),
        default="loose",
        help="loose: placeholders are accounts; strict: only keys that the emulator handed out (default: loose)",
    )
    parser.add_argument(
        "--artifact-principal",
        choices=("both", "documented", "account-sync"),
        default="both",
        help="which service principals open AWS Artifact: AWS's documents name two (default: both)",
    )
    parser.add_argument(
        "--creation-delay",
        type=_seconds,
        default=timedelta(0),
        metavar="SECONDS",
        help="how long CreateAccount takes after its own answer (default: 0)",
    )
    parser.add_argument(
        "--inquiry-delay",
        type=_seconds,
        default=timedelta(0),
        metavar="SECONDS",
        help="how long AWS Artifact works on a compliance inquiry (default: 0)",
    )
    parser.add_argument(
        "--review-delay",
        type=_seconds,
        default=timedelta(0),
        metavar="SECONDS",
        help="how long experts then review what no report answers, where an inquiry has full support (default: 0)",
    )
    parser.add_argument(
        "--inactive-sts-region",
        action="append",
        default=[],
        metavar="REGION",
        help="a region in which AWS STS gives nobody temporary credentials; may be given more than once",
    )
    parser.add_argument(
        "--leave-wait-period",
        type=_seconds,
        default=timedelta(0),
        metavar="SECONDS",
        help="how long a created account waits before it may leave; AWS: 345600, four days (default: 0)",
    )
    parser.add_argument(
        "--quota",
        type=_quota,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="change a limit, such as accounts_per_organization=10 or iam.RolesPerAccount=3; times are in seconds; "
        "may be given more than once",
    )
    parser.add_argument(
        "--scenario",
        metavar="NAME|FILE",
        help="begin with a scenario, and lead back to it by a reset: a built-in one's name, or a YAML or JSON file",
    )
    parser.add_argument(
        "--iam",
        choices=("enforce", "audit", "off"),
        default="enforce",
        help="whether permissions are enforced, only recorded, or not looked at (default: enforce)",
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="name in a header of each answer where its decision is explained: x-artifact-emulator-decision",
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
        help="whether callers are held to AWS's documented request rates (default: off)",
    )
    parser.add_argument(
        "--strict-client",
        nargs="?",
        const="",
        metavar="SEED",
        help="let clients meet all that AWS permits and lucky ones break on: short and empty pages, one throttle and "
        "one concurrent modification, accounts that take their time, late reads; equal seeds give the same",
    )
    parser.add_argument(
        "--standalone-prerequisites",
        action="store_true",
        help="refuse to let created accounts leave for lack of a payment method, as AWS does",
    )


def run(options: argparse.Namespace) -> int:
    """Serve until somebody ends it; give the exit status.

    Raises CannotDo.
    """
    # Looking for pydantic's plugins reads the metadata of every installed package; the shapes use none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Imported here: `--help` and `models` need no server.
    from artifact_emulator.app import App
    from artifact_emulator.server.server import LOOPBACK, listen, serve
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
            strict_client=options.strict_client,
            services=options.services,
        ),
        state=State(seed=options.seed),
    )
    if options.scenario is not None:
        # Imported here: few begin with one.
        from artifact_emulator.scenarios.files import UnreadableScenario, world_at

        try:
            with under_way(f"loading {options.scenario}"):
                world.replace_with(world_at(options.scenario, world.options))
        except UnreadableScenario as error:
            raise CommandFailed(str(error)) from None
    try:
        sockets = listen(LOOPBACK if options.host == "localhost" else [options.host], options.port)
    except OSError as error:
        cure = "; --port 0 chooses a free one" if error.errno == errno.EADDRINUSE else ""
        raise CommandFailed(f"cannot listen on {options.host}, port {options.port}: {error.strerror}{cure}") from None
    address = f"http://{_shown(options.host)}:{sockets[0].getsockname()[1]}"
    ready = f"artifact-emulator {__version__} ready on {address} (Ctrl+C ends it)"
    if options.json:
        ready = json.dumps({"version": __version__, "endpoint": address, "pid": os.getpid()})
    core = App(
        world,
        credentials=options.credentials,
        allowed_hosts=options.allow_host,
        iam=options.iam,
        explain=options.explain,
    )
    ends_with = sys.stdin.fileno() if options.end_with_stdin else None
    serve(core, sockets, ready=lambda: say(ready), ends_with=ends_with)
    return 0


def _shown(host: str) -> str:
    host = "127.0.0.1" if host == "localhost" else host
    return f"[{host}]" if ":" in host else host


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")
    return int(text)


def _quota(text: str) -> tuple[str, int]:
    # Imported here: only whoever changes a limit reads the file.
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
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
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
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return timedelta(seconds=seconds)
