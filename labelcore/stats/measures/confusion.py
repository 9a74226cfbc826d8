"""The four counts of a judge against people's grades; pass is the positive class.

A true pass is an output that both the judge and people pass.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from labelcore.models import Frozen

Floats = npt.NDArray[np.float64]


class Counts(Frozen):
    """How a judge's verdicts meet people's grades. ``abstained`` outputs are in no other count."""

    true_pass: int
    false_pass: int
    true_fail: int
    false_fail: int
    abstained: int = 0

    @property
    def n(self) -> int:
        """Outputs with a grade and a verdict of pass or fail."""
        return self.true_pass + self.false_pass + self.true_fail + self.false_fail

    @property
    def human_passes(self) -> int:
        """Outputs that people passed and the judge decided."""
        return self.true_pass + self.false_fail

    @property
    def human_fails(self) -> int:
        """Outputs that people failed and the judge decided."""
        return self.true_fail + self.false_pass

    @property
    def judge_passes(self) -> int:
        """Graded outputs that the judge passes."""
        return self.true_pass + self.false_pass

    @property
    def judge_fails(self) -> int:
        """Graded outputs that the judge fails."""
        return self.true_fail + self.false_fail


def count(judge_passes: Floats, human_passes: npt.NDArray[np.bool_]) -> Counts:
    """Count verdicts (1 pass, 0 fail, nan abstain; shape (n,)) against grades (shape (n,))."""
    decided = ~np.isnan(judge_passes)
    judge = judge_passes[decided] > 0
    human = human_passes[decided]
    return Counts(
        true_pass=int((judge & human).sum()),
        false_pass=int((judge & ~human).sum()),
        true_fail=int((~judge & ~human).sum()),
        false_fail=int((~judge & human).sum()),
        abstained=int((~decided).sum()),
    )


def cells_of(counts: Counts) -> Floats:
    """The counts as an array, shape (4,): true pass, false pass, true fail, false fail.

    The ``…_of`` functions of this package take such cells in the last axis, counts or weights,
    with any axes before it (judges, bootstrap replicates), and answer nan where they are undefined.
    """
    cells = (counts.true_pass, counts.false_pass, counts.true_fail, counts.false_fail)
    return np.array(cells, dtype=np.float64)


def share(part: Floats, whole: Floats) -> Floats:
    """``part / whole``, nan where the whole is empty."""
    empty = whole == 0
    return np.where(empty, np.nan, part / np.where(empty, 1.0, whole))


def known(value: Floats) -> float | None:
    """A single figure as a number; None where it is undefined."""
    return None if np.isnan(value) else float(value)
