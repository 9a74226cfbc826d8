"""Downloads that are made once they are asked for, where no page runs."""

from collections.abc import Callable

import streamlit as st

from labelcore.errors import NotAllowed
from labelcore.messages import speaking
from labelcore.messages.catalogue import calling
from labelcore.workspace import Workspace
from pages.widgets import shell


def once_asked(workspace: Workspace, make: Callable[[], str | bytes]) -> Callable[[], str | bytes]:
    """What makes it: in the person's language and the project's words, and only for who still is what they
    were when it was offered.
    """
    language, cookies, headers = shell.language(), st.context.cookies.to_dict(), st.context.headers.to_dict()

    def download() -> str | bytes:
        if shell.as_now(workspace, cookies, headers).role != workspace.role:
            raise NotAllowed("Your role does not open this page in this project.")
        with speaking(language), calling(workspace.project.settings.noun):
            return make()

    return download
