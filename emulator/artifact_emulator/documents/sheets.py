"""Paper: how a sample document looks in print, whatever it says.

Apart from `documents` because fpdf2 takes a quarter of a second to load, and most runs never print.
"""

from bisect import bisect_right
from datetime import datetime
from typing import cast

from fpdf import FPDF

_Colour = tuple[int, int, int]

_INK: _Colour = (27, 38, 49)
_QUIET: _Colour = (99, 112, 125)
_ACCENT: _Colour = (11, 114, 133)
_RULE: _Colour = (205, 213, 219)
_NOTICE_PAPER: _Colour = (255, 246, 219)
_NOTICE_RULE: _Colour = (224, 168, 0)
_MARK: _Colour = (232, 236, 239)
_SMALL_MARK: _Colour = (214, 221, 226)

_MARGIN = 22.0
_LABEL_WIDTH = 44.0
_FONT = "Helvetica"


class Sheet(FPDF):
    """A4 pages with a band on top, a diagonal watermark under the text, and its owner at the foot."""

    def __init__(self, *, title: str, subject: str, made_at: datetime, mark: str, owner: tuple[str, str]) -> None:
        """Open a document; on every page go `mark` in large letters and the two lines that say whose copy it is."""
        super().__init__(format="A4")
        self._mark = printable(mark)
        self._owner = tuple(map(printable, owner))
        self.set_title(printable(title))
        self.set_subject(printable(subject))
        self.set_author("artifact-emulator")
        self.set_creator("artifact-emulator")
        # The same document is the same bytes: nothing of the moment of printing goes in.
        self.set_creation_date(made_at)
        self.set_margins(_MARGIN, 28, _MARGIN)
        self.set_auto_page_break(auto=True, margin=30)
        self.add_page()

    def header(self) -> None:
        """Lay the watermark under the page, and the band over it."""
        self._lay_mark()
        self.set_fill_color(*_ACCENT)
        self.rect(0, 0, self.w, 4, style="F")
        self._write_with(8, _QUIET)
        self.set_xy(_MARGIN, 12)
        self.cell(self.epw, 4, "artifact-emulator")
        self.set_xy(_MARGIN, 12)
        self._write_with(8, _ACCENT, style="B")
        self.cell(self.epw, 4, "SAMPLE DOCUMENT", align="R")
        self.set_xy(_MARGIN, 28)

    def footer(self) -> None:
        """Say at the foot for whom the page was made, and which page it is."""
        self.set_draw_color(*_RULE)
        self.line(_MARGIN, self.h - 21, self.w - _MARGIN, self.h - 21)
        self._write_with(7.5, _QUIET)
        for place, line in enumerate(self._owner):
            self.set_xy(_MARGIN, self.h - 18.5 + place * 4)
            self.cell(self.epw - 24, 4, self._shortened(line, self.epw - 26))
        self.set_xy(-_MARGIN - 24, self.h - 18.5)
        self.cell(24, 4, f"Page {self.page_no()} of {{nb}}", align="R")

    def headline(self, kind: str, title: str) -> None:
        """Write what the document is, and its title."""
        self._write_with(10, _ACCENT, style="B")
        self._block(5, kind.upper())
        self.ln(2)
        self._write_with(24, _INK, style="B")
        self._block(10.5, title)
        self.ln(5)

    def notice(self, text: str) -> None:
        """Write what nobody may overlook in a box of its own."""
        self._write_with(10.5, _INK)
        top, padding, line = self.get_y(), 4.5, 5.4
        height = self._lines(text, self.epw - 2 * padding) * line + 2 * padding
        self.set_fill_color(*_NOTICE_PAPER)
        self.rect(_MARGIN, top, self.epw, height, style="F")
        self.set_fill_color(*_NOTICE_RULE)
        self.rect(_MARGIN, top, 1.2, height, style="F")
        self.set_xy(_MARGIN + padding, top + padding)
        self.multi_cell(self.epw - 2 * padding, line, printable(text), align="L")
        self.set_xy(_MARGIN, top + height + 7)

    def facts(self, rows: tuple[tuple[str, str], ...]) -> None:
        """Write labels and their values, one below the other."""
        self.set_draw_color(*_RULE)
        for label, value in rows:
            self.line(_MARGIN, self.get_y(), self.w - _MARGIN, self.get_y())
            self.ln(1.8)
            self._write_with(9, _QUIET)
            self.cell(_LABEL_WIDTH, 5, printable(label))
            self._write_with(9.5, _INK)
            self.multi_cell(
                self.epw - _LABEL_WIDTH,
                5,
                printable(value),
                align="L",
                new_x="LMARGIN",
                new_y="NEXT",
            )
            self.ln(1.8)
        self.line(_MARGIN, self.get_y(), self.w - _MARGIN, self.get_y())
        self.ln(6)

    def heading(self, text: str) -> None:
        """Begin a section, on the next page if no more than the heading would fit on this one."""
        self._write_with(13, _INK, style="B")
        if self.will_page_break(self._lines(text, self.epw) * 7 + 17):
            self.add_page()
        self.ln(3)
        self._write_with(13, _INK, style="B")
        self._block(7, text)
        self.ln(1.5)

    def paragraph(self, text: str) -> None:
        """Write a paragraph."""
        self._write_with(10.5, _INK)
        self._block(5.6, text)
        self.ln(2.4)

    def item(self, number: int, text: str) -> None:
        """Write a numbered item, whole on one page."""
        self._write_with(10.5, _INK)
        if self.will_page_break(self._lines(text, self.epw - 9) * 5.6):
            self.add_page()
        self._write_with(10.5, _ACCENT, style="B")
        self.cell(9, 5.6, f"{number}.")
        self._write_with(10.5, _INK)
        self.multi_cell(self.epw - 9, 5.6, printable(text), align="L", new_x="LMARGIN", new_y="NEXT")
        self.ln(1.8)

    def _lay_mark(self) -> None:
        with self.local_context(), self.rotation(52, self.w / 2, self.h / 2):
            self._write_with(88, _MARK, style="B")
            self._centred(self._mark, self.h / 2)
            self._write_with(12, _SMALL_MARK)
            for place, line in enumerate(self._owner):
                self._centred(self._shortened(line, 230), self.h / 2 + 12 + place * 7)

    def _centred(self, text: str, y: float) -> None:
        self.text((self.w - self.get_string_width(text)) / 2, y, text)

    def _lines(self, text: str, width: float) -> int:
        return len(
            cast("list[str]", self.multi_cell(width, 5, printable(text), align="L", dry_run=True, output="LINES"))
        )

    def _block(self, line: float, text: str) -> None:
        self.multi_cell(self.epw, line, printable(text), align="L", new_x="LMARGIN", new_y="NEXT")

    def _write_with(self, size: float, colour: _Colour, *, style: str = "") -> None:
        self.set_font(_FONT, style, size)
        self.set_text_color(*colour)

    def _shortened(self, text: str, width: float) -> str:
        if self.get_string_width(text) <= width:
            return text
        fitting = bisect_right(range(len(text)), width, key=lambda kept: self.get_string_width(f"{text[:kept]}..."))
        return f"{text[: fitting - 1]}..."


def printable(text: str) -> str:
    """Give a text as the fonts that every PDF reader has can show it: what is not Latin-1 becomes a question mark."""
    shown = "".join(" " if character < " " or "\x7f" <= character <= "\x9f" else character for character in text)
    return shown.encode("latin-1", "replace").decode("latin-1")
