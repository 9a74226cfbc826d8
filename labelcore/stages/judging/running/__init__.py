"""Running judges: what is missing is decided, exactly once, by code, models, batches or workers."""

from labelcore.stages.judging.running.estimating import Estimate, estimate, estimate_words, span_words
from labelcore.stages.judging.running.execution import make_backlog, run, stop_run
from labelcore.stages.judging.running.live_run import kinds_words, progress_words
from labelcore.stages.judging.running.options import RunOptions
from labelcore.stages.judging.running.orders import (
    RunOrder,
    estimate_run,
    run_judges,
    runs,
    stop_abandoned_runs,
)

__all__ = [
    "Estimate",
    "RunOptions",
    "RunOrder",
    "estimate",
    "estimate_run",
    "estimate_words",
    "kinds_words",
    "make_backlog",
    "progress_words",
    "run",
    "run_judges",
    "runs",
    "span_words",
    "stop_abandoned_runs",
    "stop_run",
]
