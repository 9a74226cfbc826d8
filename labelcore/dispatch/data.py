"""Import, sample, grade, export and the state of a project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from labelcore.dispatch import Outcome, operation
from labelcore.models import RejectedRow, Sample
from labelcore.stages import exporting, grading, importing, projects, sampling
from labelcore.stages.deriving.editing import find_criterion
from labelcore.workspace import Workspace

_SHOWN = 20  # rejected rows and picks that are named in the sentences; the JSON has more


@operation("import", needs="no project")
def import_(
    workspace: Workspace,
    *,
    file: str,
    columns: dict[str, str] | None = None,
    meta: list[str] | None = None,
    grade: str | None = None,
    note: str | None = None,
    annotator: str | None = None,
    verdicts: dict[str, str] | None = None,
) -> Outcome:
    """Bring the outputs of a file in, with the grades and verdicts beside them."""
    wanted = importing.mapping_for(
        workspace.db,
        file,
        columns=columns or {},
        meta=meta,
        grade=grade,
        note=note,
        annotator=annotator,
        verdicts=verdicts or {},
    )
    others = [other.name for other in projects.list_projects(workspace.db)]
    project = projects.open_project(workspace.db, workspace.project.name)
    result = importing.import_file(workspace.with_project(project), file, wanted, workspace.progress)
    batch = result.batch
    document: dict[str, Any] = {"batch": batch.id}
    document |= {name: getattr(batch, name) for name in importing.COUNTS}
    document["mapping"] = batch.mapping
    document["warnings"] = list(result.warnings)
    document["rejected"] = [bad.model_dump(include={"row", "field", "reason"}) for bad in result.rejected]
    lines = [*_import_lines(document, result.rejected), _mapping_line(batch.mapping, result.grade_words)]
    if others and project.name not in others:
        lines.insert(0, f"'{project.name}' is a new project (there are also: {', '.join(others)}).")
    return Outcome(document=document, lines=tuple(lines))


def _mapping_line(mapping: dict[str, Any], words: dict[str, str]) -> str:
    """Which column was read as what, so that a wrong guess is seen at once."""
    names = list(importing.Mapping.model_validate(mapping).named())
    told = ", ".join(f"{word} is {value}" for word, value in words.items() if word != value)
    hint = {"grade": f" ({told})"} if told else {}
    read = ", ".join(f"{name} from '{mapping[name]}'{hint.get(name, '')}" for name in names)
    rest = "other columns are kept as metadata" if mapping.get("meta") is None else "no others"
    return f"Read: {read}; {rest}."


def _import_lines(document: dict[str, Any], rejected: tuple[RejectedRow, ...]) -> tuple[str, ...]:
    head = (
        f"Read {document['rows_read']:,} rows: {document['outputs_new']:,} new outputs, "
        f"{document['outputs_known']:,} known from before, {document['duplicates']:,} repeated "
        "within the file, "
        f"{document['rows_rejected']:,} rows kept apart; "
        f"{document['grades_new']:,} grades and {document['verdicts_new']:,} verdicts came along."
    )
    shown = [
        f"  row {bad.row}{f', {bad.field}' if bad.field else ''}: {bad.reason}" for bad in rejected[:_SHOWN]
    ]
    more = len(rejected) - len(shown)
    return (head, *document["warnings"], *shown, *([f"  … and {more:,} more"] if more > 0 else []))


@operation("preview", needs="no project")
def preview(workspace: Workspace, *, file: str) -> Outcome:
    """Show what a file holds and how its columns would be mapped."""
    seen = importing.preview(workspace.db, file)
    document = seen.model_dump(mode="json")
    head = f"{seen.rows_read:,} rows can be read, {len(seen.rejected):,} cannot. Nothing is stored."
    return Outcome(
        document=document, lines=(head, _mapping_line(document["guessed"], seen.grade_words), *seen.warnings)
    )


@operation("sample")
def sample(
    workspace: Workspace,
    *,
    rule: str = "mixture",
    n: Annotated[int, Field(ge=1)] = 50,
    seed: int = 0,
    by: str | None = None,
) -> Outcome:
    """Draw outputs for grading by a named, seeded rule."""
    drawn = sampling.draw_sample(workspace, rule=rule, n=n, seed=seed, by=by)
    picks = [pick.model_dump(include={"output_id", "reason", "probability"}) for pick in drawn.picks]
    document = {
        "sample": drawn.id,
        "rule": drawn.rule,
        "seed": drawn.seed,
        "n": len(picks),
        "warnings": drawn.parameters.get("warnings", []),
        "picks": picks,
    }
    return Outcome(document=document, lines=_sample_lines(drawn))


def _sample_lines(drawn: Sample) -> tuple[str, ...]:
    counts: dict[str, int] = {}
    for pick in drawn.picks:
        counts[pick.reason] = counts.get(pick.reason, 0) + 1
    reasons = [f"  {number} × {reason}" for reason, number in sorted(counts.items())]
    head = f"Drew {len(drawn.picks)} outputs by '{drawn.rule}' with seed {drawn.seed}."
    return (head, *drawn.parameters.get("warnings", []), *reasons)


@operation("grade")
def grade(
    workspace: Workspace,
    *,
    output: str,
    value: str,
    note: str = "",
    criterion: str | None = None,
    field: str | None = None,
    annotator: str = "",
) -> Outcome:
    """Grade one output, or one criterion or field of it."""
    asked = None if criterion is None else find_criterion(workspace, criterion)
    event = grading.grade(
        workspace,
        output,
        value,
        annotator=annotator or workspace.person,
        note=note,
        criterion_id=asked.id if asked else None,
        criterion_version=asked.version if asked else None,
        field=field,
    )
    document = event.model_dump(
        mode="json", include={"id", "output_id", "annotator", "value", "level", "field", "note"}
    )
    return Outcome(document=document, lines=(f"Saved: {event.value} on {event.output_id}.",))


@operation("undo")
def undo(workspace: Workspace, *, grade: str, annotator: str = "") -> Outcome:
    """Take one grade or comparison back; the history keeps it."""
    is_pair = grading.is_comparison(workspace.db, grade)
    take_back = grading.undo_comparison if is_pair else grading.undo
    event = take_back(workspace, grade, annotator=annotator or workspace.person)
    return Outcome(document={"undone": grade, "event": event.id}, lines=(f"Took back {grade}.",))


@operation("export")
def export(workspace: Workspace, *, what: str, out: Path) -> Outcome:
    """Write one flat table to a CSV, JSONL or Parquet file."""
    rows = exporting.export_table(workspace, what, out)
    return Outcome(
        document={"what": what, "rows": rows, "out": str(out)},
        lines=(f"Wrote {rows:,} rows of {what} to {out}.",),
    )


@operation("status")
def status(workspace: Workspace) -> Outcome:
    """Say how far the project is along the loop."""
    seen = projects.overview(workspace)
    both = seen.passes + seen.fails + seen.unsure > seen.graded
    note = ("An output with several grades counts in each of them.",) if both else ()
    counts = [f"{name.replace('_', ' ')}: {value:,}" for name, value in seen.model_dump().items()]
    document = {"project": workspace.project.name, **seen.model_dump()}
    return Outcome(document=document, lines=(*counts, *note))
