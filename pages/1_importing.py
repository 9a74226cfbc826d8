"""Import: a file says what it is, its columns what they hold, each value what it means; then it comes in."""

import streamlit as st

from labelcore.stages import importing
from labelcore.stages.importing import redacting
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.importing import beginning, columns, history, meaning, outcome, personal, source

MENU = ("Import", ":material/upload_file:")


def import_step_by_step(place: Workspace, given: source.GivenFile) -> None:
    """What it is, what is what, what each value means, what experts will see."""
    read = source.read(place, given)
    if read is None:
        return
    first, key = read
    left, right = st.columns([3, 2], gap="large")
    with left:
        mapping = columns.choose(first, key)
        hidden = personal.ask(place, key)
        seen = given.preview(place, hidden, mapping)
        meant = meaning.ask(seen, mapping, key)
    with right:
        outcome.show_outputs(seen, key)
        if hidden.finders:
            personal.show_found(redacting.found_in(hidden, seen.rows, mapping), len(seen.rows))
        outcome.offer_import(outcome.ReadyFile(place, given, seen, mapping, hidden), meant)


place = shell.open_page(
    "Import",
    "Import outputs from tables, JSON or other tools' exports, with the grades and feedback they carry.",
)
with shell.guard():
    batches = importing.imports(place)
    above = st.container()
    given = source.choose(place)
    if not batches:
        with above:
            beginning.offer(place, expanded=given is None and not place.project.task)
    done_key, result = st.session_state.get(keys.IMPORT_DONE, ("", None))
    if given and result and done_key == given.key:
        outcome.show_result(place, result)
        batches = importing.imports(place)
    elif given:
        import_step_by_step(place, given)
    else:
        source.show_formats(place)
    if batches:
        history.show(place, batches)
