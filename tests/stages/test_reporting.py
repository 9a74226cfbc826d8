"""Trust, the report, the judge card and the gate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from labelcore.errors import BadInput
from labelcore.messages import sentence, sentences
from labelcore.messages.report import write_report
from labelcore.messages.trusting import detail_words
from labelcore.messages.writing import card_text
from labelcore.models import Grade, JudgeVersion, Output, now
from labelcore.stages import aligning, grading, projects
from labelcore.stages.aligning import choosing_set
from labelcore.stages.reporting import checking, gathering, slicing
from labelcore.stages.reporting.card import GateLimits, make_card, read_card
from labelcore.stages.reporting.html import to_html
from labelcore.stages.reporting.pdf import to_pdf
from labelcore.stages.reporting.reasons import Action
from labelcore.stages.reporting.trust import Trust, trust
from labelcore.store import judges as judge_table, outputs, splits as split_table
from labelcore.workspace import Workspace
from tests.stages.measured import decides, tool

pytestmark = pytest.mark.whole


@pytest.fixture
def judge(workspace: Workspace) -> JudgeVersion:
    return tool(workspace, "overall · test", id="j1", judge_id="judge")


@pytest.fixture
def plant(
    workspace: Workspace,
    judge: JudgeVersion,
    give_all: Callable[..., object],
    add_outputs: Callable[..., list[Output]],
) -> Callable[..., None]:
    """``plant(n, fails, caught)``: n graded outputs, so many failed, so many of these caught."""

    def do(n: int, fails: int, caught: int, start: int = 0) -> None:
        made = add_outputs(*(f"text number {start + i}" for i in range(n)), metadata={"city": "Ulm"})
        give_all(made, ["fail"] * fails + ["pass"] * (n - fails))
        decides(
            workspace,
            judge.id,
            ((output.id, "fail" if i < caught else "pass") for i, output in enumerate(made)),
        )

    return do


def _trust(workspace: Workspace) -> Trust:
    return trust(workspace, report=aligning.align(workspace))


def _all(found: Trust) -> list[tuple[str, str]]:
    """Every reason's weight, and its words with the figures behind them."""
    return [(reason.weight, detail_words(reason)) for reason in (*found.reasons, *found.others)]


def test_without_grades_nothing_is_claimed(workspace: Workspace) -> None:
    found = _trust(workspace)
    assert (found.answer, found.rate.value) == ("no", None)
    assert "too early to say" in sentence(found.headline)
    assert (found.of, found.action.kind) == ("nothing", "import")


@pytest.mark.parametrize(
    ("n", "fails", "said"), [(60, 0, "failed none"), (60, 60, "passed none"), (60, 3, "only 3")]
)
def test_one_class_or_too_few_of_it_speaks_against_the_number(
    workspace: Workspace, plant: Callable[..., None], n: int, fails: int, said: str
) -> None:
    plant(n, fails, fails)
    found = _trust(workspace)
    assert found.answer == "no"
    assert any(said in sentence(reason.says) for reason in found.reasons if reason.weight == "bad")


def test_grades_that_nobody_drew_are_said_to_stand_for_little(
    workspace: Workspace, plant: Callable[..., None], add_outputs: Callable[..., list[Output]]
) -> None:
    plant(100, 40, 36)
    add_outputs("one that nobody graded")
    found = _trust(workspace)
    assert found.answer == "with care"
    assert (found.of, found.outputs) == ("graded", 100)
    assert found.reasons[0].says.code == "sampled_by_hand" and "hand-picked" in detail_words(found.reasons[0])
    assert (found.action, found.reasons[0].action) == (Action(kind="draw", n=1), found.action)


def test_where_everything_is_graded_nobody_is_asked_to_draw(
    workspace: Workspace, plant: Callable[..., None]
) -> None:
    plant(100, 40, 36)
    reasons = _all(_trust(workspace))
    assert not any("hand-picked" in words for _, words in reasons)
    assert any("all that there are" in words and weight == "good" for weight, words in reasons)
    assert not any("certain to within" in words for _, words in reasons)
    found = _trust(workspace)
    assert found.complete and found.headline.code == "good_of_every"


