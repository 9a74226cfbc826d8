"""The nouns of labelcore, as frozen pydantic models (see the glossary in the README).

Pass is the positive class everywhere. Times are timezone-aware UTC. Ids are strings made in
Python, because the same tables must work where a database has no sequences.
"""

from labelcore.models.base import (
    DOOR_SUFFIX,
    NOTHING,
    OVERALL,
    CourtValue,
    CriterionOrigin,
    CriterionStatus,
    Fact,
    Frozen,
    GradeValue,
    GradingRules,
    ImportBatch,
    Output,
    Pick,
    Preference,
    ProbeValue,
    Project,
    ProjectSettings,
    RejectedRow,
    Risk,
    Role,
    RunState,
    Sample,
    Severity,
    SplitName,
    Term,
    ToolCall,
    Turn,
    VerdictValue,
    fact,
    new_id,
    now,
)
from labelcore.models.grading import Code, Comparison, Criterion, Evidence, Grade, Quote, Ruling
from labelcore.models.judging import (
    BatchJob,
    CourtRuling,
    Decision,
    HardnessResult,
    JudgeVersion,
    Paid,
    ProbeCase,
    ProbeOpinion,
    Run,
    Verdict,
    VerdictError,
)
