"""The form of answer of a prompt whose options and their numbers stand beside it, not in its words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from labelcore.judges.answer_formats import ASSENT, AnswerFormat, plain
from labelcore.judges.foreign_prompts import polarity
from labelcore.judges.foreign_prompts.answers import FoundAnswer, says_where, with_scale, with_words
from labelcore.judges.foreign_prompts.choices import letters
from labelcore.judges.foreign_prompts.labels import PLACE_FOR_WORD, SHORT, labelled
from labelcore.judges.foreign_prompts.options import Options, Scale
from labelcore.models import fact

_SEVERAL = 2


def find_choice(
    form: FoundAnswer, text: str, options: Options, direction: str = "", *, at_once: bool = False
) -> FoundAnswer:
    """How such a prompt is answered: in the form that its words ask for, where that holds these options;
    else, as its tool does in code, with one of them on the last line, or with nothing else (``at_once``).

    With two numbers the words of the higher one pass, of the lower one where the file minimizes. With more of
    them the answer is a score. Where words mean the opposite of their number, or the file says that none is
    better, that is asked. An option that stands for no number decides nothing. Where none does, their words
    say what they mean, or a person.
    """
    words = [word for word, _ in options]
    has_place = form.answer is not None and (form.answer.kind in {"json", "pattern"} or says_where(text))
    lettered = form.words if {*form.words} <= letters(text).keys() else ()
    asked_for = {*map(plain, (form.answer and form.answer.words) or lettered)}
    if form.answer and has_place and asked_for and asked_for <= {*map(plain, words)}:
        return _with_meanings(form.answer, options, direction, text)
    below = asked_below(words, at_once=at_once)
    read = _with_meanings(_form(at_once=at_once), options, direction, text)
    return read.model_copy(update={"added": below.added, "notices": below.notices})


def behind_label(text: str, label: str, options: Options) -> FoundAnswer | None:
    """One of its options behind the label where its tool reads it; None where a prompt has neither a place
    for one there nor several of them: one alone may be a grade that it shows.
    """
    words = tuple(word for word, _ in options)
    word = rf"({'|'.join(map(re.escape, words))})\b"
    behind = rf"(?i:\b{label})[*_`\"']{{0,3}}\s*[:：]\s*"
    pairs = re.findall(rf"{behind}\W{{0,6}}{word}(?:\W{{1,6}}(?:or\W+)?{word})?", text) if label else []
    has_place = label and re.search(f"{behind}(?i:{PLACE_FOR_WORD.pattern})", text)
    if not has_place and len({each for pair in pairs for each in pair if each}) < _SEVERAL:
        return None
    return FoundAnswer(answer=AnswerFormat(kind="pattern", pattern=labelled(label, SHORT), passes=words))


def asked_below(words: Sequence[str], *, at_once: bool = False) -> FoundAnswer:
    """One of some words, asked for below a prompt: on the last line, or alone (``at_once``). What each means
    is asked too, whatever good and bad things the prompt names.
    """
    choices = ", ".join(words)
    line = (
        f"Answer with one of these alone, and nothing else: {choices}."
        if at_once
        else "Give your reasons step by step first. Then write, alone on the last line, one of these: "
        f"{choices}."
    )
    notices = (fact("foreign_choice_added", line=line),)
    return FoundAnswer(answer=_form(at_once=at_once), words=tuple(words), added=line, notices=notices)


def _form(*, at_once: bool) -> AnswerFormat:
    return AnswerFormat(kind="first_word" if at_once else "last_word")


def scored_by_tool(form: FoundAnswer, text: str, scale: Scale) -> FoundAnswer:
    """The form of a prompt whose tool asks for a score in code: that of its words where they ask for one,
    else a score behind a label on the last line.
    """
    if form.form_asked or form.answer:
        return with_scale(form.answer, text, scale) if form.answer and form.answer.numeric else form
    added = (
        "Give your reasons first. Then write, alone on the last line: "
        f"Score: <a number from {scale.low:g} to {scale.high:g}>"
    )
    answer = AnswerFormat(kind="pattern", pattern=labelled("Score", r"(-?\d+(?:\.\d+)?)"))
    notices = (fact("foreign_score_added", line=added),)
    return with_scale(answer, text, scale).model_copy(update={"added": added, "notices": notices})


def _with_meanings(form: AnswerFormat, options: Options, direction: str, text: str) -> FoundAnswer:
    scored = [(word, score) for word, score in options if score is not None]
    if not scored:
        return with_words(form.model_copy(update={"passes": tuple(word for word, _ in options)}), text)
    higher = direction != "minimize"
    asked = direction == "neutral" or (
        not direction and (_contradicted(scored) or _yes_to_fault(scored, text))
    )
    silent = tuple(word for word, score in options if score is None)
    low, high = min(score for _, score in scored), max(score for _, score in scored)
    if len({score for _, score in scored}) > 2:
        numbers = {"scores": tuple(scored), "low": low, "high": high, "higher_passes": higher}
        made = form.model_copy(update={"passes": (), "fails": (), "abstains": silent} | numbers)
        return FoundAnswer(answer=made, direction_asked=asked)
    best, worst = (tuple(word for word, score in scored if score == end) for end in (high, low))
    if asked:
        words = (*best, *worst, *silent)
        return FoundAnswer(
            answer=form.model_copy(update={"passes": (), "fails": (), "abstains": ()}), words=words
        )
    passes, fails = (best, worst) if higher else (worst, best)
    return FoundAnswer(answer=form.model_copy(update={"passes": passes, "fails": fails, "abstains": silent}))


def _yes_to_fault(scored: Sequence[tuple[str, float]], text: str) -> bool:
    """Whether yes stands for the most where a fault is what is asked about."""
    most = max(score for _, score in scored)
    return (polarity.names_fault(text) or polarity.denies_good(text)) and any(
        score == most and plain(word) in ASSENT for word, score in scored
    )


def _contradicted(scored: Sequence[tuple[str, float]]) -> bool:
    """Whether a word that means a fail stands for the most, or one that means a pass for the least."""
    ends = {"fail": max(score for _, score in scored), "pass": min(score for _, score in scored)}
    return any(ends.get(polarity.meaning(word)) == score for word, score in scored)
