"""What happened to the number: choices of the set with their figures, changes of criteria and judges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from labelcore.stages.deriving import history, list_criteria
from labelcore.stages.grading import split_report
from labelcore.stages.reporting.document import Mark, Timeline
from labelcore.stats.rate import Rate
from labelcore.store import judges as judge_table
from labelcore.workspace import Workspace

_MOST = 40


def timeline(workspace: Workspace) -> Timeline | None:
    """The held-out alignment of every chosen set, and what changed; None where nothing did."""
    points = tuple(_choices(workspace))
    marks = [*_criteria(workspace), *_judges(workspace), *_tests(workspace)]
    if not points and not marks:
        return None
    marks.sort(key=lambda mark: mark.at)
    return Timeline(
        title="Alignment of the chosen set on outputs that it had not seen, 95 % intervals",
        points=points,
        marks=tuple(marks[-_MOST:]),
    )


def _choices(workspace: Workspace) -> Iterator[tuple[datetime, Rate]]:
    for choice in judge_table.choices(workspace.db, workspace.project.id):
        held = choice["figures"]["held_out"]
        if held["alignment"] is not None:
            rate = Rate(
                value=held["alignment"],
                low=held["low"],
                high=held["high"],
                n=choice["figures"].get("n_grades", 0),
                method=held.get("method", "cross-fitted"),
            )
            yield choice["at"], rate


def _criteria(workspace: Workspace) -> Iterator[Mark]:
    """Edits that change what is asked; edits of the wording only are left out."""
    for criterion in list_criteria(workspace):
        for version in history(workspace, criterion.id):
            if version.version > 1 and not version.wording_only and version.status == "accepted":
                why = f" ({version.why})" if version.why else ""
                yield Mark(at=version.at, words=f"'{version.name}' changed to version {version.version}{why}")


def _judges(workspace: Workspace) -> Iterator[Mark]:
    """New versions of judges, those of one minute together."""
    made: dict[datetime, list[str]] = defaultdict(list)
    for version in judge_table.current(workspace.db, workspace.project.id):
        for judge in judge_table.history(workspace.db, version.judge_id):
            made[judge.at.replace(second=0, microsecond=0)].append(f"{judge.name} v{judge.version}")
    for at, names in made.items():
        shown = names[0] if len(names) == 1 else f"{len(names)} judges, such as {names[0]}"
        yield Mark(at=at, words=f"New: {shown}")


def _tests(workspace: Workspace) -> Iterator[Mark]:
    for test in split_report(workspace).rounds:
        yield Mark(at=test.at, words=f"A fresh test begun by {test.author}: {test.why}")
