"""Alignment along a criterion's versions: what each edit did to how well judges follow people."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from labelcore.models import Criterion, Frozen, JudgeVersion, Role
from labelcore.operations import operation
from labelcore.stages.deriving.editing import versions_of
from labelcore.stages.grading import Labels, fitting_labels
from labelcore.stats import counts as figures
from labelcore.stats.rate import Rate
from labelcore.store import judges as judge_table, verdicts as verdict_table
from labelcore.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

_AS_NUMBER = {"pass": 1.0, "fail": 0.0, "abstain": np.nan}


class VersionAlignment(Frozen):
    """One judge of one version of a criterion, measured on the present grades outside the sealed test.

    ``in_sample``: they shaped the judge, so its figures flatter. ``changed``: the version changed the
    meaning.
    """

    criterion_version: int
    changed: bool
    why: str
    author: str
    at: datetime
    judge: str
    judge_version_id: str
    in_sample: bool
    tpr: Rate
    tnr: Rate


@operation("criteria timeline", role=Role.MANAGER, listed_as="versions")
def by_version(workspace: Workspace, criterion: Criterion) -> list[VersionAlignment]:
    """How well judges follow people, version by version of a criterion.

    Each version that has judges with verdicts on graded outputs, oldest first.
    """
    versions = {version.version: version for version in versions_of(workspace, criterion.id)}
    judges = judge_table.of_criterion(workspace.db, workspace.project.id, criterion.id)
    labels = fitting_labels(workspace).about(criterion.id)
    table = verdict_table.values(workspace.db, [judge.id for judge in judges], output_ids=list(labels.value))
    rows = []
    for judge in judges:
        words = table[table["judge_version_id"] == judge.id].set_index("output_id")["value"]
        version = versions.get(judge.criterion_version or 0)
        if version and len(words):
            rows.append(_measured(version, judge, words, labels))
    return sorted(rows, key=lambda row: (row.criterion_version, row.judge))


def outputs_of(workspace: Workspace, judge_version_id: str) -> dict[str, list[str]]:
    """The outputs behind a judge's figures in `by_version`: their ids by the name of the count."""
    judge = judge_table.many(workspace.db, [judge_version_id]).get(judge_version_id)
    labels = fitting_labels(workspace).about(judge.criterion_id if judge else None)
    table = verdict_table.values(workspace.db, [judge_version_id], output_ids=list(labels.value))
    names = ("false_pass", "false_fail", "true_fail", "true_pass")
    ids_of: dict[str, list[str]] = {name: [] for name in names}
    for output_id, value in zip(table["output_id"], table["value"], strict=True):
        if value != "abstain":
            right = (value == "pass") == labels.value[output_id]
            ids_of[f"{'true' if right else 'false'}_{value}"].append(output_id)
    return ids_of


def _measured(
    criterion: Criterion, judge: JudgeVersion, words: pd.Series, labels: Labels
) -> VersionAlignment:
    ids = list(labels.value)
    passes = np.asarray(words.reindex(ids).map(_AS_NUMBER), dtype=np.float64)
    counts = figures.count(passes, np.array([labels.value[key] for key in ids], dtype=bool))
    return VersionAlignment(
        criterion_version=criterion.version,
        changed=criterion.version > 1 and not criterion.wording_only,
        in_sample=bool(judge.fitted_on),
        why=criterion.why,
        author=criterion.author,
        at=criterion.at,
        judge=judge.name,
        judge_version_id=judge.id,
        tpr=figures.tpr(counts),
        tnr=figures.tnr(counts),
    )
