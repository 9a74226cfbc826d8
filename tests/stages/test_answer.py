"""One answer: which number stands first, what it is of, whether it can be used, and what comes next."""

from __future__ import annotations

from typing import Any

import pytest

from labelcore.messages import sentence
from labelcore.messages.lines.reporting import trust as trust_lines
from labelcore.models import Criterion, Evidence, Output
from labelcore.stages import aligning, grading, sampling, selecting
from labelcore.stages.deriving.derivation import uncovered_fails
from labelcore.stages.deriving.linting import lint
from labelcore.stages.reporting import checking
from labelcore.stages.reporting.failing import failures
from labelcore.stages.reporting.slicing import slices
from labelcore.stages.reporting.trend import trend
from labelcore.stages.reporting.trust import trust
from labelcore.stats.prevalence import unless_worse
from labelcore.stats.rate import Rate, not_measurable, proportion
from labelcore.store import criteria as criterion_table, judges as judge_table, outputs as output_table
from labelcore.workspace import Workspace
from tests.stages.measured import accepted, grade_all, judge, made

POOL, DRAWN = 400, 200


def good(at: int) -> bool:
    """Three of four outputs are good."""
    return at % 4 != 0


def drawn(workspace: Workspace, people: tuple[str, ...] = ("ann", "ben")) -> list[Output]:
    """A pool of which a simple random half is graded by everybody, as they are."""
    outputs = made(workspace, POOL)
    picks = sampling.draw_sample(workspace, rule="random", n=DRAWN).picks
    place = {output.id: at for at, output in enumerate(outputs)}
    chosen = [outputs[place[pick.output_id]] for pick in picks]
    for who in people:
        grade_all(workspace, chosen, ["pass" if good(place[one.id]) else "fail" for one in chosen], who)
    return outputs


def choose(
    workspace: Workspace, outputs: list[Output], *, caught: int, fails: int, wanted: float = 0.7, **more: Any
) -> None:
    """A judge that is right nine times of ten is the set; unseen, it caught so many of so many fails.

    ``more``: its kind, and its ``silence``, what it says of every fifth output, if anything.
    """
    says = {one.id: "pass" if good(at) != (at % 10 == 3) else "fail" for at, one in enumerate(outputs)}
    if "silence" in more:
        silence = more.pop("silence")
        says |= {one.id: silence for one in outputs[::5]}
        says = {output_id: value for output_id, value in says.items() if value}
    version = judge(workspace, "judge", says, **{"kind": "imported", **more})
    member = {
        "judge": "judge",
        "judge_version_id": version.id,
        "against": "the grades of the whole output",
        "caught": caught,
        "fails": fails,
        "wanted": wanted,
        "share": 0.25,
    }
    held: dict[str, Any] = {"alignment": 0.9, "low": 0.8, "high": 0.95, "coverage": 0.2, "n": DRAWN}
    held |= {"n_fails": 50, "effective_fails": 50, "wanted": wanted}
    figures = {"held_out": held, "in_sample": {"alignment": 0.9}, "members": [member]}
    judge_table.save_choice(workspace.db, workspace.project.id, [version.id], {}, figures, "ann")


@pytest.mark.whole
def test_a_known_draw_is_post_stratified_and_can_be_used(workspace: Workspace) -> None:
    choose(workspace, drawn(workspace), caught=48, fails=50)
    found = trust(workspace)
    assert (found.of, found.outputs, found.rate.method) == ("everything", POOL, "post-stratified")
    assert found.answer == "yes", [sentence(reason.says) for reason in found.reasons]
    assert found.rate == aligning.align(workspace).pass_rate.corrected
    assert "of all 400 outputs are good" in sentence(found.headline)


def test_a_known_draw_without_judges_stands_for_everything_too(workspace: Workspace) -> None:
    drawn(workspace)
    found = trust(workspace)
    assert (found.of, found.outputs, found.rate.n) == ("everything", POOL, DRAWN)
    assert found.rate == aligning.align(workspace).pass_rate.human
    assert (found.answer, found.action.kind) == ("yes", "derive")


@pytest.mark.parametrize(
    ("silence", "says"), [("abstain", "on the others they abstain"), (None, "have seen")]
)
def test_judges_are_to_be_run_only_where_an_output_is_left_to_them(
    workspace: Workspace, silence: str | None, says: str
) -> None:
    outputs = drawn(workspace)
    choose(workspace, outputs, caught=48, fails=50, kind="code", silence=silence)
    found = trust(workspace)
    assert says in " ".join(sentence(reason.says) for reason in (*found.reasons, *found.others))
    assert (found.action.kind == "run") == (silence is None)


