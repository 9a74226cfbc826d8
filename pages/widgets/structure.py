"""The schema of structured outputs, and criteria about one field."""

from __future__ import annotations

import json

import streamlit as st

from labelcore.stages import deriving
from labelcore.stages.judging.keeping import schemas
from labelcore.workspace import Workspace
from pages.widgets import shell
from pages.widgets.shell import plain


def show_schema(workspace: Workspace) -> None:
    """Give, see and clear the schema; say which field a criterion is about."""
    schema = workspace.project.settings.json_schema
    text = st.text_area(
        "JSON Schema, as JSON or YAML",
        json.dumps(schema, ensure_ascii=False, indent=2) if schema else "",
        key=f"schema-{workspace.project.id}",
        height=180,
    )
    with st.container(horizontal=True):
        if st.button("Check outputs against it", key="schema-set") and text.strip():
            with shell.guard():
                found = schemas.set_schema(workspace, text)
                st.success(f"{found.fits:,} of {found.tried:,} outputs fit; its judge is proposed.")
        if schema and st.button("Clear it", key="schema-clear"):
            schemas.clear_schema(workspace)
            st.rerun()
    _fields(workspace)


def _fields(workspace: Workspace) -> None:
    criteria = deriving.list_criteria(workspace, status="accepted")
    if not criteria:
        return
    names = {criterion.id: criterion.name for criterion in deriving.list_criteria(workspace)}
    for key, pointer in workspace.project.settings.fields.items():
        st.write(plain(f"{names.get(key, key)} is about the field {pointer}."))
    left, right = st.columns(2)
    chosen = left.selectbox(
        "Criterion", criteria, format_func=lambda criterion: criterion.name, key="field-of"
    )
    pointer = right.text_input("is about the field (empty: all)", placeholder="/price", key="field")
    if st.button("Remember this", key="field-set"):
        with shell.guard():
            schemas.set_field(workspace, chosen, pointer.strip() or None)
            st.rerun()
