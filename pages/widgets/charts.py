"""Figures with intervals: the only place that imports plotly."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain, count, cycle
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from labelcore.messages import rate_words, say
from labelcore.messages.catalogue import judge_words
from labelcore.stages.judging.proposing.cascades import CascadeReport
from labelcore.stages.reporting.trend import Trend
from labelcore.stats.rate import Rate, share_words
from pages.widgets import shell

# Okabe and Ito's colours: told apart by colour-blind people, and in print by their shapes.
_BLUE, _ORANGE, _GREEN = "#0072B2", "#D55E00", "#009E73"
_STYLES = (("circle", _BLUE), ("diamond", _ORANGE), ("square", _GREEN))
_ROW, _FRAME, _LEGEND_ROW = 46, 80, 14
_LONGEST, _TAIL = 34, 14
_BELOW = {"orientation": "h", "y": -0.3}
_ALONE = "<extra></extra>"
_PLACES = {"x": "%{x:.0%}", "y": "%{y:.1%}", "n": "%{customdata}"}
"""What stands at a point: without the series beside it, and its figures."""


def intervals(
    title: str,
    names: Sequence[str],
    series: Mapping[str, Sequence[Rate]],
    *,
    key: str,
    lines: Mapping[str, float] | None = None,
) -> None:
    """One row for each name: a mark at each rate with its 95 % interval as a line.

    ``lines``: named values to set the rates beside, as upright lines. A rate without an interval is
    a mark alone.
    """
    if all(rate.value is None for rates in series.values() for rate in rates):
        st.text(say("{title}: nothing is measurable yet.", title=title))
        return
    figure = go.Figure()
    rows = row_names(names)
    for (label, rates), (symbol, colour) in zip(series.items(), cycle(_STYLES), strict=False):
        measured = {row: rate for row, rate in zip(rows, rates, strict=True) if rate.value is not None}
        figure.add_scatter(
            name=label,
            mode="markers",
            orientation="h",
            offsetgroup=label,
            x=[rate.value for rate in measured.values()],
            y=list(measured),
            marker={"symbol": symbol, "size": 11, "color": colour},
            error_x=_arms(measured.values(), colour),
            customdata=[rate_words(rate).replace("<", "‹") for rate in measured.values()],
            hovertemplate="%{y}<br>%{customdata}<extra>" + label + "</extra>",
        )
    below = 40 + _LEGEND_ROW * (len(series) * (len(series) > 1) + len(lines or {}))
    figure.update_layout(
        legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom"},
        xaxis={"range": [-0.02, 1.02], "tickformat": ".0%"},
        yaxis={"automargin": True, "categoryorder": "array", "categoryarray": rows[::-1]},
        scattermode="group",
    )
    if lines:
        _add_lines(figure, lines)
        figure.update_yaxes(range=[-0.6, len(rows) - 0.4])
    _draw(title, figure, key, height=40 + below + _ROW * max(2, len(names)), below=below)


def _add_lines(figure: go.Figure, lines: Mapping[str, float]) -> None:
    """Upright lines over the whole height; the legend names them, so that no label hides a mark."""
    for (label, value), dash in zip(lines.items(), cycle(("dash", "dot", "dashdot")), strict=False):
        line = {"dash": dash, "width": 2, "color": "gray"}
        figure.add_vline(x=value, line=line, layer="below")
        figure.add_scatter(name=f"{label}: {value:.0%}", mode="lines", x=[None], y=[None], line=line)


def judge_rates(title: str, judges: Sequence[Any], *, key: str) -> None:
    """TPR and TNR of judges, or of whatever has ``judge``, ``tpr`` and ``tnr``; a row for each."""
    series = {
        say("TPR: good outputs passed"): [judge.tpr for judge in judges],
        say("TNR: bad outputs caught"): [judge.tnr for judge in judges],
    }
    intervals(title, [judge_words(judge.judge) for judge in judges], series, key=key)


def _arms(rates: Iterable[Rate], colour: str) -> dict[str, Any]:
    """How far each measured rate's interval reaches to both sides; nowhere where there is none."""
    measured = [(rate.value or 0.0, rate.low, rate.high) for rate in rates]
    return {
        "type": "data",
        "symmetric": False,
        "thickness": 2,
        "color": colour,
        "array": [0.0 if high is None else max(0.0, high - value) for value, _, high in measured],
        "arrayminus": [0.0 if low is None else max(0.0, value - low) for value, low, _ in measured],
    }


def growth(title: str, curve: Sequence[tuple[int, int]], *, key: str) -> None:
    """A count that only grows, as steps."""
    figure = go.Figure()
    figure.add_scatter(
        x=[point[0] for point in curve],
        y=[point[1] for point in curve],
        mode="lines",
        line={"shape": "hv", "color": _BLUE, "width": 3},
        hovertemplate=say("{y} kinds after {x} failed outputs", y="%{y}", x="%{x}") + _ALONE,
    )
    figure.update_layout(yaxis={"rangemode": "tozero"})
    _draw(title, figure, key, height=220)


