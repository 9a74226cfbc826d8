"""Figures with intervals: the only place that imports plotly."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import plotly.graph_objects as go
import streamlit as st

from labelcore.stats.rate import Rate

# Okabe and Ito's colours: told apart by colour-blind people, and in print by their shapes.
_BLUE, _ORANGE, _GREEN = "#0072B2", "#D55E00", "#009E73"
_ROW, _FRAME = 46, 120
_LONGEST = 34


def intervals(
    title: str, names: Sequence[str], series: dict[str, Sequence[Rate]], *, key: str
) -> None:
    """One row for each name: a mark at each rate with its 95 % interval as a line."""
    figure = go.Figure()
    styles = (("circle", _BLUE), ("diamond", _ORANGE), ("square", _GREEN))
    for number, (label, rates) in enumerate(series.items()):
        symbol, colour = styles[number % len(styles)]
        known = [
            (name, rate) for name, rate in zip(names, rates, strict=True) if rate.value is not None
        ]
        figure.add_scatter(
            name=label, mode="markers", x=[rate.value for _, rate in known],
            y=[_short(name) for name, _ in known],
            marker={"symbol": symbol, "size": 11, "color": colour},
            error_x={
                "type": "data", "symmetric": False, "thickness": 2, "color": colour,
                "array": [(rate.high or 0) - (rate.value or 0) for _, rate in known],
                "arrayminus": [(rate.value or 0) - (rate.low or 0) for _, rate in known],
            },
            customdata=[[rate.low, rate.high, rate.n] for _, rate in known],
            hovertemplate="%{y}<br>%{x:.0%} (%{customdata[0]:.0%} to %{customdata[1]:.0%}), n = %{customdata[2]}<extra>" + label + "</extra>",
        )  # fmt: skip
    figure.update_layout(
        title={"text": title, "font": {"size": 15}}, height=_FRAME + _ROW * max(2, len(names)),
        margin={"l": 10, "r": 20, "t": 50, "b": 40}, legend={"orientation": "h", "y": -0.15},
        xaxis={"range": [-0.02, 1.02], "tickformat": ".0%"},
        yaxis={"automargin": True, "categoryorder": "array", "categoryarray": [_short(n) for n in reversed(names)]},
        scattermode="group",
    )  # fmt: skip
    st.plotly_chart(figure, key=key, config={"displayModeBar": False})


def growth(title: str, curve: Sequence[tuple[int, int]], *, key: str) -> None:
    """A count that only grows, as steps."""
    figure = go.Figure(go.Scatter(
        x=[own[0] for own in curve], y=[own[1] for own in curve], mode="lines",
        line={"shape": "hv", "color": _BLUE, "width": 3},
        hovertemplate="%{y} kinds after %{x} failed outputs<extra></extra>",
    ))  # fmt: skip
    figure.update_layout(
        title={"text": title, "font": {"size": 15}}, height=260,
        margin={"l": 10, "r": 20, "t": 50, "b": 40}, yaxis={"rangemode": "tozero"},
    )  # fmt: skip
    st.plotly_chart(figure, key=key, config={"displayModeBar": False})


def timeline(
    title: str, points: Sequence[tuple[datetime, Rate]], marks: Sequence[tuple[datetime, str]],
    *, key: str,
) -> None:  # fmt: skip
    """A rate over time with its intervals; each numbered line is something that changed."""
    figure = go.Figure()
    known = [(at, rate) for at, rate in points if rate.value is not None]
    figure.add_scatter(
        mode="markers", x=[at for at, _ in known], y=[rate.value for _, rate in known],
        marker={"size": 11, "color": _BLUE},
        error_y={
            "type": "data", "symmetric": False, "thickness": 2, "color": _BLUE,
            "array": [(rate.high or 0) - (rate.value or 0) for _, rate in known],
            "arrayminus": [(rate.value or 0) - (rate.low or 0) for _, rate in known],
        },
        customdata=[[rate.low, rate.high, rate.n] for _, rate in known],
        hovertemplate="%{x}<br>%{y:.2f} (%{customdata[0]:.2f} to %{customdata[1]:.2f}), n = %{customdata[2]}<extra></extra>",
    )  # fmt: skip
    for number, (at, words) in enumerate(marks, 1):
        figure.add_vline(x=at, line={"dash": "dot", "width": 1, "color": _ORANGE})
        figure.add_annotation(
            x=at, y=1.04, yref="paper", text=str(number), hovertext=_short(words), showarrow=False
        )
    figure.update_layout(
        title={"text": title, "font": {"size": 15}}, height=320, showlegend=False,
        margin={"l": 10, "r": 20, "t": 70, "b": 40}, yaxis={"range": [-0.02, 1.02]},
    )  # fmt: skip
    st.plotly_chart(figure, key=key, config={"displayModeBar": False})


def _short(name: str) -> str:
    """Names are hostile: plotly reads some HTML, so its marks are taken out."""
    plain = name.replace("<", "‹").replace(">", "›").replace("&", "＆")
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…"
