"""Which outputs both models of a move decide, and which of them people grade first: draws with known chances.

Grades of outputs that were picked by hand tell of these and of no others. So every output outside the sealed
test has a chance to be decided by both, and of those each has one to be asked for; their product goes into
the sample that is recorded, and from there into every figure of all outputs.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from labelcore.arrays import Ints
from labelcore.models import JudgeVersion, Pick, Sample, new_id
from labelcore.stages.grading.rules import review
from labelcore.stages.refining.trying import GradedOutputs
from labelcore.stats.changes import PairedOutputs
from labelcore.stats.drawing import hash_order, in_two
from labelcore.stats.settling import chances, differs
from labelcore.store import (
    grades as grade_table,
    outputs as output_table,
    samples as sample_table,
    splits as split_table,
    verdicts as verdict_table,
)
from labelcore.wording import Wording
from labelcore.workspace import Workspace

RULE = sample_table.MOVE
_LOST = 0.05
"""Where so many of the drawn outputs stay undecided, who is left was chosen by the models."""
_REASONS = (Wording("both models say the same"), Wording("the models differ"))


@dataclass(frozen=True)
class ShadowSample:
    """The outputs that both models are to decide, the graded ones first; ``chance``: of each other one to be
    among them, as a share of all outputs that say nothing of the criterion yet (``pool``).
    """

    ids: list[str]
    chance: dict[str, float]
    pool: int

    def known(self, decided: Collection[str]) -> bool:
        """Whether the chances still hold for those that were decided."""
        lost = sum(key not in decided for key in self.chance)
        return bool(self.chance) and lost <= _LOST * len(self.chance)


def shadowed(workspace: Workspace, judge: JudgeVersion, labelled: GradedOutputs, limit: int) -> ShadowSample:
    """Graded outputs, then others outside the test by chance: most of those that the judge has decided, whose
    answers are there, some of the rest.
    """
    first = hash_order(list(labelled.fails), 0)[:limit]
    groups = output_table.groups(workspace.db, workspace.project.id)
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    others = [key for key in groups if key not in labelled.fails]
    outside = [key for key in others if dealt.of(groups[key]) != "test"]
    missing = set(verdict_table.missing(workspace.db, judge.id, outside))
    decided = [key for key in outside if key not in missing]
    chance = in_two(decided, sorted(missing), limit - len(first), 0)
    share = len(outside) / max(1, len(others))  # the test is a random part of them
    return ShadowSample(
        [*first, *chance], {key: share * share_of for key, share_of in chance.items()}, pool=len(others)
    )


@dataclass(frozen=True)
class SettlingSet:
    """The smallest set that is expected to settle a move, in the order in which to grade it."""

    ids: tuple[str, ...]
    chance: tuple[float, ...]
    differ: tuple[bool, ...]


NOBODY = SettlingSet((), (), ())


def asked(ids: Sequence[str], compared: PairedOutputs, order: Ints, number: int | None) -> SettlingSet:
    """So many of a `grading_order`, all for None, with the chance of each among those on which the models
    differ, or agree. At least one on which they agree is among them: so each output has a chance.
    """
    differ = differs(compared)[compared.stratum]
    agreeing = np.flatnonzero(~differ[order])
    least = int(agreeing[0]) + 1 if len(agreeing) else 0
    places = order if number is None else order[: max(number, least)]
    of_each = chances(compared, places)
    return SettlingSet(
        tuple(ids[at] for at in places.tolist()),
        tuple(float(of_each[at]) for at in places.tolist()),
        tuple(bool(differ[at]) for at in places.tolist()),
    )


def draw(
    workspace: Workspace, settling: SettlingSet, shadow: ShadowSample, decided: Collection[str]
) -> Sample:
    """The draw of what is asked for, with its chances; it is not recorded."""
    holds = shadow.known(decided)
    picks = [
        Pick(
            output_id=key,
            reason=_REASONS[differ],
            probability=share * shadow.chance[key] if holds else None,
            position=place,
        )
        for place, (key, share, differ) in enumerate(
            zip(settling.ids, settling.chance, settling.differ, strict=True), 1
        )
        if key in shadow.chance
    ]
    return Sample(
        id=new_id("sample"),
        project_id=workspace.project.id,
        rule=RULE,
        seed=0,
        picks=tuple(picks),
        parameters={"n": len(picks), "pool": shadow.pool, "warnings": []},
        author=workspace.person,
    )


def ask(workspace: Workspace, ids: Sequence[str], sample: Sample) -> None:
    """Put them first on the Grade page, and record the draw of those that nobody has graded; once, however
    often it is asked for.
    """
    review(workspace, list(ids))
    ids_graded = grade_table.graded_ids(workspace.db, workspace.project.id)
    picks = tuple(pick for pick in sample.picks if pick.output_id not in ids_graded)
    if picks and not _recorded(workspace, picks):
        update = {"picks": picks, "parameters": {**sample.parameters, "n": len(picks)}}
        sample_table.save(workspace.db, sample.model_copy(update=update))


def _recorded(workspace: Workspace, picks: Sequence[Pick]) -> bool:
    ids = {pick.output_id for pick in picks}
    samples = sample_table.all_of(workspace.db, workspace.project.id)
    moves = [sample for sample in samples if sample.rule == RULE]
    return any(ids <= {pick.output_id for pick in sample.picks} for sample in moves)
