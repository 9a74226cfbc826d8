"""Trust: one answer in plain words, why, and the figures behind it; to keep as a file."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import streamlit as st

from labelcore.stages import aligning, reporting
from pages.widgets import shell
from pages.widgets.alignment import show_rates
from pages.widgets.trust import (
    offer_report,
    show_answer,
    show_comparison,
    show_judges,
    show_slices,
    show_timeline,
)

MENU = ("Trust", ":material/verified:")

place = shell.open_page(
    "Can I trust this number?", "How good everything is, and what speaks for and against that figure."
)
with shell.guard():
    report = aligning.align(place, split="all")
    if not report.n_grades:
        st.info("Nothing can be said yet: no output has a pass or a fail. Grade some first.")
        shell.go("3_grading.py", "Grade")
        st.stop()
    show_answer(reporting.trust(place, report=report))
    show_rates(report)
    show_judges(report)
    show_slices(place)
    show_timeline(place)
    show_comparison(place)
    offer_report(place)
