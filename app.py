"""The app: Streamlit's server with labelcore's routes, headers and open database around it.

``pages/widgets/navigation.py`` makes the menu from the files of ``pages/``.
"""

from pathlib import Path

import streamlit as st

from labelcore.api import lifespan, middleware, routes
from pages.widgets import moved, presses

app = st.App(
    Path(__file__).parent / "pages" / "widgets" / "navigation.py",
    lifespan=lifespan,
    routes=[*routes, *presses.routes, *moved.routes],
    middleware=middleware,
)
