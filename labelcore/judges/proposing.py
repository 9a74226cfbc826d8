"""Candidates without a model: detectors guided by the notes, thresholds fitted to the grades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from labelcore.judges import code_judge, learned_judge
from labelcore.judges.detectors import phrases
from labelcore.judges.features import Column, FeatureTable, Floats, measure, plain_columns
from labelcore.judges.fitting import Bools, Stump, fit_all, spec_of, topic_match, votes
from labelcore.models import Output

MINED_PHRASES = 3
_SAME = 0.95  # two candidates that agree on this share of outputs are duplicates
_USEFUL = 0.05  # the least shrunk gain for which a threshold is worth proposing


@dataclass(frozen=True)
class Proposal:
    """A candidate judge: what it is, why it is proposed, and what is wrong with it."""

    kind: Literal["code", "learned"]
    name: str
    spec: dict[str, Any]
    description: str
    why: str
    warnings: list[str] = field(default_factory=list)


def columns_for(outputs: Sequence[Output], fails: Bools) -> tuple[Column, ...]:
    """Every plain detector, and the phrases that tell failed from passed outputs."""
    incidence = phrases.Incidence.of(outputs)
    best = incidence.best(np.arange(len(outputs)), fails, MINED_PHRASES)
    mined = (Column("phrase", {"phrase": list(incidence.phrases[at])}) for at in best)
    return (*plain_columns(), *mined)


def topics_of(columns: Sequence[Column], talk: Sequence[str]) -> Floats:
    """How much the notes talk about each column's quantity, shape (d,), 0..1."""
    return np.array([topic_match(column, talk) for column in columns])


def propose(
    outputs: Sequence[Output], fails: Bools, talk: Sequence[str], *, limit: int,
    vectors: Floats | None = None, name: str = "overall", seed: int = 0,
) -> list[Proposal]:  # fmt: skip
    """Candidates for one criterion, the most promising first.

    ``fails`` (shape (n,)) are the grades of ``outputs`` on the criterion; ``talk`` are the notes and
    keywords about it. A learned judge comes along when there are enough grades.
    """
    if not 0 < fails.sum() < len(fails):
        return []
    table = measure(outputs, columns_for(outputs, fails), vectors)
    topics = topics_of(table.columns, talk)
    stumps = _different(fit_all(table, fails, topics), table, limit)
    found = [_code(stump, table, fails, topics, name) for stump in stumps]
    if learned_judge.too_few(fails) is None:
        groups = [output.group for output in outputs]
        # Mined phrases have seen every grade, so a cross-fitted model must do without them.
        plain = table.only(len(plain_columns()))
        found.append(_learned(plain, fails, groups, topics[: len(plain.columns)], name, seed))
    return found


def _different(stumps: Sequence[Stump], table: FeatureTable, limit: int) -> list[Stump]:
    """The best ones that vote differently from each other."""
    kept: list[tuple[Stump, Bools]] = []
    for stump in stumps:
        if stump.gain < _USEFUL or len(kept) == limit:
            break
        own = votes(stump, table)
        if all((own == other).mean() < _SAME for _, other in kept):
            kept.append((stump, own))
    return [stump for stump, _ in kept]


def _code(stump: Stump, table: FeatureTable, fails: Bools, topics: Floats, name: str) -> Proposal:
    spec = spec_of(stump, table)
    own = votes(stump, table)
    caught, wrong = int((own & fails).sum()), int((own & ~fails).sum())
    why = (
        f"On its own grades it catches {caught} of {int(fails.sum())} bad outputs "
        f"and wrongly fails {wrong} of {int((~fails).sum())} good ones."
    )
    if topics[stump.column] > 0:
        why += " The notes talk about it."
    return Proposal(
        kind="code", name=f"{name} · {spec.key}", spec=spec.model_dump(),
        description=code_judge.describe(spec), why=why,
    )  # fmt: skip


def _learned(
    table: FeatureTable, fails: Bools, groups: Sequence[str], topics: Floats, name: str, seed: int
) -> Proposal:
    spec = learned_judge.make_spec(table, fails, groups, topics, seed)
    looks = ", ".join(spec["looks_at"])
    return Proposal(
        kind="learned", name=f"{name} · learned", spec=spec,
        description=f"A linear model of {len(fails)} grades; it looks most at: {looks}.",
        why="It is cross-fitted: no graded output is judged by a model that saw its grade.",
    )  # fmt: skip
