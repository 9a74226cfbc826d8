"""The Judges page: hardness with the texts behind it, flips, and the local model by one click."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from labelcore.errors import ModelTrouble
from labelcore.llm import local_server
from labelcore.messages import say, speaking
from labelcore.messages.catalogue import hardness_words
from labelcore.models import JudgeVersion
from labelcore.settings import settings
from labelcore.stages import judging
from labelcore.stages.judging.testing import hardness, hardness_report
from labelcore.workspace import Workspace
from pages.widgets import keys
from tests.pages.opening import SECONDS, healthy, opened

PAGE = "5_judging.py"


def first_judge(workspace: Workspace) -> JudgeVersion:
    return judging.active_judges(workspace)[0]


def test_a_judge_is_tested_by_a_click_and_its_figures_are_shown(worked: Workspace) -> None:
    chosen = first_judge(worked)
    app = opened(PAGE, show="hardness", judge=chosen.id)
    assert any("was not tested yet" in element.value for element in app.info)
    app.number_input(key="hardened-judge-limit").set_value(2).run()
    healthy(app.button(key="hardened-judge-go").click().run())
    until = time.monotonic() + SECONDS
    while hardness.ongoing_test(chosen) and time.monotonic() < until:
        time.sleep(0.05)
    healthy(app.run())
    found = hardness_report.report(worked, chosen)
    assert found.results
    tables = [frame.value for frame in app.dataframe]
    assert any("asks" in table.columns and len(table) for table in tables)
    healthy(app.run())
    assert app.button(key="hardened-judge-go").disabled


def test_what_is_tried_on_a_judge_is_named_in_chinese(worked: Workspace) -> None:
    chosen = first_judge(worked)
    hardness.harden(worked, chosen, limit=2)
    app = opened(PAGE, show="hardness", judge=chosen.id, **{keys.LANGUAGE: "zh"})
    charts = "".join(chart.proto.spec for chart in app.get("plotly_chart"))
    names = [name for family, tests in hardness_report.TESTS.items() for name in (family, *tests)]
    names += hardness_report.HARMLESS_TESTS
    with speaking("zh"):
        assert [name for name in names if hardness_words(name) == name] == []
        assert say("order") == "order"  # a criterion may be called so
        told = [json.dumps(hardness_words(name))[1:-1] for name in names]
    assert any(words in charts for words in told) and not any(f'"{name}"' in charts for name in names)


def test_a_test_under_way_is_shown_to_everybody_and_stopped_by_a_click(
    worked: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(_: object, judges: Any, outputs: Any, stop: Any) -> Any:
        stop.wait(600)  # the judge's answer comes only once somebody stops
        stopped = ModelTrouble("It was stopped.", kind="stopped")
        return {judges[0].id: {output.id: stopped for output in outputs}}

    monkeypatch.setattr(hardness, "decide", slow)
    chosen = first_judge(worked)
    app = opened(PAGE, show="hardness", judge=chosen.id)
    healthy(app.button(key="hardened-judge-go").click().run())
    assert app.button(key="hardened-judge-go").disabled
    other = opened(PAGE, show="hardness", judge=chosen.id)
    healthy(other.button(key="hardened-judge-stop").click().run())
    until = time.monotonic() + 60
    while hardness.ongoing_test(chosen) and time.monotonic() < until:
        time.sleep(0.05)
    assert not hardness.ongoing_test(chosen), "unstopped it takes ten minutes"
    healthy(app.run())
    assert not app.button(key="hardened-judge-go").disabled, "what is left can be tested later"


def test_only_a_judge_that_may_change_its_mind_can_be_asked_again(worked: Workspace) -> None:
    app = opened(PAGE, show="errors", judge=first_judge(worked).id)
    shown = [button.key for button in app.button]
    assert "view-hardness" in shown and "view-flips" not in shown


def test_the_local_model_is_offered_only_where_it_can_be_started(
    worked: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Path] = []
    server = local_server.LocalServer(1, 9, "k", "tiny", str(tmp_path / "tiny.gguf"))

    def start(weights: Path) -> local_server.LocalServer:
        started.append(weights)
        monkeypatch.setattr(local_server, "status", lambda: server)
        return server

    for name in server.variables():
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setattr(local_server, "status", lambda: None)
    monkeypatch.setattr(local_server, "start", start)
    monkeypatch.setattr(local_server, "installed", lambda: True)
    app = opened(PAGE)
    assert "local-model-start" not in [button.key for button in app.button]
    (tmp_path / "tiny.gguf").write_text("weights")
    monkeypatch.setenv("LABELCORE_WEIGHTS", str(tmp_path / "tiny.gguf"))
    settings.cache_clear()
    app.run()
    healthy(app.button(key="local-model-start").click().run())
    assert started == [tmp_path / "tiny.gguf"]
    assert settings().base_url == server.base_url
    assert "local-model-stop" in [button.key for button in app.button]


def behind_a_figure() -> None:
    from labelcore.stages import judging
    from labelcore.stages.judging.testing import hardness
    from pages.widgets import shell
    from pages.widgets.judging.hardness import _texts

    place = shell.open_page("Judges")
    version = judging.active_judges(place)[0]
    found = hardness.harden(place, version, limit=20)
    _texts(place, found, next(row for row in found.rows if row.test == "idle sentences"))


def test_a_figure_opens_the_texts_before_and_after(worked: Workspace) -> None:
    app = healthy(AppTest.from_function(behind_a_figure, default_timeout=SECONDS).run())
    before, after = (element.value for element in app.code[:2])
    assert after.startswith(before) and len(after) > len(before)
    shown = [element.value for element in app.text]
    assert shown[0].startswith("Before: ") and shown[1].startswith("After: ")
