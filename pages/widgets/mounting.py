"""Mounting what runs in the browser: the card and the board, from the files of labelcore.browser."""

from __future__ import annotations

from functools import cache
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from labelcore.browser import FILES, digest


def mounting(what: str) -> Any:
    """The mounting command of ``card`` or ``board``, its files registered with the running runtime.

    Files rather than strings: a string travels to the browser again with every run, and modules
    served from their own address satisfy a content security policy of ``script-src 'self'``. The name
    changes with the files, so that no browser mixes old modules with new ones.
    """
    component = f"{what}-{digest()[:12]}"
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(f"labelcore.{component}") is None:
        config = ComponentConfig(name=component, asset_dir=FILES.name)
        manifest = ComponentManifest(name="labelcore", version="1", components=[config])
        manager.register_from_manifest(manifest, FILES.parent)
    return _declared(what, component)


@cache
def _declared(what: str, component: str) -> Any:
    """Once for each process: declaring it reads the file system, a twelfth of a press's time."""
    return st.components.v2.component(f"labelcore.{component}", js=f"{what}.js", css=f"{what}.css")
