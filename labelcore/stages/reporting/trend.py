"""The pass rate over time and by version of the pipeline, by people's grades."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

import numpy as np

from labelcore.models import Frozen, Output, Role
from labelcore.operations import operation
from labelcore.stages.aligning.evidence import evidence_of
from labelcore.stages.grading import human_labels
from labelcore.stats.rate import Rate
from labelcore.stats.subsamples import Subsample
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace, remembered

PRODUCED = "produced_at"
Step = Literal["day", "week", "month"]
_MOST_STEPS, _MOST_VERSIONS = 12, 6
_DATED = 0.9
"""A field is one of dates where at least this share of the graded outputs has one."""


class TrendPoint(Frozen):
    """The pass rate of the outputs that a version made in a step of time; ``begins`` None: at any time."""

    begins: date | None
    version: str
    rate: Rate


class Trend(Frozen):
    """Points in order. ``field``: where the dates are from, "" where outputs have none."""

    field: str
    step: Step
    points: tuple[TrendPoint, ...]

    @property
    def versions(self) -> list[str]:
        """The versions in the order of their first point."""
        return list(dict.fromkeys(point.version for point in self.points))


@operation("trend", role=Role.MANAGER)
@remembered
def trend(workspace: Workspace) -> Trend:
    """Show the pass rate over time and by version, from the dates that outputs carry."""
    evidence = evidence_of(workspace, human_labels(workspace).value)
    outputs = output_table.many(workspace.db, evidence.ids)
    grades = evidence.graded(np.full(len(evidence.ids), np.nan))
    field, dates = _dates(workspace, outputs)
    step = _step(list(dates.values()))
    version_of = versions_of(list(outputs.values()))
    places: dict[tuple[date | None, str], list[int]] = {}
    for at, output_id in enumerate(evidence.ids):
        if field and output_id not in dates:
            continue
        begins = _begin(dates[output_id], step) if field else None
        places.setdefault((begins, version_of.get(output_id, "")), []).append(at)
    points = []
    for (begins, version), inside in sorted(places.items(), key=lambda item: (str(item[0][0]), item[0][1])):
        part = np.isin(np.arange(grades.n), inside)
        points.append(TrendPoint(begins=begins, version=version, rate=Subsample(grades, part).rate()))
    return Trend(field=field, step=step, points=tuple(points))


def versions_of(outputs: Sequence[Output]) -> dict[str, str]:
    """The version of each output, by its id: the prompt's, or the model; {} where all are of one."""
    for name in ("prompt_version", "model"):
        version_of = {output.id: str(getattr(output, name)) for output in outputs}
        if 2 <= len(set(version_of.values())) <= _MOST_VERSIONS:
            return version_of
    return {}


def _dates(workspace: Workspace, outputs: Mapping[str, Output]) -> tuple[str, dict[str, date]]:
    """When outputs were made, or the metadata key that holds the most dates; of at least two days."""
    moments = output_table.produced(workspace.db, list(outputs))
    dates = {PRODUCED: {output_id: at.date() for output_id, at in moments.items()}}
    for output_id, output in outputs.items():
        for key, day in _days(output):
            dates.setdefault(key, {})[output_id] = day
    fitting = {
        key: days
        for key, days in dates.items()
        if len(days) >= _DATED * len(outputs) and len(set(days.values())) > 1
    }
    best = max(fitting, key=lambda key: (key == PRODUCED, len(fitting[key]), key), default="")
    return best, fitting.get(best, {})


def _days(output: Output) -> Iterator[tuple[str, date]]:
    for key, value in output.metadata.items():
        if isinstance(value, str) and "-" in value:
            try:
                yield key, datetime.fromisoformat(value.strip()).date()
            except ValueError:
                continue


def _step(days: Sequence[date]) -> Step:
    span = (max(days) - min(days)).days if days else 0
    return "day" if span < _MOST_STEPS else "week" if span < 7 * _MOST_STEPS else "month"


def _begin(day: date, step: Step) -> date:
    if step == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if step == "week" else day
