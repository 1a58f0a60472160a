"""The sheet of links: as text, as CSV, and as a page to print and cut into slips with QR codes."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from pathlib import Path

from artifact_emulator.access_tokens import JOIN, world_token
from artifact_emulator.classroom.students import Student
from artifact_emulator.routing import WORLDS
from artifact_state.record import Record


class Slip(Record):
    """What a student gets."""

    name: str
    world: str
    link: str
    """Opens the console of the world; the token is in the fragment, which browsers do not send or pass on."""
    endpoint: str
    token: str


def slips(students: Iterable[Student], address: str, teacher_token: str) -> list[Slip]:
    """Return the slips of students."""
    return [_slip(student, address + WORLDS + student.world, teacher_token) for student in students]


def teacher_link(address: str, teacher_token: str) -> str:
    """Return the link that opens everything."""
    return f"{address}{JOIN}#{teacher_token}"


def as_text(sheet: Sequence[Slip]) -> str:
    """Return a line for each student."""
    width = max(len(slip.name) for slip in sheet)
    return "\n".join(f"{slip.name:{width}}  {slip.link}" for slip in sheet)


def as_csv(sheet: Iterable[Slip]) -> str:
    """Return the sheet as comma-separated values."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("name", "world", "link", "endpoint", "token"))
    writer.writerows((slip.name, slip.world, slip.link, slip.endpoint, slip.token) for slip in sheet)
    return text.getvalue()


def as_html(sheet: Iterable[Slip]) -> str:
    """Return the sheet as a page that needs no other file."""
    # Imported here: the other forms need neither.
    import segno
    from jinja2 import Environment

    template = Environment(autoescape=True).from_string(Path(__file__).with_name("sheet.html").read_text("utf-8"))
    codes = ((slip, segno.make(slip.link, micro=False).svg_data_uri(scale=3)) for slip in sheet)
    return template.render(codes=codes)


def _slip(student: Student, endpoint: str, teacher_token: str) -> Slip:
    token = world_token(teacher_token, student.world)
    return Slip(
        name=student.name, world=student.world, link=f"{endpoint}{JOIN}#{token}", endpoint=endpoint, token=token
    )
