"""The four counts of a judge against people's grades, and the figures that follow from them.

Each figure has a file of its own in `labelcore.stats.measures`; these are their names together.
"""

from __future__ import annotations

from labelcore.stats.measures import (
    Counts,
    ac1,
    balanced_accuracy,
    balanced_accuracy_rate,
    constant_answer,
    count,
    coverage,
    evalgen_alignment,
    false_failure_rate,
    kappa,
    mcc,
    npv,
    ppv,
    tnr,
    tpr,
)
from labelcore.stats.measures.confusion import Floats

__all__ = [
    "Counts",
    "Floats",
    "ac1",
    "balanced_accuracy",
    "balanced_accuracy_rate",
    "constant_answer",
    "count",
    "coverage",
    "evalgen_alignment",
    "false_failure_rate",
    "kappa",
    "mcc",
    "npv",
    "ppv",
    "tnr",
    "tpr",
]
