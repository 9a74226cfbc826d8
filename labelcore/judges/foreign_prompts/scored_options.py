"""The form of answer of a prompt whose options and their numbers stand beside it, not in its words."""

from __future__ import annotations

from typing import Any

from labelcore.judges.answer_formats import AnswerFormat, plain
from labelcore.judges.foreign_prompts.answers import FoundAnswer, find_answer, says_where, with_words
from labelcore.judges.foreign_prompts.options import Options
from labelcore.models import fact


def find_choice(text: str, options: Options, *, at_once: bool) -> FoundAnswer:
    """How such a prompt is answered: in the form that its words ask for, where that holds these options;
    else, as its tool does in code, with one of them on the last line, or with nothing else (``at_once``).

    With two numbers the words of the higher one pass. With more of them the answer is a score. An option
    that stands for no number decides nothing. Where none does, their words say what they mean, or a person.
    """
    words = {plain(word) for word, _ in options}
    form = find_answer(text)
    has_place = form.answer is not None and (form.answer.kind in {"json", "pattern"} or says_where(text))
    if form.answer is not None and has_place and form.answer.words and set(form.answer.words) <= words:
        return _with_meanings(form.answer, options, text)
    choices = ", ".join(word for word, _ in options)
    if at_once:
        line = f"Answer with one of these alone, and nothing else: {choices}."
    else:
        line = (
            "Give your reasons step by step first. Then write, alone on the last line, one of these: "
            f"{choices}."
        )
    read = _with_meanings(AnswerFormat(kind="first_word" if at_once else "last_word"), options, text)
    notice = fact("foreign_choice_added", line=line)
    return read.model_copy(update={"added": line, "notices": (notice,)})


def _with_meanings(form: AnswerFormat, options: Options, text: str) -> FoundAnswer:
    if any(score is not None for _, score in options):
        return FoundAnswer(answer=form.model_copy(update=_meant(options)))
    return with_words(form.model_copy(update={"passes": tuple(word for word, _ in options)}), text)


def _meant(options: Options) -> dict[str, Any]:
    """What each option means: a verdict where there are two numbers, else its number."""
    numbers = [score for _, score in options if score is not None]
    low, high = min(numbers), max(numbers)
    of = {score: tuple(word for word, number in options if number == score) for score in {None, *numbers}}
    meanings: dict[str, Any] = {"passes": (), "fails": (), "abstains": of.get(None, ())}
    if len(set(numbers)) == 2:
        return meanings | {"passes": of[high], "fails": of[low]}
    scores = tuple((word, number) for word, number in options if number is not None)
    return meanings | {"scores": scores, "low": low, "high": high}
