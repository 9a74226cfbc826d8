"""Tables to look at: what stands beside each other on a small screen is a grid, all else wraps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.opening import SECONDS

NUMBERS = dict.fromkeys(("graded", "pass", "fail", "unsure", "notes"), 170)


def _table(rows: list[dict[str, object]]) -> None:
    from pages.widgets.tables import choose_rows, table

    table(rows)
    if "when" in rows[0]:
        table(rows, narrow=True)
        choose_rows(rows, key="chosen")


@pytest.mark.parametrize(
    ("more", "is_grid"),
    [
        ({}, True),
        ({"agrees with others": "88% (79% to 94%, n = 69)"}, True),
        ({"agrees with others": "88% (79% to 94%, n = 69)", "steady": "not measurable: no repeats"}, False),
        (
            {
                "每条用时（秒）": "–",
                "与他人一致": "88%（79% 至 94%，n = 69）",
                "前后一致": "无法衡量：没有重复检查",
            },
            False,
        ),
        ({"why": "a sentence of more than sixty characters that nobody would read on one line"}, False),
    ],
)
def test_a_table_that_does_not_fit_a_small_screen_wraps(more: dict[str, str], is_grid: bool) -> None:
    app = AppTest.from_function(_table, default_timeout=SECONDS, args=([NUMBERS | more] * 3,)).run()
    assert not app.exception and (len(app.dataframe), len(app.table)) == (is_grid, not is_grid)


def test_moments_stand_to_the_minute_in_every_table() -> None:
    rows = [{"when": datetime(2026, 11, 30, 20, 48, 50, tzinfo=UTC)}]
    app = AppTest.from_function(_table, default_timeout=SECONDS, args=(rows,)).run()
    cells = [cell for table in (*app.dataframe, *app.table) for cell in table.value["when"]]
    assert [cell.replace("\\", "") for cell in cells] == ["2026-11-30 20:48 UTC"] * 3
