"""Import: a file says what it is, its columns what they hold, each value what it means; then it comes in."""

import streamlit as st

from labelcore.messages import say
from labelcore.stages import importing
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.importing import beginning, columns, history, meaning, outcome, source

MENU = ("Import", ":material/upload_file:")


def import_step_by_step(place: Workspace, given: source.Given) -> None:
    """What it is, what is what, what each value means, what experts will see."""
    read = source.read(place, given)
    if read is None:
        return
    first, key = read
    left, right = st.columns([3, 2], gap="large")
    with left:
        mapping = columns.choose(first, key)
        seen = given.preview(place, mapping)
        meant = meaning.ask(seen, mapping, key)
    with right:
        outcome.show_outputs(seen, key)
        outcome.offer_import(place, given, seen, mapping, meant)


place = shell.open_page(
    "Import",
    "Outputs come in from tables, JSON, and the exports of other tools, with what people said of them.",
)
with shell.guard():
    batches = importing.imports(place)
    above = st.container()
    given = source.choose()
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
        with st.expander(say("Which files?")):
            st.text(", ".join(importing.importable()))
    if batches:
        history.show(place, batches)
