"""Near-identical outputs, graded in one go where the rules say so: one decision, an event for each.

They are alike where nothing but case, blanks and punctuation differs in what was asked and answered, and
where figures count them as one source anyway. What is copied counts in labels, but in no agreement.
"""

from __future__ import annotations

from labelcore.models import Grade, now
from labelcore.stages.grading.dealing import families_of, part_of
from labelcore.stages.grading.queueing import whole_pool
from labelcore.stages.grading.rounds import open_round
from labelcore.store import grades as grade_table
from labelcore.store.connection import utc
from labelcore.store.live import live
from labelcore.workspace import Workspace

_COPY = "+"
"""Stands between the id of a grade and the output that got a copy of it."""


def goes_along(workspace: Workspace, output_id: str) -> list[str]:
    """The outputs that get the same grade when this person now grades an output."""
    family = families_of(workspace).get(output_id, ())
    calibration = open_round(workspace) if family else None
    if not family or (calibration and output_id in calibration.outputs):
        return []
    part, most = part_of(workspace, whole_pool(workspace)), workspace.project.rules.per_output
    state, moment = live(workspace.db, workspace.project.id), utc(now())
    mine = state.graded(workspace.person)
    return [
        key
        for key in family
        if key != output_id and key in part.at
        if key not in mine or mine[key][1] == "skipped" or _COPY in mine[key][0]
        if most is None or state.is_open(key, workspace.person, most, moment)
    ]


def with_copies(workspace: Workspace, grade: Grade) -> list[Grade]:
    """A grade and its copies on the outputs that go along; taking it back takes back all of them."""
    if grade.value == "undone":
        copied = grade_table.beginning_with(workspace.db, f"{grade.supersedes}{_COPY}")
        return [grade, *(_copy(grade, each.output_id, each.id) for each in copied)]
    if grade.field is not None or grade.source not in {"person", "suggestion"}:
        return [grade]
    return [grade, *(_copy(grade, key, None) for key in goes_along(workspace, grade.output_id))]


def _copy(grade: Grade, output_id: str, supersedes: str | None) -> Grade:
    changes = {"id": f"{grade.id}{_COPY}{output_id}", "output_id": output_id, "supersedes": supersedes}
    apart = {"seconds": None, "spans": (), "corrected_text": None, "source": "alike"}
    return grade.model_copy(update=changes | apart)
