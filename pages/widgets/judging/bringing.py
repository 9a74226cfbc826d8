"""A prompt that judges elsewhere, pasted or as a file: how it is read, what is asked, kept as a judge."""

from __future__ import annotations

from typing import Any

import streamlit as st

from labelcore.messages import paragraph, say, sentence
from labelcore.messages.lines.bringing import answer_words, slot_words
from labelcore.models import OVERALL
from labelcore.settings import settings
from labelcore.stages import judging
from labelcore.stages.deriving import editing
from labelcore.stages.judging.bringing.asked import BringingOrder
from labelcore.stages.judging.bringing.prompts import BroughtPrompt, BroughtVariable, bring, look
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.shell import plain

_LONGEST = 100_000


def show(workspace: Workspace) -> None:
    """Paste, see how it is read, say what is asked, keep."""
    st.markdown(f"#### {say('Bring a prompt')}")
    text = _text()
    if not text.strip():
        st.write(
            say(
                "Paste a prompt that you judge with elsewhere: a text with variables, messages as JSON or "
                "YAML, or the source that holds it. Its words stay as they are."
            )
        )
        _show_kept(workspace)
        return
    criterion_id = _criterion(workspace)
    guess = look(workspace, text, criterion=criterion_id)
    if guess.family:
        shell.aside(say("A prompt as {family} has them.", family=guess.family))
    answers = _variables(guess, text) | _answers(guess, text)
    order = BringingOrder.model_validate(answers | _whom())
    prompt = look(workspace, text, criterion=criterion_id, order=order)
    _tell(prompt)
    _keep(workspace, text, criterion_id, prompt, order)
    _show_kept(workspace)


def _text() -> str:
    """What is pasted, or what a file holds."""
    file = st.file_uploader(say("The prompt as a file"), key=keys.BRING_FILE, max_upload_size=1)
    if file is not None:
        return file.getvalue().decode("utf-8-sig", "replace")
    return st.text_area(
        say("or pasted"),
        key=keys.BRING_TEXT,
        height=180,
        max_chars=_LONGEST,
        placeholder="{question} {answer}",
    )


def _criterion(workspace: Workspace) -> str:
    """The id of a criterion, or overall."""
    names = {OVERALL: say(OVERALL)}
    names |= {item.id: say(item.name) for item in editing.list_criteria(workspace, status="accepted")}
    chosen: str = shell.choose(say("It decides"), names, key=keys.BRING_CRITERION)
    return chosen


def _tell(prompt: BroughtPrompt) -> None:
    """What is known of its threshold, what is not taken over, and the whole of it about one output."""
    if prompt.threshold.says:
        st.write(plain(sentence(prompt.threshold.says)))
    for notice in prompt.notices:
        icon = ":orange[:material/warning:] " if notice.code != "foreign_own_form" else ""
        st.write(f"{icon}{plain(sentence(notice))}")
    if prompt.rendered:
        with st.expander(say("As the model sees it, about the first output"), expanded=not prompt.questions):
            for message in prompt.rendered:
                shell.aside(message["role"])
                st.code(message["content"], language=None, wrap_lines=True)


def _keep(
    workspace: Workspace, text: str, criterion_id: str, prompt: BroughtPrompt, order: BringingOrder
) -> None:
    for question in prompt.questions:
        if question.code not in _CHOSEN:
            st.write(plain(sentence(question)))
    if any(question.code in _CHOSEN for question in prompt.questions):
        st.write(say("A choice above is still open."))
    no_model = not settings().all_endpoints
    if no_model:
        st.info(say("No model is connected: the prompt can be looked at, and kept once there is one."))
    label = say("Keep it and fit its threshold") if _fits(prompt) else say("Keep it as a judge")
    disabled = bool(prompt.questions) or no_model
    if st.button(label, type="primary", key=keys.BRING_KEEP, disabled=disabled):
        with shell.guard(), st.spinner(say("Asking the model for scores of graded outputs …")):
            kept = bring(workspace, text, criterion=criterion_id, order=order)
        st.session_state.pop(keys.JUDGE_TABLE_KEPT, None)
        st.session_state[keys.BROUGHT] = kept
        st.rerun()


def _fits(prompt: BroughtPrompt) -> bool:
    return prompt.threshold.says.code == "threshold_to_fit"


def _show_kept(workspace: Workspace) -> None:
    """What was kept last, and the test that it needs."""
    kept: BroughtPrompt | None = st.session_state.get(keys.BROUGHT)
    if kept is None or not kept.judge:
        return
    lines = [say("Kept as “{judge}”, version {version}.", kept)]
    lines += [sentence(kept.threshold.says)] if kept.threshold.says else []
    st.success(plain(paragraph(*lines)))
    version = judging.find_judge(workspace, kept.judge)
    with st.container(horizontal=True):
        for view, words in (("how", say("Open the judge")), ("hardness", say("Test its hardness"))):
            if st.button(words, key=f"brought-{view}"):
                del st.session_state[keys.BROUGHT]
                st.query_params[keys.JUDGE], st.query_params[keys.JUDGE_VIEW] = version.id, view
                st.rerun()


_TEXT = "text:"
_CHOSEN = frozenset(
    f"foreign_{what}_asked" for what in ("variable", "form", "words", "direction", "threshold")
)
"""What is asked by a separate field."""


def _variables(prompt: BroughtPrompt, text: str) -> dict[str, Any]:
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
    return say("{{{name}}}: {n} of {of} outputs have it", variable, n=variable.filled)


def _whom() -> dict[str, str]:
    """The endpoint, where there are several, and the judge's name."""
    fields = {
        "name": st.text_input(
            say("The judge's name"), key=keys.BRING_NAME, max_chars=80, placeholder=say("optional")
        )
    }
    if len(endpoints := settings().all_endpoints) > 1:
        fields["endpoint"] = st.selectbox(say("Endpoint to ask"), list(endpoints), key=keys.BRING_ENDPOINT)
    return fields


def _answers(prompt: BroughtPrompt, text: str) -> dict[str, Any]:
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
        lower = shell.choose(say("Which scores are better?"), directions, st.radio, index=None, key=key)
        fields |= {} if lower is None else {"lower_passes": lower}
    if prompt.answer and prompt.answer.numeric and not words:
        less = fields.get("lower_passes", not prompt.answer.higher_passes)
        fields |= _threshold(
            prompt, text, say("Scores up to this pass") if less else say("Scores from this on pass")
        )
    return fields


def _threshold(prompt: BroughtPrompt, text: str, label: str) -> dict[str, float]:
    answer = prompt.answer
    value = st.number_input(
        label,
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
        chosen = shell.choose(
            say("The answer “{word}”", word=plain(word)),
            meanings,
            st.segmented_control,
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
