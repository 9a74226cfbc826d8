"""What fails most: of the outputs that people failed, the share that each criterion accounts for.

The sealed test is aside: nobody reads its notes, so no criterion could rest on them.
"""

from __future__ import annotations

import numpy as np

from labelcore.models import Frozen, Role
from labelcore.operations import operation
from labelcore.stages.aligning.evidence import evidence_of
from labelcore.stages.deriving.derivation import uncovered_fails
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.grading import fitting_labels, human_labels
from labelcore.stages.selecting import failed_for
from labelcore.stats.prevalence import Graded
from labelcore.stats.rate import Rate
from labelcore.stats.subsamples import Subsample
from labelcore.workspace import Workspace, remembered


class Failure(Frozen):
    """A criterion with how many of the failed outputs failed for it, and their share."""

    criterion: str
    criterion_id: str
    outputs: int
    share: Rate


class Failures(Frozen):
    """The criteria, the most frequent first. ``fails``: failed outputs outside the sealed test;
    ``unexplained``: of these for no criterion; ``sealed``: those inside it.
    """

    fails: int
    unexplained: int
    rows: tuple[Failure, ...]
    sealed: int = 0


@operation("failures", role=Role.MANAGER)
@remembered
def failures(workspace: Workspace) -> Failures:
    """Show what fails most: each accepted criterion's share of the outputs that people failed."""
    labels = fitting_labels(workspace)
    ids_failed = set(labels.failed)
    evidence = evidence_of(workspace, {key: key not in ids_failed for key in labels.graded})
    failed = ~evidence.passes
    grades = evidence.graded(np.full(len(evidence.ids), np.nan)).part(failed)
    ids = [output_id for output_id, fails in zip(evidence.ids, failed, strict=True) if fails]
    rows = []
    criteria = list_criteria(workspace, status="accepted")
    failed_outputs = failed_for(workspace, criteria)
    for criterion in criteria:
        inside = np.array([output_id in failed_outputs[criterion.id] for output_id in ids], dtype=bool)
        if inside.any():
            among = Graded(inside, grades.verdicts, grades.weights, grades.groups)
            share = Subsample(among, np.ones(len(ids), dtype=bool)).rate()
            figures = {
                "criterion": criterion.name,
                "criterion_id": criterion.id,
                "outputs": int(inside.sum()),
            }
            rows.append(Failure.model_validate(figures | {"share": share}))
    rows.sort(key=lambda row: (-(row.share.value or 0.0), row.criterion))
    return Failures(
        fails=len(ids),
        unexplained=len(uncovered_fails(workspace)),
        rows=tuple(rows),
        sealed=len(human_labels(workspace).failed) - len(ids),
    )
