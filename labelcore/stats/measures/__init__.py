"""One measure a file. Undefined is None with its reason (nan in arrays), never 0."""

from __future__ import annotations

from labelcore.stats.measures.alpha import krippendorff_alpha
from labelcore.stats.measures.balanced_accuracy import balanced_accuracy, balanced_accuracy_rate
from labelcore.stats.measures.confusion import Counts, cells_of, count
from labelcore.stats.measures.constant_answer import constant_answer
from labelcore.stats.measures.fleiss import fleiss_kappa
from labelcore.stats.measures.gwet import ac1, gwet_ac
from labelcore.stats.measures.kappa import kappa, weighted_kappa
from labelcore.stats.measures.mcc import mcc
from labelcore.stats.measures.npv import npv
from labelcore.stats.measures.ppv import ppv
from labelcore.stats.measures.set_rates import coverage, evalgen_alignment, false_failure_rate
from labelcore.stats.measures.tnr import tnr
from labelcore.stats.measures.tpr import tpr

__all__ = [
    "Counts",
    "ac1",
    "balanced_accuracy",
    "balanced_accuracy_rate",
    "cells_of",
    "constant_answer",
    "count",
    "coverage",
    "evalgen_alignment",
    "false_failure_rate",
    "fleiss_kappa",
    "gwet_ac",
    "kappa",
    "krippendorff_alpha",
    "mcc",
    "npv",
    "ppv",
    "tnr",
    "tpr",
    "weighted_kappa",
]
