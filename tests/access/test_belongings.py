"""A file is whose page shows it, also while that page is drawn anew."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import Any, cast

import pytest
from streamlit.runtime import Runtime

from pages.widgets import belongings


@pytest.fixture
def kept() -> SimpleNamespace:
    """What Streamlit keeps of one file that nobody's page shows just now."""
    return SimpleNamespace(
        _lock=threading.Lock(), _files_by_session_and_coord={}, _file_metadata={"letter": object()}
    )


def runtime(kept: SimpleNamespace) -> Runtime:
    session = SimpleNamespace(session=SimpleNamespace(_user_info={"person": "ana"}))
    found: Any = SimpleNamespace(
        media_file_mgr=kept, _session_mgr=SimpleNamespace(get_session_info=lambda _: session)
    )
    return cast("Runtime", found)


def test_a_file_that_is_asked_for_while_its_page_is_drawn_anew_is_still_given(kept: SimpleNamespace) -> None:
    def drawn() -> None:
        kept._files_by_session_and_coord["session"] = {"place": "letter"}

    threading.Timer(0.2, drawn).start()
    assert belongings.holders_soon(runtime(kept), "letter") == {"ana"}


def test_nobody_waits_for_a_file_that_is_gone_or_is_no_pages_any_more(
    kept: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = time.monotonic()
    assert belongings.holders_soon(runtime(kept), "another") == set()
    assert time.monotonic() - begun < belongings._LONGEST
    monkeypatch.setattr(belongings, "_LONGEST", 0.1)
    assert belongings.holders_soon(runtime(kept), "letter") == set()
