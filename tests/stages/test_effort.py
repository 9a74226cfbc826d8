"""What comes of a person's work: measured on what they graded themselves, and never a hint of the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from labelcore.errors import BadInput
from labelcore.messages.digest import digest_page
from labelcore.messages.lines.reporting import effort_lines, reminded
from labelcore.models import Calibration, Criterion, Evidence, Grade, NoticeRules, Output, now
from labelcore.stages import grading, notifying
from labelcore.stages.reporting.digest import digest, remind, tell_what_is_due
from labelcore.stages.reporting.effort import progress
from labelcore.store import calibrations, criteria as criterion_table, notices as notice_table
from labelcore.workspace import Workspace

Add = Callable[..., list[Output]]
Give = Callable[..., list[Grade]]


@pytest.fixture
def outputs(add_outputs: Add) -> list[Output]:
    return add_outputs(*(f"text {number}" for number in range(40)))


def test_without_others_and_repeats_nothing_is_measured(
    workspace: Workspace, outputs: list[Output], give_all: Give
) -> None:
    give_all(outputs, ["pass"] * 40, annotator="Ana")
    found = progress(workspace.by("Ana"))
    assert (found.steadiness.value, found.effort.settled.value) == (None, None)
    assert [difference.stricter.value for difference in found.effort.differences] == [None]
    words = " ".join(effort_lines(found))
    assert words.count("not measurable") == 3


@pytest.mark.whole
def test_who_fails_more_of_the_same_outputs_is_stricter(
    workspace: Workspace, outputs: list[Output], give_all: Give
) -> None:
    give_all(outputs, ["fail"] * 20 + ["pass"] * 20, annotator="Ana")
    give_all(outputs, ["fail"] * 8 + ["pass"] * 32, annotator="Ben")
    mine, theirs = (progress(workspace.by(name)).effort.differences[0] for name in ("Ana", "Ben"))
    assert (mine.stricter.value, mine.stricter.n, mine.says.code) == (0.3, 40, "differs_stricter")
    assert mine.stricter.low and 0.1 < mine.stricter.low < 0.3
    assert (theirs.stricter.value, theirs.says.code) == (-0.3, "differs_milder")
    lines = list(effort_lines(progress(workspace.by("Ana"))))
    assert any(line.startswith("As a whole: you fail 30 points more than the others (+") for line in lines)


@pytest.mark.whole
def test_nothing_depends_on_what_the_person_has_not_graded(
    workspace: Workspace, outputs: list[Output], give_all: Give
) -> None:
    ana = workspace.by("Ana")
    give_all(outputs[:15], ["fail", "pass"] * 8, annotator="Ana")
    give_all(outputs[:15], ["pass"] * 15, annotator="Ben")
    before = progress(ana).effort
    give_all(outputs[15:], ["fail"] * 25, annotator="Ben")
    grading.rule(workspace.by("Lea"), outputs[20].id, "fail", reason="it is")
    assert progress(ana).effort == before


def test_a_calibration_round_that_is_open_hides_the_others(
    workspace: Workspace, outputs: list[Output], give_all: Give
) -> None:
    give_all(outputs, ["fail"] * 40, annotator="Ana")
    give_all(outputs, ["pass"] * 40, annotator="Ben")
    held = {
        "project_id": workspace.project.id,
        "number": 1,
        "outputs": [output.id for output in outputs[:35]],
    }
    calibrations.save(workspace.db, Calibration(id="c", **held))
    [difference] = progress(workspace.by("Ana")).effort.differences
    assert (difference.stricter.value, difference.stricter.n) == (None, 5)


def test_what_was_settled_says_how_often_it_went_their_way(
    workspace: Workspace, outputs: list[Output], give_all: Give
) -> None:
    give_all(outputs[:3], ["fail", "fail", "pass"], annotator="Ana")
    give_all(outputs[:3], ["pass", "pass", "pass"], annotator="Ben")
    for output, value in zip(outputs[:3], ["fail", "pass", "pass"], strict=True):
        grading.rule(workspace.by("Lea"), output.id, value, reason="read again")
    found = progress(workspace.by("Ana")).effort
    assert (found.settled.value, found.settled.n) == (0.5, 2), "where nobody differed, nothing was settled"
    grading.set_gold(workspace.by("Lea"), outputs[1].id, "pass", reason="read again")
    found = progress(workspace.by("Ana")).effort
    assert (found.settled.value, found.settled.n) == (1.0, 1), "gold is not told to who grades it"


def test_thanks_come_at_a_mark_and_the_lead_can_leave_them_out(
    workspace: Workspace, outputs: list[Output], give_all: Give
) -> None:
    give_all(outputs, ["pass"] * 40, annotator="Ana")
    ana = workspace.by("Ana")
    found = progress(ana)
    assert (found.effort.milestone, found.effort.coming) == (25, 10)
    assert next(effort_lines(found)) == "Thank you: 25 outputs and more. 10 to go until the next mark."
    quiet = ana.with_project(grading.set_rules(workspace, thanks=False))
    assert not any("Thank" in line for line in effort_lines(progress(quiet)))


def criterion_of(workspace: Workspace, given: list[Grade]) -> Criterion:
    evidence = tuple(
        Evidence(grade_id=grade.id, output_id=grade.output_id, quote=grade.note)
        for grade in given
        if grade.note
    )
    place = {"id": "criterion_city", "project_id": workspace.project.id, "version": 1, "status": "accepted"}
    made = Criterion(name="City_x", statement="Names the right city.", evidence=evidence, **place)
    criterion_table.save(workspace.db, [made])
    return made


def test_a_note_became_a_criterion_and_rulings_rest_on_it(
    workspace: Workspace, outputs: list[Output], give_all: Give
) -> None:
    given = give_all(outputs[:2], ["fail", "pass"], ["wrong city", ""], annotator="Ana")
    made = criterion_of(workspace, given)
    grading.rule(workspace.by("Lea"), outputs[0].id, "fail", reason="it is", criterion=made)
    [effect] = progress(workspace.by("Ana")).effort.effects
    assert (effect.notes, effect.quote, effect.caught, effect.rulings) == (1, "wrong city", None, 1)
    assert progress(workspace.by("Ben")).effort.effects == ()


def test_the_digest_counts_the_week_and_quotes_nothing(
    workspace: Workspace, outputs: list[Output], give_all: Give
) -> None:
    old = now() - timedelta(days=9)
    give_all(outputs[:5], ["pass"] * 5, annotator="Old", at=old)
    workspace.db.run("UPDATE grade SET stored_at = stored_at - INTERVAL 9 DAY")
    given = give_all(
        outputs[:3], ["fail", "pass", "skipped"], ["wrong city", "", ""], annotator="[Ana](http://x)"
    )
    give_all(outputs[3:4], ["pass"], annotator="imp", source="import")
    criterion_of(workspace, given)
    grading.rule(workspace.by("Lea"), outputs[0].id, "fail", reason="a reason")
    grading.set_gold(workspace.by("Lea"), outputs[1].id, "pass", reason="no conflict, and nobody is to know")
    found = digest(workspace)
    assert (found.graded, found.notes, found.people) == (2, 1, (("[Ana](http://x)", 2),))
    assert (found.settled, found.criteria_new, found.criteria_changed) == (1, ("City_x",), ())
    page = digest_page(found)
    assert page.startswith("# test, ") and "- New criteria: City\\_x." in page
    assert "2 grades were given: \\[Ana\\]\\(http<!-- -->\\://x\\) (2)." in page
    assert not any(words in page for words in ("wrong city", "text 0", "a reason"))
    assert digest(workspace, days=30).graded == 7


def test_people_are_reminded_of_what_is_left_once_a_day(
    workspace: Workspace, outputs: list[Output], give_all: Give
) -> None:
    give_all(outputs[:4], ["pass"] * 4, annotator="Ana")
    give_all(outputs, ["pass"] * 40, annotator="Ben")
    lead = workspace.by("Lea")
    told = {row.person: (row.left, row.did) for row in remind(lead)}
    assert told == {"Ana": (36, "told"), "Ben": (0, "nothing")}
    again = remind(lead)
    assert [row.did for row in again] == ["already", "nothing"]
    assert list(reminded(again)) == ["Ana: 36 left; told today already", "Ben: nothing left"]
    [notice] = [row.notice for row in notifying.list_notices(lead)]
    assert (notice.kind, notice.person, notice.figures) == ("reminder", "Ana", {"n": 36})
    with pytest.raises(BadInput, match="Zoe"):
        remind(lead, ["Zoe"])


def test_a_deadline_and_a_graded_batch_are_told_once(
    workspace: Workspace, outputs: list[Output], give_all: Give
) -> None:
    give_all(outputs[:39], ["pass"] * 39, annotator="Ana")
    soon = (now() + timedelta(days=1)).date()
    place = replace(workspace, project=grading.set_rules(workspace, deadline=soon))
    tell_what_is_due(place)
    assert notifying.list_notices(place) == [], "nothing is told where links are handed over"
    rules = NoticeRules(project_id=workspace.project.id, channel="email", made_by="Lea")
    notice_table.save_rules(workspace.db, rules)
    for _ in range(2):
        tell_what_is_due(place)
    give_all(outputs[39:], ["pass"], annotator="Ana")
    for _ in range(2):
        tell_what_is_due(place)
    told = [
        (row.notice.kind, row.notice.person, row.notice.figures["n"]) for row in notifying.list_notices(place)
    ]
    assert told == [("batch", "Lea", 40), ("reminder", "Ana", 1)]
