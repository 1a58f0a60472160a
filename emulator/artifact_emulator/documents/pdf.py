"""The PDF layout of sample documents, independent of their contents.

It is apart from `samples` because fpdf2 takes a quarter of a second to import, and most runs render no document.
"""

from bisect import bisect_right
from datetime import datetime
from typing import cast

from fpdf import FPDF

_Colour = tuple[int, int, int]

_TEXT: _Colour = (27, 38, 49)
_MUTED: _Colour = (99, 112, 125)
_ACCENT: _Colour = (11, 114, 133)
_RULE: _Colour = (205, 213, 219)
_NOTICE_FILL: _Colour = (255, 246, 219)
_NOTICE_RULE: _Colour = (224, 168, 0)
_WATERMARK: _Colour = (232, 236, 239)
_SMALL_WATERMARK: _Colour = (214, 221, 226)

_MARGIN = 22.0
_LABEL_WIDTH = 44.0
_FONT = "Helvetica"


class Sheet(FPDF):
    """A4 pages with a header band, a diagonal watermark and a footer that names the owner of the copy."""

    def __init__(self, *, title: str, subject: str, created_at: datetime, mark: str, owner: tuple[str, str]) -> None:
        """Create a document; every page has the watermark `mark` and the two lines of `owner`."""
        super().__init__(format="A4")
        self._mark = printable(mark)
        self._owner = tuple(map(printable, owner))
        self.set_title(printable(title))
        self.set_subject(printable(subject))
        self.set_author("artifact-emulator")
        self.set_creator("artifact-emulator")
        # Equal documents have equal bytes, so the time of rendering is not in them.
        self.set_creation_date(created_at)
        self.set_margins(_MARGIN, 28, _MARGIN)
        self.set_auto_page_break(auto=True, margin=30)
        self.add_page()

    def header(self) -> None:
        """Draw the watermark and the header band."""
        self._draw_watermark()
        self.set_fill_color(*_ACCENT)
        self.rect(0, 0, self.w, 4, style="F")
        self._set_style(8, _MUTED)
        self.set_xy(_MARGIN, 12)
        self.cell(self.epw, 4, "artifact-emulator")
        self.set_xy(_MARGIN, 12)
        self._set_style(8, _ACCENT, style="B")
        self.cell(self.epw, 4, "SAMPLE DOCUMENT", align="R")
        self.set_xy(_MARGIN, 28)

    def footer(self) -> None:
        """Write the owner and the page number."""
        self.set_draw_color(*_RULE)
        self.line(_MARGIN, self.h - 21, self.w - _MARGIN, self.h - 21)
        self._set_style(7.5, _MUTED)
        for index, line in enumerate(self._owner):
            self.set_xy(_MARGIN, self.h - 18.5 + index * 4)
            self.cell(self.epw - 24, 4, self._shortened(line, self.epw - 26))
        self.set_xy(-_MARGIN - 24, self.h - 18.5)
        self.cell(24, 4, f"Page {self.page_no()} of {{nb}}", align="R")

    def headline(self, kind: str, title: str) -> None:
        """Write the kind of the document and its title."""
        self._set_style(10, _ACCENT, style="B")
        self._block(5, kind.upper())
        self.ln(2)
        self._set_style(24, _TEXT, style="B")
        self._block(10.5, title)
        self.ln(5)

    def notice(self, text: str) -> None:
        """Write a highlighted notice in a box."""
        self._set_style(10.5, _TEXT)
        top, padding, line = self.get_y(), 4.5, 5.4
        height = self._lines(text, self.epw - 2 * padding) * line + 2 * padding
        self.set_fill_color(*_NOTICE_FILL)
        self.rect(_MARGIN, top, self.epw, height, style="F")
        self.set_fill_color(*_NOTICE_RULE)
        self.rect(_MARGIN, top, 1.2, height, style="F")
        self.set_xy(_MARGIN + padding, top + padding)
        self.multi_cell(self.epw - 2 * padding, line, printable(text), align="L")
        self.set_xy(_MARGIN, top + height + 7)

    def facts(self, rows: tuple[tuple[str, str], ...]) -> None:
        """Write rows of labels and values."""
        self.set_draw_color(*_RULE)
        for label, value in rows:
            self.line(_MARGIN, self.get_y(), self.w - _MARGIN, self.get_y())
            self.ln(1.8)
            self._set_style(9, _MUTED)
            self.cell(_LABEL_WIDTH, 5, printable(label))
            self._set_style(9.5, _TEXT)
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
        """Begin a section, on the next page if only the heading would fit on this one."""
        self._set_style(13, _TEXT, style="B")
        if self.will_page_break(self._lines(text, self.epw) * 7 + 17):
            self.add_page()
        self.ln(3)
        self._set_style(13, _TEXT, style="B")
        self._block(7, text)
        self.ln(1.5)

    def paragraph(self, text: str) -> None:
        """Write a paragraph."""
        self._set_style(10.5, _TEXT)
        self._block(5.6, text)
        self.ln(2.4)

    def item(self, number: int, text: str) -> None:
        """Write a numbered item without a page break inside it."""
        self._set_style(10.5, _TEXT)
        if self.will_page_break(self._lines(text, self.epw - 9) * 5.6):
            self.add_page()
        self._set_style(10.5, _ACCENT, style="B")
        self.cell(9, 5.6, f"{number}.")
        self._set_style(10.5, _TEXT)
        self.multi_cell(self.epw - 9, 5.6, printable(text), align="L", new_x="LMARGIN", new_y="NEXT")
        self.ln(1.8)

    def _draw_watermark(self) -> None:
        with self.local_context(), self.rotation(52, self.w / 2, self.h / 2):
            self._set_style(88, _WATERMARK, style="B")
            self._draw_centred(self._mark, self.h / 2)
            self._set_style(12, _SMALL_WATERMARK)
            for index, line in enumerate(self._owner):
                self._draw_centred(self._shortened(line, 230), self.h / 2 + 12 + index * 7)

    def _draw_centred(self, text: str, y: float) -> None:
        self.text((self.w - self.get_string_width(text)) / 2, y, text)

    def _lines(self, text: str, width: float) -> int:
        return len(
            cast("list[str]", self.multi_cell(width, 5, printable(text), align="L", dry_run=True, output="LINES"))
        )

    def _block(self, line: float, text: str) -> None:
        self.multi_cell(self.epw, line, printable(text), align="L", new_x="LMARGIN", new_y="NEXT")

    def _set_style(self, size: float, colour: _Colour, *, style: str = "") -> None:
        self.set_font(_FONT, style, size)
        self.set_text_color(*colour)

    def _shortened(self, text: str, width: float) -> str:
        if self.get_string_width(text) <= width:
            return text
        fitting = bisect_right(range(len(text)), width, key=lambda kept: self.get_string_width(f"{text[:kept]}..."))
        return f"{text[: fitting - 1]}..."


def printable(text: str) -> str:
    """Return a text with question marks for characters outside Latin-1, which the standard PDF fonts cannot show."""
    shown = "".join(" " if character < " " or "\x7f" <= character <= "\x9f" else character for character in text)
    return shown.encode("latin-1", "replace").decode("latin-1")
