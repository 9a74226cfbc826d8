"""A report as PDF, by ReportLab: the same blocks and drawings as in HTML, on A4.

The fonts are those that every PDF reader has (Helvetica, and Adobe's Chinese collection), so the
file stays small; scripts that neither holds are shown as their code points.
"""

from __future__ import annotations

import io
import re
from html import escape
from typing import Any

from labelcore.stages.reporting.document import Block, Document, Intervals, Table, Text, Timeline
from labelcore.stages.reporting.drawing import Drawing, Line, Part, Point, draw_intervals, draw_timeline

_CHINESE = "STSong-Light"
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]+")
_PLAIN = {"‹": "<", "›": ">", "…": "...", "–": "-", "—": "-", "“": '"', "”": '"', "’": "'", "·": "-"}
_TONES = {"good": "#009E73", "care": "#E69F00", "bad": "#D55E00"}
_MARGIN = 48


def to_pdf(report: Document) -> bytes:
    """The whole file."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import SimpleDocTemplate

    pdfmetrics.registerFont(UnicodeCIDFont(_CHINESE))
    out = io.BytesIO()
    page = SimpleDocTemplate(
        out,
        pagesize=A4,
        title=report.title,
        author="labelcore",
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
    )
    flow = [_paragraph(report.title, "title"), _paragraph(report.subtitle, "small")]
    for block in report.blocks:
        flow += _block(block, page.width)
    page.build(flow)
    return out.getvalue()


def _block(block: Block, width: float) -> list[Any]:
    if isinstance(block, Text):
        return [_paragraph(block.words, block.tone)]
    if isinstance(block, Table):
        return _table(block, width)
    drawing = draw_intervals(block) if isinstance(block, Intervals) else draw_timeline(block)
    caption = _paragraph(block.title, "caption")
    caption.keepWithNext = True  # with the heading before it, which KeepTogether would leave behind
    marks = block.marks if isinstance(block, Timeline) else ()
    listed = (
        _paragraph(f"{number}. {mark.at:%Y-%m-%d %H:%M}: {mark.words}", "small")
        for number, mark in enumerate(marks, 1)
    )
    return [caption, _drawn(drawing, width), *listed]


def _paragraph(words: str, tone: str) -> Any:
    from reportlab.lib.colors import HexColor
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

    sizes = {"title": 20, "heading": 14, "lead": 13, "small": 8.5, "caption": 10.5}
    size = sizes.get(tone, 10)
    bold = tone in {"title", "heading", "caption"}
    edge = (
        {"borderColor": HexColor(_TONES[tone]), "borderWidth": 1, "borderPadding": 5}
        if tone in _TONES
        else {}
    )
    style = ParagraphStyle(
        tone,
        fontName="Helvetica-Bold" if bold else "Helvetica",
        fontSize=size,
        leading=size * 1.4,
        spaceBefore=14 if tone == "heading" else 14 if edge else 4,
        spaceAfter=14 if edge else 4,
        wordWrap="CJK" if _WIDE.search(words) else None,
        keepWithNext=tone == "heading",
        **edge,
    )
    return Paragraph(_marked(words), style)


def _marked(words: str) -> str:
    """Text as ReportLab's markup: escaped, Chinese in its own font."""
    safe = escape(_readable(words))
    return _WIDE.sub(lambda found: f'<font name="{_CHINESE}">{found[0]}</font>', safe)


def _readable(words: str) -> str:
    """What the fonts can show; everything else by its code point."""
    plain = "".join(_PLAIN.get(c, c) for c in words)
    return "".join(
        c
        if c in "\n\t" or " " <= c < "\x7f" or "\xa0" <= c <= "\xff" or _WIDE.match(c)
        else f"[U+{ord(c):04X}]"
        for c in plain
    )


def _table(table: Table, width: float) -> list[Any]:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Table as Grid

    rows = [[_paragraph(cell, "small") for cell in row] for row in (table.columns, *table.rows)]
    grid = Grid(rows, colWidths=_widths(table, width), repeatRows=1)
    line = HexColor("#bbbbbb")
    grid.setStyle([("LINEBELOW", (0, 0), (-1, -1), 0.4, line), ("VALIGN", (0, 0), (-1, -1), "TOP")])
    return [_paragraph(table.title, "caption"), grid] if table.title else [grid]


def _widths(table: Table, width: float) -> list[float]:
    """Columns in proportion to their longest text, within limits."""
    columns = zip(table.columns, *table.rows, strict=True)
    sizes = [min(40, max(9, *map(len, column))) for column in columns]
    return [width * size / sum(sizes) for size in sizes]


def _drawn(drawing: Drawing, width: float) -> Any:
    from reportlab.graphics.shapes import Drawing as Canvas

    scale = width / drawing.width
    canvas = Canvas(width, drawing.height * scale)
    for part in drawing.parts:
        canvas.add(_part(part, drawing.height))
    canvas.scale(scale, scale)
    return canvas


def _part(part: Part, height: float) -> Any:
    """A part in PDF's own direction: y grows upwards."""
    from reportlab.graphics import shapes
    from reportlab.lib.colors import HexColor

    if isinstance(part, Line):
        dash = [4, 3] if part.dashed else None
        return shapes.Line(
            part.x1,
            height - part.y1,
            part.x2,
            height - part.y2,
            strokeColor=HexColor(part.colour),
            strokeWidth=part.width,
            strokeDashArray=dash,
        )
    if isinstance(part, Point):
        return _point(part, height - part.y)
    text = _readable(part.text)
    font = _CHINESE if _WIDE.search(text) else "Helvetica"
    return shapes.String(
        part.x,
        height - part.y,
        text,
        fontName=font,
        fontSize=part.size,
        textAnchor=part.anchor,
        fillColor=HexColor(part.colour),
    )


def _point(point: Point, y: float) -> Any:
    from reportlab.graphics import shapes
    from reportlab.lib.colors import HexColor

    fill = {"fillColor": HexColor(point.colour), "strokeColor": None}
    x = point.x
    if point.shape == "circle":
        return shapes.Circle(x, y, 4.5, **fill)
    corners = {
        "diamond": [x, y + 6, x + 6, y, x, y - 6, x - 6, y],
        "square": [x - 4.5, y - 4.5, x + 4.5, y - 4.5, x + 4.5, y + 4.5, x - 4.5, y + 4.5],
        "triangle": [x, y + 6, x + 6, y - 4, x - 6, y - 4],
    }
    return shapes.Polygon(corners[point.shape], **fill)
