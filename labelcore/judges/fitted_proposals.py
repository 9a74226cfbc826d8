"""Candidates without a model: detectors guided by the notes, thresholds fitted to the grades."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, zip_longest

from labelcore.judges.features import Graded, TrainingData
from labelcore.judges.kinds import Kind
from labelcore.judges.kinds.code import CodeKind, FittedCheck, fitted_phrases, fitted_thresholds
from labelcore.judges.kinds.learned import LearnedKind, make_spec
from labelcore.judges.learned_model import too_few
from labelcore.judges.operating_point import HIGHEST, Aim
from labelcore.models import OVERALL

_SAME = 0.95  # two candidates that agree on this share of outputs are duplicates
_USEFUL = 0.05  # the least shrunk gain for which a threshold is worth proposing
_WEAK = 0.1
_FEW = 40
LEARNED_FROM = 3
"""From so many fails on, a criterion's own learned judge takes part in the choice of the set."""
KINDS = 3  # so many candidates of different kinds are proposed wherever the grades allow it


@dataclass(frozen=True)
class Proposal:
    """A candidate judge, and why it is proposed."""

    name: str
    judge: Kind
    why: str


def propose(
    data: TrainingData, graded: Graded, *, limit: int, name: str = OVERALL, seed: int = 0, aim: Aim = HIGHEST
) -> list[Proposal]:
    """Candidates for one criterion (or the overall grade) from the rows that say something about it: at most
    ``limit`` code judges, and a learned one when there are enough grades. Where too few are useful, the best
    of the other kinds are proposed all the same, and say that they are weak.
    """
    if not graded.of_both_kinds:
        return []
    found = [_code(check, graded, name) for check in _different(data, graded, limit)]
    if too_few(graded.fails) is None:
        why = "It is cross-fitted: no graded output is judged by a model that saw its grade."
        if len(graded.fails) < _FEW:
            why += f" With only {len(graded.fails)} grades it is a guess that more grades will sharpen."
        found.append(Proposal(f"{name} · learned", LearnedKind(make_spec(data, graded, seed, aim)), why))
    return found


def _different(data: TrainingData, graded: Graded, limit: int) -> list[FittedCheck]:
    """The best that vote differently, in turn: thresholds by notes, by grades, phrases by both."""
    few, rows = max(1, limit // 3), graded.rows
    kinds = [fitted_thresholds(data, graded, 3 * limit, guided=guided) for guided in (True, False)]
    kinds += [fitted_phrases(data, graded, few, guided=guided) for guided in (True, False)]
    kept: list[FittedCheck] = []

    def keep(checks: Iterable[FittedCheck], most: int) -> None:
        for check in checks:
            votes = check.votes[rows]
            same = any((votes == other.votes[rows]).mean() >= _SAME for other in kept)
            if not same and votes.any() and len(kept) < most:
                kept.append(check)

    in_turn = chain.from_iterable(zip_longest(*kinds))
    keep((check for check in in_turn if check and check.gain >= _USEFUL), limit)
    if len(kept) < KINDS - 1:  # the learned judge is another kind
        weak = (check for kind in kinds for check in kind if check.gain < _USEFUL)
        keep(weak, min(limit, KINDS - 1))
    return kept


def _code(check: FittedCheck, graded: Graded, name: str) -> Proposal:
    votes, fails = check.votes[graded.rows], graded.fails
    caught, wrong = int((votes & fails).sum()), int((votes & ~fails).sum())
    n_fail, n_pass = int(fails.sum()), int((~fails).sum())
    why = (
        f"On its own grades it catches {caught} of {n_fail} bad outputs "
        f"and wrongly fails {wrong} of {n_pass} good ones."
    )
    if check.spec.guided:
        why += " The notes talk about it."
    if caught / max(1, n_fail) - wrong / max(1, n_pass) < _WEAK:
        why += " That is weak: it is here to be compared with."
    return Proposal(f"{name} · {check.spec.key}", CodeKind(check.spec.model_dump()), why)
