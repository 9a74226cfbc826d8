"""Running judges: what is missing is decided, exactly once, by code, models, batches or workers."""

from labelcore.stages.judging.running.estimating import estimate
from labelcore.stages.judging.running.execution import make_backlog, run, stop_run
from labelcore.stages.judging.running.live_run import RunOptions

__all__ = ["RunOptions", "estimate", "make_backlog", "run", "stop_run"]
