"""What a person says of a prompt from elsewhere: what its variables are, and which of its answers pass."""

from __future__ import annotations

from typing import Any

import streamlit as st

from labelcore.messages import say
from labelcore.messages.lines.bringing import answer_words, slot_words
from labelcore.settings import settings
from labelcore.stages.judging.bringing.prompts import BroughtPrompt, BroughtVariable
from pages.widgets import keys, shell
from pages.widgets.shell import plain

_TEXT = "text:"
CHOSEN = frozenset(
    f"foreign_{what}_asked" for what in ("variable", "form", "words", "direction", "threshold")
)
"""What is asked by a separate field."""


def variables(prompt: BroughtPrompt, text: str) -> dict[str, Any]:
    """A choice for each variable, what is sure chosen already; the mapping of those that are chosen."""
    mapping = {}
    for variable in prompt.variables:
        options = [*variable.choices, *(f"metadata.{key}" for key in prompt.metadata), _TEXT]
        chosen = st.selectbox(
            plain(_asked_words(variable)),
            options,
            index=options.index(variable.slot) if variable.slot else None,
            format_func=slot_words,
            placeholder=say("Choose what it is"),
            key=shell.key_of("bring-variable", [text, variable.name]),
        )
        if chosen == _TEXT:
            key = shell.key_of("bring-words", [text, variable.name])
            chosen += st.text_area(say("What stands there"), key=key, height=80)
        if chosen:
            mapping[variable.name] = chosen
    return {"map": mapping}


def _asked_words(variable: BroughtVariable) -> str:
    """The variable, and how many outputs have something for it."""
    if variable.filled is None:
        return f"{{{variable.name}}}"
    values = {"name": variable.name, "n": variable.filled, "of": variable.of}
    return say("{{{name}}}: {n} of {of} outputs have it", **values)


def whom() -> dict[str, str]:
    """The endpoint, where there are several, and the judge's name."""
    fields = {
        "name": st.text_input(
            say("The judge's name"), key=keys.BRING_NAME, max_chars=80, placeholder=say("optional")
        )
    }
    if len(endpoints := settings().all_endpoints) > 1:
        fields["endpoint"] = st.selectbox(say("Endpoint to ask"), list(endpoints), key=keys.BRING_ENDPOINT)
    return fields


def answers(prompt: BroughtPrompt, text: str) -> dict[str, Any]:
    """How its answers are read, with what must be said of them."""
    questions = {question.code: question.values for question in prompt.questions}
    fields: dict[str, Any] = {}
    st.write(plain(answer_words(prompt)))
    if prompt.answer and prompt.answer.pattern:
        st.code(prompt.answer.pattern, language=None, wrap_lines=True)
    if "foreign_form_asked" in questions:
        fields |= _form(text)
    words = list(questions.get("foreign_words_asked", {}).get("words", ()))
    if words:
        fields |= _sorted_words(words, text)
    if "foreign_direction_asked" in questions:
        directions = {True: say("a lower score"), False: say("a higher score")}
        key = shell.key_of("bring-lower", [text])
        lower = st.radio(
            say("Which scores are better?"),
            list(directions),
            index=None,
            format_func=directions.__getitem__,
            key=key,
        )
        fields |= {} if lower is None else {"lower_passes": lower}
    if prompt.answer and prompt.answer.numeric and not words:
        fields |= _threshold(prompt, text)
    return fields


def _threshold(prompt: BroughtPrompt, text: str) -> dict[str, float]:
    answer = prompt.answer
    value = st.number_input(
        say("Scores from this on pass"),
        min_value=answer.low if answer else None,
        max_value=answer.high if answer else None,
        value=None,
        placeholder=say("fitted to grades") if prompt.threshold.n else None,
        key=shell.key_of("bring-threshold", [text]),
    )
    return {} if value is None else {"threshold": value}


def _sorted_words(words: list[str], text: str) -> dict[str, Any]:
    meanings = {"pass_": say("passes"), "fail_": say("fails"), "abstain": say("decides nothing")}
    words_by_meaning: dict[str, list[str]] = {meaning: [] for meaning in meanings}
    for word in words:
        chosen = st.segmented_control(
            say("The answer “{word}”", word=plain(word)),
            list(meanings),
            format_func=meanings.__getitem__,
            key=shell.key_of("bring-word", [text, word]),
        )
        if chosen is not None:
            words_by_meaning[chosen].append(word)
    return dict(words_by_meaning)


def _form(text: str) -> dict[str, Any]:
    """Where its verdict stands, and which words pass."""
    left, right = st.columns(2)
    names = {
        "field": left.text_input(say("Field of its JSON"), key=shell.key_of("bring-field", [text])),
        "pattern": right.text_input(
            say("or a regular expression"), key=shell.key_of("bring-pattern", [text])
        ),
    }
    words = {
        "pass_": left.text_input(say("Answers that pass"), key=shell.key_of("bring-passes", [text])),
        "fail_": right.text_input(say("Answers that fail"), key=shell.key_of("bring-fails", [text])),
    }
    lists = {
        name: [word.strip() for word in answers.split(",") if word.strip()] for name, answers in words.items()
    }
    return {name: value.strip() for name, value in names.items()} | lists
