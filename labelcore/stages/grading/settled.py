"""What each output counts as, as a whole and on each criterion: what was ruled, else what most people say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from labelcore.models import Criterion, Frozen, Grade, Ruling
from labelcore.store import criteria as criterion_table, grades as grade_table
from labelcore.store.settling import rulings
from labelcore.workspace import Workspace

Subject = tuple[str, str | None]  # output id, criterion id (None: as a whole)
RULED = {"pass": True, "fail": False, "unclear": None}
"""What an output counts as by a ruling; None: nowhere, as a tie."""


class Settlement(Frozen):
    """What an output counts as, and why. ``label``: "" where it counts nowhere: a tie, nobody decided, or it
    was ruled unclear. ``reason``: of the ruling; ``about``: the criterion that was ruled unclear.
    """

    output_id: str
    criterion_id: str | None
    label: Literal["pass", "fail", ""]
    settled_by: Literal["ruling", "agreement", "majority", "tie", "nobody"]
    passes: int
    fails: int
    unsure: int
    ruled_by: str = ""
    reason: str = ""
    ruled_at: datetime | None = None
    about: str | None = None

    @property
    def is_fail(self) -> bool:
        """Whether it counts as failed."""
        return self.label == "fail"


def given_under(grade: Grade | Ruling, versions: set[int]) -> bool:
    """Whether it was given under one of these versions; what names none stands for the first."""
    return (grade.criterion_version or 1) in versions


def settled(workspace: Workspace) -> list[Settlement]:
    """Every graded subject; of a criterion only what was given under its present meaning."""
    place = workspace.db, workspace.project.id
    whole = (grade for grade in grade_table.current(*place, overall_only=True))
    return _settled([*whole, *_under(workspace, grade_table.of_criteria(*place))], _rulings(workspace))


def ruled(workspace: Workspace) -> list[Settlement]:
    """What was ruled, the newest first."""
    rows = [row for row in settled(workspace) if row.ruled_at]
    return sorted(rows, key=lambda row: str(row.ruled_at), reverse=True)


def unclear_on(workspace: Workspace, criterion: Criterion) -> list[Ruling]:
    """Where the criterion was ruled unclear in its present meaning, the oldest first."""
    same = _meanings(workspace).get(criterion.id, set())
    rulings_now = rulings.current(workspace.db, workspace.project.id)
    return [ruling for ruling in rulings_now if ruling.about == criterion.id and given_under(ruling, same)]


def settled_on_criteria(workspace: Workspace) -> list[Settlement]:
    """Of single criteria only."""
    grades = _under(workspace, grade_table.of_criteria(workspace.db, workspace.project.id))
    return _settled(grades, _rulings(workspace)) if grades else []


def labels_on_criteria(workspace: Workspace) -> dict[str, dict[str, bool]]:
    """Criterion id -> output id -> whether it passes; without what counts nowhere. As `settled_on_criteria`
    has it, from counts instead of grades: pages ask this again after each press.
    """
    counted = grade_table.votes_on_criteria(workspace.db, workspace.project.id)
    same, rulings_of = (_meanings(workspace), _rulings(workspace)) if counted else ({}, {})
    lead: dict[tuple[str, str], int] = defaultdict(int)
    for output_id, criterion_id, version, passes, fails in counted:
        if version in same.get(criterion_id, ()):
            lead[output_id, criterion_id] += passes - fails
    labels: dict[str, dict[str, bool]] = defaultdict(dict)
    for (output_id, criterion_id), more in lead.items():
        ruling = rulings_of.get((output_id, criterion_id))
        passed = RULED[ruling.value] if ruling else None if more == 0 else more > 0
        if passed is not None:
            labels[criterion_id][output_id] = passed
    return dict(labels)


def under_present_meaning(workspace: Workspace) -> list[Grade]:
    """The grades of single criteria that were given under their present meaning."""
    return _under(workspace, grade_table.of_criteria(workspace.db, workspace.project.id))


def _under(workspace: Workspace, grades: Iterable[Grade]) -> list[Grade]:
    same = _meanings(workspace)
    return [grade for grade in grades if given_under(grade, same.get(str(grade.criterion_id), set()))]


def _meanings(workspace: Workspace) -> dict[str, set[int]]:
    return criterion_table.present_meanings(workspace.db, workspace.project.id)


def _rulings(workspace: Workspace) -> dict[Subject, Ruling]:
    same = _meanings(workspace)
    return {
        (ruling.output_id, ruling.criterion_id): ruling
        for ruling in rulings.current(workspace.db, workspace.project.id)
        if ruling.criterion_id is None or given_under(ruling, same.get(ruling.criterion_id, set()))
    }


def _settled(grades: Iterable[Grade], rulings_of: Mapping[Subject, Ruling]) -> list[Settlement]:
    votes: dict[Subject, Counter[str]] = defaultdict(Counter)
    for grade in grades:
        if grade.value in {"pass", "fail", "unsure"}:
            votes[grade.output_id, grade.criterion_id][grade.value] += 1
    return [_of(subject, counts, rulings_of.get(subject)) for subject, counts in votes.items()]


def _of(subject: Subject, votes: Counter[str], ruling: Ruling | None) -> Settlement:
    passes, fails = votes["pass"], votes["fail"]
    counts = {"passes": passes, "fails": fails, "unsure": votes["unsure"]}
    place = {"output_id": subject[0], "criterion_id": subject[1]}
    if ruling:
        passed = RULED[ruling.value]
        details = {
            "ruled_by": ruling.author,
            "reason": ruling.reason,
            "ruled_at": ruling.at,
            "about": ruling.about,
        }
        label = "" if passed is None else "pass" if passed else "fail"
        return Settlement.model_validate(place | counts | details | {"label": label, "settled_by": "ruling"})
    how = "nobody" if not passes + fails else "tie" if passes == fails else "majority"
    if how == "majority" and not (passes and fails):
        how = "agreement"
    label = "pass" if passes > fails else "fail" if fails > passes else ""
    return Settlement.model_validate(place | counts | {"label": label, "settled_by": how})