def timeline(
    title: str, points: Sequence[tuple[datetime, Rate]], marks: Sequence[tuple[datetime, str]], *, key: str
) -> None:
    """A rate over time with its intervals; each numbered line is something that changed."""
    measured = [(at, rate) for at, rate in points if rate.value is not None]
    figure = go.Figure()
    figure.add_scatter(
        mode="markers",
        x=[at for at, _ in measured],
        y=[rate.value for _, rate in measured],
        marker={"size": 11, "color": _BLUE},
        error_y=_arms((rate for _, rate in measured), _BLUE),
        customdata=[[rate.low, rate.high, rate.n] for _, rate in measured],
        hovertemplate="%{x}<br>%{y:.2f} (%{customdata[0]:.2f} to %{customdata[1]:.2f}), n = "
        "%{customdata[2]}<extra></extra>",
    )
    for number, (at, words) in enumerate(marks, 1):
        figure.add_vline(x=at, line={"dash": "dot", "width": 1, "color": _ORANGE})
        figure.add_annotation(
            x=at, y=1.04, yref="paper", text=str(number), hovertext=_short(words), showarrow=False
        )
    figure.update_layout(showlegend=False, yaxis={"range": [-0.02, 1.02]})
    _draw(title, figure, key, height=280, above=30)


def trend(report: Trend, *, key: str) -> None:
    """The pass rate step by step, a line with its band for each version."""
    figure = go.Figure()
    for version, (symbol, colour) in zip(report.versions, cycle(_STYLES), strict=False):
        points = [
            point for point in report.points if point.version == version and point.rate.value is not None
        ]
        days = [point.begins for point in points]
        name = _short(version) or say("pass rate")
        for ends, fill in (("high", None), ("low", "tonexty")):
            figure.add_scatter(
                x=days,
                y=[getattr(point.rate, ends) for point in points],
                mode="lines",
                line={"width": 0, "color": colour},
                fill=fill,
                fillcolor=f"rgba({','.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))},0.18)",
                hoverinfo="skip",
                showlegend=False,
            )
        figure.add_scatter(
            name=name,
            mode="lines+markers",
            x=days,
            y=[point.rate.value for point in points],
            line={"color": colour, "width": 3},
            marker={"symbol": symbol, "size": 9, "color": colour},
            customdata=[rate_words(point.rate).replace("<", "‹") for point in points],
            hovertemplate="%{x|%Y-%m-%d}<br>%{customdata}<extra>" + name + "</extra>",
        )
    figure.update_layout(
        legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom"},
        legend_traceorder="normal",
        showlegend=len(report.versions) > 1,
        xaxis={
            "tickvals": sorted({point.begins for point in report.points if point.begins}),
            "tickformat": "%m-%d",
        },
        yaxis={"range": [0, 1.02], "tickformat": ".0%"},
    )
    _draw("", figure, key, height=270, below=60)


def marked(
    rows_of: Mapping[str, str], rates: Sequence[Rate], marks: Sequence[tuple[str, int]], *, key: str
) -> None:
    """A row for each name: its rate with the interval, and how it stands, in words and as -1, 0 or 1.

    ``rows_of``: by name, the address that the name leads to, "" for none.
    """
    figure = go.Figure()
    rows = row_names(list(rows_of))
    measured = {row: rate for row, rate in zip(rows, rates, strict=True) if rate.value is not None}
    figure.add_scatter(
        mode="markers",
        x=[rate.value for rate in measured.values()],
        y=list(measured),
        marker={"size": 11, "color": _BLUE},
        error_x=_arms(measured.values(), _BLUE),
        customdata=[rate_words(rate).replace("<", "‹") for rate in measured.values()],
        hovertemplate="%{y}<br>%{customdata}<extra></extra>",
    )
    for row, link, rate, (mark, standing) in zip(rows, rows_of.values(), rates, marks, strict=True):
        share = say("not measurable") if rate.value is None else share_words(rate.value).replace("<", "‹")
        if standing:
            mark = f'<b style="color:{_ORANGE if standing < 0 else _GREEN}">{mark}</b>'
        words = say("{share} of {n:,} · {mark}", share=share, n=rate.n, mark=mark)
        place = {"xref": "paper", "x": 0, "xanchor": "left", "y": row, "yshift": 15, "showarrow": False}
        name = f'<a href="{link}" target="_self"><u>{row}</u></a>' if link else row
        figure.add_annotation(text=f"<b>{name}</b> {words}", align="left", **place)
    figure.update_layout(
        showlegend=False,
        xaxis={"range": [-0.02, 1.02], "tickformat": ".0%", "nticks": 3},
        yaxis={
            "showticklabels": False,
            "categoryorder": "array",
            "categoryarray": rows[::-1],
            "range": [-0.4, len(rows) - 0.3],
        },
    )
    _draw("", figure, key, height=50 + 46 * max(2, len(rows)), below=30)


