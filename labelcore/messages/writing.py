"""Operations that write sentences into files: the report, and a judge's card."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from labelcore import files
from labelcore.errors import BadInput
from labelcore.messages.report import write_report
from labelcore.messages.telling import document
from labelcore.models import Frozen, Role
from labelcore.operations import operation
from labelcore.stages.reporting import gathering, html, pdf
from labelcore.stages.reporting.card import DAYS, NO_LIMITS, JudgeCard, LimitOptions, WantedSplit, make_card
from labelcore.stages.reporting.slicing import By
from labelcore.workspace import Workspace

_WRITERS = {".html": lambda built: html.to_html(built).encode(), ".pdf": pdf.to_pdf}


class ReportFile(Frozen):
    """A report that stands in a file."""

    out: Path
    bytes: int
    title: str


class WrittenCard(Frozen):
    """A judge's card, and where it stands if it was kept."""

    card: JudgeCard
    out: Path | None

    def document(self) -> Any:
        """The card's document."""
        return self.card


@operation("report", role=Role.MANAGER)
def report(
    workspace: Workspace, *, out: Annotated[Path, Field(description="A .html or .pdf file.")], by: By = ()
) -> ReportFile:
    """Write the report for whoever must decide, as one HTML or PDF file.

    Raises:
        BadInput: the file is of another kind, or cannot be written.
    """
    writer = _WRITERS.get(out.suffix.lower())
    if writer is None:
        raise BadInput(
            "A report cannot be written as '{suffix}'.",
            next_step="Name a .html or .pdf file.",
            suffix=out.suffix,
        )
    document = write_report(gathering.gather(workspace, by=tuple(by)))
    content = writer(document)
    _write(out, content)
    return ReportFile(out=out, bytes=len(content), title=document.title)


@operation("card", role=Role.ENGINEER, signed=True)
def card(
    workspace: Workspace,
    judge: str,
    *,
    out: Annotated[Path | None, Field(description="The card's .json file.")] = None,
    split: WantedSplit = None,
    limits: LimitOptions = NO_LIMITS,
    days: Annotated[int, Field(ge=1, le=3_650, description="Valid so many days.")] = DAYS,
) -> WrittenCard:
    """Write a judge's card: what it is, its figures, its limits, until when it is valid."""
    summary = make_card(workspace, judge, split=split, limits=limits.limits, days=days)
    if out:
        _write(out, card_text(summary).encode())
    return WrittenCard(card=summary, out=out)


def card_text(card: JudgeCard) -> str:
    """A judge's card as the JSON text of its file."""
    return json.dumps(document(card), ensure_ascii=False, indent=2) + "\n"


def _write(out: Path, content: bytes) -> None:
    with files.whole(out) as partial:
        partial.write_bytes(content)
