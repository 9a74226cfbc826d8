"""How far people agree in a calibration round, beside how far they did before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from labelcore.models import OVERALL, Calibration, Frozen, Grade
from labelcore.stages.grading.rounds import takes_part
from labelcore.stages.grading.settled import meant
from labelcore.stats.agreement import Agreement, agreement, change
from labelcore.stats.rate import Rate, proportion
from labelcore.store import calibrations, criteria as criterion_table, grades as grade_table
from labelcore.workspace import Workspace

_Votes = dict[str, dict[str, bool]]  # person -> output -> whether they pass it


class RoundAgreement(Frozen):
    """How far people agree on the whole or on one criterion. ``same``: outputs on which all say the same;
    ``change``: of alpha, since ``before``.
    """

    criterion: str
    same: Rate
    now: Agreement
    before: Agreement
    change: Rate


def given_in_round(workspace: Workspace, calibration: Calibration) -> list[Grade]:
    """What those who take part said of what is asked, without skips."""
    return [
        grade
        for grade in calibrations.grades_of(workspace.db, calibration)
        if takes_part(calibration, grade.annotator) and grade.field is None and grade.value != "skipped"
    ]


def earlier_than(workspace: Workspace, calibration: Calibration) -> tuple[list[Grade], int | None]:
    """What this round is compared with: the one before, else the ordinary grades before it."""
    rounds = calibrations.current(workspace.db, workspace.project.id)
    before = [row for row in rounds if row.number < calibration.number and row.state == "revealed"]
    if before:
        return given_in_round(workspace, before[-1]), before[-1].number
    ordinary = grade_table.current(workspace.db, workspace.project.id)
    among = set(calibration.outputs)
    return [
        grade
        for grade in ordinary
        if grade.at < calibration.begun_at and grade.output_id not in among and grade.field is None
    ], None


def compared(
    workspace: Workspace, grades: Sequence[Grade], earlier: Sequence[Grade]
) -> Iterable[RoundAgreement]:
    """Agreement on the whole and on each criterion that was asked, both sides in its present meaning."""
    criteria = criterion_table.current(workspace.db, workspace.project.id)
    names: dict[str | None, str] = {None: OVERALL} | {criterion.id: criterion.name for criterion in criteria}
    now_, before = _votes(meant(workspace, grades)), _votes(meant(workspace, earlier))
    for key in sorted(now_, key=lambda key: (key is not None, names.get(key, ""))):
        if key in names:
            yield RoundAgreement(
                criterion=names[key],
                same=_same(now_[key]),
                now=agreement(now_[key]),
                before=agreement(before.get(key, {})),
                change=change(before.get(key, {}), now_[key]),
            )


def _votes(grades: Iterable[Grade]) -> dict[str | None, _Votes]:
    """By criterion (None: the whole): what each person said of each output."""
    votes: dict[str | None, _Votes] = defaultdict(lambda: defaultdict(dict))
    for grade in grades:
        if grade.value in {"pass", "fail"}:
            votes[grade.criterion_id][grade.annotator][grade.output_id] = grade.value == "pass"
    return votes


def _same(votes: _Votes) -> Rate:
    by_output: dict[str, list[bool]] = defaultdict(list)
    for values in votes.values():
        for output_id, passed in values.items():
            by_output[output_id].append(passed)
    shared = [ballots for ballots in by_output.values() if len(ballots) > 1]
    same = sum(len(set(ballots)) == 1 for ballots in shared)
    return proportion(same, len(shared), what="outputs that two people graded")
