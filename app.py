"""The app: Streamlit's server with labelcore's routes, headers and open database around it.

The page list, in the order of the loop, stands in ``pages/widgets/navigation.py``.
"""

from pathlib import Path

import streamlit as st

from labelcore.api import lifespan, middleware, routes
from pages.widgets import presses

app = st.App(
    Path(__file__).parent / "pages" / "widgets" / "navigation.py",
    lifespan=lifespan,
    routes=[*routes, *presses.routes],
    middleware=middleware,
)
