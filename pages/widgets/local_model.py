"""One click to a model on this machine; shown only where it is installed and has its weights."""

from __future__ import annotations

import streamlit as st

from labelcore.llm import local_server
from labelcore.settings import settings
from pages.widgets import shell
from pages.widgets.shell import plain


def offer_local_model() -> None:
    """Start the local server and use it, or stop it."""
    weights = local_server.weights_here()
    running = local_server.status()
    if running is None and (weights is None or not local_server.installed()):
        return
    if running and settings().base_url == running.base_url:
        st.write(
            plain(
                f"The model {running.model} runs on this machine; a small model judges less well "
                "than a large one."
            )
        )
        if st.button("Stop the local model", key="local-model-stop"):
            with shell.guard():
                local_server.stop()
            st.rerun()
    elif not settings().has_model and st.button("Start the local model and use it", key="local-model-start"):
        with shell.guard(), st.spinner("The model is loaded …"):
            local_server.use(running or local_server.start(weights))  # type: ignore[arg-type]  # one of both is there
        st.rerun()
