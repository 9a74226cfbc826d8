"""Grading: what people say of outputs, stored as events, and what it amounts to.

``record`` is durable when it returns; sending an event twice stores it once. ``human_labels`` is
the one place that turns several people's grades into one label for each output.
"""

from __future__ import annotations

from labelcore.models import Grade
from labelcore.stages.grading.acts import current_grades, grade, grade_history, part_grades, record
from labelcore.stages.grading.comparing import (
    PairItem,
    PairQueue,
    Preferences,
    compare,
    comparing_queue,
    first_is_left,
    prefer,
    preferences,
)
from labelcore.stages.grading.fields import OutputField, fields_of
from labelcore.stages.grading.history import Act, TakenBack, latest_acts, undo
from labelcore.stages.grading.labels import (
    SEAL_FROM_FAILS,
    SEAL_FROM_GRADES,
    Labels,
    fitting_labels,
    fitting_splits,
    human_labels,
    sealed_splits,
)
from labelcore.stages.grading.pace import Pace, counts_by_person, pace_of
from labelcore.stages.grading.packs import Merged, Pack, WrittenPack, make_pack, merge_pack, write_pack
from labelcore.stages.grading.progress import TeamProgress, team_progress
from labelcore.stages.grading.queueing import Queue, QueueItem, grading_queue, recent
from labelcore.stages.grading.rules import Review, RulesChange, change_rules, review, set_rules, versions
from labelcore.stages.grading.splitting import (
    SplitReport,
    looks_at_test,
    open_test,
    renew_test,
    set_looks_limit,
    split_report,
    state_of_test,
)
from labelcore.stages.grading.stopping import Budget, Saturation, label_budget, saturation
from labelcore.stages.grading.suggesting import Anchoring, Suggestion, anchoring, phrases, suggestions
from labelcore.stages.grading.together import (
    Conflict,
    Contribution,
    Together,
    conflicts,
    contributions,
    rule,
    together,
)

__all__ = [
    "SEAL_FROM_FAILS",
    "SEAL_FROM_GRADES",
    "Act",
    "Anchoring",
    "Budget",
    "Conflict",
    "Contribution",
    "Grade",
    "Labels",
    "Merged",
    "OutputField",
    "Pace",
    "Pack",
    "PairItem",
    "PairQueue",
    "Preferences",
    "Queue",
    "QueueItem",
    "Review",
    "RulesChange",
    "Saturation",
    "SplitReport",
    "Suggestion",
    "TakenBack",
    "TeamProgress",
    "Together",
    "WrittenPack",
    "anchoring",
    "change_rules",
    "compare",
    "comparing_queue",
    "conflicts",
    "contributions",
    "counts_by_person",
    "current_grades",
    "fields_of",
    "first_is_left",
    "fitting_labels",
    "fitting_splits",
    "grade",
    "grade_history",
    "grading_queue",
    "human_labels",
    "label_budget",
    "latest_acts",
    "looks_at_test",
    "make_pack",
    "merge_pack",
    "open_test",
    "pace_of",
    "part_grades",
    "phrases",
    "prefer",
    "preferences",
    "recent",
    "record",
    "renew_test",
    "review",
    "rule",
    "saturation",
    "sealed_splits",
    "set_looks_limit",
    "set_rules",
    "split_report",
    "state_of_test",
    "suggestions",
    "team_progress",
    "together",
    "undo",
    "versions",
    "write_pack",
]
