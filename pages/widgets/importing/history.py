"""The imports so far: what was read as what, rows kept apart, keeping a mapping, taking one back."""

from __future__ import annotations

from typing import Any

import streamlit as st

from labelcore import messages
from labelcore.errors import BadInput
from labelcore.messages import say
from labelcore.messages.catalogue import counted
from labelcore.models import ImportBatch
from labelcore.stages import importing
from labelcore.stages.importing.previewing import SIGNALS
from labelcore.text.showing import clock
from labelcore.workspace import Workspace
from pages.widgets import keys, shell, telling
from pages.widgets.downloads import once_asked
from pages.widgets.importing import personal
from pages.widgets.importing.columns import labels
from pages.widgets.importing.meaning import words

_PAGE, _VALUES = 8, 100


def show(workspace: Workspace, batches: list[ImportBatch]) -> None:
    """Each import, the newest first; one that is open says how it was read."""
    st.subheader(say("Imports so far"))
    for batch in shell.page_of(batches, _PAGE, f"{keys.IMPORT}-history"):
        line = f"{clock(batch.at)} · {batch.file_name}: {batch_words(batch)}"
        with st.expander(shell.plain(line)):
            _show_reading(importing.Mapping.model_validate(batch.mapping))
            if batch.redacted:
                personal.show_counts(batch.redacted)
            if batch.rows_rejected:
                offer_rejected(workspace, batch, key="history")
            _offer_to_keep(workspace, batch)
            if offer_undo(workspace, batch, key="history"):
                st.rerun()


def batch_words(batch: ImportBatch) -> str:
    """What an import brought: outputs and grades always, else only what there was."""
    parts = [counted("one new output", "{n:,} new outputs", n=batch.outputs_new)]
    if batch.outputs_known:
        parts.append(counted("one known from before", "{n:,} known from before", n=batch.outputs_known))
    if batch.duplicates:
        parts.append(counted("one row repeated", "{n:,} rows repeated", n=batch.duplicates))
    parts.append(counted("one grade", "{n:,} grades", n=batch.grades_new))
    if batch.verdicts_new:
        parts.append(counted("one verdict", "{n:,} verdicts", n=batch.verdicts_new))
    if batch.feedback_new:
        parts.append(
            counted("one piece of user feedback", "{n:,} pieces of user feedback", n=batch.feedback_new)
        )
    if batch.rows_rejected:
        parts.append(counted("one row kept apart", "{n:,} rows kept apart", n=batch.rows_rejected))
    rows = counted("Of one row", "Of {n:,} rows", n=batch.rows_read)
    return say("{rows}: {told}.", rows=rows, told=messages.listed(parts))


def _show_reading(mapping: importing.Mapping) -> None:
    names = labels()
    rows = [(names[name], column) for name, column in mapping.named().items()]
    rows += [(say("Grade: {name}", name=grading.criterion), grading.column) for grading in mapping.gradings]
    rows += [(say("Verdicts: {name}", name=name), column) for name, column in mapping.verdicts.items()]
    rows += [(say("Feedback: {name}", name=name), column) for name, column in mapping.feedback.items()]
    shell.table([{say("what"): role, say("column"): column} for role, column in rows])
    values = [
        {
            say("of"): _signal(role),
            say("value"): value,
            say("counts as"): words(role.partition(" ")[0])[meaning],
        }
        for role, grading in mapping.meanings.items()
        for value, meaning in list(grading.items())[:_VALUES]
    ]
    if values:
        shell.table(values)


def _signal(signal: str) -> str:
    kind, _, name = signal.partition(" ")
    label = say(SIGNALS.get(kind, kind))
    return label if name == "overall" else say("{what}: {name}", what=label, name=name)


def offer_rejected(workspace: Workspace, batch: ImportBatch, key: str) -> None:
    """The rows that were kept apart, as a file."""
    st.download_button(
        say("Rows kept apart (CSV)"),
        once_asked(workspace, lambda: importing.rejected_csv(workspace.db, batch.id)),
        file_name=f"rejected-{batch.file_name}.csv",
        mime="text/csv",
        key=f"{keys.IMPORT}-{key}-apart-{batch.id}",
    )


def _offer_to_keep(workspace: Workspace, batch: ImportBatch) -> None:
    # A form: a press counts although the name is still being typed, as one on a disabled button does not.
    with (
        st.form(f"{keys.IMPORT}-keep-form-{batch.id}", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        name = st.text_input(
            say("Keep this mapping as"),
            placeholder=say("weekly export"),
            width=300,
            key=f"{keys.IMPORT}-keep-name-{batch.id}",
        ).strip()
        if not st.form_submit_button(say("Keep"), key=f"{keys.IMPORT}-keep-{batch.id}"):
            return
        if name:
            importing.keep_mapping(workspace, batch.id, name)
            st.toast(say("Kept: it is proposed for the next file with these columns."))
        else:
            st.toast(say("Type a name first."))


def offer_undo(workspace: Workspace, batch: ImportBatch, key: str, above: Any = st) -> bool:
    """Take an import back; asks once more where people have graded its outputs, with a warning ``above``.
    True once it is done.
    """
    name = f"{keys.IMPORT}-{key}-undo-{batch.id}"
    warning = st.session_state.get(f"{name}-warning", False)
    if warning:
        above.warning(
            say(
                "People have graded outputs of this import: their grades stay, and count when the outputs do."
            ),
            icon=":material/warning:",
        )
    label = say("Take it back all the same") if warning else say("Take this import back")
    if not st.button(label, icon=":material/undo:", key=f"{name}-{warning}"):
        return False
    try:
        result = importing.undo(workspace, batch.id, graded_too=warning)
    except BadInput:
        st.session_state[f"{name}-warning"] = True
        st.rerun()
    telling.tell_next(
        say("{name} was taken back: {n:,} outputs are gone.", name=result.file_name, n=result.outputs)
    )
    return True