def test_the_gate_closes_by_significance_and_not_by_noise(
    workspace: Workspace, plant: Callable[..., None]
) -> None:
    plant(100, 40, 30)  # TNR .75 (.60 to .86)

    def gate(least: float) -> checking.GateReport:
        return checking.check(workspace, judge="judge", min_tnr=least, split="all")

    assert [gate(x).passes for x in (0.7, 0.8, 0.9)] == [True, True, False]
    assert gate(0.8).checks[0].state == "below, not significantly"
    assert "not by chance" in sentence(gate(0.9).checks[0].says)


def test_what_cannot_be_measured_does_not_pass_the_gate(
    workspace: Workspace, plant: Callable[..., None]
) -> None:
    plant(20, 0, 0)
    found = checking.check(workspace, judge="judge", min_tnr=0.1)
    assert not found.passes
    assert "cannot be checked" in sentence(found.checks[0].says)


def test_a_card_is_read_back_and_knows_when_it_is_out_of_date(
    workspace: Workspace, judge: JudgeVersion, plant: Callable[..., None]
) -> None:
    plant(100, 40, 30)
    made = make_card(workspace, "judge", limits=GateLimits(tnr=0.5), days=30)
    card = read_card(card_text(made))
    assert card == made
    assert (card.tnr.n, card.labels.fails, card.in_sample) == (40, 40, False)
    assert checking.check(workspace, card=card).passes
    late = checking.check(workspace, card=card, today=card.valid_until + timedelta(days=1))
    assert [check.name for check in late.checks if check.state == "fails"] == ["valid until"]
    judge_table.save(
        workspace.db, [judge.model_copy(update={"id": "j2", "version": 2, "spec": {"from": "x"}})]
    )
    changed = checking.check(workspace, card=card)
    assert any(check.name == "judge" and check.state == "fails" for check in changed.checks)


def test_a_fall_since_the_card_closes_the_gate(workspace: Workspace, plant: Callable[..., None]) -> None:
    plant(60, 30, 30)
    card = make_card(workspace, "judge", split="all")
    plant(200, 150, 20, start=1_000)
    found = checking.check(workspace, card=card)
    assert any("TNR fell" in sentence(check.says) for check in found.checks)
    assert not found.passes


def test_the_report_says_where_a_price_is_not_known(
    workspace: Workspace, judge: JudgeVersion, plant: Callable[..., None]
) -> None:
    """One verdict with a price among those without hid that the others have none."""
    plant(100, 40, 36)
    told = "Models without a price were asked: what they cost is not known."
    free = "No model call has cost anything so far."
    for costs, said, unsaid in (
        ("0.0", free, told),
        ("NULL", told, free),
        ("CASE WHEN output_id = (SELECT min(output_id) FROM verdict) THEN 0.0 END", told, free),
        ("CASE WHEN output_id = (SELECT min(output_id) FROM verdict) THEN 0.5 END", told, free),
    ):
        workspace.db.run(f"UPDATE verdict SET cost_usd = {costs} WHERE judge_version_id = ?", [judge.id])
        text = to_html(write_report(gathering.gather(workspace)))
        assert said in text and unsaid not in text, costs


def test_the_report_names_what_it_rests_on(workspace: Workspace, plant: Callable[..., None]) -> None:
    plant(100, 40, 36)
    text = to_html(write_report(gathering.gather(workspace)))
    for words in ("100 outputs", "align --as-of", "For it", "Take care"):
        assert words in text
    assert to_pdf(write_report(gathering.gather(workspace))).startswith(b"%PDF")


def test_a_gate_on_the_sealed_test_says_what_its_look_cost(
    workspace: Workspace, plant: Callable[..., None]
) -> None:
    plant(400, 200, 150)
    grading.set_looks_limit(workspace, 1)
    workspace = workspace.with_project(projects.open_project(workspace.db, workspace.project.name))
    assert checking.check(workspace, min_pass_rate=0.1).split == "all"
    assert grading.looks_at_test(workspace) == 0
    found = checking.check(workspace.by("ann"), judge="judge", min_tnr=0.1)
    assert (found.split, found.passes) == ("test", True)
    assert found.checks[-1].state == "warns"
    assert "1 of 1 time. It is spent" in sentence(found.checks[-1].says)
    checking.check(workspace.by("ann"), judge="judge", min_tnr=0.1)
    assert grading.looks_at_test(workspace) == 1


