"""Good enough yet? Each judge of the chosen set on outputs that it had not seen, and what to grade next."""

from __future__ import annotations

import math

import numpy as np

from labelcore.models import NOTHING, Criterion, Fact, Frozen, fact
from labelcore.stages import sampling
from labelcore.stages.aligning.evidence import Bools, Evidence, evidence_of, truth_of
from labelcore.stages.deriving.editing import LIMITS, risk_of
from labelcore.stages.grading import Labels
from labelcore.stats.anytime import PRACTICAL, enough, more_until
from labelcore.workspace import Workspace

MOST_AT_ONCE = 200
_ROUNDING = 1e-9


class HeldOutJudge(Frozen):
    """How many of the bad outputs one judge caught that it had not seen, as of the choice of the set.

    ``caught`` of ``fails``: sources and uneven chances are taken into account, so that both may be
    smaller than the counts. ``wanted``: the share that its risk asks for. ``share``: how many of the
    graded outputs are such fails, to tell how many must be graded for one more. ``counted``: the fails
    before sources and chances are taken into account.
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
        if not self.share or more > PRACTICAL:
            return 0
        return min(MOST_AT_ONCE, math.ceil(more / self.share))

    @property
    def says(self) -> Fact:
        """The answer, and why fewer fails are spoken of than there are."""
        answer = enough(self.caught, self.fails, self.wanted)
        told = answer.followed_by(worth_less(self.counted, self.fails))
        return fact("of_judge", judge=self.judge, answer=told)


def worth_less(counted: int, worth: int) -> Fact:
    """That so many failed outputs are worth fewer, where they are."""
    return fact("worth_less", counted=counted, worth=worth) if counted > worth else NOTHING


def held_out_judge(
    workspace: Workspace,
    name: str,
    version_id: str,
    criterion: Criterion | None,
    failed: dict[str, bool],
    labels: Labels,
) -> HeldOutJudge:
    """``failed``: the judge's cross-fitted votes, by output id."""
    truth = truth_of(workspace, criterion, labels)
    known = {key: not failing for key, failing in truth.fails.items() if key in failed}
    evidence = evidence_of(workspace, known)
    caught, fails = worth(evidence, np.array([failed[key] for key in evidence.ids], dtype=bool))
    counted = int((~evidence.passes).sum())
    risk = risk_of(criterion, workspace.project) if criterion else workspace.project.risk
    return HeldOutJudge(
        judge=name,
        judge_version_id=version_id,
        against=truth.against,
        caught=caught,
        fails=fails,
        wanted=LIMITS[risk].min_coverage,
        share=counted / max(1, len(failed)),
        counted=counted,
    )


def worth(evidence: Evidence, failed: Bools) -> tuple[int, int]:
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
    """Put n ungraded outputs first on the Grade page, those that help most, by a draw with known
    chances: picked by hand they would tell of failures, but not of rates. Returns how many.

    Raises:
        BadInput: every output is graded.
    """
    drawn = sampling.draw_sample(workspace, rule="mixture", n=n)
    return len(drawn.picks)
