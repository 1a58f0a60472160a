"""The command `classroom`: a world for each student of a class, and a sheet of links with which they sign in."""

import argparse
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from artifact_emulator.cli.options import CommandFailed, emulator_at, translated_errors
from artifact_emulator.cli.output import write
from artifact_emulator.cli.parser import add_command
from artifact_emulator.cli.serve import configure, serve_with
from artifact_emulator.cli.serve_options import SETTINGS, TOKEN_FILE, world_from
from artifact_emulator.cli.settings import Setting, add_switches
from artifact_emulator.console import PREFIX
from artifact_emulator.counts import counted

if TYPE_CHECKING:
    from artifact_emulator.app import App
    from artifact_emulator.classroom.sheet import Slip
    from artifact_emulator.classroom.students import Student
    from artifact_emulator.testing.client import Emulator

_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, and see below.
_SCENARIO_HELP = (
    "begin each world, and the teacher's, with a built-in scenario or a YAML or JSON file; a reset returns to it"
)


def _of_classroom(setting: Setting) -> Setting:
    """Return a setting of `serve` as this command has it."""
    if setting.name == "host":
        # Links that lead nowhere from the students' machines would be of no use, and nobody enters without a token.
        return setting._replace(
            default=_EVERYWHERE[0], help="the address to listen on (default: 0.0.0.0, that is all networks)"
        )
    return setting._replace(help=_SCENARIO_HELP) if setting.name == "scenario" else setting


_SETTINGS = tuple(map(_of_classroom, SETTINGS))
_SHEETS = (".html", ".csv", ".txt")
_MAX_STUDENTS = 5_000


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "classroom",
        "serve a class: a world for each student, and a sheet of links with which they sign in",
        "classroom 30 --sheet class.html",
        "classroom --names names.txt --scenario organization --data-dir class --sheet class.html",
        "classroom 30 --allow-host lab.school.example",
        "classroom 30 --endpoint http://lab.school.example:4700",
    )
    parser.set_defaults(run=_run)
    parser.add_argument("count", nargs="?", type=_count, metavar="COUNT", help="the number of students")
    parser.add_argument(
        "--names", type=Path, metavar="FILE", help="a text file with the name of a student on each line"
    )
    parser.add_argument(
        "--sheet",
        action="append",
        type=_sheet,
        default=[],
        metavar="FILE",
        help="write the links to a page to print (.html), a table (.csv) or text (.txt), instead of printing them; "
        "repeatable",
    )
    parser.add_argument(
        "--endpoint",
        metavar="URL",
        help="create the worlds in a running emulator, whose token is in $ARTIFACT_EMULATOR_CONTROL_TOKEN",
    )
    add_switches(parser, _SETTINGS)


def _run(options: argparse.Namespace) -> int:
    if configure(options, _SETTINGS):
        return 0
    students = _students(options)
    if options.endpoint is not None:
        return _use_running(options, students)
    options.control_token = token = options.control_token or _kept_token(options)

    def prepare(app: "App") -> None:
        _create_worlds(app, students, options)

    def announce(address: str) -> None:
        _hand_out(options, students, _address_in_network(options, address), token)

    return serve_with(options, prepare=prepare, announce=announce)


def _use_running(options: argparse.Namespace, students: "list[Student]") -> int:
    """Create the worlds that a running emulator does not have yet.

    Raises CommandFailed.
    """
    # Imported here: reading scenarios takes YAML.
    from artifact_emulator.scenarios.files import InvalidScenario

    if not options.control_token:
        raise CommandFailed(
            "set ARTIFACT_EMULATOR_CONTROL_TOKEN to the token of the running emulator. If it has none, it is open to "
            "everybody: start it with --control-token",
            2,
        )
    emulator = emulator_at(options.endpoint, options.control_token)
    try:
        with translated_errors():
            if not _asks_for_token(options.endpoint):
                raise CommandFailed(f"{options.endpoint} is open to everybody: start it with --control-token")
            _create_missing(emulator, students, options.scenario)
    except InvalidScenario as error:
        raise CommandFailed(str(error)) from None
    _hand_out(options, students, emulator.endpoint, options.control_token)
    return 0


def _asks_for_token(endpoint: str) -> bool:
    # Imported here: a server of its own needs no HTTP client.
    from artifact_emulator.testing.client import ControlError

    try:
        emulator_at(endpoint, None).request("GET", "/_emulator/clock")
    except ControlError as error:
        return error.status == 401
    return False


