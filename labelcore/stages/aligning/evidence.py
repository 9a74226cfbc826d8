"""What judges are measured on: labels with their sources and drawing chances, and whether it is enough."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from labelcore.arrays import Bools, Floats, Ints
from labelcore.models import NOTHING, Criterion, Fact, Frozen, JudgeVersion, fact
from labelcore.stages import sampling
from labelcore.stages.deriving.editing import LIMITS, risk_of
from labelcore.stages.grading import NEEDED, Labels
from labelcore.stages.judging.proposing.subjects import subject_of
from labelcore.stats.anytime import PRACTICAL, enough, more_until
from labelcore.stats.prevalence import Graded
from labelcore.store import (
    Database,
    golds,
    grades as grade_table,
    outputs as output_table,
    samples as sample_table,
)
from labelcore.workspace import Workspace

_MOST_AT_ONCE = 200
_ROUNDING = 1e-9


@dataclass(frozen=True)
class LabelledOutputs:
    """Labelled outputs in one order.

    ``groups``: None where no two share a source. ``weights``: one over the inclusion probability; None where
    it is not known for every output, ``undrawn`` for how many.
    """

    ids: list[str]
    passes: Bools
    groups: Ints | None
    weights: Floats | None
    undrawn: int = 0

    @cached_property
    def uneven(self) -> bool:
        """Whether the chances are known and differ, so that weights change the figures."""
        verdicts = np.full(len(self.ids), np.nan)
        return self.weights is not None and not self.graded(verdicts).even

    def only(self, inside: Bools) -> LabelledOutputs:
        """The outputs that are ``inside`` (n,)."""
        groups = None
        if self.groups is not None:
            names, numbers = np.unique(self.groups[inside], return_inverse=True)
            groups = None if len(names) == len(numbers) else numbers.astype(np.int64)
        ids = [output_id for output_id, is_in in zip(self.ids, inside, strict=True) if is_in]
        weights = None if self.weights is None else self.weights[inside]
        return LabelledOutputs(ids, self.passes[inside], groups, weights)

    def graded(self, verdicts: Floats) -> Graded:
        """With a judge's verdicts (1, 0, nan), shape (n,)."""
        return Graded(self.passes, verdicts, self.weights, self.groups)


def evidence_of(workspace: Workspace, labels: dict[str, bool]) -> LabelledOutputs:
    """The labels of these outputs as arrays, without gold that nobody has graded: no draw picked it."""
    gold = golds.ever(workspace.db, workspace.project.id)
    if gold := gold & labels.keys():
        gold = gold - grade_table.graded_ids(workspace.db, workspace.project.id)
    ids = [output_id for output_id in labels if output_id not in gold]
    chances = sample_table.probabilities(workspace.db, workspace.project.id)
    return LabelledOutputs(
        ids=ids,
        passes=np.array([labels[output_id] for output_id in ids], dtype=bool),
        groups=sources_of(workspace.db, ids),
        weights=_weights(workspace, ids, chances),
        undrawn=sum(output_id not in chances for output_id in ids),
    )


def _weights(workspace: Workspace, ids: Sequence[str], chances: Mapping[str, float]) -> Floats | None:
    """One over the chance of each, where a draw or its absence tells it."""
    undrawn = [output_id for output_id in ids if output_id not in chances]
    if undrawn and len(ids) == output_table.count(workspace.db, workspace.project.id):
        return np.ones(len(ids))  # nothing was picked where everything is graded
    if undrawn and (len(undrawn) == len(ids) or _in_the_pool(workspace, undrawn)):
        return None
    themselves = _of_themselves(workspace, chances) if undrawn else 1.0
    weights = [1 / chances[output_id] if output_id in chances else themselves for output_id in ids]
    return np.array(weights, dtype=np.float64) if ids else None


def _in_the_pool(workspace: Workspace, undrawn: Sequence[str]) -> bool:
    """Whether a draw could have held outputs that it did not; those graded before it stand for themselves."""
    first_draw = sample_table.first_of_the_rest(workspace.db, workspace.project.id)
    return first_draw is None or grade_table.begun_after(workspace.db, undrawn, first_draw)


def _of_themselves(workspace: Workspace, chances: Mapping[str, float]) -> float:
    """The weight of an output graded before the first draw, so that all such weigh what they are of the pool.

    It is 1 where one draw was graded whole: then the drawn ones weigh as much as the rest of the pool.
    """
    ids = grade_table.graded_ids(workspace.db, workspace.project.id)
    before = len(ids - chances.keys())
    rest = output_table.count(workspace.db, workspace.project.id) - before
    return sum(1 / chances[output_id] for output_id in ids & chances.keys()) / max(1, rest)


def sources_of(db: Database, ids: Sequence[str]) -> Ints | None:
    """The number of each output's source, from 0 up; None where no two share one."""
    groups = output_table.groups_of(db, list(ids))
    names = [groups.get(output_id, output_id) for output_id in ids]
    if len(set(names)) == len(names):
        return None
    numbers = np.unique(np.asarray(names, dtype=object).astype(str), return_inverse=True)[1]
    return numbers.astype(np.int64)


