"""A prompt from elsewhere becomes a judge as it is: asked where it is not sure, fitted on train alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from labelcore.dispatch import Request, execute
from labelcore.errors import BadInput
from labelcore.judges.judge_prompt import Prompt
from labelcore.models import Output
from labelcore.stages import judging
from labelcore.stages.finding import find_judge
from labelcore.stages.judging.bringing.asked import BringingOrder
from labelcore.stages.judging.bringing.prompts import bring
from labelcore.stages.judging.testing import hardness
from labelcore.stages.judging.testing.hardness_cases import ASKED_AGAIN
from labelcore.store import judges as judge_table, splits as split_table, verdicts as verdict_table
from labelcore.workspace import Workspace
from tests.judges.foreign_cases import CASES
from tests.mock_endpoint import MockEndpoint
from tests.stages.measured import accepted

Add = Callable[..., list[Output]]
Give = Callable[..., object]
RATING = CASES["MT-Bench single"].text
YES_NO = "Question: {question}\nAnswer: {answer}\nIs the answer correct? Reply with yes or no only."


@pytest.fixture
def graded(add_outputs: Add, give_all: Give) -> list[Output]:
    """A hundred and twenty outputs whose worth stands in them; people fail what is worth less than six."""
    outputs = [
        output
        for n in range(120)
        for output in add_outputs(f"Text {n} worth {n % 10 + 1}.", input=f"Ask {n}?")
    ]
    give_all(outputs, ["fail" if n % 10 + 1 < 6 else "pass" for n in range(120)])
    return outputs


def rates(prompt: str) -> str:
    worth = re.findall(r"worth (\d+)\.", prompt)[-1]
    return f"It is fine.\n**Rating: [[{worth}]]**"


def test_a_score_gets_a_threshold_from_grades_of_train_alone(
    workspace: Workspace, graded: list[Output], mock: MockEndpoint
) -> None:
    mock.answer = rates
    found = bring(workspace, RATING)
    assert found.judge == "overall · MT-Bench"
    assert (found.threshold.source, found.threshold.value, found.threshold.n) == ("grades", 6, 40)
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    asked = {output.id for output in graded if any(output.text in prompt for prompt in mock.prompts)}
    assert len(asked) == 40
    assert {dealt.of(output.group) for output in graded if output.id in asked} == {"train"}
    version = find_judge(workspace, found.judge)
    assert version.fitted_on == ("train",)
    assert version.spec["address"].startswith("http://127.0.0.1:")
    run = judging.run_judges(workspace, order=judging.RunOrder(judge=version.id))
    assert (run.verdicts_new, run.requests, run.answers_cached) == (120, 80, 40)
    said = verdict_table.said(workspace.db, [output.id for output in graded], [version.id])
    passed = {output_id for output_id, value, _ in said if value == "pass"}
    assert passed == {output.id for n, output in enumerate(graded) if n % 10 + 1 >= 6}


def test_the_scores_of_options_get_a_threshold_from_grades(
    workspace: Workspace, graded: list[Output], mock: MockEndpoint
) -> None:
    def letter(prompt: str) -> str:
        worth = int(re.findall(r"worth (\d+)\.", prompt)[-1])
        return f"I look at facts.\n\n{'DAB'[(worth > 2) + (worth > 5)] if worth < 9 else 'E'}"

    mock.answer = letter
    found = bring(workspace, CASES["Braintrust facts"].text)
    assert (found.judge, found.threshold.source) == ("overall · Braintrust", "grades")
    assert (found.threshold.value, found.threshold.n) == (0.5, 40)
    judging.run_judges(workspace, order=judging.RunOrder(judge=find_judge(workspace, found.judge).id))
    version = find_judge(workspace, found.judge)
    said = verdict_table.said(workspace.db, [output.id for output in graded], [version.id])
    passed = {output_id for output_id, value, _ in said if value == "pass"}
    assert passed == {output.id for n, output in enumerate(graded) if n % 10 + 1 >= 6}
    told = bring(
        workspace, CASES["Braintrust facts"].text, order=BringingOrder(pass_=("C", "E"), fail_=("D",))
    )
    assert told.answer is not None and not told.answer.scores, "what a person says of the options counts"


def test_a_field_that_a_person_names_is_read_as_one_that_is_found(
    workspace: Workspace, add_outputs: Add
) -> None:
    add_outputs("Text worth 3.", input="Ask?")
    wanted = 'Question: {input}\nAnswer: {output}\nAnswer in JSON: {{"why": "...", "%s": %s}}'
    words = {"pass_": ("yes",), "fail_": ("no",)}
    for name, value, more in (("pass", "true or false", {}), ("fine", '"yes" or "no"', words)):
        order = BringingOrder.model_validate({"field": name, "preview": True, **more})
        found = bring(workspace, wanted % (name, value), order=order)
        assert found.answer is not None and (found.answer.kind, found.answer.field) == ("json", name)
        assert found.answer.passes and found.answer.fails and not found.answer.numeric
        assert not found.questions and {notice.code for notice in found.notices} == {"foreign_unmarked"}


def test_with_too_few_grades_the_prompt_or_a_person_sets_the_threshold(
    workspace: Workspace, add_outputs: Add, mock: MockEndpoint
) -> None:
    add_outputs("Text worth 3.", input="Ask?")
    asked = bring(workspace, RATING)
    assert asked.judge is None
    assert asked.exit_code == 2
    assert [question.code for question in asked.questions] == ["foreign_threshold_asked"]
    assert not judge_table.current(workspace.db, workspace.project.id)
    assert bring(workspace, RATING, order=BringingOrder(threshold=4)).threshold.source == "given"
    of_prompt = bring(workspace, CASES["MT-Bench Chinese"].text)
    assert (of_prompt.threshold.source, of_prompt.threshold.value) == ("prompt", 7)
    assert not mock.prompts


def test_a_score_that_tells_nothing_fits_no_threshold(
    workspace: Workspace, graded: list[Output], mock: MockEndpoint
) -> None:
    assert graded
    mock.answer = lambda _: "Rating: [[5]]"
    found = bring(workspace, RATING)
    assert (found.threshold.value, found.threshold.says.code) == (None, "threshold_tells_nothing")
    assert find_judge(workspace, "overall · MT-Bench").fitted_on == ()


def test_an_unsure_variable_is_asked_and_nothing_is_kept_until_it_is_said(
    workspace: Workspace, add_outputs: Add, mock: MockEndpoint
) -> None:
    (output,) = add_outputs("The lake is deep.", input="How deep?", metadata={"expected": "12 m"})
    text = CASES["Phoenix hallucination"].text
    found = bring(workspace, text)
    assert (found.unsure, found.judge) == (["reference"], None)
    assert found.variables[1].choices[:2] == ("context", "reference")
    mock.answer = lambda _: "Hallucinated."
    kept = bring(workspace, text, order=BringingOrder(map={"reference": "metadata.expected"}))
    assert "[Reference text]: 12 m\n" in kept.rendered[0]["content"]
    judging.run_judges(workspace, order=judging.RunOrder(judge=kept.judge))
    (said,) = verdict_table.said(workspace.db, [output.id], [find_judge(workspace, kept.judge or "").id])
    assert said[1] == "fail"


def test_yes_may_mean_a_fault(workspace: Workspace, add_outputs: Add, mock: MockEndpoint) -> None:
    assert mock
    add_outputs("Hello.")
    text = CASES["yes means a fault"].text
    assert [question.code for question in bring(workspace, text).questions] == ["foreign_words_asked"]
    kept = bring(workspace, text, order=BringingOrder(pass_=("no",), fail_=("yes",)))
    assert kept.judge
    assert kept.answer
    assert (kept.answer.passes, kept.answer.fails) == (("no",), ("yes",))


def test_a_criterion_fills_the_slot_of_a_rubric(
    workspace: Workspace, add_outputs: Add, mock: MockEndpoint
) -> None:
    assert mock
    (output,) = add_outputs("It costs 5 €.", input="What does it cost?")
    text = CASES["promptfoo messages"].text
    assert [q.code for q in bring(workspace, text).questions] == ["foreign_needs_criterion"]
    accepted(workspace, "Prices", "No invented price.")
    found = bring(workspace, text, criterion="Prices")
    system, user = found.rendered
    assert '{"reason": "it says good morning", "pass": true, "score": 1.0}' in system["content"]
    assert user["content"] == "<Output>\nIt costs 5 €.\n</Output>\n<Rubric>\nNo invented price.\n</Rubric>"
    version = find_judge(workspace, found.judge or "")
    assert version.criterion_id == "c1"
    assert Prompt(version.spec).messages_for(output) == list(found.rendered)


def test_a_tool_that_adds_its_form_in_code_gets_ours(
    workspace: Workspace, add_outputs: Add, mock: MockEndpoint
) -> None:
    add_outputs("In Bern.", input="Where?", context="Bern")
    found = bring(workspace, CASES["OpenEvals without a form"].text)
    assert (found.answer, found.judge) == (None, "overall · OpenEvals")
    assert "foreign_own_form" in [notice.code for notice in found.notices]
    version = find_judge(workspace, found.judge or "")
    done = judging.run_judges(workspace, order=judging.RunOrder(judge=version.id))
    assert (done.verdicts_new, done.errors) == (1, 0)
    assert mock.prompts


def test_a_judge_with_words_of_its_own_is_not_tested_for_an_order_that_stays(
    workspace: Workspace, graded: list[Output], mock: MockEndpoint
) -> None:
    assert graded
    mock.answer = lambda _: "yes"
    kept = bring(workspace, YES_NO)
    version = find_judge(workspace, kept.judge or "")
    waiting = hardness.left_to_ask(workspace, version, limit=5, families=["position"])
    assert {case.test for case in waiting} == {ASKED_AGAIN}


def test_an_answer_in_no_form_is_an_error_that_says_so_and_never_a_verdict(
    workspace: Workspace, add_outputs: Add, mock: MockEndpoint
) -> None:
    add_outputs("In Bern.", input="Where?")
    mock.answer = lambda _: "Rating: [[17]]"
    version = find_judge(workspace, bring(workspace, RATING, order=BringingOrder(threshold=5)).judge or "")
    done = judging.run_judges(workspace, order=judging.RunOrder(judge=version.id))
    assert (done.verdicts_new, done.error_kinds) == (0, {"malformed": 1})
    (row,) = workspace.db.rows("SELECT message FROM verdict_error")
    assert "17 is outside of its range" in row[0]


def test_what_is_said_must_fit(workspace: Workspace, add_outputs: Add, mock: MockEndpoint) -> None:
    assert mock
    add_outputs("In Bern.")
    for order, words in (
        (BringingOrder(map={"nothing": "output"}), "no variable nothing"),
        (BringingOrder(map={"answer": "nowhere"}), "'nowhere'"),
        (BringingOrder(pattern="no group"), "pattern"),
    ):
        with pytest.raises(BadInput, match=words):
            bring(workspace, YES_NO, order=order)
    with pytest.raises(BadInput, match="empty"):
        bring(workspace, " \n")


def test_nothing_is_kept_without_a_model_but_shown_all_the_same(
    workspace: Workspace, add_outputs: Add
) -> None:
    add_outputs("In Bern.", input="Where?")
    with pytest.raises(BadInput, match="model"):
        bring(workspace, YES_NO)
    shown = bring(workspace, YES_NO, order=BringingOrder(preview=True))
    assert shown.rendered[0]["content"].startswith("Question: Where?\nAnswer: In Bern.\n")


def test_an_output_cannot_write_into_other_slots(workspace: Workspace, add_outputs: Add) -> None:
    add_outputs("See {{reference}} and {question} and %(x)s.", input="Where is {answer}?")
    shown = bring(workspace, YES_NO, order=BringingOrder(preview=True))
    assert shown.rendered[0]["content"].startswith(
        "Question: Where is {answer}?\nAnswer: See {{reference}} and {question} and %(x)s.\n"
    )


def test_a_variable_that_no_output_fills_is_told(workspace: Workspace, add_outputs: Add) -> None:
    add_outputs("In Bern.", input="Where?")
    shown = bring(workspace, CASES["LangSmith with reference"].text, order=BringingOrder(preview=True))
    empty = next(notice for notice in shown.notices if notice.code == "foreign_slot_empty")
    assert empty.values["name"] == "reference_outputs"


def test_the_command_speaks_json(workspace: Workspace, add_outputs: Add, mock: MockEndpoint) -> None:
    assert mock
    add_outputs("In Bern.", input="Where?")
    arguments = {"text": CASES["G-Eval, steps to be given"].text, "criterion": "overall"}
    outcome = execute(
        workspace.db, Request(operation="judge prompt import", project="test", arguments=arguments)
    )
    document = outcome.document
    assert outcome.exit_code == 2
    assert document["unsure"] == ["evaluation_steps"]
    assert document["judge"] is None
    assert document["answer"]["field"] == "score"
    assert any("evaluation_steps" in question for question in document["questions"])


def test_another_prompt_under_the_usual_name_is_said_to_replace_the_first(
    workspace: Workspace, add_outputs: Add, mock: MockEndpoint
) -> None:
    add_outputs("A.", input="?")
    order = BringingOrder(pass_=("yes",), fail_=("no",))
    first = bring(workspace, YES_NO, order=order)
    again = bring(workspace, YES_NO, order=order)
    assert "foreign_replaces" not in {notice.code for notice in (*first.notices, *again.notices)}
    other = YES_NO.replace("correct", "polite")
    looked = bring(workspace, other, order=order.model_copy(update={"preview": True}))
    said = next(notice for notice in looked.notices if notice.code == "foreign_replaces")
    assert said.values == {"judge": first.judge, "version": 2}
    named = bring(workspace, other, order=order.model_copy(update={"name": "polite"}))
    assert (named.version, "foreign_replaces" in {notice.code for notice in named.notices}) == (1, False)