def weights(title: str, features: Sequence[tuple[str, float]], *, key: str) -> None:
    """Bars to both sides of nothing, the strongest at the top; ``features``: (name, weight)."""
    figure = go.Figure()
    figure.add_bar(
        x=[weight for _, weight in features],
        y=row_names([name for name, _ in features]),
        orientation="h",
        marker={"color": [_ORANGE if weight > 0 else _BLUE for _, weight in features]},
        customdata=[name.replace("<", "‹") for name, _ in features],
        hovertemplate="%{customdata}: %{x:+.2f}<extra></extra>",
    )
    figure.update_layout(
        showlegend=False,
        yaxis={"automargin": True, "autorange": "reversed"},
        xaxis={"zeroline": True, "title": {"text": f"← {say('pass')}    {say('fail')} →"}},
    )
    _draw(title, figure, key, height=_FRAME + 30 * len(features))


def reliability(title: str, points: Sequence[tuple[float, Rate]], *, key: str) -> None:
    """Shares of fails against stated probabilities; on the line, probabilities mean what they say."""
    figure = go.Figure()
    line = {"color": "gray", "dash": "dot"}
    figure.add_scatter(name=say("as stated"), x=[0, 1], y=[0, 1], mode="lines", line=line, hoverinfo="skip")
    measured = [(x, rate) for x, rate in points if rate.value is not None]
    figure.add_scatter(
        name=say("graded outputs, 95% intervals"),
        mode="markers",
        x=[x for x, _ in measured],
        y=[rate.value for _, rate in measured],
        marker={"size": 10, "color": _BLUE},
        error_y=_arms((rate for _, rate in measured), _BLUE),
        customdata=[rate.n for _, rate in measured],
        hovertemplate=say("stated {x}, failed {y} of {n}", **_PLACES) + _ALONE,
    )
    figure.update_layout(
        legend=_BELOW,
        xaxis={"range": [0, 1], "tickformat": ".0%", "title": {"text": say("stated probability of a fail")}},
        yaxis={"range": [0, 1.02], "tickformat": ".0%", "title": {"text": say("failed by people")}},
    )
    _draw(title, figure, key)


def risk(title: str, report: CascadeReport, *, key: str) -> None:
    """Error and its upper bound against the share decided; the chosen share and the limit marked."""
    curve, error, figure = report.curve, report.error, go.Figure()
    shares = [point.share for point in curve]
    figure.add_scatter(
        name=say("wrong"),
        x=shares,
        y=[point.error.value for point in curve],
        mode="lines+markers",
        line={"color": _BLUE},
        customdata=[point.error.n for point in curve],
        hovertemplate=say("decides {x}: {y} of {n} wrong", **_PLACES) + _ALONE,
    )
    figure.add_scatter(
        name=say("upper bound"),
        x=shares,
        y=[point.bound for point in curve],
        mode="lines",
        line={"color": _ORANGE, "dash": "dash"},
        hovertemplate=say("decides {x}: at most {y} wrong", **_PLACES) + _ALONE,
    )
    figure.add_hline(
        y=error,
        line={"color": "gray", "dash": "dot"},
        annotation_text=say("allowed {share:.0%}", share=error),
    )
    chosen = [point.share for point in curve if report.at is not None and point.at >= report.at]
    if chosen:
        figure.add_vline(
            x=chosen[-1],
            line={"color": _GREEN, "width": 3},
            annotation_text=say("chosen {share:.0%}", share=chosen[-1]),
            annotation_position="bottom left",
        )
    top = max([error, *(point.error.value or 0 for point in curve), *(point.bound for point in curve[3:])])
    figure.update_layout(
        legend=_BELOW,
        xaxis={
            "range": [0, 1.02],
            "tickformat": ".0%",
            "title": {"text": say("share of graded outputs decided")},
        },
        yaxis={"range": [0, min(1.0, 1.15 * top)], "tickformat": ".0%"},
    )
    _draw(title, figure, key)


def _draw(
    title: str, figure: go.Figure, key: str, *, height: int = 300, above: int = 10, below: int = 40
) -> None:
    """The title stands above the figure: plotly cuts off its title on a narrow screen."""
    if title:
        st.markdown(f"**{shell.plain(title)}**")
    figure.update_layout(height=height, margin={"l": 10, "r": 20, "t": above, "b": below})
    st.plotly_chart(figure, key=key, config={"displayModeBar": False})


def row_names(names: Sequence[str]) -> list[str]:
    """A short name for each row, no two alike: rows of one name would be drawn over each other."""
    rows: list[str] = []
    for name in map(_short, names):
        numbered = (f"{name} ({number})" for number in count(2))
        rows.append(next(candidate for candidate in chain([name], numbered) if candidate not in rows))
    return rows


def _short(name: str) -> str:
    """Names are hostile: plotly reads some HTML, so its marks are taken out."""
    text = name.replace("<", "‹").replace(">", "›").replace("&", "＆")
    if len(text) <= _LONGEST:
        return text
    return f"{text[: _LONGEST - _TAIL - 1]}…{text[-_TAIL:]}"  # a judge's name stands last
