"""Charts: no two rows share a name, whatever is cut from it."""

import plotly.graph_objects as go
import pytest
from hypothesis import given, strategies as st

from labelcore.messages.catalogue import calling, speaking
from labelcore.models import Noun
from labelcore.stats.rate import proportion
from pages.widgets import charts
from pages.widgets.charts import row_names

START = "durability and reduced demand for paper are invented"


def test_judges_of_one_long_criterion_keep_their_own_rows() -> None:
    first, second = row_names([f"{START} · learned", f"{START} · characters"])
    assert first.endswith("· learned")
    assert second.endswith("· characters")


@given(st.lists(st.sampled_from([START, START + "x" * 40, START + "y" + "x" * 40, "a", "a (2)"])))
def test_no_two_rows_share_a_name(names: list[str]) -> None:
    assert len(set(row_names(names))) == len(names)


def test_a_charts_words_are_the_readers_and_call_outputs_as_the_project_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[go.Figure] = []
    monkeypatch.setattr(charts, "_draw", lambda _title, figure, _key, **_: drawn.append(figure))
    with calling(Noun(one="reply", several="replies", zh="回复")):
        charts.reliability("", [(0.5, proportion(3, 6))], key="one")
        with speaking("zh"):
            charts.reliability("", [(0.5, proportion(3, 6))], key="two")
    assert [figure.data[1].name for figure in drawn] == [
        "graded replies, 95% intervals",
        "已评分的回复，95% 置信区间",
    ]