def _two_thirds(
    workspace: Workspace, judge: JudgeVersion, plant: Callable[..., None], *, worse: bool
) -> None:
    """400 graded outputs, half failed; the judge, in the set, catches most of what is outside the test."""
    plant(400, 200, 0)
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    labels = grading.human_labels(workspace)
    groups = outputs.groups_of(workspace.db, list(labels.value))
    other = judge.model_copy(update={"id": "j9", "judge_id": "late", "name": "late", "spec": {"from": "9"}})
    judge_table.save(workspace.db, [other])
    decides(
        workspace,
        "j9",
        (
            (key, "pass" if passed or (worse and dealt.of(groups[key]) == "test") else "fail")
            for key, passed in labels.value.items()
        ),
    )
    held = {
        "alignment": 0.8,
        "low": 0.7,
        "high": 0.9,
        "coverage": 0.8,
        "n": 280,
        "n_fails": 140,
        "effective_fails": 140,
        "wanted": 0.7,
    }
    judge_table.save_choice(
        workspace.db,
        workspace.project.id,
        ["j9"],
        {},
        {"held_out": held, "in_sample": {"alignment": 0.95}, "members": []},
        "ann",
    )


def test_trust_says_what_the_sealed_test_showed_without_looking_again(
    workspace: Workspace, judge: JudgeVersion, plant: Callable[..., None]
) -> None:
    _two_thirds(workspace, judge, plant, worse=True)
    before = _trust(workspace)
    assert any("not read here" in basis for basis in sentences(before.rests_on))
    assert not any("On the sealed test, judges do worse" in words for _, words in _all(before))
    gate = checking.check(workspace.by("ann"), judge="late", min_tnr=0.5)
    assert not gate.passes
    looks = grading.looks_at_test(workspace)
    after = _trust(workspace)
    ((weight, words),) = [(weight, words) for weight, words in _all(after) if "not by chance" in words]
    assert weight == "care"
    assert "late catches 0%" in words and "100%" in words
    assert any("that ann saw on" in basis for basis in sentences(after.rests_on))
    assert grading.looks_at_test(workspace) == looks == 1


def test_trust_shows_the_last_look_and_nothing_that_came_after_it(
    workspace: Workspace, judge: JudgeVersion, plant: Callable[..., None]
) -> None:
    _two_thirds(workspace, judge, plant, worse=False)
    aligning.align(workspace.by("ann"), split="test")
    seen = aligning.last_look(workspace)
    plant(200, 100, 0, start=5_000)
    again = aligning.last_look(workspace)
    assert seen is not None and again is not None
    assert again.report == seen.report
    assert any("no judge of the set did worse" in words for _, words in _all(_trust(workspace)))
    newer = judge.model_copy(
        update={"id": "j8", "judge_id": "new", "name": "new", "spec": {"from": "8"}, "at": now()}
    )
    judge_table.save(workspace.db, [newer])
    judge_table.save_choice(
        workspace.db, workspace.project.id, ["j8"], {}, {"held_out": {"alignment": None}}, "ann"
    )
    assert any("none of the present judges" in words for _, words in _all(_trust(workspace)))


def test_an_earlier_moment_of_the_test_is_not_shown_as_the_present_one(
    workspace: Workspace, judge: JudgeVersion, plant: Callable[..., None]
) -> None:
    _two_thirds(workspace, judge, plant, worse=False)
    moment = now()
    plant(200, 100, 0, start=5_000)
    aligning.align(workspace.by("ann"), split="test", as_of=moment)
    assert grading.looks_at_test(workspace) == 1
    assert aligning.last_look(workspace) is None, "what stands at the look was not looked at"


