"""Judging: each criterion gets several candidate judges; they run over outputs.

``proposing`` makes judges, ``running`` lets them decide, ``testing`` finds out what moves them, and
``keeping`` holds what is known of them: versions, schemas, staleness, summaries.
"""

from labelcore.stages.finding import find_judge
from labelcore.stages.judging.keeping.summaries import JudgeSummary, judged, list_judges
from labelcore.stages.judging.keeping.versions import (
    active_judges,
    refresh_judges,
    replaced_in_set,
    signals_of_users,
)
from labelcore.stages.judging.proposing.proposals import ProposalOrder, propose
from labelcore.stages.judging.running.estimating import Estimate
from labelcore.stages.judging.running.execution import stop_abandoned_runs, stop_run
from labelcore.stages.judging.running.orders import RunOrder, estimate_run, is_anything_left, run_judges, runs

__all__ = [
    "Estimate",
    "JudgeSummary",
    "ProposalOrder",
    "RunOrder",
    "active_judges",
    "estimate_run",
    "find_judge",
    "is_anything_left",
    "judged",
    "list_judges",
    "propose",
    "refresh_judges",
    "replaced_in_set",
    "run_judges",
    "runs",
    "signals_of_users",
    "stop_abandoned_runs",
    "stop_run",
]
