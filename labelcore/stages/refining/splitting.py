"""One question split in two: a judge whose criterion holds two conditions asks each by itself.

It becomes a panel that fails where one of its members does. A model writes the questions; without one the
statement's two demands are taken, where rulings on the judge's errors are about the one and about the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from labelcore.errors import BadInput
from labelcore.judges import prompts
from labelcore.judges.judge_prompt import Prompt
from labelcore.judges.kinds import kind_of
from labelcore.judges.kinds.panel import make_spec
from labelcore.judges.reflecting import Half
from labelcore.stages.deriving.naming import quoted_in, terms
from labelcore.stages.refining.candidates import ChangeCandidate, Errors, QuestionPart
from labelcore.stages.refining.trying import drafted
from labelcore.store.rulings import court
from labelcore.text.demands import demands, listed

_TWO = 2
_TOLD = {"judge_wrong", "criterion_unclear"}
_ONLY = "Decide only what this question asks; the rest of the criterion is decided elsewhere."
_NAME = 60


def by_model(errors: Errors, halves: Sequence[Half], output_ids: Sequence[str]) -> ChangeCandidate | None:
    """The questions that a model wrote of errors, which it was shown in this order; None where one of them is
    about no error.
    """
    questions = [
        QuestionPart(statement=half.question, because=tuple(_numbered(half.errors, output_ids)))
        for half in halves
    ]
    return _split(errors, questions)


def _numbered(numbers: Sequence[int], output_ids: Sequence[str]) -> list[str]:
    valid = {number for number in numbers if 1 <= number <= len(output_ids)}
    return [output_ids[number - 1] for number in sorted(valid)]


def by_rulings(errors: Errors) -> ChangeCandidate | None:
    """The statement's two demands, where rulings on its errors are about each of them."""
    statement = quoted_in(errors.prompt.spec.statement)
    parts = listed(statement) or demands(statement)
    if len(parts) != _TWO:
        return None
    reasons, notes = _ruled(errors), errors.graded.labels.notes
    about = {key: _about(reasons.get(key, "\n".join(notes.get(key, ()))), parts) for key in errors.wrong}
    if not {0, 1} <= {about[key] for key in reasons}:
        return None
    questions = [
        QuestionPart(statement=part, because=tuple(key for key in errors.wrong if about[key] == at))
        for at, part in enumerate(parts)
    ]
    return _split(errors, questions)


def _ruled(errors: Errors) -> dict[str, str]:
    """What was ruled on the judge's errors on train, with experts' notes, by output id."""
    workspace, notes = errors.workspace, errors.graded.labels.notes
    wrong = set(errors.wrong)
    return {
        ruling.output_id: "\n".join((ruling.reason, *notes.get(ruling.output_id, ())))
        for ruling in court.current(workspace.db, workspace.project.id)
        if ruling.judge_id == errors.judge.judge_id and ruling.value in _TOLD and ruling.output_id in wrong
    }


def _about(text: str, parts: Sequence[str]) -> int | None:
    """Of which part a text says more that the other one does not; None for neither."""
    vocabulary, (first, other) = terms(text), map(terms, parts)
    shares = [len(vocabulary & (first - other)), len(vocabulary & (other - first))]
    return None if shares[0] == shares[1] else int(shares[1] > shares[0])


def _split(errors: Errors, questions: Sequence[QuestionPart]) -> ChangeCandidate | None:
    """A panel of both; None where one is about nothing, or where the judge is a panel already."""
    tied = len(questions) == _TWO and all(question.because for question in questions)
    if not tied or len(kind_of(errors.judge).prompts) > 1:
        return None
    members: Mapping[str, dict[str, Any]] = {
        f"{number}. {question.statement[:_NAME]}": _asking(errors.prompt, question)
        for number, question in enumerate(questions, 1)
    }
    try:
        version = drafted(errors.workspace, errors.judge, make_spec(members, "all"))
    except BadInput:
        return None
    return ChangeCandidate(
        kind="split",
        words="\n".join(question.statement for question in questions),
        because=tuple(dict.fromkeys(key for question in questions for key in question.because)),
        version=version,
        questions=tuple(questions),
    )


def _asking(prompt: Prompt, question: QuestionPart) -> dict[str, Any]:
    """The prompt with one question; of the examples that fail, those that it is about."""
    template = prompt.template
    content = prompt.content
    if not {"criterion", "statement"} & set(template.slots):
        demand = f"{_ONLY}\n{prompts.fenced_lines('question', [question.statement])}"
        system = "\n\n".join(filter(None, (template.system, demand)))
        content = prompt.worded(template.model_copy(update={"system": system}), prompt.spec.answer)
    examples = [
        example.model_dump()
        for example in prompt.spec.examples
        if example.verdict == "pass" or example.output_id in question.because
    ]
    rest = {name: value for name, value in content.items() if name not in {"examples", "fail_examples"}}
    return rest | {"question": question.statement} | ({"examples": examples} if examples else {})
