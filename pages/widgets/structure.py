"""The schema of structured outputs, and criteria about one field."""

from __future__ import annotations

import json

import streamlit as st

from labelcore.stages import deriving
from labelcore.stages.judging.keeping import schemas
from pages.widgets import shell
from pages.widgets.shell import Place, plain


def show_schema(place: Place) -> None:
    """Give, see and clear the schema; say which field a criterion is about."""
    schema = schemas.schema_of(place.project)
    text = st.text_area(
        "JSON Schema, as JSON or YAML",
        json.dumps(schema, ensure_ascii=False, indent=2) if schema else "",
        key=f"schema-{place.project.id}",
        height=180,
    )
    with st.container(horizontal=True):
        if st.button("Check outputs against it", key="schema-set") and text.strip():
            with shell.guard():
                found = schemas.set_schema(place.db, place.project, text, place.annotator)
                st.success(f"{found.fits:,} of {found.tried:,} outputs fit; its judge is proposed.")
        if schema and st.button("Clear it", key="schema-clear"):
            schemas.clear_schema(place.db, place.project)
            st.rerun()
    _fields(place)


def _fields(place: Place) -> None:
    criteria = deriving.list_criteria(place.db, place.project, status="accepted")
    if not criteria:
        return
    known = schemas.named_fields(place.db, place.project)
    for name, pointer in known.items():
        st.write(plain(f"{name} is about the field {pointer}."))
    left, right = st.columns(2)
    chosen = left.selectbox(
        "Criterion", criteria, format_func=lambda criterion: criterion.name, key="field-of"
    )
    pointer = right.text_input("is about the field (empty: all)", placeholder="/price", key="field")
    if st.button("Remember this", key="field-set"):
        with shell.guard():
            schemas.set_field(place.db, place.project, chosen.id, pointer.strip() or None)
            st.rerun()
