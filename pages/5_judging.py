"""Judges: candidates for each criterion, run over the outputs."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import pandas as pd
import streamlit as st

from labelcore.settings import settings
from labelcore.stages import judging
from pages.widgets import running, shell

place = shell.open_page("Judges", "Automatic checks, each deciding one criterion on every output.")
with shell.guard():
    if not settings().has_model:
        st.caption(
            "No model is configured: code checks and learned judges are fitted to the grades."
        )
    left, right = st.columns(2)
    if left.button("Propose judges", type="primary", width="stretch"):
        with st.spinner("Fitting candidates to the grades …"):
            found = judging.propose(place.db, place.project, offline=not settings().has_model)
        if found:
            st.success(f"{len(found)} candidates are proposed.")
        else:
            st.info("Nothing can be fitted yet: it takes some passed and some failed outputs.")
    if right.button("Run judges on all outputs", width="stretch"):
        running.start(place.db, place.project, None)
    running.watch(place.db, place.project)
    judges = judging.list_judges(place.db, place.project)
    if not judges:
        st.info("There are no judges yet: accept criteria, then propose judges.")
        st.stop()
    for criterion in dict.fromkeys(own.criterion for own in judges):
        st.subheader(shell.plain(criterion))
        own = [judge for judge in judges if judge.criterion == criterion]
        names = ("name", "kind", "passes", "fails", "abstains", "errors", "stale", "description")
        table = pd.DataFrame([{name: getattr(judge, name) for name in names} for judge in own])
        st.dataframe(table, hide_index=True, width="stretch")
    shell.go("6_aligning.py", "Next: alignment")
