"""What was imported, how it was read, and taking an import back."""

from __future__ import annotations

import csv
import io
from typing import Annotated

from pydantic import Field

from labelcore import files
from labelcore.errors import BadInput, NotFound
from labelcore.models import Frozen, ImportBatch, Role
from labelcore.operations import Effect, operation
from labelcore.stages.importing import feedback
from labelcore.stages.importing.mapping import Mapping
from labelcore.stages.importing.several import by_column
from labelcore.store import Database, batches, live
from labelcore.wording import Wording
from labelcore.workspace import Workspace


class UndoneImport(Frozen):
    """What went with an import that was taken back; ``people``: grades of people that stay, unattached."""

    batch: str
    file_name: str
    outputs: int
    grades: int
    verdicts: int
    feedback: int
    people: int


@operation("imports list", role=Role.MANAGER, listed_as="imports")
def imports(workspace: Workspace) -> list[ImportBatch]:
    """List the imports of a project, the newest first, with what each column and value was read as."""
    return batches.all_of(workspace.db, workspace.project.id)


@operation("imports undo", role=Role.ENGINEER, effect=Effect.WRITES)
def undo(
    workspace: Workspace,
    batch: str,
    *,
    graded_too: Annotated[
        bool, Field(description="Also where people have graded its outputs since.")
    ] = False,
) -> UndoneImport:
    """Take an import back with all that came by it.

    Outputs that another import brought too stay. Grades that people gave here are never removed: they count
    again as soon as their outputs come in again.

    Raises:
        NotFound: there is no such import.
        BadInput: people have graded its outputs, and ``graded_too`` was not said.
    """
    batches_here = {batch_here.id: batch_here for batch_here in imports(workspace)}
    if batch not in batches_here:
        newest = list(batches_here)[:3] or Wording("none yet")
        raise NotFound(
            "There is no import '{batch}'.", next_step="The newest are: {newest}.", batch=batch, newest=newest
        )
    people = batches.graded_here(workspace.db, batch)
    if people and not graded_too:
        raise BadInput(
            "People have given {people:,} grades on outputs of this import.",
            next_step="Take it back all the same: `labelcore imports undo {batch} --graded-too`; "
            "their grades are kept aside.",
            people=people,
            batch=batch,
        )
    with workspace.db.writing() as cursor:
        counts = batches.remove(workspace.db, workspace.project.id, batch, workspace.person)
        feedback.settle(workspace, cursor)
    workspace.db.after_storing(lambda: _forget(workspace.db))
    return UndoneImport(batch=batch, file_name=batches_here[batch].file_name, people=people, **counts)


def _forget(db: Database) -> None:
    """Whatever memory holds of outputs and grades is read anew."""
    live.forget(db)
    db.memory.clear()


@operation("imports keep", role=Role.ENGINEER, effect=Effect.WRITES)
def keep_mapping(workspace: Workspace, batch: str, name: str) -> Mapping:
    """Keep how an import was read under a name; it is proposed for the next file with these columns."""
    batch_here = next((other for other in imports(workspace) if other.id == batch), None)
    if batch_here is None:
        raise NotFound(
            "There is no import '{batch}'.", next_step="See `labelcore imports list`.", batch=batch
        )
    mapping = by_column(Mapping.model_validate(batch_here.mapping))
    batches.keep_mapping(
        workspace.db, workspace.project.id, name, mapping.model_dump(mode="json"), workspace.person
    )
    return mapping


def rejected_csv(db: Database, batch_id: str) -> str:
    """The rows that an import kept apart, as CSV: row, field, reason, raw."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["row", "field", "reason", "raw"])
    for r in batches.rejected(db, batch_id):
        writer.writerow((r.row, *map(files.for_spreadsheet, (r.field, r.reason, r.raw))))
    return text.getvalue()
