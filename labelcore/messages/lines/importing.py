"""What importing says: how a file was read, what came in, and what was kept apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from labelcore.messages.results import lines
from labelcore.stages import importing, projects
from labelcore.workspace import Workspace

_SHOWN = 20
"""Rejected rows that are named; the JSON has more."""


@lines("import")
def imported(workspace: Workspace, result: importing.ImportResult) -> Iterator[str]:
    """What came in, what is odd about it, and which column was read as what."""
    batch = result.batch
    others = [known.name for known in projects.list_projects(workspace.db) if known.id != batch.project_id]
    if result.begins_project and others:
        yield f"'{workspace.project.name}' is a new project (there are also: {', '.join(others)})."
    yield (
        f"Read {batch.rows_read:,} rows: {batch.outputs_new:,} new outputs, {batch.outputs_known:,} known "
        f"from before, {batch.duplicates:,} repeated within the file, {batch.rows_rejected:,} rows kept "
        f"apart; {batch.grades_new:,} grades and {batch.verdicts_new:,} verdicts came along."
    )
    yield from result.warnings
    for bad in result.rejected[:_SHOWN]:
        yield f"  row {bad.row}{f', {bad.field}' if bad.field else ''}: {bad.reason}"
    if (more := len(result.rejected) - _SHOWN) > 0:
        yield f"  … and {more:,} more"
    yield _columns(importing.Mapping.model_validate(batch.mapping), result.grade_words)


@lines("preview")
def previewed(_workspace: Workspace, seen: importing.Preview) -> Iterator[str]:
    """How much of the file can be read, and how."""
    yield f"{seen.rows_read:,} rows can be read, {len(seen.rejected):,} cannot. Nothing is stored."
    yield _columns(seen.guessed, seen.grade_words)
    yield from seen.warnings


def _columns(mapping: importing.Mapping, words: Mapping[str, str]) -> str:
    """Which column was read as what, so that a wrong guess is seen at once."""
    told = ", ".join(f"{word} is {value}" for word, value in words.items() if word != value)
    hint = {"grade": f" ({told})"} if told else {}
    named = mapping.named().items()
    read = ", ".join(f"{name} from '{column}'{hint.get(name, '')}" for name, column in named)
    rest = "other columns are kept as metadata" if mapping.meta is None else "no others"
    return f"Read: {read}; {rest}."
