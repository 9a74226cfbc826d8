"""Programs that give a judge's words to a tool, which writes the rest of the prompt in code."""

from __future__ import annotations

import pytest

from labelcore.errors import BadInput
from labelcore.judges.foreign_prompts import ForeignPrompt, recognise

_WORDS = "Is every fact of the criterion stated? End with GRADE: $LETTER (C for stated, I for missing)."


def _scorer(given: str, name: str = "model_graded_qa") -> ForeignPrompt:
    return recognise(f"from inspect_ai.scorer import {name}\n\nscorer = {name}({given})\n")


def _slots(prompt: ForeignPrompt) -> dict[str, str]:
    return {variable.name: variable.slot for variable in prompt.variables}


@pytest.mark.parametrize("name", ["model_graded_qa", "model_graded_fact"])
def test_instructions_for_inspect_come_below_what_they_judge_with_its_letters(name: str) -> None:
    prompt = _scorer(f"instructions={_WORDS!r}, partial_credit=True", name)
    assert _slots(prompt) == {"question": "input", "target": "reference", "answer": "output"}
    assert prompt.family == "Inspect" and prompt.template.user.endswith(_WORDS)
    assert [notice.code for notice in prompt.notices] == ["foreign_tool_adds"]
    answer = prompt.found.answer
    assert answer is not None and (answer.passes, answer.fails) == (("C",), ("I",))
    assert [answer.read(f"It is there.\nGRADE: {letter}").verdict for letter in "CI"] == ["pass", "fail"]


def test_letters_that_instructions_for_inspect_give_no_place_are_asked_for_below_them() -> None:
    prompt = _scorer('instructions="Say C only where all of {it} is stated, else I."')
    assert prompt.template.user.endswith("{it} is stated, else I.\n\n" + prompt.found.added)
    assert prompt.found.answer is not None and prompt.found.answer.read("So:\nGRADE: C").verdict == "pass"


def test_a_partial_grade_of_inspect_is_worth_half() -> None:
    found = _scorer('instructions="Give C for all facts, P for some of them and I for none."').found
    assert found.answer is not None
    assert {*found.answer.scores} == {("C", 1.0), ("P", 0.5), ("I", 0.0)}


def test_instructions_for_inspect_stand_where_the_template_of_their_program_has_them() -> None:
    template = "Question: {question}\nAnswer: {answer}\n{instructions}\nBe strict."
    prompt = _scorer(f"{template!r}, {_WORDS!r}")
    assert prompt.template.user == f"Question: {{{{input}}}}\nAnswer: {{{{output}}}}\n{_WORDS}\nBe strict."


def test_a_pattern_of_the_program_itself_leaves_its_letters_unknown() -> None:
    found = _scorer("instructions=\"Say good or bad at the end.\", grade_pattern=r'(good|bad)'").found
    assert not {"C", "I"} & {*(found.answer.words if found.answer else ())}


@pytest.mark.parametrize("more", ["template=None, grade_pattern=None", "model=None"])
def test_none_given_to_inspect_stands_for_what_it_has(more: str) -> None:
    prompt = _scorer(f"instructions={_WORDS!r}, {more}")
    assert _slots(prompt) == {"question": "input", "target": "reference", "answer": "output"}
    assert prompt.found.answer is not None and prompt.found.answer.passes == ("C",)


@pytest.mark.parametrize("words", ["", "  "])
def test_instructions_for_inspect_without_a_word_are_no_prompt(words: str) -> None:
    with pytest.raises(BadInput, match="holds no prompt"):
        _scorer(f"instructions={words!r}")


@pytest.mark.parametrize(
    ("program", "tool"),
    [
        ("from inspect_ai.scorer import model_graded_qa\n\nscorer = model_graded_qa()\n", "Inspect"),
        ("import inspect_ai.scorer as s\n\nscorer = s.model_graded_fact(partial_credit=True)\n", "Inspect"),
        ("from openevals.llm import create_llm_as_judge\n\njudge = create_llm_as_judge()\n", "OpenEvals"),
        (
            'import { Factuality } from "autoevals";\n\nconst score = await Factuality({ output });\n',
            "Braintrust",
        ),
    ],
)
def test_a_program_that_leaves_its_words_to_a_tool_says_to_which(program: str, tool: str) -> None:
    with pytest.raises(BadInput, match=f"holds no prompt.* words of {tool}") as refused:
        recognise(program)
    assert f"your version of {tool}" in str(refused.value.next_step)


