"""Trust, report, judge card and gate."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field

from labelcore import messages
from labelcore.dispatch import Outcome, operation
from labelcore.errors import BadInput
from labelcore.messages import slicing
from labelcore.messages.checking import card_text, gate_lines, moment_lines, version_lines
from labelcore.messages.report import write_report
from labelcore.messages.trusting import trust_lines
from labelcore.stages import aligning, reporting
from labelcore.stages.reporting.card import DAYS, CardSplit
from labelcore.workspace import Workspace

Share = Annotated[float, Field(ge=0, le=1)]


@operation("trust")
def trust(workspace: Workspace) -> Outcome:
    """Say whether the pass rate can be trusted, and why."""
    report = aligning.align(workspace, split="all")
    found = reporting.trust(workspace, report)
    return Outcome(document=messages.document(found), lines=trust_lines(found))


@operation("report")
def report(workspace: Workspace, *, out: Path, by: list[str] | None = None) -> Outcome:
    """Write the report as one HTML or PDF file."""
    writers = {".html": lambda built: reporting.to_html(built).encode(), ".pdf": reporting.to_pdf}
    if out.suffix.lower() not in writers:
        raise BadInput(
            f"A report cannot be written as '{out.suffix}'.", next_step="Name a .html or .pdf file."
        )
    document = write_report(reporting.gather(workspace, by=tuple(by or ())))
    content = writers[out.suffix.lower()](document)
    _write(out, content)
    return Outcome(
        document={"out": str(out), "bytes": len(content), "title": document.title},
        lines=(f"Wrote {out} ({len(content) / 1000:.0f} kB).",),
    )


@operation("card")
def card(
    workspace: Workspace,
    *,
    judge: str,
    out: Path | None = None,
    split: CardSplit | None = None,
    min_tpr: Share | None = None,
    min_tnr: Share | None = None,
    min_pass_rate: Share | None = None,
    days: Annotated[int, Field(ge=1, le=3_650)] = DAYS,
) -> Outcome:
    """Write a judge's card."""
    limits = reporting.Limits(tpr=min_tpr, tnr=min_tnr, pass_rate=min_pass_rate)
    made = reporting.make_card(workspace, judge, split=split, limits=limits, days=days)
    if out:
        _write(out, card_text(made).encode())
    where = f"Wrote {out}." if out else "Give --out FILE to keep it."
    flatters = " (in-sample: the figures flatter)" if made.in_sample else ""
    lines = (f"{made.judge} on '{made.split}'{flatters}, valid until {made.valid_until}. {where}",)
    return Outcome(document=messages.document(made), lines=lines)


@operation("check")
def check(
    workspace: Workspace,
    *,
    card: str | None = None,
    judge: str | None = None,
    split: CardSplit | None = None,
    min_tpr: Share | None = None,
    min_tnr: Share | None = None,
    min_pass_rate: Share | None = None,
    today: date | None = None,
) -> Outcome:
    """The gate: exit 1 when a judge or the pass rate is below its limit, and not by chance."""
    found = reporting.check(
        workspace,
        judge=judge,
        card=reporting.read_card(card) if card else None,
        limits=reporting.Limits(tpr=min_tpr, tnr=min_tnr, pass_rate=min_pass_rate),
        split=split,
        today=today,
    )
    document = {"passes": found.passes, **messages.document(found)}
    return Outcome(document=document, lines=gate_lines(found), exit_code=0 if found.passes else 1)


@operation("slices")
def slices(workspace: Workspace, *, by: list[str] | None = None) -> Outcome:
    """Pass rates by slice, by people and corrected, adjusted for how many there are."""
    found = reporting.slices(workspace, by or ())
    lines = []
    for sliced in found:
        lines += [slicing.slice_line(sliced.field, row) for row in sliced.rows]
        lines += [f"  {note}" for note in slicing.notes(sliced)]
    none = messages.say("No field has 2 to 30 values among the graded outputs.")
    return Outcome(document={"slices": messages.document(found)}, lines=tuple(lines) or (none,))


@operation("compare moments")
def moments(workspace: Workspace, *, before: str, after: str | None = None) -> Outcome:
    """Put the figures of two moments side by side."""
    found = reporting.compare_moments(
        workspace, aligning.parse_moment(before), aligning.parse_moment(after) if after else None
    )
    return Outcome(document=messages.document(found), lines=moment_lines(found))


@operation("compare versions")
def versions(workspace: Workspace, *, first: str, second: str) -> Outcome:
    """Compare two pipeline versions on the inputs that both answered."""
    found = reporting.compare_versions(workspace, first, second)
    lines = (messages.say("{n} inputs.", n=found.pairs), *version_lines(found))
    return Outcome(document=messages.document(found), lines=lines)


def _write(out: Path, content: bytes) -> None:
    try:
        out.write_bytes(content)
    except OSError as trouble:
        raise BadInput(
            f"{out} cannot be written: {trouble.strerror}.", next_step="Name another file."
        ) from trouble
