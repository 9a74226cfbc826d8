"""Import: a file says what it is, its columns what they hold, each value what it means; then it comes in."""

import streamlit as st

from labelcore.stages import importing
from labelcore.stages.importing import redacting
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.importing import beginning, columns, history, meaning, outcome, personal, several, source

MENU = ("Import", ":material/upload_file:")


def import_step_by_step(workspace: Workspace, file: source.SourceFile) -> None:
    """What it is, what is what, what each value means, what experts will see."""
    read = source.read(workspace, file)
    if read is None:
        return
    first, key = read
    left, right = st.columns([3, 2], gap="large")
    with left:
        chosen = columns.choose(first, key)
        mapping = several.by_criterion(chosen, key)
        description = personal.ask(workspace, key)
        preview = file.preview(workspace, description, mapping)
        mapping = mapping.model_copy(update={"gradings": preview.guessed.gradings})
        several.ask(preview, chosen, key)
        meanings = meaning.ask(preview, mapping, key)
    with right:
        outcome.show_outputs(preview, key)
        if description.finders:
            personal.show_found(redacting.found_in(description, preview.rows, mapping), len(preview.rows))
        source.warn(preview, beside=first)
        outcome.offer_import(outcome.ReadyFile(workspace, file, preview, mapping, description), meanings)


workspace = shell.open_page(
    "Import",
    "Import outputs from tables, JSON or other tools' exports, with the grades and feedback they carry.",
)
with shell.guard():
    batches = importing.imports(workspace)
    above = st.container()
    file = source.choose(workspace)
    if not batches:
        with above:
            beginning.offer(workspace, expanded=file is None and not workspace.project.task)
    done_key, result = st.session_state.get(keys.IMPORT_DONE, ("", None))
    if file and result and done_key == file.key:
        outcome.show_result(workspace, result)
        batches = importing.imports(workspace)
    elif file:
        import_step_by_step(workspace, file)
    else:
        source.show_formats(workspace)
    if batches:
        history.show(workspace, batches)
