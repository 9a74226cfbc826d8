"""What happened to the number: choices of the set with their figures, changes of criteria and judges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from labelcore.models import Fact, Frozen, fact
from labelcore.stages.deriving import list_criteria, versions_of
from labelcore.stages.grading import split_report
from labelcore.stats.rate import Rate
from labelcore.store import judges as judge_table
from labelcore.workspace import Workspace

_MOST = 40


class Happening(Frozen):
    """Something that changed at a moment, such as the edit of a criterion."""

    at: datetime
    what: Fact


class History(Frozen):
    """The chosen sets' held-out alignment at the moments of their choice, with what changed between."""

    points: tuple[tuple[datetime, Rate], ...]
    happenings: tuple[Happening, ...]


def timeline(workspace: Workspace) -> History | None:
    """The held-out alignment of every chosen set, and what changed; None where nothing did."""
    points = tuple(_choices(workspace))
    marks = [*_criteria(workspace), *_judges(workspace), *_tests(workspace)]
    if not points and not marks:
        return None
    marks.sort(key=lambda mark: mark.at)
    return History(points=points, happenings=tuple(marks[-_MOST:]))


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


def _criteria(workspace: Workspace) -> Iterator[Happening]:
    """Edits that change what is asked; edits of the wording only are left out."""
    for criterion in list_criteria(workspace):
        for version in versions_of(workspace, criterion.id):
            if version.version > 1 and not version.wording_only and version.status == "accepted":
                code = "new_version_because" if version.why else "new_version"
                what = fact(code, name=version.name, version=version.version, reason=version.why)
                yield Happening(at=version.at, what=what)


def _judges(workspace: Workspace) -> Iterator[Happening]:
    """New versions of judges, those of one minute together."""
    made: dict[datetime, list[str]] = defaultdict(list)
    for version in judge_table.current(workspace.db, workspace.project.id):
        for judge in judge_table.history(workspace.db, version.judge_id):
            made[judge.at.replace(second=0, microsecond=0)].append(f"{judge.name} v{judge.version}")
    for at, names in made.items():
        code = "new_judge" if len(names) == 1 else "new_judges"
        yield Happening(at=at, what=fact(code, judge=names[0], n=len(names)))


def _tests(workspace: Workspace) -> Iterator[Happening]:
    for test in split_report(workspace).rounds:
        what = fact("fresh_test_begun", author=test.author, reason=test.why)
        yield Happening(at=test.at, what=what)
