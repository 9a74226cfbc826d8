"""Checks that a person writes: tried on outputs, then kept as judges of a criterion."""

from __future__ import annotations

from labelcore.errors import BadInput
from labelcore.judges.kinds.check import CheckKind, make_spec
from labelcore.models import Criterion, JudgeVersion, Project
from labelcore.stages.deriving import find_criterion
from labelcore.stages.grading import fitting_labels
from labelcore.stages.judging.keeping import schemas
from labelcore.stages.judging.keeping.versions import Draft, numbered
from labelcore.stages.judging.proposing.trials import Trial, trial_of
from labelcore.store import judges as judge_table
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace


def try_check(workspace: Workspace, source: str, *, limit: int = 20, criterion: str | None = None) -> Trial:
    """Run a check on the first outputs, graded ones before others; nothing is stored.

    ``criterion``: what it is for; of one about a field the check sees the field's value. Grades of a
    sealed split are not shown.

    Raises:
        BadInput: the text is no check (with the line), or there is no output.
        NotFound: there is no such criterion.
    """
    about = find_criterion(workspace, criterion) if criterion else None
    spec = make_spec(source, field=_field(workspace.project, about))
    labels = fitting_labels(workspace)
    graded = sorted(labels.value)[: limit // 2]
    known = set(graded)
    others = (
        output_id
        for output_id in output_table.ids(workspace.db, workspace.project.id)
        if output_id not in known
    )
    ids = [*graded, *(output_id for output_id, _ in zip(others, range(limit - len(graded)), strict=False))]
    found = output_table.many(workspace.db, ids)
    return trial_of(spec, [found[output_id] for output_id in ids], labels)


def _field(project: Project, criterion: Criterion | None) -> str:
    """The JSON pointer of what a criterion is about; "" where it is about whole outputs."""
    return schemas.fields_of(project).get(criterion.id, "") if criterion else ""


def add_check(
    workspace: Workspace, source: str, *, criterion: str, name: str, limit: int = 20
) -> tuple[JudgeVersion, Trial]:
    """Keep a check as a judge of a criterion, after it was tried on some outputs.

    Raises:
        BadInput: the text is no check, it stops on every output it is tried on, or has no name.
        NotFound: there is no such criterion.
    """
    about = find_criterion(workspace, criterion)
    if not name.strip():
        raise BadInput("The check has no name.", next_step="Give it one.")
    trial = try_check(workspace, source, limit=limit, criterion=about.id)
    if trial.all_errors:
        raise BadInput(
            f"The check stops on every output that it was tried on. {trial.tried[0].error}",
            next_step="Correct it and add it again.",
        )
    spec = make_spec(source, field=_field(workspace.project, about))
    draft = Draft(
        "code", f"{about.name} · {name.strip()}", spec, CheckKind(spec).describe(), author=workspace.person
    )
    (kept,) = numbered(workspace, [draft.version(workspace.project, about)])
    judge_table.save(workspace.db, [kept])
    return kept, trial
