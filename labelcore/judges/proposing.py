"""Candidates without a model: detectors guided by the notes, thresholds fitted to the grades."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from labelcore.judges import fitting
from labelcore.judges.features import Bools, Ints
from labelcore.judges.kinds import code, learned
from labelcore.judges.kinds.code import CodeSpec, phrase_spec, spec_of
from labelcore.judges.kinds.learned import LearnedKind
from labelcore.judges.learned_model import too_few
from labelcore.judges.training_data import TrainingData

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
    """A candidate judge: what it is, why it is proposed, and what is wrong with it."""

    kind: Literal["code", "learned"]
    name: str
    spec: dict[str, Any]
    description: str
    why: str
    warnings: list[str] = field(default_factory=list)


def propose(
    data: TrainingData, rows: Ints, fails: Bools, *, limit: int, name: str = "overall", seed: int = 0
) -> list[Proposal]:
    """Candidates for one criterion (or the overall grade), the most promising first.

    ``rows`` (m,) are the data that say something about it, ``fails`` (m,) their grades on it.
    At most ``limit`` code judges, and a learned one when there are enough grades. Where too few are
    useful, the best of the other kinds are proposed all the same, and say that they are weak.
    """
    if not 0 < fails.sum() < len(fails):
        return []
    found = [_code(spec, votes[rows], fails, name) for spec, votes in _different(data, rows, fails, limit)]
    if too_few(fails) is None:
        found.append(_learned(data, rows, fails, name, seed))
    return found


def _different(data: TrainingData, rows: Ints, fails: Bools, limit: int) -> list[tuple[CodeSpec, Bools]]:
    """The best checks that vote differently from each other, kind by kind in turn."""
    kinds = [list(kind) for kind in _kinds(data, rows, fails, limit)]
    kept: list[tuple[CodeSpec, Bools]] = []

    def keep(candidates: Iterable[_Check], most: int) -> None:
        for _, spec, votes in candidates:
            same = any((votes[rows] == other[rows]).mean() >= _SAME for _, other in kept)
            if not same and votes[rows].any() and len(kept) < most:
                kept.append((spec, votes))

    for place in range(max(map(len, kinds), default=0)):
        column = (kind[place] for kind in kinds if place < len(kind))
        keep((check for check in column if check[0] >= _USEFUL), limit)
    if len(kept) < KINDS - 1:  # the learned judge is another kind
        keep((check for kind in kinds for check in kind if check[0] < _USEFUL), min(limit, KINDS - 1))
    return kept


_Check = tuple[float, CodeSpec, Bools]
"""A check with its shrunk gain and its votes on all n outputs."""


def _kinds(data: TrainingData, rows: Ints, fails: Bools, limit: int) -> Iterator[Iterator[_Check]]:
    """Thresholds by the notes, thresholds by the grades, phrases by both."""
    for guided in (True, False):
        yield (
            (
                stump.gain,
                spec_of(stump, data.table.columns[stump.column]),
                fitting.votes(stump, data.table.values[:, stump.column]),
            )
            for stump in fitting.fit_all(data, rows, fails, guided=guided)[: 3 * limit]
        )
    everything = np.arange(len(data.groups))
    for guided in (True, False):
        mine = fitting.noted_phrases if guided else fitting.mined_phrases
        yield (
            (
                check.gain,
                phrase_spec(check, data, guided=guided),
                fitting.phrase_votes(check, data, everything),
            )
            for check in mine(data, rows, fails, max(1, limit // 3))
        )


def _code(spec: CodeSpec, votes: Bools, fails: Bools, name: str) -> Proposal:
    caught, wrong = int((votes & fails).sum()), int((votes & ~fails).sum())
    why = (
        f"On its own grades it catches {caught} of {int(fails.sum())} bad outputs "
        f"and wrongly fails {wrong} of {int((~fails).sum())} good ones."
    )
    if spec.guided:
        why += " The notes talk about it."
    gain = caught / max(1, int(fails.sum())) - wrong / max(1, int((~fails).sum()))
    if gain < _WEAK:
        why += " That is weak: it is here to be compared with."
    return Proposal(
        kind="code",
        name=f"{name} · {spec.key}",
        spec=spec.model_dump(),
        description=code.describe(spec),
        why=why,
    )


def _learned(data: TrainingData, rows: Ints, fails: Bools, name: str, seed: int) -> Proposal:
    spec = learned.make_spec(data, rows, fails, seed)
    why = "It is cross-fitted: no graded output is judged by a model that saw its grade."
    if len(fails) < _FEW:
        why += f" With only {len(fails)} grades it is a guess that more grades will sharpen."
    return Proposal(
        kind="learned", name=f"{name} · learned", spec=spec, description=LearnedKind(spec).describe(), why=why
    )
