"""What is known of judges: their versions, the schema and fields, staleness, summaries, names."""

from labelcore.stages.judging.keeping import refreshing, schemas
from labelcore.stages.judging.keeping.finding import active_judges, find_judge
from labelcore.stages.judging.keeping.summaries import Judged, JudgeDetail, JudgeSummary

__all__ = ["JudgeDetail", "JudgeSummary", "Judged", "active_judges", "find_judge", "refreshing", "schemas"]
