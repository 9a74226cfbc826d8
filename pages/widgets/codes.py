"""Codes: what each note says. Typing another label in the table moves a quote, renames, or merges."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from labelcore.stages import deriving
from pages.widgets import shell
from pages.widgets.shell import Place, plain


def show_codes(place: Place) -> None:
    """Propose codes, correct them quote by quote, merge them, and make criteria of them."""
    if st.button("Give codes to notes that have none", type="primary"):
        with st.spinner("Reading the notes …"):
            deriving.propose_codes(place.db, place.project, author=place.annotator)
    found = deriving.list_codes(place.db, place.project)
    if not found:
        st.info("No note carries a code yet. Fail some outputs, say why, and give codes.")
        shell.go("3_grading.py", "Grade")
        return
    rows = [
        {"code": own.code.label, "outputs": own.outputs, "people": own.people,
         "state": own.code.state, "e.g.": own.quotes[0].text}
        for own in found
    ]  # fmt: skip
    st.write("Choose codes to merge them, to say that they are right, or to make a criterion of them.")  # fmt: skip
    picked = st.dataframe(
        pd.DataFrame(rows), hide_index=True, on_select="rerun", selection_mode="multi-row",
        key=shell.key_of("codes", [own.code.id for own in found]),
    )  # fmt: skip
    if chosen := [found[at] for at in picked.selection.rows]:
        _with_chosen(place, chosen)
    _quotes(place, found)


def _with_chosen(place: Place, chosen: list[deriving.Coded]) -> None:
    ids = [own.code.id for own in chosen]
    with st.container(horizontal=True):
        if len(ids) > 1 and st.button("Merge into the first", key=shell.key_of("merge", ids)):
            deriving.merge_codes(place.db, place.project, ids, author=place.annotator)
            st.rerun()
        for label, state in (("They are right", "accepted"), ("Drop", "dropped")):
            if st.button(label, key=shell.key_of(state, ids)):
                for own in ids:
                    deriving.change_code(
                        place.db, place.project, own, state=state, author=place.annotator
                    )
                st.rerun()
    with st.form("criterion-of-codes"):
        name = st.text_input("Name of the criterion", chosen[0].code.label)
        statement = st.text_input("What makes an output good")
        if st.form_submit_button("Make a criterion of these codes"):
            with shell.guard():
                made = deriving.criterion_from_codes(
                    place.db, place.project, ids, name=name, statement=statement,
                    author=place.annotator,
                )  # fmt: skip
            st.success(plain(f"{made.name} rests on {len(made.evidence)} quotes."))


def _quotes(place: Place, found: list[deriving.Coded]) -> None:
    st.subheader("Quotes")
    st.write(
        "Type another label to move a quote: a known label joins that code, a new one makes a code. "
        "The least sure come first."
    )
    quotes = sorted(
        ((own.code.label, quote) for own in found for quote in own.quotes),
        key=lambda pair: 2.0 if pair[1].sure is None else pair[1].sure,
    )
    table = pd.DataFrame(
        [{"quote": q.text, "code": label, "sure": q.sure} for label, q in quotes]
    )  # fmt: skip
    edited = st.data_editor(
        table, hide_index=True, disabled=["quote", "sure"], key=shell.key_of("quotes", [f"{label} {q.grade_id} {q.text}" for label, q in quotes]),
        column_config={"sure": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)},
    )  # fmt: skip
    moved = [at for at in range(len(table)) if edited["code"][at] != table["code"][at]]
    if moved and st.button(f"Save {len(moved)} moved quotes", type="primary"):
        with shell.guard():
            for at in moved:
                quote = quotes[at][1]
                deriving.move_quote(
                    place.db, place.project, quote.grade_id, quote.text,
                    str(edited["code"][at] or ""), author=place.annotator,
                )  # fmt: skip
        st.rerun()
