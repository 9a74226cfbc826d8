"""Import: outputs come in from a file, with the grades and notes beside them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import pandas as pd
import streamlit as st

from labelcore import messages
from labelcore.stages import importing
from pages.widgets import shell

MENU = ("Import", ":material/upload_file:")

FIELDS = {
    "output": "Output (required)",
    "input": "Input",
    "context": "Context",
    "conversation": "Conversation",
    "id": "Id",
    "group": "Group (rows of one source)",
    "model": "Model",
    "prompt_version": "Prompt version",
    "grade": "Grade (pass or fail)",
    "note": "Note",
    "annotator": "Annotator",
}
NOTHING = "(none)"


def chosen_mapping(preview: importing.Preview) -> importing.Mapping:
    """The guessed mapping, changed by select boxes."""
    st.subheader("Which column is what?")
    options = [NOTHING, *preview.columns]
    picked: dict[str, str | None] = {}
    columns = st.columns(3)
    for number, (field, label) in enumerate(FIELDS.items()):
        guess = getattr(preview.guessed, field)
        at = options.index(guess) if guess in options else 0
        value = columns[number % 3].selectbox(label, options, index=at, key=f"map-{field}")
        picked[field] = None if value == NOTHING else value
    sure = picked["id"] == preview.guessed.id and preview.guessed.id_is_guess
    return importing.Mapping(**picked, id_is_guess=sure)


def show_result(result: importing.ImportResult) -> None:
    """What came in and what was kept apart."""
    batch = result.batch
    st.success(
        f"Read {batch.rows_read:,} rows: {batch.outputs_new:,} new outputs, "
        f"{batch.outputs_known:,} known from before, {batch.duplicates:,} repeated within the file, "
        f"{batch.grades_new:,} grades."
    )
    shell.warn([messages.sentence(told) for told in result.warnings])
    if result.rejected:
        st.warning(f"{batch.rows_rejected:,} rows were kept apart; the others came in.")
        st.dataframe(pd.DataFrame([row.model_dump() for row in result.rejected]), hide_index=True)


*others, last = importing.importable()
place = shell.open_page(
    "Import", "{others} or {last}; grades and notes may be in it.", others=", ".join(others), last=last
)
upload = st.file_uploader("Choose a file", type=None)
path = st.text_input("… or a path or glob on the server", placeholder="outputs/*.jsonl")
with shell.guard():
    if upload is not None or path.strip():
        preview = (
            importing.preview(place, path.strip())
            if upload is None
            else importing.preview_bytes(place, upload.name, upload.getvalue())
        )
        shell.warn([messages.sentence(told) for told in preview.warnings])
        mapping = chosen_mapping(preview)
        if mapping.grade and mapping.grade == preview.guessed.grade:
            told = ", ".join(f"{word} is {value}" for word, value in preview.grade_words.items())
            st.text(f"Grades: {told}")
        st.subheader(f"First rows of {preview.rows_read:,}")
        st.dataframe(pd.DataFrame(list(preview.rows)[:8]), hide_index=True)
        if st.button("Import", type="primary", disabled=mapping.output is None and mapping.id is None):
            with st.spinner("Importing …"):
                show_result(
                    importing.import_file(place, path.strip(), mapping)
                    if upload is None
                    else importing.import_bytes(place, upload.name, upload.getvalue(), mapping)
                )
            shell.go("2_sampling.py", "Next: draw a sample")
    history = importing.imports(place)
    if history:
        st.subheader("Imports so far")
    for batch in history:
        line = (
            f"{batch.at:%Y-%m-%d %H:%M} — {batch.file_name}: {batch.outputs_new:,} new, "
            f"{batch.rows_rejected:,} kept apart"
        )
        with st.expander(shell.plain(line)):
            st.json(batch.model_dump(mode="json"), expanded=False)
            if batch.rows_rejected:
                st.download_button(
                    "Rows kept apart (CSV)",
                    importing.rejected_csv(place.db, batch.id),
                    file_name=f"rejected-{batch.file_name}.csv",
                    key=f"rejected-{batch.id}",
                )
