"""What fails most: of the outputs that people failed, the share that each criterion accounts for."""

from __future__ import annotations

import numpy as np

from labelcore.models import Frozen, Role
from labelcore.operations import operation
from labelcore.stages.aligning.evidence import evidence_of
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.grading import human_labels
from labelcore.stages.selecting import failed_for
from labelcore.stats.prevalence import Graded
from labelcore.stats.rate import Rate
from labelcore.stats.subsamples import Subsample
from labelcore.workspace import Workspace


class Failure(Frozen):
    """A criterion with how many of the failed outputs failed for it, and their share."""

    criterion: str
    criterion_id: str
    outputs: int
    share: Rate


class Failures(Frozen):
    """The criteria, the most frequent first. ``fails``: failed outputs; ``unexplained``: for no criterion."""

    fails: int
    unexplained: int
    rows: tuple[Failure, ...]


@operation("failures", role=Role.MANAGER)
def failures(workspace: Workspace) -> Failures:
    """Show what fails most: each accepted criterion's share of the outputs that people failed."""
    evidence = evidence_of(workspace, human_labels(workspace).value)
    failed = ~evidence.passes
    graded = evidence.graded(np.full(len(evidence.ids), np.nan)).part(failed)
    ids = [output_id for output_id, fails in zip(evidence.ids, failed, strict=True) if fails]
    explained = np.zeros(len(ids), dtype=bool)
    rows = []
    criteria = list_criteria(workspace, status="accepted")
    known = failed_for(workspace, criteria)
    for criterion in criteria:
        inside = np.array([output_id in known[criterion.id] for output_id in ids], dtype=bool)
        if inside.any():
            explained |= inside
            among = Graded(inside, graded.verdicts, graded.weights, graded.groups)
            share = Subsample(among, np.ones(len(ids), dtype=bool)).rate()
            counted = {
                "criterion": criterion.name,
                "criterion_id": criterion.id,
                "outputs": int(inside.sum()),
            }
            rows.append(Failure.model_validate(counted | {"share": share}))
    rows.sort(key=lambda row: (-(row.share.value or 0.0), row.criterion))
    return Failures(fails=len(ids), unexplained=int((~explained).sum()), rows=tuple(rows))
