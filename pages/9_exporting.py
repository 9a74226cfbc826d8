"""Export: flat tables of everything, with the importer's own ids."""

import tempfile
from pathlib import Path

import streamlit as st

from labelcore.stages import exporting
from pages.widgets import shell

MENU = ("Export", ":material/download:")

place = shell.open_page("Export", "Take everything with you; other tools can join on the ids.")
what = st.selectbox("Table", exporting.TABLES, key="export-what")
form = st.radio("Format", ["csv", "jsonl", "parquet"], horizontal=True, key="export-format")
if st.button("Prepare", type="primary"):
    with shell.guard(), tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"{what}.{form}"
        rows = exporting.export_table(place, what, out=target).rows
        st.write(f"{rows:,} rows.")
        st.download_button(f"Download {target.name}", target.read_bytes(), file_name=target.name)
