"""The editor of a judge's prompt: written, tried and kept in the app, with what was planted coming out."""

from __future__ import annotations

import re
from threading import Event

import pytest
from streamlit.testing.v1 import AppTest

from labelcore.errors import BadInput
from labelcore.judges.judge_prompt import TrainExample
from labelcore.judges.kinds import kind_of
from labelcore.judges.templates import DEFAULT
from labelcore.messages import sentence
from labelcore.models import JudgeVersion
from labelcore.settings import settings
from labelcore.stages import refining
from labelcore.stages.judging.proposing.panels import make_panel
from labelcore.stages.refining.crossing import try_many
from labelcore.stages.refining.drafts import Draft, keep_draft, kept_draft
from labelcore.stages.refining.examples import splits_of
from labelcore.stages.refining.keeping import in_use, keep
from labelcore.stages.refining.matrix import Grid
from labelcore.stages.refining.ongoing import Ongoing
from labelcore.store import judges as judge_table, outputs as output_table
from labelcore.workspace import Workspace
from pages.widgets import keys
from pages.widgets.judging.crossing import Crossing
from pages.widgets.judging.drafting import WrittenDraft
from tests import refinable
from tests.mock_endpoint import MockEndpoint
from tests.pages.opening import healthy, press, shown
from tests.pages.prompts.at_judge import ended, opened

BETTER = DEFAULT.model_copy(update={"user": f"{refinable.TOLD}\n\n{DEFAULT.user}"})


def drafted(version: JudgeVersion, **changes: object) -> Draft:
    return Draft.of(version).model_copy(update={"template": BETTER, **changes})


def settled(app: AppTest) -> AppTest:
    return ended(app, keys.PROMPT_TRIED)


def test_the_whole_prompt_stands_there_as_the_model_sees_it(judge: JudgeVersion) -> None:
    app = opened("prompt", judge)
    system, user = (code.value for code in app.code)
    assert "You decide whether one output" in system
    assert "The reply never promises a refund." in user
    assert "goodwill" in user  # an output on which the judge and people differ comes first
    assert "tokens" in shown(app)
    assert "Try it" not in [button.label for button in app.button]


def test_what_is_wrong_is_said_and_stops_a_trial(judge: JudgeVersion) -> None:
    broken = BETTER.model_copy(
        update={"user": "{{criterion}} {{answer}} Pass replies that promise a refund."}
    )
    app = opened("prompt", judge, drafted(judge, template=broken))
    for words in ("never shows the output", "no slot “answer”", "opposite of “The reply never"):
        assert words in shown(app)
    assert [button.disabled for button in app.button if button.label == "Try it"] == [True]


