"""Export: flat tables of everything, with the importer's ids."""

import tempfile
from pathlib import Path

import streamlit as st

from labelcore.messages import say
from labelcore.messages.catalogue import counted
from labelcore.stages import exporting
from labelcore.wording import Wording
from pages.widgets import shell

MENU = ("Export", ":material/download:")

TITLES = {
    "outputs": Wording("Outputs"),
    "grades": Wording("Grades"),
    "labels": Wording("Labels: what each output counts as, and why"),
    "comparisons": Wording("Comparisons"),
    "verdicts": Wording("Verdicts"),
    "feedback": Wording("Feedback"),
    "criteria": Wording("Criteria"),
}

workspace = shell.open_page("Export", "Export everything; other tools can join the tables on the ids.")
titles = {name: say(TITLES[name]) for name in exporting.TABLES}
table = shell.choose(say("Table"), titles, key="export-what")
format_ = st.radio(say("Format"), ["csv", "jsonl", "parquet"], horizontal=True, key="export-format")
if st.button(say("Prepare"), type="primary"):
    with shell.guard(), tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"{table}.{format_}"
        rows = exporting.export_table(workspace, table, out=target).rows
        st.write(counted("1 row.", "{n:,} rows.", n=rows))
        st.download_button(
            say("Download {file}", file=target.name), target.read_bytes(), file_name=target.name
        )
