"""What judges are measured on: labels with their sources and drawing chances, as arrays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from labelcore.models import Criterion, Fact, fact
from labelcore.stages.deriving import versions_of
from labelcore.stages.deriving.versions import given_under, same_meaning
from labelcore.stages.grading import Labels, current_grades
from labelcore.stages.judging.proposing.subjects import subject_of
from labelcore.stats import resampling
from labelcore.stats.prevalence import Graded
from labelcore.store import Database
from labelcore.store import outputs as output_table
from labelcore.store import samples as sample_table
from labelcore.workspace import Workspace

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
NEEDED = 10
"""From so many grades of a single criterion on, its judges are measured against these."""


@dataclass(frozen=True)
class Evidence:
    """Labelled outputs in one order. ``groups``: None where no two share a source. ``weights``: one
    over the inclusion probability; None where it is not known for every output. ``undrawn``: for how
    many it is not known.
    """

    ids: list[str]
    passes: Bools
    groups: npt.NDArray[np.int64] | None
    weights: Floats | None
    undrawn: int = 0

    @cached_property
    def uneven(self) -> bool:
        """Whether the chances are known and differ, so that weights change the figures."""
        verdicts = np.full(len(self.ids), np.nan)
        return self.weights is not None and not self.graded(verdicts).even

    def graded(self, verdicts: Floats) -> Graded:
        """With a judge's verdicts (1, 0, nan), shape (n,)."""
        return Graded(self.passes, verdicts, self.weights, self.groups)


def evidence_of(workspace: Workspace, labels: dict[str, bool]) -> Evidence:
    """The labels of these outputs as arrays."""
    ids = list(labels)
    known = sample_table.probabilities(workspace.db, workspace.project.id)
    weights = None
    if ids and all(output_id in known for output_id in ids):
        weights = 1 / np.array([known[output_id] for output_id in ids], dtype=np.float64)
    elif ids and len(ids) == output_table.count(workspace.db, workspace.project.id):
        weights = np.ones(len(ids))  # nothing was picked where everything is graded
    return Evidence(
        ids=ids,
        passes=np.array([labels[output_id] for output_id in ids], dtype=bool),
        groups=sources_of(workspace.db, ids),
        weights=weights,
        undrawn=sum(output_id not in known for output_id in ids),
    )


def sources_of(db: Database, ids: Sequence[str]) -> npt.NDArray[np.int64] | None:
    """The number of each output's source, from 0 up; None where no two share one."""
    groups = output_table.groups_of(db, list(ids))
    names = [groups.get(output_id, output_id) for output_id in ids]
    if len(set(names)) == len(names):
        return None
    numbers = np.unique(np.asarray(names, dtype=object).astype(str), return_inverse=True)[1]
    return numbers.astype(np.int64)


@dataclass(frozen=True)
class Truth:
    """What a criterion's judges are measured against: output id -> whether people failed it.

    ``against``: whose grades these are.
    """

    fails: dict[str, bool]
    against: Fact


def truth_of(workspace: Workspace, criterion: Criterion | None, labels: Labels) -> Truth:
    """The criterion's own grades where there are enough; else what the overall grades say of it:
    the failed outputs that are its evidence, and all that people passed.
    """
    if criterion is None:
        return Truth(subject_of(None, labels).fails, fact("against_output"))
    passes = criterion_labels(workspace, labels).get(criterion.id)
    if passes is not None:
        against = fact("against_criterion", criterion=criterion.name)
        return Truth({k: not v for k, v in passes.items()}, against)
    against = fact("against_evidence", criterion=criterion.name, needed=NEEDED)
    return Truth(subject_of(criterion, labels).fails, against)


def criterion_labels(workspace: Workspace, among: Labels) -> dict[str, dict[str, bool]]:
    """People's grades of single criteria on outputs that have a label: criterion id -> output -> pass.

    The majority of people; ties and grades under another meaning of the criterion count nowhere. Only
    criteria with at least `NEEDED` such outputs.
    """
    votes: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    same: dict[str, set[int]] = {}
    for event in current_grades(workspace, criteria_only=True):
        criterion_id = event.criterion_id
        if criterion_id is None or event.value not in {"pass", "fail"} or event.output_id not in among.value:
            continue
        if criterion_id not in same:
            same[criterion_id] = same_meaning(versions_of(workspace, criterion_id))
        if given_under(event, same[criterion_id]):
            votes[criterion_id][event.output_id].append(event.value == "pass")
    found = {
        criterion_id: {k: 2 * sum(v) > len(v) for k, v in ballots.items() if 2 * sum(v) != len(v)}
        for criterion_id, ballots in votes.items()
    }
    return {criterion_id: labels for criterion_id, labels in found.items() if len(labels) >= NEEDED}


def resampled(evidence: Evidence, verdicts: Floats) -> tuple[Floats, Floats, int | None]:
    """Cells of each judge (judges, 4), their replicates, and how many groups outputs share.

    ``verdicts`` (n, judges): 1, 0, nan.
    """
    groups = evidence.groups
    together = np.zeros(len(evidence.ids), dtype=np.int64) if groups is None else groups
    by_group = resampling.cells_by_group(verdicts, evidence.passes, together)
    cells = by_group.sum(axis=0)
    if groups is None:
        return cells, resampling.replicates_of_counts(cells), None
    return cells, resampling.replicates(by_group), len(by_group)