def test_the_difference_of_in_sample_and_held_out_figures_is_named(
    workspace: Workspace, judge: JudgeVersion, plant: Callable[..., None]
) -> None:
    _two_thirds(workspace, judge, plant, worse=False)
    found = _trust(workspace)
    held = [words for _, words in _all(found) if "not seen before" in words]
    assert held and "0.80" in held[0] and "0.95: that figure flatters" in held[0]
    assert "112 of 140 failed outputs" in sentence(found.enough) or "Good enough:" in sentence(found.enough)
    assert "rests on all 400 graded outputs" in sentence(found.rests_on[0])
    assert "280 grades outside the sealed test" in sentence(found.rests_on[1])


def test_a_test_of_few_sources_speaks_neither_for_nor_against(
    workspace: Workspace, judge: JudgeVersion
) -> None:
    made = [
        Output(
            id=outputs.content_id(workspace.project.id, f"{i}"),
            project_id=workspace.project.id,
            text=f"text {i}",
            group_key=f"s{i // 10}",
        )
        for i in range(400)
    ]
    outputs.add(workspace.db, made)
    grading.record(
        workspace,
        [
            Grade(
                id=f"g{i}",
                project_id=workspace.project.id,
                output_id=output.id,
                annotator="ann",
                value="fail" if i % 2 else "pass",
            )
            for i, output in enumerate(made)
        ],
    )
    decides(workspace, "j1", ((output.id, "fail" if i % 2 else "pass") for i, output in enumerate(made)))
    judge_table.save_choice(
        workspace.db, workspace.project.id, ["j1"], {}, {"held_out": {"alignment": None}}, "ann"
    )
    seen = aligning.align(workspace.by("ann"), split="test").judges[0].tnr
    assert seen.low is None, "the test holds fewer than twenty sources"
    ((weight, words),) = [
        (weight, words) for weight, words in _all(_trust(workspace)) if "be told (" in words
    ]
    assert weight == "care" and "sources only" in words
    assert "There the chosen set caught" in words and "wrongly failed 0 of" in words


@pytest.mark.parametrize("grades", ["none", "all pass", "all fail", "one output", "no overlap", "abstains"])
def test_bad_input_gives_reports_cards_and_gates_with_reasons(
    workspace: Workspace,
    judge: JudgeVersion,
    add_outputs: Callable[..., list[Output]],
    give: Callable[..., object],
    grades: str,
) -> None:
    made = add_outputs(*(f"text {i}" for i in range(20)), metadata={"city": "Ulm"})
    value = {"all fail": "fail"}.get(grades, "pass")
    for i, output in enumerate(() if grades == "none" else made[:10]):
        if grades == "one output":
            for person in range(123 if i == 0 else 0):
                give(output, "pass" if person % 3 else "fail", annotator=f"person {person}")
        else:
            give(output, "fail" if grades in {"no overlap", "abstains"} and i % 2 else value)
    decides(
        workspace,
        "j1",
        (
            (output.id, "abstain" if grades == "abstains" else "fail" if i % 2 else "pass")
            for i, output in enumerate(made)
            if grades != "no overlap" or i >= 10
        ),
    )
    judge_table.save_choice(
        workspace.db, workspace.project.id, ["j1"], {}, {"held_out": {"alignment": None}}, "ann"
    )
    with pytest.raises(BadInput):
        choosing_set.choose(workspace)
    document = write_report(gathering.gather(workspace))
    assert "not measurable" in to_html(document)
    assert "nan" not in to_html(document).lower().replace("nano", "")
    assert to_pdf(document).startswith(b"%PDF")
    card = make_card(workspace, "judge")
    assert card.tnr.value is None or card.tpr.value is None
    assert None not in {rate.why_not for rate in (card.tnr, card.tpr) if rate.value is None}
    gate = checking.check(workspace, judge="judge", min_tnr=0.1, min_tpr=0.1)
    assert not gate.passes and any("cannot be checked" in sentence(check.says) for check in gate.checks)
    slicing.slices(workspace, by=["city"])
    assert _trust(workspace).reasons