def test_without_a_draw_people_stand_first_and_a_correction_never_does(workspace: Workspace) -> None:
    outputs = made(workspace, POOL)
    grade_all(workspace, outputs[:DRAWN], ["pass" if good(at) else "fail" for at in range(DRAWN)])
    choose(workspace, outputs, caught=48, fails=50)
    found, rates = trust(workspace), aligning.align(workspace).pass_rate
    assert set(rates.methods) == {"post-stratified", "Rogan-Gladen", "PPI++"}
    assert (found.of, found.outputs, found.rate) == ("graded", DRAWN, rates.human)
    assert found.rate.value == 0.75 and "Of the 200 graded outputs 75% are good" in sentence(found.headline)
    assert found.answer == "with care"
    assert found.action.kind == "draw" and found.action == found.reasons[0].action


@pytest.mark.whole
def test_the_draw_that_is_offered_makes_it_a_figure_for_everything(workspace: Workspace) -> None:
    outputs = made(workspace, POOL)
    grade_all(workspace, outputs[:100], ["pass"] * 90 + ["fail"] * 10)
    picks = sampling.draw_sample(workspace, rule="random", n=60).picks
    chosen = [output for output in outputs if output.id in {pick.output_id for pick in picks}]
    grade_all(workspace, chosen, ["pass"] * 30 + ["fail"] * 30)
    found = trust(workspace)
    assert found.of == "everything"
    assert found.rate.value == pytest.approx((100 * 0.9 + 300 * 0.5) / POOL)
    assert "100 of 160 that were graded before the draw" in sentence(found.reasons[-1].detail) or any(
        "100 of 160 that were graded before the draw" in sentence(reason.detail)
        for reason in (*found.reasons, *found.others)
    )
    late = next(output for output in outputs[100:] if output not in chosen)
    grade_all(workspace, [late], ["pass"])
    assert trust(workspace).of == "graded", "the draw could have held it"


@pytest.mark.in_part(1)
@pytest.mark.parametrize(("caught", "answer"), [(48, "yes"), (30, "with care"), (5, "with care")])
def test_trust_is_never_yes_while_a_judge_is_below_its_limit(
    workspace: Workspace, caught: int, answer: str
) -> None:
    choose(workspace, drawn(workspace), caught=caught, fails=50)
    found = trust(workspace)
    assert found.answer == answer
    words = "\n".join(trust_lines(found))
    assert ("Not yet" in words or "Not at this rate" in words) is (answer != "yes")


@pytest.mark.whole
def test_a_set_of_one_judge_has_that_judges_answer(workspace: Workspace) -> None:
    choose(workspace, drawn(workspace), caught=40, fails=50)
    found = aligning.align(workspace).chosen
    assert found is not None and found.unseen == found.members[0]
    assert sentence(found.members[0].answer) in sentence(trust(workspace).enough)


@pytest.mark.whole
def test_at_most_three_reasons_stand_first_and_the_worst_decide(workspace: Workspace) -> None:
    outputs = made(workspace, 40)
    grade_all(workspace, outputs[:9], ["fail"] + ["pass"] * 8)
    choose(workspace, outputs, caught=1, fails=2)
    found = trust(workspace)
    assert found.answer == "no" and len(found.reasons) == 3 and found.others
    assert found.reasons[0].weight == "bad"
    lines = list(trust_lines(found))
    assert lines[0].startswith("Not to be used. Of the 9 graded outputs") and len(lines) < 40
    assert any("`labelcore sample --rule mixture --n 31`" in line for line in lines), lines


@pytest.mark.whole
def test_the_gate_holds_the_same_number_and_says_how_far_to_trust_it(workspace: Workspace) -> None:
    choose(workspace, drawn(workspace), caught=30, fails=50)
    found = checking.check(workspace, min_pass_rate=0.6)
    assert found.trust == trust(workspace)
    assert found.passes and [check.state for check in found.checks] == ["holds", "warns"]
    assert "can be used with care. The judge in use" in sentence(found.checks[-1].says)
    assert not checking.check(workspace, min_pass_rate=0.9).passes