def test_a_trial_begins_before_anything_else_of_the_page_is_read(
    judge: JudgeVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened("prompt", judge, drafted(judge))

    def slow(*_: object, **__: object) -> None:
        raise AssertionError("what stands beside the words is read first")

    monkeypatch.setattr(refining, "docket", slow)
    app = settled(press(app, "Try it"))
    assert app.session_state[keys.PROMPT_TRIED].found.attempts


def test_a_draft_is_tried_kept_with_a_reason_and_taken_back(
    judge: JudgeVersion, workspace: Workspace, mock: MockEndpoint
) -> None:
    app = settled(press(opened("prompt", judge, drafted(judge)), "Try it"))
    assert app.query_params[keys.JUDGE_VIEW] in ("prompt-try", ["prompt-try"])
    mended, broken = refinable.planted(workspace)
    trial = app.session_state[keys.PROMPT_TRIED].found
    assert {attempt.output_id for attempt in trial.of("mended")} == mended
    assert {attempt.output_id for attempt in trial.of("broken")} <= broken
    assert sentence(trial.says).startswith("Better")
    assert sentence(trial.says) in shown(app)
    assert f"Mended ({len(mended)})" in app.segmented_control[0].options
    asked = len(mock.prompts)
    next(field for field in app.text_input if field.label.startswith("Why")).set_value("counts goodwill")
    press(app, "Keep it")
    assert app.query_params[keys.JUDGE_VIEW] in ("prompt-versions", ["prompt-versions"])
    kept = in_use(workspace, judge.judge_id)
    assert (kept.version, kept.why, kept.author) == (2, "counts goodwill", "ann")
    assert Draft.of(kept).template == BETTER
    assert "counts goodwill" in shown(app)
    assert f"120 decisions with {120 - len(trial.attempts)} model calls" in shown(app)
    assert refinable.TOLD.split(maxsplit=1)[0] in shown(app)
    assert len(mock.prompts) == asked
    press(app, "Use version 1")
    assert in_use(workspace, judge.judge_id).id == judge.id
    assert len(judge_table.history(workspace.db, judge.judge_id)) == 2


def test_a_trial_is_as_small_as_somebody_wants(judge: JudgeVersion) -> None:
    app = opened("prompt-try", judge, drafted(judge))
    app.number_input(key=keys.PROMPT_OUTPUTS).set_value(8)
    app = settled(press(app, "Try it"))
    assert len(app.session_state[keys.PROMPT_TRIED].found.attempts) == 8


def test_without_a_reason_nothing_is_kept(judge: JudgeVersion, workspace: Workspace) -> None:
    app = settled(press(opened("prompt", judge, drafted(judge)), "Try it"))
    press(app, "Keep it")
    assert [warning.value for warning in app.warning] == ["Say why first, in a few words."]
    assert in_use(workspace, judge.judge_id).id == judge.id


def test_figures_of_other_words_are_called_so(judge: JudgeVersion) -> None:
    app = settled(press(opened("prompt", judge, drafted(judge)), "Try it"))
    other = BETTER.model_copy(update={"system": "Decide."})
    app.session_state[keys.PROMPT_DRAFT] = WrittenDraft(judge, drafted(judge, template=other), "again")
    healthy(app.run())
    assert "changed since it was tried" in shown(app)
    assert "Keep it" not in [button.label for button in app.button]


def test_examples_come_from_train_in_pairs(judge: JudgeVersion, workspace: Workspace) -> None:
    app = opened("prompt-examples", judge)
    press(app, "Show both")
    draft: Draft = app.session_state[keys.PROMPT_DRAFT].draft
    assert sorted(example.verdict for example in draft.examples) == ["fail", "pass"]
    assert draft.shown == 1
    ids = [example.output_id for example in draft.examples]
    assert set(splits_of(workspace, ids).values()) == {"train"}
    assert "Examples (2)" in [button.label for button in app.button]
    press(app, "Take it out")
    assert len(app.session_state[keys.PROMPT_DRAFT].draft.examples) == 1
    next(field for field in app.text_input if field.label.startswith("Search")).set_value("picture")
    healthy(app.run())
    assert any("picture" in code.value for code in app.code)


def test_a_wrong_judge_leads_to_its_prompt_with_the_output_at_hand(
    judge: JudgeVersion, workspace: Workspace
) -> None:
    conflicts = refining.docket(workspace, judge=judge).conflicts
    conflict = next(known for known in conflicts if known.split == "train")
    refining.decide(workspace, conflict.output.id, "judge_wrong", judge=judge)
    app = opened("rulings", judge)
    assert "On the list to mend" in " ".join(expander.label for expander in app.expander)
    press(app, "Edit this judge")
    assert app.query_params[keys.JUDGE_VIEW] in ("prompt", ["prompt"])
    assert any(conflict.output.text in code.value for code in app.code)
    press(app, "Show it as an example")
    (example,) = app.session_state[keys.PROMPT_DRAFT].draft.examples
    assert (example.output_id, example.verdict) == (conflict.output.id, "fail")


def test_an_output_of_dev_is_not_offered_as_an_example(judge: JudgeVersion, workspace: Workspace) -> None:
    ids = output_table.ids(workspace.db, workspace.project.id)
    held = next(key for key, split in splits_of(workspace, ids).items() if split == "dev")
    app = opened("prompt", judge, output=held)
    assert "it can be no example" in shown(app)
    assert "Show it as an example" not in [button.label for button in app.button]


def test_a_draft_is_there_after_a_reload_and_its_trial_keeps_to_a_limit(
    judge: JudgeVersion, workspace: Workspace, mock: MockEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PRICE_IN", "PRICE_OUT"):
        monkeypatch.setenv(f"LABELCORE_{name}", "100")
    settings.cache_clear()
    opened("prompt-try", judge, drafted(judge))
    app = opened("prompt-try", judge)  # another session
    assert app.session_state[keys.PROMPT_DRAFT].draft == drafted(judge)
    assert "Draft based on version 1, not yet saved" in shown(app)
    app.number_input(keys.PROMPT_COST).set_value(0.001)
    app = settled(press(healthy(app.run()), "Try it"))
    assert not app.session_state[keys.PROMPT_TRIED].found.attempts and not mock.prompts[refinable.CASES :]
    assert "spending limit" in " ".join(warning.value for warning in app.warning)
    assert refinable.project_of(workspace.db).settings.most_cost == 0.001
    other = workspace.by("bob")
    assert kept_draft(workspace, judge) and kept_draft(other, judge) is None
    keep_draft(workspace, judge, Draft.of(judge))
    assert kept_draft(workspace, judge) is None


def test_a_trial_can_be_stopped_and_keeps_what_came(judge: JudgeVersion, mock: MockEndpoint) -> None:
    with mock.held():
        app = press(opened("prompt", judge, drafted(judge)), "Try it")
        assert app.session_state[keys.PROMPT_TRIED].running
        press(app, "Stop")
    settled(app)
    trial = app.session_state[keys.PROMPT_TRIED].found
    assert trial.state == "stopped"
    assert len(trial.attempts) < trial.wanted
    assert sentence(trial.says) in shown(app)


def test_an_endpoint_that_refuses_is_said_and_the_draft_stays(
    judge: JudgeVersion, mock: MockEndpoint
) -> None:
    mock.shares = {"401": 1.0}
    app = press(opened("prompt", judge, drafted(judge)), "Try it")
    settled(app)
    told = shown(app) + " ".join(warning.value for warning in app.warning)
    assert "key" in told
    assert app.session_state[keys.PROMPT_DRAFT].draft == drafted(judge)
    assert "Mended" not in told


def test_answers_of_another_form_are_told_with_their_kind_first(
    judge: JudgeVersion, mock: MockEndpoint
) -> None:
    mock.shares = {"malformed": 1.0}
    app = settled(press(opened("prompt", judge, drafted(judge)), "Try it"))
    (told, *_) = [warning.value for warning in app.warning]
    assert re.match(r"\d+ × malformed\\: The model's answer was not the asked\\-for JSON", told), told


def proposing(prompt: str) -> dict[str, object]:
    """The endpoint, which knows what it misses once it is asked to reflect."""
    if "You improve the prompt of a judge" in prompt:
        return {"proposals": [{"why": "it overlooks presents", "instruction": refinable.TOLD}]}
    return refinable.answer(prompt)


def test_a_planted_improvement_is_searched_for_and_accepted(
    judge: JudgeVersion, workspace: Workspace, mock: MockEndpoint
) -> None:
    mock.answer = proposing
    app = ended(press(opened("prompt-suggest", judge), "Search for improvements"), keys.PROMPT_SUGGESTED)
    mended, broken = refinable.planted(workspace)
    (suggestion,) = app.session_state[keys.PROMPT_SUGGESTED].found.offered
    assert set(suggestion.mended) <= mended and set(suggestion.broken) <= broken
    assert refinable.TOLD in shown(app) and f"it mends {len(suggestion.mended)} and breaks" in shown(app)
    press(app, "Accept")
    kept = in_use(workspace, judge.judge_id)
    assert "outputs of dev, which it was not made from, it mends" in shown(app)
    assert (kept.version, kept.why) == (2, "suggested: model") and refinable.TOLD in str(kept.spec)
    assert app.query_params[keys.JUDGE_VIEW] in ("prompt-versions", ["prompt-versions"])


def test_a_rejected_suggestion_goes_away_for_good(judge: JudgeVersion, mock: MockEndpoint) -> None:
    mock.answer = proposing
    app = ended(press(opened("prompt-suggest", judge), "Search for improvements"), keys.PROMPT_SUGGESTED)
    press(app, "Reject")
    assert "Accept" not in [button.label for button in app.button]
    app = ended(press(app, "Search again"), keys.PROMPT_SUGGESTED)
    assert "Nothing to gain here" in shown(app) and refinable.TOLD not in shown(app)


def test_many_are_tried_at_once_in_a_table(judge: JudgeVersion, workspace: Workspace) -> None:
    keep(workspace, judge, drafted(judge).spec(judge), why="goodwill", use=False)
    app = opened("prompt-matrix", judge)
    assert [button.disabled for button in app.button if button.label.startswith("Try them all")] == [True]
    next(group for group in app.button_group if group.label == "Versions").set_value([1, 2])
    app = ended(press(healthy(app.run()), "Try them all (2)"), keys.PROMPT_CROSSED)
    (table,) = app.dataframe
    assert list(table.value["Best"]) in (["", "→"], ["→", ""])
    assert "points (95% between" in " ".join(table.value["change"])


def test_what_was_tried_at_once_is_there_when_the_page_is_loaded_again(
    judge: JudgeVersion, workspace: Workspace, mock: MockEndpoint
) -> None:
    keep(workspace, judge, drafted(judge).spec(judge), why="goodwill", use=False)
    try_many(workspace, judge, grid=Grid(version=(1, 2)))
    asked = len(mock.prompts)
    app = ended(opened("prompt-matrix", judge), keys.PROMPT_CROSSED)
    (table,) = app.dataframe
    assert "points (95% between" in " ".join(table.value["change"]) and len(mock.prompts) == asked
    assert list(table.value["Cost for 1,000"]) == ["price not known"] * 2
    told = shown(app)
    assert (
        "by ann, and found again from stored answers: nothing is paid now" in told and "It took" not in told
    )


def test_while_what_was_tried_is_found_nothing_can_be_stopped_and_all_can_be_begun(
    judge: JudgeVersion, workspace: Workspace
) -> None:
    keep(workspace, judge, drafted(judge).spec(judge), why="goodwill", use=False)
    app = opened("prompt-matrix", judge)
    finding = Crossing(version_id=judge.id, ongoing=Ongoing(), over=Event(), asks=False)
    app.session_state[keys.PROMPT_CROSSED] = finding
    next(group for group in app.button_group if group.label == "Versions").set_value([1, 2])
    told = shown(healthy(app.run()))
    assert "Finding what was tried" in told and "Trying 1 of" not in told
    buttons = {button.label: button.disabled for button in app.button}
    assert "Stop" not in buttons and buttons["Try them all (2)"] is False
    app = ended(press(app, "Try them all (2)"), keys.PROMPT_CROSSED)
    assert app.session_state[keys.PROMPT_CROSSED].found.tried == 1 and finding.ongoing.stop.is_set()


def test_many_at_once_offer_no_examples_that_no_version_has(judge: JudgeVersion) -> None:
    example = TrainExample(verdict="fail", text="We promise it.", output_id="o")
    app = opened("prompt-matrix", judge, drafted(judge, examples=(example,) * 4, shown=2))
    assert "Examples of each grade" not in [group.label for group in app.button_group]


def test_many_at_once_stop_at_the_first_that_is_good_enough_or_when_time_is_over(
    judge: JudgeVersion, workspace: Workspace
) -> None:
    keep(workspace, judge, drafted(judge).spec(judge), why="goodwill", use=False)
    app = opened("prompt-matrix", judge)
    next(group for group in app.button_group if group.label == "Versions").set_value([1, 2])
    numbers = {field.label: field for field in healthy(app.run()).number_input}
    assert {"Spend at most (US$)", "Minutes at most", "Good enough from (%)"} <= numbers.keys()
    numbers["Good enough from (%)"].set_value(1)
    found = (
        ended(press(app, "Try them all (2)"), keys.PROMPT_CROSSED).session_state[keys.PROMPT_CROSSED].found
    )
    assert found.chosen is not None, "1 % is soon enough"
    app = ended(opened("prompt-matrix", judge), keys.PROMPT_CROSSED)
    next(group for group in app.button_group if group.label == "Versions").set_value([1, 2])
    numbers = {field.label: field for field in healthy(app.run()).number_input}
    numbers["Minutes at most"].set_value(3)
    app = ended(press(app, "Try them all (2)"), keys.PROMPT_CROSSED)
    assert {cell.state for cell in app.session_state[keys.PROMPT_CROSSED].found.cells} == {"tried", "in use"}


def test_how_it_decides_shows_the_whole_prompt_for_a_real_output_with_its_size(
    judge: JudgeVersion, workspace: Workspace
) -> None:
    app = opened("how", judge)
    (chosen,) = (box for box in app.selectbox if box.label == "With this output")
    told = " ".join(code.value for code in app.code)
    assert "<<DATA output" in told and "made-up" not in shown(app) and "tokens, estimated" in shown(app)
    other = chosen.options[3].rpartition(" · ")[2]
    assert other not in told
    again = healthy(chosen.select_index(3).run())
    assert other in " ".join(code.value for code in again.code)
    panel = opened("how", make_panel(workspace, [judge]))
    assert "Asks mock:" in shown(panel) and len([c for c in panel.code if "<<DATA output" in c.value]) == 3


def test_each_prompt_of_a_panel_opens_and_is_kept_in_its_place(
    judge: JudgeVersion, workspace: Workspace
) -> None:
    panel = make_panel(workspace, [judge])
    app = opened("prompt", panel)
    chosen = next(box for box in app.selectbox if box.label == "A panel: whose prompt")
    assert len(chosen.options) == 3 and "Many at once" in [button.label for button in app.button]
    healthy(chosen.select_index(1).run())
    assert app.session_state[keys.PROMPT_DRAFT].draft.member == 2
    draft = Draft.of(panel, 2).model_copy(update={"template": BETTER})
    keep_draft(workspace, panel, draft)
    again = settled(press(opened("prompt", panel), "Try it"))
    next(field for field in again.text_input if field.key == "prompt-why").set_value("counts goodwill")
    press(again, "Keep it")
    kept = in_use(workspace, panel.judge_id)
    templates = [prompt.template for prompt in kind_of(kept).prompts]
    assert templates == [DEFAULT, BETTER, DEFAULT] and "of prompt 2" in shown(again)


def test_a_version_that_cannot_be_asked_says_why_and_offers_no_press(
    workspace: Workspace, judge: JudgeVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise BadInput("The endpoint is not there.")

    monkeypatch.setattr("labelcore.stages.judging.estimate_run", refuse)
    keep(workspace, judge, drafted(judge).spec(judge), why="better")
    app = opened("prompt-versions", in_use(workspace, judge.judge_id))
    assert "The endpoint is not there." in shown(app)
    (run,) = [button for button in app.button if button.label == "Let it decide the graded outputs"]
    assert run.disabled
