"""A report as PDF, by ReportLab: the same blocks and drawings as in HTML, on A4.

The fonts are those of every PDF reader; scripts that neither Helvetica nor Adobe's Chinese collection holds
are shown as their code points.
"""

from __future__ import annotations

import io
import re
from html import escape
from typing import Any

from labelcore.stages.reporting.document import (
    WIDTH,
    Block,
    ChartLine,
    ChartShape,
    Document,
    Drawing,
    Intervals,
    Part,
    ReportText,
    Table,
    Timeline,
    draw_intervals,
    draw_timeline,
)
from labelcore.text.showing import clock

_CHINESE = "STSong-Light"
_RANGES = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f"
_WIDE = re.compile(f"[{_RANGES}]+")
_UNKNOWN = re.compile(rf"[^\n\t -~\xa0-\xff{_RANGES}]")
_PLAIN = {"‹": "<", "›": ">", "…": "...", "–": "-", "—": "-", "“": '"', "”": '"', "’": "'", "·": "-"}
_TONES = {"good": "#009E73", "care": "#E69F00", "bad": "#D55E00"}
_MARGIN = 48
_LONGEST = {"title": 300, "heading": 300, "caption": 300, "cell": 1_000}
"""Characters; what is kept with what follows must fit on a page, or ReportLab lays it out for ever."""
_LONGEST_TEXT = 5_000


def to_pdf(report: Document) -> bytes:
    """The whole file."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import SimpleDocTemplate

    pdfmetrics.registerFont(UnicodeCIDFont(_CHINESE))
    out = io.BytesIO()
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), _MARGIN)
    title = _beginning(report.title, _LONGEST["title"])
    page = SimpleDocTemplate(out, pagesize=A4, title=title, author="labelcore", **margins)
    flow = [_paragraph(report.title, "title"), _paragraph(report.subtitle, "small")]
    for block in report.blocks:
        flow += _block(block, page.width)
    page.build(flow)
    return out.getvalue()


def _block(block: Block, width: float) -> list[Any]:
    if isinstance(block, ReportText):
        return [_paragraph(block.words, block.tone)]
    if isinstance(block, Table):
        return _table(block, width)
    drawing = draw_intervals(block) if isinstance(block, Intervals) else draw_timeline(block)
    caption = _paragraph(block.title, "caption")
    caption.keepWithNext = True  # with the heading before it, which KeepTogether would leave behind
    marks = block.marks if isinstance(block, Timeline) else ()
    lines = (
        _paragraph(f"{number}. {clock(mark.at)}: {mark.words}", "small")
        for number, mark in enumerate(marks, 1)
    )
    return [caption, _drawn(drawing, width), *lines]


def _paragraph(words: str, tone: str) -> Any:
    from reportlab.lib.colors import HexColor
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

    sizes = {"title": 20, "heading": 14, "lead": 13, "small": 8.5, "cell": 8.5, "caption": 10.5}
    size = sizes.get(tone, 10)
    bold = tone in {"title", "heading", "caption"}
    edge: dict[str, Any] = {}
    if tone in _TONES:
        edge = {"borderColor": HexColor(_TONES[tone]), "borderWidth": 1, "borderPadding": 5}
    style = ParagraphStyle(
        tone,
        fontName="Helvetica-Bold" if bold else "Helvetica",
        fontSize=size,
        leading=size * 1.4,
        spaceBefore=14 if edge or tone == "heading" else 4,
        spaceAfter=14 if edge else 4,
        wordWrap="CJK" if _WIDE.search(words) else None,
        keepWithNext=tone == "heading",
        **edge,
    )
    escaped = escape(_beginning(_readable(words), _LONGEST.get(tone, _LONGEST_TEXT)))
    in_font = _WIDE.sub(lambda match: f'<font name="{_CHINESE}">{match[0]}</font>', escaped)
    return Paragraph(in_font, style)


def _beginning(words: str, longest: int) -> str:
    """Of a long text the beginning, and how many characters are left out."""
    return words if len(words) <= longest else f"{words[:longest]} ... [+{len(words) - longest:,}]"


def _readable(words: str) -> str:
    """What the fonts can show; everything else by its code point."""
    plain = "".join(_PLAIN.get(c, c) for c in words)
    return _UNKNOWN.sub(lambda match: f"[U+{ord(match[0]):04X}]", plain)


def _table(table: Table, width: float) -> list[Any]:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Table as Grid

    rows = [[_paragraph(cell, "cell") for cell in row] for row in (table.columns, *table.rows)]
    sizes = [min(40, max(9, *map(len, column))) for column in zip(table.columns, *table.rows, strict=True)]
    grid = Grid(rows, colWidths=[width * size / sum(sizes) for size in sizes], repeatRows=1, splitInRow=1)
    line = HexColor("#bbbbbb")
    grid.setStyle([("LINEBELOW", (0, 0), (-1, -1), 0.4, line), ("VALIGN", (0, 0), (-1, -1), "TOP")])
    return [_paragraph(table.title, "caption"), grid] if table.title else [grid]


def _drawn(drawing: Drawing, width: float) -> Any:
    from reportlab.graphics.shapes import Drawing as Canvas

    scale = width / WIDTH
    canvas = Canvas(width, drawing.height * scale)
    for part in drawing.parts:
        canvas.add(_part(part, drawing.height))
    canvas.scale(scale, scale)
    return canvas


def _part(part: Part, height: float) -> Any:
    """A part in PDF's direction: y grows upwards."""
    from reportlab.graphics import shapes
    from reportlab.lib.colors import HexColor

    colour = HexColor(part.colour)
    if isinstance(part, ChartLine):
        ends, dash = (part.x1, height - part.y1, part.x2, height - part.y2), [4, 3] if part.dashed else None
        return shapes.Line(*ends, strokeColor=colour, strokeWidth=part.width, strokeDashArray=dash)
    if isinstance(part, ChartShape):
        places = [place for x, y in part.corners for place in (x, height - y)]
        return shapes.Polygon(places, fillColor=colour, strokeColor=None)
    text = _readable(part.text)
    look = {"fontName": _CHINESE if _WIDE.search(text) else "Helvetica", "fontSize": part.size}
    return shapes.String(part.x, height - part.y, text, **look, textAnchor=part.anchor, fillColor=colour)