def test_a_correction_that_needs_no_draw_is_refused_where_it_says_less() -> None:
    people = proportion(30, 100)

    def found(low: float, high: float) -> Rate:
        return unless_worse(Rate(value=(low + high) / 2, low=low, high=high, n=100), people)

    assert found(0.25, 0.33).value == pytest.approx(0.29)
    assert "runs into 0 or 1" in (found(0.0, 0.05).why_not or "")
    assert "runs into 0 or 1" in (found(0.9, 1.0).why_not or "")
    assert "less sure than people's" in (found(0.1, 0.6).why_not or "")
    refused = not_measurable("nobody")
    assert unless_worse(refused, people) == refused


@pytest.mark.whole
def test_the_whole_is_the_weighted_mean_of_its_slices_or_it_says_why_not(workspace: Workspace) -> None:
    outputs = [
        Output(
            id=output_table.content_id(workspace.project.id, f"text {at}"),
            project_id=workspace.project.id,
            text=f"text {at}",
            metadata={"city": "Ulm" if at % 3 else "Bonn"} if at < 110 else {},
        )
        for at in range(120)
    ]
    output_table.add(workspace.db, outputs)
    grade_all(workspace, outputs[:100], ["pass" if good(at) else "fail" for at in range(100)])
    (found,) = slices(workspace, by=["city"])
    whole = trust(workspace).rate
    weighted = sum((row.rate.value or 0) * row.rate.n for row in found.rows) / 100
    assert whole.value == pytest.approx(weighted) == pytest.approx(found.mean)
    assert not found.beside(whole)
    grade_all(workspace, outputs[110:], ["fail"] * 10)
    (found,) = slices(workspace, by=["city"])
    told = sentence(found.beside(trust(workspace).rate))
    assert told == "Together these come to 75%, not 68%: 10 graded outputs have no city."


def test_slices_of_people_say_so_beside_a_number_that_judges_corrected(workspace: Workspace) -> None:
    (found,) = [report.model_copy(update={"mean": 0.7}) for report in slices_of_halves(workspace)]
    assert "use the judges' verdicts" in sentence(found.beside(proportion(80, 100)))


def slices_of_halves(workspace: Workspace) -> list[Any]:
    outputs = [
        Output(
            id=output_table.content_id(workspace.project.id, f"half {at}"),
            project_id=workspace.project.id,
            text=f"half {at}",
            model="a" if at % 2 else "b",
        )
        for at in range(20)
    ]
    output_table.add(workspace.db, outputs)
    grade_all(workspace, outputs, ["pass"] * 20)
    return slices(workspace, by=["model"])


@pytest.mark.whole
def test_what_fails_most_is_a_share_of_the_failed_outputs_that_a_filter_finds(workspace: Workspace) -> None:
    outputs = made(workspace, 40)
    grade_all(workspace, outputs, ["fail"] * 20 + ["pass"] * 20)
    wordy, rude = (
        Criterion(
            id=f"criterion_{name}",
            project_id=workspace.project.id,
            version=1,
            name=name,
            statement="x",
            status="accepted",
            evidence=tuple(Evidence(grade_id="g", output_id=output.id, quote="q") for output in outputs[:n]),
        )
        for name, n in (("wordy", 8), ("rude", 2))
    )
    criterion_table.save(workspace.db, [wordy, rude])
    grade_all(workspace, outputs[10:12], ["fail"] * 2, criterion_id=rude.id, criterion_version=1)
    found = failures(workspace)
    assert [(row.criterion, row.outputs, row.share.value) for row in found.rows] == [
        ("wordy", 8, 0.4),
        ("rude", 4, 0.2),
    ]
    assert (found.fails, found.unexplained) == (20, 10)
    for row in found.rows:
        asked = selecting.Filters(criterion=row.criterion_id, grade="fail")
        assert selecting.count_outputs(workspace, filters=asked) == row.outputs


@pytest.mark.whole
def test_fails_that_fit_no_criterion_are_counted_in_one_way_outside_the_sealed_test(
    workspace: Workspace,
) -> None:
    outputs = made(workspace, 150)
    grade_all(workspace, outputs, ["fail", "pass", "pass"] * 50)
    assert grading.sealed_splits(workspace) == {"test"}
    rude = Criterion(
        id="criterion_rude",
        project_id=workspace.project.id,
        version=1,
        name="rude",
        statement="x",
        status="accepted",
    )
    criterion_table.save(workspace.db, [rude])
    seen = grading.fitting_labels(workspace).fails
    some = [output for output in outputs if output.id in seen[:3]]
    grade_all(workspace, some, ["fail"] * 3, criterion_id=rude.id, criterion_version=1)
    found = failures(workspace)
    assert (found.fails, found.sealed) == (len(seen), 50 - len(seen))
    assert found.sealed > 0
    assert found.unexplained == len(uncovered_fails(workspace)) == len(lint(workspace).open_outputs)
    assert found.unexplained == len(seen) - 3


