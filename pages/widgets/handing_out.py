"""How outputs are handed out: the queue's rules, and packs for people without a network."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from labelcore.stages import grading
from pages.widgets import keys, shell
from pages.widgets.shell import Place


def show_packs(place: Place) -> None:
    """Make a pack, and take in what comes back."""
    st.write(
        "A pack is one HTML file: the expert opens it in a browser, grades without a network, and "
        "sends back the file that its download button writes."
    )
    with st.form("pack"):
        who = st.text_input("Who grades it", place.annotator)
        n = st.number_input("How many outputs", 1, 5_000, 50)
        if st.form_submit_button("Make a pack"):
            with shell.guard():
                manifest, page = grading.make_pack(place.db, place.project, who, n=int(n))
            st.session_state[keys.PACK] = (f"pack-{who}-{manifest.pack}.html", page)
    if keys.PACK in st.session_state:
        name, page = st.session_state[keys.PACK]
        st.download_button(f"Download {name}", page, file_name=name, mime="text/html")
    back = st.file_uploader("Grades that came back", type=["json"])
    if back is not None:
        with shell.guard(), tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / Path(back.name).name
            file.write_bytes(back.getvalue())
            found = grading.merge_pack(place.db, place.project, file)
            st.success(
                f"{found.merged} acts of {found.annotator} came in, {found.known} were known "
                f"already, {found.kept_online} gave way to later grades online, "
                f"{len(found.refused)} were refused."
            )
            for own in found.refused[:20]:
                st.text(f"{own['id']}: {own['reason']}")


def show_rules(place: Place) -> None:
    """How outputs are handed out."""
    own = grading.rules_of(place.project)
    with st.form("rules"):
        many = st.number_input(
            "People on each output (0: everybody grades everything)", 0, 100, own.per_output or 0
        )
        minutes = st.number_input(
            "Minutes for which an output is held", 1.0, 1440.0, float(own.reserve_minutes)
        )
        share = st.number_input(
            "Percent that come back unannounced", 0, 50, round(100 * own.repeat_share)
        )
        criteria = st.checkbox("Ask for each accepted criterion too", own.ask_criteria)
        words = {"off": "never", "after": "after the grade is given", "first": "before the grade"}
        shown = st.selectbox(
            "Show what the chosen judges say", list(words), format_func=words.__getitem__,
            index=list(words).index(own.suggestions),
        )  # fmt: skip
        if st.form_submit_button("Save"):
            grading.set_rules(
                place.db, place.project, per_output=int(many) or None, reserve_minutes=minutes,
                repeat_share=share / 100, ask_criteria=criteria, suggestions=shown,
            )  # fmt: skip
            st.success("Saved; it holds from the next output on.")
