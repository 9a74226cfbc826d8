"""Figures in plain HTML: what comes from outside stays text, and every point can be read."""

import re
from datetime import date

import pytest
import streamlit as st

from labelcore.stages.reporting.trend import Trend, TrendPoint
from labelcore.stats.rate import proportion
from pages.widgets import drawn

HOSTILE = '<img src=x onerror="alert(1)">'


@pytest.fixture
def bodies(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    shown: list[str] = []
    monkeypatch.setattr(st, "html", shown.append)
    return shown


def test_rows_hold_what_they_are_of_how_they_stand_and_their_interval(bodies: list[str]) -> None:
    rates = [proportion(3, 10), proportion(0, 0)]
    drawn.marked({HOSTILE: 'outputs?field="x"', "b": ""}, rates, [("clearly worse", -1), ("", 0)])
    (body,) = bodies
    assert "<img" not in body and 'href="outputs?field=&quot;x&quot;"' in body
    assert "30% of 10" in body and '<b class="worse">clearly worse</b>' in body
    assert "not measurable" in body and body.count('class="arms"') == 1 and body.count("tabindex") == 1


def test_a_rate_over_time_has_a_line_a_band_and_words_for_each_point(bodies: list[str]) -> None:
    points = [
        TrendPoint(begins=date(2026, 5, day), version=version, rate=proportion(day, 10))
        for version in (HOSTILE, "v2")
        for day in (1, 8)
    ]
    drawn.trend(Trend(field="made", step="week", points=tuple(points)))
    (body,) = bodies
    assert "<img" not in body and body.count("clip-path") == 4
    assert re.findall(r'class="told">v2 · (2026-05-0\d: \d+%)', body) == [
        "2026-05-01: 10%",
        "2026-05-08: 80%",
    ]
    assert "v2</span>" in body and "05-08" in body


def test_a_single_day_has_its_point_and_no_line(bodies: list[str]) -> None:
    point = TrendPoint(begins=date(2026, 5, 1), version="", rate=proportion(3, 4))
    drawn.trend(Trend(field="made", step="day", points=(point,)))
    assert "clip-path" not in bodies[0] and bodies[0].count("tabindex") == 1 and "legend" not in bodies[0]