@dataclass(frozen=True)
class Truth:
    """What judges are measured against: output id -> whether people failed it, and whose grades these are."""

    fails: dict[str, bool]
    against: Fact


def truth_of(criterion: Criterion | None, labels: Labels) -> Truth:
    """The criterion's grades where there are enough; else the fails it rests on, and all passes."""
    if criterion is None:
        return Truth(subject_of(None, labels).fails, fact("against_output"))
    if (passes := labels.measured_on(criterion.id)) is not None:
        against = fact("against_criterion", criterion=criterion.name)
        return Truth({k: not v for k, v in passes.items()}, against)
    against = fact("against_evidence", criterion=criterion.name, needed=NEEDED)
    return Truth(subject_of(criterion, labels).fails, against)


class HeldOutJudge(Frozen):
    """How many of the bad outputs one judge caught that it had not seen, as of the choice of the set.

    ``caught`` of ``fails``: smaller than the counts (``counted``) where sources and uneven chances take from
    them. ``wanted``: the share that its risk asks for; ``share``: how many of the graded outputs are such
    fails.
    """

    judge: str
    judge_version_id: str
    against: Fact
    caught: int
    fails: int
    wanted: float
    share: float
    counted: int = 0

    @property
    def more(self) -> int | None:
        """How many more failing grades are needed; None where more grades alone do not help."""
        return more_until(self.caught, self.fails, self.wanted)

    @property
    def to_grade(self) -> int:
        """How many outputs to grade for these fails, at most so many at once."""
        more = self.more or 0
        return min(_MOST_AT_ONCE, math.ceil(more / self.share)) if self.share and more <= PRACTICAL else 0

    @property
    def is_enough(self) -> bool:
        """Whether it reaches what is wanted by a bound that holds however often somebody looks."""
        return self.more == 0

    @property
    def answer(self) -> Fact:
        """Whether that is good enough yet, and why fewer fails are spoken of than there are."""
        answer = enough(self.caught, self.fails, self.wanted)
        return answer.followed_by(worth_less(self.counted, self.fails))

    @property
    def says(self) -> Fact:
        """The answer with the judge's name."""
        return fact("of_judge", judge=self.judge, answer=self.answer)


def worth_less(counted: int, worth: int) -> Fact:
    """That so many failed outputs are worth fewer, where they are."""
    return fact("worth_less", counted=counted, worth=worth) if counted > worth else NOTHING


def held_out_judge(
    workspace: Workspace,
    judge: JudgeVersion,
    criterion: Criterion | None,
    failed: dict[str, bool],
    labels: Labels,
) -> HeldOutJudge:
    """``failed``: the judge's cross-fitted votes, by output id."""
    truth = truth_of(criterion, labels)
    passes_of = {key: not failing for key, failing in truth.fails.items() if key in failed}
    evidence = evidence_of(workspace, passes_of)
    caught, fails = worth(evidence, np.array([failed[key] for key in evidence.ids], dtype=bool))
    n_fails = int((~evidence.passes).sum())
    return HeldOutJudge(
        judge=judge.name,
        judge_version_id=judge.id,
        against=truth.against,
        caught=caught,
        fails=fails,
        wanted=LIMITS[risk_of(criterion, workspace.project)].min_coverage,
        share=n_fails / max(1, len(failed)),
        counted=n_fails,
    )


def worth(evidence: LabelledOutputs, failed: Bools) -> tuple[int, int]:
    """Fails that were caught, and fails, in independent and evenly drawn ones that they are worth.

    Kish's effective size over sources, (Σw)² / Σw² with w the weight of a source's fails; both are
    rounded down, so that a bound on them promises nothing more.
    """
    fails = ~evidence.passes
    groups = np.arange(len(fails)) if evidence.groups is None else evidence.groups
    weights = evidence.weights if evidence.uneven and evidence.weights is not None else np.ones(len(fails))
    sizes = np.bincount(groups[fails], weights=weights[fails])
    total = float(sizes.sum())
    if total == 0:
        return 0, 0
    size = math.floor(total**2 / float((sizes**2).sum()) + _ROUNDING)
    share = float(weights[fails & failed].sum()) / total
    return math.floor(share * size + _ROUNDING), size


def ask_next(workspace: Workspace, n: int) -> int:
    """Put n ungraded outputs that help most first on the Grade page, by a draw; returns how many.

    Its chances are known: outputs picked by hand would tell of failures, but not of rates. Where as many
    of the newest draw still wait, there is no other.

    Raises:
        BadInput: every output is graded.
    """
    ids = grade_table.graded_ids(workspace.db, workspace.project.id)
    newest = next(iter(sampling.samples(workspace)), None)
    waiting = [pick for pick in newest.picks if pick.output_id not in ids] if newest else []
    if len(waiting) >= n > 0 and all(pick.probability is not None for pick in waiting):
        return len(waiting)
    return len(sampling.draw_sample(workspace, rule="mixture", n=n).picks)
