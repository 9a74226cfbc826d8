"""What a way of choosing judges does on outputs that it did not see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labelcore.judges.features import Floats
from labelcore.judges.lessons import Bools
from labelcore.models import Frozen
from labelcore.stats.selection import figures

_DRAWS = 2_000
_RANGE = (0.025, 0.975)


class HeldOut(Frozen):
    """Figures on outputs that neither the fits nor the choice saw, with their spread."""

    coverage: float | None
    false_failure_rate: float | None
    alignment: float | None
    low: float | None
    high: float | None
    repeats: int
    outputs: int = 0


@dataclass(frozen=True)
class Repeat:
    """Votes on outputs by sets that were fitted and chosen without their groups, both (n,).

    ``seen``: the outputs that time was left for. ``fitting``: seconds that were spent without the
    exact programs. ``stopped``: of how many of the ``sets`` the program was stopped by the time.
    """

    failed: Bools
    seen: Bools
    fitting: float = 0.0
    sets: int = 0
    stopped: int = 0

    @property
    def whole(self) -> bool:
        """Whether every output was voted on."""
        return bool(self.seen.all())


def summary(
    nested: Sequence[Repeat], human_fails: Bools, groups: Sequence[str], seed: int
) -> HeldOut:
    """The figures of the repeats together, with an interval."""
    if not nested:
        return HeldOut(
            coverage=None, false_failure_rate=None, alignment=None, low=None, high=None, repeats=0,
            outputs=0,
        )  # fmt: skip
    seen = nested[0].seen
    fails = human_fails[seen]
    votes = [own.failed[seen] for own in nested]
    found = [figures(own, fails) for own in votes]

    def mean(name: str) -> float | None:
        values = [getattr(own, name) for own in found]
        return None if any(v is None for v in values) else float(np.mean(values))

    low, high = _cluster_interval(votes, fails, np.asarray(groups)[seen].tolist(), seed)
    return HeldOut(
        coverage=mean("coverage"), false_failure_rate=mean("false_failure_rate"),
        alignment=mean("alignment"), low=low, high=high, repeats=len(found), outputs=int(seen.sum()),
    )  # fmt: skip


def _cluster_interval(
    votes_of: Sequence[Bools], human_fails: Bools, groups: Sequence[str], seed: int
) -> tuple[float | None, float | None]:
    """95 % interval of the alignment: the wider of a bootstrap over groups and Jeffreys draws."""
    names, where = np.unique(np.asarray(groups), return_inverse=True)
    cells = np.zeros((len(names), 4))
    for failed in votes_of:
        for k, mask in enumerate(
            (failed & human_fails, human_fails, failed & ~human_fails, ~human_fails)
        ):
            cells[:, k] += np.bincount(where, weights=mask, minlength=len(names))
    draws = np.random.default_rng(seed).multinomial(
        len(names), np.full(len(names), 1 / len(names)), _DRAWS
    )
    caught, bad, wrong, good = (draws @ cells).T
    ok = (bad > 0) & (good > 0)
    if ok.sum() < _DRAWS // 2:
        return None, None
    resampled = np.quantile(_harmonic(caught[ok] / bad[ok], 1 - wrong[ok] / good[ok]), _RANGE)
    # A set without a mistake on few outputs has no spread to resample: Jeffreys' prior has.
    caught, bad, wrong, good = cells.sum(axis=0) / len(votes_of)
    random = np.random.default_rng(seed)
    cov = random.beta(caught + 0.5, bad - caught + 0.5, _DRAWS)
    kept = random.beta(good - wrong + 0.5, wrong + 0.5, _DRAWS)
    prior = np.quantile(_harmonic(cov, kept), _RANGE)
    value = float(_harmonic(np.array([caught / bad]), np.array([1 - wrong / good]))[0])
    low, high = min(resampled[0], prior[0]), max(resampled[1], prior[1], value)
    return float(low), float(high)


def _harmonic(coverage: Floats, kept: Floats) -> Floats:
    return np.asarray(2 * coverage * kept / np.maximum(coverage + kept, 1e-12))
