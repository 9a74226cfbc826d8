"""What experts will see, the import itself, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

from labelcore import messages
from labelcore.messages import paragraph, say
from labelcore.messages.catalogue import counted
from labelcore.models import Output, fact
from labelcore.stages import importing
from labelcore.stages.grading.presses import shown
from labelcore.stages.importing import Description, ImportResult, Mapping
from labelcore.workspace import Workspace
from pages.widgets import keys, next_step, shell
from pages.widgets.components import shown_output
from pages.widgets.downloads import once_asked
from pages.widgets.importing import history, personal, several
from pages.widgets.importing.meaning import ValueMeanings, given_meanings
from pages.widgets.importing.source import OF_THE_COMMAND, SourceFile

_WORTH = ("pass", "fail", "unsure")


def show_outputs(preview: importing.Preview, key: str) -> None:
    """The first three outputs, exactly as the card shows them."""
    mapping = preview.guessed
    if mapping.id and not mapping.output and any(signal.taken for signal in preview.seen):
        return  # of outputs that are here already
    st.subheader(say("3 This is what experts will see"))
    if not preview.outputs:
        st.write(say("No output yet: choose which column holds it."))
        return
    at = 0
    if len(preview.outputs) > 1:
        at = st.radio(
            say("Which output"),
            range(len(preview.outputs)),
            format_func=lambda place: str(place + 1),
            horizontal=True,
            label_visibility="collapsed",
            key=f"{key}-shown",
        )
    shown_output(shown(_output(preview.outputs[at])), shell.language(), key=f"{keys.IMPORT}-card")


def _output(row: dict[str, Any]) -> Output:
    return Output(
        id="preview",
        project_id="preview",
        text=row["text"],
        input=row["input"],
        context=row["context"],
        conversation=json.loads(row["conversation"] or "[]"),
        metadata=json.loads(row["metadata"] or "{}"),
    )


class ReadyFile(NamedTuple):
    """A file with what is what in it and what is taken out of it."""

    workspace: Workspace
    file: SourceFile
    preview: importing.Preview
    mapping: Mapping
    description: Description


def offer_import(ready: ReadyFile, meanings: Sequence[ValueMeanings]) -> None:
    """How much would come in, and the button; refused while a value has no meaning."""
    preview, mapping = ready.preview, ready.mapping
    n = preview.counts.get("outputs", 0)
    with st.container(border=True):
        st.write(paragraph(*_counted(preview, mapping, meanings)))
        undecided = [column for column in meanings if column.open]
        for column in undecided:
            name = (
                column.signal.name if column.signal.name != "overall" else mapping.grade or column.signal.name
            )
            st.warning(
                say("“{name}”: {n:,} values have no meaning yet.", name=shell.plain(name), n=column.open),
                icon=":material/help:",
            )
        are_asked = any(told.values["asked"] for told in several.facts(preview))
        has_rows = n or (not mapping.output and mapping.id and meanings)
        is_ready = bool(has_rows) and not undecided and not are_asked
        label = counted("Import one output", "Import {n:,} outputs", n=n) if n else say("Import")
        if st.button(label, type="primary", disabled=not is_ready, key=f"{keys.IMPORT}-go"):
            with st.spinner(say("Importing …")):
                whole = mapping.model_copy(update={"said": given_meanings(meanings)})
                result = ready.file.bring(ready.workspace, ready.description, whole)
            st.session_state[keys.IMPORT_DONE] = (ready.file.key, result)
            st.rerun()
        st.caption(say("Can be taken back as a whole."))


def _counted(preview: importing.Preview, mapping: Mapping, meanings: Sequence[ValueMeanings]) -> list[str]:
    n, leaves_out = preview.counts.get("outputs", 0), mapping.near_duplicates == "leave out"
    lines = [counted("One output.", "{n:,} outputs.", n=n)]
    if not mapping.output:
        lines = []
    if not mapping.output and mapping.id and meanings:
        lines = [
            say("Only grades, verdicts or feedback on outputs that are here already, found by their id.")
        ]
    lines += map(_column_words, meanings)
    if mapping.output and (repeats := preview.counts.get("repeated", 0)):
        lines.append(counted("One row repeats another.", "{n:,} rows repeat others.", n=repeats))
    if same_input := preview.counts.get("same_input", 0):
        lines.append(
            say(
                "{n:,} outputs share their input with another: they stay together in every split.",
                n=same_input,
            )
        )
    if near_duplicates := preview.counts.get("near", 0):
        left_out = counted(
            "One output says the same as another but for case, blanks and punctuation: it is left out.",
            "{n:,} outputs say the same as another but for case, blanks and punctuation: they are left out.",
            n=near_duplicates,
        )
        lines.append(
            left_out if leaves_out else messages.sentence(fact("near_duplicates", n=near_duplicates))
        )
    if rejected := preview.counts.get("apart", 0):
        lines.append(counted("One row is kept apart.", "{n:,} rows are kept apart.", n=rejected))
    return lines


def _column_words(column: ValueMeanings) -> str:
    """How many rows a column has a grade, a verdict or feedback in, and whose they are."""
    n, signal = sum(map(column.rows, _WORTH)), column.signal
    name, graders = shell.plain(signal.name), [f"“{shell.plain(who)}”" for who in signal.people[:3] if who]
    if signal.kind == "feedback":
        return say("{n:,} rows with feedback “{name}”.", n=n, name=name)
    if signal.kind == "verdict" and not name:
        return say("{n:,} rows with a verdict.", n=n)
    if signal.kind == "verdict":
        return say("{n:,} rows with a verdict of “{name}”.", n=n, name=name)
    if not graders:
        return say("{n:,} rows with a grade.", n=n)
    who = messages.listed(graders) + (" …" if len(signal.people) > 3 else "")
    return say("{n:,} rows with a grade by {who}.", n=n, who=who)


def show_result(workspace: Workspace, result: ImportResult) -> None:
    """What came in, what was kept apart, and what is next."""
    batch = result.batch
    st.success(history.batch_words(batch), icon=":material/check:")
    shell.warn(
        [messages.sentence(warning) for warning in result.warnings if warning.code not in OF_THE_COMMAND]
    )
    if result.rejected:
        st.subheader(say("Rows kept apart"))
        shell.table([row.model_dump() | {"reason": say(row.reason)} for row in result.rejected[:100]])
        history.offer_rejected(workspace, batch, key="result")
    if result.key_file:
        _show_key(workspace, result)
    if next_step.offer_next(workspace).kind in {"draw", "grade"}:
        shell.go("2_sampling.py", "Or draw a sample first")
    warning = st.container()  # as wide as the page: beside the buttons it would be squeezed
    with st.container(horizontal=True):
        if st.button(say("Import another file"), key=f"{keys.IMPORT}-again"):
            _start_over()
            st.rerun()
        if history.offer_undo(workspace, batch, key="result", above=warning):
            _start_over()
            st.rerun()


def _show_key(workspace: Workspace, result: ImportResult) -> None:
    """How much was taken out, and the key: where it lies, for who sits here also as a file."""
    batch, key = result.batch, Path(str(result.key_file))
    st.subheader(say("Personal data that was taken out"))
    if batch.redacted:
        personal.show_counts(batch.redacted)
    else:
        st.write(say("Nothing that points at a person was found."))
    if not key.exists():
        return
    if not workspace.here:
        st.write(say("The key is kept beside the database; whoever looks after the server has it."))
        return
    st.text(say("The key: {path}", path=key))
    st.download_button(
        say("Download the key"),
        once_asked(workspace, key.read_bytes),
        file_name=key.name,
        key=f"{keys.IMPORT}-key-file",
    )


def _start_over() -> None:
    st.session_state.pop(keys.IMPORT_DONE, None)
    st.session_state[keys.IMPORT_ROUND] = st.session_state.get(keys.IMPORT_ROUND, 0) + 1
