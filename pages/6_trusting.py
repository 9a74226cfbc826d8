"""Trust: one answer in plain words, why, and the figures behind it; to keep as a file."""

import streamlit as st

from labelcore.stages import aligning
from labelcore.stages.reporting.trust import trust as verdict_on
from pages.widgets import alignment, shell, trust

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
    trust.show_answer(verdict_on(place, report=report))
    alignment.show_rates(report)
    trust.show_judges(report)
    trust.show_slices(place)
    trust.show_timeline(place)
    trust.show_comparison(place)
    trust.offer_report(place)
