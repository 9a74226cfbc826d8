"""What each output counts as, as a whole and on each criterion: what was ruled, else what most people say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Literal, TypeVar

from labelcore.models import Criterion, Frozen, Grade, Ruling
from labelcore.store import criteria as criterion_table, grades as grade_table
from labelcore.store.settling import rulings
from labelcore.workspace import Workspace

Given = TypeVar("Given", Grade, Ruling)
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


def meant(workspace: Workspace, given: Iterable[Given]) -> list[Given]:
    """What was given of wholes, and of criteria in their present meaning."""
    same = criterion_table.present_meanings(workspace.db, workspace.project.id)
    return [
        row
        for row in given
        if row.criterion_id is None or given_under(row, same.get(row.criterion_id, set()))
    ]


def settled(workspace: Workspace) -> list[Settlement]:
    """Every graded subject; of a criterion only what was given under its present meaning."""
    place = workspace.db, workspace.project.id
    whole = (grade for grade in grade_table.current(*place, overall_only=True))
    return _settled(workspace, [*whole, *under_present_meaning(workspace)])


def ruled(workspace: Workspace) -> list[Settlement]:
    """What was ruled, the newest first."""
    rows = [row for row in settled(workspace) if row.ruled_at]
    return sorted(rows, key=lambda row: str(row.ruled_at), reverse=True)


def unclear_on(workspace: Workspace, criterion: Criterion) -> list[Ruling]:
    """Where the criterion was ruled unclear in its present meaning, the oldest first."""
    same = criterion_table.present_meanings(workspace.db, workspace.project.id).get(criterion.id, set())
    rulings_now = rulings.current(workspace.db, workspace.project.id)
    return [ruling for ruling in rulings_now if ruling.about == criterion.id and given_under(ruling, same)]


def settled_on_criteria(workspace: Workspace) -> list[Settlement]:
    """Of single criteria only."""
    return _settled(workspace, under_present_meaning(workspace))


def labels_on_criteria(workspace: Workspace) -> dict[str, dict[str, bool]]:
    """Criterion id -> output id -> whether it passes; without what counts nowhere. As `settled_on_criteria`
    has it, from counts instead of grades: pages ask this again after each press.
    """
    counted = grade_table.votes_on_criteria(workspace.db, workspace.project.id)
    rulings_of = in_force(workspace) if counted else {}
    labels: dict[str, dict[str, bool]] = defaultdict(dict)
    for output_id, criterion_id, passes, fails in counted:
        ruling = rulings_of.get((output_id, criterion_id))
        passed = RULED[ruling.value] if ruling else None if passes == fails else passes > fails
        if passed is not None:
            labels[criterion_id][output_id] = passed
    return dict(labels)


def under_present_meaning(workspace: Workspace) -> list[Grade]:
    """The grades of single criteria that were given under their present meaning."""
    return meant(workspace, grade_table.of_criteria(workspace.db, workspace.project.id))


def in_force(workspace: Workspace) -> dict[Subject, Ruling]:
    """The rulings that count, by what they are on."""
    every = meant(workspace, rulings.current(workspace.db, workspace.project.id))
    return {(ruling.output_id, ruling.criterion_id): ruling for ruling in every}


def _settled(workspace: Workspace, grades: Iterable[Grade]) -> list[Settlement]:
    rulings_of = in_force(workspace)
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
