"""The examples of a prompt: those that it shows, and more of the train split, searched or suggested."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from labelcore.judges.judge_prompt import TrainExample
from labelcore.messages import say
from labelcore.messages.lines.refining.prompts import elsewhere_words
from labelcore.stages.refining.examples import ExamplePair, Why, find_examples
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.judging import drafting
from pages.widgets.judging.drafting import WrittenDraft
from pages.widgets.shell import plain

_SUGGESTED = 3
_FOUND = 4


def show(workspace: Workspace, written: WrittenDraft) -> None:
    """What is shown on the left, what could be on the right."""
    left, right = st.columns([2, 3])
    with left:
        st.markdown(f"**{say('The judge is shown')}**")
        if not written.draft.examples:
            st.write(say("No example yet. Take some of those that are offered."))
        for example in written.draft.examples:
            _show_one(written, example, f"drop-{example.output_id}")
    with right:
        words = st.text_input(say("Search the graded outputs of train"), key=keys.PROMPT_SEARCH)
        limit = _FOUND if words.strip() else _SUGGESTED
        report = find_examples(workspace, written.version, search=words, limit=limit)
        if not words.strip():
            shell.aside(say("Suggested: its list to mend, then fails that differ from each other."))
        if not report.pairs:
            st.write(say("Nothing in train can be shown."))
        for pair in report.pairs:
            _show_pair(written, pair)
        if report.elsewhere:
            shell.aside(elsewhere_words(report))


def add(written: WrittenDraft, *new: TrainExample) -> None:
    """Show these too."""
    known_ids = {example.output_id for example in written.draft.examples}
    added = [example for example in new if example.output_id not in known_ids]
    _keep(written, [*written.draft.examples, *added])


def _keep(written: WrittenDraft, examples: list[TrainExample]) -> None:
    drafting.keep(replace(written, draft=written.draft.with_examples(examples)))
    shell.again()


def _show_pair(written: WrittenDraft, pair: ExamplePair) -> None:
    words: dict[Why, str] = {
        "to mend": say("On its list to mend"),
        "differs from the others": say("Unlike the others"),
        "found": say("Found"),
    }
    examples = [pair.example, *filter(None, [pair.beside])]
    with st.container(border=True):
        shell.aside(words[pair.why])
        for place, example in zip(st.columns(2), examples, strict=False):
            with place:
                _show_one(written, example, f"take-{pair.example.output_id}-{example.output_id}")
        new = [example for example in examples if not _is_shown(written, example)]
        key = f"take-pair-{pair.example.output_id}"
        if len(new) > 1 and st.button(say("Show both"), key=key):
            add(written, *new)


def _show_one(written: WrittenDraft, example: TrainExample, key: str) -> None:
    good, is_taken = example.verdict == "pass", key.startswith("drop")
    badge = f":{'green' if good else 'red'}-badge[{say(example.verdict)}]"
    st.markdown(f"{badge} {plain(example.note)}")
    st.code(example.text, language=None, wrap_lines=True)
    if is_taken:
        if st.button(say("Take it out"), key=key, type="tertiary"):
            _keep(written, [other for other in written.draft.examples if other != example])
    elif _is_shown(written, example):
        shell.aside(say("It is shown already."))
    elif st.button(say("Show this one"), key=key, type="tertiary"):
        add(written, example)


def _is_shown(written: WrittenDraft, example: TrainExample) -> bool:
    return any(example.output_id == other.output_id for other in written.draft.examples)
