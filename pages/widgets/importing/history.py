"""The imports so far: what was read as what, rows kept apart, keeping a mapping, taking one back."""

from __future__ import annotations

import streamlit as st

from labelcore import messages
from labelcore.errors import BadInput
from labelcore.messages import say
from labelcore.messages.catalogue import counted
from labelcore.models import ImportBatch
from labelcore.stages import importing
from labelcore.workspace import Workspace
from pages.widgets import keys, shell, telling
from pages.widgets.downloads import once_asked
from pages.widgets.importing import personal
from pages.widgets.importing.columns import labels
from pages.widgets.importing.meaning import words

_PAGE, _VALUES = 8, 100


def show(place: Workspace, batches: list[ImportBatch]) -> None:
    """Each import, the newest first; one that is open says how it was read."""
    st.subheader(say("Imports so far"))
    for batch in shell.page_of(batches, _PAGE, f"{keys.IMPORT}-history"):
        line = f"{batch.at:%Y-%m-%d %H:%M} · {batch.file_name}: {came(batch)}"
        with st.expander(shell.plain(line)):
            _show_reading(importing.Mapping.model_validate(batch.mapping))
            if batch.redacted:
                personal.show_counts(batch.redacted)
            if batch.rows_rejected:
                offer_rejected(place, batch, key="history")
            _offer_to_keep(place, batch)
            if offer_undo(place, batch, key="history"):
                st.rerun()


def came(batch: ImportBatch) -> str:
    """What an import brought: outputs and grades always, else only what there was."""
    told = [counted("one new output", "{n:,} new outputs", n=batch.outputs_new)]
    if batch.outputs_known:
        told.append(counted("one known from before", "{n:,} known from before", n=batch.outputs_known))
    if batch.duplicates:
        told.append(counted("one row repeated", "{n:,} rows repeated", n=batch.duplicates))
    told.append(counted("one grade", "{n:,} grades", n=batch.grades_new))
    if batch.verdicts_new:
        told.append(counted("one verdict", "{n:,} verdicts", n=batch.verdicts_new))
    if batch.feedback_new:
        told.append(
            counted("one piece of user feedback", "{n:,} pieces of user feedback", n=batch.feedback_new)
        )
    if batch.rows_rejected:
        told.append(counted("one row kept apart", "{n:,} rows kept apart", n=batch.rows_rejected))
    rows = counted("Of one row", "Of {n:,} rows", n=batch.rows_read)
    return say("{rows}: {told}.", rows=rows, told=messages.listed(told))


def _show_reading(mapping: importing.Mapping) -> None:
    named = labels()
    read = [(named[name], column) for name, column in mapping.named().items()]
    read += [(say("Grade: {name}", name=told.criterion), told.column) for told in mapping.gradings]
    read += [(say("Verdicts: {name}", name=name), column) for name, column in mapping.verdicts.items()]
    read += [(say("Feedback: {name}", name=name), column) for name, column in mapping.feedback.items()]
    shell.table([{say("what"): what, say("column"): column} for what, column in read])
    values = [
        {
            say("of"): _signal(what),
            say("value"): value,
            say("counts as"): words(what.partition(" ")[0])[meaning],
        }
        for what, told in mapping.meanings.items()
        for value, meaning in list(told.items())[:_VALUES]
    ]
    if values:
        shell.table(values)


def _signal(what: str) -> str:
    kind, _, name = what.partition(" ")
    kinds = {"grade": say("Grade"), "verdict": say("Verdict"), "feedback": say("Feedback")}
    told = kinds.get(kind, kind)
    return told if name == "overall" else say("{what}: {name}", what=told, name=name)


def offer_rejected(place: Workspace, batch: ImportBatch, key: str) -> None:
    """The rows that were kept apart, as a file."""
    st.download_button(
        say("Rows kept apart (CSV)"),
        once_asked(place, lambda: importing.rejected_csv(place.db, batch.id)),
        file_name=f"rejected-{batch.file_name}.csv",
        mime="text/csv",
        key=f"{keys.IMPORT}-{key}-apart-{batch.id}",
    )


def _offer_to_keep(place: Workspace, batch: ImportBatch) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            say("Keep this mapping as"),
            placeholder=say("weekly export"),
            width=300,
            key=f"{keys.IMPORT}-keep-name-{batch.id}",
        ).strip()
        if st.button(say("Keep"), disabled=not name, key=f"{keys.IMPORT}-keep-{batch.id}"):
            importing.keep_mapping(place, batch.id, name)
            st.toast(say("Kept: it is proposed for the next file with these columns."))


def offer_undo(place: Workspace, batch: ImportBatch, key: str) -> bool:
    """Take an import back; asks once more where people have graded its outputs. True once it is done."""
    name = f"{keys.IMPORT}-{key}-undo-{batch.id}"
    warning = st.session_state.get(f"{name}-warning", False)
    if warning:
        st.warning(
            say(
                "People have graded outputs of this import: their grades stay, and count when the outputs do."
            ),
            icon=":material/warning:",
        )
    label = say("Take it back all the same") if warning else say("Take this import back")
    if not st.button(label, icon=":material/undo:", key=f"{name}-{warning}"):
        return False
    try:
        result = importing.undo(place, batch.id, graded_too=warning)
    except BadInput:
        st.session_state[f"{name}-warning"] = True
        st.rerun()
    telling.tell_next(
        say("{name} was taken back: {n:,} outputs are gone.", name=result.file_name, n=result.outputs)
    )
    return True
