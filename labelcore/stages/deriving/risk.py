"""What the risk of a use case asks of the judges of a criterion.

The higher the risk, the more of the bad outputs the judges should find (coverage), and the fewer
good ones they may fail: people who are stopped by false failures all day stop looking at them, and
then nothing is found. The figures are where to begin, not optima; "medium" is what labelcore always
took. A criterion of its own risk overrides the project's.
"""

from __future__ import annotations

from collections.abc import Sequence

from labelcore.models import Criterion, Frozen, Project, Risk


class RiskLimits(Frozen):
    """The most good outputs that may be failed, and the least share of bad ones to be found."""

    max_false_failure_rate: float
    min_coverage: float


LIMITS: dict[Risk, RiskLimits] = {
    "low": RiskLimits(max_false_failure_rate=0.35, min_coverage=0.5),
    "medium": RiskLimits(max_false_failure_rate=0.25, min_coverage=0.7),
    "high": RiskLimits(max_false_failure_rate=0.15, min_coverage=0.9),
}


def risk_of(criterion: Criterion, project: Project) -> Risk:
    """The criterion's risk, or the project's where it has none of its own."""
    return criterion.risk or project.risk


def limits_of(criterion: Criterion, project: Project) -> RiskLimits:
    """The limits that the criterion's risk proposes."""
    return LIMITS[risk_of(criterion, project)]


def default_limit(project: Project) -> float:
    """The limit on false failures of a criterion that is proposed in this project."""
    return LIMITS[project.risk].max_false_failure_rate


def wanted_coverage(criteria: Sequence[Criterion], project: Project) -> float | None:
    """The coverage that the riskiest accepted criterion asks of the chosen set.

    None where nobody has said what is at risk: no accepted criterion has a risk of its own, and the
    project's is the medium that it began with.
    """
    accepted = [criterion for criterion in criteria if criterion.status == "accepted"]
    if project.risk == "medium" and not any(criterion.risk for criterion in accepted):
        return None
    return max((limits_of(criterion, project).min_coverage for criterion in accepted), default=None)


def follow_risk(old: Criterion, project: Project, changes: dict[str, object]) -> dict[str, object]:
    """An edit of the risk moves the limit with it, unless a person chose the limit."""
    if "risk" not in changes or "max_false_failure_rate" in changes:
        return changes
    if old.max_false_failure_rate != limits_of(old, project).max_false_failure_rate:
        return changes
    fresh = Criterion.model_validate(old.model_dump() | {"risk": changes["risk"]})
    return changes | {"max_false_failure_rate": limits_of(fresh, project).max_false_failure_rate}
