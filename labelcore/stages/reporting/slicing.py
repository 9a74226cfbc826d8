"""Pass rates by slice (city, product, language, model), by people's grades and corrected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import numpy as np
from pydantic import Field

from labelcore.errors import BadInput
from labelcore.models import NOTHING, Fact, Frozen, Role, fact
from labelcore.operations import operation
from labelcore.stages.aligning.evidence import LabelledOutputs, evidence_of
from labelcore.stages.aligning.measuring import correction, correction_of, sampling_of, set_verdicts
from labelcore.stages.grading import human_labels
from labelcore.stages.reporting.trend import Trend
from labelcore.stats import prevalence
from labelcore.stats.prevalence import Graded, PoolVerdicts
from labelcore.stats.rate import Rate
from labelcore.stats.slices import SliceRate, by_slice, together
from labelcore.store import confusion, outputs as output_table
from labelcore.wording import Wording
from labelcore.workspace import Workspace, remembered

MOST = 30
"""A field with more values is no slicing (an id, a time)."""
_MOST_MISSING = 0.05
_Pools = Mapping[str, tuple[int, int, int, int]]


class SliceReport(Frozen):
    """One field's slices, the worst first. ``left_out``: graded outputs without the field.

    ``assumption``: what the corrected rates rest on; "" where no judges are chosen. ``doubt``: what they
    leave out. ``mean``: of the rows, each weighed by what its graded outputs stand for.
    """

    field: str
    rows: tuple[SliceRate, ...]
    left_out: int
    assumption: str = ""
    doubt: Fact = NOTHING
    mean: float | None = None

    def beside(self, whole: Rate) -> Fact:
        """Why the mean of the rows is not the pass rate of the whole; nothing where it is."""
        if self.mean is None or whole.value is None or f"{self.mean:.0%}" == f"{whole.value:.0%}":
            return NOTHING
        code = "slices_lack_some" if self.left_out else "slices_of_people"
        return fact(code, mean=self.mean, whole=whole.value, n=self.left_out, sliced=self.field)


def fields(workspace: Workspace) -> list[str]:
    """The fields that graded outputs can be sliced by: 2 to ``MOST`` values."""
    outputs = output_table.many(workspace.db, list(human_labels(workspace).value)).values()
    values: dict[str, set[str]] = {"model": set(), "prompt_version": set()}
    for output in outputs:
        values["model"].add(output.model)
        values["prompt_version"].add(output.prompt_version)
        for name, value in output.metadata.items():
            values.setdefault(name, set()).add(str(value))
    return [name for name, kinds in values.items() if 2 <= len(kinds) <= MOST]


def fields_beside(workspace: Workspace, over_time: Trend) -> list[str]:
    """The fields that are no part of the trend already; what the pipeline is made of stands last."""
    told = over_time.field or "prompt_version"
    names = [name for name in fields(workspace) if name != told]
    return sorted(names, key=lambda name: name in {"model", "prompt_version"})


By = Annotated[Sequence[str], Field(description="A field to slice by; repeat.")]


@operation("slices", role=Role.MANAGER, listed_as="slices")
def slices(workspace: Workspace, *, by: By = ()) -> list[SliceReport]:
    """Pass rates by slice, by people and corrected, adjusted for how many there are.

    Without names, by every field that can be sliced by (five at most).

    Raises:
        BadInput: no graded output has a field of that name.
    """
    return list(_slices(workspace, tuple(by)))


@remembered
def _slices(workspace: Workspace, by: tuple[str, ...]) -> tuple[SliceReport, ...]:
    evidence = evidence_of(workspace, human_labels(workspace).value)
    members, verdicts = set_verdicts(workspace, evidence.ids)
    reports = []
    for name in by or fields(workspace)[:5]:
        values = output_table.strata(workspace.db, evidence.ids, name)
        ids = [output_id for output_id in evidence.ids if values.get(output_id)]
        if by and evidence.ids and not ids:
            raise BadInput(
                "No graded output has a field '{name}'.",
                next_step="Slice by {names}.",
                name=name,
                names=list(fields(workspace)) or Wording("a field of the metadata"),
            )
        if not ids:
            continue
        inside = np.array([bool(values.get(output_id)) for output_id in evidence.ids])
        grades = evidence.graded(verdicts).part(inside)
        pools = confusion.pools_of_slices(workspace.db, workspace.project.id, name, members)
        names = [values[output_id] for output_id in ids]
        reports.append(_report(name, evidence, grades, names, pools, judged=bool(members)))
    return tuple(reports)


def _report(
    field: str,
    evidence: LabelledOutputs,
    grades: Graded,
    names: Sequence[str],
    pools: _Pools,
    *,
    judged: bool,
) -> SliceReport:
    method = correction_of(evidence)
    rows = [row.model_copy(update={"size": pools[row.name][0]}) for row in by_slice(grades, names)]
    if judged:
        rows = [_corrected(row, grades, names, pools, method, together(len(rows))) for row in rows]
    return SliceReport(
        field=field,
        rows=tuple(rows),
        left_out=len(evidence.ids) - grades.n,
        assumption=prevalence.ASSUMPTIONS[method] if judged else "",
        doubt=_doubts(evidence, pools, judged=judged),
        mean=float(np.average(grades.passes, weights=grades.weighed)),
    )


def _corrected(
    row: SliceRate, grades: Graded, names: Sequence[str], pools: _Pools, method: str, level: float
) -> SliceRate:
    """With the pass rate of all outputs of the slice, by the set's verdicts on them."""
    inside = grades.part(np.array([name == row.name for name in names]))
    pool = PoolVerdicts(*pools[row.name][1:])
    alone = correction(inside, pool, method)
    wide = prevalence.corrected(inside, pool, method, level=level) if alone.value is not None else alone
    if alone.value is not None and wide.low is not None and wide.high is not None:
        low, high = min(wide.low, alone.value), max(wide.high, alone.value)
        wide = wide.model_copy(update={"value": alone.value, "low": low, "high": high})
    return row.model_copy(update={"corrected": alone, "corrected_together": wide})


def _doubts(evidence: LabelledOutputs, pools: _Pools, *, judged: bool) -> Fact:
    """What the rates leave out of account."""
    sampling = fact("graded_are", sampling=sampling_of(evidence)) if evidence.weights is None else NOTHING
    sliced = [pool for name, pool in pools.items() if name]
    everything, n_seen = (sum(pool[0] for pool in sliced), sum(sum(pool[1:]) for pool in sliced))
    unseen = judged and n_seen < (1 - _MOST_MISSING) * everything
    partly = fact("set_has_seen", seen=n_seen, n=everything) if unseen else NOTHING
    return sampling.followed_by(partly) if sampling else partly
