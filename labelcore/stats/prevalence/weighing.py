"""What weighted, clustered grades say of a share: a Beta distribution of equal mean and variance.

The two halves of Jeffreys' prior get the weight of a typical weighed grade (Σw²/Σw), and the variance is the
linearised one of a ratio of weighted sums, these included (Särndal, Swensson and Wretman, 1992, ch. 5; the
effective size as in Korn and Graubard, Survey Methodology 1998): with equal weights Beta(k+½, n-k+½) exactly.
Where outputs share a group, residuals are summed within groups first; the effective size never exceeds that
of independent outputs, and shrinks by (z/t)² for the number of groups.

All arrays may have axes before the last one (runs of a simulation); the last is over grades.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelcore.arrays import Bools, Floats, Ints

_HALF = 0.5


@dataclass(frozen=True)
class Posterior:
    """Beta distributions of shares: ``passes`` and ``fails`` are their parameters.

    ``groups``: how many groups they rest on, where Student's t for so few has shrunk the parameters.
    """

    passes: Floats
    fails: Floats
    groups: Ints | None = None

    def at(self, level: float) -> Posterior:
        """The same for an interval at another level: further out, Student's t differs more."""
        if self.groups is None:
            return self
        times = _few(self.groups, level) / _few(self.groups)
        return Posterior(self.passes * times, self.fails * times)

    def draw(self, random: np.random.Generator, draws: int) -> Floats:
        """Draws in a new last axis."""
        size = (*np.shape(self.passes), draws)
        return random.beta(np.asarray(self.passes)[..., None], np.asarray(self.fails)[..., None], size)

    def interval(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """The equal-tailed interval."""
        from scipy import special

        beta, tail = self.at(level), (1 - level) / 2
        low, high = (special.betaincinv(beta.passes, beta.fails, at) for at in (tail, 1 - tail))
        return np.asarray(low), np.asarray(high)


def posterior(
    passes: Bools, inside: Bools, weights: Floats, groups: Ints | None = None, *, prior: Floats | None = None
) -> Posterior:
    """Of the share of passes among the grades ``inside``; all arrays (..., n).

    ``groups``: numbers from 0 up, the same for grades of one source; None where all stand alone.
    ``prior``: the weight of Jeffreys' two halves (...), Σw²/Σw if it is not given. Without a grade
    inside it is the prior Beta(½, ½).
    """
    weighed = weights * inside
    if prior is None:
        prior = typical_weight(np.where(inside.any(axis=-1, keepdims=True), weighed, weights))
    total = weighed.sum(axis=-1) + 2 * _HALF * prior
    mean = ((weighed * passes).sum(axis=-1) + _HALF * prior) / total
    rest = weighed * (passes - mean[..., None])
    of_prior = prior**2 * _HALF * ((1 - mean) ** 2 + mean**2)

    def size(squares: Floats) -> Floats:
        return np.asarray(mean * (1 - mean) * total**2 / (squares + of_prior))

    alone = size((rest**2).sum(axis=-1))
    if groups is None:
        return Posterior(mean * alone, (1 - mean) * alone)
    number = group_number(groups)
    worth = np.minimum(alone, size(_squares(rest, groups))) * _few(number)
    return Posterior(mean * worth, (1 - mean) * worth, number)


def typical_weight(weights: Floats) -> Floats:
    """The mean weight, each grade counted by its weight: Σw² / Σw."""
    total = weights.sum(axis=-1)
    return np.asarray((weights**2).sum(axis=-1) / np.where(total > 0, total, 1.0))


def effective(weights: Floats) -> Floats:
    """Kish's effective number of grades, (Σw)² / Σw² (Kish, Survey Sampling, 1965)."""
    squares = (weights**2).sum(axis=-1)
    return np.asarray(weights.sum(axis=-1) ** 2 / np.where(squares > 0, squares, 1.0))


def _squares(rest: Floats, groups: Ints) -> Floats:
    """The sum over groups of the squared sums within each; small samples of groups spread more."""
    sums = group_sums(rest, groups)
    many = group_sums((rest != 0).astype(np.float64), groups) > 0
    count = np.maximum(many.sum(axis=-1), 2)
    return np.asarray((sums**2).sum(axis=-1) * count / (count - 1))


def _few(number: Ints, level: float = 0.95) -> Floats:
    """(z / t)² at one degree of freedom less than there are groups."""
    from scipy import special

    tail = 1 - (1 - level) / 2
    t = special.stdtrit(np.maximum(number - 1, 1), tail)
    return np.asarray((special.ndtri(tail) / t) ** 2)


def group_number(groups: Ints) -> Ints:
    """How many groups there are in each run."""
    ones = np.ones(groups.shape)
    return np.asarray((group_sums(ones, groups) > 0).sum(axis=-1))


def group_sums(values: Floats, groups: Ints) -> Floats:
    """Sums of the last axis within groups, shape (..., number of groups)."""
    count = int(groups.max()) + 1 if groups.size else 1
    flat = values.reshape(-1, values.shape[-1])
    place = np.broadcast_to(groups, values.shape).reshape(flat.shape)
    place = place + np.arange(len(flat))[:, None] * count
    sums = np.bincount(place.ravel(), weights=flat.ravel(), minlength=len(flat) * count)
    return np.asarray(sums.reshape(*values.shape[:-1], count))