def _create_missing(emulator: "Emulator", students: "list[Student]", scenario: str | None) -> None:
    # Not from a list, which several processes behind one address do not have.
    for world in (emulator.world(student.world) for student in students):
        if world.exists():
            continue
        if scenario is None:
            emulator.request("PUT", f"/_emulator/worlds/{world.name}")
        else:
            world.load_scenario(scenario)


def _create_worlds(app: "App", students: "list[Student]", options: argparse.Namespace) -> None:
    """Create the worlds of students that have none yet; what a data directory has kept stays."""
    # Imported here: `--help` needs no worlds.
    from artifact_emulator.world_management import create_world
    from artifact_state.world_registry import RegistryFull

    contents = world_from(options)
    try:
        for student in students:
            if app.worlds.existing(student.world) is None:
                create_world(app.worlds, student.world, contents=contents)
    except RegistryFull as error:
        raise CommandFailed(str(error)) from None


def _hand_out(options: argparse.Namespace, students: "list[Student]", address: str, token: str) -> None:
    """Write the sheets, or print the links, and print that of the teacher."""
    # Imported here: `--help` needs no sheet.
    from artifact_emulator.classroom import sheet

    slips = sheet.slips(students, address, token)
    for path in options.sheet:
        _write_private(path, _form_of(path)(slips))
    link = sheet.teacher_link(address, token)
    if options.json:
        teacher = {"link": link, "progress": f"{address}{PREFIX}/classroom", "token": token}
        described = [
            {name: getattr(slip, name) for name in ("name", "world", "link", "endpoint", "token")} for slip in slips
        ]
        write(json.dumps({"teacher": teacher, "students": described}))
        return
    written = f"; their links are in {', '.join(map(str, options.sheet))}" if options.sheet else ":"
    write(f"{counted(len(slips), 'world')}{written}")
    if not options.sheet:
        write(sheet.as_text(slips))
    write(f"Teacher, for all worlds and their progress: {link}")


def _form_of(path: Path) -> "Callable[[list[Slip]], str]":
    from artifact_emulator.classroom import sheet

    return {".html": sheet.as_html, ".csv": sheet.as_csv, ".txt": sheet.as_text}[path.suffix.lower()]


def _students(options: argparse.Namespace) -> "list[Student]":
    """Return the students of the class.

    Raises CommandFailed.
    """
    # Imported here: `--help` needs no students.
    from artifact_emulator.classroom.students import named, numbered

    if options.names is None:
        if options.count is None:
            raise CommandFailed("how many students? Give a number, such as `classroom 30`, or --names FILE", 2)
        return numbered(options.count)
    try:
        students = named(options.names.read_text("utf-8-sig").splitlines())
    except (OSError, ValueError) as error:
        raise CommandFailed(f"{options.names}: {getattr(error, 'strerror', None) or error}", 2) from None
    if not students:
        raise CommandFailed(f"{options.names} has no names", 2)
    if options.count not in (None, len(students)):
        raise CommandFailed(f"{options.names} has {len(students)} names, not {options.count}", 2)
    return students


def _kept_token(options: argparse.Namespace) -> str:
    """Return the token in the data directory, which is created on first use, or a new one without a directory.

    Raises CommandFailed.
    """
    # Imported here: `--help` needs no token.
    from artifact_emulator.access_tokens import new_token

    token = new_token()
    if options.data_dir is None:
        return token
    path = Path(options.data_dir, TOKEN_FILE)
    try:
        if path.exists():
            return path.read_text("utf-8").strip()
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandFailed(f"{path}: {error.strerror}") from None
    _write_private(path, token)
    return token


def _write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read.

    Raises CommandFailed.
    """
    try:
        with open(path, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(f"{text.rstrip()}\n")
    except OSError as error:
        raise CommandFailed(f"{path}: {error.strerror}") from None


def _address_in_network(options: argparse.Namespace, address: str) -> str:
    """Return the address of the server for students: under the first allowed name, or that of this machine."""
    port = address.rpartition(":")[2]
    name = next((name for name in options.allow_host if not name.startswith("*")), None)
    if name is not None:
        return f"http://{name}:{port}"
    return f"http://{_own_address()}:{port}" if options.host in _EVERYWHERE else address


def _own_address() -> str:
    """Return this machine's address in its network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Chooses the network by which others are reached, and sends nothing. The address is one for documentation.
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        own: str = probe.getsockname()[0]
        return own


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MAX_STUDENTS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of students from 1 to {_MAX_STUDENTS}")
    return int(text)


def _sheet(text: str) -> Path:
    if not text.lower().endswith(_SHEETS):
        raise argparse.ArgumentTypeError(f"the name of a sheet ends with {', '.join(_SHEETS)}, not as {text!r}")
    path = Path(text)
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {str(path.parent)!r} for the sheet: create it first")
    return path