def test_the_pass_rate_goes_by_week_and_version(workspace: Workspace) -> None:
    assert trend(workspace).points == ()
    outputs = [
        Output(
            id=output_table.content_id(workspace.project.id, f"dated {at}"),
            project_id=workspace.project.id,
            text=f"dated {at}",
            prompt_version="v2" if at >= 28 else "v1",
            metadata={"created_at": f"2026-11-{1 + at // 2:02d}T10:00:00", "city": f"{at}-{at}"},
        )
        for at in range(56)
    ]
    output_table.add(workspace.db, outputs)
    grade_all(workspace, outputs, ["pass" if at >= 28 else "fail" for at in range(56)])
    found = trend(workspace)
    assert (found.field, found.step, found.versions) == ("created_at", "week", ["v1", "v2"])
    assert [(str(point.begins), point.version, point.rate.value) for point in found.points] == [
        ("2026-10-26", "v1", 0.0),
        ("2026-11-02", "v1", 0.0),
        ("2026-11-09", "v1", 0.0),
        ("2026-11-09", "v2", 1.0),
        ("2026-11-16", "v2", 1.0),
        ("2026-11-23", "v2", 1.0),
    ]
    assert sum(point.rate.n for point in found.points) == len(grading.human_labels(workspace).value)


@pytest.mark.whole
def test_notes_on_failed_outputs_come_before_more_grades_for_care(workspace: Workspace) -> None:
    outputs = made(workspace, POOL)
    grade_all(workspace, outputs[:DRAWN], ["pass" if good(at) else "fail" for at in range(DRAWN)])
    assert trust(workspace).action.kind == "draw"
    grade_all(workspace, outputs[:1], ["fail"], note="far too long")
    found = trust(workspace)
    assert (found.answer, found.action.kind) == ("with care", "derive")


def test_notes_on_criteria_say_what_fails_too(workspace: Workspace) -> None:
    outputs = made(workspace, POOL)
    grade_all(workspace, outputs[:DRAWN], ["pass" if good(at) else "fail" for at in range(DRAWN)])
    tone = accepted(workspace, "Tone", "It is kind.")
    assert trust(workspace).action.kind == "draw"
    grading.grade(workspace.by("ann"), outputs[0].id, "fail", note="so rude", criterion=tone)
    assert trust(workspace).action.kind == "propose"


def test_what_the_headline_says_is_no_reason_below_it(workspace: Workspace) -> None:
    made(workspace, 4)
    answer = trust(workspace)
    assert "there are no graded outputs" in sentence(answer.headline)
    assert (answer.answer, answer.reasons, answer.action.kind) == ("no", (), "draw")


def test_nobody_is_asked_to_grade_where_nothing_is_left_to_grade(workspace: Workspace) -> None:
    outputs = made(workspace, 60)
    grade_all(workspace, outputs, ["fail"] * 3 + ["pass"] * 57)
    found = trust(workspace)
    assert found.reasons[0].weight == "bad" and found.action.kind == "import"


def test_outputs_on_which_people_differ_are_said_to_count_nowhere(workspace: Workspace) -> None:
    outputs = made(workspace, 60)
    grade_all(workspace, outputs, ["fail", "pass"] * 30)
    grade_all(workspace, outputs[:3], ["pass", "fail", "fail"], "ben")
    says = [sentence(fact) for fact in trust(workspace).rests_on]
    assert says[:2] == [
        "The pass rate rests on all 58 graded outputs.",
        "2 more graded outputs count nowhere: people differ on them, and nobody has settled them.",
    ]


@pytest.mark.whole
def test_where_people_are_unsure_of_all_that_was_drawn_more_is_drawn_then_others_are_asked(
    workspace: Workspace,
) -> None:
    outputs = made(workspace, 30)
    sampling.draw_sample(workspace, rule="random", n=5)
    assert trust(workspace).action.kind == "grade"
    grade_all(workspace, outputs, ["unsure"] * 10)
    found = trust(workspace).action
    assert (found.kind, found.n) == ("draw", 20)
    grade_all(workspace, outputs, ["unsure"] * 30)
    assert trust(workspace).action.kind == "second person"
    grade_all(workspace, outputs, ["unsure"] * 30, who="bo")
    assert trust(workspace).action.kind == "sharpen"
