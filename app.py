"""The app: Streamlit's server with labelcore's routes, headers and open database around it.

``pages/widgets/navigation.py`` makes the menu from the files of ``pages/``.
"""

from importlib import import_module
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from streamlit import net_util

from labelcore.api import lifespan, middleware, routes
from pages.widgets import routes as beside_pages
from pages.widgets.belongings import Belongings

# Streamlit would ask a server on the internet for this machine's address: all would wait for the answer.
net_util.get_external_ip = lambda: None
import_module("pandas")  # else the first page with a table waits for it
app = st.App(
    Path(__file__).parent / "pages" / "widgets" / "navigation.py",
    lifespan=lifespan,
    routes=[*routes, *beside_pages.routes],
    middleware=[*middleware, Middleware(Belongings)],
)
