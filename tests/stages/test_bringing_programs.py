"""Judges in classes and constants of programs: they send what the program would, and decide as planted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labelcore.errors import BadInput
from labelcore.models import Output
from labelcore.stages import judging
from labelcore.stages.finding import find_judge
from labelcore.stages.judging.bringing.asked import BringingOrder
from labelcore.stages.judging.bringing.prompts import bring, look
from labelcore.store import outputs as output_table, verdicts as verdict_table
from labelcore.workspace import Workspace
from tests.judges.foreign_cases import CASES
from tests.mock_endpoint import MockEndpoint

Add = Callable[..., list[Output]]
PLANTED: dict[str, tuple[dict[str, object], str, str]] = {
    "Ragas classes": ({"pass_": ("1",), "fail_": ("0",)}, '{"reason": "-", "verdict": 1}', '{"verdict": 0}'),
    "system and user of a class": ({}, "PASS", "FAIL: rude"),
    "static methods of a class": ({}, '{"verdict": "yes"}', '```json\n{"verdict": "no", "reason": "-"}\n```'),
    "words of the program in a formatted text": ({"map": {"len_of_response": "text:some"}}, "YES", "No."),
    "one alone beside a pair": ({"threshold": 6}, "Rating: [[9]]", "Rating: [[5]]"),
    "messages that a class keeps": ({}, "GROUNDED", "ungrounded"),
    "messages of a JavaScript program by their names": ({}, "PASS", "FAIL"),
    "labels one after the other": (
        {"pass_": ("no_trouble", "trouble_settled"), "fail_": ("trouble_left",)},
        '"trouble_settled"',
        "trouble_left",
    ),
    "words without quotes": ({}, "Correct", "incorrect"),
    "levels between fences": (
        {"pass_": ("far more than asked", "useful enough"), "fail_": ("of no use",)},
        "Explanation: fine, Answer: useful enough",
        "Explanation: hm, Answer: of no use",
    ),
    "scores one by one": ({"threshold": 4}, "4", "2"),
    "the only field that is true or false": (
        {},
        '{"success": true}',
        '{"success": false, "explanation": "-"}',
    ),
    "a rubric with names in brackets": ({}, "Nothing harmful.\n1", "It is.\n0"),
    "defaults called as a prompt is": ({"threshold": 7}, "Score: 9", "Score: 3"),
}
"""What a person says of each, and the answers to a good and to a bad output."""


@pytest.mark.parametrize("name", PLANTED)
def test_the_planted_verdict_comes_out(
    name: str, workspace: Workspace, add_outputs: Add, mock: MockEndpoint
) -> None:
    told, good, bad = PLANTED[name]
    (kind,) = add_outputs("It is zeal.", input="Ask?", context="As told.", metadata={"reference": "zeal"})
    (rude,) = add_outputs("It is zorn.", input="Ask?", context="As told.", metadata={"reference": "zeal"})
    mock.answer = lambda prompt: bad if "zorn" in prompt else good
    kept = bring(workspace, CASES[name].text, order=BringingOrder.model_validate(told | {"fit_on": 0}))
    assert not kept.questions
    version = find_judge(workspace, kept.judge or "")
    assert judging.run_judges(workspace, order=judging.RunOrder(judge=version.id)).errors == 0
    said = verdict_table.said(workspace.db, [kind.id, rude.id], [version.id])
    assert {output_id: value for output_id, value, _ in said} == {kind.id: "pass", rude.id: "fail"}


def test_what_the_program_fills_in_stands_there_word_for_word(workspace: Workspace, add_outputs: Add) -> None:
    add_outputs("It is zeal.", input="Ask?")
    filled = bring(
        workspace,
        CASES["words of the program in a formatted text"].text,
        order=BringingOrder(preview=True, map={"len_of_response": "text:11"}),
    )
    assert filled.user.startswith(
        "Policy:\nNever promise money. Say {amount} as it stands.\n\nAsked: {{input}}\n"
    )
    assert "Reply (11 characters): {{output}}" in filled.user
    of_class = bring(workspace, CASES["system and user of a class"].text, order=BringingOrder(preview=True))
    assert of_class.system == "You grade tone.\n- A rude reply fails.\n    - A reply like {so} is none."
    in_script = CASES["messages of a JavaScript program by their names"].text
    brought = bring(workspace, in_script, order=BringingOrder(preview=True))
    assert brought.system == "You are a strict grader.\nAnswer only PASS or FAIL."
    assert brought.user.startswith("No reply may be rude.\nQuestion: {{input}}\n")


FORMLESS = "Say whether the reply is polite.\n\n{{output}}"


def test_words_that_a_person_gives_a_prompt_without_a_form_are_asked_for_below_it(
    workspace: Workspace, mock: MockEndpoint, add_outputs: Add
) -> None:
    add_outputs("Thank you.", "Go away.")
    mock.answer = lambda prompt: "So it is.\n" + ("KIND" if "Thank" in prompt else "RUDE")
    told = BringingOrder(pass_=("KIND",), fail_=("RUDE",))
    found = bring(workspace, FORMLESS, order=told)
    assert found.judge is not None
    judging.run_judges(workspace, order=judging.RunOrder(judge=found.judge))
    assert all(prompt.endswith("one of these: KIND, RUDE.") for prompt in mock.prompts)
    version = find_judge(workspace, found.judge)
    said = verdict_table.said(
        workspace.db, output_table.ids(workspace.db, workspace.project.id), [version.id]
    )
    assert sorted(value for _, value, _ in said) == ["fail", "pass"]


def test_a_threshold_for_a_prompt_that_asks_for_no_score_is_refused_and_one_for_an_unknown_form_is_taken(
    workspace: Workspace,
) -> None:
    with pytest.raises(BadInput, match="asks for no score"):
        look(workspace, FORMLESS, order=BringingOrder(threshold=3))
    unknown = "Rate the reply {{output}}. Answer only with a number."
    assert [question.code for question in look(workspace, unknown).questions] == ["foreign_form_asked"]
    told = look(workspace, unknown, order=BringingOrder(threshold=3))
    assert not told.questions and told.answer is not None and told.answer.kind == "score"


def test_only_what_decides_nothing_was_named_of_a_field_and_the_rest_is_asked_without_an_empty_list(
    workspace: Workspace,
) -> None:
    text = 'Judge {{output}}. Answer in JSON: {"mood": "…", "note": "…"}'
    asked = look(workspace, text, order=BringingOrder(field="mood", abstain=("unclear",))).questions
    assert [question.code for question in asked] == ["foreign_form_asked"]


def test_a_verdict_in_json_of_several_fields_stays_asked_until_its_field_is_named(
    workspace: Workspace,
) -> None:
    text = 'Judge {{output}}. Answer in JSON: {"mood": "…", "note": "…"}'
    for order in (BringingOrder(pass_=("glad",), fail_=("sad",)), BringingOrder(threshold=3)):
        asked = look(workspace, text, order=order)
        assert [question.code for question in asked.questions] == ["foreign_form_asked"]
        assert asked.answer is None


def test_what_is_said_of_words_and_scores_of_a_prompt_without_a_form_is_answered_as_it_was_said(
    workspace: Workspace,
) -> None:
    told = look(workspace, FORMLESS, order=BringingOrder(pass_=("KIND",), fail_=("RUDE",)))
    codes = [notice.code for notice in told.notices]
    assert "foreign_words_added" in codes and "foreign_choice_added" not in codes
    with pytest.raises(BadInput) as refused:
        look(workspace, FORMLESS, order=BringingOrder(lower_passes=True))
    assert "threshold" not in str(refused.value.next_step)
