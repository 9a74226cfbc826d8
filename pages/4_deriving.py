"""Criteria: notes become codes, codes become criteria, and each shows what it rests on."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import streamlit as st

from pages.widgets import keys, shell
from pages.widgets.codes import show_codes
from pages.widgets.criteria import show_criteria
from pages.widgets.drift import show_drift, show_lineage
from pages.widgets.glossary import show_glossary
from pages.widgets.library import show_library
from pages.widgets.probes import show_probes
from pages.widgets.rubric import show_lint, show_prompt

MENU = ("Criteria", ":material/checklist:")

place = shell.open_page("Criteria", "Notes become criteria; each one shows the notes it comes from.")
shown = {
    "Criteria": show_criteria,
    "Codes": show_codes,
    "Drift": show_drift,
    "Lint": show_lint,
    "From the prompt": show_prompt,
    "Family tree": show_lineage,
    "Glossary": show_glossary,
    "Probes": show_probes,
    "Library": show_library,
}
with shell.guard():
    tabs = st.tabs(list(shown), key=keys.RUBRIC, on_change="rerun")  # only the open one is computed
    for tab, show in zip(tabs, shown.values(), strict=True):
        if tab.open:
            with tab:
                show(place)
