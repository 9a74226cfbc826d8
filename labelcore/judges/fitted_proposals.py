"""Candidates without a model: detectors guided by the notes, thresholds fitted to the grades."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from labelcore.judges.features import Bools
from labelcore.judges.kinds import Kind
from labelcore.judges.kinds.code import CodeKind, CodeSpec, FittedCheck, fitted_phrases, fitted_thresholds
from labelcore.judges.kinds.learned import LearnedKind, make_spec
from labelcore.judges.learned_model import too_few
from labelcore.judges.training_data import Graded, TrainingData
from labelcore.models import OVERALL

_SAME = 0.95  # two candidates that agree on this share of outputs are duplicates
_USEFUL = 0.05  # the least shrunk gain for which a threshold is worth proposing
_WEAK = 0.1
_FEW = 40
LEARNED_FROM = 20
"""From so many fails on, a criterion's own learned judge takes part in the choice of the set."""
KINDS = 3
"""So many candidates of different kinds are proposed wherever the grades allow it."""


@dataclass(frozen=True)
class Proposal:
    """A candidate judge, and why it is proposed."""

    name: str
    judge: Kind
    why: str


def propose(
    data: TrainingData, graded: Graded, *, limit: int, name: str = OVERALL, seed: int = 0
) -> list[Proposal]:
    """Candidates for one criterion (or the overall grade), the most promising first.

    ``graded`` are the rows that say something about it. At most ``limit`` code judges, and a learned
    one when there are enough grades. Where too few are useful, the best of the other kinds are
    proposed all the same, and say that they are weak.
    """
    if not graded.of_both_kinds:
        return []
    checks = _different(data, graded, limit)
    found = [_code(check.spec, check.votes[graded.rows], graded.fails, name) for check in checks]
    if too_few(graded.fails) is None:
        found.append(_learned(data, graded, name, seed))
    return found


def _different(data: TrainingData, graded: Graded, limit: int) -> list[FittedCheck]:
    """The best checks that vote differently from each other, kind by kind in turn."""
    kinds, rows = _by_kind(data, graded, limit), graded.rows
    kept: list[FittedCheck] = []

    def keep(checks: Iterable[FittedCheck], most: int) -> None:
        for check in checks:
            votes = check.votes[rows]
            same = any((votes == other.votes[rows]).mean() >= _SAME for other in kept)
            if not same and votes.any() and len(kept) < most:
                kept.append(check)

    for place in range(max(map(len, kinds), default=0)):
        column = (kind[place] for kind in kinds if place < len(kind))
        keep((check for check in column if check.gain >= _USEFUL), limit)
    if len(kept) < KINDS - 1:  # the learned judge is another kind
        weak = (check for kind in kinds for check in kind if check.gain < _USEFUL)
        keep(weak, min(limit, KINDS - 1))
    return kept


def _by_kind(data: TrainingData, graded: Graded, limit: int) -> list[list[FittedCheck]]:
    """Thresholds by the notes, thresholds by the grades, phrases by both."""
    few = max(1, limit // 3)
    thresholds = (fitted_thresholds(data, graded, 3 * limit, guided=guided) for guided in (True, False))
    phrases = (fitted_phrases(data, graded, few, guided=guided) for guided in (True, False))
    return [*thresholds, *phrases]


def _code(spec: CodeSpec, votes: Bools, fails: Bools, name: str) -> Proposal:
    caught, wrong = int((votes & fails).sum()), int((votes & ~fails).sum())
    n_fail, n_pass = int(fails.sum()), int((~fails).sum())
    why = (
        f"On its own grades it catches {caught} of {n_fail} bad outputs "
        f"and wrongly fails {wrong} of {n_pass} good ones."
    )
    if spec.guided:
        why += " The notes talk about it."
    if caught / max(1, n_fail) - wrong / max(1, n_pass) < _WEAK:
        why += " That is weak: it is here to be compared with."
    return Proposal(f"{name} · {spec.key}", CodeKind(spec.model_dump()), why)


def _learned(data: TrainingData, graded: Graded, name: str, seed: int) -> Proposal:
    n = len(graded.fails)
    why = "It is cross-fitted: no graded output is judged by a model that saw its grade."
    if n < _FEW:
        why += f" With only {n} grades it is a guess that more grades will sharpen."
    return Proposal(f"{name} · learned", LearnedKind(make_spec(data, graded, seed)), why)
