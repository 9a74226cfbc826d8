"""From which score on a judge passes: fitted to grades of the train split, never of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from labelcore.judges.answer_formats import AnswerFormat
from labelcore.judges.fitting import SHRINK, ColumnPriors, fit_stumps
from labelcore.models import NOTHING, Fact, Frozen, JudgeVersion, fact
from labelcore.stages.judging.proposing.subjects import Subject, train_ids
from labelcore.stages.judging.running.execution import run
from labelcore.stats.drawing import hash_order
from labelcore.store import verdicts as verdict_table
from labelcore.workspace import Workspace

FEWEST = 5
"""So many graded outputs of each kind fit a threshold; with fewer it follows their noise."""


class ScoreThreshold(Frozen):
    """From which score on outputs pass, and where that is from; None where it is not known.

    ``n``: the graded outputs of the train split with a score, ``fails`` of them failed by people.
    """

    value: float | None = None
    source: Literal["", "given", "grades", "prompt"] = ""
    n: int = 0
    fails: int = 0
    says: Fact = NOTHING


def training_ids(workspace: Workspace, subject: Subject, most: int) -> list[str]:
    """Graded outputs of the train split, at most so many, about as many failed as passed; [] of too few."""
    fails = subject.fails
    train = train_ids(workspace, fails)
    failed = hash_order([output_id for output_id in train if fails[output_id]], 0)
    passed = hash_order([output_id for output_id in train if not fails[output_id]], 0)
    if min(len(failed), len(passed)) < FEWEST or most < 2 * FEWEST:
        return []
    half = max(most // 2, most - len(failed))
    passes = passed[:half]
    return [*passes, *failed[: most - len(passes)]]


def fitted(
    workspace: Workspace, version: JudgeVersion, form: AnswerFormat, subject: Subject, ids: Sequence[str]
) -> tuple[ScoreThreshold, float | None]:
    """The threshold that tells failed from passed outputs best, and what asking for the scores cost (US$),
    None where no price is set.
    """
    done = run(workspace, [version], ids)
    scores = scores_of(workspace, version, form, ids)
    fails = {output_id: subject.fails[output_id] for output_id in scores}
    return fit(scores, fails, higher_passes=form.higher_passes), done.cost_usd


def scores_of(
    workspace: Workspace, version: JudgeVersion, form: AnswerFormat, ids: Sequence[str]
) -> dict[str, float]:
    """The score that a judge gave each output, where it gave one."""
    verdicts = verdict_table.of_outputs(workspace.db, ids, [version.id])
    return {
        verdict.output_id: form.score_of(verdict.decision.raw) for verdict in verdicts if verdict.decision.raw
    }


def fit(
    scores: Mapping[str, float], fails: Mapping[str, bool], *, higher_passes: bool = True
) -> ScoreThreshold:
    """The threshold by shares that are shrunk towards each other, so that few grades do not mislead."""
    failed = np.array([fails[output_id] for output_id in scores], dtype=bool)
    counts = {"n": len(scores), "fails": int(failed.sum())}
    if min(counts["fails"], counts["n"] - counts["fails"]) < FEWEST:
        return ScoreThreshold(**counts, says=fact("threshold_too_few", fewest=FEWEST, **counts))
    values = np.array(list(scores.values()), dtype=float)[:, None]
    bad = "low" if higher_passes else "high"
    sought = ColumnPriors(np.zeros(1, dtype=int), [bad], np.full(1, SHRINK))
    (stump,) = fit_stumps(values, failed[:, None], sought)
    if stump is None:
        return ScoreThreshold(**counts, says=fact("threshold_tells_nothing", **counts))
    says = fact("threshold_fitted", value=stump.threshold, **counts)
    return ScoreThreshold(value=stump.threshold, source="grades", **counts, says=says)