@pytest.mark.parametrize(
    "program",
    [
        "import mlflow\n\nmlflow.log_metric('accuracy', 0.5)\n",
        "from langchain_openai import ChatOpenAI\n\nmodel = ChatOpenAI(model='small')\n",
        "from langchain.chat_models import ChatOpenAI\n\nmodel = ChatOpenAI(model='small')\n",
        "from langfuse import Langfuse\n\nprompt = Langfuse().get_prompt('judge')\n",
    ],
)
def test_a_library_that_does_more_than_judge_is_not_said_to_have_the_words(program: str) -> None:
    with pytest.raises(BadInput, match="holds no prompt") as refused:
        recognise(program)
    assert refused.value.next_step == "Paste the words of the prompt alone."


def test_a_pattern_elsewhere_in_the_program_leaves_the_letters_of_a_call_alone() -> None:
    other = "def read(grade_pattern):\n    return grade_pattern\n\n"
    scorer = f"scorer = model_graded_qa(instructions={_WORDS!r})\n"
    found = recognise(f"from inspect_ai.scorer import model_graded_qa\n\n{other}{scorer}").found
    assert found.answer is not None and (found.answer.passes, found.answer.fails) == (("C",), ("I",))


@pytest.mark.parametrize("more", ["", ", instructions=None"])
def test_a_whole_template_for_inspect_is_answered_with_its_letters(more: str) -> None:
    template = "Question: {question}\nAnswer: {answer}\nIs it right? End with GRADE: C or GRADE: I."
    prompt = _scorer(f"template={template!r}{more}")
    answer = prompt.found.answer
    assert answer is not None and (answer.passes, answer.fails) == (("C",), ("I",))
    assert prompt.template.user.endswith("GRADE: I.") and not (prompt.notices or prompt.found.notices)
    assert answer.read("It is.\nGRADE: I").verdict == "fail"


@pytest.mark.parametrize(
    ("asked", "partly"),
    [
        ("Reply with 'GRADE: $LETTER', where LETTER is C (right), P (in part) or I (wrong).", True),
        ("Finish with exactly one of these: GRADE: C or GRADE: I (without quotes).", False),
        ("Give GRADE: C if it is right; GRADE: I otherwise.", False),
    ],
)
def test_a_template_that_says_where_inspect_finds_the_letter_gets_no_line_more(
    asked: str, partly: bool
) -> None:
    template = f"Question: {{question}}\nAnswer: {{answer}}\n{asked}"
    found = _scorer(f"template={template!r}").found
    answer = found.answer and found.answer.model_copy(update={"threshold": 0.5 if partly else None})
    assert answer is not None and not found.added and bool(answer.scores) == partly
    assert [answer.read(f"Well.\nGRADE: {letter}").verdict for letter in "CI"] == ["pass", "fail"]


@pytest.mark.parametrize("shown", ["The teacher's grade: A.", "The teacher's grade: C", "Grade: is below."])
def test_a_grade_that_a_template_shows_is_not_where_its_answer_stands(shown: str) -> None:
    template = f"Answer: {{answer}}\n{shown}\nIs the answer right? Reply with C or I alone."
    answer = _scorer(f"template={template!r}").found.answer
    assert answer is not None and [answer.read(letter).verdict for letter in "CI"] == ["pass", "fail"]


def test_letters_behind_a_label_are_told_from_it_where_the_program_has_its_own_pattern() -> None:
    words = "Is it right? End with GRADE: Y or GRADE: N."
    answer = _scorer(f"instructions={words!r}, grade_pattern=r'GRADE: ([YN])'").found.answer
    assert answer is not None and (answer.passes, answer.fails) == (("Y",), ("N",))
    assert answer.read("So:\nGRADE: N").verdict == "fail"


@pytest.mark.parametrize("base", ["dspy.Signature", "Signature", "dspy.signatures.Signature"])
def test_the_words_of_a_signature_of_dspy_are_to_become_a_criterion(base: str) -> None:
    program = f'''import dspy
from dspy import Signature

class Faithful({base}):
    """Verify that the text follows from the context."""

    context: str = dspy.InputField(desc="facts that are taken for true")
    text: str = dspy.InputField()
    faithful: bool = dspy.OutputField()
'''
    with pytest.raises(BadInput, match="“Verify that the text follows from the context"):
        recognise(program)


def test_a_signature_of_another_library_is_none_of_dspy() -> None:
    program = 'from inspect import Signature\n\nclass Bound(Signature):\n    """Keep what it binds."""\n'
    with pytest.raises(BadInput, match="holds no prompt"):
        recognise(program)
