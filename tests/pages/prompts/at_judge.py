"""A page opened at one part of the editor of a judge's prompt, and work there that is waited for."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from labelcore.models import JudgeVersion
from labelcore.stages.refining.drafts import Draft
from pages.widgets import keys
from pages.widgets.judging.drafting import WrittenDraft
from tests.pages.opening import ROOT, SECONDS, healthy

PAGE = ROOT / "pages" / "5_judging.py"


def opened(view: str, version: JudgeVersion, draft: Draft | None = None, **address: str) -> AppTest:
    app = AppTest.from_file(PAGE, default_timeout=SECONDS)
    for name, value in {"show": view, "judge": version.id, **address}.items():
        app.query_params[name] = value
    if draft:
        app.session_state[keys.PROMPT_DRAFT] = WrittenDraft(version, draft, "written by a test")
    return healthy(app.run())


def ended(app: AppTest, key: str) -> AppTest:
    over = app.session_state[key].over
    assert over.wait(240)
    return healthy(app.run())
