"""Judging: each criterion gets several candidate judges; they run over outputs.

``proposing`` makes judges, ``running`` lets them decide, ``testing`` finds out what moves them, and
``keeping`` holds what is known of them: versions, schemas, staleness, summaries.
"""

from labelcore.stages.judging.keeping.finding import active_judges, find_judge
from labelcore.stages.judging.keeping.refreshing import refresh_judges
from labelcore.stages.judging.keeping.summaries import (
    Judged,
    JudgeDetail,
    JudgeSummary,
    judged,
    list_judges,
    show_judge,
)
from labelcore.stages.judging.proposing.proposals import propose
from labelcore.stages.judging.running import (
    Estimate,
    RunOrder,
    estimate_run,
    estimate_words,
    kinds_words,
    run_judges,
    runs,
    span_words,
    stop_abandoned_runs,
    stop_run,
)

__all__ = [
    "Estimate",
    "JudgeDetail",
    "JudgeSummary",
    "Judged",
    "RunOrder",
    "active_judges",
    "estimate_run",
    "estimate_words",
    "find_judge",
    "judged",
    "kinds_words",
    "list_judges",
    "propose",
    "refresh_judges",
    "run_judges",
    "runs",
    "show_judge",
    "span_words",
    "stop_abandoned_runs",
    "stop_run",
]
