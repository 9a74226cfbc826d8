"""Where the cut of a learned judge stands: by the figures expected under calibrated scores.

Scores by models that did not see the grade are calibrated; each output, graded or not, then counts as so much
of a failed and so much of a passed one. Of all cuts the one with the highest expected alignment is taken, or
what a person asks for. The best cut of the grades themselves would follow their noise.
"""

from __future__ import annotations

import numpy as np

from labelcore.judges.calibration import Calibrator
from labelcore.judges.features import Bools, Floats
from labelcore.models import Frozen
from labelcore.wording import Wording

_MISSED = 10.0  # what missing a wish costs, in alignment
_TINY = 1e-12


class Aim(Frozen):
    """What a person asks of the cut; nothing is the highest expected alignment."""

    min_coverage: float | None = None
    max_ffr: float | None = None

    @property
    def words(self) -> Wording:
        """What the cut is chosen for, as the end of a sentence."""
        least, most = self.min_coverage, self.max_ffr
        if least is not None and most is not None:
            return Wording(
                "as far as expected it finds at least {least:.0%} of the bad outputs and wrongly fails at "
                "most {most:.0%} of the good ones",
                least=least,
                most=most,
            )
        if least is not None:
            return Wording("as far as expected it finds at least {n:.0%} of the bad outputs", n=least)
        if most is not None:
            return Wording("as far as expected it wrongly fails at most {n:.0%} of the good ones", n=most)
        return Wording("the expected alignment is highest")


HIGHEST = Aim()


def cut_of(held_out: Floats, fails: Bools, others: Floats, aim: Aim = HIGHEST) -> float:
    """The score above which an output is failed.

    ``held_out`` (m,): scores by models that did not see the grades ``fails``; ``others``: scores of
    outputs without a grade.
    """
    scores = np.sort(np.concatenate([held_out, others]))[::-1]
    bad = Calibrator.fit(held_out, fails)(scores)
    coverage = np.cumsum(bad) / max(float(bad.sum()), _TINY)
    passed_rate = 1 - np.cumsum(1 - bad) / max(float((1 - bad).sum()), _TINY)
    value = 2 * coverage * passed_rate / np.maximum(coverage + passed_rate, _TINY)
    if aim.min_coverage is not None:
        value -= _MISSED * np.maximum(0, aim.min_coverage - coverage)
    if aim.max_ffr is not None:
        value -= _MISSED * np.maximum(0, 1 - aim.max_ffr - passed_rate)
    value[:-1][scores[:-1] - scores[1:] < _TINY] = -np.inf  # equal scores stay on one side
    at = int(np.argmax(value))
    below = float(scores[at + 1]) if at + 1 < len(scores) else 0.0
    return (float(scores[at]) + below) / 2
