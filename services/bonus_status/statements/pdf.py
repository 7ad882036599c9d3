"""A statement as PDF, to keep or to print: A4, the sums on top, then the lines."""

import io
from datetime import datetime
from functools import cache, partial
from typing import Any
from xml.sax.saxutils import escape

from babel.dates import format_date
from font_roboto import font_files
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

from services.bonus_status.statements.languages import ENGLISH, Speak, marked, speaks
from services.bonus_status.statements.statement import Line, Statement
from shared.months import PROGRAMME_ZONE

_INK, _QUIET, _LINE, _FIELD = (HexColor(one) for one in (0x1C2430, 0x68727F, 0xD9DEE5, 0xF3F6F9))
_ACCENT, _LOSS = HexColor(0x0B6E4F), HexColor(0xA4262C)
_MARGIN = 18 * mm
_PADDING = 6  # of reportlab's own frame
_WIDTH = A4[0] - 2 * _MARGIN - 2 * _PADDING
_NAMES = {
    "opening": marked("Opening"),
    "earned": marked("Earned"),
    "corrected": marked("Corrected"),
    "spent": marked("Spent"),
    "closing": marked("Closing"),
}
_LINE_WIDTHS = [24 * mm, 62 * mm, _WIDTH - 110 * mm, 24 * mm]
_MINUS = "\N{MINUS SIGN}"


def as_pdf(statement: Statement, language: str = ENGLISH) -> bytes:
    """Draw the statement; the same statement makes the same bytes in a language."""
    gettext = speaks(language)
    _know_fonts()
    output = io.BytesIO()
    document = SimpleDocTemplate(
        output,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=22 * mm,
        title=f"{gettext('Statement of bonuses')}, {statement.month}",
        author="Cashback",
        invariant=1,
    )
    foot = partial(_draw_foot, statement, gettext)
    document.build(_story(statement, language, gettext), onFirstPage=foot, onLaterPages=foot)
    return output.getvalue()


@cache
def _know_fonts() -> None:
    # The fonts that every PDF reader has know no Cyrillic, and stores' names are written in it.
    pdfmetrics.registerFont(TTFont("Roboto", font_files["Roboto"]))
    pdfmetrics.registerFont(TTFont("Roboto-Bold", font_files["RobotoBold"]))


@cache
def _style(size: float, color: Any = _INK, *, bold: bool = False, right: bool = False) -> Any:
    return ParagraphStyle(
        "text",
        fontName="Roboto-Bold" if bold else "Roboto",
        fontSize=size,
        leading=size * 1.3,
        textColor=color,
        alignment=2 if right else 0,
    )


def _text(said: str, style: Any) -> Any:
    return Paragraph(escape(said), style)


def _story(statement: Statement, language: str, gettext: Speak) -> list[Any]:
    begins = statement.month.begins_at().astimezone(PROGRAMME_ZONE)
    so_far = "" if statement.is_final else ", " + gettext("so far")
    about = gettext("Member %(member)s. 1 point is 1 ruble. Days are those of Moscow.")
    month = format_date(begins, "LLLL y", locale=language)
    return [
        _text(gettext("Statement of bonuses"), _style(22, bold=True)),
        _text(f"{month[0].upper()}{month[1:]}{so_far}", _style(13, _ACCENT, bold=True)),
        Spacer(0, 2 * mm),
        _text(about % {"member": statement.member_id}, _style(8.5, _QUIET)),
        Spacer(0, 6 * mm),
        _sums(statement, gettext),
        Spacer(0, 8 * mm),
        _lines(statement, gettext)
        if statement.lines
        else _text(gettext("Nothing happened."), _style(10, _QUIET)),
        *_left_out(statement, gettext),
    ]


def _sums(statement: Statement, gettext: Speak) -> Any:
    """Lay out the five sums side by side, as one adds them up."""
    signs = {"earned": "+", "spent": _MINUS}
    names = [_text(gettext(_NAMES[name]), _style(8.5, _QUIET)) for name in _NAMES]
    figures = [
        _text(_figure(getattr(statement, name), signs.get(name, "")), _style(15, bold=True))
        for name in _NAMES
    ]
    table = Table([names, figures], colWidths=[_WIDTH / len(_NAMES)] * len(_NAMES))
    table.setStyle(
        [
            ("BACKGROUND", (0, 0), (-1, -1), _FIELD),
            ("LINEBEFORE", (1, 0), (-1, -1), 0.5, _LINE),
            ("LINEBELOW", (-1, -1), (-1, -1), 2, _ACCENT),
            ("LEFTPADDING", (0, 0), (-1, -1), 9),
            ("TOPPADDING", (0, 0), (-1, 0), 8),
            ("BOTTOMPADDING", (0, 1), (-1, 1), 10),
        ]
    )
    return table


def _lines(statement: Statement, gettext: Speak) -> Any:
    head = _style(8.5, _QUIET, bold=True)
    heads = [
        _text(one, head) for one in (gettext("Day"), gettext("Store"), gettext("What happened"))
    ]
    heads.append(_text(gettext("Points"), _style(8.5, _QUIET, bold=True, right=True)))
    table = Table([heads, *map(_row, statement.lines)], colWidths=_LINE_WIDTHS, repeatRows=1)
    table.setStyle(
        [
            ("LINEBELOW", (0, 0), (-1, 0), 1, _INK),
            ("LINEBELOW", (0, 1), (-1, -1), 0.4, _LINE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), 2),
        ]
    )
    return table


def _row(one: Line) -> list[Any]:
    plain = _style(9)
    colour = _LOSS if one.points < 0 else _ACCENT
    return [
        _text(_day(one.posted_at), plain),
        _text(one.store_name, plain),
        _text(one.in_words, plain),
        _text(_figure(one.points, "+"), _style(9, colour, bold=True, right=True)),
    ]


def _left_out(statement: Statement, gettext: Speak) -> list[Any]:
    if not statement.lines_left_out:
        return []
    said = gettext("Not listed, but counted above: %(count)s more lines.")
    said %= {"count": statement.lines_left_out}
    return [Spacer(0, 4 * mm), _text(said, _style(8.5, _QUIET))]


def _draw_foot(statement: Statement, gettext: Speak, canvas: Any, document: Any) -> None:
    canvas.saveState()
    canvas.setFont("Roboto", 8)
    canvas.setFillColor(_QUIET)
    sums = gettext("opening + earned + corrected - spent = closing").replace("-", _MINUS)
    canvas.drawString(_MARGIN + _PADDING, 12 * mm, f"Cashback, {statement.month}: {sums}")
    canvas.drawRightString(
        A4[0] - _MARGIN - _PADDING, 12 * mm, gettext("Page %(number)s") % {"number": document.page}
    )
    canvas.restoreState()


def _figure(points: int, sign: str = "") -> str:
    """Write `+1 250`, or with a real minus sign below zero; zero has no sign."""
    text = f"{abs(points):,}".replace(",", "\N{NO-BREAK SPACE}")
    if points < 0:
        return f"{_MINUS}{text}"
    return f"{sign}{text}" if points else text


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(PROGRAMME_ZONE):%d.%m.%Y}"
