"""A report as one HTML file: no script, nothing loaded from elsewhere, readable in print."""

from __future__ import annotations

from html import escape

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
    draw_intervals,
    draw_timeline,
)
from labelcore.text.showing import clock

_SHORT = 12
_STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --line: #d5d5d5; --soft: #f4f4f2; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ececec; --paper: #17181a; --line: #44464a; --soft: #222427; }
  svg text { fill: #ececec !important; }
  svg line[stroke="#222222"] { stroke: #ececec; }
}
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
       max-width: 50rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { line-height: 1.2; } h2 { margin-top: 2.2rem; border-top: 1px solid var(--line); padding-top: 1rem; }
p.lead { font-size: 1.25rem; } p.small { font-size: .85rem; }
p.good, p.care, p.bad { border-left: 5px solid; padding: .4rem .8rem; background: var(--soft); }
p.good { border-color: #009E73; } p.care { border-color: #E69F00; } p.bad { border-color: #D55E00; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .5rem; border-bottom: 1px solid var(--line); }
td:not(:last-child), th { overflow-wrap: break-word; } th, .short { white-space: nowrap; }
figure { margin: 1.2rem 0; overflow-x: auto; } svg { width: 100%; min-width: 36rem; height: auto; }
figcaption, caption { font-weight: 600; text-align: left; padding-bottom: .4rem; }
.wide { overflow-x: auto; margin-bottom: 1.2rem; }
@media (max-width: 32rem) { table { font-size: .8rem; } th, td { padding: .3rem .2rem; } }
@media print { body { margin: 0; max-width: none; } figure, tr { break-inside: avoid; } svg { min-width: 0; \
} }
"""


def to_html(report: Document) -> str:
    """The whole file; every text from outside is escaped."""
    body = "\n".join(map(_block, report.blocks))
    return (
        "<!doctype html>\n"
        '<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(report.title)}</title><style>{_STYLE}</style></head>\n"
        f"<body><main><h1>{escape(report.title)}</h1><p>{escape(report.subtitle)}</p>\n{body}\n"
        "</main></body></html>\n"
    )


def _block(block: Block) -> str:
    if isinstance(block, ReportText):
        tag, tone = ("h2", "") if block.tone == "heading" else ("p", f' class="{block.tone}"')
        return f"<{tag}{tone}>{escape(block.words)}</{tag}>"
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Intervals):
        return figure(block.title, draw_intervals(block))
    marks = "".join(f"<li>{clock(mark.at)}: {escape(mark.words)}</li>" for mark in block.marks)
    return figure(block.title, draw_timeline(block)) + (f"<ol>{marks}</ol>" if marks else "")


def _cell(words: str) -> str:
    """A figure is not torn in two."""
    short = ' class="short"' if len(words) <= _SHORT else ""
    return f"<td{short}>{escape(words)}</td>"


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.columns)
    rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in table.rows)
    caption = f"<caption>{escape(table.title)}</caption>" if table.title else ""
    return (
        f'<div class="wide"><table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def figure(title: str, drawing: Drawing) -> str:
    """A drawing with its title, as inline SVG."""
    parts = "".join(map(_part, drawing.parts))
    return (
        f"<figure><figcaption>{escape(title)}</figcaption>"
        f'<svg viewBox="0 0 {WIDTH:.0f} {drawing.height:.0f}" role="img" '
        f'aria-label="{escape(drawing.says)}" font-family="system-ui, sans-serif">{parts}</svg></figure>'
    )


def _part(part: Part) -> str:
    if isinstance(part, ChartLine):
        dash = ' stroke-dasharray="4 3"' if part.dashed else ""
        return (
            f'<line x1="{part.x1:.1f}" y1="{part.y1:.1f}" x2="{part.x2:.1f}" y2="{part.y2:.1f}" '
            f'stroke="{part.colour}" stroke-width="{part.width:g}"{dash}/>'
        )
    if isinstance(part, ChartShape):
        corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in part.corners)
        return f'<polygon points="{corners}" fill="{part.colour}"/>'
    return (
        f'<text x="{part.x:.1f}" y="{part.y:.1f}" font-size="{part.size:g}" fill="{part.colour}" '
        f'text-anchor="{part.anchor}">{escape(part.text)}</text>'
    )
