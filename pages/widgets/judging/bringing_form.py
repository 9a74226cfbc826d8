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


def variables(found: BroughtPrompt, text: str) -> dict[str, Any]:
    """A choice for each variable, what is sure chosen already; the mapping of those that are chosen."""
    mapping = {}
    for variable in found.variables:
        options = [*variable.choices, *(f"metadata.{key}" for key in found.metadata), _TEXT]
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
    told = {"name": variable.name, "n": variable.filled, "of": variable.of}
    return say("{{{name}}}: {n} of {of} outputs have it", **told)


def whom() -> dict[str, str]:
    """The endpoint, where there are several, and the judge's name."""
    said = {
        "name": st.text_input(
            say("The judge's name"), key=keys.BRING_NAME, max_chars=80, placeholder=say("optional")
        )
    }
    if len(known := settings().all_endpoints) > 1:
        said["endpoint"] = st.selectbox(say("Endpoint to ask"), list(known), key=keys.BRING_ENDPOINT)
    return said


def answers(found: BroughtPrompt, text: str) -> dict[str, Any]:
    """How its answers are read, with what must be said of them."""
    asked = {question.code: question.values for question in found.questions}
    said: dict[str, Any] = {}
    st.write(plain(answer_words(found)))
    if found.answer and found.answer.pattern:
        st.code(found.answer.pattern, language=None, wrap_lines=True)
    if "foreign_form_asked" in asked:
        said |= _form(text)
    words = list(asked.get("foreign_words_asked", {}).get("words", ()))
    if words:
        said |= _sorted_words(words, text)
    if "foreign_direction_asked" in asked:
        ways = {True: say("a lower score"), False: say("a higher score")}
        key = shell.key_of("bring-lower", [text])
        lower = st.radio(
            say("Which scores are better?"), list(ways), index=None, format_func=ways.__getitem__, key=key
        )
        said |= {} if lower is None else {"lower_passes": lower}
    if found.answer and found.answer.numeric and not words:
        said |= _threshold(found, text)
    return said


def _threshold(found: BroughtPrompt, text: str) -> dict[str, float]:
    answer = found.answer
    value = st.number_input(
        say("Scores from this on pass"),
        min_value=answer.low if answer else None,
        max_value=answer.high if answer else None,
        value=None,
        placeholder=say("fitted to grades") if found.threshold.n else None,
        key=shell.key_of("bring-threshold", [text]),
    )
    return {} if value is None else {"threshold": value}


def _sorted_words(words: list[str], text: str) -> dict[str, Any]:
    meanings = {"pass_": say("passes"), "fail_": say("fails"), "abstain": say("decides nothing")}
    said: dict[str, list[str]] = {meaning: [] for meaning in meanings}
    for word in words:
        chosen = st.segmented_control(
            say("The answer “{word}”", word=plain(word)),
            list(meanings),
            format_func=meanings.__getitem__,
            key=shell.key_of("bring-word", [text, word]),
        )
        if chosen is not None:
            said[chosen].append(word)
    return dict(said)


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
    split = {
        name: [word.strip() for word in given.split(",") if word.strip()] for name, given in words.items()
    }
    return {name: value.strip() for name, value in names.items()} | split
